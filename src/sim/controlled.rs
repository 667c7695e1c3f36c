//! The states in which controlled switchovers with windows were shown, as data.
//!
//! Source: Aiven, "Controlled maintenance updates". Knows nothing of how a switchover is done. Kept
//! here: a state follows from the phases that the platform entered, and is not remembered.

use super::Sim;
use crate::check::{OperationRecord, ServiceHistory};
use crate::control::{PhaseName, Rule};
use crate::kernel::Instant;

/// The state of a controlled switchover, as the platform shows it.
///
/// # Examples
/// New nodes are ready soon, and wait for the window:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/maintenance-in-its-window.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::sim::SwitchoverState::{Completed, Pending, Running, Scheduled};
/// let states = outcome.switchovers[0].states.iter().map(|(_, state)| *state);
/// assert!(states.eq([Pending, Scheduled, Running, Completed]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SwitchoverState {
    /// Maintenance began, and new nodes are not ready.
    Pending,
    /// New nodes are ready, and the switchover waits for a window.
    Scheduled,
    /// The primary is being changed.
    Running,
    /// It is done, in a window.
    Completed,
    /// It is done outside of a window, since the old primary failed while it waited.
    CompletedEarly,
    /// It was given up, and nothing is under way.
    Inactive,
}

impl SwitchoverState {
    /// Returns the state as results print it.
    ///
    /// # Examples
    /// ```
    /// use cutover::sim::SwitchoverState;
    /// assert_eq!(SwitchoverState::CompletedEarly.word(), "COMPLETED_EARLY");
    /// ```
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Scheduled => "SCHEDULED",
            Self::Running => "RUNNING",
            Self::Completed => "COMPLETED",
            Self::CompletedEarly => "COMPLETED_EARLY",
            Self::Inactive => "INACTIVE",
        }
    }
}

/// Maintenance of a service with windows.
///
/// # Examples
/// The window opens ten minutes into the run, and the primary is changed then:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/maintenance-in-its-window.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::sim::SwitchoverState::Running;
/// let switchover = &outcome.switchovers[0];
/// let running = switchover.states.iter().find(|(_, state)| *state == Running);
/// assert_eq!(switchover.service, "orders");
/// assert_eq!(running.expect("it was changed").0.as_micros(), 600_000_000);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwitchoverOutcome {
    /// The service.
    pub service: String,
    /// Its states, from when on.
    pub states: Vec<(Instant, SwitchoverState)>,
}

/// Returns the controlled switchovers of a run.
pub(super) fn switchovers(sim: &Sim) -> Vec<SwitchoverOutcome> {
    let names = &sim.world.names.services;
    let all = sim.history.services.iter().zip(names).flat_map(|(memory, name)| {
        let operations = memory.operations.iter().filter(|one| one.in_windows);
        operations.map(|one| SwitchoverOutcome { service: name.clone(), states: of(memory, one) })
    });
    all.collect()
}

fn of(memory: &ServiceHistory, operation: &OperationRecord) -> Vec<(Instant, SwitchoverState)> {
    let (ended, by) = operation.ended.unzip();
    let over = ended.unwrap_or(Instant::FAR);
    let mut states = vec![(operation.began, SwitchoverState::Pending)];
    for (at, phase) in &memory.phases {
        // Who follows another service has no commit to wait for: its server is stopped at once.
        let runs = if operation.follows { PhaseName::Stopping } else { PhaseName::QuorumCommit };
        let state = if *phase == PhaseName::PendingWindow {
            SwitchoverState::Scheduled
        } else if *phase == runs {
            SwitchoverState::Running
        } else {
            continue;
        };
        let within = operation.began <= *at && *at < over;
        if within && states.last().is_some_and(|(_, last)| *last != state) {
            states.push((*at, state));
        }
    }
    let waited = states.last().is_some_and(|(_, last)| *last == SwitchoverState::Scheduled);
    let taken = memory.promotions.iter().find(|one| one.ordered >= over);
    match (ended, by, taken) {
        (Some(at), Some(Rule::EndSwitchover | Rule::EndFollowerMaintenance), _) => {
            states.push((at, SwitchoverState::Completed));
        }
        (Some(_), _, Some(taken)) if waited => {
            if taken.finished < Instant::FAR {
                states.push((taken.finished, SwitchoverState::CompletedEarly));
            }
        }
        (Some(at), ..) => states.push((at, SwitchoverState::Inactive)),
        (None, ..) => {}
    }
    states
}
