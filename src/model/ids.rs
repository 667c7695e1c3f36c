//! Ids: small numbers that name the parts of one run, and the limits of a run.
//!
//! Knows nothing of what the parts are. Kept here: an id is an index into its own vector, and a
//! node's id is never given to another node.

use serde::{Deserialize, Serialize};

/// How many services a run may have.
pub(crate) const SERVICES_MAX: usize = 16;
/// How many nodes may be alive at one instant.
pub(crate) const NODES_MAX: usize = 48;
/// How many clients a run may have.
pub(crate) const CLIENTS_MAX: usize = 64;
/// How many logical slots a run may have.
pub(crate) const SLOTS_MAX: usize = 64;
/// How many steps a script may have.
pub(crate) const STEPS_MAX: usize = 4096;

macro_rules! index {
    ($($name:ident),+) => {$(
        impl $name {
            /// Returns the id of the part at this index of its vector.
            ///
            /// # Examples
            /// ```
            #[doc = concat!("assert_eq!(cutover::model::", stringify!($name), "::at(3).0, 3);")]
            /// ```
            pub fn at(index: usize) -> Self {
                Self(index.try_into().expect("validation bounds the number of parts"))
            }

            /// Returns the index in the vector of these parts.
            ///
            /// # Examples
            /// ```
            #[doc = concat!("assert_eq!(cutover::model::", stringify!($name), "(3).index(), 3);")]
            /// ```
            pub fn index(self) -> usize {
                usize::from(self.0)
            }
        }
    )+};
}

/// A service.
///
/// # Examples
/// ```
/// # let file = "scenarios/crdr-switchover-and-switchback.ron";
/// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
/// # let sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::model::ServiceId;
/// let names = &sim.world().names.services;
/// assert_eq!(names[ServiceId(1).index()], "orders-dr");
/// assert_eq!(sim.world().service(ServiceId(1)).id, ServiceId(1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServiceId(pub u8);

/// A node, never reused within a run.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::model::NodeId;
/// sim.run();
/// // The primary died, and the node that replaces it is another one.
/// assert_eq!(sim.world().services[0].nodes, [NodeId(0), NodeId(1), NodeId(2)]);
/// assert_eq!(sim.world().node_name(NodeId(2)), "orders-3");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u16);

/// A client.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::model::ClientId;
/// assert_eq!(sim.world().names.clients[ClientId(1).index()], "dash");
/// assert!(sim.world().client(ClientId(1)).work.reads());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientId(pub u8);

/// A region.
///
/// # Examples
/// ```
/// # let file = "scenarios/crdr-switchover-and-switchback.ron";
/// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
/// # let sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// let world = sim.world();
/// let regions = world.services.iter().map(|service| &world.names.regions[service.region.index()]);
/// assert_eq!(regions.collect::<Vec<_>>(), ["eu-west", "us-east"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RegionId(pub u8);

/// A branch of WAL history.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::model::{BranchId, NodeId};
/// sim.run();
/// let world = sim.world();
/// let branch = |node| world.node(NodeId(node)).branch;
/// // The node that died still has the old history, the two others have the new one.
/// assert_eq!([branch(0), branch(1), branch(2)], [BranchId(0), BranchId(1), BranchId(1)]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BranchId(pub u16);

/// Somebody who decides for a service: the platform, or one of several daemons.
///
/// # Examples
/// The platform decides for each service apart:
/// ```
/// # let file = "scenarios/crdr-only-the-primary-service-fails.ron";
/// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::model::DeciderId;
/// use cutover::trace::What;
/// let mut heard = Vec::new();
/// let watched = sim.watch(|_, note| {
///     if let What::Decided(decider, ..) = note.what {
///         heard.push(decider);
///     }
///     Ok::<(), ()>(())
/// });
/// assert!(watched.is_ok());
/// assert!(heard.contains(&DeciderId(0)) && heard.contains(&DeciderId(1)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeciderId(pub u8);

/// A daemon of the pglookout policy.
///
/// # Examples
/// Each node has a daemon:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/lookout-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::model::LookoutId;
/// use cutover::trace::What;
/// let mut daemons = std::collections::BTreeSet::new();
/// let watched = sim.watch(|_, note| {
///     if let What::Watched(daemon, _) = note.what {
///         daemons.insert(daemon);
///     }
///     Ok::<(), ()>(())
/// });
/// assert!(watched.is_ok());
/// assert_eq!(daemons.first(), Some(&LookoutId(0)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LookoutId(pub u8);

/// A logical replication slot.
///
/// # Examples
/// ```
/// # let file = "scenarios/leftover-slot-of-the-same-name.ron";
/// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
/// # let sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::model::SlotId;
/// let world = sim.world();
/// let names = world.slots.iter().map(|slot| &world.names.slots[slot.id.index()]);
/// assert_eq!(names.collect::<Vec<_>>(), ["cdc", "search"]);
/// assert_eq!(world.slot(SlotId(1)).id, SlotId(1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SlotId(pub u8);

/// A database that owns logical slots.
///
/// # Examples
/// Two slots of one database:
/// ```
/// # let file = "scenarios/leftover-slot-of-the-same-name.ron";
/// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
/// # let setup = loaded.setup;
/// use cutover::model::DatabaseId;
/// assert!(setup.slots.iter().all(|slot| slot.database == DatabaseId(0)));
/// assert_eq!(setup.databases.len(), 1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DatabaseId(pub u8);

index!(ServiceId, NodeId, ClientId, RegionId, BranchId, DeciderId, LookoutId, SlotId, DatabaseId);

/// A zone of a region: power and network that fail together.
///
/// # Examples
/// The nodes of a service stand in different zones:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::model::Zone;
/// let zones: Vec<_> = sim.world().nodes.iter().map(|node| node.zone).collect();
/// assert_eq!(zones, [Zone::A, Zone::B]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the letters are the zones' names")]
pub enum Zone {
    A,
    B,
    C,
}
