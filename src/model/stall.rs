//! What a service waits for when the platform's own machinery stalls: uploads, DNS, machines.
//!
//! Knows nothing of the platform's beliefs. Kept here: what waited is done when the stall ends, in
//! the order in which it was asked for.

use super::event::Event;
use super::ids::{BranchId, NodeId, RegionId, ServiceId, Zone};
use super::link::{Cut, Side};
use super::node::{Process, Role};
use super::plan::Endpoint;
use super::world::World;
use crate::kernel::Instant;
use crate::knob::Touch;

impl World {
    /// Lets no WAL of a service be uploaded.
    pub(crate) fn stall_uploads(&mut self, id: ServiceId) {
        self.touch(Touch::Restore);
        let now = self.now;
        let stalls = &mut self.services[id.index()].upload_stalls;
        // A stall that begins in another is the same stall: whichever is healed first ends it.
        if stalls.last().is_none_or(|(_, until)| *until <= now) {
            stalls.push((now, Instant::FAR));
        }
        self.plan_full_disk(id);
    }

    /// Lets a service's WAL be uploaded again.
    pub(crate) fn end_upload_stall(&mut self, id: ServiceId) {
        let now = self.now;
        if let Some(last) = self.services[id.index()].upload_stalls.last_mut() {
            last.1 = last.1.min(now);
        }
        self.plan_full_disk(id);
    }

    /// Schedules the instant at which WAL that cannot be uploaded fills a primary's disk, and calls
    /// an earlier plan off.
    ///
    /// A primary that was replaced but still writes goes on filling its own disk.
    pub(super) fn plan_full_disk(&mut self, id: ServiceId) {
        self.plan_slot_wal(id);
        self.services[id.index()].disk_epoch += 1;
        let service = self.service(id);
        let stalled = service.upload_stalls.last().is_some_and(|(_, until)| *until > self.now);
        let epoch = service.disk_epoch;
        let nodes = service.nodes.iter().map(|node| self.node(*node));
        let writing = nodes.filter(|node| node.role == Role::Primary && node.answers());
        let keeping = writing.filter(|node| stalled || !self.reaches_archive(node.id));
        let full = keeping.filter_map(|node| Some((node.id, self.disk_is_full(node.branch)?)));
        for (node, at) in full.collect::<Vec<(NodeId, Instant)>>() {
            self.schedule(at.max(self.now), Event::DiskFills(node, epoch));
        }
    }

    /// Returns when the WAL of a branch that cannot be uploaded from now on fills a disk.
    fn disk_is_full(&self, branch: BranchId) -> Option<Instant> {
        let room = self.room_for_wal(self.branch(branch).service);
        let full = self.archived(branch, self.now) + room;
        self.branch(branch).written.reaches(full)
    }

    /// Lets changes of a service's records wait, or serves those that waited.
    pub(crate) fn stall_publishing(&mut self, id: ServiceId, stalled: bool) {
        self.touch(Touch::Publish);
        self.services[id.index()].publishing_stalled = stalled;
        if stalled {
            return;
        }
        for endpoint in Endpoint::ALL {
            for version in self.service(id).record(endpoint).overdue(self.now) {
                self.schedule(self.now, Event::RecordServed(id, endpoint, version));
            }
        }
    }

    /// Lets a service's new machines wait, or delivers those that waited.
    pub(crate) fn stall_provisioning(&mut self, id: ServiceId, stalled: bool) {
        self.touch(Touch::Replacement);
        self.services[id.index()].provisioning_stalled = stalled;
        if stalled {
            return;
        }
        for node in self.service(id).nodes.clone() {
            if self.node(node).process == Process::Absent && self.node(node).machine_waits {
                self.node_mut(node).machine_waits = false;
                self.schedule(self.now, Event::NodeBuilt(node, self.node(node).epoch));
            }
        }
    }

    /// Lets a zone, or all of a region, lose power and network.
    pub(crate) fn begin_outage(&mut self, step: u16, region: RegionId, zone: Option<Zone>) {
        self.dark.push((region, zone));
        for node in self.nodes_in(region, zone) {
            self.cut_power(node);
        }
        let from = zone.map_or(Side::Region(region), |zone| Side::Zone(region, zone));
        self.cut_link(Cut { step, from, to: Side::Everyone, both: true });
    }

    /// Gives a zone, or all of a region, power and network back.
    pub(crate) fn end_outage(&mut self, step: u16, region: RegionId, zone: Option<Zone>) {
        if let Some(place) = self.dark.iter().position(|dark| *dark == (region, zone)) {
            self.dark.remove(place);
        }
        self.heal_link(step);
        for node in self.nodes_in(region, zone) {
            if !self.is_dark(self.node(node).region, self.node(node).zone) {
                self.restore_power(node);
            }
        }
    }

    /// Returns whether a zone has no power.
    pub(crate) fn is_dark(&self, region: RegionId, zone: Zone) -> bool {
        let dark =
            |(of, at): &(RegionId, Option<Zone>)| *of == region && at.is_none_or(|at| at == zone);
        self.dark.iter().any(dark)
    }

    fn nodes_in(&self, region: RegionId, zone: Option<Zone>) -> Vec<NodeId> {
        let inside = self.nodes.iter().filter(|node| {
            node.exists() && node.region == region && zone.is_none_or(|zone| node.zone == zone)
        });
        inside.map(|node| node.id).collect()
    }
}
