//! What became of each logical slot: where it was confirmed, how old it was, what its consumer was
//! given again or never.
//!
//! A copy on a standby is looked up when its node becomes primary; where the primary's own slot
//! stood is counted from the feedback. Knows nothing of jobs. Kept here: one entry for each primary
//! that took over, and one for the first where nobody did.

use cutover::model::{BranchId, Host, NodeId, Role, ServiceId, Slot, SlotCopy, SlotId, World};
use serde_json::{Value, json};

use super::looks::Promoted;
use super::movement::{Movement, micros};
use super::numbers::Reference;
use super::readings::{Brought, Readings, brought};
use super::track::byte;

/// A slot as it was seen when a node had become primary.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    pub(crate) slot: SlotId,
    pub(crate) node: NodeId,
    /// The node whose history it continues.
    pub(crate) from: NodeId,
    pub(crate) branch: usize,
    pub(crate) at: u64,
    created: u64,
    lost_at: u64,
    old: Option<u64>,
    /// Where it is confirmed, what WAL it needs, as of when it was read, whether it is its own.
    pub(crate) copy: Option<(u64, u64, u64, bool)>,
    /// Whether it is there and was given up, because it held back too much WAL.
    pub(crate) given_up: bool,
    /// Whether the node is the one before, upgraded.
    pub(crate) upgraded: bool,
    /// Where the slot was confirmed on the primary when that was copied.
    read: u64,
}

/// Why consumers are given commits again, as a report says it.
pub(crate) const AGAIN: [&str; 4] =
    ["again_behind", "again_uncopied", "again_unsaved", "again_unconfirmed"];

/// Why consumers are never given commits, as a report says it.
pub(crate) const NEVER: [&str; 3] = ["gap_anew", "gap_asked", "gap_confirmed"];

/// A slot on one primary, with what its consumers were brought there.
#[derive(Debug)]
pub(crate) struct OnPrimary<'a> {
    pub(crate) slot: SlotId,
    /// How the primary took it over; nothing for the first.
    pub(crate) taken: Option<&'a Taken>,
    pub(crate) brought: Vec<Brought>,
}

impl Taken {
    /// Returns the byte up to which it was confirmed when it was copied, and in the end.
    pub(crate) fn known(&self) -> (u64, u64) {
        let read = self.read.max(self.copy.map_or(0, |(base, ..)| base));
        (read, self.old.unwrap_or(0).max(read))
    }
}

/// Returns as of when the position had been read that a primary has, if it is its own.
pub(crate) fn copied(taken: &Taken) -> Option<u64> {
    taken.copy.filter(|(.., own)| *own).map(|(_, _, copied, _)| copied)
}

/// Returns the number of the timeline that began when a slot was taken over, if one did.
pub(crate) fn timeline(taken: &Taken, promotions: &[Promoted]) -> Option<u32> {
    let mut own = promotions.iter();
    own.find(|one| one.node == taken.node && one.finished == Some(taken.at)).map(|one| one.number)
}

/// Returns when the consumer of a slot went on on one primary, if it did.
pub(crate) fn resumed(of: &Reference<'_>, one: &OnPrimary<'_>) -> Option<u64> {
    let first = of.readings.all.iter().position(|given| given.slot == one.slot);
    let resumed = one.brought.iter().find(|brought| Some(brought.reading) != first);
    resumed.map(|brought| of.readings.all[brought.reading].begins)
}

/// The slots that nodes had when they became primary.
#[derive(Debug, Default)]
pub(crate) struct Takeovers {
    pub(crate) all: Vec<Taken>,
    roles: Vec<(Role, BranchId)>,
    /// The slots as they were before the present event.
    before: Vec<Slot>,
}

impl Takeovers {
    /// Looks at who has become primary, and with which slots.
    pub(crate) fn look(&mut self, world: &World, movement: &Movement, readings: &Readings) {
        for node in &world.nodes {
            let was = self.roles.get(node.id.index()).copied();
            let upgraded = world.branch(node.branch).upgraded
                && was.is_some_and(|(role, branch)| role == node.role && branch != node.branch);
            let promoted = was.is_some_and(|(role, _)| role == Role::Standby);
            if node.role != Role::Primary || !(promoted || upgraded) {
                continue;
            }
            for slot in world.slots_of(node.service) {
                self.take(world, movement, readings, (slot, node.id));
            }
        }
        self.roles = world.nodes.iter().map(|node| (node.role, node.branch)).collect();
        self.before.clone_from(&world.slots);
    }

