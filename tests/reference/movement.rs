//! What moves, followed from event to event: what is written, received and replayed.
//!
//! Who writes, who streams from whom and over which link is looked up after every event; how far
//! everybody comes by that is added up here. Knows nothing of the library's paths. Kept here: what
//! is known of an instant was looked at no later than then.

use cutover::kernel::{Instant, Marks, PoissonMarks};
use cutover::model::{BranchId, NodeId, Role, World};
use cutover::trace::Note;

use super::archive::Uploads;
use super::flow::{Flow, Upstream};
use super::quorum::Eras;
use super::track::{BYTE, Feed, Track};

/// A history that one node wrote.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) node: NodeId,
    pub(crate) parent: Option<(usize, u128)>,
    pub(crate) began: u64,
    pub(crate) track: Track,
    /// How many of its sessions were seen, and those that may still commit.
    seen: usize,
    open: Vec<Open>,
    /// What is written at once within a microsecond, and which.
    pub(crate) leaps: Vec<(u64, u128)>,
    pub(crate) eras: Eras,
    pub(crate) uploads: Uploads,
}

/// A session that may still commit.
#[derive(Clone, Debug)]
struct Open {
    place: usize,
    pace: u128,
    until: u64,
    /// The instants of its commits if they were drawn, which is next, and how much each writes.
    drawn: Option<(Box<PoissonMarks>, usize, u128)>,
}

/// Everything that moves.
#[derive(Debug, Default)]
pub(crate) struct Movement {
    pub(crate) branches: Vec<Written>,
    pub(crate) flows: Vec<Flow>,
    pub(crate) now: u64,
}

/// Returns an instant in microseconds.
pub(crate) fn micros(at: Instant) -> u64 {
    at.as_micros()
}

impl Movement {
    /// Goes on to the present of a run and looks at what has changed.
    pub(crate) fn look(&mut self, world: &World, notes: &[Note]) {
        let now = micros(world.now);
        self.advance(world, now);
        for index in 0..world.branches.len() {
            self.look_at_branch(world, index);
        }
        for node in &world.nodes {
            self.look_at_node(world, node, notes);
        }
        for index in 0..world.branches.len() {
            self.look_at_quorum(world, index);
            let branch = &mut self.branches[index];
            branch.uploads.look(world, BranchId::at(index));
        }
    }

    /// Lets everything move up to an instant as it did at the last look.
    fn advance(&mut self, world: &World, to: u64) {
        let from = self.now;
        self.now = to;
        if to <= from {
            return;
        }
        for branch in &mut self.branches {
            branch.advance(from, to);
        }
        // Whoever follows a standby moves after it.
        let mut order: Vec<usize> = (0..self.flows.len()).collect();
        order.sort_by_key(|index| self.depth(*index));
        for index in order {
            self.advance_flow(world, index, (from, to));
        }
    }

    fn depth(&self, mut index: usize) -> usize {
        let mut depth = 0;
        while let Some(Upstream::Node(next)) = self.flows[index].feed.map(|fed| fed.upstream) {
            depth += 1;
            index = next;
            if depth > self.flows.len() {
                break;
            }
        }
        depth
    }

    fn advance_flow(&mut self, world: &World, index: usize, (from, to): (u64, u64)) {
        let redo = u128::from(world.knobs.redo_rate.get());
        let mut flow = std::mem::replace(&mut self.flows[index], Flow::nothing());
        if let Some(gain) = flow.takes.take() {
            let there = flow.received.at(from) + gain;
            flow.received.go(from + 1, there, 0);
        }
        if let Some(gain) = flow.completes.take() {
            let there = flow.replayed.at(from) + gain;
            flow.replayed.go(from + 1, there, 0);
        }
        if let Some(fed) = flow.feed
            && fed.until > from
        {
            let input = [(self.output(fed.upstream), fed.delay)];
            flow.received.pursue(&input, &fed.feed, (from, to.min(fed.until)));
        }
        if flow.replays {
            let feed = Feed { most: redo, limit: None };
            flow.replayed.pursue(&[(&flow.received, 0)], &feed, (from, to));
        }
        self.flows[index] = flow;
    }

    /// Returns what a node has to offer.
    pub(crate) fn output(&self, upstream: Upstream) -> &Track {
        match upstream {
            Upstream::Branch(branch) => &self.branches[branch].track,
            Upstream::Node(node) => &self.flows[node].received,
        }
    }

