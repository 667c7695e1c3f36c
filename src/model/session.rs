//! How writers' sessions begin and end on a server, and how fast its WAL grows meanwhile.
//!
//! Knows nothing of how a client came by its connection. Kept here: a branch grows at the sum of
//! the rates of its open sessions, and whoever follows it is planned anew whenever that changes.

use super::branch::Session;
use super::event::Event;
use super::ids::{BranchId, ClientId, NodeId};
use super::node::Role;
use super::work::{Arrivals, Work};
use super::world::World;
use crate::kernel::{Instant, Marks, Pace, PoissonMarks, Position, Span};
use crate::knob::{CommitLevel, Mutant, Touch};

/// When a session's first commit is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum FirstCommit {
    /// One period after the session began: the client starts its work.
    AfterPeriod,
    /// As soon as the session has begun: the client has been waiting to commit.
    AtOnce,
}

impl World {
    /// Opens a writer's session on a primary.
    pub(crate) fn open_session(&mut self, client: ClientId, node: NodeId, first: FirstCommit) {
        let Work::Write { arrivals, .. } = self.client(client).work else { return };
        self.touch(Touch::Commit);
        let branch_id = self.node(node).branch;
        let replies = self.commits_of(client, arrivals, first);
        let lies = self.knobs.mutant == Some(Mutant::AcknowledgeUnwritten);
        let session = Session {
            client,
            written: lies.then(|| replies.halved()),
            replies,
            until: Instant::FAR,
            answered_until: Instant::FAR,
            latency: self.knobs.local_flush,
            waited: first == FirstCommit::AtOnce,
            level: match self.knobs.mutant {
                Some(Mutant::AcknowledgeBeforeStandbys) => CommitLevel::Local,
                _ => self.client(client).settings.synchronous_commit,
            },
            warned: None,
        };
        let branch = self.branch_mut(branch_id);
        branch.sessions.push(session);
        let place = branch.sessions.len() - 1;
        self.client_mut(client).session = Some((branch_id, place));
        if arrivals == Arrivals::Poisson {
            self.remember_commits(branch_id, place);
        }
        self.pace_writing(node);
        self.refresh_followers(node);
    }

    /// Ends every open session on a node: it commits and answers nothing from now on.
    pub(crate) fn close_sessions(&mut self, node: NodeId, now: Instant) {
        let branch = self.node(node).branch;
        if self.node(node).role != Role::Primary {
            return;
        }
        for session in &mut self.branch_mut(branch).sessions {
            if session.until > now {
                session.until = now;
                session.answered_until = now;
            }
        }
    }

    /// Ends a client's session; replies that leave the server after `answered_until` are lost.
    pub(crate) fn close_session(&mut self, client: ClientId, answered_until: Instant) {
        let Some((branch, place)) = self.client(client).session else { return };
        let now = self.now;
        let session = &mut self.branch_mut(branch).sessions[place];
        if !session.is_open() {
            session.answered_until = session.answered_until.min(answered_until);
            return;
        }
        session.until = now;
        session.answered_until = answered_until;
        self.keep_last_commit(branch, place);
        let node = self.branch(branch).node;
        self.pace_writing(node);
        self.refresh_followers(node);
    }

    /// Answers what a client's interrupted session had under way, and goes on with a new one.
    pub(crate) fn continue_session(&mut self, client: ClientId, node: NodeId) {
        if let Some((branch, place)) = self.client(client).session {
            self.branch_mut(branch).sessions[place].answered_until = Instant::FAR;
        }
        self.open_session(client, node, FirstCommit::AtOnce);
    }

    /// Lets the WAL of a primary grow at the rate of its open sessions.
    pub(crate) fn pace_writing(&mut self, node: NodeId) {
        let (now, id) = (self.now, self.node(node).branch);
        let grows =
            self.node(node).writable() || self.node(node).process == super::node::Process::Dying;
        let rate = self.rate_after(id, now);
        self.branch_mut(id).written.bend(now, if grows { rate } else { 0 });
        if grows {
            self.plan_first_commits(id);
            self.plan_last_commits(id);
        }
        self.plan_full_disk(self.node(node).service);
    }

    /// Returns how fast a branch grows from an instant on: at the rates of its sessions that have
    /// not made their last commit.
    fn rate_after(&self, branch: BranchId, instant: Instant) -> u64 {
        let open = self.branch(branch).sessions.iter().filter(|one| one.until > instant);
        open.map(|session| self.wal_rate(session.client)).sum()
    }

    /// Plans what clients that had been waiting to commit write at once.
    ///
    /// Several of them may have come at one instant, and each plan drops the one before.
    fn plan_first_commits(&mut self, branch: BranchId) {
        let next = self.now + Span::from_micros(1);
        let comes = |one: &&Session| {
            let even = matches!(one.replies, Marks::Even(_));
            one.waited && even && one.commits().first() == next && one.until >= next
        };
        let sessions = self.branch(branch).sessions.iter().filter(comes);
        let gain = sessions.map(|one| self.wal_per_commit(one.client).micro_bytes()).sum::<u128>();
        if gain > 0 {
            let now = self.now;
            self.branch_mut(branch).written.leap(now, Position::from_micro_bytes(gain));
        }
    }

