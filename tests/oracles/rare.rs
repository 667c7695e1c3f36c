//! Total losses of a service, from one in a thousand years to one in ten millions, by every
//! estimator that there is: each has to agree with the closed form, or with plain runs.
//!
//! Knows nothing of how runs are weighed. Kept here: what is compared is one question.

use cutover::campaign::Estimator;
use cutover::statistics::{from_u64, weighted_interval};

use super::agreement::agree;
use super::availability::{chain, deaths};
use super::stage::{at_least, campaign, is_large, metric, runs, weighed};

#[test]
fn total_losses_of_two_nodes_are_as_rare_as_the_chain_says() {
    // Two failures of a node a year, or one in fifty years: 9.3e-4 and 9.3e-8 in a year.
    for (mean, yearly, bias, count) in [
        ("182d12h", 2.0, 300, runs(2_000, 6_000)),
        ("18250d", 0.02, 100_000, runs(20_000, 150_000)),
    ] {
        let year = campaign("Business", "365d", &deaths(mean, "62s", "60s"));
        let biasing = Estimator::FailureBiasing { bias };
        let weighted = weighed(&year, ("restores", 0), biasing, count);
        let losses = chain(yearly, [67.0, 60.0, 3_600.0, 3_667.0])[2];
        // A loss that is the last hour's is not over by the end of the run.
        let expected = 1.0 - (-losses).exp();
        agree(mean, (weighted.estimate(), weighted.standard_error()), expected, true);
        assert!(!is_large() || weighted_interval(&weighted).is_some(), "{weighted:?}");
    }
}

#[test]
fn splitting_and_biasing_agree_with_plain_runs() {
    // Three nodes that fail so often that plain runs of a day see the loss of all of them.
    let day = campaign("Premium", "24h", &deaths("30h", "62s", "60s"));
    let count = runs(20_000, 100_000);
    let tally = day.tally(0..count);
    let hits = at_least(metric(&day, &tally, "restores"), 1);
    let plain = from_u64(hits) / from_u64(count);
    let spread = (plain / from_u64(count)).sqrt();
    assert!(hits > 20, "{hits} of {count}");
    for (name, estimator, count) in [
        ("biasing", Estimator::FailureBiasing { bias: 5 }, runs(10_000, 20_000)),
        ("splitting", Estimator::Splitting { trials: 60 }, runs(300, 900)),
    ] {
        let of = weighed(&day, ("restores", 0), estimator, count);
        let error = of.standard_error();
        agree(name, (of.estimate(), error.hypot(spread)), plain, true);
    }
}

#[test]
fn what_plain_runs_never_see_is_found_by_splitting_and_by_biasing_alike() {
    // As before, but every host dies a seventh as often: once in a hundred thousand days.
    let day = campaign("Premium", "24h", &deaths("200h", "62s", "60s"));
    let biasing = Estimator::FailureBiasing { bias: 30 };
    let one = weighed(&day, ("restores", 0), biasing, runs(60_000, 80_000));
    let splitting = Estimator::Splitting { trials: 100 };
    let two = weighed(&day, ("restores", 0), splitting, runs(300, 1_400));
    let error = one.standard_error().hypot(two.standard_error());
    agree("splitting", (two.estimate(), error), one.estimate(), true);
    assert!((1e-6..1e-4).contains(&one.estimate()), "{}", one.estimate());
    assert!(weighted_interval(&one).is_some(), "{one:?}");
    assert!(!is_large() || weighted_interval(&two).is_some(), "{two:?}");
}
