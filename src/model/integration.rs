//! Integrations: which service follows which, and whose history counts for both.
//!
//! Knows nothing of who decides about them. Kept here: a service follows at most one other, and
//! what a service lost is told by the history of the one in charge.

use super::ids::{NodeId, ServiceId};
use super::plan::Endpoint;
use super::world::World;
use crate::knob::ReplicaReconnect;

/// What binds two services together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IntegrationKind {
    /// The destination only reads, until the integration is removed. Source: Aiven, "Create and
    /// manage read replicas".
    ReadReplica,
}

/// Two services of which one follows the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Integration {
    /// What binds them together.
    pub kind: IntegrationKind,
    /// The service that is followed at the start.
    pub source: ServiceId,
    /// The service that follows it at the start.
    pub destination: ServiceId,
}

impl IntegrationKind {
    /// Returns the name of the integration's type, as results print it.
    pub fn name(self) -> &'static str {
        match self {
            Self::ReadReplica => "read_replica",
        }
    }
}

impl Integration {
    /// Returns whether a service is one of the two.
    pub fn has(&self, service: ServiceId) -> bool {
        self.source == service || self.destination == service
    }
}

impl World {
    /// Returns the integration in which a service follows another from the start.
    pub fn following(&self, service: ServiceId) -> Option<&Integration> {
        self.integrations.iter().find(|integration| integration.destination == service)
    }

    /// Returns whether a service is bound to another.
    pub fn is_integrated(&self, service: ServiceId) -> bool {
        self.integrations.iter().any(|integration| integration.has(service))
    }

    /// Returns whether a node is the primary of a service that follows nobody.
    pub fn is_primary(&self, node: NodeId) -> bool {
        let service = self.service(self.node(node).service);
        service.primary == node && service.follows.is_none()
    }

    /// Returns the service whose history counts for another: that of the one it follows.
    pub fn in_charge(&self, service: ServiceId) -> ServiceId {
        let mut last = service;
        while let Some(source) = self.service(last).follows {
            last = source;
        }
        last
    }

    /// Returns the node that the name of a service's source points to: the one to follow.
    pub fn source_node(&self, service: ServiceId) -> Option<NodeId> {
        let source = self.service(service).follows?;
        self.service(source).record(Endpoint::Primary).now().iter().next()
    }

    /// Lets a node whose source is gone look its source's name up again.
    ///
    /// Whoever still streams keeps its connection, whatever the name says by now.
    pub fn pursue_source(&mut self, id: NodeId) {
        let node = self.node(id);
        let waits = node.answers() && !node.streaming && !node.promoting && !node.unfit;
        if !waits || self.knobs.replica_reconnect == ReplicaReconnect::KnownAddress {
            return;
        }
        let Some(source) = self.source_node(node.service) else { return };
        if self.node(id).upstream != Some(source) {
            let lost = self.node(id).upstream_lost;
            self.follow(id, source);
            // It asks again when it would have asked its old upstream again.
            self.node_mut(id).upstream_lost = lost;
            self.plan_resume(id);
        }
    }
}
