//! What became of each logical slot and of its consumers, as data.
//!
//! Knows nothing of how it is printed. Kept here: one entry for each time a slot's primary was
//! replaced, and one for a slot whose primary never was.

use serde::{Deserialize, Serialize};

use super::Sim;
use crate::check::{Repeats, Resumption, Skips, SlotRecord, phantoms_of, resumptions};
use crate::kernel::{Instant, Lsn, Position, Span};
use crate::knob::SlotPolicy;
use crate::model::{BranchId, NodeId, Slot, SlotId};

/// What became of a logical slot on one primary.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/slot-copies-with-own-position.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// let slot = outcome.services[0].slots.last().expect("there is one");
/// assert_eq!((slot.slot.as_str(), slot.node.as_str()), ("cdc", "orders-2"));
/// assert_eq!((slot.duplicates, slot.skipped_commits), (0, 0));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotOutcome {
    /// Its name.
    pub slot: String,
    /// The database it belongs to.
    pub database: String,
    /// The primary.
    pub node: String,
    /// The primary before it, and when this one took over; nothing if this is the first.
    pub promoted: Option<(String, Instant)>,
    /// Whether it is there.
    pub state: SlotState,
    /// Where it was confirmed when the node took over, or is at the end on the first primary.
    pub confirmed_flush_lsn: Option<Lsn>,
    /// The oldest WAL that it needed then.
    pub restart_lsn: Option<Lsn>,
    /// How far it was behind the slot of the primary before.
    pub lag_bytes: Option<u64>,
    /// As of when its position had been read on the primary before.
    pub copied: Option<Instant>,
    /// How old its position was when the primary before was lost.
    pub age: Option<Span>,
    /// How old the slot itself was when the primary before was lost.
    pub slot_age: Option<Span>,
    /// When it was created last by then; nothing if it has existed for long when the run begins.
    pub created: Option<Instant>,
    /// When what its copies need was installed in its database, if the jobs of the platform had
    /// done so before the primary was lost.
    pub installed: Option<Instant>,
    /// When the first run of the dependency job ends that could see it, whether it came to that or
    /// not; nothing if no such job keeps it.
    pub install_due: Option<Instant>,
    /// When the last feedback of its consumer arrived before it was lost, or by the end of the run;
    /// nothing if none did.
    pub fed_back: Option<Instant>,
    /// When its consumer was first given commits there after it had been given some elsewhere, or
    /// over an earlier connection; nothing if it never was.
    pub resumed: Option<Instant>,
    /// Commits that its consumer was given again.
    pub duplicates: u64,
    /// Why; the parts add up to the whole.
    pub repeats: Repeats,
    /// Commits that its consumer will never be given.
    pub skipped_commits: u64,
    /// Why; the parts add up to the whole.
    pub skips: Skips,
    /// Where in the WAL of this primary the first and the last of them lie.
    pub skipped_range: Option<(Lsn, Lsn)>,
    /// Commits that its consumer had been given and that this primary does not have.
    pub phantom_commits: u64,
    /// Whether what is there only has its name: somebody had left it on the node before.
    pub left_over: bool,
    /// When the server gave it up because it held back too much WAL, if it did.
    pub given_up: Option<Instant>,
    /// WAL that is kept for it at the end, if this is the last primary and it still exists.
    pub retained_bytes: Option<u64>,
    /// Its consumer, if it has one.
    pub consumer: Option<String>,
    /// How far apart the feedback of its consumer is.
    pub feedback: Option<Span>,
}

impl SlotOutcome {
    /// Returns whether nobody can go on from it: it was not there when its primary took over, or
    /// the server gave it up.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/abandoned-slot-is-given-up.ron".as_ref())
    /// #     .expect("it is valid");
    /// let outcome = cutover::sim::run(&loaded.setup, 0);
    /// let slot = &outcome.services[0].slots[0];
    /// assert!(slot.is_lost() && slot.given_up.is_some());
    /// ```
    pub fn is_lost(&self) -> bool {
        self.state != SlotState::Kept || self.given_up.is_some()
    }
}

/// What a new primary has of a logical slot.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/slot-copies-with-own-position.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::sim::SlotState;
/// let slot = outcome.services[0].slots.last().expect("there is one");
/// assert_eq!(slot.state, SlotState::Kept);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SlotState {
    /// It is there.
    Kept,
    /// It is gone, or of no use.
    Lost,
    /// It is not there, because it was too young to have been copied.
    NotYetSynced,
}

