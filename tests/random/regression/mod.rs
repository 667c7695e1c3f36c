//! Scenarios that once went wrong, as they were found.
//!
//! * `daemons`: those in which daemons decide; `slots`: those with logical slots.
//!
//! Knows nothing of what is checked. Kept here: each is a plain test whose name says what holds.

mod daemons;
mod slots;
mod switchovers;

use cutover::scenario::{Scenario, parse};
use cutover::sim;

use super::property;
use super::scenario::Case;

fn scenario(parts: &str) -> Scenario {
    let text = format!("Scenario(name: \"regression\", {parts})");
    let loaded = parse("regression.ron", &text);
    loaded.unwrap_or_else(|errors| panic!("{text} should be a scenario: {errors}")).scenario
}

/// Checks everything of a scenario, with the seed and the share of the run where it went wrong.
pub(crate) fn check(seed: u64, share: u64, parts: &str) {
    let case = Case { scenario: scenario(parts), seed, share };
    property::check(&case).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn reports_of_one_instant_come_in_one_order_whenever_they_were_planned() {
    check(
        0,
        0,
        r#"services: [
            Service(name: "orders", plan: Hobbyist),
            Service(name: "cart", plan: Hobbyist),
        ],
        tuning: Tuning(heartbeat_phase: "0s"),
        script: [
            At("0s", Fault(HostDeath, Node("cart-1"))),
            At("7m25.805027s", Fault(HostDeath, Primary("cart"))),
            At("7m25.805027s", Fault(HostDeath, Primary("orders"))),
        ],
        until: "31m""#,
    );
}

#[test]
fn a_candidate_that_is_too_slow_is_not_a_silent_primary() {
    let parts = r#"services: [Service(name: "orders", plan: Business)],
        tuning: Tuning(heartbeat_phase: "2.6s", promotion_overhead: "1m2s"),
        script: [At("1m59s", Fault(HostDeath, Primary("orders")))],
        until: "22m""#;
    check(0, 0, parts);
    let loaded = cutover::scenario::Loaded::from_scenario(scenario(parts));
    let outcome = sim::run(&loaded.expect("it is a scenario").setup, 0);
    let told: Vec<_> =
        outcome.services[0].promotions.iter().map(|one| (one.cause, one.rule)).collect();
    assert_eq!(told, [("failover", "promote-for-silent-primary")]);
    assert_eq!(outcome.services[0].marked_down.len(), 1, "the only candidate is not given up");
}

#[test]
fn an_order_without_delay_is_told_by_the_report_after_that_of_its_instant() {
    check(
        0,
        0,
        r#"services: [Service(name: "orders", plan: Business)],
        tuning: Tuning(heartbeat_phase: "0s", platform_delay: "0s"),
        script: [At("0s", Fault(HostDeath, Primary("orders")))],
        until: "1m""#,
    );
}

#[test]
fn a_node_that_has_died_is_not_heard_by_a_report_without_delay() {
    check(
        0,
        0,
        r#"services: [
            Service(name: "orders", plan: Hobbyist),
            Service(name: "cart", plan: Hobbyist),
            Service(name: "audit", plan: Business),
        ],
        tuning: Tuning(platform_delay: "0s"),
        script: [At("0s", Fault(HostDeath, Node("orders-1")))],
        until: "1m""#,
    );
}

#[test]
fn whom_a_new_node_follows_is_told_alike_whatever_becomes_of_it() {
    check(
        0,
        640,
        r#"services: [Service(name: "orders", plan: Premium)],
        clients: [Writer(name: "app", service: "orders", writes_per_s: 1, wal_per_commit: "1B")],
        tuning: Tuning(node_build: "59.959502s"),
        script: [
            At("1ms", Fault(HostDeath, Node("orders-1"))),
            At("1us", Fault(HostDeath, Node("orders-1"))),
            At("1m1.005001s", Fault(Hang, Primary("orders"))),
            At("2m44.4s", Fault(Hang, Standby("orders", 2))),
        ],
        until: "10m""#,
    );
}

