//! What was done to a run and what befell it: faults, orders, phases, and what services went
//! through besides promotions.
//!
//! Looked at after every event, as in `looks`. Knows nothing of bounds and of the judge's memory.
//! Kept here: an entry is the truth of its instant.

use cutover::control::PhaseName;
use cutover::fault::{FaultKind, Victim};
use cutover::knob::Policy;
use cutover::model::{
    BranchId, Endpoint, Event, Fence, Host, Node, NodeId, Process, Role, ServiceId, World,
};
use cutover::sim::{Deed, Operator, Sim};
use cutover::trace::{Note, What};

use super::bonds::Bond;
use super::contacts::is_alone;
use super::looks::{Changes, Looks};
use super::movement::{Movement, micros};
use super::operations::{Operation, Standstill};
use super::reports::Reports;

/// A fault that struck or was healed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Strike {
    pub(crate) at: u64,
    pub(crate) kind: FaultKind,
    pub(crate) victim: Victim,
    pub(crate) healed: bool,
}

/// An order of an operator to the platform.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Given {
    pub(crate) at: u64,
    pub(crate) operator: Operator,
    pub(crate) service: ServiceId,
    pub(crate) taken: bool,
    step: u16,
}

/// A standby that left one history for another, and how far it had replayed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Followed {
    pub(crate) at: u64,
    pub(crate) node: NodeId,
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) replayed: u64,
}

/// What was seen of a service.
#[derive(Debug, Default)]
pub(crate) struct OfService {
    /// When the primary name came to point to a node, and whether that was a primary.
    pub(crate) named: Vec<(u64, bool)>,
    pub(crate) ha_serves: Changes<bool>,
    pub(crate) stopped_in_silence: Vec<(u64, NodeId)>,
    pub(crate) fenced: Vec<(u64, NodeId)>,
    pub(crate) followed: Vec<Followed>,
    /// Which primary took no writes though its host was up.
    pub(crate) blocked: Changes<Option<(NodeId, Block)>>,
    pub(crate) alone: Changes<Vec<NodeId>>,
    pub(crate) phases: Changes<Option<PhaseName>>,
    pub(crate) operations: Vec<Operation>,
    pub(crate) standstills: Vec<Standstill>,
    /// When the last node that was well was deleted.
    pub(crate) emptied: Vec<u64>,
    pub(crate) plans: Vec<u64>,
    /// Whether a server has no room for its WAL.
    pub(crate) full: Changes<bool>,
    /// When an operator acted past the platform.
    pub(crate) by_hand: Vec<u64>,
    names: usize,
}

/// Why a primary whose host is up takes no writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Block {
    Stalled,
    Exhausted,
    Down,
    TooFew,
}

/// What was known of a node after the event before.
#[derive(Clone, Copy, Debug)]
struct Was {
    well: bool,
    exists: bool,
    branch: Option<BranchId>,
    fence: Fence,
}

/// Everything that was done and befell.
#[derive(Debug, Default)]
pub(crate) struct Deeds {
    pub(crate) services: Vec<OfService>,
    pub(crate) bonds: Vec<Bond>,
    pub(crate) strikes: Vec<Strike>,
    pub(crate) orders: Vec<Given>,
    /// Nodes that an operator promoted past the platform, and when.
    pub(crate) by_hand: Vec<(u64, NodeId)>,
    was: Vec<Was>,
}

impl Deeds {
    /// Looks at a run after an event that left these notes.
    pub(crate) fn look(
        &mut self,
        sim: &Sim,
        (movement, looks, reports): (&Movement, &Looks, &Reports),
        notes: &[Note],
    ) {
        let world = sim.world();
        let now = micros(world.now);
        self.services.resize_with(world.services.len(), OfService::default);
        for bound in &world.integrations[self.bonds.len()..] {
            self.bonds.push(Bond::new(*bound));
        }
        for note in notes {
            self.hear(sim, note, now);
        }
        for service in &world.services {
            let id = service.id;
            self.look_at_nodes(world, movement, id, now);
            self.look_at_names(world, id, now);
            self.look_for_stops(world, (looks, reports), id, now);
            let of = &mut self.services[id.index()];
            of.blocked.see(now, blocked(world, movement, id));
            let full = |node: &Node| node.service == id && node.impairments.disk_full;
            of.full.see(now, world.nodes.iter().any(full));
            if world.knobs.policy == Policy::Pglookout {
                let standbys = world.existing(id).filter(|node| node.promotable());
                let alone = standbys.filter(|node| is_alone(world, node)).map(|node| node.id);
                of.alone.see(now, alone.collect());
            }
            if let Some(belief) = sim.belief(id) {
                of.phases.see(now, Some(belief.phase_name()));
                of.go_on((id, belief), notes, now);
            }
        }
        for bond in &mut self.bonds {
            bond.look(world, now);
        }
        let before = |node: &Node| self.was.get(node.id.index()).and_then(|was| was.branch);
        let was = world.nodes.iter().map(|node| Was {
            well: node.host == Host::Up && node.answers(),
            exists: exists(node),
            branch: if has_history(node) { Some(node.branch) } else { before(node) },
            fence: node.fence,
        });
        self.was = was.collect();
    }

