//! WAL that is kept for logical slots: how much, when it is given up, and when it fills a disk.
//!
//! Knows nothing of who reads a slot. Kept here: WAL is kept from the oldest that any valid slot
//! of a node needs; a slot that holds back too much is given up at a checkpoint.

use super::event::Event;
use super::ids::{NodeId, ServiceId, SlotId};
use super::node::Role;
use super::world::World;
use crate::kernel::{Instant, Lsn, Pace, Position};
use crate::knob::KeptWal;

impl World {
    /// Returns how much WAL a node keeps for its logical slots; nothing if it has none.
    pub(crate) fn kept_for_slots(&self, node: NodeId) -> Option<Position> {
        let written = self.output(node).at(self.now);
        self.oldest_needed(node).map(|oldest| written.minus(oldest))
    }

    /// Returns the oldest WAL that a valid slot of a node needs.
    fn oldest_needed(&self, node: NodeId) -> Option<Position> {
        let service = self.node(node).service;
        let valid = self.slots_of(service).filter(|id| self.slot(*id).is_usable(node));
        valid.filter_map(|id| self.restart_of(id, node, self.now)).min()
    }

    /// Returns how much WAL has room on a disk of a service's nodes beside the database.
    pub(crate) fn room_for_wal(&self, service: ServiceId) -> Position {
        let database = self.service(service).database_size.get();
        let room = self.knobs.disk_size.get().saturating_sub(database);
        Position::from_lsn(Lsn(room))
    }

    /// Schedules when WAL kept for slots could fill a disk, and when it could be too much for the
    /// servers' own limit, and calls earlier plans off.
    ///
    /// A consumer that goes on confirming makes room: both are looked at again when they are due.
    pub(crate) fn plan_slot_wal(&mut self, service: ServiceId) {
        if !self.has_slots(service) {
            return;
        }
        self.services[service.index()].slot_wal_epoch += 1;
        let epoch = self.service(service).slot_wal_epoch;
        let (now, room) = (self.now, self.room_for_wal(service));
        for index in 0..self.service(service).nodes.len() {
            let id = self.service(service).nodes[index];
            let node = self.node(id);
            if node.role != Role::Primary || !node.answers() {
                continue;
            }
            let Some(oldest) = self.oldest_needed(id) else { continue };
            let written = &self.branch(node.branch).written;
            let full = written.reaches(oldest + room);
            let limit = match self.knobs.max_slot_wal_keep_size {
                KeptWal::Unlimited => None,
                KeptWal::UpTo(limit) => Some(Position::from_lsn(Lsn(limit.get() + 1))),
            };
            let beyond = limit.and_then(|limit| written.reaches(oldest + limit));
            if let Some(at) = full {
                self.schedule(at.max(now), Event::SlotWalFills(id, epoch));
            }
            if let Some(at) = beyond {
                let checkpoints = Pace::every(Instant::ZERO, self.knobs.checkpoint_period);
                self.schedule(checkpoints.next(at.max(now)), Event::SlotCheckpoint(id, epoch));
            }
        }
    }

    /// Schedules a look at a node's slots at its next checkpoint, as long as it exists.
    pub(crate) fn plan_checkpoint(&mut self, node: NodeId, epoch: u32) {
        if self.node(node).exists() {
            let checkpoints = Pace::every(Instant::ZERO, self.knobs.checkpoint_period);
            self.schedule(checkpoints.after(self.now), Event::SlotCheckpoint(node, epoch));
        }
    }

    /// Returns whether WAL that is kept for slots leaves no room on a node's disk.
    pub(crate) fn slots_fill_disk(&self, node: NodeId) -> bool {
        self.kept_for_slots(node)
            .is_some_and(|kept| kept >= self.room_for_wal(self.node(node).service))
    }

    /// Gives up the slots of a node, and of those that follow it, that hold back more WAL than the
    /// servers allow; returns those of the node.
    pub(crate) fn give_up_slots(&mut self, node: NodeId) -> Vec<SlotId> {
        let KeptWal::UpTo(limit) = self.knobs.max_slot_wal_keep_size else { return Vec::new() };
        let limit = Position::from_lsn(Lsn(limit.get()));
        let (now, service) = (self.now, self.node(node).service);
        let followers = self.existing(service).filter(|of| of.upstream == Some(node));
        let nodes: Vec<NodeId> = followers.map(|of| of.id).chain([node]).collect();
        let ids: Vec<SlotId> = self.slots_of(service).collect();
        let mut given_up = Vec::new();
        for id in ids {
            for of in &nodes {
                let end = self.output(*of).at(now);
                let usable = self.slot(id).is_usable(*of);
                let restart = self.restart_of(id, *of, now).filter(|_| usable);
                if restart.is_none_or(|restart| end.minus(restart) <= limit) {
                    continue;
                }
                if let Some(copy) = self.slot_mut(id).copy_mut(*of) {
                    copy.invalid = Some(now);
                }
                if *of == node {
                    given_up.push(id);
                }
            }
        }
        given_up
    }
}
