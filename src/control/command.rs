//! An operator's order to the platform: its preconditions, and what it leads to.
//!
//! A pure function of what the platform believes. Knows nothing of scripts. Kept here: an order
//! that is refused changes nothing, and every refusal has its reason.

use super::decide::{Decision, note_builds};
use super::follow::{self, Following};
use super::manager::Manager;
use super::operator::Operator;
use super::{power, request};
use crate::kernel::Instant;
use crate::knob::Knobs;

/// Why an order was refused.
///
/// # Examples
/// A switchback presupposes a switchover; an order that is refused changes nothing:
/// ```
/// # let path = "scenarios/crdr-refused-orders.ron";
/// # let loaded = cutover::scenario::load(path.as_ref()).expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::control::Refusal;
/// let first = &outcome.orders[0];
/// assert_eq!(first.order, "Switchback");
/// assert_eq!(first.refusal, Some(Refusal::NoSwitchover.words()));
/// assert!(outcome.services[1].promotions.is_empty());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Refusal {
    /// The service follows no other.
    NotIntegrated,
    /// No node of the service can be promoted.
    NobodyToPromote,
    /// The order is not one that the platform takes.
    ByHand,
    /// Something else is under way with the service.
    UnderWay,
    /// The primary is not heard.
    PrimaryUnheard,
    /// The service follows another and has no primary of its own.
    FollowsAnother,
    /// A change of the active service is under way.
    Busy,
    /// The service is active already.
    AlreadyActive,
    /// The active service has no primary that is heard, or is changing it.
    ActiveNotHealthy,
    /// The passive service has no standby that follows closely.
    PassiveNotReady,
    /// No switchover was completed before.
    NoSwitchover,
    /// No failover was completed before.
    NoFailover,
    /// The primary service was not recreated after a failover.
    NotRecreated,
    /// The recovery service is active, and only the primary service can fail.
    RecoveryIsActive,
    /// The integration exists.
    AlreadyIntegrated,
    /// No tool has such a command.
    NoSuchCommand,
    /// The service belongs to no pair.
    NotPaired,
    /// The service belongs to no group.
    NotGrouped,
    /// The service is not the secondary of its group.
    NotSecondary,
    /// The service is a member of its group.
    InGroup,
    /// The group is not in the state Running.
    GroupNotRunning,
    /// A node of the service is not running.
    NodesNotRunning,
    /// The service is powered off.
    PoweredOff,
    /// The service is not powered off.
    NotPoweredOff,
    /// The service is a member of a pair.
    InPair,
    /// The service has no windows.
    NoWindows,
    /// The service that is to be followed is not in the state RUNNING.
    NotRunning,
    /// The pair was not set up, or was deleted.
    NotSetUp,
    /// The recovery service is active.
    IsActive,
}

impl Refusal {
    /// Every reason.
    ///
    /// # Examples
    /// ```
    /// use cutover::control::Refusal;
    /// let found = Refusal::ALL.into_iter().find(|one| one.name() == "under-way");
    /// assert_eq!(found, Some(Refusal::UnderWay));
    /// ```
    pub const ALL: [Self; 29] = [
        Self::NotIntegrated,
        Self::NobodyToPromote,
        Self::ByHand,
        Self::UnderWay,
        Self::PrimaryUnheard,
        Self::FollowsAnother,
        Self::Busy,
        Self::AlreadyActive,
        Self::ActiveNotHealthy,
        Self::PassiveNotReady,
        Self::NoSwitchover,
        Self::NoFailover,
        Self::NotRecreated,
        Self::RecoveryIsActive,
        Self::AlreadyIntegrated,
        Self::NoSuchCommand,
        Self::NotPaired,
        Self::NotGrouped,
        Self::NotSecondary,
        Self::InGroup,
        Self::GroupNotRunning,
        Self::NodesNotRunning,
        Self::PoweredOff,
        Self::NotPoweredOff,
        Self::InPair,
        Self::NoWindows,
        Self::NotRunning,
        Self::NotSetUp,
        Self::IsActive,
    ];

