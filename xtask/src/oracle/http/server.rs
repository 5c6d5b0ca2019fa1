//! Our side: one server on 127.0.0.1, whose site is exchanged from case to case.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use anyhow::{Context as _, Result};
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Request, Response};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tower_service::Service;
use trailmark::ManifestFile;
use trailmark_edge::{AnsweredBy, Body, Edge, EdgeOptions, LiveSite, Site, SiteFiles, SiteService};

use super::reply::RULE;
use crate::oracle::reply::Ours;

const BY: HeaderName = HeaderName::from_static("x-oracle");

/// A server.
#[derive(Debug)]
pub(super) struct Server {
    // Ends all connections when it goes.
    _runtime: Runtime,
    edge: Edge,
    address: SocketAddr,
    site: Cell,
}

/// What is being served.
type Cell = Arc<Mutex<Option<SiteService<Worker>>>>;

impl Server {
    /// Starts one, without a site.
    ///
    /// # Errors
    /// If no port is free.
    pub(super) fn start() -> Result<Server> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).context("no port is free")?;
        let address = listener.local_addr()?;
        let mut options = EdgeOptions::default();
        options.reports_rules = true;
        let site = Cell::default();
        runtime.spawn(accept(listener, Arc::clone(&site)));
        Ok(Server { _runtime: runtime, edge: Edge::new(options), address, site })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves a compiled site from its folder from now on.
    ///
    /// # Errors
    /// If the folder can't be opened.
    pub(super) fn serve(&self, ours: &Ours, folder: &Path) -> Result<()> {
        let manifest = ManifestFile::from_bytes(ours.bytes().to_vec())?;
        let live = LiveSite::new(&self.edge, Site::new(manifest, SiteFiles::folder(folder)?));
        let service = SiteService::new(live);
        let worker = Worker { assets: service.assets() };
        *self.site.lock().expect("nobody panics with it") = Some(service.with_fallback(worker));
        Ok(())
    }
}

async fn accept(listener: TcpListener, site: Cell) {
    while let Ok((stream, _)) = listener.accept().await {
        let site = Arc::clone(&site);
        let answer = hyper::service::service_fn(move |request: Request<Incoming>| {
            let service = site.lock().expect("nobody panics with it").clone();
            async move {
                let mut service = service.expect("a site is served before anybody asks");
                let Ok(response) = service.call(request).await;
                Ok::<_, Infallible>(with_rule(response))
            }
        });
        tokio::spawn(async move {
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), answer)
                .await;
        });
    }
}

fn with_rule(mut response: Response<Body>) -> Response<Body> {
    if let Some(AnsweredBy { site, rule }) = response.extensions().get::<AnsweredBy>() {
        let name = HeaderValue::from_str(site.manifest().rule_name(*rule));
        response.headers_mut().insert(RULE, name.expect("names of rules are plain"));
    }
    response
}

/// The Worker of `tests/oracle`: it answers with a text, or passes on what its assets binding says.
#[derive(Debug, Clone)]
struct Worker {
    assets: SiteService,
}

impl Service<Request<Incoming>> for Worker {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Incoming>) -> Self::Future {
        // Several lines of one name are one value, joined, to a Worker.
        let mode = request.headers().get_all("x-oracle-mode").iter().map(HeaderValue::as_bytes);
        if mode.collect::<Vec<_>>().join(&b", "[..]) != b"assets" {
            let is_head = request.method() == http::Method::HEAD;
            let mut response = Response::new(if is_head { Body::empty() } else { Body::full("worker") });
            let text = HeaderValue::from_static("text/plain;charset=UTF-8");
            response.headers_mut().insert(CONTENT_TYPE, text);
            response.headers_mut().insert(BY, HeaderValue::from_static("worker"));
            return Box::pin(async { Ok(response) });
        }
        let answer = self.assets.call(request);
        Box::pin(async {
            let mut response = answer.await?;
            response.headers_mut().insert(BY, HeaderValue::from_static("binding"));
            Ok(response)
        })
    }
}
