//! Batches of numbers drawn from known laws.
//!
//! Knows nothing of services. Kept here: 2,500 batches for a mean, a share, a quantile and a rare
//! event.

use cutover::campaign::{Accumulator, estimate};
use cutover::kernel::{Chance, Law};
use cutover::statistics::{Weighted, clopper_pearson, from_u64, weight, weighted_interval};

use super::{covered, is_95_percent};

const BATCHES: u64 = 2_500;

/// Returns the share of batches whose interval holds the truth, of those that have an interval.
fn coverage(truth: f64, interval: impl Fn(Chance) -> Option<(f64, f64)>) -> f64 {
    let all = (0..BATCHES).filter_map(|batch| interval(Chance::new(batch, 23)));
    covered(all.map(|(low, high)| low <= truth && truth <= high).collect(), 2_000)
}

#[test]
fn intervals_of_means_hold_the_mean() {
    let law: Law = "exponential(30m)".parse().expect("it is a law");
    let found = coverage(1_800e6, |chance| {
        let mut of = Accumulator::default();
        for run in 0..400 {
            of.record(run, Some(law.draw(chance.word("mean", "", run)).as_micros()));
        }
        let interval = estimate(&of, false).interval?;
        Some((interval.low, interval.high))
    });
    is_95_percent("the mean", found);
}

#[test]
fn intervals_of_yearly_sums_of_rare_outages_hold_the_mean() {
    // Two outages a year on average, each of half an hour on average: a year is their sum.
    let (gap, length): (Law, Law) = (
        "exponential(4380h)".parse().expect("it is a law"),
        "exponential(30m)".parse().expect("it is a law"),
    );
    let found = coverage(3_600e6, |chance| {
        let mut of = Accumulator::default();
        for year in 0..600_u64 {
            let (mut at, mut sum) = (0, 0);
            for turn in 0.. {
                at += gap.draw(chance.word("gap", "", year * 64 + turn)).as_micros();
                if at > 31_536_000_000_000 {
                    break;
                }
                sum += length.draw(chance.word("length", "", year * 64 + turn)).as_micros();
            }
            of.record(year, Some(sum));
        }
        let interval = estimate(&of, false).interval?;
        Some((interval.low, interval.high))
    });
    is_95_percent("the yearly sum", found);
}

#[test]
fn intervals_of_shares_hold_the_share_and_exact_ones_rather_more() {
    let share = 0.03;
    let threshold = u64::MAX / 100 * 3;
    let hits = |chance: Chance| {
        let mut of = Accumulator::default();
        for run in 0..800 {
            of.record(run, Some(u64::from(chance.word("share", "", run) < threshold)));
        }
        of
    };
    let printed = coverage(share, |chance| {
        let interval = estimate(&hits(chance), true).interval?;
        Some((interval.low, interval.high))
    });
    is_95_percent("the share", printed);
    let exact = coverage(share, |chance| {
        let interval = clopper_pearson(hits(chance).nonzero, 800);
        Some((interval.low, interval.high))
    });
    assert!((0.94..=0.99).contains(&exact), "the exact interval covers {exact}");
}

#[test]
fn intervals_of_quantiles_hold_the_quantile() {
    let law: Law = "exponential(60s)".parse().expect("it is a law");
    // Nine tenths of an exponential law lie below its mean times the logarithm of ten.
    let truth = 60e6 * core::f64::consts::LN_10;
    let found = coverage(truth, |chance| {
        let mut of = Accumulator::default();
        for run in 0..500 {
            of.record(run, Some(law.draw(chance.word("quantile", "", run)).as_micros()));
        }
        let quantiles = estimate(&of, false).quantiles;
        let of = quantiles.into_iter().find(|one| (one.share - 0.9).abs() < 1e-9)?;
        Some((from_u64(of.low?), from_u64(of.high?)))
    });
    // Ranks are whole and bucket bounds outward, so the interval is exact or wider.
    assert!((0.94..=0.97).contains(&found), "the quantile covers {found}");
}

#[test]
fn intervals_of_rare_events_hold_their_probability() {
    // Two exponential clocks strike within a hundred-thousandth of their means: 1e-10. Each is made
    // to run so fast that it does so half of the time.
    let window = 1e-5_f64;
    let truth = (-(-window).exp_m1()).powi(2);
    let factor = core::f64::consts::LN_2 / window;
    let found = coverage(truth, |chance| {
        let mut of = Weighted::default();
        for run in 0..1_000 {
            let clock = |name: &str| {
                let share = (from_u64(chance.word("clock", name, run) >> 11) + 0.5)
                    / 9_007_199_254_740_992.0;
                -(1.0 - share).ln() / factor
            };
            let (one, two) = (clock("one"), clock("two"));
            let hit = one < window && two < window;
            if hit {
                of.hit(weight((factor - 1.0) * (one + two) - 2.0 * factor.ln()));
            } else {
                of.miss();
            }
        }
        let interval = weighted_interval(&of)?;
        Some((interval.low, interval.high))
    });
    is_95_percent("the rare event", found);
}
