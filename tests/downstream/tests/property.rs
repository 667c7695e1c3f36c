//! A property of somebody else's: the standby that is promoted is the best that is known.
//!
//! Knows nothing of the inside of cutover. Kept here: the platform keeps the property, a platform
//! with a planted bug breaks it within 2,000 cases, and what is printed then is a scenario file.

use cutover::check::Verdict;
use cutover::knob::Mutant;
use cutover::scenario::{Loaded, parse};
use cutover::strategy::{self, Case};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestError, TestRunner};

/// Cases that a run of the property tries at most.
const CASES: u32 = 2_000;

/// The service that the project lives with.
fn service() -> Loaded {
    let text = r#"Scenario(
        name: "ours",
        services: [Service(name: "orders", plan: Premium, region: "eu-west")],
        clients: [Writer(name: "app", service: "orders", writes_per_s: 150)],
        until: "30m",
    )"#;
    parse("ours.ron", text).expect("it is valid")
}

fn tried(mutant: Option<Mutant>) -> Result<(), TestError<Case>> {
    let config = Config {
        cases: CASES,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        max_shrink_iters: 20_000,
        ..Config::default()
    };
    let mut service = service();
    service.setup.knobs.mutant = mutant;
    TestRunner::new(config).run(&strategy::cases_of(service, 6), |case| {
        let outcome = case.run();
        let best = outcome.invariants.iter().find(|one| one.id == "best-candidate-promoted");
        let best = best.expect("it is an invariant");
        prop_assert_ne!(best.verdict, Verdict::Violated, "{}", best.detail);
        Ok(())
    })
}

#[test]
fn the_platform_promotes_the_best_standby_that_it_knows() {
    tried(None).expect("the property holds");
}

#[test]
fn a_planted_bug_is_found_and_the_smallest_scenario_that_shows_it_is_printed() {
    let mutant = Mutant::by_name("promote-laggard");
    assert!(mutant.is_some(), "it is a planted bug");
    let found = tried(mutant);
    let Err(TestError::Fail(why, case)) = found else { panic!("found {found:?}") };
    assert!(why.message().contains("orders"), "{why}");
    let steps = &case.scenario.script;
    assert!(steps.len() <= 2, "{} steps are left", steps.len());
    // What is printed is a file for the program, with the command that shows the same.
    println!("{case:?}");
    if let Ok(file) = std::env::var("DOWNSTREAM_FOUND") {
        std::fs::write(file, format!("{case:?}")).expect("the file can be written");
    }
}
