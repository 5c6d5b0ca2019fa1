//! A real connection: hyper serves on 127.0.0.1, hyper asks.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tower_service::Service;
use trailmark_edge::{Body, ResponseFuture};

/// Serves connections, each with a clone of what stands in the cell when a request comes.
///
/// # Panics
/// If no port is free.
pub(super) async fn serve<S>(service: Arc<Mutex<S>>) -> SocketAddr
where
    S: Service<Request<Incoming>, Response = Response<Body>, Error = Infallible, Future = ResponseFuture>
        + Clone
        + Send
        + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("it has an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = Arc::clone(&service);
            let answer = hyper::service::service_fn(move |request| {
                let mut service = service.lock().expect("nobody panicked").clone();
                service.call(request)
            });
            tokio::spawn(async move {
                let _ = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), answer)
                    .await;
            });
        }
    });
    address
}

/// Connects.
///
/// # Panics
/// If nobody is there.
pub(super) async fn connect<B>(address: SocketAddr) -> SendRequest<B>
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let stream = TcpStream::connect(address).await.expect("the server listens");
    let (sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("it speaks HTTP");
    tokio::spawn(async move {
        let _ = connection.await;
    });
    sender
}
