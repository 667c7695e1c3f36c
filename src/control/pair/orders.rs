//! An operator's orders to a pair: what each presupposes, and what it leads to.
//!
//! Sources: Aiven, "Perform a switchover", "Perform a switchback", "Failover to the recovery
//! region" and "Failback". Knows nothing but beliefs. Kept here: an order that is refused changes
//! nothing.

use super::{Answer, Managers, Pair, PairDecision, PairRole, Side, Task, is_healthy, is_ready};
use crate::control::action::Action;
use crate::control::command::Refusal;
use crate::control::decide::Decision;
use crate::control::follow::{self, Following};
use crate::control::manager::SOURCE;
use crate::control::member::Standing;
use crate::control::operator::Operator;
use crate::control::phase::Phase;
use crate::control::replace;
use crate::control::rule::Rule;
use crate::kernel::Instant;
use crate::knob::{
    Knobs, Mutant, PromoteToMaster, RegionFailoverOrder, RemovedRecovery, SwitchoverOrder,
};

impl Pair {
    /// Carries out an order for one of the services, or says why not.
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
            Operator::Switchover => self.switch_over(knobs, managers, now),
            Operator::Switchback => self.switch_back(knobs, managers, now),
            Operator::Failover => self.fail_over(knobs, managers, now),
            Operator::RecreatePrimary => self.recreate(knobs, managers),
            Operator::TakeOver => self.fail_back(knobs, managers, now),
            Operator::PromoteToMaster if knobs.promote_to_master == PromoteToMaster::Refused => {
                Err(Refusal::NoSuchCommand)
            }
            Operator::PromoteToMaster if self.role(side) == PairRole::Active => {
                self.is_free()?;
                Err(Refusal::AlreadyActive)
            }
            Operator::PromoteToMaster => match side {
                Side::Recovery => self.switch_over(knobs, managers, now),
                Side::Primary if self.switched => self.switch_back(knobs, managers, now),
                Side::Primary => self.fail_back(knobs, managers, now),
            },
            Operator::PromoteSecondary | Operator::AddSecondary => Err(Refusal::NotGrouped),
            Operator::MajorUpgrade | Operator::PowerOffService | Operator::PowerOnService => {
                Err(Refusal::InPair)
            }
            Operator::Maintain
            | Operator::Migrate(_)
            | Operator::ChangeTier(_)
            | Operator::RemoveWindows
            | Operator::ChangePlan(_) => self.plan(knobs, managers, now, (operator, side)),
            Operator::RemoveIntegration => self.remove(knobs, managers, now),
            Operator::ReverseIntegration => self.reverse(knobs, managers, now),
            Operator::SetUpRecovery => self.set_up(knobs, managers),
            Operator::DeleteRecovery => self.delete(knobs, managers),
            Operator::SwitchByTerraform => {
                let to = self.active().ok_or(Refusal::Busy)?.other();
                self.may_switch(managers, to)?;
                self.remove(knobs, managers, now)
            }
        }
    }

    /// Checks what every planned change of the active service presupposes.
    fn may_switch(&self, managers: &Managers<'_>, to: Side) -> Result<(), Refusal> {
        self.is_free()?;
        if self.role(to) == PairRole::Active {
            return Err(Refusal::AlreadyActive);
        }
        if self.role(to) == PairRole::Failed || self.role(to.other()) != PairRole::Active {
            return Err(Refusal::NotRecreated);
        }
        if !is_ready(managers.of(to)) {
            return Err(Refusal::PassiveNotReady);
        }
        if !is_healthy(managers.of(to.other())) {
            return Err(Refusal::ActiveNotHealthy);
        }
        Ok(())
    }

    fn is_free(&self) -> Result<(), Refusal> {
        if !self.integrated {
            return Err(Refusal::NotIntegrated);
        }
        if self.task == Task::Idle { Ok(()) } else { Err(Refusal::Busy) }
    }

    fn switch_over(&mut self, knobs: &Knobs, managers: &mut Managers<'_>, now: Instant) -> Answer {
        if knobs.mutant != Some(Mutant::IgnorePreconditions) {
            self.may_switch(managers, Side::Recovery)?;
        }
        Ok(self.begin_switch(knobs, managers, now, (Side::Recovery, Rule::SwitchOverRegion)))
    }

    fn switch_back(&mut self, knobs: &Knobs, managers: &mut Managers<'_>, now: Instant) -> Answer {
        self.is_free()?;
        if self.role(Side::Primary) == PairRole::Active {
            return Err(Refusal::NoSwitchover);
        }
        let unchecked = knobs.mutant == Some(Mutant::IgnorePreconditions);
        if !self.switched && !knobs.switchback_after_failover && !unchecked {
            return Err(Refusal::NoSwitchover);
        }
        self.may_switch(managers, Side::Primary)?;
        Ok(self.begin_switch(knobs, managers, now, (Side::Primary, Rule::SwitchBackRegion)))
    }

    /// Begins a planned change: the active service stops writing first, or at last.
    pub(super) fn begin_switch(
        &mut self,
        knobs: &Knobs,
        managers: &mut Managers<'_>,
        now: Instant,
        (to, by): (Side, Rule),
    ) -> PairDecision {
        let hasty = knobs.mutant == Some(Mutant::PromoteBeforeDemote);
        if knobs.switchover_order == SwitchoverOrder::PromoteFirst || hasty {
            return self.take_over(knobs, managers, now, (to, by, None));
        }
        self.task = Task::Demoting { to, by };
        self.deadline = Some(now + knobs.demotion_patience);
        let mut decision = Decision::none(by);
        decision.actions.push(Action::Demote(managers.of(to.other()).primary));
        PairDecision { rule: by, decisions: vec![(to.other(), decision)] }
    }

    fn fail_over(&mut self, knobs: &Knobs, managers: &mut Managers<'_>, now: Instant) -> Answer {
        self.is_free()?;
        let wrong = knobs.mutant == Some(Mutant::FailTheRecovery);
        let from = match self.active() {
            Some(Side::Recovery) if !wrong => return Err(Refusal::RecoveryIsActive),
            Some(side) => side,
            None => return Err(Refusal::Busy),
        };
        let unchecked = knobs.mutant == Some(Mutant::IgnorePreconditions);
        if !unchecked && !is_ready(managers.of(from.other())) {
            return Err(Refusal::PassiveNotReady);
        }
        let by = Rule::FailOverRegion;
        let mut decision = self.take_over(knobs, managers, now, (from.other(), by, None));
        if let Task::TakingOver { planned, .. } = &mut self.task {
            *planned = false;
        }
        if knobs.region_failover_order == RegionFailoverOrder::DestroyFirst {
            decision.decisions.insert(0, (from, destroy(managers, from, by)));
        }
        Ok(decision)
    }

    fn recreate(&mut self, knobs: &Knobs, managers: &mut Managers<'_>) -> Answer {
        self.is_free()?;
        if self.role(Side::Primary) != PairRole::Failed {
            return Err(Refusal::NoFailover);
        }
        if !is_healthy(managers.recovery) {
            return Err(Refusal::ActiveNotHealthy);
        }
        self.roles[Side::Primary.index()] = PairRole::Passive;
        self.switched = false;
        self.told = managers.recovery.primary;
        let manager = &mut *managers.primary;
        manager.follows = Some(Following::Passive);
        manager.phase = Phase::Steady;
        manager.primary = manager.next_number;
        let mut decision = Decision::none(Rule::RecreatePrimary);
        decision.actions.push(Action::FollowService(self.told));
        replace::build_missing(knobs, manager, &mut decision);
        let decisions = vec![(Side::Primary, decision)];
        Ok(PairDecision { rule: Rule::RecreatePrimary, decisions })
    }

    fn fail_back(&mut self, knobs: &Knobs, managers: &mut Managers<'_>, now: Instant) -> Answer {
        self.is_free()?;
        let recreated = self.role(Side::Primary) == PairRole::Passive && !self.switched;
        if !recreated {
            return Err(Refusal::NotRecreated);
        }
        if !is_ready(managers.primary) {
            return Err(Refusal::PassiveNotReady);
        }
        let by = Rule::FailBackRegion;
        if is_healthy(managers.recovery) {
            return Ok(self.begin_switch(knobs, managers, now, (Side::Primary, by)));
        }
        // The recovery service is gone: what it had not sent is lost, and it is built anew.
        let mut decision = self.take_over(knobs, managers, now, (Side::Primary, by, None));
        if let Task::TakingOver { planned, .. } = &mut self.task {
            *planned = false;
        }
        decision.decisions.insert(0, (Side::Recovery, destroy(managers, Side::Recovery, by)));
        Ok(decision)
    }

    /// Passes a planned operation on to the active service; the passive one follows what it does.
    fn plan(
        &mut self,
        knobs: &Knobs,
        managers: &mut Managers<'_>,
        now: Instant,
        (operator, side): (Operator, Side),
    ) -> Answer {
        if self.task != Task::Idle {
            return Err(Refusal::Busy);
        }
        managers.plan(knobs, now, (operator, side))
    }

    fn remove(&mut self, knobs: &Knobs, managers: &mut Managers<'_>, now: Instant) -> Answer {
        self.is_free()?;
        let active = self.active().ok_or(Refusal::Busy)?;
        let passive = active.other();
        if self.role(passive) == PairRole::Failed {
            return Err(Refusal::NotRecreated);
        }
        let rule = Rule::RemoveRecoveryIntegration;
        let mut decision = Decision::none(rule);
        decision.actions.push(Action::LoseSource);
        if knobs.removed_recovery == RemovedRecovery::Promoted {
            decision = follow::become_independent(knobs, managers.of_mut(passive), now)?;
            decision.rule = rule;
            self.roles[passive.index()] = PairRole::Active;
        }
        self.integrated = false;
        Ok(PairDecision { rule, decisions: vec![(passive, decision)] })
    }

    fn reverse(&mut self, knobs: &Knobs, managers: &mut Managers<'_>, now: Instant) -> Answer {
        if !self.exists {
            return Err(Refusal::NotSetUp);
        }
        if self.integrated {
            return Err(Refusal::AlreadyIntegrated);
        }
        let active = self.active().ok_or(Refusal::Busy)?;
        let to = active.other();
        self.integrated = true;
        if let Err(refusal) = self.may_switch(managers, to) {
            self.integrated = false;
            return Err(refusal);
        }
        let by = match to {
            Side::Recovery => Rule::SwitchOverRegion,
            Side::Primary => Rule::SwitchBackRegion,
        };
        let follows = self.tell_to_follow(managers, active, by);
        self.task = Task::CatchingUp { to, by };
        self.deadline = Some(now + knobs.heartbeat_period);
        Ok(PairDecision { rule: by, decisions: vec![(to, follows)] })
    }

    /// Tells every node of the passive service to follow the active one's primary.
    pub(super) fn tell_to_follow(
        &mut self,
        managers: &mut Managers<'_>,
        active: Side,
        rule: Rule,
    ) -> Decision {
        self.told = managers.of(active).primary;
        let manager = managers.of_mut(active.other());
        let mut decision = Decision::none(rule);
        decision.actions.push(Action::FollowService(self.told));
        let members = manager.members.iter();
        let members = members.filter(|member| member.standing != Standing::GivenUp);
        decision.actions.extend(members.map(|member| Action::Follow(member.number, SOURCE)));
        decision
    }
}

/// Gives all nodes of a service up: they are stopped and destroyed as far as they can be reached.
pub(super) fn destroy(managers: &mut Managers<'_>, side: Side, rule: Rule) -> Decision {
    let manager = managers.of_mut(side);
    let mut decision = Decision::none(rule);
    decision.actions.push(Action::LoseSource);
    decision.actions.push(Action::Stop(manager.primary));
    for member in &mut manager.members {
        if member.standing != Standing::GivenUp {
            member.standing = Standing::GivenUp;
            decision.actions.push(Action::Fence(member.number));
        }
    }
    manager.phase = Phase::Steady;
    manager.operation = None;
    manager.follows = Some(Following::Passive);
    decision
}
