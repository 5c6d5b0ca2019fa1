//! The version of a site that is being served, and how another one takes its place.

use std::path::Path;
use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};

use crate::edge::Edge;
use crate::error::OpenSiteError;
use crate::site::Site;

/// A site whose versions come and go. Clones are the same site.
///
/// A request keeps the version with which it began, files included, until its answer ends; a version goes with the last of its
/// requests. Bodies in memory go by fingerprint, so what both versions have is not read again.
#[derive(Debug, Clone)]
pub struct LiveSite {
    edge: Edge,
    version: Arc<ArcSwap<Site>>,
    scope: u64,
}

impl LiveSite {
    /// A site with its first version.
    pub fn new(edge: &Edge, first: Site) -> Self {
        LiveSite::in_scope(edge, first, edge.new_scope())
    }

    /// One whose bodies in memory are those of the site that had this scope before.
    pub(crate) fn in_scope(edge: &Edge, first: Site, scope: u64) -> Self {
        let version = Arc::new(ArcSwap::from_pointee(first.in_scope(scope)));
        LiveSite { edge: edge.clone(), version, scope }
    }

    /// What the site shares with others.
    pub fn edge(&self) -> &Edge {
        &self.edge
    }

    /// The version that is served now.
    pub fn current(&self) -> Arc<Site> {
        self.version.load_full()
    }

    /// The same, for as long as it takes to answer a request from memory.
    pub(crate) fn borrow(&self) -> Guard<Arc<Site>> {
        self.version.load()
    }

    /// Puts a version in the place of the present one, at once for all requests that begin from now on.
    pub fn swap(&self, next: Site) {
        self.version.store(Arc::new(next.in_scope(self.scope)));
        self.edge.counters().swaps.add_one();
        tracing::info!(site = self.borrow().name(), "new version is live");
    }

    /// [`Site::open`], then [`LiveSite::swap`]. Blocks while the manifest is read.
    ///
    /// # Errors
    /// [`OpenSiteError`] if the new version can't be opened; the present one stays, and the failure is logged and counted.
    pub fn swap_to(&self, manifest: impl AsRef<Path>, folder: impl AsRef<Path>) -> Result<(), OpenSiteError> {
        self.swap_or_keep(Site::open(manifest, folder))
    }

    /// Swaps what could be opened; else logs and counts why not.
    pub(crate) fn swap_or_keep(&self, next: Result<Site, OpenSiteError>) -> Result<(), OpenSiteError> {
        match next {
            Ok(next) => {
                self.swap(next);
                Ok(())
            }
            Err(error) => {
                self.keep(&error);
                Err(error)
            }
        }
    }

    /// Logs and counts that there is no next version, since it could not be made: the present one stays.
    pub fn keep(&self, reason: &(dyn std::error::Error + 'static)) {
        self.edge.counters().failed_swaps.add_one();
        tracing::error!(site = self.borrow().name(), error = chain(reason), "the present version stays");
    }
}

/// An error with its causes, in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
