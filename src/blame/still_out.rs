//! Why a client is still out at the end of a run, or was when it ended.
//!
//! Knows nothing of how long anything takes. Kept here: a client that is never back waits for what
//! keeps its server away, not for its own pauses.

use super::scale::Scale;
use super::{cause, order};
use crate::kernel::Instant;
use crate::knob::SlotPolicy;
use crate::sim::{
    ClientOutcome, FaultOutcome, Outage, Outcome, ServiceOutcome, SlotOutcome, SlotState,
};

/// The faults that take whole places away, in which no server is built until they end.
const OF_PLACES: [&str; 2] = ["RegionOutage", "ZoneOutage"];

/// Returns what keeps a client out that never came back, if it is not the client.
pub(super) fn scale(
    outcome: &Outcome,
    (service, client): (&ServiceOutcome, &ClientOutcome),
    outage: &Outage,
) -> Option<Scale> {
    if outage.answered_by.is_some() {
        return None;
    }
    let end = outage.end.unwrap_or(outcome.until);
    if let Some(order) = order::of_outage(outcome, service, end) {
        return Some(Scale::Order(order.order));
    }
    let lasting = place(outcome, service, end).map(|fault| Scale::Fault(fault.fault));
    let slot = || lost_slot(service, client).map(|slot| of_slot(outcome, service, slot));
    let passive = || order::made_passive(outcome, service, end).filter(|_| client.writes);
    lasting.or_else(slot).or_else(|| passive().map(|order| Scale::Order(order.order)))
}

/// Returns the fault that keeps the place of a service away at an instant.
pub(super) fn place<'a>(
    outcome: &'a Outcome,
    service: &ServiceOutcome,
    at: Instant,
) -> Option<&'a FaultOutcome> {
    cause::lasts(outcome, service, &OF_PLACES, at)
}

/// Returns the slot of a consumer that is lost on the last primary.
fn lost_slot<'a>(service: &'a ServiceOutcome, client: &ClientOutcome) -> Option<&'a SlotOutcome> {
    let mut of_client =
        service.slots.iter().filter(|slot| slot.consumer.as_ref() == Some(&client.name));
    of_client.next_back().filter(|slot| slot.state != SlotState::Kept)
}

/// Returns what the loss of a slot scales with.
fn of_slot(outcome: &Outcome, service: &ServiceOutcome, slot: &SlotOutcome) -> Scale {
    let promotion = slot.promoted.as_ref().and_then(|(_, at)| {
        service.finished().find(|one| one.node == slot.node && one.finished == Some(*at))
    });
    // What is restored from a backup has no slots.
    let fault = promotion
        .filter(|one| one.cause == "restore")
        .and_then(|one| cause::of_silence(outcome, &one.from, (Instant::ZERO, one.marked_down)));
    if let Some(fault) = fault {
        return Scale::Fault(fault.fault);
    }
    if promotion.is_some_and(|one| one.cause == "power_on") {
        return Scale::Order("PowerOffService");
    }
    let names: &[&str] = if slot.given_up.is_some() {
        &["max_slot_wal_keep_size"]
    } else if slot.promoted.is_none() {
        &["major_upgrade_slots"]
    } else if outcome.knobs.slot_policy == SlotPolicy::PlatformJobs {
        &["slot_dependency_period"]
    } else {
        &["snapshot_period", "slot_sync_nap_max"]
    };
    Scale::knobs(&outcome.knobs, names)
}