impl SlotState {
    /// Returns the state as results print it.
    ///
    /// # Examples
    /// ```
    /// use cutover::sim::SlotState;
    /// assert_eq!(SlotState::NotYetSynced.word(), "not_yet_synced");
    /// ```
    pub fn word(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Lost => "lost",
            Self::NotYetSynced => "not_yet_synced",
        }
    }
}

/// Returns what became of the slots of a service, slot by slot.
pub(super) fn slots(sim: &Sim, service: crate::model::ServiceId) -> Vec<SlotOutcome> {
    let world = &sim.world;
    let memory = sim.history.of(service);
    let ids: Vec<SlotId> = world.slots_of(service).collect();
    let mut all = Vec::new();
    for id in ids {
        let slot = world.slot(id);
        let brought = resumptions(world, id, &memory.slots);
        let records: Vec<&SlotRecord> =
            memory.slots.iter().filter(|record| record.slot == id).collect();
        let of = |branch: BranchId| -> Vec<Resumption> {
            let own = brought.iter();
            own.filter(|one| world.readings[one.reading].branch == branch).copied().collect()
        };
        let taken: Vec<BranchId> = records.iter().map(|record| record.branch).collect();
        let first: Vec<Resumption> = brought
            .iter()
            .filter(|one| !taken.contains(&world.readings[one.reading].branch))
            .copied()
            .collect();
        let uneven = first.iter().any(|one| one.repeats.sum() + one.skips.sum() > 0);
        if records.is_empty() || uneven {
            all.extend(at_first(sim, slot, &first));
        }
        for record in records {
            all.push(after(sim, record, &of(record.branch)));
        }
    }
    all
}

/// Returns what a slot is on the primary on which it was created.
fn at_first(sim: &Sim, slot: &Slot, brought: &[Resumption]) -> Option<SlotOutcome> {
    let world = &sim.world;
    slot.created?;
    let node = world.branch(slot.start.0).node;
    let until = world.now + Span::from_micros(1);
    let usable = slot.is_usable(node);
    let lsn = |position: Option<Position>| position.filter(|_| usable).map(Position::lsn);
    Some(SlotOutcome {
        node: world.node_name(node),
        promoted: None,
        state: if usable { SlotState::Kept } else { SlotState::Lost },
        confirmed_flush_lsn: lsn(world.confirmed(slot.id, node, until)),
        restart_lsn: lsn(world.restart_of(slot.id, node, until)),
        created: slot.created.filter(|at| *at > Instant::ZERO),
        fed_back: fed_back(sim, slot.id, given_up(slot, node).unwrap_or(world.now)),
        ..at_end(sim, slot, node, brought)
    })
}

/// Returns what a promoted node made of a slot.
fn after(sim: &Sim, record: &SlotRecord, brought: &[Resumption]) -> SlotOutcome {
    let world = &sim.world;
    let old = record.lost_at.since(record.created);
    let young = match world.knobs.slot_policy {
        SlotPolicy::PlatformJobs => old < world.slot_safe_after(),
        SlotPolicy::FailoverSlots => true,
        SlotPolicy::NotKept => false,
    };
    let state = match record.confirmed {
        Some(_) => SlotState::Kept,
        None if young && !record.restored && !record.upgraded && record.created > Instant::ZERO => {
            SlotState::NotYetSynced
        }
        None => SlotState::Lost,
    };
    let kept = record.confirmed.is_some();
    let own = kept && !record.left_over;
    let lag = record.old.zip(record.confirmed);
    SlotOutcome {
        node: world.node_name(record.node),
        promoted: Some((world.node_name(record.from), record.at)),
        state,
        confirmed_flush_lsn: record.confirmed.map(Position::lsn),
        restart_lsn: kept.then(|| record.restart.lsn()),
        lag_bytes: lag.map(|(old, new)| old.lsn().get().saturating_sub(new.lsn().get())),
        copied: own.then_some(record.copied),
        age: own.then(|| record.lost_at.since(record.copied)),
        left_over: record.left_over,
        slot_age: Some(old),
        created: Some(record.created).filter(|at| *at > Instant::ZERO),
        installed: installed(sim, record),
        install_due: install_due(sim, record),
        fed_back: fed_back(sim, record.slot, record.lost_at),
        phantom_commits: phantoms_of(world, record.slot, record.branch),
        ..at_end(sim, world.slot(record.slot), record.node, brought)
    }
}

