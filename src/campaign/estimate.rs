#![expect(clippy::float_arithmetic, reason = "estimates are floats")]
//! What may be said of a metric after many runs, with intervals, or why nothing may be said.
//!
//! Knows nothing of how it is printed. Kept here: a mean has an interval only when enough runs
//! speak of it, a share has one always, and what never happened has a bound.

use super::accumulator::Accumulator;
use super::bucket::bounds;
use crate::statistics::{
    Interval, clopper_pearson, from_u64, mean_interval, none_of, ranks, wilson,
};

/// The quantiles that are told.
const QUANTILES: [f64; 5] = [0.5, 0.9, 0.95, 0.99, 0.999];

/// In how many runs something has to have happened before its mean is trusted.
const EVENTS_MIN: u64 = 150;
/// How many times the square of the skewness the runs have to be, after Cochran.
const SKEWS: f64 = 25.0;

/// How a number came about.
///
/// # Examples
/// What never happened in a thousand runs has a bound and no interval:
/// ```
/// use cutover::campaign::{Accumulator, Said, estimate};
/// let mut of = Accumulator::default();
/// (0..1_000).for_each(|run| of.record(run, Some(0)));
/// assert_eq!(estimate(&of, false).said, Said::Bound);
/// of.record(1_000, Some(7));
/// assert_eq!(estimate(&of, false).said, Said::TooFew);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// From runs, with an interval.
    Simulated,
    /// Nothing varied: the number is what every run gave.
    Constant,
    /// It never happened: the number is a bound.
    Bound,
    /// Too few runs speak of it for an interval.
    TooFew,
    /// Rare large values rule it, so that it takes more runs for an interval.
    Skewed,
    /// It never came about in some runs, so that there is no mean.
    Never,
}

impl Said {
    /// Returns the label that stands beside a number.
    ///
    /// # Examples
    /// ```
    /// use cutover::campaign::Said;
    /// assert_eq!(Said::Simulated.word(), "simulated");
    /// assert_eq!(Said::Never.word(), "never in some runs");
    /// ```
    pub fn word(self) -> &'static str {
        match self {
            Self::Simulated => "simulated",
            Self::Constant => "constant",
            Self::Bound => "bound",
            Self::TooFew => "too few events",
            Self::Skewed => "too skewed for so few runs",
            Self::Never => "never in some runs",
        }
    }
}

/// A quantile with its interval, in the unit of the metric.
///
/// # Examples
/// The median of a thousand values, and between which it lies:
/// ```
/// use cutover::campaign::{Accumulator, estimate};
/// let mut of = Accumulator::default();
/// (1..=1_000).for_each(|value| of.record(value, Some(value)));
/// let median = estimate(&of, false).quantiles[0];
/// assert_eq!((median.share, median.value), (0.5, Some(500)));
/// assert!(median.low < Some(480) && median.high > Some(520));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantile {
    /// The share of runs that lie below it.
    pub share: f64,
    /// The middle of the bucket in which it lies; nothing if it never comes about.
    pub value: Option<u64>,
    /// The lower end of its interval.
    pub low: Option<u64>,
    /// The upper end of its interval; nothing if that never comes about.
    pub high: Option<u64>,
}

/// What may be said of a metric.
///
/// # Examples
/// ```
/// use cutover::campaign::{Accumulator, Said, estimate};
/// let mut of = Accumulator::default();
/// (0..1_000).for_each(|run| of.record(run, Some(run)));
/// let estimate = estimate(&of, false);
/// let interval = estimate.interval.expect("a thousand runs speak of it");
/// assert_eq!((estimate.said, estimate.mean), (Said::Simulated, Some(499.5)));
/// assert!(interval.low < 499.5 && 499.5 < interval.high);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// How the mean came about.
    pub said: Said,
    /// The mean; for flags the share of runs in which it is so.
    pub mean: Option<f64>,
    /// The interval of the mean.
    pub interval: Option<Interval>,
    /// The quantiles of which enough runs speak; none for flags.
    pub quantiles: Vec<Quantile>,
}

