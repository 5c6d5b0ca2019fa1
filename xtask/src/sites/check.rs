//! Holds a compiled manifest against the list it was made from.

use std::collections::HashMap;

use trailmark::{Asset, Manifest, RequestPath, Resolution, Scratch};
use trailmark_compiler::excluded_because;
use trailmark_compiler::options::Platform;

use super::SiteList;

/// How many problems are told; more would say the same.
const MAX_PROBLEMS: usize = 10;

/// What asking for every file gave.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// Files that no request path serves.
    pub(super) without_url: usize,
    /// What is not as it should be.
    pub(super) problems: Vec<String>,
}

/// Verifies the manifest, and looks every file up at its canonical URL.
pub(super) fn check(manifest: &Manifest<'_>, site: &SiteList, platform: Platform) -> Findings {
    let mut findings = Findings::default();
    if let Err(error) = manifest.verify() {
        findings.problems.push(format!("the manifest does not verify: {error}"));
    }
    findings.problems.extend(missing_files(manifest, site, platform));
    let mut scratch = Scratch::new();
    for asset in manifest.assets() {
        match asset.canonical_url() {
            None => findings.without_url += 1,
            Some(url) => findings.problems.extend(look_up(manifest, &asset, &url.to_string(), &mut scratch)),
        }
    }
    findings.problems.truncate(MAX_PROBLEMS);
    findings
}

/// Each file of the list that the platform takes must be an asset of that size, and there must be no others.
fn missing_files(manifest: &Manifest<'_>, site: &SiteList, platform: Platform) -> Vec<String> {
    let mut sizes: HashMap<String, u64> =
        manifest.assets().map(|asset| (asset.site_path().to_string(), asset.size())).collect();
    let mut problems = Vec::new();
    for (path, size) in site.files.iter().filter(|(path, _)| excluded_because(platform, path).is_none()) {
        match sizes.remove(path) {
            Some(found) if found == *size => {}
            found => problems.push(format!("{path}: {size} bytes on disk, in the manifest {found:?}")),
        }
    }
    problems.extend(sizes.into_keys().map(|path| format!("{path}: in the manifest, but not in the site")));
    problems
}

/// A problem, if the URL does not serve the asset or one of the same content.
fn look_up(manifest: &Manifest<'_>, asset: &Asset<'_>, url: &str, scratch: &mut Scratch) -> Option<String> {
    let request = match RequestPath::parse(url, scratch) {
        Ok(request) => request,
        Err(error) => return Some(format!("{}: canonical URL {url}: {error}", asset.site_path())),
    };
    let resolution = manifest.lookup(&request);
    match resolution {
        Resolution::Serve { asset: served, .. } if served.fingerprint() == asset.fingerprint() => None,
        _ => Some(format!("{}: canonical URL {url}: {}", asset.site_path(), resolution.display(manifest))),
    }
}
