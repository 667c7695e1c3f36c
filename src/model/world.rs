//! The world: every part of the truth by its id, the clock, and what is going to happen.
//!
//! Knows nothing of beliefs or verdicts. Kept here: the world is a plain value; a clone of it goes
//! on exactly as the original would.

use std::sync::Arc;

use super::branch::Branch;
use super::client::Client;
use super::consumer::Reading;
use super::drawn::Drawn;
use super::event::Event;
use super::ids::{BranchId, ClientId, NodeId, RegionId, ServiceId, Zone};
use super::integration::Integration;
use super::link::{Links, Place};
use super::node::Node;
use super::service::Service;
use super::slot::{Database, Slot};
use crate::kernel::{Chance, Instant, Law, Path, Queue, Span};
use crate::knob::{Knobs, Touch, Touched};

/// The names of the parts of a run.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/readers-in-a-failover.ron".as_ref())
/// #     .expect("it is valid");
/// # let sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// let names = &sim.world().names;
/// assert_eq!((&*names.services[0], &*names.clients[1]), ("orders", "till"));
/// assert_eq!(names.regions[0], "eu-west");
/// assert!(names.slots.is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Names {
    /// The services' names, by id.
    pub services: Vec<String>,
    /// The clients' names, by id.
    pub clients: Vec<String>,
    /// The regions' names, by id.
    pub regions: Vec<String>,
    /// The logical slots' names, by id.
    pub slots: Vec<String>,
    /// The names of the databases that own them, by id.
    pub databases: Vec<String>,
}

/// The truth of one run.
///
/// # Examples
/// What is true and what is believed: the primary is dead, and the platform does not know.
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::kernel::{Instant, Span};
/// use cutover::model::{Host, ServiceId};
/// sim.run_until(Instant::ZERO + Span::from_secs(61));
/// let primary = sim.world().node(sim.world().service(ServiceId(0)).primary);
/// assert_eq!(primary.host, Host::Dead);
/// let platform = sim.belief(ServiceId(0)).expect("it decides");
/// assert_eq!(platform.primary, primary.number);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct World {
    /// The values of all knobs.
    pub knobs: Arc<Knobs>,
    /// The names of the parts.
    pub names: Arc<Names>,
    /// Where every draw comes from.
    pub chance: Chance,
    /// The present instant.
    pub now: Instant,
    /// What is going to happen.
    pub queue: Queue<Event>,
    /// The services.
    pub services: Vec<Service>,
    /// What binds services together.
    pub integrations: Vec<Integration>,
    /// The nodes.
    pub nodes: Vec<Node>,
    /// The branches of WAL history.
    pub branches: Vec<Branch>,
    /// The clients.
    pub clients: Vec<Client>,
    /// The logical replication slots.
    pub slots: Vec<Slot>,
    /// The databases that own them.
    pub(crate) databases: Vec<Database>,
    /// What consumers of slots were given, in the order in which they began.
    pub readings: Vec<Reading>,
    /// Which links are cut.
    pub(crate) links: Links,
    /// The delays that were drawn for the run.
    pub(crate) drawn: Drawn,
    /// Which zones, or whole regions, have no power.
    pub dark: Vec<(RegionId, Option<Zone>)>,
    /// What has happened that makes knobs matter.
    pub touched: Touched,
    /// Whether what is bound to happen is computed rather than made to happen step by step.
    pub is_lazy: bool,
}

impl World {
    /// Returns a service.
    ///
    /// # Panics
    /// When the run has no such service.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::model::{Plan, ServiceId};
    /// assert_eq!(sim.world().service(ServiceId(0)).plan, Plan::Business);
    /// ```
    pub fn service(&self, id: ServiceId) -> &Service {
        &self.services[id.index()]
    }

    /// Returns a node.
    ///
    /// # Panics
    /// When the run has no such node.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::model::{NodeId, Role};
    /// assert_eq!(sim.world().node(NodeId(0)).role, Role::Primary);
    /// assert_eq!(sim.world().node(NodeId(1)).upstream, Some(NodeId(0)));
    /// ```
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    /// Returns a node, to change it.
    pub(crate) fn node_mut(&mut self, id: NodeId) -> &mut Node {
        &mut self.nodes[id.index()]
    }

    /// Returns a branch.
    ///
    /// # Examples
    /// How much WAL the primary wrote in ten seconds, at 200 commits of 3 KiB a second:
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::kernel::{Instant, Lsn, Span};
    /// sim.run_until(Instant::ZERO + Span::from_secs(10));
    /// let world = sim.world();
    /// let branch = world.branch(world.nodes[0].branch);
    /// assert_eq!(branch.written.at(world.now).lsn(), Lsn(10 * 200 * 3 * 1024));
    /// ```
    pub fn branch(&self, id: BranchId) -> &Branch {
        &self.branches[id.index()]
    }

    /// Returns a branch, to change it.
    pub(crate) fn branch_mut(&mut self, id: BranchId) -> &mut Branch {
        &mut self.branches[id.index()]
    }

