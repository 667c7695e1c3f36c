//! Integrations: which service follows which, and whose history counts for both.
//!
//! Knows nothing of who decides about them. Kept here: a service follows at most one other, and
//! what a service lost is told by the history of the one in charge.

use super::ids::{NodeId, ServiceId};
use super::node::Role;
use super::plan::Endpoint;
use super::world::World;
use crate::knob::ReplicaReconnect;

/// What binds two services together.
///
/// # Examples
/// ```
/// # let file = "scenarios/crdr-switchover-and-switchback.ron";
/// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
/// # let setup = loaded.setup;
/// use cutover::model::{Integration, IntegrationKind};
/// let of = |kind| Integration { kind, ..setup.integrations[0] };
/// // Only of a pair can the two take each other's place.
/// assert!(of(IntegrationKind::DisasterRecovery).is_pair());
/// assert!(!of(IntegrationKind::ReadReplica).is_pair());
/// assert!(!of(IntegrationKind::GlobalActiveDatabase).is_pair());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IntegrationKind {
    /// The destination only reads, until the integration is removed. Source: Aiven, "Create and
    /// manage read replicas".
    ReadReplica,
    /// Either can take the other's place, at an operator's order. Source: Aiven, "Cross-region
    /// disaster recovery".
    DisasterRecovery,
    /// The destination only reads and can become independent, the source can become its follower.
    /// Source: Alibaba Cloud, "Promote the secondary instance to the primary instance".
    GlobalActiveDatabase,
}

/// Two services of which one follows the other.
///
/// # Examples
/// A switchover at 2 min, a switchback at 10 min:
/// ```
/// # let file = "scenarios/crdr-switchover-and-switchback.ron";
/// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::kernel::{Instant, Span};
/// let pair = sim.world().integrations[0];
/// let mut leader = |minutes| {
///     sim.run_until(Instant::ZERO + Span::from_mins(minutes));
///     sim.world().integrations[0].leader
/// };
/// assert_eq!(leader(1), pair.source);
/// assert_eq!(leader(5), pair.destination);
/// assert_eq!(leader(15), pair.source);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Integration {
    /// What binds them together.
    pub kind: IntegrationKind,
    /// The service that is followed at the start.
    pub source: ServiceId,
    /// The service that follows it at the start.
    pub destination: ServiceId,
    /// The service whose primary was promoted last, for those that take each other's place.
    pub leader: ServiceId,
    /// Whether it exists when the run begins; otherwise an operator sets it up.
    pub from_the_start: bool,
}

impl IntegrationKind {
    /// Returns the name of the integration's type, as results print it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ReadReplica => "read_replica",
            Self::DisasterRecovery => "disaster_recovery",
            Self::GlobalActiveDatabase => "global_active_database",
        }
    }
}

impl Integration {
    /// Returns whether the two take each other's place.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/read-replica-promoted.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let setup = loaded.setup;
    /// use cutover::model::IntegrationKind;
    /// let replica = setup.integrations[0];
    /// assert_eq!(replica.kind, IntegrationKind::ReadReplica);
    /// assert!(!replica.is_pair());
    /// ```
    pub fn is_pair(self) -> bool {
        match self.kind {
            IntegrationKind::ReadReplica | IntegrationKind::GlobalActiveDatabase => false,
            IntegrationKind::DisasterRecovery => true,
        }
    }

    /// Returns whether either can follow the other, without taking its place.
    pub(crate) fn is_group(self) -> bool {
        self.kind == IntegrationKind::GlobalActiveDatabase
    }

    /// Returns the other of the two.
    pub(crate) fn partner(self, service: ServiceId) -> ServiceId {
        if self.source == service { self.destination } else { self.source }
    }

    /// Returns whether a service is one of the two.
    ///
    /// # Examples
    /// ```
    /// # let file = "scenarios/crdr-switchover-and-switchback.ron";
    /// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
    /// # let setup = loaded.setup;
    /// use cutover::model::ServiceId;
    /// let pair = setup.integrations[0];
    /// assert!(pair.has(ServiceId(0)) && pair.has(ServiceId(1)) && !pair.has(ServiceId(2)));
    /// ```
    pub fn has(self, service: ServiceId) -> bool {
        self.source == service || self.destination == service
    }
}

impl World {
    /// Returns the integration in which a service follows another from the start.
    pub(crate) fn following(&self, service: ServiceId) -> Option<&Integration> {
        self.integrations.iter().find(|integration| integration.destination == service)
    }

    /// Returns whether a service has no node when the run begins, since nobody has set it up.
    pub(crate) fn is_to_be_set_up(&self, service: ServiceId) -> bool {
        self.following(service).is_some_and(|one| !one.from_the_start)
    }

    /// Returns whether a service is bound to another.
    pub(crate) fn is_integrated(&self, service: ServiceId) -> bool {
        self.integrations.iter().any(|integration| integration.has(service))
    }

