//! Logical replication slots: on which nodes each exists, and up to where it is confirmed there.
//!
//! On a primary a slot's position is what its consumer fed back; on a standby it is what the jobs
//! last copied. Knows nothing of how jobs and consumers come to act. Kept here: a position is
//! computed for an instant from what happened strictly before it, so that nothing depends on when
//! it is asked for.

use super::ids::{BranchId, DatabaseId, NodeId, ServiceId, SlotId};
use super::node::Role;
use super::world::World;
use crate::kernel::{Instant, Law, Pace, Position};
use crate::knob::{LeftoverSlot, Mutant, SlotPolicy};

/// A logical replication slot to simulate.
///
/// # Examples
/// ```
/// # let file = "scenarios/leftover-slot-of-the-same-name.ron";
/// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
/// # let setup = loaded.setup;
/// let [cdc, search] = &setup.slots[..] else { unreachable!() };
/// assert_eq!((cdc.name.as_str(), search.name.as_str()), ("cdc", "search"));
/// // They have existed for long, and somebody left one of that name on the second node.
/// assert!(cdc.creates.is_none() && search.creates.is_none());
/// assert_eq!((cdc.left_over.as_slice(), search.left_over.as_slice()), (&[2][..], &[][..]));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SlotSetup {
    /// Its name.
    pub name: String,
    /// The service it belongs to.
    pub service: ServiceId,
    /// The database it belongs to.
    pub database: DatabaseId,
    /// When it is created; nothing if it has existed for long when the run begins.
    pub creates: Option<Law>,
    /// The numbers of the nodes on which somebody left a slot of this name before the run begins.
    pub left_over: Vec<u16>,
}

/// A database to simulate.
///
/// # Examples
/// ```
/// # let file = "scenarios/maintenance-keeps-a-slot.ron";
/// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
/// # let setup = loaded.setup;
/// use cutover::model::ServiceId;
/// let database = &setup.databases[setup.slots[0].database.index()];
/// assert_eq!((database.name.as_str(), database.service), ("defaultdb", ServiceId(0)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DatabaseSetup {
    /// Its name.
    pub name: String,
    /// The service it belongs to.
    pub service: ServiceId,
}

/// A database that owns logical slots, and the extension that copying them needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Database {
    /// The service it belongs to.
    pub service: ServiceId,
    /// Where in the WAL the extension was installed, if it was.
    pub installed: Option<Installed>,
}

/// The installation of an extension: a change in the WAL as any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Installed {
    /// The branch.
    pub branch: BranchId,
    /// Where in it.
    pub position: Position,
    /// The first instant whose jobs see it.
    pub seen_from: Instant,
}

/// A logical replication slot.
///
/// # Examples
/// Maintenance brings two new servers, and the slot is on both when they take over:
/// ```
/// # let file = "scenarios/maintenance-keeps-a-slot.ron";
/// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// assert_eq!(sim.world().slots[0].copies.len(), 2);
/// sim.run();
/// let world = sim.world();
/// let alive = |copy: &&cutover::model::SlotCopy| world.node(copy.node).answers();
/// let nodes: Vec<_> = world.slots[0].copies.iter().filter(alive).map(|copy| copy.node).collect();
/// assert_eq!(nodes.len(), 2);
/// assert!(nodes.contains(&world.services[0].primary));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Slot {
    /// Its id.
    pub id: SlotId,
    /// The service it belongs to.
    pub service: ServiceId,
    /// The database it belongs to.
    pub database: DatabaseId,
    /// Whether somebody waits to create it.
    pub waits: bool,
    /// When it was created last, if it ever was.
    pub created: Option<Instant>,
    /// The first instant whose jobs see it.
    pub seen_from: Instant,
    /// Where in the WAL it was created first.
    pub start: (BranchId, Position),
    /// The nodes on which it exists.
    pub copies: Vec<SlotCopy>,
}

/// A slot on one node.
///
/// # Examples
/// One slot was copied to the standby, another one of its name was left there by somebody:
/// ```
/// # let file = "scenarios/leftover-slot-of-the-same-name.ron";
/// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::kernel::{Instant, Position, Span};
/// use cutover::model::NodeId;
/// sim.run_until(Instant::ZERO + Span::from_mins(3));
/// let copy = |slot: usize| sim.world().slots[slot].copy(NodeId(1)).expect("it is there");
/// assert!(copy(0).left_over && copy(0).base == Position::ZERO);
/// // The primary died at 1m17.9s, the job had run at 1m13s.
/// assert!(!copy(1).left_over && copy(1).base > Position::ZERO);
/// assert_eq!(copy(1).copied.to_string(), "1m13s");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SlotCopy {
    /// The node.
    pub node: NodeId,
    /// Its position but for what a consumer fed back since.
    pub base: Position,
    /// Where it was confirmed on the primary when it was copied, however far the node was then.
    pub read: Position,
    /// From when on feedback counts.
    pub since: Instant,
    /// The oldest WAL that it needed then.
    pub restart: Position,
    /// As of when its position was read on the primary.
    pub copied: Instant,
    /// When the server gave it up because it held back too much WAL, if it did.
    pub invalid: Option<Instant>,
    /// Where the WAL that it needs began when it came to a standby, while it is not to stay.
    pub temporary: Option<Position>,
    /// Whether it only has the name of the slot: somebody left it there before the run begins.
    pub left_over: bool,
}

