//! What happened, counted: for metrics. Leaf module.

use std::sync::atomic::{AtomicU64, Ordering};

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// The number so far.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn add_one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// What happened since an [`Edge`](crate::Edge) was made, over all its sites.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Counters {
    /// Requests refused because of their target, host or scheme (400).
    pub bad_requests: Counter,
    /// Requests that went to the fallback service.
    pub to_fallback: Counter,
    /// Files that did not fit the manifest, and so were not served (503) or cut off.
    pub files_that_do_not_fit: Counter,
    /// Files that the disk failed to give (500, or cut off).
    pub files_unreadable: Counter,
    /// Files read, checked and put into memory.
    pub bodies_loaded: Counter,
    /// Large files whose checksum was worked out.
    pub files_checked: Counter,
    /// Versions of sites that became live in another's place.
    pub swaps: Counter,
    /// Versions that did not, because they could not be opened.
    pub failed_swaps: Counter,
    /// Sites opened for the first request to them, or again.
    pub sites_opened: Counter,
    /// Requests for a host that has no site.
    pub unknown_hosts: Counter,
}
