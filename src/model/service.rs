//! A service: what is to be simulated of it, its nodes and its names as they really are.
//!
//! Knows nothing of what the platform believes. Kept here: nodes are listed in the order of their
//! numbers, and a number is never given twice.

use super::dns::Record;
use super::ids::{NodeId, RegionId, ServiceId};
use super::plan::{Endpoint, Plan};
use super::slot_jobs::SlotFeed;
use crate::kernel::{Bytes, Instant, Span};

/// A service to simulate.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let setup = loaded.setup;
/// use cutover::model::Plan;
/// let orders = &setup.services[0];
/// assert_eq!((orders.name.as_str(), orders.plan), ("orders", Plan::Business));
/// assert_eq!(setup.regions[orders.region.index()], "eu-west");
/// // Without windows, maintenance may come at any time of the day.
/// assert!(orders.windows.is_empty());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ServiceSetup {
    /// Its name.
    pub name: String,
    /// Its plan.
    pub plan: Plan,
    /// The region of its nodes.
    pub region: RegionId,
    /// The times of the day at which maintenance may change the primary.
    pub windows: Vec<(Span, Span)>,
}

/// A service.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::model::NodeId;
/// assert_eq!(sim.world().services[0].primary, NodeId(0));
/// sim.run();
/// let service = &sim.world().services[0];
/// assert_eq!((service.primary, service.nodes.len()), (NodeId(1), 3));
/// assert!(service.follows.is_none());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Service {
    /// Its id.
    pub id: ServiceId,
    /// Its plan.
    pub plan: Plan,
    /// The region of its nodes.
    pub region: RegionId,
    /// Every node it ever had, by number.
    pub nodes: Vec<NodeId>,
    /// The node that became primary last; while it follows another service, its first node.
    pub primary: NodeId,
    /// The service that it follows, if it has no primary of its own.
    pub follows: Option<ServiceId>,
    /// The node that the platform told it to follow, in a pair.
    pub source: Option<NodeId>,
    /// The name that follows the primary.
    pub primary_name: Record,
    /// The name that follows the standbys.
    pub replica_name: Record,
    /// The name that follows the standbys and falls back to the primary.
    pub ha_replica_name: Record,
    /// When its WAL was not uploaded: from when to when.
    pub upload_stalls: Vec<(Instant, Instant)>,
    /// Whether changes of its records wait.
    pub publishing_stalled: bool,
    /// Whether its new machines wait.
    pub provisioning_stalled: bool,
    /// When it had no machines because it was powered off: from when to when.
    pub powered_off: Vec<(Instant, Instant)>,
    /// Raised whenever the filling of its primary's disk is planned anew.
    pub disk_epoch: u32,
    /// Which standbys' copies of its logical slots are kept up to date.
    pub(crate) slot_feeds: Vec<SlotFeed>,
    /// When the next run of the copying job is an event already.
    pub slot_copy_due: Instant,
    /// Raised whenever it is planned anew when WAL kept for slots is too much.
    pub slot_wal_epoch: u32,
    /// How large its database is.
    pub database_size: Bytes,
}

impl Service {
    /// Returns the record of one of its names.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::model::Endpoint;
    /// let service = &sim.world().services[0];
    /// assert_eq!(service.record(Endpoint::Replica), &service.replica_name);
    /// assert_ne!(service.record(Endpoint::Replica), service.record(Endpoint::Primary));
    /// ```
    pub fn record(&self, endpoint: Endpoint) -> &Record {
        match endpoint {
            Endpoint::Primary => &self.primary_name,
            Endpoint::Replica => &self.replica_name,
            Endpoint::HaReplica => &self.ha_replica_name,
        }
    }

    /// Returns the record of one of its names, to change it.
    pub(crate) fn record_mut(&mut self, endpoint: Endpoint) -> &mut Record {
        match endpoint {
            Endpoint::Primary => &mut self.primary_name,
            Endpoint::Replica => &mut self.replica_name,
            Endpoint::HaReplica => &mut self.ha_replica_name,
        }
    }

    /// Returns the node with this number, if there ever was one.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// let service = &sim.world().services[0];
    /// assert_eq!(service.numbered(1), Some(service.primary));
    /// assert_eq!((service.numbered(0), service.numbered(3)), (None, None));
    /// ```
    pub fn numbered(&self, number: u16) -> Option<NodeId> {
        let index = usize::from(number).checked_sub(1)?;
        self.nodes.get(index).copied()
    }
}
