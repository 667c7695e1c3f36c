#![expect(clippy::float_arithmetic, reason = "statistics are floats")]
//! Splitting: a rare event as a chain of events that are not, each tried the same number of times
//! from where the one before was reached.
//!
//! Knows nothing of what is split: it is handed what goes on and what a stage is. Kept here: counts
//! are integers, and the estimate is a product of their ratios.

use super::Interval;
use super::number::from_u64;
use super::special::normal_quantile;

/// How many attempts of a stage reached the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Attempts.
    pub tried: u64,
    /// Those that reached the next stage.
    pub reached: u64,
}

/// Tries each stage `effort` times, each time from the next of the states that reached it.
///
/// `attempt` goes on from a state to the next stage, or returns nothing when it comes to an end
/// before; the two numbers that it is given, of the stage and of the attempt, are to be its chance.
pub fn split<S: Clone>(
    start: &S,
    (stages, effort): (usize, u64),
    mut attempt: impl FnMut(S, usize, u64) -> Option<S>,
) -> Vec<Stage> {
    let mut found = Vec::with_capacity(stages);
    let mut entries = vec![start.clone()];
    for stage in 0..stages {
        let mut next = Vec::new();
        for number in 0..effort {
            let turn = number % u64::try_from(entries.len()).unwrap_or(1);
            let entry = entries[usize::try_from(turn).unwrap_or(0)].clone();
            next.extend(attempt(entry, stage, number));
        }
        let reached = u64::try_from(next.len()).unwrap_or(u64::MAX);
        found.push(Stage { tried: effort, reached });
        if next.is_empty() {
            break;
        }
        entries = next;
    }
    found
}

/// Returns the estimate of many independent repetitions, and its interval by their spread.
///
/// The product of a repetition's ratios is unbiased; the interval is that of the mean of products.
/// Nothing without two repetitions.
pub fn splitting_estimate(repetitions: &[Vec<Stage>], stages: usize) -> Option<(f64, Interval)> {
    let product = |list: &Vec<Stage>| {
        if list.len() < stages {
            return 0.0;
        }
        list.iter().fold(1.0, |product, stage| {
            product * from_u64(stage.reached) / from_u64(stage.tried.max(1))
        })
    };
    let products: Vec<f64> = repetitions.iter().map(product).collect();
    let count = u64::try_from(products.len()).ok().filter(|count| *count > 1)?;
    let n = from_u64(count);
    let mean = products.iter().sum::<f64>() / n;
    let around = products.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>();
    let factor = if count > 1_000 { normal_quantile(0.975) } else { super::mean::student(count) };
    let reach = factor * libm::sqrt(around / (n - 1.0) / n);
    Some((mean, Interval { low: (mean - reach).max(0.0), high: mean + reach }))
}
