//! Runs that break each invariant: library and judge say the same of them, and a report that said
//! anything else would be noticed.
//!
//! Most are shipped scenarios with a fault planted into the platform, slowed down as random ones.
//! A fault that is planted into servers or bookkeeping is not followed by the judge, who then
//! counts what such a server should have done. Kept here: every invariant stands in one of the two
//! lists.

use cutover::knob::Mutant;
use cutover::parallel;
use cutover::scenario::Loaded;
use cutover::sim;
use serde_json::{Value, json};

use super::compare::differences;
use super::invariants::JUDGES;
use super::{judged, report, scenario, shipped, walk};

/// An invariant, a scenario that breaks it, and the planted fault, if it takes one.
type Broken = (&'static str, &'static str, Option<Mutant>);

/// Of these runs the judge says the same.
const AGREED: &[Broken] = &[
    ("acked-write-survives", "both-nodes-die", None),
    ("at-most-one-writer", "candidate-dies-first", Some(Mutant::PromoteAll)),
    ("archive-names-unique", "change-of-tier-up", Some(Mutant::KeepTimeline)),
    ("best-candidate-promoted", "premium-laggard", Some(Mutant::PromoteLaggard)),
    ("blocked-writes-noticed", "change-of-tier-down", Some(Mutant::SkipReplacement)),
    ("copied-slot-survives", "failover-slots-young-and-old", Some(Mutant::ForgetSlots)),
    ("duplicates-bounded", "maintenance-keeps-a-slot", Some(Mutant::IgnoreStartPosition)),
    ("failover-in-time", "business-primary-crash", Some(Mutant::DoublePatience)),
    ("failovers-apart", "candidate-dies-first", Some(Mutant::ImpatientDetection)),
    ("fenced-node-silent", "hang-resumed-after-promotion", Some(Mutant::LeakyFence)),
    ("followers-follow", "change-of-tier-up", Some(Mutant::ForgetFollowers)),
    ("forwarding-lasts", "change-of-tier-up", Some(Mutant::ForwardTooShort)),
    ("ha-replica-name-serves", "ha-replica-name-on", Some(Mutant::ForgetFallBack)),
    ("lone-node-loses-slots", "slot-lost-with-a-lone-node", Some(Mutant::ClaimSlots)),
    ("lone-standby-stays", "lone-standby-stays", Some(Mutant::IgnoreMajority)),
    ("no-early-promotion", "business-primary-crash", Some(Mutant::ImpatientDetection)),
    ("no-false-failover", "candidate-dies-first", Some(Mutant::PromoteAll)),
    ("no-skipped-window", "leftover-slot-stops-synchronisation", None),
    ("no-warned-commits", "quorum-wait-cancelled", None),
    ("one-active-service", "crdr-failover-and-failback", Some(Mutant::PromoteBeforeDemote)),
    ("one-primary-one-secondary", "gad-promotion-client-moves", Some(Mutant::KeepOldPrimary)),
    (
        "pair-protected-again",
        "crdr-plan-change-of-the-active-service",
        Some(Mutant::PromoteBeforeDemote),
    ),
    ("phantoms-counted", "business-primary-crash", Some(Mutant::StopReadsDuringSilence)),
    (
        "plan-change-leaves-primary",
        "plan-change-business-to-startup",
        Some(Mutant::ChangePlanBySwitchover),
    ),
    ("power-cycle-drops-slots", "power-off-and-on", Some(Mutant::PowerOnRestoresSlots)),
    ("power-off-keeps-acked", "power-off-and-on", Some(Mutant::PowerOffRunning)),
    ("preconditions-checked", "crdr-deleted-and-set-up-again", Some(Mutant::IgnorePreconditions)),
    ("primary-name-names-a-primary", "candidate-dies-first", Some(Mutant::NameBeforePromotion)),
    ("promoted-is-new", "change-of-tier-up", Some(Mutant::SkipReplacement)),
    ("promoted-leaves-replica-name", "change-of-tier-up", Some(Mutant::KeepPromotedInReplicaName)),
    ("promotion-leaves-old-primary", "gad-promotion-client-stays", Some(Mutant::ReleaseOldPrimary)),
    ("read-replica-stays", "read-replica-loses-a-node", Some(Mutant::PromoteReplicaUnasked)),
    ("reads-gone-back", "business-primary-crash", Some(Mutant::StopReadsDuringSilence)),
    ("redundancy-restored", "business-standby-loss", Some(Mutant::ForgetReplacement)),
    (
        "removal-leaves-a-node",
        "maintenance-old-primary-dies-replacing",
        Some(Mutant::DeleteBeforeSubstitute),
    ),
    (
        "replica-name-without-primary",
        "candidate-dies-first",
        Some(Mutant::ReplicaNameKeepsPromoted),
    ),
    ("roles-move-legally", "crdr-only-the-primary-service-fails", Some(Mutant::FailTheRecovery)),
    ("service-name-constant", "crdr-deleted-and-set-up-again", Some(Mutant::SecondName)),
    ("slot-behind-its-node", "slot-consumer-asks-nothing", Some(Mutant::CopyAhead)),
    ("slot-has-no-gap", "slot-consumer-asks-nothing", Some(Mutant::CopyAhead)),
    ("slot-jobs-on-time", "leftover-slot-of-the-same-name", None),
    ("slot-position-fresh", "leftover-slot-of-the-same-name", None),
    ("standby-loss-leaves-primary", "premium-standby-loss", Some(Mutant::ReplicaLossMovesPrimary)),
    ("standby-name-reads-only", "crdr-local-failover", Some(Mutant::StandbyNameWrites)),
    (
        "standby-serves-during-silence",
        "business-primary-crash",
        Some(Mutant::StopReadsDuringSilence),
    ),
    ("switchover-census", "change-of-tier-up", Some(Mutant::ForgetOldPrimary)),
    ("switchover-in-window", "maintenance-in-its-window", Some(Mutant::IgnoreWindows)),
    ("switchover-keeps-slots", "maintenance-gives-a-slot-up", Some(Mutant::SkipDrain)),
    ("switchover-order", "change-of-tier-down", Some(Mutant::SkipQuorum)),
    ("timelines-form-a-tree", "business-primary-crash", Some(Mutant::KeepTimeline)),
    ("upgrade-drops-slots", "major-upgrade-drops-a-slot", Some(Mutant::UpgradeKeepsSlots)),
    ("wal-fits-the-disk", "abandoned-slot-fills-both-disks", Some(Mutant::WriteWithoutRoom)),
    ("upgrade-in-place", "major-upgrade-of-a-source", Some(Mutant::UpgradeUnderStandbys)),
];

