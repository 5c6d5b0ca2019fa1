#![doc = include_str!("../README.md")]
#![no_std]
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

extern crate alloc;
#[cfg(any(test, feature = "mmap"))]
extern crate std;

mod answer;
mod asset;
mod batch;
mod bytes;
mod decode;
mod ending;
mod error;
pub mod format;
mod guard;
mod headers;
mod host;
mod host_answer;
mod host_location;
mod host_path;
pub mod key;
mod location;
mod lookup;
mod manifest;
mod mask;
#[cfg(feature = "mmap")]
mod mmap;
mod not_found;
mod path;

pub mod pattern;
mod quick;
mod redirects;
pub mod regex;
mod request;
mod request_url;
mod resolve;
mod router;
mod source;
mod stem;
mod stored;
#[cfg(feature = "tables")]
pub mod tables;
pub mod url;
mod verify;

pub use answer::{Resolution, RuleId};
pub use asset::{Asset, ETag, SitePath};
pub use decode::{DecodeMode, decode_path, encode_site_path};
pub use ending::Ending;
pub use error::{OpenError, RequestError, VerifyError};
pub use headers::HeaderRule;
pub use location::{Encoded, Location};
pub use lookup::{Route, RouteEffect};
pub use manifest::{Manifest, Platform};
#[cfg(feature = "mmap")]
pub use mmap::{FileError, ManifestFile};
pub use path::{MAX_REQUEST_LEN, RequestPath, Scratch};
pub use redirects::{RedirectRule, RuleLocation};
pub use request::{Answer, AnswerLocation, Decision, HeaderValue, Request, RequestHeaders};
pub use request_url::{RequestUrl, UrlError};
pub use router::{RouterMatch, RouterVerdict};
pub use stem::{Form, split_stem};
pub use stored::StoredStem;
