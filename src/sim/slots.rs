//! Logical slots in the event loop: jobs whose runs change something become events.
//!
//! A slot is created, an extension installed, a slot copied to a standby: these are events and are
//! noted. That a position moves on is computed when it is needed. Knows nothing of how a position
//! is computed. Kept here: in the slow reference every run of both jobs is an event, and leads to
//! the same.

use super::apply::Scope;
use super::{Sim, Ticks};
use crate::check::SlotFeedEnd;
use crate::kernel::{Instant, Span};
use crate::knob::{Mutant, SlotPolicy, Touch};
use crate::model::{ClientId, Event, NodeId, ServiceId, SlotFeed, SlotId, SlotSync};
use crate::trace::{SlotNews, What};

impl Sim {
    /// Schedules the creation of slots, and in the slow reference every run of their jobs.
    pub(super) fn begin_slots(&mut self) {
        for index in 0..self.setup.slots.len() {
            let id = SlotId::at(index);
            let of = &self.setup.slots[index];
            let Some(law) = of.creates else { continue };
            let at = self.world.draw(law, "slot_creation", &of.name, 0);
            self.world.schedule(Instant::ZERO + at, Event::SlotDue(id));
        }
        for index in 0..self.world.services.len() {
            let service = ServiceId::at(index);
            if !self.world.has_slots(service) {
                continue;
            }
            self.follow_slots(service);
            let jobs = self.world.knobs.slot_policy == SlotPolicy::PlatformJobs;
            if self.ticks == Ticks::Eager && jobs {
                let installs = self.world.dependency_runs(service).next(Instant::ZERO);
                self.world.schedule(installs, Event::SlotDependency(service));
                let copies = self.world.next_copy(service, Instant::ZERO);
                self.world.schedule(copies, Event::SlotCopies(service));
            }
            self.plan_slot_jobs(service);
        }
    }

    /// Takes an event of slots; tells whether it was one.
    pub(super) fn take_slots(&mut self, event: Event) -> bool {
        if let Event::SlotDue(id) = event {
            self.world.slot_mut(id).waits = true;
            self.settle(Scope::Service(self.world.slot(id).service));
        } else if let Event::SlotDependency(service) = event {
            self.run_dependencies(service);
        } else if let Event::SlotCopies(service) = event {
            if self.syncs_slots() {
                self.run_sync_cycles(service);
            } else {
                self.run_copies(service);
            }
        } else if let Event::SlotCheckpoint(node, epoch) = event {
            self.slot_checkpoint(node, epoch);
        } else {
            return false;
        }
        true
    }

    fn run_dependencies(&mut self, service: ServiceId) {
        let now = self.world.now;
        let runs = self.world.dependency_runs(service);
        if self.ticks == Ticks::Eager {
            let next = Event::SlotDependency(service);
            self.world.schedule(runs.after(now), next);
        }
        for database in self.world.run_dependency_job(service) {
            self.note(What::Slot(SlotNews::Installed(database)));
        }
        self.plan_slot_jobs(service);
    }

    fn run_copies(&mut self, service: ServiceId) {
        let now = self.world.now;
        if self.ticks == Ticks::Eager {
            if self.world.next_copy(service, now) == now {
                let next = self.world.next_copy(service, now + Span::from_micros(1));
                self.world.schedule(next, Event::SlotCopies(service));
            }
            self.world.refresh_copies(service, now);
        }
        for (slot, node) in self.world.create_copies(service) {
            self.note(What::Slot(SlotNews::Copied(slot, node)));
        }
        self.plan_slot_jobs(service);
    }

    /// Whether standbys keep slots by themselves.
    fn syncs_slots(&self) -> bool {
        self.world.knobs.slot_policy == SlotPolicy::FailoverSlots
    }

    /// Runs the cycles of slot synchronisation that are due.
    fn run_sync_cycles(&mut self, service: ServiceId) {
        let now = self.world.now;
        if self.world.next_sync(service, true).is_some_and(|next| next <= now) {
            self.note_cycles(service, now);
            self.plan_slot_jobs(service);
        }
    }

    fn note_cycles(&mut self, service: ServiceId, by: Instant) {
        for (slot, feed, sync) in self.world.run_sync_cycles(service, by) {
            let news = match sync {
                SlotSync::Temporary => SlotNews::Temporary(slot, feed.standby),
                SlotSync::Ready => SlotNews::Copied(slot, feed.standby),
                SlotSync::Dropped => SlotNews::Dropped(slot, feed.standby),
            };
            self.note(What::Slot(news));
        }
    }

    /// Lets WAL that is kept for slots fill a disk, unless consumers have made room.
    pub(super) fn slot_wal_fills(&mut self, node: NodeId, epoch: u32) -> Scope {
        let service = self.world.node(node).service;
        if self.world.service(service).slot_wal_epoch != epoch {
            return Scope::Nothing;
        }
        if !self.world.slots_fill_disk(node) {
            self.world.plan_slot_wal(service);
            return Scope::Nothing;
        }
        if self.world.knobs.mutant != Some(Mutant::WriteWithoutRoom) {
            self.world.fill_disk(node);
            let full = (self.world.now, node, true);
            self.history.of_mut(service).disks_full.push(full);
        }
        Scope::Service(service)
    }

