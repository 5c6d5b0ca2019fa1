//! Builds the perfect hash that leads from a path key to a slot: for each bucket of keys a pilot byte, chosen so that no two
//! keys of a part fall into the same slot. One probe a look-up, whoever picks the paths.
//!
//! The method is that of PTHash and PtrHash (Groot Koerkamp, 2025): buckets are placed from the largest to the smallest;
//! where no pilot of a bucket fits, the pilot that displaces the least is taken, and the displaced buckets are placed
//! again. Parts are built in parallel, and nothing depends on the number of threads.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::iter::Peekable;
use std::ops::Range;

use rayon::prelude::*;
use trailmark::key::{IndexShape, path_key};

use crate::error::CompileError;

/// A finished index.
#[derive(Debug)]
pub(crate) struct Index {
    /// The seed of the path key under which it was built.
    pub(crate) seed: u64,
    /// Its dimensions.
    pub(crate) shape: IndexShape,
    /// One byte a bucket.
    pub(crate) pilots: Vec<u8>,
    /// The path keys, in the order in which the stems were given.
    pub(crate) keys: Vec<u64>,
}

impl Index {
    /// The slot of one of the keys.
    pub(crate) fn slot(&self, key: u64) -> u32 {
        let (part, bucket) = self.shape.bucket(key);
        self.shape.slot(key, part, self.pilots[bucket as usize]) as u32
    }
}

/// Keys of a part, roughly: small enough that all a part's build touches stays in the second-level cache.
const KEYS_PER_PART: usize = 1 << 16;
/// Keys a bucket, roughly. Fewer build faster, more need fewer pilots.
const KEYS_PER_BUCKET: usize = 3;
/// Slots are this many per thousand keys: the slack makes the last keys easy to place.
const SLOTS_PER_MILLE: usize = 1015;
/// Seeds tried before giving up. Each fails with a chance far below one in a thousand.
const MAX_SEEDS: u64 = 64;

/// Builds an index over different stems.
///
/// # Errors
/// [`CompileError::Limit`] if no seed worked, which does not happen unless two stems are equal.
pub(crate) fn build(stems: &[&str]) -> Result<Index, CompileError> {
    try_seeds(stems)
        .ok_or_else(|| CompileError::Limit { what: "no perfect hash was found for these paths".to_owned() })
}

fn try_seeds(stems: &[&str]) -> Option<Index> {
    if stems.is_empty() {
        let shape = IndexShape { part_count: 0, buckets_per_part: 0, slots_per_part: 0 };
        return Some(Index { seed: 0, shape, pilots: Vec::new(), keys: Vec::new() });
    }
    (0..MAX_SEEDS).find_map(|attempt| {
        let seed = attempt.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let keys: Vec<u64> = stems.par_iter().map(|stem| path_key(stem.as_bytes(), seed)).collect();
        build_from_keys(keys, seed)
    })
}

fn build_from_keys(keys: Vec<u64>, seed: u64) -> Option<Index> {
    let part_count = keys.len().div_ceil(KEYS_PER_PART);
    let mut shape =
        IndexShape { part_count: u32::try_from(part_count).ok()?, buckets_per_part: 1, slots_per_part: 1 };
    let mut parts = vec![Vec::with_capacity(keys.len() / part_count * 21 / 20); part_count];
    for &key in &keys {
        parts.get_mut(shape.bucket(key).0 as usize)?.push(key);
    }
    let most = parts.iter().map(Vec::len).max().unwrap_or(0);
    shape.buckets_per_part = u32::try_from(most.div_ceil(KEYS_PER_BUCKET)).ok()?;
    shape.slots_per_part = u32::try_from((most * SLOTS_PER_MILLE).div_ceil(1000)).ok()?;
    let pilots: Option<Vec<Vec<u8>>> =
        parts.into_par_iter().map(|keys| Part::new(shape, &keys).and_then(Part::place_all)).collect();
    Some(Index { seed, shape, pilots: pilots?.concat(), keys })
}

/// A bucket that waits to be placed; larger ones come first, then lower numbers.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Waiting {
    size: usize,
    bucket: Reverse<u32>,
}

impl Waiting {
    fn new(part: &Part, bucket: u32) -> Waiting {
        Waiting { size: part.range_of(bucket).len(), bucket: Reverse(bucket) }
    }
}

