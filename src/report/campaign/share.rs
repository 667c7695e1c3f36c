#![expect(clippy::float_arithmetic, reason = "estimates are floats")]
//! What a whole is made of: parts of the downtime, and the faults and orders it is put down to.
//!
//! Knows nothing of how it is laid out. Kept here: shares are of the sum of the parts, largest
//! first.

use crate::campaign::{Header, Tally};
use crate::statistics::from_u128;

/// A part of a whole.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Portion {
    /// What it is.
    pub(super) name: String,
    /// Its share of the whole.
    pub(super) share: f64,
    /// Its mean in a run, in microseconds.
    pub(super) mean: f64,
}

/// Returns the parts of the downtime whose metrics begin with a prefix, largest first.
pub(super) fn portions(
    header: &Header,
    tally: &Tally,
    which: fn(&str) -> Option<&str>,
) -> Vec<Portion> {
    let named = header.metrics.iter().zip(&tally.metrics);
    let parts = named.filter_map(|(column, metric)| Some((which(&column.name)?, metric.sum)));
    let mut parts: Vec<(&str, u128)> = parts.filter(|(_, sum)| *sum > 0).collect();
    parts.sort_by_key(|(name, sum)| (u128::MAX - sum, *name));
    let whole: u128 = parts.iter().map(|(_, sum)| sum).sum();
    let runs = from_u128(u128::from(tally.runs.max(1)));
    let portion = |(name, sum): (&str, u128)| Portion {
        name: name.to_owned(),
        share: from_u128(sum) / from_u128(whole),
        mean: from_u128(sum) / runs,
    };
    parts.into_iter().map(portion).collect()
}

/// Returns the part of an outage that a metric speaks of.
pub(super) fn part(name: &str) -> Option<&str> {
    name.strip_prefix("downtime_").filter(|rest| !rest.starts_with("by["))
}

/// Returns the fault or the order that a metric puts downtime down to.
pub(super) fn cause(name: &str) -> Option<&str> {
    name.strip_prefix("downtime_by[")?.strip_suffix(']')
}
