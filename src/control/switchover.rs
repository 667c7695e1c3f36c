//! A controlled switchover, step by step: new standbys, one more server, quorum commit, a stop.
//!
//! Source: Aiven, "Upgrade and failover procedures", controlled switchover. Each step begins when
//! the one before is known to be done, so that a fault in between finds the service in one of few
//! states. Knows nothing of servers. Kept here: an old standby is deleted only after the replica
//! name was served without it, and the old primary is stopped only while commits wait for standbys.

use super::action::{Action, Numbers};
use super::decide::Decision;
use super::failover::{publish_ha_replica, replica_targets};
use super::follow;
use super::manager::Manager;
use super::member::{Member, Standing};
use super::operation::Step;
use super::phase::Phase;
use super::replace::{enlist, next_number};
use super::rule::Rule;
use super::{drain, follower, handover, window};
use crate::kernel::Instant;
use crate::knob::{Knobs, Mutant, StandbyReplacement};
use crate::model::{Endpoint, Plan};

/// Gives a service another plan.
pub(super) fn set_plan(manager: &mut Manager, plan: Plan, decision: &mut Decision) {
    manager.plan = plan;
    decision.actions.push(Action::SetPlan(plan));
}

/// Begins the next step of those that make servers, or lets commits wait for standbys.
pub(super) fn go_on(knobs: &Knobs, manager: &mut Manager, now: Instant, decision: &mut Decision) {
    let Some(operation) = &manager.operation else { return };
    let (made, wanted) = (operation.new.len(), usize::from(operation.wanted));
    let has_additional = operation.additional.is_some();
    if made < wanted && !has_additional {
        let replaces = operation.old.first().copied();
        let node = under_way(manager).unwrap_or_else(|| build(manager, decision));
        set_step(manager, Step::Replacing { node, replaces });
        if let (Some(Mutant::DeleteBeforeSubstitute), Some(old)) = (knobs.mutant, replaces) {
            decision.actions.push(Action::Delete(old));
        }
    } else if has_additional {
        if !drain::begin(knobs, manager, now, decision) {
            window::enter(knobs, manager, now, decision);
        }
    } else if let Some(left) = operation.old.first().copied() {
        // A smaller plan has no place for it.
        if let Some(member) = manager.member_mut(left) {
            member.standing = Standing::Leaving;
        }
        set_step(manager, Step::Renaming { replaces: left });
        let targets = replica_targets(knobs, manager);
        decision.actions.push(Action::Publish(Endpoint::Replica, targets));
        publish_ha_replica(knobs, manager, decision);
    } else {
        let node = build(manager, decision);
        set_step(manager, Step::Adding { node });
    }
}

/// Returns a new standby of the operation that is being built already.
fn under_way(manager: &Manager) -> Option<u16> {
    let operation = manager.operation.as_ref()?;
    manager.standing(Standing::Building).find(|number| !operation.old.contains(number))
}

/// Has all the new standbys built at once, if they are to be; the first is under way.
pub(super) fn build_ahead(knobs: &Knobs, manager: &mut Manager, decision: &mut Decision) {
    if knobs.standby_replacement == StandbyReplacement::AtOnce {
        let wanted = manager.operation.as_ref().map_or(0, |operation| operation.wanted);
        for _ in 1..wanted {
            build(manager, decision);
        }
    }
}

/// Has a new standby built.
fn build(manager: &mut Manager, decision: &mut Decision) -> u16 {
    let node = next_number(manager);
    enlist(manager, node);
    decision.actions.push(Action::BuildStandby(node, manager.upstream()));
    node
}

/// Notes how far the operation under way has come.
pub(super) fn set_step(manager: &mut Manager, step: Step) {
    if let Some(operation) = &mut manager.operation {
        operation.step = step;
    }
}

/// Deletes a node that is not needed any more.
pub(super) fn retire(manager: &mut Manager, number: u16, decision: &mut Decision) {
    manager.members.retain(|member| member.number != number);
    decision.actions.push(Action::Delete(number));
}

