//! Answers: what a node says at once because it has carried an order out, off the grid of reports.
//!
//! A part of stage observe. Knows nothing of decisions. Kept here: an answer travels as a report
//! does, and says how far its node is at the instant at which it is sent.

use super::Sim;
use crate::kernel::Instant;
use crate::model::{Answer, DeciderId, Endpoint, Event, NodeId, ServiceId, Signal};

impl Sim {
    /// Lets a node say that it has carried an order out.
    pub(super) fn answer(&mut self, node: NodeId, answer: Answer) {
        let of = self.world.node(node);
        let (service, number, place) = (of.service, of.number, of.place());
        if !self.world.links.passes(place, crate::model::Place::Platform) {
            return;
        }
        if answer == Answer::Stopped {
            self.note_stopped(node);
        }
        let (sent, delay) = (self.world.now, self.world.report_delay(node));
        self.tell(service, (sent, sent + delay), Signal::Answered(number, answer));
    }

    /// Whoever said that it is stopped says something new with its next report, though it may have
    /// missed none.
    fn note_stopped(&mut self, node: NodeId) {
        let contacts = self.deciders.iter_mut().flat_map(|decider| &mut decider.contacts);
        for contact in contacts.filter(|contact| contact.node == node) {
            contact.stopped = true;
        }
    }

    /// Lets the platform see that a changed name is served.
    pub(super) fn tell_served(&mut self, service: ServiceId, endpoint: Endpoint) {
        if self.deciders.iter().any(|one| one.service == service && one.manager.operation.is_some())
        {
            let now = self.world.now;
            self.tell(service, (now, now), Signal::Served(endpoint));
        }
    }

    /// Lets the deciders of a service hear something that is sent and arrives at given instants.
    pub(super) fn tell(
        &mut self,
        service: ServiceId,
        (sent, arrives): (Instant, Instant),
        news: Signal,
    ) {
        for index in 0..self.deciders.len() {
            if self.deciders[index].service == service {
                let event = Event::SignalArrives(DeciderId::at(index), news, sent);
                self.world.schedule(arrives, event);
            }
        }
    }

    /// Writes what a node said of its position into the belief of whoever asked.
    pub(super) fn file_answer(&mut self, id: DeciderId, news: Signal, sent: Instant) {
        let (Signal::Answered(number, Answer::Detached) | Signal::Demoted(number)) = news else {
            return;
        };
        let Some(place) = self.place_of_numbered(id, number) else { return };
        // What it reported before that says nothing any more.
        self.deciders[id.index()].contacts[place].asked = Some(sent);
        self.file_report(id, place, (sent, self.world.now));
    }

    /// Returns whether nothing newer was heard of a node than a report, or the lack of one.
    ///
    /// Reports say when they were sent: on a link that was slow they are overtaken by what is sent
    /// once it is fast again, and then they say nothing any more.
    pub(super) fn is_newest(&mut self, id: DeciderId, news: Signal, sent: Instant) -> bool {
        let Some(place) = self.place_of_numbered(id, news.node()) else { return true };
        let newest = &mut self.deciders[id.index()].contacts[place].newest;
        let reports = matches!(news, Signal::Missed(_) | Signal::Reported(..));
        let is_newest = sent >= *newest || !reports;
        *newest = sent.max(*newest);
        is_newest
    }

    fn place_of_numbered(&self, id: DeciderId, number: u16) -> Option<usize> {
        let service = self.deciders[id.index()].service;
        let node = self.world.service(service).numbered(number)?;
        self.place_of(id, node)
    }
}
