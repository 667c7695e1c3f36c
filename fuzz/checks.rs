//! What has to hold whatever the input: the targets of the fuzzer, and `cargo test` on its corpus.
//!
//! Knows nothing of the fuzzer. Kept here: a check that fails panics.

#[path = "explained.rs"]
mod explained;

use std::sync::Arc;

use cutover::blame;
use cutover::scenario::{Loaded, parse, write};
use cutover::search::{Dice, whole};
use cutover::sim::Sim;
use explained::unexplained;

/// More events than any of these runs can have.
const STEPS_MAX: u64 = 3_000_000;

/// Any bytes at all are answered with a scenario or with errors; a scenario is its text.
pub(crate) fn loads(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match parse("fuzzed.ron", text) {
        Err(errors) => assert!(!errors.to_string().is_empty()),
        Ok(loaded) => {
            let written = write(&loaded.scenario);
            let again = parse("written.ron", &written).expect("what is written is valid");
            assert_eq!(again.scenario, loaded.scenario, "{written}");
            assert_eq!(again.setup, loaded.setup, "{written}");
        }
    }
}

/// Any bytes make a valid scenario, and its run keeps what every run keeps.
pub(crate) fn runs(bytes: &[u8]) {
    let mut dice = Dice::of_bytes(bytes);
    let seed = dice.below(1 << 16);
    keeps(&whole(&mut dice), seed);
}

/// A run comes to its end, keeps what every run keeps, and is the same when it is made again.
pub(crate) fn keeps(loaded: &Loaded, seed: u64) {
    let setup = Arc::new(loaded.setup.clone());
    let mut sim = Sim::without_notes(Arc::clone(&setup), seed);
    let mut steps = 0;
    while sim.step() {
        steps += 1;
        assert!(steps < STEPS_MAX, "the run stands still at {}", sim.now());
    }
    let outcome = sim.outcome();
    let unexplained = unexplained(&setup, &outcome);
    assert!(unexplained.is_empty(), "{}", unexplained.join("; "));
    for service in &outcome.services {
        let loss = &service.loss;
        assert_eq!(loss.acked_commits, loss.surviving_commits + loss.lost_commits);
    }
    let mut again = Sim::new(setup, seed);
    again.run();
    assert_eq!(again.fingerprint(), outcome.fingerprint);
    let ledger = blame::ledger(&again.outcome());
    let causes = blame::shares(&ledger);
    let lost: u64 = outcome.services.iter().map(|service| service.loss.lost_commits).sum();
    assert_eq!(causes.iter().map(|cause| cause.lost_commits).sum::<u64>(), lost);
}
