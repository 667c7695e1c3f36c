//! Checks and measures of what is said of logical slots, on the outcome of one run.
//!
//! Knows nothing of the table. Kept here: a slot counts for a stated time only where the jobs that
//! keep slots on standbys are those of the document, on one clock.

use super::probe::{Finding, joined, upheld_if};
use crate::kernel::Span;
use crate::knob::{SlotClocks, SlotPolicy};
use crate::sim::{Outcome, ServiceOutcome, SlotOutcome, SlotState};

/// How old a slot may be that is lost.
pub(super) const YOUNG: Span = Span::from_secs(30);
/// How old a position may be.
pub(super) const STALE: Span = Span::from_secs(5);

/// Returns what became of slots when standbys took over from their primaries.
fn taken_over(outcome: &Outcome) -> impl Iterator<Item = &SlotOutcome> {
    let documented = outcome.knobs.slot_policy == SlotPolicy::PlatformJobs;
    let services = outcome.services.iter().filter(move |_| documented);
    services.flat_map(|service| {
        service.slots.iter().filter(|slot| {
            // An upgrade in place is no failover.
            let node = slot.promoted.as_ref().map(|(from, _)| from);
            let node = node.filter(|from| **from != slot.node).map(|_| &slot.node);
            let standby = service.promotions.iter().find(|one| Some(&one.node) == node);
            standby.is_some_and(|one| one.cause == "failover") && slot.given_up.is_none()
        })
    })
}

/// Returns how old each slot was, and whether it is there, where both jobs run on one clock.
fn ages(outcome: &Outcome) -> impl Iterator<Item = (&SlotOutcome, Span, bool)> {
    let shared = outcome.knobs.slot_jobs == SlotClocks::SharedClock;
    let slots = taken_over(outcome).filter(move |_| shared);
    slots.filter_map(|slot| Some((slot, slot.slot_age?, slot.state == SlotState::Kept)))
}

/// A slot that is not there was created less than thirty seconds before.
pub(super) fn young_slot_may_be_lost(outcome: &Outcome) -> Finding {
    joined(ages(outcome).map(|(slot, age, kept)| {
        upheld_if(kept || age <= YOUNG, || format!("{} was lost, {age} old", slot.slot))
    }))
}

/// The node that takes over from the only one of a service as planned has all its slots.
pub(super) fn lone_node_hands_over(outcome: &Outcome) -> Finding {
    let documented = outcome.knobs.slot_policy == SlotPolicy::PlatformJobs;
    let lone = |service: &&ServiceOutcome| documented && service.plan.standbys() == 0;
    let lone = outcome.services.iter().filter(lone);
    joined(lone.flat_map(|service| {
        let planned = service.finished().filter(|one| one.cause == "switchover");
        planned.flat_map(move |one| {
            let there = |slot: &&SlotOutcome| slot.promoted.is_some() && slot.node == one.node;
            service.slots.iter().filter(there).map(|slot| {
                upheld_if(slot.state == SlotState::Kept, || {
                    format!("{} is not on {} when it takes over", slot.slot, slot.node)
                })
            })
        })
    }))
}

/// Returns how old the slots were that were lost for their youth.
pub(super) fn ages_of_lost(outcome: &Outcome) -> Vec<Span> {
    let lost = ages(outcome).filter(|(_, _, kept)| !kept);
    lost.map(|(_, age, _)| age).collect()
}

/// Returns how old the positions of slots were that are there.
pub(super) fn ages_of_positions(outcome: &Outcome) -> Vec<Span> {
    let ages = taken_over(outcome).filter_map(|slot| slot.age);
    ages.filter(|age| *age <= STALE).collect()
}
