//! What is odd about the files themselves: numbers and sizes, names, not-found pages.

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use trailmark::key::path_key;

use super::Checked;
use super::warning::{Warning, WarningKind};
use crate::hash::AssetFile;
use crate::options::{NotFoundHandling, Platform};
use crate::routes::Canonical;
use crate::shown::Shown;
use crate::site::Site;

/// The most files of a site. Source: <https://developers.cloudflare.com/workers/platform/limits/#static-assets>,
/// <https://developers.cloudflare.com/pages/platform/limits/#files>.
const FREE_FILE_COUNT: usize = 20_000;
/// The same, on the paid plan of Workers.
const PAID_FILE_COUNT: usize = 100_000;
/// The largest file, in bytes. Source: as above.
const MAX_FILE_LEN: u64 = 25 * 1024 * 1024;

/// All warnings about files.
pub(super) fn check(checked: &Checked<'_>) -> Vec<Warning> {
    let site = checked.site;
    let mut warnings: Vec<Warning> = file_count(site).into_iter().collect();
    let is_workers = site.options.platform == Platform::Workers;
    let of_file = |asset: &AssetFile| {
        let refused = is_workers.then(|| refused_name(&asset.site_path)).flatten();
        file_len(&asset.site_path, asset.size).into_iter().chain(refused)
    };
    warnings.par_extend(site.assets.par_iter().flat_map_iter(of_file));
    if is_workers && !checked.has_ignore_file {
        warnings.extend(worker_script(site));
    }
    warnings.extend(unserved(checked));
    warnings.extend(differ_in_case(site));
    warnings.extend(not_found_pages(site));
    warnings
}

fn file_count(site: &Site) -> Option<Warning> {
    let count = site.assets.len();
    let (kind, message) = match site.options.platform {
        Platform::Workers if count > PAID_FILE_COUNT => (
            WarningKind::TooManyFiles,
            format!(
                "the site has {count} files, and Workers takes at most {PAID_FILE_COUNT}; exclude some in `.assetsignore`"
            ),
        ),
        Platform::Workers if count > FREE_FILE_COUNT => (
            WarningKind::TooManyFilesForFree,
            format!(
                "the site has {count} files: more than the {FREE_FILE_COUNT} of the free plan, within the \
                 {PAID_FILE_COUNT} of the paid one"
            ),
        ),
        Platform::Pages if count > FREE_FILE_COUNT => (
            WarningKind::TooManyFiles,
            format!("the site has {count} files, and Pages takes at most {FREE_FILE_COUNT}"),
        ),
        _ => return None,
    };
    Some(Warning::of_site(kind, message))
}

fn file_len(site_path: &str, len: u64) -> Option<Warning> {
    let message =
        || format!("has {len} bytes, and the platform takes at most {MAX_FILE_LEN} (25 MiB) a file");
    (len > MAX_FILE_LEN).then(|| Warning::of_file(WarningKind::FileTooLarge, site_path, message()))
}

/// The reader of `.assetsignore` takes a path that begins with dots only for one that leaves the folder, and throws.
fn refused_name(site_path: &str) -> Option<Warning> {
    let first = site_path.strip_prefix("/.")?.split('/').next()?;
    let is_refused = first.bytes().all(|byte| byte == b'.');
    let message = "the platform's upload fails at a name of dots only; rename it".to_owned();
    is_refused.then(|| Warning::of_file(WarningKind::NameRefused, site_path, message))
}

fn worker_script(site: &Site) -> Option<Warning> {
    let script = site.assets.iter().find(|asset| asset.site_path.starts_with("/_worker.js"))?;
    let message = "would be public, so the upload stops; name it in a file `.assetsignore` (`_worker.js`), or make that file \
                   empty if it is meant to be public";
    Some(Warning::of_file(WarningKind::WorkerScriptAsAsset, &script.site_path, message.to_owned()))
}