/// The buckets that wait: in order those that were never placed, and in a heap those that wait again.
struct Queue {
    first: Peekable<std::vec::IntoIter<Waiting>>,
    again: BinaryHeap<Waiting>,
}

impl Queue {
    fn new(part: &Part) -> Queue {
        let mut first: Vec<_> =
            (0..part.pilots.len() as u32).map(|bucket| Waiting::new(part, bucket)).collect();
        first.sort_by_key(|waiting| Reverse(waiting.size));
        Queue { first: first.into_iter().peekable(), again: BinaryHeap::new() }
    }

    fn pop(&mut self) -> Option<Waiting> {
        if self.again.peek() > self.first.peek() { self.again.pop() } else { self.first.next() }
    }
}

const FREE: u32 = u32::MAX;

struct Part {
    shape: IndexShape,
    /// The keys, grouped by bucket.
    keys: Vec<u64>,
    /// Where each bucket's keys begin; one more at the end.
    starts: Vec<u32>,
    pilots: Vec<u8>,
    /// The bucket that holds each slot.
    owners: Vec<u32>,
    /// A bit a slot: whether a bucket holds it. The same as `owners`, but small enough for the first-level cache.
    taken: Vec<u64>,
}

impl Part {
    /// Groups the keys of a part. `None` if two are equal: then only another seed helps.
    fn new(shape: IndexShape, keys: &[u64]) -> Option<Part> {
        let bucket_count = shape.buckets_per_part as usize;
        let bucket_of = |key: u64| (shape.bucket(key).1 % u64::from(shape.buckets_per_part)) as usize;
        let mut starts = vec![0u32; bucket_count + 1];
        for &key in keys {
            *starts.get_mut(bucket_of(key) + 1)? += 1;
        }
        for bucket in 1..starts.len() {
            starts[bucket] += starts[bucket - 1];
        }
        let mut next = starts.clone();
        let mut grouped = vec![0u64; keys.len()];
        for &key in keys {
            let place = next.get_mut(bucket_of(key))?;
            *grouped.get_mut(*place as usize)? = key;
            *place += 1;
        }
        let mut part = Part {
            shape,
            keys: grouped,
            starts,
            pilots: vec![0; bucket_count],
            owners: vec![FREE; shape.slots_per_part as usize],
            taken: vec![0; shape.slots_per_part.div_ceil(64) as usize],
        };
        part.sort_buckets().then_some(part)
    }

    /// Sorts the keys of each bucket; false if two are equal.
    fn sort_buckets(&mut self) -> bool {
        for pair in self.starts.windows(2) {
            let bucket = &mut self.keys[pair[0] as usize..pair[1] as usize];
            bucket.sort_unstable();
            if bucket.windows(2).any(|keys| keys[0] == keys[1]) {
                return false;
            }
        }
        true
    }

    fn range_of(&self, bucket: u32) -> Range<usize> {
        let bucket = bucket as usize;
        self.starts[bucket] as usize..self.starts[bucket + 1] as usize
    }

    fn keys_of(&self, bucket: u32) -> &[u64] {
        &self.keys[self.range_of(bucket)]
    }

    fn slot(&self, key: u64, pilot: u8) -> usize {
        self.shape.slot_in_part(key, pilot) as usize
    }

    fn place_all(mut self) -> Option<Vec<u8>> {
        let mut queue = Queue::new(&self);
        let mut displaced = Vec::new();
        let mut displacements_left = 10 * self.keys.len() + 1000;
        let mut random = 0x2545_F491_4F6C_DD1Du64;
        // Buckets placed a moment ago are not displaced again, or two would push each other out for ever.
        let mut recent = [u32::MAX; 16];
        for turn in 0usize.. {
            let Some(Waiting { size, bucket: Reverse(bucket) }) = queue.pop() else { break };
            if size == 0 {
                break;
            }
            if let Some(pilot) = self.fitting_pilot(bucket) {
                self.occupy(bucket, pilot);
                continue;
            }
            random = random.wrapping_mul(0xD134_2543_DE82_EF95).wrapping_add(1);
            let pilot = self.cheapest_pilot(bucket, (random >> 56) as u8, &recent)?;
            self.displace(bucket, pilot, &mut displaced);
            displacements_left = displacements_left.checked_sub(displaced.len())?;
            queue.again.extend(displaced.drain(..).map(|bucket| Waiting::new(&self, bucket)));
            self.occupy(bucket, pilot);
            recent[turn % recent.len()] = bucket;
        }
        Some(self.pilots)
    }

