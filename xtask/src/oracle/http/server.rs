//! Our side: one server of `trailmark-edge` on 127.0.0.1, whose site is exchanged from case to case.

use std::convert::Infallible;
use std::fmt::Display;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::{Context, Poll};
use std::time::Duration;

use anyhow::{Context as _, Result};
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Request, Response};
use tower_service::Service;
use trailmark::{ManifestFile, RuleId};
use trailmark_compiler::{RoutingOptions, manifest_of};
use trailmark_edge::server::{Answered, Listeners, RequestLog, Running, ServerLimits, start};
use trailmark_edge::{Body, Edge, LiveSite, Site, SiteFiles, SiteService};

use crate::oracle::reply::Ours;

const BY: HeaderName = HeaderName::from_static("x-oracle");
/// How long the log may lag behind the last byte of an answer.
const LOG_TIME: Duration = Duration::from_secs(5);

/// A server.
#[derive(Debug)]
pub(super) struct Server {
    running: Running,
    live: LiveSite,
    log: Receiver<Option<RuleId>>,
}

/// Tells the rule of each answer; none for what is no request.
struct Rules(Sender<Option<RuleId>>);

impl RequestLog for Rules {
    fn answered(&self, answered: &Answered<'_>) {
        let _ = self.0.send(answered.rule);
    }

    fn malformed(&self, _: usize, _: SocketAddr, _: &dyn Display) {
        let _ = self.0.send(None);
    }
}

impl Server {
    /// Starts one, with an empty site.
    ///
    /// # Errors
    /// If no port is free.
    pub(super) fn start() -> Result<Server> {
        let nothing = manifest_of(Vec::new(), RoutingOptions::default())?;
        let nothing = Site::from_bytes(nothing, SiteFiles::memory([]))?;
        let live = LiveSite::new(&Edge::default(), nothing);
        let service = SiteService::new(live.clone());
        let worker = Worker { assets: service.assets() };
        let listeners = Listeners::bind(SocketAddr::from(([127, 0, 0, 1], 0)), 1)?;
        let (sender, log) = channel();
        let service = service.with_fallback(worker);
        let running = start(listeners, service, &ServerLimits::default(), Some(Arc::new(Rules(sender))))?;
        Ok(Server { running, live, log })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.running.address()
    }

    /// Serves a compiled site from its folder from now on.
    ///
    /// # Errors
    /// If the folder can't be opened.
    pub(super) fn serve(&self, ours: &Ours, folder: &Path) -> Result<()> {
        let manifest = ManifestFile::from_bytes(ours.bytes().to_vec())?;
        self.live.swap(Site::new(manifest, SiteFiles::folder(folder)?));
        Ok(())
    }

    /// The name of the rule that gave the answer just read; none where none did.
    ///
    /// # Errors
    /// If the server's log does not name the request.
    pub(super) fn rule(&self) -> Result<String> {
        let rule =
            self.log.recv_timeout(LOG_TIME).context("a request that the server's log does not know")?;
        let name = |rule| self.live.current().manifest().rule_name(rule).to_owned();
        Ok(rule.map_or_else(String::new, name))
    }
}

/// The Worker of `tests/oracle`: it answers with a text, or passes on what its assets binding says.
#[derive(Debug, Clone)]
struct Worker {
    assets: SiteService,
}

impl<B: Send + 'static> Service<Request<B>> for Worker {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
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
