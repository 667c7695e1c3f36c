//! Random orders and faults: at most one service of a pair is active, whatever happens.
//!
//! Knows nothing of the inside of the library. Kept here: the cases are the same each time; more
//! of them, or others, are asked for by `CUTOVER_CASES` and `CUTOVER_CASES_SEED`.

use std::sync::Arc;

use cutover::check::{ROLE_MOVES, Verdict};
use cutover::control::PairRole;
use cutover::scenario::Loaded;
use cutover::sim::Sim;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};

use super::stage::{order, pair_set_up, roles};

/// What no run of a pair breaks, whatever operators and faults do.
const NEVER_BROKEN: [&str; 6] = [
    "one-active-service",
    "roles-move-legally",
    "preconditions-checked",
    "standby-name-reads-only",
    "accounting-adds-up",
    "timelines-form-a-tree",
];

/// More events than any of these runs can have.
const EVENTS_MAX: u64 = 200_000;

/// One of so many cases is run a second time with every report as an event.
const COMPARED: u64 = 8;

const ORDERS: [(&str, &str); 13] = [
    ("Switchover", "orders-dr"),
    ("Switchback", "orders"),
    ("Failover", "orders-dr"),
    ("RecreatePrimary", "orders"),
    ("TakeOver", "orders"),
    ("PromoteToMaster", "orders-dr"),
    ("PromoteToMaster", "orders"),
    ("RemoveIntegration", "orders-dr"),
    ("RemoveIntegration", "orders"),
    ("ReverseIntegration", "orders-dr"),
    ("SwitchByTerraform", "orders-dr"),
    ("SetUpRecovery", "orders-dr"),
    ("DeleteRecovery", "orders-dr"),
];

/// Faults that end by themselves after a while, and whether they can be healed.
const FAULTS: [(&str, bool); 12] = [
    ("HostDeath, Primary(\"orders\")", false),
    ("HostDeath, Primary(\"orders-dr\")", false),
    ("HostDeath, Node(\"orders-dr-1\")", false),
    ("ProcessCrash, Primary(\"orders\")", false),
    ("ProcessCrash, Primary(\"orders-dr\")", false),
    ("Hang, Primary(\"orders\")", true),
    ("Hang, Primary(\"orders-dr\")", true),
    ("RegionOutage, Region(\"eu-west\")", true),
    ("RegionOutage, Region(\"us-east\")", true),
    ("LinkCut, Link(Region(\"eu-west\"), Platform)", true),
    ("LinkCut, Link(Region(\"us-east\"), Platform)", true),
    ("LinkCut, Link(Region(\"eu-west\"), Region(\"us-east\"))", true),
];

#[derive(Clone, Debug)]
enum Deed {
    Order(usize),
    Fault(usize, u64),
}

/// Something that happens so many milliseconds after what was before.
type Step = (u64, Deed);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let gap = prop_oneof![
        2 => 0..10_u64,
        3 => 0..3_000_u64,
        3 => 0..120_000_u64,
        4 => 60_000..900_000_u64,
    ];
    let deed = prop_oneof![
        5 => (0..ORDERS.len()).prop_map(Deed::Order),
        2 => (0..FAULTS.len(), 1..1_200_000_u64).prop_map(|(one, lasts)| Deed::Fault(one, lasts)),
    ];
    prop::collection::vec((gap, deed), 1..12)
}

/// Returns the steps of a script, each at its time.
fn script(made: &[Step]) -> Vec<(u64, String)> {
    let mut now = 0;
    let mut steps = Vec::new();
    for (gap, deed) in made {
        now += gap;
        match deed {
            Deed::Order(index) => steps.push((now, order(ORDERS[*index].0, ORDERS[*index].1))),
            Deed::Fault(index, lasts) => {
                let (words, heals) = FAULTS[*index];
                steps.push((now, format!("AT, Fault({words}))")));
                if heals {
                    steps.push((now + lasts, format!("AT, Heal({words}))")));
                }
            }
        }
    }
    steps.sort_by_key(|(at, _)| *at);
    steps
}

fn check(loaded: &Loaded, seed: u64) -> Result<(), TestCaseError> {
    let mut sim = Sim::new(Arc::new(loaded.setup.clone()), seed);
    let mut steps = 0;
    while sim.step() {
        steps += 1;
        prop_assert!(steps < EVENTS_MAX, "the run stands still at {}", sim.now());
    }
    let outcome = sim.outcome();
    let roles = roles(&outcome.pairs[0]);
    for both in &roles {
        let active = both.iter().filter(|role| **role == PairRole::Active).count();
        prop_assert!(active <= 1, "both services are active: {roles:?}");
    }
    for step in roles.windows(2) {
        let legal = ROLE_MOVES.iter().any(|one| (one.from, one.to) == (step[0], step[1]));
        prop_assert!(legal, "{step:?} is no move of the table");
    }
    for one in outcome.invariants.iter().filter(|one| NEVER_BROKEN.contains(&one.id)) {
        prop_assert!(one.verdict != Verdict::Violated, "{}: {}", one.id, one.detail);
    }
    if seed.is_multiple_of(COMPARED) {
        let mut eager = Sim::with_eager_ticks(Arc::new(loaded.setup.clone()), seed);
        eager.run();
        let eager = eager.outcome();
        for (one, other) in eager.timeline.iter().zip(&outcome.timeline) {
            prop_assert_eq!(one, other, "skipped reports matter");
        }
        prop_assert_eq!(eager, outcome, "skipped reports matter");
    }
    Ok(())
}

pub(crate) fn number(name: &str, default: u64) -> u64 {
    let Ok(text) = std::env::var(name) else { return default };
    text.parse().unwrap_or_else(|error| panic!("{name} is {text}, expected a number: {error}"))
}

#[test]
fn at_most_one_service_of_a_pair_is_active_whatever_happens() {
    let config = Config {
        cases: u32::try_from(number("CUTOVER_CASES", 2_000)).expect("fewer cases"),
        rng_seed: RngSeed::Fixed(number("CUTOVER_CASES_SEED", 1)),
        failure_persistence: None,
        ..Config::default()
    };
    let unasked = prop_oneof![3 => Just(""), 1 => Just("automatic_region_failover: \"90s\"")];
    let set_up = prop_oneof![3 => Just(true), 1 => Just(false)];
    let cases = (steps(), any::<u64>(), unasked, set_up);
    let result = TestRunner::new(config).run(&cases, |(made, seed, tuning, set_up)| {
        check(&pair_set_up(set_up, tuning, &script(&made), "2h30m"), seed)
    });
    if let Err(error) = result {
        panic!("{error:#}");
    }
}
