//! Faults by the look: whom each one reached, and from when until when it kept that node's reports
//! from the platform.
//!
//! A fault of a server hides it if the server could report before the strike and cannot after it,
//! or lost something more by it; a fault of a link hides whoever's way to the platform it is on,
//! from the first instant at which nothing passes there. Knows nothing of promotions and of what
//! anybody believes. Kept here: a node whose next report arrives is not hidden any longer, unless
//! what struck it comes back by itself.

use cutover::fault::{FaultKind, Party, Target, Victim};
use cutover::knob::HeartbeatConnection;
use cutover::model::{Fence, Host, Node, NodeId, Place, Process, RegionId, Role, World, Zone};
use cutover::sim::{Deed, Sim};
use cutover::trace::{Note, What};

use super::deeds::deed;
use super::movement::micros;
use super::reports::{Reports, reports};

/// A fault that struck.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) at: u64,
    kind: FaultKind,
    target: Target,
    reach: Reach,
    /// Whether no heal has been tried on it.
    open: bool,
    healed: bool,
    /// The nodes that it reached.
    reached: Vec<NodeId>,
    hid: Vec<Hidden>,
}

/// A node whose reports a fault kept from the platform, from when until when.
#[derive(Clone, Copy, Debug)]
struct Hidden {
    node: NodeId,
    from: u64,
    /// When the fault was healed; the greatest number if it was not.
    healed: u64,
}

/// Where a fault acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    Server(NodeId),
    Way(Side, Side, bool),
    Nobody,
}

/// A side of a link, as it was meant when the fault struck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Node(NodeId),
    Place(RegionId, Option<Zone>),
    Platform,
    Everyone,
    Nobody,
}

/// What of a server decides whether it reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct State {
    host: Host,
    process: Process,
    exhausted: bool,
    full: bool,
}

/// Every fault of a run.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    pub(crate) all: Vec<Fault>,
    /// When fences set out to nodes that could be reached.
    fences: Vec<(u64, NodeId)>,
    /// Whose fence was on its way after the event before.
    on_its_way: Vec<NodeId>,
    /// Each node after the event before, and whether it could report.
    was: Vec<(State, bool)>,
}

impl Faults {
    /// Looks at a run after an event that left these notes.
    pub(crate) fn look(&mut self, sim: &Sim, notes: &[Note]) {
        let world = sim.world();
        let now = micros(world.now);
        for note in notes {
            if let What::Struck(step, victim) = note.what {
                self.struck(sim, (step, victim), now);
            } else if let What::Healed(step, _) = note.what {
                self.healed(sim, (step, true), now);
            } else if let What::Missed(step) = note.what {
                self.healed(sim, (step, false), now);
            }
        }
        for fault in self.all.iter_mut().filter(|fault| !fault.healed) {
            fault.look(world, &self.was, now);
        }
        for node in &world.nodes {
            let before = self.on_its_way.contains(&node.id);
            if node.fence == Fence::Acting && !before {
                self.fences.push((now, node.id));
            }
        }
        let acting = world.nodes.iter().filter(|node| node.fence == Fence::Acting);
        self.on_its_way = acting.map(|node| node.id).collect();
        let was = world.nodes.iter().map(|node| (State::of(world, node), reports(world, node)));
        self.was = was.collect();
    }

    fn struck(&mut self, sim: &Sim, (step, victim): (u16, Victim), now: u64) {
        let Deed::Fault(kind, target) = deed(sim, step) else { return };
        let side = |party| Side::of(sim.world(), party);
        let reach = match (victim, target) {
            (Victim::Node(node), _) => Reach::Server(node),
            // A place without power has no network either.
            (Victim::Place(region, zone), _) => {
                Reach::Way(Side::Place(region, zone), Side::Everyone, true)
            }
            (Victim::Link, Target::Link { from, to, both }) => {
                Reach::Way(side(from), side(to), both)
            }
            (Victim::Link | Victim::Service(_), _) => Reach::Nobody,
        };
        let (reached, hid) = (Vec::new(), Vec::new());
        let fault = Fault { at: now, kind, target, reach, open: true, healed: false, reached, hid };
        self.all.push(fault);
    }

    /// A heal ends the last fault with the same words, if that is still there to be ended.
    fn healed(&mut self, sim: &Sim, (step, healed): (u16, bool), now: u64) {
        // A clock ends what it has struck itself.
        let (Deed::Heal(kind, target) | Deed::Fault(kind, target)) = deed(sim, step) else {
            return;
        };
        let same = |fault: &&mut Fault| fault.open && (fault.kind, fault.target) == (kind, target);
        let Some(fault) = self.all.iter_mut().rev().find(same) else { return };
        (fault.open, fault.healed) = (false, healed);
        for hidden in fault.hid.iter_mut().filter(|_| healed) {
            hidden.healed = now;
        }
    }

    /// Returns the faults that hid a node at some instant after one and up to another, in the
    /// order in which they struck.
    pub(crate) fn hiding(
        &self,
        reports: &Reports,
        node: NodeId,
        (after, by): (u64, u64),
    ) -> impl Iterator<Item = &Fault> {
        self.all.iter().filter(move |fault| {
            let from = fault.hid_from(node).filter(|from| *from <= by);
            from.is_some() && fault.hid_until(reports, node).is_none_or(|until| until > after)
        })
    }

