//! Which files are served under other URLs than their own: by a rule of `_redirects` with status 200, or as a symbolic link's target. What a
//! relative link in them means depends on the URL at which a visitor is.

use std::path::Path;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use trailmark::{Manifest, RequestPath, Scratch};

use crate::ask::{Asker, End};
use crate::files::Files;
use crate::reference::Origins;
use crate::run::served_at;

/// What is known of files with several URLs.
#[derive(Debug, Default)]
pub(super) struct Elsewhere {
    /// Files with other URLs than their own.
    pub(super) files: FxHashSet<u32>,
    /// Files that are reached by a symbolic link, with the file of the site that they are, if it is one.
    pub(super) links: FxHashMap<u32, Option<u32>>,
}

/// Looks at each folder and file of the site once, without opening any.
pub(super) fn find(manifest: &Manifest<'_>, files: &Files, origins: &Origins) -> Elsewhere {
    let links = links(manifest, files);
    let mut several: FxHashSet<u32> =
        links.iter().flat_map(|(&link, &target)| [Some(link), target]).flatten().collect();
    rewritten(manifest, origins, &mut several);
    Elsewhere { files: several, links }
}

fn links(manifest: &Manifest<'_>, files: &Files) -> FxHashMap<u32, Option<u32>> {
    let root = files.real_root();
    let path_of = |number: u32| {
        let path = manifest.asset(number)?.site_path().to_string();
        Some(path.trim_start_matches('/').to_owned())
    };
    let is_link = |path: &Path| std::fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
    // Folders first: few, and each counts for all that lies below.
    let count = manifest.asset_count() as u32;
    let mut folders: FxHashMap<String, bool> = FxHashMap::default();
    for path in (0..count).filter_map(path_of) {
        let mut at = 0;
        while let Some(slash) = path.get(at..).and_then(|rest| rest.find('/')) {
            at += slash + 1;
            let Some(folder) = path.get(..at - 1) else { break };
            if !folders.contains_key(folder) {
                folders.insert(folder.to_owned(), is_link(&root.join(folder)));
            }
        }
    }
    folders.retain(|_, linked| *linked);
    let is_below = |path: &str| {
        !folders.is_empty()
            && path
                .match_indices('/')
                .any(|(slash, _)| path.get(..slash).is_some_and(|folder| folders.contains_key(folder)))
    };
    let linked: Vec<(u32, String)> = (0..count)
        .into_par_iter()
        .filter_map(|number| {
            let path = path_of(number)?;
            let real = root.join(&path);
            if !is_below(&path) && !is_link(&real) {
                return None;
            }
            let target = real.canonicalize().ok()?;
            let target = target.strip_prefix(root).ok()?.to_str()?.replace('\\', "/");
            Some((number, target))
        })
        .collect();
    if linked.is_empty() {
        return FxHashMap::default();
    }
    let numbers: FxHashMap<String, u32> =
        (0..count).filter_map(|number| Some((path_of(number)?, number))).collect();
    linked.into_iter().map(|(number, target)| (number, numbers.get(&target).copied())).collect()
}

/// The files that rules with status 200 put in the place of others.
fn rewritten(manifest: &Manifest<'_>, origins: &Origins, several: &mut FxHashSet<u32>) {
    let mut asker = Asker::new(manifest, origins);
    let folder =
        |path: &str| path.get(..path.rfind('/').map_or(0, |slash| slash + 1)).unwrap_or_default().to_owned();
    for rule in manifest.redirect_rules().filter(|rule| rule.status == 200) {
        let target = rule.target().to_string();
        let fixed = target.get(..target.find(':').unwrap_or(target.len())).unwrap_or_default();
        if fixed.len() < target.len() {
            let below = |url: &str| url.starts_with(fixed);
            let pages = manifest.assets().filter(|asset| below(&served_at(manifest, asset)));
            several.extend(pages.map(|asset| asset.index()));
            continue;
        }
        let path = target.split(['?', '#']).next().unwrap_or_default();
        let End::File(file) = asker.ask(path.as_bytes()).end else { continue };
        let own = manifest.asset(file).map(|asset| served_at(manifest, &asset)).unwrap_or_default();
        // From another URL in the same folder, relative links mean the same.
        let mut scratch = Scratch::new();
        let from = RequestPath::parse(rule.from, &mut scratch).map(|from| folder(from.path()));
        if rule.from.contains(['*', ':']) || from.ok() != Some(folder(&own)) {
            several.insert(file);
        }
    }
}
