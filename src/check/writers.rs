//! At most one writer, and none behind a fence.
//!
//! Knows nothing of who should have been fenced. Kept here: every interval with two writable nodes
//! counts, whatever the policy.

use super::case::{Breach, Case, Finding};
use super::intervals::dual_writing;
use super::verdict::Amount;
use crate::kernel::{Instant, Span};
use crate::model::NodeId;

/// Judges that at no instant two nodes of a service are writable.
pub(super) fn at_most_one_writer(case: &Case<'_>) -> Finding {
    Finding::join(case.services().map(|(service, memory)| {
        let intervals = dual_writing(case.world, case.history, service.id);
        let Some(first) = intervals.first() else {
            let quiet = memory.promotions.is_empty();
            return if quiet { Finding::Vacuous } else { Finding::Holds };
        };
        let end = |end: Option<Instant>| end.unwrap_or(case.world.now);
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

/// Judges that a node acknowledges nothing after its fence took effect.
pub(super) fn fenced_node_silent(case: &Case<'_>) -> Finding {
    Finding::join(
        case.services().flat_map(|(_, memory)| {
            memory.fenced.iter().map(|(at, node)| silent(case, *at, *node))
        }),
    )
}

fn silent(case: &Case<'_>, at: Instant, node: NodeId) -> Finding {
    let mut branches = case.world.branches.iter().filter(|branch| branch.node == node).peekable();
    if branches.peek().is_none() {
        return Finding::Vacuous;
    }
    let after = branches.flat_map(|branch| {
        branch.sessions.iter().map(|session| {
            let told = |instant: Instant| branch.acked(session, Instant::FAR, instant);
            told(case.world.now) - told(at).min(told(case.world.now))
        })
    });
    let commits: u64 = after.sum();
    if commits == 0 {
        return Finding::Holds;
    }
    let name = case.world.node_name(node);
    let detail = format!("{name} acknowledged {commits} commits after it was fenced");
    Finding::Broken(Breach { at, amounts: vec![Amount::Commits(commits)], detail })
}
