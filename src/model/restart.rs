//! A server that is restarted in good order.
//!
//! Knows nothing of why the platform wants it. Kept here: a restart loses nothing that was written.

use super::event::Event;
use super::ids::NodeId;
use super::node::Process;
use super::stream::Ending;
use super::world::World;
use crate::knob::Touch;

impl World {
    /// Restarts a server; it answers again after a time of its own.
    pub(crate) fn begin_restart(&mut self, id: NodeId) {
        self.touch(Touch::Group);
        let epoch = u64::from(self.node(id).epoch);
        let takes = self.draw_of(id, self.knobs.group_restart, "group_restart", epoch);
        self.stop_followers(id, Ending::ServerGone);
        self.end_server(id);
        let node = self.node_mut(id);
        node.process = Process::Recovering;
        let epoch = node.epoch;
        self.schedule(self.now + takes, Event::RecoveryEnds(id, epoch));
    }
}
