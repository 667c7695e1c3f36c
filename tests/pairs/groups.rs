//! Groups of two instances: orders against the documentation, and membership whatever happens.
//!
//! Source: Alibaba Cloud, "Promote the secondary instance to the primary instance". Knows nothing
//! of how the platform checks. Kept here: the table is written out by hand.

use cutover::check::Verdict;
use cutover::control::{GroupPart, Refusal};
use cutover::scenario::{self, Loaded};
use cutover::sim::{GroupOutcome, Outcome, PartChange};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use super::stage::{order, run};

/// When the order in question is given, in milliseconds.
const ASKED: u64 = 3_600_000;

const MINUTE: u64 = 60_000;

/// The orders, in the order of the columns below.
const ORDERS: [(&str, &str); 6] = [
    ("PromoteSecondary", "orders-far"),
    ("PromoteSecondary", "orders"),
    ("AddSecondary", "orders"),
    ("AddSecondary", "orders-far"),
    ("RemoveIntegration", "orders-far"),
    ("Switchover", "orders-far"),
];

/// How each of the orders is answered in a situation; `taken` is no refusal.
const ANSWERS: &[(&str, &str)] = &[
    ("as it was set up", "taken not-secondary in-group in-group taken not-paired"),
    ("after a promotion", "not-secondary not-secondary taken in-group not-secondary not-paired"),
    (
        "in the middle of a promotion",
        "group-not-running not-secondary in-group in-group group-not-running not-paired",
    ),
    (
        "while the old primary is added",
        "not-secondary group-not-running in-group in-group not-secondary not-paired",
    ),
    (
        "after the old primary was added",
        "not-secondary taken in-group in-group not-secondary not-paired",
    ),
    ("while the primary is dark", "taken not-secondary in-group in-group taken not-paired"),
];

/// Returns the scenario of a group with these steps, each at a time in milliseconds.
fn group(tuning: &str, steps: &[(u64, String)]) -> Loaded {
    let steps: Vec<String> =
        steps.iter().map(|(at, step)| step.replace("AT", &format!("At(\"{at}ms\""))).collect();
    let text = format!(
        r#"Scenario(
            name: "group",
            services: [
                Service(name: "orders", plan: Business, region: "here"),
                Service(name: "orders-far", plan: Business, region: "there"),
            ],
            integrations: [GlobalActiveDatabase(primary: "orders", secondary: "orders-far")],
            clients: [Writer(name: "app", service: "orders", writes_per_s: 50)],
            tuning: Tuning({tuning}),
            script: [{}],
            until: "90m",
        )"#,
        steps.join(", "),
    );
    scenario::parse("group.ron", &text).unwrap_or_else(|errors| panic!("{errors}\n{text}"))
}

fn steps(situation: &str) -> Vec<(u64, String)> {
    let promotion = |at: u64| (at, order("PromoteSecondary", "orders-far"));
    let addition = |at: u64| (at, order("AddSecondary", "orders"));
    match situation {
        "as it was set up" => vec![],
        "after a promotion" => vec![promotion(MINUTE)],
        "in the middle of a promotion" => vec![promotion(ASKED - 300)],
        "while the old primary is added" => vec![promotion(MINUTE), addition(ASKED - 2 * MINUTE)],
        "after the old primary was added" => vec![promotion(MINUTE), addition(10 * MINUTE)],
        "while the primary is dark" => {
            let dark = "AT, Fault(RegionOutage, Region(\"here\")))".to_owned();
            vec![(ASKED - 2 * MINUTE, dark)]
        }
        other => panic!("nothing is known of {other:?}"),
    }
}

/// Returns the reason in words for which an order is refused, if it is.
fn refused(outcome: &Outcome) -> Option<&'static str> {
    let asked = |at: u64| at == ASKED * 1_000;
    let answer = outcome.orders.iter().find(|one| asked(one.at.as_micros()));
    answer.expect("the order was given").refusal
}