    /// Returns the reason's name, as results print it.
    ///
    /// # Examples
    /// A scenario expects a refusal by this name:
    /// ```
    /// use cutover::control::Refusal;
    /// assert_eq!(Refusal::NoWindows.name(), "no-windows");
    /// let text = std::fs::read_to_string("scenarios/crdr-refused-orders.ron");
    /// assert!(text.expect("it is there").contains(Refusal::PassiveNotReady.name()));
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::NotIntegrated => "not-integrated",
            Self::NobodyToPromote => "nobody-to-promote",
            Self::ByHand => "by-hand",
            Self::UnderWay => "under-way",
            Self::PrimaryUnheard => "primary-unheard",
            Self::FollowsAnother => "follows-another",
            Self::Busy => "busy",
            Self::AlreadyActive => "already-active",
            Self::ActiveNotHealthy => "active-not-healthy",
            Self::PassiveNotReady => "passive-not-ready",
            Self::NoSwitchover => "no-switchover",
            Self::NoFailover => "no-failover",
            Self::NotRecreated => "not-recreated",
            Self::RecoveryIsActive => "recovery-is-active",
            Self::AlreadyIntegrated => "already-integrated",
            Self::NoSuchCommand => "no-such-command",
            Self::NotPaired => "not-paired",
            Self::NotGrouped => "not-grouped",
            Self::NotSecondary => "not-secondary",
            Self::InGroup => "in-group",
            Self::GroupNotRunning => "group-not-running",
            Self::NodesNotRunning => "nodes-not-running",
            Self::PoweredOff => "powered-off",
            Self::NotPoweredOff => "not-powered-off",
            Self::InPair => "in-pair",
            Self::NoWindows => "no-windows",
            Self::NotRunning => "not-running",
            Self::NotSetUp => "not-set-up",
            Self::IsActive => "is-active",
        }
    }

    /// Returns the reason in words.
    ///
    /// # Examples
    /// ```
    /// use cutover::control::Refusal;
    /// assert_eq!(Refusal::PoweredOff.words(), "the service is powered off");
    /// assert_eq!(Refusal::NotPoweredOff.words(), "the service is not powered off");
    /// ```
    pub fn words(self) -> &'static str {
        match self {
            Self::NotIntegrated => "the service follows no other",
            Self::NobodyToPromote => "no node of the service can be promoted",
            Self::ByHand => "that is done by hand, past the platform",
            Self::UnderWay => "something else is under way with the service",
            Self::PrimaryUnheard => "the primary is not heard",
            Self::FollowsAnother => "the service follows another and has no primary of its own",
            Self::Busy => "a change of the active service is under way",
            Self::AlreadyActive => "the service is active already",
            Self::ActiveNotHealthy => {
                "the active service has no primary that is heard, or is changing it"
            }
            Self::PassiveNotReady => "the passive service has no standby that follows closely",
            Self::NoSwitchover => "no switchover was completed before",
            Self::NoFailover => "no failover was completed before",
            Self::NotRecreated => "the primary service was not recreated after a failover",
            Self::RecoveryIsActive => {
                "the recovery service is active, and only the primary service can fail"
            }
            Self::AlreadyIntegrated => "the integration exists",
            Self::NoSuchCommand => "no tool has such a command",
            Self::NotPaired => "the service belongs to no pair",
            Self::NotGrouped => "the service belongs to no group",
            Self::NotSecondary => "the service is not the secondary of its group",
            Self::InGroup => "the service is a member of its group",
            Self::GroupNotRunning => "the group is not in the state Running",
            Self::NodesNotRunning => "a node of the service is not running",
            Self::PoweredOff => "the service is powered off",
            Self::NotPoweredOff => "the service is not powered off",
            Self::InPair => "the service is a member of a pair",
            Self::NoWindows => "the service has no windows",
            Self::NotRunning => "the service that is to be followed is not in the state RUNNING",
            Self::NotSetUp => "the pair was not set up, or was deleted",
            Self::IsActive => "the recovery service is active: its data would be deleted with it",
        }
    }
}

/// Carries out an order for a service that belongs to no pair, or says why not.
///
/// # Errors
/// The reason for which it is refused; then the manager is as it was.
pub(crate) fn command(
    knobs: &Knobs,
    manager: &mut Manager,
    now: Instant,
    operator: Operator,
) -> Result<Decision, Refusal> {
    let decision = carried_out(knobs, manager, now, operator);
    note_builds(manager, now);
    decision
}

fn carried_out(
    knobs: &Knobs,
    manager: &mut Manager,
    now: Instant,
    operator: Operator,
) -> Result<Decision, Refusal> {
    match operator {
        Operator::StartServer | Operator::Promote => Err(Refusal::ByHand),
        Operator::RemoveIntegration => match manager.follows {
            None => Err(Refusal::NotIntegrated),
            Some(Following::ReadReplica) => follow::become_independent(knobs, manager, now),
            Some(Following::Passive) => Err(Refusal::Busy),
        },
        Operator::Maintain
        | Operator::Migrate(_)
        | Operator::ChangeTier(_)
        | Operator::ChangePlan(_)
        | Operator::RemoveWindows
        | Operator::MajorUpgrade => request::request(knobs, manager, now, operator),
        Operator::Switchover
        | Operator::Switchback
        | Operator::Failover
        | Operator::RecreatePrimary
        | Operator::TakeOver
        | Operator::PromoteToMaster
        | Operator::ReverseIntegration
        | Operator::SwitchByTerraform
        | Operator::SetUpRecovery
        | Operator::DeleteRecovery => Err(Refusal::NotPaired),
        Operator::PromoteSecondary | Operator::AddSecondary => Err(Refusal::NotGrouped),
        Operator::PowerOffService => power::off(knobs, manager, now),
        Operator::PowerOnService => power::on(manager),
    }
}
