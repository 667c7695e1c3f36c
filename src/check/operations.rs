//! What the judge remembers of planned operations.
//!
//! Knows nothing of bounds. Kept here: an entry is what happened, not what was ordered.

use super::history::ServiceHistory;
use crate::control::{Cause, Rule, Window};
use crate::kernel::Instant;
use crate::model::{NodeId, Plan, StopWait};

/// A planned operation from its beginning to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OperationRecord {
    /// What it is for.
    pub cause: Cause,
    /// When it began.
    pub began: Instant,
    /// Whether its service followed another, so that nobody was to be promoted.
    pub follows: bool,
    /// The windows in which it might change the primary; none if it might at any time.
    pub windows: Vec<Window>,
    /// Whether its service had windows for it when it began.
    pub in_windows: bool,
    /// The nodes that existed when it began.
    pub old: Vec<NodeId>,
    /// The first node that could be made in it.
    pub first_new: NodeId,
    /// Which old primary passed connections on, to whom, from when on.
    pub forwards: Vec<(Instant, NodeId, Option<NodeId>)>,
    /// Nodes that were deleted because they were not needed any more.
    pub deleted: Vec<(Instant, NodeId)>,
    /// When it was over, and by which rule.
    pub ended: Option<(Instant, Rule)>,
    /// The plan that its service had then.
    pub plan: Option<Plan>,
}

/// How the controlled stop of a server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StopRecord {
    /// When.
    pub at: Instant,
    /// Whose.
    pub node: NodeId,
    /// What it waited for last.
    pub awaited: StopWait,
    /// Whether it was still waiting for it.
    pub cut_off: bool,
}

impl OperationRecord {
    /// Returns the record of an operation that begins.
    pub(crate) fn new(began: Instant, cause: Cause, old: Vec<NodeId>, first_new: NodeId) -> Self {
        let (forwards, deleted, windows) = (Vec::new(), Vec::new(), Vec::new());
        Self {
            cause,
            began,
            follows: false,
            windows,
            in_windows: false,
            old,
            first_new,
            forwards,
            deleted,
            ended: None,
            plan: None,
        }
    }

    /// Returns whether a node was made in it.
    pub(crate) fn made(&self, node: NodeId) -> bool {
        node >= self.first_new
    }
}

impl ServiceHistory {
    /// Returns when a service was last given another tier within an interval, its start if never:
    /// what the plan before had no standbys for is not missing before.
    pub(super) fn tier_changed(&self, start: Instant, end: Instant) -> Instant {
        let changes = self.operations.iter().filter(|one| one.cause == Cause::ChangeOfTier);
        changes.map(|one| one.began).filter(|at| (start..=end).contains(at)).max().unwrap_or(start)
    }
}