impl SlotCopy {
    /// Returns a slot that has existed on a node for long when the run begins.
    pub(crate) fn at_start(node: NodeId) -> Self {
        Self {
            node,
            base: Position::ZERO,
            read: Position::ZERO,
            since: Instant::ZERO,
            restart: Position::ZERO,
            copied: Instant::ZERO,
            invalid: None,
            temporary: None,
            left_over: false,
        }
    }

    /// Returns a slot of the same name that somebody left on a node before the run begins.
    pub(crate) fn left_over(node: NodeId) -> Self {
        Self { left_over: true, ..Self::at_start(node) }
    }
}

impl Slot {
    /// Returns the slot on a node, if it exists there.
    ///
    /// # Examples
    /// ```
    /// # let file = "scenarios/maintenance-keeps-a-slot.ron";
    /// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
    /// # let sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::model::NodeId;
    /// let slot = &sim.world().slots[0];
    /// assert_eq!(slot.copy(NodeId(1)).map(|copy| copy.node), Some(NodeId(1)));
    /// assert_eq!(slot.copy(NodeId(2)), None);
    /// ```
    pub fn copy(&self, node: NodeId) -> Option<&SlotCopy> {
        self.copies.iter().find(|copy| copy.node == node)
    }

    /// Returns the slot on a node, to change it.
    pub(crate) fn copy_mut(&mut self, node: NodeId) -> Option<&mut SlotCopy> {
        self.copies.iter_mut().find(|copy| copy.node == node)
    }

    /// Returns whether it exists on a node and can be read there.
    ///
    /// # Examples
    /// One that held back too much WAL is still there, and nobody can read from it:
    /// ```
    /// # let file = "scenarios/abandoned-slot-is-given-up.ron";
    /// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
    /// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::model::NodeId;
    /// let slot = |sim: &cutover::sim::Sim| sim.world().slots[0].clone();
    /// assert!(slot(&sim).is_usable(NodeId(0)));
    /// sim.run();
    /// assert!(slot(&sim).copy(NodeId(0)).is_some() && !slot(&sim).is_usable(NodeId(0)));
    /// ```
    pub fn is_usable(&self, node: NodeId) -> bool {
        self.copy(node).is_some_and(|copy| copy.invalid.is_none())
    }
}

impl World {
    /// Returns a slot.
    ///
    /// # Examples
    /// ```
    /// # let file = "scenarios/maintenance-keeps-a-slot.ron";
    /// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
    /// # let sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::model::SlotId;
    /// assert_eq!(sim.world().slot(SlotId(0)), &sim.world().slots[0]);
    /// assert_eq!(sim.world().names.slots[0], "cdc");
    /// ```
    pub fn slot(&self, id: SlotId) -> &Slot {
        &self.slots[id.index()]
    }

    /// Returns a slot, to change it.
    pub(crate) fn slot_mut(&mut self, id: SlotId) -> &mut Slot {
        &mut self.slots[id.index()]
    }

