//! Answers: what a node says at once because it has carried an order out, off the grid of reports.
//!
//! A part of stage observe. Knows nothing of decisions. Kept here: an answer travels as a report
//! does, and says how far its node is at the instant at which it is sent.

use super::Sim;
use crate::model::{Answer, DeciderId, Endpoint, Event, NodeId, ServiceId, Signal};

impl Sim {
    /// Lets a node say that it has carried an order out.
    pub(super) fn answer(&mut self, node: NodeId, answer: Answer) {
        let of = self.world.node(node);
        let (service, number, place) = (of.service, of.number, of.place());
        if !self.world.links.passes(place, crate::model::Place::Platform) {
            return;
        }
        let arrives = self.world.now + self.world.report_delay(node);
        self.tell(service, arrives, Signal::Answered(number, answer));
    }

    /// Lets the platform see that a changed name is served.
    pub(super) fn tell_served(&mut self, service: ServiceId, endpoint: Endpoint) {
        if self.deciders.iter().any(|one| one.service == service && one.manager.operation.is_some())
        {
            self.tell(service, self.world.now, Signal::Served(endpoint));
        }
    }

    /// Lets the deciders of a service hear something.
    pub(super) fn tell(&mut self, service: ServiceId, at: crate::kernel::Instant, news: Signal) {
        for index in 0..self.deciders.len() {
            if self.deciders[index].service == service {
                self.world.schedule(at, Event::SignalArrives(DeciderId::at(index), news));
            }
        }
    }

    /// Writes what a node said of its position into the belief of whoever asked.
    pub(super) fn file_answer(&mut self, id: DeciderId, news: Signal) {
        let Signal::Answered(number, Answer::Detached) = news else { return };
        let service = self.deciders[id.index()].service;
        let Some(node) = self.world.service(service).numbered(number) else { return };
        let Some(place) = self.place_of(id, node) else { return };
        let sent = self.world.now.minus(self.world.report_delay(node));
        self.deciders[id.index()].contacts[place].asked = Some(sent);
        self.file_report(id, place, sent);
    }
}
