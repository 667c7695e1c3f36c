//! A recovery region against none, over the same outages.
//!
//! Knows nothing of campaigns. Kept here: both arms are struck alike, seed by seed.

use std::path::Path;

use cutover::check::Verdict;
use cutover::control::PairRole;
use cutover::kernel::Span;
use cutover::scenario::{Loaded, load};
use cutover::sim::Outcome;

use super::stage::{pair, roles, run};

fn arm(name: &str) -> Loaded {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/campaigns");
    load(&folder.join(name)).unwrap_or_else(|errors| panic!("{errors}"))
}

/// Returns for how long nobody could write.
fn down(outcome: &Outcome) -> Span {
    let outages = outcome.clients[0].outages.iter();
    outages.fold(Span::ZERO, |sum, outage| sum + outage.length(outcome.until))
}

#[test]
fn a_recovery_region_bounds_the_outage_by_the_time_until_somebody_acts() {
    let (alone, paired) = (arm("region-outage.ron"), arm("region-outage-with-recovery.ron"));
    for seed in 0..40 {
        let (alone, paired) = (run(&alone, seed), run(&paired, seed));
        let struck = |outcome: &Outcome| outcome.faults.iter().map(|one| one.at).next();
        assert_eq!(struck(&alone), struck(&paired), "seed {seed}");
        // Half an hour, the promotion, the publication and a cache.
        assert!(down(&paired) < Span::from_secs(1_920), "seed {seed}: {}", down(&paired));
        let long = down(&alone) > Span::from_secs(7_200);
        assert!(!long || down(&paired) * 3 < down(&alone), "seed {seed}: {}", down(&paired));
    }
}

#[test]
fn a_region_that_is_given_up_before_its_primary_is_due_has_been_failed_over_in_time() {
    let cut = |verb: &str| format!("AT, {verb}(LinkCut, OneWay(Region(\"eu-west\"), Platform)))");
    let steps = [(60_000, cut("Fault")), (600_000, cut("Heal"))];
    let outcome = run(&pair("automatic_region_failover: \"10s\"", &steps, "12m"), 0);
    let roles = roles(&outcome.pairs[0]);
    assert_eq!(roles.last(), Some(&[PairRole::Failed, PairRole::Active]), "it failed over");
    let judged = outcome.invariants.iter().find(|one| one.id == "failover-in-time");
    assert_ne!(judged.expect("it is judged").verdict, Verdict::Violated);
}
