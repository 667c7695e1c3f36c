//! How an old primary passes connections on to the new one, and what clients have of it.
//!
//! Source: Aiven, "Upgrade and failover procedures": the old primary forwards TCP for at least
//! 60 s. Knows nothing of when it begins and ends. Kept here: a forwarded connection needs both
//! ways, and breaks when its forwarder goes.

use super::ids::{ClientId, NodeId};
use super::node::Host;
use super::world::World;

impl World {
    /// Lets a stopped node pass connections on to another, or no longer.
    pub(crate) fn set_forwarding(&mut self, id: NodeId, target: Option<NodeId>) {
        self.node_mut(id).forwards_to = target;
    }

    /// Returns the node at which connections to an address end, if it passes them on.
    pub(super) fn forwarded(&self, address: NodeId) -> Option<NodeId> {
        let node = self.node(address);
        node.forwards_to.filter(|_| node.host == Host::Up)
    }

    /// Notes over which address a client reaches its server, and returns the server.
    pub(super) fn reach(&mut self, id: ClientId, address: NodeId) -> NodeId {
        let target = self.forwarded(address);
        self.client_mut(id).via = target.map(|_| address);
        target.unwrap_or(address)
    }

    /// Returns the address at which a client reaches its server.
    pub(super) fn address_of(&self, id: ClientId, node: NodeId) -> NodeId {
        self.client(id).via.unwrap_or(node)
    }

    /// Returns whether packets pass both ways between a client and its server, over whatever
    /// passes them on.
    pub(super) fn linked(&self, id: ClientId, node: NodeId) -> bool {
        let (client, server) = (self.client(id).place(), self.node(node).place());
        let Some(via) = self.client(id).via else { return self.connects(client, server) };
        let between = self.node(via);
        between.host == Host::Up
            && self.connects(client, between.place())
            && self.connects(between.place(), server)
    }

    /// Returns whether what passes a client's connection on has ended so that the client is told.
    pub(super) fn forwarder_is_gone(&self, id: ClientId, node: NodeId) -> bool {
        let Some(via) = self.client(id).via.map(|via| self.node(via)) else { return false };
        let linked = self.connects(self.client(id).place(), via.place());
        let ended =
            via.host == Host::Deleted || (via.host == Host::Up && via.forwards_to != Some(node));
        linked && ended
    }
}
