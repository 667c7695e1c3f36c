//! What became of each logical slot, and what to do about it.
//!
//! Knows nothing of invariants. Kept here: a slot whose consumer misses commits says so before
//! anything else.

use crate::report::findings::Report;
use crate::report::page::Page;
use crate::report::style::Ink;
use crate::report::wording::{counted, moment, number, size, span};
use crate::sim::{SlotOutcome, SlotState};

/// Writes what became of each slot; nothing if no service has one.
pub(in crate::report) fn slots(report: &Report<'_>, page: &mut Page) {
    let services = &report.outcome.services;
    if services.iter().all(|service| service.slots.is_empty()) {
        return;
    }
    page.title("LOGICAL SLOTS, AND WHAT TO DO ABOUT EACH");
    for service in services {
        for slot in &service.slots {
            let name = format!("{} of {}", slot.slot, service.name);
            page.lead(2, ink(slot), &name, &told(slot).join("; "));
        }
    }
}

fn ink(slot: &SlotOutcome) -> Ink {
    let gone = slot.state == SlotState::Lost || slot.given_up.is_some();
    if slot.skipped_commits > 0 || gone || slot.left_over {
        Ink::Bad
    } else if slot.state == SlotState::NotYetSynced || slot.duplicates + slot.phantom_commits > 0 {
        Ink::Doubtful
    } else {
        Ink::Plain
    }
}

fn told(slot: &SlotOutcome) -> Vec<String> {
    let mut parts = Vec::new();
    let consumer = slot.consumer.as_deref().unwrap_or("its consumer");
    if slot.skipped_commits > 0 {
        let commits = counted(slot.skipped_commits, "commit");
        let place = slot.skipped_range.map_or(String::new(), |(from, to)| {
            format!(", the WAL of {} from {from} to {to}", slot.node)
        });
        parts.push(format!(
            "RESUMES WITH A HOLE: {consumer} is never given {commits}{place}; copy the tables \
             anew, or read the missing rows by hand"
        ));
    }
    parts.push(position(slot));
    if slot.duplicates > 0 {
        let commits = counted(slot.duplicates, "commit");
        let why = repeats(slot).join(", ");
        parts.push(format!("{consumer} was given {commits} again ({why}): apply each only once"));
    }
    if slot.phantom_commits > 0 {
        let commits = counted(slot.phantom_commits, "commit");
        parts.push(format!(
            "{consumer} holds {commits} that no longer exist: remove what they left downstream"
        ));
    }
    parts
}

/// Returns why commits were given again.
fn repeats(slot: &SlotOutcome) -> Vec<String> {
    let uncopied = if slot.left_over {
        "that the slot left there knows nothing of"
    } else {
        "confirmed after the last copy"
    };
    let why = [
        (slot.repeats.behind, "that the standby lacked at the copy"),
        (slot.repeats.uncopied, uncopied),
        (slot.repeats.unsaved, "whose confirmation was not on disk"),
        (slot.repeats.unconfirmed, "not confirmed yet"),
    ];
    let there = why.into_iter().filter(|(commits, _)| *commits > 0);
    there.map(|(commits, why)| format!("{} {why}", number(commits))).collect()
}

fn position(slot: &SlotOutcome) -> String {
    let node = &slot.node;
    let after = slot.promoted.as_ref().map_or(String::new(), |(from, at)| {
        let before = if from == node { "a major upgrade" } else { from };
        format!(" after {before}, since {}", moment(*at))
    });
    let at = slot.confirmed_flush_lsn.map_or(String::new(), |lsn| format!(" at {lsn}"));
    let behind = match (slot.age, slot.lag_bytes) {
        (Some(age), Some(lag)) => {
            format!(", position {} old, {} behind", span(age), size(lag))
        }
        _ => String::new(),
    };
    let given_up = slot.given_up.map_or(String::new(), |at| {
        format!(", given up at {}: it held back too much WAL", moment(at))
    });
    match slot.state {
        SlotState::Kept if slot.left_over => format!(
            "LEFT OVER on {node}{after}{at}: a slot of this name was there before and is not the \
             primary's; drop such slots on standbys while the primary is there"
        ),
        SlotState::Kept if slot.given_up.is_some() => {
            format!("LOST on {node}: kept there{after}{at}{given_up}; {}", remedy(slot))
        }
        SlotState::Kept => format!("kept on {node}{after}{at}{behind}"),
        SlotState::Lost => format!("LOST on {node}{after}{given_up}; {}", remedy(slot)),
        SlotState::NotYetSynced => {
            let age = slot.slot_age.map_or(String::new(), |age| format!(", {} old", span(age)));
            format!("not on {node}{after}: not copied yet{age}; {}", remedy(slot))
        }
    }
}

/// Returns what to do about a slot that is gone.
fn remedy(slot: &SlotOutcome) -> &'static str {
    if slot.resumed.is_some() {
        "its consumer has created it anew: copy the tables again"
    } else {
        "create it anew and copy the tables again"
    }
}
