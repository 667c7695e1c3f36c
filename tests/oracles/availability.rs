//! Nodes that fail and are repaired: means, counts, chances of a good year, rare double failures.
//!
//! Knows nothing of clients. Kept here: knobs without a part in an oracle are set to nothing.

use std::sync::Arc;

use cutover::campaign::run_weight;
use cutover::kernel::Instant;
use cutover::scenario::parse;
use cutover::sim::{Outcome, Sim};
use cutover::statistics::Weighted;

use super::stage::{
    agree, campaign, float, mean_agrees, mean_of, metric, oracle, quantile_agrees, runs,
    share_agrees,
};

const YEAR: f64 = 31_536_000.0;
const MONTH: f64 = 2_592_000.0;
const SECOND: f64 = 1e6;

/// One node with up times of 4380 h on average that comes back by itself after half an hour.
const REPAIRED: &str = r#"
    failures: [Failure(name: "f", fault: PowerLoss, strikes: EachNode("s"),
        occurs: Every("exponential(182d12h)"), lasts: "exponential(30m)")],
    tuning: Tuning(detection_timeout: "4000d", standby_timeout: "4000d", host_boot: "0s",
        platform_delay: "0s"),"#;

#[test]
fn a01_and_a02_one_node_is_down_as_long_as_its_repairs_take() {
    let year = campaign("Startup", "365d", REPAIRED);
    let tally = year.tally(0..runs(4_000, 8_000));
    let down = metric(&year, &tally, "primary_downtime");
    mean_agrees("A02 downtime", down, SECOND, oracle("A02", "mean_downtime_s"), false);
    let interval = 1.0 - oracle("A02", "mean_downtime_s") / YEAR;
    assert!((interval - oracle("A02", "interval_availability")).abs() < 1e-12);
    // Ten years begin up as well, which is worth a fortieth of a second a year.
    let decade = campaign("Startup", "3650d", REPAIRED);
    let tally = decade.tally(0..runs(400, 800));
    let down = metric(&decade, &tally, "primary_downtime");
    let expected = oracle("A01", "downtime_s_per_year");
    mean_agrees("A01 downtime", down, SECOND * 10.0, expected, false);
    assert!((1.0 - expected / YEAR - oracle("A01", "availability")).abs() < 1e-12);
    assert!((1.0 / 8_761.0 - oracle("A01", "unavailability")).abs() < 1e-15);
}

#[test]
fn a02_an_hour_after_the_start_the_node_is_down_with_the_known_chance() {
    let text = format!(
        r#"Scenario(name: "o", services: [Service(name: "s", plan: Startup)], {REPAIRED}
            until: "1h")"#
    );
    let setup = Arc::new(parse("o.ron", &text).expect("it is valid").setup);
    let count = runs(50_000, 1_050_000);
    let down = |seed: &u64| {
        let mut sim = Sim::without_notes(setup.clone(), *seed);
        sim.run();
        sim.outcome().services[0].no_primary.last().is_some_and(|last| last.end.is_none())
    };
    let down = (0..count).filter(down).count();
    let expected = 1.0 - oracle("A02", "point_availability_1h");
    let down = u64::try_from(down).expect("it is small");
    share_agrees("A02 at one hour", (down, count), expected, true);
}

#[test]
fn a03_failures_of_a_node_that_is_repaired_at_once_are_poisson() {
    let year = campaign(
        "Startup",
        "365d",
        r#"failures: [Failure(name: "f", fault: ProcessCrash, strikes: EachNode("s"),
            occurs: Every("exponential(182d12h)"))],
        tuning: Tuning(process_restart: "0s", backend_linger: "0s"),"#,
    );
    let count = runs(10_000, 160_000);
    let tally = year.tally(0..count);
    let faults = metric(&year, &tally, "faults");
    let from = |least: u16| faults.buckets.range(least..).map(|(_, many)| *many).sum::<u64>();
    share_agrees("A03 none", (count - from(1), count), oracle("A03", "p_zero"), false);
    share_agrees("A03 three", (from(3), count), oracle("A03", "p_ge_3"), false);
    share_agrees("A03 six", (from(6), count), oracle("A03", "p_ge_6"), false);
}

