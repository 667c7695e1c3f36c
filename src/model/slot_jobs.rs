//! The jobs that keep a primary's logical slots on its standbys: dependencies, then positions.
//!
//! One job looks every 30 s whether the extension is installed in each database that owns a slot;
//! another reads positions from the primary, at most 5 s apart, and sets those of the standby,
//! never beyond what the standby has replayed. Knows nothing of events. Kept here: runs that
//! change nothing are computed when a position is needed, and only what connects counts.

use super::ids::{DatabaseId, NodeId, ServiceId, SlotId};
use super::node::Role;
use super::slot::{Installed, SlotCopy, floor};
use super::world::World;
use crate::kernel::{Instant, Pace, Position, Span};
use crate::knob::{Mutant, SlotClocks, SlotLimit, SlotPolicy, Touch};

/// A standby whose copying job reaches the primary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SlotFeed {
    /// The standby.
    pub standby: NodeId,
    /// The primary.
    pub primary: NodeId,
    /// The first instant whose runs see that.
    pub since: Instant,
    /// When the next cycle of its slot synchronisation runs, where that keeps slots.
    pub next: Instant,
    /// How long it slept before.
    pub nap: Span,
}

/// What a run of the copying job reads of a slot.
#[derive(Clone, Copy, Debug)]
struct Readable {
    /// Its position, as the standby may have it.
    position: Position,
    /// The oldest WAL that it needs, as the standby may have it.
    restart: Position,
    /// Its position on the primary.
    confirmed: Position,
}

impl World {
    /// Returns whether a service has logical slots.
    pub(crate) fn has_slots(&self, service: ServiceId) -> bool {
        self.slots_of(service).next().is_some()
    }

    /// Returns when runs of the dependency job end.
    pub(crate) fn dependency_runs(&self, service: ServiceId) -> Pace {
        let knobs = &self.knobs;
        let (phase, period) = (knobs.slot_dependency_phase, knobs.slot_dependency_period);
        let name = &self.names.services[service.index()];
        let first = self.phase(phase, period, "slot_dependency_phase", name);
        let takes = knobs.slot_job_duration;
        Pace::every(first + takes, period + takes)
    }

    /// Returns when runs of the copying job end; on one clock with the other job, some more do.
    fn copy_runs(&self, service: ServiceId) -> (Pace, Option<Pace>) {
        let knobs = &self.knobs;
        let takes = knobs.slot_job_duration;
        let period = match knobs.mutant {
            Some(Mutant::CopySeldom) => knobs.slot_copy_period * 10,
            _ => knobs.slot_copy_period,
        };
        let after = self.dependency_runs(service);
        if knobs.slot_jobs == SlotClocks::SharedClock {
            // The job has run at its pace for long when the run begins.
            let first = (after.first + takes).since(Instant::ZERO).as_micros();
            let first = Span::from_micros(first % (period + takes).as_micros().max(1));
            let own = Pace::every(Instant::ZERO + first, period + takes);
            return (own, Some(Pace { first: after.first + takes, ..after }));
        }
        let name = &self.names.services[service.index()];
        let first =
            self.phase(knobs.slot_copy_phase, knobs.slot_copy_period, "slot_copy_phase", name);
        (Pace::every(first + takes, period + takes), None)
    }

    /// Returns when the last run of the copying job ended that did so by an instant.
    fn last_copy(&self, service: ServiceId, by: Instant) -> Option<Instant> {
        let (own, other) = self.copy_runs(service);
        own.last(by).max(other.and_then(|runs| runs.last(by)))
    }

    /// Returns when the first run of the copying job ends that does so at an instant or later.
    pub(crate) fn next_copy(&self, service: ServiceId, from: Instant) -> Instant {
        let (own, other) = self.copy_runs(service);
        own.next(from).min(other.map_or(Instant::FAR, |runs| runs.next(from)))
    }

    /// Brings the copies of a service's slots up to an instant, where jobs keep them.
    pub(crate) fn refresh_copies(&mut self, service: ServiceId, by: Instant) {
        let takes = self.knobs.slot_job_duration;
        let Some(run) = self.last_copy(service, by) else { return };
        let read = run.minus(takes);
        for index in 0..self.service(service).slot_feeds.len() {
            let feed = self.service(service).slot_feeds[index];
            if feed.since + takes > run {
                continue;
            }
            let ids: Vec<SlotId> = self.slots_of(service).collect();
            for id in ids {
                let copy = self.slot(id).copy(feed.standby);
                if copy.is_some_and(|copy| copy.copied < read && !self.is_left_alone(copy)) {
                    self.copy_position(id, feed, read);
                }
            }
        }
    }

    /// Copies the position of a slot as it was read on the primary.
    fn copy_position(&mut self, id: SlotId, feed: SlotFeed, read: Instant) {
        let Some(found) = self.readable(id, feed, read) else { return };
        let Readable { position, restart, confirmed } = found;
        let Some(copy) = self.slot_mut(id).copy_mut(feed.standby) else { return };
        copy.read = confirmed;
        copy.base = copy.base.max(position);
        copy.restart = copy.restart.max(restart.min(copy.base));
        copy.copied = read;
    }

