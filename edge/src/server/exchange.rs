//! A request and its answer: the service is asked, and what became of it is counted and told when the last byte of the body has
//! been handed to the connection.

use std::cell::RefCell;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use http::header::{CONNECTION, HOST, TRANSFER_ENCODING};
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri, Version};
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Incoming;
use tower_service::Service;
use trailmark::RuleId;

use super::connection::{Conn, Phase};
use super::log::{Answered, RequestLog};
use super::stats::ThreadStats;
use crate::body::Body;
use crate::error::BodyError;
use crate::respond::{ResponseFuture, plain};

/// What a server asks: [`SiteService`](crate::SiteService) and [`SitesService`](crate::SitesService), with any fallback.
pub trait Answers:
    Service<Request<Incoming>, Response = Response<Body>, Error = Infallible, Future = ResponseFuture>
    + Clone
    + Send
    + 'static
{
}

impl<S> Answers for S where
    S: Service<Request<Incoming>, Response = Response<Body>, Error = Infallible, Future = ResponseFuture>
        + Clone
        + Send
        + 'static
{
}

/// What all requests of a thread share.
#[derive(Clone)]
pub(crate) struct Told {
    pub(crate) thread: usize,
    pub(crate) stats: Arc<ThreadStats>,
    pub(crate) log: Option<Arc<dyn RequestLog>>,
}

/// The requests of one connection.
pub(crate) struct Exchanges<S> {
    pub(crate) service: RefCell<S>,
    pub(crate) conn: Arc<Conn>,
}

impl<S: Answers> hyper::service::Service<Request<Incoming>> for Exchanges<S> {
    type Response = Response<ServedBody>;
    type Error = Infallible;
    type Future = Answering;

    fn call(&self, request: Request<Incoming>) -> Answering {
        let started = Instant::now();
        let headers = request.headers();
        self.conn.begin(!request.body().is_end_stream());
        // Where the body ends can be told wrongly only with this header: hyper takes it for true when there is a length beside it, and
        // says nothing about that. RFC 9112, section 6.1, asks for the connection to be closed then.
        let closes = headers.contains_key(TRANSFER_ENCODING);
        let detail = self.conn.told.log.as_ref().map(|_| {
            Box::new(Detail {
                method: request.method().clone(),
                target: request.uri().clone(),
                host: headers.get(HOST).cloned(),
            })
        });
        let is_without_host = request.version() == Version::HTTP_11
            && !headers.contains_key(HOST)
            && request.uri().authority().is_none();
        let future = if is_without_host {
            ResponseFuture::ready(plain(StatusCode::BAD_REQUEST, "no Host header\n"))
        } else {
            self.service.borrow_mut().call(request)
        };
        let rest = Rest { conn: Arc::clone(&self.conn), started, detail };
        Answering { future, closes, rest: Some(rest) }
    }
}

/// What is kept of a request for the log.
struct Detail {
    method: Method,
    target: Uri,
    host: Option<HeaderValue>,
}

/// What is needed when the answer has been sent.
struct Rest {
    conn: Arc<Conn>,
    started: Instant,
    detail: Option<Box<Detail>>,
}

/// A response that comes.
pub(crate) struct Answering {
    future: ResponseFuture,
    closes: bool,
    rest: Option<Rest>,
}

impl Future for Answering {
    type Output = Result<Response<ServedBody>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Poll::Ready(Ok(mut response)) = Pin::new(&mut self.future).poll(cx) else { return Poll::Pending };
        if self.closes {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        let (status, rest) = (response.status(), self.rest.take());
        Poll::Ready(Ok(response.map(|body| ServedBody { status, rest, sent: 0, is_failed: false, body })))
    }
}

/// A body that tells when it is done with.
pub(crate) struct ServedBody {
    body: Body,
    status: StatusCode,
    rest: Option<Rest>,
    sent: u64,
    is_failed: bool,
}

impl HttpBody for ServedBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        let frame = Pin::new(&mut this.body).poll_frame(cx);
        match &frame {
            Poll::Ready(Some(Ok(frame))) => {
                this.sent += frame.data_ref().map_or(0, |data| data.len() as u64);
            }
            Poll::Ready(Some(Err(_))) => this.is_failed = true,
            _ => {}
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for ServedBody {
    fn drop(&mut self) {
        let Some(rest) = self.rest.take() else { return };
        let Rest { conn, started, detail } = rest;
        let told = &conn.told;
        let took = started.elapsed();
        let rule: Option<RuleId> = self.body.rule();
        // One whose length nobody knew is whole when its connection says so; it is given the benefit of the doubt.
        let is_whole = !self.is_failed && self.body.size_hint().exact().is_none_or(|left| left == 0);
        conn.enter(Phase::Idle);
        told.stats.answered(self.status, rule, took, self.sent, is_whole);
        if let (Some(log), Some(detail)) = (&told.log, &detail) {
            log.answered(&Answered {
                thread: told.thread,
                peer: conn.peer,
                method: &detail.method,
                target: &detail.target,
                host: detail.host.as_ref().map(HeaderValue::as_bytes),
                status: self.status,
                rule,
                sent: self.sent,
                is_whole,
                took,
            });
        }
    }
}