/// Of these runs the judge says something else: it does what the planted fault keeps servers, or
/// the bookkeeping of them, from doing.
const NOTICED: &[Broken] = &[
    ("accounting-adds-up", "business-primary-crash", Some(Mutant::AcknowledgeUnwritten)),
    ("histories-not-merged", "furthest-standby-unheard", Some(Mutant::FollowRegardless)),
    (
        "quorum-commit-survives",
        "switchover-client-waits-for-nobody",
        Some(Mutant::AcknowledgeBeforeStandbys),
    ),
    (
        "restorable-across-the-fork",
        "crdr-recovery-dies-in-the-take-over",
        Some(Mutant::StopArchiving),
    ),
    ("restore-loss-bounded", "region-outage-and-return", Some(Mutant::IgnoreArchive)),
    (
        "switchover-keeps-acked",
        "switchover-client-waits-for-nobody",
        Some(Mutant::AcknowledgeBeforeStandbys),
    ),
];

/// What is broken at the rates of its scenario alone.
const AT_FULL_RATE: [&str; 4] =
    ["restorable-across-the-fork", "slot-behind-its-node", "slot-has-no-gap", "wal-fits-the-disk"];

fn loaded((id, name, mutant): &Broken) -> Loaded {
    let all = shipped::scenarios();
    let found = all.iter().find(|one| one.name == *name).expect("it is shipped");
    let fast = AT_FULL_RATE.contains(id);
    let mut loaded = if fast { found.loaded.clone() } else { scenario::shortened(&found.loaded) };
    loaded.setup.knobs.mutant = *mutant;
    loaded
}