    /// Returns when the fence of a node set out that acted at an instant: at once, if it needs no
    /// way.
    pub(crate) fn set_out(&self, node: NodeId, at: u64) -> u64 {
        let mut before = self.fences.iter().rev().filter(|(since, of)| *of == node && *since <= at);
        before.next().map_or(at, |(since, _)| *since)
    }

    /// Returns the last fault up to an instant that reached a node.
    pub(crate) fn last_reaching(&self, node: NodeId, by: u64) -> Option<&Fault> {
        self.all.iter().rev().find(|fault| fault.at <= by && fault.reached.contains(&node))
    }
}

impl Fault {
    fn of(&self, node: NodeId) -> Option<&Hidden> {
        self.hid.iter().find(|hidden| hidden.node == node)
    }

    fn hid_from(&self, node: NodeId) -> Option<u64> {
        self.of(node).map(|hidden| hidden.from)
    }

    /// Returns until when it hid a node, if it did and has ended: until it was healed, or a report
    /// that was sent later arrived.
    pub(crate) fn hid_until(&self, reports: &Reports, node: NodeId) -> Option<u64> {
        let hidden = self.of(node)?;
        let heard = reports.first_sent_after(node, hidden.from).filter(|_| !self.recurs());
        let healed = (hidden.healed < u64::MAX).then_some(hidden.healed);
        healed.into_iter().chain(heard).min()
    }

    /// Returns whether it comes back by itself until it is healed.
    fn recurs(&self) -> bool {
        matches!(self.kind, FaultKind::Flapping { .. } | FaultKind::CrashLoop(_))
    }

    fn look(&mut self, world: &World, was: &[(State, bool)], now: u64) {
        for node in &world.nodes {
            if self.reaches(node) && !self.reached.contains(&node.id) {
                self.reached.push(node.id);
            }
            let known = self.of(node.id).is_some();
            if !known && self.hides(world, (node, was.get(node.id.index())), now) {
                self.hid.push(Hidden { node: node.id, from: now, healed: u64::MAX });
            }
        }
    }

    fn reaches(&self, node: &Node) -> bool {
        match self.reach {
            Reach::Server(id) => id == node.id,
            Reach::Way(from, to, _) => {
                let platform = [(from, to), (to, from)].contains(&(Side::Everyone, Side::Platform));
                from.names(node) || to.names(node) || platform
            }
            Reach::Nobody => false,
        }
    }

    /// Returns whether it begins to keep a node's reports from the platform.
    fn hides(&self, world: &World, (node, was): (&Node, Option<&(State, bool)>), now: u64) -> bool {
        match self.reach {
            Reach::Server(id) => {
                let (state, reported) = was.copied().unzip();
                let changed = reported == Some(true) || state != Some(State::of(world, node));
                self.at == now && id == node.id && !reports(world, node) && changed
            }
            Reach::Way(from, to, both) => {
                let slow = matches!(self.kind, FaultKind::SlowLink { .. });
                let on_it = from.leads(node, to) || (both && to.leads(node, from));
                !slow && on_it && !world.passes(node.place(), Place::Platform)
            }
            Reach::Nobody => false,
        }
    }
}

impl Side {
    fn of(world: &World, party: Party) -> Self {
        match party {
            Party::Node(service, number) => {
                world.service(service).numbered(number).map_or(Self::Nobody, Self::Node)
            }
            Party::Primary(service) => Self::Node(world.service(service).primary),
            Party::Standby(service, nth) => {
                let primary = world.service(service).primary;
                let standbys = world.existing(service).filter(|node| {
                    let there = node.process != Process::Absent;
                    node.role == Role::Standby && node.id != primary && there
                });
                let nth = usize::from(nth).checked_sub(1);
                let node = nth.and_then(|nth| standbys.map(|node| node.id).nth(nth));
                node.map_or(Self::Nobody, Self::Node)
            }
            Party::Zone(region, zone) => Self::Place(region, Some(zone)),
            Party::Region(region) => Self::Place(region, None),
            Party::Platform => Self::Platform,
            Party::Everyone => Self::Everyone,
            Party::Client(_) | Party::Observer(_) | Party::Service(_) => Self::Nobody,
        }
    }

    fn names(self, node: &Node) -> bool {
        match self {
            Self::Node(id) => id == node.id,
            Self::Place(region, zone) => {
                node.region == region && zone.is_none_or(|zone| zone == node.zone)
            }
            Self::Platform | Self::Everyone | Self::Nobody => false,
        }
    }

    /// Returns whether a link from this side to another is the way from a node to the platform:
    /// everyone is whoever is not on the other side.
    fn leads(self, node: &Node, to: Self) -> bool {
        let begins = self.names(node) || (self == Self::Everyone && !to.names(node));
        let ends = to == Self::Platform || (to == Self::Everyone && self != Self::Platform);
        begins && ends && (self, to) != (Self::Everyone, Self::Everyone)
    }
}

impl State {
    fn of(world: &World, node: &Node) -> Self {
        let fresh = world.knobs.heartbeat_connection == HeartbeatConnection::Fresh;
        Self {
            host: node.host,
            process: node.process,
            exhausted: fresh && node.impairments.exhausted,
            full: node.impairments.disk_full,
        }
    }
}
