//! The archive by the look: whether uploads go on, from when on, and how far they came.
//!
//! Knows nothing of how the library computes it. Kept here: whoever may not upload stays where the
//! last upload left the archive, and makes up for it when it may again.

use cutover::kernel::Instant;
use cutover::model::{BranchId, Node, ServiceId, World};

use super::movement::{Movement, micros};
use super::track::BYTE;

/// Whether a history is being uploaded, from when on.
#[derive(Debug)]
pub(crate) struct Uploads {
    states: Vec<(u64, State)>,
    began: u64,
    start: u128,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Full segments at once, the one in use now and then.
    GoesOn,
    /// Nothing.
    Rests,
    /// A server that stopped in a controlled way has uploaded everything.
    Whole,
}

impl Uploads {
    pub(crate) fn new(began: u64, start: u128) -> Self {
        Self { states: Vec::new(), began, start }
    }

    /// Looks at whether a history is being uploaded.
    pub(crate) fn look(&mut self, world: &World, id: BranchId) {
        let branch = world.branch(id);
        let now = world.now;
        let stalls = &world.service(branch.service).upload_stalls;
        let stalled = stalls.iter().any(|(from, until)| *from <= now && now < *until);
        let cut = branch.cut_off.last().is_some_and(|(_, until)| *until == Instant::FAR);
        let state = if branch.archived_whole.is_some() {
            State::Whole
        } else if stalled || cut || branch.archived_until < Instant::FAR {
            State::Rests
        } else {
            State::GoesOn
        };
        if self.states.last().is_none_or(|(_, last)| *last != state) {
            self.states.push((micros(now), state));
        }
    }

    /// Returns until when WAL was uploaded as it was written, by an instant.
    pub(crate) fn until(&self, at: u64) -> u64 {
        let index = self.states.iter().rposition(|(since, _)| *since <= at);
        match index.map(|index| self.states[index]) {
            Some((since, State::Rests)) => since,
            Some((_, State::GoesOn | State::Whole)) => at,
            None => self.began,
        }
    }

    /// Returns how far the archive has a history at an instant.
    pub(crate) fn end(&self, of: &Movement, world: &World, id: BranchId, at: u64) -> u128 {
        let track = &of.branches[id.index()].track;
        let state = self.states.iter().rev().find(|(since, _)| *since <= at);
        if state.is_some_and(|(_, state)| *state == State::Whole) {
            return track.at(at);
        }
        let until = self.until(at);
        let segment = u128::from(world.knobs.wal_segment.get()) * BYTE;
        let full = track.at(until) / segment * segment;
        let grid = world.archive_pace(world.branch(id).service);
        let (first, period) = (micros(grid.first), grid.denominator);
        let tick = last_tick(first, period, until);
        full.max(tick.map_or(0, |tick| track.at(tick))).max(self.start)
    }
}

/// Returns the last instant of a grid up to another.
pub(crate) fn last_tick(first: u64, period: u64, at: u64) -> Option<u64> {
    (at >= first).then(|| first + (at - first) / period * period)
}

/// Returns when the newest base backup of a service was taken; none is while it is powered off.
fn backup(world: &World, service: ServiceId, at: u64) -> Option<u64> {
    let taken = on_grid(world, service, at)?;
    let off = &world.service(service).powered_off;
    let mut off = off.iter().map(|(from, until)| (micros(*from), micros(*until)));
    let within = off.find(|(from, until)| *from <= taken && taken < *until);
    within.map_or(Some(taken), |(from, _)| on_grid(world, service, from))
}

fn on_grid(world: &World, service: ServiceId, at: u64) -> Option<u64> {
    let period = world.knobs.backup_period;
    let name = &world.names.services[service.index()];
    let first = world.phase(world.knobs.backup_phase, period, "backup_phase", name);
    last_tick(micros(first), period.as_micros(), at)
}

/// Returns where a history stood at an instant.
fn stood(of: &Movement, tip: usize, at: u64) -> u128 {
    let line = of.line(tip, u128::MAX);
    let then = line.iter().find(|(branch, _)| of.branches[*branch].began <= at);
    let then = then.or(line.last());
    then.map_or(0, |(branch, limit)| of.branches[*branch].track.at(at).min(*limit))
}

/// Returns the backup and the archive of a service's own, of a history that another continued.
fn own(of: &Movement, world: &World, node: &Node, now: u64) -> Option<(u128, u128)> {
    let service = |branch: usize| world.branches[branch].service;
    let tip = node.branch.index();
    if service(tip) == node.service {
        return None;
    }
    let line = of.line(tip, u128::MAX);
    let (branch, _) = line.iter().find(|(branch, _)| service(*branch) == node.service)?;
    let children = line.iter().take_while(|(other, _)| other != branch);
    let fork = children.last().and_then(|(child, _)| of.branches[*child].parent)?.1;
    let uploads = &of.branches[*branch].uploads;
    let end = uploads.end(of, world, BranchId::at(*branch), now).min(fork);
    let last = micros(world.branches[*branch].archived_until).min(now);
    let base = on_grid(world, node.service, last).map_or(0, |taken| stood(of, *branch, taken));
    Some((base.min(end), end))
}

/// Returns where the base backup begins that a restore takes.
pub(crate) fn base(of: &Movement, world: &World, node: &Node, now: u64) -> u128 {
    if let Some((base, _)) = own(of, world, node, now) {
        return base;
    }
    let branch = node.branch;
    let taken = backup(world, world.branch(branch).service, now);
    let daily = taken.map_or(0, |taken| stood(of, branch.index(), taken));
    // After an upgrade a full backup is taken at once.
    let full = of.line(branch.index(), u128::MAX).into_iter().find_map(|(branch, _)| {
        let (begun, done) = world.branches[branch].full_backup?;
        (micros(done) <= now).then(|| of.branches[branch].track.at(micros(begun)))
    });
    let base = daily.max(full.unwrap_or(0));
    base.min(of.branches[branch.index()].uploads.end(of, world, branch, now))
}

/// Returns where the archive ends that a restore replays.
pub(crate) fn end(of: &Movement, world: &World, node: &Node, now: u64) -> u128 {
    if let Some((_, end)) = own(of, world, node, now) {
        return end;
    }
    let branch = node.branch;
    of.branches[branch.index()].uploads.end(of, world, branch, now)
}
