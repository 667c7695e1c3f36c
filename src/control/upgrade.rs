//! A major version upgrade, step by step: a check, standbys removed, the primary upgraded in place,
//! a full backup, new standbys.
//!
//! Source: Aiven, "Perform a major version upgrade"; the procedure of controlled switchovers does
//! not apply. Standbys cannot follow a server of another major version, so they are built anew from
//! the full backup. Knows nothing of servers. Kept here: no standby is removed before the primary
//! has said that it can be upgraded, and no name moves.

use super::action::Action;
use super::command::Refusal;
use super::decide::Decision;
use super::failover::{publish_ha_replica, replica_targets};
use super::manager::Manager;
use super::member::Standing;
use super::operation::{Cause, Operation, Step};
use super::replace::build_missing;
use super::rule::Rule;
use super::switchover::{retire, set_step};
use crate::kernel::{Bytes, Instant, Span};
use crate::knob::{EmptyReplicaName, Knobs, Mutant};
use crate::model::Endpoint;

/// Begins a major version upgrade: the primary is asked whether it can be upgraded.
///
/// Whoever asks has made sure that the primary is heard and that nothing else is under way.
///
/// # Errors
/// When a node of the service is not running, as far as the platform knows.
pub(super) fn begin(manager: &mut Manager, now: Instant) -> Result<Decision, Refusal> {
    let unready = manager.members.iter().any(|member| {
        member.standing == Standing::Building
            || (member.standing == Standing::Standby && member.missed.is_some())
    });
    if unready {
        return Err(Refusal::NodesNotRunning);
    }
    let primary = manager.primary;
    manager.operation = Some(Operation {
        cause: Cause::MajorUpgrade,
        step: Step::Checking { since: now },
        old_primary: primary,
        old: Vec::new(),
        new: Vec::new(),
        additional: None,
        wanted: 0,
    });
    let mut decision = Decision::none(Rule::BeginUpgrade);
    decision.actions.push(Action::CheckUpgrade(primary));
    Ok(decision)
}

/// Removes the standbys and has the primary upgraded, which has said that it can be.
pub(super) fn checked(knobs: &Knobs, manager: &mut Manager, now: Instant) -> Decision {
    let mut decision = Decision::none(Rule::UpgradePrimary);
    let standbys: Vec<u16> = manager.standing(Standing::Standby).collect();
    if knobs.mutant != Some(Mutant::UpgradeUnderStandbys) && !standbys.is_empty() {
        for number in standbys {
            retire(manager, number, &mut decision);
        }
        // With nobody left the name keeps the dead address, and queries to it time out.
        if knobs.replica_name_when_empty != EmptyReplicaName::DeadAddress {
            let targets = replica_targets(knobs, manager);
            decision.actions.push(Action::Publish(Endpoint::Replica, targets));
        }
        publish_ha_replica(knobs, manager, &mut decision);
    }
    let primary = manager.primary;
    let report = manager.member(primary).and_then(|member| member.report);
    let timeline = report.map_or(0, |report| report.timeline);
    set_step(manager, Step::Upgrading { since: now, begun: false, timeline });
    decision.actions.push(Action::Upgrade(primary));
    decision
}

/// Notes that the primary stops for its upgrade: from now on its silence says nothing.
pub(super) fn begun(manager: &mut Manager, now: Instant, timeline: u32) -> Decision {
    set_step(manager, Step::Upgrading { since: now, begun: true, timeline });
    let primary = manager.primary;
    if let Some(member) = manager.member_mut(primary) {
        member.standing = Standing::Leaving;
    }
    Decision::none(Rule::NoteNews)
}

/// Goes on with a primary that is heard again, upgraded or not.
pub(super) fn heard_again(knobs: &Knobs, manager: &mut Manager, now: Instant) -> Decision {
    let Some(Step::Upgrading { timeline, .. }) = manager.operation.as_ref().map(|one| one.step)
    else {
        return Decision::none(Rule::NoteNews);
    };
    let report = manager.member(manager.primary).and_then(|member| member.report);
    if report.is_some_and(|report| report.timeline > timeline) {
        upgraded(manager, now)
    } else {
        fail(knobs, manager)
    }
}

