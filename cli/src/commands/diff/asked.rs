//! `trailmark diff --log`: what a deploy changes for the requests that were really made.

mod json;
mod markdown;
mod text;

use rustc_hash::{FxHashMap, FxHashSet};
use trailmark_compare::log::{AskedPath, ChangeReport, Fate, Total, changes};
use trailmark_compare::{Comparison, Kind, Rename};

use super::Args;
use super::fail;
use super::named::Named;
use crate::access_log;
use crate::exit::Exit;
use crate::output::{self, ReportFormat};

/// From this share of the requests on, in percent, it is said that the log tells of other answers than the old site gives.
const MUCH_UNLIKE: f64 = 5.0;

/// A fate with its most requested paths; of what stays as it is, none.
pub(super) struct ShownFate<'d> {
    pub(super) fate: Fate,
    pub(super) total: Total,
    pub(super) top: Vec<AskedPath<'d>>,
}

/// All that is printed.
pub(super) struct Report<'r, 'd> {
    pub(super) old: &'r Named<'d>,
    pub(super) new: &'r Named<'d>,
    /// What changes, whoever asks.
    pub(super) found: &'r Comparison<'d>,
    pub(super) asked: &'r ChangeReport,
    pub(super) fates: Vec<ShownFate<'d>>,
    /// Where paths went that are gone.
    successors: FxHashMap<String, &'r Rename>,
    pub(super) limit: usize,
}

/// Reads the logs, and prints what becomes of their requests.
pub(super) fn run<'d>(
    args: &Args,
    found: &Comparison<'d>,
    old: &Named<'d>,
    new: &Named<'d>,
) -> anyhow::Result<Exit> {
    let sources = access_log::sources(args.log.iter())?;
    let asked = changes(&old.side, &new.side, sources, &args.reading.options())?;
    let at_least = args.reading.at_least;
    if !args.takes_stdout() {
        let limit = args.most_listed();
        let fates = asked.totals().into_iter().map(|(fate, total)| {
            let top = match fate {
                Fate::Changes(kind) => {
                    let most = if is_for_nobody(kind, args.format) { limit.min(5) } else { limit };
                    asked.top(&old.side, &new.side, kind, most, at_least)
                }
                _ => Vec::new(),
            };
            ShownFate { fate, total, top }
        });
        let fates: Vec<_> = fates.collect();
        let successors = successors(found, &fates);
        Report { old, new, found, asked: &asked, fates, successors, limit }.print(args.format)?;
    }
    let exit = fail::exit_of_requests(&asked, &args.fail_on, at_least);
    Ok(access_log::unless_incomplete(&asked.counts, exit))
}

/// What nobody reads path by path, since every deploy is for that.
fn is_for_nobody(kind: Kind, format: ReportFormat) -> bool {
    let is_usual = matches!(kind, Kind::Content | Kind::Headers | Kind::GoneHashed | Kind::NewHashed);
    is_usual && format != ReportFormat::Json
}

/// Where the listed paths went that are gone, whichever form of the page they are.
fn successors<'r>(found: &'r Comparison<'_>, fates: &[ShownFate<'_>]) -> FxHashMap<String, &'r Rename> {
    let top = fates.iter().flat_map(|shown| &shown.top);
    let wanted: FxHashSet<&str> = top.map(|asked| asked.detail.main.path.as_str()).collect();
    let mut successors = FxHashMap::default();
    for rename in &found.suggestions.renames {
        let Some(change) = found.diff.changes().get(rename.change) else { continue };
        for (path, _) in found.diff.paths_of(change) {
            if wanted.contains(path.as_str()) {
                successors.insert(path, rename);
            }
        }
    }
    successors
}

impl<'r> Report<'r, '_> {
    fn print(&self, format: ReportFormat) -> anyhow::Result<()> {
        output::print_report(
            format,
            |mut out| text::write(&mut out, self),
            |mut out| json::write(&mut out, self),
            || markdown::text(self),
        )
    }

    pub(super) fn share(&self, requests: u64) -> f64 {
        access_log::share(requests, &self.asked.counts)
    }

    /// Where a path that is gone went.
    pub(super) fn successor(&self, asked: &AskedPath<'_>) -> Option<&'r Rename> {
        self.successors.get(&asked.detail.main.path).copied()
    }

    /// Whether no request gets another answer.
    pub(super) fn is_same(&self) -> bool {
        !self.fates.iter().any(|shown| matches!(shown.fate, Fate::Changes(_)))
    }

    /// Whether something that is asked for is gone.
    pub(super) fn has_gone(&self) -> bool {
        self.fates.iter().any(|shown| shown.fate == Fate::Changes(Kind::Gone))
    }

    /// What should be known besides, in sentences.
    pub(super) fn remarks(&self) -> Vec<String> {
        let mut remarks = access_log::remarks(&self.asked.counts, self.asked.folded());
        let unlike = self.asked.unlike_log();
        if self.share(unlike) >= MUCH_UNLIKE {
            remarks.push(format!(
                "{} requests ({}) got another answer, says the log, than {} gives: is it what was live?",
                output::grouped(unlike),
                access_log::percent(self.share(unlike)),
                output::shown(&self.old.name)
            ));
        }
        remarks
    }

    /// What there is without the log.
    pub(super) fn in_all(&self) -> Option<String> {
        let urls: usize = Kind::ALL.iter().map(|&kind| self.found.diff.count_of(kind).urls).sum();
        (urls > 0).then(|| {
            let change = if urls == 1 { "URL changes" } else { "URLs change" };
            let urls = output::grouped(urls as u64);
            format!("{urls} {change} in all, asked for or not: without --log they are listed")
        })
    }
}