/// Returns when the extension that copies need was installed in a slot's database, if it was when
/// the primary before was lost.
fn installed(sim: &Sim, record: &SlotRecord) -> Option<Instant> {
    let slot = sim.world.slot(record.slot);
    let extension = sim.world.databases[slot.database.index()].installed;
    extension.map(|one| one.seen_from).filter(|at| *at <= record.lost_at)
}

/// Returns when the first run of the dependency job ends that could see a slot.
fn install_due(sim: &Sim, record: &SlotRecord) -> Option<Instant> {
    let (world, slot) = (&sim.world, sim.world.slot(record.slot));
    if world.knobs.slot_policy != SlotPolicy::PlatformJobs {
        return None;
    }
    let same = slot.created == Some(record.created);
    let seen = if same { slot.seen_from } else { record.created };
    Some(world.dependency_runs(slot.service).next(seen + world.knobs.slot_job_duration))
}

/// Returns when the last feedback arrived that a slot's consumer had sent by an instant.
fn fed_back(sim: &Sim, id: SlotId, by: Instant) -> Option<Instant> {
    let own = sim.world.readings.iter().filter(|one| one.slot == id);
    let arrived = own.filter_map(|one| {
        let end = by.min(one.until).minus(one.delay);
        let sent = one.feedback.last(end).filter(|sent| *sent >= one.begins)?;
        Some(sent + one.delay)
    });
    arrived.max()
}

/// Returns when a server gave a slot up, if it did.
fn given_up(slot: &Slot, node: NodeId) -> Option<Instant> {
    slot.copy(node).and_then(|copy| copy.invalid)
}

/// Returns what a slot is in the end on a node.
fn at_end(sim: &Sim, slot: &Slot, node: NodeId, brought: &[Resumption]) -> SlotOutcome {
    let world = &sim.world;
    let last = world.service(slot.service).primary == node && slot.is_usable(node);
    let restart = world.restart_of(slot.id, node, world.now).filter(|_| last);
    let written = world.output(node).at(world.now).lsn().get();
    SlotOutcome {
        given_up: given_up(slot, node),
        retained_bytes: restart.map(|restart| written.saturating_sub(restart.lsn().get())),
        ..counted(sim, slot.id, brought)
    }
}

fn counted(sim: &Sim, id: SlotId, brought: &[Resumption]) -> SlotOutcome {
    let (world, slot) = (&sim.world, sim.world.slot(id));
    // The very first connection resumes nothing.
    let first = world.readings.iter().position(|one| one.slot == id).unwrap_or(usize::MAX);
    let consumer = world.clients.iter().find(|client| {
        world.consumption(client.id).is_some_and(|consumption| consumption.slot == id)
    });
    let repeats = brought.iter().fold(Repeats::default(), |sum, one| sum.plus(one.repeats));
    let skips = brought.iter().fold(Skips::default(), |sum, one| sum.plus(one.skips));
    let gaps = || brought.iter().filter_map(|one| one.gap);
    let (from, to) = (gaps().map(|gap| gap.0).min(), gaps().map(|gap| gap.1).max());
    let again = brought.iter().find(|one| one.reading != first);
    SlotOutcome {
        slot: world.names.slots[id.index()].clone(),
        database: world.names.databases[slot.database.index()].clone(),
        node: String::new(),
        promoted: None,
        state: SlotState::Lost,
        confirmed_flush_lsn: None,
        restart_lsn: None,
        lag_bytes: None,
        copied: None,
        age: None,
        slot_age: None,
        created: None,
        installed: None,
        install_due: None,
        fed_back: None,
        resumed: again.map(|one| world.readings[one.reading].begins),
        duplicates: repeats.sum(),
        repeats,
        skipped_commits: skips.sum(),
        skips,
        skipped_range: from.zip(to),
        phantom_commits: 0,
        left_over: false,
        given_up: None,
        retained_bytes: None,
        consumer: consumer.map(|client| world.names.clients[client.id.index()].clone()),
        feedback: consumer.and_then(|client| world.consumption(client.id)).map(|of| of.feedback),
    }
}
