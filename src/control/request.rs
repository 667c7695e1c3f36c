//! An order for a planned operation: whether it can begin now, and what it begins.
//!
//! Knows nothing of how an operation goes on. Kept here: an order that is refused changes nothing.

use super::action::Action;
use super::command::Refusal;
use super::decide::Decision;
use super::follow::Following;
use super::manager::Manager;
use super::member::Standing;
use super::operation::{Cause, Operation, Step};
use super::operator::Operator;
use super::phase::Phase;
use super::rule::Rule;
use super::switchover::{build_ahead, go_on, set_plan};
use super::{follower, window};
use crate::kernel::Instant;
use crate::knob::{Knobs, Mutant};

/// Begins a planned operation, or says why not.
///
/// # Errors
/// The reason for which it is refused; then the manager is as it was.
pub(super) fn request(
    knobs: &Knobs,
    manager: &mut Manager,
    now: Instant,
    operator: Operator,
) -> Result<Decision, Refusal> {
    if operator == Operator::RemoveWindows {
        return window::remove(knobs, manager, now);
    }
    if operator == Operator::Maintain && manager.follows == Some(Following::ReadReplica) {
        return follower::begin(knobs, manager, now);
    }
    admissible(manager)?;
    let mut decision = Decision::none(Rule::BeginSwitchover);
    let cause = match operator {
        Operator::StartServer
        | Operator::Promote
        | Operator::RemoveIntegration
        | Operator::Switchover
        | Operator::Switchback
        | Operator::Failover
        | Operator::RecreatePrimary
        | Operator::TakeOver
        | Operator::PromoteToMaster
        | Operator::ReverseIntegration
        | Operator::SwitchByTerraform
        | Operator::PromoteSecondary
        | Operator::AddSecondary
        | Operator::PowerOffService
        | Operator::PowerOnService
        | Operator::RemoveWindows
        | Operator::SetUpRecovery
        | Operator::DeleteRecovery => {
            return Err(Refusal::ByHand);
        }
        Operator::MajorUpgrade => return super::upgrade::begin(manager, now),
        Operator::Maintain => Cause::Maintenance,
        Operator::Migrate(region) => {
            decision.actions.push(Action::Relocate(region));
            Cause::Migration
        }
        Operator::ChangeTier(plan) => {
            set_plan(manager, plan, &mut decision);
            Cause::ChangeOfTier
        }
        Operator::ChangePlan(plan) => {
            return Ok(super::plan_change::begin(knobs, manager, plan));
        }
    };
    begin(knobs, manager, (now, cause), &mut decision);
    Ok(decision)
}

/// Says why no planned operation can begin now, if so.
fn admissible(manager: &Manager) -> Result<(), Refusal> {
    let heard = manager.member(manager.primary).is_some_and(|one| one.missed.is_none());
    if manager.follows.is_some() {
        Err(Refusal::FollowsAnother)
    } else if manager.phase == Phase::PoweredOff {
        Err(Refusal::PoweredOff)
    } else if manager.phase != Phase::Steady || manager.operation.is_some() {
        Err(Refusal::UnderWay)
    } else if heard {
        Ok(())
    } else {
        Err(Refusal::PrimaryUnheard)
    }
}

/// Begins a controlled switchover: notes which nodes are old, and takes the first step.
fn begin(
    knobs: &Knobs,
    manager: &mut Manager,
    (now, cause): (Instant, Cause),
    decision: &mut Decision,
) {
    let old: Vec<u16> = manager
        .members
        .iter()
        .filter(|member| matches!(member.standing, Standing::Standby | Standing::Building))
        .map(|member| member.number)
        .collect();
    let wanted = manager.plan.standbys();
    let skips = knobs.mutant == Some(Mutant::SkipReplacement);
    let (old, new, wanted) = if skips { (Vec::new(), old, 0) } else { (old, Vec::new(), wanted) };
    manager.operation = Some(Operation {
        cause,
        step: Step::Securing { since: now },
        old_primary: manager.primary,
        old,
        new,
        additional: None,
        wanted,
    });
    go_on(knobs, manager, now, decision);
    build_ahead(knobs, manager, decision);
}
