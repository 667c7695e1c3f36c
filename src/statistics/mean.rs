#![expect(clippy::float_arithmetic, reason = "statistics are floats")]
//! The mean of runs, and whether an interval of it can be trusted.
//!
//! Knows nothing of what was measured. Kept here: the sum of squares around the mean is computed in
//! integers, so that a small spread around a large mean is not lost.

use super::number::{from_i128, from_u64};
use super::special::student_quantile;
use super::{CONFIDENCE, Interval};

/// The exact sums of integers that were measured.
///
/// # Examples
/// Of the values 1, 2, 3 and 4:
/// ```
/// use cutover::statistics::Moments;
/// let of = Moments { count: 4, sum: 1 + 2 + 3 + 4, squares: 1 + 4 + 9 + 16 };
/// assert_eq!(of.mean(), Some(2.5));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moments {
    /// How many there are.
    pub count: u64,
    /// Their sum.
    pub sum: i128,
    /// The sum of their squares.
    pub squares: u128,
}

impl Moments {
    /// Returns the mean; nothing if there is no value.
    ///
    /// # Examples
    /// ```
    /// use cutover::statistics::Moments;
    /// let below_zero = Moments { count: 2, sum: -5, squares: 13 };
    /// assert_eq!(below_zero.mean(), Some(-2.5));
    /// assert_eq!(Moments::default().mean(), None);
    /// ```
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| from_i128(self.sum) / from_u64(self.count))
    }

    /// Returns the unbiased variance; nothing if there are fewer than two values.
    ///
    /// # Examples
    /// A small spread around a large mean is not lost:
    /// ```
    /// use cutover::statistics::Moments;
    /// let far = 1_u128 << 50;
    /// let sum = i128::try_from(2 * far + 2).expect("it fits");
    /// let of = Moments { count: 2, sum, squares: far * far + (far + 2) * (far + 2) };
    /// assert_eq!(of.variance(), Some(2.0));
    /// assert_eq!(Moments { count: 1, sum: 7, squares: 49 }.variance(), None);
    /// ```
    pub fn variance(&self) -> Option<f64> {
        let count = i128::from(self.count);
        if count < 2 {
            return None;
        }
        let middle = self.sum / count;
        let squares = i128::try_from(self.squares).unwrap_or(i128::MAX);
        let around = squares
            .saturating_sub(middle.saturating_mul(self.sum).saturating_mul(2))
            .saturating_add(middle.saturating_mul(middle).saturating_mul(count));
        let rest = from_i128(self.sum - middle * count);
        let n = from_u64(self.count);
        Some(((from_i128(around) - rest * rest / n) / (n - 1.0)).max(0.0))
    }

    /// Returns the standard error of the mean.
    ///
    /// # Examples
    /// The square root of the variance over the count:
    /// ```
    /// use cutover::statistics::Moments;
    /// let of = Moments { count: 4, sum: 10, squares: 30 };
    /// let (variance, error) = (of.variance().expect("four"), of.standard_error().expect("four"));
    /// assert!((error * error * 4.0 - variance).abs() < 1e-12);
    /// ```
    pub fn standard_error(&self) -> Option<f64> {
        Some(libm::sqrt(self.variance()? / from_u64(self.count)))
    }
}

/// Returns the factor by which Student's interval is wider than a standard error.
pub(crate) fn student(count: u64) -> f64 {
    student_quantile(0.5 + CONFIDENCE / 2.0, from_u64(count.max(2)) - 1.0)
}

/// Returns the interval of a mean by Student's law; nothing if there are fewer than two values.
pub(crate) fn mean_interval(of: &Moments) -> Option<Interval> {
    let (mean, reach) = (of.mean()?, of.standard_error()? * student(of.count));
    Some(Interval { low: mean - reach, high: mean + reach })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn moments(values: &[i64]) -> Moments {
        let square =
            |value: &i64| u128::from(value.unsigned_abs()) * u128::from(value.unsigned_abs());
        Moments {
            count: u64::try_from(values.len()).expect("a list has a length"),
            sum: values.iter().map(|value| i128::from(*value)).sum(),
            squares: values.iter().map(square).sum(),
        }
    }

    #[test]
    fn a_small_spread_around_a_large_mean_is_kept() {
        let large = 31_536_000_000_000;
        let of = moments(&[large - 1, large, large + 1]);
        assert_eq!(of.variance(), Some(1.0));
        assert_eq!(moments(&[7]).variance(), None);
        assert_eq!(moments(&[]).mean(), None);
    }

    proptest! {
        #[test]
        fn the_variance_agrees_with_two_passes(
            values in proptest::collection::vec(-1_000_000_i64..1_000_000, 2..50),
        ) {
            let of = moments(&values);
            let n = f64::from(u32::try_from(values.len()).expect("it is short"));
            let float = |value: &i64| f64::from(i32::try_from(*value).expect("it is small"));
            let mean = values.iter().map(float).sum::<f64>() / n;
            let around = values.iter().map(|value| (float(value) - mean) * (float(value) - mean));
            let naive = around.sum::<f64>() / (n - 1.0);
            let found = of.variance().expect("there are two");
            prop_assert!((found - naive).abs() <= 1e-9 * naive.max(1.0), "{found} {naive}");
        }
    }
}
