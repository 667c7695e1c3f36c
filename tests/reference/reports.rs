//! Reports by the look: how far every node was when it reported last, and when that arrived.
//!
//! A node reports on a grid of its own, if it can and if packets pass to the platform; what it was
//! asked besides is seen when the platform hears it. Knows nothing of beliefs. Kept here: a report
//! is written down when it is sent, and nothing that happens later changes it.

use cutover::knob::HeartbeatConnection;
use cutover::model::{Answer, Event, Node, NodeId, Place, Role, Signal, World};
use cutover::trace::{Note, What};

use super::archive::last_tick;
use super::movement::{Movement, micros};

/// A report under way or arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) sent: u64,
    pub(crate) arrives: u64,
    pub(crate) received: u64,
    pub(crate) replayed: u64,
}

/// A time without reports of a node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Silence {
    pub(crate) node: NodeId,
    /// When the last report had arrived before it.
    pub(crate) last: u64,
    /// When the next one arrived; the greatest number if none did.
    pub(crate) until: u64,
    /// Whether the node was the primary of its service when the first was missing.
    pub(crate) primary: bool,
}

/// Everything that nodes reported.
#[derive(Debug, Default)]
pub(crate) struct Reports {
    of: Vec<OfNode>,
    pub(crate) silences: Vec<Silence>,
}

#[derive(Debug)]
struct OfNode {
    grid: (u64, u64),
    looked: Option<u64>,
    all: Vec<Report>,
    /// Whether the last report that was due was sent, and how long it was under way.
    flows: bool,
    delay: u64,
}

impl Reports {
    /// Looks at who reports, if it is the turn of the reports of an instant, and at what was
    /// answered besides.
    pub(crate) fn look(
        &mut self,
        world: &World,
        movement: &Movement,
        (turn, notes): (bool, &[Note]),
    ) {
        let now = micros(world.now);
        for node in &world.nodes[self.of.len()..] {
            let period = world.knobs.heartbeat_period;
            let name = world.node_name(node.id);
            let first = world.phase(world.knobs.heartbeat_phase, period, "heartbeat_phase", &name);
            let start = Report { sent: 0, arrives: 0, received: 0, replayed: 0 };
            self.of.push(OfNode {
                grid: (micros(first), period.as_micros()),
                looked: None,
                flows: now == 0,
                delay: delay(world, node),
                all: if now == 0 { vec![start] } else { Vec::new() },
            });
        }
        if turn {
            for (node, of) in world.nodes.iter().zip(&mut self.of) {
                let due = last_tick(of.grid.0, of.grid.1, now) == Some(now);
                if due && of.looked != Some(now) {
                    of.looked = Some(now);
                    of.listen(world, node, (now, &mut self.silences));
                    if of.flows {
                        let arrives = now + delay(world, node);
                        of.all.push(report(movement, node, (now, arrives)));
                    }
                }
            }
        }
        for note in notes {
            // Who was promoted or upgraded says so at once.
            if let What::Moved(Event::PromotionEnds(id, _) | Event::UpgradeEnds(id, _)) = note.what
                && reports(world, world.node(id))
            {
                let of = &mut self.of[id.index()];
                if !of.flows {
                    end(&mut self.silences, id, now + delay(world, world.node(id)));
                }
                of.flows = true;
            }
            let What::Decided(by, news, ..) = &note.what else { continue };
            let (Signal::Answered(number, Answer::Detached) | Signal::Demoted(number)) = *news
            else {
                continue;
            };
            let service = world.service(cutover::model::ServiceId::at(by.index()));
            let Some(id) = service.numbered(number) else { continue };
            let node = world.node(id);
            let sent = now.saturating_sub(delay(world, node));
            let own = &mut self.of[id.index()].all;
            let newest = own.iter().rposition(|one| one.sent <= sent).map_or(0, |last| last + 1);
            own.insert(newest, report(movement, node, (sent, now)));
        }
    }

    /// Returns the last report of a node that had arrived by an instant.
    pub(crate) fn last(&self, id: NodeId, by: u64) -> Option<Report> {
        self.of[id.index()].all.iter().rev().find(|one| one.arrives <= by).copied()
    }

    /// Returns when the first report of a node arrived that was sent after an instant.
    pub(crate) fn first_sent_after(&self, id: NodeId, after: u64) -> Option<u64> {
        let later = self.of[id.index()].all.iter().find(|one| one.sent > after);
        later.map(|one| one.arrives)
    }
}

impl OfNode {
    /// Finds out at the time of a report whether it comes, and whether the one before has.
    fn listen(&mut self, world: &World, node: &Node, (now, silences): (u64, &mut Vec<Silence>)) {
        let (flows, takes) = (reports(world, node), delay(world, node));
        // A report that takes longer than the one before is missed when it was due.
        let misses = self.flows && (!flows || takes > self.delay);
        if misses {
            let last = self.all.last().map_or(0, |last| last.arrives);
            let service = world.service(node.service);
            let primary = service.primary == node.id && service.follows.is_none();
            silences.push(Silence { node: node.id, last, until: u64::MAX, primary });
        }
        if flows && (!self.flows || takes != self.delay) {
            end(silences, node.id, now + takes);
        }
        (self.flows, self.delay) = (flows, takes);
    }
}

/// The silence of a node that was the last ends when its next report arrives.
fn end(silences: &mut [Silence], id: NodeId, arrives: u64) {
    if let Some(last) = silences.iter_mut().rev().find(|silence| silence.node == id) {
        last.until = last.until.min(arrives);
    }
}

fn delay(world: &World, node: &Node) -> u64 {
    world.report_delay(node.id).as_micros()
}

pub(crate) fn reports(world: &World, node: &Node) -> bool {
    let fresh = world.knobs.heartbeat_connection == HeartbeatConnection::Fresh;
    let refused = fresh && node.impairments.exhausted;
    node.reports() && !refused && world.passes(node.place(), Place::Platform)
}

fn report(movement: &Movement, node: &Node, (sent, arrives): (u64, u64)) -> Report {
    let flow = &movement.flows[node.id.index()];
    let branch = &movement.branches[node.branch.index()];
    let wrote = node.role == Role::Primary && branch.began <= sent;
    let received = if wrote { &branch.track } else { &flow.received };
    let replayed = if wrote { &branch.track } else { &flow.replayed };
    Report { sent, arrives, received: received.byte(sent), replayed: replayed.byte(sent) }
}
