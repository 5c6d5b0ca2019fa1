//! Logs replayed against a site: what the requests would get, beside what they got.

use trailmark::RequestPath;

use crate::near::nearest;
use crate::rules::follow;
use crate::side::{Reply, Side, State, reply};

use super::aggregate::{Aggregate, Top, Total, Verdict};
use super::counts::LogCounts;
use super::reading::{LogError, LogOptions, LogSource, Reading, read};
use super::verdict::{Group, is_probe};

/// What a replay found.
#[derive(Debug)]
pub struct LogReport {
    /// What was read.
    pub counts: LogCounts,
    aggregate: Aggregate<Replayed>,
}

/// The answer to a path.
#[derive(Debug, Clone, Copy)]
struct Replayed {
    now: State,
    is_probe: bool,
}

impl Verdict for Replayed {
    const CLASSES: usize = Group::ALL.len();

    fn class(&self, status: u16) -> usize {
        Group::of(status, self.now, self.is_probe) as usize
    }

    fn wants_referer(&self) -> bool {
        matches!(self.now, State::Missing | State::Redirect | State::Failing)
    }
}

/// A path with many requests.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct TopPath {
    /// What was asked for; with the method in front, if it is neither GET nor HEAD.
    pub path: String,
    /// Requests of this group.
    pub requests: u64,
    /// Their statuses in the log, with numbers; 0 where the log has none.
    pub then: Vec<(u16, u64)>,
    /// What they would get.
    pub now: State,
    /// Its status; none for a Worker.
    pub status: Option<u16>,
    /// Where it leads.
    pub location: Option<String>,
    /// Whether that place is a page, at once; `None` if there is no redirect.
    pub arrives: Option<bool>,
    /// Where a request came from.
    pub referer: Option<String>,
    /// A page of the site with a near name.
    pub near: Option<String>,
}

/// Asks a site for every request of some logs. Streams; memory is bounded by [`LogOptions::most_paths`].
///
/// Each request is asked for without headers, so a Worker that lets navigations prefer assets is taken not to.
///
/// # Errors
/// [`LogError`] if a log can't be opened, or nothing in it could be understood. A log that breaks off is no error: what was read of
/// it counts, and [`LogCounts::incomplete`] says so.
pub fn replay(
    side: &Side<'_>,
    sources: Vec<LogSource<'_>>,
    options: &LogOptions,
) -> Result<LogReport, LogError> {
    let Reading { counts, aggregate } = read(sources, options, |method, path, desk| {
        let now = RequestPath::parse(path, &mut desk.scratch)
            .map_or(State::Failing, |path| reply(&side.manifest().decide(&side.request(method, path))).state);
        Replayed { now, is_probe: is_probe(path) }
    })?;
    Ok(LogReport { counts, aggregate })
}

impl LogReport {
    /// How much there is of each group that there is something of, in order.
    pub fn totals(&self) -> Vec<(Group, Total)> {
        let totals = Group::ALL.iter().copied().zip(self.aggregate.totals());
        totals.filter(|(_, total)| total.requests > 0).collect()
    }

    /// How much there is of a group, of paths with at least so many requests.
    pub fn total_of(&self, wanted: Group, at_least: u64) -> Total {
        self.aggregate.total_of(wanted as usize, at_least)
    }

    /// Requests that are in the totals only, since more paths were asked for than are kept, and how many paths that were, about.
    pub fn folded(&self) -> (u64, u64) {
        self.aggregate.folded()
    }

    /// The paths of a group with the most requests, asked again to tell more. `with_near` looks for pages with near names.
    pub fn top(
        &self,
        side: &Side<'_>,
        group: Group,
        limit: usize,
        at_least: u64,
        with_near: bool,
    ) -> Vec<TopPath> {
        let found = self.aggregate.top(group as usize, limit, at_least);
        let mut top: Vec<TopPath> = found.into_iter().map(|top| told(side, group, &top)).collect();
        if with_near && !top.is_empty() {
            add_near(side, &mut top);
        }
        top
    }
}

fn told(side: &Side<'_>, group: Group, top: &Top<'_, Replayed>) -> TopPath {
    let mut scratch = trailmark::Scratch::new();
    let answer: Option<Reply<'_>> = RequestPath::parse(top.path, &mut scratch)
        .ok()
        .map(|path| reply(&side.manifest().decide(&side.request(&top.method, path))));
    let location = answer.as_ref().and_then(|answer| answer.location.clone());
    let text = String::from_utf8_lossy(top.path);
    let arrives = location.as_ref().and_then(|_| follow(side, &text)).map(|way| way.is_direct());
    TopPath {
        requests: top.requests,
        then: top.entry.statuses_of(group as usize),
        now: top.entry.verdict.now,
        status: answer.map(|answer| answer.status).filter(|&status| status > 0),
        location,
        arrives,
        referer: top.referer(),
        near: None,
        path: top.shown(),
    }
}

/// Looks for pages with near names. O(files of the site).
fn add_near(side: &Side<'_>, top: &mut [TopPath]) {
    let manifest = side.manifest();
    let pages: Vec<String> =
        manifest.assets().filter_map(|asset| asset.canonical_url()).map(|url| url.to_string()).collect();
    let wanted: Vec<String> = top.iter().map(|top| top.path.clone()).collect();
    for (top, near) in top.iter_mut().zip(nearest(&wanted, &pages)) {
        top.near = near.and_then(|near| pages.get(near.index)).cloned();
    }
}
