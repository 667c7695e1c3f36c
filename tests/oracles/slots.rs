//! Logical slots in a failover: what a consumer is given again, and how young a slot is lost.
//!
//! Knows nothing of how slots are copied. Kept here: the phases of both jobs are drawn, each by
//! itself.

use std::sync::Arc;

use cutover::campaign::Accumulator;
use cutover::kernel::{Instant, Position, Span};
use cutover::scenario::parse;
use cutover::sim::Sim;

use super::stage::{agree, campaign, float, metric, oracle, quantile_agrees, runs, share_agrees};

/// Returns the parts of a scenario whose primary dies while a consumer reads from a slot.
fn read(start: &str) -> String {
    format!(
        r#"slots: [Slot(name: "cdc", service: "s")],
        clients: [
            Writer(name: "w", service: "s", writes_per_s: 1000),
            SlotConsumer(name: "c", service: "s", slot: "cdc", ack_every: "10ms",
                start: {start}),
        ],
        script: [At("uniform(2m, 4m)", Fault(HostDeath, Primary("s")))],
        tuning: Tuning(slot_copy_period: "5s",
            replication_delay: "0s", client_delay: "0s", local_flush: "0s"),"#
    )
}

#[test]
fn d01_a_consumer_is_given_again_what_it_had_since_the_last_copy_of_its_slot() {
    let one = campaign("Business", "8m", &read("Slot"));
    let count = runs(1_500, 12_000);
    let tally = one.tally(0..count);
    let again = metric(&one, &tally, "slot_repeated_commits");
    // A position is up to 10 ms old when it is confirmed: five of a thousand a second on average.
    let mean = again.moments().mean().expect("there are runs") - 5.0;
    let error = again.moments().standard_error().expect("there are runs");
    agree("D01 mean", mean, error, oracle("D01", "mean"), false);
    let spread = again.moments().variance().expect("there are runs").sqrt();
    let error = oracle("D01", "sd") * (0.2 / float(count)).sqrt();
    agree("D01 sd", spread, error, oracle("D01", "sd"), false);
    for (share, name) in [(0.5, "p50"), (0.95, "p95"), (0.99, "p99")] {
        quantile_agrees(name, again, share, oracle("D01", name) + 5.0);
    }
    let most = float(again.most.expect("there are runs").0);
    assert!(most <= oracle("D01", "max") + 11.0, "{most}");
    // Whoever keeps its own position is given nothing again.
    let own = campaign("Business", "8m", &read("Own"));
    let tally = own.tally(0..runs(200, 1_000));
    assert_eq!(metric(&own, &tally, "slot_repeated_commits").sum, 0);
}

/// Returns in how many runs a slot is lost whose service loses its primary at an age of the slot.
fn lost(age: &str, copy: &str, count: u64) -> (u64, u64) {
    let one = campaign(
        "Business",
        "8m",
        &format!(
            r#"slots: [Slot(name: "cdc", service: "s", creates: "2m")],
            clients: [
                Writer(name: "w", service: "s", writes_per_s: 100),
                SlotConsumer(name: "c", service: "s", slot: "cdc", ack_every: "100ms"),
            ],
            script: [At("{age}", Fault(HostDeath, Primary("s")))],
            tuning: Tuning(slot_dependency_period: "30s", slot_copy_period: "{copy}",
                replication_delay: "0s"),"#
        ),
    );
    let tally = one.tally(0..count);
    (metric(&one, &tally, "lost_slots").nonzero, count)
}

#[test]
fn d05_and_d06_a_new_slot_is_lost_until_both_jobs_have_seen_it() {
    for (id, copy, ages) in
        [("D05", "1ms", &[0_u32, 10, 15, 29, 30][..]), ("D06", "5s", &[10, 20, 30, 32, 35])]
    {
        for age in ages {
            let name = format!("p_lost_age{age}");
            let expected = oracle(id, &name);
            // A millisecond later: the slot comes first.
            let at = format!("{}.001s", 120 + age);
            // As many runs as it takes to know a share of so much to two in a hundred.
            let many = if expected < 0.05 {
                82_000
            } else if expected < 0.1 {
                29_000
            } else {
                4_000
            };
            let found = lost(&at, copy, runs(800, many));
            share_agrees(&format!("{id} {name}"), found, expected, false);
        }
        // A slot of any age up to a minute is lost for as much of it as it is exposed.
        let found = lost("uniform(2m, 3m)", copy, runs(2_000, 9_000));
        let exposed = oracle(id, "mean_exposed_s") / 60.0;
        share_agrees(&format!("{id} any age"), found, exposed, false);
        if id == "D05" {
            assert!((exposed - oracle(id, "p_lost_uniform_age_60")).abs() < 1e-12);
        }
    }
}

