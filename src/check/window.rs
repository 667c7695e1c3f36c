//! Windows for switchovers: whether maintenance changed the primary inside of one.
//!
//! Knows nothing of how the platform waits. Kept here: a failover while a switchover is pending is
//! no change of the platform's choice.

use super::case::{Case, Finding};
use super::history::ServiceHistory;
use super::switchover::planned;
use crate::control::{PhaseName, opens};
use crate::kernel::Instant;
use crate::model::{Endpoint, NodeId, Service};

/// Judges that maintenance of a service with windows begins to change the primary inside of one.
pub(super) fn switchover_in_window(case: &Case<'_>) -> Finding {
    Finding::join(planned(case).map(|(service, memory, operation)| {
        if operation.windows.is_empty() {
            return Finding::Vacuous;
        }
        let over = operation.ended.map_or(Instant::FAR, |(at, _)| at);
        let within = |at: Instant| operation.began <= at && at <= over;
        let mut entered = memory.phases.iter().filter(|(at, _)| within(*at));
        let begins = if operation.follows { PhaseName::Stopping } else { PhaseName::QuorumCommit };
        let begun = entered.find(|(_, phase)| *phase == begins).map(|(at, _)| *at);
        let left = || operation.follows.then(|| moved(service, memory, within)).flatten();
        let Some(at) = begun.or_else(left) else { return Finding::Vacuous };
        if opens(&operation.windows, at) == Some(at) {
            return Finding::Holds;
        }
        let detail = "maintenance began to change the primary outside of its windows".to_owned();
        Finding::broken_times(at, 1, detail)
    }))
}

/// Returns when the own name of a service that follows another was moved off a node that had not
/// been given up.
fn moved(
    service: &Service,
    memory: &ServiceHistory,
    within: impl Fn(Instant) -> bool,
) -> Option<Instant> {
    let changes = &service.record(Endpoint::Primary).changes;
    let gone = |node: NodeId, at: Instant| {
        memory.given_up.iter().any(|one| one.node == node && one.at <= at)
    };
    let willing = changes.windows(2).filter(|two| {
        within(two[1].ordered) && !two[0].targets.iter().all(|node| gone(node, two[1].ordered))
    });
    willing.map(|two| two[1].ordered).next()
}
