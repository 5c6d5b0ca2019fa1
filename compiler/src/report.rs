//! What a compilation found and made, in figures.

use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::hosts::Host;
use crate::preflight::Warning;
use crate::routes::{Answers, FormAnswer, FullAnswer, StemRoutes};
use crate::rule_files::RuleFileNote;
use crate::site::{RoutingOptions, Site};
use crate::site_rules::SiteRules;
use crate::walk::ScanNote;

/// How long each stage took.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Times {
    /// Walking the folder; zero where the files are read on the way, which then all counts as hashing.
    #[serde(serialize_with = "seconds")]
    pub scan: Duration,
    /// Reading and hashing.
    #[serde(serialize_with = "seconds")]
    pub hash: Duration,
    /// Working out the answers.
    #[serde(serialize_with = "seconds")]
    pub resolve: Duration,
    /// Building the index over the pages.
    #[serde(serialize_with = "seconds")]
    pub index: Duration,
    /// Making the manifest.
    #[serde(serialize_with = "seconds")]
    pub encode: Duration,
    /// Looking for what its owner may not have meant.
    #[serde(serialize_with = "seconds")]
    pub check: Duration,
}

impl Times {
    /// All stages together.
    pub fn total(&self) -> Duration {
        self.scan + self.hash + self.resolve + self.index + self.encode + self.check
    }
}

/// Its spelling.
fn host_name<S: Serializer>(host: &Option<Host>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&host.map_or("", Host::as_str))
}

fn seconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((duration.as_secs_f64() * 1e6).round() / 1e6)
}

/// What a compilation found and made.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// How the site is served; absent for a host other than Cloudflare's.
    #[serde(flatten)]
    pub options: Option<RoutingOptions>,
    /// That host.
    #[serde(rename = "platform", skip_serializing_if = "Option::is_none", serialize_with = "host_name")]
    pub host: Option<Host>,
    /// Files of the site.
    pub files: usize,
    /// Their size, bytes.
    pub bytes: u64,
    /// Files that were read and hashed.
    pub hashed: usize,
    /// Their size, bytes.
    pub hashed_bytes: u64,
    /// Files whose fingerprint was known from an earlier compilation.
    pub from_cache: usize,
    /// Why the hash cache was not used, if that is odd.
    pub cache_note: Option<String>,
    /// Files that the platform never serves.
    pub excluded: usize,
    /// Assets whose name ends in `.html`.
    pub pages: usize,
    /// Paths with a stored answer.
    pub routes: usize,
    /// Those of them that serve a file.
    pub serves: usize,
    /// Those of them that redirect.
    pub redirects: usize,
    /// Folders that own a `404.html`, the root included.
    pub not_found_pages: usize,
    /// Size of the manifest, bytes.
    pub manifest_bytes: usize,
    /// How long it took, seconds.
    pub seconds: Times,
    /// What in the folder was passed over.
    pub notes: Vec<ScanNote>,
    /// Rules of `_redirects` that the platform accepts.
    pub redirect_rules: usize,
    /// Rules of `_headers` that the platform accepts.
    pub header_rules: usize,
    /// Whether there is a Worker script or Pages Function.
    pub has_script: bool,
    /// What the platform ignores, or takes otherwise than it looks, in the files that configure it.
    pub rule_notes: Vec<RuleFileNote>,
    /// What the site's owner may not have meant.
    pub warnings: Vec<Warning>,
}

impl Report {
    pub(crate) fn new(
        site: &Site,
        host: Option<Host>,
        routes: &[StemRoutes<'_>],
        rules: &SiteRules,
        manifest_bytes: usize,
        excluded: usize,
        seconds: Times,
    ) -> Report {
        let mut serves = 0;
        let mut redirects = 0;
        for route in routes {
            let (stem_serves, stem_redirects) = count(&route.answers);
            serves += stem_serves;
            redirects += stem_redirects;
        }
        Report {
            options: host.is_none().then_some(site.options),
            host,
            files: site.assets.len(),
            bytes: site.assets.iter().map(|asset| asset.size).sum(),
            hashed: 0,
            hashed_bytes: 0,
            from_cache: 0,
            cache_note: None,
            excluded,
            pages: site.assets.iter().filter(|asset| asset.site_path.ends_with(".html")).count(),
            routes: serves + redirects,
            serves,
            redirects,
            not_found_pages: site.not_found_pages().len(),
            manifest_bytes,
            seconds,
            notes: Vec::new(),
            redirect_rules: rules.redirect_rules().len(),
            header_rules: rules.headers.as_ref().map_or(0, |headers| headers.rules.len()),
            has_script: rules.router.has_script,
            rule_notes: Vec::new(),
            warnings: Vec::new(),
        }
    }
}

/// How many forms of a stem serve, and how many redirect.
fn count(answers: &Answers) -> (usize, usize) {
    match answers {
        Answers::Regular { forms, .. } => (
            forms.iter().filter(|form| matches!(form, FormAnswer::Serve { .. })).count(),
            forms.iter().filter(|form| matches!(form, FormAnswer::Redirect { .. })).count(),
        ),
        Answers::Irregular(answers) => (
            answers.iter().filter(|answer| matches!(answer, FullAnswer::Serve(..))).count(),
            answers.iter().filter(|answer| matches!(answer, FullAnswer::Redirect(..))).count(),
        ),
    }
}
