//! Stage observe: what of the truth becomes news, over which links and when.
//!
//! The only place where truth turns into signals. A report is sent on a grid; only a report that
//! says something new, and the first that is missing, become events. Knows nothing of decisions.
//! Kept here: a report carries positions as they were when it was sent.

use super::apply::Scope;
use super::decider::Decider;
use super::start::contact;
use super::{Sim, Ticks};
use crate::check::Silence;
use crate::kernel::{Instant, Span};
use crate::knob::{HeartbeatConnection, Mutant};
use crate::model::{
    Condition, DeciderId, Event, Host, NodeId, Place, Process, Report, Role, ServiceId, Signal,
};

impl Sim {
    /// Schedules the reports that will say something new about what has changed.
    pub(super) fn observe(&mut self, scope: Scope) {
        match scope {
            Scope::Nothing | Scope::Client => {}
            Scope::Service(service) => self.observe_service(service),
            Scope::Everything => {
                for index in 0..self.deciders.len() {
                    self.observe_service(self.deciders[index].service);
                }
            }
        }
    }

    fn observe_service(&mut self, service: ServiceId) {
        self.wake_lookouts(service);
        for index in 0..self.deciders.len() {
            if self.deciders[index].service == service {
                for place in 0..self.deciders[index].contacts.len() {
                    self.plan_report(DeciderId::at(index), place);
                }
            }
        }
    }

    /// Makes a node's next report an event if it will differ from the last.
    fn plan_report(&mut self, id: DeciderId, place: usize) {
        let contact = self.deciders[id.index()].contacts[place];
        let (flows, condition) = self.status(contact.node);
        let slower = self.world.report_delay(contact.node) != contact.delay;
        let differs = condition != contact.condition || contact.stopped;
        let says_new = flows != contact.flows || (flows && (differs || slower));
        if says_new && !contact.due {
            self.begin_tick(id, place);
        }
    }

    /// Makes a node's next report an event.
    fn begin_tick(&mut self, id: DeciderId, place: usize) {
        let contact = &mut self.deciders[id.index()].contacts[place];
        contact.due = true;
        let (event, grid) = (Event::ReportDue(id, contact.node), contact.grid);
        // What happens after the reports of an instant is told by the next ones.
        let sent = self.reached >= event.rank();
        let now = self.world.now;
        self.world.schedule(if sent { grid.after(now) } else { grid.next(now) }, event);
    }

    /// Sends a node's report, or finds that there is none.
    pub(super) fn report_due(&mut self, id: DeciderId, node: NodeId) {
        let now = self.world.now;
        let Some(place) = self.place_of(id, node) else { return };
        if self.ticks == Ticks::Eager {
            let next = self.deciders[id.index()].contacts[place].grid.after(now);
            self.world.schedule(next, Event::ReportDue(id, node));
            // The reports of this instant are not judged yet.
            self.refresh_reports(id, now.minus(Span::from_micros(1)));
        }
        let (flows, condition) = self.status(node);
        let number = self.world.node(node).number;
        let contact = self.deciders[id.index()].contacts[place];
        self.deciders[id.index()].contacts[place].due = self.ticks == Ticks::Eager;
        self.deciders[id.index()].contacts[place].stopped = false;
        let delay = self.world.report_delay(node);
        if contact.flows && flows && delay != contact.delay {
            self.change_delay(id, place, delay);
            return;
        }
        let (arrives, news) = match (contact.flows, flows) {
            (true, false) => {
                let last = self.fall_silent(id, place);
                (contact.misses(last, now, delay), Some(Signal::Missed(number)))
            }
            (false, true) => {
                self.end_silence(id, place, condition);
                (now + delay, Some(Signal::Reported(number, condition)))
            }
            (true, true) if condition != contact.condition || contact.stopped => {
                self.deciders[id.index()].contacts[place].condition = condition;
                (now + delay, Some(Signal::Reported(number, condition)))
            }
            (true, true) | (false, false) => (now, None),
        };
        // What was sent before it was under way for as long as it takes on the link of then.
        self.deciders[id.index()].contacts[place].delay = delay;
        if let Some(news) = news {
            self.world.schedule(arrives, Event::SignalArrives(id, news, now));
        }
    }

