//! The states that the services of a pair are shown in.
//!
//! Source: Aiven, the service states of its API. Knows nothing of what leads from one to another.
//! Kept here: a state follows from what is believed, and is not remembered.

use super::{Managers, Pair, PairRole, Side, Task};
use crate::control::manager::{Phase, Standing};
use crate::control::rule::Rule;
use serde::{Deserialize, Serialize};

/// The state of a service, as the platform shows it.
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
    pub const ALL: [Self; 4] = [Self::Running, Self::Rebuilding, Self::Rebalancing, Self::PowerOff];

    /// Returns the state as results print it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Rebuilding => "REBUILDING",
            Self::Rebalancing => "REBALANCING",
            Self::PowerOff => "POWEROFF",
        }
    }

    /// Returns what the state means.
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
