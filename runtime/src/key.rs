//! The path key: the hash of a stem that feeds the index, and the arithmetic from a key to a slot.
//!
//! Reader and compiler must agree on every bit of this, on every machine, for as long as the format lives, so
//! it stands in one file and uses XXH3-64, whose specification is frozen. The format stores the number of this
//! function ([`PATH_KEY_XXH3`](crate::format::PATH_KEY_XXH3)); another one is refused at open.

/// The path key of a stem (or of a folder that owns a `404.html`) under the manifest's seed.
#[inline]
pub fn path_key(stem: &[u8], seed: u64) -> u64 {
    xxhash_rust::xxh3::xxh3_64_with_seed(stem, seed)
}

/// The tag of a slot that holds the stem of this key; never zero, which marks an unused slot. A look-up for a path that is not
/// stored is turned away by it in 255 of 256 cases, without touching the slot.
#[inline(always)]
pub fn slot_tag(key: u64) -> u8 {
    (key as u8).max(1)
}

/// XXH3-64 with seed zero, for the checksums of the file itself.
#[inline]
pub fn checksum(bytes: &[u8]) -> u64 {
    xxhash_rust::xxh3::xxh3_64(bytes)
}

/// The high 64 bits of a product: maps `hash` evenly onto `0..bound`. The low 64 bits are fresh enough to map
/// once more.
#[inline(always)]
fn scale(hash: u64, bound: u64) -> (u64, u64) {
    let product = u128::from(hash) * u128::from(bound);
    ((product >> 64) as u64, product as u64)
}

/// The dimensions of the perfect hash: `part_count` parts, each with its own buckets and slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexShape {
    /// Number of parts; zero only for an empty index.
    pub part_count: u32,
    /// Buckets of each part; a bucket has one pilot byte.
    pub buckets_per_part: u32,
    /// Slots of each part.
    pub slots_per_part: u32,
}

impl IndexShape {
    /// The part of a path key, and the index of its bucket within all buckets.
    #[inline(always)]
    pub fn bucket(&self, key: u64) -> (u64, u64) {
        if self.part_count == 1 {
            // What the lines below give then, a multiplication sooner.
            return (0, scale(key, u64::from(self.buckets_per_part)).0);
        }
        let (part, rest) = scale(key, u64::from(self.part_count));
        let (bucket, _) = scale(rest, u64::from(self.buckets_per_part));
        (part, part * u64::from(self.buckets_per_part) + bucket)
    }

    /// The slot of a path key within its own part, given the pilot of its bucket.
    #[inline(always)]
    pub fn slot_in_part(&self, key: u64, pilot: u8) -> u64 {
        // Two odd constants, from the golden ratio and from SplitMix64. The multiplication carries every bit of
        // the key into the high half, which `scale` reads.
        let moved = key ^ u64::from(pilot).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        scale(moved.wrapping_mul(0xBF58_476D_1CE4_E5B9), u64::from(self.slots_per_part)).0
    }

    /// The slot of a path key within all slots.
    #[inline(always)]
    pub fn slot(&self, key: u64, part: u64, pilot: u8) -> u64 {
        part * u64::from(self.slots_per_part) + self.slot_in_part(key, pilot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_key_is_frozen() {
        // XXH3-64 of the empty input with seed 0, from its specification.
        assert_eq!(path_key(b"", 0), 0x2D06_8005_38D3_94C2);
    }

    #[test]
    fn one_part_has_all_keys_in_order_of_their_buckets() {
        let shape = IndexShape { part_count: 1, buckets_per_part: 1000, slots_per_part: 7 };
        for key in [0, 1, u64::MAX, u64::MAX / 3, 0x8000_0000_0000_0000] {
            assert_eq!(shape.bucket(key), (0, ((u128::from(key) * 1000) >> 64) as u64));
        }
    }

    #[test]
    fn every_key_falls_inside_the_index() {
        let shape = IndexShape { part_count: 3, buckets_per_part: 5, slots_per_part: 7 };
        for key in [0, 1, u64::MAX, u64::MAX / 3, 0x8000_0000_0000_0000] {
            for pilot in [0, 1, 255] {
                let (part, bucket) = shape.bucket(key);
                assert!(bucket < 15);
                assert!(shape.slot(key, part, pilot) < 21);
            }
        }
    }
}
