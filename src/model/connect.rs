//! How clients look names up, connect, wait, give up and try again.
//!
//! A client knows what its resolver answered and what the address it tried did; it never asks who
//! is primary. Kept here: every waiting client has one wake-up scheduled, and only one is valid.

use super::client::State;
use super::connect_outcome::{ConnectOutcome, next_syn};
use super::event::Event;
use super::ids::{ClientId, NodeId};
use super::node::{Host, Role};
use super::session::FirstCommit;
use super::settings::{Hosts, SYN_LIMIT};
use super::work::Work;
use super::world::World;
use crate::kernel::{Instant, Span};
use crate::knob::Touch;

impl World {
    /// Lets a client begin its work.
    pub(crate) fn begin_client(&mut self, id: ClientId) {
        let Some(node) = self.opening(id) else {
            self.miss_answer(id, self.now);
            self.attempt(id);
            return;
        };
        let node = self.reach(id, node);
        if self.writes_in_vain(id, node) {
            self.miss_answer(id, self.now);
            self.enter(id, State::ReadOnly(node));
            return;
        }
        self.enter(id, State::Connected(node));
        self.client_mut(id).opened = self.now;
        self.open_session(id, node, FirstCommit::AfterPeriod);
    }

    /// Lets a client stop for good.
    pub(crate) fn end_client(&mut self, id: ClientId) {
        let now = self.now;
        if let State::Connected(node) = self.client(id).state {
            let answered_until = now.minus(self.client_delay(id, node));
            self.see(id, node, answered_until);
            self.close_session(id, answered_until);
        }
        let client = self.client_mut(id);
        client.skipping = None;
        client.enter(now, State::Idle);
        client.recover(now);
    }

    /// Looks at a client's connection after the truth has changed.
    pub(crate) fn check_connection(&mut self, id: ClientId) {
        self.resume_retries(id);
        match self.client(id).state {
            State::Connected(node) if self.is_fresh(id) => self.check_fresh(id, node),
            State::Connected(node) => self.check_kept(id, node),
            State::ReadOnly(node) => self.check_read_only(id, node),
            State::Stuck(node, since) => self.plan_patience(id, node, since),
            State::Connecting(Some(node), since) if self.client(id).stall.answers => {
                self.check_hanging(id, node, since);
            }
            State::Idle | State::Connecting(..) | State::Pausing => {}
        }
        self.watch_servers(id);
    }

    /// Wakes a client whose patience, pause or attempt is over.
    pub(crate) fn wake_client(&mut self, id: ClientId) {
        if self.client(id).skipping.is_some() {
            self.resume_retries(id);
            return;
        }
        match self.client(id).state {
            State::Idle | State::ReadOnly(_) => {}
            State::Connected(node) if self.is_fresh(id) => self.check_fresh(id, node),
            State::Connected(node) => self.renew(id, node),
            State::Pausing => self.attempt(id),
            State::Connecting(node, since) => self.go_on_connecting(id, node, since),
            State::Stuck(node, since) => self.go_on_waiting(id, node, since),
        }
    }

    /// Wakes a client that would connect anew by itself when it learns of a change of its name.
    pub(crate) fn plan_fresh_look(&mut self, id: ClientId) {
        if !matches!(self.client(id).state, State::Connected(_)) {
            return;
        }
        if self.is_fresh(id) {
            let client = self.client(id);
            let record = self.service(client.service).record(client.work.endpoint());
            let ttl = self.knobs.dns_ttl;
            let learns = match client.held {
                Some(_) => client.expires(self.now, ttl, record),
                None => client.resolver.learns(self.now, ttl),
            };
            self.wake_at(id, learns.max(self.now));
        } else {
            self.plan_renewal(id);
        }
    }

    fn check_kept(&mut self, id: ClientId, node: NodeId) {
        let linked = self.linked(id, node);
        let dropped = self.forwarder_is_gone(id, node);
        let peer = self.node(node);
        let works = match self.client(id).work {
            Work::Write { .. } => peer.role == Role::Primary && !self.commits_hang(id, node),
            Work::Read { .. } => true,
            Work::Consume(of) => peer.role == Role::Primary && self.slot(of.slot).is_usable(node),
        };
        // A server that stops still sends WAL to those who consume it.
        let sends = matches!(self.client(id).work, Work::Consume(_)) && peer.is_stopping();
        if linked && (peer.serves() || sends) && works && !dropped {
            return;
        }
        self.lose_connection(id, node, (linked, dropped));
    }

    /// Ends a client's connection to a node from the node's side.
    pub(crate) fn reset_connection(&mut self, id: ClientId, node: NodeId) {
        if self.client(id).state == State::Connected(node) && !self.is_fresh(id) {
            let linked = self.linked(id, node);
            self.lose_connection(id, node, (linked, false));
        }
    }

