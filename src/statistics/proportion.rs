#![expect(clippy::float_arithmetic, reason = "statistics are floats")]
//! How often something happened: intervals of a proportion.
//!
//! Knows nothing of what happened. Kept here: what never happened is bounded, not called zero.

use super::number::from_u64;
use super::special::{beta_quantile, normal_quantile};
use super::{CONFIDENCE, Interval};

/// Returns the interval of Wilson's score for `count` of `n`.
///
/// # Examples
/// ```
/// let interval = cutover::statistics::wilson(3, 1_000);
/// assert!(interval.low > 0.001 && interval.high < 0.0088);
/// ```
pub fn wilson(count: u64, n: u64) -> Interval {
    if n == 0 {
        return Interval { low: 0.0, high: 1.0 };
    }
    let (share, n) = (from_u64(count) / from_u64(n), from_u64(n));
    let z = normal_quantile(0.5 + CONFIDENCE / 2.0);
    let middle = share + z * z / (2.0 * n);
    let reach = z * libm::sqrt(share * (1.0 - share) / n + z * z / (4.0 * n * n));
    let whole = 1.0 + z * z / n;
    let (low, high) = ((middle - reach) / whole, (middle + reach) / whole);
    Interval {
        low: if count == 0 { 0.0 } else { low },
        high: if from_u64(count) >= n { 1.0 } else { high },
    }
}

/// Returns the exact interval of Clopper and Pearson for `count` of `n`.
///
/// # Examples
/// It is wider than Wilson's, and never too narrow:
/// ```
/// use cutover::statistics::{clopper_pearson, wilson};
/// let (exact, score) = (clopper_pearson(3, 1_000), wilson(3, 1_000));
/// assert!(exact.high - exact.low > score.high - score.low);
/// // None of ten: the upper end is where (1 - p) to the tenth is a 40th.
/// let none = clopper_pearson(0, 10);
/// assert_eq!(none.low, 0.0);
/// assert!((none.high - 0.308_5).abs() < 1e-4);
/// ```
pub fn clopper_pearson(count: u64, n: u64) -> Interval {
    if n == 0 {
        return Interval { low: 0.0, high: 1.0 };
    }
    let tail = (1.0 - CONFIDENCE) / 2.0;
    let (k, rest) = (from_u64(count), from_u64(n - count.min(n)));
    Interval {
        low: if count == 0 { 0.0 } else { beta_quantile(tail, k, rest + 1.0) },
        high: if count >= n { 1.0 } else { beta_quantile(1.0 - tail, k + 1.0, rest) },
    }
}

/// Returns the bound that something which never happened in `n` runs stays below, one-sided.
///
/// # Examples
/// The rule of three:
/// ```
/// use cutover::statistics::none_of;
/// assert!((none_of(1_000) * 1_000.0 - 3.0).abs() < 0.01);
/// assert!(none_of(1) > 0.94);
/// ```
pub fn none_of(n: u64) -> f64 {
    -libm::expm1(libm::log(1.0 - CONFIDENCE) / from_u64(n.max(1)))
}

/// Returns how many runs a probability takes until its interval is this share of it on each side.
///
/// # Examples
/// One in a hundred, known to a tenth of itself, and something ten times as rare:
/// ```
/// use cutover::statistics::runs_for_precision;
/// let runs = runs_for_precision(0.01, 0.1);
/// assert!((runs - 38_030.0).abs() < 1.0);
/// assert!(runs_for_precision(0.001, 0.1) > 10.0 * runs);
/// ```
pub fn runs_for_precision(probability: f64, share: f64) -> f64 {
    let z = normal_quantile(0.5 + CONFIDENCE / 2.0) / share;
    z * z * (1.0 - probability) / probability
}
