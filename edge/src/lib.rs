#![doc = include_str!("../README.md")]
#![deny(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::unreachable
    )
)]

mod asked;
mod bodies;
mod body;
mod counters;
mod edge;
mod error;
mod fallback;
mod files;
mod host;
mod live;
mod options;
mod plan;
mod respond;
#[cfg(feature = "server")]
pub mod server;
mod service;
mod service_of;
mod site;
mod site_folder;
mod sites;
mod sites_service;
mod standard;
mod stream;

pub use body::Body;
pub use counters::{Counter, Counters};
pub use edge::Edge;
pub use error::{BodyError, FileProblem, OpenSiteError};
pub use fallback::NoWorker;
pub use files::SiteFiles;
pub use live::LiveSite;
pub use options::{EdgeOptions, Semantics};
pub use respond::{AnsweredBy, ResponseFuture};
pub use service::{DecidedBy, SiteService};
pub use service_of::ServiceOf;
pub use site::Site;
pub use sites::{Sites, SitesOptions};
pub use sites_service::SitesService;