fn unserved(checked: &Checked<'_>) -> Vec<Warning> {
    // The assets have the order of their stems.
    let places =
        checked.routes.iter().flat_map(|route| route.canonicals.iter().take(route.asset_count.into()));
    let unserved = checked.site.assets.iter().zip(places).filter(|(_, place)| **place == Canonical::Nowhere);
    let message = "no URL serves this file, because other files answer wherever html handling would look for it; rename it";
    let warn = |(asset, _): (&AssetFile, _)| {
        Warning::of_file(WarningKind::UnservedFile, &asset.site_path, message.to_owned())
    };
    unserved.map(warn).collect()
}

fn differ_in_case(site: &Site) -> Vec<Warning> {
    // Nearly all names are alone. So only a hash of each is kept, and names are compared where hashes are equal.
    let mut hashes: Vec<(u64, &str)> = site.assets.par_iter().map(hash_without_case).collect();
    hashes.par_sort_unstable();
    let same_hash = hashes.chunk_by(|a, b| a.0 == b.0).filter(|names| names.len() > 1);
    let mut groups: FxHashMap<String, Vec<&str>> = FxHashMap::default();
    for (_, name) in same_hash.flatten() {
        groups.entry(name.to_lowercase()).or_default().push(name);
    }
    let warn = |mut names: Vec<&str>| {
        names.sort_unstable();
        let (first, others) = names.split_first().filter(|(_, others)| !others.is_empty())?;
        let others: Vec<String> =
            others.iter().map(|name| format!("`{}`", Shown(site.file_name(name)))).collect();
        let message = format!(
            "differs only in case from {}: two files to the platform, one on disks that know no case",
            others.join(", ")
        );
        Some(Warning::of_file(WarningKind::DiffersInCase, first, message))
    };
    groups.into_values().filter_map(warn).collect()
}

fn hash_without_case(asset: &AssetFile) -> (u64, &str) {
    let name = &asset.site_path;
    (path_key(name.to_lowercase().as_bytes(), 0), name)
}

fn not_found_pages(site: &Site) -> Vec<Warning> {
    let uses_pages = match (site.options.platform, site.options.not_found_handling) {
        (Platform::Pages, _) | (Platform::Workers, NotFoundHandling::Page404) => true,
        (Platform::Workers, _) => false,
    };
    if uses_pages {
        site.assets.par_iter().filter_map(|asset| misplaced(site, &asset.site_path)).collect()
    } else {
        unused(site).into_iter().collect()
    }
}

fn unused(site: &Site) -> Option<Warning> {
    let pages = site.not_found_pages();
    let (folder, _) = pages.first()?;
    let others = match pages.len() {
        1 => String::new(),
        2 => " (nor is another one)".to_owned(),
        count => format!(" (nor are {} others)", count - 1),
    };
    let handling = site.options.not_found_handling;
    let message = format!(
        "is never the answer to a miss{others}, because `not_found_handling` is `{handling}`; set it to `404-page` if it should be"
    );
    Some(Warning::of_file(WarningKind::UnusedNotFoundPage, &format!("{folder}/404.html"), message))
}

/// A page with the look of a not-found page, unless the folder has a real one.
fn misplaced(site: &Site, site_path: &str) -> Option<Warning> {
    let (folder, name) = site_path.rsplit_once('/')?;
    let folder = match name {
        "404.html" => return None,
        "index.html" => folder.strip_suffix("/404.html").or_else(|| folder.strip_suffix("/404"))?,
        _ if name.eq_ignore_ascii_case("404.html") || name.eq_ignore_ascii_case("404.htm") => folder,
        _ => return None,
    };
    let wanted = format!("{folder}/404.html");
    if site.asset_at(&wanted).is_some() {
        return None;
    }
    let below = match site.nearest_not_found(&wanted) {
        Some(page) => format!("`{}`", Shown(site.file_of(page))),
        None => "nothing".to_owned(),
    };
    let message = format!(
        "is a page like any other: a miss in `{}/` gets {below}, since only a file called `404.html` is looked for; if it \
         is meant for misses, write it to `{}`",
        Shown(folder),
        Shown(site.file_name(&wanted))
    );
    Some(Warning::of_file(WarningKind::MisplacedNotFoundPage, site_path, message))
}
