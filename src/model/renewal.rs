//! How a pool replaces connections that have become old.
//!
//! A connection of its greatest age is closed and another one opened, which shows only when the
//! name has changed meanwhile; so ages are computed then. Knows nothing of outages. Kept here: a
//! client that is connected where its name points to is left alone.

use super::client::State;
use super::ids::{ClientId, NodeId};
use super::session::FirstCommit;
use super::settings::Hosts;
use super::world::World;
use crate::kernel::{Instant, Span};
use crate::knob::Touch;

impl World {
    /// Wakes a client when its connection is next replaced for its age.
    pub(super) fn plan_renewal(&mut self, id: ClientId) {
        let client = self.client(id);
        let lifetime = client.settings.max_lifetime;
        if lifetime == Span::FOREVER || client.settings.hosts == Hosts::Listed {
            return;
        }
        let age = self.now.since(client.opened).as_micros();
        let lives = (age + 1).div_ceil(lifetime.as_micros());
        let at: Instant = client.opened + lifetime * lives;
        self.wake_at(id, at);
    }

    /// Replaces a connection for its age: by one to where the name points now.
    pub(super) fn renew(&mut self, id: ClientId, node: NodeId) {
        self.touch(Touch::Lookup);
        if self.look_up(id).has(self.address_of(id, node)) {
            if !self.knows_all(id) {
                self.plan_renewal(id);
            }
            return;
        }
        let answered_until = self.now;
        self.see(id, node, answered_until);
        if let Some(open) = self.opening(id) {
            self.close_session(id, answered_until);
            let open = self.reach(id, open);
            self.enter(id, State::Connected(open));
            self.client_mut(id).opened = self.now;
            self.open_session(id, open, FirstCommit::AfterPeriod);
            self.compare(id, open);
            return;
        }
        let start = self.now;
        self.close_session(id, answered_until);
        self.miss_answer(id, start);
        self.attempt(id);
    }
}
