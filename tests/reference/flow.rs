//! Nodes by the look: from whom each receives, what still comes, what it replays, and what it has
//! after a restore, a demotion, a turn to another history or a promotion.
//!
//! Knows nothing of the library's streams. Kept here: a node receives no more than its feed gives,
//! and what it has is taken back by a turn alone.

use cutover::knob::InFlight;
use cutover::model::{BranchId, Event, Host, Node, NodeId, Order, Process, Role, World};
use cutover::trace::{Note, What};

use super::archive;
use super::movement::{Movement, micros};
use super::track::{BYTE, Feed, Track};

/// How far a node has come.
#[derive(Debug)]
pub(crate) struct Flow {
    pub(crate) received: Track,
    pub(crate) replayed: Track,
    pub(crate) feed: Option<Fed>,
    pub(crate) replays: bool,
    streamed: bool,
    last: Option<Seen>,
    pub(crate) takes: Option<u128>,
    pub(crate) completes: Option<u128>,
}

/// What a node is fed with: whose output, how much later, how, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fed {
    from: NodeId,
    pub(crate) upstream: Upstream,
    pub(crate) delay: u64,
    pub(crate) feed: Feed,
    pub(crate) until: u64,
}

/// Whose output a node is fed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Upstream {
    Branch(usize),
    Node(usize),
}

/// What was seen of a node at the last look.
#[derive(Clone, Copy, Debug)]
struct Seen {
    role: Role,
    process: Process,
    host: Host,
    branch: BranchId,
    promoting: bool,
    held: bool,
    base: u128,
}

impl Movement {
    pub(crate) fn look_at_node(&mut self, world: &World, node: &Node, notes: &[Note]) {
        let now = self.now;
        if node.id.index() == self.flows.len() {
            self.flows.push(Flow::new(now));
        }
        let before = self.flows[node.id.index()].last;
        let held = node.impairments.replay_held_until.is_some_and(|until| micros(until) > now);
        let seen = Seen {
            role: node.role,
            process: node.process,
            host: node.host,
            branch: node.branch,
            promoting: node.promoting,
            held,
            base: before.map_or(0, |before| before.base),
        };
        self.flows[node.id.index()].last = Some(seen);
        if let Some(before) = before {
            self.restores(world, node, before);
            self.demotes(node, before);
            self.turns(node, before);
        }
        self.streams(world, node, before, notes);
        if let Some(before) = before {
            self.promotes(world, node, before, held);
        }
        let flow = &mut self.flows[node.id.index()];
        flow.replays = node.answers() && !held && node.role == Role::Standby;
        if !flow.replays {
            let here = flow.replayed.at(now);
            flow.replayed.go(now, here, 0);
        }
    }

    /// A restore begins at the newest base backup and ends at the end of the archive.
    fn restores(&mut self, world: &World, node: &Node, before: Seen) {
        let (now, index) = (self.now, node.id.index());
        let begins = node.process == Process::Restoring
            && (before.process != Process::Restoring || before.host != node.host);
        if begins && node.host == Host::Up {
            let base = archive::base(self, world, node, now);
            self.flows[index].last.as_mut().expect("it was just seen").base = base;
            self.flows[index].replayed.go(now, base, 0);
        }
        if before.process == Process::Restoring && node.answers() {
            let end = archive::end(self, world, node, now);
            let flow = &mut self.flows[index];
            flow.received.go(now, end, 0);
            flow.replayed.go(now, before.base.min(end), 0);
        }
    }

    /// A primary that becomes a standby has what it wrote, up to a whole byte.
    fn demotes(&mut self, node: &Node, before: Seen) {
        if (before.role, node.role) != (Role::Primary, Role::Standby) {
            return;
        }
        let now = self.now;
        let branch = &mut self.branches[before.branch.index()];
        let here = branch.track.at(now);
        let gain = here.div_ceil(BYTE) * BYTE - here;
        branch.leaps.push((now + 1, gain));
        let wrote = branch.track.clone();
        let flow = &mut self.flows[node.id.index()];
        // What it wrote is what its followers receive from now on, with all of its past.
        (flow.received, flow.replayed) = (flow.received.then(&wrote), flow.replayed.then(&wrote));
        flow.received.go(now, here, 0);
        flow.replayed.go(now, here, 0);
        (flow.takes, flow.completes) = (Some(gain), Some(gain));
        flow.feed = None;
    }

