//! Glitches of a healthy primary: failovers that were not needed, and the timeout that is best.
//!
//! Knows nothing of caches. Kept here: a glitch is a host that hangs, or that nobody reaches, and
//! comes back; when somebody else has been promoted by then, it is fenced at once.

use cutover::statistics::Moments;

use super::stage::{agree, campaign, mean_agrees, metric, oracle, runs, share_agrees};

const SECOND: f64 = 1e6;

/// Returns in how many runs one glitch of this law leads to a failover after a timeout.
fn failed_over(law: &str, timeout: &str, count: u64) -> (u64, u64) {
    let one = campaign(
        "Business",
        "3m",
        &format!(
            r#"failures: [Failure(name: "g", fault: Hang, strikes: Only(Primary("s")),
                occurs: Times(["10s"]), lasts: "{law}")],
            tuning: Tuning(detection_timeout: "{timeout}", heartbeat_period: "10ms",
                platform_delay: "0s"),"#
        ),
    );
    let tally = one.tally(0..count);
    (metric(&one, &tally, "false_failovers").nonzero, count)
}

#[test]
fn e01_and_e02_a_glitch_outlasts_the_timeout_with_the_chance_of_its_tail() {
    for (id, law) in [("E01", "exponential(10s)"), ("E02", "lognormal(4s, 1.2)")] {
        let thirty = failed_over(law, "30s", runs(4_000, 55_000));
        share_agrees("30 s", thirty, oracle(id, "p_30"), false);
        let sixty = failed_over(law, "60s", runs(4_000, 45_000));
        share_agrees("60 s", sixty, oracle(id, "p_60"), true);
        let ratio = oracle(id, "p_30") / oracle(id, "p_60");
        assert!((ratio / oracle(id, "ratio_30_over_60") - 1.0).abs() < 1e-9);
    }
}

#[test]
fn e04_the_yearly_downtime_has_its_best_timeout_where_the_formula_says() {
    let (real, glitches, length, after): (f64, f64, f64, f64) = (2.0, 50.0, 10.0, 22.5);
    let downtime = |timeout: f64| {
        let beyond: f64 = (-timeout / length).exp();
        real * (timeout + after) + glitches * (length * (1.0 - beyond) + after * beyond)
    };
    let best: f64 = length * (glitches * (after / length - 1.0) / real).ln();
    assert!((best - oracle("E04", "T_star")).abs() < 1e-9);
    assert!((downtime(best) - oracle("E04", "downtime_T_star")).abs() < 1e-9);
    // Commits come at an even pace and are 50 ms on their way: ten are lost with each primary.
    for (timeout, name) in [
        ("15s", "downtime_15"),
        ("30s", "downtime_30"),
        ("34420194us", "downtime_T_star"),
        ("60s", "downtime_60"),
    ] {
        let expected = oracle("E04", name);
        let year = campaign(
            "Premium",
            "365d",
            &format!(
                r#"clients: [Writer(name: "w", service: "s", writes_per_s: 200)],
                failures: [
                    Failure(name: "g", fault: LinkCut, strikes: Only(Link(Primary("s"), Everyone)),
                        occurs: Every("exponential(7d7h12m)"), lasts: "exponential(10s)"),
                    Failure(name: "f", fault: HostDeath, strikes: Only(Primary("s")),
                        occurs: Every("exponential(182d12h)")),
                ],
                tuning: Tuning(detection_timeout: "{timeout}", heartbeat_period: "10ms",
                    in_flight_at_host_death: Lost, replication_delay: "50ms", local_flush: "0s",
                    platform_delay: "0s", promotion_overhead: "12.5s", dns_publish_delay: "10s",
                    dns_ttl: "1ms", client_delay: "0s", connect_timeout: "10ms",
                    tcp_user_timeout: "10ms", backoff_first: "1ms", backoff_max: "10ms",
                    fence_delay: "0s", node_build: "1s", database_size: "1B",
                    restore_rate: "unlimited"),"#
            ),
        );
        let tally = year.tally(0..runs(200, 1_300));
        let of = |name: &str| metric(&year, &tally, name);
        mean_agrees("E04 downtime", of("write_downtime"), SECOND, expected, false);
        if let Some(seconds) = name.strip_prefix("downtime_").filter(|of| ["30", "60"].contains(of))
        {
            let rate = oracle("E04", &format!("false_per_year_{seconds}"));
            mean_agrees("E04 false", of("false_failovers"), 1.0, rate, seconds == "60");
            let lost = oracle("E04", &format!("lost_tx_per_year_{seconds}"));
            mean_agrees("E04 lost", of("lost_commits"), 1.0, lost, false);
        }
    }
}

#[test]
fn e06_two_nodes_take_writes_until_the_cache_expires_or_the_glitch_ends() {
    // The platform loses sight of the primary, and the client looks its name up all the time.
    let one = campaign(
        "Business",
        "3m",
        r#"clients: [Writer(name: "w", service: "s", writes_per_s: 1000,
            parts: (max_lifetime: "10ms"))],
        failures: [Failure(name: "g", fault: LinkCut, strikes: Only(Link(Primary("s"), Platform)),
            occurs: Times(["60s"]), lasts: "exponential(10s)")],
        tuning: Tuning(detection_timeout: "1s", heartbeat_period: "10ms", platform_delay: "0s",
            promotion_overhead: "0s", dns_publish_delay: "0s", dns_ttl: "30s",
            resolver_cache: KeptWarm, fence_delay: "0s", client_delay: "0s", node_build: "9s",
            database_size: "200MiB"),"#,
    );
    let tally = one.tally(0..runs(3_000, 20_000));
    // Glitches below a second lead to nothing; of all others the rest is as long as a new one.
    let failovers = metric(&one, &tally, "false_failovers").nonzero;
    let lost = metric(&one, &tally, "lost_commits").moments();
    let split = Moments { count: failovers, ..lost };
    let mean = split.mean().expect("there are failovers") / 1_000.0;
    let error = split.standard_error().expect("there are failovers") / 1_000.0;
    agree("E06", mean, error, oracle("E06", "mean_split_write_s"), false);
}