    /// Reports that take longer are missed when they were due, and come later.
    fn change_delay(&mut self, id: DeciderId, place: usize, delay: Span) {
        let now = self.world.now;
        let contact = self.deciders[id.index()].contacts[place];
        let number = self.world.node(contact.node).number;
        let condition = self.world.node(contact.node).condition();
        if delay > contact.delay {
            self.fall_silent(id, place);
            let missed = Event::SignalArrives(id, Signal::Missed(number), now);
            self.world.schedule(now + contact.delay, missed);
        }
        self.end_silence(id, place, condition);
        let heard = Event::SignalArrives(id, Signal::Reported(number, condition), now);
        self.world.schedule(now + delay, heard);
    }

    /// Lets a promoted node answer the order that promoted it, off the grid of reports.
    pub(super) fn answer_promotion(&mut self, node: NodeId) {
        let service = self.world.node(node).service;
        for index in 0..self.deciders.len() {
            let id = DeciderId::at(index);
            if self.deciders[index].service != service || !self.status(node).0 {
                continue;
            }
            let Some(place) = self.place_of(id, node) else { continue };
            let contact = &mut self.deciders[index].contacts[place];
            contact.condition = Condition::Primary;
            if !contact.flows {
                self.end_silence(id, place, Condition::Primary);
            }
            let number = self.world.node(node).number;
            let news = Signal::Reported(number, Condition::Primary);
            let sent = self.world.now;
            let arrives = sent + self.world.report_delay(node);
            self.world.schedule(arrives, Event::SignalArrives(id, news, sent));
        }
    }

    /// Lets a decider hear a node again that answers off the grid of reports.
    pub(super) fn hear_again(&mut self, id: DeciderId, node: NodeId, condition: Condition) {
        let Some(place) = self.place_of(id, node) else { return };
        let contact = &mut self.deciders[id.index()].contacts[place];
        contact.condition = condition;
        if !contact.flows {
            self.end_silence(id, place, condition);
        }
    }

    /// Lets a node answer the order to stop writing, off the grid of reports.
    pub(super) fn answer_demotion(&mut self, node: NodeId) {
        let (service, number) = (self.world.node(node).service, self.world.node(node).number);
        for index in 0..self.deciders.len() {
            let id = DeciderId::at(index);
            let of = self.world.node(node);
            let passes = self.world.links.passes(of.place(), Place::Platform);
            if self.deciders[index].service != service || !passes {
                continue;
            }
            let Some(place) = self.place_of(id, node) else { continue };
            self.deciders[index].contacts[place].condition = Condition::Standby;
            // The last byte is whole a microsecond after the writing has ended.
            let sent = self.world.now + Span::from_micros(1);
            let arrives = sent + self.world.report_delay(node);
            let event = Event::SignalArrives(id, Signal::Demoted(number), sent);
            self.world.schedule(arrives, event);
        }
    }

    /// Brings what a decider has heard of every node up to now, as far as it was sent by then.
    pub(super) fn refresh_reports(&mut self, id: DeciderId, sent_by: Instant) {
        for place in 0..self.deciders[id.index()].contacts.len() {
            let contact = self.deciders[id.index()].contacts[place];
            let by = self.world.now.minus(contact.delay).min(sent_by);
            if let Some(sent) = contact.last_sent(by) {
                self.file_report(id, place, (sent, sent + contact.delay));
            }
        }
    }

    /// Begins to listen for a new node.
    pub(super) fn meet(&mut self, service: ServiceId, node: NodeId) {
        for index in 0..self.deciders.len() {
            if self.deciders[index].service == service {
                let contact = contact(&self.world, node, false);
                self.deciders[index].contacts.push(contact);
                if self.ticks == Ticks::Eager {
                    let place = self.deciders[index].contacts.len() - 1;
                    self.begin_tick(DeciderId::at(index), place);
                }
            }
        }
    }

    /// In the slow reference every report is an event from the start.
    pub(super) fn begin_ticks(&mut self) {
        if self.ticks == Ticks::Lazy {
            return;
        }
        for index in 0..self.deciders.len() {
            for place in 0..self.deciders[index].contacts.len() {
                self.begin_tick(DeciderId::at(index), place);
            }
        }
    }