    /// Returns what a run of the copying job reads of a slot.
    fn readable(&self, id: SlotId, feed: SlotFeed, read: Instant) -> Option<Readable> {
        if !self.slot(id).is_usable(feed.primary) {
            return None;
        }
        let mut confirmed = self.confirmed(id, feed.primary, read)?;
        if self.knobs.mutant == Some(Mutant::CopyWhatWasSent) {
            confirmed = floor(self.branch(self.node(feed.primary).branch).written.at(read));
        }
        let restart = self.restart_of(id, feed.primary, read)?.min(confirmed);
        let limit = self.copy_limit(feed.standby, read);
        let (position, restart) = (confirmed.min(limit), restart.min(limit));
        Some(Readable { position, restart, confirmed })
    }

    /// Returns up to where a standby lets the position of a slot be set.
    fn copy_limit(&self, standby: NodeId, at: Instant) -> Position {
        let node = self.node(standby);
        if self.knobs.mutant == Some(Mutant::CopyAhead) {
            return Position::from_micro_bytes(u128::MAX);
        }
        floor(match self.knobs.slot_position_limit {
            SlotLimit::Replayed => node.replayed.at(at),
            SlotLimit::Received => node.received.at(at),
        })
    }

    /// Returns which standbys' copying jobs reach the primary of a service now.
    pub(crate) fn slot_feeds_now(&self, service: ServiceId) -> Vec<(NodeId, NodeId)> {
        let primary = self.node(self.service(service).primary);
        let kept = self.knobs.slot_policy != SlotPolicy::NotKept;
        if !kept || !primary.answers() || primary.role != Role::Primary {
            return Vec::new();
        }
        let standbys = self.existing(service).filter(|node| {
            node.answers()
                && node.role == Role::Standby
                && !node.promoting
                && !node.unfit
                && node.upstream == Some(primary.id)
                && node.branch == primary.branch
                && self.connects(node.place(), primary.place())
        });
        standbys.map(|node| (node.id, primary.id)).collect()
    }

    /// Runs the dependency job; returns the databases in which it installed the extension.
    pub(crate) fn run_dependency_job(&mut self, service: ServiceId) -> Vec<DatabaseId> {
        let now = self.now;
        let started = now.minus(self.knobs.slot_job_duration);
        let primary = self.service(service).primary;
        let lacking = self.lacking_extension(service);
        let seen = |world: &Self, id: DatabaseId| {
            let of = world.slots_of(service).map(|slot| world.slot(slot));
            of.filter(|slot| slot.database == id && slot.is_usable(primary))
                .any(|slot| slot.seen_from <= started)
        };
        let databases: Vec<DatabaseId> = lacking.into_iter().filter(|id| seen(self, *id)).collect();
        let branch = self.node(primary).branch;
        let position = floor(self.branch(branch).written.at(now));
        for id in &databases {
            self.touch(Touch::Slot);
            self.databases[id.index()].installed =
                Some(Installed { branch, position, seen_from: now });
        }
        databases
    }

    /// Returns the databases that own a slot and lack the extension on the present primary.
    fn lacking_extension(&self, service: ServiceId) -> Vec<DatabaseId> {
        let primary = self.node(self.service(service).primary);
        if !primary.writable() || self.knobs.mutant == Some(Mutant::SkipDependencyJob) {
            return Vec::new();
        }
        let owned = |id: DatabaseId| {
            let of = self.slots_of(service).map(|slot| self.slot(slot));
            of.filter(|slot| slot.database == id).any(|slot| slot.is_usable(primary.id))
        };
        let ids = (0..self.databases.len()).map(DatabaseId::at);
        ids.filter(|id| self.databases[id.index()].service == service)
            .filter(|id| owned(*id) && self.extension(*id, primary.id).is_none())
            .collect()
    }

    /// Returns the extension of a database, if the history of a node has it.
    pub(crate) fn extension(&self, id: DatabaseId, node: NodeId) -> Option<Installed> {
        let installed = self.databases[id.index()].installed?;
        let branch = self.node(node).branch;
        let kept = installed.branch == branch
            || self
                .left_at(installed.branch, branch)
                .is_some_and(|fork| installed.position <= fork);
        kept.then_some(installed)
    }

    /// Returns when a run of the dependency job will install something, from an instant on.
    pub(crate) fn next_dependency(&self, service: ServiceId, from: Instant) -> Option<Instant> {
        let primary = self.service(service).primary;
        let lacking = self.lacking_extension(service);
        let of = self.slots_of(service).map(|slot| self.slot(slot));
        let of = of.filter(|slot| lacking.contains(&slot.database) && slot.is_usable(primary));
        let seen = of.map(|slot| slot.seen_from).min()?;
        let takes = self.knobs.slot_job_duration;
        Some(self.dependency_runs(service).next(from.max(seen + takes)))
    }

