//! How nodes and links fail and come back.
//!
//! Each function changes the truth of one failure completely: machine, server, sessions, flows.
//! Knows nothing of who caused it or who notices. Kept here: nothing is written or acknowledged by
//! a server that does not run.

use super::event::Event;
use super::ids::NodeId;
use super::link::{Cut, Flap, Place, Slow};
use super::node::{Fence, Host, Process, Role};
use super::stream::Ending;
use super::world::World;
use crate::kernel::{Instant, Law, Span};
use crate::knob::Touch;

impl World {
    /// Lets a host disappear for good.
    pub(crate) fn kill_host(&mut self, id: NodeId) {
        self.touch(Touch::HostDeath);
        self.stop_followers(id, Ending::HostDeath);
        self.node_mut(id).host = Host::Dead;
        self.end_server(id);
    }

    /// Kills a server's main process; its sessions linger for a moment.
    pub(crate) fn crash_server(&mut self, id: NodeId) {
        self.touch(Touch::ProcessCrash);
        if self.node(id).process == Process::Stopping {
            // Its supervisor has been told to stop it, and does not start it again.
            self.stop_server(id);
            return;
        }
        self.stop_followers(id, Ending::ServerGone);
        let node = self.node_mut(id);
        node.call_off();
        node.process = Process::Dying;
        let (epoch, is_primary) = (node.epoch, node.role == Role::Primary);
        let linger = if is_primary { self.knobs.backend_linger } else { Span::ZERO };
        self.schedule(self.now + linger, Event::BackendsExit(id, epoch));
    }

    /// Ends the sessions of a crashed server and lets its supervisor start it again later.
    pub(crate) fn end_backends(&mut self, id: NodeId) {
        self.end_server(id);
        self.node_mut(id).crashes += 1;
        let crashes = u64::from(self.node(id).crashes);
        let restart = self.draw_of(id, self.knobs.process_restart, "process_restart", crashes);
        let epoch = self.node(id).epoch;
        if self.knobs.process_restart != Law::Fixed(Span::FOREVER) {
            self.schedule(self.now + restart, Event::ProcessStarts(id, epoch));
        }
    }

    /// Starts a server that is down: it replays the WAL since its last checkpoint, then answers.
    pub(crate) fn start_server(&mut self, id: NodeId) {
        let full = self.node(id).impairments.disk_full;
        if full || self.node(id).host != Host::Up || self.node(id).process != Process::Down {
            return;
        }
        let node = self.node_mut(id);
        node.call_off();
        node.process = Process::Recovering;
        let epoch = node.epoch;
        let redo = if self.node(id).shut_down { Span::ZERO } else { self.crash_recovery(id) };
        self.schedule(self.now + redo, Event::RecoveryEnds(id, epoch));
    }

    /// Lets a server answer again.
    pub(crate) fn finish_recovery(&mut self, id: NodeId) {
        let now = self.now;
        let node = self.node_mut(id);
        node.process = Process::Running;
        node.up_since = now;
        node.forwards_to = None;
        if node.role == Role::Primary {
            let crashed = node.ended_last.unwrap_or(now);
            let shut_down = std::mem::take(&mut node.shut_down).then_some(node.checkpointed);
            self.read_slots_from_disk(id, crashed, shut_down);
            let node = self.node_mut(id);
            node.recovered = now;
            let branch = node.branch;
            self.branch_mut(branch).archived_whole = None;
            self.revive_followers(id);
        } else {
            node.shut_down = false;
            node.upstream_lost = None;
            self.plan_resume(id);
            self.replay(id);
            // A primary that was demoted may still be followed.
            self.each_follower(id, Self::plan_resume);
        }
        self.plan_next_crash(id);
    }