    /// Whether a node's reports get through, and what they say.
    pub(super) fn status(&self, node: NodeId) -> (bool, Condition) {
        let node = self.world.node(node);
        let knobs = &self.world.knobs;
        let fresh = knobs.heartbeat_connection == HeartbeatConnection::Fresh;
        let agent = knobs.mutant == Some(Mutant::AgentReports) && node.host == Host::Up;
        let agent = agent && node.process != Process::Absent;
        let asked = (node.reports() || agent) && !(fresh && node.impairments.exhausted);
        let flows = asked && self.world.links.passes(node.place(), Place::Platform);
        (flows, node.condition())
    }

    /// Returns when the last report was sent, if one was since reports came again.
    fn fall_silent(&mut self, id: DeciderId, place: usize) -> Option<Instant> {
        let now = self.world.now;
        let contact = self.deciders[id.index()].contacts[place];
        let delay = contact.delay;
        let last =
            contact.grid.last(now.minus(Span::from_micros(1))).filter(|t| *t >= contact.since);
        if let Some(sent) = last {
            self.file_report(id, place, (sent, sent + delay));
        }
        self.deciders[id.index()].contacts[place].flows = false;
        let node = self.world.node(contact.node);
        let service = node.service;
        // Who was back for less than a report's distance has sent none since its last silence.
        let member = self.deciders[id.index()].manager.member(node.number);
        let before = member.and_then(|member| member.report).map(|report| report.arrived);
        let heard = last.map(|sent| sent + delay).or(before);
        let sent = last.or_else(|| before.map(|arrived| arrived.minus(delay)));
        self.history.of_mut(service).silences.push(Silence {
            node: contact.node,
            last_report: heard.unwrap_or(Instant::ZERO),
            last_sent: sent.unwrap_or(Instant::ZERO),
            until: Instant::FAR,
            was_primary: self.world.is_primary(contact.node),
        });
        self.history.watch(&self.world, service);
        last
    }

    fn end_silence(&mut self, id: DeciderId, place: usize, condition: Condition) {
        let now = self.world.now;
        let node = self.deciders[id.index()].contacts[place].node;
        let delay = self.world.report_delay(node);
        let contact = &mut self.deciders[id.index()].contacts[place];
        // After a silence no report is expected to take as long as those before it.
        (contact.flows, contact.since, contact.delay) = (true, now, delay);
        contact.condition = condition;
        let service = self.deciders[id.index()].service;
        let mut silences = self.history.of_mut(service).silences.iter_mut().rev();
        if let Some(silence) = silences.find(|silence| silence.node == node) {
            silence.until = silence.until.min(now + delay);
        }
    }

    /// Writes a report into the decider's belief.
    pub(super) fn file_report(
        &mut self,
        id: DeciderId,
        place: usize,
        (sent, arrived): (Instant, Instant),
    ) {
        let contact = self.deciders[id.index()].contacts[place];
        let node = self.world.node(contact.node);
        let branch = self.world.branch(node.branch);
        let wrote = node.role == Role::Primary && branch.began <= sent;
        let received = if wrote { branch.written.at(sent) } else { node.received.at(sent) };
        let replayed = if wrote { received } else { node.replayed.at(sent) };
        let report = Report {
            arrived,
            condition: contact.condition,
            received,
            replayed,
            timeline: branch.number,
        };
        let number = node.number;
        if let Some(member) = self.deciders[id.index()].manager.member_mut(number) {
            member.report = Some(report);
        }
    }

    /// Returns whether a node sent a report between an instant and now, if none is missed yet.
    pub(super) fn has_reported_since(&self, node: NodeId, instant: Instant) -> bool {
        let before = self.world.now.minus(Span::from_micros(1));
        let heard = |decider: &Decider| {
            let contact = decider.contacts.iter().find(|contact| contact.node == node)?;
            let sent = contact.grid.last(before)?;
            (contact.flows && sent >= contact.since).then_some(sent)
        };
        self.deciders.iter().filter_map(heard).any(|sent| sent > instant)
    }

    pub(super) fn place_of(&self, id: DeciderId, node: NodeId) -> Option<usize> {
        self.deciders[id.index()].contacts.iter().position(|contact| contact.node == node)
    }
}
