//! Every order in every situation of a pair: carried out, or refused for the reason of the table.
//!
//! Knows nothing of how the platform checks. Kept here: what is refused changes nothing.

use cutover::control::Refusal;
use cutover::sim::Outcome;

use super::stage::{order, pair, pair_set_up, run};

/// When the order in question is given, in milliseconds.
const ASKED: u64 = 3_600_000;

const MINUTE: u64 = 60_000;

/// The orders, each for one of the services, in the order of the columns below.
const ORDERS: [(&str, &str); 12] = [
    ("Switchover", "orders-dr"),
    ("Switchback", "orders"),
    ("Failover", "orders-dr"),
    ("RecreatePrimary", "orders"),
    ("TakeOver", "orders"),
    ("PromoteToMaster", "orders-dr"),
    ("PromoteToMaster", "orders"),
    ("RemoveIntegration", "orders-dr"),
    ("ReverseIntegration", "orders-dr"),
    ("SwitchByTerraform", "orders-dr"),
    ("SetUpRecovery", "orders-dr"),
    ("DeleteRecovery", "orders-dr"),
];

/// How each of the orders is answered in a situation; `taken` is no refusal.
const ANSWERS: &[(&str, &str)] = &[
    (
        "as it was set up",
        "taken no-switchover taken no-failover not-recreated taken already-active taken \
         already-integrated taken already-integrated taken",
    ),
    (
        "after a switchover",
        "already-active taken recovery-is-active no-failover not-recreated already-active taken \
         taken already-integrated taken already-integrated is-active",
    ),
    (
        "after a switchover and a switchback",
        "taken no-switchover taken no-failover not-recreated taken already-active taken \
         already-integrated taken already-integrated taken",
    ),
    (
        "after a failover",
        "already-active no-switchover recovery-is-active taken not-recreated already-active \
         not-recreated not-recreated already-integrated not-recreated already-integrated \
         is-active",
    ),
    (
        "after a failover and a recreation",
        "already-active no-switchover recovery-is-active no-failover taken already-active taken \
         taken already-integrated taken already-integrated is-active",
    ),
    (
        "while a failed service is recreated",
        "already-active no-switchover recovery-is-active no-failover passive-not-ready \
         already-active passive-not-ready taken already-integrated passive-not-ready \
         already-integrated is-active",
    ),
    (
        "after a failover and a failback",
        "taken no-switchover taken no-failover not-recreated taken already-active taken \
         already-integrated taken already-integrated taken",
    ),
    (
        "in the middle of a switchover",
        "busy busy busy busy busy busy busy busy already-integrated busy already-integrated busy",
    ),
    (
        "without its integration",
        "not-integrated not-integrated not-integrated not-integrated not-integrated \
         not-integrated not-integrated not-integrated taken not-integrated taken taken",
    ),
    (
        "while the primary is silent",
        "active-not-healthy no-switchover taken no-failover not-recreated active-not-healthy \
         already-active taken already-integrated active-not-healthy already-integrated taken",
    ),
    (
        "while the recovery service is rebuilt",
        "passive-not-ready no-switchover passive-not-ready no-failover not-recreated \
         passive-not-ready already-active taken already-integrated passive-not-ready \
         already-integrated taken",
    ),
    (
        "before it is set up",
        "not-integrated not-integrated not-integrated not-integrated not-integrated \
         not-integrated not-integrated not-integrated not-set-up not-integrated taken not-set-up",
    ),
    (
        "before it is set up, without a standby",
        "not-integrated not-integrated not-integrated not-integrated not-integrated \
         not-integrated not-integrated not-integrated not-set-up not-integrated not-running \
         not-set-up",
    ),
    (
        "while it is set up",
        "passive-not-ready no-switchover passive-not-ready no-failover not-recreated \
         passive-not-ready already-active taken already-integrated passive-not-ready \
         already-integrated taken",
    ),
    (
        "after it was set up",
        "taken no-switchover taken no-failover not-recreated taken already-active taken \
         already-integrated taken already-integrated taken",
    ),
    (
        "after it was deleted",
        "not-integrated not-integrated not-integrated not-integrated not-integrated \
         not-integrated not-integrated not-integrated not-set-up not-integrated taken not-set-up",
    ),
];

