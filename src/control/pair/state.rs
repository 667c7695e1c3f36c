//! The states that the services of a pair are shown in.
//!
//! Source: Aiven, the service states of its API. Knows nothing of what leads from one to another.
//! Kept here: a state follows from what is believed, and is not remembered.

use super::{Managers, Pair, PairRole, Side, Task};
use crate::control::member::Standing;
use crate::control::phase::Phase;
use crate::control::rule::Rule;
use serde::{Deserialize, Serialize};

/// The state of a service, as the platform shows it.
///
/// # Examples
/// A service that is powered off and on again:
/// ```
/// # let path = "scenarios/power-off-and-on.ron";
/// # let loaded = cutover::scenario::load(path.as_ref()).expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::control::ServiceState;
/// let states: Vec<_> = outcome.services[0].states.iter().map(|(_, state)| *state).collect();
/// let off = states.iter().position(|state| *state == ServiceState::PowerOff).expect("it was off");
/// assert_eq!(states[off + 1], ServiceState::Rebuilding);
/// assert_eq!(states.last(), Some(&ServiceState::Running));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ServiceState {
    /// All its nodes serve.
    Running,
    /// No node of it serves yet, or it takes over after it was recreated.
    Rebuilding,
    /// It works, and nodes are missing or change their parts.
    Rebalancing,
    /// It has no nodes.
    PowerOff,
}

impl ServiceState {
    /// Every state.
    ///
    /// # Examples
    /// ```
    /// use cutover::control::ServiceState;
    /// let words = ServiceState::ALL.map(ServiceState::word);
    /// assert_eq!(words, ["RUNNING", "REBUILDING", "REBALANCING", "POWEROFF"]);
    /// ```
    pub const ALL: [Self; 4] = [Self::Running, Self::Rebuilding, Self::Rebalancing, Self::PowerOff];

    /// Returns the state as results print it.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(cutover::control::ServiceState::PowerOff.word(), "POWEROFF");
    /// ```
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Rebuilding => "REBUILDING",
            Self::Rebalancing => "REBALANCING",
            Self::PowerOff => "POWEROFF",
        }
    }

    /// Returns what the state means.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(cutover::control::ServiceState::PowerOff.meaning(), "it has no nodes");
    /// ```
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Running => "all its nodes serve",
            Self::Rebuilding => "no node of it serves yet, or it takes over after it was recreated",
            Self::Rebalancing => "it works, and nodes are missing or change their parts",
            Self::PowerOff => "it has no nodes",
        }
    }
}

impl Pair {
    /// Returns the state in which a service of the pair is shown.
    pub(crate) fn state(&self, managers: &Managers<'_>, side: Side) -> ServiceState {
        if self.role(side) == PairRole::Failed {
            return ServiceState::PowerOff;
        }
        let manager = managers.of(side);
        let failing_back = match self.task {
            Task::CatchingUp { to, by }
            | Task::Demoting { to, by }
            | Task::TakingOver { to, by, .. } => (by == Rule::FailBackRegion).then_some(to),
            Task::Idle => None,
        };
        let serve = |standing: &Standing| matches!(standing, Standing::Primary | Standing::Standby);
        let standings = manager.members.iter().map(|member| member.standing);
        let serving = standings.filter(serve).count();
        if failing_back == Some(side) || serving == 0 {
            return ServiceState::Rebuilding;
        }
        let whole = serving >= usize::from(manager.plan.nodes());
        if failing_back.is_some() || !whole || manager.phase != Phase::Steady {
            return ServiceState::Rebalancing;
        }
        ServiceState::Running
    }
}
