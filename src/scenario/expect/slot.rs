//! Whether a logical slot and its consumer fared as expected.
//!
//! Knows nothing of how slots are copied. Kept here: a state and a position are those on the last
//! primary; commits are those of the whole run.

use super::Finding;
use crate::kernel::{Bytes, Span};
use crate::sim::{ServiceOutcome, SlotOutcome, SlotState};

/// Judges what the last primary has of a slot.
pub(super) fn state(service: &ServiceOutcome, slot: &str, expected: SlotState) -> Finding {
    last(service, slot, |found| {
        let detail = format!("on {} slot {slot} is {}", found.node, found.state.word());
        judge(found.state == expected, detail)
    })
}

/// Judges how old a slot's position was when the primary before was lost.
pub(super) fn age(service: &ServiceOutcome, slot: &str, (low, high): (Span, Span)) -> Finding {
    last(service, slot, |found| match found.age {
        Some(age) => judge(
            low <= age && age <= high,
            format!("on {} the position of slot {slot} was {age} old", found.node),
        ),
        None => Finding::missed(None, format!("no position of slot {slot} was taken over")),
    })
}

/// Judges how far a slot was behind that of the primary before.
pub(super) fn lag(service: &ServiceOutcome, slot: &str, (low, high): (Bytes, Bytes)) -> Finding {
    last(service, slot, |found| match found.lag_bytes.map(Bytes) {
        Some(lag) => judge(
            low <= lag && lag <= high,
            format!("on {} slot {slot} was {lag} behind", found.node),
        ),
        None => Finding::missed(None, format!("no position of slot {slot} was taken over")),
    })
}

/// Judges a number of commits of a slot's consumer over the whole run.
pub(super) fn commits(
    service: &ServiceOutcome,
    slot: &str,
    (low, high): (u64, u64),
    (what, of): (&str, fn(&SlotOutcome) -> u64),
) -> Finding {
    let entries = || service.slots.iter().filter(|found| found.slot == slot);
    if entries().next().is_none() {
        return Finding::missed(None, format!("slot {slot} was never created"));
    }
    let sum: u64 = entries().map(of).sum();
    let detail = format!("the consumer of slot {slot} {what} {sum} commits");
    judge((low..=high).contains(&sum), detail)
}

fn judge(met: bool, detail: String) -> Finding {
    if met { Finding::met(None, detail) } else { Finding::missed(None, detail) }
}

fn last(
    service: &ServiceOutcome,
    slot: &str,
    judge: impl FnOnce(&SlotOutcome) -> Finding,
) -> Finding {
    let found = service.slots.iter().rfind(|found| found.slot == slot);
    found.map_or_else(|| Finding::missed(None, format!("slot {slot} was never created")), judge)
}
