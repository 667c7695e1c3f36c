//! Glitches of a healthy primary: failovers that were not needed, and the timeout that is best.
//!
//! Knows nothing of caches. Kept here: a glitch is a host that hangs, or that nobody reaches, and
//! comes back; when somebody else has been promoted by then, it is fenced at once.

use cutover::campaign::Campaign;
use cutover::statistics::Moments;

use super::agreement::{agree, equal, mean_agrees, mean_of, near, ratio_agrees, share_agrees};
use super::stage::{Compared, campaign, is_large, metric, oracle, runs};

const SECOND: f64 = 1e6;

/// Nothing but hangs of a primary, of which a timeout makes failovers.
fn hanging(until: &str, occurs: &str, law: &str, timeout: &str) -> Campaign {
    campaign(
        "Business",
        until,
        &format!(
            r#"failures: [Failure(name: "g", fault: Hang, strikes: Only(Primary("s")),
                occurs: {occurs}, lasts: "{law}")],
            tuning: Tuning(detection_timeout: "{timeout}", heartbeat_period: "10ms",
                platform_delay: "0s"),"#
        ),
    )
}

/// Returns in how many runs one glitch of this law leads to a failover after a timeout.
fn failed_over(law: &str, timeout: &str, count: u64) -> (u64, u64) {
    let one = hanging("3m", r#"Times(["10s"])"#, law, timeout);
    let tally = one.tally(0..count);
    (metric(&one, &tally, "false_failovers").nonzero, count)
}

#[test]
fn e01_and_e02_a_glitch_outlasts_the_timeout_with_the_chance_of_its_tail() {
    for (id, law) in [("E01", "exponential(10s)"), ("E02", "lognormal(4s, 1.2)")] {
        let thirty = failed_over(law, "30s", runs(4_000, 55_000));
        share_agrees("30 s", thirty, oracle(id, "p_30"), false);
        let sixty = failed_over(law, "60s", runs(4_000, 70_000));
        share_agrees("60 s", sixty, oracle(id, "p_60"), true);
        ratio_agrees("ratio", thirty, sixty, oracle(id, "ratio_30_over_60"));
    }
}

#[test]
fn e01_glitches_cause_as_many_failovers_in_a_year_as_outlast_the_timeout() {
    for (timeout, name, rare) in
        [("30s", "per_year_30_at_50", false), ("60s", "per_year_60_at_50", true)]
    {
        let often = r#"Every("exponential(7d7h12m)")"#;
        let year = hanging("365d", often, "exponential(10s)", timeout);
        let tally = year.tally(0..runs(200, 1_400));
        mean_agrees(name, metric(&year, &tally, "false_failovers"), 1.0, oracle("E01", name), rare);
    }
}

#[test]
fn e02_a_glitch_has_the_mean_of_its_law() {
    let one = hanging("1d", r#"Times(["10s"])"#, "lognormal(4s, 1.2)", "4000d");
    let tally = one.tally(0..runs(4_000, 12_000));
    let down = metric(&one, &tally, "primary_downtime");
    mean_agrees("E02 glitch", down, SECOND, oracle("E02", "mean_glitch_s"), false);
}

/// A year of oracle E04 with a timeout of so many seconds. Commits come at an even pace and are
/// 50 ms on their way: ten are lost with each primary.
fn year(timeout: f64) -> Campaign {
    campaign(
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
            tuning: Tuning(detection_timeout: "{timeout:.6}s", heartbeat_period: "10ms",
                in_flight_at_host_death: Lost, replication_delay: "50ms", local_flush: "0s",
                platform_delay: "0s", promotion_overhead: "12.5s", dns_publish_delay: "10s",
                dns_ttl: "1ms", client_delay: "0s", connect_timeout: "10ms",
                tcp_user_timeout: "10ms", backoff_first: "1ms", backoff_max: "10ms",
                fence_delay: "0s", node_build: "1s", database_size: "1B",
                restore_rate: "unlimited"),"#
        ),
    )
}

#[test]
fn e04_the_yearly_downtime_has_its_best_timeout_where_the_formula_says() {
    let (real, glitches, length, after): (f64, f64, f64, f64) = (2.0, 50.0, 10.0, 22.5);
    let downtime = |timeout: f64| {
        let beyond: f64 = (-timeout / length).exp();
        real * (timeout + after) + glitches * (length * (1.0 - beyond) + after * beyond)
    };
    let best = oracle("E04", "T_star");
    equal("best", length * (glitches * (after / length - 1.0) / real).ln(), best);
    // The same years under the best timeout, under those around it and under the known ones.
    let step = if is_large() { 4.0 } else { 8.0 };
    let timeouts = [best, best - step, best + step, 15.0, 30.0, 60.0];
    let years = Compared::new(timeouts.map(year).to_vec(), runs(200, 1_500));
    for (arm, name) in
        [(0, "downtime_T_star"), (3, "downtime_15"), (4, "downtime_30"), (5, "downtime_60")]
    {
        let (expected, down) = (oracle("E04", name), years.of(arm, "write_downtime"));
        equal(name, downtime(timeouts[arm]), expected);
        mean_agrees("E04 downtime", down, SECOND, expected, false);
    }
    for (arm, seconds) in [(4, "30"), (5, "60")] {
        let rate = oracle("E04", &format!("false_per_year_{seconds}"));
        mean_agrees("E04 false", years.of(arm, "false_failovers"), 1.0, rate, arm == 5);
        let lost = oracle("E04", &format!("lost_tx_per_year_{seconds}"));
        mean_agrees("E04 lost", years.of(arm, "lost_commits"), 1.0, lost, false);
    }
    // Whatever another timeout costs beyond the best one is known far better than either.
    let costs = |arm: usize| mean_of(years.beyond_first(arm, "write_downtime"), SECOND);
    for (arm, timeout) in timeouts.iter().enumerate().skip(1) {
        near("beyond the best", costs(arm), downtime(*timeout) - downtime(best));
    }
    // The parabola through the three around the best has its least there. A sixtieth of the square
    // of the step is what a parabola is off, and its standard error is at most this if the two
    // differences vary in opposite ways.
    let ((less, less_error), (more, more_error)) = (costs(1), costs(2));
    let both = less + more;
    let found = best + step / 2.0 * (less - more) / both;
    let error = step * (more.abs() * less_error + less.abs() * more_error) / both.powi(2);
    agree("E04 best", (found - step * step / 60.0, error), best, false);
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
    agree("E06", mean_of(split, 1_000.0), oracle("E06", "mean_split_write_s"), false);
}
