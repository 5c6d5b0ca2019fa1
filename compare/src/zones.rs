//! What paths get that neither site knows: nobody can list them, but they fall into zones, one for each folder that owns a
//! not-found page, and all of a zone are answered alike. One path of each zone is asked.

use rayon::prelude::*;

use crate::rules::in_words;
use crate::side::{Desk, Side, State, compare};

/// Misses below a folder that are answered otherwise than before.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Zone {
    /// The folder, as a request path that ends in a slash; folders below it with a not-found page of their own are zones of
    /// their own.
    pub below: String,
    /// What they got.
    pub before: String,
    /// What they get.
    pub after: String,
    /// Whether status or kind of the answer changes, and not only what it holds.
    pub is_other_answer: bool,
}

/// A name that no site has.
const NOBODY: &str = "trailmark-asks-for-what-nobody-has";

/// The zones of both sites that are answered otherwise. O(assets), on all threads.
pub(crate) fn zones(old: &Side<'_>, new: &Side<'_>) -> Vec<Zone> {
    let mut folders: Vec<String> = [old, new].into_iter().flat_map(|side| folders(side)).collect();
    folders.par_sort_unstable();
    folders.dedup();
    let mut desk = Desk::default();
    folders.iter().filter_map(|folder| zone(old, new, folder, &mut desk)).collect()
}

/// The root, the base, and each folder that owns a not-found page, encoded, without slash at the end.
fn folders(side: &Side<'_>) -> Vec<String> {
    let manifest = side.manifest();
    let base = manifest.encode(manifest.base());
    let count = u32::try_from(manifest.asset_count()).unwrap_or(u32::MAX);
    let owners = (0..count).into_par_iter().filter_map(|index| {
        let (stem, suffix) = manifest.asset(index)?.site_path().parts();
        let folder = stem.strip_suffix("/404").filter(|_| suffix == ".html")?;
        Some(format!("{base}{}", manifest.encode(folder)))
    });
    let mut folders: Vec<String> = owners.collect();
    folders.extend([String::new(), base.clone()]);
    folders
}

fn zone(old: &Side<'_>, new: &Side<'_>, folder: &str, desk: &mut Desk) -> Option<Zone> {
    let path = format!("{folder}/{NOBODY}");
    let differs = compare(old, new, "GET", &path, desk)?;
    let is_other_answer = differs.old != differs.new || differs.target;
    if !is_other_answer && !differs.body && !differs.headers {
        return None;
    }
    let words = |side: &Side<'_>| {
        let reply = side.ask(&path)?;
        Some(match (reply.state, reply.asset) {
            (State::Missing, Some(asset)) => format!("404 {}", asset.site_path()),
            (State::Missing, None) => "404, empty".to_owned(),
            _ => in_words(&reply).replace(NOBODY, "..."),
        })
    };
    Some(Zone { below: format!("{folder}/"), before: words(old)?, after: words(new)?, is_other_answer })
}
