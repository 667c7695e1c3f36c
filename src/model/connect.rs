//! How clients look names up, connect, wait, give up and try again.
//!
//! A client knows what its resolver answered and what the address it tried did; it never asks who
//! is primary. Kept here: every waiting client has one wake-up scheduled, and only one is valid.

use super::client::{State, Work};
use super::dns::Targets;
use super::event::Event;
use super::ids::{ClientId, NodeId};
use super::link::retransmission;
use super::node::{Host, Process, Role};
use super::session::FirstCommit;
use super::world::World;
use crate::kernel::{Instant, Span};
use crate::knob::{EmptyReplicaName, Touch};

/// What an address does when a client tries to connect to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    /// It lets the client in.
    Opens,
    /// It refuses at once.
    Refuses,
    /// It does not answer.
    Silent,
}

impl World {
    /// Lets a client begin its work.
    pub fn begin_client(&mut self, id: ClientId) {
        let Some(node) = self.opening(id) else {
            self.suffer(id, self.now);
            self.attempt(id);
            return;
        };
        self.enter(id, State::Connected(node));
        self.open_session(id, node, FirstCommit::AfterPeriod);
    }

    /// Lets a client stop for good.
    pub fn end_client(&mut self, id: ClientId) {
        let now = self.now;
        if let State::Connected(node) = self.client(id).state {
            self.close_session(id, now.minus(self.client_delay(id, node)));
        }
        let client = self.client_mut(id);
        client.enter(now, State::Idle);
        client.recover(now);
    }

    /// Looks at a client's connection after the truth has changed.
    pub fn check_connection(&mut self, id: ClientId) {
        match self.client(id).state {
            State::Connected(node) if self.is_fresh(id) => self.check_fresh(id, node),
            State::Connected(node) => self.check_kept(id, node),
            State::Stuck(node, since) => self.plan_patience(id, node, since),
            State::Idle | State::Connecting(..) | State::Pausing => {}
        }
    }

    /// Wakes a client whose patience, pause or attempt is over.
    pub fn wake_client(&mut self, id: ClientId) {
        match self.client(id).state {
            State::Idle => {}
            State::Connected(node) => self.check_fresh(id, node),
            State::Pausing => self.attempt(id),
            State::Connecting(node, since) => self.go_on_connecting(id, node, since),
            State::Stuck(node, since) => self.go_on_waiting(id, node, since),
        }
    }

    /// Wakes the clients that connect anew for each read when their resolver learns of a change.
    pub fn plan_fresh_look(&mut self, id: ClientId) {
        if self.is_fresh(id) && matches!(self.client(id).state, State::Connected(_)) {
            let learns = self.client(id).resolver.learns(self.now, self.knobs.dns_ttl);
            let epoch = self.client(id).epoch;
            self.schedule(learns, Event::ClientWakes(id, epoch));
        }
    }

    fn check_kept(&mut self, id: ClientId, node: NodeId) {
        let linked = self.connects(self.client(id).place(), self.node(node).place());
        let peer = self.node(node);
        let delay = self.client_delay(id, node);
        let works = match self.client(id).work {
            Work::Write { .. } => peer.role == Role::Primary,
            Work::Read { .. } => true,
        };
        let serves = peer.process == Process::Running || peer.process == Process::Dying;
        if linked && peer.host == Host::Up && serves && works {
            return;
        }
        self.touch(Touch::Reconnect);
        // A reply that is on a wire which is cut, or behind a freeze, does not arrive in time.
        let answered_until = if linked { self.now } else { self.now.minus(delay) };
        self.close_session(id, answered_until);
        let start = self.first_unanswered(id);
        let reset = linked && matches!(self.node(node).host, Host::Up | Host::Deleted);
        self.suffer(id, start);
        if reset {
            self.enter(id, State::Pausing);
            let epoch = self.client(id).epoch;
            self.schedule(self.now + delay, Event::ClientWakes(id, epoch));
        } else {
            self.enter(id, State::Stuck(node, start));
            self.plan_patience(id, node, start);
        }
    }

    /// Schedules the next instant at which a stuck client's connection can change.
    fn plan_patience(&mut self, id: ClientId, node: NodeId, since: Instant) {
        let linked = self.connects(self.client(id).place(), self.node(node).place());
        let host = self.node(node).host;
        let gives_up = since
            + if linked && host == Host::Frozen {
                self.knobs.reply_timeout
            } else {
                self.knobs.tcp_user_timeout
            };
        let reachable = linked && matches!(host, Host::Up | Host::Deleted);
        let contact = if !reachable {
            Instant::FAR
        } else if self.node(node).up_since == self.now {
            self.now
        } else {
            retransmission(since, self.now)
        };
        let at = gives_up.min(contact).max(self.now);
        let client = self.client_mut(id);
        client.epoch += 1;
        let epoch = client.epoch;
        self.schedule(at, Event::ClientWakes(id, epoch));
    }

    fn go_on_waiting(&mut self, id: ClientId, node: NodeId, since: Instant) {
        let linked = self.connects(self.client(id).place(), self.node(node).place());
        let peer = self.node(node);
        let alive = linked && peer.answers();
        let writer_ok = !self.client(id).work.writes() || peer.role == Role::Primary;
        if alive && writer_ok && self.session_survives(node, since) {
            self.enter(id, State::Connected(node));
            self.continue_session(id, node);
            self.succeed(id, node);
        } else {
            self.close_session(id, self.now);
            self.attempt(id);
        }
    }

