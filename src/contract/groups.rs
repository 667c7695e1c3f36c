//! Checks of what is said of the promotion of a secondary instance, on the outcome of one run.
//!
//! Knows nothing of the table. Kept here: an order counts if it was carried out and the run goes on
//! long enough after it.

use super::probe::{Finding, joined, upheld_if};
use crate::control::{GroupPart, GroupState};
use crate::kernel::{Instant, Span};
use crate::sim::{GroupOutcome, LostRange, OrderOutcome, Outcome};

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

/// A promotion that loses data loses what had not come to the promoted node: its history parts from
/// the old one's where what it had received ends, and not before.
pub(super) fn loses_what_had_not_come(outcome: &Outcome) -> Finding {
    joined(taken(outcome, "PromoteSecondary").map(|(_, order)| {
        let service = outcome.services.iter().find(|one| one.name == order.service)?;
        let promoted = service.finished().find(|one| one.ordered >= order.at)?;
        let ranges = outcome.services.iter().flat_map(|one| &one.loss.ranges);
        let of_promotion = |range: &&LostRange| {
            range.node == promoted.from && range.acked_commits > 0 && range.since < order.at
        };
        let lost = ranges.filter(of_promotion).find(|one| one.to_lsn > promoted.fork_lsn)?;
        let candidate = promoted.candidates.iter().find(|one| one.node == promoted.node)?;
        let received = candidate.received_lsn.unwrap_or(candidate.replayed_lsn);
        upheld_if(lost.from_lsn >= received, || {
            format!("{} had received up to {received}, lost is {}", promoted.node, lost.from_lsn)
        })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Lsn;
    use crate::scenario;
    use crate::sim;

    #[test]
    fn commits_that_had_come_to_the_secondary_and_are_lost_refute_the_statement() {
        let loaded = scenario::load("scenarios/gad-promotion-client-stays.ron".as_ref());
        let mut outcome = sim::run(&loaded.expect("it is valid").setup, 0);
        assert_eq!(loses_what_had_not_come(&outcome), Some(Ok(())));
        for candidate in &mut outcome.services[1].promotions[0].candidates {
            candidate.received_lsn = Some(Lsn(u64::MAX));
        }
        assert!(matches!(loses_what_had_not_come(&outcome), Some(Err(_))));
        outcome.services[0].loss.ranges.clear();
        assert_eq!(loses_what_had_not_come(&outcome), None, "nothing was lost");
    }
}
