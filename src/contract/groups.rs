//! Checks of what is said of the promotion of a secondary instance, on the outcome of one run.
//!
//! Knows nothing of the table. Kept here: an order counts if it was carried out and the run goes on
//! long enough after it.

use super::probe::{Finding, joined, upheld_if};
use crate::control::{GroupPart, GroupState};
use crate::kernel::{Instant, Span};
use crate::sim::{GroupOutcome, OrderOutcome, Outcome};

/// For how long a brief interruption may last, the client's own retries included.
const BRIEF: Span = Span::from_secs(60);

/// How long a secondary instance takes to be added at the most.
const ADDED: Span = Span::from_secs(900);

/// Returns the orders of this name for instances of groups that were carried out.
fn taken<'a>(
    outcome: &'a Outcome,
    name: &'static str,
) -> impl Iterator<Item = (&'a GroupOutcome, &'a OrderOutcome)> {
    let taken = move |order: &&OrderOutcome| order.order == name && order.refusal.is_none();
    outcome.groups.iter().flat_map(move |group| {
        let ours = move |service: &str| group.primary == service || group.secondary == service;
        let orders = outcome.orders.iter().filter(taken);
        orders.filter(move |order| ours(&order.service)).map(move |order| (group, order))
    })
}

/// Returns what an instance is at an instant, and the state of its group.
fn part(group: &GroupOutcome, service: &str, at: Instant) -> Option<(GroupPart, GroupState)> {
    let of = group.parts.iter().filter(|one| one.service == service && one.at <= at);
    of.map(|one| (one.part, one.state)).next_back()
}

/// A promotion interrupts the connections to the promoted instance, and briefly.
pub(super) fn interrupts_briefly(outcome: &Outcome) -> Finding {
    joined(taken(outcome, "PromoteSecondary").flat_map(|(_, order)| {
        let clients = outcome.clients.iter().filter(|client| client.service == order.service);
        let near = |at: Instant| at >= order.at && at <= order.at + BRIEF;
        let felt = clients.filter_map(move |client| {
            let outage = client.outages.iter().find(|outage| near(outage.start))?;
            let length = outage.length(outcome.until);
            Some(upheld_if(length <= BRIEF, || format!("{} is out for {length}", client.name)))
        });
        felt.collect::<Vec<_>>()
    }))
}

/// The promoted instance is the primary one of its group, and can be written.
pub(super) fn becomes_primary(outcome: &Outcome) -> Finding {
    joined(taken(outcome, "PromoteSecondary").map(|(group, order)| {
        let service = outcome.services.iter().find(|one| one.name == order.service)?;
        let promoted = service.finished().find(|one| one.ordered >= order.at)?;
        let at = promoted.finished? + Span::from_secs(1);
        let found = part(group, &order.service, at).filter(|_| at <= outcome.until)?.0;
        let writable = group.both_writable.iter().any(|(start, _)| *start <= at)
            || service.sessions.iter().any(|session| session.acknowledged_from(at) > 0);
        upheld_if(found == GroupPart::Primary && writable, || {
            format!("{} is {} at {at}", order.service, found.word())
        })
    }))
}

/// The old primary instance can be added as the new secondary one.
pub(super) fn is_added_again(outcome: &Outcome) -> Finding {
    joined(taken(outcome, "AddSecondary").map(|(group, order)| {
        let end = order.at + ADDED;
        let quiet = outcome.faults.iter().all(|fault| fault.at < order.at || fault.at > end);
        let found = part(group, &order.service, end).filter(|_| quiet && end <= outcome.until)?;
        let wanted = (GroupPart::Secondary, GroupState::Running);
        upheld_if(found == wanted, || format!("{} is {found:?}", order.service))
    }))
}
