//! Logical slots in a failover: what a consumer is given again, and how young a slot is lost.
//!
//! Knows nothing of how slots are copied. Kept here: the phases of both jobs are drawn, each by
//! itself.

use std::sync::Arc;

use cutover::campaign::Campaign;
use cutover::kernel::{Instant, Position, Span};
use cutover::scenario::parse;
use cutover::sim::Sim;
use cutover::statistics::from_u64;

use super::agreement::{agree, mean_of, quantile_agrees, share_agrees, spread_agrees};
use super::stage::{Compared, campaign, metric, oracle, runs};

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
    let (mean, error) = mean_of(again.moments(), 1.0);
    agree("D01 mean", (mean - 5.0, error), oracle("D01", "mean"), false);
    // The kurtosis of a uniform law is 1.8.
    spread_agrees("D01 sd", (again.moments(), 1.0), 1.8, oracle("D01", "sd"));
    for (share, name) in [(0.5, "p50"), (0.95, "p95"), (0.99, "p99")] {
        quantile_agrees(name, again, share, oracle("D01", name) + 5.0);
    }
    let most = from_u64(again.most.expect("there are runs").0);
    assert!(most <= oracle("D01", "max") + 11.0, "{most}");
    // Whoever keeps its own position is given nothing again.
    let own = campaign("Business", "8m", &read("Own"));
    let tally = own.tally(0..runs(200, 1_000));
    assert_eq!(metric(&own, &tally, "slot_repeated_commits").sum, 0);
}

/// Returns in how many runs a slot is lost whose service loses its primary at an age of the slot.
/// Nobody reads from it, or writes.
fn lost(age: &str, copy: &str, count: u64) -> (u64, u64) {
    let one = campaign(
        "Business",
        "4m",
        &format!(
            r#"slots: [Slot(name: "cdc", service: "s", creates: "2m")],
            script: [At("{age}", Fault(HostDeath, Primary("s")))],
            tuning: Tuning(slot_dependency_period: "30s", slot_copy_period: "{copy}",
                replication_delay: "0s", detection_timeout: "10s"),"#
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
    from_u64(end.expect("it comes up").since(begins).as_micros()) / 1e6
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

/// A maintenance with which a consumer begins, so many MiB behind, that gains 19 MiB a second, and
/// that waits for it up to a limit.
fn maintained(backlog: u64, [writes, reads]: [&str; 2], limit: f64) -> Campaign {
    campaign(
        "Startup",
        "1d",
        &format!(
            r#"slots: [Slot(name: "cdc", service: "s")],
            clients: [
                Writer(name: "w", service: "s", writes_per_s: 1024, wal_per_commit: "1KiB"
                    {writes}),
                SlotConsumer(name: "c", service: "s", slot: "cdc", ack_every: "1s",
                    rate: "{reads}", begins: "{backlog}s"),
            ],
            script: [At("{backlog}s", Operator(Maintain, Service("s")))],
            tuning: Tuning(client_delay: "0s", local_flush: "0s", replication_delay: "0s",
                disk_size: "1TiB", node_build: "1s", database_size: "1MiB", redo_rate: "unlimited",
                stream_rate: "unlimited", restore_rate: "unlimited",
                slot_drain_limit: "{limit:.3}s"),"#
        ),
    )
}

/// Checks how many slots a maintenance loses, in every run.
fn loses(slots: u64, backlog: u64, rates: [&str; 2], limit: f64) {
    let one = maintained(backlog, rates, limit);
    let tally = one.tally(0..runs(4, 20));
    let lost = metric(&one, &tally, "lost_slots");
    assert!(lost.is_constant() && lost.least == Some(slots), "{backlog} MiB: {lost:?}");
}

#[test]
fn d08_a_maintenance_loses_the_slot_of_a_consumer_that_cannot_drain_in_time() {
    // The values of the oracle: 10 GiB drain in time, 40 GiB do not.
    for (backlog, lost) in [(10_240, 0), (40_960, 1)] {
        loses(lost, backlog, ["", "20MiB/s"], 1_800.0);
    }
    // Where the limit lies: what is written meanwhile is not waited for here, hence nothing is, and
    // the consumer gains 19 MiB a second. The servers take some seconds, and so does a copy.
    let critical = oracle("D08", "critical_backlog_mib");
    for (backlog, lost) in [(34_100_u32, 0), (34_700, 1)] {
        assert!((f64::from(backlog) / critical - 1.0).abs() < 0.015);
        loses(lost, u64::from(backlog), [&format!(r#", ends: "{backlog}s""#), "19MiB/s"], 1_800.0);
    }
}

#[test]
fn d08_a_maintenance_that_waits_as_long_as_a_backlog_takes_to_drain_keeps_the_slot() {
    for (backlog, name) in [(10_240, "drain_s_for_10_gib"), (40_960, "drain_s_for_40_gib")] {
        let drain = oracle("D08", name);
        let ends = format!(r#", ends: "{backlog}s""#);
        let arm = |share: f64| maintained(backlog, [&ends, "19MiB/s"], drain * share);
        // A hundredth less loses the slot in every run, a hundredth more in none.
        let count = runs(4, 20);
        let compared = Compared::new(vec![arm(0.99), arm(1.01), arm(2.0)], count);
        assert_eq!(compared.of(0, "lost_slots").least, Some(1), "{backlog} MiB");
        assert_eq!(compared.beyond_first(1, "lost_slots").sum, -i128::from(count), "{backlog} MiB");
        // Where there is time, the platform asks at the latest a minute after the last time. When
        // it begins to, the consumer has read for as long as new servers take to be there.
        let waited = compared.of(2, "slot_drain_time");
        let (least, most) = (waited.least.expect("runs"), waited.most.expect("runs").0);
        assert!(from_u64(least) / 1e6 > drain * 0.99, "{backlog} MiB: {waited:?}");
        assert!(from_u64(most) / 1e6 < drain + 65.0, "{backlog} MiB: {waited:?}");
    }
}