#[test]
fn a04_a_year_keeps_its_promise_with_the_known_chance() {
    let targets = [
        ("31536", "p_meet_99_9"),
        ("15768", "p_meet_99_95"),
        ("3153.6", "p_meet_99_99"),
        ("315.36", "p_meet_99_999"),
    ];
    let wanted = targets.map(|(budget, _)| {
        format!(r#"Chance(metric: "primary_downtime", at_most: "{budget}s", at_least: "1%")"#)
    });
    let wanted = wanted.join(", ");
    let year = campaign("Startup", "365d", &format!("{REPAIRED} targets: [{wanted}],"));
    let count = runs(4_000, 15_000);
    let tally = year.tally(0..count);
    for ((_, name), within) in targets.iter().zip(&tally.within) {
        share_agrees(name, (*within, count), oracle("A04", name), false);
    }
}

#[test]
fn a06_a_single_node_comes_back_from_its_backup_as_late_as_the_backup_is_old() {
    let one = campaign(
        "Startup",
        "2h",
        r#"clients: [Writer(name: "w", service: "s", writes_per_s: 1024, wal_per_commit: "1KiB")],
        script: [At("uniform(10m, 20m)", Fault(HostDeath, Primary("s")))],
        tuning: Tuning(detection_timeout: "60s", heartbeat_period: "10ms", platform_delay: "0s",
            node_build: "180s", database_size: "100GiB", disk_size: "2TiB",
            restore_rate: "100MiB/s", wal_before_start: "1MiB/s", redo_rate: "50MiB/s",
            wal_segment: "64KiB", promotion_overhead: "0s", history_upload: "0s"),"#,
    );
    let tally = one.tally(0..runs(3_000, 6_000));
    let down = metric(&one, &tally, "primary_downtime");
    mean_agrees("A06 mean", down, SECOND, oracle("A06", "mean_outage_s"), false);
    quantile_agrees("A06 p95", down, 0.95, oracle("A06", "p95_outage_s") * SECOND);
    let spread = down.moments().variance().expect("there are runs").sqrt() / SECOND;
    // The kurtosis of a uniform law is 1.8.
    let error = oracle("A06", "sd_outage_s") * (0.8 / 4.0 / float(down.count)).sqrt();
    agree("A06 sd", spread, error, oracle("A06", "sd_outage_s"), false);
    let most = float(down.most.expect("there are runs").0) / SECOND;
    assert!(most <= oracle("A06", "max_outage_s") + 0.1, "{most}");
    let (up, mean) = (YEAR / 2.0, oracle("A06", "mean_outage_s"));
    assert!((up / (up + mean) - oracle("A06", "availability")).abs() < 1e-12);
    let yearly = (1.0 - oracle("A06", "availability")) * YEAR;
    assert!((yearly - oracle("A06", "downtime_s_per_year")).abs() < 1e-6);
}

#[test]
fn a08_the_only_survivor_fails_during_a_rebuild_with_the_known_chance() {
    let window = |until: &str| {
        campaign(
            "Startup",
            until,
            r#"failures: [Failure(name: "f", fault: ProcessCrash,
            strikes: EachNode("s"), occurs: Every("exponential(182d12h)"))],"#,
        )
    };
    for (until, name, many) in [("1h", "p_1h", 600_000), ("12h", "p_12h", 60_000)] {
        let one = window(until);
        let count = runs(30_000, many);
        let tally = one.tally(0..count);
        let failed = metric(&one, &tally, "faults").nonzero;
        share_agrees(name, (failed, count), oracle("A08", name), true);
    }
}

/// Returns how long all nodes, and how long some node, of a run were down, by its faults alone.
fn down_together(outcome: &Outcome, nodes: usize) -> (f64, f64) {
    let (mut down, mut since, mut all, mut some) = (0_usize, Instant::ZERO, 0.0, 0.0);
    let ends = outcome.faults.iter().map(|one| (one.at, Some(one.healed)));
    for (at, healed) in ends.chain([(outcome.until, None)]) {
        let length = float(at.since(since).as_micros()) / SECOND;
        all += if down == nodes { length } else { 0.0 };
        some += if down > 0 { length } else { 0.0 };
        since = at;
        match healed {
            Some(true) => down -= 1,
            Some(false) => down += 1,
            None => {}
        }
    }
    (all, some)
}

#[test]
fn a09_all_nodes_are_down_together_as_rarely_as_the_birth_and_death_of_failures_says() {
    let rho = 0.5 / 4_380.0;
    for (plan, nodes, bias, own, crew, some, many) in [
        (
            "Business",
            2_usize,
            3_000_u32,
            "p_all_down_2_own",
            "p_all_down_2_one_crew",
            "p_some_down_2_own",
            20_000,
        ),
        (
            "Premium",
            3,
            1_500,
            "p_all_down_3_own",
            "p_all_down_3_one_crew",
            "p_some_down_3_own",
            160_000,
        ),
    ] {
        let power = u32::try_from(nodes).expect("it is small");
        let each: f64 = rho / (1.0 + rho);
        let expected = oracle("A09", own);
        assert!((each.powi(i32::try_from(power).expect("small")) / expected - 1.0).abs() < 1e-9);
        // With one crew, k nodes are down as n!/(n-k)! times rho to the k.
        let weights = [
            1.0,
            f64::from(power) * rho,
            f64::from(power * (power - 1)) * rho.powi(2),
            f64::from(power * (power - 1) * (power - 2)) * rho.powi(3),
        ];
        let queue = weights[nodes] / weights.iter().sum::<f64>();
        assert!((queue / oracle("A09", crew) - 1.0).abs() < 1e-9);
        let text = format!(
            r#"Scenario(name: "o", services: [Service(name: "s", plan: {plan})], {REPAIRED}
                until: "365d")"#
        );
        let plain = Arc::new(parse("o.ron", &text).expect("it is valid").setup);
        // A month is enough for what is rare: all nodes are up at its start, and that is forgotten
        // within the hour.
        let month = text.replace("365d", "30d");
        let mut setup = parse("o.ron", &month).expect("it is valid").setup;
        setup.failure_bias = bias;
        let hurried = Arc::new(setup);
        let (mut all, mut any) = (Vec::new(), Vec::new());
        for seed in 0..runs(5_000, many) {
            let mut sim = Sim::without_notes(hurried.clone(), seed);
            sim.run();
            let outcome = sim.outcome();
            let mut one = Weighted::default();
            one.hit(run_weight(bias, outcome.hurry));
            all.push(one.estimate() * down_together(&outcome, nodes).0 / MONTH);
        }
        for seed in 0..runs(3_000, 8_000) {
            let mut sim = Sim::without_notes(plain.clone(), seed);
            sim.run();
            any.push(down_together(&sim.outcome(), nodes).1 / YEAR);
        }
        let (mean, error) = mean_of(&all);
        agree(own, mean, error, expected, true);
        let (mean, error) = mean_of(&any);
        agree(some, mean, error, oracle("A09", some), false);
    }
}

