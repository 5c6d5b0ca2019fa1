//! What a path without an answer is called but for capitals.

use std::collections::hash_map::Entry;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use trailmark::{Asset, Manifest};

/// The part of a path that its forms have in common, in lower case: `/about` of `/About/`, `/About.html` and `/About/index.html`.
pub(crate) fn stem(path: &str) -> String {
    written_stem(path).to_ascii_lowercase()
}

/// How a link would be written with the capitals of a file of its stem and the link's own form; first of all as the file is called, if that is
/// its form.
pub(crate) fn in_capitals_of(own_path: &str, link: &str) -> String {
    if own_path.eq_ignore_ascii_case(link) {
        return own_path.to_owned();
    }
    let form = link.get(written_stem(link).len()..).unwrap_or_default();
    format!("{}{}", written_stem(own_path), form.to_ascii_lowercase())
}

fn written_stem(path: &str) -> &str {
    let forms = ["/index.html", "/index", ".html", "/"];
    let stems = forms.iter().filter_map(|form| {
        let (stem, end) = path.split_at_checked(path.len().checked_sub(form.len())?)?;
        end.eq_ignore_ascii_case(form).then_some(stem)
    });
    stems.into_iter().next().unwrap_or(path)
}

/// The files whose forms have the given stems, in the order of their numbers. Asks all files of the site.
pub(crate) fn files_by_stem<'w>(
    manifest: &Manifest<'_>,
    wanted: &'w FxHashSet<String>,
) -> FxHashMap<&'w str, Vec<u32>> {
    let mut files: FxHashMap<&str, Vec<u32>> = FxHashMap::default();
    if wanted.is_empty() {
        return files;
    }
    let named = |file: u32| {
        let stem = stem(&own_path(manifest, &manifest.asset(file)?));
        wanted.get(&stem).map(|wanted| (wanted.as_str(), file))
    };
    let found: Vec<(&str, u32)> =
        (0..manifest.asset_count() as u32).into_par_iter().filter_map(named).collect();
    for (stem, file) in found {
        files.entry(stem).or_default().push(file);
    }
    files
}

/// Every file by its stem, where there is but one of that stem.
#[derive(Debug, Default)]
pub(crate) struct OnlyFiles(FxHashMap<String, Option<u32>>);

impl OnlyFiles {
    /// Notes how every file of a site is called. Costs as much memory as the names of all files.
    pub(crate) fn of(manifest: &Manifest<'_>) -> OnlyFiles {
        let mut by_stem = FxHashMap::default();
        for asset in manifest.assets() {
            match by_stem.entry(stem(&own_path(manifest, &asset))) {
                Entry::Vacant(entry) => _ = entry.insert(Some(asset.index())),
                Entry::Occupied(mut entry) => _ = entry.insert(None),
            }
        }
        OnlyFiles(by_stem)
    }

    /// The only file that a path names but for capitals and form.
    pub(crate) fn named(&self, path: &str) -> Option<u32> {
        self.0.get(&stem(path)).copied().flatten()
    }
}

/// Where a file lies, as a URL path: below the base, percent-encoded.
pub(crate) fn own_path(manifest: &Manifest<'_>, asset: &Asset<'_>) -> String {
    format!("{}{}", manifest.base(), manifest.encode(&asset.site_path().to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_a_page_have_one_stem() {
        for path in ["/About", "/about/", "/ABOUT.html", "/about/index.HTML", "/About/Index"] {
            assert_eq!(stem(path), "/about", "{path}");
        }
        assert_eq!(in_capitals_of("/Docs/index.html", "/docs/"), "/Docs/");
        assert_eq!(in_capitals_of("/a/Guide.html", "/A/guide.HTML"), "/a/Guide.html");
        assert_eq!(in_capitals_of("/LOGO.PNG", "/logo.png"), "/LOGO.PNG");
        assert_eq!(
            (stem("/").as_str(), stem("/index.html").as_str(), stem("/a.CSS").as_str()),
            ("", "", "/a.css")
        );
    }
}
