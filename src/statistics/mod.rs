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

pub use likelihood::hurried_weight;
pub use mean::{Moments, mean_interval, student};
pub use number::{from_i128, from_u64, from_u128};
pub use proportion::{clopper_pearson, none_of, runs_for_precision, wilson};
pub use quantile::{Ranks, ranks};
pub use special::{binomial_at_most, normal_above, normal_quantile};
pub use splitting::{Attempt, Stage, chance_of, split};
pub use weighted::{
    EFFECTIVE_HITS_MIN, WEIGHT_ONE, Weighted, are_past_the_best, trusted_hits, weight,
    weighted_interval, weights_add_up,
};
pub use wide::Wide;

/// An estimate's interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// The share of intervals that hold what they are about.
pub const CONFIDENCE: f64 = 0.95;
