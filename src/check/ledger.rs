//! The accounts of a service: which acknowledged commits survive, which are lost, and where.
//!
//! Commits are counted twice, by independent ways: by the replies that clients got, and by walking
//! the WAL of every branch. Knows nothing of why a commit was lost. Kept here: what was
//! acknowledged is what survives plus what is lost.

use crate::kernel::{Instant, Position, Span};
use crate::model::{Branch, BranchId, Client, NodeId, ServiceId, State, World};

/// The accounts of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ledger {
    /// Commits whose acknowledgement reached a client, counted by the clients' replies.
    pub acked: u64,
    /// Acknowledged commits in the history of the last primary, counted in its WAL.
    pub surviving: u64,
    /// Acknowledged commits on no surviving history, counted in the WAL.
    pub lost: u64,
    /// Commits that were written, whose client was never told.
    pub in_doubt: u64,
    /// Commits, told or not, on abandoned histories.
    pub divergent: u64,
    /// Acknowledged commits whose client was warned that no standby may have them.
    pub warned: u64,
    /// What is abandoned.
    pub abandoned: Vec<Abandoned>,
}

/// The part of a branch that the last primary does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Abandoned {
    /// The branch.
    pub branch: BranchId,
    /// The node that wrote it.
    pub node: NodeId,
    /// Where the part begins.
    pub from: Position,
    /// Where it ends.
    pub to: Position,
    /// How many acknowledged commits it holds.
    pub acked: u64,
    /// How many commits it holds, acknowledged or not.
    pub written: u64,
    /// The writing of the last WAL that survived, or the beginning of the branch.
    pub since: Instant,
    /// From the writing of the last WAL that survived to the end of its use.
    pub window: Span,
}

impl Abandoned {
    /// Returns how many bytes of WAL it is.
    pub(crate) fn bytes(&self) -> u64 {
        self.to.lsn().get() - self.from.lsn().get()
    }
}

impl Ledger {
    /// Draws up the accounts of a service as they stand.
    pub(crate) fn of(world: &World, service: ServiceId) -> Self {
        let now = world.now;
        let line = surviving_line(world, service);
        let mut ledger = Self::default();
        for (index, branch) in world.branches.iter().enumerate() {
            if branch.service != service {
                continue;
            }
            let id = BranchId::at(index);
            let end = branch.written.at(now);
            let begin = branch.parent.map_or(Position::ZERO, |(_, fork)| fork);
            let kept = line.iter().find(|(kept, _)| *kept == id).map(|(_, limit)| *limit);
            let limit = kept.unwrap_or(begin).min(end);
            let whole = branch.tally(end, now);
            // A branch that nobody continues shares nothing of its own, not even its first byte.
            let safe = kept.map(|_| branch.tally(limit, now)).unwrap_or_default();
            let replies = branch.sessions.iter().map(|session| branch.replies(session, now));
            ledger.acked += replies.sum::<u64>();
            let warned = branch.sessions.iter().map(|session| branch.warned(session, now));
            ledger.warned += warned.sum::<u64>();
            ledger.surviving += safe.acked;
            ledger.lost += whole.acked - safe.acked;
            ledger.in_doubt += in_doubt(branch, now);
            if limit < end {
                let written = whole.written - safe.written;
                ledger.divergent += written;
                ledger.abandoned.push(Abandoned {
                    branch: id,
                    node: branch.node,
                    from: limit,
                    to: end,
                    acked: whole.acked - safe.acked,
                    written,
                    since: branch.last_at_or_below(limit).max(branch.began).min(now),
                    window: window(branch, limit, now),
                });
            }
        }
        ledger
    }

    /// Returns whether the accounts add up.
    pub(crate) fn adds_up(&self) -> bool {
        self.acked == self.surviving + self.lost
    }

    /// Returns how many bytes of WAL are abandoned.
    pub(crate) fn lost_bytes(&self) -> u64 {
        self.abandoned.iter().map(Abandoned::bytes).sum()
    }

    /// Returns how far back in time the lost acknowledged commits reach, at most.
    pub(crate) fn window(&self) -> Span {
        let lossy = self.abandoned.iter().filter(|part| part.acked > 0);
        lossy.map(|part| part.window).max().unwrap_or(Span::ZERO)
    }
}

/// Returns the branches of the last primary's history with the position up to which each counts.
pub(super) fn surviving_line(world: &World, service: ServiceId) -> Vec<(BranchId, Position)> {
    let last = world.service(world.in_charge(service)).primary;
    let tip = world.node(last).branch;
    world.line(tip, world.branch(tip).written.at(world.now))
}

/// Returns how many commits that a reader saw are not in the history of the last primary.
pub(crate) fn phantoms(world: &World, client: &Client) -> u64 {
    let mut seen: Vec<(BranchId, Position)> = client.sight.seen.clone();
    if let (State::Connected(node), true) = (client.state, client.work.reads()) {
        seen.push(world.shows(node, world.now));
    }
    let mut lines: Vec<(BranchId, Position)> = Vec::new();
    for (branch, position) in seen.iter().flat_map(|(id, position)| world.line(*id, *position)) {
        match lines.iter_mut().find(|(known, _)| *known == branch) {
            Some((_, farthest)) => *farthest = position.max(*farthest),
            None => lines.push((branch, position)),
        }
    }
    world.missing(&lines, &surviving_line(world, client.service))
}

/// Counts the commits of closed sessions that were written and whose reply never arrived.
fn in_doubt(branch: &Branch, now: Instant) -> u64 {
    let closed = branch.sessions.iter().filter(|session| session.until < now);
    closed.map(|session| session.written_by(now) - branch.acked(session, now, now)).sum()
}

fn window(branch: &Branch, limit: Position, now: Instant) -> Span {
    let survived = branch.last_at_or_below(limit).max(branch.began);
    branch.in_use_until(now).map_or(Span::ZERO, |end| end.since(survived))
}
