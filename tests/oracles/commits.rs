//! Commits that come one by one, as a Poisson process: how many a failover loses, how many wait to
//! be shipped, how many a consumer is given again.
//!
//! Knows nothing of how commits are drawn. Kept here: every commit is one of a writer of a service,
//! and what is lost is lost in a failover.

use std::sync::Arc;

use cutover::campaign::{Accumulator, Campaign};
use cutover::kernel::{Instant, Span};
use cutover::model::ServiceId;
use cutover::scenario::parse;
use cutover::sim::Sim;
use cutover::statistics::from_u64;

use super::agreement::{
    agree, mean_agrees, mean_of, quantile_agrees, share_agrees, variance_agrees,
};
use super::stage::{at_least, campaign, metric, oracle, runs};

/// What nothing but a lag makes a failover lose, and a platform that is quick about it.
const LAGGING: &str = r#"in_flight_at_host_death: Lost, local_flush: "0s", client_delay: "0s",
    detection_timeout: "100ms", heartbeat_period: "10ms", platform_delay: "0s",
    promotion_overhead: "10ms""#;

/// Returns a service whose primary dies at that time, and whose writer makes 200 commits a second
/// from one time to another.
fn dying(lag: &str, begins: &str, at: &str, ends: &str) -> Campaign {
    campaign(
        "Business",
        "1s",
        &format!(
            r#"clients: [Writer(name: "w", service: "s", writes_per_s: 200, arrivals: Poisson,
                wal_per_commit: "1KiB", begins: "{begins}", ends: "{ends}")],
            script: [At("{at}", Fault(HostDeath, Primary("s")))],
            tuning: Tuning({LAGGING}, replication_delay: "{lag}"),"#
        ),
    )
}

/// Checks mean, variance and quantiles of what failovers lose.
fn losses_agree(id: &str, lost: &Accumulator, kurtosis: f64, quantiles: &[&str]) {
    mean_agrees(&format!("{id} mean"), lost, 1.0, oracle(id, "mean"), false);
    for name in quantiles {
        let share = name[1..].parse::<f64>().expect("it is a number") / 100.0;
        quantile_agrees(name, lost, share, oracle(id, name));
    }
    variance_agrees("variance", (lost.moments(), 1.0), kurtosis, oracle(id, "var"));
}

#[test]
fn c01_a_failover_loses_the_commits_of_its_lag_which_are_poisson() {
    let one = dying("50ms", "0s", "250ms", "251ms");
    let count = runs(3_000, 40_000);
    let tally = one.tally(0..count);
    let lost = metric(&one, &tally, "lost_commits");
    losses_agree("C01", lost, 3.1, &["p50", "p95", "p99"]);
    share_agrees("C01 20", (at_least(lost, 20), count), oracle("C01", "p_ge_20"), true);
}

#[test]
fn c01_a_failover_loses_nothing_as_rarely_as_nobody_commits_for_all_of_its_lag() {
    // Commits have no memory, so nobody commits in a lag as rarely as in its first half and, by
    // itself, in the other: half of the lag is lost where the writer has only begun then.
    let half = dying("50ms", "60ms", "85ms", "86ms");
    let count = runs(3_000, 70_000);
    let tally = half.tally(0..count);
    let none = count - at_least(metric(&half, &tally, "lost_commits"), 1);
    let share = from_u64(none) / from_u64(count);
    let error = 2.0 * share * (share / from_u64(count)).sqrt();
    agree("C01 none", (share * share, error), oracle("C01", "p_zero"), true);
}

/// Returns how many commits a standby lacked at each of many instants, a lag apart from each other:
/// what a failover at that instant would lose.
fn lags(seeds: u64, instants: u64) -> Accumulator {
    let text = format!(
        r#"Scenario(name: "o", services: [Service(name: "s", plan: Business)],
            clients: [Writer(name: "w", service: "s", writes_per_s: 200, arrivals: Poisson,
                wal_per_commit: "1KiB")],
            tuning: Tuning({LAGGING}, replication_delay: "50ms"), until: "60s")"#
    );
    let setup = Arc::new(parse("o.ron", &text).expect("it is valid").setup);
    let mut all = Accumulator::default();
    for seed in 0..seeds {
        let mut sim = Sim::without_notes(Arc::clone(&setup), seed);
        for turn in 0..instants {
            let now = Instant::ZERO + Span::from_millis(50) * (turn + 2);
            sim.run_until(now);
            let (world, service) = (sim.world(), ServiceId(0));
            let primary = world.service(service).primary;
            let standby = world.existing(service).find(|node| node.id != primary);
            let received = standby.expect("there is a standby").received.at(now).lsn();
            let written = world.output(primary).at(now).lsn();
            let missing = (written.get() - received.get()) / 1_024;
            all.record(seed * instants + turn, Some(missing));
        }
    }
    all
}

