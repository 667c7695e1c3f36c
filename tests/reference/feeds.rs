//! What keeps logical slots on standbys, by the look: from when on a standby's job reaches the
//! primary, and how fresh every copy is when it does no more.
//!
//! Knows nothing of verdicts. Kept here: a standby's job reaches the primary while the standby
//! follows it, both answer, and packets pass.

use cutover::kernel::Position;
use cutover::knob::{Knobs, SlotClocks, SlotPolicy};
use cutover::model::{Node, NodeId, Role, ServiceId, Slot, SlotCopy, SlotId, World};

use super::movement::{Movement, micros};
use super::readings::Readings;
use super::slots::{confirmed, restart_of};
use super::track::byte;

/// The first job of slots of an instant has this rank; each service has two.
const FIRST_JOB: u32 = 1 << 24 | 0xFF << 16;

/// A slot on a standby when its job lost the primary.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FeedEnd {
    pub(crate) slot: SlotId,
    pub(crate) standby: NodeId,
    pub(crate) primary: NodeId,
    /// The first instant without it.
    pub(crate) end: u64,
    /// For how long the jobs could have kept the slot there.
    pub(crate) healthy: u64,
    /// As of when its position had been read, if it was there.
    pub(crate) copied: Option<u64>,
    /// Where it was confirmed on the primary one copy earlier, as far as the standby had come.
    pub(crate) due: u64,
    /// Whether the standby had come far enough for a copy a run before.
    pub(crate) could_copy: bool,
}

/// Which standbys' jobs reach the primary, since when, and what became of those that do no more.
#[derive(Debug, Default)]
pub(crate) struct Feeds {
    now: Vec<(NodeId, NodeId, u64)>,
    pub(crate) ended: Vec<FeedEnd>,
}

/// Returns how far apart two copies of a position are at most.
pub(crate) fn copies_apart(knobs: &Knobs) -> u64 {
    knobs.slot_copy_period.as_micros() + 2 * knobs.slot_job_duration.as_micros()
}

/// Returns after how long a new slot is surely on a standby.
pub(crate) fn safe_after(knobs: &Knobs) -> u64 {
    let takes = knobs.slot_job_duration.as_micros();
    let copying = match knobs.slot_jobs {
        SlotClocks::SeparateClocks => knobs.slot_copy_period.as_micros() + takes,
        SlotClocks::SharedClock => 0,
    };
    knobs.slot_dependency_period.as_micros() + 3 * takes + copying
}

impl Feeds {
    /// Looks at whom the jobs reach; how far the present instant has come is given by its rank.
    pub(crate) fn look(
        &mut self,
        world: &World,
        (movement, readings): (&Movement, &Readings),
        reached: u32,
    ) {
        // What happens after the jobs of an instant is seen by those of the next.
        let from = |standby: NodeId| {
            let service = u32::from(world.node(standby).service.0);
            micros(world.now) + u64::from(reached > FIRST_JOB + 2 * service)
        };
        let pairs: Vec<(NodeId, NodeId)> = world
            .services
            .iter()
            .filter(|service| world.slots_of(service.id).next().is_some())
            .flat_map(|service| pairs(world, service.id))
            .collect();
        let before = std::mem::take(&mut self.now);
        for (standby, primary, since) in &before {
            if !pairs.contains(&(*standby, *primary)) {
                let feed = (*standby, *primary, *since);
                for slot in world.slots_of(world.node(*standby).service) {
                    let slot = world.slot(slot);
                    let end = ended(world, (movement, readings), (slot, feed), from(*standby));
                    self.ended.extend(end);
                }
            }
        }
        let since = |pair: (NodeId, NodeId)| {
            let known = before.iter().find(|(one, other, _)| (*one, *other) == pair);
            known.map_or(from(pair.0), |(.., since)| *since)
        };
        self.now = pairs.iter().map(|pair| (pair.0, pair.1, since(*pair))).collect();
    }
}

/// Returns the standbys of a service whose jobs reach the primary.
fn pairs(world: &World, id: ServiceId) -> Vec<(NodeId, NodeId)> {
    let primary = world.node(world.service(id).primary);
    let kept = world.knobs.slot_policy != SlotPolicy::NotKept;
    if !kept || !primary.answers() || primary.role != Role::Primary {
        return Vec::new();
    }
    let reaches = |node: &&Node| {
        let follows = node.upstream == Some(primary.id) && node.branch == primary.branch;
        let fit = node.role == Role::Standby && !node.promoting && !node.unfit;
        node.answers() && fit && follows && world.connects(node.place(), primary.place())
    };
    world.existing(id).filter(reaches).map(|node| (node.id, primary.id)).collect()
}

fn ended(
    world: &World,
    (movement, readings): (&Movement, &Readings),
    (slot, (standby, primary, since)): (&Slot, (NodeId, NodeId, u64)),
    end: u64,
) -> Option<FeedEnd> {
    if !slot.is_usable(primary) {
        return None;
    }
    let (knobs, safe) = (&world.knobs, safe_after(&world.knobs));
    let seen = since.max(micros(slot.seen_from));
    let (node, peer) = (world.node(standby), world.node(primary));
    let replayed = &movement.flows[standby.index()].replayed;
    // A standby that catches up has no slots before it has.
    let far = node.slots_from.micro_bytes();
    let grown = replayed.first_at_or_beyond(far, 0, end).unwrap_or(end);
    // An extension is installed by a write, which waits for storage that stalls.
    let writing = seen.max(micros(peer.up_since)).max(grown);
    let installs = knobs.slot_dependency_period + knobs.slot_job_duration * 2;
    let written = &movement.branches[peer.branch.index()].track;
    let installed = written.at(writing + installs.as_micros());
    let there = replayed.first_at_or_beyond(installed, 0, end).is_some();
    let stays = |copy: &&SlotCopy| copy.temporary.is_none() && !world.is_left_alone(copy);
    let then = end.saturating_sub(copies_apart(knobs));
    let known = confirmed(slot, readings, world, primary, then).unwrap_or(0);
    let read = end.saturating_sub(safe);
    let reads_on = || {
        let restart = restart_of((slot, primary), (world, movement, readings), read);
        restart.is_some_and(|restart| u128::from(restart) * super::track::BYTE >= far)
    };
    let consumed = node.ready && (node.slots_from == Position::ZERO || reads_on());
    let jobs = knobs.slot_policy == SlotPolicy::PlatformJobs && !peer.impairments.stalled;
    Some(FeedEnd {
        slot: slot.id,
        standby,
        primary,
        end,
        healthy: end.saturating_sub(seen),
        copied: slot.copy(standby).filter(stays).map(|copy| micros(copy.copied)),
        due: known.min(byte(replayed.at(then))),
        could_copy: jobs && end.saturating_sub(writing) >= safe && there && consumed,
    })
}
