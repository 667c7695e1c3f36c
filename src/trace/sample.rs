//! Orders, actions and news that differ from one another in one part each, for tests of digests.
//!
//! Knows nothing of how they are digested. Kept here: a new variant has its place in a list.

use crate::control::{Action, Numbers};
use crate::kernel::Lsn;
use crate::model::{Answer, Condition, Endpoint, NodeId, Order, Plan, RegionId, Signal, Targets};

/// Returns orders that differ from one another.
pub(super) fn orders() -> Vec<Order> {
    let node = NodeId(1);
    vec![
        Order::Promote(1),
        Order::Follow(1, 2),
        Order::Follow(2, 1),
        Order::BuildStandby(1, 2),
        Order::BuildPrimary(1),
        Order::Fence(1),
        Order::Stop(1),
        Order::StopControlled(1),
        Order::Kill(1),
        Order::Start(1),
        Order::Detach(1),
        Order::SetQuorum(1, 1, Targets::of([node])),
        Order::SetQuorum(1, 2, Targets::of([node])),
        Order::SetQuorum(1, 1, Targets::of([NodeId(2)])),
        Order::ClearQuorum(1),
        Order::Forward(1, 2),
        Order::Delete(1),
        Order::SetPlan(Plan::Hobbyist),
        Order::SetPlan(Plan::Startup),
        Order::Relocate(RegionId(1)),
        Order::AskSlots(1, Targets::of([node])),
        Order::AskSlots(1, Targets::of([NodeId(2)])),
        Order::Demote(1),
        Order::TakeOver(1, Lsn(1)),
        Order::TakeOver(1, Lsn(2)),
        Order::Disconnect(1),
        Order::Restart(1),
        Order::CheckUpgrade(1),
        Order::Upgrade(1),
        Order::TakeBackup(1),
        Order::PowerOff,
        Order::AskCaughtUp(1, Targets::of([node])),
        Order::AskCaughtUp(1, Targets::of([NodeId(2)])),
    ]
}

/// Returns actions that differ from one another.
pub(super) fn actions() -> Vec<Action> {
    vec![
        Action::Fence(1),
        Action::Promote(1),
        Action::Follow(1, 2),
        Action::Publish(Endpoint::Primary, Numbers::of([])),
        Action::Publish(Endpoint::Primary, Numbers::of([0])),
        Action::Publish(Endpoint::Replica, Numbers::of([1, 2])),
        Action::Publish(Endpoint::Replica, Numbers::of([2, 1])),
        Action::BuildStandby(1, 2),
        Action::BuildPrimary(1),
        Action::Stop(1),
        Action::StopControlled(1),
        Action::Kill(1),
        Action::Start(1),
        Action::Detach(1),
        Action::SetQuorum(1, 1, Numbers::of([2])),
        Action::SetQuorum(1, 2, Numbers::of([2])),
        Action::SetQuorum(1, 1, Numbers::of([3])),
        Action::ClearQuorum(1),
        Action::Forward(1, 2),
        Action::Delete(1),
        Action::SetPlan(Plan::Hobbyist),
        Action::SetPlan(Plan::Startup),
        Action::Relocate(RegionId(1)),
        Action::AskSlots(1, Numbers::of([2])),
        Action::AskSlots(1, Numbers::of([3])),
        Action::Demote(1),
        Action::TakeOver(1, Lsn(1)),
        Action::TakeOver(1, Lsn(2)),
        Action::FollowService(1),
        Action::LoseSource,
        Action::Disconnect(1),
        Action::Restart(1),
        Action::CheckUpgrade(1),
        Action::Upgrade(1),
        Action::TakeBackup(1),
        Action::PowerOff,
        Action::AskCaughtUp(1, Numbers::of([2])),
        Action::AskCaughtUp(1, Numbers::of([3])),
    ]
}

/// Returns news that differ from one another.
pub(super) fn news() -> Vec<Signal> {
    vec![
        Signal::Missed(1),
        Signal::Missed(2),
        Signal::SilenceDue(1),
        Signal::PromotionDue(1),
        Signal::Reported(1, Condition::Primary),
        Signal::Reported(1, Condition::Standby),
        Signal::Reported(1, Condition::CatchingUp),
        Signal::Reported(1, Condition::CannotFollow),
        Signal::StepDue,
        Signal::ElectionDue,
        Signal::Answered(1, Answer::QuorumInForce),
        Signal::Answered(1, Answer::Stopped),
        Signal::Answered(1, Answer::Detached),
        Signal::Answered(1, Answer::StopBegun),
        Signal::Answered(1, Answer::SlotsCopied),
        Signal::Answered(1, Answer::SlotsBehind),
        Signal::Answered(1, Answer::CanUpgrade),
        Signal::Answered(1, Answer::Upgraded),
        Signal::Answered(1, Answer::NotUpgraded),
        Signal::Answered(1, Answer::BackedUp),
        Signal::Answered(1, Answer::StandbyCaughtUp),
        Signal::Served(Endpoint::Primary),
        Signal::Served(Endpoint::Replica),
        Signal::Demoted(1),
    ]
}
