//! A node: its machine, its server process, its role, and how far it has come in the WAL.
//!
//! Knows nothing of the platform's opinion of it. Kept here: the epoch is raised whenever what is
//! under way on the node is called off, so that a stale event is recognised and dropped.

use super::drawn::Lag;
use super::ids::{BranchId, NodeId, RegionId, ServiceId, Zone};
use super::link::Place;
use super::quorum::QuorumRule;
use super::signal::Condition;
use crate::kernel::{Instant, Path, Position, Span};

/// A node of a service.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::model::{Host, Process, Role};
/// let [primary, standby] = &sim.world().nodes[..] else { unreachable!() };
/// assert_eq!((primary.number, primary.role), (1, Role::Primary));
/// assert_eq!((standby.number, standby.role), (2, Role::Standby));
/// assert_eq!((standby.host, standby.process), (Host::Up, Process::Running));
/// assert_eq!((primary.upstream, standby.upstream), (None, Some(primary.id)));
/// assert!(standby.streaming);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "each is an independent fact about a server")]
pub struct Node {
    /// Its id.
    pub id: NodeId,
    /// Its service.
    pub service: ServiceId,
    /// Its number in its name: 2 in `orders-2`.
    pub number: u16,
    /// Its region.
    pub region: RegionId,
    /// Its zone.
    pub zone: Zone,
    /// The state of its machine.
    pub host: Host,
    /// The state of its server process.
    pub process: Process,
    /// What its server is.
    pub role: Role,
    /// The history that it holds.
    pub branch: BranchId,
    /// How far it has received that history; for a primary, what it received before it was one.
    pub received: Path,
    /// How far it has replayed it.
    pub replayed: Path,
    /// The node it follows or is to follow.
    pub upstream: Option<NodeId>,
    /// The node that it has been told to follow while nobody could reach it.
    pub told_to_follow: Option<NodeId>,
    /// Whether WAL flows to it from its upstream.
    pub streaming: bool,
    /// When its upstream fell silent, if it has.
    pub upstream_lost: Option<Instant>,
    /// Whether it has once been close enough to its upstream to serve.
    pub ready: bool,
    /// Whether it holds WAL beyond the point where the timeline it is to follow begins.
    pub unfit: bool,
    /// Whether it gives up what its next upstream does not have.
    pub rewinds: bool,
    /// Where its own life as a standby begins: it cannot have a slot that needs older WAL.
    pub slots_from: Position,
    /// Whether its machine is ready and waits to be delivered.
    pub machine_waits: bool,
    /// Whether it is becoming primary.
    pub promoting: bool,
    /// Whether it was told to receive no more, until it is told whom to follow.
    pub detached: bool,
    /// Whether its server was shut down in a controlled way and has not started since.
    pub shut_down: bool,
    /// When the checkpoint of its controlled stop is written.
    pub checkpointed: Instant,
    /// When its controlled stop is to end, as far as it has been planned.
    pub stops_at: Option<Instant>,
    /// The node to which it passes connections on.
    pub forwards_to: Option<NodeId>,
    /// Up to where it is to have everything before it becomes primary.
    pub awaits: Option<Position>,
    /// Whether it is stopped, or being stopped, to be upgraded.
    pub upgrading: bool,
    /// When a full backup of it was begun that is not done yet.
    pub backing_up: Option<Instant>,
    /// Whether and how it is being kept from writing.
    pub fence: Fence,
    /// What impairs it without stopping it.
    pub impairments: Impairments,
    /// The lag of its link to whom it follows.
    pub(crate) lag: Lag,
    /// The standbys that commits wait for while it is primary, as written in its settings.
    pub quorum_rule: Option<QuorumRule>,
    /// When it last ended a crash recovery as a primary, which writes a checkpoint.
    pub recovered: Instant,
    /// How often its server has crashed.
    pub crashes: u32,
    /// Raised whenever what is under way on it is called off.
    pub epoch: u32,
    /// Raised whenever its plan of catching up changes.
    pub catch_up_epoch: u32,
    /// Since when its server has answered without a break.
    pub up_since: Instant,
    /// When its server ended last; the sessions before are gone.
    pub ended_last: Option<Instant>,
}