    /// Freezes a host: its kernel still acknowledges packets and sends what it was handed.
    pub(crate) fn freeze(&mut self, id: NodeId) {
        self.stop_followers(id, Ending::ServerGone);
        let promoting = self.node(id).promoting;
        let node = self.node_mut(id);
        node.host = Host::Frozen;
        node.call_off();
        node.promoting = promoting;
        self.hold_position(id);
        self.close_sessions(id, self.now);
    }

    /// Lets a frozen host go on where it stopped.
    pub(crate) fn resume(&mut self, id: NodeId) {
        let now = self.now;
        let node = self.node_mut(id);
        node.host = Host::Up;
        node.up_since = now;
        let (process, role, promoting) = (node.process, node.role, node.promoting);
        match (process, role) {
            (Process::Absent, _) => self.begin_build(id),
            (Process::Restoring, _) => self.begin_restore(id),
            (Process::Dying, _) => self.end_backends(id),
            (Process::Stopping, _) => {
                self.node_mut(id).stops_at = None;
                self.plan_stop(id);
            }
            (Process::Down | Process::Recovering, _) => {
                self.node_mut(id).process = Process::Down;
                self.start_server(id);
            }
            (Process::Running, Role::Primary) => self.revive_followers(id),
            (Process::Running, Role::Standby) => {
                if promoting {
                    self.begin_promotion(id);
                }
                self.plan_resume(id);
                self.replay(id);
            }
        }
    }

    /// Stops a server and deletes its machine.
    pub(crate) fn delete_node(&mut self, id: NodeId) {
        self.stop_followers(id, Ending::ServerGone);
        self.end_server(id);
        let node = self.node_mut(id);
        node.host = Host::Deleted;
        node.fence = Fence::Unwanted;
    }

    /// Stops a server; nothing starts it again.
    pub(crate) fn stop_server(&mut self, id: NodeId) {
        self.stop_followers(id, Ending::ServerGone);
        self.end_server(id);
    }

    /// Makes a link slower.
    pub(crate) fn slow_link(&mut self, slow: Slow) {
        self.touch(Touch::LinkCut);
        self.links.slow(slow);
        self.replan_streams();
    }

    /// Plans every flow anew, after links have become slower or faster.
    fn replan_streams(&mut self) {
        for index in 0..self.nodes.len() {
            let id = NodeId::at(index);
            if self.node(id).streaming {
                self.start_stream(id);
            }
        }
    }

    /// Cuts a link that flaps, or lets it pass, and plans its next turn.
    pub(crate) fn flap(&mut self, step: u16) {
        let Some(flap) = self.links.flap(step) else { return };
        let lasts = if flap.is_down { flap.up } else { flap.down };
        self.links.turn_flap(step);
        if flap.is_down {
            self.heal_cut(step);
        } else {
            self.cut_link(flap.cut);
        }
        self.schedule(self.now + lasts, Event::FlapDue(step));
    }

    /// Begins a link's flapping with a cut.
    pub(crate) fn begin_flapping(&mut self, flap: Flap) {
        self.links.add_flap(flap);
        self.flap(flap.cut.step);
    }

    /// Cuts a link.
    pub(crate) fn cut_link(&mut self, cut: Cut) {
        self.touch(Touch::LinkCut);
        self.links.cut(cut);
        for index in 0..self.nodes.len() {
            let id = NodeId::at(index);
            self.watch_uploads(id);
            let Some(upstream) = self.node(id).upstream else { continue };
            let apart = !self.connects(self.node(id).place(), self.node(upstream).place());
            if apart && self.node(id).streaming {
                self.stop_stream(id, Ending::CutWire);
            } else if apart && self.node(id).role == Role::Standby {
                let now = self.now;
                self.node_mut(id).received.hold(now);
                self.replay(id);
            }
        }
    }

    /// Heals whatever a step did to links.
    pub(crate) fn heal_link(&mut self, step: u16) {
        self.links.forget_flap(step);
        self.heal_cut(step);
        self.replan_streams();
    }

    fn heal_cut(&mut self, step: u16) {
        self.links.heal(step);
        for index in 0..self.nodes.len() {
            self.watch_uploads(NodeId::at(index));
            self.plan_resume(NodeId::at(index));
        }
    }

