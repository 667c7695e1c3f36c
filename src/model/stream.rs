//! How WAL flows from a node to those that follow it, and what still arrives when it stops.
//!
//! What was measured decides the endings: a cut wire delivers nothing more; a host that dies has
//! packets on the wire; a server that dies leaves its kernel's send buffer. Knows nothing of why
//! a flow starts or stops. Kept here: what was received is never taken back by a stop.

use super::event::Event;
use super::ids::{BranchId, NodeId, ServiceId};
use super::link::retransmission;
use super::node::{Process, Role};
use super::world::World;
use crate::kernel::{Instant, Position, Span};
use crate::knob::{InFlight, Mutant};

/// How a flow ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Ending {
    /// Nothing more arrives.
    CutWire,
    /// The upstream's host died: packets on the wire may arrive, its buffers are gone.
    HostDeath,
    /// The upstream's server is gone or frozen: its kernel still sends what it was handed.
    ServerGone,
}

impl World {
    /// Returns whether WAL could flow to a standby from its upstream now.
    pub(crate) fn can_stream(&self, id: NodeId) -> bool {
        let node = self.node(id);
        let Some(upstream) = node.upstream.map(|upstream| self.node(upstream)) else {
            return false;
        };
        node.answers()
            && node.role == Role::Standby
            && !node.promoting
            && !node.unfit
            && !node.detached
            && !node.impairments.stalled
            && upstream.answers()
            && upstream.branch == node.branch
            && self.connects(node.place(), upstream.place())
    }

    /// Lets WAL flow to a standby from now on, or plans the flow anew after a change of pace.
    pub(crate) fn start_stream(&mut self, id: NodeId) {
        let Some(upstream) = self.node(id).upstream else { return };
        if !self.node(id).streaming {
            self.renew_lag(id);
        }
        let (now, delay) = (self.now, self.stream_delay(upstream, id));
        let capacity = self.capacity(id);
        let input = self.output(upstream).delayed_after(delay, now);
        let node = self.node_mut(id);
        let tail = input.through(capacity, now, node.received.at(now));
        node.received.splice(now, &tail);
        node.streaming = true;
        node.upstream_lost = None;
        self.replay(id);
    }

    /// Ends the flow to a standby.
    pub(crate) fn stop_stream(&mut self, id: NodeId, ending: Ending) {
        let Some(upstream) = self.node(id).upstream else { return };
        let (now, delay) = (self.now, self.node_delay(upstream, id));
        match ending {
            Ending::CutWire | Ending::HostDeath => self.cut_short(id, ending, delay),
            Ending::ServerGone => {
                let delay = self.stream_delay(upstream, id);
                // The buffer keeps what is on the wire until the peer has acknowledged it.
                let received = self.node(id).received.at(now);
                let sent = self.node(id).received.at(now + delay);
                let buffer = u128::from(self.knobs.send_buffer.get()) * 1_000_000;
                let handed = sent.max(received + Position::from_micro_bytes(buffer));
                let limit = handed.min(self.output(upstream).at(now));
                let capacity = self.capacity(id);
                let input = self.output(upstream).capped(limit).delayed(delay);
                let tail = input.through(capacity, now, received);
                self.node_mut(id).received.splice(now, &tail);
            }
        }
        let node = self.node_mut(id);
        node.streaming = false;
        node.upstream_lost.get_or_insert(now);
        self.replay(id);
    }

    /// Lets a node receive no more, not even what is still under way from an upstream that is gone.
    pub(super) fn receive_no_more(&mut self, id: NodeId) {
        if self.node(id).streaming {
            self.stop_stream(id, Ending::CutWire);
            return;
        }
        let now = self.now;
        self.node_mut(id).received.hold(now);
        self.replay(id);
    }

    /// Drops what was to arrive and does not: all of it, or what is not on the wire yet.
    fn cut_short(&mut self, id: NodeId, ending: Ending, delay: Span) {
        let (now, in_flight) = (self.now, self.knobs.in_flight_at_host_death);
        let received = &mut self.node_mut(id).received;
        if ending == Ending::HostDeath && in_flight == InFlight::Delivered {
            *received = received.capped(received.at(now + delay));
        } else {
            received.hold(now);
        }
    }

    /// Plans the replay of what a standby receives.
    pub(crate) fn replay(&mut self, id: NodeId) {
        let (now, redo) = (self.now, self.knobs.redo_rate.get());
        let held = self.replay_held(id).is_some();
        let node = self.node_mut(id);
        if node.answers() && !held {
            let tail = node.received.through(redo, now, node.replayed.at(now));
            node.replayed.splice(now, &tail);
        } else {
            node.replayed.hold(now);
        }
        self.plan_drain(id);
        self.plan_catch_up(id);
        if let Some(upstream) = self.node(id).upstream {
            self.count_standbys(upstream);
        }
    }