    fn look_at_branch(&mut self, world: &World, index: usize) {
        let branch = &world.branches[index];
        let now = self.now;
        if index == self.branches.len() {
            let parent = branch.parent.map(|(parent, _)| {
                // An upgrade goes on where the server itself had stopped.
                let end = if branch.upgraded {
                    self.branches[parent.index()].track.at(now)
                } else {
                    self.flows[branch.node.index()].received.at(now)
                };
                (parent.index(), end / BYTE * BYTE)
            });
            let start = parent.map_or(0, |(_, fork)| fork);
            self.branches.push(Written {
                node: branch.node,
                parent,
                began: now,
                track: Track::resting(now, start),
                seen: 0,
                open: Vec::new(),
                leaps: Vec::new(),
                eras: Eras::default(),
                uploads: Uploads::new(now, start),
            });
        }
        let own = &mut self.branches[index];
        for place in own.seen..branch.sessions.len() {
            let session = &branch.sessions[place];
            let (rate, wal) = super::commits::work(world, session.client);
            let gain = u128::from(wal) * BYTE;
            let drawn = match &session.replies {
                Marks::Even(_) => None,
                Marks::Poisson(marks) => Some((marks.clone(), 0, gain)),
            };
            let even = drawn.is_none();
            let pace = if even { u128::from(rate) * u128::from(wal) } else { 0 };
            own.open.push(Open { place, pace, until: u64::MAX, drawn });
            if even && micros(session.replies.first()) == now + 1 {
                // A client that has waited to commit does so at once.
                own.leaps.push((now + 1, gain));
            }
        }
        own.seen = branch.sessions.len();
        for open in &mut own.open {
            open.until = micros(branch.sessions[open.place].until);
        }
        own.open.retain(|open| open.until > now);
        let pace = own.pace(now);
        let here = own.track.at(now);
        own.track.go(now, here, pace);
    }

    fn look_at_quorum(&mut self, world: &World, index: usize) {
        let branch = &mut self.branches[index];
        let node = world.node(branch.node);
        if node.role == Role::Primary && node.branch.index() == index {
            let written = branch.track.byte(self.now);
            branch.eras.look(world, node, self.now, written);
        }
    }

    /// Returns up to where two histories are the same.
    pub(crate) fn parts(&self, one: usize, other: usize) -> u128 {
        let (ours, theirs) = (self.line(one, u128::MAX), self.line(other, u128::MAX));
        let shared = ours.iter().find_map(|(branch, limit)| {
            let found = theirs.iter().find(|(other, _)| other == branch)?;
            Some((*limit).min(found.1).min(self.branches[*branch].track.at(self.now)))
        });
        shared.unwrap_or(0)
    }

    /// Returns a history: its branches, each with the position up to which it belongs to it.
    pub(crate) fn line(&self, tip: usize, to: u128) -> Vec<(usize, u128)> {
        let mut line = vec![(tip, to)];
        let mut limit = to;
        let mut branch = tip;
        while let Some((parent, fork)) = self.branches[branch].parent {
            limit = limit.min(fork);
            line.push((parent, limit));
            branch = parent;
        }
        line
    }
}

impl Written {
    fn pace(&self, at: u64) -> u128 {
        self.open.iter().filter(|open| open.until > at).map(|open| open.pace).sum()
    }

    /// Writes on up to an instant: a last commit may end a session on the way.
    fn advance(&mut self, from: u64, to: u64) {
        for open in &mut self.open {
            let Some((marks, next, gain)) = &mut open.drawn else { continue };
            let last = Instant::from_micros(to.min(open.until));
            marks.remember_after(last, 1);
            let made = marks.known()[*next..].iter().take_while(|mark| **mark <= last);
            let made: Vec<u64> = made.map(|mark| micros(*mark)).collect();
            *next += made.len();
            self.leaps.extend(made.into_iter().map(|mark| (mark, *gain)));
        }
        let ends = self.open.iter().map(|open| open.until);
        let mut stops: Vec<u64> = ends.chain(self.leaps.iter().map(|(at, _)| *at)).collect();
        stops.retain(|at| *at > from && *at <= to);
        stops.sort_unstable();
        stops.dedup();
        for stop in stops {
            let gains = self.leaps.iter().filter(|(at, _)| *at == stop);
            let gain: u128 = gains.map(|(_, gain)| gain).sum();
            let (position, pace) = (self.track.at(stop) + gain, self.pace(stop));
            self.track.go(stop, position, pace);
        }
        self.leaps.retain(|(at, _)| *at > to);
    }
}
