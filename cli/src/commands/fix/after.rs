//! What is to be done or known after files were changed.

use std::path::Path;

use trailmark::Manifest;
use trailmark_audit::{FixReport, still_direct};
use trailmark_compiler::compile_routes;

use crate::output::{self, count, shown};
use crate::site::{self, SiteArgs};

/// Says which files hold what was before.
pub(super) fn tell(report: &FixReport, given: &Path, dist: &Path, quiet: bool) {
    let stale = report.stale.first().filter(|_| report.changed_links > 0);
    if let Some(first) = stale {
        let copies = if report.stale.len() == 1 { "packed copy" } else { "packed copies" };
        let verb = if report.written { "of a page as it was before" } else { "of a page that would change" };
        let number = output::grouped(report.stale.len() as u64);
        output::warning(&format!(
            "{number} {copies} {verb}, such as {}: pack again after this",
            shown(first)
        ));
    }
    tell_of_manifest(report, given, dist, quiet);
}

fn tell_of_manifest(report: &FixReport, given: &Path, dist: &Path, quiet: bool) {
    if !report.written || report.changed_links == 0 || quiet {
        return;
    }
    if report.hard_linked > 0 {
        let files = count(usize::try_from(report.hard_linked).unwrap_or(usize::MAX), "changed file");
        output::note(&format!("{files} had other names on the disk (hard links), which keep the old bytes"));
    }
    let beside = dist.canonicalize().ok().map(|dist| {
        let mut name = dist.as_os_str().to_owned();
        name.push(".trailmark");
        name
    });
    let manifest = match given.is_dir() {
        true => {
            beside.filter(|path| Path::new(path).is_file()).map(|_| format!("{}.trailmark", dist.display()))
        }
        false => Some(given.display().to_string()),
    };
    let dist = dist.display();
    match manifest {
        Some(manifest) => output::note(&format!(
            "{} describes the files as they were: run `trailmark compile {dist}` again",
            shown(&manifest)
        )),
        None => {
            output::note(&format!(
                "a manifest is to be made from the files as they are now: `trailmark compile {dist}`"
            ));
        }
    }
}

/// Whether all changed links lead to their file at once also by a manifest of the changed files. Says so if not.
///
/// # Errors
/// The folder can't be compiled any more.
pub(super) fn check(report: &FixReport, given: &Path, site: &SiteArgs) -> anyhow::Result<bool> {
    if !report.written || report.targets.is_empty() || !given.is_dir() {
        return Ok(true);
    }
    let plan = site::plan(Some(given), site)?;
    let compiled = compile_routes(&plan.dist, &plan.options(false), &())?;
    let lost = still_direct(&Manifest::open(&compiled.bytes)?, report);
    let Some(first) = lost.first() else { return Ok(true) };
    output::warning(&format!(
        "{} that changed links lead to {} otherwise now, such as {}: pages that differed have become equal, or the other way round, \
         and the platform compares them; run `trailmark fix` again",
        count(lost.len(), "path"),
        if lost.len() == 1 { "answers" } else { "answer" },
        shown(first),
    ));
    Ok(false)
}
