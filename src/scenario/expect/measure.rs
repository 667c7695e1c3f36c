//! Whether what a run measured is in the range that was expected.
//!
//! Knows nothing of single events. Kept here: what is below its range and still grows when the run
//! ends is inconclusive, for only a longer run could tell.

use super::Finding;
use super::promotion::pending;
use crate::check::Verdict;
use crate::kernel::{Bytes, Instant, Span};
use crate::sim::{Outcome, ServiceOutcome};

/// Judges a measure, which may still grow when the run ends.
fn within<T: Ord>(found: &T, (low, high): (T, T), grows: bool, detail: String) -> Finding {
    if (&low..=&high).contains(&found) {
        Finding::met(None, detail)
    } else {
        Finding::not_met(grows && *found < low, None, detail)
    }
}

/// Returns how long intervals last in total, and whether one is still open at the end.
fn total(intervals: impl Iterator<Item = (Instant, Option<Instant>)>, until: Instant) -> Total {
    let none = Total { span: Span::ZERO, count: 0, open: false };
    intervals.fold(none, |sum, (start, end)| Total {
        span: sum.span + end.unwrap_or(until).since(start),
        count: sum.count + 1,
        open: sum.open || end.is_none(),
    })
}

struct Total {
    span: Span,
    count: usize,
    open: bool,
}

impl Total {
    fn judge(&self, what: &str, between: (Span, Span)) -> Finding {
        let times = match self.count {
            1 => String::new(),
            count => format!(" in {count} intervals"),
        };
        let open = if self.open { ", and still at the end of the run" } else { "" };
        let detail = format!("{what} for {}{times}{open}", self.span);
        within(&self.span, between, self.open, detail)
    }
}

/// Judges how long a client cannot do its work.
pub(super) fn outage(outcome: &Outcome, client: &str, between: (Span, Span)) -> Finding {
    let Some(found) = outcome.clients.iter().find(|found| found.name == client) else {
        return Finding::missed(None, format!("the run has no client {client}"));
    };
    let outages = found.outages.iter().map(|outage| (outage.start, outage.end));
    total(outages, outcome.until).judge(&format!("{client} was out"), between)
}

/// Judges how many outages of a client are longer than a span.
pub(super) fn outages(outcome: &Outcome, client: &str, longer: Span, count: u32) -> Finding {
    let Some(found) = outcome.clients.iter().find(|found| found.name == client) else {
        return Finding::missed(None, format!("the run has no client {client}"));
    };
    let long = found.outages.iter().filter(|outage| outage.length(outcome.until) > longer);
    let times = u32::try_from(long.count()).unwrap_or(u32::MAX);
    let detail = format!("{client} was out for more than {longer} {times} times");
    within(&times, (count, count), true, detail)
}

/// Judges how long two nodes are writable at once.
pub(super) fn dual_writers(
    service: &ServiceOutcome,
    until: Instant,
    between: (Span, Span),
) -> Finding {
    let intervals = service.dual_writers.iter().map(|dual| (dual.start, dual.end));
    total(intervals, until).judge("two nodes were writable", between)
}

/// Judges how long a service has no standby that could be promoted.
pub(super) fn exposure(service: &ServiceOutcome, until: Instant, between: (Span, Span)) -> Finding {
    let intervals = service.exposure.iter().map(|exposure| (exposure.start, exposure.end));
    let what = format!("{} had no promotable standby", service.name);
    total(intervals, until).judge(&what, between)
}

/// Judges how many acknowledged commits a service loses.
pub(super) fn lost_commits(service: &ServiceOutcome, between: (u64, u64)) -> Finding {
    let lost = service.loss.lost_commits;
    loss(service, &lost, between, &format!("{lost} acknowledged commits"))
}

/// Judges how much WAL a service loses.
pub(super) fn lost_bytes(service: &ServiceOutcome, between: (Bytes, Bytes)) -> Finding {
    let lost = Bytes(service.loss.lost_bytes);
    loss(service, &lost, between, &format!("{lost} of WAL"))
}

/// Judges how far back in time the lost commits of a service reach.
pub(super) fn loss_window(service: &ServiceOutcome, between: (Span, Span)) -> Finding {
    let lost = service.loss.window;
    loss(service, &lost, between, &format!("a window of {lost}"))
}

fn loss<T: Ord>(service: &ServiceOutcome, found: &T, between: (T, T), what: &str) -> Finding {
    let open = pending(service).is_some();
    let end = if open { ", before its last promotion finished" } else { "" };
    within(found, between, open, format!("{} lost {what}{end}", service.name))
}

/// Judges how many commits a node acknowledges from an instant on.
pub(super) fn acknowledged(
    outcome: &Outcome,
    node: &str,
    after: Instant,
    between: (u64, u64),
) -> Finding {
    if after > outcome.until {
        let until = outcome.until;
        return Finding::inconclusive(format!("the run ended at {until}, before {after}"));
    }
    let sessions = outcome.services.iter().flat_map(|service| &service.sessions);
    let own = sessions.filter(|session| session.node == node);
    let found = own.map(|session| session.acknowledged_from(after)).sum();
    let detail = format!("{node} acknowledged {found} commits from {after} on");
    within(&found, between, false, detail)
}

