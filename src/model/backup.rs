//! Backups: the daily base backup, the WAL archive, and up to where a restore can come.
//!
//! Knows nothing of who restores. Kept here: a restore begins at the newest base backup and ends at
//! the end of the archive, never beyond.

use super::ids::{BranchId, NodeId, ServiceId};
use super::world::World;
use crate::kernel::{Instant, Lsn, Pace, Position, Span};
use crate::knob::{Mutant, Phase};

/// How long a planted fault lets a new timeline be uploaded.
const DEAF_AFTER: Span = Span::from_secs(30);

impl World {
    /// Returns up to where a branch is in the archive at an instant.
    ///
    /// A full segment is uploaded at once, a segment in use once every period, and nothing while
    /// uploads stall. What waited is uploaded afterwards, unless its server is gone by then.
    pub(crate) fn archived(&self, branch: BranchId, at: Instant) -> Position {
        let branch = self.branch(branch);
        if branch.archived_whole.is_some_and(|whole| whole <= at) {
            return branch.written.at(at);
        }
        let stalls = &self.service(branch.service).upload_stalls;
        // Whoever stopped during a stall never uploads what waited.
        let end = match self.knobs.mutant {
            Some(Mutant::StopArchiving) => at.min(branch.began + DEAF_AFTER),
            _ => at,
        };
        let end = branch.uploaded_until(end);
        let stalled = stalls.iter().find(|(from, until)| *from <= end && end < *until);
        let end = stalled.map_or(end, |(from, _)| branch.uploaded_until(*from));
        let segment = u128::from(self.knobs.wal_segment.get()) * 1_000_000;
        let full = branch.written.at(end).micro_bytes() / segment * segment;
        let ticks = self.archive_pace(branch.service);
        let copied = ticks.last(end).map_or(Position::ZERO, |tick| branch.written.at(tick));
        let begin = branch.parent.map_or(Position::ZERO, |(_, fork)| fork);
        copied.max(Position::from_micro_bytes(full)).max(begin)
    }

    /// Returns the grid on which a service uploads the segment in use.
    ///
    /// # Examples
    /// Every 5 min, here from 4 min on:
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/premium-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::model::ServiceId;
    /// let pace = sim.world().archive_pace(ServiceId(0));
    /// assert_eq!([pace.nth(1), pace.nth(2)].map(|tick| tick.to_string()), ["4m", "9m"]);
    /// ```
    pub fn archive_pace(&self, service: ServiceId) -> Pace {
        let period = self.knobs.archive_period;
        let name = &self.names.services[service.index()];
        Pace::every(self.phase(self.knobs.archive_phase, period, "archive_phase", name), period)
    }

    /// Returns where the newest base backup of a history begins at an instant.
    pub(crate) fn base_backup(&self, branch: BranchId, at: Instant) -> Position {
        let taken = self.last_backup(self.branch(branch).service, at);
        let daily = taken.map_or(Position::ZERO, |taken| self.position_in(branch, taken));
        self.full_backup(branch, at).map_or(daily, |full| full.max(daily))
    }

    /// Returns when the newest base backup of the grid was taken; none is while a service is
    /// powered off.
    fn last_backup(&self, service: ServiceId, by: Instant) -> Option<Instant> {
        let grid = self.backup_pace(service);
        let taken = grid.last(by)?;
        let off = self.service(service).powered_off.iter();
        let mut off = off.filter(|(from, until)| *from <= taken && taken < *until);
        off.next().map_or(Some(taken), |(from, _)| grid.last(*from))
    }

    /// Returns how long replaying the WAL from before the run takes, if the newest base backup is
    /// that old.
    pub(crate) fn redo_before_start(&self, service: ServiceId, at: Instant) -> Span {
        let grid = self.backup_pace(service);
        if grid.last(at).is_some() {
            return Span::ZERO;
        }
        let age = self.knobs.backup_period.minus(grid.first.since(Instant::ZERO));
        let wal = u128::from(self.knobs.wal_before_start.get()) * u128::from(age.as_micros());
        self.redo_time(Position::ZERO, Position::from_micro_bytes(wal))
    }

