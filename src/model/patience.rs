//! How long a client waits on a connection over which nothing comes, and how it finds out.
//!
//! Data that no kernel acknowledged ends at the limit on retransmissions; a request that was
//! acknowledged and waits for its reply ends with unanswered probes; a pool finds out by another
//! connection. Knows nothing of addresses. Kept here: a kernel that answers is not given up by
//! TCP, whatever its server does.

use super::client::{Client, State};
use super::event::Event;
use super::ids::{ClientId, NodeId};
use super::link::retransmission;
use super::node::{Host, Role};
use super::settings::Pool;
use super::world::World;
use crate::kernel::{Instant, Marks, Pace, Span};

/// What a client with a number of connections waits with on a silent peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Stall {
    /// When the first request was sent that the peer's kernel has not acknowledged.
    pub unacknowledged: Option<Instant>,
    /// When something came last over a connection whose request was acknowledged.
    pub heard: Option<Instant>,
    /// When the pool gives the connection up for another, whatever TCP does.
    pub replaced: Instant,
    /// Whether the peer's kernel still answers probes, as far as has been looked.
    pub answers: bool,
}

impl Default for Stall {
    fn default() -> Self {
        Self { unacknowledged: None, heard: None, replaced: Instant::FAR, answers: false }
    }
}

impl World {
    /// Lets a client wait on a connection to a node since its first request without an answer.
    pub(super) fn begin_waiting(&mut self, id: ClientId, node: NodeId, since: Instant) {
        let now = self.now;
        let stall = self.stall(id, node);
        let client = self.client_mut(id);
        client.enter(now, State::Stuck(node, since));
        client.stall = stall;
        self.plan_patience(id, node, since);
    }

    /// Schedules the next instant at which a stuck client's connection can change.
    pub(super) fn plan_patience(&mut self, id: ClientId, node: NodeId, since: Instant) {
        let linked = self.linked(id, node);
        let host = self.node(node).host;
        let answered = self.client(id).stall.answers;
        let now = self.now;
        let waits = linked && self.waits_for_reply(id, node);
        self.client_mut(id).probe(now, since, waits);
        let gives_up = self.gives_up(id, waits, since).min(self.cancels(id, node));
        let contact = if linked && host == Host::Deleted && answered {
            // The end of a frozen host's server is the last thing that its kernel tells.
            if self.client(id).settings.connections.is_some() {
                now + self.client_delay(id, node)
            } else {
                retransmission(since, now)
            }
        } else if !linked || waits || host != Host::Up {
            Instant::FAR
        } else if let Some(reply) = self.reply_awaited(id) {
            reply.max(now)
        } else if self.node(node).up_since == now {
            now
        } else {
            retransmission(since, now)
        };
        let at = gives_up.min(contact).max(now);
        let client = self.client_mut(id);
        client.epoch += 1;
        let epoch = client.epoch;
        self.schedule(at, Event::ClientWakes(id, epoch));
    }

    /// Lets a stuck client go on, if its session is still there, or connect anew.
    pub(super) fn go_on_waiting(&mut self, id: ClientId, node: NodeId, since: Instant) {
        let linked = self.linked(id, node);
        let peer = self.node(node);
        let alive = linked && peer.answers();
        let writes = self.client(id).work.writes();
        let writer_ok = !writes || (peer.role == Role::Primary && !self.commits_hang(id, node));
        if alive && self.cancels(id, node) <= self.now {
            self.cancel_wait(id, node);
        } else if alive && writer_ok && self.session_survives(node, since) {
            let now = self.now;
            self.client_mut(id).enter(now, State::Connected(node));
            if let Some(outage) = &mut self.client_mut(id).outage {
                outage.went_on = true;
            }
            self.continue_session(id, node);
            self.succeed(id, node);
        } else {
            self.close_session(id, self.now);
            self.attempt(id);
        }
    }