#[test]
fn a_node_on_a_later_timeline_than_its_upstream_waits_for_another() {
    check(
        2_132_001_936_317_756_840,
        0,
        r#"services: [Service(name: "orders", plan: Business, region: "eu-west")],
        script: [
            At("0s", Fault(LinkCut, OneWay(Region("eu-west"), Platform))),
            At("1m0.004999s", Fault(LinkCut, OneWay(Node("orders-1"), Node("orders-2")))),
            At("1m0.004999s", Heal(LinkCut, OneWay(Region("eu-west"), Platform))),
            At("4m3.947438s", Fault(LinkCut, OneWay(Region("eu-west"), Platform))),
        ],
        until: "12m""#,
    );
}

#[test]
fn a_promotion_without_a_longest_time_bounds_no_rebuild() {
    check(
        0,
        0,
        r#"services: [Service(name: "orders", plan: Business)],
        tuning: Tuning(promotion_overhead: "exponential(1ms)"),
        script: [At("0s", Fault(HostDeath, Node("orders-1")))],
        until: "2m""#,
    );
}

#[test]
fn a_standby_is_due_later_when_the_only_candidate_was_too_slow() {
    check(
        0,
        0,
        r#"services: [Service(name: "orders", plan: Business)],
        tuning: Tuning(promotion_overhead: "59.991s"),
        script: [At("0s", Fault(HostDeath, Primary("orders")))],
        until: "12m""#,
    );
}

#[test]
fn a_connection_that_breaks_before_the_first_answer_ends_no_outage() {
    check(
        0,
        0,
        r#"services: [Service(name: "orders", plan: Hobbyist)],
        clients: [
            Writer(name: "dash", service: "orders", writes_per_s: 608, wal_per_commit: "1139B"),
            Writer(name: "etl", service: "orders", writes_per_s: 85, wal_per_commit: "12228B"),
        ],
        tuning: Tuning(redo_rate: "3883719B/s", client_delay: "362ms"),
        script: [
            At("11.017637s", Fault(HostDeath, Node("orders-1"))),
            At("5.596636s", Fault(ProcessCrash, Node("orders-1"))),
        ],
        until: "11.017637s""#,
    );
}

#[test]
fn a_failover_is_judged_by_the_silence_of_the_node_that_it_replaces() {
    check(
        0,
        0,
        r#"services: [Service(name: "orders", plan: Business)],
        tuning: Tuning(standby_timeout: "35s", heartbeat_phase: "0s"),
        script: [
            At("45.001s", Fault(Hang, Node("orders-1"))),
            At("1m10.999999s", Fault(HostDeath, Standby("orders", 1))),
        ],
        until: "2m""#,
    );
}

#[test]
fn a_standby_that_missed_the_new_primary_follows_it_as_soon_as_it_can_be_reached() {
    let parts = r#"services: [Service(name: "orders", plan: Premium)],
        clients: [Writer(name: "app", service: "orders", writes_per_s: 100)],
        tuning: Tuning(heartbeat_phase: "2s", fence_delay: "10s", archive_phase: "4m"),
        script: [
            At("60s", Fault(HostDeath, Primary("orders"))),
            At("100s", Fault(LinkCut, OneWay(Platform, Node("orders-2")))),
            At("150s", Heal(LinkCut, OneWay(Platform, Node("orders-2")))),
            At("200s", Fault(HostDeath, Primary("orders"))),
        ],
        until: "30m""#;
    check(0, 0, parts);
    let loaded = cutover::scenario::Loaded::from_scenario(scenario(parts));
    let outcome = sim::run(&loaded.expect("it is a scenario").setup, 0);
    let told: Vec<_> = outcome.services[0]
        .promotions
        .iter()
        .map(|one| (one.node.as_str(), one.timeline))
        .collect();
    assert_eq!(told, [("orders-3", 2), ("orders-2", 3)]);
}