    /// The first pilot with which all keys of a bucket fall into different free slots.
    fn fitting_pilot(&self, bucket: u32) -> Option<u8> {
        let keys = self.keys_of(bucket);
        (0..=u8::MAX).find(|&pilot| {
            let is_free = |&key: &u64| {
                let slot = self.slot(key, pilot);
                self.taken[slot / 64] >> (slot % 64) & 1 == 0
            };
            keys.iter().all(is_free) && self.is_injective(keys, pilot)
        })
    }

    fn is_injective(&self, keys: &[u64], pilot: u8) -> bool {
        keys.iter().enumerate().all(|(position, &key)| {
            let slot = self.slot(key, pilot);
            keys[..position].iter().all(|&other| self.slot(other, pilot) != slot)
        })
    }

    /// The pilot that displaces the least, measured in squared bucket sizes; tried from `start` on, round.
    fn cheapest_pilot(&self, bucket: u32, start: u8, recent: &[u32]) -> Option<u8> {
        let keys = self.keys_of(bucket);
        let mut best = None;
        for step in 0..=u8::MAX {
            let pilot = start.wrapping_add(step);
            let Some(cost) = self.cost(keys, pilot, recent) else { continue };
            if best.is_none_or(|(lowest, _)| cost < lowest) && self.is_injective(keys, pilot) {
                best = Some((cost, pilot));
                if cost == 1 {
                    break;
                }
            }
        }
        best.map(|(_, pilot)| pilot)
    }

    fn cost(&self, keys: &[u64], pilot: u8, recent: &[u32]) -> Option<usize> {
        let mut cost = 0;
        for &key in keys {
            let owner = self.owners[self.slot(key, pilot)];
            if owner == FREE {
                continue;
            }
            if recent.contains(&owner) {
                return None;
            }
            cost += self.keys_of(owner).len().pow(2);
        }
        Some(cost)
    }

    /// Empties the slots that a bucket needs; names the buckets that held them.
    fn displace(&mut self, bucket: u32, pilot: u8, displaced: &mut Vec<u32>) {
        for index in self.range_of(bucket) {
            let owner = self.owners[self.slot(self.keys[index], pilot)];
            if owner != FREE {
                displaced.push(owner);
                self.set(owner, self.pilots[owner as usize], FREE);
            }
        }
    }

    fn occupy(&mut self, bucket: u32, pilot: u8) {
        self.set(bucket, pilot, bucket);
        self.pilots[bucket as usize] = pilot;
    }

    /// Gives the slots of a bucket to an owner, or to nobody.
    fn set(&mut self, bucket: u32, pilot: u8, owner: u32) {
        for index in self.range_of(bucket) {
            let slot = self.slot(self.keys[index], pilot);
            self.owners[slot] = owner;
            let bit = 1 << (slot % 64);
            if owner == FREE {
                self.taken[slot / 64] &= !bit;
            } else {
                self.taken[slot / 64] |= bit;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots_of(index: &Index, stems: &[String]) -> Vec<u64> {
        let slot = |stem: &String| {
            let key = path_key(stem.as_bytes(), index.seed);
            let (part, bucket) = index.shape.bucket(key);
            index.shape.slot(key, part, index.pilots[bucket as usize])
        };
        stems.iter().map(slot).collect()
    }

    #[test]
    fn every_stem_has_a_slot_of_its_own() {
        for count in [1usize, 2, 3, 7, 100, 5_000, 200_000] {
            let stems: Vec<String> = (0..count).map(|number| format!("/docs/page-{number}")).collect();
            let refs: Vec<&str> = stems.iter().map(String::as_str).collect();
            let index = build(&refs).unwrap();
            let mut slots = slots_of(&index, &stems);
            slots.sort_unstable();
            slots.dedup();
            assert_eq!(slots.len(), count);
        }
    }

    #[test]
    fn equal_stems_are_refused() {
        assert!(build(&["/a", "/b", "/a"]).is_err());
    }
}
