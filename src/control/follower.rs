//! Maintenance of a service that follows another: every node is replaced by a new one.
//!
//! It has no primary to be stopped and no commit to wait for, and nobody is promoted. What is left
//! of a controlled switchover: new servers that follow the source, names that move to them, and
//! windows for the server that the service's own name points to. Source: Aiven, "Upgrade and
//! failover procedures" and "Create and manage read replicas". Knows nothing of the service that
//! is followed. Kept here: a node is deleted only after a new one serves under its name.

use super::action::{Action, Numbers};
use super::command::Refusal;
use super::decide::Decision;
use super::follow;
use super::manager::Manager;
use super::member::Standing;
use super::operation::{Cause, Operation, Step};
use super::phase::Phase;
use super::replace::{self, enlist, next_number};
use super::rule::Rule;
use super::switchover::{retire, set_step, trim};
use super::window;
use crate::kernel::Instant;
use crate::knob::{FollowerMaintenance, Knobs, Mutant};
use crate::model::{Answer, Endpoint};

/// Begins to replace every node, or says why not.
///
/// # Errors
/// The reason for which it is refused; then the manager is as it was.
pub(super) fn begin(
    knobs: &Knobs,
    manager: &mut Manager,
    now: Instant,
) -> Result<Decision, Refusal> {
    let serving: Vec<u16> = manager.standing(Standing::Standby).collect();
    let whole = serving.len() >= usize::from(manager.plan.nodes());
    if manager.phase != Phase::Steady || manager.operation.is_some() || !whole {
        return Err(Refusal::UnderWay);
    }
    let named = manager.primary;
    // The node that the service's own name points to comes last: it waits for a window.
    let others = serving.into_iter().filter(|number| *number != named);
    let old: Vec<u16> = others.chain([named]).collect();
    let mut decision = Decision::none(Rule::BeginSwitchover);
    manager.operation = Some(Operation {
        cause: Cause::Maintenance,
        step: Step::Securing { since: now },
        old_primary: named,
        wanted: manager.plan.nodes(),
        old,
        new: Vec::new(),
        additional: None,
    });
    go_on(knobs, manager, &mut decision);
    Ok(decision)
}

/// Has the substitute of the next old node built, or ends when every node is a new one.
fn go_on(knobs: &Knobs, manager: &mut Manager, decision: &mut Decision) {
    let Some(operation) = &manager.operation else { return };
    let Some(next) = operation.old.first().copied() else {
        end(knobs, manager, decision);
        return;
    };
    build(manager, Some(next), decision);
}

/// Has a substitute built.
fn build(manager: &mut Manager, replaces: Option<u16>, decision: &mut Decision) {
    let node = next_number(manager);
    enlist(manager, node);
    decision.actions.push(Action::BuildStandby(node, manager.upstream()));
    set_step(manager, Step::Replacing { node, replaces });
}

/// Lets a new node serve, if it was built as a substitute; tells whether it was.
pub(super) fn serves(
    knobs: &Knobs,
    manager: &mut Manager,
    now: Instant,
    number: u16,
) -> Option<Decision> {
    let operation = manager.operation.as_mut()?;
    let Step::Replacing { node, replaces } = operation.step else { return None };
    if node != number {
        return None;
    }
    operation.new.push(number);
    if let Some(member) = manager.member_mut(number) {
        member.standing = Standing::Standby;
    }
    let mut decision = Decision::none(Rule::AdmitNewServer);
    match replaces {
        Some(old) if old == manager.primary => {
            if let Some(operation) = &mut manager.operation {
                operation.additional = Some(number);
                operation.old_primary = old;
            }
            window::enter(knobs, manager, now, &mut decision);
        }
        Some(old) => leave_name(knobs, manager, old, &mut decision),
        None => {
            follow::publish(knobs, manager, &mut decision);
            go_on(knobs, manager, &mut decision);
        }
    }
    Some(decision)
}

/// Takes an old node out of its name; it is deleted when the change is served.
fn leave_name(knobs: &Knobs, manager: &mut Manager, old: u16, decision: &mut Decision) {
    if let Some(member) = manager.member_mut(old) {
        member.standing = Standing::Leaving;
    }
    set_step(manager, Step::Renaming { replaces: old });
    if old == manager.primary {
        name_substitute(manager, decision);
    }
    follow::publish(knobs, manager, decision);
}

/// Gives the service's own name to the substitute, if it still serves.
fn name_substitute(manager: &mut Manager, decision: &mut Decision) {
    let substitute = manager.operation.as_ref().and_then(|operation| operation.additional);
    let serves = |number: &u16| {
        manager.member(*number).is_some_and(|member| member.standing == Standing::Standby)
    };
    let Some(node) = substitute.filter(serves) else { return };
    manager.primary = node;
    decision.actions.push(Action::Publish(Endpoint::Primary, Numbers::of([node])));
}

/// Gives the service's own name to the substitute: in the way of a primary, or of a standby.
pub(super) fn change(knobs: &Knobs, manager: &mut Manager, now: Instant, decision: &mut Decision) {
    let Some(operation) = &manager.operation else { return };
    let old = operation.old_primary;
    if knobs.follower_maintenance == FollowerMaintenance::AsStandby {
        leave_name(knobs, manager, old, decision);
        return;
    }
    if let Some(member) = manager.member_mut(old) {
        member.standing = Standing::Leaving;
    }
    set_step(manager, Step::Stopping { since: now, begun: false });
    decision.actions.push(Action::StopControlled(old));
    if knobs.mutant == Some(Mutant::DeleteBeforeSubstitute) {
        decision.actions.push(Action::Delete(old));
    }
}

