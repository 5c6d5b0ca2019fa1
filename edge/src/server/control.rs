//! What the threads of a server share: how many connections there are, and whether it is time to end.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// What a server does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Takes connections.
    Serving,
    /// Takes none, and ends what runs, until then at most.
    Ending(Instant),
    /// Ends at once.
    Stopped,
}

/// Connections of all threads.
#[derive(Debug)]
pub(crate) struct Connections {
    open: AtomicUsize,
    most: usize,
    cut_off: AtomicUsize,
}

impl Connections {
    pub(crate) fn new(most: usize) -> Self {
        Connections { open: AtomicUsize::new(0), most: most.max(1), cut_off: AtomicUsize::new(0) }
    }

    pub(crate) fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// A thread ended while it still had so many.
    pub(crate) fn cut_off(&self, count: usize) {
        self.cut_off.fetch_add(count, Ordering::Relaxed);
    }

    /// How many were cut off when the threads ended.
    pub(crate) fn were_cut_off(&self) -> usize {
        self.cut_off.load(Ordering::Relaxed)
    }

    pub(crate) fn is_full(&self) -> bool {
        self.open() >= self.most
    }

    pub(crate) fn add_one(&self) {
        self.open.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn remove_one(&self) {
        self.open.fetch_sub(1, Ordering::Relaxed);
    }
}
