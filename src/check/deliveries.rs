//! The accounts of consumers: what each was given twice, what it will never be given, and what it
//! was given that no longer exists.
//!
//! Each connection is held against everything that the consumer was given before, stretch by
//! stretch along the branches. Knows nothing of why a consumer began where it did. Kept here:
//! commits are counted in the WAL, so a count grows only with what was really written.

use std::collections::BTreeMap;

use crate::kernel::{Position, Ranges};
use crate::model::{BranchId, ClientId, Reading, SlotId, World};

use super::ledger::surviving_line;

/// What one connection of a consumer brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Delivery {
    /// Which of the world's readings it is.
    pub reading: usize,
    /// Commits that the consumer had been given before.
    pub duplicates: u64,
    /// Commits before its beginning that the consumer was not given, nor counted for before.
    pub skipped: u64,
    /// Commits that the consumer was given in all.
    pub given: u64,
}

/// Stretches along branches.
pub(super) type Stretches = BTreeMap<BranchId, Ranges>;

/// What one connection of a consumer brought, stretch by stretch.
#[derive(Clone, Debug)]
pub(super) struct Account {
    /// Which of the world's readings it is.
    pub(super) reading: usize,
    /// What it brought.
    pub(super) brought: Stretches,
    /// What of that the consumer had been given before.
    pub(super) twice: Stretches,
    /// What lies before its beginning and the consumer was not given, nor counted for before.
    pub(super) missed: Stretches,
}

/// Returns what each connection of a slot's consumers brought, in the order of the connections.
pub(crate) fn deliveries(world: &World, slot: SlotId) -> Vec<Delivery> {
    let delivery = |account: &Account| Delivery {
        reading: account.reading,
        duplicates: count(world, &account.twice),
        skipped: count(world, &account.missed),
        given: count(world, &account.brought),
    };
    accounts(world, slot).iter().map(delivery).collect()
}

/// Returns the account of each connection of a slot's consumers, in their order.
pub(super) fn accounts(world: &World, slot: SlotId) -> Vec<Account> {
    let (mut given, mut skipped) = (Stretches::new(), Stretches::new());
    let of = world.readings.iter().enumerate().filter(|(_, one)| one.slot == slot);
    of.map(|(index, reading)| {
        let before = before(world, reading);
        let missed = lacking(&before, &[&given, &skipped]);
        let (start, end) = (reading.start, reading.given(world.now));
        let brought = stretches(world, reading.branch, start, end);
        let twice = shared(&brought, &given);
        add(&mut skipped, &missed);
        add(&mut given, &brought);
        Account { reading: index, brought, twice, missed }
    })
    .collect()
}

/// Returns how many commits that a consumer was given are not in the history of the last primary.
pub(crate) fn consumed_phantoms(world: &World, client: ClientId) -> u64 {
    let given = given_on(world, |reading| reading.client == client, None);
    let service = world.client(client).service;
    beyond(world, &given, &surviving_line(world, service))
}

/// Returns how many commits the consumers of a slot were given of the branch before another that
/// this other does not have.
pub(crate) fn phantoms_of(world: &World, slot: SlotId, branch: BranchId) -> u64 {
    let given = given_on(world, |reading| reading.slot == slot, Some(branch));
    let Some((parent, fork)) = world.branch(branch).parent else { return 0 };
    let mut own = given;
    own.retain(|of, _| *of == parent);
    beyond(world, &own, &world.line(parent, fork))
}

/// Returns what was given before a branch began.
fn given_on(
    world: &World,
    counts: impl Fn(&Reading) -> bool,
    until: Option<BranchId>,
) -> Stretches {
    let mut given = Stretches::new();
    let began = until.map(|branch| world.branch(branch).began);
    for reading in world.readings.iter().filter(|reading| counts(reading)) {
        if began.is_some_and(|began| reading.begins >= began) {
            continue;
        }
        let end = reading.given(world.now);
        add(&mut given, &stretches(world, reading.branch, reading.start, end));
    }
    given
}

fn beyond(world: &World, given: &Stretches, line: &[(BranchId, Position)]) -> u64 {
    let mut kept = Stretches::new();
    for (branch, limit) in line {
        kept.entry(*branch).or_default().add(Position::ZERO, *limit);
    }
    let gone = lacking(given, &[&kept]);
    count(world, &gone)
}

/// Returns the WAL before a connection's beginning that belongs to its slot.
fn before(world: &World, reading: &Reading) -> Stretches {
    let mut before = stretches(world, reading.branch, Position::ZERO, reading.start);
    let slot = world.slot(reading.slot);
    let (origin, position) = slot.start;
    // What was written before the slot was first created never was for its consumers.
    let mut own = Stretches::new();
    for (branch, limit) in world.line(origin, position) {
        own.entry(branch).or_default().add(Position::ZERO, limit);
    }
    before = lacking(&before, &[&own]);
    before
}

/// Returns a stretch of a history branch by branch.
fn stretches(world: &World, tip: BranchId, from: Position, to: Position) -> Stretches {
    let mut parts = Stretches::new();
    for (branch, limit) in world.line(tip, to) {
        let begin = world.branch(branch).parent.map_or(Position::ZERO, |(_, fork)| fork);
        parts.entry(branch).or_default().add(begin.max(from), limit);
    }
    parts
}

pub(super) fn add(sum: &mut Stretches, more: &Stretches) {
    for (branch, ranges) in more {
        let of = sum.entry(*branch).or_default();
        ranges.iter().for_each(|(from, to)| of.add(from, to));
    }
}

pub(super) fn shared(one: &Stretches, other: &Stretches) -> Stretches {
    let mut parts = Stretches::new();
    for (branch, ranges) in one {
        let Some(known) = other.get(branch) else { continue };
        let of = parts.entry(*branch).or_default();
        let within = ranges.iter().flat_map(|(from, to)| known.within(from, to));
        within.for_each(|(from, to)| of.add(from, to));
    }
    parts
}

pub(super) fn lacking(one: &Stretches, others: &[&Stretches]) -> Stretches {
    let mut left = one.clone();
    for other in others {
        let mut parts = Stretches::new();
        for (branch, ranges) in &left {
            let none = Ranges::default();
            let known = other.get(branch).unwrap_or(&none);
            let of = parts.entry(*branch).or_default();
            let without = ranges.iter().flat_map(|(from, to)| known.without(from, to));
            without.for_each(|(from, to)| of.add(from, to));
        }
        left = parts;
    }
    left
}

/// Counts the commits that end in stretches.
pub(super) fn count(world: &World, parts: &Stretches) -> u64 {
    let mut sum = 0;
    for (branch, ranges) in parts {
        let branch = world.branch(*branch);
        let up_to = |position| branch.tally(position, world.now).written;
        sum += ranges.iter().map(|(from, to)| up_to(to) - up_to(from)).sum::<u64>();
    }
    sum
}
