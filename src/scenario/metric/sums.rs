//! Intervals of a run added up, once for all metrics.
//!
//! Knows nothing of metrics. Kept here: time in which several clients are down counts once, and an
//! interval without an end lasts to the end of the run.

use crate::kernel::{Instant, Span};
use crate::sim::{ClientOutcome, Outcome, Parts};

/// Intervals of a run, in order and apart from each other.
pub(super) type Intervals = Vec<(Instant, Instant)>;

/// What most metrics are computed from.
#[derive(Debug)]
pub(super) struct Sums {
    /// When at least one writer could not work.
    pub(super) writes: Intervals,
    /// When at least one reader could not work.
    pub(super) reads: Intervals,
    /// When at least one consumer of a logical slot could not work.
    pub(super) consumes: Intervals,
    /// Where the time of the writers' outages went.
    pub(super) parts: Parts,
}

impl Sums {
    pub(super) fn of(outcome: &Outcome) -> Self {
        let down = |who: fn(&ClientOutcome) -> bool| {
            let clients = outcome.clients.iter().filter(|client| who(client));
            let outages = clients.flat_map(|client| &client.outages);
            union(outages.map(|one| (one.start, one.end.unwrap_or(outcome.until))).collect())
        };
        let writers = outcome.clients.iter().filter(|client| client.writes);
        let outages = writers.flat_map(|client| &client.outages);
        let parts = outages.fold(Parts::default(), |sum, outage| sum.plus(outage.parts));
        Self {
            writes: down(|client| client.writes),
            reads: down(|client| !client.writes && client.slot.is_none()),
            consumes: down(|client| client.slot.is_some()),
            parts,
        }
    }
}

/// Returns intervals in order, those that touch made one.
pub(super) fn union(mut intervals: Intervals) -> Intervals {
    intervals.sort_unstable();
    let mut apart: Intervals = Vec::with_capacity(intervals.len());
    for (start, end) in intervals {
        match apart.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => apart.push((start, end)),
        }
    }
    apart
}

/// Returns when an interval of both lists lasts, each of whose intervals are apart.
pub(super) fn common(one: &Intervals, other: &Intervals) -> Intervals {
    let overlaps = one.iter().flat_map(|(start, end)| {
        other.iter().map(|(begins, ends)| (*start.max(begins), *end.min(ends)))
    });
    union(overlaps.filter(|(start, end)| start < end).collect())
}

/// Returns how long intervals are together, in microseconds.
pub(super) fn total(intervals: &[(Instant, Instant)]) -> u64 {
    intervals.iter().fold(Span::ZERO, |sum, (start, end)| sum + end.since(*start)).as_micros()
}

/// Returns how long the longest interval is, in microseconds.
pub(super) fn longest(intervals: &[(Instant, Instant)]) -> u64 {
    let lengths = intervals.iter().map(|(start, end)| end.since(*start).as_micros());
    lengths.max().unwrap_or(0)
}

/// Returns the downtime of a client, in total or the longest, in microseconds.
pub(super) fn client(outcome: &Outcome, index: usize, longest: bool) -> u64 {
    let lengths = outcome.clients[index].outages.iter().map(|one| one.length(outcome.until));
    let lengths = lengths.map(Span::as_micros);
    if longest { lengths.max().unwrap_or(0) } else { lengths.sum() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(second: u64) -> Instant {
        Instant::ZERO + Span::from_secs(second)
    }

    proptest! {
        #[test]
        fn a_union_holds_each_second_that_an_interval_holds(
            pairs in proptest::collection::vec((0..40_u64, 1..9_u64), 0..12),
        ) {
            let intervals: Intervals =
                pairs.iter().map(|(start, length)| (at(*start), at(start + length))).collect();
            let apart = union(intervals.clone());
            let holds = |list: &Intervals, second: u64| {
                list.iter().any(|(start, end)| *start <= at(second) && at(second) < *end)
            };
            let down = (0..60).filter(|second| holds(&intervals, *second)).count();
            prop_assert_eq!(total(&apart), u64::try_from(down).expect("it is small") * 1_000_000);
            prop_assert!(apart.windows(2).all(|pair| pair[0].1 < pair[1].0));
            for second in 0..60 {
                prop_assert_eq!(holds(&apart, second), holds(&intervals, second));
            }
        }

        #[test]
        fn what_is_common_holds_each_second_that_both_hold(
            pairs in proptest::collection::vec((0..40_u64, 1..9_u64, any::<bool>()), 0..12),
        ) {
            let of = |side: bool| {
                let ours = pairs.iter().filter(|(.., which)| *which == side);
                union(ours.map(|(start, length, _)| (at(*start), at(start + length))).collect())
            };
            let (one, other) = (of(true), of(false));
            let both = common(&one, &other);
            let holds = |list: &Intervals, second: u64| {
                list.iter().any(|(start, end)| *start <= at(second) && at(second) < *end)
            };
            for second in 0..60 {
                let expected = holds(&one, second) && holds(&other, second);
                prop_assert_eq!(holds(&both, second), expected);
            }
        }
    }
}