    /// Returns the slots that are missing on a standby that could have them, with when at the
    /// earliest the job creates each there.
    fn missing_copies(&self, service: ServiceId) -> Vec<(SlotId, SlotFeed, Instant)> {
        let takes = self.knobs.slot_job_duration;
        let mut missing = Vec::new();
        for feed in &self.service(service).slot_feeds {
            for id in self.slots_of(service) {
                let slot = self.slot(id);
                if !slot.is_usable(feed.primary) || slot.copy(feed.standby).is_some() {
                    continue;
                }
                let Some(extension) = self.extension(slot.database, feed.primary) else { continue };
                let seen = feed.since.max(slot.seen_from).max(extension.seen_from);
                // The job waits for a standby that has not replayed the extension yet.
                let replayed = self.node(feed.standby).replayed.reaches(extension.position);
                let Some(replayed) = replayed else { continue };
                let (first, now) = (self.next_copy(service, seen + takes).max(replayed), self.now);
                // Later it is tried again by every run of the job, and at no other instant.
                let at = if first < now { self.next_copy(service, now) } else { first };
                let waits = at == now && !self.is_consumed(id, *feed, now.minus(takes));
                let again = self.next_copy(service, now + Span::from_micros(1));
                missing.push((id, *feed, if waits { again } else { at }));
            }
        }
        missing
    }

    /// Returns whether a slot needs no WAL from before the life of a standby as such: what it does
    /// has to be consumed before the standby can have the slot.
    pub(crate) fn is_consumed(&self, id: SlotId, feed: SlotFeed, at: Instant) -> bool {
        let (ready, from) = (self.node(feed.standby).ready, self.node(feed.standby).slots_from);
        let reads_on = || self.restart_of(id, feed.primary, at).is_some_and(|it| it >= from);
        ready && (from == Position::ZERO || reads_on())
    }

    /// Returns whether every slot of a primary is on these standbys, to stay there.
    pub(crate) fn slots_are_on(&self, primary: NodeId, standbys: &[NodeId]) -> bool {
        let service = self.node(primary).service;
        let mut usable = self.slots_of(service).filter(|id| self.slot(*id).is_usable(primary));
        usable.all(|id| {
            let kept = |node: &NodeId| {
                let copy = self.slot(id).copy(*node);
                copy.is_some_and(|copy| copy.temporary.is_none() && copy.invalid.is_none())
            };
            standbys.iter().all(kept)
        })
    }

    /// Returns when the copying job creates the next slot on a standby.
    pub(crate) fn next_creation(&self, service: ServiceId) -> Option<Instant> {
        self.missing_copies(service).into_iter().map(|(_, _, at)| at).min()
    }

    /// Creates slots on the standbys that lack them and can have them by now.
    pub(crate) fn create_copies(&mut self, service: ServiceId) -> Vec<(SlotId, NodeId)> {
        let now = self.now;
        let due = self.missing_copies(service).into_iter().filter(|(_, _, at)| *at <= now);
        let mut created = Vec::new();
        for (id, feed, _) in due.collect::<Vec<_>>() {
            let read = now.minus(self.knobs.slot_job_duration);
            if !self.is_consumed(id, feed, read) {
                continue;
            }
            let Some(found) = self.readable(id, feed, read) else { continue };
            let node = feed.standby;
            let copy = SlotCopy {
                base: found.position,
                read: found.confirmed,
                since: now,
                restart: found.restart,
                copied: read,
                ..SlotCopy::at_start(node)
            };
            self.slot_mut(id).copies.push(copy);
            created.push((id, node));
        }
        created
    }

    /// Returns how a standby's feed begins.
    pub(crate) fn new_feed(&self, standby: NodeId, primary: NodeId, since: Instant) -> SlotFeed {
        let (first, max) = (self.knobs.slot_sync_nap_first, self.knobs.slot_sync_nap_max);
        if since > Instant::ZERO {
            return SlotFeed { standby, primary, since, next: since, nap: first };
        }
        // A standby that has long been idle sleeps as long as it ever does.
        let name = self.node_name(standby);
        let next = self.phase(self.knobs.slot_sync_phase, max, "slot_sync_phase", &name);
        SlotFeed { standby, primary, since, next, nap: max }
    }

    /// Returns how far apart two copies of a position are at most, while both nodes are healthy.
    pub(crate) fn slot_copies_apart(&self) -> Span {
        self.knobs.slot_copy_period + self.knobs.slot_job_duration * 2
    }

    /// Returns how long a slot needs at most until it is safe on a standby that is healthy: both
    /// jobs one after the other.
    pub(crate) fn slot_safe_after(&self) -> Span {
        let knobs = &self.knobs;
        let own = knobs.slot_dependency_period + knobs.slot_job_duration * 3;
        let copying = match knobs.slot_jobs {
            SlotClocks::SeparateClocks => knobs.slot_copy_period + knobs.slot_job_duration,
            SlotClocks::SharedClock => Span::ZERO,
        };
        own + copying
    }
}