    /// Lets a checkpoint give up the slots that hold back too much WAL.
    fn slot_checkpoint(&mut self, node: NodeId, epoch: u32) {
        let service = self.world.node(node).service;
        if self.world.service(service).slot_wal_epoch != epoch {
            return;
        }
        if !self.world.node(node).answers() {
            // A server that does not run makes no checkpoint; it may again by the next one.
            self.world.plan_checkpoint(node, epoch);
            return;
        }
        let before = self.seen_from(Event::SlotCopies(service)).minus(Span::from_micros(1));
        if self.syncs_slots() {
            self.note_cycles(service, before);
        } else {
            self.world.refresh_copies(service, before);
        }
        let given_up = self.world.give_up_slots(node);
        for slot in &given_up {
            self.note(What::Slot(SlotNews::GivenUp(*slot, node)));
        }
        self.world.plan_slot_wal(service);
        if !given_up.is_empty() {
            self.settle(Scope::Service(service));
        }
    }

    /// Returns the first instant whose runs of a job see what has just happened.
    fn seen_from(&self, event: Event) -> Instant {
        let now = self.world.now;
        if self.reached >= event.rank() { now + Span::from_micros(1) } else { now }
    }

    /// Schedules the next run of each job that will change something.
    pub(super) fn plan_slot_jobs(&mut self, service: ServiceId) {
        let copies = Event::SlotCopies(service);
        if self.syncs_slots() {
            if let Some(at) = self.world.next_sync(service, self.ticks == Ticks::Eager) {
                self.world.schedule(at.max(self.seen_from(copies)), copies);
            }
            return;
        }
        if self.world.knobs.slot_policy == SlotPolicy::NotKept {
            return;
        }
        let installs = Event::SlotDependency(service);
        let from = self.seen_from(installs);
        if let (Ticks::Lazy, Some(at)) = (self.ticks, self.world.next_dependency(service, from)) {
            self.world.schedule(at, installs);
        }
        let Some(at) = self.world.next_creation(service) else { return };
        let at = at.max(self.seen_from(copies));
        // In the slow reference, runs are events anyhow; what waits for a standby is one more.
        let anyhow = self.ticks == Ticks::Eager && self.world.next_copy(service, at) == at;
        if !anyhow && self.world.service(service).slot_copy_due != at {
            self.world.services[service.index()].slot_copy_due = at;
            self.world.schedule(at, copies);
        }
    }

    /// Before anything of a service is looked at: brings the copies of its slots up to date with
    /// what was true until now, and creates the slots that wait for a primary.
    pub(super) fn settle_slots(&mut self, service: ServiceId) {
        if !self.world.has_slots(service) {
            return;
        }
        let from = self.seen_from(Event::SlotCopies(service));
        let before = from.minus(Span::from_micros(1));
        if self.syncs_slots() {
            self.note_cycles(service, before);
        } else {
            self.world.refresh_copies(service, before);
        }
        self.follow_slots(service);
        self.world.refresh_held_readings(service);
        let primary = self.world.service(service).primary;
        let ids: Vec<SlotId> = self.world.slots_of(service).collect();
        for id in ids {
            if !self.world.slot(id).waits || !self.world.node(primary).writable() {
                continue;
            }
            if self.world.slot(id).copy(primary).is_some() {
                // Its consumer was faster; a slot that exists is not created again.
                self.world.slot_mut(id).waits = false;
            } else {
                self.world.touch(Touch::Slot);
                let from = self.seen_from(Event::SlotDependency(service));
                self.world.create_slot(id, primary, from);
                self.note(What::Slot(SlotNews::Created(id, primary)));
            }
        }
    }

    /// Begins and ends what keeps copies up to date, as far as nodes reach each other.
    fn follow_slots(&mut self, service: ServiceId) {
        let since = self.seen_from(Event::SlotCopies(service));
        let now = self.world.slot_feeds_now(service);
        let old = std::mem::take(&mut self.world.services[service.index()].slot_feeds);
        for feed in &old {
            if !now.contains(&(feed.standby, feed.primary)) {
                self.feed_ended(service, *feed, since);
            }
        }
        let feeds = now.into_iter().map(|(standby, primary)| {
            let same = |feed: &&SlotFeed| (feed.standby, feed.primary) == (standby, primary);
            let goes_on = old.iter().find(same).copied();
            goes_on.unwrap_or_else(|| self.world.new_feed(standby, primary, since))
        });
        let feeds: Vec<SlotFeed> = feeds.collect();
        self.world.services[service.index()].slot_feeds = feeds;
    }

    /// Lets the judge remember how fresh the copies on a standby were when they ended.
    fn feed_ended(&mut self, service: ServiceId, feed: SlotFeed, end: Instant) {
        let ids: Vec<SlotId> = self.world.slots_of(service).collect();
        for slot in ids {
            if let Some(entry) = SlotFeedEnd::of(&self.world, slot, feed, end) {
                self.history.of_mut(service).slot_feeds.push(entry);
            }
        }
    }

    /// After clients have felt what changed: begins and ends what consumers are given.
    pub(super) fn attend_reading(&mut self, client: ClientId) {
        if self.world.consumption(client).is_none() {
            return;
        }
        let service = self.world.client(client).service;
        if self.syncs_slots() {
            // A slot that the consumer creates is not there yet for the cycles before it.
            let before = self.seen_from(Event::SlotCopies(service)).minus(Span::from_micros(1));
            self.note_cycles(service, before);
        }
        let from = self.seen_from(Event::SlotDependency(service));
        if self.syncs_slots() {
            // Cycles before a slot that is created now found nothing, and have to be over.
            let before = self.seen_from(Event::SlotCopies(service)).minus(Span::from_micros(1));
            self.note_cycles(service, before);
        }
        if self.world.attend_reading(client, from) {
            let slot = self.world.consumption(client).map(|of| of.slot);
            let primary = self.world.client(client).peer();
            if let (Some(slot), Some(node)) = (slot, primary) {
                self.note(What::Slot(SlotNews::Created(slot, node)));
            }
            self.plan_slot_jobs(service);
        }
    }
}
