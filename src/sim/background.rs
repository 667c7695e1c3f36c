//! What lay behind promotions and outages, as data: acts by hand, full disks, old primaries that
//! passed connections on, the standbys that commits waited for, and what stops waited for.
//!
//! Knows nothing of what followed from it. Kept here: names, not ids; lists are in order of time.

use super::Sim;
use crate::kernel::Instant;
use crate::model::{NodeId, ServiceId, StopWait, World};

/// What lay behind promotions and outages of a service.
///
/// # Examples
/// A run in which nothing is done by hand, no disk fills and no commit waits has none of it:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// assert_eq!(outcome.services[0].background, cutover::sim::Background::default());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Background {
    /// What an operator did to its servers past the platform.
    pub by_hand: Vec<ByHand>,
    /// Servers that stopped because WAL had filled their disk.
    pub disks_full: Vec<DiskFull>,
    /// Nodes that passed connections on.
    pub forwarding: Vec<Forwarding>,
    /// Nodes that were deleted since they were not needed any more, and when.
    pub deleted: Vec<(Instant, String)>,
    /// The standbys that commits waited for.
    pub quorum: Vec<QuorumChange>,
    /// How controlled stops of its servers ended.
    pub stops: Vec<ControlledStop>,
}

/// What an operator did to a server past the platform.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/operator-promotes-by-hand.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// let act = &outcome.services[0].background.by_hand[0];
/// assert_eq!((act.order, act.node.as_str()), ("Promote", "orders-2"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByHand {
    /// When.
    pub at: Instant,
    /// The name of what was done.
    pub order: &'static str,
    /// To which node.
    pub node: String,
}

/// A server that stopped because WAL had filled its disk.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/uploads-stall-and-disk-fills.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// let full = &outcome.services[0].background.disks_full[0];
/// assert_eq!((full.node.as_str(), full.for_slots), ("orders-1", false));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskFull {
    /// When.
    pub at: Instant,
    /// The node.
    pub node: String,
    /// Whether the WAL was kept for logical slots rather than waiting for its upload.
    pub for_slots: bool,
}

/// A node that passed connections on to another.
///
/// # Examples
/// An old primary does for a minute, less the time that the orders travel, and is deleted:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/maintenance-business.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::kernel::Span;
/// let passed_on = &outcome.services[0].background.forwarding[0];
/// assert_eq!((passed_on.node.as_str(), passed_on.to.as_deref()), ("orders-1", Some("orders-4")));
/// let mut deleted = outcome.services[0].background.deleted.iter();
/// let (at, _) = deleted.find(|(_, node)| *node == passed_on.node).expect("it is not needed");
/// assert_eq!(at.since(passed_on.at), Span::from_micros(59_995_000));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forwarding {
    /// From when on.
    pub at: Instant,
    /// Which node.
    pub node: String,
    /// To whom; nothing if it is told with each connection.
    pub to: Option<String>,
}

/// From when on which standbys could acknowledge a commit that waits.
///
/// # Examples
/// The only standby dies, and another follows minutes later:
/// ```
/// # let file = "scenarios/quorum-stalls-without-a-standby.ron";
/// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// let changes = &outcome.services[0].background.quorum;
/// let who: Vec<_> = changes.iter().map(|change| (change.needs, change.standbys.len())).collect();
/// assert!(who.ends_with(&[(1, 1), (1, 0), (1, 1)]));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuorumChange {
    /// From when on.
    pub at: Instant,
    /// How many of them must; none if no commit waits any more.
    pub needs: usize,
    /// Which nodes follow and count.
    pub standbys: Vec<String>,
}