/// Points the replica names to the standbys that serve.
pub(super) fn publish_replicas(knobs: &Knobs, manager: &mut Manager, decision: &mut Decision) {
    if manager.follows.is_some() {
        follow::publish(knobs, manager, decision);
        return;
    }
    if manager.plan.standbys() > 0 {
        let targets = replica_targets(knobs, manager);
        decision.actions.push(Action::Publish(Endpoint::Replica, targets));
    }
    publish_ha_replica(knobs, manager, decision);
}

/// Lets a new standby serve, if the operation had it built; tells whether it had.
pub(super) fn serves(
    knobs: &Knobs,
    manager: &mut Manager,
    now: Instant,
    number: u16,
) -> Option<Decision> {
    if manager.follows.is_some() {
        return follower::serves(knobs, manager, now, number);
    }
    let operation = manager.operation.as_mut()?;
    let replaces = match operation.step {
        Step::Replacing { node, replaces } if node == number => {
            operation.new.push(number);
            Some(replaces)
        }
        Step::Adding { node } if node == number => {
            operation.new.push(number);
            operation.additional = Some(number);
            None
        }
        Step::Replacing { .. }
        | Step::Adding { .. }
        | Step::Renaming { .. }
        | Step::Draining { .. }
        | Step::Pending { .. }
        | Step::Securing { .. }
        | Step::Verifying { .. } => {
            // It takes the place of a server that was lost meanwhile, and is as new as the others.
            operation.new.push(number);
            return None;
        }
        Step::Stopping { .. }
        | Step::Handing
        | Step::Forwarding { .. }
        | Step::Returning { .. }
        | Step::Checking { .. }
        | Step::Upgrading { .. }
        | Step::BackingUp { .. }
        | Step::ShuttingDown { .. } => {
            return None;
        }
    };
    if let Some(member) = manager.member_mut(number) {
        member.standing = Standing::Standby;
    }
    let mut decision = Decision::none(Rule::AdmitNewServer);
    if let Some(Some(old)) = replaces {
        if let Some(member) = manager.member_mut(old) {
            member.standing = Standing::Leaving;
        }
        set_step(manager, Step::Renaming { replaces: old });
        publish_replicas(knobs, manager, &mut decision);
    } else {
        publish_replicas(knobs, manager, &mut decision);
        go_on(knobs, manager, now, &mut decision);
    }
    Some(decision)
}

/// Goes on when a changed name is served.
pub(super) fn served(
    knobs: &Knobs,
    manager: &mut Manager,
    now: Instant,
    endpoint: Endpoint,
) -> Decision {
    if manager.follows.is_some()
        && let Some(decision) = follower::served(knobs, manager, endpoint)
    {
        return decision;
    }
    let Some(operation) = &mut manager.operation else { return Decision::none(Rule::NoteNews) };
    match operation.step {
        Step::Renaming { replaces }
            if endpoint == Endpoint::Replica && manager.follows.is_none() =>
        {
            operation.old.retain(|old| *old != replaces);
            let mut decision = Decision::none(Rule::DeleteReplacedStandby);
            retire(manager, replaces, &mut decision);
            if manager.phase == Phase::Steady {
                go_on(knobs, manager, now, &mut decision);
            }
            decision
        }
        Step::Forwarding { .. } if endpoint == Endpoint::Primary => {
            handover::name_served(knobs, manager, now)
        }
        Step::Replacing { .. }
        | Step::Renaming { .. }
        | Step::Adding { .. }
        | Step::Draining { .. }
        | Step::Pending { .. }
        | Step::Securing { .. }
        | Step::Verifying { .. }
        | Step::Stopping { .. }
        | Step::Handing
        | Step::Forwarding { .. }
        | Step::Returning { .. }
        | Step::Checking { .. }
        | Step::Upgrading { .. }
        | Step::BackingUp { .. }
        | Step::ShuttingDown { .. } => Decision::none(Rule::NoteNews),
    }
}

