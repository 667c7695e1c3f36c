//! What clients see of one failover, and how late it is noticed.
//!
//! Knows nothing of years. Kept here: what an oracle takes as instantaneous is set to nothing.

use cutover::statistics::from_u64;

use super::agreement::{
    agree, mean_agrees, mean_of, quantile_agrees, share_agrees, spread_agrees, variance_agrees,
};
use super::stage::{at_least, campaign, metric, oracle, runs};

const SECOND: f64 = 1e6;

#[test]
fn b01_a_client_is_down_for_the_timeout_the_promotion_and_its_cache() {
    // Silence counts from the last report, up to 5 s before the crash: 65 s are 60 to 65 s of it.
    let one = campaign(
        "Business",
        "10m",
        r#"clients: [Writer(name: "w", service: "s", writes_per_s: 1000)],
        script: [At("uniform(2m, 4m)", Fault(HostDeath, Primary("s")))],
        tuning: Tuning(detection_timeout: "65s", heartbeat_period: "5s", platform_delay: "0s",
            promotion_overhead: "3s", dns_publish_delay: "2s", dns_ttl: "30s", client_delay: "0s",
            connect_timeout: "1ms", tcp_user_timeout: "1ms", backoff_first: "1ms",
            backoff_max: "1ms"),
        targets: [Chance(metric: "longest[w]", at_most: "90s", at_least: "1%")],"#,
    );
    let count = runs(4_000, 10_000);
    let tally = one.tally(0..count);
    let down = metric(&one, &tally, "longest[w]");
    mean_agrees("B01 mean", down, SECOND, oracle("B01", "mean_s"), false);
    for (share, name) in [(0.5, "p50_s"), (0.9, "p90_s"), (0.95, "p95_s"), (0.99, "p99_s")] {
        quantile_agrees(name, down, share, oracle("B01", name) * SECOND);
    }
    let beyond = (count - tally.within[0], count);
    share_agrees("B01 above 90 s", beyond, oracle("B01", "p_gt_90"), false);
    // The kurtosis of the sum of the two uniform laws is below 2.
    let sums = (down.moments(), SECOND);
    variance_agrees("B01 variance", sums, 2.0, oracle("B01", "var_s2"));
    spread_agrees("B01 sd", sums, 2.0, oracle("B01", "sd_s"));
    assert!(
        from_u64(down.most.expect("there are runs").0) / SECOND < oracle("B01", "max_s") + 0.01
    );
}

#[test]
fn b02_polls_and_checks_notice_a_death_by_a_triangular_law() {
    // pglookout's lag is as old as the last poll but one: 55 s and a poll interval are 60 s. The
    // promotion takes a second.
    let one = campaign(
        "Business",
        "10m",
        r#"script: [At("uniform(2m, 4m)", Fault(HostDeath, Primary("s")))],
        tuning: Tuning(policy: Pglookout, lookout_failover_lag: "55s", platform_delay: "0s",
            lookout_failover_on_disconnect: false, lookout_poll_timeout: "1ms",
            promotion_overhead: "1s"),
        clients: [Writer(name: "w", service: "s", writes_per_s: 10)],
        targets: [Chance(metric: "primary_downtime", at_most: "59s", at_least: "1%")],"#,
    );
    let count = runs(2_000, 12_000);
    let tally = one.tally(0..count);
    let down = metric(&one, &tally, "primary_downtime");
    // Replaying, telling and fetching take some milliseconds beside the second.
    let late = 1.02;
    let (mean, error) = mean_of(down.moments(), SECOND);
    agree("B02 mean", (mean - late, error), oracle("B02", "mean_s"), false);
    // The kurtosis of a triangular law is 2.4.
    variance_agrees("B02 variance", (down.moments(), SECOND), 2.4, oracle("B02", "var_s2"));
    quantile_agrees("B02 p95", down, 0.95, (oracle("B02", "p95_s") + late) * SECOND);
    let early = (tally.within[0], count);
    share_agrees("B02 below 58 s", early, oracle("B02", "p_lt_58"), false);
    let (least, most) = (down.least.expect("runs"), down.most.expect("runs").0);
    assert!(from_u64(least) / SECOND > oracle("B02", "min_s") + 1.0);
    assert!(from_u64(most) / SECOND < oracle("B02", "max_s") + 1.1);
}

