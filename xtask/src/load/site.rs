//! The site that is served under load: a thousand pages of 4 KiB, each of which says which version and page it is.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use trailmark_compiler::options::HtmlHandling;
use trailmark_compiler::{CompileOptions, RoutingOptions, compile};

/// Pages of a site.
pub(super) const PAGES: usize = 1000;
/// Bytes of a page.
pub(super) const PAGE_LEN: usize = 4096;

/// A site on disk.
#[derive(Debug, Clone)]
pub(super) struct Site {
    /// Its files.
    pub(super) dist: PathBuf,
    /// Its manifest, beside them.
    pub(super) manifest: PathBuf,
}

/// The path of a page. It is the name of its file, so that no server has to look for another one.
pub(super) fn path(page: usize) -> String {
    format!("/page-{page:03}.html")
}

/// The text of a page: as long as it should be, and nowhere the same as another's.
pub(super) fn text(version: usize, page: usize) -> String {
    let mut text = format!("<!doctype html><title>{page}</title><p>version {version} of page {page}\n");
    for line in 0.. {
        if text.len() >= PAGE_LEN {
            break;
        }
        text.push_str(&format!("<p>v{version} p{page} l{line} lorem ipsum dolor sit amet\n"));
    }
    text.truncate(PAGE_LEN);
    text
}

/// Writes a version of the site and its manifest; with `names_version`, each answer says in a header which it is.
///
/// # Errors
/// The disk is full, or the folder can't be compiled.
pub(super) fn write(folder: &Path, version: usize, names_version: bool) -> Result<Site> {
    let dist = folder.join(format!("v{version}"));
    let manifest = folder.join(format!("v{version}.trailmark"));
    fs::create_dir_all(&dist).with_context(|| format!("can't make {}", dist.display()))?;
    for page in 0..PAGES {
        fs::write(dist.join(&path(page)[1..]), text(version, page))?;
    }
    if names_version {
        fs::write(dist.join("_headers"), format!("/*\n  x-version: {version}\n"))?;
    }
    let routing = RoutingOptions { html_handling: HtmlHandling::None, ..RoutingOptions::default() };
    let options = CompileOptions { routing, ..CompileOptions::default() };
    fs::write(&manifest, compile(&dist, &options, &())?.bytes)?;
    Ok(Site { dist, manifest })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_of_every_version_is_another_one() {
        assert_eq!(text(1, 7).len(), PAGE_LEN);
        assert!(text(1, 7) != text(2, 7) && text(1, 7) != text(1, 8));
    }
}
