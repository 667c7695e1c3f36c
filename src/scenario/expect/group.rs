//! Whether instances of a group were what they were expected to be.
//!
//! Knows nothing of single nodes. Kept here: a part is that of one instant.

use super::Finding;
use crate::control::GroupPart;
use crate::kernel::{Instant, Span};
use crate::sim::{GroupOutcome, Outcome};

/// Judges which part an instance has in its group at an instant.
pub(super) fn part(outcome: &Outcome, service: &str, (part, by): (GroupPart, Span)) -> Finding {
    let by = Instant::ZERO + by;
    let changes = outcome.groups.iter().flat_map(|group| &group.parts);
    let mut of_service = changes.filter(|change| change.service == service && change.at <= by);
    let Some(last) = of_service.next_back() else {
        return Finding::missed(None, format!("{service} belongs to no group"));
    };
    let detail = format!("{service} was {} at {by}, since {}", last.part.word(), last.at);
    if by > outcome.until {
        return Finding::inconclusive(detail);
    }
    if last.part == part {
        Finding::met(Some(last.at), detail)
    } else {
        Finding::missed(Some(by), detail)
    }
}

/// Judges how long both instances of a group are writable.
pub(super) fn both(outcome: &Outcome, service: &str, between: (Span, Span)) -> Finding {
    let of = |group: &&GroupOutcome| group.primary == service || group.secondary == service;
    let Some(group) = outcome.groups.iter().find(of) else {
        return Finding::missed(None, format!("{service} belongs to no group"));
    };
    let lengths = group.both_writable.iter();
    let lengths = lengths.map(|(start, end)| end.unwrap_or(outcome.until).since(*start));
    let total = lengths.fold(Span::ZERO, |sum, length| sum + length);
    let at = group.both_writable.first().map(|(start, _)| *start);
    let detail = format!("both instances of the group of {service} were writable for {total}");
    if (between.0..=between.1).contains(&total) {
        Finding::met(at, detail)
    } else {
        Finding::missed(at, detail)
    }
}
