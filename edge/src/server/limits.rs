//! What a client may take of a server. Leaf module.

use std::time::Duration;

/// Limits of a server. The defaults suit a node in the open internet; take them, and change fields.
///
/// Times are kept to within half a second.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ServerLimits {
    /// The longest head of a request (its first line and headers), bytes; longer ones get 431. One that arrives in large pieces may
    /// be up to twice as long. At least 8 KiB. Default 32 KiB: room for the longest path, and for as much again of headers.
    pub head_bytes: usize,
    /// The most header fields of a request; more get 431. Default 100. Another number costs an allocation a request.
    pub head_fields: usize,
    /// How long a client may take from its connection, or from the first byte of a later request, to the end of the request's head.
    /// Bytes that arrive meanwhile don't start it again. Default 10 s.
    pub head_time: Duration,
    /// How long a connection is kept between requests. Default 60 s.
    pub idle_time: Duration,
    /// How long a client may take nothing of an answer that waits for it. Default 30 s.
    pub stall_time: Duration,
    /// The most connections at once, over all threads. At the limit, those are closed that have been idle for longest; if all are
    /// busy, new ones wait to be accepted. Default 20,000.
    pub connections: usize,
}

impl Default for ServerLimits {
    fn default() -> Self {
        ServerLimits {
            head_bytes: 32 << 10,
            head_fields: DEFAULT_FIELDS,
            head_time: Duration::from_secs(10),
            idle_time: Duration::from_secs(60),
            stall_time: Duration::from_secs(30),
            connections: 20_000,
        }
    }
}

/// What hyper has room for on the stack.
pub(crate) const DEFAULT_FIELDS: usize = 100;
/// What hyper needs at least.
pub(crate) const LEAST_HEAD_BYTES: usize = 8 << 10;
