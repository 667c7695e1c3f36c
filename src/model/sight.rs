//! What readers have seen: how far each history, and whether a later sight went back.
//!
//! Knows nothing of what is lost in the end. Kept here: a sight is a position on a branch, and two
//! sights are compared commit by commit along the histories of their branches.

use super::ids::{BranchId, ClientId, NodeId};
use super::node::Role;
use super::world::World;
use crate::kernel::{Instant, Position};

/// What a reader has seen.
///
/// # Examples
/// What a reader of the primary had seen when its connection ended, in a failover without loss:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/readers-in-a-failover.ron".as_ref())
/// #     .expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::kernel::{Instant, Span};
/// sim.run();
/// let sight = &sim.world().clients[1].sight;
/// let (branch, position) = sight.last.expect("it has read");
/// let death = Instant::ZERO + Span::from_mins(1);
/// assert!(position <= sim.world().branch(branch).written.at(death));
/// // The new primary showed it nothing older.
/// assert_eq!(sight.gone_back, 0);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sight {
    /// The branches it has read, each up to the farthest position.
    pub seen: Vec<(BranchId, Position)>,
    /// What it saw last.
    pub last: Option<(BranchId, Position)>,
    /// How often a new connection showed it an older state than the one before.
    pub gone_back: u64,
}

impl Sight {
    fn note(&mut self, branch: BranchId, position: Position) {
        self.last = Some((branch, position));
        match self.seen.iter_mut().find(|(seen, _)| *seen == branch) {
            Some((_, farthest)) => *farthest = position.max(*farthest),
            None => self.seen.push((branch, position)),
        }
    }
}

impl World {
    /// Notes what a reader saw last on a node whose answers arrived up to an instant.
    pub(super) fn see(&mut self, id: ClientId, node: NodeId, until: Instant) {
        if self.client(id).work.reads() {
            let (branch, position) = self.shows(node, until);
            self.client_mut(id).sight.note(branch, position);
        }
    }

    /// Compares what a reader gets to see on a node with what it saw before.
    pub(super) fn compare(&mut self, id: ClientId, node: NodeId) {
        let Some(last) = self.client(id).sight.last else { return };
        let shown = self.shows(node, self.now);
        if self.missing(&self.line(last.0, last.1), &self.line(shown.0, shown.1)) > 0 {
            self.client_mut(id).sight.gone_back += 1;
        }
    }

    /// Returns what a node showed to readers at an instant.
    pub(crate) fn shows(&self, node: NodeId, at: Instant) -> (BranchId, Position) {
        let node = self.node(node);
        let position = match node.role {
            Role::Primary => self.visible(node.branch, node.recovered, at),
            Role::Standby => node.replayed.at(at),
        };
        (node.branch, position)
    }

    /// Returns what a primary showed to readers at an instant: a commit that waits for standbys is
    /// not visible, unless a crash ended its wait.
    fn visible(&self, branch: BranchId, recovered: Instant, at: Instant) -> Position {
        let branch = self.branch(branch);
        let written = branch.written.at(at);
        let Some(released) = branch.quorum.released(self.knobs.quorum_level, at) else {
            return written;
        };
        let recovered = branch.written.at(recovered.min(at));
        released.max(recovered).min(written)
    }

    /// Returns a branch up to a position and the branches that it continues, each up to where it
    /// is continued.
    pub(crate) fn line(&self, branch: BranchId, position: Position) -> Vec<(BranchId, Position)> {
        let mut line = vec![(branch, position)];
        let mut branch = branch;
        while let Some((parent, fork)) = self.branch(branch).parent {
            let below = line.last().map_or(fork, |(_, position)| fork.min(*position));
            line.push((parent, below));
            branch = parent;
        }
        line
    }

    /// Returns how many commits of one line are not on another.
    pub(crate) fn missing(
        &self,
        line: &[(BranchId, Position)],
        other: &[(BranchId, Position)],
    ) -> u64 {
        let parts = line.iter().map(|(id, position)| {
            let branch = self.branch(*id);
            let whole = branch.tally(*position, self.now).written;
            let limit = other.iter().find(|(other, _)| other == id).map(|(_, limit)| *limit);
            let shared =
                limit.map_or(0, |limit| branch.tally(limit.min(*position), self.now).written);
            whole - shared
        });
        parts.sum()
    }
}