    /// Returns where a history stood at an instant, on whichever branch of it was written then.
    fn position_in(&self, branch: BranchId, at: Instant) -> Position {
        let mut branch = self.branch(branch);
        let mut limit = branch.written.at(at);
        while let Some((parent, fork)) = branch.parent.filter(|_| branch.began > at) {
            branch = self.branch(parent);
            limit = branch.written.at(at).min(fork);
        }
        limit
    }

    /// Returns the WAL of a branch that is missing between its archive and a later beginning.
    ///
    /// The new primary archives the segment in which its timeline begins as a whole, so only full
    /// segments before it can be missing.
    pub(crate) fn archive_gap(
        &self,
        parent: BranchId,
        fork: Position,
        at: Instant,
    ) -> Option<(Lsn, Lsn)> {
        let segment = self.knobs.wal_segment.get();
        let begins = fork.lsn().get() / segment * segment;
        let archived = self.archived(parent, at).lsn().get();
        (archived < begins).then_some((Lsn(archived), Lsn(begins)))
    }

    /// Returns where the newest base backup and the archive of a service's own stand in a history
    /// that another service continued; nothing if it wrote none of it.
    ///
    /// A service that is built anew after a failover is restored from these. Source: Aiven,
    /// "Revert to the primary region".
    pub(super) fn local_backups(&self, id: NodeId, tip: BranchId) -> Option<(Position, Position)> {
        let (now, service) = (self.now, self.node(id).service);
        if self.branch(tip).service == service {
            return None;
        }
        let mut branch = tip;
        loop {
            let (parent, fork) = self.branch(branch).parent?;
            if self.branch(parent).service == service {
                let end = self.archived(parent, now).min(fork);
                let last = self.branch(parent).archived_until.min(now);
                let taken = self.backup_pace(service).last(last);
                let base = taken.map_or(Position::ZERO, |taken| self.position_in(parent, taken));
                return Some((base.min(end), end));
            }
            branch = parent;
        }
    }

    fn backup_pace(&self, service: ServiceId) -> Pace {
        let period = self.knobs.backup_period;
        let name = &self.names.services[service.index()];
        Pace::every(self.phase(self.knobs.backup_phase, period, "backup_phase", name), period)
    }

    /// Returns the first tick of a periodic job.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::kernel::{Instant, Span};
    /// use cutover::knob::Phase;
    /// let world = sim.world();
    /// let (at, day) = (Phase::At(Span::from_secs(2)), Span::from_days(1));
    /// assert_eq!(world.phase(at, day, "backup_phase", "orders").to_string(), "2s");
    /// // Otherwise it depends on the seed, what it is for and whose it is alone.
    /// let drawn = world.phase(Phase::Drawn, day, "backup_phase", "orders");
    /// assert!(drawn < Instant::ZERO + day);
    /// assert_ne!(drawn, world.phase(Phase::Drawn, day, "backup_phase", "payments"));
    /// ```
    pub fn phase(&self, phase: Phase, period: Span, purpose: &str, name: &str) -> Instant {
        match phase {
            Phase::At(first) => Instant::ZERO + first,
            Phase::Drawn => {
                let word = u128::from(self.chance.word(purpose, name, 0));
                let micros = (word * u128::from(period.as_micros())) >> 64;
                Instant::from_micros(u64::try_from(micros).expect("less than the period"))
            }
        }
    }

    /// Returns the history that a restore on a node is to come from.
    ///
    /// WAL that was never uploaded leaves a gap before a later timeline, and no restore passes a
    /// gap, unless a base backup was taken beyond it.
    pub(super) fn history_to_restore(&self, id: NodeId) -> BranchId {
        let (now, node) = (self.now, self.node(id));
        // Its source may have failed over since the node was ordered.
        let upstream = self.source_asked(id).or(node.upstream);
        let source = upstream.unwrap_or(self.service(node.service).primary);
        let taken = self.last_backup(node.service, now);
        let mut branch = self.node(source).branch;
        let mut reached = branch;
        while let Some((parent, fork)) = self.branch(branch).parent {
            let daily = taken.is_some_and(|taken| taken >= self.branch(branch).began);
            if daily || self.is_backed_up(branch, now) {
                break;
            }
            // Nothing leads from a backup into another major version.
            if self.branch(branch).upgraded || self.archive_gap(parent, fork, now).is_some() {
                reached = parent;
            }
            branch = parent;
        }
        reached
    }
}