    /// Returns a client.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::model::ClientId;
    /// assert!(sim.world().client(ClientId(0)).work.writes());
    /// assert_eq!(sim.world().client(ClientId(1)).id, ClientId(1));
    /// ```
    pub fn client(&self, id: ClientId) -> &Client {
        &self.clients[id.index()]
    }

    /// Returns a client, to change it.
    pub(crate) fn client_mut(&mut self, id: ClientId) -> &mut Client {
        &mut self.clients[id.index()]
    }

    /// Returns a node's name.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::model::NodeId;
    /// assert_eq!(sim.world().node_name(NodeId(1)), "orders-2");
    /// ```
    pub fn node_name(&self, id: NodeId) -> String {
        let node = self.node(id);
        format!("{}-{}", self.names.services[node.service.index()], node.number)
    }

    /// Returns the ids of a service's nodes whose machines exist, by number.
    ///
    /// # Examples
    /// A dead host is none, and one that is ordered is there before it runs:
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::model::ServiceId;
    /// let numbers = |sim: &cutover::sim::Sim| -> Vec<u16> {
    ///     sim.world().existing(ServiceId(0)).map(|node| node.number).collect()
    /// };
    /// assert_eq!(numbers(&sim), [1, 2]);
    /// sim.run();
    /// assert_eq!(numbers(&sim), [2, 3]);
    /// ```
    pub fn existing(&self, service: ServiceId) -> impl Iterator<Item = &Node> + '_ {
        self.service(service).nodes.iter().map(|id| self.node(*id)).filter(|node| node.exists())
    }

    /// Lets an event happen later.
    pub(crate) fn schedule(&mut self, at: Instant, event: Event) {
        if at < Instant::FAR {
            self.queue.push(at, event.rank(), event);
        }
    }

    /// Returns how many nodes a service lacks of those that its plan has: nodes that neither take
    /// writes nor could be promoted. A standby counts whether it follows somebody or not, as all of
    /// them lose whom they follow when the primary dies.
    pub(crate) fn nodes_out(&self, service: ServiceId) -> u8 {
        let there = self.existing(service).filter(|node| node.writable() || node.promotable());
        let there = u8::try_from(there.count()).unwrap_or(u8::MAX);
        self.service(service).plan.nodes().saturating_sub(there)
    }

    /// Notes that something happened which makes knobs matter.
    pub(crate) fn touch(&mut self, touch: Touch) {
        self.touched.add(touch);
    }

    /// Draws a duration; purpose, name and counter alone say which words are used for it.
    pub(crate) fn draw(&self, law: Law, purpose: &str, name: &str, counter: u64) -> Span {
        if law.is_fixed() {
            return law.draw(0);
        }
        law.draw(self.chance.word(purpose, name, counter))
    }

    /// Draws a duration for a node, by its name.
    pub(crate) fn draw_of(&self, node: NodeId, law: Law, purpose: &str, counter: u64) -> Span {
        if law.is_fixed() {
            return law.draw(0);
        }
        self.draw(law, purpose, &self.node_name(node), counter)
    }

    /// Returns whether packets pass both ways between two parties.
    ///
    /// # Examples
    /// The primary is cut off from 60 s to 110 s:
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/glitch-of-50s.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::kernel::{Instant, Span};
    /// let mut connects = |seconds| {
    ///     sim.run_until(Instant::ZERO + Span::from_secs(seconds));
    ///     let world = sim.world();
    ///     world.connects(world.clients[0].place(), world.nodes[0].place())
    /// };
    /// assert_eq!([connects(59), connects(61), connects(111)], [true, false, true]);
    /// ```
    pub fn connects(&self, one: Place, other: Place) -> bool {
        self.links.connects(one, other)
    }

    /// Returns whether packets pass from one party to another.
    ///
    /// # Examples
    /// The primary is cut off from 60 s on:
    /// ```
    /// # let file = "scenarios/glitch-of-50s.ron";
    /// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
    /// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::kernel::{Instant, Span};
    /// use cutover::model::Place;
    /// sim.run_until(Instant::ZERO + Span::from_secs(61));
    /// let (world, node) = (sim.world(), sim.world().nodes[0].place());
    /// assert!(!world.passes(node, Place::Platform) && !world.passes(Place::Platform, node));
    /// ```
    pub fn passes(&self, from: Place, to: Place) -> bool {
        self.links.passes(from, to)
    }

    /// Returns the path of what a node has to offer to those that follow it.
    ///
    /// # Examples
    /// A primary offers what it has written, a standby what it has received:
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::kernel::{Instant, Span};
    /// use cutover::model::NodeId;
    /// sim.run_until(Instant::ZERO + Span::from_secs(30));
    /// let (world, now) = (sim.world(), sim.now());
    /// assert_eq!(world.output(NodeId(0)), &world.branches[0].written);
    /// let behind = world.output(NodeId(0)).at(now).minus(world.output(NodeId(1)).at(now));
    /// // 5 ms of 600 KiB a second are on the way.
    /// assert_eq!(behind.lsn().get(), 3 * 1024);
    /// ```
    pub fn output(&self, node: NodeId) -> &Path {
        let node = self.node(node);
        match node.role {
            super::node::Role::Primary => &self.branch(node.branch).written,
            super::node::Role::Standby => &node.received,
        }
    }
}
