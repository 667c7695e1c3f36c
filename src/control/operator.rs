//! What an operator can do: by hand to a node, or by an order to the platform.
//!
//! Knows nothing of whether an order is accepted. Kept here: an order says all
//! that is asked for but the service.

use serde::{Deserialize, Serialize};

use crate::model::{Plan, RegionId};

/// What an operator can do; files name regions, runs number them.
///
/// # Examples
/// A file names a region, a run numbers it; both are one order:
/// ```
/// use cutover::control::Operator;
/// use cutover::model::RegionId;
/// let named = Operator::Migrate("eu-north".to_owned());
/// let numbered: Operator = Operator::Migrate(RegionId(1));
/// assert_eq!(named.card().name, numbered.card().name);
/// assert_ne!(numbered.card().name, Operator::<RegionId>::Maintain.card().name);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Operator<Region = RegionId> {
    /// Starts a server that is down.
    StartServer,
    /// Promotes a standby.
    Promote,
    /// Removes the integration of a service that follows another.
    RemoveIntegration,
    /// Replaces every node by one with newer software.
    Maintain,
    /// Moves the service to this region or cloud.
    Migrate(Region),
    /// Moves the service to this plan with nodes of another size: every node is replaced.
    ChangeTier(Plan),
    /// Moves the service to this plan with nodes of the same size: standbys come or go.
    ChangePlan(Plan),
    /// Makes the recovery service of a pair active while the primary service is healthy.
    Switchover,
    /// Makes the primary service active again after a switchover.
    Switchback,
    /// Gives the primary service of a pair up and makes the recovery service active.
    Failover,
    /// Builds a failed primary service anew, as the passive one of its pair.
    RecreatePrimary,
    /// Makes a primary service that was built anew active again.
    TakeOver,
    /// Makes the named service of a pair active, by whichever of the other orders fits.
    PromoteToMaster,
    /// Makes a removed integration of a pair anew, with the roles reversed.
    ReverseIntegration,
    /// Removes a pair's integration and makes it anew with the roles reversed, some time later.
    SwitchByTerraform,
    /// Makes the secondary instance of a group an independent primary one.
    PromoteSecondary,
    /// Builds an instance that has left its group anew, as the secondary one.
    AddSecondary,
    /// Upgrades the service to the next major version, in place.
    MajorUpgrade,
    /// Removes all machines of the service and keeps its backups.
    PowerOffService,
    /// Restores a service that was powered off from its backups.
    PowerOnService,
    /// Removes all windows of the service.
    RemoveWindows,
    /// Creates the recovery service of a pair, if there is none, and the integration.
    SetUpRecovery,
    /// Deletes the recovery service of a pair, and the integration with it.
    DeleteRecovery,
}

impl Operator {
    /// Everything that an operator can do by hand to a server.
    ///
    /// # Examples
    /// ```
    /// use cutover::control::{Operator, OrderAim};
    /// assert!(Operator::BY_HAND.iter().all(|order| order.card().aim == OrderAim::ByHand));
    /// ```
    pub const BY_HAND: [Self; 2] = [Self::StartServer, Self::Promote];
}

impl<Region> Operator<Region> {
    /// Returns the same order with its region put in other terms.
    pub(crate) fn located<Place>(&self, place: impl FnOnce(&Region) -> Place) -> Operator<Place> {
        match self {
            Self::StartServer => Operator::StartServer,
            Self::Promote => Operator::Promote,
            Self::RemoveIntegration => Operator::RemoveIntegration,
            Self::Maintain => Operator::Maintain,
            Self::Switchover => Operator::Switchover,
            Self::Switchback => Operator::Switchback,
            Self::Failover => Operator::Failover,
            Self::RecreatePrimary => Operator::RecreatePrimary,
            Self::TakeOver => Operator::TakeOver,
            Self::PromoteToMaster => Operator::PromoteToMaster,
            Self::ReverseIntegration => Operator::ReverseIntegration,
            Self::SwitchByTerraform => Operator::SwitchByTerraform,
            Self::PromoteSecondary => Operator::PromoteSecondary,
            Self::AddSecondary => Operator::AddSecondary,
            Self::MajorUpgrade => Operator::MajorUpgrade,
            Self::PowerOffService => Operator::PowerOffService,
            Self::PowerOnService => Operator::PowerOnService,
            Self::RemoveWindows => Operator::RemoveWindows,
            Self::SetUpRecovery => Operator::SetUpRecovery,
            Self::DeleteRecovery => Operator::DeleteRecovery,
            Self::Migrate(region) => Operator::Migrate(place(region)),
            Self::ChangeTier(plan) => Operator::ChangeTier(*plan),
            Self::ChangePlan(plan) => Operator::ChangePlan(*plan),
        }
    }
}
