//! How a primary is upgraded to the next major version, in place, and backed up afterwards.
//!
//! `pg_upgrade` works on a server that is shut down. What it makes begins a history of its own:
//! nobody who has the one before can follow it, and no backup of the one before leads into it. Its
//! timeline goes on counting here, where `PostgreSQL` begins an archive of its own at 1. Knows
//! nothing of who orders it. Kept here: whatever calls an upgrade off leaves the server as it was.

use super::branch::Branch;
use super::event::Event;
use super::ids::{BranchId, NodeId, SlotId};
use super::node::{Host, Process, Role};
use super::quorum::Quorum;
use super::world::World;
use crate::kernel::{Instant, Path, Position, Span};
use crate::knob::{Mutant, Touch, UpgradedSlots};

impl World {
    /// Returns whether a server can be upgraded: it is a primary that answers.
    pub(crate) fn may_be_upgraded(&self, id: NodeId) -> bool {
        let node = self.node(id);
        node.answers() && node.role == Role::Primary && !node.impairments.stalled
    }

    /// Begins to stop a primary in a controlled way, to upgrade it then.
    pub(crate) fn begin_upgrade(&mut self, id: NodeId) {
        self.touch(Touch::Upgrade);
        self.begin_stop(id);
        self.node_mut(id).upgrading = true;
    }

    /// Begins the upgrade of a server that was stopped for it.
    pub(crate) fn upgrade_stopped(&mut self, id: NodeId) {
        let times = u64::from(self.branch(self.node(id).branch).number);
        let law = self.knobs.major_upgrade_outage;
        let takes = self.draw_of(id, law, "major_upgrade_outage", times);
        let node = self.node_mut(id);
        node.upgrading = true;
        let epoch = node.epoch;
        self.schedule(self.now + takes, Event::UpgradeEnds(id, epoch));
    }

    /// Ends an upgrade and starts the server; tells whether it was upgraded.
    pub(crate) fn finish_upgrade(&mut self, id: NodeId) -> bool {
        let keeps = self.knobs.major_upgrade_slots == UpgradedSlots::Kept;
        let refused = keeps && !self.slots_are_consumed(id);
        self.node_mut(id).call_off();
        if !refused {
            self.begin_upgraded_history(id);
            if !keeps && self.knobs.mutant != Some(Mutant::UpgradeKeepsSlots) {
                let ids: Vec<SlotId> = self.slots_of(self.node(id).service).collect();
                for slot in ids {
                    self.slot_mut(slot).copies.retain(|copy| copy.node != id);
                }
            }
        }
        self.finish_recovery(id);
        if !refused {
            self.apply_quorum_rule(id);
            // Nobody who has the history before can follow.
            self.each_follower(id, |world, follower| world.follow(follower, id));
        }
        let service = self.node(id).service;
        self.plan_full_disk(service);
        !refused
    }

    /// Returns whether consumers have confirmed everything that a stopped server wrote, which
    /// `pg_upgrade` demands of every slot that it is to keep.
    fn slots_are_consumed(&self, id: NodeId) -> bool {
        let node = self.node(id);
        let end = self.branch(node.branch).written.at(self.now).lsn();
        let until = self.now + Span::from_micros(1);
        self.slots_of(node.service).all(|slot| {
            let Some(copy) = self.slot(slot).copy(id) else { return true };
            let confirmed = self.confirmed(slot, id, until).unwrap_or_default();
            copy.invalid.is_none() && confirmed.lsn() >= end
        })
    }

