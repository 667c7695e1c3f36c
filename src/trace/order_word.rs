//! What the platform orders as words of 64 bits, for the digest.
//!
//! Knows nothing of wording. Kept here: every variant has a number of its own that never changes.

use super::word::{name, word};
use crate::control::{Action, Numbers};
use crate::kernel::Digest;
use crate::model::{Order, Plan, Targets};

pub(super) fn feed_order(digest: &mut Digest, kind: u8, service: u8, order: Order) {
    let (tag, one, two) = match order {
        Order::Promote(number) => (1, number, 0),
        Order::Follow(number, upstream) => (2, number, upstream),
        Order::BuildStandby(number, upstream) => (3, number, upstream),
        Order::BuildPrimary(number) => (4, number, 0),
        Order::Fence(number) => (5, number, 0),
        Order::Stop(number) => (6, number, 0),
        Order::StopControlled(number) => (20, number, 0),
        Order::Kill(number) => (21, number, 0),
        Order::Start(number) => (22, number, 0),
        Order::Detach(number) => (23, number, 0),
        Order::SetQuorum(number, needs, standbys) => {
            feed_targets(digest, standbys);
            (24, number, needs.into())
        }
        Order::ClearQuorum(number) => (25, number, 0),
        Order::Forward(number, target) => (26, number, target),
        Order::Delete(number) => (27, number, 0),
        Order::SetPlan(plan) => (28, plan.nodes().into(), plan_word(plan)),
        Order::Relocate(region) => (29, region.0.into(), 0),
        Order::AskSlots(number, standbys) => {
            feed_targets(digest, standbys);
            (30, number, 0)
        }
        Order::Demote(number) => (32, number, 0),
        Order::TakeOver(number, end) => {
            digest.u64(end.get());
            (33, number, 0)
        }
        Order::Disconnect(number) => (34, number, 0),
        Order::Restart(number) => (35, number, 0),
        Order::CheckUpgrade(number) => (36, number, 0),
        Order::Upgrade(number) => (37, number, 0),
        Order::TakeBackup(number) => (38, number, 0),
        Order::PowerOff => (39, 0, 0),
        Order::AskCaughtUp(number, standbys) => {
            feed_targets(digest, standbys);
            (40, number, 0)
        }
    };
    word(digest, kind, [u16::from(service) << 8 | tag, one, two]);
}

pub(super) fn feed_action(digest: &mut Digest, action: Action) {
    match action {
        Action::Fence(number) => word(digest, 64, [number, 0, 0]),
        Action::Promote(number) => word(digest, 65, [number, 0, 0]),
        Action::Follow(number, upstream) => word(digest, 66, [number, upstream, 0]),
        Action::Publish(endpoint, numbers) => {
            word(digest, 67, [name(endpoint), 0, 0]);
            feed_numbers(digest, numbers);
        }
        Action::BuildStandby(number, upstream) => word(digest, 68, [number, upstream, 0]),
        Action::BuildPrimary(number) => word(digest, 69, [number, 0, 0]),
        Action::Stop(number) => word(digest, 70, [number, 0, 0]),
        Action::StopControlled(number) => word(digest, 80, [number, 0, 0]),
        Action::Kill(number) => word(digest, 81, [number, 0, 0]),
        Action::Start(number) => word(digest, 82, [number, 0, 0]),
        Action::Detach(number) => word(digest, 83, [number, 0, 0]),
        Action::SetQuorum(number, needs, standbys) => {
            word(digest, 84, [number, needs.into(), 0]);
            feed_numbers(digest, standbys);
        }
        Action::ClearQuorum(number) => word(digest, 85, [number, 0, 0]),
        Action::Forward(number, target) => word(digest, 86, [number, target, 0]),
        Action::Delete(number) => word(digest, 87, [number, 0, 0]),
        Action::SetPlan(plan) => word(digest, 88, [plan_word(plan), 0, 0]),
        Action::Relocate(region) => word(digest, 89, [region.0.into(), 0, 0]),
        Action::AskSlots(number, standbys) => {
            word(digest, 90, [number, 0, 0]);
            feed_numbers(digest, standbys);
        }
        Action::Demote(number) => word(digest, 160, [number, 0, 0]),
        Action::TakeOver(number, end) => {
            word(digest, 161, [number, 0, 0]);
            digest.u64(end.get());
        }
        Action::FollowService(number) => word(digest, 162, [number, 0, 0]),
        Action::LoseSource => word(digest, 163, [0, 0, 0]),
        Action::Disconnect(number) => word(digest, 164, [number, 0, 0]),
        Action::Restart(number) => word(digest, 165, [number, 0, 0]),
        Action::CheckUpgrade(number) => word(digest, 170, [number, 0, 0]),
        Action::Upgrade(number) => word(digest, 171, [number, 0, 0]),
        Action::TakeBackup(number) => word(digest, 172, [number, 0, 0]),
        Action::PowerOff => word(digest, 173, [0, 0, 0]),
        Action::AskCaughtUp(number, standbys) => {
            word(digest, 174, [number, 0, 0]);
            feed_numbers(digest, standbys);
        }
    }
}

/// Feeds at most three numbers; one more than each, so that none is no number.
fn feed_list(digest: &mut Digest, numbers: impl Iterator<Item = u16>) {
    let list = numbers.fold(0, |list, number| list << 20 | (u64::from(number) + 1));
    digest.u64(list);
}

pub(super) fn feed_targets(digest: &mut Digest, targets: Targets) {
    feed_list(digest, targets.iter().map(|node| node.0));
}

fn feed_numbers(digest: &mut Digest, numbers: Numbers) {
    feed_list(digest, numbers.iter());
}

fn plan_word(plan: Plan) -> u16 {
    match plan {
        Plan::Hobbyist => 1,
        Plan::Startup => 2,
        Plan::Business => 3,
        Plan::Premium => 4,
    }
}