    /// Plans what is known to come after the present: the ends of sessions that have one more
    /// commit to make, and commits that were drawn.
    fn plan_last_commits(&mut self, branch: BranchId) {
        let now = self.now;
        let mut ahead: Vec<(Instant, Option<Position>)> = Vec::new();
        for session in &self.branch(branch).sessions {
            if session.until > now && session.until < Instant::FAR {
                ahead.push((session.until, None));
            }
            let Marks::Poisson(marks) = &session.replies else { continue };
            let gain = Some(self.wal_per_commit(session.client));
            let known = marks.known();
            let known = known[known.partition_point(|mark| *mark <= now)..].iter();
            let made = known.take_while(|mark| **mark <= session.until);
            ahead.extend(made.map(|mark| (*mark, gain)));
        }
        // The last commit of a session is written before the session ends.
        ahead.sort_unstable_by_key(|(at, gain)| (*at, gain.is_none()));
        for (at, gain) in ahead {
            if let Some(gain) = gain {
                self.branch_mut(branch).written.leap(at.minus(Span::from_micros(1)), gain);
            } else {
                let rate = self.rate_after(branch, at);
                self.branch_mut(branch).written.bend(at, rate);
            }
        }
    }

    /// Returns when a client made the first request of its session that was not answered.
    pub(crate) fn first_unanswered(&self, client: ClientId) -> Instant {
        self.unanswered(client).map_or(self.now, |requests| requests.first())
    }

    /// Returns when a client makes the requests of its session from the first that was not
    /// answered on, if nothing holds it up.
    pub(crate) fn unanswered(&self, client: ClientId) -> Option<Marks> {
        let (branch, place) = self.client(client).session?;
        let session = &self.branch(branch).sessions[place];
        let answered = self.branch(branch).acked(session, self.now, self.now);
        let delay = self.client_delay(client, self.branch(branch).node);
        Some(session.replies.starting(answered + 1, delay))
    }

    /// Returns when a client commits over a session that it opens now.
    fn commits_of(&self, client: ClientId, arrivals: Arrivals, first: FirstCommit) -> Marks {
        let (now, rate) = (self.now, u64::from(self.client(client).work.rate()));
        let at_once = now + Span::from_micros(1);
        match (arrivals, first) {
            (Arrivals::Even, FirstCommit::AfterPeriod) => {
                Marks::Even(Pace::per_second(Pace::per_second(now, rate).nth(2), rate))
            }
            (Arrivals::Even, FirstCommit::AtOnce) => Marks::Even(Pace::per_second(at_once, rate)),
            (Arrivals::Poisson, first) => {
                let name = &self.names.clients[client.index()];
                let number = u64::from(self.sessions_of(client));
                let word = self.chance.word("arrivals", name, number);
                Marks::Poisson(Box::new(match first {
                    FirstCommit::AfterPeriod => PoissonMarks::after(now, rate, word),
                    FirstCommit::AtOnce => PoissonMarks::from(at_once, rate, word),
                }))
            }
        }
    }

    /// Returns how many sessions a client has had.
    fn sessions_of(&self, client: ClientId) -> u32 {
        let sessions = self.branches.iter().flat_map(|branch| &branch.sessions);
        let own = sessions.filter(|session| session.client == client);
        u32::try_from(own.count()).expect("a run has few sessions")
    }

    /// Makes the next commits of a session known, and those after them when these come to an end.
    fn remember_commits(&mut self, branch: BranchId, place: usize) {
        /// Commits that are known ahead: what follows from them is planned for all at once.
        const AHEAD: usize = 64;
        let ahead = if self.is_lazy { AHEAD } else { 1 };
        let now = self.now;
        let session = &mut self.branch_mut(branch).sessions[place];
        let Marks::Poisson(marks) = &mut session.replies else { return };
        let horizon = marks.remember_after(now, ahead);
        let client = session.client;
        let number = self.sessions_of(client);
        self.schedule(horizon, Event::CommitsDrawn(client, number));
    }

    /// Makes more commits of a client's session known, if it is still that session.
    pub(crate) fn draw_commits(&mut self, client: ClientId, session: u32) {
        let Some((branch, place)) = self.client(client).session else { return };
        if self.sessions_of(client) != session || !self.branch(branch).sessions[place].is_open() {
            return;
        }
        self.remember_commits(branch, place);
        let node = self.branch(branch).node;
        self.pace_writing(node);
        self.refresh_followers(node);
    }

    /// Returns the WAL of each commit of a writer.
    fn wal_per_commit(&self, client: ClientId) -> Position {
        match self.client(client).work {
            Work::Write { wal_per_commit, .. } => {
                Position::from_micro_bytes(u128::from(wal_per_commit.get()) * 1_000_000)
            }
            Work::Read { .. } | Work::Consume(_) => Position::ZERO,
        }
    }

    /// Returns the bytes of WAL a second that a writer causes at an even pace.
    fn wal_rate(&self, client: ClientId) -> u64 {
        match self.client(client).work {
            Work::Write { rate, wal_per_commit, arrivals: Arrivals::Even } => {
                u64::from(rate) * wal_per_commit.get()
            }
            Work::Write { arrivals: Arrivals::Poisson, .. }
            | Work::Read { .. }
            | Work::Consume(_) => 0,
        }
    }
}