#[test]
fn b04_two_caches_in_a_row_hold_an_answer_for_the_sum_of_their_phases() {
    // The client's own cache is filled at the crash and every 30 s from then on, the resolver's at
    // any phase of that; the promotion takes up to 30 s, so that the name moves at any phase.
    let one = campaign(
        "Business",
        "10m",
        r#"clients: [Writer(name: "w", service: "s", writes_per_s: 1000,
            parts: (cache: Behind("30s")))],
        script: [At("uniform(2m, 4m)", Fault(HostDeath, Primary("s")))],
        tuning: Tuning(detection_timeout: "60s", heartbeat_period: "10ms", platform_delay: "0s",
            promotion_overhead: "uniform(0s, 30s)", dns_publish_delay: "0s", dns_ttl: "30s",
            resolver_cache: KeptWarm, client_delay: "0s", connect_timeout: "1ms",
            tcp_user_timeout: "1ms", backoff_first: "1ms", backoff_max: "1ms"),"#,
    );
    let count = runs(4_000, 12_000);
    let tally = one.tally(0..count);
    let held = metric(&one, &tally, "downtime_cache");
    mean_agrees("B04 mean", held, SECOND, oracle("B04", "mean_s"), false);
    for (share, name) in [(0.5, "p50_s"), (0.95, "p95_s"), (0.99, "p99_s")] {
        quantile_agrees(name, held, share, oracle("B04", name) * SECOND);
    }
    spread_agrees("B04 sd", (held.moments(), SECOND), 2.4, oracle("B04", "sd_s"));
}

#[test]
fn b06_a_client_that_backs_off_comes_back_at_its_next_attempt() {
    // Beside its restart a server is down for its redo, here a microsecond. Nothing is drawn, and
    // the first write that fails is sent a microsecond after the crash.
    for (down, name) in
        [("82499999us", "seen_for_82_5"), ("59999999us", "seen_for_60"), ("999999us", "seen_for_1")]
    {
        let one = campaign(
            "Startup",
            "10m",
            &format!(
                r#"clients: [Writer(name: "w", service: "s", writes_per_s: 1000000)],
                script: [At("60s", Fault(ProcessCrash, Primary("s")))],
                tuning: Tuning(detection_timeout: "4000d", process_restart: "{down}",
                    backend_linger: "0s", client_delay: "0s", local_flush: "0s",
                    backoff_first: "1s", backoff_max: "16s", redo_rate: "unlimited"),"#
            ),
        );
        let tally = one.tally(0..runs(20, 200));
        let seen = metric(&one, &tally, "longest[w]");
        assert!(seen.is_constant(), "{seen:?}");
        let seen = from_u64(seen.least.expect("there are runs"));
        assert!((oracle("B06", name) * SECOND - seen).abs() <= 1.0, "{down}: {seen}");
    }
}

#[test]
fn b07_clients_outlive_the_forwarding_of_a_switchover_if_their_cache_does() {
    let maintained = |ttl: u32, count: u64| {
        let one = campaign(
            "Startup",
            "12m",
            &format!(
                r#"clients: [Writer(name: "w", service: "s", writes_per_s: 1000)],
                script: [At("60s", Operator(Maintain, Service("s")))],
                tuning: Tuning(dns_ttl: "{ttl}s", resolver_cache: KeptWarm, forward_for: "60s",
                    node_build: "9s", database_size: "200MiB", heartbeat_period: "10ms",
                    platform_delay: "0s", dns_publish_delay: "0s", promotion_overhead: "0s",
                    shutdown_checkpoint: "0s", client_delay: "0s", connect_timeout: "20ms",
                    tcp_user_timeout: "100ms", backoff_first: "1ms", backoff_max: "1ms"),"#
            ),
        );
        let tally = one.tally(0..count);
        metric(&one, &tally, "downtime[w]").clone()
    };
    // The switchover itself takes every client some milliseconds, whatever its cache.
    let short = maintained(30, runs(300, 2_000));
    let itself = from_u64(short.most.expect("there are runs").0);
    assert!(itself < 0.2 * SECOND, "{itself}");
    for (ttl, name) in [(30_u32, "ttl30"), (60, "ttl60"), (90, "ttl90"), (300, "ttl300")] {
        let count = runs(1_500, 12_000);
        let down = maintained(ttl, count);
        let beyond = at_least(&down, down.least.expect("there are runs") + 250_000);
        let expected = oracle("B07", &format!("p_outage_{name}"));
        if ttl <= 60 {
            assert_eq!(beyond, 0, "{name}: {down:?}");
            continue;
        }
        share_agrees(name, (beyond, count), expected, false);
        let (mean, error) = mean_of(down.moments(), SECOND);
        let expected = oracle("B07", &format!("mean_outage_{name}"));
        agree(name, (mean - itself / SECOND, error), expected, false);
    }
}
