//! What numbers of many runs allow to be said: estimates with intervals, and when to say nothing.
//!
//! * `number`: integers as floats, always in the same way;
//! * `special`: the functions behind the intervals;
//! * `proportion`, `mean`, `quantile`: an estimate and its interval each; `weighted`: of runs that
//!   were made likelier than they are; `likelihood`: those weights; `wide`: sums of squares;
//! * `splitting`: a rare event as a chain of events that are not.
//!
//! Knows nothing of runs and metrics. Kept here: floats are computed from exact integers, in one
//! order, with the functions of `libm`, so that the same counts give the same bits everywhere.

mod likelihood;
mod mean;
mod number;
mod proportion;
mod quantile;
mod special;
mod splitting;
mod weighted;
mod wide;

pub(crate) use likelihood::hurried_weight;
pub use mean::Moments;
pub(crate) use mean::mean_interval;
pub use number::from_u64;
pub(crate) use number::from_u128;
pub use proportion::{clopper_pearson, none_of, runs_for_precision, wilson};
pub(crate) use quantile::ranks;
pub(crate) use special::binomial_at_most;
pub use special::normal_quantile;
pub use splitting::{Attempt, Stage, chance_of, split};
pub(crate) use weighted::{EFFECTIVE_HITS_MIN, weights_add_up};
pub use weighted::{
    WEIGHT_ONE, Weighted, are_past_the_best, trusted_hits, weight, weighted_interval,
};

/// An estimate's interval.
///
/// # Examples
/// ```
/// use cutover::statistics::{Interval, wilson};
/// let Interval { low, high } = wilson(50, 100);
/// assert!(low < 0.5 && 0.5 < high);
/// assert!(((low + high) / 2.0 - 0.5).abs() < 1e-12);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// The share of intervals that hold what they are about.
pub(crate) const CONFIDENCE: f64 = 0.95;