    /// Returns the ids of a service's slots.
    ///
    /// # Examples
    /// ```
    /// # let file = "scenarios/leftover-slot-of-the-same-name.ron";
    /// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
    /// # let sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::model::{ServiceId, SlotId};
    /// let slots: Vec<_> = sim.world().slots_of(ServiceId(0)).collect();
    /// assert_eq!(slots, [SlotId(0), SlotId(1)]);
    /// ```
    pub fn slots_of(&self, service: ServiceId) -> impl Iterator<Item = SlotId> + '_ {
        self.slots.iter().filter(move |slot| slot.service == service).map(|slot| slot.id)
    }

    /// Returns up to where a slot is confirmed on a node by feedback that came before an instant.
    pub(crate) fn confirmed(&self, id: SlotId, node: NodeId, before: Instant) -> Option<Position> {
        let copy = self.slot(id).copy(node)?;
        let own = self.readings.iter().filter(|one| one.slot == id && one.node == node);
        let fed = own.filter(|one| one.begins >= copy.since).filter_map(|one| one.fed_back(before));
        Some(fed.fold(copy.base, Position::max))
    }

    /// Returns the oldest WAL that a slot needs on a node at an instant.
    ///
    /// It moves to a snapshot of running transactions once the consumer has confirmed beyond it;
    /// a primary that writes logs such snapshots at an even pace.
    pub(crate) fn restart_of(&self, id: SlotId, node: NodeId, at: Instant) -> Option<Position> {
        let copy = self.slot(id).copy(node)?;
        let of = self.node(node);
        if of.role != Role::Primary {
            return Some(copy.restart);
        }
        let confirmed = self.confirmed(id, node, at)?;
        let branch = self.branch(of.branch);
        let snapshots = Pace::every(branch.began, self.knobs.snapshot_period);
        let last = branch.last_at_or_below(confirmed).min(at);
        let snapshot = snapshots.last(last).map(|mark| floor(branch.written.at(mark)));
        let moved = snapshot.filter(|position| *position <= confirmed);
        Some(moved.map_or(copy.restart, |position| copy.restart.max(position)))
    }

    /// Returns whether a slot on a node is none that is kept there, but only has its name.
    ///
    /// # Examples
    /// ```
    /// # let file = "scenarios/leftover-slot-of-the-same-name.ron";
    /// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
    /// # let sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::model::NodeId;
    /// let world = sim.world();
    /// let copy = |slot: usize| world.slots[slot].copy(NodeId(1)).expect("it is there");
    /// assert!(world.is_left_alone(copy(0)) && !world.is_left_alone(copy(1)));
    /// ```
    pub fn is_left_alone(&self, copy: &SlotCopy) -> bool {
        let jobs = self.knobs.slot_policy == SlotPolicy::PlatformJobs;
        copy.left_over && !(jobs && self.knobs.leftover_slot == LeftoverSlot::TakenOver)
    }

    /// Creates a slot on a primary, at the end of its WAL; one of its name that was left there is
    /// dropped first.
    pub(crate) fn create_slot(&mut self, id: SlotId, node: NodeId, seen_from: Instant) {
        let (now, branch) = (self.now, self.node(node).branch);
        let position = floor(self.branch(branch).written.at(now));
        let copy = SlotCopy {
            base: position,
            since: now,
            restart: position,
            copied: now,
            ..SlotCopy::at_start(node)
        };
        let slot = self.slot_mut(id);
        slot.waits = false;
        if slot.created.is_none() {
            slot.start = (branch, position);
        }
        slot.created = Some(now);
        slot.seen_from = seen_from;
        slot.copies.retain(|copy| copy.node != node);
        slot.copies.push(copy);
        let service = slot.service;
        self.plan_slot_wal(service);
    }

    /// Lets a node that has become primary serve the slots that were copied to it.
    pub(super) fn take_over_slots(&mut self, node: NodeId) {
        let (now, service) = (self.now, self.node(node).service);
        let ids: Vec<SlotId> = self.slots_of(service).collect();
        for id in ids {
            let forgets = self.knobs.mutant == Some(Mutant::ForgetSlots);
            let stays = |copy: &SlotCopy| copy.temporary.is_none() && !forgets;
            self.slot_mut(id).copies.retain(|copy| copy.node != node || stays(copy));
            let claims = match self.knobs.mutant {
                Some(Mutant::ClaimSlots) => true,
                Some(Mutant::PowerOnRestoresSlots) => !self.service(service).powered_off.is_empty(),
                _ => false,
            };
            if claims && self.slot(id).copy(node).is_none() {
                let base = floor(self.branch(self.node(node).branch).written.at(now));
                let copy = SlotCopy { base, restart: base, ..SlotCopy::at_start(node) };
                self.slot_mut(id).copies.push(copy);
            }
            if let Some(copy) = self.slot_mut(id).copy_mut(node) {
                copy.since = now;
            }
        }
    }

    /// Sets the slots of a primary that comes back from a crash to what its disk has of them.
    ///
    /// A slot is written to disk at a checkpoint and, beside what the documentation says, whenever
    /// the WAL that it needs moves on; what was confirmed since then is delivered again.
    /// A controlled stop writes a checkpoint before the last feedback comes.
    pub(super) fn read_slots_from_disk(
        &mut self,
        node: NodeId,
        crashed: Instant,
        shut_down: Option<Instant>,
    ) {
        let service = self.node(node).service;
        let ids: Vec<SlotId> = self.slots_of(service).collect();
        let now = self.now;
        for id in ids {
            let at_end = shut_down.and_then(|at| self.confirmed(id, node, at));
            let Some(saved) = self.saved(id, node, crashed).max(at_end) else { continue };
            let restart = self.restart_of(id, node, crashed).unwrap_or_default();
            if let Some(copy) = self.slot_mut(id).copy_mut(node) {
                copy.base = saved;
                copy.restart = restart.min(saved);
                copy.since = now;
            }
        }
    }

    /// Returns the position that was on a node's disk before an instant.
    fn saved(&self, id: SlotId, node: NodeId, before: Instant) -> Option<Position> {
        let copy = *self.slot(id).copy(node)?;
        let checkpoint = self.last_checkpoint(node, before);
        let at_checkpoint =
            self.confirmed(id, node, checkpoint).filter(|_| checkpoint > copy.since);
        let restart = self.restart_of(id, node, before)?;
        let own = self.readings.iter().filter(|one| one.slot == id && one.node == node);
        let own = own.filter(|one| one.begins >= copy.since && restart > copy.restart);
        let moved = own.filter_map(|one| one.first_feedback_beyond(restart, before)).min();
        Some(copy.base.max(at_checkpoint.unwrap_or_default()).max(moved.unwrap_or_default()))
    }
}

/// Returns a position without what was written of the next byte.
pub(super) fn floor(position: Position) -> Position {
    Position::from_lsn(position.lsn())
}
