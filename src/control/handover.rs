//! The heart of a switchover: the old primary is stopped, a new standby promoted, names moved.
//!
//! The same way of choosing serves a failover under quorum commit: standbys first receive no more,
//! so that nobody can acknowledge behind the back of the election, and say how far they are.
//! Source: Aiven, "Upgrade and failover procedures"; `CloudNativePG` waits until receivers are down
//! before it elects. Knows nothing of servers. Kept here: whoever is promoted was asked after the
//! last commit.

use super::action::{Action, Numbers};
use super::decide::Decision;
use super::elect::{chosen, elect};
use super::failover;
use super::manager::Manager;
use super::member::Standing;
use super::operation::{Operation, Step};
use super::phase::Phase;
use super::replace;
use super::rule::Rule;
use super::switchover::trim;
use crate::kernel::{Instant, Span};
use crate::knob::{
    ForwardEnd, ForwardStart, ForwardTarget, Knobs, Mutant, QuorumReset, SwitchoverFault,
};
use crate::model::Endpoint;

/// Has the old primary stopped in a controlled way.
pub(super) fn stop(manager: &mut Manager, now: Instant, decision: &mut Decision) {
    let old = manager.primary;
    if let Some(operation) = &mut manager.operation {
        operation.step = Step::Stopping { since: now, begun: false };
    }
    if let Some(member) = manager.member_mut(old) {
        member.standing = Standing::Leaving;
    }
    decision.actions.push(Action::StopControlled(old));
}

/// Lets every standby receive no more and say how far it has come.
pub(super) fn ask(knobs: &Knobs, manager: &mut Manager, now: Instant, rule: Rule) -> Decision {
    let standbys: Vec<u16> = manager.standing(Standing::Standby).collect();
    if let Some(operation) = &mut manager.operation
        && matches!(operation.step, Step::Stopping { .. })
    {
        operation.step = Step::Handing;
    }
    if standbys.is_empty() {
        return choose(knobs, manager, now, rule);
    }
    let mut decision = Decision::none(rule);
    decision.actions.extend(standbys.iter().map(|number| Action::Detach(*number)));
    manager.phase = Phase::Electing { ordered: now };
    manager.asked = standbys;
    decision
}

/// Notes that a standby has said how far it is, and chooses when all have.
pub(super) fn told(knobs: &Knobs, manager: &mut Manager, now: Instant, number: u16) -> Decision {
    manager.asked.retain(|asked| *asked != number);
    if manager.asked.is_empty() {
        choose(knobs, manager, now, Rule::PromoteFurthestAsked)
    } else {
        Decision::none(Rule::NoteNews)
    }
}

/// Chooses among those who have answered, and has the furthest promoted.
pub(super) fn choose(knobs: &Knobs, manager: &mut Manager, now: Instant, rule: Rule) -> Decision {
    let unheard = std::mem::take(&mut manager.asked);
    let mut candidates = elect(knobs, manager, now, manager.primary);
    if candidates.iter().any(|one| unheard.contains(&one.number)) {
        // Who has not answered may still receive; its position is not final.
        candidates = elect_without(knobs, manager, now, &unheard);
    }
    let mut decision = Decision::none(rule);
    if let Some(node) = chosen(&candidates) {
        promote(knobs, manager, now, node, &mut decision);
        decision.candidates = candidates;
        return decision;
    }
    if returns(manager, now, &mut decision) {
        return decision;
    }
    manager.operation = None;
    failover::restore(manager, Rule::RestoreForFailedCandidate)
}

fn elect_without(
    knobs: &Knobs,
    manager: &Manager,
    now: Instant,
    unheard: &[u16],
) -> Vec<super::elect::Candidacy> {
    let mut heard = manager.clone();
    heard.members.retain(|member| !unheard.contains(&member.number));
    elect(knobs, &heard, now, manager.primary)
}

