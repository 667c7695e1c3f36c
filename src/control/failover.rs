//! What the platform does when the primary is gone: mark it as down, fence it, promote, move names.
//!
//! Source: Aiven, "Upgrade and failover procedures", uncontrolled primary disconnection. Knows
//! nothing of servers. Kept here: the primary name moves only to a node that reported itself
//! primary.

use super::action::{Action, Numbers};
use super::decide::Decision;
use super::elect::{chosen, elect};
use super::manager::Manager;
use super::member::{Member, Standing};
use super::operation::Operation;
use super::phase::Phase;
use super::rule::Rule;
use super::{handover, replace, switchover};
use crate::kernel::Instant;
use crate::knob::{CommitMode, EmptyReplicaName, Knobs, Mutant, QuorumElection};
use crate::model::{Condition, Endpoint};

/// Gives a silent primary up and promotes the furthest standby, or restores a new primary.
pub(super) fn replace_primary(
    knobs: &Knobs,
    manager: &mut Manager,
    now: Instant,
    number: u16,
) -> Decision {
    let asks = asks_first(knobs, manager);
    let mut left = Decision::none(Rule::NoteNews);
    give_up(manager, number);
    if !manager.operation.as_ref().is_some_and(Operation::is_handed_over) {
        switchover::abandon(knobs, manager, &mut left);
    }
    let mut decision = if asks {
        handover::ask(knobs, manager, now, Rule::AskForSilentPrimary)
    } else {
        let rules = (Rule::PromoteForSilentPrimary, Rule::RestoreForSilentPrimary);
        put_in_charge(knobs, manager, now, rules)
    };
    decision.given_up = Some(number);
    decision.actions.insert(0, Action::Fence(number));
    decision.actions.extend(left.actions);
    decision
}

/// Whether commits wait for standbys, so that one of them may have more than its last report said.
fn asks_first(knobs: &Knobs, manager: &Manager) -> bool {
    let secured = manager.operation.as_ref().is_some_and(Operation::is_secured);
    let asks = knobs.election_under_quorum == QuorumElection::Asked;
    let standbys = manager.standing(Standing::Standby).next().is_some();
    asks && standbys && (secured || knobs.commit_mode == CommitMode::Quorum)
}

/// Gives up a candidate whose promotion takes too long, unless it is under way and there is nobody
/// else: then the platform waits as long again.
pub(super) fn lose_patience(knobs: &Knobs, manager: &mut Manager, now: Instant) -> Decision {
    let Phase::Promoting { node, .. } = manager.phase else {
        return Decision::none(Rule::NoteNews);
    };
    let said = manager.member(node).and_then(Member::condition);
    let others = elect(knobs, manager, now, node);
    if said != Some(Condition::CatchingUp) || chosen(&others).is_some() {
        return promote_next(knobs, manager, now, Rule::PromoteAfterPatience);
    }
    manager.phase = Phase::Promoting { node, ordered: now };
    Decision::none(Rule::WaitForLoneCandidate)
}

/// Gives a candidate up that does not become primary, and turns to the next.
pub(super) fn promote_next(
    knobs: &Knobs,
    manager: &mut Manager,
    now: Instant,
    rule: Rule,
) -> Decision {
    let Phase::Promoting { node, .. } = manager.phase else {
        return Decision::none(Rule::NoteNews);
    };
    give_up(manager, node);
    let rules = (rule, Rule::RestoreForFailedCandidate);
    let mut decision = put_in_charge(knobs, manager, now, rules);
    decision.given_up = Some(node);
    decision.actions.insert(0, Action::Fence(node));
    decision
}

fn give_up(manager: &mut Manager, number: u16) {
    if let Some(member) = manager.member_mut(number) {
        member.standing = Standing::GivenUp;
    }
}

/// Promotes the best candidate, or has a primary restored when there is none.
fn put_in_charge(
    knobs: &Knobs,
    manager: &mut Manager,
    now: Instant,
    (promotes, restores): (Rule, Rule),
) -> Decision {
    let candidates = elect(knobs, manager, now, manager.primary);
    let mut decision = Decision::none(promotes);
    if let Some(node) = chosen(&candidates) {
        handover::promote(knobs, manager, now, node, &mut decision);
    } else if !handover::returns(manager, now, &mut decision) {
        decision = restore(manager, restores);
    }
    decision.candidates = candidates;
    decision
}

