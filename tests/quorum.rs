//! Quorum commit does what was measured on real servers, and its arithmetic agrees with itself.
//!
//! Knows nothing of how the simulator works: a case is a scenario and the public outcome of its
//! runs. Kept here: each scenario states what its case was measured with.

use cutover::check::Verdict;
use cutover::knob::Mutant;
use cutover::scenario::{Loaded, parse};
use cutover::sim::{Outcome, run};

/// Each run is repeated with these seeds.
const SEEDS: std::ops::Range<u64> = 0..16;

/// Returns a Premium service with a writer of 100 commits a second under quorum commit.
fn premium(tuning: &str, script: &str, until: &str) -> Loaded {
    premium_with("", tuning, script, until)
}

fn premium_with(writer: &str, tuning: &str, script: &str, until: &str) -> Loaded {
    let text = format!(
        r#"Scenario(
            name: "quorum",
            services: [Service(name: "orders", plan: Premium)],
            clients: [Writer(
                name: "app", service: "orders", writes_per_s: 100, wal_per_commit: "298B", {writer}
            )],
            tuning: Tuning(commit_mode: Quorum, {tuning}),
            script: [{script}],
            until: "{until}",
        )"#
    );
    parse("quorum.ron", &text).expect("the scenario is valid")
}

/// The link to the third node takes 100 ms in place of 5 ms.
const FAR_STANDBY: &str = r#"At("1s", Fault(
    SlowLink(delay: "95ms", goodput: "100MB/s"), Link(Node("orders-1"), Node("orders-3"))
)),"#;

/// Returns how long the last acknowledged commit waited, in microseconds.
fn latency(loaded: &Loaded) -> u64 {
    run(&loaded.setup, 0).services[0].sessions[0].latency.as_micros()
}

#[test]
fn a_commit_waits_for_the_kth_smallest_round_trip_as_was_measured() {
    // Standbys 5 ms and 100 ms away, one way; seen 1.7 ms, 12.4 ms and 204.6 ms, each within 6 ms.
    let with = |tuning| latency(&premium(tuning, FAR_STANDBY, "30s"));
    let within = |found: u64, seen: u64| found.abs_diff(seen) <= 6_000;
    let (any_1, any_2) = (with("quorum_size: One"), with("quorum_size: All"));
    assert!(within(any_1, 12_400), "ANY 1 takes {any_1} us");
    assert!(within(any_2, 204_600), "ANY 2 takes {any_2} us");
    let own = "parts: (synchronous_commit: Local)";
    let local = latency(&premium_with(own, "", FAR_STANDBY, "30s"));
    assert!(within(local, 1_700), "a commit that waits for nobody takes {local} us");
}

/// Returns a run in which a service that waits for all its standbys gets another plan.
fn replanned(from: &str, to: &str) -> Outcome {
    let text = format!(
        r#"Scenario(
            name: "replanned",
            services: [Service(name: "orders", plan: {from})],
            clients: [Writer(name: "app", service: "orders", writes_per_s: 1)],
            tuning: Tuning(commit_mode: Quorum, quorum_size: All),
            script: [
                At("1s", Operator(ChangePlan({to}), Service("orders"))),
                At("15m", Fault(
                    SlowLink(delay: "95ms", goodput: "100MB/s"),
                    Link(Node("orders-1"), Node("orders-3")),
                )),
            ],
            until: "20m",
        )"#
    );
    run(&parse("replanned.ron", &text).expect("the scenario is valid").setup, 0)
}

#[test]
fn what_commits_wait_for_follows_the_plan_and_nobody_waits_for_a_standby_that_is_not_there() {
    for (from, to, slow) in [
        ("Premium", "Hobbyist", false),
        ("Premium", "Business", false),
        ("Business", "Hobbyist", false),
        ("Hobbyist", "Business", false),
        ("Hobbyist", "Premium", true),
        ("Business", "Premium", true),
    ] {
        let outcome = replanned(from, to);
        assert_eq!(outcome.clients[0].outages, [], "{from} to {to}");
        // The link to the third node is slow by the end, if there is one.
        let latency = outcome.services[0].sessions[0].latency.as_micros();
        assert_eq!(latency > 190_000, slow, "{from} to {to}: {latency} us");
    }
}

