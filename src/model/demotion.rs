//! How a primary becomes a standby in good order, and how a standby takes over after it.
//!
//! A server that stops in a controlled way ships all its WAL to those that are connected. Knows
//! nothing of why the platform wants it. Kept here: what a demoted primary wrote ends at a whole
//! byte, and it stays what it holds as a standby.

use super::event::Event;
use super::ids::NodeId;
use super::node::{Process, Role};
use super::world::World;
use crate::kernel::{Instant, Lsn, Position};
use crate::knob::Touch;

impl World {
    /// Stops the writing of a primary, whose followers still get all of it, and starts its server
    /// again as a standby of the other service of its pair.
    pub(crate) fn begin_demotion(&mut self, id: NodeId) {
        self.touch(Touch::Integration);
        let now = self.now;
        self.close_sessions(id, now);
        let (branch, service) = (self.node(id).branch, self.node(id).service);
        let end = self.end_writing(id);
        let (partner, paired) = (self.partner(service), self.pair_of(service).is_some());
        let times = u64::from(self.branch(branch).number);
        let takes = self.draw_of(id, self.knobs.demotion_overhead, "demotion_overhead", times);
        let written = self.branch(branch).written.clone();
        let node = self.node_mut(id);
        node.call_off();
        node.role = Role::Standby;
        node.process = Process::Recovering;
        node.received = written.capped(end);
        node.replayed = written.capped(end);
        node.upstream = None;
        node.streaming = false;
        node.upstream_lost = None;
        let epoch = node.epoch;
        self.services[service.index()].follows = partner;
        if paired {
            self.services[service.index()].source = None;
        } else {
            // An instance that is added to its group again keeps what the other one has as well.
            for node in self.service(service).nodes.clone() {
                self.node_mut(node).rewinds = true;
            }
        }
        self.schedule(now + takes, Event::RecoveryEnds(id, epoch));
        self.refresh_followers(id);
    }

    /// Ends the writing of a primary at the next whole byte, and returns it.
    fn end_writing(&mut self, id: NodeId) -> Position {
        let (now, branch) = (self.now, self.node(id).branch);
        let written = &mut self.branch_mut(branch).written;
        written.hold(now);
        let at = written.at(now);
        let whole = Position::from_lsn(at.lsn());
        if at == whole {
            return whole;
        }
        let end = Position::from_lsn(Lsn(at.lsn().get() + 1));
        written.leap(now, end.minus(at));
        end
    }

    /// Lets a standby become primary once it has everything up to a position.
    pub(crate) fn await_drain(&mut self, id: NodeId, end: Position) {
        self.node_mut(id).awaits = Some(end);
        self.plan_drain(id);
    }

    /// Schedules the instant at which a standby has what it waits for, if it ever does.
    pub(super) fn plan_drain(&mut self, id: NodeId) {
        let node = self.node(id);
        let Some(end) = node.awaits else { return };
        let (epoch, at) = (node.epoch, node.received.reaches(end));
        if let Some(at) = at.filter(|at| *at < Instant::FAR) {
            self.schedule(at.max(self.now), Event::Drained(id, epoch));
        }
    }

    /// Begins the promotion of a standby that has what it waited for; tells whether it has.
    pub(crate) fn drained(&mut self, id: NodeId) -> bool {
        let node = self.node(id);
        let there = node.awaits.is_some_and(|end| node.received.at(self.now) >= end);
        if there && node.answers() {
            self.node_mut(id).awaits = None;
            self.begin_promotion(id);
        }
        there
    }

    /// Ends the flow to every node of a service that follows another one.
    pub(crate) fn lose_source(&mut self, service: super::ids::ServiceId) {
        self.services[service.index()].source = None;
        for id in self.service(service).nodes.clone() {
            if self.node(id).role != Role::Standby {
                continue;
            }
            if self.node(id).streaming {
                self.stop_stream(id, super::stream::Ending::CutWire);
            }
            self.node_mut(id).upstream = None;
            self.node_mut(id).told_to_follow = None;
        }
    }
}