#[test]
fn c01_what_a_lag_holds_at_any_instant_is_poisson_into_its_tails() {
    let lags = lags(runs(20, 2_250), 1_000);
    let all = lags.count;
    mean_agrees("C01 mean", &lags, 1.0, oracle("C01", "mean"), false);
    share_agrees("C01 20", (at_least(&lags, 20), all), oracle("C01", "p_ge_20"), false);
    share_agrees("C01 none", (all - at_least(&lags, 1), all), oracle("C01", "p_zero"), true);
}

#[test]
fn c02_a_failover_after_an_exponential_lag_loses_a_geometric_number_of_commits() {
    let one = dying("exponential(50ms)", "0s", "450ms", "451ms");
    let count = runs(3_000, 200_000);
    let tally = one.tally(0..count);
    let lost = metric(&one, &tally, "lost_commits");
    losses_agree("C02", lost, 9.0, &["p99"]);
    share_agrees("C02 46", (at_least(lost, 46), count), oracle("C02", "p_ge_46"), false);
    share_agrees("C02 none", (count - at_least(lost, 1), count), oracle("C02", "p_zero"), false);
}

#[test]
fn c05_commits_wait_in_a_queue_of_constant_shipping() {
    // A commit of 1,000 bytes takes a millisecond on a link of a million bytes a second. At the
    // death the standby lacks those that wait, and the one that is being shipped.
    let one = campaign(
        "Business",
        "4s",
        &format!(
            r#"clients: [Writer(name: "w", service: "s", writes_per_s: 800, arrivals: Poisson,
                wal_per_commit: "1000B", ends: "2001ms")],
            script: [At("2s", Fault(HostDeath, Primary("s")))],
            tuning: Tuning({LAGGING}, replication_delay: "0s",
                replication_goodput: "1000000B/s"),"#
        ),
    );
    let tally = one.tally(0..runs(400, 6_000));
    let waiting = metric(&one, &tally, "lost_commits");
    mean_agrees("C05 length", waiting, 1.0, oracle("C05", "mean"), false);
    // Whoever commits at any instant waits for what is not shipped yet, and then for itself.
    let unshipped = metric(&one, &tally, "lost_bytes").moments();
    let (delay, error) = mean_of(unshipped, 1e6);
    agree("C05 delay", (delay + 1e-3, error), oracle("C05", "mean_delay_s"), false);
}

/// Returns how many events a consumer is given again whose primary dies at a time.
fn given_again(begins: &str, at: &str, ends: &str, phase: &str, count: u64) -> Accumulator {
    let one = campaign(
        "Business",
        "2m",
        &format!(
            r#"slots: [Slot(name: "cdc", service: "s")],
            clients: [
                Writer(name: "w", service: "s", writes_per_s: 1000, arrivals: Poisson,
                    begins: "{begins}", ends: "{ends}"),
                SlotConsumer(name: "c", service: "s", slot: "cdc", ack_every: "1us"),
            ],
            script: [At("{at}", Fault(HostDeath, Primary("s")))],
            tuning: Tuning(slot_copy_period: "5s", {phase} slot_dependency_period: "1s",
                replication_delay: "0s", client_delay: "0s", local_flush: "0s",
                detection_timeout: "1s", heartbeat_period: "100ms", platform_delay: "0s"),"#
        ),
    );
    let tally = one.tally(0..count);
    metric(&one, &tally, "slot_repeated_commits").clone()
}

#[test]
fn d02_a_consumer_of_a_poisson_stream_is_given_again_what_came_since_the_last_copy() {
    let again = given_again("12s", "18s", "18001ms", "", runs(300, 2_600));
    mean_agrees("D02 mean", &again, 1.0, oracle("D02", "mean"), false);
    // The kurtosis of a uniform law is 1.8.
    variance_agrees("D02 variance", (again.moments(), 1.0), 1.8, oracle("D02", "var"));
    // Nothing came, if ever, in the first hundredth of a second after the copy at 18 s: one of 500
    // such moments.
    let phase = r#"slot_copy_phase: "3s","#;
    let (begins, at) = ("17.9s", "uniform(18s, 18.01s)");
    let soon = given_again(begins, at, "18.1s", phase, runs(600, 4_000));
    let none = (soon.count - at_least(&soon, 1), soon.count);
    let expected = oracle("D02", "p_zero") * 500.0;
    share_agrees("D02 none", none, expected, true);
}