    fn lose_connection(&mut self, id: ClientId, node: NodeId, (linked, dropped): (bool, bool)) {
        let delay = self.client_delay(id, node);
        self.touch(Touch::Reconnect);
        // A reply that is on a wire which is cut, or behind a freeze, does not arrive in time.
        let answered_until = if linked { self.now } else { self.now.minus(delay) };
        self.see(id, node, answered_until);
        self.close_session(id, answered_until);
        let start = self.first_unanswered(id);
        let waits = self.waits_for_reply(id, node);
        let reset = linked && !waits && matches!(self.node(node).host, Host::Up | Host::Deleted);
        let reset = reset || dropped;
        self.miss_answer(id, start);
        if reset {
            self.enter(id, State::Pausing);
            self.wake_at(id, self.now + delay);
        } else {
            self.begin_waiting(id, node, start);
        }
    }

    /// Looks at a connection over which nothing can be written: it may become good, or break.
    fn check_read_only(&mut self, id: ClientId, node: NodeId) {
        let linked = self.linked(id, node);
        let peer = self.node(node);
        if linked && peer.serves() {
            if peer.writable() {
                self.work_with(id, node);
            }
        } else if linked && matches!(peer.host, Host::Up | Host::Deleted) {
            self.enter(id, State::Pausing);
            self.wake_at(id, self.now + self.client_delay(id, node));
        } else {
            self.client_mut(id).session = None;
            self.begin_waiting(id, node, self.now);
        }
    }

    /// Looks at a login that a frozen host's kernel took.
    fn check_hanging(&mut self, id: ClientId, node: NodeId, since: Instant) {
        let gone = self.node(node).host == Host::Deleted;
        match self.connect_outcome(id, node) {
            ConnectOutcome::Hangs => {}
            ConnectOutcome::Opens | ConnectOutcome::Refuses => self.wake_at(id, self.now),
            ConnectOutcome::Silent if gone => self.fail_address(id),
            ConnectOutcome::Silent => {
                let settings = &self.client(id).settings;
                let silent = self.now + settings.silence_max();
                let gives_up = silent.min(since + settings.connect_timeout);
                self.wake_at(id, gives_up);
            }
        }
    }

    /// Looks the name up and tries its addresses, one of them or each in turn.
    pub(super) fn attempt(&mut self, id: ClientId) {
        self.client_mut(id).via = None;
        let mut targets = self.client(id).listed.clone();
        if self.client(id).settings.hosts != Hosts::Listed {
            self.touch(Touch::Lookup);
            targets = self.look_up(id).iter().collect();
        }
        let rounds = self.rounds(id, &targets);
        if self.skip_retries(id, &rounds) {
            return;
        }
        let client = self.client_mut(id);
        client.attempts = client.attempts.wrapping_add(1);
        let mut addresses = rounds[0].iter().copied();
        let first = addresses.next().flatten();
        client.untried = addresses.flatten().collect();
        if self.is_unanswered(id, first) {
            self.fail(id);
        } else {
            self.try_address(id, first);
        }
    }

    fn try_address(&mut self, id: ClientId, node: Option<NodeId>) {
        let now = self.now;
        self.enter(id, State::Connecting(node, now));
        self.client_mut(id).stall.answers = false;
        self.go_on_connecting(id, node, now);
    }

    fn go_on_connecting(&mut self, id: ClientId, node: Option<NodeId>, since: Instant) {
        let waited = self.now.since(since);
        let connect_timeout = self.client(id).settings.connect_timeout;
        let patience = connect_timeout.min(SYN_LIMIT);
        let connect_outcome =
            node.map_or(ConnectOutcome::Silent, |node| self.connect_outcome(id, node));
        let trip = node.map_or(Span::ZERO, |node| self.client_delay(id, node) * 3);
        // Who would answer by now is not asked any more at the end of the client's patience, unless
        // a retransmission falls on that very instant.
        let asks = next_syn(since, self.now.minus(Span::from_micros(1))) == self.now;
        let late = waited > trip && waited >= patience && !asks;
        match (connect_outcome, node) {
            (ConnectOutcome::Opens | ConnectOutcome::Refuses, _) if late => self.fail_address(id),
            (ConnectOutcome::Opens, Some(node)) if waited >= trip => self.work_with(id, node),
            (ConnectOutcome::Refuses, _) if waited >= trip => self.fail_address(id),
            (ConnectOutcome::Silent, _) if waited >= patience => self.fail_address(id),
            (ConnectOutcome::Hangs, _) if waited >= connect_timeout => self.fail_address(id),
            (ConnectOutcome::Opens | ConnectOutcome::Refuses, _) => {
                self.wake_at(id, self.now + trip.minus(waited));
            }
            (ConnectOutcome::Silent, _) => {
                self.wake_at(id, (since + patience).min(next_syn(since, self.now)));
            }
            (ConnectOutcome::Hangs, _) => {
                self.client_mut(id).stall.answers = true;
                self.wake_at(id, since + connect_timeout);
            }
        }
    }

