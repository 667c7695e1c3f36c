//! How daemons poll nodes and ask observers.
//!
//! A node that refuses answers at once, one that is silent costs the daemon its patience. Knows
//! nothing of decisions. Kept here: a poll goes over the links as they are at that instant.

use crate::control::lookout::{Poll, Seat, Seen};
use crate::kernel::{Instant, Position};
use crate::model::{Event, Host, LookoutId, Node, Place, Role, World};
use crate::sim::Sim;

use super::Lookout;

/// What a poll of a node meets with.
#[derive(Clone, Copy, Debug)]
enum Reply {
    /// What the node says.
    Told(Seen),
    /// The host refuses: no server answers there.
    Refused,
    /// Nothing comes back.
    Silent,
}

impl Sim {
    /// A daemon polls every node, and its observers.
    pub(super) fn lookout_polls(&mut self, id: LookoutId) {
        self.lookouts[id.index()].poll_due = None;
        if !self.lookouts[id.index()].awake {
            return;
        }
        if !self.runs(id) {
            self.lookouts[id.index()].awake = false;
            return;
        }
        let next = self.lookouts[id.index()].polls.after(self.world.now);
        self.schedule_poll(id, next);
        self.poll_all(id);
    }

    /// Takes an event of a daemon; tells whether it was one.
    pub(in crate::sim) fn take_lookout(&mut self, event: Event) -> bool {
        if let Event::LookoutPolls(id) = event {
            self.lookout_polls(id);
        } else if let Event::LookoutPollFails(id, number) = event {
            self.lookout_poll_fails(id, number);
        } else if let Event::LookoutChecks(id) = event {
            self.lookout_checks(id);
        } else if let Event::LookoutRechecks(id) = event {
            self.finish_recheck(id);
        } else {
            return false;
        }
        true
    }

    pub(super) fn poll_all(&mut self, id: LookoutId) {
        let now = self.world.now;
        let (service, seat) =
            (self.lookouts[id.index()].service, self.lookouts[id.index()].daemon.seat);
        let fetched = self.clock(service, seat);
        self.lookouts[id.index()].polled = now;
        for number in self.lookouts[id.index()].daemon.configuration.nodes.clone() {
            let seen = match self.poll(id, number) {
                Reply::Told(seen) => Some(seen),
                Reply::Refused => None,
                Reply::Silent => {
                    let late = now + self.setup.knobs.lookout_poll_timeout;
                    self.world.schedule(late, Event::LookoutPollFails(id, number));
                    continue;
                }
            };
            let lookout = &mut self.lookouts[id.index()];
            lookout.answered.insert(number, now);
            lookout.attempted.insert(number, now);
            lookout.daemon.polled(number, Poll { fetched, seen });
            if seen.is_some_and(|seen| !seen.in_recovery) {
                lookout.reached_primary = now;
            }
        }
        if !self.lookouts[id.index()].daemon.polls_observers(&self.setup.knobs) {
            return;
        }
        for observer in self.lookouts[id.index()].daemon.configuration.observers.clone() {
            if seat == Seat::Observer(observer) {
                continue;
            }
            let place = Place::Observer(observer);
            let linked = self.world.connects(self.seat_place(id), place);
            let answers = |lookout: &Lookout| {
                lookout.service == service && lookout.daemon.seat == Seat::Observer(observer)
            };
            let clock = self.clock(service, Seat::Observer(observer));
            let asked = self.lookouts.iter().position(answers).filter(|_| linked);
            let answer = asked.map(|index| {
                self.look_up(LookoutId::at(index), Event::LookoutPolls(id).rank());
                self.lookouts[index].daemon.answer(clock)
            });
            let knobs = &self.setup.knobs;
            self.lookouts[id.index()].daemon.observed(knobs, observer, answer, fetched);
        }
    }

    /// Polls a node.
    fn poll(&self, id: LookoutId, number: u16) -> Reply {
        let service = self.lookouts[id.index()].service;
        let Some(node) = self.world.service(service).numbered(number) else {
            return Reply::Silent;
        };
        let node = self.world.node(node);
        let own = self.lookouts[id.index()].daemon.seat == Seat::Node(number);
        let linked = own || self.world.connects(self.seat_place(id), node.place());
        if !linked || node.host != Host::Up {
            return Reply::Silent;
        }
        if node.answers() { Reply::Told(self.seen(node)) } else { Reply::Refused }
    }

    fn seen(&self, node: &Node) -> Seen {
        let received = self.world.received_told(node, self.world.now);
        self.seen_at(node, self.world.now, received)
    }

    /// What a node says of itself, or has said, if it tells that it has received so much.
    pub(super) fn seen_at(&self, node: &Node, at: Instant, received: Position) -> Seen {
        let branch = self.world.branch(node.branch);
        let in_recovery = node.role == Role::Standby;
        let replayed = if in_recovery { node.replayed.at(at) } else { branch.written.at(at) };
        // The polls of the primary leave a mark in its WAL, so lag grows when nothing is received.
        let lost = if node.streaming { None } else { node.upstream_lost };
        let as_of = branch.last_at_or_below(replayed).min(at).min(lost.unwrap_or(at));
        let clock = self.clock(node.service, Seat::Node(node.number));
        Seen {
            in_recovery,
            db_time: clock.minus(self.world.now.since(at)),
            received: in_recovery.then_some(received),
            replayed: Some(replayed),
            lag: in_recovery.then(|| at.since(as_of)),
            timeline: branch.number,
        }
    }

    /// A poll that nobody answered has run out of patience.
    pub(super) fn lookout_poll_fails(&mut self, id: LookoutId, number: u16) {
        let began = self.setup.knobs.lookout_poll_timeout;
        // A daemon that was restarted since, or whose host is not up, is not the one that asked.
        let then = self.world.now.minus(began);
        if self.lookouts[id.index()].started > then || !self.runs(id) {
            return;
        }
        let (service, seat) =
            (self.lookouts[id.index()].service, self.lookouts[id.index()].daemon.seat);
        let fetched = self.clock(service, seat).minus(began);
        let lookout = &mut self.lookouts[id.index()];
        let newer = lookout.answered.get(&number).is_some_and(|answered| *answered > then);
        if !newer {
            lookout.attempted.insert(number, then);
            lookout.daemon.polled(number, Poll { fetched, seen: None });
        }
        self.finish_recheck(id);
    }
}

impl World {
    /// Returns how far a standby tells it has received.
    ///
    /// A server that was restarted and has not received since tells the start of a segment.
    pub(in crate::sim) fn received_told(&self, node: &Node, at: Instant) -> Position {
        let received = node.received.at(at);
        let restarted = node.ended_last.is_some_and(|ended| ended <= at);
        if node.role == Role::Primary || !restarted || node.streaming {
            return received;
        }
        let segment = u128::from(self.knobs.wal_segment.get()) * 1_000_000;
        Position::from_micro_bytes(received.micro_bytes() / segment * segment)
    }
}