/// Has a full backup taken: nothing can be restored from those of the version before.
pub(super) fn upgraded(manager: &mut Manager, now: Instant) -> Decision {
    resume_office(manager);
    set_step(manager, Step::BackingUp { asked: now });
    let mut decision = Decision::none(Rule::BackUpUpgradedPrimary);
    decision.actions.push(Action::TakeBackup(manager.primary));
    decision
}

/// Gives an upgrade up whose primary goes on as it was: the standbys are built anew.
pub(super) fn fail(knobs: &Knobs, manager: &mut Manager) -> Decision {
    resume_office(manager);
    manager.operation = None;
    let mut decision = Decision::none(Rule::AbandonUpgrade);
    build_missing(knobs, manager, &mut decision);
    decision
}

fn resume_office(manager: &mut Manager) {
    let primary = manager.primary;
    if let Some(member) = manager.member_mut(primary) {
        member.standing = Standing::Primary;
        member.missed = None;
    }
}

/// Ends an upgrade: standbys are built from the full backup.
pub(super) fn backed_up(knobs: &Knobs, manager: &mut Manager) -> Decision {
    manager.operation = None;
    let mut decision = Decision::none(Rule::EndUpgrade);
    build_missing(knobs, manager, &mut decision);
    decision
}

/// Returns when something that a step of an upgrade waits for is overdue.
pub(super) fn due(knobs: &Knobs, manager: &Manager, step: Step) -> Option<Instant> {
    match step {
        Step::Checking { since } | Step::Upgrading { since, begun: false, .. } => {
            Some(since + knobs.order_patience)
        }
        Step::Upgrading { since, begun: true, .. } => Some(since + knobs.major_upgrade_patience),
        Step::BackingUp { asked } => {
            Some(asked + backup_time(knobs, manager.database_size) + knobs.order_patience)
        }
        Step::ShuttingDown { since } => Some(since + knobs.stop_patience),
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
        | Step::Returning { .. } => None,
    }
}

/// Returns how long a full backup takes.
fn backup_time(knobs: &Knobs, database: Bytes) -> Span {
    let bytes = u128::from(database.get()) * 1_000_000;
    let micros = bytes.div_ceil(u128::from(knobs.backup_rate.get()));
    Span::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
}

/// Decides what to do when a step of an upgrade has waited long enough.
pub(super) fn waited(knobs: &Knobs, manager: &mut Manager, now: Instant, step: Step) -> Decision {
    let primary = manager.primary;
    let silent = manager.member(primary).is_none_or(|member| member.missed.is_some());
    let mut decision = Decision::none(Rule::RepeatOrder);
    match step {
        Step::Checking { .. } => {
            set_step(manager, Step::Checking { since: now });
            decision.actions.push(Action::CheckUpgrade(primary));
        }
        Step::Upgrading { begun: false, timeline, .. } => {
            set_step(manager, Step::Upgrading { since: now, begun: false, timeline });
            decision.actions.push(Action::Upgrade(primary));
        }
        Step::BackingUp { .. } => {
            set_step(manager, Step::BackingUp { asked: now });
            decision.actions.push(Action::TakeBackup(primary));
        }
        Step::Upgrading { begun: true, .. } if !silent => return heard_again(knobs, manager, now),
        // It is started as it was; if nothing comes of that, a primary is restored from backup.
        Step::Upgrading { .. }
        | Step::Replacing { .. }
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
        | Step::ShuttingDown { .. } => {
            set_step(manager, Step::Returning { since: now });
            decision.rule = Rule::ReturnToOldPrimary;
            decision.actions.push(Action::Start(primary));
        }
    }
    decision
}
