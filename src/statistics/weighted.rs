#![expect(clippy::float_arithmetic, reason = "statistics are floats")]
//! Estimates from runs that were made likelier than they are, each with its weight.
//!
//! Knows nothing of how runs were made likelier. Kept here: a weight is rounded once, to an
//! integer, so that sums of weights do not depend on their order.

use serde::{Deserialize, Serialize};

use super::Interval;
use super::mean::student;
use super::number::{from_u64, from_u128};
use super::wide::Wide;

/// The weight of a run as it is, in the fixed point of weights: 2 to the 80.
///
/// # Examples
/// A run that came up four times as often as it should counts a fourth:
/// ```
/// use cutover::statistics::{WEIGHT_ONE, Weighted};
/// let mut of = Weighted::default();
/// of.hit(Some(WEIGHT_ONE / 4));
/// assert_eq!(of.estimate(), 0.25);
/// ```
pub const WEIGHT_ONE: u128 = 1 << PLACES;
/// How many bits of a weight lie behind the point.
const PLACES: i32 = 80;
/// The greatest weight that is kept, in bits before the point.
const GREATEST: i32 = 16;

/// Sums over runs with weights; a run without the event counts with weight zero.
///
/// # Examples
/// Of four runs one has the event, and it weighs a half:
/// ```
/// use cutover::statistics::{WEIGHT_ONE, Weighted};
/// let mut of = Weighted::default();
/// (0..3).for_each(|_| of.miss());
/// of.hit(Some(WEIGHT_ONE / 2));
/// assert_eq!((of.runs, of.hits, of.sum), (4, 1, WEIGHT_ONE / 2));
/// assert_eq!(of.estimate(), 0.125);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weighted {
    /// How many runs there are.
    pub runs: u64,
    /// How many of them had the event.
    pub hits: u64,
    /// How many of those weigh more than can be kept; then nothing can be said.
    pub beyond: u64,
    /// The sum of the weights, in 2 to the minus 80.
    pub sum: u128,
    /// The sum of their squares, in 2 to the minus 160.
    squares: Wide,
}

/// Returns the weight with this logarithm in fixed point; nothing if it is beyond what is kept.
///
/// # Examples
/// ```
/// use cutover::statistics::{WEIGHT_ONE, weight};
/// assert_eq!(weight(0.0), Some(WEIGHT_ONE));
/// assert_eq!(weight(12.0), None);
/// ```
pub fn weight(logarithm: f64) -> Option<u128> {
    let value = libm::exp(logarithm);
    if value > libm::scalbn(1.0, GREATEST) {
        return None;
    }
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the number is whole, not negative and at most 2 to the 96"
    )]
    let whole = libm::round(libm::scalbn(value, PLACES)) as u128;
    Some(whole)
}

impl Weighted {
    /// Returns whether there is no run.
    pub(crate) fn is_empty(&self) -> bool {
        self.runs == 0
    }

    /// Adds a run without the event.
    ///
    /// # Examples
    /// ```
    /// use cutover::statistics::Weighted;
    /// let mut of = Weighted::default();
    /// of.miss();
    /// assert_eq!((of.runs, of.hits, of.estimate()), (1, 0, 0.0));
    /// ```
    pub fn miss(&mut self) {
        self.runs += 1;
    }

    /// Adds a run with the event; one whose weight is beyond what is kept has none.
    ///
    /// # Examples
    /// ```
    /// use cutover::statistics::{WEIGHT_ONE, Weighted};
    /// let mut of = Weighted::default();
    /// of.hit(Some(WEIGHT_ONE));
    /// of.hit(None);
    /// assert_eq!((of.hits, of.beyond, of.sum), (2, 1, WEIGHT_ONE));
    /// ```
    pub fn hit(&mut self, weight: Option<u128>) {
        self.runs += 1;
        self.hits += 1;
        let Some(weight) = weight else {
            self.beyond += 1;
            return;
        };
        self.sum += weight;
        self.squares.add(&Wide::square(weight));
    }