    /// A standby that turns to another history forgets what that one does not have.
    fn turns(&mut self, node: &Node, before: Seen) {
        let both = before.role == Role::Standby && node.role == Role::Standby;
        let restored = matches!(before.process, Process::Absent | Process::Restoring);
        if !both || restored || before.branch == node.branch {
            return;
        }
        let fork = self.parts(before.branch.index(), node.branch.index());
        let now = self.now;
        let flow = &mut self.flows[node.id.index()];
        flow.feed = None;
        let received = flow.received.at(now).min(fork);
        flow.received.go(now, received, 0);
        let replayed = flow.replayed.at(now).min(fork);
        flow.replayed.go(now, replayed, 0);
    }

    /// WAL flows, or what is under way when it no longer does still comes, or does not.
    fn streams(&mut self, world: &World, node: &Node, before: Option<Seen>, notes: &[Note]) {
        let (now, index) = (self.now, node.id.index());
        let flow = &self.flows[index];
        let streamed = flow.streamed;
        let feed = if node.role == Role::Primary {
            None
        } else if node.streaming {
            let upstream = node.upstream.expect("whoever streams has an upstream");
            let of = world.node(upstream);
            let from = match of.role {
                Role::Primary => Upstream::Branch(of.branch.index()),
                Role::Standby => Upstream::Node(upstream.index()),
            };
            let delay = world.stream_delay(upstream, node.id).as_micros();
            let most = u128::from(world.capacity(node.id));
            Some(Fed {
                from: upstream,
                upstream: from,
                delay,
                feed: Feed { most, limit: None },
                until: u64::MAX,
            })
        } else {
            let kept = flow.feed.filter(|_| before.is_some());
            kept.and_then(|kept| self.comes_still(world, node, (kept, streamed), notes))
        };
        let flow = &mut self.flows[index];
        flow.streamed = node.streaming;
        flow.feed = feed;
        if feed.is_none() {
            let here = flow.received.at(now);
            flow.received.go(now, here, 0);
        }
    }

    /// Returns what still comes to a node to which WAL no longer flows.
    fn comes_still(
        &self,
        world: &World,
        node: &Node,
        (fed, streamed): (Fed, bool),
        notes: &[Note],
    ) -> Option<Fed> {
        let now = self.now;
        // Who turns to another upstream in the very event that took the old one still gets what
        // that one had sent.
        let old = streamed && !world.node(fed.from).answers();
        let upstream = if old || !streamed { fed.from } else { node.upstream? };
        let of = world.node(upstream);
        let linked = world.connects(node.place(), of.place());
        let turned = streamed && upstream != fed.from;
        let ends = node.promoting || node.detached || node.impairments.stalled || turned;
        if !node.answers() || ends || !linked || fed.until <= now {
            return None;
        }
        let killed = notes.iter().any(|note| {
            matches!(note.what, What::Moved(Event::OrderArrives(service, Order::Kill(number)))
                if service == of.service && number == of.number)
        });
        if matches!(of.host, Host::Dead | Host::Off) || killed {
            if world.knobs.in_flight_at_host_death == InFlight::Lost {
                return None;
            }
            // What is on the wire arrives, however the link fares from then on.
            let last = now + world.node_delay(upstream, node.id).as_micros();
            let until = if fed.until < u64::MAX { fed.until } else { last };
            return Some(Fed { until, ..fed });
        }
        if !streamed {
            return Some(fed);
        }
        // The kernel of a server that is gone sends what it was handed.
        let output = self.output(fed.upstream);
        let mut plan = self.flows[node.id.index()].received.clone();
        let received = plan.at(now);
        plan.pursue(&[(output, fed.delay)], &fed.feed, (now, now + fed.delay));
        let buffer = u128::from(world.knobs.send_buffer.get()) * BYTE;
        let handed = plan.at(now + fed.delay).max(received + buffer);
        let limit = Some(handed.min(output.at(now)));
        Some(Fed { feed: Feed { limit, ..fed.feed }, ..fed })
    }

    /// A promotion takes what the archive has beyond what was received.
    fn promotes(&mut self, world: &World, node: &Node, before: Seen, held: bool) {
        let begins = node.promoting && node.answers();
        let again = !before.promoting
            || (before.held && !held)
            || before.host != node.host
            || before.process != node.process;
        if !begins || !again {
            return;
        }
        let (now, index) = (self.now, node.id.index());
        let branch = node.branch;
        let own = world.branch(branch).service == node.service;
        let archived = self.branches[branch.index()].uploads.end(self, world, branch, now);
        let received = self.flows[index].received.at(now);
        if own && archived > received && world.reaches_archive(node.id) {
            self.flows[index].takes = Some(archived - received);
        }
    }
}

impl Flow {
    pub(crate) fn nothing() -> Self {
        Self::new(0)
    }

    fn new(now: u64) -> Self {
        Self {
            received: Track::resting(now, 0),
            replayed: Track::resting(now, 0),
            feed: None,
            replays: false,
            streamed: false,
            last: None,
            takes: None,
            completes: None,
        }
    }
}
