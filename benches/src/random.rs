//! Numbers that look random and are the same everywhere: SplitMix64, a bijection for names, and Zipf's law.
//!
//! Written out here, and not taken from a crate, so that a corpus stays the same when a crate changes its generator.

/// SplitMix64 (Steele, Lea, Flood, 2014): one word of state, every seed is good.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// A generator; equal seeds give equal numbers.
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// The next number.
    #[allow(
        clippy::should_implement_trait,
        reason = "it never ends, so an iterator's `Option` would be noise"
    )]
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// A number below `bound`, which must not be zero.
    pub fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }

    /// True `percent` times in a hundred.
    pub fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of the values, which must be some.
    pub fn pick<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())]
    }

    /// A number in 0..1.
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Puts values into another order.
    pub fn shuffle<T>(&mut self, values: &mut [T]) {
        for end in (1..values.len()).rev() {
            values.swap(end, self.below(end + 1));
        }
    }
}

/// The finishing step of SplitMix64: spreads the bits of a number over all 64.
pub fn mix(value: u64) -> u64 {
    let mixed = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// Draws ranks by Zipf's law with exponent 1: rank k comes up in proportion to 1/k, as the pages of a site do.
#[derive(Debug)]
pub struct Zipf {
    /// The harmonic number of the last rank.
    total: f64,
    count: usize,
}

/// The Euler-Mascheroni constant.
const GAMMA: f64 = 0.577_215_664_901_532_9;

impl Zipf {
    /// Over this many ranks, at least one.
    pub fn new(count: usize) -> Zipf {
        Zipf { total: harmonic(count as f64), count }
    }

    /// A rank from 0. The harmonic numbers are taken from their expansion, so no table is needed; ranks below eight, where
    /// that is coarse, are found by adding up.
    pub fn rank(&self, random: &mut Random) -> usize {
        let target = random.unit() * self.total;
        let mut sum = 0.0;
        for rank in 0..self.count.min(8) {
            sum += 1.0 / (rank + 1) as f64;
            if target < sum {
                return rank;
            }
        }
        ((target - GAMMA).exp().round() as usize).clamp(1, self.count) - 1
    }
}

fn harmonic(count: f64) -> f64 {
    if count < 16.0 {
        (1..=count as usize).map(|k| 1.0 / k as f64).sum()
    } else {
        count.ln() + GAMMA + 1.0 / (2.0 * count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_frozen() {
        let mut random = Random::new(0);
        assert_eq!(random.next(), 0xE220_A839_7B1D_CDAF);
    }

    #[test]
    fn ranks_follow_the_law() {
        let (mut random, zipf) = (Random::new(1), Zipf::new(1000));
        let mut counts = vec![0usize; 1000];
        (0..200_000).for_each(|_| counts[zipf.rank(&mut random)] += 1);
        let share = |range: std::ops::Range<usize>| counts[range].iter().sum::<usize>() as f64 / 200_000.0;
        assert!((share(0..1) - 1.0 / 7.485).abs() < 0.01);
        assert!((share(0..10) - 2.929 / 7.485).abs() < 0.02);
        assert!((share(0..100) - 5.187 / 7.485).abs() < 0.02);
    }
}
