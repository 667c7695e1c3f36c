//! Whether the platform gave up and promoted whom it was expected to, and when.
//!
//! Knows nothing of names and losses. Kept here: a promotion counts once it is finished.

use super::{Finding, since_start};
use crate::kernel::{Instant, Span};
use crate::sim::{Outcome, Promotion, ServiceOutcome};

/// Judges that a node finishes a promotion in a range of the run.
pub(super) fn promoted(outcome: &Outcome, node: &str, between: (Span, Span)) -> Finding {
    let own = || promotions(outcome).filter(|promotion| promotion.node == node);
    let finished: Vec<Instant> = own().filter_map(|promotion| promotion.finished).collect();
    let detail = |at: Instant| format!("{node} finished its promotion at {at}");
    happened(outcome.until, between, &finished, detail).unwrap_or_else(|| {
        let others: Vec<String> = promotions(outcome)
            .filter_map(|promotion| Some((&promotion.node, promotion.finished?)))
            .map(|(node, at)| format!("{node} at {at}"))
            .collect();
        let detail = match own().last() {
            Some(begun) => {
                format!("the promotion of {node}, ordered at {}, did not finish", begun.ordered)
            }
            None if others.is_empty() => format!("{node} was not promoted, and no other node was"),
            None => format!("{node} was not promoted, but {}", others.join(", ")),
        };
        Finding::not_met(since_start(between.1) > outcome.until, None, detail)
    })
}

/// Judges that the platform marks a node as down in a range of the run.
pub(super) fn marked_down(outcome: &Outcome, node: &str, between: (Span, Span)) -> Finding {
    let marks = outcome.services.iter().flat_map(|service| &service.marked_down);
    let marks: Vec<Instant> = marks.filter(|mark| mark.node == node).map(|mark| mark.at).collect();
    let detail = |at: Instant| format!("{node} was marked as down at {at}");
    happened(outcome.until, between, &marks, detail).unwrap_or_else(|| {
        let detail = format!("{node} was not marked as down");
        Finding::not_met(since_start(between.1) > outcome.until, None, detail)
    })
}

/// Judges something that happened at some instants; nothing if it did not happen at all.
fn happened(
    until: Instant,
    between: (Span, Span),
    instants: &[Instant],
    detail: impl Fn(Instant) -> String,
) -> Option<Finding> {
    let (low, high) = (since_start(between.0), since_start(between.1));
    if let Some(at) = instants.iter().find(|at| (low..=high).contains(*at)) {
        return Some(Finding::met(Some(*at), detail(*at)));
    }
    let first = *instants.first()?;
    Some(Finding::not_met(high > until, Some(first), detail(first)))
}

/// Judges how many promotions a service sees.
pub(super) fn count(service: &ServiceOutcome, expected: u32) -> Finding {
    let finished = service.promotions.iter().filter(|promotion| promotion.finished.is_some());
    let found = finished.count();
    let detail = match found {
        1 => "1 promotion finished".to_owned(),
        found => format!("{found} promotions finished"),
    };
    let expected = usize::try_from(expected).unwrap_or(usize::MAX);
    if found == expected {
        return Finding::met(None, detail);
    }
    let time_left = pending(service).is_some() && found < expected;
    Finding::not_met(time_left, None, detail)
}

/// Judges how long the promotion of a node takes from the order to the end.
pub(super) fn takes(outcome: &Outcome, node: &str, (low, high): (Span, Span)) -> Finding {
    let own = promotions(outcome).filter(|promotion| promotion.node == node);
    let Some(promotion) = own.last() else {
        return Finding::missed(None, format!("{node} was not promoted"));
    };
    let Some(finished) = promotion.finished else {
        let elapsed = outcome.until.since(promotion.ordered);
        let detail = format!("the promotion of {node} had not finished after {elapsed}");
        let last = outcome.services.iter().filter_map(pending).any(|last| last == promotion);
        return Finding::not_met(last && elapsed <= high, Some(promotion.ordered), detail);
    };
    let taken = finished.since(promotion.ordered);
    let detail = format!("the promotion of {node} took {taken}");
    if (low..=high).contains(&taken) {
        Finding::met(Some(finished), detail)
    } else {
        Finding::missed(Some(finished), detail)
    }
}

/// Returns the promotion that a service is in the middle of when the run ends.
pub(super) fn pending(service: &ServiceOutcome) -> Option<&Promotion> {
    service.promotions.last().filter(|promotion| promotion.finished.is_none())
}

