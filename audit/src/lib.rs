//! Finds what no host tells: links of a static site that cost a redirect, lead to nothing, or mean something else than they seem to.
//!
//! The manifest knows what every path answers, so each link is resolved as a browser would from the URL at which its page is *served*,
//! and then put to the manifest: no crawl, no guess. All files are read once, by all threads, and nothing is kept of a single link: counts
//! and first places are kept for each target, so a site of a million links costs what its targets cost.
//!
//! ```
//! use trailmark::Manifest;
//! use trailmark_audit::{AuditOptions, Rule, audit};
//! use trailmark_compiler::{CompileOptions, compile};
//!
//! let dist = tempfile::tempdir()?;
//! std::fs::write(dist.path().join("index.html"), "<a href='about.html'>About</a> <a href='team'>Team</a>")?;
//! std::fs::write(dist.path().join("about.html"), "<h1>About</h1>")?;
//! let compiled = compile(dist.path(), &CompileOptions::default(), &())?;
//! let manifest = Manifest::open(&compiled.bytes)?;
//!
//! let report = audit(&manifest, dist.path(), &AuditOptions::default(), &|_| {})?;
//! let redirect = &report.group(Rule::Redirect).unwrap().findings[0];
//! assert_eq!((redirect.target.as_str(), redirect.fix.as_deref()), ("/about.html", Some("/about")));
//! assert_eq!(report.group(Rule::NotFound).unwrap().findings[0].target, "/team");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod absent;
mod ask;
mod candidates;
mod capitals;
mod conclude;
mod error;
mod extract;
mod feeds;
mod files;
mod fix;
mod ground;
mod hash;
mod json;
mod kind;
mod locate;
mod marks;
mod origin;
mod page;
mod patterns;
mod reference;
mod report;
mod rules;
mod run;
mod sitewide;
mod standpoint;
mod survey;
mod tally;

use std::path::Path;

use trailmark::Manifest;

use crate::candidates::Conclusion;
use crate::ground::Ground;
use crate::survey::Survey;

pub use error::AuditError;
pub use fix::{
    Change, Edit, FIXABLE, FileProblem, FixGroup, FixObserver, FixOptions, FixPlace, FixReport, FixTarget,
    Left, REPAIRABLE, fix, still_direct,
};
pub use kind::{LinkKind, LinkKinds};
pub use origin::FoundOrigin;
pub use patterns::{BadIgnore, Ignored, parse_ignore};
pub use reference::Origins;
pub use report::{Finding, FirstAnswer, Group, LinkPlace, Report};
pub use rules::{Level, RULES, Rule, RuleRow, RuleSet};
pub use tally::LinkCounts;

/// How a site is audited.
#[derive(Debug, Clone)]
pub struct AuditOptions {
    /// The site's own hosts; `None` to find out from its pages.
    pub hosts: Option<Vec<String>>,
    /// Rules that are not looked for.
    pub off: RuleSet,
    /// What is passed over.
    pub ignored: Vec<Ignored>,
    /// Findings of a rule that are given in full; all are counted.
    pub limit: usize,
}

impl Default for AuditOptions {
    fn default() -> Self {
        AuditOptions { hosts: None, off: RuleSet::default(), ignored: Vec::new(), limit: 100 }
    }
}

/// Audits the site of a manifest, whose files lie in `dist`. `done` is told of files as they have been read, from any thread.
///
/// Reads every page, style sheet, sitemap, feed and web manifest once, and what is shown again. Memory grows with the number of targets, ids and
/// pages, not with that of links.
///
/// # Errors
/// [`AuditError`] if the folder can't be used. A file that can't be read is a finding.
pub fn audit(
    manifest: &Manifest<'_>,
    dist: &Path,
    options: &AuditOptions,
    done: &(dyn Fn(usize) + Sync),
) -> Result<Report, AuditError> {
    let Survey { files, marks, origins, origin, patterns } =
        Survey::of(manifest, dist, options.hosts.as_deref(), &options.ignored)?;
    let ground = Ground { origins: &origins, marks: &marks, patterns: &patterns, off: options.off };
    let tally = run::run(manifest, &files, &ground, done);
    let conclusion =
        Conclusion { manifest, files: &files, ground: &ground, off: options.off, limit: options.limit };
    let groups = conclusion.groups(&tally);
    Ok(Report {
        files: manifest.asset_count(),
        pages: tally.pages,
        bytes: tally.bytes,
        links: tally.counts,
        targets: tally.targets.len(),
        hosts: origins.hosts().to_vec(),
        origin,
        groups,
    })
}
