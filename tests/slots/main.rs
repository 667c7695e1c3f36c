//! Logical slots across a crash, over random phases of their jobs.
//!
//! * `stage`: a crash of a primary with a slot and a consumer, as a scenario;
//! * `twin`: the same, walked millisecond by millisecond;
//! * `left_over`: slots that were in the way; `told`: what results say of slots.
//!
//! Knows nothing of the inside of the library. Kept here: what a run tells of a slot is exactly
//! what the walk gives, and is within what the documentation promises.

mod left_over;
mod stage;
mod told;
mod twin;

use cutover::kernel::Span;
use cutover::knob::Mutant;
use cutover::sim::SlotState;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use stage::Stage;

fn runner(cases: u32) -> TestRunner {
    let rng_seed = RngSeed::Fixed(1);
    TestRunner::new(Config { cases, rng_seed, failure_persistence: None, ..Config::default() })
}

fn fails(result: Result<(), proptest::test_runner::TestError<Stage>>) {
    if let Err(error) = result {
        panic!("{error}");
    }
}

#[test]
fn a_slot_fares_exactly_as_a_walk_through_every_millisecond_says() {
    fails(runner(2_000).run(&stage::any(), |stage| {
        let found = stage::Fate { restart: None, ..stage.run(None) };
        prop_assert_eq!(found, twin::walk(&stage));
        Ok(())
    }));
}

#[test]
fn a_failover_slot_fares_exactly_as_a_walk_through_every_cycle_says() {
    fails(runner(600).run(&stage::failover_slots(), |stage| {
        let found = stage::Fate { restart: None, ..stage.run(None) };
        prop_assert_eq!(found, twin::walk(&stage));
        Ok(())
    }));
}

#[test]
fn duplicates_stay_below_the_rate_times_five_seconds_and_the_age_of_the_feedback() {
    fails(runner(1_000).run(&stage::healthy(), |stage| {
        let found = stage.run(None);
        // One commit may be on the wire, and feedback is one interval and one trip old; before the
        // first, the slot stands where it was created.
        let feedback = stage.begins_after + stage.ack_every + 2 * stage::CLIENT_DELAY;
        let longest = 5_000 + feedback;
        let most = u64::from(stage.writes_per_s) * longest / 1_000 + 2;
        prop_assert!(found.duplicates <= most, "{} of at most {most}", found.duplicates);
        prop_assert_eq!(found.skipped, 0);
        if stage.own {
            prop_assert_eq!(found.duplicates, 0);
        }
        Ok(())
    }));
}

#[test]
fn a_slot_that_had_the_time_of_both_jobs_survives() {
    fails(runner(1_000).run(&stage::healthy(), |stage| {
        let found = stage.run(None);
        // A standby that keeps up has replayed the extension a few milliseconds later.
        let wire = 2 * stage.replication_delay;
        let stages = if stage.shared_clock { 30_000 } else { 35_000 } + wire;
        let kept = found.state == SlotState::Kept;
        let age = stage.crash - stage.creates;
        prop_assert!(kept || age < stages, "it is lost though it was {age} ms old");
        if let Some(age) = found.age {
            prop_assert!(age <= Span::from_secs(5), "its position was {age} old");
        }
        Ok(())
    }));
}

#[test]
fn a_slot_is_never_beyond_what_the_promoted_node_had() {
    fails(runner(1_000).run(&stage::any(), |stage| {
        let found = stage.run(None);
        prop_assert!(found.confirmed.is_none_or(|confirmed| confirmed <= found.fork));
        prop_assert!(found.restart.is_none_or(|restart| Some(restart) <= found.confirmed));
        Ok(())
    }));
}

#[test]
fn the_walk_tells_every_planted_fault_of_the_jobs_and_of_the_servers() {
    let planted = [
        Mutant::CopyAhead,
        Mutant::CopySeldom,
        Mutant::SkipDependencyJob,
        Mutant::CopyWhatWasSent,
        Mutant::IgnoreStartPosition,
        Mutant::ForgetSlots,
    ];
    for mutant in planted {
        let differs = runner(200).run(&stage::any(), |stage| {
            let found = stage::Fate { restart: None, ..stage.run(Some(mutant)) };
            prop_assert_eq!(found, twin::walk(&stage));
            Ok(())
        });
        assert!(differs.is_err(), "{mutant:?} changes nothing that the walk would tell");
    }
}
