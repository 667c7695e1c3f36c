//! What holds whatever goes wrong: commits are neither made up nor forgotten.
//!
//! Knows nothing of what a fault does. Kept here: the parts of an outcome agree with each other.

use cutover::scenario::parse;
use cutover::sim::run;
use proptest::prelude::*;

use crate::config;

/// Returns a step of a script, and its heal if it can be healed.
fn outage() -> impl Strategy<Value = String> {
    let node = prop::sample::select(vec![
        r#"Primary("orders")"#,
        r#"Node("orders-1")"#,
        r#"Node("orders-2")"#,
        r#"Standby("orders", 1)"#,
    ]);
    let other = prop::sample::select(vec!["Everyone", "Platform", r#"Client("app")"#]);
    let fault = (node, other, 0..5_u8).prop_map(|(node, other, kind)| match kind {
        0 => (format!("HostDeath, {node}"), false),
        1 => (format!("ProcessCrash, {node}"), false),
        2 => (format!("Hang, {node}"), true),
        3 => (format!("LinkCut, OneWay({node}, {other})"), true),
        _ => (format!("LinkCut, Link({node}, {other})"), true),
    });
    (fault, 1..200_000_u64, prop::option::of(1..200_000_u64)).prop_map(
        |((fault, heals), at_ms, healed_after)| {
            let step = format!(r#"At("{at_ms}ms", Fault({fault})), "#);
            match healed_after.filter(|_| heals) {
                Some(later) => format!(r#"{step}At("{}ms", Heal({fault})), "#, at_ms + later),
                None => step,
            }
        },
    )
}

/// Returns scenarios in which anything goes wrong.
fn chaos() -> impl Strategy<Value = String> {
    let plan = prop::sample::select(vec!["Business", "Premium"]);
    let fencing = prop::sample::select(vec!["OnContact", "AtOnce", "Never"]);
    let restart = prop::sample::select(vec!["never", "0s", "2s", "70s"]);
    let flight = prop::sample::select(vec!["Lost", "Delivered"]);
    let reply = prop::sample::select(vec!["never", "10s"]);
    let stances = (plan, fencing, restart, flight, reply);
    let numbers = (1..500_u64, 1..5_000_u64, 0..1_000_u64, 1..1_000_000_u64, 0..100_000_u64);
    (stances, numbers, prop::collection::vec(outage(), 1..6)).prop_map(
        |((plan, fencing, restart, flight, reply), numbers, steps)| {
            let (writes, wal, delay, goodput, buffer) = numbers;
            format!(
                r#"Scenario(
                    name: "chaos",
                    services: [Service(name: "orders", plan: {plan})],
                    clients: [
                        Writer(
                            name: "app", service: "orders", writes_per_s: {writes},
                            wal_per_commit: "{wal}B",
                        ),
                        Writer(name: "job", service: "orders", writes_per_s: 7, ends: "4m"),
                    ],
                    tuning: (
                        fencing: {fencing}, process_restart: "{restart}", reply_timeout: "{reply}",
                        in_flight_at_host_death: {flight}, replication_delay: "{delay}ms",
                        replication_goodput: "{goodput}B/s", send_buffer: "{buffer}B",
                    ),
                    script: [{steps}],
                    until: "10m",
                )"#,
                steps = steps.concat(),
            )
        },
    )
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_was_acknowledged_survives_or_is_lost(text in chaos(), seed in 0..100_u64) {
        let loaded = parse("chaos.ron", &text).expect("the scenario is valid");
        let outcome = run(&loaded.setup, seed);
        let service = &outcome.services[0];
        let loss = &service.loss;
        prop_assert_eq!(loss.acked_commits, loss.surviving_commits + loss.lost_commits);
        let told: u64 = outcome.clients.iter().map(|client| client.acked_commits).sum();
        prop_assert_eq!(loss.acked_commits, told);
        let ranges: u64 = loss.ranges.iter().map(|range| range.acked_commits).sum();
        prop_assert_eq!(loss.lost_commits, ranges);
        let bytes = loss.ranges.iter().map(|range| range.to_lsn.get() - range.from_lsn.get());
        prop_assert_eq!(loss.lost_bytes, bytes.sum::<u64>());
        prop_assert!(loss.lost_commits <= loss.divergent_commits);
        prop_assert!(!service.promotions.is_empty() || loss.lost_bytes == 0);
    }
}