    fn hear(&mut self, sim: &Sim, note: &Note, now: u64) {
        let world = sim.world();
        match &note.what {
            What::Struck(step, victim) | What::Healed(step, victim) => {
                let healed = matches!(note.what, What::Healed(..));
                let (Deed::Fault(kind, _) | Deed::Heal(kind, _)) = deed(sim, *step) else { return };
                self.strikes.push(Strike { at: now, kind, victim: *victim, healed });
            }
            What::Ordered(step, ..) => self.given(sim, (*step, true), now),
            What::Declined(step, _) => self.given(sim, (*step, false), now),
            What::Stands(service, role, _) => {
                for bond in self.bonds.iter_mut().filter(|bond| bond.of.is_pair()) {
                    bond.stands((*service, *role), now);
                }
            }
            What::Belongs(service, part, state) => {
                for bond in self.bonds.iter_mut().filter(|bond| bond.of.has(*service)) {
                    bond.belongs((*service, *part, *state), now);
                }
            }
            What::Moved(event) => self.moved(world, *event, now),
            What::Operated(step, whom) => {
                let promoted = matches!(deed(sim, *step), Deed::Operator(Operator::Promote, _));
                self.by_hand.extend(promoted.then_some((now, *whom)));
                self.services[world.node(*whom).service.index()].by_hand.push(now);
            }
            What::Missed(_)
            | What::Decided(..)
            | What::Paired(..)
            | What::Watched(..)
            | What::Lost(..)
            | What::Failed(_)
            | What::Refused(..)
            | What::Works(..)
            | What::Shown(..)
            | What::Slot(_) => {}
        }
    }

    fn given(&mut self, sim: &Sim, (step, taken): (u16, bool), now: u64) {
        let world = sim.world();
        let Deed::Operator(ordered, target) = deed(sim, step) else { return };
        let cutover::fault::Target::One(cutover::fault::Party::Service(to)) = target else {
            return;
        };
        // Terraform runs twice, and the second time it applies the reversed integration.
        let again = ordered == Operator::SwitchByTerraform
            && self.orders.iter().any(|one| one.step == step && one.taken);
        let bound = world.pair_of(to).filter(|_| again);
        let operator = if bound.is_some() { Operator::ReverseIntegration } else { ordered };
        let service = bound.map_or(to, |pair| pair.destination);
        self.orders.push(Given { at: now, operator, service, taken, step });
        if taken {
            self.services[service.index()].ordered(sim, (service, operator), now);
        }
    }

    fn moved(&mut self, world: &World, event: Event, now: u64) {
        use cutover::model::Order;
        let existed =
            |deeds: &Self, id: NodeId| deeds.was.get(id.index()).is_some_and(|was| was.exists);
        if let Event::FenceActs(id) = event {
            // Without contact it is wanted again, and nobody is fenced who is not to be any more.
            let was = self.was.get(id.index()).map(|was| was.fence);
            if was == Some(Fence::Acting) && world.node(id).fence != Fence::Wanted {
                self.fenced(world, id, now);
            }
        } else if let Event::OrderArrives(service, Order::Fence(number)) = event
            && let Some(id) = world.service(service).numbered(number)
        {
            if existed(self, id) && !exists(world.node(id)) {
                self.fenced(world, id, now);
            }
        } else if let Event::OrderArrives(service, Order::Forward(number, _)) = event
            && let Some(id) = world.service(service).numbered(number)
        {
            if let Some(last) = self.services[service.index()].operations.last_mut() {
                last.forwards.push((now, id));
            }
        } else if let Event::NodeOrdered(service, Order::Delete(number)) = event
            && let Some(id) = world.service(service).numbered(number)
        {
            let well = |node: NodeId| self.was.get(node.index()).is_some_and(|was| was.well);
            let mut others = world.service(service).nodes.iter().filter(|other| **other != id);
            let emptied = well(id) && !others.any(|other| well(*other));
            let of = &mut self.services[service.index()];
            of.emptied.extend(emptied.then_some(now));
            if let Some(last) = of.operations.last_mut() {
                last.deleted.push((now, id));
            }
        } else if let Event::NodeOrdered(service, Order::PowerOff) = event {
            if let Some(last) = self.services[service.index()].standstills.last_mut() {
                last.removed.get_or_insert(now);
            }
        } else if let Event::UpgradeEnds(id, _) = event {
            self.upgraded(world, id, now);
        }
    }

