//! Which fault an outage is put down to: the last one that struck before it began.
//!
//! Knows nothing of how faults act. Kept here: every microsecond of write downtime is put down to
//! exactly one cause, or to nothing.

use super::sums::{Sums, total};
use crate::kernel::Span;
use crate::sim::Outcome;

/// How much earlier than its fault the first request without an answer may have been sent.
const UNDER_WAY: Span = Span::from_secs(1);

/// Returns the write downtime that is put down to a fault, or to nothing, in microseconds.
pub(super) fn downtime(outcome: &Outcome, sums: &Sums, fault: Option<&str>) -> u64 {
    let cause = |begin| {
        let by = begin + UNDER_WAY;
        let mut before = outcome.faults.iter().filter(|one| !one.healed && one.at <= by);
        before.next_back().map(|one| one.fault)
    };
    let of_it: Vec<_> =
        sums.writes.iter().copied().filter(|(begin, _)| cause(*begin) == fault).collect();
    total(&of_it)
}
