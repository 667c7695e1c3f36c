//! The closed sets that knobs of pairs and of services that follow others choose from.
//!
//! Knows nothing of what a choice leads to. Kept here: the first variant is the default.

use serde::{Deserialize, Serialize};

/// When a service that takes over in a planned way is promoted.
///
/// # Examples
/// With `switchover_drain`, what is under way at a switchover is waited for or lost:
/// ```
/// # let run = |choice| {
/// #     let path = "scenarios/crdr-switchover-and-switchback.ron";
/// #     let mut loaded = cutover::scenario::load(path.as_ref()).expect("it is valid");
/// #     loaded.setup.knobs.switchover_drain = choice;
/// #     cutover::sim::run(&loaded.setup, 0)
/// # };
/// use cutover::knob::SwitchoverDrain;
/// let lost = |choice| run(choice).services[0].loss.lost_commits;
/// assert_eq!(lost(SwitchoverDrain::WaitForAll), 0);
/// assert!(lost(SwitchoverDrain::CutAtOnce) > 0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SwitchoverDrain {
    /// When it has received all that the old writer wrote.
    WaitForAll,
    /// As soon as the old writer has stopped.
    CutAtOnce,
}

/// What comes first in a planned change of the active service.
///
/// # Examples
/// With `switchover_order`, nobody writes for a moment, or two do:
/// ```
/// # let run = |choice| {
/// #     let path = "scenarios/crdr-switchover-promotes-first.ron";
/// #     let mut loaded = cutover::scenario::load(path.as_ref()).expect("it is valid");
/// #     loaded.setup.knobs.switchover_order = choice;
/// #     cutover::sim::run(&loaded.setup, 0)
/// # };
/// use cutover::knob::SwitchoverOrder;
/// let both_write = |choice| !run(choice).services[0].dual_writers.is_empty();
/// assert!(!both_write(SwitchoverOrder::DemoteFirst));
/// assert!(both_write(SwitchoverOrder::PromoteFirst));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SwitchoverOrder {
    /// The old writer stops before the new one is promoted.
    DemoteFirst,
    /// The new writer is promoted before the old one stops.
    PromoteFirst,
}

/// When a failover to another region destroys the old service.
///
/// # Examples
/// A failover is drilled while the old service can be reached. With `region_failover_order`, that
/// writes on until the other one is primary, or does not:
/// ```
/// # let run = |choice| {
/// #     let path = "scenarios/crdr-drill-with-the-primary-alive.ron";
/// #     let mut loaded = cutover::scenario::load(path.as_ref()).expect("it is valid");
/// #     loaded.setup.knobs.region_failover_order = choice;
/// #     cutover::sim::run(&loaded.setup, 0)
/// # };
/// use cutover::knob::RegionFailoverOrder;
/// let lost = |choice| run(choice).services[0].loss.lost_commits;
/// assert!(lost(RegionFailoverOrder::DestroyFirst) < lost(RegionFailoverOrder::PromoteFirst));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RegionFailoverOrder {
    /// It is stopped and destroyed as far as it can be reached, while the other is promoted.
    DestroyFirst,
    /// Only when the other one is primary.
    PromoteFirst,
}

/// What becomes of a passive service whose integration is removed.
///
/// # Examples
/// The integration of a pair is removed. With `removed_recovery`, two services write, or one:
/// ```
/// # let run = |choice| {
/// #     let path = "scenarios/crdr-deleted-and-set-up-again.ron";
/// #     let mut loaded = cutover::scenario::load(path.as_ref()).expect("it is valid");
/// #     loaded.setup.knobs.removed_recovery = choice;
/// #     cutover::sim::run(&loaded.setup, 0)
/// # };
/// use cutover::knob::RemovedRecovery;
/// let both_write = |choice| !run(choice).services[0].dual_writers.is_empty();
/// assert!(!both_write(RemovedRecovery::RolesFrozen));
/// assert!(both_write(RemovedRecovery::Promoted));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RemovedRecovery {
    /// It keeps its role and receives nothing.
    RolesFrozen,
    /// It is promoted, beside the active service.
    Promoted,
}

/// What becomes of the order `promote-to-master`, which older pages of the documentation give.
///
/// # Examples
/// With `promote_to_master`, the order is carried out or refused:
/// ```
/// # let run = |choice| {
/// #     let text = r#"Scenario(name: "example", until: "10m",
/// #         services: [
/// #             Service(name: "orders", plan: Business, region: "eu-west"),
/// #             Service(name: "orders-dr", plan: Business, region: "us-east"),
/// #         ],
/// #         integrations: [DisasterRecovery(primary: "orders", recovery: "orders-dr")],
/// #         script: [At("2m", Operator(PromoteToMaster, Service("orders-dr")))])"#;
/// #     let mut loaded = cutover::scenario::parse("example.ron", text).expect("it is valid");
/// #     loaded.setup.knobs.promote_to_master = choice;
/// #     cutover::sim::run(&loaded.setup, 0)
/// # };
/// use cutover::control::Refusal;
/// use cutover::knob::PromoteToMaster;
/// let refusal = |choice| run(choice).orders[0].refusal;
/// assert_eq!(refusal(PromoteToMaster::MakesActive), None);
/// assert_eq!(refusal(PromoteToMaster::Refused), Some(Refusal::NoSuchCommand.words()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PromoteToMaster {
    /// It makes the named service active.
    MakesActive,
    /// It is refused: no tool knows it.
    Refused,
}

/// In which order a change of the active service is applied by Terraform.
///
/// # Examples
/// ```
/// use cutover::knob::{TerraformOrder, Knobs};
/// let mut knobs = Knobs::default();
/// knobs.set("terraform_order", "WaitThenApply").expect("it is one of its words");
/// assert_eq!(knobs.terraform_order, TerraformOrder::WaitThenApply);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TerraformOrder {
    /// The reversed integration is applied, and then waited for.
    ApplyThenWait,
    /// The operator waits before the reversed integration is applied.
    WaitThenApply,
}

/// How a service that follows another finds its source again.
///
/// # Examples
/// ```
/// use cutover::knob::{ReplicaReconnect, Knobs};
/// let mut knobs = Knobs::default();
/// knobs.set("replica_reconnect", "KnownAddress").expect("it is one of its words");
/// assert_eq!(knobs.replica_reconnect, ReplicaReconnect::KnownAddress);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ReplicaReconnect {
    /// By the source's name, which follows the source's failovers.
    ServiceName,
    /// At the address that it knew, and nowhere else.
    KnownAddress,
}
