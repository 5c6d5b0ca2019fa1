//! From a plan to a response: the bytes of its file, from memory or from disk, or a failure where the file does not fit.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use trailmark::RuleId;

use crate::bodies::Loaded;
use crate::body::Body;
use crate::edge::Edge;
use crate::plan::{Content, FileContent, Parts, Plan};
use crate::site::Site;
use crate::stream::{FileStream, Piece, Source};

/// A response that is there already, or comes when the disk or the fallback service has answered.
#[must_use = "nothing is answered unless it is awaited"]
pub struct ResponseFuture {
    state: State,
}

#[allow(clippy::large_enum_variant, reason = "nearly all are ready; a box would be an allocation for each")]
enum State {
    Ready(Option<Response<Body>>),
    Waiting(Pin<Box<dyn Future<Output = Response<Body>> + Send>>),
}

impl ResponseFuture {
    pub(crate) fn ready(response: Response<Body>) -> Self {
        ResponseFuture { state: State::Ready(Some(response)) }
    }

    pub(crate) fn waiting(response: impl Future<Output = Response<Body>> + Send + 'static) -> Self {
        ResponseFuture { state: State::Waiting(Box::pin(response)) }
    }
}

impl Future for ResponseFuture {
    type Output = Result<Response<Body>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.state {
            // Asked again after the end, as nobody should: an empty answer, rather than a panic.
            State::Ready(response) => Poll::Ready(Ok(response.take().unwrap_or_default())),
            State::Waiting(future) => future.as_mut().poll(cx).map(Ok),
        }
    }
}

impl std::fmt::Debug for ResponseFuture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ResponseFuture")
    }
}

/// The rule that gave an answer; among the extensions of the response, if [`EdgeOptions::reports_rules`](crate::EdgeOptions) asks
/// for it.
#[derive(Debug, Clone)]
pub struct AnsweredBy {
    /// The version that answered.
    pub site: Arc<Site>,
    /// The rule; [`Manifest::rule_name`](trailmark::Manifest::rule_name) gives its name.
    pub rule: RuleId,
}

/// Carries a plan out. An answer from memory leaves the count of the version's users alone, which all threads would fight over.
pub(crate) fn respond(edge: &Edge, site: &Arc<Site>, mut plan: Plan, is_head: bool) -> ResponseFuture {
    plan.set_content_length();
    let rule = plan.rule;
    let mut response = Response::new(Body::empty().by(rule));
    *response.status_mut() = plan.status;
    *response.headers_mut() = plan.headers;
    if edge.options().reports_rules {
        response.extensions_mut().insert(AnsweredBy { site: Arc::clone(site), rule });
    }
    let file = match plan.content {
        _ if is_head => return ResponseFuture::ready(response),
        Content::Bytes(bytes) => {
            *response.body_mut() = Body::full(bytes).by(rule);
            return ResponseFuture::ready(response);
        }
        Content::File(file) if file.size == 0 => return ResponseFuture::ready(response),
        Content::File(file) => file,
    };
    if let Some(bytes) = edge.bodies().kept(&file.key, file.size) {
        *response.body_mut() = in_memory(&bytes, file.parts).by(rule);
        return ResponseFuture::ready(response);
    }
    let (edge, site) = (edge.clone(), Arc::clone(site));
    ResponseFuture::waiting(async move {
        match load(&edge, &site, file).await {
            Ok(body) => *response.body_mut() = body.by(rule),
            Err(status) => response = failure(status).map(|body| body.by(rule)),
        }
        response
    })
}

/// # Errors
/// The status to answer instead.
async fn load(edge: &Edge, site: &Arc<Site>, file: FileContent) -> Result<Body, StatusCode> {
    let path = site.manifest().asset(file.asset).map(|asset| asset.site_path().to_string());
    let path = path.unwrap_or_default();
    match edge.bodies().load(file.key, file.size, &path, site.files()).await {
        Ok(Loaded::Bytes(bytes)) => Ok(in_memory(&bytes, file.parts)),
        Ok(Loaded::File(open)) => {
            let pieces = pieces(file.parts, file.size, Piece::File);
            let source = Source { edge: edge.clone(), site: Arc::clone(site), path };
            Ok(Body::file(FileStream::new(source, open, file.key.fingerprint, pieces)))
        }
        Err(problem) => {
            edge.report(site.name(), &path, &problem);
            Err(if problem.is_mismatch() {
                StatusCode::SERVICE_UNAVAILABLE
            } else {
                StatusCode::INTERNAL_SERVER_ERROR
            })
        }
    }
}

fn in_memory(bytes: &Bytes, parts: Option<Parts>) -> Body {
    if parts.is_none() {
        return Body::full(bytes.clone());
    }
    let size = bytes.len() as u64;
    let pieces = pieces(parts, size, |offset, len| {
        let start = offset.min(size) as usize;
        let end = offset.saturating_add(len).min(size) as usize;
        Piece::Bytes(bytes.slice(start..end.max(start)))
    });
    let flat = pieces.iter().filter_map(|piece| match piece {
        Piece::Bytes(bytes) => Some(bytes),
        Piece::File(..) => None,
    });
    match flat.collect::<Vec<_>>().as_slice() {
        [one] => Body::full((*one).clone()),
        many => Body::full(many.iter().flat_map(|bytes| bytes.iter().copied()).collect::<Bytes>()),
    }
}

/// The pieces of a body, in order, without empty ones.
fn pieces(parts: Option<Parts>, size: u64, of_file: impl Fn(u64, u64) -> Piece) -> Vec<Piece> {
    let Some(Parts { parts, end }) = parts else { return vec![of_file(0, size)] };
    let parts =
        parts.into_iter().flat_map(|(before, (offset, len))| [Piece::Bytes(before), of_file(offset, len)]);
    parts.chain([Piece::Bytes(end)]).filter(|piece| piece.len() > 0).collect()
}

/// An answer of our own, where the site's can't be given.
pub(crate) fn failure(status: StatusCode) -> Response<Body> {
    let text = match status {
        StatusCode::SERVICE_UNAVAILABLE => "this file of the site is not available at the moment\n",
        _ => "the server could not read this file\n",
    };
    plain(status, text)
}

/// A short text that nobody keeps.
pub(crate) fn plain(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::full(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
