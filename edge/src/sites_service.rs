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
use crate::service_of::ServiceOf;
use crate::sites::Sites;

/// Answers the requests to all sites of a folder. Cheap to clone; needs a tokio runtime.
///
/// A host without a site gets 404, a site that can't be opened 503.
pub type SitesService<F = NoWorker> = ServiceOf<Sites, F>;

impl<F> SitesService<F> {
    /// The sites.
    pub fn sites(&self) -> &Sites {
        &self.content
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
        let edge = self.content.edge();
        let name = match Origin::of(request.uri(), request.headers(), edge.options()) {
            Ok(origin) => origin.name().to_owned(),
            Err(bad) => {
                edge.counters().bad_requests.add_one();
                return ResponseFuture::ready(plain(bad.status(), bad.text()));
            }
        };
        let (fallback, asks_router) = (self.fallback.clone(), self.asks_router);
        let serve = move |site| ServiceOf { content: site, fallback, asks_router }.call(request);
        if let Some(site) = self.content.at_hand(&name) {
            return serve(site);
        }
        let sites = self.content.clone();
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