/// Returns what happened to a pair before.
fn steps(situation: &str) -> Vec<(u64, String)> {
    let switchover = || order("Switchover", "orders-dr");
    let failover = || (MINUTE, order("Failover", "orders-dr"));
    let recreate = |at: u64| (at, order("RecreatePrimary", "orders"));
    let death = |of: &str| format!("AT, Fault(HostDeath, {of}))");
    match situation {
        "as it was set up" | "before it is set up" => vec![],
        "after a switchover" => vec![(MINUTE, switchover())],
        "after a switchover and a switchback" => {
            vec![(MINUTE, switchover()), (10 * MINUTE, order("Switchback", "orders"))]
        }
        "after a failover" => vec![failover()],
        "after a failover and a recreation" => vec![failover(), recreate(10 * MINUTE)],
        "while a failed service is recreated" => vec![failover(), recreate(ASKED - MINUTE)],
        "after a failover and a failback" => {
            vec![failover(), recreate(10 * MINUTE), (40 * MINUTE, order("TakeOver", "orders"))]
        }
        "in the middle of a switchover" => vec![(ASKED - 300, switchover())],
        "without its integration" => vec![(MINUTE, order("RemoveIntegration", "orders-dr"))],
        "while the primary is silent" => vec![(ASKED - 30_000, death("Primary(\"orders\")"))],
        "while the recovery service is rebuilt" => {
            vec![(ASKED - 2 * MINUTE, death("Node(\"orders-dr-1\")"))]
        }
        "before it is set up, without a standby" => {
            vec![(ASKED - 2 * MINUTE, death("Node(\"orders-2\")"))]
        }
        "while it is set up" => vec![(ASKED - 2 * MINUTE, order("SetUpRecovery", "orders-dr"))],
        "after it was set up" => vec![(10 * MINUTE, order("SetUpRecovery", "orders-dr"))],
        "after it was deleted" => vec![(10 * MINUTE, order("DeleteRecovery", "orders-dr"))],
        other => panic!("nothing is known of {other:?}"),
    }
}

/// Returns whether the pair of a situation exists when the run begins.
fn is_set_up(situation: &str) -> bool {
    !(situation.starts_with("before") || situation.ends_with("it is set up"))
        && situation != "after it was set up"
}

/// Returns the answers of a row, the reason in words for each order that is refused.
fn answers(row: &str) -> Vec<Option<&'static str>> {
    let named = |name: &str| {
        let refusal = Refusal::ALL.into_iter().find(|one| one.name() == name);
        refusal.unwrap_or_else(|| panic!("no refusal is called {name}")).words()
    };
    row.split_whitespace().map(|name| (name != "taken").then(|| named(name))).collect()
}

/// Returns what a situation leads to, with or without a further order.
fn outcome(situation: &str, asked: Option<(&str, &str)>) -> Outcome {
    let mut steps = steps(situation);
    steps.extend(asked.map(|(name, service)| (ASKED, order(name, service))));
    run(&pair_set_up(is_set_up(situation), "heartbeat_phase: \"2s\"", &steps, "80m"), 0)
}

#[test]
fn every_order_is_answered_as_the_table_has_it() {
    for (situation, row) in ANSWERS {
        let expected = answers(row);
        assert_eq!(expected.len(), ORDERS.len(), "{situation}");
        for ((name, service), expected) in ORDERS.into_iter().zip(expected) {
            let outcome = outcome(situation, Some((name, service)));
            let asked = |at: u64| at == ASKED * 1_000;
            let answer = outcome.orders.iter().find(|one| asked(one.at.as_micros()));
            let answer = answer.expect("the order was given");
            assert_eq!(answer.refusal, expected, "{name} for {service}, {situation}");
        }
    }
}

#[test]
fn an_order_that_is_refused_changes_nothing() {
    for (situation, row) in ANSWERS {
        let without = outcome(situation, None);
        for ((name, service), answer) in ORDERS.into_iter().zip(answers(row)) {
            if answer.is_none() {
                continue;
            }
            let with = outcome(situation, Some((name, service)));
            assert_eq!(with.pairs, without.pairs, "{name} for {service}, {situation}");
            assert_eq!(with.services, without.services, "{name} for {service}, {situation}");
            assert_eq!(with.clients, without.clients, "{name} for {service}, {situation}");
        }
    }
}

#[test]
fn a_command_that_no_tool_has_is_refused_if_a_knob_says_so() {
    let steps = [(ASKED, order("PromoteToMaster", "orders-dr"))];
    let outcome = run(&pair("promote_to_master: Refused", &steps, "80m"), 0);
    assert_eq!(outcome.orders[0].refusal, Some(Refusal::NoSuchCommand.words()));
}