/// Judges how an invariant comes out.
pub(super) fn verdict(outcome: &Outcome, id: &str, expected: Verdict) -> Finding {
    let Some(found) = outcome.invariants.iter().find(|invariant| invariant.id == id) else {
        return Finding::missed(None, format!("the run did not judge {id}"));
    };
    let detail = match found.detail.as_str() {
        "" => format!("{id}: {}", found.verdict.word()),
        detail => format!("{id}: {}, {detail}", found.verdict.word()),
    };
    if found.verdict == expected {
        Finding::met(found.at, detail)
    } else {
        Finding::missed(found.at, detail)
    }
}

#[cfg(test)]
mod tests {
    use super::super::made::{self, inconclusive, met, missed, secs};
    use super::*;

    const NARROW: (Span, Span) = (Span::from_secs(20), Span::from_secs(30));
    const WIDE: (Span, Span) = (Span::from_secs(21), Span::FOREVER);

    #[test]
    fn outages_of_a_client_add_up() {
        let mut outcome = made::outcome();
        let detail = "app was out for 20s in 2 intervals";
        assert_eq!(outage(&outcome, "app", NARROW), met(None, detail));
        assert_eq!(outage(&outcome, "app", WIDE), missed(None, detail));
        outcome.clients[0].outages[1].end = None;
        outcome.until = secs(90);
        let detail = "app was out for 20s in 2 intervals, and still at the end of the run";
        assert_eq!(outage(&outcome, "app", NARROW), met(None, detail));
        assert_eq!(outage(&outcome, "app", WIDE), inconclusive(detail));
        let none = (Span::ZERO, Span::ZERO);
        assert_eq!(outage(&outcome, "app", none), missed(None, detail));
        assert_eq!(outage(&outcome, "web", none), missed(None, "the run has no client web"));
    }

    #[test]
    fn two_writers_and_exposure_are_measured_in_time() {
        let mut service = made::outcome().services.remove(0);
        let until = secs(900);
        let detail = "two nodes were writable for 27s";
        assert_eq!(dual_writers(&service, until, NARROW), met(None, detail));
        let none = (Span::ZERO, Span::ZERO);
        assert_eq!(dual_writers(&service, until, none), missed(None, detail));
        service.dual_writers[0].end = None;
        let more = (Span::from_secs(900), Span::FOREVER);
        let detail = "two nodes were writable for 13m46s, and still at the end of the run";
        assert_eq!(dual_writers(&service, until, more), inconclusive(detail));
        let detail = "orders had no promotable standby for 6m40s";
        let range = (Span::from_secs(400), Span::from_secs(400));
        assert_eq!(exposure(&service, until, range), met(None, detail));
        assert_eq!(exposure(&service, until, none), missed(None, detail));
        service.exposure[0].end = None;
        let detail = "orders had no promotable standby for 14m, and still at the end of the run";
        assert_eq!(exposure(&service, until, more), inconclusive(detail));
    }

    #[test]
    fn losses_are_inconclusive_only_while_a_promotion_is_under_way() {
        let mut service = made::outcome().services.remove(0);
        let window = (Span::from_secs(1), Span::from_secs(2));
        let commits = "orders lost 212 acknowledged commits";
        assert_eq!(lost_commits(&service, (200, 212)), met(None, commits));
        assert_eq!(lost_commits(&service, (213, 300)), missed(None, commits));
        assert_eq!(lost_commits(&service, (0, 211)), missed(None, commits));
        let bytes = "orders lost 636KiB of WAL";
        let whole = Bytes(636 << 10);
        assert_eq!(lost_bytes(&service, (Bytes(0), whole)), met(None, bytes));
        assert_eq!(lost_bytes(&service, (Bytes(0), Bytes(9))), missed(None, bytes));
        assert_eq!(loss_window(&service, window), met(None, "orders lost a window of 1.06s"));
        service.promotions[0].finished = None;
        let late = ", before its last promotion finished";
        let finding = lost_commits(&service, (213, 300));
        assert_eq!(finding, inconclusive(&format!("{commits}{late}")));
        let finding = lost_bytes(&service, (Bytes(1 << 20), Bytes(1 << 30)));
        assert_eq!(finding, inconclusive(&format!("{bytes}{late}")));
        assert_eq!(
            loss_window(&service, WIDE),
            inconclusive(&format!("orders lost a window of 1.06s{late}"))
        );
    }

    #[test]
    fn acknowledgements_of_a_node_are_counted_from_an_instant_on() {
        let outcome = made::outcome();
        let detail = "orders-1 acknowledged 1 commits from 10s on";
        let judged = |between| acknowledged(&outcome, "orders-1", secs(10), between);
        assert_eq!(judged((1, 1)), met(None, detail));
        assert_eq!(judged((2, 9)), missed(None, detail));
        let finding = acknowledged(&outcome, "orders-1", secs(901), (0, 0));
        assert_eq!(finding, inconclusive("the run ended at 15m, before 15m1s"));
    }

    #[test]
    fn an_invariant_is_expected_to_come_out_in_one_way() {
        let mut outcome = made::outcome();
        let id = "at-most-one-writer";
        let finding = verdict(&outcome, id, Verdict::Holds);
        assert_eq!(finding, missed(None, "the run did not judge at-most-one-writer"));
        outcome.invariants.push(made::invariant(id, Verdict::Violated));
        let detail = "at-most-one-writer: violated";
        assert_eq!(verdict(&outcome, id, Verdict::Violated), met(Some(74), detail));
        assert_eq!(verdict(&outcome, id, Verdict::Holds), missed(Some(74), detail));
    }
}
