//! A site as other hosts see it: the files of a folder or a manifest.

use std::path::Path;

use anyhow::bail;
use trailmark::Manifest;
use trailmark_compiler::hosts::Files;
use trailmark_compiler::{AssetFile, Base, CompileOptions, compile};

use crate::output;
use crate::source::{read_file, unusable};

/// Files for which hosts look in a site, or beside it, and which have no part in these answers.
const LEFT_OUT: [&str; 8] = [
    "_redirects",
    "_headers",
    "_routes.json",
    ".assetsignore",
    "netlify.toml",
    "vercel.json",
    "firebase.json",
    "staticwebapp.config.json",
];

/// The files of a folder or a manifest. Says what is left out, unless nobody wants to know.
///
/// # Errors
/// There is nothing at `site`, or it can't be used; a base for a manifest, which knows its own.
pub(crate) fn open(site: &Path, base: Option<&Base>, quiet: bool) -> anyhow::Result<Files> {
    if site.is_dir() {
        let base = base.cloned().unwrap_or_default();
        let options = CompileOptions { base, ..CompileOptions::default() };
        let compiled = compile(site, &options, &())?;
        if !quiet {
            left_out(site).iter().for_each(|note| output::note(note));
        }
        return files_of(&compiled.bytes);
    }
    if base.is_some() {
        bail!("{} is a manifest: it knows its base; leave --base out", site.display());
    }
    let bytes = read_file(site)?;
    files_of(&bytes).map_err(|error| error.context(unusable(site)))
}

fn files_of(bytes: &[u8]) -> anyhow::Result<Files> {
    files_in(&Manifest::open(bytes)?)
}

/// The files of a manifest, with their base.
///
/// # Errors
/// The manifest is damaged: its base is none.
pub(crate) fn files_in(manifest: &Manifest<'_>) -> anyhow::Result<Files> {
    let asset = |asset: trailmark::Asset<'_>| AssetFile {
        site_path: asset.site_path().to_string(),
        size: asset.size(),
        fingerprint: *asset.fingerprint(),
    };
    let base = Base::from_decoded(manifest.base())?;
    Ok(Files::new(manifest.assets().map(asset).collect(), &base))
}

/// What is said about the files in a folder, or beside it, that hosts read and that have no part in the answers; `None` if there are none.
pub(crate) fn left_out(dist: &Path) -> Option<String> {
    let found: Vec<&str> = LEFT_OUT.into_iter().filter(|name| dist.join(name).exists()).collect();
    (!found.is_empty()).then(|| {
        format!(
            "these answers are of the files alone; what hosts read beside them has no part: {}",
            found.join(", ")
        )
    })
}
