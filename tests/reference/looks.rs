//! What can be seen of a run after every event, written down whenever it changed.
//!
//! Knows nothing of the judge's memory. Kept here: an entry is the truth of its instant, and the
//! last entry holds to the end of the run.

use cutover::control::{Action, Rule, Standing};
use cutover::knob::Policy;
use cutover::model::{
    DeciderId, Endpoint, Event, Node, NodeId, Order, Role, ServiceId, Signal, Targets, World,
};
use cutover::sim::Sim;
use cutover::trace::{Note, What};

use super::contacts::Contacts;
use super::movement::{Movement, micros};

/// Values by the instants at which they changed.
#[derive(Debug)]
pub(crate) struct Changes<T>(pub(crate) Vec<(u64, T)>);

impl<T: PartialEq> Changes<T> {
    pub(crate) fn see(&mut self, now: u64, value: T) {
        if self.0.last().is_none_or(|(_, last)| *last != value) {
            self.0.push((now, value));
        }
    }

    /// Returns each value with when it began and when it ended, if it did.
    pub(crate) fn spans(&self) -> impl Iterator<Item = (u64, Option<u64>, &T)> {
        let ends = self.0.iter().skip(1).map(|(end, _)| Some(*end)).chain([None]);
        self.0.iter().zip(ends).map(|((start, value), end)| (*start, end, value))
    }

    /// Returns the value at an instant.
    pub(crate) fn at(&self, at: u64) -> Option<&T> {
        self.0.iter().rev().find(|(since, _)| *since <= at).map(|(_, value)| value)
    }
}

impl<T> Default for Changes<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// A promotion as it was seen.
#[derive(Clone, Debug)]
pub(crate) struct Promoted {
    pub(crate) node: NodeId,
    /// The primary before.
    pub(crate) from: NodeId,
    pub(crate) ordered: u64,
    pub(crate) marked_down: u64,
    /// When the last report had arrived of the node that was given up for it, if one was.
    pub(crate) last_report: Option<u64>,
    /// Whether it is a new node, restored from a backup.
    pub(crate) restored: bool,
    /// Whether the primary before was writable when it was ordered.
    pub(crate) alarm: bool,
    /// When a daemon that promoted its own node had reached the primary last.
    pub(crate) last_contact: Option<u64>,
    /// Whether a daemon did that reached nobody and had seen two others.
    pub(crate) lone: bool,
    /// The other standbys that served when it had ended.
    pub(crate) survivors: Vec<NodeId>,
    /// When the restore of a new node ended.
    pub(crate) restore: Option<u64>,
    pub(crate) finished: Option<u64>,
    pub(crate) published: Option<u64>,
    pub(crate) branch: Option<usize>,
    pub(crate) number: u32,
}

/// What was seen of a service.
#[derive(Debug, Default)]
pub(crate) struct OfService {
    pub(crate) writable: Changes<Vec<NodeId>>,
    pub(crate) census: Changes<(u64, u64)>,
    pub(crate) bare: Changes<bool>,
    pub(crate) names: [Changes<Targets>; 3],
    pub(crate) marked_down: Vec<(u64, u64, NodeId)>,
    /// Whether each of them was the primary then.
    pub(crate) led: Vec<bool>,
    pub(crate) promotions: Vec<Promoted>,
    pub(crate) following: Changes<Vec<NodeId>>,
}

/// What was seen of a run.
#[derive(Debug, Default)]
pub(crate) struct Looks {
    pub(crate) services: Vec<OfService>,
    pub(crate) protected: Vec<Changes<bool>>,
    pub(crate) both: Vec<Changes<bool>>,
    pub(crate) faults: Vec<u64>,
    pub(crate) orders: Vec<u64>,
    pub(crate) roles: Vec<(u64, ServiceId)>,
    pub(crate) parts: Vec<(u64, ServiceId)>,
    pub(crate) shown: Vec<(u64, ServiceId)>,
    pub(crate) fenced: Vec<u64>,
    /// What was done by hand, disks that filled, orders that reached a node, stops that ended, and
    /// decisions that lead an operation from one step to the next.
    pub(crate) steps: Vec<u64>,
    pub(crate) events: u64,
    contacts: Contacts,
    given_up: Vec<NodeId>,
    promoting: Vec<bool>,
    roles_of_nodes: Vec<Role>,
}

/// The rules by which an operation goes from one step to the next.
const OF_OPERATIONS: [Rule; 8] = [
    Rule::BeginInWindow,
    Rule::StopAwaitingConsumers,
    Rule::LetCommitsWait,
    Rule::StopOldPrimary,
    Rule::KillOldPrimary,
    Rule::ReturnToOldPrimary,
    Rule::UpgradePrimary,
    Rule::BackUpUpgradedPrimary,
];

