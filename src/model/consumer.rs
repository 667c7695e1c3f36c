//! Consumers of logical slots: what each is given over a connection, and what it feeds back.
//!
//! A consumer receives WAL from its start position on, at its own rate, and confirms at an even
//! pace. Knows nothing of jobs and of failovers. Kept here: a stream begins at the greater of what
//! the consumer asks for and what the slot has confirmed, as `PostgreSQL` does it, and what was
//! given is never taken back.

use super::client::State;
use super::ids::{BranchId, ClientId, NodeId, ServiceId, SlotId};
use super::node::{Host, Process};
use super::slot::floor;
use super::work::Work;
use super::world::World;
use crate::kernel::{Instant, Pace, Path, Position, Rate, Span};
use crate::knob::{InFlight, Mutant, Touch};

/// What a consumer of a slot does.
///
/// # Examples
/// ```
/// # let file = "scenarios/maintenance-keeps-a-slot.ron";
/// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
/// # let setup = loaded.setup;
/// use cutover::kernel::{Rate, Span};
/// use cutover::model::Work;
/// let Work::Consume(lake) = setup.clients[1].work else { unreachable!() };
/// assert_eq!(setup.slots[lake.slot.index()].name, "cdc");
/// assert_eq!(lake.feedback, Span::from_secs(1));
/// assert!(lake.own_position && lake.creates);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Consumption {
    /// The slot.
    pub slot: SlotId,
    /// How many bytes of WAL a second it takes at most.
    pub rate: Rate,
    /// How far apart its feedback is.
    pub feedback: Span,
    /// Whether it asks for what follows what it already has.
    pub own_position: bool,
    /// Whether it creates the slot when it does not exist.
    pub creates: bool,
}

/// What a consumer was given over one connection.
///
/// # Examples
/// A consumer that knows its own position goes on behind a switchover where it was:
/// ```
/// # let file = "scenarios/maintenance-keeps-a-slot.ron";
/// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// sim.run();
/// let world = sim.world();
/// for pair in world.readings.windows(2) {
///     assert!(pair[0].until <= pair[1].begins);
///     assert_eq!(pair[1].start.lsn(), pair[0].consumed.at(pair[1].begins).lsn());
/// }
/// let first = world.readings.first().expect("it reads from the old primary");
/// assert_eq!(world.node_name(first.node), "orders-1");
/// assert_eq!(world.readings.last().map(|last| last.node), Some(world.services[0].primary));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reading {
    /// The consumer.
    pub client: ClientId,
    /// The slot.
    pub slot: SlotId,
    /// The node.
    pub node: NodeId,
    /// The history that the node wrote.
    pub branch: BranchId,
    /// When the connection was opened.
    pub opened: Instant,
    /// Where the slot was confirmed at the beginning.
    pub confirmed: Position,
    /// From where on it was given WAL.
    pub start: Position,
    /// Whether its slot was created anew for it or since it read last, at the end of the WAL.
    pub created: bool,
    /// Whether an earlier reading over the same connection goes on in it.
    pub goes_on: bool,
    /// When it began.
    pub begins: Instant,
    /// When it ended; `Instant::FAR` while it has not.
    pub until: Instant,
    /// How far it was given WAL.
    pub consumed: Path,
    /// When it feeds back.
    pub feedback: Pace,
    /// How long its feedback takes, and its WAL.
    pub delay: Span,
}

impl Reading {
    /// Returns the position that the server had been told before an instant.
    pub(crate) fn fed_back(&self, before: Instant) -> Option<Position> {
        let end = before.min(self.until);
        let sent = self.feedback.last(end.minus(self.delay))?;
        // What arrives at the very instant is not known yet.
        let sent = if sent + self.delay < end {
            sent
        } else {
            self.feedback.last(sent.minus(Span::from_micros(1)))?
        };
        let counts = sent >= self.begins && sent + self.delay < end;
        counts.then(|| floor(self.consumed.at(sent)))
    }

