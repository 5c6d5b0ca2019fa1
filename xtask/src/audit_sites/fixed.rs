//! `--fix`: `trailmark fix` on copies of the sites. Afterwards the audit must find nothing that could be fixed, and a script that shares no code with it no
//! byte that differs outside of links.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::catalog::{SITES, Source};
use super::{build, fixtures, must};
use crate::Exit;

/// The rules that are fixed.
const RULES: [&str; 4] = ["redirect", "redirect-chain", "canonical-redirects", "sitemap-redirects"];

#[derive(Deserialize)]
struct Audit {
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    links: u64,
}

#[derive(Deserialize)]
struct Fixed {
    changed_links: u64,
    changed_files: u64,
}

#[derive(Deserialize)]
struct Compared {
    files: u64,
    values: u64,
    bad: Vec<String>,
}

/// Fixes copies of the sites, and tells what came out.
///
/// # Errors
/// A site can't be built, copied or fixed.
pub(super) fn run(root: &Path, program: &Path, only: &[String]) -> Result<Exit> {
    let copies = root.join(".work/fixed");
    std::fs::create_dir_all(&copies)?;
    let mut found = false;
    // The same site with other settings is the same files.
    let sites = SITES.iter().filter(|site| !matches!(site.source, Source::As(_)));
    for site in sites.filter(|site| only.is_empty() || only.iter().any(|name| name == site.name)) {
        let dist = build::site(root, site)?;
        let copy = copies.join(site.name);
        if copy.exists() {
            std::fs::remove_dir_all(&copy)?;
        }
        must(Command::new("cp").arg("-a").arg(dist.canonicalize()?).arg(&copy))?;
        let before = left(program, &copy)?;
        let fixed: Fixed = answer(program, &copy, &["fix", "--limit", "1"])?;
        let again: Fixed = answer(program, &copy, &["fix", "--limit", "1"])?;
        let after = left(program, &copy)?;
        let script = fixtures().join("only_links.py");
        let compared = must(Command::new("python3").arg(script).arg(dist.canonicalize()?).arg(&copy))?;
        let compared: Compared = serde_json::from_str(&compared)?;
        println!(
            "{}: {before} links redirect, {} changed in {} files, {after} left; the script sees {} values in {} files, and {} files with \
             other differences; a second run changed {}",
            site.name,
            fixed.changed_links,
            fixed.changed_files,
            compared.values,
            compared.files,
            compared.bad.len(),
            again.changed_links,
        );
        compared.bad.iter().take(10).for_each(|name| println!("    {name}"));
        found |= after + again.changed_links > 0 || !compared.bad.is_empty();
        std::fs::remove_dir_all(&copy)?;
    }
    Ok(Exit::finding_if(found))
}

/// The links that the audit would have fixed.
fn left(program: &Path, dist: &Path) -> Result<u64> {
    let only = RULES.iter().flat_map(|rule| ["--only", rule]);
    let arguments: Vec<&str> =
        ["audit", "--fail-on", "never", "--limit", "1"].into_iter().chain(only).collect();
    let audit: Audit = answer(program, dist, &arguments)?;
    Ok(audit.groups.iter().map(|group| group.links).sum())
}

/// What a command says of a folder in JSON.
fn answer<T: for<'de> Deserialize<'de>>(program: &Path, dist: &Path, arguments: &[&str]) -> Result<T> {
    let (name, options) = arguments.split_first().context("no command")?;
    let mut command = Command::new(program);
    command.arg(name).arg(dist).args(options).args(["--quiet", "--no-config", "--format", "json"]);
    Ok(serde_json::from_str(&must(&mut command)?)?)
}
