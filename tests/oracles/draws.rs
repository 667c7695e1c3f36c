//! Single laws and small queues, drawn commit by commit or event by event.
//!
//! These oracles describe parts that the simulator takes as steady rates, or that depend on one or
//! two phases alone. Knows nothing of services. Kept here: every number is drawn by name from the
//! project's own laws and kept in its own accumulators.

use cutover::campaign::Accumulator;
use cutover::kernel::{Chance, Law, Span};

use super::stage::{
    agree, float, mean_agrees, oracle, quantile_agrees, runs, seconds, share_agrees,
};

const SECOND: f64 = 1e6;

/// Returns how many arrivals of a Poisson stream with this mean distance fall into a window.
fn arrivals(run: u64, name: &str, mean: Span, window: Span) -> u64 {
    let (chance, law) =
        (Chance::new(11, run), Law::Exponential(Span::from_micros(mean.as_micros() * 1_000)));
    // A thousandth of a microsecond is the grain of a distance.
    let (mut at, mut count) = (0, 0);
    loop {
        at += law.draw(chance.word("arrival", name, count)).as_micros();
        if at > window.as_micros() * 1_000 {
            return count;
        }
        count += 1;
    }
}

fn counted(count: u64, value: impl Fn(u64) -> u64) -> Accumulator {
    let mut all = Accumulator::default();
    (0..count).for_each(|run| all.record(run, Some(value(run))));
    all
}

fn from(all: &Accumulator, least: u64) -> u64 {
    let least = cutover::campaign::bucket(least);
    all.buckets.range(least..).map(|(_, many)| *many).sum()
}

const COMMIT: Span = Span::from_millis(5);

#[test]
fn c01_and_c02_commits_lost_in_a_lag_are_poisson_or_geometric() {
    let count = runs(20_000, 800_000);
    let fixed = counted(count, |run| arrivals(run, "fixed", COMMIT, Span::from_millis(50)));
    mean_agrees("C01 mean", &fixed, 1.0, oracle("C01", "mean"), false);
    share_agrees("C01 20", (from(&fixed, 20), count), oracle("C01", "p_ge_20"), false);
    // Nothing is lost when the first commit comes after the lag.
    let many = runs(100_000, 2_300_000);
    let gap = Law::Exponential(COMMIT);
    let late =
        |run: &u64| gap.draw(Chance::new(14, *run).word("first", "", 0)) > Span::from_millis(50);
    let none = u64::try_from((0..many).filter(late).count()).expect("it is small");
    share_agrees("C01 none", (none, many), oracle("C01", "p_zero"), true);
    let lag: Law = "exponential(50ms)".parse().expect("it is a law");
    let drawn = counted(count, |run| {
        arrivals(run, "drawn", COMMIT, lag.draw(Chance::new(12, run).word("lag", "", 0)))
    });
    mean_agrees("C02 mean", &drawn, 1.0, oracle("C02", "mean"), false);
    share_agrees("C02 46", (from(&drawn, 46), count), oracle("C02", "p_ge_46"), false);
    let none = (count - from(&drawn, 1), count);
    share_agrees("C02 none", none, oracle("C02", "p_zero"), false);
    for (id, of, shares) in
        [("C01", &fixed, ["p50", "p95", "p99"].as_slice()), ("C02", &drawn, &["p99"])]
    {
        for name in shares {
            let share = name[1..].parse::<f64>().expect("it is a number") / 100.0;
            quantile_agrees(name, of, share, oracle(id, name));
        }
        let (mean, variance) =
            (oracle(id, "mean"), of.moments().variance().expect("there are runs"));
        let kurtosis = if id == "C01" { 3.1 } else { 9.0 };
        let error = oracle(id, "var") * ((kurtosis - 1.0) / float(count)).sqrt();
        agree("variance", variance, error, oracle(id, "var"), mean < 1.0);
    }
}

#[test]
fn c05_commits_wait_in_a_queue_of_constant_shipping() {
    // The recursion of Lindley, in nanoseconds; ten thousand commits are a run, so that runs are
    // independent.
    let (arrive, ship) = (Law::Exponential(Span::from_micros(1_250_000)), 1_000_000_i64);
    let delays: Vec<f64> = (0..runs(40, 400))
        .map(|run| {
            let chance = Chance::new(13, run);
            let (mut wait, mut sum) = (0_i64, 0_i64);
            let (warm, all) = (2_000_u64, 12_000_u64);
            for commit in 0..all {
                let gap = arrive.draw(chance.word("commit", "", commit)).as_micros();
                wait = (wait + ship - i64::try_from(gap).expect("it is short")).max(0);
                sum += if commit >= warm { wait + ship } else { 0 };
            }
            float(u64::try_from(sum).expect("it is a sum")) / float(all - warm) / 1e9
        })
        .collect();
    let (mean, error) = super::stage::mean_of(&delays);
    agree("C05 delay", mean, error, oracle("C05", "mean_delay_s"), false);
    agree("C05 length", mean * 800.0, error * 800.0, oracle("C05", "mean"), false);
}

#[test]
fn d02_duplicates_of_a_poisson_stream_are_what_came_since_the_last_copy_of_the_position() {
    let count = runs(4_000, 12_000);
    let phase = |run: u64| seconds("uniform(0s, 5s)", "phase", run);
    let whole = |value: f64| value.round().to_string().parse().expect("it is whole");
    let window = |run: u64| Span::from_micros(whole(phase(run) * SECOND));
    let drawn = counted(count, |run| arrivals(run, "event", Span::from_millis(1), window(run)));
    mean_agrees("D02 mean", &drawn, 1.0, oracle("D02", "mean"), false);
    let variance = drawn.moments().variance().expect("there are runs");
    let error = oracle("D02", "var") * (0.8 / float(count)).sqrt();
    agree("D02 variance", variance, error, oracle("D02", "var"), false);
    // Nothing came only if the copy was made a millisecond before, whatever came then.
    let none = (-(-5_000.0_f64).exp_m1()) / 5_000.0;
    assert!((none - oracle("D02", "p_zero")).abs() < 1e-12);
}

#[test]
fn d08_a_backlog_drains_in_time_up_to_a_known_size() {
    let (drain, arrive, limit) = (20.0, 1.0, 1_800.0);
    assert!((limit * (drain - arrive) - oracle("D08", "critical_backlog_mib")).abs() < 1e-9);
    for (size, name) in [(10.0, "drain_s_for_10_gib"), (40.0, "drain_s_for_40_gib")] {
        let time = size * 1_024.0 / (drain - arrive);
        assert!((time - oracle("D08", name)).abs() < 1e-9);
    }
}
