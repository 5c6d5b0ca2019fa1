//! What built a manifest: cold data, never touched by a look-up.
//!
//! Everything is stored as text or number, nothing that depends on when or where the manifest was built, so equal input gives
//! equal bytes.

use serde::{Deserialize, Serialize};
use trailmark::Manifest;

use crate::cold;
use crate::hosts::Host;
use crate::options::{HtmlHandling, NotFoundHandling, Platform};
use crate::site::RoutingOptions;

/// Most bytes that are decoded.
const MAX_LEN: usize = 64 * 1024;

/// What built a manifest, with which options.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// Version of the compiler.
    pub compiler: String,
    /// `workers` or `pages`, or another host with its settings, as `vercel:clean-urls`; the two options below are `none` then.
    pub platform: String,
    /// In the platform's spelling; for Pages, which has no such option, what it amounts to is in the rule table.
    pub html_handling: String,
    /// In the platform's spelling.
    pub not_found_handling: String,
    /// Files left out because the platform never serves them.
    pub excluded_count: u64,
    /// Size of all assets, bytes.
    pub asset_bytes: u64,
}

/// Why a provenance section can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProvenanceError {
    /// The bytes are not what the compiler writes.
    #[error("the provenance section is damaged: {0}")]
    Decode(#[from] cold::DecodeError),
    /// It names an option that this version does not know.
    #[error("the provenance section names an option that is unknown here: {0}")]
    Option(#[from] crate::options::UnknownSpelling),
}

impl Provenance {
    pub(crate) fn new(
        options: &RoutingOptions,
        host: Option<Host>,
        excluded_count: u64,
        asset_bytes: u64,
    ) -> Self {
        let of_cloudflare = |option: String| if host.is_some() { "none".to_owned() } else { option };
        Provenance {
            compiler: env!("CARGO_PKG_VERSION").to_owned(),
            platform: host.map_or_else(|| options.platform.to_string(), |host| host.to_string()),
            html_handling: of_cloudflare(options.html_handling.to_string()),
            not_found_handling: of_cloudflare(options.not_found_handling.to_string()),
            excluded_count,
            asset_bytes,
        }
    }

    /// Reads the provenance of a manifest.
    ///
    /// # Errors
    /// [`ProvenanceError::Decode`] if the section is missing or damaged.
    pub fn read(manifest: &Manifest<'_>) -> Result<Self, ProvenanceError> {
        Ok(cold::decode::<Self, MAX_LEN>(manifest.provenance())?)
    }

    /// The host that it names, if that is another than Cloudflare's.
    pub fn host(&self) -> Option<Host> {
        self.platform.parse::<Host>().ok().filter(|host| host.cloudflare().is_none())
    }

    /// The routing options that it names.
    ///
    /// # Errors
    /// [`ProvenanceError::Option`] for one that this version does not know, and for another host than Cloudflare's.
    pub fn options(&self) -> Result<RoutingOptions, ProvenanceError> {
        Ok(RoutingOptions {
            platform: self.platform.parse::<Platform>()?,
            html_handling: self.html_handling.parse::<HtmlHandling>()?,
            not_found_handling: self.not_found_handling.parse::<NotFoundHandling>()?,
        })
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        cold::encode(self)
    }
}
