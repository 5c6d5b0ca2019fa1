//! What all sites of a process share: settings, memory for bodies, counters.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::bodies::Bodies;
use crate::counters::Counters;
use crate::error::FileProblem;
use crate::options::EdgeOptions;

/// What all sites of a process share. Make one, and clone it: clones are the same edge.
#[derive(Debug, Clone)]
pub struct Edge {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    options: EdgeOptions,
    counters: Arc<Counters>,
    bodies: Bodies,
    next_scope: AtomicU64,
}

impl Edge {
    /// An edge with these settings. Allocates little; bodies come in as they are asked for.
    pub fn new(options: EdgeOptions) -> Self {
        let counters = Arc::new(Counters::default());
        let bodies = Bodies::new(&options, Arc::clone(&counters));
        Edge { shared: Arc::new(Shared { options, counters, bodies, next_scope: AtomicU64::new(0) }) }
    }

    /// The settings.
    pub fn options(&self) -> &EdgeOptions {
        &self.shared.options
    }

    /// What happened so far.
    pub fn counters(&self) -> &Counters {
        &self.shared.counters
    }

    /// The memory that bodies take, bytes; at most [`EdgeOptions::body_budget`].
    pub fn body_memory(&self) -> u64 {
        self.shared.bodies.used()
    }

    pub(crate) fn bodies(&self) -> &Bodies {
        &self.shared.bodies
    }

    /// A number for a site, never given twice.
    pub(crate) fn new_scope(&self) -> u64 {
        self.shared.next_scope.fetch_add(1, Ordering::Relaxed)
    }

    /// Logs and counts a file that is not served.
    pub(crate) fn report(&self, site: &str, path: &str, problem: &FileProblem) {
        let counters = self.counters();
        if problem.is_mismatch() {
            counters.files_that_do_not_fit.add_one();
        } else {
            counters.files_unreadable.add_one();
        }
        tracing::error!(site, path, %problem, "file not served");
    }
}

impl Default for Edge {
    fn default() -> Self {
        Self::new(EdgeOptions::default())
    }
}
