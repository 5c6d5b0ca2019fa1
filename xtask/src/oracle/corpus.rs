//! The rows of `tests/corpus` as cases: the tests hold our answers against what the rows expect, the platform has the last word.

use anyhow::{Result, anyhow};
use trailmark_compiler::RoutingOptions;
use trailmark_compiler::config::wrangler::RunWorkerFirst;
use trailmark_compiler::options::Platform;
use trailmark_tests::conformance::RunWorkerFirstValue;
use trailmark_tests::corpus::{Row, SiteCase, load};

use super::case::{Ask, Case, Condition};
use super::script::Script;
use super::targets::{Wire, fits_request_line};
use super::tree::Tree;

/// A date before which navigations do not prefer assets: what the corpus means where it gives none.
const EARLY_DATE: &str = "2025-03-31";

/// Every site of the corpus for this platform.
///
/// # Errors
/// If the corpus can't be read.
pub(super) fn cases(platform: Platform) -> Result<Vec<Case>> {
    let sites = load().map_err(|error| anyhow!(error))?;
    let wanted = sites.iter().filter(|site| site.options.routing().platform == platform);
    Ok(wanted.zip(0..).map(|(site, number)| case(site, number)).collect())
}

/// Rows with a method that is not in upper case are left out: the client of the driver would change it.
fn case(site: &SiteCase, number: u64) -> Case {
    let rows = site.rows.iter().filter(|row| row.method() == row.method().to_ascii_uppercase());
    let requests: Vec<Ask> = rows.map(ask).collect();
    let raw = requests.iter().all(|ask| fits_request_line(&ask.target));
    let RoutingOptions { platform, html_handling, not_found_handling } = site.options.routing();
    Case {
        number,
        title: format!("corpus {}: {}", site.file, site.about),
        again: format!("--platform {platform} --requests 0"),
        tree: tree(site),
        platform,
        html_handling,
        not_found_handling,
        redirects: site.redirects.clone(),
        headers: site.headers.clone(),
        ignore: None,
        script: Some(script(site)),
        wire: if raw { Wire::Raw } else { Wire::Parsed },
        requests,
    }
}

/// The files. Those that would configure the platform are written by other means.
fn tree(site: &SiteCase) -> Tree {
    const RULE_FILES: [&str; 5] =
        ["/_redirects", "/_headers", "/_routes.json", "/_worker.js", "/.assetsignore"];
    let mut tree = Tree::default();
    for path in site.files.iter().filter(|path| !RULE_FILES.contains(&path.as_str())) {
        tree.files.insert(path.clone(), path.clone().into_bytes());
    }
    for group in &site.same {
        let content = group.first().cloned().unwrap_or_default().into_bytes();
        tree.files.extend(group.iter().map(|path| (path.clone(), content.clone())));
    }
    tree
}

fn script(site: &SiteCase) -> Script {
    let first = site.run_worker_first.as_ref().map(|first| match first {
        RunWorkerFirstValue::Bool(value) => RunWorkerFirst::Bool(*value),
        RunWorkerFirstValue::Rules(rules) => RunWorkerFirst::Rules(rules.clone()),
    });
    Script {
        exists: site.script,
        run_worker_first: first,
        compatibility_date: site.compatibility_date.clone().unwrap_or_else(|| EARLY_DATE.to_owned()),
        compatibility_flags: &[],
        routes: site.routes.clone(),
        aims: Vec::new(),
    }
}

fn ask(row: &Row) -> Ask {
    let mut ask = Ask::get(row.target().to_owned());
    ask.method = row.method().to_owned();
    for (name, value) in &row.with {
        match condition(value).filter(|_| name == "if-none-match") {
            Some(condition) => ask.if_none_match = Some(condition),
            None => ask.headers.push((name.clone(), value.clone())),
        }
    }
    ask
}

/// `{/foo.html}` stands for the tag of a file.
fn condition(value: &str) -> Option<Condition> {
    let (before, rest) = value.split_once('{')?;
    let (file, behind) = rest.split_once('}')?;
    Some(Condition { before: before.to_owned(), file: file.to_owned(), behind: behind.to_owned() })
}
