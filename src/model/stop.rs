//! How a server is stopped: in a controlled way, which loses nothing, or at once, which may.
//!
//! `PostgreSQL`: a fast shutdown ends all sessions, writes a checkpoint, and waits until connected
//! standbys have received all WAL, consumers of logical slots have confirmed it, and the archiver
//! is done; commits that wait for standbys are cut off, committed and shipped. An immediate
//! shutdown waits for nobody. Knows nothing of who orders it. Kept here: a stop ends when the last
//! of those it waits for is done, and is looked at again whenever one of them may have changed.

use std::cmp::Reverse;

use super::consumer::Reading;
use super::event::Event;
use super::ids::{ClientId, NodeId};
use super::node::{Host, Process, Role};
use super::stream::Ending;
use super::world::World;
use crate::kernel::{Instant, Position};
use crate::knob::{Mutant, Touch, WaitingCommits};

/// What a stop waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum StopWait {
    /// The checkpoint at the end, and its record on the way to everybody.
    Checkpoint,
    /// A standby that has not received everything.
    Standby(NodeId),
    /// A standby that is connected, as far as the server knows, and silent.
    SilentStandby(NodeId),
    /// WAL that cannot be uploaded.
    Archiver,
    /// A consumer of a logical slot that has not confirmed everything.
    Consumer(ClientId),
    /// A consumer that is connected, as far as the server knows, and silent.
    SilentConsumer(ClientId),
}

impl World {
    /// Begins to stop a server in a controlled way.
    pub(crate) fn begin_stop(&mut self, id: NodeId) {
        self.touch(Touch::Stop);
        let now = self.now;
        if self.node(id).role == Role::Primary {
            let branch = self.node(id).branch;
            if self.knobs.waiting_commits == WaitingCommits::Warned {
                self.warn_waiting(id);
            }
            self.close_sessions(id, now);
            self.branch_mut(branch).written.hold(now);
            self.refresh_followers(id);
        }
        let node = self.node_mut(id);
        node.call_off();
        node.process = Process::Stopping;
        if node.role == Role::Standby {
            // The processes that receive and replay WAL are ended before the checkpoint.
            self.hold_position(id);
        }
        let stops = u64::from(self.node(id).epoch);
        let checkpoint =
            self.draw_of(id, self.knobs.shutdown_checkpoint, "shutdown_checkpoint", stops);
        self.node_mut(id).checkpointed = now + checkpoint;
        self.node_mut(id).stops_at = None;
        self.plan_stop(id);
    }

    /// Tells the clients of a primary whose commits wait for standbys that they are committed, with
    /// a warning that standbys may lack them.
    fn warn_waiting(&mut self, id: NodeId) {
        let (now, branch) = (self.now, self.node(id).branch);
        if self.branch(branch).quorum.rule().is_none() {
            return;
        }
        for session in &mut self.branch_mut(branch).sessions {
            if session.until > now {
                session.warned = Some(now);
            }
        }
    }

    /// Returns what the stop of a server waits for, each with the instant at which it is done.
    pub(crate) fn stop_waits(&self, id: NodeId) -> Vec<(StopWait, Instant)> {
        let node = self.node(id);
        let mut waits = vec![(StopWait::Checkpoint, node.checkpointed)];
        let hasty = self.knobs.mutant == Some(Mutant::StopWithoutShipping);
        if node.role != Role::Primary || hasty {
            return waits;
        }
        let branch = self.branch(node.branch);
        let end = Position::from_lsn(branch.written.at(self.now).lsn());
        let followers = self.nodes.iter().filter(|one| one.exists() && one.upstream == Some(id));
        for standby in followers {
            if standby.streaming {
                // The checkpoint's record has to get there as well.
                let back = self.node_delay(standby.id, id);
                let has = standby.received.reaches(end).unwrap_or(Instant::FAR);
                let shipped = node.checkpointed + back;
                let last = StopWait::Standby(standby.id);
                let wait = if has > shipped { last } else { StopWait::Checkpoint };
                waits.push((wait, has.max(shipped) + back));
            } else if let Some(lost) = standby.upstream_lost
                && self.is_silent(standby.id, id)
            {
                waits.push((StopWait::SilentStandby(standby.id), lost + self.knobs.sender_timeout));
            }
        }
        self.add_consumers(id, end, &mut waits);
        let stalls = &self.service(node.service).upload_stalls;
        if stalls.last().is_some_and(|(_, until)| *until > self.now) || !self.reaches_archive(id) {
            waits.push((StopWait::Archiver, Instant::FAR));
        }
        waits
    }

