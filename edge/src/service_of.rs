//! What the services of one site and of many have in common: what they answer from, and who answers for a Worker script.

use crate::fallback::NoWorker;

/// Answers requests from `T`: a [`LiveSite`](crate::LiveSite) or [`Sites`](crate::Sites). What it does is told at
/// [`SiteService`](crate::SiteService) and [`SitesService`](crate::SitesService), its two kinds.
#[derive(Debug, Clone)]
pub struct ServiceOf<T, F = NoWorker> {
    pub(crate) content: T,
    pub(crate) fallback: F,
    /// Whether the Worker script may come before the assets.
    pub(crate) asks_router: bool,
}

impl<T> ServiceOf<T> {
    /// Answers for this site, or these sites. Where the Worker script would answer, the response is 501.
    pub fn new(content: T) -> Self {
        ServiceOf { content, fallback: NoWorker, asks_router: true }
    }
}

impl<T, F> ServiceOf<T, F> {
    /// Gives what the Worker script would answer to this service; [`DecidedBy`](crate::DecidedBy) tells it the site.
    pub fn with_fallback<G>(self, fallback: G) -> ServiceOf<T, G> {
        ServiceOf { content: self.content, fallback, asks_router: self.asks_router }
    }
}

impl<T: Clone, F> ServiceOf<T, F> {
    /// The assets alone, as a Worker script reaches them through its assets binding: every request is answered, whether or not the
    /// script comes first. For use inside the fallback service.
    pub fn assets(&self) -> ServiceOf<T> {
        ServiceOf { content: self.content.clone(), fallback: NoWorker, asks_router: false }
    }
}