impl Looks {
    /// Looks at a run after an event that left these notes.
    pub(crate) fn look(&mut self, sim: &Sim, movement: &Movement, notes: &[Note]) {
        let world = sim.world();
        let now = micros(world.now);
        self.services.resize_with(world.services.len(), OfService::default);
        self.protected.resize_with(world.integrations.len(), Changes::default);
        self.both.resize_with(world.integrations.len(), Changes::default);
        for service in &world.services {
            self.look_at_service(world, service.id, now);
        }
        for (index, bound) in world.integrations.iter().enumerate() {
            let both = [bound.source, bound.destination];
            let across = |of: ServiceId| {
                world.existing(of).any(|node| {
                    let upstream = node.upstream.map(|upstream| world.node(upstream));
                    let other =
                        upstream.filter(|one| one.service != of && one.role == Role::Primary);
                    node.role == Role::Standby && node.streaming && other.is_some()
                })
            };
            self.protected[index].see(now, both.iter().any(|of| across(*of)));
            let writes = |of: ServiceId| world.existing(of).any(Node::writable);
            self.both[index].see(now, both.iter().all(|of| writes(*of)));
        }
        self.contacts.look(sim, now);
        self.look_at_beliefs(sim, notes, now);
        for note in notes {
            self.events += 1;
            self.hear(world, note, now);
        }
        self.look_at_promotions(world, movement, notes, now);
    }

    fn look_at_service(&mut self, world: &World, id: ServiceId, now: u64) {
        let of = &mut self.services[id.index()];
        let nodes = || world.existing(id);
        of.writable.see(now, nodes().filter(|node| node.writable()).map(|node| node.id).collect());
        let count = |good: &dyn Fn(&&Node) -> bool| {
            u64::try_from(nodes().filter(good).count()).expect("a service has few nodes")
        };
        let serves = count(&|node| node.writable() || (node.promotable() && node.streaming));
        of.census.see(now, (count(&|_| true), serves));
        let streams = |node: &&Node| node.role == Role::Standby && node.streaming;
        of.following.see(now, nodes().filter(streams).map(|node| node.id).collect());
        let follows = world.service(id).follows.is_some();
        let standbys = count(&|node| node.promotable() && !node.promoting);
        of.bare.see(now, standbys == 0 && !follows);
        for (place, endpoint) in Endpoint::ALL.into_iter().enumerate() {
            let record = world.service(id).record(endpoint);
            let known = &mut self.services[id.index()].names[place].0;
            if record.changes.len() > known.len() {
                known.push((now, record.now()));
                if endpoint == Endpoint::Primary && now > 0 {
                    self.served(world, record.now(), now);
                }
            }
        }
    }

    /// A primary's name is served with these nodes.
    fn served(&mut self, world: &World, targets: Targets, now: u64) {
        for node in targets.iter() {
            let own = world.node(node).service;
            let reads = world.service(own).follows.is_some() && world.pair_of(own).is_none();
            let promotions = &mut self.services[own.index()].promotions;
            let last = promotions.iter_mut().rev().find(|one| one.node == node);
            if let Some(last) = last.filter(|_| !reads) {
                last.published.get_or_insert(now);
            }
        }
    }

    fn look_at_beliefs(&mut self, sim: &Sim, notes: &[Note], now: u64) {
        for service in &sim.world().services {
            let Some(belief) = sim.belief(service.id) else { continue };
            for member in &belief.members {
                let Some(node) = service.numbered(member.number) else { continue };
                let down = member.standing == Standing::GivenUp;
                if !down || self.given_up.contains(&node) {
                    continue;
                }
                self.given_up.push(node);
                // Who is destroyed at an operator's order was not found to be down.
                let own = |by: &DeciderId| by.index() == service.id.index();
                let silent = |note: &Note| {
                    matches!(&note.what, What::Decided(by, Signal::SilenceDue(number), ..)
                        if own(by) && *number == member.number)
                };
                // A take-over that failed: whoever was to take over is not waited for.
                let failed = |note: &Note| {
                    matches!(&note.what, What::Paired(by, Rule::ReturnToActive, _)
                        if own(by))
                };
                let news = |note: &Note| matches!(&note.what, What::Decided(by, ..) if own(by));
                let told = |note: &Note| {
                    matches!(&note.what, What::Ordered(_, by, ..) | What::Paired(by, ..)
                        if own(by))
                };
                let found = notes.iter().any(news) && !notes.iter().any(told);
                if !found && !notes.iter().any(|note| silent(note) || failed(note)) {
                    continue;
                }
                // Of a new node that was never heard nothing is missed.
                let silent = member.missed.is_some();
                let last = member.report.map_or(0, |report| micros(report.arrived));
                let world = sim.world();
                let primary = world.service(world.in_charge(service.id)).primary;
                let of = &mut self.services[service.id.index()];
                of.marked_down.push((now, if silent { last } else { now }, node));
                of.led.push(node == primary);
            }
        }
    }

