//! What follows from a change at the same instant: fences find contact, clients feel their
//! connections, and the judge looks.
//!
//! Knows nothing of beliefs. Kept here: parts are looked at in the order of their ids.

use super::Sim;
use super::apply::Scope;
use crate::kernel::{Instant, Span};
use crate::knob::{Fencing, Mutant, Touch};
use crate::model::{ClientId, Event, Fence, Host, NodeId, Role, ServiceId, World};

impl Sim {
    /// Lets everything within a scope feel what has changed.
    pub(super) fn settle(&mut self, scope: Scope) {
        match scope {
            Scope::Nothing | Scope::Client => {}
            Scope::Service(service) => self.settle_service(service),
            Scope::Everything => {
                for index in 0..self.world.services.len() {
                    self.settle_service(ServiceId::at(index));
                }
            }
        }
    }

    fn settle_service(&mut self, service: ServiceId) {
        self.settle_slots(service);
        for index in 0..self.world.service(service).nodes.len() {
            let node = self.world.service(service).nodes[index];
            self.world.pursue_fence(node);
            self.world.pursue_follow(node);
            self.world.pursue_source(node);
        }
        for index in 0..self.world.clients.len() {
            let client = ClientId::at(index);
            if self.world.client(client).service == service {
                let before = self.world.client(client).state;
                self.world.check_connection(client);
                self.note_client(client, before);
                self.attend_reading(client);
            }
        }
        for index in 0..self.world.service(service).nodes.len() {
            // A stop waits for standbys and for consumers, which have felt by now what changed.
            self.world.plan_stop(self.world.service(service).nodes[index]);
        }
        if self.world.has_slots(service) {
            self.plan_slot_jobs(service);
        }
        self.history.watch(&self.world, service);
    }
}

impl World {
    /// Takes an order to keep a node from writing.
    pub(super) fn want_fence(&mut self, id: NodeId) {
        self.touch(Touch::Fence);
        let never = self.knobs.mutant == Some(Mutant::NoFencing);
        match (self.knobs.fencing, self.node(id).host) {
            // A dead machine is gone; to delete it is a matter of the cloud's books, and nobody who
            // waits for it hears of that.
            (_, Host::Dead | Host::Deleted) | (Fencing::Never, _) => {}
            (Fencing::OnContact | Fencing::AtOnce, _) if never => {}
            (Fencing::AtOnce, _) => self.delete_node(id),
            (Fencing::OnContact, _) => {
                if self.node(id).fence == Fence::Unwanted {
                    self.node_mut(id).fence = Fence::Wanted;
                }
            }
        }
    }

    /// Whether a planted fault lets a fence refuse new connections and leave old sessions alone.
    pub(super) fn fence_leaks(&mut self, id: NodeId) -> bool {
        if self.knobs.mutant != Some(Mutant::LeakyFence) || self.node(id).impairments.exhausted {
            return false;
        }
        self.node_mut(id).impairments.exhausted = true;
        self.schedule(self.now + Span::from_secs(20), Event::FenceActs(id));
        true
    }

    /// Lets an order to follow that did not arrive reach its node when there is contact.
    fn pursue_follow(&mut self, id: NodeId) {
        if !self.in_contact(id) || !self.node(id).answers() {
            return;
        }
        let Some(upstream) = self.node_mut(id).told_to_follow.take() else { return };
        if self.node(id).role == Role::Standby && self.node(id).fence == Fence::Unwanted {
            self.follow(id, upstream);
            self.plan_resume(id);
        }
    }

    /// Lets a wanted fence act some time after contact is made.
    fn pursue_fence(&mut self, id: NodeId) {
        if self.node(id).fence == Fence::Wanted && self.in_contact(id) {
            self.node_mut(id).fence = Fence::Acting;
            self.schedule(self.now + self.fence_delay(id), Event::FenceActs(id));
        }
    }

    fn fence_delay(&self, id: NodeId) -> Span {
        self.draw_of(id, self.knobs.fence_delay, "fence_delay", 0)
    }

    /// Returns when a node's fence that took effect at an instant set out.
    pub(super) fn fence_set_out(&self, id: NodeId, at: Instant) -> Instant {
        match self.knobs.fencing {
            Fencing::AtOnce => at,
            Fencing::OnContact | Fencing::Never => at.minus(self.fence_delay(id)),
        }
    }
}
