//! What measurement says of losses holds for every rate, delay, backlog and fault.
//!
//! * `death`: a load on a replication link and how its primary ends;
//! * `loss`: what each kind of death loses, from random numbers;
//! * `chaos`: what holds whatever goes wrong.
//!
//! Knows nothing of how the simulator works: a property is a scenario and its public outcome. Kept
//! here: the same numbers are drawn in every run of the tests.

mod chaos;
mod death;
mod loss;

use proptest::test_runner::{Config, RngSeed};

/// Returns how the properties of this folder are tried.
fn config() -> Config {
    Config {
        cases: 400,
        rng_seed: RngSeed::Fixed(15_17),
        failure_persistence: None,
        ..Config::default()
    }
}
