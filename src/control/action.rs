//! What the platform can order: the only way by which belief becomes truth.
//!
//! Knows nothing of whether an order succeeds. Kept here: actions name nodes by their numbers.

use crate::kernel::Lsn;
use crate::model::{Endpoint, Plan, RegionId};

/// An order of the platform.
///
/// # Examples
/// ```
/// use cutover::control::Action;
/// assert_eq!(Action::Fence(1).name(), "fence");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Keep this node from writing.
    Fence(u16),
    /// Let this standby become primary.
    Promote(u16),
    /// Let the first node follow the second.
    Follow(u16, u16),
    /// Point a name to these nodes.
    Publish(Endpoint, Numbers),
    /// Build a standby with this number that follows that node.
    BuildStandby(u16, u16),
    /// Build a primary with this number from the newest backup.
    BuildPrimary(u16),
    /// Stop this node's server.
    Stop(u16),
    /// Stop this node's server in a controlled way.
    StopControlled(u16),
    /// Stop this node's server at once.
    Kill(u16),
    /// Start this node's server.
    Start(u16),
    /// Let this standby receive no more and say how far it has come.
    Detach(u16),
    /// Let this node's commits wait for any so many of these standbys.
    SetQuorum(u16, u8, Numbers),
    /// Let this node's commits wait for nobody.
    ClearQuorum(u16),
    /// Let the first node pass connections on to the second.
    Forward(u16, u16),
    /// Delete this node, which is not needed any more.
    Delete(u16),
    /// Sell the service in another plan.
    SetPlan(Plan),
    /// Create the service's new nodes in this region.
    Relocate(RegionId),
    /// Let this node say whether its logical slots are on these standbys.
    AskSlots(u16, Numbers),
    /// Let this primary stop writing and become a standby.
    Demote(u16),
    /// Let this standby become primary once it has everything up to a position.
    TakeOver(u16, Lsn),
    /// Let this service follow that node of the other service of its pair.
    FollowService(u16),
    /// Let this service follow nobody.
    LoseSource,
    /// End every connection to this node.
    Disconnect(u16),
    /// Restart this node's server.
    Restart(u16),
    /// Let this primary say whether it can be upgraded to the next major version.
    CheckUpgrade(u16),
    /// Stop this primary and upgrade it in place.
    Upgrade(u16),
    /// Let a full backup of this primary be taken.
    TakeBackup(u16),
    /// Remove every machine of the service.
    PowerOff,
    /// Let this node say whether one of these standbys has all from before its commits waited.
    AskCaughtUp(u16, Numbers),
}

/// The names of all orders, those of the variants in their order.
///
/// # Examples
/// ```
/// use cutover::control::{ACTIONS, Action};
/// assert!(ACTIONS.contains(&Action::Promote(2).name()));
/// ```
pub const ACTIONS: &[&str] = &[
    "fence",
    "promote",
    "follow",
    "publish",
    "build-standby",
    "build-primary",
    "stop",
    "stop-controlled",
    "kill",
    "start",
    "detach",
    "set-quorum",
    "clear-quorum",
    "forward",
    "delete",
    "set-plan",
    "relocate",
    "ask-slots",
    "demote",
    "take-over",
    "follow-service",
    "lose-source",
    "disconnect",
    "restart",
    "check-upgrade",
    "upgrade",
    "take-backup",
    "power-off",
    "ask-caught-up",
];

impl Action {
    /// Returns the name of the order, without whom it is for.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(cutover::control::Action::Promote(2).name(), "promote");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Fence(_) => "fence",
            Self::Promote(_) => "promote",
            Self::Follow(..) => "follow",
            Self::Publish(..) => "publish",
            Self::BuildStandby(..) => "build-standby",
            Self::BuildPrimary(_) => "build-primary",
            Self::Stop(_) => "stop",
            Self::StopControlled(_) => "stop-controlled",
            Self::Kill(_) => "kill",
            Self::Start(_) => "start",
            Self::Detach(_) => "detach",
            Self::SetQuorum(..) => "set-quorum",
            Self::ClearQuorum(_) => "clear-quorum",
            Self::Forward(..) => "forward",
            Self::Delete(_) => "delete",
            Self::SetPlan(_) => "set-plan",
            Self::Relocate(_) => "relocate",
            Self::AskSlots(..) => "ask-slots",
            Self::Demote(_) => "demote",
            Self::TakeOver(..) => "take-over",
            Self::FollowService(_) => "follow-service",
            Self::LoseSource => "lose-source",
            Self::Disconnect(_) => "disconnect",
            Self::Restart(_) => "restart",
            Self::CheckUpgrade(_) => "check-upgrade",
            Self::Upgrade(_) => "upgrade",
            Self::TakeBackup(_) => "take-backup",
            Self::PowerOff => "power-off",
            Self::AskCaughtUp(..) => "ask-caught-up",
        }
    }
}

/// The numbers of at most three nodes.
///
/// # Examples
/// ```
/// use cutover::control::Numbers;
/// assert_eq!(Numbers::of([2, 3]).iter().collect::<Vec<_>>(), [2, 3]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Numbers([Option<u16>; 3]);

impl Numbers {
    /// Returns the list made of these numbers; those beyond the third are left out.
    ///
    /// # Examples
    /// ```
    /// use cutover::control::Numbers;
    /// assert_eq!(Numbers::of([2]).iter().count(), 1);
    /// ```
    pub fn of(numbers: impl IntoIterator<Item = u16>) -> Self {
        let mut list = Self::default();
        for (place, number) in list.0.iter_mut().zip(numbers) {
            *place = Some(number);
        }
        list
    }

    /// Returns the numbers.
    ///
    /// # Examples
    /// ```
    /// use cutover::control::Numbers;
    /// assert_eq!(Numbers::of([]).iter().next(), None);
    /// ```
    pub fn iter(self) -> impl Iterator<Item = u16> {
        self.0.into_iter().flatten()
    }
}
