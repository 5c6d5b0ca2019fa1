//! A site on a host: what a request gets.

use trailmark::{Manifest, OpenError, Request, RequestHeaders, RequestPath, Scratch};

use crate::error::CompileError;
use crate::rules::{self, Certainty};
use crate::site::RoutingOptions;

use super::files::Files;
use super::host::Host;
use super::interpret::{Finding, Interpreter, Outcome};
use super::paths;
use super::policy::{NotFound, Policy};
use super::row::{Does, HostRule};
use super::spelling;
use super::tables;

/// A site on a host, ready to be asked.
#[derive(Debug)]
pub struct HostedSite<'f> {
    host: Host,
    files: &'f Files,
    judge: Judge<'f>,
}

/// Who answers.
#[derive(Debug)]
enum Judge<'f> {
    /// The table of a host.
    Rows(Interpreter<'f>),
    /// A manifest, for the platforms of Cloudflare.
    Manifest(Vec<u8>),
}

/// What a GET gets, as far as routing goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostAnswer {
    /// The status.
    pub status: u16,
    /// Where a redirect leads: path and query, whatever form the host's header has.
    pub location: Option<String>,
    /// The file whose bytes are the body, by its place in the site's folder; `None` for a redirect, and for a body of the host's own.
    pub file: Option<String>,
    /// The rule that says so.
    pub rule: RuleNote,
}

/// A rule, as far as a reader wants to know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleNote {
    /// Its name.
    pub name: &'static str,
    /// What it does, as a sentence.
    pub summary: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// How well it is known.
    pub certainty: Certainty,
}

