//! What the addresses of a name do when a client tries them, and which are tried in which order.
//!
//! Knows nothing of what a client does about it. Kept here: an address is judged by what is true
//! at the instant at which it is tried.

use super::ids::{ClientId, NodeId};
use super::node::{Host, Process, Role};
use super::plan::Endpoint;
use super::settings::{Hosts, Pool, SYN_LIMIT, SessionAttrs};
use super::world::World;
use crate::kernel::{Instant, Span};
use crate::knob::EmptyReplicaName;

/// What an address does when a client tries to connect to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ConnectOutcome {
    /// It lets the client in.
    Opens,
    /// It refuses at once.
    Refuses,
    /// It does not answer.
    Silent,
    /// Its kernel answers, its server does not.
    Hangs,
}

impl World {
    /// Returns which addresses the coming attempts try, until they begin again with the first.
    pub(super) fn rounds(&self, id: ClientId, targets: &[NodeId]) -> Vec<Vec<Option<NodeId>>> {
        if targets.is_empty() {
            return vec![vec![None]];
        }
        if self.client(id).settings.hosts != Hosts::OneOfName {
            return vec![targets.iter().copied().map(Some).collect()];
        }
        let next = self.client(id).attempts.wrapping_add(1);
        let turns = (0..).map(|turn: u32| next.wrapping_add(turn)).take(targets.len());
        let count = u32::try_from(targets.len()).expect("a name has few addresses");
        let of = |turn: u32| usize::try_from(turn % count).expect("a name has few addresses");
        turns.map(|turn| vec![Some(targets[of(turn)])]).collect()
    }

    /// Returns whether the name is answered with nothing at all.
    pub(super) fn is_unanswered(&self, id: ClientId, address: Option<NodeId>) -> bool {
        let unanswered = match self.client(id).work.endpoint() {
            // Nobody but a service that was powered off has a primary name without an address.
            Endpoint::Primary => true,
            Endpoint::Replica => self.knobs.replica_name_when_empty == EmptyReplicaName::NoAnswer,
            Endpoint::HaReplica => false,
        };
        address.is_none() && (unanswered || self.is_powered_off(self.client(id).service))
    }

    /// Returns how long an address takes to fail and what it does, if it is bound to fail.
    pub(super) fn fails_in(
        &self,
        id: ClientId,
        node: Option<NodeId>,
    ) -> Option<(Span, ConnectOutcome)> {
        if self.is_unanswered(id, node) {
            return Some((Span::ZERO, ConnectOutcome::Silent));
        }
        let connect_timeout = self.client(id).settings.connect_timeout;
        let connect_outcome =
            node.map_or(ConnectOutcome::Silent, |node| self.connect_outcome(id, node));
        let takes = match (connect_outcome, node) {
            (ConnectOutcome::Opens, _) | (ConnectOutcome::Refuses, None) => return None,
            (ConnectOutcome::Refuses, Some(node)) => self.client_delay(id, node) * 3,
            (ConnectOutcome::Silent, _) => connect_timeout.min(SYN_LIMIT),
            (ConnectOutcome::Hangs, _) if connect_timeout == Span::FOREVER => return None,
            (ConnectOutcome::Hangs, _) => connect_timeout,
        };
        Some((takes, connect_outcome))
    }

    /// Returns the first address that lets the client in now, if any does.
    pub(super) fn opening(&mut self, id: ClientId) -> Option<NodeId> {
        let mut targets = self.client(id).listed.clone();
        if self.client(id).settings.hosts != Hosts::Listed {
            targets = self.look_up(id).iter().collect();
        }
        targets.into_iter().find(|node| self.connect_outcome(id, *node) == ConnectOutcome::Opens)
    }

    /// Returns what an address does.
    pub(super) fn connect_outcome(&self, id: ClientId, node: NodeId) -> ConnectOutcome {
        let address = self.node(node);
        let linked = self.connects(self.client(id).place(), address.place());
        let node = self.forwarded(node).unwrap_or(node);
        let peer = self.node(node);
        let linked =
            linked && (peer.id == address.id || self.connects(address.place(), peer.place()));
        let client = self.client(id);
        let anybody = match (client.settings.session_attrs, client.settings.pool) {
            (SessionAttrs::ReadWrite, _) => false,
            // Nothing is decoded from a slot on a server in recovery.
            (SessionAttrs::Any, _) if self.consumption(id).is_some() => false,
            // What is asked before it is lent is not lent for writing if it cannot be written to.
            (SessionAttrs::Any, Pool::Validates(_)) => !client.work.writes(),
            (SessionAttrs::Any, Pool::Kept | Pool::Grows) => true,
        };
        let hangs = client.settings.connections.is_some();
        let stalls = client.work.writes() && self.commits_hang(id, node);
        let slotless = self.consumption(id).is_some_and(|of| !self.slot_opens(of, node));
        match (linked, peer.host, peer.process) {
            (true, Host::Up, Process::Running) if peer.impairments.exhausted => {
                ConnectOutcome::Refuses
            }
            (true, Host::Up, Process::Running) if peer.role == Role::Primary && slotless => {
                ConnectOutcome::Refuses
            }
            (true, Host::Up, Process::Running) if stalls && hangs => ConnectOutcome::Hangs,
            (true, Host::Up, Process::Running) if stalls => ConnectOutcome::Silent,
            (true, Host::Up, Process::Running) if anybody || peer.role == Role::Primary => {
                ConnectOutcome::Opens
            }
            (true, Host::Up, _) => ConnectOutcome::Refuses,
            (true, Host::Frozen, _) if hangs => ConnectOutcome::Hangs,
            _ => ConnectOutcome::Silent,
        }
    }
}

/// Returns the next retransmission of a connection request: 1, 3, 7, ... seconds after the first.
pub(super) fn next_syn(since: Instant, now: Instant) -> Instant {
    let mut pause = Span::from_secs(1);
    let mut at = since + pause;
    while at <= now {
        pause = pause * 2;
        at = at + pause;
    }
    at
}