/// Lets commits wait for the new standbys.
pub(super) fn secure(knobs: &Knobs, manager: &mut Manager, now: Instant, decision: &mut Decision) {
    if knobs.mutant == Some(Mutant::SkipQuorum) {
        handover::stop(manager, now, decision);
        return;
    }
    set_step(manager, Step::Securing { since: now });
    let standbys: Vec<u16> = manager.standing(Standing::Standby).collect();
    let needs = u8::try_from(knobs.quorum_size.of(standbys.len())).unwrap_or(u8::MAX);
    let primary = manager.primary;
    decision.actions.push(Action::SetQuorum(primary, needs, Numbers::of(standbys)));
}

/// Orders once more what was not answered.
pub(super) fn repeat(knobs: &Knobs, manager: &mut Manager, now: Instant) -> Decision {
    let mut decision = Decision::none(Rule::RepeatOrder);
    secure(knobs, manager, now, &mut decision);
    decision
}

/// Gives an operation up that has not come to the stop of the old primary: what it built beyond the
/// plan is deleted, and the rest stays.
pub(super) fn abandon(knobs: &Knobs, manager: &mut Manager, decision: &mut Decision) {
    let Some(operation) = manager.operation.take() else { return };
    for member in &mut manager.members {
        if member.standing == Standing::Leaving && member.number != manager.primary {
            member.standing = Standing::Standby;
        }
    }
    let primary = manager.member(manager.primary).map(|member| member.standing);
    let asked = matches!(operation.step, Step::Securing { .. } | Step::Verifying { .. });
    if asked && primary == Some(Standing::Primary) {
        decision.actions.push(Action::ClearQuorum(manager.primary));
    }
    trim(knobs, manager, decision);
}

/// Deletes what a service has beyond its plan: servers that are not ready, then the newest.
pub(super) fn trim(knobs: &Knobs, manager: &mut Manager, decision: &mut Decision) {
    let mut changed = false;
    loop {
        let counts =
            |member: &&Member| !matches!(member.standing, Standing::GivenUp | Standing::Leaving);
        let known = manager.members.iter().filter(counts).count();
        if known <= usize::from(manager.plan.nodes()) {
            break;
        }
        let building = manager.standing(Standing::Building).last();
        let Some(surplus) = building.or_else(|| manager.standing(Standing::Standby).last()) else {
            break;
        };
        changed |= building.is_none();
        retire(manager, surplus, decision);
    }
    if changed {
        publish_replicas(knobs, manager, decision);
    }
}

/// Adapts an operation to the loss of a server.
pub(super) fn lose_server(
    knobs: &Knobs,
    manager: &mut Manager,
    (now, number): (Instant, u16),
    decision: &mut Decision,
) {
    if manager.follows.is_some() {
        follower::lose_server(knobs, manager, number, decision);
        return;
    }
    let Some(operation) = &mut manager.operation else { return };
    operation.old.retain(|old| *old != number);
    operation.new.retain(|new| *new != number);
    let left = operation.new.len();
    match &mut operation.step {
        Step::Replacing { replaces, .. } if *replaces == Some(number) => *replaces = None,
        Step::Replacing { node, replaces } if *node == number => {
            let replaces = *replaces;
            let node = build(manager, decision);
            set_step(manager, Step::Replacing { node, replaces });
        }
        Step::Adding { node } if *node == number => {
            let node = build(manager, decision);
            set_step(manager, Step::Adding { node });
        }
        Step::Draining { .. }
        | Step::Pending { .. }
        | Step::Securing { .. }
        | Step::Verifying { .. }
            if left == 0 =>
        {
            abandon(knobs, manager, decision);
        }
        Step::Securing { .. } | Step::Verifying { .. } => secure(knobs, manager, now, decision),
        Step::Replacing { .. }
        | Step::Renaming { .. }
        | Step::Adding { .. }
        | Step::Draining { .. }
        | Step::Pending { .. }
        | Step::Stopping { .. }
        | Step::Handing
        | Step::Forwarding { .. }
        | Step::Returning { .. }
        | Step::Checking { .. }
        | Step::Upgrading { .. }
        | Step::BackingUp { .. }
        | Step::ShuttingDown { .. } => {}
    }
}
