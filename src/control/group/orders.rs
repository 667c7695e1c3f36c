//! An operator's orders to a group, and what follows from the news of either instance.
//!
//! Knows nothing but beliefs. Kept here: an order that is refused changes nothing; a promotion
//! touches nobody but the instance that is promoted, and no endpoint leads to another instance.

use super::{Group, GroupPart, GroupState, Task, leads};
use crate::control::action::Action;
use crate::control::command::Refusal;
use crate::control::decide::Decision;
use crate::control::follow::{self, Following};
use crate::control::manager::{Manager, SOURCE};
use crate::control::member::Standing;
use crate::control::operator::Operator;
use crate::control::pair::{Answer, Managers, PairDecision, Side};
use crate::control::phase::Phase;
use crate::control::replace;
use crate::control::rule::Rule;
use crate::kernel::Instant;
use crate::knob::{GroupReadd, Knobs, Mutant};
use crate::model::Signal;

impl Group {
    /// Carries out an order for one of the instances, or says why not.
    ///
    /// # Errors
    /// The reason for which it is refused; then all beliefs are as they were.
    pub(crate) fn command(
        &mut self,
        knobs: &Knobs,
        managers: &mut Managers<'_>,
        now: Instant,
        (operator, side): (Operator, Side),
    ) -> Answer {
        match operator {
            Operator::StartServer | Operator::Promote => Err(Refusal::ByHand),
            Operator::PromoteSecondary => self.promote(knobs, managers, now, side),
            Operator::AddSecondary => self.add(knobs, managers, side),
            Operator::RemoveIntegration => self.remove(knobs, managers, now, side),
            Operator::Maintain
            | Operator::Migrate(_)
            | Operator::ChangeTier(_)
            | Operator::RemoveWindows
            | Operator::ChangePlan(_) => managers.plan(knobs, now, (operator, side)),
            Operator::Switchover
            | Operator::Switchback
            | Operator::Failover
            | Operator::RecreatePrimary
            | Operator::TakeOver
            | Operator::PromoteToMaster
            | Operator::ReverseIntegration
            | Operator::SwitchByTerraform
            | Operator::SetUpRecovery
            | Operator::DeleteRecovery => Err(Refusal::NotPaired),
            Operator::MajorUpgrade | Operator::PowerOffService | Operator::PowerOnService => {
                Err(Refusal::InGroup)
            }
        }
    }

    fn may_change(&self, knobs: &Knobs, managers: &Managers<'_>) -> Result<(), Refusal> {
        let unchecked = knobs.mutant == Some(Mutant::IgnoreGroupState);
        match self.state(knobs, managers) {
            GroupState::Running => Ok(()),
            _ if unchecked => Ok(()),
            GroupState::Promoting | GroupState::Adding | GroupState::Interrupted => {
                Err(Refusal::GroupNotRunning)
            }
        }
    }

    /// Has the secondary instance promoted, as both ways in which it can leave presuppose.
    fn release(
        &self,
        knobs: &Knobs,
        managers: &mut Managers<'_>,
        (now, side): (Instant, Side),
        rule: Rule,
    ) -> Result<Decision, Refusal> {
        if self.part(side) != GroupPart::Secondary {
            return Err(Refusal::NotSecondary);
        }
        self.may_change(knobs, managers)?;
        let decision = follow::become_independent(knobs, managers.of_mut(side), now)?;
        Ok(Decision { rule, ..decision })
    }

    fn promote(
        &mut self,
        knobs: &Knobs,
        managers: &mut Managers<'_>,
        now: Instant,
        side: Side,
    ) -> Answer {
        let rule = Rule::PromoteSecondary;
        let mut decision = self.release(knobs, managers, (now, side), rule)?;
        // The synchronisation stops first, so that no standby gets ahead of the promoted one.
        decision.actions.insert(0, Action::LoseSource);
        let standbys: Vec<u16> = managers.of(side).standing(Standing::Standby).collect();
        decision.actions.extend(standbys.into_iter().map(Action::Disconnect));
        self.task = Task::Promoting(side);
        let mut decisions = vec![(side, decision)];
        if knobs.mutant == Some(Mutant::ReleaseOldPrimary) {
            decisions.push((side.other(), wipe(managers, side.other(), rule)));
        }
        Ok(PairDecision { rule, decisions })
    }