    /// Returns the first feedback at or beyond a position that the server had before an instant.
    pub(super) fn first_feedback_beyond(
        &self,
        position: Position,
        before: Instant,
    ) -> Option<Position> {
        let there = self.consumed.reaches(position)?.max(self.begins);
        let sent = self.feedback.next(there);
        let arrives = sent + self.delay;
        (arrives < before.min(self.until)).then(|| floor(self.consumed.at(sent)))
    }

    /// Returns how far WAL was given by an instant.
    pub(crate) fn given(&self, now: Instant) -> Position {
        floor(self.consumed.at(now))
    }
}

impl World {
    /// Returns what a client consumes, if it does.
    pub(crate) fn consumption(&self, id: ClientId) -> Option<Consumption> {
        match self.client(id).work {
            Work::Consume(consumption) => Some(consumption),
            Work::Write { .. } | Work::Read { .. } => None,
        }
    }

    /// Returns whether a consumer finds its slot on a node, or would create it there.
    pub(super) fn slot_opens(&self, consumption: Consumption, node: NodeId) -> bool {
        let slot = self.slot(consumption.slot);
        let creates = consumption.creates && self.node(node).writable();
        slot.is_usable(node) || (creates && slot.copy(node).is_none())
    }

    /// Brings what a consumer reads in line with the connection that it has; tells whether it
    /// created its slot.
    pub(crate) fn attend_reading(&mut self, id: ClientId, seen_from: Instant) -> bool {
        let Some(consumption) = self.consumption(id) else { return false };
        let (state, opened) = (self.client(id).state, self.client(id).opened);
        let connected = if let State::Connected(node) = state { Some(node) } else { None };
        if let Some(index) = self.open_reading(id) {
            let reading = &self.readings[index];
            let same = connected == Some(reading.node) && reading.opened == opened;
            let slower = connected.is_some_and(|node| self.client_delay(id, node) != reading.delay);
            if same && !slower {
                return false;
            }
            self.end_reading(index);
        }
        let Some(node) = connected else { return false };
        let missing = self.slot(consumption.slot).copy(node).is_none();
        if missing {
            self.create_slot(consumption.slot, node, seen_from);
        }
        // Somebody else may have created it anew meanwhile, and what was read last may have been
        // the old slot of a primary that was given up.
        let branch = self.node(node).branch;
        let mut earlier = self.readings.iter().rev().filter(|one| one.client == id);
        let last = earlier.find(|one| self.continues(branch, one)).map(|one| one.begins);
        let created = self.slot(consumption.slot).created;
        let renewed = last.is_some_and(|last| created.is_some_and(|created| created > last));
        self.begin_reading(id, node, consumption);
        if let Some(reading) = self.readings.last_mut() {
            reading.created = missing || renewed;
        }
        missing
    }

    /// Returns whether a history is the one of a reading, or left it after the reading began.
    fn continues(&self, mut branch: BranchId, reading: &Reading) -> bool {
        while branch != reading.branch {
            let of = self.branch(branch);
            match of.parent {
                Some((parent, _)) if of.began > reading.begins => branch = parent,
                Some(_) | None => return false,
            }
        }
        true
    }

    fn open_reading(&self, id: ClientId) -> Option<usize> {
        self.readings.iter().rposition(|one| one.client == id && one.until == Instant::FAR)
    }