    /// Returns whether the platform can reach a node that would hear it.
    pub(crate) fn in_contact(&self, id: NodeId) -> bool {
        let node = self.node(id);
        node.host == Host::Up && self.connects(node.place(), Place::Platform)
    }

    /// Ends a server and everything that went on in it.
    pub(super) fn end_server(&mut self, id: NodeId) {
        self.hold_position(id);
        self.close_sessions(id, self.now);
        let now = self.now;
        let node = self.node_mut(id);
        node.call_off();
        node.streaming = false;
        node.ended_last = Some(now);
        if !matches!(node.process, Process::Absent | Process::Restoring) {
            node.process = Process::Down;
        }
    }

    /// Stops the writing or the receiving and replaying of a node.
    pub(super) fn hold_position(&mut self, id: NodeId) {
        let now = self.now;
        let node = self.node_mut(id);
        if node.role == Role::Primary {
            let branch = node.branch;
            let branch = self.branch_mut(branch);
            branch.written.hold(now);
            branch.archived_until = branch.archived_until.min(now);
        } else {
            node.received.hold(now);
            node.replayed.hold(now);
            node.streaming = false;
            node.upstream_lost.get_or_insert(now);
            node.catch_up_epoch += 1;
            if let Some(upstream) = node.upstream {
                self.count_standbys(upstream);
            }
        }
    }

    /// Stops a primary's uploads while it is cut off from the archive; what it missed follows.
    pub(crate) fn watch_uploads(&mut self, id: NodeId) {
        if !self.node(id).writable() {
            return;
        }
        let (now, service, branch) = (self.now, self.node(id).service, self.node(id).branch);
        let reaches = self.reaches_archive(id);
        let branch = self.branch_mut(branch);
        let ended = std::mem::replace(&mut branch.archived_until, Instant::FAR);
        let cut = branch.cut_off.last_mut().filter(|(_, until)| *until == Instant::FAR);
        match (cut, reaches) {
            (Some(cut), true) => cut.1 = now,
            (None, false) => branch.cut_off.push((ended.min(now), Instant::FAR)),
            (None, true) if ended < now => {
                // Nothing was uploaded while the server did not run.
                branch.down.push((ended, now));
                return;
            }
            (Some(_), false) | (None, true) => return,
        }
        self.plan_full_disk(service);
    }

    /// Returns whether a node can reach the archive.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/glitch-of-50s.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::kernel::{Instant, Span};
    /// use cutover::model::NodeId;
    /// sim.run_until(Instant::ZERO + Span::from_secs(80));
    /// // The primary is cut off from everybody, the store of its backups included.
    /// assert!(!sim.world().reaches_archive(NodeId(0)));
    /// assert!(sim.world().reaches_archive(NodeId(1)));
    /// ```
    pub fn reaches_archive(&self, id: NodeId) -> bool {
        self.connects(self.node(id).place(), Place::Archive)
    }

    fn revive_followers(&mut self, id: NodeId) {
        self.watch_uploads(id);
        self.each_follower(id, Self::plan_resume);
    }

    /// Returns when a server wrote its last checkpoint by an instant.
    pub(super) fn last_checkpoint(&self, id: NodeId, by: Instant) -> Instant {
        let period = self.knobs.checkpoint_period.as_micros();
        let last = Instant::from_micros(by.as_micros() / period * period);
        last.max(self.node(id).recovered)
    }

    /// Returns how long a server replays after a crash: the WAL since its last checkpoint.
    fn crash_recovery(&self, id: NodeId) -> Span {
        let node = self.node(id);
        let path = match node.role {
            Role::Primary => &self.branch(node.branch).written,
            Role::Standby => &node.replayed,
        };
        let last = self.last_checkpoint(id, self.now);
        self.redo_time(path.at(last), path.at(self.now))
    }
}