    fn hear(&mut self, world: &World, note: &Note, now: u64) {
        assert_eq!(micros(note.at), now, "a note is late");
        match &note.what {
            What::Struck(..) | What::Healed(..) => self.faults.push(now),
            What::Declined(..) => self.orders.push(now),
            What::Ordered(_, by, _, actions) => {
                self.orders.push(now);
                self.decided(world, *by, actions, now);
            }
            What::Decided(by, _, rule, actions) => {
                self.steps.extend(OF_OPERATIONS.contains(rule).then_some(now));
                self.decided(world, *by, actions, now);
            }
            What::Paired(by, _, actions) => self.decided(world, *by, actions, now),
            What::Stands(service, ..) => self.roles.push((now, *service)),
            What::Belongs(service, ..) => self.parts.push((now, *service)),
            What::Shown(service, _) => self.shown.push((now, *service)),
            What::Moved(Event::FenceActs(_)) => self.fenced.push(now),
            What::Moved(Event::RestoreEnds(id, _)) => {
                let own = &mut self.services[world.node(*id).service.index()].promotions;
                let last = own.iter_mut().rev().find(|one| one.node == *id && one.restored);
                if let Some(last) = last {
                    last.restore = Some(now);
                }
            }
            What::Operated(..)
            | What::Moved(
                Event::DiskFills(..)
                | Event::SlotWalFills(..)
                | Event::OrderArrives(..)
                | Event::NodeOrdered(..)
                | Event::StopEnds(..),
            ) => self.steps.push(now),
            What::Missed(_)
            | What::Moved(_)
            | What::Watched(..)
            | What::Lost(..)
            | What::Failed(_)
            | What::Refused(..)
            | What::Works(..)
            | What::Slot(_) => {}
        }
    }

    fn decided(&mut self, world: &World, by: DeciderId, actions: &[Action], now: u64) {
        let service = ServiceId::at(by.index());
        for action in actions {
            if let Action::Promote(number)
            | Action::TakeOver(number, _)
            | Action::BuildPrimary(number) = action
            {
                let numbered = world.service(service).numbered(*number);
                let node = numbered.unwrap_or(NodeId::at(world.nodes.len()));
                let restored = matches!(action, Action::BuildPrimary(_));
                self.ordered(world, service, (node, restored), now);
            }
        }
    }

    fn ordered(
        &mut self,
        world: &World,
        service: ServiceId,
        (node, restored): (NodeId, bool),
        now: u64,
    ) {
        let primary = world.service(world.in_charge(service)).primary;
        let of = &mut self.services[service.index()];
        let down = of.marked_down.iter().rev();
        let down = down
            .clone()
            .find(|(at, ..)| *at == now)
            .or_else(|| down.clone().find(|(_, _, node)| *node == primary));
        let marked_down = down.map_or(now, |(at, ..)| *at);
        of.promotions.push(Promoted {
            node,
            from: primary,
            ordered: now,
            marked_down,
            last_report: down.map(|(_, last, _)| *last),
            restored,
            alarm: world.node(primary).writable(),
            last_contact: None,
            lone: false,
            survivors: Vec::new(),
            restore: None,
            finished: None,
            published: None,
            branch: None,
            number: 0,
        });
    }

    fn look_at_promotions(&mut self, world: &World, movement: &Movement, notes: &[Note], now: u64) {
        let daemons = world.knobs.policy == Policy::Pglookout;
        for node in &world.nodes {
            let index = node.id.index();
            let begins = node.promoting && !self.promoting.get(index).copied().unwrap_or(false);
            let told = notes.iter().any(|note| {
                matches!(
                    note.what,
                    What::Moved(
                        Event::OrderArrives(_, Order::Promote(_))
                            | Event::RestoreEnds(..)
                            | Event::Drained(..)
                    ) | What::Operated(..)
                )
            });
            if daemons && begins && !told {
                self.ordered(world, node.service, (node.id, false), now);
                let own = &mut self.services[node.service.index()].promotions;
                let last = own.last_mut().expect("it was ordered just now");
                (last.last_contact, last.lone) = self.contacts.of(world, node);
            }
            let was = self.roles_of_nodes.get(index).copied();
            if was == Some(Role::Standby) && node.role == Role::Primary {
                self.finished(world, movement, node.id, now);
            }
        }
        self.promoting = world.nodes.iter().map(|node| node.promoting).collect();
        self.roles_of_nodes = world.nodes.iter().map(|node| node.role).collect();
    }

    fn finished(&mut self, world: &World, movement: &Movement, id: NodeId, now: u64) {
        let node = world.node(id);
        let branch = node.branch.index();
        let parent = movement.branches[branch].parent.expect("a promotion has a parent").0;
        let mut known = world.branches[parent].number;
        if world.reaches_archive(id) {
            for (index, other) in movement.branches.iter().enumerate() {
                let filed = other.began + world.knobs.history_upload.as_micros();
                let own = world.branches[index].service == node.service && index != branch;
                if own && filed <= other.uploads.until(now) {
                    known = known.max(world.branches[index].number);
                }
            }
        }
        let promotions = &mut self.services[node.service.index()].promotions;
        if let Some(last) = promotions.iter_mut().rev().find(|one| one.node == id) {
            last.finished = Some(now);
            let standbys = world.existing(node.service).filter(|one| one.promotable());
            last.survivors =
                standbys.filter(|one| !one.promoting && one.id != id).map(|one| one.id).collect();
            last.branch = Some(branch);
            last.number = known + 1;
        }
    }
}
