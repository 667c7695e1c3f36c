//! Nodes that fail and are repaired: means, counts, chances of a good year, rare double failures.
//!
//! Knows nothing of clients. Kept here: knobs without a part in an oracle are set to nothing.

use cutover::campaign::{Estimator, Rare};

use super::stage::{
    agree, campaign, campaign_of, float, mean_agrees, metric, oracle, quantile_agrees, runs,
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
    // Sixteen services in one run, each of which fails by itself.
    let names = "abcdefghijklmnop";
    let each = |of: &dyn Fn(char) -> String| names.chars().map(of).collect::<String>();
    let services = each(&|name| format!(r#"Service(name: "{name}", plan: Startup), "#));
    let one = REPAIRED.split_once('[').and_then(|(_, rest)| rest.split_once("],"));
    let (failure, tuning) = one.expect("there is a failure, and knobs");
    let failures = each(&|name| {
        failure.replace("\"f\"", &format!("\"f{name}\"")).replace("\"s\"", &format!("\"{name}\""))
            + ","
    });
    let text = format!(
        r#"Scenario(name: "o", services: [{services}], failures: [{failures}], {tuning}
            until: "1h")"#
    );
    let hour = campaign_of(&text);
    let count = runs(3_200, 65_700);
    let tally = hour.tally(0..count);
    let down = metric(&hour, &tally, "down_at_end").sum;
    let down = u64::try_from(down).expect("it is small");
    let expected = 1.0 - oracle("A02", "point_availability_1h");
    share_agrees("A02 at one hour", (down, count * 16), expected, true);
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

#[test]
fn a09_all_nodes_are_down_together_as_rarely_as_the_birth_and_death_of_failures_says() {
    let rho = 0.5 / 4_380.0;
    // Somebody writes to the one node and somebody reads from the others; nobody is promoted, so
    // both are down while all nodes are. Whoever is back is found at once.
    let clients = r#"clients: [
            Writer(name: "w", service: "s", writes_per_s: 1000),
            Reader(name: "r", service: "s", reads_per_s: 1000, endpoint: Replica),
        ],"#;
    let quick = r#"client_delay: "0s", connect_timeout: "1ms", tcp_user_timeout: "1ms",
        reply_timeout: "1ms", backoff_first: "1ms", backoff_max: "1ms", standby_retry: "1ms",
        receiver_timeout: "1ms", platform_delay: "0s"),"#;
    let parts = format!("{clients} {}", REPAIRED.replace(r#"platform_delay: "0s"),"#, quick));
    for (plan, nodes, bias, own, crew, some, many) in [
        (
            "Business",
            2_u32,
            3_000_u32,
            "p_all_down_2_own",
            "p_all_down_2_one_crew",
            "p_some_down_2_own",
            6_000,
        ),
        (
            "Premium",
            3,
            1_500,
            "p_all_down_3_own",
            "p_all_down_3_one_crew",
            "p_some_down_3_own",
            45_000,
        ),
    ] {
        let each: f64 = rho / (1.0 + rho);
        assert!(
            (each.powi(i32::try_from(nodes).expect("small")) / oracle("A09", own) - 1.0).abs()
                < 1e-9
        );
        // With one crew, k nodes are down as n!/(n-k)! times rho to the k.
        let weights = [
            1.0,
            f64::from(nodes) * rho,
            f64::from(nodes * (nodes - 1)) * rho.powi(2),
            f64::from(nodes * (nodes - 1) * (nodes - 2)) * rho.powi(3),
        ];
        let place = usize::try_from(nodes).expect("it is small");
        let queue = weights[place] / weights.iter().sum::<f64>();
        assert!((queue / oracle("A09", crew) - 1.0).abs() < 1e-9);
        // In balance that state is left as often as it is entered, and each repair under way leaves
        // it after half an hour on average: so often it comes about in a month, for longer than the
        // second that a reader may take to find another node. All nodes are up at the start of a
        // run, which is forgotten within the hour.
        let queued = parts.replace("lasts: ", "crews: 1, lasts: ");
        for (name, parts, repairs) in [(own, &parts, nodes), (crew, &queued, 1)] {
            let month = campaign(plan, "30d", parts);
            let names = month.metrics().iter().map(|metric| metric.name.as_str());
            let place = names.into_iter().position(|name| name == "read_and_write_downtime");
            let rare = Rare {
                metric: place.expect("it is a metric"),
                beyond: 1_000_000,
                estimator: Estimator::FailureBiasing { bias },
            };
            let weighted = month.weighed(rare).tally(0..runs(1_500, many)).weighted;
            let leaves = f64::from(repairs) / 1_800.0;
            let often = oracle("A09", name) * leaves * MONTH * (-leaves).exp();
            let (mean, error) = (weighted.estimate(), weighted.standard_error());
            agree(name, mean, error, 1.0 - (-often).exp(), true);
        }
        let year = campaign(plan, "365d", &parts);
        let tally = year.tally(0..runs(1_000, 8_000));
        let degraded = metric(&year, &tally, "degraded");
        mean_agrees(some, degraded, SECOND * YEAR, oracle("A09", some), false);
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
    // A total loss takes two hours in all: but for the timeout and the promotion the cloud has no
    // machine.
    let stalls = |rest: u32| {
        format!(
            r#"script: [
                When(Enters(service: "s", phase: Restoring), Fault(ProvisionStall, Service("s"))),
                When(After("{rest}s", Enters(service: "s", phase: Restoring)),
                    Heal(ProvisionStall, Service("s"))),
            ],"#
        )
    };
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
        let rest = if id == "A12" { 7_200 - 67 } else { 7_200 - 37 };
        let parts = deaths("182d12h", timeout, &format!("{standby}s")) + &stalls(rest);
        let year = campaign("Business", "365d", &parts);
        let count = runs(4_000, 120_000);
        let tally = year.tally(0..count);
        let of = |name: &str| metric(&year, &tally, name);
        let (down, bare) = (of("primary_downtime"), of("unprotected"));
        mean_agrees("downtime", down, SECOND, oracle(id, "downtime_s_per_year"), false);
        mean_agrees("unavailability", down, SECOND * YEAR, oracle(id, "unavailability"), false);
        mean_agrees("failovers", of("failovers"), 1.0, oracle(id, "failovers_per_year"), false);
        let losses = oracle(id, "total_losses_per_year");
        share_agrees("losses", (of("restores").nonzero, count), losses, true);
        let expected = oracle(id, "replica_endpoint_unavailability");
        mean_agrees("bare", bare, SECOND * YEAR, expected, false);
        // Full redundancy ends with the death of either node, until both are there again.
        let degraded = of("degraded");
        let whole = 1.0 - oracle(id, "p_full_redundancy");
        mean_agrees("redundancy", degraded, SECOND * YEAR, whole, false);
    }
    let shorter = oracle("A12", "downtime_s_per_year") - oracle("A13", "downtime_s_per_year");
    assert!((shorter - oracle("A13", "delta_downtime_s_per_year_60_minus_30")).abs() < 1e-6);
}
