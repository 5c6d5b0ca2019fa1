//! What is told about each request. Leaf module.

use std::net::SocketAddr;
use std::time::Duration;

use http::{Method, StatusCode, Uri};
use trailmark::RuleId;

/// A request and what became of it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Answered<'a> {
    /// The thread, from 0.
    pub thread: usize,
    /// Who asked.
    pub peer: SocketAddr,
    /// How.
    pub method: &'a Method,
    /// For what, as it came.
    pub target: &'a Uri,
    /// The `Host` header, as it came.
    pub host: Option<&'a [u8]>,
    /// The answer's.
    pub status: StatusCode,
    /// The rule that answered; `None` if no manifest was asked, or the fallback service answered.
    pub rule: Option<RuleId>,
    /// Bytes of the body that were handed to the connection.
    pub sent: u64,
    /// `false` if the body ended before its time: the client went away, or its file failed.
    pub is_whole: bool,
    /// From the end of the request's head until the last byte was handed to the connection.
    pub took: Duration,
}

/// Is told about requests, on the threads that answer them: it must not block.
pub trait RequestLog: Send + Sync + 'static {
    /// A request was answered.
    fn answered(&self, answered: &Answered<'_>);

    /// What a client sent was no request; it got 400, 414 or 431, and the connection was closed.
    fn malformed(&self, thread: usize, peer: SocketAddr, why: &dyn std::fmt::Display);
}
