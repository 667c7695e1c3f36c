//! Nodes that fail and are repaired: means, counts, chances of a good year, rare double failures.
//!
//! Knows nothing of clients. Kept here: knobs without a part in an oracle are set to nothing.

use cutover::campaign::{Campaign, Estimator};
use cutover::statistics::from_u64;

use super::agreement::{
    agree, equal, mean_agrees, mean_of, quantile_agrees, rest_agrees, share_agrees, spread_agrees,
};
use super::stage::{Compared, at_least, campaign, campaign_of, metric, oracle, runs, weighed};

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
    rest_agrees("A02 whole", down, SECOND * YEAR, oracle("A02", "interval_availability"));
    // Ten years begin up as well, which is worth a fortieth of a second a year.
    let decade = campaign("Startup", "3650d", REPAIRED);
    let tally = decade.tally(0..runs(400, 800));
    let down = metric(&decade, &tally, "primary_downtime");
    let (year, share) = (SECOND * 10.0, SECOND * 10.0 * YEAR);
    mean_agrees("A01 downtime", down, year, oracle("A01", "downtime_s_per_year"), false);
    mean_agrees("A01 unavailability", down, share, oracle("A01", "unavailability"), false);
    rest_agrees("A01 availability", down, share, oracle("A01", "availability"));
}

#[test]
fn a02_a_mission_that_begins_up_is_spared_the_repair_that_is_under_way() {
    // In the long run a node is found down as often as it is unavailable. Missions that begin so
    // are compared with the same ones that begin up, until both have forgotten how they began.
    let begins_down = r#"failures: [Failure(name: "first", fault: PowerLoss, strikes: EachNode("s"),
            occurs: Times(["0s"]), lasts: "exponential(30m)"),"#;
    let down = REPAIRED.replace("failures: [", begins_down);
    let arms = [REPAIRED, &down].map(|parts| campaign("Startup", "6h", parts));
    let compared = Compared::new(arms.to_vec(), runs(1_000, 4_000));
    let (longer, error) = mean_of(compared.beyond_first(1, "primary_downtime"), SECOND * YEAR);
    let found = oracle("A01", "unavailability");
    let expected = oracle("A02", "interval_minus_steady");
    agree("A02 gain", (found * longer, found * error), expected, false);
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
    let none = count - at_least(faults, 1);
    share_agrees("A03 none", (none, count), oracle("A03", "p_zero"), false);
    share_agrees("A03 three", (at_least(faults, 3), count), oracle("A03", "p_ge_3"), false);
    share_agrees("A03 six", (at_least(faults, 6), count), oracle("A03", "p_ge_6"), false);
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

/// A single node that is restored from its backup, whose writer writes 1 MiB a second.
const RESTORED: &str = r#"
    clients: [Writer(name: "w", service: "s", writes_per_s: 1024, wal_per_commit: "1KiB")],
    tuning: Tuning(detection_timeout: "60s", heartbeat_period: "10ms", platform_delay: "0s",
        node_build: "180s", database_size: "100GiB", disk_size: "2TiB",
        restore_rate: "100MiB/s", wal_before_start: "1MiB/s", redo_rate: "50MiB/s",
        wal_segment: "64KiB", promotion_overhead: "0s", history_upload: "0s"),"#;

#[test]
fn a06_a_single_node_comes_back_from_its_backup_as_late_as_the_backup_is_old() {
    let dies = r#"script: [At("uniform(10m, 20m)", Fault(HostDeath, Primary("s")))],"#;
    let one = campaign("Startup", "2h", &format!("{RESTORED} {dies}"));
    let tally = one.tally(0..runs(3_000, 6_000));
    let down = metric(&one, &tally, "primary_downtime");
    mean_agrees("A06 mean", down, SECOND, oracle("A06", "mean_outage_s"), false);
    quantile_agrees("A06 p95", down, 0.95, oracle("A06", "p95_outage_s") * SECOND);
    // The kurtosis of a uniform law is 1.8.
    spread_agrees("A06 sd", (down.moments(), SECOND), 1.8, oracle("A06", "sd_outage_s"));
    let most = from_u64(down.most.expect("there are runs").0) / SECOND;
    assert!(most <= oracle("A06", "max_outage_s") + 0.1, "{most}");
}

