//! What a thread has done, added up: counts and first places for each target.

use std::cmp::Reverse;

use rustc_hash::FxHashMap;

use super::edit::Met;
use super::judge::Target;
use super::outcome::{Left, Outcome};
use super::report::{FileProblem, FixGroup, FixPlace, FixReport, FixTarget};
use crate::kind::LinkKinds;
use crate::rules::{RULES, Rule};

/// Places that are kept of a target.
const PLACES: usize = 3;
/// A link is shown up to this length, bytes.
const LONGEST: usize = 2000;

/// Links to one target with one outcome.
#[derive(Debug, Default)]
struct Stats {
    links: u64,
    files: u64,
    kinds: LinkKinds,
    last_file: Option<u32>,
    /// With the numbers of the files, in their order.
    places: Vec<(u32, FixPlace)>,
}

/// What a thread, or in the end all of them, have done.
#[derive(Debug, Default)]
pub(super) struct Tally {
    stats: FxHashMap<(Outcome, u32), Stats>,
    pub(super) files: u64,
    pub(super) bytes: u64,
    pub(super) changed_files: u64,
    pub(super) hard_linked: u64,
    pub(super) problems: Vec<FileProblem>,
    pub(super) stale: Vec<String>,
}

impl Tally {
    /// Adds what was met in a file.
    pub(super) fn add(&mut self, file: u32, path: &str, bytes: &[u8], met: &[Met]) {
        let mut cursor = Cursor::new(bytes);
        for met in met {
            let stats = self.stats.entry((met.outcome, met.target)).or_default();
            stats.links += 1;
            stats.kinds.add(met.kind);
            if stats.last_file.replace(file) == Some(file) {
                continue;
            }
            stats.files += 1;
            let at = stats.places.partition_point(|(known, _)| *known < file);
            if at < PLACES {
                stats.places.insert(at, (file, place(path, &mut cursor, met)));
                stats.places.truncate(PLACES);
            }
        }
    }
}

/// Counts lines and characters up to places, which mostly come in order.
struct Cursor<'b> {
    bytes: &'b [u8],
    at: usize,
    line: u32,
    column: u32,
}

impl<'b> Cursor<'b> {
    fn new(bytes: &'b [u8]) -> Cursor<'b> {
        Cursor { bytes, at: 0, line: 1, column: 1 }
    }

    /// Line and column of a byte, from 1.
    fn go(&mut self, offset: usize) -> (u32, u32) {
        if offset < self.at {
            *self = Cursor::new(self.bytes);
        }
        let passed = self.bytes.get(self.at..offset).unwrap_or_default();
        let in_line = match memchr::memrchr(b'\n', passed) {
            Some(newline) => {
                self.line += memchr::memchr_iter(b'\n', passed).count() as u32;
                self.column = 1;
                passed.get(newline + 1..).unwrap_or_default()
            }
            None => passed,
        };
        // Of characters in UTF-8, the first bytes count.
        self.column += in_line.iter().filter(|&&byte| byte & 0xC0 != 0x80).count() as u32;
        self.at = offset;
        (self.line, self.column)
    }
}

fn place(path: &str, cursor: &mut Cursor<'_>, met: &Met) -> FixPlace {
    let (line, column) = cursor.go(met.offset as usize);
    let shown = |text: &[u8]| {
        let text = text.get(..LONGEST).unwrap_or(text).trim_ascii();
        String::from_utf8_lossy(text).into_owned()
    };
    FixPlace { file: path.to_owned(), line, column, old: shown(&met.old), new: met.new.as_deref().map(shown) }
}

/// The sum of all threads' tallies.
#[derive(Debug, Default)]
pub(super) struct Sum {
    stats: FxHashMap<(Outcome, Target), Stats>,
    report: FixReport,
}

impl Sum {
    /// Adds what a thread has done. `targets` are those whose numbers it used.
    pub(super) fn add(&mut self, tally: Tally, targets: &[Target], ignored: u64) {
        for ((outcome, number), stats) in tally.stats {
            let Some(target) = targets.get(number as usize) else { continue };
            let known = self.stats.entry((outcome, target.clone())).or_default();
            known.links += stats.links;
            known.files += stats.files;
            known.kinds.add_all(stats.kinds);
            known.places.extend(stats.places);
            known.places.sort_unstable_by_key(|(file, _)| *file);
            known.places.truncate(PLACES);
        }
        let report = &mut self.report;
        report.files += tally.files;
        report.bytes += tally.bytes;
        report.changed_files += tally.changed_files;
        report.hard_linked += tally.hard_linked;
        report.problems.extend(tally.problems);
        report.stale.extend(tally.stale);
        report.ignored += ignored;
    }

    /// All of it, in an order that does not depend on that of the threads.
    pub(super) fn report(self, limit: usize) -> FixReport {
        let Sum { mut stats, mut report } = self;
        let changed = stats.keys().filter(|(outcome, _)| matches!(outcome, Outcome::Changed(_)));
        report.targets = changed.map(|(_, target)| (target.to.clone(), target.end)).collect();
        report.targets.sort_unstable();
        report.targets.dedup();
        let mut take = |outcome: Outcome| {
            let found: Vec<(Target, Stats)> = stats
                .extract_if(|(its, _), _| *its == outcome)
                .map(|((_, target), stats)| (target, stats))
                .collect();
            (!found.is_empty()).then(|| group(found, limit))
        };
        for row in RULES {
            if let Some((count, links, targets)) = take(Outcome::Changed(row.rule)) {
                report.changed.push(FixGroup::<Rule> { key: row.rule, count, links, targets });
                report.changed_links += links;
            }
        }
        for &left in Left::ALL {
            if let Some((count, links, targets)) = take(Outcome::Left(left)) {
                report.left.push(FixGroup::<Left> { key: left, count, links, targets });
            }
        }
        report.problems.sort();
        report.stale.sort();
        report
    }
}

/// Counts targets and links, and gives those with most links.
fn group(mut found: Vec<(Target, Stats)>, limit: usize) -> (u64, u64, Vec<FixTarget>) {
    found
        .sort_unstable_by(|(a, ours), (b, theirs)| (Reverse(ours.links), a).cmp(&(Reverse(theirs.links), b)));
    let (count, links) = (found.len() as u64, found.iter().map(|(_, stats)| stats.links).sum());
    found.truncate(limit);
    let target = |(target, stats): (Target, Stats)| FixTarget {
        from: target.from,
        to: target.to,
        links: stats.links,
        in_files: stats.files,
        kinds: stats.kinds,
        places: stats.places.into_iter().map(|(_, place)| place).collect(),
    };
    (count, links, found.into_iter().map(target).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_characters_are_counted_from_one_in_any_order() {
        let mut cursor = Cursor::new("é x\nab\n\nc".as_bytes());
        let places: Vec<_> = [0, 3, 5, 6, 9, 2, 7].map(|offset| cursor.go(offset)).into();
        assert_eq!(places, [(1, 1), (1, 3), (2, 1), (2, 2), (4, 1), (1, 2), (2, 3)]);
    }
}
