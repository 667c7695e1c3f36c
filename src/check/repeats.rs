//! Why consumers of slots were given commits again, and why they will never be given some.
//!
//! Every commit that was given twice is put down to the nearest thing that made it so: feedback
//! that had not come, a copy that was old, a standby that was behind, a slot that was not on disk.
//! Knows nothing of knobs and of wording. Kept here: the parts add up to what the deliveries count.

use std::collections::BTreeMap;

use super::deliveries::{Stretches, accounts, add, count, lacking, shared};
use super::slot_memory::SlotRecord;
use crate::kernel::{Instant, Lsn, Position};
use crate::model::{BranchId, SlotId, World};

/// Commits that a consumer was given again, by what made it so.
///
/// # Examples
/// The parts add up to what the consumer was given again:
/// ```
/// # let path = "scenarios/slot-copies-without-own-position.ron".as_ref();
/// # let loaded = cutover::scenario::load(path).expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// let slot = outcome.services[0].slots.last().expect("there is one");
/// let why = slot.repeats;
/// assert_eq!(why.behind + why.uncopied + why.unsaved + why.unconfirmed, slot.duplicates);
/// assert_eq!((slot.duplicates, why.uncopied, why.unconfirmed), (591, 500, 91));
/// ```
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
///
/// # Examples
/// A consumer that asks to begin behind what its new primary has skips it:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/slot-consumer-knows-better.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// let slots = outcome.services[0].slots.iter();
/// let slot = slots.max_by_key(|slot| slot.skipped_commits).expect("there is one");
/// assert_eq!((slot.skipped_commits, slot.skips.asked), (2_000, 2_000));
/// ```
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
pub(crate) struct Resumption {
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
    pub(crate) fn sum(self) -> u64 {
        self.behind + self.uncopied + self.unsaved + self.unconfirmed
    }

    /// Returns the sum of two.
    #[must_use]
    pub(crate) fn plus(self, more: Self) -> Self {
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
    pub(crate) fn sum(self) -> u64 {
        self.anew + self.asked + self.confirmed
    }

    /// Returns the sum of two.
    #[must_use]
    pub(crate) fn plus(self, more: Self) -> Self {
        Self {
            anew: self.anew + more.anew,
            asked: self.asked + more.asked,
            confirmed: self.confirmed + more.confirmed,
        }
    }
}

/// What a consumer had been given by one primary, and what of that it had confirmed.
#[derive(Debug, Default)]
struct Had {
    given: Stretches,
    told: Position,
}

/// Returns what each connection of a slot's consumers brought, by what made it so, in their order.
pub(crate) fn resumptions(world: &World, slot: SlotId, records: &[SlotRecord]) -> Vec<Resumption> {
    let of_slot = records.iter().filter(|record| record.slot == slot);
    let before = of_slot.map(|record| (record.branch, record)).collect();
    let mut had: BTreeMap<BranchId, Had> = BTreeMap::new();
    let mut resumptions = Vec::new();
    for account in accounts(world, slot) {
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
        let twice = account.twice.values().any(|ranges| ranges.iter().next().is_some());
        let repeats = if twice {
            repeats(world, (reading.branch, &account.twice), (&before, &had))
        } else {
            Repeats::default()
        };
        let gap = ends(&account.missed, reading.branch);
        resumptions.push(Resumption { reading: account.reading, repeats, skips, gap });
        let had = had.entry(reading.branch).or_default();
        add(&mut had.given, &account.brought);
        // It ends before the next begins: a slot has one consumer at a time.
        had.told = had.told.max(reading.fed_back(Instant::FAR).unwrap_or_default());
    }
    resumptions
}

/// Returns where stretches begin and end on a branch.
fn ends(parts: &Stretches, branch: BranchId) -> Option<(Lsn, Lsn)> {
    let ranges = parts.get(&branch)?;
    let from = ranges.iter().map(|(from, _)| from).min()?;
    let to = ranges.iter().map(|(_, to)| to).max()?;
    Some((from.lsn(), to.lsn()))
}

/// Returns why what a consumer is given by a branch's primary is not the first time.
fn repeats(
    world: &World,
    (branch, twice): (BranchId, &Stretches),
    (before, had): (&BTreeMap<BranchId, &SlotRecord>, &BTreeMap<BranchId, Had>),
) -> Repeats {
    let mut repeats = Repeats::default();
    // What it had been given by this very primary: it had not confirmed it, or the server forgot.
    let mut rest = twice.clone();
    if let Some(had) = had.get(&branch) {
        let own = shared(twice, &had.given);
        repeats.unsaved += up_to(world, &own, had.told);
        repeats.unconfirmed += count(world, &own) - up_to(world, &own, had.told);
        rest = lacking(twice, &[&own]);
    }
    // What it had been given by primaries before, back to the first.
    let mut branch = branch;
    while let Some(record) = before.get(&branch) {
        let Some((parent, _)) = world.branch(branch).parent else { break };
        let read = record.read.max(record.confirmed.unwrap_or_default());
        let old = record.old.unwrap_or_default().max(read);
        let (behind, confirmed) = (up_to(world, &rest, read), up_to(world, &rest, old));
        repeats.behind += behind;
        repeats.uncopied += confirmed - behind;
        rest = beyond(&rest, old);
        if let Some(had) = had.get(&parent) {
            let own = shared(&rest, &had.given);
            repeats.unconfirmed += count(world, &own);
            rest = lacking(&rest, &[&own]);
        }
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