    /// Begins to give a consumer WAL over a connection.
    fn begin_reading(&mut self, id: ClientId, node: NodeId, consumption: Consumption) {
        self.touch(Touch::Slot);
        let (now, delay) = (self.now, self.client_delay(id, node));
        let slot = consumption.slot;
        // What was still on the way of a connection that is given up reaches nobody.
        if let Some(index) = self.readings.iter().rposition(|one| one.client == id) {
            let before = &mut self.readings[index];
            before.consumed = before.consumed.capped(before.consumed.at(now));
        }
        let opened = self.client(id).opened;
        let last = self.readings.iter().rev().find(|one| one.client == id);
        let own = last.map(|one| one.given(now));
        let same = |one: &&Reading| one.opened == opened && one.node == node;
        let goes_on = last.filter(same).map(|one| one.feedback);
        let tick = Span::from_micros(1);
        let confirmed = self.confirmed(slot, node, now + tick).unwrap_or_default();
        let filters = self.knobs.client_start_filters
            && self.knobs.mutant != Some(Mutant::IgnoreStartPosition);
        let asked = own.filter(|_| goes_on.is_some() || (consumption.own_position && filters));
        let start = asked.map_or(confirmed, |own| own.max(confirmed));
        let feedback = consumption.feedback;
        let feedback = goes_on.unwrap_or_else(|| Pace::every(now + feedback, feedback));
        let reading = Reading {
            client: id,
            slot,
            node,
            branch: self.node(node).branch,
            opened,
            confirmed,
            start,
            created: false,
            goes_on: goes_on.is_some(),
            begins: now,
            until: Instant::FAR,
            consumed: Path::resting(now, start),
            feedback,
            delay,
        };
        self.readings.push(reading);
        self.plan_reading(self.readings.len() - 1);
    }

    /// Plans anew what is given over an open connection, after the writing has changed its pace.
    fn plan_reading(&mut self, index: usize) {
        let now = self.now;
        let reading = &self.readings[index];
        let Some(consumption) = self.consumption(reading.client) else { return };
        let input = if self.knobs.synchronized_standby_slots {
            self.held_wal(reading, now)
        } else {
            self.branch(reading.branch).written.delayed_after(reading.delay, now)
        };
        let tail = input.through(consumption.rate.get(), now, reading.consumed.at(now));
        self.readings[index].consumed.splice(now, &tail);
    }

    /// Returns the WAL that arrives from an instant on of a server that waits until the standbys
    /// have it as well.
    fn held_wal(&self, reading: &Reading, from: Instant) -> Path {
        // What has arrived before is left out: it may be the whole run, at each change anew.
        let mut wal = self.branch(reading.branch).written.delayed_after(reading.delay, from);
        let service = self.service(self.node(reading.node).service);
        for id in service.replica_name.now().iter().filter(|id| *id != reading.node) {
            let told = self.node_delay(reading.node, id) + reading.delay;
            wal = wal.lesser(&self.node(id).received.delayed_after(told, from));
        }
        wal
    }

    /// Plans anew what every consumer of a service is given, if that depends on its standbys.
    pub(crate) fn refresh_held_readings(&mut self, service: ServiceId) {
        if !self.knobs.synchronized_standby_slots {
            return;
        }
        for index in 0..self.readings.len() {
            let reading = &self.readings[index];
            let own = self.node(reading.node).service == service;
            if own && reading.until == Instant::FAR {
                self.plan_reading(index);
            }
        }
    }

    /// Plans anew what every consumer of a node is given.
    pub(super) fn refresh_readings(&mut self, node: NodeId) {
        for index in 0..self.readings.len() {
            let reading = &self.readings[index];
            if reading.node == node && reading.until == Instant::FAR {
                self.plan_reading(index);
            }
        }
    }

    /// Ends what is given over a connection: what is on the wire may still arrive.
    fn end_reading(&mut self, index: usize) {
        let now = self.now;
        let reading = &self.readings[index];
        let peer = self.node(reading.node);
        let linked = self.connects(self.client(reading.client).place(), peer.place());
        let died = matches!(peer.host, Host::Dead | Host::Off);
        let drops = died && self.knobs.in_flight_at_host_death == InFlight::Lost;
        let gone = !peer.answers() || peer.process != Process::Running;
        let last = if linked && gone && !drops { now + reading.delay } else { now };
        let reading = &mut self.readings[index];
        reading.until = now;
        reading.consumed = reading.consumed.capped(reading.consumed.at(last));
    }
}
