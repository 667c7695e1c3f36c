//! Planted faults: each is noticed by a shipped scenario through the invariant that its card names.
//!
//! * `shipped`: the scenarios that ship with the project.
//!
//! Knows nothing of what a mutant does. Kept here: an invariant that no mutant breaks is an
//! invariant that nobody has seen fail.

mod shipped;

use std::num::NonZero;

use cutover::knob::MUTANTS;
use cutover::parallel;
use cutover::scenario::Loaded;
use cutover::search::{Matrix, mutate};
use shipped::scenarios;

fn matrix(suite: &[(String, Loaded)], jobs: usize) -> Matrix {
    mutate(suite, 0, NonZero::new(jobs).expect("there is a thread"))
}

fn suite() -> Vec<(String, Loaded)> {
    scenarios().into_iter().map(|shipped| (shipped.name, shipped.loaded)).collect()
}

#[test]
fn every_mutant_is_caught_as_meant_and_every_invariant_catches_one() {
    let found = matrix(&suite(), parallel::processors().get());
    let wrong: Vec<_> = found.rows.iter().filter(|row| !row.is_caught_as_meant()).collect();
    assert!(wrong.is_empty(), "not caught by the invariant of its card: {wrong:#?}");
    assert!(found.idle.is_empty(), "no mutant violates {:?}", found.idle);
    assert!(found.is_complete());
    assert_eq!(found.rows.len(), MUTANTS.len());
    assert!(found.rows.len() > 20, "only {} planted faults", found.rows.len());
}

#[test]
fn a_suite_that_tests_little_lets_mutants_survive() {
    let quiet = r#"Scenario(
        name: "quiet",
        services: [Service(name: "orders", plan: Business)],
        clients: [Writer(name: "app", service: "orders", writes_per_s: 10)],
        until: "10m",
    )"#;
    let quiet = cutover::scenario::parse("quiet.ron", quiet).expect("it is valid");
    let suite = [("quiet".to_owned(), quiet)];
    let found = matrix(&suite, 1);
    assert!(!found.is_complete());
    let survivors: Vec<&str> = found.survivors().map(|row| row.card.name).collect();
    assert!(survivors.contains(&"no-fencing") && !survivors.contains(&"acknowledge-unwritten"));
    assert!(found.idle.contains(&"at-most-one-writer"));
    assert_eq!(found, matrix(&suite, 3), "the number of threads matters");
}
