//! What a service lost: which commits are on no history that counts, and where they lie.
//!
//! Knows nothing of tallies. Kept here: a commit survives if its last byte is within the part of
//! its branch that the last primary has.

use std::collections::BTreeMap;

use cutover::knob::CommitLevel;
use cutover::model::ServiceId;
use serde_json::{Value, json};

use super::commits::Commit;
use super::movement::micros;
use super::numbers::Reference;
use super::track::byte;

impl Reference<'_> {
    /// Returns the history that counts for a service, each branch with how far it counts.
    pub(crate) fn surviving(&self, id: ServiceId) -> BTreeMap<usize, u64> {
        let primary = self.world.service(self.world.in_charge(id)).primary;
        let tip = self.world.node(primary).branch.index();
        let end = self.movement.branches[tip].track.at(self.now);
        self.movement.line(tip, end).into_iter().map(|(of, limit)| (of, byte(limit))).collect()
    }

    pub(crate) fn loss(&self, id: ServiceId) -> Value {
        let line = self.surviving(id);
        let own: Vec<&Commit> = self.commits.iter().filter(|one| one.service == id).collect();
        let survives = |one: &Commit| line.get(&one.branch).is_some_and(|limit| one.byte <= *limit);
        let count = |good: &dyn Fn(&Commit) -> bool| own.iter().filter(|one| good(one)).count();
        let mut ranges = Vec::new();
        let (mut bytes, mut window, mut divergent) = (0, 0, 0);
        for (index, branch) in self.movement.branches.iter().enumerate() {
            let end = branch.track.at(self.now);
            let begin = branch.parent.map_or(0, |(_, fork)| fork);
            let limit = self.limit(&line, id, index).unwrap_or(begin).min(end);
            if self.world.branches[index].service != id || limit >= end {
                continue;
            }
            let gone = |one: &&&Commit| one.branch == index && !survives(one);
            let acked = own.iter().filter(gone).filter(|one| one.told.is_some()).count();
            let written = own.iter().filter(gone).count();
            let reach = if acked > 0 { self.window(index, limit) } else { 0 };
            bytes += byte(end) - byte(limit);
            window = reach.max(window);
            divergent += written;
            ranges.push(json!({
                "timeline": self.world.branches[index].number,
                "from_lsn": byte(limit),
                "to_lsn": byte(end),
                "acked_commits": acked,
                "divergent_commits": written,
                "window_us": reach,
                "unwaited": self.unwaited(index, &own, &|one| !survives(one)),
            }));
        }
        json!({
            "acked_commits": count(&|one| one.told.is_some()),
            "surviving_commits": count(&|one| one.told.is_some() && survives(one)),
            "lost_commits": count(&|one| one.told.is_some() && !survives(one)),
            "lost_bytes": bytes,
            "window_us": window,
            "in_doubt_commits": count(&|one| one.told.is_none() && one.closed),
            "divergent_commits": divergent,
            "acked_with_warning_commits": count(&|one| one.warned),
            "ranges": ranges,
        })
    }

    /// Returns which lost commits of a branch waited for no standby, if some waited on it.
    fn unwaited(
        &self,
        index: usize,
        own: &[&Commit],
        gone: &dyn Fn(&Commit) -> bool,
    ) -> Option<Value> {
        let eras = &self.movement.branches[index].eras;
        if !eras.began() {
            return None;
        }
        let periods = eras.in_force();
        let lost = own.iter().filter(|one| one.branch == index && one.told.is_some() && gone(one));
        let (mut before, mut by_choice, mut warned) = (0, 0, 0);
        for one in lost {
            let within = |released: u64| {
                periods.iter().any(|(since, end)| one.made > *since && released < *end)
            };
            let level = self.world.client(one.client).settings.synchronous_commit;
            match one.released {
                None => warned += 1,
                Some(released) if !within(released) => before += 1,
                Some(_) => by_choice += u64::from(level == CommitLevel::Local),
            }
        }
        Some(json!({
            "not_in_force_commits": before,
            "own_setting_commits": by_choice,
            "with_warning_commits": warned,
        }))
    }

    /// Returns when the last WAL was written before the first of a service's losses.
    pub(crate) fn first_loss(&self, id: ServiceId) -> Option<u64> {
        let line = self.surviving(id);
        let lost = self.commits.iter().filter(|one| one.service == id && one.told.is_some());
        let gone = lost.filter(|one| line.get(&one.branch).is_none_or(|to| one.byte > *to));
        let branch = gone.map(|one| one.branch).min()?;
        let begin = self.movement.branches[branch].parent.map_or(0, |(_, fork)| fork);
        let end = self.movement.branches[branch].track.at(self.now);
        Some(self.last_within(branch, self.limit(&line, id, branch).unwrap_or(begin).min(end)))
    }

    /// Returns how far a branch counts, exactly.
    pub(crate) fn limit(
        &self,
        line: &BTreeMap<usize, u64>,
        id: ServiceId,
        index: usize,
    ) -> Option<u128> {
        line.get(&index)?;
        let primary = self.world.service(self.world.in_charge(id)).primary;
        let tip = self.world.node(primary).branch.index();
        let end = self.movement.branches[tip].track.at(self.now);
        let line = self.movement.line(tip, end);
        line.iter().find(|(of, _)| *of == index).map(|(_, limit)| *limit)
    }

    /// Returns the time from the writing of the last WAL that survived to the last use.
    fn window(&self, index: usize, limit: u128) -> u64 {
        let branch = &self.movement.branches[index];
        let last = self.last_within(index, limit).max(branch.began);
        let sessions = self.world.branches[index].sessions.iter();
        let used = sessions.map(|session| micros(session.until).min(self.now)).max();
        used.map_or(0, |used| used.saturating_sub(last))
    }

    /// Returns the last instant at which no more than so much was written.
    pub(crate) fn last_within(&self, index: usize, limit: u128) -> u64 {
        let branch = &self.movement.branches[index];
        let beyond = branch.track.first_at_or_beyond(limit + 1, branch.began, self.now + 1);
        beyond.map_or(u64::MAX, |beyond| beyond.saturating_sub(1))
    }
}
