//! How two sites are served, where that differs.

use trailmark::Manifest;
use trailmark_compiler::Provenance;

/// An option with two values.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Setting {
    /// Its name, as on the command line.
    pub name: &'static str,
    /// What it was.
    pub before: String,
    /// What it is.
    pub after: String,
}

/// The options that differ.
pub(crate) fn settings(old: &Manifest<'_>, new: &Manifest<'_>) -> Vec<Setting> {
    let [before, after] = [values(old), values(new)];
    // Two of the options are Cloudflare's alone.
    let both_have = [old, new].into_iter().all(|manifest| manifest.host().is_none());
    before
        .into_iter()
        .zip(after)
        .filter(|((name, before), (_, after))| before != after && (both_have || !name.ends_with("-handling")))
        .map(|((name, before), (_, after))| Setting { name, before, after })
        .collect()
}

fn values(manifest: &Manifest<'_>) -> Vec<(&'static str, String)> {
    let provenance = Provenance::read(manifest).ok();
    let unknown = || "unknown".to_owned();
    let of = |get: fn(Provenance) -> String| provenance.clone().map_or_else(unknown, get);
    let base = if manifest.base().is_empty() { "/" } else { manifest.base() };
    vec![
        ("platform", of(|built| built.platform)),
        ("html-handling", of(|built| built.html_handling)),
        ("not-found-handling", of(|built| built.not_found_handling)),
        ("base", base.to_owned()),
    ]
}
