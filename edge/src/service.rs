//! A site as a `tower` service: request in, response out, never an error.

use std::convert::Infallible;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use arc_swap::Guard;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method, Request, Response, Uri};
use tower_service::Service;
use trailmark::Decision;

use crate::asked::Asked;
use crate::body::Body;
use crate::edge::Edge;
use crate::fallback::NoWorker;
use crate::live::LiveSite;
use crate::options::Semantics;
use crate::plan::Plan;
use crate::respond::{ResponseFuture, plain, respond};
use crate::service_of::ServiceOf;
use crate::site::Site;
use crate::standard;

/// The version of the site that decided about a request: among the extensions of what the fallback service is given.
/// [`SiteService::assets`] answers from this version, also if another has become live in between.
#[derive(Debug, Clone)]
pub struct DecidedBy(pub Arc<Site>);

/// Answers the requests to a site. Cheap to clone; needs a tokio runtime, for the disk.
///
/// Requests that the manifest gives to the site's Worker script go to the fallback service `F`, as they came.
pub type SiteService<F = NoWorker> = ServiceOf<LiveSite, F>;

impl<F> SiteService<F> {
    /// The site.
    pub fn site(&self) -> &LiveSite {
        &self.content
    }

    /// Answers, or says that the fallback service does.
    fn answer<B>(&self, site: &Arc<Site>, request: &Request<B>) -> Option<ResponseFuture> {
        answer(
            self.content.edge(),
            site,
            request.method(),
            request.uri(),
            request.headers(),
            self.asks_router,
        )
    }
}

/// Answers a request from one version of a site; `None` if its Worker script does.
pub(crate) fn answer(
    edge: &Edge,
    site: &Arc<Site>,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    asks_router: bool,
) -> Option<ResponseFuture> {
    let planned = Asked::new(method, uri, headers, edge.options()).and_then(|asked| {
        let plan = asked.with_request(|request| plan(edge, site, &asked, request, asks_router))?;
        Ok((plan, asked.is_head()))
    });
    match planned {
        Ok((Some(plan), is_head)) => Some(respond(edge, site, plan, is_head)),
        Ok((None, _)) => None,
        Err(bad) => {
            edge.counters().bad_requests.add_one();
            Some(ResponseFuture::ready(plain(bad.status(), bad.text())))
        }
    }
}

fn plan(
    edge: &Edge,
    site: &Site,
    asked: &Asked<'_>,
    request: &trailmark::Request<'_>,
    asks_router: bool,
) -> Option<Plan> {
    let is_standard = edge.options().semantics == Semantics::Standard;
    let request = if is_standard { standard::unconditional(request) } else { *request };
    let decision = if asks_router {
        site.manifest().decide(&request)
    } else {
        Decision::Assets(site.manifest().answer(&request))
    };
    match decision {
        Decision::Assets(answer) if is_standard => Some(standard::plan(edge, site, asked, &answer)),
        Decision::Assets(answer) => Some(Plan::of_answer(site, &answer)),
        _ => None,
    }
}

/// What is kept of a request while the fallback service has it: all that the guard over its answer looks at.
struct ForGuard {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
}

impl ForGuard {
    fn of<B>(request: &Request<B>) -> Self {
        let mut headers = HeaderMap::new();
        for name in ["host", "sec-fetch-dest"].map(http::HeaderName::from_static) {
            for value in request.headers().get_all(&name) {
                headers.append(name.clone(), value.clone());
            }
        }
        ForGuard { method: request.method().clone(), uri: request.uri().clone(), headers }
    }

    /// The answer that stands in the place of the fallback's, if the platform's router would put one there.
    fn replacement(&self, edge: &Edge, site: &Site, given: &Response<impl Sized>) -> Option<Plan> {
        let content_type = given.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let asked = Asked::new(&self.method, &self.uri, &self.headers, edge.options()).ok()?;
        let check = |request: &trailmark::Request<'_>| {
            let status = given.status().as_u16();
            let answer = site.manifest().guard_worker_answer(request, status, content_type)?;
            Some(Plan::of_answer(site, &answer))
        };
        asked.with_request(check).ok()?
    }
}

impl<B, F, FB> Service<Request<B>> for SiteService<F>
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
        let site = match request.extensions().get::<DecidedBy>() {
            Some(DecidedBy(site)) if !self.asks_router => Guard::from_inner(Arc::clone(site)),
            _ => self.content.borrow(),
        };
        match self.answer(&site, &request) {
            Some(response) => response,
            None => {
                let site = Guard::into_inner(site);
                ask_fallback(self.content.edge().clone(), site, self.fallback.clone(), request)
            }
        }
    }
}

/// Hands a request to the service that stands for the Worker script, and looks at what it answers as the platform's router does.
pub(crate) fn ask_fallback<B, F, FB>(
    edge: Edge,
    site: Arc<Site>,
    mut fallback: F,
    mut request: Request<B>,
) -> ResponseFuture
where
    B: Send + 'static,
    F: Service<Request<B>, Response = Response<FB>, Error = Infallible> + Send + 'static,
    F::Future: Send,
    FB: http_body::Body<Data = Bytes> + Send + 'static,
    FB::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    edge.counters().to_fallback.add_one();
    let kept = ForGuard::of(&request);
    request.extensions_mut().insert(DecidedBy(Arc::clone(&site)));
    ResponseFuture::waiting(async move {
        let Ok(()) = poll_fn(|cx| fallback.poll_ready(cx)).await;
        let Ok(given) = fallback.call(request).await;
        match kept.replacement(&edge, &site, &given) {
            Some(plan) => {
                let Ok(response) = respond(&edge, &site, plan, kept.method == Method::HEAD).await;
                response
            }
            None => given.map(Body::boxed),
        }
    })
}
