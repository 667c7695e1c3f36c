//! Which thing of a run is the worst.
//!
//! Knows nothing of its causes. Kept here: what makes a run fail comes before what it allows, and
//! lost data before lost time; a slot that is lost has all its tables copied again.

use crate::check::{InvariantOutcome, Verdict};
use crate::report::findings::Report;
use crate::scenario::{ExpectationOutcome, ExpectationVerdict};
use crate::sim::{ClientOutcome, DualWriters, LostRange, Outage, ServiceOutcome, SlotOutcome};

/// The worst thing of a run.
#[derive(Clone, Copy, Debug)]
pub(super) enum Worst<'a> {
    /// Acknowledged commits were lost.
    Loss(&'a ServiceOutcome, &'a LostRange),
    /// Two nodes were writable at once.
    TwoWriters(&'a ServiceOutcome, &'a DualWriters),
    /// Another invariant was violated.
    Violated(&'a InvariantOutcome),
    /// The scenario expected something else.
    Missed(&'a ExpectationOutcome),
    /// The consumer of a logical slot will never be given commits.
    Gap(&'a ServiceOutcome, &'a SlotOutcome),
    /// Nobody can go on from a logical slot.
    Slot(&'a ServiceOutcome, &'a SlotOutcome),
    /// A client could not work.
    Outage(&'a ClientOutcome, &'a Outage),
    /// An invariant was broken as the scenario allows.
    Allowed(&'a InvariantOutcome),
    /// Nothing went wrong.
    Nothing,
}

/// Returns the worst thing of a run.
pub(super) fn of<'a>(report: &Report<'a>) -> Worst<'a> {
    let violated = report.outcome.invariants.iter().filter(|row| row.verdict == Verdict::Violated);
    let ids: Vec<&str> = violated.clone().map(|row| row.id).collect();
    if ids.contains(&"acked-write-survives")
        && let Some(loss) = loss(report)
    {
        return loss;
    }
    if ids.contains(&"at-most-one-writer")
        && let Some(pair) = two_writers(report)
    {
        return pair;
    }
    if let Some(row) = violated.clone().next() {
        return Worst::Violated(row);
    }
    let missed = ExpectationVerdict::Missed;
    if let Some(row) = report.expectations.iter().find(|row| row.verdict == missed) {
        return Worst::Missed(row);
    }
    let allowed = loss(report).or_else(|| two_writers(report)).or_else(|| gap(report));
    let allowed = allowed.or_else(|| slot(report)).or_else(|| outage(report));
    allowed.or_else(|| breach(report)).unwrap_or(Worst::Nothing)
}

/// Returns the range with the most lost commits.
fn loss<'a>(report: &Report<'a>) -> Option<Worst<'a>> {
    let of_service =
        |service: &'a ServiceOutcome| service.loss.ranges.iter().map(move |range| (service, range));
    let ranges = report.outcome.services.iter().flat_map(of_service);
    let lossy = ranges.filter(|(_, range)| range.acked_commits > 0);
    let most = lossy.rev().max_by_key(|(_, range)| range.acked_commits);
    most.map(|(service, range)| Worst::Loss(service, range))
}

/// Returns the longest interval with two writers.
fn two_writers<'a>(report: &Report<'a>) -> Option<Worst<'a>> {
    let until = report.outcome.until;
    let of_service =
        |service: &'a ServiceOutcome| service.dual_writers.iter().map(move |pair| (service, pair));
    let pairs = report.outcome.services.iter().flat_map(of_service);
    let longest = pairs.rev().max_by_key(|(_, pair)| pair.end.unwrap_or(until).since(pair.start));
    longest.map(|(service, pair)| Worst::TwoWriters(service, pair))
}

/// Returns the slot through which the most commits are never given.
fn gap<'a>(report: &Report<'a>) -> Option<Worst<'a>> {
    let of_service =
        |service: &'a ServiceOutcome| service.slots.iter().map(move |slot| (service, slot));
    let slots = report.outcome.services.iter().flat_map(of_service);
    let holes = slots.filter(|(_, slot)| slot.skipped_commits > 0);
    let most = holes.rev().max_by_key(|(_, slot)| slot.skipped_commits);
    most.map(|(service, slot)| Worst::Gap(service, slot))
}

/// Returns the slot from which nobody can go on, one with a consumer and the oldest if there are
/// several.
pub(super) fn slot<'a>(report: &Report<'a>) -> Option<Worst<'a>> {
    let of_service =
        |service: &'a ServiceOutcome| service.slots.iter().map(move |slot| (service, slot));
    let slots = report.outcome.services.iter().flat_map(of_service);
    let lost = slots.filter(|(_, slot)| slot.is_lost() || slot.left_over);
    let most = lost.rev().max_by_key(|(_, slot)| (slot.consumer.is_some(), slot.slot_age));
    most.map(|(service, slot)| Worst::Slot(service, slot))
}

/// Returns the first invariant that was broken as the scenario allows.
fn breach<'a>(report: &Report<'a>) -> Option<Worst<'a>> {
    let mut rows = report.outcome.invariants.iter();
    rows.find(|row| row.verdict == Verdict::Allowed).map(Worst::Allowed)
}

/// Returns the longest outage, one of writes if there is any.
pub(super) fn outage<'a>(report: &Report<'a>) -> Option<Worst<'a>> {
    let until = report.outcome.until;
    let of_client =
        |client: &'a ClientOutcome| client.outages.iter().map(move |outage| (client, outage));
    let outages = report.outcome.clients.iter().flat_map(of_client);
    let longest =
        outages.rev().max_by_key(|(client, outage)| (client.writes, outage.length(until)));
    longest.map(|(client, outage)| Worst::Outage(client, outage))
}