    fn take(
        &mut self,
        world: &World,
        movement: &Movement,
        readings: &Readings,
        (id, node): (SlotId, NodeId),
    ) {
        let branch = world.node(node).branch.index();
        let Some((parent, _)) = movement.branches[branch].parent else { return };
        let from = movement.branches[parent].node;
        // An upgrade may have dropped what was there just before.
        let upgraded = from == node;
        let then = if upgraded { &self.before[id.index()] } else { world.slot(id) };
        if !then.is_usable(from) {
            return;
        }
        let (old, now) = (world.node(from), micros(world.now));
        // Its consumer may have created it anew on the new primary at once.
        let anew = world.slot(id).created == Some(world.now);
        let slot = if anew { &self.before[id.index()] } else { world.slot(id) };
        let gone = upgraded || !old.answers() && old.host != Host::Frozen;
        let ended = old.ended_last.filter(|_| gone).map_or(now, micros).min(now);
        let stays = |copy: &&SlotCopy| copy.invalid.is_none() && copy.temporary.is_none();
        let copy = slot.copy(node).filter(stays).filter(|_| !(upgraded && anew));
        let read = copy.map_or(0, |copy| byte(copy.read.micro_bytes()));
        let copy = copy.map(|copy| {
            let copied = if upgraded { now } else { micros(copy.copied) };
            let own = !world.is_left_alone(copy);
            (byte(copy.base.micro_bytes()), byte(copy.restart.micro_bytes()), copied, own)
        });
        self.all.push(Taken {
            slot: id,
            node,
            from,
            given_up: !upgraded && slot.copy(node).is_some_and(|copy| copy.invalid.is_some()),
            upgraded,
            branch,
            at: now,
            created: slot.created.map_or(0, micros),
            lost_at: ended,
            old: confirmed(then, readings, world, from, if upgraded { now } else { ended }),
            copy,
            read,
        });
    }
}

/// Returns the byte up to which a slot is confirmed on a node by feedback before an instant.
pub(crate) fn confirmed(
    slot: &Slot,
    readings: &Readings,
    world: &World,
    node: NodeId,
    before: u64,
) -> Option<u64> {
    let (id, copy) = (slot.id, slot.copy(node)?);
    let all = readings.all.iter().zip(&world.readings);
    let own = all.filter(|(one, _)| one.slot == id && one.node == node);
    let counts = own.filter(|(one, _)| one.begins >= micros(copy.since));
    let fed = counts.filter_map(|(one, reading)| one.fed_back(reading, before));
    Some(fed.chain([byte(copy.base.micro_bytes())]).max().expect("there is the base"))
}

/// Returns the oldest byte that a slot needs on a node at the end of a run.
pub(crate) fn restart(of: &Reference<'_>, (id, node): (SlotId, NodeId), at: u64) -> Option<u64> {
    restart_of((&of.slots[id.index()], node), (of.world, of.movement, of.readings), at)
}

/// Returns the oldest byte that a slot needs on a node.
pub(crate) fn restart_of(
    (slot, node): (&Slot, NodeId),
    (world, movement, readings): (&World, &Movement, &Readings),
    at: u64,
) -> Option<u64> {
    let copy = slot.copy(node)?;
    let own = byte(copy.restart.micro_bytes());
    if world.node(node).role != Role::Primary {
        return Some(own);
    }
    let confirmed = confirmed(slot, readings, world, node, at)?;
    let branch = &movement.branches[world.node(node).branch.index()];
    // Every snapshot of running transactions that the consumer has confirmed beyond.
    let (mut mark, mut last) = (branch.began, own);
    while mark <= at {
        let position = branch.track.at(mark);
        if position > u128::from(confirmed) * super::track::BYTE {
            break;
        }
        last = last.max(byte(position));
        mark += world.knobs.snapshot_period.as_micros();
    }
    Some(last)
}