    /// Schedules the instant at which a new standby is close enough to serve, if it ever is.
    fn plan_catch_up(&mut self, id: NodeId) {
        if self.node(id).ready || self.node(id).role == Role::Primary {
            return;
        }
        self.node_mut(id).catch_up_epoch += 1;
        if !self.node(id).streaming {
            return;
        }
        let node = self.node(id);
        let upstream = node.upstream.expect("a streaming standby has an upstream");
        let gap = u128::from(self.knobs.ready_gap.get()) * 1_000_000;
        let ahead = self.output(upstream);
        let near = node.replayed.gap_within(ahead, Position::from_micro_bytes(gap), self.now);
        let epoch = node.catch_up_epoch;
        if let Some(at) = near {
            self.schedule(at, Event::CaughtUp(id, epoch));
        }
    }

    /// Plans the flow anew to everybody who follows a node, after its pace has changed.
    pub(crate) fn refresh_followers(&mut self, upstream: NodeId) {
        self.each_follower(upstream, |world, id| {
            if world.node(id).streaming {
                world.start_stream(id);
            }
        });
        self.refresh_readings(upstream);
    }

    /// Ends the flow from a node to everybody who follows it.
    pub(crate) fn stop_followers(&mut self, upstream: NodeId, ending: Ending) {
        self.each_follower(upstream, |world, id| {
            if world.node(id).streaming {
                world.stop_stream(id, ending);
            } else if ending != Ending::ServerGone {
                // A server that is gone already may still have a buffer that its kernel sends.
                let delay = world.node_delay(upstream, id);
                world.cut_short(id, ending, delay);
                world.replay(id);
            }
        });
    }

    /// Does something with every node that follows a node, by number.
    pub(super) fn each_follower(&mut self, upstream: NodeId, act: impl Fn(&mut Self, NodeId)) {
        let own = self.node(upstream).service;
        let alone = self.integrations.is_empty();
        for index in 0..self.services.len() {
            let service = ServiceId::at(index);
            if alone && service != own {
                continue;
            }
            for place in 0..self.service(service).nodes.len() {
                let id = self.service(service).nodes[place];
                if self.node(id).upstream == Some(upstream) {
                    act(self, id);
                }
            }
        }
    }

    /// Schedules the instant at which a standby finds its upstream again, if it can.
    pub(crate) fn plan_resume(&mut self, id: NodeId) {
        if self.node(id).streaming || !self.can_stream(id) {
            return;
        }
        let lost = self.node(id).upstream_lost;
        let at = lost.map_or(self.now, |lost| self.finds_again(lost));
        self.schedule(at, Event::StreamResumes(id, self.node(id).epoch));
    }

    /// A short silence ends at a retransmission; after a long one the standby asks in steps.
    fn finds_again(&self, lost: Instant) -> Instant {
        let asks_from = lost + self.knobs.receiver_timeout;
        if self.now <= asks_from {
            return retransmission(lost, self.now).min(asks_from);
        }
        let step = self.knobs.standby_retry;
        let steps = self.now.since(asks_from).as_micros().div_ceil(step.as_micros());
        asks_from + step * steps
    }

    /// Sets a standby to follow a node: it takes over that node's history from where both agree.
    ///
    /// A standby that has replayed past the point where the new history leaves its own cannot
    /// follow; one that has only received past it can, and forgets the surplus. One that follows
    /// already is not disturbed.
    pub(crate) fn follow(&mut self, id: NodeId, upstream: NodeId) {
        let (now, branch) = (self.now, self.node(upstream).branch);
        self.node_mut(id).detached = false;
        if self.node(id).upstream == Some(upstream) && self.node(id).branch == branch {
            return;
        }
        let own = self.node(id).branch;
        let fork = self.parts_at(id, branch).filter(|_| !self.upgraded_between(own, branch));
        if self.node(id).streaming {
            self.stop_stream(id, Ending::CutWire);
        }
        let node = self.node_mut(id);
        node.upstream = Some(upstream);
        if node.branch == branch || matches!(node.process, Process::Absent | Process::Restoring) {
            return;
        }
        let replayed = node.replayed.at(now);
        let rewinds = std::mem::take(&mut node.rewinds);
        let fork = if rewinds { Some(self.shared_until(own, branch)) } else { fork };
        let fork = match self.knobs.mutant {
            Some(Mutant::FollowRegardless) => fork.map(|fork| fork.max(replayed)),
            _ => fork,
        };
        let node = self.node_mut(id);
        // What was begun of a byte is no WAL yet.
        let keeps = |fork: &Position| rewinds || replayed.lsn() <= fork.lsn();
        let Some(fork) = fork.filter(keeps) else {
            // A node on a later timeline than its upstream waits for another upstream.
            let ahead = self.left_at(branch, own).is_some();
            self.node_mut(id).unfit = !ahead;
            return;
        };
        node.branch = branch;
        node.received.hold(now);
        if node.received.at(now) > fork {
            // The surplus is forgotten; what came before it may still be told by a late report.
            node.received = node.received.capped(fork);
            // Nor is what was planned to be replayed of it.
            node.replayed = node.replayed.capped(fork);
        }
        node.upstream_lost = None;
    }

