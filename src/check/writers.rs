//! At most one writer.
//!
//! Knows nothing of who should have been fenced. Kept here: every interval with two writable nodes
//! counts, whatever the policy.

use super::case::{Breach, Case, Finding};
use super::intervals::dual_writing;
use super::verdict::Amount;
use crate::kernel::Span;

/// Judges that at no instant two nodes of a service are writable.
pub(super) fn at_most_one_writer(case: &Case<'_>) -> Finding {
    Finding::join(case.services().map(|(service, memory)| {
        if memory.promotions.is_empty() {
            return Finding::Vacuous;
        }
        let intervals = dual_writing(case.world, case.history, service.id);
        let Some(first) = intervals.first() else { return Finding::Holds };
        let end = |end: Option<crate::kernel::Instant>| end.unwrap_or(case.world.now);
        let time = intervals
            .iter()
            .fold(Span::ZERO, |sum, interval| sum + end(interval.end).since(interval.start));
        let commits = intervals.iter().map(|interval| interval.losing_commits).sum();
        let nodes: Vec<String> =
            first.nodes.iter().map(|node| case.world.node_name(*node)).collect();
        Finding::Broken(Breach {
            at: first.start,
            amounts: vec![Amount::Time(time), Amount::Commits(commits)],
            detail: format!(
                "{} were writable at once for {time}; {commits} commits acknowledged on the \
                 losing side meanwhile",
                nodes.join(" and ")
            ),
        })
    }))
}
