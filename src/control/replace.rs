//! What the platform does for missing standbys: build new ones, admit them when they are ready.
//!
//! Source: Aiven, "Upgrade and failover procedures", replica disconnection. Knows nothing of how a
//! node is built. Kept here: the service never grows beyond its plan.

use super::action::Action;
use super::decide::Decision;
use super::failover::{publish_ha_replica, replica_targets};
use super::follow;
use super::manager::Manager;
use super::member::{Member, Standing};
use super::phase::Phase;
use super::rule::Rule;
use super::switchover;
use crate::kernel::Instant;
use crate::knob::{EmptyReplicaName, Knobs, Mutant};
use crate::model::Endpoint;

/// Gives a silent standby up and has a new one built; the primary is not touched.
pub(super) fn replace_standby(
    knobs: &Knobs,
    manager: &mut Manager,
    (now, number): (Instant, u16),
) -> Decision {
    let mut decision = give_up(manager, number, Rule::ReplaceSilentStandby);
    leave_replica_name(knobs, manager, &mut decision);
    let left = manager.standing(Standing::Standby).next();
    if let (Some(Mutant::ReplicaLossMovesPrimary), Some(left)) = (knobs.mutant, left) {
        manager.phase = Phase::Promoting { node: left, ordered: Instant::FAR };
        decision.actions.push(Action::Promote(left));
    }
    switchover::lose_server(knobs, manager, (now, number), &mut decision);
    build_missing(knobs, manager, &mut decision);
    decision
}

/// Gives a new node up that fell silent while it was built, and has it built again.
pub(super) fn replace_build(
    knobs: &Knobs,
    manager: &mut Manager,
    (now, number): (Instant, u16),
) -> Decision {
    let mut decision = give_up(manager, number, Rule::ReplaceSilentBuild);
    if manager.phase == (Phase::Restoring { node: number }) {
        let node = next_number(manager);
        enlist(manager, node);
        manager.phase = Phase::Restoring { node };
        decision.actions.push(Action::BuildPrimary(node));
    } else {
        switchover::lose_server(knobs, manager, (now, number), &mut decision);
        build_missing(knobs, manager, &mut decision);
    }
    decision
}

/// Has a standby built anew that cannot follow the new primary.
pub(super) fn rebuild(
    knobs: &Knobs,
    manager: &mut Manager,
    (now, number): (Instant, u16),
) -> Decision {
    if knobs.mutant == Some(Mutant::KeepUnfitStandby) {
        return Decision::none(Rule::NoteNews);
    }
    let mut decision = give_up(manager, number, Rule::ReplaceUnfitStandby);
    leave_replica_name(knobs, manager, &mut decision);
    if manager.operation.is_some() {
        switchover::lose_server(knobs, manager, (now, number), &mut decision);
        build_missing(knobs, manager, &mut decision);
        return decision;
    }
    let node = next_number(manager);
    enlist(manager, node);
    decision.actions.push(Action::BuildStandby(node, manager.upstream()));
    decision
}

/// Points the replica name to the standbys that are left.
fn leave_replica_name(knobs: &Knobs, manager: &mut Manager, decision: &mut Decision) {
    if manager.follows.is_some() {
        follow::publish(knobs, manager, decision);
        return;
    }
    let left = manager.standing(Standing::Standby).next();
    // With nobody left the name keeps the dead address, and queries to it time out.
    if left.is_some() || knobs.replica_name_when_empty != EmptyReplicaName::DeadAddress {
        let targets = replica_targets(knobs, manager);
        decision.actions.push(Action::Publish(Endpoint::Replica, targets));
    }
    publish_ha_replica(knobs, manager, decision);
}

/// Lets a new standby serve.
pub(super) fn admit(knobs: &Knobs, manager: &mut Manager, number: u16) -> Decision {
    if let Some(member) = manager.member_mut(number) {
        member.standing = Standing::Standby;
    }
    let mut decision = Decision::none(Rule::AdmitStandby);
    if manager.follows.is_some() {
        follow::publish(knobs, manager, &mut decision);
        return decision;
    }
    let standbys = manager.standing(Standing::Standby);
    let targets = super::action::Numbers::of(standbys);
    decision.actions.push(Action::Publish(Endpoint::Replica, targets));
    publish_ha_replica(knobs, manager, &mut decision);
    decision
}

/// Orders as many new standbys as the plan lacks.
pub(super) fn build_missing(knobs: &Knobs, manager: &mut Manager, decision: &mut Decision) {
    if knobs.mutant == Some(Mutant::ForgetReplacement) {
        return;
    }
    let counts =
        |member: &&Member| !matches!(member.standing, Standing::GivenUp | Standing::Leaving);
    let known = manager.members.iter().filter(counts).count();
    for _ in known..usize::from(manager.plan.nodes()) {
        let node = next_number(manager);
        enlist(manager, node);
        decision.actions.push(Action::BuildStandby(node, manager.upstream()));
    }
}

/// Returns the number of the next node and counts on.
pub(super) fn next_number(manager: &mut Manager) -> u16 {
    let number = manager.next_number;
    manager.next_number += 1;
    number
}

/// Adds a node under construction to those that the platform knows.
pub(super) fn enlist(manager: &mut Manager, number: u16) {
    manager.members.push(Member {
        number,
        standing: Standing::Building,
        report: None,
        missed: None,
        ordered: None,
    });
}

fn give_up(manager: &mut Manager, number: u16, rule: Rule) -> Decision {
    if let Some(member) = manager.member_mut(number) {
        member.standing = Standing::GivenUp;
    }
    let mut decision = Decision::none(rule);
    decision.given_up = Some(number);
    decision.actions.push(Action::Fence(number));
    decision
}
