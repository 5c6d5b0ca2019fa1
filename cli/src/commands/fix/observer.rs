//! What goes on while files are worked out: progress, and diffs in the order of the files.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use trailmark_audit::{Change, FixObserver};

use super::diff::{Label, unified};
use crate::output::{self, Stdout};
use crate::progress::Progress;

/// Hears of the work.
pub(super) struct Work<'w> {
    pub(super) progress: &'w Progress,
    pub(super) diffs: Option<&'w Diffs>,
    pub(super) ended: Arc<AtomicBool>,
}

impl FixObserver for Work<'_> {
    fn looked_at(&self, count: usize) {
        self.progress.counted(count);
    }

    fn worked_out(&self, index: usize, change: Option<&Change<'_>>) {
        if let Some(diffs) = self.diffs {
            diffs.add(index, change);
        }
    }

    fn ends(&self) -> bool {
        self.ended.load(Ordering::Relaxed) || self.diffs.is_some_and(Diffs::has_failed)
    }
}

/// Diffs on their way to stdout.
pub(super) struct Diffs {
    label: Label,
    queue: Mutex<Queue>,
    failed: AtomicBool,
}

struct Queue {
    out: io::BufWriter<Stdout<io::Stdout>>,
    /// The next to be written.
    next: usize,
    /// Those that came before their turn.
    waiting: BTreeMap<usize, Vec<u8>>,
    problem: Option<io::Error>,
    packed: usize,
}

impl Diffs {
    pub(super) fn new(dist: &Path) -> Diffs {
        let queue =
            Queue { out: output::raw_stdout(), next: 0, waiting: BTreeMap::new(), problem: None, packed: 0 };
        Diffs { label: Label::of(dist), queue: Mutex::new(queue), failed: AtomicBool::new(false) }
    }

    fn add(&self, index: usize, change: Option<&Change<'_>>) {
        let text = change.filter(|change| !change.is_packed).map(|change| unified(change, &self.label));
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.packed += usize::from(change.is_some_and(|change| change.is_packed));
        queue.waiting.insert(index, text.unwrap_or_default());
        if let Err(error) = queue.write() {
            queue.problem = Some(error);
            self.failed.store(true, Ordering::Relaxed);
        }
    }

    fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// Stdout can't be written.
    pub(super) fn finish(self) -> io::Result<()> {
        let mut queue = self.queue.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(problem) = queue.problem {
            return Err(problem);
        }
        if queue.packed > 0 {
            let files = output::count(queue.packed, "packed file");
            output::note(&format!("{files} would be changed too; a patch can't say that"));
        }
        if let Some(folder) = self.label.is_inside() {
            output::note(&format!("names in the patch begin in {folder}: `patch -p1 -d {folder}`"));
        }
        queue.out.flush()
    }
}

impl Queue {
    fn write(&mut self) -> io::Result<()> {
        while let Some(text) = self.waiting.remove(&self.next) {
            self.out.write_all(&text)?;
            self.next += 1;
        }
        Ok(())
    }
}