/// How the controlled stop of a server ended.
///
/// # Examples
/// A consumer that cannot be reached keeps an old primary from stopping until it is taken for gone:
/// ```
/// # let file = "scenarios/stop-waits-for-a-silent-consumer.ron";
/// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::sim::Awaited;
/// let stops = &outcome.services[0].background.stops;
/// let long = stops.iter().find(|stop| stop.awaited != Awaited::Checkpoint).expect("it waits");
/// assert!(matches!(long.awaited, Awaited::SilentConsumer(_)) && !long.cut_off);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlledStop {
    /// When it was over.
    pub over: Instant,
    /// Which node stopped.
    pub node: String,
    /// What it waited for last.
    pub awaited: Awaited,
    /// Whether it was still waiting for it.
    pub cut_off: bool,
}

/// What the controlled stop of a server waits for.
///
/// # Examples
/// A consumer that reads slowly has to have everything:
/// ```
/// # let file = "scenarios/stop-waits-for-a-lagging-consumer.ron";
/// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::sim::Awaited;
/// let mut stops = outcome.services[0].background.stops.iter();
/// assert!(stops.any(|stop| stop.awaited == Awaited::Consumer("lake".to_owned())));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Awaited {
    /// The checkpoint at the end, and its record on the way to everybody.
    Checkpoint,
    /// A standby that does not have everything.
    Standby(String),
    /// A standby that is connected as far as the server knows, and silent.
    SilentStandby(String),
    /// A consumer of a logical slot that has not confirmed everything.
    Consumer(String),
    /// A consumer that is connected as far as the server knows, and silent.
    SilentConsumer(String),
    /// The upload of WAL to the archive.
    Archiver,
}

impl Awaited {
    fn of(world: &World, wait: StopWait) -> Self {
        match wait {
            StopWait::Checkpoint => Self::Checkpoint,
            StopWait::Standby(node) => Self::Standby(world.node_name(node)),
            StopWait::SilentStandby(node) => Self::SilentStandby(world.node_name(node)),
            StopWait::Consumer(client) => {
                Self::Consumer(world.names.clients[client.index()].clone())
            }
            StopWait::SilentConsumer(client) => {
                Self::SilentConsumer(world.names.clients[client.index()].clone())
            }
            StopWait::Archiver => Self::Archiver,
        }
    }
}

/// Returns what lay behind promotions and outages of a service.
pub(super) fn background(sim: &Sim, service: ServiceId) -> Background {
    let (world, memory) = (&sim.world, sim.history.of(service));
    let name = |node: NodeId| world.node_name(node);
    let by_hand = memory.by_hand.iter().map(|(at, order, node)| ByHand {
        at: *at,
        order: order.card().name,
        node: name(*node),
    });
    let disks_full = memory.disks_full.iter().map(|(at, node, for_slots)| DiskFull {
        at: *at,
        node: name(*node),
        for_slots: *for_slots,
    });
    let forwarding = memory.operations.iter().flat_map(|operation| {
        operation.forwards.iter().map(|(at, node, to)| Forwarding {
            at: *at,
            node: name(*node),
            to: to.map(name),
        })
    });
    let deleted = memory.operations.iter().flat_map(|operation| &operation.deleted);
    let deleted = deleted.map(|(at, node)| (*at, name(*node)));
    let branches = world.branches.iter().filter(|branch| branch.service == service);
    let eras = branches.flat_map(|branch| branch.quorum.standbys_by_time());
    let quorum = eras.map(|(at, needs, standbys)| QuorumChange {
        at,
        needs,
        standbys: standbys.into_iter().map(name).collect(),
    });
    let stops = memory.stops.iter().map(|one| ControlledStop {
        over: one.at,
        node: name(one.node),
        awaited: Awaited::of(world, one.awaited),
        cut_off: one.cut_off,
    });
    let mut quorum: Vec<QuorumChange> = quorum.collect();
    quorum.sort_by_key(|change| change.at);
    Background {
        by_hand: by_hand.collect(),
        disks_full: disks_full.collect(),
        forwarding: forwarding.collect(),
        deleted: deleted.collect(),
        quorum,
        stops: stops.collect(),
    }
}
