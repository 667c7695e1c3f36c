//! Windows for switchovers: the times of the day at which maintenance may change the primary.
//!
//! Source: Aiven, controlled switchover windows: new servers are made at any time, and the change
//! waits until a window opens; if the old primary fails while it waits, the new servers take over
//! at once. Migrations and changes of the tier do not wait. A run begins at midnight, UTC. Knows
//! nothing of what is done in a window. Kept here: both ends of a window belong to it.

use super::command::Refusal;
use super::decide::Decision;
use super::follower;
use super::manager::Manager;
use super::operation::{Cause, Step};
use super::rule::Rule;
use super::switchover::{secure, set_step};
use crate::kernel::{Instant, Span};
use crate::knob::{Knobs, Mutant};

const DAY: Span = Span::from_days(1);

/// A window of every day, from and to a time since midnight, both included.
///
/// # Examples
/// Maintenance that is ready early changes the primary when the window opens:
/// ```
/// # let path = "scenarios/maintenance-in-its-window.ron";
/// # let loaded = cutover::scenario::load(path.as_ref()).expect("it is valid");
/// use cutover::control::Window;
/// use cutover::kernel::{Instant, Span};
/// let (from, to): Window = loaded.scenario.services[0].windows[0];
/// assert_eq!((from, to), (Span::from_mins(10), Span::from_mins(20)));
/// let promotion = &cutover::sim::run(&loaded.setup, 0).services[0].promotions[0];
/// let ordered = promotion.ordered.since(Instant::ZERO);
/// assert!((from..=to).contains(&ordered));
/// ```
pub type Window = (Span, Span);

/// Returns when a switchover may change the primary, from an instant on; nothing if it never may.
pub(crate) fn opens(windows: &[Window], now: Instant) -> Option<Instant> {
    let today = now.as_micros() % DAY.as_micros();
    let midnight = Instant::from_micros(now.as_micros() - today);
    let time = Span::from_micros(today);
    if windows.is_empty() || windows.iter().any(|(from, to)| (*from..=*to).contains(&time)) {
        return Some(now);
    }
    let next = windows.iter().map(|(from, _)| {
        let day = if *from > time { midnight } else { midnight + DAY };
        day + *from
    });
    next.min()
}

/// Begins the change of the primary in a window, or waits until one opens.
pub(super) fn enter(knobs: &Knobs, manager: &mut Manager, now: Instant, decision: &mut Decision) {
    let cause = manager.operation.as_ref().map(|operation| operation.cause);
    let bound = cause == Some(Cause::Maintenance) && knobs.mutant != Some(Mutant::IgnoreWindows);
    match opens(&manager.windows, now).filter(|opens| bound && *opens > now) {
        Some(until) => set_step(manager, Step::Pending { until }),
        None => change(knobs, manager, now, decision),
    }
}

/// Begins the change that windows are for.
fn change(knobs: &Knobs, manager: &mut Manager, now: Instant, decision: &mut Decision) {
    if manager.follows.is_some() {
        follower::change(knobs, manager, now, decision);
    } else {
        secure(knobs, manager, now, decision);
    }
}

/// Goes on when a window opens.
pub(super) fn open(knobs: &Knobs, manager: &mut Manager, now: Instant) -> Decision {
    let mut decision = Decision::none(Rule::BeginInWindow);
    change(knobs, manager, now, &mut decision);
    decision
}

/// Removes all windows of a service; a switchover that waits for one goes on at once.
///
/// # Errors
/// When the service has no windows.
pub(super) fn remove(
    knobs: &Knobs,
    manager: &mut Manager,
    now: Instant,
) -> Result<Decision, Refusal> {
    if manager.windows.is_empty() {
        return Err(Refusal::NoWindows);
    }
    manager.windows.clear();
    let mut decision = Decision::none(Rule::RemoveWindows);
    let step = manager.operation.as_ref().map(|operation| operation.step);
    if matches!(step, Some(Step::Pending { .. })) {
        change(knobs, manager, now, &mut decision);
    }
    Ok(decision)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: u64, mins: u64) -> Instant {
        Instant::ZERO + Span::from_hours(hours) + Span::from_mins(mins)
    }

    #[test]
    fn a_window_holds_both_its_ends_and_comes_back_every_day() {
        let night = [(Span::from_hours(2), Span::from_hours(3))];
        assert_eq!(opens(&night, at(1, 0)), Some(at(2, 0)));
        assert_eq!(opens(&night, at(2, 0)), Some(at(2, 0)));
        assert_eq!(opens(&night, at(3, 0)), Some(at(3, 0)));
        assert_eq!(opens(&night, at(3, 1)), Some(at(26, 0)));
        assert_eq!(opens(&night, at(26, 30)), Some(at(26, 30)));
    }

    #[test]
    fn the_next_of_several_windows_counts_and_without_any_it_is_always_time() {
        let two = [
            (Span::from_hours(20), Span::from_hours(21)),
            (Span::from_hours(4), Span::from_hours(5)),
        ];
        assert_eq!(opens(&two, at(6, 0)), Some(at(20, 0)));
        assert_eq!(opens(&two, at(22, 0)), Some(at(28, 0)));
        assert_eq!(opens(&[], at(22, 0)), Some(at(22, 0)));
    }
}
