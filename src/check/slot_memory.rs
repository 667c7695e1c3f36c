//! What the judge remembers of logical slots: how fresh their copies were, and what a promoted
//! node made of them.
//!
//! Knows nothing of verdicts. Kept here: an entry is the truth of its instant, and is made when a
//! standby's copying job loses the primary or a node has become primary.

use crate::kernel::{Instant, Position, Span};
use crate::knob::SlotPolicy;
use crate::model::{BranchId, Host, NodeId, SlotCopy, SlotFeed, SlotId, World};

/// A slot on a standby when its copying job lost the primary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SlotFeedEnd {
    /// The slot.
    pub slot: SlotId,
    /// The standby.
    pub standby: NodeId,
    /// The primary.
    pub primary: NodeId,
    /// The first instant without it.
    pub end: Instant,
    /// For how long the jobs could have kept the slot on the standby.
    pub healthy: Span,
    /// As of when its position had been read; nothing if the slot was not on the standby.
    pub copied: Option<Instant>,
    /// Where it was confirmed on the primary one copy earlier, as far as the standby had replayed.
    pub due: Position,
    /// Whether the standby had replayed what the copying needs by a run before.
    pub could_copy: bool,
}

/// A slot when a node had become primary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is an independent fact")]
pub(crate) struct SlotRecord {
    /// The slot.
    pub slot: SlotId,
    /// The promoted node.
    pub node: NodeId,
    /// The branch that it began.
    pub branch: BranchId,
    /// The node whose history it continues.
    pub from: NodeId,
    /// When.
    pub at: Instant,
    /// When the slot had been created on the node before.
    pub created: Instant,
    /// When the slot was lost on the node before, at the latest.
    pub lost_at: Instant,
    /// Where it was confirmed on the node before by then.
    pub old: Option<Position>,
    /// Where it is confirmed on the promoted node, if it exists there.
    pub confirmed: Option<Position>,
    /// Where it was confirmed on the node before when that was copied, however far the promoted
    /// node was then.
    pub read: Position,
    /// Whether it is there and was given up, because it held back too much WAL.
    pub given_up: bool,
    /// The oldest WAL that it needs there.
    pub restart: Position,
    /// As of when its position had been read.
    pub copied: Instant,
    /// Whether the promoted node is new, restored from a backup.
    pub restored: bool,
    /// Whether what it has is a slot of the same name that somebody left there.
    pub left_over: bool,
    /// Whether the node is the one before, upgraded to another major version.
    pub upgraded: bool,
}

impl SlotFeedEnd {
    /// Returns the entry of a slot that exists on the primary of a job that ends.
    pub(crate) fn of(world: &World, id: SlotId, feed: SlotFeed, end: Instant) -> Option<Self> {
        let slot = world.slot(id);
        if !slot.is_usable(feed.primary) {
            return None;
        }
        let seen = feed.since.max(slot.seen_from);
        let safe = world.slot_safe_after();
        let replayed = |at: Instant| {
            // Whatever the job installed was installed half a way earlier at the latest.
            let position = world.branch(world.node(feed.primary).branch).written.at(at);
            world.node(feed.standby).replayed.reaches(position).is_some_and(|there| there < end)
        };
        // An extension is installed by a write, which waits for storage that stalls.
        let primary = world.node(feed.primary);
        // A standby that catches up has no slots before it has.
        let standby = world.node(feed.standby);
        let grown = standby.replayed.reaches(standby.slots_from).unwrap_or(end);
        let writing = seen.max(primary.up_since).max(grown);
        let stays = |copy: &&SlotCopy| copy.temporary.is_none() && !world.is_left_alone(copy);
        let jobs = world.knobs.slot_policy == SlotPolicy::PlatformJobs;
        let then = end.minus(world.slot_copies_apart());
        let confirmed = world.confirmed(id, feed.primary, then).unwrap_or_default();
        let installs = world.knobs.slot_dependency_period + world.knobs.slot_job_duration * 2;
        Some(Self {
            slot: id,
            standby: feed.standby,
            primary: feed.primary,
            end,
            healthy: end.since(seen),
            copied: slot.copy(feed.standby).filter(stays).map(|copy| copy.copied),
            due: confirmed.min(world.node(feed.standby).replayed.at(then)),
            could_copy: jobs
                && !primary.impairments.stalled
                && end.since(writing) >= safe
                && replayed(writing + installs)
                && world.is_consumed(id, feed, end.minus(safe)),
        })
    }
}

impl SlotRecord {
    /// Returns the entry of a slot for a node that has just become primary; nothing for a slot
    /// that did not exist before.
    pub(crate) fn of(world: &World, id: SlotId, node: NodeId, restored: bool) -> Option<Self> {
        let slot = world.slot(id);
        let branch = world.node(node).branch;
        let (parent, _) = world.branch(branch).parent?;
        let from = world.branch(parent).node;
        let old = world.node(from);
        let now = world.now;
        let gone = !old.answers() && old.host != Host::Frozen;
        let lost_at = if gone { old.ended_last.unwrap_or(now).min(now) } else { now };
        slot.copy(from).filter(|copy| copy.invalid.is_none())?;
        let given_up = slot.copy(node).is_some_and(|copy| copy.invalid.is_some());
        let copy = slot.copy(node).filter(|copy| copy.invalid.is_none());
        Some(Self {
            slot: id,
            node,
            branch,
            from,
            at: now,
            created: slot.created.unwrap_or_default(),
            lost_at,
            old: world.confirmed(id, from, lost_at),
            confirmed: copy.map(|copy| copy.base),
            read: copy.map(|copy| copy.read).unwrap_or_default(),
            given_up,
            restart: copy.map(|copy| copy.restart).unwrap_or_default(),
            copied: copy.map_or(Instant::ZERO, |copy| copy.copied),
            restored,
            left_over: copy.is_some_and(|copy| world.is_left_alone(copy)),
            upgraded: false,
        })
    }

    /// Returns the entry of a slot of a primary that is about to be upgraded.
    pub(crate) fn before_upgrade(world: &World, id: SlotId, node: NodeId) -> Option<Self> {
        let (slot, now) = (world.slot(id), world.now);
        slot.copy(node).filter(|copy| copy.invalid.is_none())?;
        Some(Self {
            slot: id,
            node,
            branch: world.node(node).branch,
            from: node,
            at: now,
            created: slot.created.unwrap_or_default(),
            lost_at: world.node(node).ended_last.unwrap_or(now).min(now),
            old: world.confirmed(id, node, now),
            confirmed: None,
            read: Position::ZERO,
            given_up: false,
            restart: Position::ZERO,
            copied: now,
            restored: false,
            left_over: false,
            upgraded: true,
        })
    }

    /// Returns what became of it in the upgrade.
    #[must_use]
    pub(crate) fn after_upgrade(self, world: &World) -> Self {
        let copy = world.slot(self.slot).copy(self.node);
        Self {
            branch: world.node(self.node).branch,
            confirmed: copy.map(|copy| copy.base),
            restart: copy.map(|copy| copy.restart).unwrap_or_default(),
            ..self
        }
    }
}
