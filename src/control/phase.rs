//! What the platform is doing with a service, and the names of that.
//!
//! Knows nothing of what leads from one phase to the next. Kept here: a phase says which node it is
//! about, and its name is the one of scenario files.

use serde::{Deserialize, Serialize};

use crate::kernel::Instant;

/// What the platform is doing with a service.
///
/// # Examples
/// A service without a standby gets a new primary from a backup:
/// ```
/// use cutover::control::{Action, Manager, Phase, decide};
/// use cutover::kernel::Instant;
/// use cutover::knob::Knobs;
/// use cutover::model::{Plan, Signal};
/// let mut manager = Manager::new(Plan::Startup);
/// let silent = Signal::SilenceDue(1);
/// let decision = decide(&Knobs::default(), &mut manager, Instant::ZERO, silent);
/// assert_eq!(decision.actions, [Action::Fence(1), Action::BuildPrimary(2)]);
/// assert_eq!(manager.phase, Phase::Restoring { node: 2 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// The primary is regarded as up.
    Steady,
    /// A standby has been told to become primary.
    Promoting {
        /// Which one.
        node: u16,
        /// When it was told, or when the patience for it was renewed.
        ordered: Instant,
    },
    /// A new primary is being restored from a backup.
    Restoring {
        /// Which node.
        node: u16,
    },
    /// Standbys were told to receive no more and to say how far they are.
    Electing {
        /// When they were told.
        ordered: Instant,
    },
    /// The service has no machines.
    PoweredOff,
}

/// The phases of the platform's work with a service, by name.
///
/// # Examples
/// Maintenance waits for its window when the new servers are there:
/// ```
/// # let path = "scenarios/maintenance-in-its-window.ron";
/// # let loaded = cutover::scenario::load(path.as_ref()).expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::control::PhaseName;
/// let phases: Vec<_> = outcome.services[0].phases.iter().map(|one| one.phase).collect();
/// let place = |name| phases.iter().position(|phase| *phase == name).expect("it was entered");
/// assert!(place(PhaseName::AddingServer) < place(PhaseName::PendingWindow));
/// assert!(place(PhaseName::PendingWindow) < place(PhaseName::Promoting));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PhaseName {
    /// The primary is regarded as up.
    Steady,
    /// A standby has been told to become primary.
    Promoting,
    /// A new primary is being restored from a backup.
    Restoring,
    /// Standbys say how far they are before one of them is promoted.
    Electing,
    /// Old standbys are replaced by new ones.
    ReplacingStandbys,
    /// An additional server is built.
    AddingServer,
    /// The primary is told to let commits wait for standbys.
    QuorumCommit,
    /// The old primary is stopped in a controlled way.
    Stopping,
    /// The old primary passes connections on.
    Forwarding,
    /// The old primary starts again since nobody else can take over.
    Returning,
    /// Consumers of logical slots are waited for.
    DrainingSlots,
    /// A switchover waits for its window.
    PendingWindow,
    /// The primary is asked whether it can be upgraded, is stopped for it and upgraded.
    Upgrading,
    /// A full backup of the upgraded primary is taken.
    BackingUp,
    /// The primary is stopped before all machines are removed.
    ShuttingDown,
    /// The service has no machines.
    PoweredOff,
}

impl PhaseName {
    /// Every phase.
    ///
    /// # Examples
    /// ```
    /// use cutover::control::PhaseName;
    /// let found = PhaseName::ALL.into_iter().find(|phase| phase.name() == "BackingUp");
    /// assert_eq!(found, Some(PhaseName::BackingUp));
    /// ```
    pub const ALL: [Self; 16] = [
        Self::Steady,
        Self::Promoting,
        Self::Restoring,
        Self::Electing,
        Self::ReplacingStandbys,
        Self::AddingServer,
        Self::QuorumCommit,
        Self::Stopping,
        Self::Forwarding,
        Self::Returning,
        Self::DrainingSlots,
        Self::PendingWindow,
        Self::Upgrading,
        Self::BackingUp,
        Self::ShuttingDown,
        Self::PoweredOff,
    ];

    /// Returns the phase as scenario files spell it.
    ///
    /// # Examples
    /// A trigger or an expectation of a scenario has this name:
    /// ```
    /// use cutover::control::PhaseName;
    /// let text = std::fs::read_to_string("scenarios/maintenance-in-its-window.ron");
    /// assert!(text.expect("it is there").contains(PhaseName::PendingWindow.name()));
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Steady => "Steady",
            Self::Promoting => "Promoting",
            Self::Restoring => "Restoring",
            Self::Electing => "Electing",
            Self::ReplacingStandbys => "ReplacingStandbys",
            Self::AddingServer => "AddingServer",
            Self::QuorumCommit => "QuorumCommit",
            Self::Stopping => "Stopping",
            Self::Forwarding => "Forwarding",
            Self::Returning => "Returning",
            Self::DrainingSlots => "DrainingSlots",
            Self::PendingWindow => "PendingWindow",
            Self::Upgrading => "Upgrading",
            Self::BackingUp => "BackingUp",
            Self::ShuttingDown => "ShuttingDown",
            Self::PoweredOff => "PoweredOff",
        }
    }
}
