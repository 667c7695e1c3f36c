//! The statistics themselves: intervals, pairs, splitting, numbers of runs, buckets.
//!
//! Knows nothing of single runs. Kept here: where nothing is drawn, the values are exact.

use cutover::campaign::{bounds, bucket};
use cutover::kernel::Chance;
use cutover::statistics::{
    Attempt, Weighted, chance_of, clopper_pearson, from_u64, none_of, normal_quantile,
    runs_for_precision, split, wilson,
};

use super::agreement::{agree, equal, mean_of};
use super::stage::{Compared, campaign, oracle, runs};

#[test]
fn f01_intervals_of_proportions_are_those_of_the_tables() {
    equal("z", normal_quantile(0.975), oracle("F01", "z_0_975"));
    for count in [0_u64, 3, 50, 999] {
        let (score, exact) = (wilson(count, 1_000), clopper_pearson(count, 1_000));
        for (name, found) in [
            (format!("wilson_lo_{count}_1000"), score.low),
            (format!("wilson_hi_{count}_1000"), score.high),
            (format!("cp_lo_{count}_1000"), exact.low),
            (format!("cp_hi_{count}_1000"), exact.high),
        ] {
            equal(&name, found, oracle("F01", &name));
        }
    }
    equal("none of 1000", none_of(1_000), oracle("F01", "rule_of_three_exact_0_1000_onesided95"));
}

#[test]
fn f03_pairs_of_runs_vary_as_much_less_as_the_formula_says() {
    let arm = |timeout: u32| {
        campaign(
            "Premium",
            "365d",
            &format!(
                r#"clients: [Writer(name: "w", service: "s", writes_per_s: 100)],
                failures: [Failure(name: "f", fault: HostDeath, strikes: Only(Primary("s")),
                    occurs: Every("exponential(182d12h)"))],
                tuning: Tuning(detection_timeout: "{timeout}s", heartbeat_period: "10ms",
                    platform_delay: "0s", promotion_overhead: "12.5s", dns_publish_delay: "10s",
                    dns_ttl: "1ms", client_delay: "0s", connect_timeout: "10ms",
                    tcp_user_timeout: "10ms", backoff_first: "1ms", backoff_max: "10ms",
                    node_build: "1s", database_size: "1B", restore_rate: "unlimited"),"#
            ),
        )
    };
    let count = runs(3_000, 9_000);
    let compared = Compared::new(vec![arm(30), arm(60)], count);
    let square = 1e12;
    let variance = |arm: usize| {
        let sums = compared.of(arm, "write_downtime").moments();
        sums.variance().expect("there are runs") / square
    };
    let off = compared.beyond_first(1, "write_downtime");
    let together = off.variance().expect("there are runs") / square;
    // The kurtosis of what a Poisson number of equal costs adds up to is 3 and a half.
    let error = |expected: f64| expected * (2.5 / from_u64(count)).sqrt();
    let (apart, common) = (oracle("F03", "var_independent"), oracle("F03", "var_common"));
    agree("apart", (variance(0) + variance(1), error(apart)), apart, false);
    agree("together", (together, error(common)), common, false);
    let reduction = (variance(0) + variance(1)) / together;
    let expected = oracle("F03", "reduction");
    agree("reduction", (reduction, 2.0 * error(expected)), expected, true);
    agree("difference", mean_of(off, 1e6), oracle("F03", "mean_difference"), false);
}

#[test]
fn f05_splitting_finds_how_rarely_a_walk_gets_far() {
    for (levels, name, trials) in
        [(5_usize, "p_N5", 100_u64), (10, "p_N10", 200), (20, "p_N20", 400)]
    {
        let mut weighted = Weighted::default();
        for repetition in 0..runs(150, 500) {
            let chance = Chance::new(17, repetition);
            // The walk begins at 1; it has come to stage k where it first reaches k and 2.
            let stages = split(
                &1_usize,
                (levels - 1, trials),
                |mut place, stage, attempt| {
                    let name = format!("{stage}/{attempt}");
                    let mut step = 0;
                    while place > 0 && place < stage + 2 {
                        let up = chance.word("walk", &name, step) < u64::MAX / 10 * 3;
                        place = if up { place + 1 } else { place - 1 };
                        step += 1;
                    }
                    match place {
                        0 => Attempt::Over(false),
                        place if place == levels => Attempt::Over(true),
                        place => Attempt::Reached(place),
                    }
                },
                |stage, attempt, count| {
                    let word = chance.word("pick", &stage.to_string(), attempt);
                    usize::try_from(word % u64::try_from(count).expect("short")).expect("short")
                },
            );
            match chance_of(&stages) {
                0 => weighted.miss(),
                chance => weighted.hit(Some(chance)),
            }
        }
        let found = (weighted.estimate(), weighted.standard_error());
        agree(name, found, oracle("F05", name), true);
    }
}

#[test]
fn f07_a_precise_probability_takes_the_known_number_of_runs() {
    for (chance, name) in
        [(0.5, "n_p0.5"), (0.01, "n_p0.01"), (0.001, "n_p0.001"), (0.000_001, "n_p0.000001")]
    {
        equal(name, runs_for_precision(chance, 0.1), oracle("F07", name));
    }
}

#[test]
fn f08_buckets_are_as_many_and_as_narrow_as_the_formula_says() {
    equal("middle", 1.0 / 257.0, oracle("F08", "mid_rel"));
    equal("upper", 1.0 / 128.0, oracle("F08", "upper_rel"));
    let ten_years = 10 * 365 * 86_400 * 1_000_000_000_u64;
    let octave = (bucket(ten_years) | 127) + 1;
    equal("buckets", f64::from(octave), oracle("F08", "buckets_to_cover_1ns_to_10y"));
    for index in 128..octave {
        let (low, high) = bounds(index);
        let (low, high) = (from_u64(low), from_u64(high) + 1.0);
        // Values fill a bucket up to its upper edge; the least of it is off the most.
        assert!((high - low) / low <= oracle("F08", "upper_rel") + 1e-12);
        let middle = f64::midpoint(low, high);
        assert!((middle - low) / middle <= oracle("F08", "mid_rel") + 1e-12);
    }
}