    /// Whether the other side's kernel answers though its server does not: nothing is lost, and
    /// only a limit on the reply itself ends the wait.
    pub(super) fn waits_for_reply(&self, id: ClientId, node: NodeId) -> bool {
        let peer = self.node(node);
        let stalled =
            peer.answers() && self.client(id).work.writes() && self.commits_hang(id, node);
        peer.host == Host::Frozen || stalled
    }

    /// A server that ended since knows nothing of the sessions before.
    fn session_survives(&self, node: NodeId, since: Instant) -> bool {
        self.node(node).ended_last.is_none_or(|ended| ended < since)
    }

    /// Returns when a stuck client gives its connection up.
    fn gives_up(&self, id: ClientId, kernel_answers: bool, since: Instant) -> Instant {
        let client = self.client(id);
        let (settings, stall) = (&client.settings, &client.stall);
        if settings.connections.is_none() {
            let patience =
                if kernel_answers { settings.reply_timeout } else { settings.unacknowledged_max() };
            return since + patience;
        }
        let silent = stall.heard.map_or(Instant::FAR, |heard| heard + settings.silence_max());
        let sent =
            stall.unacknowledged.map_or(Instant::FAR, |at| at + settings.unacknowledged_max());
        let tcp = if kernel_answers { Instant::FAR } else { silent.min(sent) };
        tcp.min(since + settings.reply_timeout).min(stall.replaced)
    }

    /// Returns what a client waits with whose peer has fallen silent just now.
    fn stall(&self, id: ClientId, node: NodeId) -> Stall {
        let client = self.client(id);
        let linked = self.linked(id, node);
        let answers = linked && self.waits_for_reply(id, node);
        let Some(connections) = client.settings.connections.map(u64::from) else {
            return Stall { answers, ..Stall::default() };
        };
        let (now, delay) = (self.now, self.client_delay(id, node));
        let rate = u64::from(client.work.rate());
        let requests = self.unanswered(id).unwrap_or(Marks::Even(Pace::per_second(now, rate)));
        // On a wire that is cut, the acknowledgement has to arrive as well.
        let way = if linked { delay } else { delay * 2 };
        let reached = if answers { u64::MAX } else { requests.count(now.minus(way)) };
        let unacknowledged =
            (reached < connections).then(|| requests.nth(reached.saturating_add(1)));
        let heard = (reached > 0).then(|| requests.nth(1) + delay * 2);
        let sent = requests.count_before(now);
        let replaced = match client.settings.pool {
            Pool::Validates(span) if sent < connections => requests.nth(sent + 1) + span,
            Pool::Grows => {
                let open = sent.max(self.busy(id, delay));
                if open < connections { requests.nth(open + 1).max(now) } else { Instant::FAR }
            }
            Pool::Kept | Pool::Validates(_) => Instant::FAR,
        };
        Stall { unacknowledged, heard, replaced, answers }
    }

    /// Returns how many connections a client needs for its rate.
    fn busy(&self, id: ClientId, delay: Span) -> u64 {
        let work = self.client(id).work;
        let flush = if work.writes() { self.knobs.local_flush } else { Span::ZERO };
        let takes = (delay * 2 + flush).as_micros();
        (takes * u64::from(work.rate())).div_ceil(1_000_000).max(1)
    }
}

impl Client {
    /// Notes what the peer's kernel has answered up to now, and whether it goes on answering.
    fn probe(&mut self, now: Instant, since: Instant, answers: bool) {
        let idle = self.settings.keepalive.idle;
        let stall = &mut self.stall;
        if stall.answers
            && idle < Span::FOREVER
            && let Some(heard) = &mut stall.heard
        {
            let answered = now.since(*heard).as_micros() / idle.as_micros();
            *heard = *heard + idle * answered;
        }
        if answers && let Some(sent) = stall.unacknowledged.take() {
            stall.heard = stall.heard.or(Some(retransmission(sent.max(since), now)));
        }
        stall.answers = answers;
    }
}
