//! How writers' sessions begin and end on a server, and how fast its WAL grows meanwhile.
//!
//! Knows nothing of how a client came by its connection. Kept here: a branch grows at the sum of
//! the rates of its open sessions, and whoever follows it is planned anew whenever that changes.

use super::branch::Session;
use super::client::Work;
use super::ids::{BranchId, ClientId, NodeId};
use super::node::Role;
use super::world::World;
use crate::kernel::{Instant, Pace, Position, Span};
use crate::knob::{CommitLevel, Mutant, Touch};

/// When a session's first commit is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FirstCommit {
    /// One period after the session began: the client starts its work.
    AfterPeriod,
    /// As soon as the session has begun: the client has been waiting to commit.
    AtOnce,
}

impl World {
    /// Opens a writer's session on a primary.
    pub fn open_session(&mut self, client: ClientId, node: NodeId, first: FirstCommit) {
        let Work::Write { rate, wal_per_commit } = self.client(client).work else { return };
        self.touch(Touch::Commit);
        let (now, branch_id) = (self.now, self.node(node).branch);
        let mark = Span::from_micros(1);
        let begins = match first {
            FirstCommit::AfterPeriod => Pace::per_second(now, u64::from(rate)).nth(2),
            FirstCommit::AtOnce => now + mark,
        };
        let replies = Pace::per_second(begins, u64::from(rate));
        let commits = if self.knobs.mutant == Some(Mutant::AcknowledgeUnwritten) {
            Pace { denominator: replies.denominator * 2, ..replies }
        } else {
            replies
        };
        let session = Session {
            client,
            commits,
            replies,
            until: Instant::FAR,
            answered_until: Instant::FAR,
            latency: self.knobs.local_flush,
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
        self.pace_writing(node);
        if first == FirstCommit::AtOnce {
            let gain = Position::from_micro_bytes(u128::from(wal_per_commit.get()) * 1_000_000);
            self.branch_mut(branch_id).written.leap(now, gain);
            self.plan_last_commits(branch_id);
        }
        self.refresh_followers(node);
    }

    /// Ends every open session on a node: it commits and answers nothing from now on.
    pub fn close_sessions(&mut self, node: NodeId, now: Instant) {
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
    pub fn close_session(&mut self, client: ClientId, answered_until: Instant) {
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
    pub fn continue_session(&mut self, client: ClientId, node: NodeId) {
        if let Some((branch, place)) = self.client(client).session {
            self.branch_mut(branch).sessions[place].answered_until = Instant::FAR;
        }
        self.open_session(client, node, FirstCommit::AtOnce);
    }

    /// Lets the WAL of a primary grow at the rate of its open sessions.
    pub fn pace_writing(&mut self, node: NodeId) {
        let (now, id) = (self.now, self.node(node).branch);
        let grows =
            self.node(node).writable() || self.node(node).process == super::node::Process::Dying;
        let rate = self.rate_after(id, now);
        self.branch_mut(id).written.bend(now, if grows { rate } else { 0 });
        if grows {
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

    /// Plans the ends of sessions that have one more commit to make.
    fn plan_last_commits(&mut self, branch: BranchId) {
        let now = self.now;
        let ends = self.branch(branch).sessions.iter().map(|session| session.until);
        let mut ends: Vec<Instant> =
            ends.filter(|until| *until > now && *until < Instant::FAR).collect();
        ends.sort_unstable();
        for end in ends {
            let rate = self.rate_after(branch, end);
            self.branch_mut(branch).written.bend(end, rate);
        }
    }

    /// Returns when a client made the first request of its session that was not answered.
    pub fn first_unanswered(&self, client: ClientId) -> Instant {
        self.unanswered(client).map_or(self.now, |requests| requests.first)
    }

    /// Returns when a client makes the requests of its session from the first that was not
    /// answered on, if nothing holds it up.
    pub fn unanswered(&self, client: ClientId) -> Option<Pace> {
        let (branch, place) = self.client(client).session?;
        let session = &self.branch(branch).sessions[place];
        let answered = self.branch(branch).acked(session, self.now, self.now);
        let delay = self.client_delay(client, self.branch(branch).node);
        let first = session.replies.nth(answered + 1).minus(delay);
        Some(Pace { first, ..session.replies })
    }

    /// Returns the bytes of WAL a second that a writer causes.
    fn wal_rate(&self, client: ClientId) -> u64 {
        match self.client(client).work {
            Work::Write { rate, wal_per_commit } => u64::from(rate) * wal_per_commit.get(),
            Work::Read { .. } | Work::Consume(_) => 0,
        }
    }
}