/// The state of a machine.
///
/// # Examples
/// A host freezes at 60 s and goes on at 150 s, to be deleted 10 s later:
/// ```
/// # let file = "scenarios/hang-resumed-after-promotion.ron";
/// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::kernel::{Instant, Span};
/// use cutover::model::Host;
/// let mut host = |seconds| {
///     sim.run_until(Instant::ZERO + Span::from_secs(seconds));
///     (sim.world().nodes[0].host, sim.world().nodes[0].answers())
/// };
/// assert_eq!(host(59), (Host::Up, true));
/// assert_eq!(host(100), (Host::Frozen, false));
/// assert_eq!(host(155), (Host::Up, true));
/// assert_eq!(host(170), (Host::Deleted, false));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    /// It runs.
    Up,
    /// It is frozen: its kernel acknowledges packets, its processes do nothing.
    Frozen,
    /// It has no power; its disk is as it was.
    Off,
    /// It died.
    Dead,
    /// The platform has deleted it.
    Deleted,
}

/// The state of a server process.
///
/// # Examples
/// The life of a node that replaces another, ordered at 1m58s:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::kernel::{Instant, Span};
/// use cutover::model::Process;
/// let mut process = |minutes| {
///     sim.run_until(Instant::ZERO + Span::from_mins(minutes));
///     sim.world().nodes[2].process
/// };
/// // The machine takes 180 s, the restore 205 s.
/// assert_eq!(process(4), Process::Absent);
/// assert_eq!(process(7), Process::Restoring);
/// assert_eq!(process(10), Process::Running);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Process {
    /// The machine is being created.
    Absent,
    /// The machine is there and a backup is being restored on it.
    Restoring,
    /// It answers.
    Running,
    /// Its main process is gone and its sessions are about to end.
    Dying,
    /// It is being stopped in a controlled way: it has no sessions and still sends WAL.
    Stopping,
    /// It does not run.
    Down,
    /// It replays WAL before it can answer.
    Recovering,
}

/// What a server is.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::model::Role;
/// let primaries = |sim: &cutover::sim::Sim| -> Vec<u16> {
///     let nodes = sim.world().nodes.iter().filter(|node| node.role == Role::Primary);
///     nodes.filter(|node| node.answers()).map(|node| node.number).collect()
/// };
/// assert_eq!(primaries(&sim), [1]);
/// sim.run();
/// assert_eq!(primaries(&sim), [2]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// It accepts writes.
    Primary,
    /// It follows another node.
    Standby,
}

/// Whether and how a node is being kept from writing.
///
/// # Examples
/// A frozen primary is given up at 1m57s, and can be reached again from 150 s on:
/// ```
/// # let file = "scenarios/hang-resumed-after-promotion.ron";
/// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::kernel::{Instant, Span};
/// use cutover::model::Fence;
/// let mut fence = |seconds| {
///     sim.run_until(Instant::ZERO + Span::from_secs(seconds));
///     sim.world().nodes[0].fence
/// };
/// assert_eq!([fence(100), fence(130)], [Fence::Unwanted, Fence::Wanted]);
/// // The fence takes 10 s, in which the node accepts writes.
/// assert_eq!(fence(155), Fence::Acting);
/// assert!(sim.world().nodes[0].writable());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fence {
    /// Nobody wants that.
    Unwanted,
    /// The platform wants it and has no contact.
    Wanted,
    /// The platform has contact and the fence is about to act.
    Acting,
}

/// What impairs a node without stopping it.
///
/// # Examples
/// A long query holds the replay of a standby up, and not what it receives:
/// ```
/// # let file = "scenarios/reporting-query-holds-the-promotion.ron";
/// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::kernel::{Instant, Span};
/// use cutover::model::Impairments;
/// assert_eq!(sim.world().nodes[1].impairments, Impairments::default());
/// sim.run_until(Instant::ZERO + Span::from_secs(55));
/// let standby = &sim.world().nodes[1];
/// assert!(standby.impairments.replay_held_until.is_some());
/// assert!(standby.replayed.at(sim.now()) < standby.received.at(sim.now()));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Impairments {
    /// Nothing reaches its disk.
    pub stalled: bool,
    /// Its disk is full.
    pub disk_full: bool,
    /// It refuses new connections.
    pub exhausted: bool,
    /// It crashes again after having answered for this long.
    pub crash_loop: Option<Span>,
    /// A query holds its replay up until then.
    pub replay_held_until: Option<Instant>,
    /// How far its clock is ahead.
    pub clock_ahead: Span,
    /// How far its clock is behind.
    pub clock_behind: Span,
}

