//! Splitting: a rare event as a chain of events that are not, each tried the same number of times
//! from where the one before was reached.
//!
//! Knows nothing of what is split: it is handed what goes on and what a stage is. Kept here: counts
//! are integers, every way that comes to an end counts where it ended, and so the estimate is
//! right on average however stages are chosen.

use super::weighted::WEIGHT_ONE;

/// How an attempt of a stage ended.
///
/// # Examples
/// Of attempts with even numbers each takes one more node down, and the second is the last:
/// ```
/// use cutover::statistics::{Attempt, split};
/// let attempt = |down: u32, _: usize, number: u64| match (number % 2, down) {
///     (0, 0) => Attempt::Reached(1),
///     (even, _) => Attempt::Over(even == 0),
/// };
/// let stages = split(&0, (2, 10), attempt, |_, _, _| 0);
/// assert_eq!((stages[0].reached, stages[1].hits), (5, 5));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt<S> {
    /// It reached the next stage, and stands there.
    Reached(S),
    /// It came to its end before, with the rare event or without it.
    Over(bool),
}

/// What became of the attempts of a stage.
///
/// # Examples
/// What is neither a hit nor in the next stage came to its end without the rare event:
/// ```
/// use cutover::statistics::{Attempt, Stage, split};
/// let thirds = |_: (), _: usize, number: u64| match number % 3 {
///     0 => Attempt::Reached(()),
///     rest => Attempt::Over(rest == 1),
/// };
/// let stages = split(&(), (1, 30), thirds, |_, _, _| 0);
/// assert_eq!(stages, [Stage { tried: 30, reached: 10, hits: 10 }]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Attempts.
    pub tried: u64,
    /// Those that reached the next stage.
    pub reached: u64,
    /// Those that came to their end with the rare event before that.
    pub hits: u64,
}

/// Tries each stage `trials` times, each time from one of the states that reached it.
///
/// `attempt` is handed a state, the stage and the number of the attempt, and goes on to the next
/// stage or to the end; from the last stage nothing can be reached. `pick` is handed a random place
/// among so many states.
///
/// # Examples
/// A tenth of a tenth of a tenth, from thirty attempts:
/// ```
/// use cutover::statistics::{Attempt, WEIGHT_ONE, chance_of, split};
/// let attempt = |_: (), stage: usize, number: u64| match (number, stage) {
///     (0, 2) => Attempt::Over(true),
///     (0, _) => Attempt::Reached(()),
///     _ => Attempt::Over(false),
/// };
/// let stages = split(&(), (3, 10), attempt, |_, _, _| 0);
/// assert_eq!(stages.iter().map(|stage| stage.tried).sum::<u64>(), 30);
/// assert!(chance_of(&stages).abs_diff(WEIGHT_ONE / 1_000) < 3);
/// ```
pub fn split<S: Clone>(
    start: &S,
    (stages, trials): (usize, u64),
    mut attempt: impl FnMut(S, usize, u64) -> Attempt<S>,
    mut pick: impl FnMut(usize, u64, usize) -> usize,
) -> Vec<Stage> {
    let mut found = Vec::with_capacity(stages);
    let mut entries = vec![start.clone()];
    for stage in 0..stages {
        let mut next = Vec::new();
        let mut of = Stage { tried: trials, reached: 0, hits: 0 };
        for number in 0..trials {
            let entry = entries[pick(stage, number, entries.len())].clone();
            match attempt(entry, stage, number) {
                Attempt::Reached(state) => {
                    of.reached += 1;
                    next.push(state);
                }
                Attempt::Over(hit) => of.hits += u64::from(hit),
            }
        }
        found.push(of);
        if next.is_empty() {
            break;
        }
        entries = next;
    }
    found
}

/// Returns the probability that the stages of one repetition give, in the fixed point of weights.
///
/// It is right on average, and at most one: repetitions are runs whose weight it is.
///
/// # Examples
/// ```
/// use cutover::statistics::{Stage, WEIGHT_ONE, chance_of};
/// let first = Stage { tried: 4, reached: 2, hits: 0 };
/// let last = Stage { tried: 4, reached: 0, hits: 1 };
/// assert_eq!(chance_of(&[first, last]), WEIGHT_ONE / 8);
/// ```
pub fn chance_of(stages: &[Stage]) -> u128 {
    let (mut here, mut sum) = (WEIGHT_ONE, 0);
    for stage in stages {
        let tried = u128::from(stage.tried.max(1));
        sum += here * u128::from(stage.hits) / tried;
        here = here * u128::from(stage.reached) / tried;
    }
    sum
}
