//! What standbys had acknowledged: it is not lost while enough of them can be asked.
//!
//! Knows nothing of how commits wait. Kept here: a commit counts if it was made and released while
//! the setting was in force, and its client had not turned it off.

use cutover::knob::CommitLevel;
use cutover::model::{NodeId, ServiceId};
use serde_json::json;

use super::switchovers::faults;
use super::{Finding, Promotion};
use crate::commits::Commit;
use crate::numbers::Reference;
use crate::operations::Operation;
use crate::track::byte;

/// No commit is lost that standbys acknowledged, if the election looked at enough of them.
pub(super) fn quorum_commit_survives(of: &Reference<'_>) -> Finding {
    of.of_services(|id| {
        let all = of.promoted(id);
        let own = (0..of.world.branches.len()).filter(|one| of.world.branches[*one].service == id);
        Finding::worst(own.flat_map(|branch| {
            let next = all.iter().filter(|one| parent(of, one) == Some(branch));
            next.map(|one| survives(of, (id, branch), one)).collect::<Vec<_>>()
        }))
    })
}

/// Returns the branch that a promotion ended.
fn parent(of: &Reference<'_>, one: &Promotion<'_>) -> Option<usize> {
    Some(of.movement.branches[one.seen.branch?].parent?.0)
}

fn survives(of: &Reference<'_>, (id, branch): (ServiceId, usize), one: &Promotion<'_>) -> Finding {
    if !was_sure(of, (id, branch), one) {
        return Finding::Vacuous;
    }
    // A daemon stops nobody from acknowledging what was not there yet at its oldest poll.
    let age = ages(of, (id, branch), one).into_iter().max().unwrap_or(0);
    let looked = if one.rule == "promote-self" { one.seen.ordered - age } else { u64::MAX };
    let counts = |commit: &Commit| {
        commit.released.is_some_and(|at| at <= looked) && is_acknowledged(of, branch, commit)
    };
    judge(of, (id, branch), one, &counts)
}

/// A switchover with at most one fault loses no commit that standbys acknowledged.
pub(super) fn switchover_keeps_acked(of: &Reference<'_>) -> Finding {
    let all = of.deeds.services.iter().flat_map(|service| &service.operations);
    Finding::worst(all.map(|operation| keeps(of, operation).unwrap_or(Finding::Vacuous)))
}

fn keeps(of: &Reference<'_>, operation: &Operation) -> Option<Finding> {
    if faults(of, operation) > 1 {
        return None;
    }
    let id = operation.service;
    let all = of.promoted(id);
    let one = all.iter().find(|one| {
        let within = (operation.began..=operation.over()).contains(&one.seen.ordered);
        within && one.seen.branch.is_some()
    })?;
    let branch = parent(of, one)?;
    // After a clean stop everything is kept, whether or not commits waited for standbys.
    let clean = of.world.node(of.movement.branches[branch].node).shut_down;
    if !clean && !was_sure(of, (id, branch), one) {
        return None;
    }
    let counts = |commit: &Commit| {
        if clean { commit.told.is_some() } else { is_acknowledged(of, branch, commit) }
    };
    Some(judge(of, (id, branch), one, &counts))
}

/// Judges what became of those commits of a branch that count.
fn judge(
    of: &Reference<'_>,
    (id, branch): (ServiceId, usize),
    one: &Promotion<'_>,
    counts: &dyn Fn(&Commit) -> bool,
) -> Finding {
    let own = of.commits.iter().filter(|commit| commit.branch == branch && counts(commit));
    let own: Vec<&Commit> = own.collect();
    if own.is_empty() {
        return Finding::Vacuous;
    }
    let written = &of.movement.branches[branch];
    let begin = written.parent.map_or(0, |(_, fork)| fork);
    let limit = of.limit(&of.surviving(id), id, branch).unwrap_or(begin);
    // What is lost below the promotion's own beginning is lost by a later change.
    let fork = one.seen.branch.and_then(|new| of.movement.branches[new].parent);
    let kept = byte(limit.max(fork.map_or(0, |(_, fork)| fork)));
    let lost = own.iter().filter(|commit| commit.byte > kept).count();
    if lost == 0 || of.world.branches[branch].service != id {
        return Finding::Holds;
    }
    Finding::Broken(one.seen.ordered, json!({ "commits": lost }))
}

/// Returns whether standbys had acknowledged a commit while the setting was in force.
fn is_acknowledged(of: &Reference<'_>, branch: usize, one: &Commit) -> bool {
    let level = of.world.client(one.client).settings.synchronous_commit;
    let periods = of.movement.branches[branch].eras.in_force();
    let released = one.released.is_some_and(|released| {
        periods.iter().any(|(since, end)| one.made > *since && released < *end)
    });
    level != CommitLevel::Local && released
}

/// Returns whether an election saw more standbys than may be without an acknowledged commit: of m
/// of which any k must acknowledge, m - k may.
fn was_sure(of: &Reference<'_>, (id, branch): (ServiceId, usize), one: &Promotion<'_>) -> bool {
    let Some((needs, named)) = of.movement.branches[branch].eras.last_rule() else {
        return false;
    };
    let all = usize::from(of.world.service(id).plan.standbys());
    let members = if named.is_empty() { all } else { named.len() };
    !one.seen.restored && ages(of, (id, branch), one).len() + needs > members
}

/// Returns how long ago each candidate said how far it was, of those that commits waited for.
fn ages(of: &Reference<'_>, (id, branch): (ServiceId, usize), one: &Promotion<'_>) -> Vec<u64> {
    let named = of.movement.branches[branch].eras.last_rule().map(|(_, named)| named);
    let named = named.unwrap_or_default();
    let nodes = of.world.service(id).nodes.iter();
    let waited = nodes.filter(|node| named.is_empty() || named.contains(node));
    let age = |node: &NodeId| {
        let name = of.world.node_name(*node);
        let row = one.candidates.iter().find(|row| row["node"] == *name)?;
        let fresh = ["furthest along", "not the furthest, or tied and not preferred"];
        row["why"].as_str().filter(|why| fresh.contains(why)).and(row["age_us"].as_u64())
    };
    waited.filter_map(age).collect()
}

/// No commit is acknowledged with a warning in place of standbys.
pub(super) fn no_warned_commits(of: &Reference<'_>) -> Finding {
    of.of_services(|id| {
        let mut branches = of.world.branches.iter().zip(&of.movement.branches);
        if !branches.any(|(branch, written)| branch.service == id && written.eras.began()) {
            return Finding::Vacuous;
        }
        let own = of.commits.iter().filter(|one| one.service == id && one.warned);
        let told: Vec<u64> = own.filter_map(|one| one.told).collect();
        match told.iter().min() {
            Some(first) => Finding::Broken(*first, json!({ "commits": told.len() })),
            None => Finding::Holds,
        }
    })
}
