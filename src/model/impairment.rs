//! What impairs a server without taking its host: storage, disk, memory, connections, a query.
//!
//! Knows nothing of who caused it or who notices. Kept here: nothing is made durable on storage
//! that stalls, and a full disk keeps a server down until there is room.

use super::event::Event;
use super::ids::NodeId;
use super::node::{Host, Process, Role};
use super::stream::Ending;
use super::world::World;
use crate::kernel::{Instant, Span};
use crate::knob::Touch;

impl World {
    /// Lets nothing reach a node's disk: commits wait, reads and reports go on.
    pub(crate) fn stall_storage(&mut self, id: NodeId) {
        let now = self.now;
        self.node_mut(id).impairments.stalled = true;
        if self.node(id).role == Role::Primary {
            let branch = self.node(id).branch;
            self.branch_mut(branch).written.hold(now);
            self.close_sessions(id, now);
            self.refresh_followers(id);
        } else {
            self.receive_no_more(id);
        }
    }

    /// Lets what waited for a node's disk go on.
    pub(crate) fn free_storage(&mut self, id: NodeId) {
        let now = self.now;
        let node = self.node_mut(id);
        node.impairments.stalled = false;
        node.up_since = now;
        if node.role == Role::Standby {
            self.plan_resume(id);
        }
    }

    /// Fills a node's disk: its server stops.
    pub(crate) fn fill_disk(&mut self, id: NodeId) {
        self.node_mut(id).impairments.disk_full = true;
        self.stop_server(id);
    }

    /// Makes room on a node's disk: its server starts.
    pub(crate) fn free_disk(&mut self, id: NodeId) {
        self.node_mut(id).impairments.disk_full = false;
        self.start_server(id);
    }

    /// Lets a server end all its sessions and recover at once.
    pub(crate) fn run_out_of_memory(&mut self, id: NodeId) {
        self.touch(Touch::ProcessCrash);
        self.stop_server(id);
        self.start_server(id);
    }

    /// Crashes a server, and again whenever it has answered for a while.
    pub(crate) fn loop_crashes(&mut self, id: NodeId, up: Span) {
        self.node_mut(id).impairments.crash_loop = Some(up);
        self.crash_server(id);
    }

    /// Schedules the next crash of a server that crashes in a loop.
    pub(super) fn plan_next_crash(&mut self, id: NodeId) {
        if let Some(up) = self.node(id).impairments.crash_loop {
            self.schedule(self.now + up, Event::CrashesAgain(id, self.node(id).epoch));
        }
    }

    /// Lets a query on a standby hold its replay up, as long as the standby lets it.
    pub(crate) fn hold_replay(&mut self, id: NodeId) {
        self.touch(Touch::Promotion);
        let until = self.now + self.knobs.standby_delay_max;
        self.node_mut(id).impairments.replay_held_until = Some(until);
        self.replay(id);
        self.schedule(until, Event::QueryCancelled(id));
    }

    /// Lets a standby replay again.
    pub(crate) fn release_replay(&mut self, id: NodeId) {
        let now = self.now;
        let node = self.node_mut(id);
        node.impairments.replay_held_until = None;
        self.replay(id);
        if self.node(id).promoting && self.node(id).answers() {
            // The promotion had planned for the whole of the hold; it goes on from here.
            self.node_mut(id).epoch += 1;
            self.begin_promotion(id);
        }
        debug_assert!(now == self.now, "releasing replay takes no time");
    }

    /// Returns until when a standby's replay is held up, if it is.
    pub(super) fn replay_held(&self, id: NodeId) -> Option<Instant> {
        self.node(id).impairments.replay_held_until.filter(|until| *until > self.now)
    }

    /// Cuts a host's power: what is on its disk stays.
    pub(crate) fn cut_power(&mut self, id: NodeId) {
        self.touch(Touch::HostDeath);
        self.stop_followers(id, Ending::HostDeath);
        self.node_mut(id).host = Host::Off;
        self.stop_server(id);
    }

    /// Gives a host its power back: it boots, and then starts its server.
    ///
    /// Nobody reaches a host that boots, so it is as good as off until it has.
    pub(crate) fn restore_power(&mut self, id: NodeId) {
        if self.node(id).host != Host::Off {
            return;
        }
        match self.node(id).process {
            Process::Absent => {
                self.node_mut(id).host = Host::Up;
                self.begin_build(id);
            }
            Process::Restoring => {
                self.node_mut(id).host = Host::Up;
                self.begin_restore(id);
            }
            Process::Running
            | Process::Dying
            | Process::Stopping
            | Process::Down
            | Process::Recovering => {
                let boots = u64::from(self.node(id).epoch);
                let boot = self.draw(self.knobs.host_boot, "host_boot", &self.node_name(id), boots);
                self.schedule(self.now + boot, Event::ProcessStarts(id, self.node(id).epoch));
            }
        }
    }

    /// Lets a supervisor start its server; on a host that boots, this ends the boot.
    pub(crate) fn supervise(&mut self, id: NodeId) {
        // A power cut calls starts off, so only a boot can be what still stands.
        if self.node(id).host == Host::Off {
            self.node_mut(id).host = Host::Up;
        }
        self.start_server(id);
    }
}