    /// Returns whether a node is the primary of a service that follows nobody.
    pub(crate) fn is_primary(&self, node: NodeId) -> bool {
        let service = self.service(self.node(node).service);
        service.primary == node && service.follows.is_none()
    }

    /// Returns the service whose history counts for another: that of the one it follows.
    ///
    /// # Examples
    /// ```
    /// # let file = "scenarios/crdr-switchover-and-switchback.ron";
    /// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
    /// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::kernel::{Instant, Span};
    /// use cutover::model::ServiceId;
    /// let mut in_charge = |minutes| {
    ///     sim.run_until(Instant::ZERO + Span::from_mins(minutes));
    ///     [ServiceId(0), ServiceId(1)].map(|service| sim.world().in_charge(service))
    /// };
    /// assert_eq!(in_charge(1), [ServiceId(0); 2]);
    /// // Since the switchover at 2 min, the history of the other service counts.
    /// assert_eq!(in_charge(5), [ServiceId(1); 2]);
    /// ```
    pub fn in_charge(&self, service: ServiceId) -> ServiceId {
        if let Some(pair) = self.pair_of(service) {
            return pair.leader;
        }
        self.service(service).follows.map_or(service, |source| self.in_charge(source))
    }

    /// Returns the pair that a service belongs to, if its partner can take its place.
    ///
    /// # Examples
    /// ```
    /// # let file = "scenarios/crdr-switchover-and-switchback.ron";
    /// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
    /// # let sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::model::ServiceId;
    /// let world = sim.world();
    /// assert_eq!(world.pair_of(ServiceId(1)), Some(&world.integrations[0]));
    /// assert_eq!(world.pair_of(ServiceId(0)), world.pair_of(ServiceId(1)));
    /// ```
    pub fn pair_of(&self, service: ServiceId) -> Option<&Integration> {
        self.integrations.iter().find(|one| one.is_pair() && one.has(service))
    }

    /// Returns the other service of the pair or the group that a service belongs to.
    pub(crate) fn partner(&self, service: ServiceId) -> Option<ServiceId> {
        let bound = |one: &&Integration| one.has(service) && (one.is_pair() || one.is_group());
        self.integrations.iter().find(bound).map(|one| one.partner(service))
    }

    /// Notes that a node of a service was promoted, which follows nobody from now on.
    pub(crate) fn take_the_lead(&mut self, service: ServiceId) {
        let Some(_) = self.services[service.index()].follows.take() else { return };
        self.services[service.index()].source = None;
        for pair in self.integrations.iter_mut().filter(|one| one.is_pair() && one.has(service)) {
            pair.leader = service;
        }
    }

    /// Returns the service among whose records the name of a service's primary is.
    ///
    /// The two of a pair share one name, if a knob does not say otherwise.
    ///
    /// # Examples
    /// ```
    /// # let file = "scenarios/crdr-switchover-and-switchback.ron";
    /// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
    /// # let sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::model::ServiceId;
    /// assert!(sim.world().knobs.shared_service_name);
    /// assert_eq!(sim.world().named_by(ServiceId(1)), ServiceId(0));
    /// assert_eq!(sim.world().named_by(ServiceId(0)), ServiceId(0));
    /// ```
    pub fn named_by(&self, service: ServiceId) -> ServiceId {
        let pair = self.pair_of(service).filter(|_| self.knobs.shared_service_name);
        pair.map_or(service, |pair| pair.source)
    }

    /// Returns the node that a service is to follow: the one that its source's name points to, or
    /// the one that the platform told a service of a pair.
    pub(crate) fn source_node(&self, service: ServiceId) -> Option<NodeId> {
        let source = self.service(service).follows?;
        let told = self.service(service).source;
        if self.pair_of(service).is_some() || (told.is_none() && self.partner(service).is_some()) {
            return told;
        }
        let named = self.named_by(source);
        self.service(named).record(Endpoint::Primary).now().iter().next()
    }

    /// Returns whom a node finds that asks the name of its source's primary before it connects.
    pub(super) fn source_asked(&self, id: NodeId) -> Option<NodeId> {
        let service = self.node(id).service;
        let asks = self.knobs.replica_reconnect != ReplicaReconnect::KnownAddress;
        if asks && self.pair_of(service).is_none() { self.source_node(service) } else { None }
    }

    /// Lets a node whose source is gone look its source's name up again.
    ///
    /// Whoever still streams keeps its connection, whatever the name says by now.
    pub(crate) fn pursue_source(&mut self, id: NodeId) {
        let node = self.node(id);
        // A primary that was given up and is not stopped yet follows nobody.
        let waits = node.role == Role::Standby
            && node.answers()
            && !node.streaming
            && !node.promoting
            && !node.unfit;
        let Some(source) = self.source_asked(id).filter(|_| waits) else { return };
        if self.node(id).upstream != Some(source) {
            let lost = self.node(id).upstream_lost;
            self.follow(id, source);
            // It asks again when it would have asked its old upstream again.
            self.node_mut(id).upstream_lost = lost;
            self.plan_resume(id);
        }
    }
}
