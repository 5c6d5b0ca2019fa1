//! What is given on an address of its own, beside the site: metrics, the report. Few ask, so one thread and few connections do.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_TYPE, HeaderValue};
use http::request::Parts;
use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use trailmark_edge::server::Listeners;

/// Connections at once.
const MOST: usize = 32;
/// For a request's head, and for a connection as a whole.
const HEAD_TIME: Duration = Duration::from_secs(5);
const CONNECTION_TIME: Duration = Duration::from_secs(300);

/// An answer.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) media_type: &'static str,
    pub(crate) text: String,
}

impl Page {
    /// A line that says what is wrong.
    pub(crate) fn plain(status: StatusCode, text: &str) -> Page {
        Page { status, media_type: "text/plain; charset=utf-8", text: format!("{text}\n") }
    }
}

/// Answers for ever: metrics at `/metrics`, with the text as it is when it is asked for.
pub(crate) async fn serve_metrics(listeners: Listeners, text: impl Fn() -> String + Send + Sync + 'static) {
    let text = Arc::new(text);
    let answer = move |head: Parts| {
        let text = Arc::clone(&text);
        async move {
            let is_read = [Method::GET, Method::HEAD].contains(&head.method);
            let (status, text) = match head.uri.path() {
                "/metrics" if is_read => (StatusCode::OK, text()),
                "/metrics" => (StatusCode::METHOD_NOT_ALLOWED, String::new()),
                _ => (StatusCode::NOT_FOUND, "metrics are at /metrics\n".to_owned()),
            };
            Page { status, media_type: "text/plain; version=0.0.4; charset=utf-8", text }
        }
    };
    serve(listeners, answer).await;
}

/// Answers for ever.
pub(crate) async fn serve<F, A>(listeners: Listeners, answer: F)
where
    F: Fn(Parts) -> A + Send + Sync + 'static,
    A: Future<Output = Page> + Send,
{
    let to = Arc::new(answer);
    let listener = listeners.into_sockets().into_iter().next().map(TcpListener::from_std);
    let Some(Ok(listener)) = listener else { return std::future::pending().await };
    let room = Arc::new(Semaphore::new(MOST));
    loop {
        let Ok(permit) = Arc::clone(&room).acquire_owned().await else { return };
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let to = Arc::clone(&to);
        tokio::spawn(async move {
            // Whoever takes longer asks again.
            let _ = tokio::time::timeout(CONNECTION_TIME, converse(stream, &*to)).await;
            drop(permit);
        });
    }
}

async fn converse<F, A>(stream: TcpStream, to: &F)
where
    F: Fn(Parts) -> A,
    A: Future<Output = Page>,
{
    let service = service_fn(|request: Request<Incoming>| async move {
        let Page { status, media_type, text } = to(request.into_parts().0).await;
        let mut response = Response::new(text);
        *response.status_mut() = status;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        Ok::<_, Infallible>(response)
    });
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_buf_size(16 << 10);
    // A client that goes away is no concern of anybody else.
    let _ = server.serve_connection(TokioIo::new(stream), service).await;
}