    /// Has an instance that had left the group built anew as its secondary.
    fn add(&mut self, knobs: &Knobs, managers: &mut Managers<'_>, side: Side) -> Answer {
        if self.part(side) != GroupPart::Outside {
            return Err(Refusal::InGroup);
        }
        self.may_change(knobs, managers)?;
        if !leads(managers, side.other()) {
            return Err(Refusal::ActiveNotHealthy);
        }
        let rule = Rule::AddSecondary;
        let mut restart = Decision::none(rule);
        let source = managers.of(side.other()).primary;
        restart.actions.push(Action::Restart(source));
        let delta = knobs.group_readd == GroupReadd::DeltaResync;
        let keeps = delta && leads(managers, side) && managers.of(side).operation.is_none();
        let mut decision = if keeps { Decision::none(rule) } else { wipe(managers, side, rule) };
        let manager = managers.of_mut(side);
        manager.follows = Some(Following::ReadReplica);
        decision.actions.push(Action::FollowService(source));
        self.task = if keeps {
            let primary = manager.primary;
            decision.actions.push(Action::Demote(primary));
            if let Some(member) = manager.member_mut(primary) {
                member.standing = Standing::Building;
            }
            Task::Resyncing(side)
        } else {
            Task::Adding(side)
        };
        replace::build_missing(knobs, manager, &mut decision);
        self.parts[side.index()] = GroupPart::Secondary;
        Ok(PairDecision { rule, decisions: vec![(side, decision), (side.other(), restart)] })
    }

    /// Lets the secondary instance leave the group: it goes on by itself.
    fn remove(
        &mut self,
        knobs: &Knobs,
        managers: &mut Managers<'_>,
        now: Instant,
        side: Side,
    ) -> Answer {
        let rule = Rule::RemoveSecondary;
        let decision = self.release(knobs, managers, (now, side), rule)?;
        self.parts[side.index()] = GroupPart::Outside;
        Ok(PairDecision { rule, decisions: vec![(side, decision)] })
    }

    /// Decides what follows from news of one instance, after its manager has decided.
    pub(crate) fn advance(
        &mut self,
        knobs: &Knobs,
        managers: &mut Managers<'_>,
        (side, news): (Side, Signal),
    ) -> Option<PairDecision> {
        if self.task == Task::Resyncing(side) {
            return self.resync(knobs, managers.of_mut(side), (side, news));
        }
        let manager = managers.of(side);
        match self.task {
            Task::Promoting(of) if of == side => {
                if manager.phase != Phase::Steady || !leads(managers, side) {
                    return None;
                }
                self.parts[side.index()] = GroupPart::Primary;
                if knobs.mutant != Some(Mutant::KeepOldPrimary) {
                    self.parts[side.other().index()] = GroupPart::Outside;
                }
                Some(self.finish(Rule::PromoteSecondary))
            }
            Task::Adding(of) if of == side => {
                manager.standing(Standing::Standby).next()?;
                Some(self.finish(Rule::AddSecondary))
            }
            Task::Idle | Task::Promoting(_) | Task::Adding(_) | Task::Resyncing(_) => None,
        }
    }

    /// Lets an instance that has stopped writing follow; one that cannot say so is built anew.
    fn resync(
        &mut self,
        knobs: &Knobs,
        manager: &mut Manager,
        (side, news): (Side, Signal),
    ) -> Option<PairDecision> {
        let number = manager.primary;
        if news == Signal::Demoted(number) {
            if let Some(member) = manager.member_mut(number) {
                member.standing = Standing::Standby;
            }
            let rule = Rule::AddSecondary;
            let mut decision = Decision::none(rule);
            let members = manager.members.iter();
            let members = members.filter(|member| member.standing != Standing::GivenUp);
            decision.actions.extend(members.map(|one| Action::Follow(one.number, SOURCE)));
            follow::publish(knobs, manager, &mut decision);
            self.task = Task::Idle;
            return Some(PairDecision { rule, decisions: vec![(side, decision)] });
        }
        let awaited = manager.member(number).map(|member| member.standing);
        if awaited != Some(Standing::Building) {
            self.task = Task::Adding(side);
        }
        None
    }

    fn finish(&mut self, rule: Rule) -> PairDecision {
        self.task = Task::Idle;
        PairDecision { rule, decisions: Vec::new() }
    }
}

/// Gives all nodes of an instance up, with all that they hold.
fn wipe(managers: &mut Managers<'_>, side: Side, rule: Rule) -> Decision {
    let manager = managers.of_mut(side);
    let mut decision = Decision::none(rule);
    for member in &mut manager.members {
        if member.standing != Standing::GivenUp {
            member.standing = Standing::GivenUp;
            decision.actions.push(Action::Fence(member.number));
        }
    }
    manager.phase = Phase::Steady;
    manager.operation = None;
    decision
}
