//! What can happen at an instant, and which comes first of what happens at the same instant.
//!
//! Knows nothing of what an event does. Kept here: an event is small and `Copy`, holds ids only,
//! and carries the epoch of its victim, so that one overtaken by other events is recognised.

use super::dns::Targets;
use super::ids::{ClientId, DeciderId, LookoutId, NodeId, RegionId, ServiceId, SlotId};
use super::plan::{Endpoint, Plan};
use super::signal::Signal;
use crate::kernel::{Instant, Lsn};

/// Something that happens at an instant.
///
/// # Examples
/// An event is a moment of the truth, and names its victims by their ids:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::model::Event;
/// use cutover::trace::What;
/// let mut promoted = Vec::new();
/// let watched = sim.watch(|sim, note| {
///     if let What::Moved(Event::PromotionEnds(node, _)) = note.what {
///         promoted.push((note.at.to_string(), sim.world().node_name(node)));
///     }
///     Ok::<(), ()>(())
/// });
/// assert!(watched.is_ok());
/// assert_eq!(promoted, [("1m58.01s".to_owned(), "orders-2".to_owned())]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// A step of the script is due.
    StepDue(u16),
    /// The sessions of a crashed server end.
    BackendsExit(NodeId, u32),
    /// A supervisor starts a crashed server again.
    ProcessStarts(NodeId, u32),
    /// A server has replayed what it needs to be consistent and answers.
    RecoveryEnds(NodeId, u32),
    /// A server that crashes in a loop crashes again.
    CrashesAgain(NodeId, u32),
    /// A standby cancels the query that holds its replay up.
    QueryCancelled(NodeId),
    /// WAL that cannot be uploaded fills a primary's disk.
    DiskFills(NodeId, u32),
    /// A flapping link is cut or passes again.
    FlapDue(u16),
    /// A standby receives from its upstream again.
    StreamResumes(NodeId, u32),
    /// A new standby is near enough to its upstream to serve.
    CaughtUp(NodeId, u32),
    /// A new node is asked for.
    NodeOrdered(ServiceId, Order),
    /// A new node's machine is there; the restore begins.
    NodeBuilt(NodeId, u32),
    /// A new node has restored its base backup.
    RestoreEnds(NodeId, u32),
    /// An order of the platform reaches a node.
    OrderArrives(ServiceId, Order),
    /// A standby has become primary.
    PromotionEnds(NodeId, u32),
    /// A standby that is to take over has everything that it waited for.
    Drained(NodeId, u32),
    /// The nodes of a service of a pair are to follow that node from now on.
    SourceSet(ServiceId, NodeId),
    /// The nodes of a service of a pair follow nobody from now on.
    SourceLost(ServiceId),
    /// What a pair waits for has not happened in time.
    PairDue(u8),
    /// A pair's integration is made anew with the roles reversed, by a step of the script.
    PairReversed(u8, u16),
    /// A node that was given up is kept from writing.
    FenceActs(NodeId),
    /// A server has been stopped in a controlled way.
    StopEnds(NodeId, u32),
    /// The DNS provider takes an order to change a record.
    RecordOrdered(ServiceId, Endpoint, Targets),
    /// A changed DNS record is served.
    RecordServed(ServiceId, Endpoint, u16),
    /// A node's next report would be sent.
    ReportDue(DeciderId, NodeId),
    /// A daemon polls every node.
    LookoutPolls(LookoutId),
    /// A daemon's poll of a node was not answered in time.
    LookoutPollFails(LookoutId, u16),
    /// A daemon runs its decision procedure.
    LookoutChecks(LookoutId),
    /// A daemon has waited long enough for its recheck.
    LookoutRechecks(LookoutId),
    /// News reaches a decider, which was sent, or first missing, at an instant.
    SignalArrives(DeciderId, Signal, Instant),
    /// A client begins its work.
    ClientBegins(ClientId),
    /// A client stops for good.
    ClientEnds(ClientId),
    /// A client's next attempt or patience is due.
    ClientWakes(ClientId, u32),
    /// A failure strikes: which clock, and how often it was wound up.
    FailureDue(u16, u32),
    /// What a failure struck is repaired.
    FailureEnds(u16, u32),
    /// A logical slot is to be created.
    SlotDue(SlotId),
    /// The dependency job of logical slots ends a run.
    SlotDependency(ServiceId),
    /// The copying job of logical slots ends a run, or what it waited for has come.
    SlotCopies(ServiceId),
    /// WAL that is kept for logical slots may fill a primary's disk.
    SlotWalFills(NodeId, u32),
    /// A checkpoint of a primary may find that a logical slot holds back too much WAL.
    SlotCheckpoint(NodeId, u32),
    /// A server that was stopped for it has been upgraded to the next major version.
    UpgradeEnds(NodeId, u32),
    /// A full backup of an upgraded primary is taken.
    BackupEnds(NodeId, u32),
    /// The commits that are drawn of a client's session come to their end: more are drawn.
    CommitsDrawn(ClientId, u32),
}