impl<'f> HostedSite<'f> {
    /// Puts a site on a host. For the platforms of Cloudflare, that is a compilation in memory: O(n) with a few hundred
    /// nanoseconds a file. For others nothing is worked out before it is asked.
    ///
    /// # Errors
    /// [`CompileError::Limit`], on Cloudflare's platforms only.
    pub fn new(files: &'f Files, host: Host) -> Result<HostedSite<'f>, CompileError> {
        let judge = match Policy::of(host) {
            Some(policy) => Judge::Rows(Interpreter::new(files, host, policy)),
            None => Judge::Manifest(manifest(files, host.cloudflare().unwrap_or_default())?),
        };
        Ok(HostedSite { host, files, judge })
    }

    /// The host.
    pub fn host(&self) -> Host {
        self.host
    }

    /// What a GET for a path gets. O(rules x (length + log n)).
    pub fn answer(&self, request: &RequestPath<'_>) -> HostAnswer {
        match &self.judge {
            Judge::Rows(rows) => self.by_rows(rows, request),
            Judge::Manifest(bytes) => match Manifest::open(bytes) {
                Ok(manifest) => self.by_manifest(&manifest, request),
                Err(error) => self.unopened(&error),
            },
        }
    }

    /// The rows that are about paths like this one, up to the one that answers, and what was found about each. Empty for the
    /// platforms of Cloudflare, whose manifests `explain` has its own words for, and for a path that the host refuses.
    pub fn trace(&self, request: &RequestPath<'_>) -> Vec<(RuleNote, Finding)> {
        let mut steps = Vec::new();
        if let Judge::Rows(rows) = &self.judge
            && let Some(path) = spelling::read(request.path(), rows.policy())
        {
            rows.run_with(&path, |rule, finding| steps.push((RuleNote::of(rule), finding)));
        }
        steps
    }

    /// The path as the rows read it; `None` if the host refuses it. For the platforms of Cloudflare as it was requested.
    pub fn read_path(&self, request: &RequestPath<'_>) -> Option<String> {
        match &self.judge {
            Judge::Rows(rows) => spelling::read(request.path(), rows.policy()),
            Judge::Manifest(_) => Some(request.path().to_owned()),
        }
    }

    /// Where the redirects that begin with an answer end: the first answer that is none, or the last that was looked at where they
    /// go round in a circle. `None` if the answer is no redirect.
    pub fn end_of(&self, answer: &HostAnswer) -> Option<HostAnswer> {
        const MOST_HOPS: usize = 10;
        let mut location = answer.location.clone()?;
        let mut scratch = Scratch::new();
        for _ in 1..MOST_HOPS {
            let next = self.answer(&RequestPath::parse(&location, &mut scratch).ok()?);
            match &next.location {
                Some(further) => location.clone_from(further),
                None => return Some(next),
            }
        }
        Some(self.answer(&RequestPath::parse(&location, &mut scratch).ok()?))
    }

    /// The paths that have an answer of their own, decoded and sorted: every file's name, and every path at which something is
    /// served or redirected because a file is there. A rule that asks for no file answers at others too.
    pub fn paths(&self) -> Vec<String> {
        match &self.judge {
            Judge::Rows(rows) => {
                let mut paths = paths::candidates(self.files, rows.rules());
                paths.retain(|path| rows.run(&spelling::requested(path, rows.policy())).is_some());
                paths
            }
            Judge::Manifest(bytes) => {
                let manifest = Manifest::open(bytes).ok();
                let routes = manifest.iter().flat_map(Manifest::routes).map(|route| route.path.to_string());
                let mut paths: Vec<String> = routes.collect();
                paths.sort_unstable();
                paths
            }
        }
    }

    fn by_rows(&self, rows: &Interpreter<'_>, request: &RequestPath<'_>) -> HostAnswer {
        let policy = rows.policy();
        let Some(path) = spelling::read(request.path(), policy) else {
            return HostAnswer::of(tables::bad_request(self.host), 400, None, None);
        };
        let Some(hit) = rows.run(&path) else { return self.miss(&path, policy) };
        match hit.outcome {
            Outcome::Serve(file)
                // An escape in the path is enough to miss it.
                if policy.page_is_always_404
                    && !path.contains('%')
                    && self.files.name(file) == self.not_found_page() =>
            {
                self.miss(&path, policy)
            }
            Outcome::Serve(file) => {
                HostAnswer::of(Some(hit.rule), 200, None, Some(self.file_name(self.files.name(file))))
            }
            Outcome::Redirect(to) => {
                let location = spelling::location(&to, request.query(), policy);
                HostAnswer::of(Some(hit.rule), policy.redirect_status, Some(location), None)
            }
            Outcome::Refuse(status) => HostAnswer::of(Some(hit.rule), status, None, None),
        }
    }

    fn miss(&self, path: &str, policy: &Policy) -> HostAnswer {
        let page = self.not_found_page();
        let has_page = policy.not_found == NotFound::RootPage
            && self.files.base().contains(path)
            && self.files.find(&page).is_some();
        let rule = tables::miss(self.host, has_page);
        let file = rule.filter(|rule| rule.does == Does::NotFoundPage).map(|_| self.file_name(&page));
        HostAnswer::of(rule, 404, None, file)
    }

    /// The name of the page for misses.
    fn not_found_page(&self) -> String {
        format!("{}/404.html", self.files.base().as_str())
    }

    fn by_manifest(&self, manifest: &Manifest<'_>, request: &RequestPath<'_>) -> HostAnswer {
        let request = Request::new("GET", *request, RequestHeaders::default());
        let answer = manifest.answer(&request);
        let rule = rules::named(manifest.rule_name(answer.rule)).map(|(_, rule)| RuleNote {
            name: rule.name,
            summary: rule.summary,
            source: rule.source,
            certainty: rule.certainty,
        });
        HostAnswer {
            status: answer.status,
            location: answer.location().map(ToString::to_string),
            file: answer.body.map(|asset| asset.site_path().to_string()),
            rule: rule.unwrap_or(RuleNote::UNKNOWN),
        }
    }

    /// Cannot be: the compiler made the manifest a moment ago.
    fn unopened(&self, _: &OpenError) -> HostAnswer {
        HostAnswer { status: 500, location: None, file: None, rule: RuleNote::UNKNOWN }
    }

    /// A file as the folder knows it: without the base.
    fn file_name(&self, name: &str) -> String {
        self.files.base().below(name).unwrap_or(name).to_owned()
    }
}

impl HostAnswer {
    fn of(
        rule: Option<&'static HostRule>,
        status: u16,
        location: Option<String>,
        file: Option<String>,
    ) -> HostAnswer {
        HostAnswer { status, location, file, rule: rule.map_or(RuleNote::UNKNOWN, RuleNote::of) }
    }
}

impl RuleNote {
    const UNKNOWN: RuleNote =
        RuleNote { name: "unknown", summary: "", source: "", certainty: Certainty::Assumed };

    /// What there is to know of a row.
    pub fn of(rule: &'static HostRule) -> RuleNote {
        let HostRule { name, summary, source, certainty, .. } = *rule;
        RuleNote { name, summary, source, certainty }
    }
}

/// The manifest of a site on a platform of Cloudflare.
fn manifest(files: &Files, options: RoutingOptions) -> Result<Vec<u8>, CompileError> {
    // The names hold the base already.
    let mut assets = files.assets().to_vec();
    for asset in &mut assets {
        let own = files.base().below(&asset.site_path).unwrap_or(&asset.site_path).to_owned();
        asset.site_path = own;
    }
    let rules = crate::site_rules::SiteRules::default();
    crate::compile_files_at(assets, options, files.base(), &rules).map(|compiled| compiled.bytes)
}
