//! How a pair is set up while its primary service runs, and how it is deleted.
//!
//! Sources: Aiven, "Enable cross-region disaster recovery" and `aiven_service_integration`. Knows
//! nothing but beliefs. Kept here: an order that is refused changes nothing, and a service that is
//! active is not deleted.

use super::orders::destroy;
use super::{Answer, Managers, Pair, PairDecision, PairRole, Side, Task, is_healthy};
use crate::control::action::Action;
use crate::control::command::Refusal;
use crate::control::decide::Decision;
use crate::control::follow::Following;
use crate::control::manager::SOURCE;
use crate::control::member::Standing;
use crate::control::phase::Phase;
use crate::control::replace;
use crate::control::rule::Rule;
use crate::knob::{Knobs, Mutant};

impl Pair {
    /// Creates the recovery service, if there is none, and the integration.
    ///
    /// # Errors
    /// The reason for which it is refused; then all beliefs are as they were.
    pub(super) fn set_up(&mut self, knobs: &Knobs, managers: &mut Managers<'_>) -> Answer {
        if self.integrated {
            return Err(Refusal::AlreadyIntegrated);
        }
        let active = self.active().ok_or(Refusal::Busy)?;
        let passive = active.other();
        if self.role(passive) != PairRole::Passive {
            return Err(Refusal::AlreadyActive);
        }
        let manager = managers.of(active);
        let serves = |standing| matches!(standing, Standing::Primary | Standing::Standby);
        let serving = manager.members.iter().filter(|member| serves(member.standing)).count();
        let whole = serving >= usize::from(manager.plan.nodes());
        let unchecked = knobs.mutant == Some(Mutant::IgnorePreconditions);
        if (!is_healthy(manager) || !whole) && !unchecked {
            return Err(Refusal::NotRunning);
        }
        let rule = Rule::SetUpRecovery;
        let decision = if self.exists {
            self.tell_to_follow(managers, active, rule)
        } else {
            self.create(knobs, managers)
        };
        (self.exists, self.integrated) = (true, true);
        Ok(PairDecision { rule, decisions: vec![(passive, decision)] })
    }

    /// Has every node of the recovery service built, from the primary service's backups.
    fn create(&mut self, knobs: &Knobs, managers: &mut Managers<'_>) -> Decision {
        self.told = managers.primary.primary;
        let manager = &mut *managers.recovery;
        manager.follows = Some(Following::Passive);
        manager.phase = Phase::Steady;
        manager.primary = manager.next_number;
        let mut decision = Decision::none(Rule::SetUpRecovery);
        decision.actions.push(Action::FollowService(self.told));
        replace::build_missing(knobs, manager, &mut decision);
        decision
    }

    /// Deletes the integration and the recovery service with it.
    ///
    /// # Errors
    /// The reason for which it is refused; then all beliefs are as they were.
    pub(super) fn delete(&mut self, knobs: &Knobs, managers: &mut Managers<'_>) -> Answer {
        if !self.exists {
            return Err(Refusal::NotSetUp);
        }
        if self.task != Task::Idle {
            return Err(Refusal::Busy);
        }
        let unchecked = knobs.mutant == Some(Mutant::IgnorePreconditions);
        let passive = self.role(Side::Recovery) == PairRole::Passive;
        if !passive && !unchecked {
            return Err(Refusal::IsActive);
        }
        (self.exists, self.integrated, self.switched) = (false, false, false);
        (self.told, self.deadline) = (SOURCE, None);
        let rule = Rule::DeleteRecovery;
        let decision = destroy(managers, Side::Recovery, rule);
        Ok(PairDecision { rule, decisions: vec![(Side::Recovery, decision)] })
    }
}
