//! Metrics on an address of their own: `GET /metrics`, and nothing else. Few ask, so one thread and few connections do.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_TYPE, HeaderValue};
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

/// Answers for ever, with the text as it is when it is asked for.
pub(crate) async fn serve(listeners: Listeners, text: impl Fn() -> String + Send + Sync + 'static) {
    let text = Arc::new(text);
    let listener = listeners.into_sockets().into_iter().next().map(TcpListener::from_std);
    let Some(Ok(listener)) = listener else { return std::future::pending().await };
    let room = Arc::new(Semaphore::new(MOST));
    loop {
        let Ok(permit) = Arc::clone(&room).acquire_owned().await else { return };
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let text = Arc::clone(&text);
        tokio::spawn(async move {
            // Whoever takes longer asks again.
            let _ = tokio::time::timeout(CONNECTION_TIME, answer(stream, &*text)).await;
            drop(permit);
        });
    }
}

async fn answer(stream: TcpStream, text: &impl Fn() -> String) {
    let service = service_fn(|request: Request<Incoming>| async move {
        let is_read = [Method::GET, Method::HEAD].contains(request.method());
        let (status, body) = match request.uri().path() {
            "/metrics" if is_read => (StatusCode::OK, text()),
            "/metrics" => (StatusCode::METHOD_NOT_ALLOWED, String::new()),
            _ => (StatusCode::NOT_FOUND, "metrics are at /metrics\n".to_owned()),
        };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
        response.headers_mut().insert(CONTENT_TYPE, kind);
        Ok::<_, Infallible>(response)
    });
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_buf_size(16 << 10);
    // A client that goes away is no concern of anybody else.
    let _ = server.serve_connection(TokioIo::new(stream), service).await;
}
