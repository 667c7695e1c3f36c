//! Batches of runs of services whose results are known in closed form.
//!
//! Knows nothing of the inside of a run. Kept here: every batch has runs of its own, and the truth
//! is a formula, never an estimate.

use cutover::campaign::{Campaign, Chunks, Estimator, Header, Rare, estimate, judge};
use cutover::scenario::{Loaded, parse};
use cutover::statistics::{Interval, from_u64};

use super::{covered, is_95_percent, is_large};

const SECOND: f64 = 1e6;

/// Returns how many batches there are; a few more than have to have an interval.
fn batches() -> u64 {
    if is_large() { 2_100 } else { 210 }
}

/// Checks that intervals cover what they are about; a few batches tell no more than that they are
/// not far off. Exact intervals cover rather more, as values are few or bounds lie outward.
fn cover(what: &str, told: Vec<bool>, exact: bool) {
    let found = covered(told, if is_large() { 2_000 } else { 200 });
    match (is_large(), exact) {
        (true, false) => is_95_percent(what, found),
        (true, true) => assert!((0.94..=0.975).contains(&found), "{what} covers {found}"),
        (false, _) => assert!(found >= 0.88, "{what} covers {found}"),
    }
}

fn holds(of: Interval, truth: f64) -> bool {
    of.low <= truth && truth <= of.high
}

fn loaded(plan: &str, parts: &str) -> Loaded {
    let text = format!(
        r#"Scenario(name: "o", services: [Service(name: "s", plan: {plan})], {parts}
            until: "1h")"#
    );
    parse("o.ron", &text).unwrap_or_else(|errors| panic!("{text}\n{errors}"))
}

fn place(of: &Campaign, name: &str) -> usize {
    let place = of.metrics().iter().position(|metric| metric.name == name);
    place.unwrap_or_else(|| panic!("there is no metric {name}"))
}

#[test]
fn intervals_of_outages_hold_their_mean_their_quantile_and_the_chance_of_a_good_hour() {
    // A server crashes and is back after an exponential time of 30 s on average, and a microsecond
    // of redo. Its client notices at once, and again when it is back, to some milliseconds.
    let loaded = loaded(
        "Startup",
        r#"clients: [Writer(name: "w", service: "s", writes_per_s: 1000)],
        script: [At("1m", Fault(ProcessCrash, Primary("s")))],
        tuning: Tuning(detection_timeout: "4000d", process_restart: "exponential(30s)",
            backend_linger: "0s", client_delay: "0s", local_flush: "0s", redo_rate: "unlimited",
            backoff_first: "1ms", backoff_max: "1ms"),
        targets: [Chance(metric: "primary_downtime", at_most: "3.6s", at_least: "5%")],"#,
    );
    let campaign = Campaign::new(&loaded, 40);
    let header = Header::new(&loaded, 40, Chunks::of(1), String::new());
    let [down, meets] = ["primary_downtime", "meets_99.9"].map(|name| place(&campaign, name));
    // A thousandth of an hour is 3.6 s, and nine tenths of all outages are shorter than the
    // logarithm of ten times 30 s.
    let good = -(-3.6_f64 / 30.0).exp_m1();
    let quantile = 30.0 * core::f64::consts::LN_10 * SECOND;
    let mut told: [Vec<bool>; 4] = Default::default();
    for batch in 0..batches() {
        let tally = campaign.tally(batch * 300..(batch + 1) * 300);
        let outages = estimate(&tally.metrics[down], false);
        told[0].extend(outages.interval.map(|of| holds(of, 30.0 * SECOND)));
        let printed = estimate(&tally.metrics[meets], true).interval;
        told[1].extend(printed.map(|of| holds(of, good)));
        told[2].extend(judge(&header, &tally)[0].interval.map(|of| holds(of, good)));
        let ninth = outages.quantiles.iter().find(|one| (one.share - 0.9).abs() < 1e-9);
        let ends = ninth.and_then(|one| one.low.zip(one.high));
        told[3].extend(ends.map(|(low, high)| {
            holds(Interval { low: from_u64(low), high: from_u64(high) }, quantile)
        }));
    }
    let [mean, share, exact, quantile] = told;
    cover("the mean", mean, false);
    cover("the share", share, false);
    cover("the exact share", exact, true);
    cover("the quantile", quantile, true);
}

/// Two nodes that nobody replaces and nobody misses; a fault is the death of a host.
fn left_alone(script: &str, mean: &str) -> Campaign {
    let parts = format!(
        r#"script: [{script}],
        failures: [Failure(name: "f", fault: HostDeath, strikes: EachNode("s"),
            occurs: Every("exponential({mean})"))],
        tuning: Tuning(detection_timeout: "4000d", standby_timeout: "4000d"),"#
    );
    Campaign::new(&loaded("Business", &parts), 50)
}

fn rare(runs: u64, of: &Campaign, truth: f64) -> Vec<bool> {
    let told = |batch| of.tally(batch * runs..(batch + 1) * runs).rare_interval();
    (0..batches()).filter_map(told).map(|of| holds(of, truth)).collect()
}

#[test]
fn intervals_of_failure_biasing_hold_the_probability() {
    // The standby is gone, and the primary dies within the hour, as it does once in a century.
    let strike = r#"At("1ms", Fault(HostDeath, Standby("s", 1)))"#;
    let campaign = left_alone(strike, "36500d");
    let estimator = Estimator::FailureBiasing { bias: 1_000_000 };
    let metric = place(&campaign, "faults");
    let campaign = campaign.weighed(Rare { metric, beyond: 1, estimator });
    let truth = -(-1.0_f64 / 876_000.0).exp_m1();
    cover("failure biasing", rare(250, &campaign, truth), false);
}

#[test]
fn intervals_of_splitting_hold_the_probability() {
    // Both hosts die within the hour; each does so by itself once in two hours.
    let campaign = left_alone("", "2h");
    let estimator = Estimator::Splitting { trials: 4 };
    let metric = place(&campaign, "faults");
    let campaign = campaign.weighed(Rare { metric, beyond: 1, estimator });
    let truth = (-(-0.5_f64).exp_m1()).powi(2);
    cover("splitting", rare(300, &campaign, truth), false);
}