#[test]
fn a06_a_year_of_restores_is_as_available_as_they_are_long() {
    let dies = r#"failures: [Failure(name: "f", fault: HostDeath, strikes: EachNode("s"),
        occurs: Every("exponential(182d12h)"))],"#;
    let year = campaign("Startup", "365d", &format!("{RESTORED} {dies}"));
    let tally = year.tally(0..runs(1_000, 4_000));
    let down = metric(&year, &tally, "primary_downtime");
    mean_agrees("A06 yearly", down, SECOND, oracle("A06", "downtime_s_per_year"), false);
    rest_agrees("A06 availability", down, SECOND * YEAR, oracle("A06", "availability"));
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
        equal(own, each.powi(i32::try_from(nodes).expect("small")) / oracle("A09", own), 1.0);
        // With one crew, k nodes are down as n!/(n-k)! times rho to the k.
        let weights = [
            1.0,
            f64::from(nodes) * rho,
            f64::from(nodes * (nodes - 1)) * rho.powi(2),
            f64::from(nodes * (nodes - 1) * (nodes - 2)) * rho.powi(3),
        ];
        let place = usize::try_from(nodes).expect("it is small");
        let queue = weights[place] / weights.iter().sum::<f64>();
        equal(crew, queue / oracle("A09", crew), 1.0);
        // In balance that state is left as often as it is entered, and each repair under way leaves
        // it after half an hour on average: so often it comes about in a month, for longer than the
        // second that a reader may take to find another node. All nodes are up at the start of a
        // run, which is forgotten within the hour.
        let queued = parts.replace("lasts: ", "crews: 1, lasts: ");
        for (name, parts, repairs) in [(own, &parts, nodes), (crew, &queued, 1)] {
            let month = campaign(plan, "30d", parts);
            let biasing = Estimator::FailureBiasing { bias };
            let both = ("read_and_write_downtime", 1_000_000);
            let weighted = weighed(&month, both, biasing, runs(1_500, many));
            let leaves = f64::from(repairs) / 1_800.0;
            let often = oracle("A09", name) * leaves * MONTH * (-leaves).exp();
            let found = (weighted.estimate(), weighted.standard_error());
            agree(name, found, 1.0 - (-often).exp(), true);
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

/// Checks the chain against an oracle.
fn chain_agrees(id: &str, times: [f64; 4]) {
    for (value, name) in chain(2.0, times).iter().zip([
        "downtime_s_per_year",
        "failovers_per_year",
        "total_losses_per_year",
        "p_full_redundancy",
        "replica_endpoint_unavailability",
    ]) {
        equal(name, value / oracle(id, name), 1.0);
    }
}

/// Two nodes with the times of oracle A12 or A13. A total loss takes two hours in all: but for the
/// timeout and the promotion the cloud has no machine.
fn fixed(failover: u32, standby: u32) -> Campaign {
    let rest = 7_200 - failover;
    let stalls = format!(
        r#"script: [
            When(Enters(service: "s", phase: Restoring), Fault(ProvisionStall, Service("s"))),
            When(After("{rest}s", Enters(service: "s", phase: Restoring)),
                Heal(ProvisionStall, Service("s"))),
        ],"#
    );
    let (timeout, standby) = (format!("{}s", failover - 5), format!("{standby}s"));
    campaign("Business", "365d", &(deaths("182d12h", &timeout, &standby) + &stalls))
}

#[test]
fn a12_and_a13_two_nodes_with_fixed_times_agree_with_the_chain() {
    let arms = vec![fixed(67, 60), fixed(37, 30)];
    let years = Compared::new(arms.clone(), runs(4_000, 24_000));
    for (arm, id, times) in [(0, "A12", [67.0, 60.0]), (1, "A13", [37.0, 30.0])] {
        chain_agrees(id, [times[0], times[1], 3_600.0, 7_200.0]);
        let of = |name: &str| years.of(arm, name);
        let (down, bare) = (of("primary_downtime"), of("unprotected"));
        mean_agrees("downtime", down, SECOND, oracle(id, "downtime_s_per_year"), false);
        mean_agrees("unavailability", down, SECOND * YEAR, oracle(id, "unavailability"), false);
        mean_agrees("failovers", of("failovers"), 1.0, oracle(id, "failovers_per_year"), false);
        let expected = oracle(id, "replica_endpoint_unavailability");
        mean_agrees("bare", bare, SECOND * YEAR, expected, false);
        // Full redundancy ends with the death of either node, until both are there again.
        rest_agrees("whole", of("degraded"), SECOND * YEAR, oracle(id, "p_full_redundancy"));
        // A loss begins by the end of the year, and ends within it but for the last two hours.
        let biasing = Estimator::FailureBiasing { bias: 300 };
        let lost = weighed(&arms[arm], ("restores", 0), biasing, runs(2_000, 6_000));
        let expected = -(-oracle(id, "total_losses_per_year")).exp_m1();
        agree("losses", (lost.estimate(), lost.standard_error()), expected, true);
    }
    let (gain, error) = mean_of(years.beyond_first(1, "primary_downtime"), SECOND);
    let expected = oracle("A13", "delta_downtime_s_per_year_60_minus_30");
    agree("A12 less A13", (-gain, error), expected, false);
}
