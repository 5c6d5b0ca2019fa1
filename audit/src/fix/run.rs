//! The pass over the files: each is read, changed in memory, proved and put in its place by one thread.

use std::io;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use memchr::memmem;
use rustc_hash::FxHashSet;
use trailmark::{Asset, Manifest};

use super::disk::{Problem, Stamp, UNFINISHED, pack, replace};
use super::edit::{Edit, Plan, is_as_planned, plan, splice};
use super::elsewhere::Elsewhere;
use super::judge::{Common, Judge};
use super::outcome::{Left, Outcome};
use super::read::Input;
use super::report::{FileProblem, FixReport};
use super::tally::{Sum, Tally};
use crate::ask::Asker;
use crate::extract::Buffers;
use crate::files::Files;
use crate::ground::Ground;
use crate::run::{BATCH, Kind, document, jobs};

/// A file that is to be changed.
#[derive(Debug, Clone, Copy)]
pub struct Change<'c> {
    /// The file, from the site's folder, beginning with a slash.
    pub path: &'c str,
    /// Its bytes; unpacked, if they are packed.
    pub old: &'c [u8],
    /// The bytes that come in their place.
    pub new: &'c [u8],
    /// What differs, in the order of the bytes.
    pub edits: &'c [Edit],
    /// Whether the file is packed with gzip.
    pub is_packed: bool,
}

/// Hears of the work while it is done, from any thread.
pub trait FixObserver: Sync {
    /// So many files more have been looked at.
    fn looked_at(&self, count: usize) {
        let _ = count;
    }

    /// The `index`-th file, counted from 0, has been worked out: with what is to be changed, if anything is. Each index comes once, in any
    /// order, and before the file is written.
    fn worked_out(&self, index: usize, change: Option<&Change<'_>>) {
        let _ = (index, change);
    }

    /// Whether to end now. What has been begun is finished.
    fn ends(&self) -> bool {
        false
    }
}

impl FixObserver for () {}

/// What all threads look at.
pub(super) struct Site<'s> {
    pub(super) manifest: &'s Manifest<'s>,
    pub(super) files: &'s Files,
    pub(super) ground: &'s Ground<'s>,
    pub(super) elsewhere: &'s Elsewhere,
    pub(super) common: Common<'s>,
    pub(super) observer: &'s dyn FixObserver,
    /// Whether a rule of `_headers` may name hashes of styles.
    pub(super) hashes_styles: bool,
    /// Whether a page names hashes of style sheets; looked for when a style sheet is to be changed.
    pub(super) has_integrity: OnceLock<bool>,
    /// The packed files.
    pub(super) packed: FxHashSet<String>,
}

impl Site<'_> {
    /// Goes through all files.
    pub(super) fn run(&self) -> FixReport {
        let jobs = jobs(self.manifest);
        let next = AtomicUsize::new(0);
        let ended = AtomicBool::new(false);
        let done = rayon::broadcast(|_| {
            let mut worker = self.worker();
            loop {
                let start = next.fetch_add(BATCH, Ordering::Relaxed);
                let Some(rest) = jobs.get(start..).filter(|rest| !rest.is_empty()) else { break };
                let batch = rest.get(..BATCH).unwrap_or(rest);
                for (index, &(file, kind)) in (start..).zip(batch) {
                    if self.observer.ends() {
                        ended.store(true, Ordering::Relaxed);
                        return worker;
                    }
                    if let Some(asset) = self.manifest.asset(file) {
                        worker.file(&asset, kind, index);
                    }
                }
                self.observer.looked_at(batch.len());
            }
            worker
        });
        let mut sum = Sum::default();
        for Worker { tally, judge, .. } in done {
            sum.add(tally, &judge.targets, judge.ignored);
        }
        let mut report = sum.report(self.common.options.limit);
        report.ended_early = ended.into_inner();
        report.written = self.common.options.write;
        report
    }

    fn worker(&self) -> Worker<'_> {
        let asker = Asker::new(self.manifest, self.ground.origins);
        let judge = Judge::new(self.ground, &self.common, asker, self.manifest.base());
        let buffers = Buffers::default();
        Worker { site: self, judge, tally: Tally::default(), buffers, bytes: Vec::new() }
    }

    /// Whether any page has an `integrity` attribute.
    fn has_integrity(&self) -> bool {
        *self.has_integrity.get_or_init(|| {
            let mut bytes = Vec::new();
            self.manifest.assets().any(|asset| {
                asset.media_type().is_some_and(|kind| kind.starts_with("text/html"))
                    && self.files.read(&asset.site_path().to_string(), &mut bytes).is_ok()
                    && memmem::find(&bytes, b"integrity=").is_some()
            })
        })
    }
}

