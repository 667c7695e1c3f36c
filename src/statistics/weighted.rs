#![expect(clippy::float_arithmetic, reason = "statistics are floats")]
//! Estimates from runs that were made likelier than they are, each with its weight.
//!
//! Knows nothing of how runs were made likelier. Kept here: a weight is rounded once, to an
//! integer, so that sums of weights do not depend on their order.

use super::mean::student;
use super::number::from_u128;
use super::{Interval, none_of};

/// One in the fixed point of weights: 2 to the 40.
const ONE: f64 = 1_099_511_627_776.0;
/// The greatest weight that is kept, 2 to the 60 in fixed point: a million times a plain run.
const GREATEST: f64 = 1_152_921_504_606_846_976.0;

/// Sums over runs with weights; a run without the event counts with weight zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weighted {
    /// How many runs there are.
    pub runs: u64,
    /// How many of them had the event.
    pub hits: u64,
    /// The sum of the weights of those, in 2 to the minus 40.
    pub sum: u128,
    /// The sum of their squares, in 2 to the minus 60 after rounding each.
    pub squares: u128,
}

/// Returns a weight in fixed point: what each factor of a likelihood ratio adds in logarithms.
pub fn weight(logarithm: f64) -> u64 {
    let value = libm::round(libm::exp(logarithm) * ONE);
    if value >= GREATEST {
        return 1 << 60;
    }
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the number is whole, not negative and below 2 to the 60"
    )]
    let whole = value as u64;
    whole
}

impl Weighted {
    /// Adds a run: its weight, if it had the event.
    pub fn add(&mut self, hit: Option<u64>) {
        self.runs += 1;
        if let Some(weight) = hit {
            self.hits += 1;
            self.sum += u128::from(weight);
            self.squares += (u128::from(weight) * u128::from(weight)) >> 20;
        }
    }

    /// Adds the sums of other runs.
    pub fn merge(&mut self, other: &Self) {
        self.runs += other.runs;
        self.hits += other.hits;
        self.sum += other.sum;
        self.squares += other.squares;
    }

    /// Returns the estimated probability of the event.
    pub fn estimate(&self) -> f64 {
        from_u128(self.sum) / ONE / from_u128(u128::from(self.runs.max(1)))
    }

    /// Returns the standard error of the estimate.
    pub fn standard_error(&self) -> f64 {
        let runs = from_u128(u128::from(self.runs.max(2)));
        // Squares lie in 2 to the minus 60; one there is 2 to the 60.
        let second = from_u128(self.squares) / (ONE * 1_048_576.0);
        let mean = self.estimate();
        libm::sqrt(((second / runs - mean * mean) / (runs - 1.0)).max(0.0))
    }

    /// Returns how many plain hits the weighted ones are worth.
    pub fn effective_hits(&self) -> f64 {
        let sum = from_u128(self.sum) / ONE;
        let squares = from_u128(self.squares) / (ONE * 1_048_576.0);
        if squares > 0.0 { sum * sum / squares } else { 0.0 }
    }
}

/// Returns the interval of a weighted probability; without a hit it is bounded as plain runs are.
///
/// The interval is Student's where effective hits are many, and is refused below a hundred.
pub fn weighted_interval(of: &Weighted) -> Option<Interval> {
    const ENOUGH: f64 = 100.0;
    if of.hits == 0 {
        return Some(Interval { low: 0.0, high: none_of(of.runs) });
    }
    if of.effective_hits() < ENOUGH {
        return None;
    }
    let reach = of.standard_error() * student(of.runs);
    let mean = of.estimate();
    Some(Interval { low: (mean - reach).max(0.0), high: mean + reach })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_of_one_are_plain_counting() {
        let mut of = Weighted::default();
        let one = weight(0.0);
        assert_eq!(one, 1 << 40);
        for run in 0..10_000 {
            of.add((run % 10 == 0).then_some(one));
        }
        assert_eq!((of.runs, of.hits), (10_000, 1_000));
        assert!((of.estimate() - 0.1).abs() < 1e-12);
        assert!((of.standard_error() - 0.003).abs() < 1e-6);
        assert!((of.effective_hits() - 1_000.0).abs() < 1e-6);
        let interval = weighted_interval(&of).expect("there are a thousand hits");
        assert!((interval.high - 0.1 - 0.003 * 1.960_2).abs() < 1e-5);
    }

    #[test]
    fn few_effective_hits_have_no_interval() {
        let mut of = Weighted::default();
        for run in 0..1_000 {
            of.add(Some(if run == 0 { 1 << 50 } else { 1 << 20 }));
        }
        assert_eq!(weighted_interval(&of), None);
        let none = Weighted { runs: 1_000, ..Weighted::default() };
        assert!(weighted_interval(&none).expect("it is bounded").high < 0.003);
    }

    #[test]
    fn merging_is_adding() {
        let (mut one, mut two, mut all) = Default::default();
        for run in 0..100_u64 {
            let hit = (run % 3 == 0).then_some(run << 30);
            Weighted::add(if run % 2 == 0 { &mut one } else { &mut two }, hit);
            Weighted::add(&mut all, hit);
        }
        one.merge(&two);
        assert_eq!(one, all);
    }
}
