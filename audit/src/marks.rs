//! What is known of each file of the site, as bits that all threads set.

use std::sync::atomic::{AtomicU8, Ordering};

/// A bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Mark {
    /// Its media type is HTML.
    Html = 1,
    /// Another page links to it.
    Linked = 2,
    /// Another page names it in another way.
    Used = 4,
    /// A sitemap names it.
    InSitemap = 8,
    /// It has a canonical URL.
    Canonical = 16,
    /// It is served as itself nowhere, or under any URL.
    Floats = 32,
}

/// The bits of all files, by the number of the asset.
#[derive(Debug)]
pub(crate) struct Marks(Vec<AtomicU8>);

impl Marks {
    pub(crate) fn new(count: usize) -> Marks {
        Marks((0..count).map(|_| AtomicU8::new(0)).collect())
    }

    pub(crate) fn set(&self, file: u32, mark: Mark) {
        if let Some(bits) = self.0.get(file as usize)
            // Most are set already; then no other processor has to hear of it.
            && bits.load(Ordering::Relaxed) & mark as u8 == 0
        {
            bits.fetch_or(mark as u8, Ordering::Relaxed);
        }
    }

    pub(crate) fn is(&self, file: u32, mark: Mark) -> bool {
        self.0.get(file as usize).is_some_and(|bits| bits.load(Ordering::Relaxed) & mark as u8 != 0)
    }
}
