//! What an outage is put down to: the last fault or order before it began.
//!
//! Knows nothing of how faults act and orders are carried out. Kept here: every microsecond of
//! write downtime is put down to exactly one cause, or to nothing.

use super::sums::{Sums, total};
use crate::kernel::{Instant, Span};
use crate::sim::Outcome;

/// How much earlier than its cause the first request without an answer may have been sent.
const UNDER_WAY: Span = Span::from_secs(1);

/// Returns the write downtime that is put down to a fault or an order, or to nothing, in
/// microseconds.
pub(super) fn downtime(outcome: &Outcome, sums: &Sums, cause: Option<&str>) -> u64 {
    let causes = causes(outcome);
    let of = |begin| {
        let by = begin + UNDER_WAY;
        let before = causes.partition_point(|(at, _)| *at <= by);
        before.checked_sub(1).map(|last| causes[last].1)
    };
    let of_it: Vec<_> =
        sums.writes.iter().copied().filter(|(begin, _)| of(*begin) == cause).collect();
    total(&of_it)
}

/// Returns what may be behind an outage, in order of time; an order that was refused is not.
fn causes(outcome: &Outcome) -> Vec<(Instant, &'static str)> {
    let faults = outcome.faults.iter().filter(|one| !one.healed).map(|one| (one.at, one.fault));
    let orders = outcome.orders.iter().filter(|one| one.refusal.is_none());
    let by_hand = outcome.services.iter().flat_map(|service| &service.background.by_hand);
    let mut causes: Vec<(Instant, &'static str)> = faults
        .chain(orders.map(|one| (one.at, one.order)))
        .chain(by_hand.map(|one| (one.at, one.order)))
        .collect();
    causes.sort_by_key(|(at, _)| *at);
    causes
}
