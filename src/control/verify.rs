//! How a switchover makes sure that a new standby has everything before the old primary stops.
//!
//! What was acknowledged before commits began to wait is exposed until a standby has it; a stop
//! ships it, unless the primary dies before. Knows nothing of servers. Kept here: without the knob
//! nobody is asked.

use super::action::{Action, Numbers};
use super::decide::Decision;
use super::handover;
use super::manager::Manager;
use super::member::Standing;
use super::operation::Step;
use super::rule::Rule;
use super::switchover::set_step;
use crate::kernel::Instant;
use crate::knob::{Knobs, StopsAfter};

/// Goes on once commits wait for standbys: the old primary is stopped, or asked about standbys.
pub(super) fn secured(knobs: &Knobs, manager: &mut Manager, now: Instant) -> Decision {
    if knobs.switchover_stops_after == StopsAfter::QuorumInForce {
        return caught_up(manager, now);
    }
    let mut decision = Decision::none(Rule::AwaitNewStandby);
    ask(manager, (now, now), &mut decision);
    decision
}

fn ask(manager: &mut Manager, (since, asked): (Instant, Instant), decision: &mut Decision) {
    set_step(manager, Step::Verifying { since, asked });
    let standbys = Numbers::of(manager.standing(Standing::Standby));
    decision.actions.push(Action::AskCaughtUp(manager.primary, standbys));
}

/// Has the old primary stopped.
pub(super) fn caught_up(manager: &mut Manager, now: Instant) -> Decision {
    let mut decision = Decision::none(Rule::StopOldPrimary);
    handover::stop(manager, now, &mut decision);
    decision
}

/// Asks once more, or stops the old primary all the same when that takes as long as a stop may.
pub(super) fn waited(
    knobs: &Knobs,
    manager: &mut Manager,
    now: Instant,
    since: Instant,
) -> Decision {
    if now >= since + knobs.stop_patience {
        return caught_up(manager, now);
    }
    let mut decision = Decision::none(Rule::AwaitNewStandby);
    ask(manager, (since, now), &mut decision);
    decision
}