/// Hosts that die after this time on average and are replaced within an hour.
pub(crate) fn deaths(mean: &str, timeout: &str, standby: &str) -> String {
    format!(
        r#"failures: [Failure(name: "f", fault: HostDeath, strikes: EachNode("s"),
            occurs: Every("exponential({mean})"))],
        tuning: Tuning(detection_timeout: "{timeout}", standby_timeout: "{standby}",
            heartbeat_period: "10ms", platform_delay: "0s", node_build: "3600s",
            build_patience: "3h", database_size: "1B", restore_rate: "unlimited",
            promotion_overhead: "5s", history_upload: "0s", local_flush: "0s"),"#
    )
}

/// The chain of oracle A12 with so many failures of a node a year and the times of a system: yearly
/// downtime, failovers, total losses and the shares of time with full redundancy and without a
/// standby.
pub(crate) fn chain(yearly: f64, [failover, standby, rebuild, restore]: [f64; 4]) -> [f64; 5] {
    let rate = yearly / YEAR;
    let survives = |time: f64| (-rate * time).exp();
    let held = |time: f64| (1.0 - survives(time)) / rate;
    let (first, second) = (0.5, 0.5);
    // Visits for each visit of the whole service; the rebuild is visited until it succeeds.
    let rebuilds = 1.0 / survives(rebuild);
    let lost = first * (1.0 - survives(failover))
        + second * (1.0 - survives(standby))
        + rebuilds * (1.0 - survives(rebuild));
    let cycle = 1.0 / (2.0 * rate)
        + first * held(failover)
        + second * held(standby)
        + rebuilds * held(rebuild)
        + lost * restore;
    let down = first * held(failover) + lost * restore;
    let bare = rebuilds * held(rebuild) + lost * restore + second * held(standby);
    let whole = 1.0 / (2.0 * rate);
    [down / cycle * YEAR, first / cycle * YEAR, lost / cycle * YEAR, whole / cycle, bare / cycle]
}

#[test]
fn a12_and_a13_two_nodes_with_fixed_times_agree_with_the_chain() {
    for (id, failover, standby, timeout) in [("A12", 67.0, 60.0, "62s"), ("A13", 37.0, 30.0, "32s")]
    {
        let closed = chain(2.0, [failover, standby, 3_600.0, 7_200.0]);
        for (value, name) in closed.iter().zip([
            "downtime_s_per_year",
            "failovers_per_year",
            "total_losses_per_year",
            "p_full_redundancy",
            "replica_endpoint_unavailability",
        ]) {
            let expected = oracle(id, name);
            assert!((value / expected - 1.0).abs() < 1e-9, "{id} {name}: {value} {expected}");
        }
        let year =
            campaign("Business", "365d", &deaths("182d12h", timeout, &format!("{standby}s")));
        let count = runs(4_000, 120_000);
        let tally = year.tally(0..count);
        // A restore takes as long as the model says: the timeout, the build and the promotion.
        let [down, failovers, losses, _, bare] =
            chain(2.0, [failover, standby, 3_600.0, failover + 3_600.0]);
        let of = |name: &str| metric(&year, &tally, name);
        mean_agrees("downtime", of("primary_downtime"), SECOND, down, false);
        mean_agrees("failovers", of("failovers"), 1.0, failovers, false);
        share_agrees("losses", (of("restores").nonzero, count), losses, true);
        mean_agrees("bare", of("unprotected"), SECOND, bare * YEAR, false);
    }
    let shorter = oracle("A12", "downtime_s_per_year") - oracle("A13", "downtime_s_per_year");
    assert!((shorter - oracle("A13", "delta_downtime_s_per_year_60_minus_30")).abs() < 1e-6);
}
