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

#[cfg(any(test, feature = "mmap"))]
extern crate std;

mod answer;
mod asset;
mod bytes;
mod error;
pub mod format;
pub mod key;
mod location;
mod lookup;
mod manifest;
#[cfg(feature = "mmap")]
mod mmap;
mod not_found;
mod path;
mod request;
mod stem;
mod verify;

pub use answer::{Resolution, RuleId};
pub use asset::{Asset, ETag, SitePath};
pub use error::{OpenError, RequestError, VerifyError};
pub use location::{Encoded, Location};
pub use lookup::{Route, RouteEffect};
pub use manifest::{Manifest, Platform};
#[cfg(feature = "mmap")]
pub use mmap::{FileError, ManifestFile};
pub use path::{DecodeMode, MAX_REQUEST_LEN, RequestPath, Scratch};
pub use request::{Answer, Decision, HeaderValue, Request, RequestHeaders};
pub use stem::{Form, split_stem};
