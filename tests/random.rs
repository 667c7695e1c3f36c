//! Random scenarios: whatever happens to a service, some things hold in every run.
//!
//! Knows nothing of the inside of the library. Kept here: the cases are the same each time; more
//! of them, or others, are asked for by `CUTOVER_CASES` and `CUTOVER_CASES_SEED`.

#[path = "random/archive.rs"]
mod archive;
#[path = "../fuzz/explained.rs"]
mod explained;
#[path = "random/knob.rs"]
mod knob;
#[path = "random/listing.rs"]
mod listing;
#[path = "random/property.rs"]
mod property;
#[path = "random/regression/mod.rs"]
mod regression;
#[path = "random/scenario.rs"]
mod scenario;
#[path = "random/script.rs"]
mod script;
#[path = "random/slot.rs"]
mod slot;

use proptest::test_runner::{Config, RngSeed, TestRunner};

fn number(name: &str, default: u64) -> u64 {
    let Ok(text) = std::env::var(name) else { return default };
    text.parse().unwrap_or_else(|error| panic!("{name} is {text}, expected a number: {error}"))
}

#[test]
fn what_holds_in_every_run_holds_in_random_ones() {
    let cases = number("CUTOVER_CASES", 300);
    let seed = number("CUTOVER_CASES_SEED", 1);
    let config = Config {
        cases: u32::try_from(cases).expect("fewer than four thousand million cases"),
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        max_shrink_iters: 20_000,
        ..Config::default()
    };
    let result = TestRunner::new(config).run(&scenario::cases(), |case| property::check(&case));
    if let Err(error) = result {
        panic!("case {seed}: {error}");
    }
}