/// Returns what is lost when the primary ends by a fault and a standby is promoted.
fn lost(size: &str, fault: &str, mutant: Option<Mutant>, seed: u64) -> Outcome {
    let tuning = format!(r#"quorum_size: {size}, process_restart: "never""#);
    let script = format!(r#"{FAR_STANDBY} At("60s", Fault({fault})),"#);
    let mut setup = premium(&tuning, &script, "5m").setup;
    setup.knobs.mutant = mutant;
    run(&setup, seed)
}

const DEATH: &str = r#"ProcessCrash, Node("orders-1")"#;
const CUT: &str = r#"LinkCut, Link(Node("orders-1"), Everyone)"#;

fn promoted(outcome: &Outcome) -> &str {
    &outcome.services[0].promotions[0].node
}

#[test]
fn any_2_of_2_loses_nothing_even_if_the_least_advanced_is_promoted() {
    for fault in [DEATH, CUT] {
        for seed in SEEDS {
            let outcome = lost("All", fault, Some(Mutant::PromoteLaggard), seed);
            assert_eq!(outcome.services[0].loss.lost_commits, 0, "{fault}, seed {seed}");
        }
    }
}

#[test]
fn any_1_loses_nothing_if_the_most_advanced_is_promoted() {
    for fault in [DEATH, CUT] {
        for seed in SEEDS {
            let outcome = lost("One", fault, None, seed);
            // After a process death both standbys have everything, and the name decides.
            let furthest = if fault == CUT { "orders-2" } else { "orders-3" };
            assert_eq!(promoted(&outcome), furthest);
            assert_eq!(outcome.services[0].loss.lost_commits, 0, "{fault}, seed {seed}");
        }
    }
}

#[test]
fn any_1_loses_on_a_cut_wire_and_not_after_a_process_death_if_the_least_advanced_is_promoted() {
    for seed in SEEDS {
        let cut = lost("One", CUT, Some(Mutant::PromoteLaggard), seed);
        assert_eq!(promoted(&cut), "orders-3");
        // Acknowledged within 12 ms, received within 100 ms: some nine commits.
        assert!((8..=9).contains(&cut.services[0].loss.lost_commits));
        let broken = cut.invariants.iter().find(|one| one.id == "quorum-commit-survives");
        assert_eq!(broken.map(|one| one.verdict), Some(Verdict::Violated));
        let death = lost("One", DEATH, Some(Mutant::PromoteLaggard), seed);
        assert_eq!(death.services[0].loss.lost_commits, 0, "seed {seed}");
    }
}

#[test]
fn a_client_that_turns_it_off_is_exposed_and_no_promise_is_broken() {
    let script = format!(r#"{FAR_STANDBY} At("60s", Fault({CUT})),"#);
    let own = "parts: (synchronous_commit: Local)";
    let tuning = r#"replication_delay: "50ms""#;
    let outcome = run(&premium_with(own, tuning, &script, "5m").setup, 0);
    // Acknowledged after 2 ms, received by the nearer standby after 50 ms.
    assert!((4..=5).contains(&outcome.services[0].loss.lost_commits));
    let judged = outcome.invariants.iter().find(|one| one.id == "quorum-commit-survives");
    assert_eq!(judged.map(|one| one.verdict), Some(Verdict::Vacuous));
}

#[test]
fn remote_apply_stalls_while_replay_is_held_and_on_does_not() {
    let held = |level: &str, size: &str| {
        let tuning = format!("quorum_level: {level}, quorum_size: {size}");
        let script = r#"At("60s", Fault(LongQuery, Standby("orders", 1))),"#;
        let outcome = run(&premium(&tuning, script, "3m").setup, 0);
        let outages = &outcome.clients[0].outages;
        outages
            .iter()
            .map(|one| one.end.expect("it ended").since(one.start).as_micros())
            .sum::<u64>()
    };
    assert_eq!(held("On", "All"), 0_u64);
    // A query holds replay up for 30 s before the standby cancels it.
    let stalled = held("RemoteApply", "All");
    assert!((30_000_000..30_100_000).contains(&stalled), "stalled for {stalled} us");
    assert_eq!(held("RemoteApply", "One"), 0, "the other standby replays");
}

#[test]
fn a_standby_that_thaws_releases_what_waited_and_nothing_is_lost() {
    let script = r#"
        At("60s", Fault(Hang, Standby("orders", 1))), At("75s", Heal(Hang, Node("orders-2"))),
        At("60s", Fault(Hang, Standby("orders", 2))),"#;
    let script =
        script.replace(r#"Heal(Hang, Node("orders-2"))"#, r#"Heal(Hang, Standby("orders", 1))"#);
    let outcome = run(&premium("", &script, "100s").setup, 0);
    let outage = &outcome.clients[0].outages[0];
    let lasted = outage.end.expect("it ended").since(outage.start).as_micros();
    // From 60 s to 75 s, and the time until the standby finds its upstream again.
    assert!((15_000_000..27_000_000).contains(&lasted), "it lasted {lasted} us");
    assert_eq!(outcome.services[0].loss.lost_commits, 0);
    assert_eq!(outcome.services[0].loss.acked_with_warning_commits, 0);
}

#[test]
fn a_crash_while_commits_wait_leaves_them_committed_and_their_clients_in_doubt() {
    let script = r#"
        At("60s", Fault(LinkCut, Link(Node("orders-1"), Node("orders-2")))),
        At("60s", Fault(LinkCut, Link(Node("orders-1"), Node("orders-3")))),
        At("70s", Fault(ProcessCrash, Node("orders-1"))),
        At("90s", Heal(LinkCut, Link(Node("orders-1"), Node("orders-2")))),"#;
    let outcome = run(&premium("", script, "3m").setup, 0);
    let loss = &outcome.services[0].loss;
    // Commits of 59.99 s and 60 s wait when the server crashes: nobody is told, both stay.
    assert_eq!((loss.lost_commits, loss.in_doubt_commits), (0, 2));
    assert!(outcome.services[0].promotions.is_empty());
}
