//! Why consumers of slots were given commits again, and why they will never be given some.
//!
//! Every commit that was given twice is put down to the nearest thing that made it so: feedback
//! that had not come, a copy that was old, a standby that was behind, a slot that was not on disk.
//! Knows nothing of knobs and of wording. Kept here: the parts add up to what the deliveries count.

use super::deliveries::{Account, Stretches, accounts, add, count, lacking, shared, stretches};
use super::slot_memory::SlotRecord;
use crate::kernel::{Lsn, Position};
use crate::model::{BranchId, Reading, SlotId, World};

/// Commits that a consumer was given again, by what made it so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repeats {
    /// They were confirmed when the position was copied, and the standby had not replayed them.
    pub behind: u64,
    /// They were confirmed after the position was copied.
    pub uncopied: u64,
    /// They were confirmed, which was not on disk yet when the server crashed.
    pub unsaved: u64,
    /// The consumer had not confirmed them.
    pub unconfirmed: u64,
}

/// Commits that a consumer will never be given, by what made it so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skips {
    /// Its slot was gone, and a new one begins behind them.
    pub anew: u64,
    /// It asked to begin behind them.
    pub asked: u64,
    /// Its slot was confirmed beyond them.
    pub confirmed: u64,
}

/// What became of a consumer over one connection, by what made it so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resumption {
    /// Which of the world's readings it is.
    pub reading: usize,
    /// What it was given again.
    pub repeats: Repeats,
    /// What it will never be given.
    pub skips: Skips,
    /// Where on the branch that it reads the first and the last of that lie.
    pub gap: Option<(Lsn, Lsn)>,
}

impl Repeats {
    /// Returns how many there are.
    pub fn sum(self) -> u64 {
        self.behind + self.uncopied + self.unsaved + self.unconfirmed
    }

    /// Returns the sum of two.
    #[must_use]
    pub fn plus(self, more: Self) -> Self {
        Self {
            behind: self.behind + more.behind,
            uncopied: self.uncopied + more.uncopied,
            unsaved: self.unsaved + more.unsaved,
            unconfirmed: self.unconfirmed + more.unconfirmed,
        }
    }
}

impl Skips {
    /// Returns how many there are.
    pub fn sum(self) -> u64 {
        self.anew + self.asked + self.confirmed
    }

    /// Returns the sum of two.
    #[must_use]
    pub fn plus(self, more: Self) -> Self {
        Self {
            anew: self.anew + more.anew,
            asked: self.asked + more.asked,
            confirmed: self.confirmed + more.confirmed,
        }
    }
}

/// Returns what each connection of a slot's consumers brought, by what made it so, in their order.
pub fn resumptions(world: &World, slot: SlotId, records: &[SlotRecord]) -> Vec<Resumption> {
    let accounts = accounts(world, slot);
    let of_slot = || records.iter().filter(|record| record.slot == slot);
    let resumption = |account: &Account| {
        let reading = &world.readings[account.reading];
        let missed = count(world, &account.missed);
        let mut skips = Skips::default();
        if reading.created {
            skips.anew = missed;
        } else if reading.start > reading.confirmed {
            skips.asked = missed;
        } else {
            skips.confirmed = missed;
        }
        Resumption {
            reading: account.reading,
            repeats: repeats(world, reading, &account.twice, &of_slot().collect::<Vec<_>>()),
            skips,
            gap: ends(&account.missed, reading.branch),
        }
    };
    accounts.iter().map(resumption).collect()
}

/// Returns where stretches begin and end on a branch.
fn ends(parts: &Stretches, branch: BranchId) -> Option<(Lsn, Lsn)> {
    let ranges = parts.get(&branch)?;
    let from = ranges.iter().map(|(from, _)| from).min()?;
    let to = ranges.iter().map(|(_, to)| to).max()?;
    Some((from.lsn(), to.lsn()))
}

fn repeats(
    world: &World,
    reading: &Reading,
    twice: &Stretches,
    records: &[&SlotRecord],
) -> Repeats {
    let mut repeats = Repeats::default();
    let earlier = || {
        let of = world.readings.iter().filter(|one| one.slot == reading.slot);
        of.filter(|one| one.begins < reading.begins)
    };
    let given = |branch: BranchId| {
        let mut given = Stretches::new();
        for one in earlier().filter(|one| one.branch == branch) {
            let to = one.given(world.now);
            add(&mut given, &stretches(world, branch, one.start, to));
        }
        given
    };
    // What it had been given by this very primary: it had not confirmed it, or the server forgot.
    let own = shared(twice, &given(reading.branch));
    let of_node = earlier().filter(|one| one.branch == reading.branch);
    let told = of_node.filter_map(|one| one.fed_back(reading.begins)).max().unwrap_or_default();
    repeats.unsaved += up_to(world, &own, told);
    repeats.unconfirmed += count(world, &own) - up_to(world, &own, told);
    // What it had been given by primaries before, back to the first.
    let mut rest = lacking(twice, &[&own]);
    let mut branch = reading.branch;
    while let Some(record) = records.iter().find(|record| record.branch == branch) {
        let Some((parent, _)) = world.branch(branch).parent else { break };
        let read = record.read.max(record.confirmed.unwrap_or_default());
        let old = record.old.unwrap_or_default().max(read);
        let (behind, confirmed) = (up_to(world, &rest, read), up_to(world, &rest, old));
        repeats.behind += behind;
        repeats.uncopied += confirmed - behind;
        rest = beyond(&rest, old);
        let own = shared(&rest, &given(parent));
        repeats.unconfirmed += count(world, &own);
        rest = lacking(&rest, &[&own]);
        branch = parent;
    }
    repeats.unconfirmed += count(world, &rest);
    repeats
}

/// Counts the commits that end in stretches up to a position.
fn up_to(world: &World, parts: &Stretches, limit: Position) -> u64 {
    count(world, parts) - count(world, &beyond(parts, limit))
}

/// Returns the parts of stretches beyond a position.
fn beyond(parts: &Stretches, limit: Position) -> Stretches {
    let mut left = Stretches::new();
    for (branch, ranges) in parts {
        let of = left.entry(*branch).or_default();
        let later = ranges.iter().filter(|(_, to)| *to > limit);
        later.for_each(|(from, to)| of.add(from.max(limit), to));
    }
    left
}
