//! `--fail-on`: which findings make the command fail.

use trailmark_compare::log::{ChangeReport, Fate};
use trailmark_compare::{Comparison, Kind};

use crate::exit::Exit;
use crate::output;

/// What can be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum FailOn {
    /// URLs that are found no more; not files that builds name by a hash
    Gone,
    /// Files named by a hash of their content that are found no more
    GoneHashed,
    /// URLs at which the platform fails now
    Failing,
    /// URLs that start or stop to redirect, or redirect elsewhere
    Redirects,
    /// URLs that start to redirect
    RedirectStarts,
    /// URLs that stop redirecting
    RedirectStops,
    /// URLs that redirect elsewhere
    RedirectTarget,
    /// Redirects that lead to nothing any more, or only by a detour
    DeadEnds,
    /// URLs that are handed over to your own code now, or no longer
    Worker,
    /// URLs with other bytes or headers
    Changed,
    /// URLs with other bytes
    Content,
    /// URLs with other headers
    Headers,
    /// URLs that are new
    New,
    /// Another answer to unknown paths
    NotFound,
    /// Rules of `_redirects`, `_headers` or the router that differ
    Rules,
    /// Platform, options or base that differ
    Settings,
    /// Any difference
    Any,
}

impl FailOn {
    /// As it is written.
    pub(super) fn name(self) -> String {
        let value = clap::ValueEnum::to_possible_value(&self);
        value.as_ref().map_or("", |value| value.get_name()).to_owned()
    }

    /// Whether it is about single URLs, which somebody may ask for.
    pub(super) fn is_of_urls(self) -> bool {
        !self.kinds().is_empty()
    }

    /// How many requests of a log there are of it.
    pub(super) fn requests(self, found: &ChangeReport, at_least: u64) -> u64 {
        let of = |&kind: &Kind| found.total_of(Fate::Changes(kind), at_least).requests;
        self.kinds().iter().map(of).sum()
    }

    fn kinds(self) -> &'static [Kind] {
        match self {
            FailOn::Gone => &[Kind::Gone],
            FailOn::GoneHashed => &[Kind::GoneHashed],
            FailOn::Failing => &[Kind::Failing],
            FailOn::Redirects => &[Kind::RedirectStarts, Kind::RedirectStops, Kind::RedirectTarget],
            FailOn::RedirectStarts => &[Kind::RedirectStarts],
            FailOn::RedirectStops => &[Kind::RedirectStops],
            FailOn::RedirectTarget => &[Kind::RedirectTarget],
            FailOn::Worker => &[Kind::Worker],
            FailOn::Changed => &[Kind::Content, Kind::Headers],
            FailOn::Content => &[Kind::Content],
            FailOn::Headers => &[Kind::Headers],
            FailOn::New => &[Kind::New],
            FailOn::Any => Kind::ALL,
            FailOn::DeadEnds | FailOn::NotFound | FailOn::Rules | FailOn::Settings => &[],
        }
    }

    /// How much of it there is, in words; `None` if there is nothing.
    fn found(self, found: &Comparison<'_>) -> Option<String> {
        let urls: usize = self.kinds().iter().map(|&kind| found.diff.count_of(kind).urls).sum();
        let zones = found.zones.iter().filter(|zone| zone.is_other_answer || self == FailOn::Any).count();
        let (count, noun) = match self {
            FailOn::DeadEnds => (found.detours.len(), "redirect that ends nowhere or takes a detour"),
            FailOn::NotFound => (zones, "zone of unknown paths"),
            FailOn::Rules => (found.rules.len(), "rule"),
            FailOn::Settings => (found.settings.len(), "setting"),
            FailOn::Any if urls == 0 => {
                let others = found.settings.len() + found.rules.len() + zones + found.detours.len();
                (others, "difference")
            }
            _ => (urls, "URL"),
        };
        (count > 0).then(|| output::count(count, noun))
    }
}

/// The exit status, and why, where a log says what counts.
pub(super) fn exit_of_requests(found: &ChangeReport, fail_on: &[FailOn], at_least: u64) -> Exit {
    let mut exit = Exit::Fine;
    for wanted in fail_on {
        let requests = wanted.requests(found, at_least);
        if requests > 0 {
            output::warning(&format!("--fail-on {}: {} requests", wanted.name(), output::grouped(requests)));
            exit = Exit::Finding;
        }
    }
    exit
}

/// The exit status, and why, if it is not 0.
pub(super) fn exit(found: &Comparison<'_>, fail_on: &[FailOn]) -> Exit {
    let mut exit = Exit::Fine;
    for wanted in fail_on {
        if let Some(what) = wanted.found(found) {
            output::warning(&format!("--fail-on {}: {what}", wanted.name()));
            exit = Exit::Finding;
        }
    }
    exit
}
