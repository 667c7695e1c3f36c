//! Which runs there are, in chunks; which chunks a shard takes; and where a campaign may stop.
//!
//! Knows nothing of what a run is. Kept here: chunks and the places to stop depend on the campaign
//! alone, never on threads, shards or speed.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// The runs of a campaign, in chunks of consecutive ones.
///
/// # Examples
/// ```
/// use cutover::campaign::Chunks;
/// let chunks = Chunks { runs: 250, size: 100 };
/// assert_eq!(chunks.count(), 3);
/// assert_eq!(chunks.runs_of(2), 200..250);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunks {
    /// How many runs there are at most.
    pub runs: u64,
    /// How many make a chunk; the last may have fewer.
    pub size: u64,
}

/// One of several parts of a campaign.
///
/// # Examples
/// Shards take turns, so that all have nearly as much to do:
/// ```
/// use cutover::campaign::{Chunks, Shard};
/// let chunks = Chunks { runs: 500, size: 100 };
/// assert_eq!(chunks.of_shard(Shard { index: 1, of: 2 }), [0, 2, 4]);
/// assert_eq!(chunks.of_shard(Shard { index: 2, of: 2 }), [1, 3]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Which part, from 1.
    pub index: u64,
    /// How many parts there are.
    pub of: u64,
}

impl Shard {
    /// The whole as its only part.
    ///
    /// # Examples
    /// ```
    /// use cutover::campaign::{Chunks, Shard};
    /// assert_eq!(Chunks { runs: 500, size: 100 }.of_shard(Shard::WHOLE), [0, 1, 2, 3, 4]);
    /// ```
    pub const WHOLE: Self = Self { index: 1, of: 1 };
}

impl Chunks {
    /// Returns the chunks of so many runs: about 256 of them, and never tiny ones.
    ///
    /// # Examples
    /// ```
    /// use cutover::campaign::Chunks;
    /// assert_eq!(Chunks::of(100_000).size, 391);
    /// assert_eq!(Chunks::of(100_000).count(), 256);
    /// assert_eq!(Chunks::of(100).size, 20);
    /// ```
    pub fn of(runs: u64) -> Self {
        Self { runs, size: runs.div_ceil(256).clamp(20, 10_000) }
    }

    /// Returns how many chunks there are.
    ///
    /// # Examples
    /// ```
    /// use cutover::campaign::Chunks;
    /// assert_eq!(Chunks { runs: 400, size: 100 }.count(), 4);
    /// assert_eq!(Chunks { runs: 401, size: 100 }.count(), 5);
    /// ```
    pub fn count(self) -> u64 {
        self.runs.div_ceil(self.size)
    }

    /// Returns the numbers of a chunk's runs.
    ///
    /// # Examples
    /// ```
    /// use cutover::campaign::Chunks;
    /// let chunks = Chunks { runs: 401, size: 100 };
    /// assert_eq!((chunks.runs_of(0), chunks.runs_of(4)), (0..100, 400..401));
    /// ```
    pub fn runs_of(self, chunk: u64) -> Range<u64> {
        chunk * self.size..((chunk + 1) * self.size).min(self.runs)
    }

    /// Returns the chunks that a shard takes, in order.
    ///
    /// # Examples
    /// Every chunk is in one shard:
    /// ```
    /// use cutover::campaign::{Chunks, Shard};
    /// let chunks = Chunks::of(100_000);
    /// let of = |index: u64| chunks.of_shard(Shard { index, of: 3 });
    /// let mut all = [of(3), of(1), of(2)].concat();
    /// all.sort_unstable();
    /// assert!(all.into_iter().eq(0..256));
    /// ```
    pub fn of_shard(self, shard: Shard) -> Vec<u64> {
        (0..self.count()).filter(|chunk| chunk % shard.of == shard.index - 1).collect()
    }

    /// Returns after how many chunks it is asked whether the result is precise enough: each time
    /// when half as many have been added, and at the end.
    ///
    /// # Examples
    /// ```
    /// use cutover::campaign::Chunks;
    /// assert_eq!(Chunks { runs: 2_000, size: 100 }.stops(), [2, 3, 5, 8, 12, 18, 20]);
    /// ```
    pub fn stops(self) -> Vec<u64> {
        /// Fewer runs are never enough.
        const LEAST: u64 = 200;
        let mut stops = Vec::new();
        let mut next = LEAST.div_ceil(self.size).max(1);
        while next < self.count() {
            stops.push(next);
            next += next.div_ceil(2);
        }
        stops.push(self.count());
        stops
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn looks_are_half_as_many_again_apart() {
        assert_eq!(Chunks { runs: 2_000, size: 100 }.stops(), [2, 3, 5, 8, 12, 18, 20]);
        assert_eq!(Chunks { runs: 50, size: 100 }.stops(), [1]);
    }

    proptest! {
        #[test]
        fn every_run_is_in_one_chunk_and_every_chunk_in_one_shard(
            runs in 1..5_000_u64, size in 1..700_u64, of in 1..70_u64,
        ) {
            let chunks = Chunks { runs, size };
            let all: Vec<u64> = (0..chunks.count()).flat_map(|one| chunks.runs_of(one)).collect();
            prop_assert_eq!(all, (0..runs).collect::<Vec<_>>());
            let mut taken: Vec<u64> =
                (1..=of).flat_map(|index| chunks.of_shard(Shard { index, of })).collect();
            taken.sort_unstable();
            prop_assert_eq!(taken, (0..chunks.count()).collect::<Vec<_>>());
            let stops = chunks.stops();
            prop_assert_eq!(stops.last(), Some(&chunks.count()));
            prop_assert!(stops.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }
}
