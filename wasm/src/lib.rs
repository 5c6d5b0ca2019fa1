//! The runtime behind a boundary that JavaScript can cross: numbers, and two buffers that are used again and again.
//!
//! [`Boundary`] holds the open manifests and both buffers; it is plain Rust and tested on any machine. For WebAssembly alone,
//! `exports` gives it a few functions with names. What crosses, and in which form, is in [`wire`]; the npm package
//! `@trailmark/runtime` (`integrations/runtime`) is the other side of it, and `docs/ISOLATES.md` tells the whole.

#![cfg_attr(target_arch = "wasm32", no_std)]
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

mod boundary;
#[cfg(target_arch = "wasm32")]
mod exports;
mod handles;
mod owned;
pub mod wire;

pub use boundary::{Boundary, Failure};
pub use handles::{Handle, Handles};
pub use owned::OwnedManifest;
