//! Power off and power on: all machines of a service are removed, and later restored from backup.
//!
//! Source: Aiven, "Power on/off a service" and "Power on/off and delete your service": machines are
//! removed and backups kept; at power on the latest backup is restored and WAL replayed. Knows
//! nothing of servers. Kept here: a service that is powered off has no members and no names.

use super::action::{Action, Numbers};
use super::command::Refusal;
use super::decide::Decision;
use super::failover;
use super::manager::Manager;
use super::member::Standing;
use super::operation::{Cause, Operation, Step};
use super::pair::ServiceState;
use super::phase::Phase;
use super::rule::Rule;
use crate::kernel::Instant;
use crate::knob::{Knobs, Mutant, PowerOff};
use crate::model::Endpoint;

/// Powers a service off: its names point to nobody, its primary is stopped, its machines go.
///
/// # Errors
/// The reason for which it is refused; then the manager is as it was.
pub(super) fn off(knobs: &Knobs, manager: &mut Manager, now: Instant) -> Result<Decision, Refusal> {
    if manager.phase == Phase::PoweredOff {
        return Err(Refusal::PoweredOff);
    }
    if manager.follows.is_some() {
        return Err(Refusal::FollowsAnother);
    }
    if manager.phase != Phase::Steady || manager.operation.is_some() {
        return Err(Refusal::UnderWay);
    }
    let mut decision = Decision::none(Rule::PowerOff);
    let nobody = Numbers::of([]);
    decision.actions.push(Action::Publish(Endpoint::Primary, nobody));
    if manager.plan.standbys() > 0 {
        decision.actions.push(Action::Publish(Endpoint::Replica, nobody));
        if knobs.ha_replica_name {
            decision.actions.push(Action::Publish(Endpoint::HaReplica, nobody));
        }
    }
    let primary = manager.primary;
    let heard = manager.member(primary).is_some_and(|member| member.missed.is_none());
    let hasty = knobs.mutant == Some(Mutant::PowerOffRunning);
    if !heard || hasty || knobs.power_off == PowerOff::AtOnce {
        remove(manager, &mut decision);
        return Ok(decision);
    }
    for member in &mut manager.members {
        if member.standing != Standing::GivenUp {
            member.standing = Standing::Leaving;
        }
    }
    manager.operation = Some(Operation {
        cause: Cause::PowerOff,
        step: Step::ShuttingDown { since: now },
        old_primary: primary,
        old: Vec::new(),
        new: Vec::new(),
        additional: None,
        wanted: 0,
    });
    decision.actions.push(Action::StopControlled(primary));
    Ok(decision)
}

/// Has the machines removed: the primary is stopped, or takes too long to stop.
pub(super) fn stopped(manager: &mut Manager) -> Decision {
    let mut decision = Decision::none(Rule::RemoveMachines);
    remove(manager, &mut decision);
    decision
}

fn remove(manager: &mut Manager, decision: &mut Decision) {
    manager.members.clear();
    manager.operation = None;
    manager.phase = Phase::PoweredOff;
    decision.actions.push(Action::PowerOff);
}

/// Powers a service on: a primary is restored from backup, and standbys are built after it.
///
/// # Errors
/// When the service is not powered off.
pub(super) fn on(manager: &mut Manager) -> Result<Decision, Refusal> {
    if manager.phase != Phase::PoweredOff {
        return Err(Refusal::NotPoweredOff);
    }
    Ok(failover::restore(manager, Rule::PowerOn))
}

/// Returns the state in which a service that belongs to no pair is shown.
pub(crate) fn shown(manager: &Manager) -> ServiceState {
    let serve = |standing: &Standing| matches!(standing, Standing::Primary | Standing::Standby);
    let serving = manager.members.iter().map(|member| member.standing).filter(serve).count();
    let cause = manager.operation.as_ref().map(|operation| operation.cause);
    if manager.phase == Phase::PoweredOff || cause == Some(Cause::PowerOff) {
        ServiceState::PowerOff
    } else if serving == 0 {
        ServiceState::Rebuilding
    } else if manager.phase == Phase::Steady && serving >= usize::from(manager.plan.nodes()) {
        ServiceState::Running
    } else {
        ServiceState::Rebalancing
    }
}
