//! Splitting: a rare event as a chain of events that are not, each tried the same number of times
//! from where the one before was reached.
//!
//! Knows nothing of what is split: it is handed what goes on and what a stage is. Kept here: counts
//! are integers, every way that comes to an end counts where it ended, and so the estimate is
//! right on average however stages are chosen.

use super::weighted::WEIGHT_ONE;

/// How an attempt of a stage ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt<S> {
    /// It reached the next stage, and stands there.
    Reached(S),
    /// It came to its end before, with the rare event or without it.
    Over(bool),
}

/// What became of the attempts of a stage.
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
