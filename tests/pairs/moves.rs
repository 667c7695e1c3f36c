//! The roles and states of pairs: all that the documentation has is reached by a shipped scenario,
//! and nothing else ever is.
//!
//! Source: Aiven, "Cross-region disaster recovery". Knows nothing of orders. Kept here: the tables
//! are written out by hand.

use std::collections::BTreeSet;

use cutover::check::ROLE_MOVES;
use cutover::control::PairRole::{self, Active, Failed, Passive};
use cutover::control::ServiceState::{self, PowerOff, Rebalancing, Rebuilding, Running};
use cutover::sim::{self, PairOutcome};

use super::shipped::scenarios;
use super::stage::roles;

type Shown = [(PairRole, ServiceState); 2];

/// What the documentation shows of the two services before, during and after its operations.
const SHOWN: [(&str, Shown); 8] = [
    ("while it is set up", [(Active, Running), (Passive, Rebuilding)]),
    ("set up, or after a switchback or a failback", [(Active, Running), (Passive, Running)]),
    ("after a switchover, or a recreation", [(Passive, Running), (Active, Running)]),
    ("after a failover", [(Failed, PowerOff), (Active, Running)]),
    ("a recreation", [(Passive, Rebuilding), (Active, Running)]),
    ("a failback, before the old writer stops", [(Passive, Rebuilding), (Active, Rebalancing)]),
    ("a failback, between the writers", [(Passive, Rebuilding), (Passive, Rebalancing)]),
    ("a recovery service that is rebuilt", [(Active, Running), (Passive, Rebuilding)]),
];

/// Returns what is shown of both services, one entry for each change.
fn shown(pair: &PairOutcome) -> Vec<Shown> {
    let mut now = [(Active, Running), (Passive, Running)];
    let mut found = Vec::new();
    for (index, change) in pair.roles.iter().enumerate() {
        now[usize::from(change.service == pair.recovery)] = (change.role, change.state);
        if pair.roles.get(index + 1).is_none_or(|next| next.at > change.at) {
            found.push(now);
        }
    }
    found
}

fn pairs() -> Vec<(String, PairOutcome)> {
    let all = scenarios().into_iter().flat_map(|shipped| {
        let outcome = sim::run(&shipped.loaded.setup, 0);
        outcome.pairs.into_iter().map(move |pair| (shipped.name.clone(), pair))
    });
    all.collect()
}

#[test]
fn every_legal_move_is_reached_by_a_shipped_scenario_and_no_other() {
    let legal: BTreeSet<_> = ROLE_MOVES.iter().map(|one| (one.from, one.to)).collect();
    assert_eq!(legal.len(), ROLE_MOVES.len(), "a move stands there twice");
    let mut seen = BTreeSet::new();
    for (name, pair) in pairs() {
        for step in roles(&pair).windows(2) {
            let step = (step[0], step[1]);
            assert!(legal.contains(&step), "{name}: {step:?}");
            seen.insert(step);
        }
    }
    let missing: Vec<_> = legal.difference(&seen).collect();
    assert!(missing.is_empty(), "no shipped scenario reaches {missing:?}");
}

#[test]
fn both_are_never_active_and_only_the_primary_service_fails() {
    let possible = [[Active, Passive], [Passive, Passive], [Passive, Active], [Failed, Active]];
    for one in ROLE_MOVES {
        assert!(possible.contains(&one.from) && possible.contains(&one.to), "{one:?}");
    }
}

#[test]
fn what_the_documentation_shows_is_reached_by_a_shipped_scenario() {
    let seen: BTreeSet<Shown> = pairs().iter().flat_map(|(_, pair)| shown(pair)).collect();
    for (called, wanted) in SHOWN {
        assert!(seen.contains(&wanted), "no shipped scenario reaches {wanted:?}: {called}");
    }
    for [primary, recovery] in &seen {
        assert_eq!(primary.0 == Failed, primary.1 == PowerOff, "what failed has no nodes");
        assert!(recovery.0 != Failed && recovery.1 != PowerOff, "only the primary service fails");
    }
}
