//! What became of each logical slot: where it was confirmed, how old it was, what its consumer was
//! given again or never.
//!
//! A copy on a standby is looked up when its node becomes primary; where the primary's own slot
//! stood is counted from the feedback. Knows nothing of jobs. Kept here: one entry for each primary
//! that took over, and one for the first where nobody did.

use cutover::model::{BranchId, Host, NodeId, Role, ServiceId, Slot, SlotCopy, SlotId, World};
use serde_json::{Value, json};

use super::movement::{Movement, micros};
use super::numbers::Reference;
use super::readings::{Brought, Readings, brought};
use super::track::byte;

/// A slot as it was seen when a node had become primary.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    slot: SlotId,
    node: NodeId,
    branch: usize,
    at: u64,
    created: u64,
    lost_at: u64,
    old: Option<u64>,
    copy: Option<(u64, u64, u64, bool)>,
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
        let copy = copy.map(|copy| {
            let copied = if upgraded { now } else { micros(copy.copied) };
            let own = !world.is_left_alone(copy);
            (byte(copy.base.micro_bytes()), byte(copy.restart.micro_bytes()), copied, own)
        });
        self.all.push(Taken {
            slot: id,
            node,
            branch,
            at: now,
            created: slot.created.map_or(0, micros),
            lost_at: ended,
            old: confirmed(then, readings, world, from, if upgraded { now } else { ended }),
            copy,
        });
    }
}

/// Returns the byte up to which a slot is confirmed on a node by feedback before an instant.
fn confirmed(
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

/// Returns the oldest byte that a slot needs on a primary.
fn restart(of: &Reference<'_>, (id, node): (SlotId, NodeId), at: u64) -> Option<u64> {
    let world = of.world;
    let copy = of.slots[id.index()].copy(node)?;
    let own = byte(copy.restart.micro_bytes());
    if world.node(node).role != Role::Primary {
        return Some(own);
    }
    let confirmed = confirmed(&of.slots[id.index()], of.readings, world, node, at)?;
    let branch = &of.movement.branches[world.node(node).branch.index()];
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

/// Returns what became of the slots of a service.
pub(crate) fn slots(of: &Reference<'_>, service: ServiceId) -> Vec<Value> {
    let mut told = Vec::new();
    for id in of.world.slots_of(service) {
        let brought = brought(of.world, of.movement, of.readings, (id, &of.commits), of.now);
        let taken: Vec<&Taken> = of.takeovers.iter().filter(|one| one.slot == id).collect();
        let on = |branch: usize| of_branch(of, &brought, |other| other == branch);
        let branches: Vec<usize> = taken.iter().map(|one| one.branch).collect();
        let first = of_branch(of, &brought, |other| !branches.contains(&other));
        let uneven = first.iter().any(|one| one.again + one.missed > 0);
        if of.slots[id.index()].created.is_some() && (taken.is_empty() || uneven) {
            told.push(at_first(of, id, &first));
        }
        told.extend(taken.into_iter().map(|one| after(of, one, &on(one.branch))));
    }
    told
}

fn of_branch<'b>(
    of: &Reference<'_>,
    brought: &'b [Brought],
    counts: impl Fn(usize) -> bool,
) -> Vec<&'b Brought> {
    brought.iter().filter(|one| counts(of.readings.all[one.reading].branch)).collect()
}

fn at_first(of: &Reference<'_>, id: SlotId, brought: &[&Brought]) -> Value {
    let slot = &of.slots[id.index()];
    let node = of.movement.branches[slot.start.0.index()].node;
    let mut told = at_end(of, (id, node), brought);
    if slot.is_usable(node) {
        let until = of.now + 1;
        told["confirmed_flush_lsn"] = confirmed(slot, of.readings, of.world, node, until).into();
        told["restart_lsn"] = restart(of, (id, node), until).into();
    }
    told["phantom_commits"] = 0.into();
    told
}

fn after(of: &Reference<'_>, taken: &Taken, brought: &[&Brought]) -> Value {
    let mut told = at_end(of, (taken.slot, taken.node), brought);
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

fn at_end(of: &Reference<'_>, (id, node): (SlotId, NodeId), brought: &[&Brought]) -> Value {
    let world = of.world;
    let slot = &of.slots[id.index()];
    let last = world.service(slot.service).primary == node && slot.is_usable(node);
    let written = match world.node(node).role {
        Role::Primary => of.movement.branches[world.node(node).branch.index()].track.byte(of.now),
        Role::Standby => of.movement.flows[node.index()].received.byte(of.now),
    };
    let restart = restart(of, (id, node), of.now).filter(|_| last);
    let first = of.readings.all.iter().position(|one| one.slot == id);
    let resumed = brought.iter().find(|one| Some(one.reading) != first);
    let gaps = || brought.iter().filter_map(|one| one.gap);
    let given_up = slot.copy(node).and_then(|copy| copy.invalid).map(micros);
    json!({
        "resumed_us": resumed.map(|one| of.readings.all[one.reading].begins),
        "duplicates": brought.iter().map(|one| one.again).sum::<usize>(),
        "skipped_commits": brought.iter().map(|one| one.missed).sum::<usize>(),
        "skipped_from_lsn": gaps().map(|gap| gap.0).min(),
        "skipped_to_lsn": gaps().map(|gap| gap.1).max(),
        "given_up_us": given_up,
        "retained_bytes": restart.map(|restart| written.saturating_sub(restart)),
    })
}