    fn fenced(&mut self, world: &World, id: NodeId, now: u64) {
        let fenced = &mut self.services[world.node(id).service.index()].fenced;
        if !fenced.iter().any(|(_, of)| *of == id) {
            fenced.push((now, id));
        }
    }

    fn upgraded(&mut self, world: &World, id: NodeId, now: u64) {
        let node = world.node(id);
        let branch = world.branch(node.branch);
        if !branch.upgraded || micros(branch.began) != now {
            return;
        }
        let others = world.existing(node.service).filter(|one| one.id != id).map(|one| one.id);
        if let Some(last) = self.services[node.service.index()].standstills.last_mut() {
            last.upgraded = Some((now, others.collect()));
        }
    }

    fn look_at_nodes(&mut self, world: &World, movement: &Movement, id: ServiceId, now: u64) {
        for node in world.service(id).nodes.iter().map(|node| world.node(*node)) {
            let before = self.was.get(node.id.index()).and_then(|was| was.branch);
            let Some(from) = before.filter(|from| has_history(node) && *from != node.branch) else {
                continue;
            };
            if node.role == Role::Standby {
                self.services[id.index()].followed.push(Followed {
                    at: now,
                    node: node.id,
                    from: from.index(),
                    to: node.branch.index(),
                    replayed: movement.flows[node.id.index()].replayed.byte(now),
                });
            }
        }
    }

    fn look_at_names(&mut self, world: &World, id: ServiceId, now: u64) {
        let service = world.service(id);
        let of = &mut self.services[id.index()];
        let ha = service.record(Endpoint::HaReplica).now();
        of.ha_serves.see(now, ha.iter().any(|node| world.node(node).answers()));
        let changes = &service.record(Endpoint::Primary).changes;
        let known = std::mem::replace(&mut of.names, changes.len()).max(1);
        for change in changes.iter().skip(known) {
            for node in change.targets.iter().map(|node| world.node(node)) {
                let own = world.service(node.service);
                // The name of a service that only reads never names a primary.
                if own.follows.is_none() || world.pair_of(own.id).is_some() {
                    of.named.push((now, node.role == Role::Primary));
                }
            }
        }
    }

    /// Finds standbys of the replica name that have stopped though nobody struck them, while the
    /// primary is silent and not given up: each once for each silence.
    fn look_for_stops(
        &mut self,
        world: &World,
        (looks, reports): (&Looks, &Reports),
        id: ServiceId,
        now: u64,
    ) {
        let down = &looks.services[id.index()].marked_down;
        let mut open = reports.silences.iter().filter(|one| {
            let own = world.node(one.node).service == id && one.until == u64::MAX && one.primary;
            own && !down.iter().any(|(at, _, node)| *node == one.node && *at >= one.last)
        });
        let Some(since) = open.next().map(|silence| silence.last) else { return };
        for node in world.service(id).record(Endpoint::Replica).now().iter() {
            let node = world.node(node);
            let struck = self.strikes.iter().any(|strike| match strike.victim {
                Victim::Node(victim) => victim == node.id,
                Victim::Place(region, zone) => {
                    node.region == region && zone.is_none_or(|zone| zone == node.zone)
                }
                Victim::Link | Victim::Service(_) => false,
            });
            let stopped = node.host == Host::Up && !node.answers() && node.role == Role::Standby;
            let found = &mut self.services[id.index()].stopped_in_silence;
            let known = found.iter().any(|(at, of)| *of == node.id && *at >= since);
            if stopped && !struck && !known {
                found.push((now, node.id));
            }
        }
    }
}

/// Returns whether a node's machine is there.
pub(crate) fn exists(node: &Node) -> bool {
    !matches!(node.host, Host::Dead | Host::Deleted)
}

fn has_history(node: &Node) -> bool {
    !matches!(node.process, Process::Absent | Process::Restoring)
}

pub(super) fn deed(sim: &Sim, step: u16) -> Deed {
    sim.deed_of(step).expect("notes tell steps that there are")
}

/// Returns why the primary of a service takes no writes though its host is up.
fn blocked(world: &World, movement: &Movement, id: ServiceId) -> Option<(NodeId, Block)> {
    let service = world.service(id);
    let node = world.node(service.primary);
    if node.host != Host::Up || service.follows.is_some() {
        return None;
    }
    let block = if !node.answers() {
        Block::Down
    } else if node.impairments.stalled {
        Block::Stalled
    } else if node.impairments.exhausted {
        Block::Exhausted
    } else if node.role == Role::Primary && !movement.branches[node.branch.index()].eras.is_met() {
        Block::TooFew
    } else {
        return None;
    };
    Some((node.id, block))
}