/// Goes on when a node says that it has carried an order out.
pub(super) fn answered(
    knobs: &Knobs,
    manager: &mut Manager,
    now: Instant,
    (number, answer): (u16, Answer),
) -> Decision {
    let ours = manager.operation.as_ref().filter(|operation| operation.old_primary == number);
    match (answer, ours.map(|operation| operation.step)) {
        (Answer::StopBegun, Some(Step::Stopping { since, .. })) => {
            set_step(manager, Step::Stopping { since, begun: true });
            Decision::none(Rule::NoteNews)
        }
        (Answer::Stopped, Some(Step::Stopping { .. })) => {
            hand_over(knobs, manager, now, Decision::none(Rule::MoveNameToNewServer))
        }
        _ => Decision::none(Rule::NoteNews),
    }
}

/// Moves the name off a stopped node, which passes connections on.
fn hand_over(
    knobs: &Knobs,
    manager: &mut Manager,
    now: Instant,
    mut decision: Decision,
) -> Decision {
    let Some(operation) = &mut manager.operation else { return decision };
    let old = operation.old_primary;
    operation.step = Step::Forwarding { since: now, named: false };
    name_substitute(manager, &mut decision);
    follow::publish(knobs, manager, &mut decision);
    if manager.primary != old {
        decision.actions.push(Action::Forward(old, manager.primary));
    }
    decision
}

/// Ends a stop that takes too long.
pub(super) fn stop_overdue(knobs: &Knobs, manager: &mut Manager, now: Instant) -> Decision {
    let mut decision = Decision::none(Rule::MoveNameToNewServer);
    if let Some(operation) = &manager.operation {
        decision.actions.push(Action::Kill(operation.old_primary));
    }
    hand_over(knobs, manager, now, decision)
}

/// Goes on when a changed name is served; without an own name to move it would wait for ever.
pub(super) fn served(knobs: &Knobs, manager: &mut Manager, endpoint: Endpoint) -> Option<Decision> {
    let operation = manager.operation.as_ref()?;
    let Step::Renaming { replaces } = operation.step else { return None };
    let moves = if replaces == operation.old_primary && operation.additional.is_some() {
        Endpoint::Primary
    } else {
        Endpoint::Replica
    };
    (moves == endpoint).then(|| delete(knobs, manager, replaces))
}

/// Deletes an old node, and turns to the next.
pub(super) fn delete(knobs: &Knobs, manager: &mut Manager, old: u16) -> Decision {
    let mut decision = Decision::none(Rule::DeleteReplacedStandby);
    if let Some(operation) = &mut manager.operation {
        operation.old.retain(|number| *number != old);
    }
    if knobs.mutant == Some(Mutant::ForgetOldPrimary) {
        manager.members.retain(|member| member.number != old);
    } else {
        retire(manager, old, &mut decision);
    }
    go_on(knobs, manager, &mut decision);
    decision
}

/// Ends the maintenance: every node is a new one.
fn end(knobs: &Knobs, manager: &mut Manager, decision: &mut Decision) {
    manager.operation = None;
    decision.rule = Rule::EndFollowerMaintenance;
    trim(knobs, manager, decision);
    replace::build_missing(knobs, manager, decision);
}

/// Adapts the maintenance to the loss of a node.
pub(super) fn lose_server(
    knobs: &Knobs,
    manager: &mut Manager,
    number: u16,
    decision: &mut Decision,
) {
    let Some(operation) = &mut manager.operation else { return };
    operation.old.retain(|old| *old != number);
    operation.new.retain(|new| *new != number);
    let (named, substitute) = (operation.old_primary, operation.additional);
    match &mut operation.step {
        Step::Replacing { replaces, .. } if *replaces == Some(number) => *replaces = None,
        Step::Replacing { node, replaces } if *node == number => {
            let replaces = *replaces;
            build(manager, replaces, decision);
        }
        // The substitute has the name by now: a change that waits is completed early.
        Step::Pending { .. } if number == named => {
            let rule = decision.rule;
            go_on(knobs, manager, decision);
            decision.rule = rule;
        }
        Step::Pending { .. } if substitute == Some(number) => {
            build(manager, Some(named), decision);
        }
        Step::Replacing { .. }
        | Step::Renaming { .. }
        | Step::Adding { .. }
        | Step::Draining { .. }
        | Step::Pending { .. }
        | Step::Securing { .. }
        | Step::Stopping { .. }
        | Step::Handing
        | Step::Forwarding { .. }
        | Step::Returning { .. }
        | Step::Verifying { .. }
        | Step::Checking { .. }
        | Step::Upgrading { .. }
        | Step::BackingUp { .. }
        | Step::ShuttingDown { .. } => {}
    }
}

/// Gives the maintenance up, since the service is to follow nobody: a node that was stopped for it
/// is deleted, and one that was to leave stays.
pub(super) fn abandon(manager: &mut Manager, decision: &mut Decision) {
    let Some(operation) = manager.operation.take() else { return };
    if matches!(operation.step, Step::Stopping { .. } | Step::Forwarding { .. }) {
        retire(manager, operation.old_primary, decision);
    }
    for member in &mut manager.members {
        if member.standing == Standing::Leaving {
            member.standing = Standing::Standby;
        }
    }
}
