//! How a scenario file binds two services together.
//!
//! Knows nothing of what a binding leads to. Kept here: services are named by the part that they
//! have at the start.

use serde::{Deserialize, Serialize};

use crate::model::IntegrationKind;

/// Two services of which one follows the other.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/crdr-failover-and-failback.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::scenario::Integration;
/// let pair = &loaded.scenario.integrations[0];
/// assert!(matches!(pair, Integration::DisasterRecovery { .. }));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Integration {
    /// A service that only reads what another one writes.
    ReadReplica {
        /// The service that is followed.
        source: String,
        /// The service that follows.
        replica: String,
    },
    /// Two services of which one can take the other's place.
    DisasterRecovery {
        /// The service that is active at the start.
        primary: String,
        /// The service that follows it at the start.
        recovery: String,
        /// Whether it is set up when the run begins; otherwise by the order `SetUpRecovery`.
        #[serde(default = "set_up", skip_serializing_if = "is_set_up")]
        set_up: bool,
    },
    /// Two instances of which the second follows the first, and can become independent.
    GlobalActiveDatabase {
        /// The instance that is primary at the start.
        primary: String,
        /// The instance that follows it at the start.
        secondary: String,
    },
}

fn set_up() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn is_set_up(set_up: &bool) -> bool {
    *set_up
}

impl Integration {
    /// Returns whether it exists when the run begins.
    pub(crate) fn is_from_the_start(&self) -> bool {
        match self {
            Self::DisasterRecovery { set_up, .. } => *set_up,
            Self::ReadReplica { .. } | Self::GlobalActiveDatabase { .. } => true,
        }
    }

    /// Returns what binds the two together.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/gad-promotion-client-moves.ron".as_ref())
    /// #     .expect("it is valid");
    /// use cutover::model::IntegrationKind;
    /// assert_eq!(loaded.scenario.integrations[0].kind(), IntegrationKind::GlobalActiveDatabase);
    /// ```
    pub fn kind(&self) -> IntegrationKind {
        match self {
            Self::ReadReplica { .. } => IntegrationKind::ReadReplica,
            Self::DisasterRecovery { .. } => IntegrationKind::DisasterRecovery,
            Self::GlobalActiveDatabase { .. } => IntegrationKind::GlobalActiveDatabase,
        }
    }

    /// Returns the service that is followed at the start, with the name of its field.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/crdr-failover-and-failback.ron".as_ref())
    /// #     .expect("it is valid");
    /// assert_eq!(loaded.scenario.integrations[0].source(), ("primary", "orders"));
    /// ```
    pub fn source(&self) -> (&'static str, &str) {
        match self {
            Self::ReadReplica { source, .. } => ("source", source),
            Self::DisasterRecovery { primary, .. } | Self::GlobalActiveDatabase { primary, .. } => {
                ("primary", primary)
            }
        }
    }

    /// Returns the service that follows at the start, with the name of its field.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/crdr-failover-and-failback.ron".as_ref())
    /// #     .expect("it is valid");
    /// assert_eq!(loaded.scenario.integrations[0].destination(), ("recovery", "orders-dr"));
    /// ```
    pub fn destination(&self) -> (&'static str, &str) {
        match self {
            Self::ReadReplica { replica, .. } => ("replica", replica),
            Self::DisasterRecovery { recovery, .. } => ("recovery", recovery),
            Self::GlobalActiveDatabase { secondary, .. } => ("secondary", secondary),
        }
    }
}
