#![expect(clippy::float_arithmetic, reason = "statistics are floats")]
//! Quantiles by order statistics: exact whatever the law is.
//!
//! Knows nothing of values, only of ranks. Kept here: a quantile that too few runs speak of is not
//! told.

use super::CONFIDENCE;
use super::number::from_u64;
use super::special::binomial_at_most;

/// The ranks, from 1, of a quantile and of the ends of its interval among ordered values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ranks {
    /// The rank of the estimate.
    pub value: u64,
    /// The rank of the lower end.
    pub low: u64,
    /// The rank of the upper end.
    pub high: u64,
}

/// How many values have to lie on either side of a quantile before it is told.
const BEYOND: f64 = 10.0;

/// Returns the ranks of the quantile `share` of `n` values; nothing if `n` is too small for it.
pub(crate) fn ranks(share: f64, n: u64) -> Option<Ranks> {
    let count = from_u64(n);
    if count * share.min(1.0 - share) < BEYOND {
        return None;
    }
    let tail = (1.0 - CONFIDENCE) / 2.0;
    let at_most = |k: u64| binomial_at_most(from_u64(k), count, share);
    // The greatest rank that is above the quantile with no more than the tail's chance.
    let low = greatest(n, |rank| at_most(rank - 1) <= tail);
    let high = greatest(n, |rank| 1.0 - at_most(rank - 1) > tail) + 1;
    let value = greatest(n, |rank| from_u64(rank - 1) < count * share);
    (low > 0 && high <= n).then_some(Ranks { value, low, high })
}

/// Returns the greatest rank from 1 to `n` up to which something holds, 0 if it holds for none.
fn greatest(n: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, n);
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if holds(middle) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_a_hundred_has_the_ranks_of_the_tables() {
        assert_eq!(ranks(0.5, 100), Some(Ranks { value: 50, low: 40, high: 61 }));
        let ranks = ranks(0.95, 1_000).expect("there are enough");
        assert_eq!((ranks.value, ranks.low, ranks.high), (950, 936, 964));
    }

    #[test]
    fn a_quantile_of_too_few_values_is_not_told() {
        assert_eq!(ranks(0.999, 9_999), None);
        assert!(ranks(0.999, 10_000).is_some());
        assert_eq!(ranks(0.5, 19), None);
    }

    #[test]
    fn each_tail_has_at_most_its_chance() {
        for (share, n) in [(0.5, 37_u64), (0.9, 333), (0.99, 5_000)] {
            let ranks = ranks(share, n).expect("there are enough");
            let at_most = |k: u64| binomial_at_most(from_u64(k), from_u64(n), share);
            assert!(at_most(ranks.low - 1) <= 0.025 && at_most(ranks.low) > 0.025);
            assert!(1.0 - at_most(ranks.high - 1) <= 0.025);
            assert!(1.0 - at_most(ranks.high - 2) > 0.025);
        }
    }
}
