//! Audits a site, and has `check.py` put its findings to the served site.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::catalog::Site;
use super::{fixtures, must, served};

/// What came of a site.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) pages: u64,
    /// Links inside the site, to other pages and to elements of the same one.
    pub(super) links: u64,
    pub(super) targets: u64,
    pub(super) bytes: u64,
    /// Of the audit, files in the cache.
    pub(super) seconds: f64,
    pub(super) rules: Vec<Found>,
    /// Links of some pages that were all put to the server, and what of it the audit had not said.
    pub(super) asked: u64,
    pub(super) missed: u64,
}

/// The findings of a rule.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Found {
    pub(super) rule: String,
    pub(super) findings: u64,
    pub(super) links: u64,
    /// Findings that were put to the server, and those that were false there.
    pub(super) judged: u64,
    pub(super) wrong: u64,
    /// Findings that the script could not judge.
    pub(super) open: u64,
}

#[derive(Deserialize)]
struct Report {
    pages: u64,
    bytes: u64,
    targets: u64,
    links: Links,
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Links {
    internal: u64,
    same_page: u64,
}

#[derive(Deserialize)]
struct Group {
    rule: String,
    count: u64,
    links: u64,
}

/// A line of `check.py`.
#[derive(Deserialize)]
struct Verdict {
    rule: String,
    target: String,
    verdict: String,
    seen: serde_json::Value,
    place: String,
}

/// Audits, and checks.
///
/// # Errors
/// The audit fails, or the site can't be served.
pub(super) fn site(
    root: &Path,
    program: &Path,
    site: &Site,
    dist: &Path,
    each: usize,
    pages: usize,
) -> Result<Row> {
    let work = root.join(".work");
    std::fs::create_dir_all(&work).with_context(|| format!("can't make {}", work.display()))?;
    let file = work.join(format!("{}.json", site.name));
    let mut row = audit(program, site, dist, &file)?;
    let served = served::serve(program, dist, site.settings)?;
    let base = site.settings.iter().skip_while(|&&setting| setting != "--base").nth(1).unwrap_or(&"");
    let mut check = Command::new("python3");
    check.arg(fixtures().join("check.py")).arg("--audit").arg(&file).arg("--dist").arg(dist);
    check.args(["--url", &served.url, "--base", base]);
    check.args(["--each", &each.to_string(), "--pages", &pages.to_string()]);
    for line in must(&mut check)?.lines() {
        let verdict: Verdict =
            serde_json::from_str(line).with_context(|| format!("check.py says {line:?}"))?;
        row.take(&verdict);
    }
    Ok(row)
}

fn audit(program: &Path, site: &Site, dist: &Path, file: &Path) -> Result<Row> {
    let mut command = Command::new(program);
    command.arg("audit").arg(dist).args(["--format", "json", "--limit", "0"]);
    command.args(["--quiet", "--fail-on", "never"]).args(site.settings);
    let text = must(&mut command)?;
    std::fs::write(file, &text)?;
    // Again, for its time as a person would run it: the files are in the cache now.
    let mut timed = Command::new(program);
    timed.arg("audit").arg(dist).args(["--quiet", "--fail-on", "never"]).args(site.settings);
    let started = Instant::now();
    must(&mut timed)?;
    let seconds = started.elapsed().as_secs_f64();
    let report: Report = serde_json::from_str(&text).context("the audit's JSON is not as expected")?;
    let rules = report.groups.into_iter().map(|group| Found {
        rule: group.rule,
        findings: group.count,
        links: group.links,
        ..Found::default()
    });
    Ok(Row {
        name: site.name.to_owned(),
        pages: report.pages,
        links: report.links.internal + report.links.same_page,
        targets: report.targets,
        bytes: report.bytes,
        seconds,
        rules: rules.collect(),
        ..Row::default()
    })
}

impl Row {
    fn take(&mut self, verdict: &Verdict) {
        let found = self.rules.iter_mut().find(|found| found.rule == verdict.rule);
        match (verdict.verdict.as_str(), found) {
            ("asked", _) => self.asked = verdict.target.parse().unwrap_or_default(),
            ("missed", _) => self.missed += 1,
            ("true", Some(found)) => found.judged += 1,
            ("false", Some(found)) => {
                found.judged += 1;
                found.wrong += 1;
            }
            (_, Some(found)) => found.open += 1,
            (_, None) => {}
        }
        if !matches!(verdict.verdict.as_str(), "true" | "asked") {
            let Verdict { rule, target, verdict, seen, place } = verdict;
            println!("    {verdict} {rule}: {target} in {place}: {seen}");
        }
    }

    /// Findings that were put to the server.
    pub(super) fn judged(&self) -> u64 {
        self.rules.iter().map(|found| found.judged).sum()
    }

    /// Those of them that were false.
    pub(super) fn wrong(&self) -> u64 {
        self.rules.iter().map(|found| found.wrong).sum()
    }

    /// Whether somebody has to look at it.
    pub(super) fn is_finding(&self) -> bool {
        self.wrong() + self.missed > 0 || self.rules.iter().any(|found| found.open > 0)
    }

    /// For the terminal.
    pub(super) fn line(&self) -> String {
        let Row { name, pages, links, asked, missed, seconds, .. } = self;
        let (judged, wrong) = (self.judged(), self.wrong());
        format!(
            "{name}: {pages} pages, {links} links, {seconds:.2} s; {wrong} of {judged} findings false, {missed} of {asked} links missed"
        )
    }
}