    /// Returns where a later history left the one that a node has; nothing if it does not
    /// continue it.
    ///
    /// A node that has replayed nothing of its own branch has no more than the parent's history.
    fn parts_at(&self, id: NodeId, later: BranchId) -> Option<Position> {
        let (mut own, replayed) = (self.node(id).branch, self.node(id).replayed.at(self.now));
        let replayed = Position::from_lsn(replayed.lsn());
        loop {
            let left = self.left_at(own, later);
            if left.is_some() {
                return left;
            }
            let (parent, fork) = self.branch(own).parent?;
            if own == later || replayed.lsn() > fork.lsn() {
                return None;
            }
            own = parent;
        }
    }

    /// Returns where a later history left an earlier one; nothing if it does not continue it.
    pub(crate) fn left_at(&self, earlier: BranchId, later: BranchId) -> Option<Position> {
        let mut branch = later;
        while let Some((parent, fork)) = self.branch(branch).parent {
            if parent == earlier {
                return Some(fork);
            }
            branch = parent;
        }
        None
    }

    /// Returns the position up to which two histories are the same.
    pub(crate) fn shared_until(&self, one: BranchId, other: BranchId) -> Position {
        let (ours, theirs) = (self.lineage(one), self.lineage(other));
        let same = |(id, limit): &(BranchId, Option<Position>)| {
            let found = theirs.iter().find(|(theirs, _)| theirs == id)?;
            let limits = limit.iter().chain(&found.1);
            Some(limits.copied().min().unwrap_or_else(|| self.branch(*id).written.at(self.now)))
        };
        ours.iter().find_map(same).unwrap_or(Position::ZERO)
    }

    /// Returns the branches of a history, each with the position up to which it belongs to it.
    fn lineage(&self, tip: BranchId) -> Vec<(BranchId, Option<Position>)> {
        let mut lineage = vec![(tip, None)];
        let mut branch = tip;
        while let Some((parent, fork)) = self.branch(branch).parent {
            lineage.push((parent, Some(fork)));
            branch = parent;
        }
        lineage
    }

    /// Returns how many bytes a second a standby can receive from its upstream.
    ///
    /// # Examples
    /// A link that becomes slow at 60 s carries 500 KiB a second:
    /// ```
    /// # let file = "scenarios/slow-link-then-host-death.ron";
    /// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
    /// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::kernel::{Instant, Rate, Span};
    /// use cutover::model::NodeId;
    /// assert_eq!(sim.world().capacity(NodeId(1)), Rate::UNLIMITED.get());
    /// sim.run_until(Instant::ZERO + Span::from_secs(61));
    /// assert_eq!(sim.world().capacity(NodeId(1)), 500 * 1024);
    /// ```
    pub fn capacity(&self, id: NodeId) -> u64 {
        let goodput = self.goodput(id);
        if self.node(id).ready { goodput } else { goodput.min(self.knobs.stream_rate.get()) }
    }

    /// Returns how many bytes a second the link between a standby and its upstream carries.
    fn goodput(&self, id: NodeId) -> u64 {
        let node = self.node(id);
        let upstream = node.upstream.map(|upstream| self.node(upstream).place());
        let slow = upstream.and_then(|upstream| self.links.goodput(upstream, node.place()));
        let goodput = self.knobs.replication_goodput.get();
        slow.map_or(goodput, |slow| slow.get().min(goodput))
    }

    /// Returns how long a server takes to replay a stretch of WAL.
    pub(crate) fn redo_time(&self, from: Position, to: Position) -> Span {
        let stretch = to.minus(from).micro_bytes();
        let micros = stretch.div_ceil(u128::from(self.knobs.redo_rate.get()));
        Span::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
    }
}
