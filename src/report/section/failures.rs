//! What died and how, and when the platform noticed.
//!
//! Knows nothing of what was done about it. Kept here: a node that was given up though no
//! fault reached it is named too.

use crate::fault::FAULTS;
use crate::kernel::Instant;
use crate::report::findings::Report;
use crate::report::page::Page;
use crate::report::style::Ink;
use crate::report::wording::{many, moment, number, span};
use crate::sim::{FaultOutcome, MarkedDown, Outcome};

/// How many faults the screen tells of; the timeline has them all.
const TOLD_MAX: usize = 8;

/// Writes the faults, each with when it was noticed, and the nodes given up without one.
pub(in crate::report) fn failures(report: &Report<'_>, page: &mut Page) {
    let outcome = report.outcome;
    page.title("WHAT FAILED");
    if outcome.faults.is_empty() {
        page.say(2, Ink::Plain, "Nothing: no fault struck.");
    }
    let times: Vec<String> = outcome.faults.iter().map(|fault| moment(fault.at)).collect();
    let room = times.iter().take(TOLD_MAX).map(String::len).max().unwrap_or(0);
    for (fault, time) in outcome.faults.iter().zip(&times).take(TOLD_MAX) {
        page.lead(2, Ink::Strong, &format!("{time:>room$}"), &told(outcome, fault));
    }
    if outcome.faults.len() > TOLD_MAX {
        let more = many(&outcome.faults[TOLD_MAX..]);
        page.say(2, Ink::Plain, &format!("... and {} more, in the timeline", number(more)));
    }
    for marked in blameless(outcome) {
        let text = format!(
            "{} marked as down at {}, {} after its last report, though no fault struck it",
            marked.node,
            moment(marked.at),
            span(marked.at.since(marked.last_report)),
        );
        page.say(2, Ink::Doubtful, &text);
    }
}

fn told(outcome: &Outcome, fault: &FaultOutcome) -> String {
    let role = match (&fault.service, fault.primary && !fault.what.contains("primary")) {
        (Some(service), true) => format!(", the primary of {service}"),
        _ => String::new(),
    };
    if fault.healed {
        return format!("{} of {}{role} ends", fault.fault, fault.what);
    }
    let card = FAULTS.iter().find(|card| card.name == fault.fault);
    let meaning = card.map_or_else(String::new, |card| format!(": {}", card.meaning));
    let marked = fault.node.as_deref().map_or_else(String::new, |node| {
        noticed(outcome, fault, node).map_or_else(
            || "\nnever marked as down".to_owned(),
            |marked| {
                format!(
                    "\nlast report at {}, marked as down at {}: {} later",
                    moment(marked.last_report),
                    moment(marked.at),
                    span(marked.at.since(fault.at)),
                )
            },
        )
    });
    format!("{} of {}{role}{meaning}{marked}", fault.fault, fault.what)
}

/// Finds when the platform gave a node up after a fault and before the node's next one.
fn noticed<'a>(outcome: &'a Outcome, fault: &FaultOutcome, node: &str) -> Option<&'a MarkedDown> {
    let again = |other: &&FaultOutcome| {
        !other.healed && other.at > fault.at && other.node.as_deref() == Some(node)
    };
    let next = outcome.faults.iter().find(again).map_or(Instant::FAR, |other| other.at);
    let marks = outcome.services.iter().flat_map(|service| &service.marked_down);
    marks.into_iter().find(|mark| mark.node == node && mark.at >= fault.at && mark.at < next)
}

fn blameless(outcome: &Outcome) -> Vec<&MarkedDown> {
    let marks = outcome.services.iter().flat_map(|service| &service.marked_down);
    let struck = |mark: &MarkedDown| {
        let hit = |fault: &FaultOutcome| {
            let reaches =
                fault.node.as_ref() == Some(&mark.node) || fault.nodes.contains(&mark.node);
            !fault.healed && fault.at <= mark.at && reaches
        };
        outcome.faults.iter().any(hit)
    };
    marks.filter(|mark| !struck(mark)).collect()
}