#[test]
fn a_standby_left_behind_on_an_old_timeline_is_not_promoted() {
    let parts = r#"services: [Service(name: "orders", plan: Premium)],
        clients: [Writer(name: "app", service: "orders", writes_per_s: 100)],
        tuning: Tuning(heartbeat_phase: "2s", fence_delay: "10s", archive_phase: "4m"),
        script: [
            At("60s", Fault(HostDeath, Primary("orders"))),
            At("100s", Fault(LinkCut, OneWay(Platform, Node("orders-2")))),
            At("200s", Fault(HostDeath, Primary("orders"))),
            At("280s", Heal(LinkCut, OneWay(Platform, Node("orders-2")))),
        ],
        until: "30m""#;
    check(0, 0, parts);
    let loaded = cutover::scenario::Loaded::from_scenario(scenario(parts));
    let outcome = sim::run(&loaded.expect("it is a scenario").setup, 0);
    let promotions = &outcome.services[0].promotions;
    assert_eq!(promotions[1].cause, "restore");
    assert_eq!(promotions[1].candidates[0].why, "it is on an old timeline");
}

#[test]
fn a_new_node_that_never_reports_is_built_again() {
    let parts = r#"services: [Service(name: "orders", plan: Business)],
        script: [
            At("60s", Fault(HostDeath, Node("orders-2"))),
            At("200s", Fault(LinkCut, OneWay(Node("orders-3"), Platform))),
        ],
        until: "3h""#;
    let loaded = cutover::scenario::Loaded::from_scenario(scenario(parts));
    let outcome = sim::run(&loaded.expect("it is a scenario").setup, 0);
    let last = outcome.services[0].dns.last().expect("a name changed");
    assert_eq!(last.targets, ["orders-4"]);
}

#[test]
fn what_one_service_writes_is_no_reason_for_another_to_stay_without_a_standby() {
    let parts = r#"services: [
            Service(name: "orders", plan: Business),
            Service(name: "audit", plan: Hobbyist),
        ],
        clients: [
            Writer(name: "app", service: "orders", writes_per_s: 100),
            Writer(name: "log", service: "audit", writes_per_s: 1000, wal_per_commit: "64KiB"),
        ],
        script: [At("60s", Fault(HostDeath, Standby("orders", 1)))],
        until: "20m""#;
    let loaded = cutover::scenario::Loaded::from_scenario(scenario(parts));
    let outcome = sim::run(&loaded.expect("it is a scenario").setup, 0);
    let mut found = outcome.invariants.iter().filter(|one| one.id == "redundancy-restored");
    let verdict = found.next().map(|one| one.verdict);
    assert_eq!(verdict, Some(cutover::check::Verdict::Holds));
}

#[test]
fn a_standby_that_forgets_a_surplus_remembers_what_it_received_before() {
    // orders-3 has received everything and replayed nothing since 25 s; orders-2 is promoted with
    // what the archive has, two segments, which were written by 54.6 s.
    let parts = r#"services: [Service(name: "orders", plan: Premium)],
        clients: [
            Writer(name: "app", service: "orders", writes_per_s: 200, wal_per_commit: "3KiB"),
        ],
        tuning: Tuning(
            heartbeat_phase: "2s", archive_phase: "4m", fence_delay: "10s",
            standby_delay_max: "never",
        ),
        script: [
            At("25s", Fault(LongQuery, Node("orders-3"))),
            At("30s", Fault(LinkCut, Link(Node("orders-2"), Node("orders-1")))),
            At("60s", Fault(HostDeath, Primary("orders"))),
            At("85s", Fault(LinkCut, Link(Node("orders-3"), Platform))),
            At("125s", Heal(LinkCut, Link(Node("orders-3"), Platform))),
        ],
        until: "130s""#;
    let loaded = cutover::scenario::Loaded::from_scenario(scenario(parts));
    let setup = std::sync::Arc::new(loaded.expect("it is a scenario").setup);
    let mut sim = sim::Sim::new(setup, 0);
    sim.run();
    let node = &sim.world().nodes[2];
    assert!(!node.unfit, "it has replayed less than the new timeline shares");
    let kib = |at| node.received.at(cutover::kernel::Instant::from_micros(at)).lsn().get() >> 10;
    // 49.995 s x 600 KiB/s, and two segments of 16384 KiB.
    assert_eq!((kib(50_000_000), kib(124_000_000)), (29_997, 32_768));
}