/// Returns the slots of a service on each of their primaries.
pub(crate) fn on_primaries<'a>(of: &Reference<'a>, service: ServiceId) -> Vec<OnPrimary<'a>> {
    let mut all = Vec::new();
    for id in of.world.slots_of(service) {
        let taken: Vec<&Taken> = of.takeovers.iter().filter(|one| one.slot == id).collect();
        let commits = (id, &of.commits[..]);
        let brought = brought(of.world, of.movement, of.readings, commits, (&taken, of.now));
        let branches: Vec<usize> = taken.iter().map(|one| one.branch).collect();
        let on = |counts: &dyn Fn(usize) -> bool| -> Vec<Brought> {
            let own = brought.iter().filter(|one| counts(of.readings.all[one.reading].branch));
            own.cloned().collect()
        };
        let first = on(&|other| !branches.contains(&other));
        let uneven = first.iter().any(|one| one.again + one.missed > 0);
        if of.slots[id.index()].created.is_some() && (taken.is_empty() || uneven) {
            all.push(OnPrimary { slot: id, taken: None, brought: first });
        }
        for one in taken {
            let brought = on(&|other| other == one.branch);
            all.push(OnPrimary { slot: id, taken: Some(one), brought });
        }
    }
    all
}

/// Returns what became of the slots of a service.
pub(crate) fn slots(of: &Reference<'_>, service: ServiceId) -> Vec<Value> {
    let told = on_primaries(of, service).into_iter().map(|one| match one.taken {
        None => at_first(of, &one),
        Some(taken) => after(of, taken, &one),
    });
    told.collect()
}

fn at_first(of: &Reference<'_>, one: &OnPrimary<'_>) -> Value {
    let id = one.slot;
    let slot = &of.slots[id.index()];
    let node = of.movement.branches[slot.start.0.index()].node;
    let mut told = at_end(of, node, one);
    if slot.is_usable(node) {
        let until = of.now + 1;
        told["confirmed_flush_lsn"] = confirmed(slot, of.readings, of.world, node, until).into();
        told["restart_lsn"] = restart(of, (id, node), until).into();
    }
    told["phantom_commits"] = 0.into();
    told
}

fn after(of: &Reference<'_>, taken: &Taken, one: &OnPrimary<'_>) -> Value {
    let mut told = at_end(of, taken.node, one);
    told["at_us"] = taken.at.into();
    told["slot_age_us"] = taken.lost_at.saturating_sub(taken.created).into();
    if let Some((base, restart, copied, own)) = taken.copy {
        told["confirmed_flush_lsn"] = base.into();
        told["restart_lsn"] = restart.into();
        told["lag_bytes"] = taken.old.map(|old| old.saturating_sub(base)).into();
        if own {
            told["age_us"] = taken.lost_at.saturating_sub(copied).into();
        }
    }
    told["phantom_commits"] = phantoms(of, taken).into();
    told
}

/// Returns how many commits consumers had been given by the primary before that this one lacks.
fn phantoms(of: &Reference<'_>, taken: &Taken) -> usize {
    let Some((parent, fork)) = of.movement.branches[taken.branch].parent else { return 0 };
    let before: Vec<_> = of
        .readings
        .all
        .iter()
        .filter(|one| {
            one.slot == taken.slot && one.begins < of.movement.branches[taken.branch].began
        })
        .collect();
    let lacks = of.commits.iter().filter(|one| one.branch == parent && one.byte > byte(fork));
    lacks.filter(|one| before.iter().any(|given| of.was_given(given, one))).count()
}

fn at_end(of: &Reference<'_>, node: NodeId, one: &OnPrimary<'_>) -> Value {
    let (world, id, brought) = (of.world, one.slot, &one.brought);
    let slot = &of.slots[id.index()];
    let last = world.service(slot.service).primary == node && slot.is_usable(node);
    let written = match world.node(node).role {
        Role::Primary => of.movement.branches[world.node(node).branch.index()].track.byte(of.now),
        Role::Standby => of.movement.flows[node.index()].received.byte(of.now),
    };
    let restart = restart(of, (id, node), of.now).filter(|_| last);
    let gaps = || brought.iter().filter_map(|one| one.gap);
    let given_up = slot.copy(node).and_then(|copy| copy.invalid).map(micros);
    json!({
        "resumed_us": resumed(of, one),
        "duplicates": brought.iter().map(|one| one.again).sum::<usize>(),
        "skipped_commits": brought.iter().map(|one| one.missed).sum::<usize>(),
        "skipped_from_lsn": gaps().map(|gap| gap.0).min(),
        "skipped_to_lsn": gaps().map(|gap| gap.1).max(),
        "given_up_us": given_up,
        "retained_bytes": restart.map(|restart| written.saturating_sub(restart)),
    })
}