    /// Begins the work over a connection that was just opened or has just become good.
    fn work_with(&mut self, id: ClientId, address: NodeId) {
        let node = self.reach(id, address);
        self.client_mut(id).untried.clear();
        if self.writes_in_vain(id, node) {
            self.enter(id, State::ReadOnly(node));
            return;
        }
        self.enter(id, State::Connected(node));
        self.client_mut(id).opened = self.now;
        if self.client(id).work.writes() {
            self.open_session(id, node, FirstCommit::AtOnce);
        }
        self.succeed(id, node);
    }

    /// Returns whether a client accepts a server that refuses its writes.
    fn writes_in_vain(&self, id: ClientId, node: NodeId) -> bool {
        self.client(id).work.writes() && self.node(node).role != Role::Primary
    }

    /// Tries the next address of an attempt, or ends the attempt.
    fn fail_address(&mut self, id: ClientId) {
        let client = self.client_mut(id);
        if client.untried.is_empty() {
            self.fail(id);
        } else {
            let next = client.untried.remove(0);
            self.try_address(id, Some(next));
        }
    }

    /// Pauses before the next attempt; the pause doubles up to its longest.
    fn fail(&mut self, id: ClientId) {
        self.touch(Touch::Reconnect);
        let now = self.now;
        let client = self.client_mut(id);
        client.miss_answer(now);
        client.enter(now, State::Pausing);
        let pause = client.settings.pause(client.failures);
        client.failures = client.failures.saturating_add(1);
        self.wake_at(id, now + pause);
    }

    /// Ends a client's outage at the instant at which its first answer arrives.
    pub(super) fn succeed(&mut self, id: ClientId, node: NodeId) {
        let answer = self.first_answer(id, node);
        let well_since = self.available_since(id, node);
        let client = self.client_mut(id);
        if let Some(outage) = &mut client.outage {
            outage.well_since = well_since;
            outage.answered_by = Some(node);
        }
        client.recover(answer);
        self.answer_together(id, node);
        self.compare(id, node);
        if !self.is_fresh(id) && !self.knows_all(id) {
            self.plan_renewal(id);
        }
    }

    /// Returns when the first answer of a session that has just begun arrives.
    fn first_answer(&self, id: ClientId, node: NodeId) -> Instant {
        let delay = self.client_delay(id, node);
        match self.client(id).session {
            Some((branch, place)) if self.client(id).work.writes() => {
                let session = &self.branch(branch).sessions[place];
                let own = session.replies.nth(1) + session.latency;
                self.branch(branch).reply_leaves(session, 1).unwrap_or(own) + delay
            }
            _ => self.now + delay,
        }
    }

    /// Tells those again that came to a server at this very instant: what they all write at once
    /// is one piece of WAL, and each of them waits for the whole of it.
    fn answer_together(&mut self, newcomer: ClientId, node: NodeId) {
        let Some((branch, _)) = self.client(newcomer).session else { return };
        let first = self.now + Span::from_micros(1);
        let sessions = self.branch(branch).sessions.iter();
        let at_once =
            sessions.filter(|one| one.waited && one.is_open() && one.commits().first() == first);
        let others: Vec<ClientId> = at_once.map(|one| one.client).collect();
        for other in others.into_iter().filter(|other| *other != newcomer) {
            let answer = self.first_answer(other, node);
            let client = self.client_mut(other);
            let ended = client.outages.last_mut().filter(|_| client.outage.is_none());
            if let Some(outage) = ended.filter(|outage| outage.end > first) {
                outage.end = answer;
            }
        }
    }

    fn check_fresh(&mut self, id: ClientId, node: NodeId) {
        if !self.is_fresh(id) {
            return;
        }
        if let Some(open) = self.opening(id) {
            let open = self.reach(id, open);
            if open != node {
                self.see(id, node, self.now);
                self.enter(id, State::Connected(open));
                self.compare(id, open);
            }
            if self.client(id).held.is_some() && !self.knows_all(id) {
                self.plan_fresh_look(id);
            }
            return;
        }
        self.touch(Touch::Reconnect);
        let now = self.now;
        self.see(id, node, now);
        self.miss_answer(id, now);
        self.attempt(id);
    }

    pub(super) fn is_fresh(&self, id: ClientId) -> bool {
        matches!(self.client(id).work, Work::Read { fresh: true, .. })
    }

    pub(super) fn enter(&mut self, id: ClientId, state: State) {
        let now = self.now;
        self.client_mut(id).enter(now, state);
    }

    pub(super) fn miss_answer(&mut self, id: ClientId, start: Instant) {
        let begins = self.client(id).outage.is_none();
        self.client_mut(id).miss_answer(start);
        if begins {
            self.watch_servers(id);
        }
    }

    pub(super) fn wake_at(&mut self, id: ClientId, at: Instant) {
        let epoch = self.client(id).epoch;
        self.schedule(at, Event::ClientWakes(id, epoch));
    }
}
