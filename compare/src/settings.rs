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
    before
        .into_iter()
        .zip(after)
        .filter(|((_, before), (_, after))| before != after)
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
