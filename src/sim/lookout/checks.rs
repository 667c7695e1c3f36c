//! How daemons run their decision procedure, and what follows from it.
//!
//! Knows nothing of how the procedure decides. Kept here: a daemon promotes no node but its own.

use super::START_OF_CLOCKS;
use crate::check::{PromotionRecord, is_alone};
use crate::control::lookout::{Check, Gate, Seat, check};
use crate::control::{Candidacy, Rule};
use crate::kernel::Instant;
use crate::knob::Touch;
use crate::model::{Event, LookoutId, Role};
use crate::sim::Sim;
use crate::sim::apply::Scope;
use crate::trace::What;

impl Sim {
    /// A daemon's check is due.
    pub(super) fn lookout_checks(&mut self, id: LookoutId) {
        self.lookouts[id.index()].check_due = None;
        if !self.lookouts[id.index()].awake {
            return;
        }
        if !self.runs(id) {
            self.lookouts[id.index()].awake = false;
            return;
        }
        self.run_check(id);
        if self.may_sleep(id) {
            self.fall_asleep(id);
        } else {
            let next = self.lookouts[id.index()].checks.after(self.world.now);
            self.schedule_check(id, next);
        }
    }

    /// A daemon that waits for a recheck goes on when everybody has answered.
    pub(super) fn finish_recheck(&mut self, id: LookoutId) {
        let lookout = &self.lookouts[id.index()];
        let clock = self.clock(lookout.service, lookout.daemon.seat);
        if lookout.daemon.recheck.as_ref().is_some_and(|recheck| recheck.is_over(clock)) {
            self.run_check(id);
        }
    }

    fn run_check(&mut self, id: LookoutId) {
        let lookout = &self.lookouts[id.index()];
        let clock = self.clock(lookout.service, lookout.daemon.seat);
        let knobs = self.setup.knobs.clone();
        let outcome = check(&knobs, &mut self.lookouts[id.index()].daemon, clock);
        let passing = outcome.verdict == Gate::AwaitRecheck;
        if !passing && self.lookouts[id.index()].gate != Some(outcome.verdict) {
            self.lookouts[id.index()].gate = Some(outcome.verdict);
            self.note(What::Watched(id, outcome.verdict));
        }
        if outcome.poll_now {
            self.poll_all(id);
            let late = self.world.now + knobs.lookout_missing_primary_timeout;
            self.world.schedule(late, Event::LookoutRechecks(id));
            self.finish_recheck(id);
        }
        if outcome.promote_self {
            self.promote_self(id, &outcome);
        }
    }

    fn promote_self(&mut self, id: LookoutId, outcome: &Check) {
        let Some(node) = self.seat_node(id) else { return };
        let of = self.world.node(node);
        if !of.answers() || of.role != Role::Standby || of.promoting {
            return;
        }
        let service = of.service;
        let from = self.world.service(service).primary;
        let false_alarm = self.world.node(from).writable();
        let last_contact = self.lookouts[id.index()].reached_primary;
        let lone = is_alone(&self.world, node) && self.has_seen_two(id);
        let candidates = outcome.candidates.iter();
        let candidates = candidates.map(|entry| self.in_run_time(id, entry)).collect();
        self.history.of_mut(service).promotions.push(PromotionRecord {
            node,
            from,
            rule: Rule::PromoteSelf,
            restored: false,
            ordered: self.world.now,
            finished: Instant::FAR,
            branch: None,
            candidates,
            false_alarm,
            published: None,
            last_contact: Some(last_contact),
            given_up: None,
            planned: false,
            lone,
            restore: None,
            survivors: Vec::new(),
        });
        self.world.touch(Touch::Election);
        self.world.begin_promotion(node);
        self.settle(Scope::Service(service));
        self.observe(Scope::Service(service));
    }

    /// Returns a candidate as the judge sees it: by the time of the run, not by a daemon's clock.
    fn in_run_time(&self, id: LookoutId, entry: &Candidacy) -> Candidacy {
        let lookout = &self.lookouts[id.index()];
        let own = lookout.daemon.sights.get(&entry.number);
        let own = own.is_some_and(|sight| sight.fetched == entry.reported);
        let attempted = lookout.attempted.get(&entry.number).filter(|_| own);
        // What an observer saw it saw by a clock that no fault changes.
        let observed = || Instant::ZERO + entry.reported.since(START_OF_CLOCKS);
        Candidacy { reported: attempted.copied().unwrap_or_else(observed), ..*entry }
    }

    /// Whether a daemon has seen at least two other nodes that it is still told of.
    fn has_seen_two(&self, id: LookoutId) -> bool {
        let daemon = &self.lookouts[id.index()].daemon;
        let others = daemon.configuration.nodes.iter();
        let others = others.filter(|number| daemon.seat != Seat::Node(**number));
        let seen =
            |number: &&u16| daemon.sights.get(number).is_some_and(|sight| sight.seen.is_some());
        others.filter(seen).count() >= 2
    }
}