    /// Adds the consumers that a stop waits for: a server that stops asks them for feedback, and
    /// they answer when they have everything.
    fn add_consumers(&self, id: NodeId, end: Position, waits: &mut Vec<(StopWait, Instant)>) {
        let node = self.node(id);
        let ended = |one: &&Reading| {
            one.node == id && one.until != Instant::FAR && one.until >= node.up_since
        };
        for reading in self.readings.iter().filter(ended) {
            // The server takes it for connected, since the end of the connection did not arrive.
            if !self.connects(self.client(reading.client).place(), node.place()) {
                let gone = reading.until + self.knobs.sender_timeout;
                waits.push((StopWait::SilentConsumer(reading.client), gone));
            }
        }
        let open = |one: &&Reading| one.node == id && one.until == Instant::FAR;
        for reading in self.readings.iter().filter(open) {
            let has = reading.consumed.reaches(end).unwrap_or(Instant::FAR);
            let shipped = node.checkpointed + reading.delay;
            let last = StopWait::Consumer(reading.client);
            let wait = if has > shipped { last } else { StopWait::Checkpoint };
            waits.push((wait, has.max(shipped) + reading.delay));
        }
    }

    /// Whether a primary still takes a standby for connected from which nothing comes.
    fn is_silent(&self, standby: NodeId, primary: NodeId) -> bool {
        let node = self.node(standby);
        let apart = !self.connects(node.place(), self.node(primary).place());
        apart || node.host != Host::Up
    }

    /// Schedules the end of a stop, as far as it can be told now.
    pub(crate) fn plan_stop(&mut self, id: NodeId) {
        if self.node(id).process != Process::Stopping || self.node(id).host != Host::Up {
            return;
        }
        let ends = self.stop_waits(id).iter().map(|(_, done)| *done).max().unwrap_or(self.now);
        let ends = ends.max(self.now);
        if self.node(id).stops_at != Some(ends) {
            self.node_mut(id).stops_at = Some(ends);
            self.schedule(ends, Event::StopEnds(id, self.node(id).epoch));
        }
    }

    /// Returns what the stop of a server waits for last.
    pub(crate) fn stop_awaits(&self, id: NodeId) -> StopWait {
        let last = self.stop_waits(id).into_iter().min_by_key(|(_, done)| Reverse(*done));
        last.map_or(StopWait::Checkpoint, |(wait, _)| wait)
    }

    /// Returns whether the stop of a server is over by now.
    pub(crate) fn stop_is_over(&self, id: NodeId) -> bool {
        let over = |(_, done): &(StopWait, Instant)| *done <= self.now;
        self.node(id).process == Process::Stopping && self.stop_waits(id).iter().all(over)
    }

    /// Ends a controlled stop: whatever was written is where it is to be.
    pub(crate) fn finish_stop(&mut self, id: NodeId) {
        if self.knobs.mutant == Some(Mutant::StopWithoutShipping) {
            self.stop_followers(id, Ending::CutWire);
        }
        self.stop_server(id);
        self.node_mut(id).shut_down = true;
        let hasty = self.knobs.mutant == Some(Mutant::StopWithoutShipping);
        if self.node(id).role == Role::Primary && !hasty {
            let (now, branch) = (self.now, self.node(id).branch);
            self.branch_mut(branch).archived_whole = Some(now);
        }
    }

    /// Stops a server at once; what standbys have not received by then is not sent any more.
    ///
    /// What its kernel still holds is lost: the standbys' replies meet a closed socket, and the
    /// reset that follows drops it.
    pub(crate) fn kill_server(&mut self, id: NodeId) {
        self.touch(Touch::Stop);
        self.stop_followers(id, Ending::HostDeath);
        self.stop_server(id);
    }

    /// Lets a standby receive no more from its upstream, so that its position is final.
    pub(crate) fn detach(&mut self, id: NodeId) {
        if self.node(id).role != Role::Standby || self.node(id).promoting {
            return;
        }
        if self.node(id).streaming {
            self.stop_stream(id, Ending::CutWire);
        }
        let now = self.now;
        let node = self.node_mut(id);
        node.received.hold(now);
        node.detached = true;
        self.replay(id);
    }
}
