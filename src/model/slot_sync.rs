//! Failover slots: how a standby's own slot synchronisation, as of `PostgreSQL` 17, keeps slots.
//!
//! A cycle copies every slot of the primary that is not beyond what the standby has flushed; it
//! sleeps briefly after a change and ever longer without one. A new slot is temporary, and of no
//! use after a promotion, until the WAL that it needs has moved on. Knows nothing of events. Kept
//! here: cycles that nothing can change are skipped, never guessed.

use super::ids::{ServiceId, SlotId};
use super::slot::{Slot, SlotCopy, floor};
use super::slot_jobs::SlotFeed;
use super::world::World;
use crate::kernel::{Instant, Position};
use crate::knob::Mutant;

/// What a cycle made of a slot on a standby.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SlotSync {
    /// It is there, and would not survive a promotion.
    Temporary,
    /// It is there to stay.
    Ready,
    /// It is dropped, because the primary has it no more.
    Dropped,
}

impl World {
    /// Runs the cycles of a service's standbys that are due by an instant; returns what changed
    /// beside positions.
    pub(crate) fn run_sync_cycles(
        &mut self,
        service: ServiceId,
        by: Instant,
    ) -> Vec<(SlotId, SlotFeed, SlotSync)> {
        let mut news = Vec::new();
        for index in 0..self.service(service).slot_feeds.len() {
            loop {
                let feed = self.service(service).slot_feeds[index];
                if feed.next > by {
                    break;
                }
                let at = self.skip_quiet_cycles(feed, by);
                let changes = self.sync_cycle(feed, at, &mut news);
                let (first, max) = (self.knobs.slot_sync_nap_first, self.knobs.slot_sync_nap_max);
                let nap = if changes { first } else { (feed.nap * 2).min(max) };
                // A slot in its way is an error: the worker ends, and a new one begins afresh.
                let stopped = self.stops_sync(feed).then_some(self.knobs.slot_sync_restart);
                let feed = &mut self.services[service.index()].slot_feeds[index];
                feed.nap = if stopped.is_some() { first } else { nap };
                feed.next = at + stopped.unwrap_or(nap);
            }
        }
        news
    }

    /// Returns when the first cycle is due that has more to do than to copy positions; with `all`,
    /// when the first is.
    pub(crate) fn next_sync(&self, service: ServiceId, all: bool) -> Option<Instant> {
        let feeds = self.service(service).slot_feeds.iter();
        feeds.filter(|feed| all || self.has_more_to_do(**feed)).map(|feed| feed.next).min()
    }

    fn has_more_to_do(&self, feed: SlotFeed) -> bool {
        let service = self.node(feed.standby).service;
        let slots = || self.slots_of(service).map(|id| self.slot(id));
        let gone = slots().any(|slot| {
            let own = slot.copy(feed.standby).is_some_and(|copy| !copy.left_over);
            own && !slot.is_usable(feed.primary)
        });
        let mut reached = slots().take_while(|slot| !is_in_the_way(slot, feed));
        gone || reached.any(|slot| {
            let ready = slot.copy(feed.standby).is_some_and(|copy| copy.temporary.is_none());
            slot.is_usable(feed.primary) && !ready
        })
    }

    /// Returns whether the cycles of a standby end with an error.
    fn stops_sync(&self, feed: SlotFeed) -> bool {
        let service = self.node(feed.standby).service;
        self.slots_of(service).any(|id| is_in_the_way(self.slot(id), feed))
    }

    /// Returns the last of the cycles by an instant that are bound to do what the next one does.
    fn skip_quiet_cycles(&self, feed: SlotFeed, by: Instant) -> Instant {
        let stopped = self.stops_sync(feed);
        let max = if stopped { self.knobs.slot_sync_restart } else { self.knobs.slot_sync_nap_max };
        let idle = if stopped { !self.has_more_to_do(feed) } else { feed.nap >= max };
        let own = self.readings.iter().filter(|one| one.node == feed.primary);
        let mut open = own.filter(|one| one.until > feed.next);
        let quiet = |path: &crate::kernel::Path| path.settles().is_some_and(|at| at < feed.next);
        let told = open.all(|one| {
            let told = |at| one.feedback.next(at) + one.delay < feed.next;
            one.consumed.settles().is_some_and(told)
        });
        if !idle || !told || !quiet(&self.node(feed.standby).received) {
            return feed.next;
        }
        feed.next + max * (by.since(feed.next).as_micros() / max.as_micros())
    }

    /// Runs a cycle; tells whether it changed anything.
    fn sync_cycle(
        &mut self,
        feed: SlotFeed,
        at: Instant,
        news: &mut Vec<(SlotId, SlotFeed, SlotSync)>,
    ) -> bool {
        let service = self.node(feed.standby).service;
        let ids: Vec<SlotId> = self.slots_of(service).collect();
        let flushed = floor(self.node(feed.standby).received.at(at));
        let mut changes = false;
        for id in &ids {
            let own = self.slot(*id).copy(feed.standby).is_some_and(|copy| !copy.left_over);
            if own && !self.slot(*id).is_usable(feed.primary) {
                self.slot_mut(*id).copies.retain(|copy| copy.node != feed.standby);
                news.push((*id, feed, SlotSync::Dropped));
                changes = true;
            }
        }
        for id in ids {
            if is_in_the_way(self.slot(id), feed) {
                // It ends with an error: no slot behind this one is reached.
                break;
            }
            if !self.slot(id).is_usable(feed.primary) {
                continue;
            }
            let confirmed = self.confirmed(id, feed.primary, at).unwrap_or_default();
            let restart = self.restart_of(id, feed.primary, at).unwrap_or_default();
            if confirmed > flushed && self.knobs.mutant != Some(Mutant::CopyAhead) {
                if let Some(copy) = self.slot_mut(id).copy_mut(feed.standby) {
                    copy.read = confirmed;
                }
                continue;
            }
            let synced = self.sync_slot(id, feed, (confirmed, restart), at);
            changes |= synced.0;
            news.extend(synced.1.map(|news| (id, feed, news)));
        }
        changes
    }

    /// Sets a slot of a standby to what the primary has; tells whether that changed it, and what it
    /// has become.
    fn sync_slot(
        &mut self,
        id: SlotId,
        feed: SlotFeed,
        (confirmed, restart): (Position, Position),
        at: Instant,
    ) -> (bool, Option<SlotSync>) {
        let node = feed.standby;
        let Some(copy) = self.slot_mut(id).copy_mut(node) else {
            let copy = SlotCopy {
                base: confirmed,
                read: confirmed,
                since: at,
                restart,
                copied: at,
                temporary: Some(restart),
                ..SlotCopy::at_start(node)
            };
            self.slot_mut(id).copies.push(copy);
            return (true, Some(SlotSync::Temporary));
        };
        let moved = (copy.base, copy.restart) != (confirmed, restart);
        (copy.base, copy.restart, copy.copied) = (confirmed, restart, at);
        copy.read = confirmed;
        let ready = copy.temporary.is_some_and(|first| restart > first);
        if ready {
            copy.temporary = None;
        }
        (moved || ready, ready.then_some(SlotSync::Ready))
    }
}

/// Returns whether somebody's slot on a standby has the name of one of the primary's.
fn is_in_the_way(slot: &Slot, feed: SlotFeed) -> bool {
    slot.is_usable(feed.primary) && slot.copy(feed.standby).is_some_and(|copy| copy.left_over)
}
