#![expect(clippy::float_arithmetic, reason = "statistics are floats")]
//! Whether the printed 95 % intervals hold what they are about in 95 % of all campaigns.
//!
//! * `laws`: batches of numbers drawn from known laws;
//! * `runs`: batches of runs of services whose results are known in closed form.
//!
//! Knows nothing of how intervals come about. Kept here: the intervals are those that results
//! print, and only printed ones count. Of runs there are 2,000 batches with
//! `CUTOVER_ORACLES=large`, and as many as take a moment without.

mod laws;
mod runs;

use cutover::statistics::from_u64;

/// Returns whether the large runs are wanted.
fn is_large() -> bool {
    std::env::var_os("CUTOVER_ORACLES").is_some_and(|value| value == "large")
}

/// Returns the share of intervals that hold the truth, of which there have to be so many.
fn covered(told: Vec<bool>, least: usize) -> f64 {
    let count = |list: usize| from_u64(u64::try_from(list).expect("it is short"));
    assert!(told.len() >= least, "only {} batches have an interval", told.len());
    let all = count(told.len());
    count(told.into_iter().filter(|holds| *holds).count()) / all
}

fn is_95_percent(what: &str, found: f64) {
    assert!((0.935..=0.965).contains(&found), "{what} covers {found}");
}
