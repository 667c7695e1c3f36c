//! Planted faults: each is noticed by a shipped scenario through the invariant that its card names.
//!
//! * `shipped`: the scenarios that ship with the project.
//!
//! Knows nothing of what a mutant does. Kept here: an invariant that no mutant breaks is an
//! invariant that nobody has seen fail.

mod shipped;

use std::collections::BTreeSet;

use cutover::check::{INVARIANTS, Verdict};
use cutover::knob::{MUTANTS, Mutant};
use cutover::sim;
use shipped::{Shipped, scenarios};

/// Which invariants a scenario violates with a mutant and not without it.
struct Kill {
    mutant: &'static str,
    scenario: String,
    violated: BTreeSet<&'static str>,
}

/// Returns the invariants that a scenario violates beyond what it allows.
fn violated(scenario: &Shipped, mutant: Option<Mutant>) -> BTreeSet<&'static str> {
    let mut setup = scenario.loaded.setup.clone();
    setup.knobs.mutant = mutant;
    let outcome = sim::run(&setup, 0);
    let broken = outcome.invariants.iter().filter(|found| found.verdict == Verdict::Violated);
    broken.map(|found| found.id).collect()
}

fn kills() -> Vec<Kill> {
    let mut kills = Vec::new();
    for scenario in scenarios() {
        let before = violated(&scenario, None);
        for card in MUTANTS {
            let after = violated(&scenario, Some(card.mutant));
            let violated: BTreeSet<_> = after.difference(&before).copied().collect();
            if !violated.is_empty() {
                let scenario = scenario.name.clone();
                kills.push(Kill { mutant: card.name, scenario, violated });
            }
        }
    }
    kills
}

/// Returns the table of kills, one line for each mutant and scenario.
fn table(kills: &[Kill]) -> String {
    let mut lines: Vec<String> = kills
        .iter()
        .map(|kill| {
            let ids: Vec<_> = kill.violated.iter().copied().collect();
            format!("{:28} {:40} {}", kill.mutant, kill.scenario, ids.join(", "))
        })
        .collect();
    lines.sort();
    lines.join("\n")
}

#[test]
fn every_mutant_is_caught_by_the_invariant_that_its_card_names() {
    let kills = kills();
    let caught = |mutant: &str, by: &str| {
        kills.iter().any(|kill| kill.mutant == mutant && kill.violated.contains(by))
    };
    let survivors: Vec<_> = MUTANTS
        .iter()
        .filter(|card| !caught(card.name, card.caught_by))
        .map(|card| format!("{} is not caught by {}", card.name, card.caught_by))
        .collect();
    assert!(survivors.is_empty(), "{survivors:#?}\nthe kills:\n{}", table(&kills));
}

#[test]
fn every_invariant_is_violated_by_a_mutant() {
    let kills = kills();
    let idle: Vec<_> = INVARIANTS
        .iter()
        .map(|card| card.id)
        .filter(|id| !kills.iter().any(|kill| kill.violated.contains(id)))
        .collect();
    assert!(idle.is_empty(), "no mutant violates {idle:?}\nthe kills:\n{}", table(&kills));
}
