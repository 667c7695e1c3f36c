//! Windows for switchovers: whether maintenance changed the primary inside of one.
//!
//! Knows nothing of how the platform waits. Kept here: a failover while a switchover is pending is
//! no change of the platform's choice.

use super::case::{Case, Finding};
use super::switchover::planned;
use crate::control::{PhaseName, opens};
use crate::kernel::Instant;

/// Judges that maintenance of a service with windows begins to change the primary inside of one.
pub(super) fn switchover_in_window(case: &Case<'_>) -> Finding {
    Finding::join(planned(case).map(|(_, memory, operation)| {
        if operation.windows.is_empty() {
            return Finding::Vacuous;
        }
        let over = operation.ended.map_or(Instant::FAR, |(at, _)| at);
        let within = |at: Instant| operation.began <= at && at <= over;
        let mut entered = memory.phases.iter().filter(|(at, _)| within(*at));
        let changes = entered.find(|(_, phase)| *phase == PhaseName::QuorumCommit);
        let Some((at, _)) = changes else { return Finding::Vacuous };
        if opens(&operation.windows, *at) == Some(*at) {
            return Finding::Holds;
        }
        let detail = "maintenance began to change the primary outside of its windows".to_owned();
        Finding::broken_times(*at, 1, detail)
    }))
}