/// Returns what may be said of every metric.
pub(crate) fn estimates(flags: &[bool], metrics: &[Accumulator]) -> Vec<Estimate> {
    metrics.iter().zip(flags).map(|(metric, flag)| estimate(metric, *flag)).collect()
}

/// Returns what may be said of a metric.
///
/// # Examples
/// Of a flag the mean is the share of runs in which it is so, and there are no quantiles:
/// ```
/// use cutover::campaign::{Accumulator, estimate};
/// let mut of = Accumulator::default();
/// (0..100).for_each(|run| of.record(run, Some(u64::from(run < 90))));
/// let share = estimate(&of, true);
/// assert_eq!(share.mean, Some(0.9));
/// assert!(share.interval.expect("a share has one always").high < 0.95);
/// assert!(share.quantiles.is_empty());
/// ```
pub fn estimate(of: &Accumulator, flag: bool) -> Estimate {
    if flag {
        return share(of);
    }
    let moments = of.moments();
    let (said, interval) = if of.runs() == 0 {
        (Said::TooFew, None)
    } else if of.never > 0 {
        (Said::Never, None)
    } else if of.nonzero == 0 {
        (Said::Bound, None)
    } else if of.is_constant() {
        (Said::Constant, moments.mean().map(|mean| Interval { low: mean, high: mean }))
    } else if of.nonzero < EVENTS_MIN {
        (Said::TooFew, None)
    } else if !balanced(of) {
        (Said::Skewed, None)
    } else {
        (Said::Simulated, mean_interval(&moments))
    };
    let mean = if said == Said::Never { None } else { moments.mean() };
    Estimate { said, mean, interval, quantiles: quantiles(of) }
}

fn share(of: &Accumulator) -> Estimate {
    let (count, runs) = (of.nonzero, of.runs());
    let (said, interval) = if runs == 0 {
        (Said::TooFew, None)
    } else if count == 0 {
        (Said::Bound, Some(Interval { low: 0.0, high: none_of(runs) }))
    } else if count == runs {
        (Said::Bound, Some(Interval { low: 1.0 - none_of(runs), high: 1.0 }))
    } else {
        (Said::Simulated, Some(wilson(count, runs)))
    };
    let mean = (runs > 0).then(|| from_u64(count) / from_u64(runs));
    Estimate { said, mean, interval, quantiles: Vec::new() }
}

/// Returns whether there are enough runs for the skewness of the values.
fn balanced(of: &Accumulator) -> bool {
    let moments = of.moments();
    let (Some(mean), Some(variance)) = (moments.mean(), moments.variance()) else { return false };
    if variance <= 0.0 {
        return true;
    }
    let count = from_u64(of.count);
    let cubes = of.buckets.iter().map(|(bucket, count)| {
        let (low, high) = bounds(*bucket);
        let off = from_u64(low) / 2.0 + from_u64(high) / 2.0 - mean;
        off * off * off * from_u64(*count)
    });
    let skewness = cubes.sum::<f64>() / count / (variance * libm::sqrt(variance));
    count >= SKEWS * skewness * skewness
}

fn quantiles(of: &Accumulator) -> Vec<Quantile> {
    let known = QUANTILES.iter().filter_map(|share| Some((*share, ranks(*share, of.runs())?)));
    let middle = |(low, high): (u64, u64)| low + (high - low) / 2;
    known
        .map(|(share, ranks)| Quantile {
            share,
            value: of.at_rank(ranks.value).map(middle),
            low: of.at_rank(ranks.low).map(|(low, _)| low),
            high: of.at_rank(ranks.high).map(|(_, high)| high),
        })
        .collect()
}

/// Returns the exact interval of how often something was so.
pub(super) fn exact_share(count: u64, runs: u64) -> Interval {
    clopper_pearson(count, runs)
}
