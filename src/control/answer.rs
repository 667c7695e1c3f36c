//! What follows when a node says that it has carried out an order of a planned operation.
//!
//! Knows nothing of how an order is carried out. Kept here: an answer that nobody waits for changes
//! nothing.

use super::decide::Decision;
use super::manager::Manager;
use super::operation::Step;
use super::phase::Phase;
use super::rule::Rule;
use super::switchover::set_step;
use super::{drain, follower, handover, power, upgrade, verify};
use crate::kernel::Instant;
use crate::knob::Knobs;
use crate::model::Answer;

/// Goes on when a node says that it has carried an order out.
pub(super) fn answered(
    knobs: &Knobs,
    manager: &mut Manager,
    now: Instant,
    (number, answer): (u16, Answer),
) -> Decision {
    if manager.follows.is_some() {
        return follower::answered(knobs, manager, now, (number, answer));
    }
    let step = manager.operation.as_ref().map(|operation| operation.step);
    match (answer, step) {
        (Answer::SlotsCopied, Some(Step::Draining { .. })) if number == manager.primary => {
            drain::done(knobs, manager, now)
        }
        (Answer::QuorumInForce, Some(Step::Securing { .. })) if number == manager.primary => {
            verify::secured(knobs, manager, now)
        }
        (Answer::StandbyCaughtUp, Some(Step::Verifying { .. })) if number == manager.primary => {
            verify::caught_up(manager, now)
        }
        (Answer::StopBegun, Some(Step::Stopping { since, .. })) if number == manager.primary => {
            set_step(manager, Step::Stopping { since, begun: true });
            Decision::none(Rule::NoteNews)
        }
        (Answer::Stopped, Some(Step::Stopping { .. })) if number == manager.primary => {
            handover::ask(knobs, manager, now, Rule::AskNewStandbys)
        }
        (Answer::CanUpgrade, Some(Step::Checking { .. })) if number == manager.primary => {
            upgrade::checked(knobs, manager, now)
        }
        (Answer::StopBegun, Some(Step::Upgrading { timeline, .. }))
            if number == manager.primary =>
        {
            upgrade::begun(manager, now, timeline)
        }
        (Answer::Upgraded, Some(Step::Upgrading { .. })) if number == manager.primary => {
            upgrade::upgraded(manager, now)
        }
        (Answer::NotUpgraded, Some(Step::Upgrading { .. })) if number == manager.primary => {
            upgrade::fail(knobs, manager)
        }
        (Answer::BackedUp, Some(Step::BackingUp { .. })) if number == manager.primary => {
            upgrade::backed_up(knobs, manager)
        }
        (Answer::Stopped, Some(Step::ShuttingDown { .. })) if number == manager.primary => {
            power::stopped(manager)
        }
        (Answer::Detached, _) if matches!(manager.phase, Phase::Electing { .. }) => {
            handover::told(knobs, manager, now, number)
        }
        _ => Decision::none(Rule::NoteNews),
    }
}