/// Has a new primary restored from the newest backup.
pub(super) fn restore(manager: &mut Manager, rule: Rule) -> Decision {
    let mut decision = Decision::none(rule);
    let node = replace::next_number(manager);
    replace::enlist(manager, node);
    manager.phase = Phase::Restoring { node };
    decision.actions.push(Action::BuildPrimary(node));
    decision
}

/// Follows a daemon that promoted its own node: the old primary is given up, and with it what was
/// planned for it.
pub(super) fn follow_daemon(knobs: &Knobs, manager: &mut Manager, number: u16) -> Decision {
    let old = manager.primary;
    let mut left = Decision::none(Rule::NoteNews);
    give_up(manager, old);
    if !manager.operation.as_ref().is_some_and(Operation::is_handed_over) {
        switchover::abandon(knobs, manager, &mut left);
    }
    let mut decision = take_office(knobs, manager, number);
    decision.given_up = Some(old);
    decision.actions.insert(0, Action::Fence(old));
    decision.actions.extend(left.actions);
    decision
}

/// Lets a node that reported itself primary take office.
pub(super) fn take_office(knobs: &Knobs, manager: &mut Manager, number: u16) -> Decision {
    manager.phase = Phase::Steady;
    manager.primary = number;
    manager.has_promoted = true;
    if let Some(member) = manager.member_mut(number) {
        member.standing = Standing::Primary;
    }
    let mut decision = Decision::none(Rule::MoveNamesToNewPrimary);
    let forgets = knobs.mutant == Some(Mutant::ForgetPrimaryName);
    let early = knobs.mutant == Some(Mutant::NameBeforePromotion);
    if !forgets && !early {
        decision.actions.push(Action::Publish(Endpoint::Primary, Numbers::of([number])));
    }
    let mut replica = replica_targets(knobs, manager);
    if knobs.mutant == Some(Mutant::ReplicaNameKeepsPromoted) {
        replica = Numbers::of(replica.iter().chain([number]));
    }
    decision.actions.push(Action::Publish(Endpoint::Replica, replica));
    publish_ha_replica(knobs, manager, &mut decision);
    let followers = manager
        .members
        .iter()
        .filter(|member| matches!(member.standing, Standing::Standby | Standing::Building));
    let followers = followers.filter(|_| knobs.mutant != Some(Mutant::ForgetFollowers));
    decision.actions.extend(followers.map(|member| Action::Follow(member.number, number)));
    switchover::trim(knobs, manager, &mut decision);
    replace::build_missing(knobs, manager, &mut decision);
    decision
}

/// Points the opt-in replica name to the standbys that serve, or to the primary without one.
///
/// Source: Aiven, "Read replicas failing over to the primary".
pub(super) fn publish_ha_replica(knobs: &Knobs, manager: &Manager, decision: &mut Decision) {
    if !knobs.ha_replica_name || manager.plan.standbys() == 0 {
        return;
    }
    let mut standbys = manager.standing(Standing::Standby).peekable();
    let forgets = knobs.mutant == Some(Mutant::ForgetFallBack);
    let targets = if standbys.peek().is_none() && !forgets {
        Numbers::of([manager.primary])
    } else {
        Numbers::of(standbys)
    };
    decision.actions.push(Action::Publish(Endpoint::HaReplica, targets));
}

/// Returns what the replica name is to point to: the standbys that serve, or what a knob says.
pub(super) fn replica_targets(knobs: &Knobs, manager: &Manager) -> Numbers {
    if knobs.mutant == Some(Mutant::StandbyNameWrites) {
        let primary = std::iter::once(manager.primary);
        return Numbers::of(primary.chain(manager.standing(Standing::Standby)));
    }
    let mut standbys = manager.standing(Standing::Standby).peekable();
    if standbys.peek().is_none() && knobs.replica_name_when_empty == EmptyReplicaName::Primary {
        return Numbers::of([manager.primary]);
    }
    Numbers::of(standbys)
}
