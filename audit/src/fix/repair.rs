//! What may have been meant by links that lead to nothing. Changed only if that is asked for, since they then mean something that they did
//! not mean before.

use rustc_hash::FxHashMap;
use trailmark::Manifest;

use crate::run::served_at;

/// Files by their names in lower case.
#[derive(Debug, Default)]
pub(super) struct Meant(FxHashMap<String, Option<String>>);

impl Meant {
    /// Notes how every file of a site is called. Costs as much memory as the names of all files.
    pub(super) fn of(manifest: &Manifest<'_>) -> Meant {
        let mut by_name = FxHashMap::default();
        for asset in manifest.assets() {
            let url = served_at(manifest, &asset);
            let path = trailmark::encode_site_path(&asset.site_path().to_string());
            let mut names =
                vec![format!("{}{path}", manifest.base()).to_ascii_lowercase(), url.to_ascii_lowercase()];
            names.dedup();
            for name in names {
                // Of two that differ in capitals only, nobody knows which was meant.
                by_name
                    .entry(name)
                    .and_modify(|known: &mut Option<String>| {
                        if known.as_ref() != Some(&url) {
                            *known = None;
                        }
                    })
                    .or_insert_with(|| Some(url.clone()));
            }
        }
        Meant(by_name)
    }

    /// The URL of the only file that a path names but for capitals.
    pub(super) fn in_other_capitals(&self, path: &str) -> Option<&str> {
        self.0.get(&path.to_ascii_lowercase())?.as_deref()
    }
}
