//! The nearest `404.html`: the not-found page of the closest folder on the way up that owns one.
//!
//! The manifest lists the folders that own a not-found page in a small hash table of their own, and in a bit mask the
//! depths at which there are any, so a miss probes those depths only, deepest first. A site with one `404.html` at its
//! root answers every miss with no probe at all.

use crate::asset::Asset;
use crate::bytes::{slice_at, to_usize, u32_at, u64_at};
use crate::format;
use crate::key;
use crate::manifest::Manifest;

impl Manifest<'_> {
    /// The not-found page for a miss at `site_path`; `None` if no folder on its way up owns one. Probes at most one
    /// folder for each depth at which the site has a not-found page.
    pub(crate) fn nearest_not_found<'m>(&'m self, site_path: &[u8]) -> Option<Asset<'m>> {
        let mask = u64_at(self.not_found_header, 0);
        let longest = || to_usize(u32_at(self.not_found_header, 8).into());
        let below_root = nearest(mask, longest, site_path, |folder| self.not_found_page_of(folder));
        below_root.or_else(|| self.asset(self.policy.root_not_found_asset))
    }

    /// The not-found page that a folder itself owns. The folder has no slash at its end.
    pub(crate) fn not_found_page_of<'m>(&'m self, folder: &[u8]) -> Option<Asset<'m>> {
        let key = key::path_key(folder, self.seed);
        let last = self.not_found.len().wrapping_sub(1) as u64;
        for step in 0..=to_usize(u32_at(self.not_found_header, 12).into()) {
            // In 64 bits: the key does not fit into the `usize` of a smaller machine.
            let entry = self.not_found.get(to_usize(key.wrapping_add(step as u64) & last))?;
            let asset = u32_at(entry, 20);
            if asset == format::NONE_U32 {
                return None;
            }
            let stored = || slice_at(self.strings, u64_at(entry, 8), u32_at(entry, 16).into());
            if u64_at(entry, 0) == key && stored() == Some(folder) {
                return self.asset(asset);
            }
        }
        None
    }
}

/// The page of the nearest folder below the root that owns one. Bit d of `mask` says whether a folder with d slashes does.
#[inline(always)]
pub(crate) fn nearest<A>(
    mask: u64,
    longest: impl Fn() -> usize,
    site_path: &[u8],
    page_of: impl Fn(&[u8]) -> Option<A>,
) -> Option<A> {
    const ROOT_ONLY: u64 = 1;
    if mask <= ROOT_ONLY {
        return None;
    }
    let longest = longest();
    let mut depth = site_path.iter().filter(|&&b| b == b'/').count();
    let mut folder = site_path;
    while depth > 1 {
        depth -= 1;
        folder = parent(folder);
        let possible = mask >> depth.min(63) & 1 != 0 && folder.len() <= longest;
        if let Some(page) = possible.then(|| page_of(folder)).flatten() {
            return Some(page);
        }
    }
    None
}

/// The path up to its last slash, without it.
fn parent(path: &[u8]) -> &[u8] {
    let end = path.iter().rposition(|&b| b == b'/').unwrap_or(0);
    path.get(..end).unwrap_or_default()
}
