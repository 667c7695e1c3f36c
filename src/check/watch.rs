//! What the judge notices between decisions: who changes histories, who is alone, what is blocked.
//!
//! Knows nothing of bounds. Kept here: an entry is made only when something changed, from the
//! truth as it is at that instant.

use super::history::{History, ServiceHistory};
use crate::kernel::{Instant, Position};
use crate::knob::Policy;
use crate::model::{BranchId, Host, NodeId, Place, Process, Role, ServiceId, World};

/// A standby that left one history for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Followed {
    /// When.
    pub at: Instant,
    /// Who.
    pub node: NodeId,
    /// The history that it left.
    pub from: BranchId,
    /// The history that it follows from then on.
    pub to: BranchId,
    /// How far it had replayed.
    pub replayed: Position,
}

/// Why a primary that reports takes no writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Block {
    /// Nothing reaches its disk.
    StorageStall,
    /// It has no connection left to give.
    ConnectionsExhausted,
    /// Its server does not answer.
    ServerDown,
    /// Too few standbys follow it for its commits.
    TooFewStandbys,
}

impl Block {
    /// Returns the cause in words.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::StorageStall => "its storage stalled",
            Self::ConnectionsExhausted => "its connections were exhausted",
            Self::ServerDown => "its server was down",
            Self::TooFewStandbys => "too few standbys followed it",
        }
    }
}

/// Returns whether a node reaches no other node of its service that answers, and no observer.
pub(crate) fn is_alone(world: &World, id: NodeId) -> bool {
    let node = world.node(id);
    let peers = world.existing(node.service).filter(|peer| peer.id != id && peer.answers());
    let reached = peers.filter(|peer| world.connects(node.place(), peer.place())).count();
    let observers = u8::try_from(world.knobs.lookout_observers).unwrap_or(u8::MAX);
    let watched = (0..observers).any(|one| world.connects(node.place(), Place::Observer(one)));
    reached == 0 && !watched
}

impl ServiceHistory {
    /// Returns whether a node was writable at an instant.
    pub(super) fn wrote(&self, node: NodeId, at: Instant) -> bool {
        let last = self.writable.iter().rev().find(|(from, _)| *from <= at);
        last.is_some_and(|(_, nodes)| nodes.contains(&node))
    }

    /// Returns since when a standby had reached nobody just before an instant, if so.
    pub(super) fn isolated_since(&self, node: NodeId, before: Instant) -> Option<Instant> {
        let earlier = self.isolated.iter().rev().skip_while(|(at, _)| *at >= before);
        earlier.take_while(|(_, alone)| alone.contains(&node)).last().map(|(since, _)| *since)
    }
}

impl History {
    /// Looks at what nobody decides: histories that are left, isolation, blocked writes.
    pub(super) fn watch_quietly(&mut self, world: &World, service: ServiceId) {
        self.watch_branches(world, service);
        self.watch_block(world, service);
        if world.knobs.policy == Policy::Pglookout {
            self.watch_isolation(world, service);
        }
    }

    fn watch_branches(&mut self, world: &World, service: ServiceId) {
        let memory = &mut self.services[service.index()];
        for id in &world.service(service).nodes {
            let node = world.node(*id);
            if matches!(node.process, Process::Absent | Process::Restoring) {
                continue;
            }
            let Some(known) = memory.branches.iter_mut().find(|(of, _)| of == id) else {
                memory.branches.push((*id, node.branch));
                continue;
            };
            let from = std::mem::replace(&mut known.1, node.branch);
            if from != node.branch && node.role == Role::Standby {
                let replayed = node.replayed.at(world.now);
                let (at, node, to) = (world.now, *id, node.branch);
                memory.followed.push(Followed { at, node, from, to, replayed });
            }
        }
    }

    fn watch_block(&mut self, world: &World, service: ServiceId) {
        let node = world.node(world.service(service).primary);
        let cause = if node.host != Host::Up || !world.is_primary(node.id) {
            None
        } else if !node.answers() {
            Some(Block::ServerDown)
        } else if node.impairments.stalled {
            Some(Block::StorageStall)
        } else if node.impairments.exhausted {
            Some(Block::ConnectionsExhausted)
        } else if node.role == Role::Primary && !world.branch(node.branch).quorum.is_met() {
            Some(Block::TooFewStandbys)
        } else {
            None
        };
        let block = cause.map(|cause| (node.id, cause));
        let memory = &mut self.services[service.index()];
        if memory.blocks.last().and_then(|(_, last)| *last) != block {
            memory.blocks.push((world.now, block));
        }
    }

    fn watch_isolation(&mut self, world: &World, service: ServiceId) {
        let standbys = world.existing(service).filter(|node| node.promotable());
        let alone: Vec<NodeId> =
            standbys.map(|node| node.id).filter(|id| is_alone(world, *id)).collect();
        let memory = &mut self.services[service.index()];
        if memory.isolated.last().map_or(&[][..], |(_, last)| last) != alone {
            memory.isolated.push((world.now, alone));
        }
    }
}