impl Node {
    /// Returns where the node stands in the network.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::model::{NodeId, Place, RegionId, Zone};
    /// let standby = &sim.world().nodes[1];
    /// assert_eq!(standby.place(), Place::Node(NodeId(1), RegionId(0), Zone::B));
    /// ```
    pub fn place(&self) -> Place {
        Place::Node(self.id, self.region, self.zone)
    }

    /// Returns whether its server answers queries.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::kernel::{Instant, Span};
    /// sim.run_until(Instant::ZERO + Span::from_secs(61));
    /// let answers: Vec<_> = sim.world().nodes.iter().map(|node| node.answers()).collect();
    /// assert_eq!(answers, [false, true]);
    /// ```
    pub fn answers(&self) -> bool {
        self.host == Host::Up && self.process == Process::Running
    }

    /// Returns whether its sessions are alive: its server answers, or is about to end them.
    pub(crate) fn serves(&self) -> bool {
        self.host == Host::Up && matches!(self.process, Process::Running | Process::Dying)
    }

    /// Returns whether its server is being stopped in a controlled way and still sends WAL.
    pub(crate) fn is_stopping(&self) -> bool {
        self.host == Host::Up && self.process == Process::Stopping
    }

    /// Returns whether it could report: its server answers, or its restore is under way.
    ///
    /// # Examples
    /// ```
    /// # let file = "scenarios/business-primary-crash.ron";
    /// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
    /// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::kernel::{Instant, Span};
    /// assert!(sim.world().nodes[0].reports());
    /// sim.run_until(Instant::ZERO + Span::from_secs(61));
    /// assert!(!sim.world().nodes[0].reports(), "its host has died");
    /// ```
    pub fn reports(&self) -> bool {
        self.host == Host::Up && matches!(self.process, Process::Running | Process::Restoring)
    }

    /// Returns what it says of itself.
    pub(crate) fn condition(&self) -> Condition {
        match self.role {
            Role::Primary => Condition::Primary,
            Role::Standby if self.unfit => Condition::CannotFollow,
            Role::Standby if self.ready && !self.promoting => Condition::Standby,
            Role::Standby => Condition::CatchingUp,
        }
    }

    /// Returns whether it accepts writes.
    ///
    /// # Examples
    /// Nobody does between the death of a primary and the promotion of the standby:
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::kernel::{Instant, Span};
    /// let mut writable = |seconds| {
    ///     sim.run_until(Instant::ZERO + Span::from_secs(seconds));
    ///     sim.world().nodes.iter().filter(|node| node.writable()).count()
    /// };
    /// assert_eq!([writable(59), writable(61), writable(117), writable(119)], [1, 0, 0, 1]);
    /// ```
    pub fn writable(&self) -> bool {
        self.answers() && self.role == Role::Primary && !self.impairments.stalled
    }

    /// Returns whether it could be promoted: it follows, serves, and nothing else is wanted of it.
    ///
    /// # Examples
    /// A primary is not, and a new standby is once it has caught up:
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::kernel::{Instant, Span};
    /// let mut promotable = |minutes| -> Vec<u16> {
    ///     sim.run_until(Instant::ZERO + Span::from_mins(minutes));
    ///     let nodes = sim.world().nodes.iter().filter(|node| node.promotable());
    ///     nodes.map(|node| node.number).collect()
    /// };
    /// // The standby of the start is promoted at 1m58s, its own standby serves at 8m28s.
    /// assert_eq!([promotable(1), promotable(8), promotable(9)], [vec![2], vec![], vec![3]]);
    /// ```
    pub fn promotable(&self) -> bool {
        self.answers()
            && self.role == Role::Standby
            && self.ready
            && !self.unfit
            && self.fence == Fence::Unwanted
    }

    /// Returns whether its machine still exists.
    pub(crate) fn exists(&self) -> bool {
        !matches!(self.host, Host::Dead | Host::Deleted)
    }

    /// Calls off whatever is under way on the node.
    pub(crate) fn call_off(&mut self) {
        self.epoch += 1;
        self.catch_up_epoch += 1;
        self.promoting = false;
        self.awaits = None;
        self.upgrading = false;
        self.backing_up = None;
    }
}
