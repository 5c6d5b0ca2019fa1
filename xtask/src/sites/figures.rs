//! The figures of a site that are the same on every machine, worked out from its list alone.

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use trailmark::Manifest;
use trailmark_compiler::options::{HtmlHandling, NotFoundHandling, Platform};
use trailmark_compiler::{AssetFile, RoutingOptions, manifest_of};

use super::{SiteList, list, table, tree};

/// What is in the manifest of a site.
#[derive(Debug)]
pub(super) struct Figures {
    /// Stored answers.
    pub(super) routes: usize,
    /// Size of the manifest, bytes.
    pub(super) manifest_bytes: usize,
    /// Files that no request path serves.
    pub(super) without_url: Vec<String>,
}

/// The options under which sites are compiled here: what `trailmark compile` takes without a configuration file.
pub(super) fn routing(platform: Platform) -> RoutingOptions {
    RoutingOptions {
        platform,
        html_handling: HtmlHandling::AutoTrailingSlash,
        not_found_handling: NotFoundHandling::Page404,
    }
}

/// The table of all sites, on both platforms.
///
/// # Errors
/// If a list can't be read, or its manifest not be made.
pub(crate) fn table() -> Result<String> {
    let mut rows = Vec::new();
    for name in list::names()? {
        let site = SiteList::load(&name)?;
        let of = |platform| figures(&site, platform).with_context(|| name.clone());
        let figures = [of(Platform::Workers)?, of(Platform::Pages)?];
        rows.push((site, figures));
    }
    Ok(table::figures(&rows))
}

fn figures(site: &SiteList, platform: Platform) -> Result<Figures> {
    let bytes = manifest_of(assets(site), routing(platform))?;
    let manifest = Manifest::open(&bytes)?;
    let without_url = manifest.assets().filter(|asset| asset.canonical_url().is_none());
    Ok(Figures {
        routes: manifest.routes().count(),
        manifest_bytes: bytes.len(),
        without_url: without_url.map(|asset| asset.site_path().to_string()).collect(),
    })
}

/// The files as assets. Fingerprints are equal where those of the written files are.
fn assets(site: &SiteList) -> Vec<AssetFile> {
    let fingerprint = |path: &str, size: u64| {
        let head = Sha256::digest(tree::head(path, size));
        Sha256::new().chain_update(size.to_le_bytes()).chain_update(head).finalize().into()
    };
    let asset = |(path, size): &(String, u64)| AssetFile {
        site_path: path.clone(),
        size: *size,
        fingerprint: fingerprint(path, *size),
    };
    site.files.iter().map(asset).collect()
}
