//! How long clients could not do their work, added up.
//!
//! Knows nothing of why. Kept here: an outage that lasts to the end of the run counts up to there.

use crate::kernel::{Instant, Span};
use crate::sim::{ClientOutcome, Outcome};

/// Returns how long a client's outages are together.
pub(crate) fn downtime(client: &ClientOutcome, until: Instant) -> Span {
    client.outages.iter().fold(Span::ZERO, |sum, outage| sum + outage.length(until))
}

/// Returns the writer, or the reader, whose outages are longest together, if any has one.
///
/// A consumer of a slot is neither.
pub(crate) fn worst_client(outcome: &Outcome, writes: bool) -> Option<(&ClientOutcome, Span)> {
    let clients = outcome.clients.iter().filter(|client| client.slot.is_none());
    longest_down(outcome, clients.filter(|client| client.writes == writes))
}

/// Returns the consumer of a slot whose outages are longest together, if any has one.
pub(crate) fn worst_consumer(outcome: &Outcome) -> Option<(&ClientOutcome, Span)> {
    longest_down(outcome, outcome.clients.iter().filter(|client| client.slot.is_some()))
}

fn longest_down<'a>(
    outcome: &Outcome,
    clients: impl Iterator<Item = &'a ClientOutcome>,
) -> Option<(&'a ClientOutcome, Span)> {
    let down = clients.map(|client| (client, downtime(client, outcome.until)));
    let mut worst: Option<(&ClientOutcome, Span)> = None;
    for (client, length) in down {
        if length > worst.map_or(Span::ZERO, |(_, longest)| longest) {
            worst = Some((client, length));
        }
    }
    worst
}

/// Returns whether a client could still not do its work when the run ended.
pub(crate) fn down_at_the_end(client: &ClientOutcome) -> bool {
    client.outages.iter().any(|outage| outage.end.is_none())
}

/// Returns how long intervals are together, open ones up to the end of the run.
pub(crate) fn total(
    intervals: impl Iterator<Item = (Instant, Option<Instant>)>,
    until: Instant,
) -> Span {
    intervals.fold(Span::ZERO, |sum, (start, end)| sum + end.unwrap_or(until).since(start))
}
