//! Since when each server would do a client's work, while the client is in an outage.
//!
//! Knows nothing of what the client tries. Kept here: what happens to others, to servers or to
//! links that the client does not need, is not what its outage waited for.

use super::client::State;
use super::ids::{ClientId, NodeId};
use super::node::{Host, Role};
use super::settings::SessionAttrs;
use super::work::Work;
use super::world::World;
use crate::kernel::Instant;

/// A server that would do a client's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Available {
    /// The server's node.
    pub(crate) node: NodeId,
    /// As what: a promotion makes another server of it.
    pub(crate) role: Role,
    /// Since when, if that was in the outage.
    pub(crate) since: Instant,
}

impl World {
    /// Looks at the servers of a client that is in an outage, after the truth has changed.
    pub(super) fn watch_servers(&mut self, id: ClientId) {
        let client = self.client(id);
        let Some(outage) = &client.outage else { return };
        let partner = self.pair_of(client.service).map(|pair| pair.partner(client.service));
        let services = [Some(client.service), partner].into_iter().flatten();
        let nodes = services.flat_map(|service| self.existing(service));
        let serving = nodes.filter(|node| self.would_serve(id, node.id));
        let first = outage.available.is_none();
        let known = outage.available.as_deref().unwrap_or_default();
        let available = serving.map(|node| {
            let same = |one: &&Available| (one.node, one.role) == (node.id, node.role);
            let now = if first { Instant::ZERO } else { self.now };
            let since = known.iter().find(same).map_or(now, |one| one.since);
            Available { node: node.id, role: node.role, since }
        });
        let available: Vec<Available> = available.collect();
        if let Some(outage) = &mut self.client_mut(id).outage {
            outage.available = Some(available);
        }
    }

    /// Returns since when a server has been there for a client that works with it again.
    pub(super) fn available_since(&self, id: ClientId, node: NodeId) -> Instant {
        let outage = self.client(id).outage.as_ref();
        let known = outage.and_then(|outage| outage.available.as_deref()).unwrap_or_default();
        let own = known.iter().find(|one| (one.node, one.role) == (node, self.node(node).role));
        own.map_or(self.now, |one| one.since)
    }

    /// Returns whether a server does a client's work, and the client reaches it.
    fn would_serve(&self, id: ClientId, node: NodeId) -> bool {
        let (client, peer) = (self.client(id), self.node(node));
        let leads = peer.role == Role::Primary;
        let works = match client.work {
            Work::Read { .. } => leads || client.settings.session_attrs == SessionAttrs::Any,
            // A slot is created by a write.
            Work::Consume(of) => {
                leads && (!peer.impairments.stalled || self.slot(of.slot).is_usable(node))
            }
            Work::Write { .. } => leads && !self.commits_hang(id, node),
        };
        let waits = matches!(client.state, State::Stuck(of, _) if of == node);
        let enters = waits || !peer.impairments.exhausted;
        peer.answers() && works && enters && self.reaches(id, node)
    }

    /// Returns whether packets pass between a client and a server, over whoever passes connections
    /// on to it if anybody does.
    fn reaches(&self, id: ClientId, node: NodeId) -> bool {
        let (client, server) = (self.client(id).place(), self.node(node).place());
        let passes_on = |via: NodeId| {
            let between = self.node(via);
            between.host == Host::Up
                && self.connects(client, between.place())
                && self.connects(between.place(), server)
        };
        let mut forwarders = self.nodes.iter().filter(|one| one.forwards_to == Some(node));
        self.connects(client, server) || forwarders.any(|one| passes_on(one.id))
    }
}