    fn begin_upgraded_history(&mut self, id: NodeId) {
        let (now, parent) = (self.now, self.node(id).branch);
        let before = self.branch(parent).written.clone();
        let fork = Position::from_lsn(before.at(now).lsn());
        let branch = Branch {
            service: self.node(id).service,
            number: self.newest_timeline_known(id, parent) + 1,
            parent: Some((parent, fork)),
            node: id,
            began: now,
            written: Path::resting(now, fork),
            sessions: Vec::new(),
            archived_until: Instant::FAR,
            cut_off: Vec::new(),
            down: Vec::new(),
            archived_whole: None,
            quorum: Quorum::default(),
            upgraded: true,
            full_backup: None,
        };
        let new = BranchId::at(self.branches.len());
        self.branches.push(branch);
        let node = self.node_mut(id);
        node.branch = new;
        node.received = before.clone();
        node.replayed = before;
    }

    /// Begins a full backup of a primary, unless one is taken already; tells whether it does.
    pub(crate) fn begin_full_backup(&mut self, id: NodeId) -> bool {
        if self.node(id).backing_up.is_some() {
            return false;
        }
        let database = self.service(self.node(id).service).database_size;
        let bytes = u128::from(database.get()) * 1_000_000;
        let micros = bytes.div_ceil(u128::from(self.knobs.backup_rate.get()));
        let takes = Span::from_micros(u64::try_from(micros).unwrap_or(u64::MAX));
        let now = self.now;
        let node = self.node_mut(id);
        node.backing_up = Some(now);
        let epoch = node.epoch;
        self.schedule(now + takes, Event::BackupEnds(id, epoch));
        true
    }

    /// Ends a full backup; tells whether it is of use.
    pub(crate) fn finish_full_backup(&mut self, id: NodeId) -> bool {
        let (now, node) = (self.now, self.node_mut(id));
        let Some(begun) = node.backing_up.take() else { return false };
        let of_use = node.host == Host::Up && node.process == Process::Running;
        let branch = node.branch;
        if of_use && self.reaches_archive(id) {
            self.branch_mut(branch).full_backup = Some((begun, now));
            return true;
        }
        false
    }

    /// Returns whether backups lead into a branch that began with an upgrade: one was taken since.
    pub(super) fn is_backed_up(&self, branch: BranchId, by: Instant) -> bool {
        self.branch(branch).full_backup.is_some_and(|(_, done)| done <= by)
    }

    /// Returns where the full backup after the last upgrade of a history begins, if there is one.
    pub(super) fn full_backup(&self, branch: BranchId, by: Instant) -> Option<Position> {
        let mut at = Some(branch);
        while let Some(id) = at {
            let of = self.branch(id);
            if let Some((begun, _)) = of.full_backup.filter(|(_, done)| *done <= by) {
                return Some(of.written.at(begun));
            }
            at = of.parent.map(|(parent, _)| parent);
        }
        None
    }

    /// Returns whether an upgrade lies between two histories of which one continues the other.
    pub(super) fn upgraded_between(&self, earlier: BranchId, later: BranchId) -> bool {
        let mut branch = later;
        while branch != earlier {
            let of = self.branch(branch);
            if of.upgraded {
                return true;
            }
            let Some((parent, _)) = of.parent else { return false };
            branch = parent;
        }
        false
    }

    /// Removes every machine of a service.
    pub(crate) fn power_off(&mut self, service: super::ids::ServiceId) {
        self.touch(Touch::Power);
        let nodes: Vec<NodeId> = self.existing(service).map(|node| node.id).collect();
        for id in nodes {
            self.delete_node(id);
        }
        let now = self.now;
        self.services[service.index()].powered_off.push((now, Instant::FAR));
    }

    /// Ends the time without machines of a service that is powered on, if there is one.
    pub(crate) fn power_on(&mut self, service: super::ids::ServiceId) {
        let now = self.now;
        if let Some((_, until)) = self.services[service.index()].powered_off.last_mut() {
            *until = now.min(*until);
        }
    }

    /// Returns whether a service has no machines because it was powered off.
    pub(crate) fn is_powered_off(&self, service: super::ids::ServiceId) -> bool {
        self.service(service).powered_off.last().is_some_and(|(_, until)| *until == Instant::FAR)
    }
}
