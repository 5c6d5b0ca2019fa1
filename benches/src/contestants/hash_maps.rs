//! Hash maps: that of the standard library, and `hashbrown` with `foldhash`.
//!
//! The keys are `Box<[u8]>`, which is a word smaller than the `String` that one would write, and better for them.

use std::hash::BuildHasher;

use ::trailmark::Manifest;

use super::routes::{self, Common, Stored};
use super::tables::Table;

/// The standard library's map, with its own hasher.
pub type StdMap = std::collections::HashMap<Box<[u8]>, Stored>;
/// `hashbrown` with `foldhash`, its fast variant.
pub type BrownMap = hashbrown::HashMap<Box<[u8]>, Stored, foldhash::fast::RandomState>;

/// Builds one.
pub fn std_map(manifest: &Manifest<'_>) -> (StdMap, Common) {
    let mut map = StdMap::with_capacity(routes::count(manifest));
    let common = routes::for_each(manifest, |path, stored| {
        map.insert(path.into(), stored);
    });
    (map, common)
}

/// Builds the other.
pub fn brown_map(manifest: &Manifest<'_>) -> (BrownMap, Common) {
    let mut map = BrownMap::with_capacity_and_hasher(routes::count(manifest), Default::default());
    let common = routes::for_each(manifest, |path, stored| {
        map.insert(path.into(), stored);
    });
    (map, common)
}

impl Table for StdMap {
    #[inline(always)]
    fn get(&self, site_path: &[u8]) -> Option<Stored> {
        StdMap::get(self, site_path).copied()
    }
}

impl<S: BuildHasher> Table for hashbrown::HashMap<Box<[u8]>, Stored, S> {
    #[inline(always)]
    fn get(&self, site_path: &[u8]) -> Option<Stored> {
        hashbrown::HashMap::get(self, site_path).copied()
    }
}
