//! `fst::Map`: the keys as a minimal automaton.

use ::trailmark::Manifest;

use super::routes::{self, Common, Stored};
use super::tables::Table;

/// An automaton in memory.
pub type FstMap = fst::Map<Vec<u8>>;

/// Builds one.
///
/// # Errors
/// None: the keys are sorted and different.
pub fn fst_map(manifest: &Manifest<'_>) -> fst::Result<(FstMap, Common)> {
    let mut entries: Vec<(Box<[u8]>, u64)> = Vec::with_capacity(routes::count(manifest));
    let common = routes::for_each(manifest, |path, stored| entries.push((path.into(), stored.0)));
    entries.sort_unstable();
    Ok((fst::Map::from_iter(entries)?, common))
}

impl Table for FstMap {
    #[inline(always)]
    fn get(&self, site_path: &[u8]) -> Option<Stored> {
        FstMap::get(self, site_path).map(Stored)
    }
}
