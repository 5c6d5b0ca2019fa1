//! `--fail-on`: which findings make the command fail.

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

/// The exit status, and why, if it is not 0.
pub(super) fn exit(found: &Comparison<'_>, fail_on: &[FailOn]) -> Exit {
    let mut exit = Exit::Fine;
    for wanted in fail_on {
        if let Some(what) = wanted.found(found) {
            let name = clap::ValueEnum::to_possible_value(wanted);
            let name = name.as_ref().map_or("", |name| name.get_name());
            output::warning(&format!("--fail-on {name}: {what}"));
            exit = Exit::Finding;
        }
    }
    exit
}