    /// Adds the sums of other runs.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.runs += other.runs;
        self.hits += other.hits;
        self.beyond += other.beyond;
        self.sum += other.sum;
        self.squares.add(&other.squares);
    }

    /// Returns the estimated probability of the event.
    ///
    /// # Examples
    /// Runs that weigh one are plain counting:
    /// ```
    /// use cutover::statistics::{WEIGHT_ONE, Weighted};
    /// let mut of = Weighted::default();
    /// (0..30).for_each(|_| of.miss());
    /// (0..10).for_each(|_| of.hit(Some(WEIGHT_ONE)));
    /// assert_eq!(of.estimate(), 0.25);
    /// ```
    pub fn estimate(&self) -> f64 {
        libm::scalbn(from_u128(self.sum), -PLACES) / from_u64(self.runs.max(1))
    }

    /// Returns the standard error of the estimate.
    ///
    /// # Examples
    /// Of plain runs it is the root of `p (1 - p) / (n - 1)`:
    /// ```
    /// use cutover::statistics::{WEIGHT_ONE, Weighted};
    /// let mut of = Weighted::default();
    /// (0..900).for_each(|_| of.miss());
    /// (0..100).for_each(|_| of.hit(Some(WEIGHT_ONE)));
    /// assert!((of.standard_error() - (0.1_f64 * 0.9 / 999.0).sqrt()).abs() < 1e-12);
    /// ```
    pub fn standard_error(&self) -> f64 {
        let runs = from_u64(self.runs.max(2));
        let mean = self.estimate();
        let around = self.squares.shifted(2 * PLACES) / runs - mean * mean;
        libm::sqrt((around / (runs - 1.0)).max(0.0))
    }

    /// Returns how many plain hits the weighted ones are worth: the square of the sum of weights
    /// over the sum of their squares.
    pub(crate) fn effective_hits(&self) -> f64 {
        let sum = libm::scalbn(from_u128(self.sum), -PLACES);
        let squares = self.squares.shifted(2 * PLACES);
        if squares > 0.0 { sum * sum / squares } else { 0.0 }
    }
}

/// How many effective hits an interval takes.
pub(crate) const EFFECTIVE_HITS_MIN: u32 = 100;

/// Returns the interval of a weighted probability by Student's law; nothing where fewer than a
/// hundred effective hits carry it, or where a weight was beyond what is kept.
///
/// # Examples
/// A hundred hits that weigh the same carry one, and 99 do not:
/// ```
/// use cutover::statistics::{WEIGHT_ONE, Weighted, weighted_interval};
/// let mut of = Weighted::default();
/// (0..900).for_each(|_| of.miss());
/// (0..99).for_each(|_| of.hit(Some(WEIGHT_ONE / 1_000)));
/// assert_eq!(weighted_interval(&of), None);
/// of.hit(Some(WEIGHT_ONE / 1_000));
/// let interval = weighted_interval(&of).expect("a hundred hits carry it");
/// assert!(interval.low < 1e-4 && 1e-4 < interval.high);
/// ```
pub fn weighted_interval(of: &Weighted) -> Option<Interval> {
    if of.beyond > 0 || of.effective_hits() < f64::from(EFFECTIVE_HITS_MIN) {
        return None;
    }
    let reach = of.standard_error() * student(of.runs);
    let mean = of.estimate();
    Some(Interval { low: (mean - reach).max(0.0), high: mean + reach })
}

/// Returns whether the weights of all runs, with the event or without it, are one on average, as
/// they have to be; if not, runs that matter were hardly ever seen, and no estimate can be trusted.
pub(crate) fn weights_add_up(all: &Weighted) -> bool {
    const ERRORS: f64 = 4.5;
    let off = libm::fabs(all.estimate() - 1.0);
    all.is_empty() || (all.beyond == 0 && off <= ERRORS * all.standard_error() + 1e-9)
}