/// An order of the platform to a node, or for one.
///
/// # Examples
/// The orders that the platform gives when the primary of two nodes is lost:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::model::Event::{NodeOrdered, OrderArrives};
/// use cutover::model::Order;
/// use cutover::trace::What;
/// let mut orders = Vec::new();
/// let watched = sim.watch(|_, note| {
///     if let What::Moved(OrderArrives(_, order) | NodeOrdered(_, order)) = note.what {
///         orders.push(order);
///     }
///     Ok::<(), ()>(())
/// });
/// assert!(watched.is_ok());
/// assert_eq!(orders, [Order::Fence(1), Order::Promote(2), Order::BuildStandby(3, 2)]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// Become primary.
    Promote(u16),
    /// Follow that node.
    Follow(u16, u16),
    /// Build a standby with this number that follows that node.
    BuildStandby(u16, u16),
    /// Build a primary with this number from the newest backup.
    BuildPrimary(u16),
    /// Stop the server and delete the node.
    Fence(u16),
    /// Stop the server; its supervisor does not start it again.
    Stop(u16),
    /// Stop the server in a controlled way.
    StopControlled(u16),
    /// Stop the server at once, whatever it waits for.
    Kill(u16),
    /// Start the server.
    Start(u16),
    /// Receive no more and say how far you have come.
    Detach(u16),
    /// Let commits wait for any so many of these standbys.
    SetQuorum(u16, u8, Targets),
    /// Let commits wait for nobody.
    ClearQuorum(u16),
    /// Pass connections on to that node.
    Forward(u16, u16),
    /// Delete the node, which is not needed any more.
    Delete(u16),
    /// The service has another plan.
    SetPlan(Plan),
    /// New nodes of the service are created in another region.
    Relocate(RegionId),
    /// Say whether your logical slots are on these standbys.
    AskSlots(u16, Targets),
    /// Stop writing, and become a standby.
    Demote(u16),
    /// Become primary once everything up to this position is there.
    TakeOver(u16, Lsn),
    /// End every connection, and go on.
    Disconnect(u16),
    /// Restart the server.
    Restart(u16),
    /// Say whether you can be upgraded to the next major version.
    CheckUpgrade(u16),
    /// Stop, and be upgraded in place.
    Upgrade(u16),
    /// Take a full backup.
    TakeBackup(u16),
    /// Remove every machine of the service.
    PowerOff,
    /// Say whether one of these standbys has all from before your commits waited for standbys.
    AskCaughtUp(u16, Targets),
}

impl Event {
    /// Returns the rank of this event among those of the same instant; the least comes first.
    ///
    /// The script strikes before the world moves, the world moves before it is reported, a report
    /// on the stroke of a deadline counts (timers come at [`TIMER_RANK`]), and clients act on what
    /// is true once all that is done. Reports and news of one instant come in the order of those
    /// who hear them and of their nodes, clients in their own, however long ago each of them was
    /// planned.
    pub(crate) fn rank(self) -> u32 {
        let class = match self {
            Self::StepDue(_)
            | Self::FailureDue(..)
            | Self::FailureEnds(..)
            | Self::PairReversed(..) => 0,
            Self::BackendsExit(..)
            | Self::ProcessStarts(..)
            | Self::RecoveryEnds(..)
            | Self::CrashesAgain(..)
            | Self::QueryCancelled(_)
            | Self::DiskFills(..)
            | Self::FlapDue(_)
            | Self::StreamResumes(..)
            | Self::CaughtUp(..)
            | Self::NodeOrdered(..)
            | Self::NodeBuilt(..)
            | Self::RestoreEnds(..)
            | Self::OrderArrives(..)
            | Self::PromotionEnds(..)
            | Self::FenceActs(..)
            | Self::StopEnds(..)
            | Self::RecordOrdered(..)
            | Self::RecordServed(..)
            | Self::SlotDue(_)
            | Self::SlotDependency(_)
            | Self::SlotCopies(_)
            | Self::SlotWalFills(..)
            | Self::SlotCheckpoint(..)
            | Self::CommitsDrawn(..)
            | Self::Drained(..)
            | Self::SourceSet(..)
            | Self::SourceLost(_)
            | Self::UpgradeEnds(..)
            | Self::BackupEnds(..) => 1,
            Self::LookoutPolls(_)
            | Self::LookoutPollFails(..)
            | Self::LookoutChecks(_)
            | Self::LookoutRechecks(_)
            | Self::ReportDue(..) => 2,
            Self::SignalArrives(..) => 3,
            Self::PairDue(_) => 4,
            Self::ClientBegins(_) | Self::ClientEnds(_) | Self::ClientWakes(..) => 5,
        };
        let within = if let Self::ReportDue(decider, node) = self {
            (decider.0, node.0)
        } else if let Self::SignalArrives(decider, news, _) = self {
            (decider.0, news.node())
        } else if let Some((id, turn)) = self.lookout_turn() {
            (id.0, turn)
        } else if let Self::ClientBegins(id) | Self::ClientEnds(id) | Self::ClientWakes(id, _) =
            self
        {
            (id.0, 0)
        } else if let Some(turn) = self.slot_job_turn() {
            (u8::MAX, turn)
        } else {
            (0, 0)
        };
        class << 24 | u32::from(within.0) << 16 | u32::from(within.1)
    }
}

impl Event {
    /// Daemons of one instant take turns by their ids, and each polls before it checks.
    fn lookout_turn(self) -> Option<(LookoutId, u16)> {
        if let Self::LookoutPolls(id) = self {
            Some((id, 0))
        } else if let Self::LookoutPollFails(id, number) = self {
            Some((id, 1 + number.min(1000)))
        } else if let Self::LookoutChecks(id) | Self::LookoutRechecks(id) = self {
            Some((id, 2000))
        } else {
            None
        }
    }
}

impl Event {
    /// Jobs of slots run once the world has moved, service by service, dependencies first.
    fn slot_job_turn(self) -> Option<u16> {
        if let Self::SlotDependency(service) = self {
            Some(u16::from(service.0) * 2)
        } else if let Self::SlotCopies(service) = self {
            Some(u16::from(service.0) * 2 + 1)
        } else {
            None
        }
    }
}

/// The rank of a decider's timers among the events of the same instant.
pub(crate) const TIMER_RANK: u32 = 4 << 24;