/// Returns how long a consumer of 20 MiB a second takes to come up with a writer of 1 MiB a second
/// that began so many seconds before it.
fn drained(begins: u64) -> f64 {
    let text = format!(
        r#"Scenario(name: "o", services: [Service(name: "s", plan: Business)],
            slots: [Slot(name: "cdc", service: "s")],
            clients: [
                Writer(name: "w", service: "s", writes_per_s: 1024, wal_per_commit: "1KiB"),
                SlotConsumer(name: "c", service: "s", slot: "cdc", ack_every: "1s",
                    rate: "20MiB/s", begins: "{begins}s"),
            ],
            tuning: Tuning(client_delay: "0s", local_flush: "0s", replication_delay: "0s",
                disk_size: "1TiB"),
            until: "1d")"#
    );
    let setup = Arc::new(parse("o.ron", &text).expect("it is valid").setup);
    let mut sim = Sim::without_notes(setup, 0);
    let begins = Instant::ZERO + Span::from_secs(begins);
    sim.run_until(begins + Span::from_secs(1));
    let world = sim.world();
    let reading = world.readings.last().expect("the consumer reads");
    let written = &world.branch(reading.branch).written;
    let end = reading.consumed.gap_within(written, Position::ZERO, begins);
    float(end.expect("it comes up").since(begins).as_micros()) / 1e6
}

#[test]
fn d08_a_backlog_drains_in_time_up_to_a_known_size() {
    // A second of writing is a MiB of backlog, and nothing is drawn. What a switchover waits for
    // may be less: a new server can have a slot that has come to where the server began.
    let critical = oracle("D08", "critical_backlog_mib");
    for (backlog, expected) in [
        (10_240, oracle("D08", "drain_s_for_10_gib")),
        (40_960, oracle("D08", "drain_s_for_40_gib")),
        (34_200, 1_800.0 * 34_200.0 / critical),
    ] {
        let found = drained(backlog);
        assert!((found - expected).abs() < 1e-5, "{backlog} MiB: {found} {expected}");
    }
}

/// Returns how many slots a maintenance loses whose consumer begins with it, so many MiB behind,
/// and reads so many a second.
fn given_up(backlog: u64, rate: u32, ends: &str) -> Accumulator {
    let one = campaign(
        "Startup",
        "1d",
        &format!(
            r#"slots: [Slot(name: "cdc", service: "s")],
            clients: [
                Writer(name: "w", service: "s", writes_per_s: 1024, wal_per_commit: "1KiB" {ends}),
                SlotConsumer(name: "c", service: "s", slot: "cdc", ack_every: "1s",
                    rate: "{rate}MiB/s", begins: "{backlog}s"),
            ],
            script: [At("{backlog}s", Operator(Maintain, Service("s")))],
            tuning: Tuning(client_delay: "0s", local_flush: "0s", replication_delay: "0s",
                disk_size: "1TiB", node_build: "1s", database_size: "1MiB", redo_rate: "unlimited",
                stream_rate: "unlimited", restore_rate: "unlimited", slot_drain_limit: "30m"),"#
        ),
    );
    let tally = one.tally(0..runs(4, 20));
    metric(&one, &tally, "lost_slots").clone()
}

#[test]
fn d08_a_maintenance_loses_the_slot_of_a_consumer_that_cannot_drain_in_time() {
    // The values of the oracle: 10 GiB drain in time, 40 GiB do not.
    for (backlog, lost) in [(10_240, 0), (40_960, 1)] {
        let slots = given_up(backlog, 20, "");
        assert!(slots.is_constant() && slots.least == Some(lost), "{backlog} MiB: {slots:?}");
    }
    // Where the limit lies: what is written meanwhile is not waited for here, hence nothing is, and
    // the consumer gains 19 MiB a second. The servers take some seconds, and so does a copy.
    let critical = oracle("D08", "critical_backlog_mib");
    for (backlog, lost) in [(34_100_u32, 0), (34_700, 1)] {
        assert!((f64::from(backlog) / critical - 1.0).abs() < 0.015);
        let ends = format!(r#", ends: "{backlog}s""#);
        let slots = given_up(u64::from(backlog), 19, &ends);
        assert!(slots.is_constant() && slots.least == Some(lost), "{backlog} MiB: {slots:?}");
    }
}