struct Worker<'s> {
    site: &'s Site<'s>,
    judge: Judge<'s>,
    tally: Tally,
    buffers: Buffers,
    bytes: Vec<u8>,
}

impl Worker<'_> {
    fn file(&mut self, asset: &Asset<'_>, kind: Kind, index: usize) {
        let path = asset.site_path().to_string();
        let mut bytes = std::mem::take(&mut self.bytes);
        let told = self.change(asset, &path, kind, &mut bytes, index);
        if !told {
            self.site.observer.worked_out(index, None);
        }
        self.bytes = bytes;
    }

    /// Whether the observer has been told.
    fn change(
        &mut self,
        asset: &Asset<'_>,
        path: &str,
        kind: Kind,
        bytes: &mut Vec<u8>,
        index: usize,
    ) -> bool {
        let Site { manifest, files, ground, elsewhere, .. } = *self.site;
        let number = asset.index();
        let link = elsewhere.links.get(&number);
        // Its target is changed in its own place.
        if matches!(link, Some(Some(_))) || is_unfinished(path) {
            return false;
        }
        let stamp = files.disk_path(path).and_then(|disk| Stamp::of(&disk));
        let read = stamp.and_then(|stamp| files.read(path, bytes).map(|()| stamp));
        let stamp = match read {
            Ok(stamp) => stamp,
            Err(error) => {
                self.problem(path, error.to_string(), false);
                return false;
            }
        };
        self.tally.files += 1;
        self.tally.bytes += bytes.len() as u64;
        let document = document(manifest, ground.marks, asset, path);
        let input = Input {
            kind,
            document: &document,
            bytes,
            origins: ground.origins,
            hashes_styles: self.site.hashes_styles,
        };
        let off = ground.patterns.off_in(path).union(ground.off);
        let Some(mut plan) = plan(input, off, &mut self.judge, &mut self.buffers) else { return false };
        if kind == Kind::Sheet && !plan.edits.is_empty() && self.site.has_integrity() {
            leave(&mut plan);
        }
        if plan.edits.is_empty() {
            self.tally.add(number, path, bytes, &plan.met);
            return false;
        }
        if stamp.is_link() || link.is_some() {
            self.problem(path, "it is a symbolic link to a file that is not served itself".to_owned(), true);
            return false;
        }
        let new = splice(bytes, &plan.edits);
        let new = new.filter(|new| is_as_planned(Input { bytes: new, ..input }, &plan, &mut self.buffers));
        let Some(new) = new else {
            self.problem(path, "its links would not all be read again as they were".to_owned(), true);
            return false;
        };
        let is_packed = kind == Kind::Xml && path.ends_with(".gz");
        let change = Change { path, old: bytes, new: &new, edits: &plan.edits, is_packed };
        self.site.observer.worked_out(index, Some(&change));
        if let Err(problem) = self.write(&stamp, &change) {
            self.problem(path, in_words(&problem), true);
            return true;
        }
        self.tally.add(number, path, bytes, &plan.met);
        self.tally.changed_files += 1;
        self.tally.hard_linked += u64::from(stamp.has_other_names());
        let copies = ["gz", "br", "zst"].iter().map(|ending| format!("{path}.{ending}"));
        let stale = copies.filter(|copy| self.site.packed.contains(copy) && !copy.ends_with(".xml.gz"));
        self.tally.stale.extend(stale);
        true
    }

    fn write(&self, stamp: &Stamp, change: &Change<'_>) -> Result<(), Problem> {
        if !self.site.common.options.write {
            return Ok(());
        }
        let disk = self.site.files.disk_path(change.path)?;
        if change.is_packed {
            return replace(&disk, stamp, &pack(&disk, change.new)?);
        }
        replace(&disk, stamp, change.new)
    }

    fn problem(&mut self, path: &str, why: String, is_failure: bool) {
        self.tally.problems.push(FileProblem { file: path.to_owned(), why, is_failure });
    }
}

/// Changes nothing in a style sheet of which a hash may be named.
fn leave(plan: &mut Plan) {
    plan.edits.clear();
    for met in &mut plan.met {
        if matches!(met.outcome, Outcome::Changed(_)) {
            met.outcome = Outcome::Left(Left::Hashed);
            met.new = None;
        }
    }
}

/// Whether a file was left behind by a run that was killed.
pub(super) fn is_unfinished(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| name.starts_with(UNFINISHED))
}

fn in_words(problem: &Problem) -> String {
    match problem {
        Problem::Changed => "it has changed since it was read; run `trailmark fix` again".to_owned(),
        Problem::ReadOnly => "it is read-only".to_owned(),
        Problem::Io(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            format!("it can't be written: {error}; its folder must be writable")
        }
        Problem::Io(error) => format!("it can't be written: {error}"),
    }
}
