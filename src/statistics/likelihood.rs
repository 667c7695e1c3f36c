#![expect(clippy::float_arithmetic, reason = "statistics are floats")]
//! The weight of a run whose clocks ran faster than they do.
//!
//! Knows nothing of what they are the clocks of. Kept here: a weight follows from integers alone,
//! and is rounded once.

use super::number::{from_u64, from_u128};
use super::weighted::weight;

/// Returns the weight of a run in which memoryless clocks ran `factor` times as fast for so many
/// of their means, in 2 to the minus 40, and struck so many times while they did; nothing if it is
/// beyond what is kept.
///
/// A clock that runs `factor` times as fast strikes after a time `t`, in means of its law, with a
/// density of `factor` times `exp(-(factor - 1) t)` of what it is; the weight is the inverse of
/// that over all clocks.
pub(crate) fn hurried_weight(factor: u32, strikes: u32, means: u128) -> Option<u128> {
    let factor = from_u64(u64::from(factor.max(1)));
    let means = from_u128(means) / from_u64(1 << 40);
    weight((factor - 1.0) * means - from_u64(u64::from(strikes)) * libm::log(factor))
}

#[cfg(test)]
mod tests {
    use super::super::WEIGHT_ONE;
    use super::*;

    #[test]
    fn a_run_as_it_is_weighs_one_and_a_hurried_strike_its_share() {
        assert_eq!(hurried_weight(1, 3, 1 << 40), Some(WEIGHT_ONE));
        let near = |found: Option<u128>, expected: f64| {
            let found = from_u128(found.expect("it is kept")) / from_u128(WEIGHT_ONE);
            assert!((found / expected - 1.0).abs() < 1e-12, "{found} {expected}");
        };
        near(hurried_weight(4, 2, 0), 1.0 / 16.0);
        near(hurried_weight(3, 0, 1 << 39), core::f64::consts::E);
        near(hurried_weight(1_000, 3, 0), 1e-9);
        assert_eq!(hurried_weight(1_000, 0, 1 << 36), None);
    }
}
