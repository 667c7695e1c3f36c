//! How a switchover waits for consumers of logical slots before it changes the primary.
//!
//! Source: Aiven, "Upgrade and failover procedures": what slots hold has to be consumed before a
//! new server can have them; after 30 minutes a switchover goes on without those that lag. Knows
//! nothing of how slots are copied. Kept here: without slots nobody is asked.

use super::action::{Action, Numbers};
use super::decide::Decision;
use super::manager::Manager;
use super::member::Standing;
use super::operation::Step;
use super::rule::Rule;
use super::switchover::set_step;
use super::window;
use crate::kernel::{Instant, Span};
use crate::knob::{Knobs, Mutant};

/// Begins to wait for consumers, if the service has logical slots; tells whether it does.
pub(super) fn begin(
    knobs: &Knobs,
    manager: &mut Manager,
    now: Instant,
    decision: &mut Decision,
) -> bool {
    if !manager.keeps_slots || knobs.mutant == Some(Mutant::SkipDrain) {
        return false;
    }
    set_step(manager, Step::Draining { since: now, asked: now });
    ask(manager, decision);
    true
}

/// Asks the primary whether its logical slots are on the new servers.
fn ask(manager: &Manager, decision: &mut Decision) {
    let standbys = Numbers::of(manager.standing(Standing::Standby));
    decision.actions.push(Action::AskSlots(manager.primary, standbys));
}

/// Returns when the primary is asked again: at the pace of the copying job at first, then ever less
/// often, up to once a minute.
pub(super) fn asks_next(knobs: &Knobs, since: Instant, asked: Instant) -> Instant {
    let pause = asked.since(since).max(knobs.slot_copy_period);
    asked + pause.min(Span::from_secs(60).max(knobs.slot_copy_period))
}

/// Asks once more, or goes on when that takes too long: slots that are not on the new servers are
/// lost.
pub(super) fn go_on(
    knobs: &Knobs,
    manager: &mut Manager,
    now: Instant,
    since: Instant,
) -> Decision {
    if now >= since + knobs.slot_drain_limit {
        let mut decision = Decision::none(Rule::StopAwaitingConsumers);
        window::enter(knobs, manager, now, &mut decision);
        return decision;
    }
    let mut decision = Decision::none(Rule::AwaitConsumers);
    set_step(manager, Step::Draining { since, asked: now });
    ask(manager, &mut decision);
    decision
}

/// Goes on once slots are on the new servers: commits wait for standbys, in a window if there are
/// any.
pub(super) fn done(knobs: &Knobs, manager: &mut Manager, now: Instant) -> Decision {
    let mut decision = Decision::none(Rule::LetCommitsWait);
    window::enter(knobs, manager, now, &mut decision);
    decision
}