#[test]
fn a_client_has_learned_of_a_change_when_its_cache_was_first_filled_after_it() {
    check(
        9_881_273_985_153_667_456,
        0,
        r#"services: [Service(name: "orders", plan: Business, region: "eu-west")],
        clients: [
            Writer(
                name: "app", service: "orders", writes_per_s: 1, wal_per_commit: "1B",
                begins: "1m47.092671s", ends: "37m8.547487s",
            ),
        ],
        tuning: Tuning(
            heartbeat_phase: "1.183s", dns_publish_delay: "10.595226s",
            resolver_cache: OnDemand, process_restart: "never",
        ),
        script: [Every("13.225s", Fault(ProcessCrash, Primary("orders")))],
        until: "1h24m59.651s""#,
    );
}

#[test]
fn a_standby_promoted_by_an_operator_unheard_does_not_replace_itself() {
    check(
        0,
        0,
        r#"services: [Service(name: "orders", plan: Business, region: "eu-west")],
        script: [
            At("4m16.324634s", Fault(LinkCut, OneWay(Standby("orders", 1), Everyone))),
            At("4m20.009999s", Operator(Promote, Standby("orders", 1))),
            At("3m26.004999s", Fault(HostDeath, Primary("orders"))),
        ],
        until: "5m""#,
    );
}

#[test]
fn a_restore_belongs_to_the_history_that_it_comes_from() {
    check(
        5_184_873_054_938_340_065,
        0,
        r#"services: [Service(name: "orders", plan: Business, region: "eu-west")],
        clients: [
            Writer(name: "app", service: "orders", writes_per_s: 1, wal_per_commit: "1B"),
        ],
        script: [At("0s", Fault(LinkCut, OneWay(Everyone, Platform)))],
        until: "1h4m""#,
    );
}

#[test]
fn clients_that_connect_at_one_instant_come_in_one_order() {
    check(
        5_426_414_029_656_067_798,
        0,
        r#"services: [
            Service(name: "orders", plan: Premium, region: "eu-west"),
            Service(name: "cart", plan: Hobbyist, region: "eu-west"),
        ],
        clients: [
            Writer(name: "app", service: "orders", writes_per_s: 219, wal_per_commit: "7279B",
                driver: Tuned),
            Writer(name: "web", service: "orders", writes_per_s: 24398, wal_per_commit: "12419B",
                driver: Tuned),
        ],
        tuning: Tuning(backend_linger: "1.827966s"),
        script: [Every("8m33.894s", Fault(ProcessCrash, Node("orders-1")))],
        until: "50m32.056966s""#,
    );
}

#[test]
fn a_primary_that_is_cut_off_from_the_archive_fills_its_disk_too() {
    check(
        0,
        0,
        r#"services: [Service(name: "orders", plan: Hobbyist, region: "eu-west")],
        clients: [
            Writer(name: "web", service: "orders", writes_per_s: 653, wal_per_commit: "338134B",
                driver: Tuned),
        ],
        script: [
            At("6m", Fault(UploadStall, Service("orders"))),
            At("0s", Fault(LinkCut, OneWay(Region("eu-west"), Everyone))),
        ],
        until: "6m""#,
    );
}

#[test]
fn a_standby_that_is_given_up_while_the_primary_is_restored_need_not_follow_it() {
    check(
        1_834_475_221_790_157_176,
        0,
        r#"services: [Service(name: "orders", plan: Business, region: "eu-west")],
        tuning: Tuning(fencing: Never),
        script: [
            At("0s", Fault(LinkCut, Link(Platform, Region("eu-west")))),
            At("57.92346s", Heal(LinkCut, Link(Platform, Region("eu-west")))),
        ],
        until: "22m59.13s""#,
    );
}
