//! What answers where the site's Worker script would, if nobody gave a service for it.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use http::{Request, Response, StatusCode};
use tower_service::Service;

use crate::body::Body;
use crate::respond::plain;

/// Answers 501: the manifest says that the Worker script answers, and there is none here.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoWorker;

impl<B> Service<Request<B>> for NoWorker {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<B>) -> Self::Future {
        let text = "the site's Worker script answers this request, and none is connected here\n";
        ready(Ok(plain(StatusCode::NOT_IMPLEMENTED, text)))
    }
}
