//! Perfect hashes: `phf::Map`, and the `ptr_hash` crate with records beside it.

use ::trailmark::Manifest;
use ptr_hash::hash::KeyHasher;
use ptr_hash::{DefaultPtrHash, PtrHashParams};
use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::routes::{self, Common, Stored};
use super::tables::Table;

/// `phf::Map` with the default algorithm of the crate. The very type that `phf_codegen` writes source code for, built when the
/// program runs: a compiler takes minutes for a table of some ten thousand entries.
pub type PhfMap = phf::Map<&'static [u8], u64>;

/// Builds one. Its memory is never given back: the type wants references that live for ever.
pub fn phf_map(manifest: &Manifest<'_>) -> (PhfMap, Common) {
    let mut entries: Vec<(&'static [u8], u64)> = Vec::with_capacity(routes::count(manifest));
    let common = routes::for_each(manifest, |path, stored| {
        entries.push((Box::leak(path.into()), stored.0));
    });
    let keys: Vec<&[u8]> = entries.iter().map(|(key, _)| *key).collect();
    let state = phf_generator::generate_hash(&keys);
    let ordered = state.map.iter().map(|&index| entries[index]).collect::<Vec<_>>();
    (phf::Map { key: state.key, disps: state.disps.leak(), entries: ordered.leak() }, common)
}

impl Table for PhfMap {
    #[inline(always)]
    fn get(&self, site_path: &[u8]) -> Option<Stored> {
        PhfMap::get(self, site_path).copied().map(Stored)
    }
}

/// XXH3-64, the hash that the manifest uses too, handed to `ptr_hash`.
#[derive(Debug, Clone)]
pub struct Xxh3;

impl KeyHasher<[u8]> for Xxh3 {
    type H = u64;

    #[inline(always)]
    fn hash(key: &[u8], seed: u64) -> u64 {
        xxh3_64_with_seed(key, seed)
    }
}

/// `ptr_hash` in its default variant, a record of 16 bytes for each key, and the keys one behind the other.
pub struct PtrMap {
    hash: DefaultPtrHash<Xxh3, [u8]>,
    records: Vec<PtrRecord>,
    keys: Vec<u8>,
}

impl std::fmt::Debug for PtrMap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PtrMap").field("keys", &self.records.len()).finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Copy)]
struct PtrRecord {
    /// Length of the key in the low 16 bits, its offset above.
    key: u64,
    stored: Stored,
}

impl PtrMap {
    /// Builds one.
    pub fn new(manifest: &Manifest<'_>) -> (PtrMap, Common) {
        let key_len = |route: ::trailmark::Route<'_>| route.path.parts().0.len() + route.path.parts().1.len();
        let mut keys = Vec::with_capacity(manifest.routes().map(key_len).sum());
        let mut listed: Vec<PtrRecord> = Vec::with_capacity(routes::count(manifest));
        let common = routes::for_each(manifest, |path, stored| {
            listed.push(PtrRecord { key: (keys.len() as u64) << 16 | path.len() as u64, stored });
            keys.extend_from_slice(path);
        });
        let key_of = |record: &PtrRecord| &keys[range(record.key)];
        let hash = DefaultPtrHash::<Xxh3, [u8]>::new_from_par_iter(
            listed.len(),
            listed.par_iter().map(key_of),
            PtrHashParams::default(),
        );
        let mut records = listed.clone();
        for record in listed {
            records[hash.index(&keys[range(record.key)])] = record;
        }
        (PtrMap { hash, records, keys }, common)
    }
}

#[inline(always)]
fn range(key: u64) -> std::ops::Range<usize> {
    let offset = (key >> 16) as usize;
    offset..offset + (key & 0xFFFF) as usize
}

impl Table for PtrMap {
    #[inline(always)]
    fn get(&self, site_path: &[u8]) -> Option<Stored> {
        let record = self.records.get(self.hash.index(site_path))?;
        (self.keys.get(range(record.key))? == site_path).then_some(record.stored)
    }
}