/// Returns the effective hits of weighted runs, none where the weights of all runs do not add up.
///
/// # Examples
/// Hits count where all runs weigh one on average; where they weigh a half, none do:
/// ```
/// use cutover::statistics::{WEIGHT_ONE, Weighted, trusted_hits};
/// let [mut right, mut wrong] = [Weighted::default(); 2];
/// for _ in 0..200 {
///     right.hit(Some(WEIGHT_ONE));
///     wrong.hit(Some(WEIGHT_ONE / 2));
/// }
/// assert_eq!(trusted_hits(&right, &right).round(), 200.0);
/// assert_eq!(trusted_hits(&wrong, &wrong), 0.0);
/// ```
pub fn trusted_hits(of: &Weighted, all: &Weighted) -> f64 {
    if of.beyond == 0 && weights_add_up(all) { of.effective_hits() } else { 0.0 }
}

/// So many effective hits tell that half as many are past the best.
const TELLING: f64 = 20.0;

/// Returns whether effective hits are so far below the most that a stronger bias gives no more.
///
/// # Examples
/// ```
/// use cutover::statistics::are_past_the_best;
/// assert!(are_past_the_best(12.0, 30.0));
/// assert!(!are_past_the_best(20.0, 30.0) && !are_past_the_best(2.0, 8.0));
/// ```
pub fn are_past_the_best(hits: f64, most: f64) -> bool {
    most >= TELLING && hits < most / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn weights_of_one_are_plain_counting() {
        let mut of = Weighted::default();
        for run in 0..10_000 {
            if run % 10 == 0 {
                of.hit(weight(0.0));
            } else {
                of.miss();
            }
        }
        assert_eq!((of.runs, of.hits), (10_000, 1_000));
        assert!((of.estimate() - 0.1).abs() < 1e-12);
        assert!((of.standard_error() - 0.003).abs() < 1e-6);
        assert!((of.effective_hits() - 1_000.0).abs() < 1e-6);
        let interval = weighted_interval(&of).expect("there are a thousand hits");
        assert!((interval.high - 0.1 - 0.003 * 1.960_2).abs() < 1e-5);
    }

    #[test]
    fn few_effective_hits_and_weights_beyond_have_no_interval() {
        let mut of = Weighted::default();
        for run in 0..1_000 {
            of.hit(Some(if run == 0 { WEIGHT_ONE } else { WEIGHT_ONE >> 20 }));
        }
        assert_eq!(weighted_interval(&of), None);
        assert_eq!(weighted_interval(&Weighted { runs: 1_000, ..Weighted::default() }), None);
        let mut of = Weighted::default();
        for run in 0..1_000 {
            of.hit(weight(if run == 7 { 11.2 } else { 0.0 }));
        }
        assert_eq!((of.beyond, weighted_interval(&of)), (1, None));
    }

    #[test]
    fn the_least_weights_of_rare_events_are_kept_to_many_digits() {
        let mut of = Weighted::default();
        for _ in 0..1_000 {
            of.hit(weight(libm::log(1e-12)));
        }
        assert!((of.estimate() / 1e-12 - 1.0).abs() < 1e-10, "{}", of.estimate());
        assert!((of.effective_hits() - 1_000.0).abs() < 1e-6);
    }

    #[test]
    fn weights_that_are_not_one_on_average_are_noticed() {
        let of = |light: u32, heavy: u32| {
            let mut of = Weighted::default();
            (0..light).for_each(|_| of.hit(Some(WEIGHT_ONE / 2)));
            (0..heavy).for_each(|_| of.hit(Some(WEIGHT_ONE * 2)));
            weights_add_up(&of)
        };
        assert!(weights_add_up(&Weighted::default()) && of(200, 100));
        assert!(!of(300, 0) && !of(300, 30) && !of(100, 200));
    }

    proptest! {
        #[test]
        fn merging_is_adding_in_any_order(
            runs in proptest::collection::vec(
                (proptest::option::of(-60.0..12.0_f64), any::<bool>()), 0..80),
        ) {
            let [mut one, mut two, mut all] = [Weighted::default(); 3];
            for (logarithm, second) in runs {
                for of in [&mut all, if second { &mut two } else { &mut one }] {
                    match logarithm {
                        Some(logarithm) => of.hit(weight(logarithm)),
                        None => of.miss(),
                    }
                }
            }
            two.merge(&one);
            prop_assert_eq!(two, all);
        }
    }
}