fn promotions(outcome: &Outcome) -> impl Iterator<Item = &Promotion> {
    outcome.services.iter().flat_map(|service| &service.promotions)
}

#[cfg(test)]
mod tests {
    use super::super::made::{self, inconclusive, met, missed, secs};
    use super::*;

    const RANGE: (Span, Span) = (Span::from_secs(60), Span::from_secs(75));

    #[test]
    fn a_promotion_is_expected_in_a_range_of_the_run() {
        let mut outcome = made::outcome();
        let finding = promoted(&outcome, "orders-2", RANGE);
        assert_eq!(finding, met(Some(74), "orders-2 finished its promotion at 1m14s"));
        let early = (Span::from_secs(60), Span::from_secs(73));
        let finding = promoted(&outcome, "orders-2", early);
        assert_eq!(finding, missed(Some(74), "orders-2 finished its promotion at 1m14s"));
        let finding = promoted(&outcome, "orders-3", RANGE);
        assert_eq!(finding, missed(None, "orders-3 was not promoted, but orders-2 at 1m14s"));
        let late = (Span::from_secs(60), Span::from_secs(901));
        let finding = promoted(&outcome, "orders-3", late);
        assert_eq!(finding, inconclusive("orders-3 was not promoted, but orders-2 at 1m14s"));
        outcome.services[0].promotions[0].finished = None;
        let detail = "the promotion of orders-2, ordered at 1m13s, did not finish";
        assert_eq!(promoted(&outcome, "orders-2", RANGE), missed(None, detail));
        assert_eq!(promoted(&outcome, "orders-2", late), inconclusive(detail));
        outcome.services[0].promotions.clear();
        let detail = "orders-2 was not promoted, and no other node was";
        assert_eq!(promoted(&outcome, "orders-2", RANGE), missed(None, detail));
    }

    #[test]
    fn a_node_is_expected_to_be_given_up_in_a_range_of_the_run() {
        let outcome = made::outcome();
        let detail = "orders-1 was marked as down at 1m12s";
        assert_eq!(marked_down(&outcome, "orders-1", RANGE), met(Some(72), detail));
        let late = (Span::from_secs(73), Span::from_secs(75));
        assert_eq!(marked_down(&outcome, "orders-1", late), missed(Some(72), detail));
        let detail = "orders-2 was not marked as down";
        assert_eq!(marked_down(&outcome, "orders-2", RANGE), missed(None, detail));
        let open = (Span::ZERO, Span::FOREVER);
        assert_eq!(marked_down(&outcome, "orders-2", open), inconclusive(detail));
    }

    #[test]
    fn promotions_are_counted_once_they_are_finished() {
        let mut service = made::outcome().services.remove(0);
        assert_eq!(count(&service, 1), met(None, "1 promotion finished"));
        assert_eq!(count(&service, 0), missed(None, "1 promotion finished"));
        assert_eq!(count(&service, 2), missed(None, "1 promotion finished"));
        service.promotions[0].finished = None;
        assert_eq!(count(&service, 1), inconclusive("0 promotions finished"));
        assert_eq!(count(&service, 0), met(None, "0 promotions finished"));
    }

    #[test]
    fn a_promotion_is_expected_to_take_a_while() {
        let mut outcome = made::outcome();
        let second = (Span::from_secs(1), Span::from_secs(1));
        let detail = "the promotion of orders-2 took 1s";
        assert_eq!(takes(&outcome, "orders-2", second), met(Some(74), detail));
        let longer = (Span::from_secs(2), Span::from_secs(900));
        assert_eq!(takes(&outcome, "orders-2", longer), missed(Some(74), detail));
        assert_eq!(takes(&outcome, "orders-3", second), missed(None, "orders-3 was not promoted"));
        outcome.services[0].promotions[0].finished = None;
        let detail = "the promotion of orders-2 had not finished after 13m47s";
        assert_eq!(takes(&outcome, "orders-2", longer), inconclusive(detail));
        assert_eq!(takes(&outcome, "orders-2", second), missed(Some(73), detail));
        let mut other = outcome.services[0].promotions[0].clone();
        other.node = "orders-3".to_owned();
        other.finished = Some(secs(90));
        outcome.services[0].promotions.push(other);
        assert_eq!(takes(&outcome, "orders-2", longer), missed(Some(73), detail));
    }
}
