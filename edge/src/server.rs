//! A ready server around the services: HTTP/1.1, one thread and one listener a core, limits on what a client may take.
//!
//! Given: an address, limits, a [`SiteService`](crate::SiteService) or [`SitesService`](crate::SitesService). Gives: answers, until
//! it is shut down. A thread shares nothing with the others while it answers; what it counts is added up when somebody asks.
//!
//! TLS and HTTP/2 are left to what stands in front.
//!
//! ```no_run
//! use std::time::Duration;
//! use trailmark_edge::server::{Listeners, ServerLimits, start};
//! use trailmark_edge::{Edge, LiveSite, Site, SiteService};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let site = LiveSite::new(&Edge::default(), Site::open("dist.trailmark", "dist")?);
//! let listeners = Listeners::bind("127.0.0.1:8080".parse()?, 4)?;
//! let running = start(listeners, SiteService::new(site), &ServerLimits::default(), None)?;
//! println!("http://{}/", running.address());
//! // When it is time to end:
//! let cut_off = running.shut_down(Duration::from_secs(10)).await;
//! # Ok(())
//! # }
//! ```

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
