//! Many sites as one `tower` service: the host of a request says which site answers.

use std::convert::Infallible;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use tower_service::Service;

use crate::body::Body;
use crate::fallback::NoWorker;
use crate::host::Origin;
use crate::live::chain;
use crate::respond::{ResponseFuture, plain};
use crate::service::SiteService;
use crate::sites::Sites;

/// Answers the requests to all sites of a folder. Cheap to clone; needs a tokio runtime.
///
/// A host without a site gets 404, a site that can't be opened 503.
#[derive(Debug, Clone)]
pub struct SitesService<F = NoWorker> {
    sites: Sites,
    fallback: F,
    asks_router: bool,
}

impl SitesService {
    /// Answers for these sites. Where a Worker script would answer, the response is 501.
    pub fn new(sites: Sites) -> Self {
        SitesService { sites, fallback: NoWorker, asks_router: true }
    }
}

impl<F> SitesService<F> {
    /// Gives what the Worker scripts would answer to this service; [`DecidedBy`](crate::DecidedBy) tells it the site.
    pub fn with_fallback<G>(self, fallback: G) -> SitesService<G> {
        SitesService { sites: self.sites, fallback, asks_router: self.asks_router }
    }

    /// The assets of the sites alone, as [`SiteService::assets`] has them of one.
    pub fn assets(&self) -> SitesService {
        SitesService { sites: self.sites.clone(), fallback: NoWorker, asks_router: false }
    }

    /// The sites.
    pub fn sites(&self) -> &Sites {
        &self.sites
    }
}

impl<B, F, FB> Service<Request<B>> for SitesService<F>
where
    B: Send + 'static,
    F: Service<Request<B>, Response = Response<FB>, Error = Infallible> + Clone + Send + 'static,
    F::Future: Send,
    FB: http_body::Body<Data = Bytes> + Send + 'static,
    FB::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = ResponseFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> ResponseFuture {
        let edge = self.sites.edge();
        let name = match Origin::of(request.uri(), request.headers(), edge.options()) {
            Ok(origin) => origin.name().to_owned(),
            Err(bad) => {
                edge.counters().bad_requests.add_one();
                return ResponseFuture::ready(plain(bad.status(), bad.text()));
            }
        };
        let (fallback, asks_router) = (self.fallback.clone(), self.asks_router);
        let serve = move |site| {
            SiteService::new(site).with_fallback(fallback).asking_router(asks_router).call(request)
        };
        if let Some(site) = self.sites.at_hand(&name) {
            return serve(site);
        }
        let sites = self.sites.clone();
        ResponseFuture::waiting(async move {
            match sites.find(&name).await {
                Ok(Some(site)) => {
                    let Ok(response) = serve(site).await;
                    response
                }
                Ok(None) => {
                    sites.edge().counters().unknown_hosts.add_one();
                    plain(StatusCode::NOT_FOUND, "no site has this host name here\n")
                }
                Err(error) => {
                    tracing::error!(site = name, error = chain(&error), "site not opened");
                    plain(StatusCode::SERVICE_UNAVAILABLE, "this site is not available at the moment\n")
                }
            }
        })
    }
}
