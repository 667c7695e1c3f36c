//! Maintenance in windows: the states that it goes through, by the phases of the platform's work.
//!
//! Source: Aiven, "Controlled maintenance updates". Knows nothing of how a switchover is done. Kept
//! here: it is scheduled when new nodes wait for a window, runs when the old primary is being
//! changed, and is completed when every node is a new one.

use cutover::control::{PhaseName, Rule};
use serde_json::{Value, json};

use super::numbers::Reference;
use super::operations::Operation;

/// Returns the states of an operation whose service had windows, from when on.
pub(crate) fn switchover(of: &Reference<'_>, one: &Operation) -> Value {
    let (began, over) = (one.began, one.over());
    let mut states = vec![("PENDING", began)];
    for (at, phase) in &of.deeds.services[one.service.index()].phases.0 {
        let changes = if one.follows { PhaseName::Stopping } else { PhaseName::QuorumCommit };
        let state = if *phase == Some(PhaseName::PendingWindow) {
            "SCHEDULED"
        } else if *phase == Some(changes) {
            "RUNNING"
        } else {
            continue;
        };
        let news = states.last().is_none_or(|(last, _)| *last != state);
        if news && began <= *at && *at < over {
            states.push((state, *at));
        }
    }
    let waits = states.last().is_some_and(|(last, _)| *last == "SCHEDULED");
    let promotions = &of.looks.services[one.service.index()].promotions;
    let taken = promotions.iter().find(|other| other.ordered >= over);
    let whole = |rule: Rule| matches!(rule, Rule::EndSwitchover | Rule::EndFollowerMaintenance);
    if let Some((at, rule)) = one.ended {
        if whole(rule) {
            states.push(("COMPLETED", at));
        } else if let (true, Some(taken)) = (waits, taken) {
            states.extend(taken.finished.map(|finished| ("COMPLETED_EARLY", finished)));
        } else {
            states.push(("INACTIVE", at));
        }
    }
    let told = states.iter().map(|(state, at)| json!({ "state": state, "at_us": at }));
    json!({ "states": told.collect::<Vec<_>>() })
}
