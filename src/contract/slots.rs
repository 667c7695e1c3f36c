//! Checks and measures of what is said of logical slots, on the outcome of one run.
//!
//! Knows nothing of the table. Kept here: a slot counts for a stated time only where the jobs that
//! keep slots on standbys are those of the document, on one clock.

use super::probe::{Finding, joined, upheld_if};
use crate::kernel::Span;
use crate::knob::{SlotClocks, SlotPolicy};
use crate::sim::{Outcome, SlotOutcome, SlotState};

/// How old a slot may be that is lost.
pub(super) const YOUNG: Span = Span::from_secs(30);
/// How old a position may be.
pub(super) const STALE: Span = Span::from_secs(5);

/// Returns what became of slots when their primaries were replaced.
fn taken_over(outcome: &Outcome) -> impl Iterator<Item = &SlotOutcome> {
    let documented = outcome.knobs.slot_policy == SlotPolicy::PlatformJobs;
    let services =
        outcome.services.iter().filter(move |service| documented && service.plan.standbys() > 0);
    services.flat_map(|service| &service.slots).filter(|slot| slot.promoted.is_some())
}

/// A slot that is not there was created less than thirty seconds before.
pub(super) fn young_slot_may_be_lost(outcome: &Outcome) -> Finding {
    if outcome.knobs.slot_jobs != SlotClocks::SharedClock {
        return None;
    }
    joined(taken_over(outcome).map(|slot| {
        let age = slot.slot_age?;
        let gone = slot.state == SlotState::NotYetSynced;
        upheld_if(!gone || age <= YOUNG, || format!("{} was lost, {age} old", slot.slot))
    }))
}

/// Returns how old the slots were that were lost for their youth.
pub(super) fn ages_of_lost(outcome: &Outcome) -> Vec<Span> {
    if outcome.knobs.slot_jobs != SlotClocks::SharedClock {
        return Vec::new();
    }
    let lost = taken_over(outcome).filter(|slot| slot.state == SlotState::NotYetSynced);
    lost.filter_map(|slot| slot.slot_age).collect()
}

/// Returns how old the positions of slots were that are there.
pub(super) fn ages_of_positions(outcome: &Outcome) -> Vec<Span> {
    let ages = taken_over(outcome).filter_map(|slot| slot.age);
    ages.filter(|age| *age <= STALE).collect()
}
