//! Logs asked of two sites: what a deploy changes for the requests that were really made.

use trailmark::RequestPath;

use crate::diff::{Detail, FormDetail};
use crate::hashed::is_hashed;
use crate::kind::Kind;
use crate::rules::follow;
use crate::side::{Side, State, compare, reply};

use super::aggregate::{Aggregate, Top, Total, Verdict};
use super::counts::LogCounts;
use super::fate::Fate;
use super::reading::{LogError, LogOptions, LogSource, Reading, read};
use super::verdict::{is_probe, is_unlike};

/// What a deploy changes for the requests of some logs.
#[derive(Debug)]
pub struct ChangeReport {
    /// What was read.
    pub counts: LogCounts,
    aggregate: Aggregate<Compared>,
}

/// What becomes of a path.
#[derive(Debug, Clone, Copy)]
struct Compared {
    fate: Fate,
    old: State,
}

impl Verdict for Compared {
    const CLASSES: usize = Fate::COUNT;

    fn class(&self, _: u16) -> usize {
        self.fate.index()
    }

    fn wants_referer(&self) -> bool {
        matches!(self.fate, Fate::Changes(_))
    }
}

/// A path that is asked for and gets another answer.
#[derive(Debug, Clone)]
pub struct AskedPath<'d> {
    /// How often it is asked for.
    pub requests: u64,
    /// What changes. Its path has the method in front, if that is neither GET nor HEAD.
    pub detail: Detail<'d>,
    /// Whether a redirect now leads to a page, at once; `None` if there is none.
    pub arrives: Option<bool>,
    /// Where a request came from.
    pub referer: Option<String>,
}

/// Asks two sites for every request of some logs, as [`replay`](super::replay()) asks one. A path is asked of both once, however often
/// it was asked for.
///
/// # Errors
/// [`LogError`], as for [`replay`](super::replay()).
pub fn changes(
    old: &Side<'_>,
    new: &Side<'_>,
    sources: Vec<LogSource<'_>>,
    options: &LogOptions,
) -> Result<ChangeReport, LogError> {
    let Reading { counts, aggregate } = read(sources, options, |method, path, desk| {
        let Some(differs) = compare(old, new, method, path, desk) else {
            return Compared { fate: Fate::Refused, old: State::Failing };
        };
        let is_hashed = std::str::from_utf8(path).is_ok_and(is_hashed);
        Compared { fate: Fate::of(&differs, is_hashed, is_probe(path)), old: differs.old }
    })?;
    Ok(ChangeReport { counts, aggregate })
}

impl ChangeReport {
    /// How much there is of each fate that some requests have, in order.
    pub fn totals(&self) -> Vec<(Fate, Total)> {
        Fate::all().zip(self.aggregate.totals()).filter(|(_, total)| total.requests > 0).collect()
    }

    /// How much there is of a fate, of paths with at least so many requests.
    pub fn total_of(&self, wanted: Fate, at_least: u64) -> Total {
        self.aggregate.total_of(wanted.index(), at_least)
    }

    /// Requests that are in the totals only, since more paths were asked for than are kept, and how many paths that were, about.
    pub fn folded(&self) -> (u64, u64) {
        self.aggregate.folded()
    }

    /// Requests that got another answer, by the status in the log, than the old site gives. Many of them say that the old site is
    /// not the one that was live.
    pub fn unlike_log(&self) -> u64 {
        let unlike = self.aggregate.entries().flat_map(|entry| {
            let of_status = entry.classes().filter(|(status, ..)| is_unlike(*status, entry.verdict.old));
            of_status.map(|(_, _, count)| u64::from(count))
        });
        unlike.sum()
    }

    /// The paths with the most requests that change in this way, asked again to tell more.
    pub fn top<'d>(
        &self,
        old: &Side<'d>,
        new: &Side<'d>,
        kind: Kind,
        limit: usize,
        at_least: u64,
    ) -> Vec<AskedPath<'d>> {
        let found = self.aggregate.top(Fate::Changes(kind).index(), limit, at_least);
        found.into_iter().filter_map(|top| told(old, new, kind, &top)).collect()
    }
}

fn told<'d>(old: &Side<'d>, new: &Side<'d>, kind: Kind, top: &Top<'_, Compared>) -> Option<AskedPath<'d>> {
    let mut scratch = trailmark::Scratch::new();
    let mut ask = |side: &Side<'d>| {
        let path = RequestPath::parse(top.path, &mut scratch).ok()?;
        Some(reply(&side.manifest().decide(&side.request(&top.method, path))))
    };
    let (before, after) = (ask(old)?, ask(new)?);
    let leads = after.location.is_some();
    let way = leads.then(|| follow(new, &String::from_utf8_lossy(top.path))).flatten();
    let main = FormDetail { path: top.shown(), kind, before, after };
    Some(AskedPath {
        requests: top.requests,
        detail: Detail { kind, main, others: Vec::new() },
        arrives: way.map(|way| way.is_direct()),
        referer: top.referer(),
    })
}
