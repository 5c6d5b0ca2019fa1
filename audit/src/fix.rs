//! Rewrites links that cost a redirect to the URL that is served, and nothing else: the bytes of a link change, all others stay.
//!
//! A link is changed only if the manifest says that the new one leads, at once, to the very URL and file at which the old one ended. Then the
//! file is read again as it would be, and must say the same but for these links; only then is it written, in one step.

mod disk;
mod edit;
mod elsewhere;
mod judge;
mod options;
mod outcome;
mod read;
mod report;
mod respell;
mod run;
mod spelling;
mod tally;

use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use trailmark::Manifest;

pub use self::edit::Edit;
pub use self::options::FixOptions;
pub use self::outcome::Left;
pub use self::report::{FileProblem, FixGroup, FixPlace, FixReport, FixTarget};
pub use self::run::{Change, FixObserver};

use self::judge::Common;
use self::run::{Site, is_unfinished};
use crate::ask::{Asker, End, Verdict};
use crate::capitals::OnlyFiles;
use crate::error::AuditError;
use crate::files::Files;
use crate::ground::Ground;
use crate::reference::Origins;
use crate::rules::Rule;
use crate::survey::Survey;

/// The rules whose findings [`fix`] takes away.
pub const FIXABLE: &[Rule] = &outcome::FIXABLE;

/// The rules whose findings [`fix`] takes away if [`FixOptions::also`] names them.
pub const REPAIRABLE: &[Rule] = &outcome::REPAIRABLE;

/// Rewrites the links of a site, whose files lie in `dist`, to the URLs that are served.
///
/// Reads every page, style sheet, sitemap, feed and web manifest once, changed ones twice. Files are written one by one, each in one step;
/// to run it again after it was ended, or at any time, does what is left to do. Memory grows with the number of targets.
///
/// The manifest's routes hold for the files as they are afterwards, but for pages that are compared with each other by their content
/// (`a.html` beside `a/index.html`): ask a new manifest by [`still_direct`]. Entity tags are those of the old files.
///
/// # Errors
/// [`AuditError`] if the folder can't be used. What is wrong with a single file is in the report.
pub fn fix(
    manifest: &Manifest<'_>,
    dist: &Path,
    options: &FixOptions,
    observer: &dyn FixObserver,
) -> Result<FixReport, AuditError> {
    let Survey { files, marks, origins, origin, patterns } =
        Survey::of(manifest, dist, options.hosts.as_deref(), &options.ignored)?;
    let ground = Ground { origins: &origins, marks: &marks, patterns: &patterns, off: options.off };
    let elsewhere = elsewhere::find(manifest, &files, &origins);
    let only_files = match options.also.contains(Rule::CaseDiffers) {
        true => OnlyFiles::of(manifest),
        false => OnlyFiles::default(),
    };
    let mut headers = Vec::new();
    let headers_name_hashes =
        files.read("/_headers", &mut headers).is_ok() && memchr::memmem::find(&headers, b"'sha").is_some();
    let names = manifest.assets().map(|asset| asset.site_path().to_string());
    let endings = [".gz", ".br", ".zst"];
    let packed = names.filter(|name| endings.iter().any(|ending| name.ends_with(ending))).collect();
    let site = Site {
        manifest,
        files: &files,
        ground: &ground,
        elsewhere: &elsewhere,
        common: Common { manifest, options, elsewhere: &elsewhere.files, only_files: &only_files },
        observer,
        hashes_styles: headers_name_hashes,
        has_integrity: OnceLock::new(),
        packed,
    };
    let report = site.run();
    if options.write {
        remove_unfinished(manifest, &files);
    }
    Ok(FixReport { hosts: origins.hosts().to_vec(), origin, ..report })
}

/// Removes what a run left behind that was killed. What another run has in hand is younger.
fn remove_unfinished(manifest: &Manifest<'_>, files: &Files) {
    const AGE: Duration = Duration::from_secs(2);
    let is_old = |disk: &Path| {
        let modified = std::fs::symlink_metadata(disk).ok().and_then(|found| found.modified().ok());
        modified.and_then(|modified| modified.elapsed().ok()).is_some_and(|age| age > AGE)
    };
    for asset in manifest.assets() {
        let path = asset.site_path().to_string();
        if is_unfinished(&path)
            && let Ok(disk) = files.disk_path(&path)
            && is_old(&disk)
        {
            // If it stays, it is found again next time.
            let _ = std::fs::remove_file(disk);
        }
    }
}

/// The paths of [`FixReport::targets`] that do not lead, at once, to their file by another manifest of the same files: that of the site
/// after it was changed. Cost: one look-up a path.
pub fn still_direct(manifest: &Manifest<'_>, report: &FixReport) -> Vec<String> {
    let origins = Origins::new(report.hosts.iter().cloned());
    let mut asker = Asker::new(manifest, &origins);
    let leads = |end: Option<u32>, verdict: Verdict| {
        verdict.hops == 0 && verdict.end == end.map_or(End::Fallback, End::File)
    };
    let lost = report.targets.iter().filter(|(path, end)| !leads(*end, asker.ask(path.as_bytes())));
    lost.map(|(path, _)| path.clone()).collect()
}