    /// A server that ended since knows nothing of the sessions before.
    fn session_survives(&self, node: NodeId, since: Instant) -> bool {
        self.node(node).ended_last.is_none_or(|ended| ended < since)
    }

    /// Looks the name up and tries one of its addresses.
    fn attempt(&mut self, id: ClientId) {
        self.touch(Touch::Lookup);
        let targets = self.look_up(id);
        let client = self.client_mut(id);
        client.attempts += 1;
        let turn = client.attempts;
        let node = targets.in_turn(turn);
        let endpoint = self.client(id).work.endpoint();
        let nobody = node.is_none()
            && endpoint == super::plan::Endpoint::Replica
            && self.knobs.replica_name_when_empty == EmptyReplicaName::NoAnswer;
        if nobody {
            self.fail(id);
            return;
        }
        let now = self.now;
        self.enter(id, State::Connecting(node, now));
        self.go_on_connecting(id, node, now);
    }

    fn go_on_connecting(&mut self, id: ClientId, node: Option<NodeId>, since: Instant) {
        let waited = self.now.since(since);
        let patience = self.knobs.connect_timeout;
        let door = node.map_or(Door::Silent, |node| self.door(id, node));
        let trip = node.map_or(Span::ZERO, |node| self.client_delay(id, node) * 3);
        match (door, node) {
            (Door::Opens, Some(node)) if waited >= trip => {
                self.enter(id, State::Connected(node));
                if self.client(id).work.writes() {
                    self.open_session(id, node, FirstCommit::AtOnce);
                }
                self.succeed(id, node);
            }
            (Door::Refuses, _) if waited >= trip => self.fail(id),
            (Door::Silent, _) if waited >= patience => self.fail(id),
            (Door::Opens | Door::Refuses, _) => self.wake_at(id, self.now + trip.minus(waited)),
            (Door::Silent, _) => {
                self.wake_at(id, (since + patience).min(next_syn(since, self.now)));
            }
        }
    }

    /// Pauses before the next attempt; the pause doubles up to its longest.
    fn fail(&mut self, id: ClientId) {
        self.touch(Touch::Reconnect);
        let now = self.now;
        let client = self.client_mut(id);
        client.suffer(now);
        client.enter(now, State::Pausing);
        let doublings = client.failures.min(20);
        client.failures += 1;
        let pause = self.knobs.backoff_first * (1_u64 << doublings);
        self.wake_at(id, now + pause.min(self.knobs.backoff_max));
    }

    /// Ends a client's outage at the instant at which its first answer arrives.
    fn succeed(&mut self, id: ClientId, node: NodeId) {
        let delay = self.client_delay(id, node);
        let answer = match self.client(id).session {
            Some((branch, place)) if self.client(id).work.writes() => {
                let session = &self.branch(branch).sessions[place];
                session.replies.nth(1) + session.latency + delay
            }
            _ => self.now + delay,
        };
        let client = self.client_mut(id);
        if let Some(trouble) = &mut client.outage {
            trouble.looked_up = client.resolver.filled;
        }
        client.recover(answer);
    }

    fn look_up(&mut self, id: ClientId) -> Targets {
        let (now, ttl) = (self.now, self.knobs.dns_ttl);
        let client = self.client_mut(id);
        let filled = client.resolver.look_up(now, ttl);
        let (service, endpoint) = (client.service, client.work.endpoint());
        self.service(service).record(endpoint).at(filled)
    }

    /// Returns the first address of the name that lets the client in now, if any does.
    fn opening(&mut self, id: ClientId) -> Option<NodeId> {
        let targets = self.look_up(id);
        targets.iter().find(|node| self.door(id, *node) == Door::Opens)
    }

    fn check_fresh(&mut self, id: ClientId, node: NodeId) {
        if !self.is_fresh(id) {
            return;
        }
        if let Some(open) = self.opening(id) {
            if open != node {
                self.enter(id, State::Connected(open));
            }
            return;
        }
        self.touch(Touch::Reconnect);
        let now = self.now;
        self.suffer(id, now);
        self.attempt(id);
    }

    fn door(&self, id: ClientId, node: NodeId) -> Door {
        let peer = self.node(node);
        let linked = self.connects(self.client(id).place(), peer.place());
        let wanted = !self.client(id).work.writes() || peer.role == Role::Primary;
        match (linked, peer.host, peer.process) {
            (true, Host::Up, Process::Running) if wanted => Door::Opens,
            (true, Host::Up, _) => Door::Refuses,
            _ => Door::Silent,
        }
    }

    fn is_fresh(&self, id: ClientId) -> bool {
        matches!(self.client(id).work, Work::Read { fresh: true, .. })
    }

    fn enter(&mut self, id: ClientId, state: State) {
        let now = self.now;
        self.client_mut(id).enter(now, state);
    }

    fn suffer(&mut self, id: ClientId, start: Instant) {
        self.client_mut(id).suffer(start);
    }

    fn wake_at(&mut self, id: ClientId, at: Instant) {
        let epoch = self.client(id).epoch;
        self.schedule(at, Event::ClientWakes(id, epoch));
    }
}

/// Returns the next retransmission of a connection request: 1, 3, 7, ... seconds after the first.
fn next_syn(since: Instant, now: Instant) -> Instant {
    let mut pause = Span::from_secs(1);
    let mut at = since + pause;
    while at <= now {
        pause = pause * 2;
        at = at + pause;
    }
    at
}