#[test]
fn every_order_to_a_group_is_answered_as_the_table_has_it() {
    for (situation, row) in ANSWERS {
        let names: Vec<&str> = row.split_whitespace().collect();
        assert_eq!(names.len(), ORDERS.len(), "{situation}");
        for ((name, service), expected) in ORDERS.into_iter().zip(names) {
            let mut steps = steps(situation);
            steps.push((ASKED, order(name, service)));
            let outcome = run(&group("", &steps), 0);
            let reason = Refusal::ALL.into_iter().find(|one| one.name() == expected);
            assert!(expected == "taken" || reason.is_some(), "no refusal is called {expected}");
            let expected = reason.map(Refusal::words);
            assert_eq!(refused(&outcome), expected, "{name} for {service}, {situation}");
        }
    }
}

#[test]
fn a_group_that_has_to_serve_is_not_promoted_when_it_is_needed() {
    let mut steps = steps("while the primary is dark");
    steps.push((ASKED, order("PromoteSecondary", "orders-far")));
    let outcome = run(&group("group_running: Serving", &steps), 0);
    assert_eq!(refused(&outcome), Some(Refusal::GroupNotRunning.words()));
}

#[test]
fn adding_the_old_primary_takes_five_to_fifteen_minutes_and_interrupts_for_ten_to_thirty_seconds() {
    for seed in 0..50 {
        let steps = steps("after the old primary was added");
        let outcome = run(&group("", &steps), seed);
        let parts = &outcome.groups[0].parts;
        let added = |one: &&PartChange| one.part == GroupPart::Secondary && one.service == "orders";
        let begun = parts.iter().find(added);
        let begun = begun.expect("it is added").at;
        let ended = parts.iter().rfind(|one| one.service == "orders").expect("it is shown").at;
        let took = ended.since(begun).as_micros() / 60_000_000;
        assert!((5..15).contains(&took), "seed {seed}: {took} min");
        let down = &outcome.services[1];
        assert_eq!(down.promotions.len(), 1, "seed {seed}: the restart is no failover");
    }
}

/// Returns the parts of both instances, one entry for each change.
fn parts(group: &GroupOutcome) -> Vec<[GroupPart; 2]> {
    let mut now = [GroupPart::Primary, GroupPart::Secondary];
    let mut found = vec![now];
    for (index, change) in group.parts.iter().enumerate() {
        now[usize::from(change.service == group.secondary)] = change.part;
        if group.parts.get(index + 1).is_none_or(|next| next.at > change.at) {
            found.push(now);
        }
    }
    found
}

const DEEDS: [&str; 9] = [
    "Operator(PromoteSecondary, Service(\"orders-far\"))",
    "Operator(PromoteSecondary, Service(\"orders\"))",
    "Operator(AddSecondary, Service(\"orders\"))",
    "Operator(AddSecondary, Service(\"orders-far\"))",
    "Operator(RemoveIntegration, Service(\"orders\"))",
    "Operator(RemoveIntegration, Service(\"orders-far\"))",
    "Fault(HostDeath, Primary(\"orders\"))",
    "Fault(HostDeath, Primary(\"orders-far\"))",
    "Fault(RegionOutage, Region(\"here\"))",
];

#[test]
fn a_group_has_one_primary_and_one_secondary_at_the_most_whatever_happens() {
    let config = Config {
        cases: 400,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..Config::default()
    };
    let gap = prop_oneof![1 => 0..3_000_u64, 2 => 60_000..1_200_000_u64];
    let made = prop::collection::vec((gap, 0..DEEDS.len()), 1..8);
    let readd = prop_oneof![Just("Wiped"), Just("DeltaResync")];
    let result =
        TestRunner::new(config).run(&(made, any::<u64>(), readd), |(made, seed, readd)| {
            let mut now = 0;
            let steps = made.iter().map(|(gap, deed)| {
                now = (now + gap).min(89 * MINUTE);
                (now, format!("AT, {})", DEEDS[*deed]))
            });
            let tuning = format!("group_readd: {readd}");
            let outcome = run(&group(&tuning, &steps.collect::<Vec<_>>()), seed);
            for [one, other] in parts(&outcome.groups[0]) {
                prop_assert!(one != other || one == GroupPart::Outside, "{one:?} twice");
            }
            let held = ["promotion-leaves-old-primary", "one-primary-one-secondary"];
            for one in outcome.invariants.iter().filter(|one| held.contains(&one.id)) {
                prop_assert!(one.verdict != Verdict::Violated, "{}: {}", one.id, one.detail);
            }
            Ok(())
        });
    if let Err(error) = result {
        panic!("{error:#}");
    }
}