pub(super) fn promote(
    knobs: &Knobs,
    manager: &mut Manager,
    now: Instant,
    node: u16,
    decision: &mut Decision,
) {
    manager.phase = Phase::Promoting { node, ordered: now };
    let keeps = knobs.quorum_reset == QuorumReset::AfterOldPrimaryGone;
    let others: Vec<u16> =
        manager.standing(Standing::Standby).filter(|other| *other != node).collect();
    let handing = manager.operation.as_ref().is_some_and(|one| one.step == Step::Handing);
    if keeps && handing && !others.is_empty() {
        let needs = u8::try_from(knobs.quorum_size.of(others.len())).unwrap_or(u8::MAX);
        decision.actions.push(Action::SetQuorum(node, needs, Numbers::of(others)));
    }
    decision.actions.push(Action::Promote(node));
    if knobs.mutant == Some(Mutant::PromoteAll) {
        let others = manager.standing(Standing::Standby).filter(|other| *other != node);
        decision.actions.extend(others.map(Action::Promote));
    }
    if knobs.mutant == Some(Mutant::NameBeforePromotion) {
        decision.actions.push(Action::Publish(Endpoint::Primary, Numbers::of([node])));
    }
}

/// Has the old primary started again if it was stopped and is the only one that has everything.
pub(super) fn returns(manager: &mut Manager, now: Instant, decision: &mut Decision) -> bool {
    let Some(operation) = &mut manager.operation else { return false };
    let stopped = operation.step == Step::Handing;
    let old = operation.old_primary;
    if !stopped || manager.primary != old {
        return false;
    }
    operation.step = Step::Returning { since: now };
    manager.phase = Phase::Steady;
    decision.rule = Rule::ReturnToOldPrimary;
    decision.actions.push(Action::Start(old));
    true
}

/// Lets the old primary go on that was started again: the operation is over, without a change.
pub(super) fn take_back(knobs: &Knobs, manager: &mut Manager) -> Decision {
    let mut decision = Decision::none(Rule::TakeOldPrimaryBack);
    let old = manager.primary;
    manager.operation = None;
    if let Some(member) = manager.member_mut(old) {
        member.standing = Standing::Primary;
    }
    decision.actions.push(Action::ClearQuorum(old));
    trim(knobs, manager, &mut decision);
    let standbys: Vec<u16> = manager.standing(Standing::Standby).collect();
    decision.actions.extend(standbys.into_iter().map(|one| Action::Follow(one, old)));
    replace::build_missing(knobs, manager, &mut decision);
    decision
}

/// Lets the promoted node of a switchover take office: the old primary passes connections on.
pub(super) fn take_office(
    knobs: &Knobs,
    manager: &mut Manager,
    now: Instant,
    number: u16,
) -> Decision {
    let old = manager.primary;
    let mut decision = failover::take_office(knobs, manager, number);
    decision.rule = Rule::SwitchNamesToNewPrimary;
    decision.actions.push(Action::Forward(old, number));
    if knobs.mutant == Some(Mutant::KeepPromotedInReplicaName) {
        let standbys = manager.standing(Standing::Standby);
        let targets = Numbers::of(standbys.chain([number]));
        decision.actions.push(Action::Publish(Endpoint::Replica, targets));
    }
    if let Some(operation) = &mut manager.operation {
        operation.step = Step::Forwarding { since: now, named: false };
    }
    decision
}

/// Counts the forwarding from the change of the name, if it is to be counted from there.
pub(super) fn name_served(knobs: &Knobs, manager: &mut Manager, now: Instant) -> Decision {
    if let Some(Operation { step: Step::Forwarding { since, named }, .. }) = &mut manager.operation
        && !*named
    {
        *named = true;
        if knobs.forward_start == ForwardStart::AtDnsUpdate {
            *since = now;
        }
        if knobs.forward_end == ForwardEnd::AfterTtl {
            // A resolver that asked just before the change believes the old answer for a whole TTL.
            let lasts = knobs.forward_for.max(knobs.dns_ttl);
            *since = (*since).max((now + lasts).minus(knobs.forward_for));
        }
    }
    Decision::none(Rule::NoteNews)
}

/// Returns when the old primary is deleted, as far as it is known.
pub(super) fn forwards_until(knobs: &Knobs, since: Instant, named: bool) -> Option<Instant> {
    let waits = knobs.forward_start == ForwardStart::AtDnsUpdate
        || knobs.forward_end == ForwardEnd::AfterTtl;
    let lasts = match knobs.mutant {
        Some(Mutant::ForwardTooShort) => Span::from_secs(30),
        _ => knobs.forward_for,
    };
    (named || !waits).then(|| since + lasts)
}