/// Returns what is reported and what is counted of a run.
fn run(one: &Broken) -> (Value, Value) {
    let loaded = loaded(one);
    let told = report(&sim::run(&loaded.setup, 0));
    let counted = walk::walk(&loaded, 0, &told).numbers;
    (told, counted)
}

/// Returns the row of an invariant.
fn row<'a>(told: &'a mut Value, id: &str) -> &'a mut Value {
    let rows = told["invariants"].as_array_mut().expect("there are some");
    rows.iter_mut().find(|row| row["id"] == id).expect("it is listed")
}

/// Returns the differences about an invariant.
fn about(told: &Value, counted: &Value, id: &str) -> Vec<String> {
    let own = [format!("{id} is"), format!("invariants.{id}.")];
    let found = differences(told, counted);
    found.into_iter().filter(|one| own.iter().any(|own| one.starts_with(own))).collect()
}

fn is_broken(told: &mut Value, id: &str) -> bool {
    ["violated", "allowed"].iter().any(|word| row(told, id)["verdict"] == **word)
}

#[test]
fn library_and_judge_agree_on_runs_that_break_each_invariant_and_every_lie_is_noticed() {
    for one in AGREED {
        let (mut told, counted) = run(one);
        let id = one.0;
        assert!(is_broken(&mut told, id), "{one:?} is not broken");
        assert_eq!(about(&told, &counted, id), Vec::<String>::new(), "{one:?}");
        let mut lies = vec![("verdict".to_owned(), json!("holds"))];
        let mut raised = row(&mut told, id).clone();
        lies.push(("at_us".to_owned(), json!(raised["at_us"].as_u64().expect("it has one") + 1)));
        for (unit, amount) in raised["amounts"].as_object_mut().expect("there is a table") {
            let more = json!({ unit: amount.as_u64().expect("amounts are numbers") + 1 });
            lies.push(("amounts".to_owned(), more));
        }
        for (key, lie) in lies {
            let mut forged = told.clone();
            row(&mut forged, id)[&key] = lie.clone();
            let found = about(&forged, &counted, id);
            assert!(!found.is_empty(), "{one:?}: {key} {lie} goes unnoticed");
        }
    }
}

#[test]
fn library_and_judge_agree_on_every_shipped_scenario() {
    let all = shipped::scenarios();
    let differ = parallel::map(&all, parallel::processors(), |one| {
        judged(&scenario::shortened(&one.loaded), 0).differences
    });
    let names = all.iter().map(|one| &one.name);
    let differ: Vec<_> = names.zip(differ).filter(|(_, found)| !found.is_empty()).collect();
    assert!(differ.is_empty(), "{differ:#?}");
}

#[test]
fn planted_faults_of_servers_that_break_an_invariant_are_noticed() {
    for one in NOTICED {
        let (mut told, counted) = run(one);
        assert!(is_broken(&mut told, one.0), "{one:?} is not broken");
        assert!(!about(&told, &counted, one.0).is_empty(), "{one:?} goes unnoticed");
    }
}

#[test]
fn every_invariant_is_judged_and_was_seen_broken() {
    let mut seen: Vec<&str> = AGREED.iter().chain(NOTICED).map(|(id, ..)| *id).collect();
    let mut judged: Vec<&str> = JUDGES.iter().map(|(id, _)| *id).collect();
    let mut all: Vec<&str> = cutover::check::INVARIANTS.iter().map(|card| card.id).collect();
    for list in [&mut seen, &mut judged, &mut all] {
        list.sort_unstable();
    }
    assert_eq!(judged, all);
    assert_eq!(seen, all);
}
