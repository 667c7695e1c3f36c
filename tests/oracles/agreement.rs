//! Holding estimates against oracles.
//!
//! Knows nothing of runs. Kept here: an estimate lies within 4.5 standard errors of its oracle, and
//! those of large runs are precise.

use cutover::campaign::Accumulator;
use cutover::statistics::{Moments, from_u64};

use super::stage::is_large;

/// Checks an estimate with its standard error against an oracle.
pub(crate) fn agree(what: &str, (estimate, error): (f64, f64), expected: f64, rare: bool) {
    near(what, (estimate, error), expected);
    let most = if rare { 0.1 } else { 0.02 };
    let told = format!("{what}: {estimate} is {expected} (standard error {error}): not precise");
    assert!(!is_large() || error <= most * expected.abs(), "{told}");
}

/// Checks an estimate against a number that need not be known precisely.
pub(crate) fn near(what: &str, (estimate, error): (f64, f64), expected: f64) {
    let off = (estimate - expected).abs();
    let told = format!("{what}: {estimate} is not {expected} (standard error {error})");
    assert!(off <= 4.5 * error + 1e-12 * expected.abs(), "{told}");
}

/// Checks a number that nothing is drawn for.
pub(crate) fn equal(what: &str, found: f64, expected: f64) {
    let off = (found - expected).abs();
    assert!(off <= 1e-12 + 1e-9 * expected.abs(), "{what}: {found} is not {expected}");
}

/// Returns the mean of sums, in a unit of so many of their own, with its standard error.
pub(crate) fn mean_of(sums: Moments, unit: f64) -> (f64, f64) {
    let (mean, error) = (sums.mean(), sums.standard_error());
    (mean.expect("there are runs") / unit, error.expect("there are runs") / unit)
}

/// Checks the mean of a metric, given in a unit of so many of the metric's own.
pub(crate) fn mean_agrees(what: &str, of: &Accumulator, unit: f64, expected: f64, rare: bool) {
    agree(what, mean_of(of.moments(), unit), expected, rare);
}

/// Checks an availability, whose rest is the mean of a metric: that has to be precise.
pub(crate) fn rest_agrees(what: &str, of: &Accumulator, unit: f64, expected: f64) {
    mean_agrees(what, of, unit, 1.0 - expected, false);
}

/// Checks the variance of a metric whose law has this kurtosis.
pub(crate) fn variance_agrees(
    what: &str,
    (of, unit): (Moments, f64),
    kurtosis: f64,
    expected: f64,
) {
    let variance = of.variance().expect("there are runs") / unit / unit;
    let error = expected * ((kurtosis - 1.0) / from_u64(of.count)).sqrt();
    agree(what, (variance, error), expected, false);
}

/// Checks the standard deviation of a metric whose law has this kurtosis.
pub(crate) fn spread_agrees(what: &str, (of, unit): (Moments, f64), kurtosis: f64, expected: f64) {
    let spread = of.variance().expect("there are runs").sqrt() / unit;
    let error = expected * ((kurtosis - 1.0) / 4.0 / from_u64(of.count)).sqrt();
    agree(what, (spread, error), expected, false);
}

/// Checks how often something happened.
pub(crate) fn share_agrees(what: &str, (count, runs): (u64, u64), expected: f64, rare: bool) {
    let n = from_u64(runs);
    let error = (expected * (1.0 - expected) / n).sqrt();
    agree(what, (from_u64(count) / n, error), expected, rare);
}

/// Checks how many times as often one thing happened as another that is rare; what both have in
/// common makes the ratio more precise than is assumed here.
pub(crate) fn ratio_agrees(what: &str, often: (u64, u64), rarely: (u64, u64), expected: f64) {
    let share = |(count, runs): (u64, u64)| from_u64(count) / from_u64(runs);
    let spread = |of: (u64, u64)| (1.0 - share(of)) / from_u64(of.0);
    let ratio = share(often) / share(rarely);
    agree(what, (ratio, ratio * (spread(often) + spread(rarely)).sqrt()), expected, true);
}

/// Checks a quantile: that of the oracle lies between the ends of a wide interval.
pub(crate) fn quantile_agrees(what: &str, of: &Accumulator, share: f64, expected: f64) {
    let n = from_u64(of.runs());
    let reach = 4.5 * (n * share * (1.0 - share)).sqrt();
    let rank = |place: f64| place.clamp(1.0, n).round().to_string().parse().expect("it is whole");
    let low = of.at_rank(rank(n * share - reach)).expect("there are as many").0;
    let high = of.at_rank(rank(n * share + reach + 1.0)).expect("there are as many").1;
    let held = from_u64(low) <= expected && expected <= from_u64(high);
    assert!(held, "{what}: {low} {expected} {high}");
}