/// Ends a switchover: the old primary is deleted, and commits wait for nobody.
pub(super) fn end(knobs: &Knobs, manager: &mut Manager) -> Decision {
    if let (true, Some(operation)) = (manager.follows.is_some(), &manager.operation) {
        let old = operation.old_primary;
        return super::follower::delete(knobs, manager, old);
    }
    let mut decision = Decision::none(Rule::EndSwitchover);
    let Some(operation) = manager.operation.take() else { return decision };
    manager.members.retain(|member| member.number != operation.old_primary);
    if knobs.mutant != Some(Mutant::ForgetOldPrimary) {
        decision.actions.push(Action::Delete(operation.old_primary));
    }
    if knobs.quorum_reset == QuorumReset::AfterOldPrimaryGone && manager.plan.standbys() > 0 {
        decision.actions.push(Action::ClearQuorum(manager.primary));
    }
    if manager.phase == Phase::Steady {
        trim(knobs, manager, &mut decision);
        replace::build_missing(knobs, manager, &mut decision);
    }
    decision
}

/// Lets the old primary pass connections on to the one that took over from the new primary.
pub(super) fn retarget(knobs: &Knobs, manager: &Manager, number: u16, decision: &mut Decision) {
    let Some(operation) = &manager.operation else { return };
    let forwards = matches!(operation.step, Step::Forwarding { .. });
    if forwards && knobs.forward_target == ForwardTarget::Retargeted {
        decision.actions.push(Action::Forward(operation.old_primary, number));
    }
}

/// Decides what to do when a step has waited long enough.
pub(super) fn waited(knobs: &Knobs, manager: &mut Manager, now: Instant) -> Decision {
    let Some(step) = manager.operation.as_ref().map(|operation| operation.step) else {
        return Decision::none(Rule::NoteNews);
    };
    match step {
        Step::Draining { since, .. } => super::drain::go_on(knobs, manager, now, since),
        Step::Pending { .. } => super::window::open(knobs, manager, now),
        Step::Securing { .. } => super::switchover::repeat(knobs, manager, now),
        Step::Stopping { .. } if manager.follows.is_some() => {
            super::follower::stop_overdue(knobs, manager, now)
        }
        Step::Verifying { since, .. } => super::verify::waited(knobs, manager, now, since),
        Step::Stopping { begun, .. } => stop_overdue(knobs, manager, now, begun),
        Step::Forwarding { .. } => end(knobs, manager),
        Step::Returning { .. } => give_old_primary_up(manager),
        step @ (Step::Checking { .. } | Step::Upgrading { .. } | Step::BackingUp { .. }) => {
            super::upgrade::waited(knobs, manager, now, step)
        }
        Step::ShuttingDown { .. } => super::power::stopped(manager),
        Step::Replacing { .. } | Step::Renaming { .. } | Step::Adding { .. } | Step::Handing => {
            Decision::none(Rule::NoteNews)
        }
    }
}

/// Ends a stop that takes too long: by force, or by letting the old primary go on.
fn stop_overdue(knobs: &Knobs, manager: &mut Manager, now: Instant, begun: bool) -> Decision {
    let old = manager.primary;
    let reports = manager.member(old).is_some_and(|member| member.missed.is_none());
    if reports && !begun {
        // It still says that it is primary, so the order has not reached it.
        let mut decision = Decision::none(Rule::AbandonSwitchover);
        if let Some(member) = manager.member_mut(old) {
            member.standing = Standing::Primary;
        }
        if let Some(operation) = &mut manager.operation {
            operation.step = Step::Securing { since: now };
        }
        super::switchover::abandon(knobs, manager, &mut decision);
        return decision;
    }
    if knobs.switchover_fault == SwitchoverFault::Rollback {
        if let Some(operation) = &mut manager.operation {
            operation.step = Step::Handing;
        }
        let mut decision = Decision::none(Rule::ReturnToOldPrimary);
        if returns(manager, now, &mut decision) {
            return decision;
        }
    }
    let mut decision = ask(knobs, manager, now, Rule::KillOldPrimary);
    decision.actions.insert(0, Action::Kill(old));
    decision.actions.insert(1, Action::Fence(old));
    decision
}

/// Gives an old primary up that was to start again and does not.
fn give_old_primary_up(manager: &mut Manager) -> Decision {
    let old = manager.primary;
    manager.operation = None;
    if let Some(member) = manager.member_mut(old) {
        member.standing = Standing::GivenUp;
    }
    let mut decision = failover::restore(manager, Rule::RestoreForSilentPrimary);
    decision.given_up = Some(old);
    decision.actions.insert(0, Action::Fence(old));
    decision
}
