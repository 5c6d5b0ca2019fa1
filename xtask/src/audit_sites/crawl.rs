//! `--crawl`: linkchecker walks through sites while they are served; what it sees is held against what the audit says.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::catalog::{CRAWLED, SITES};
use super::{build, fixtures, must, python, served, table};
use crate::Exit;

/// What a crawl of a site gave.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Crawl {
    #[serde(default)]
    pub(super) name: String,
    /// URLs of the site that were asked.
    pub(super) asked: u64,
    pub(super) dead: Agreement,
    pub(super) moved: Agreement,
}

/// Targets that both name, and that one names.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Agreement {
    pub(super) both: u64,
    pub(super) crawl_only: Vec<(String, String)>,
    /// On pages that the crawler has read.
    pub(super) audit_only: Vec<(String, String)>,
    /// On pages that it has never reached, since no link leads there from the home page.
    pub(super) unreached: u64,
}

/// Crawls.
///
/// # Errors
/// A site can't be built, linkchecker not be had.
pub(super) fn run(root: &Path, program: &Path, only: &[String], dry: bool) -> Result<Exit> {
    let work = root.join(".work");
    std::fs::create_dir_all(&work)?;
    let mut figures = table::Figures::load()?;
    for site in SITES.iter().filter(|site| CRAWLED.contains(&site.name)) {
        if !only.is_empty() && only.iter().all(|name| name != site.name) {
            continue;
        }
        let dist = build::site(root, site)?;
        python::installed(&work, &fixtures().join("crawl.txt"))?;
        let crawl = crawl(&work, program, site.name, &dist)?;
        println!("{}", line(&crawl));
        for (which, agreement) in [("dead", &crawl.dead), ("redirects", &crawl.moved)] {
            for (who, only) in [("linkchecker", &agreement.crawl_only), ("the audit", &agreement.audit_only)]
            {
                only.iter().for_each(|(path, place)| println!("    {which}, {who} only: {path} {place}"));
            }
        }
        figures.keep_crawl(crawl);
    }
    if !dry {
        figures.save()?;
        table::write(&figures)?;
    }
    Ok(Exit::Fine)
}

fn crawl(work: &Path, program: &Path, name: &str, dist: &Path) -> Result<Crawl> {
    // A header that linkchecker asks for, or it waits between requests.
    let copy = work.join(format!("crawl-{name}"));
    let _ = std::fs::remove_dir_all(&copy);
    must(Command::new("cp").arg("-r").arg(dist).arg(&copy))?;
    std::fs::write(copy.join("_headers"), "/*\n  LinkChecker: yes\n")?;
    let settings = work.join("linkcheckerrc");
    std::fs::write(&settings, "[checking]\nmaxrequestspersecond=100000\n")?;
    let audited = work.join(format!("crawl-{name}.json"));
    let mut audit = Command::new(program);
    audit.arg("audit").arg(dist).args(["--format", "json", "--limit", "0", "--quiet", "--fail-on", "never"]);
    std::fs::write(&audited, must(&mut audit)?)?;

    let served = served::serve(program, &copy, &[])?;
    let seen = work.join(format!("crawl-{name}.csv"));
    let mut linkchecker = Command::new(python::program(work, "linkchecker"));
    linkchecker.arg("--config").arg(&settings);
    linkchecker.args([
        "--no-robots",
        "--no-status",
        "--threads",
        "4",
        "--recursion-level",
        "-1",
        "--verbose",
    ]);
    linkchecker.args(["-o", "csv/utf-8"]).arg(format!("{}/", served.url));
    linkchecker.stdin(Stdio::null()).stderr(Stdio::null()).stdout(std::fs::File::create(&seen)?);
    // It fails where there are dead links.
    linkchecker.status().context("can't start linkchecker")?;
    let mut compare = Command::new("python3");
    compare.arg(fixtures().join("crawled.py")).arg("--crawl").arg(&seen).arg("--audit").arg(&audited);
    let text = must(compare.args(["--url", &served.url]))?;
    let _ = std::fs::remove_dir_all(&copy);
    let crawl: Crawl = serde_json::from_str(&text).context("crawled.py says something else")?;
    Ok(Crawl { name: name.to_owned(), ..crawl })
}

fn line(crawl: &Crawl) -> String {
    let Crawl { name, asked, dead, moved } = crawl;
    let show = |agreement: &Agreement| {
        let Agreement { both, crawl_only, audit_only, unreached } = agreement;
        let (crawl_only, audit_only) = (crawl_only.len(), audit_only.len());
        format!(
            "both {both}, linkchecker only {crawl_only}, audit only {audit_only}, not reached {unreached}"
        )
    };
    format!("{name}: {asked} URLs; dead: {}; redirects: {}", show(dead), show(moved))
}

/// The table.
pub(super) fn rows(crawls: &[Crawl]) -> String {
    let mut text = String::from(
        "| site | URLs asked | dead: both say so | linkchecker only | audit only | on pages not reached | redirects: both say so | linkchecker only \
         | audit only | on pages not reached |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for Crawl { name, asked, dead, moved } in crawls {
        let _ = write!(text, "| {name} | {} |", table::grouped(*asked));
        for Agreement { both, crawl_only, audit_only, unreached } in [dead, moved] {
            let (crawl_only, audit_only) = (crawl_only.len(), audit_only.len());
            let _ = write!(text, " {} | {crawl_only} | {audit_only} | {unreached} |", table::grouped(*both));
        }
        text.push('\n');
    }
    text
}
