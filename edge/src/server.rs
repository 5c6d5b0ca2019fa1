//! A ready server around the services: HTTP/1.1, one thread and one listener a core, limits on what a client may take.
//!
//! Given: an address, limits, a [`SiteService`](crate::SiteService) or [`SitesService`](crate::SitesService). Gives: answers, until
//! it is shut down. A thread shares nothing with the others while it answers; what it counts is added up when somebody asks.
//!
//! TLS and HTTP/2 are left to what stands in front.

mod connection;
mod control;
mod exchange;
mod limits;
mod listen;
mod log;
mod registry;
mod running;
mod stats;
mod worker;

pub use exchange::Answers;
pub use limits::ServerLimits;
pub use listen::{Listeners, raise_file_limit};
pub use log::{Answered, RequestLog};
pub use running::{Running, start};
pub use stats::{LATENCY_BOUNDS, ServerStats};
