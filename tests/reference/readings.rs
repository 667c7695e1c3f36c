//! Consumers of logical slots: what each was given over every connection, commit by commit, and
//! what it fed back.
//!
//! When a connection begins and ends and where it starts is looked up; what is given over it, and
//! what of that was given before, is counted here. Knows nothing of how positions are copied to
//! standbys. Kept here: what was given is never taken back.

use std::collections::{BTreeMap, BTreeSet};

use cutover::knob::InFlight;
use cutover::model::{ClientId, Host, NodeId, Process, Reading, SlotId, Work, World};

use super::archive::last_tick;
use super::commits::Commit;
use super::movement::{Movement, micros};
use super::slots::Taken;
use super::track::{BYTE, Feed, Track, byte};

/// What a consumer was given over one connection.
#[derive(Debug)]
pub(crate) struct Given {
    pub(crate) slot: SlotId,
    pub(crate) client: ClientId,
    pub(crate) node: NodeId,
    pub(crate) branch: usize,
    pub(crate) begins: u64,
    pub(crate) start: u64,
    track: Track,
    delay: u64,
    /// The standbys that it waits for since the last look, and how long each takes to tell.
    waits: Vec<(NodeId, u64)>,
    /// Until when something may still come.
    until: u64,
    over: bool,
}

/// Everything that consumers were given.
#[derive(Debug, Default)]
pub(crate) struct Readings {
    pub(crate) all: Vec<Given>,
    now: u64,
}

impl Readings {
    /// Goes on to the present of a run and looks at who is given what.
    pub(crate) fn look(&mut self, world: &World, movement: &Movement) {
        let now = micros(world.now);
        for given in self.all.iter_mut().filter(|given| given.until > self.now) {
            given.advance(world, movement, (self.now, now));
        }
        self.now = now;
        for (given, reading) in self.all.iter_mut().zip(&world.readings) {
            if !given.over && micros(reading.until) <= now {
                given.end(world, reading, now);
            }
        }
        for reading in &world.readings[self.all.len()..] {
            // What was still on the way of the connection before reaches nobody.
            let before = self.all.iter_mut().rev().find(|one| one.client == reading.client);
            if let Some(before) = before {
                before.until = before.until.min(now);
            }
            let start = reading.start.micro_bytes();
            let mut given = Given {
                slot: reading.slot,
                client: reading.client,
                node: reading.node,
                branch: reading.branch.index(),
                begins: now,
                start: byte(start),
                track: Track::resting(now, start),
                delay: reading.delay.as_micros(),
                waits: Vec::new(),
                until: u64::MAX,
                over: false,
            };
            if micros(reading.until) <= now {
                given.end(world, reading, now);
            }
            self.all.push(given);
        }
        for given in self.all.iter_mut().filter(|given| !given.over) {
            given.waits = waits(world, given.node);
        }
    }
}

impl Given {
    fn advance(&mut self, world: &World, movement: &Movement, (from, to): (u64, u64)) {
        let Work::Consume(consumption) = world.client(self.client).work else { return };
        let feed = Feed { most: u128::from(consumption.rate.get()), limit: None };
        let written = &movement.branches[self.branch].track;
        let mut inputs = vec![(written, self.delay)];
        for (id, told) in &self.waits {
            inputs.push((&movement.flows[id.index()].received, self.delay + told));
        }
        self.track.pursue(&inputs, &feed, (from, to.min(self.until)));
    }

    /// What is on the wire still comes, if the server is gone and the link is not.
    fn end(&mut self, world: &World, reading: &Reading, now: u64) {
        self.over = true;
        let peer = world.node(reading.node);
        let linked = world.connects(world.client(reading.client).place(), peer.place());
        let died = matches!(peer.host, Host::Dead | Host::Off);
        let drops = died && world.knobs.in_flight_at_host_death == InFlight::Lost;
        let gone = !peer.answers() || peer.process != Process::Running;
        let comes = if linked && gone && !drops { now + self.delay } else { now };
        self.until = self.until.min(comes);
    }

    /// Returns the byte up to which it was given WAL by an instant.
    pub(crate) fn end_at(&self, at: u64) -> u64 {
        byte(self.track.at(at.min(self.until)))
    }

    /// Returns the byte that the server had been told before an instant, feedback by feedback.
    pub(crate) fn fed_back(&self, reading: &Reading, before: u64) -> Option<u64> {
        let end = before.min(micros(reading.until));
        let (first, every) = (micros(reading.feedback.first), reading.feedback.denominator);
        // What arrives at the very instant is not known yet.
        let by = end.checked_sub(self.delay + 1)?;
        let sent = last_tick(first, every, by).filter(|sent| *sent >= self.begins)?;
        Some(self.end_at(sent))
    }
}

/// Returns the standbys that a server waits for before it hands WAL out, and how long each takes to
/// tell.
fn waits(world: &World, id: NodeId) -> Vec<(NodeId, u64)> {
    if !world.knobs.synchronized_standby_slots {
        return Vec::new();
    }
    let named = world.service(world.node(id).service).replica_name.now();
    let others = named.iter().filter(|other| *other != id);
    others.map(|other| (other, world.node_delay(id, other).as_micros())).collect()
}

/// What one connection brought, by the numbers of the commits.
#[derive(Clone, Debug)]
pub(crate) struct Brought {
    pub(crate) reading: usize,
    pub(crate) again: usize,
    pub(crate) missed: usize,
    /// Why it was given them again, in the order of the kinds.
    pub(crate) why_again: [u64; 4],
    /// Why it will never be given them, in the order of the kinds.
    pub(crate) why_missed: [u64; 3],
    /// Where the WAL that was passed over begins and ends.
    pub(crate) gap: Option<(u64, u64)>,
}

/// Returns what each connection of a slot's consumers brought, in their order.
pub(crate) fn brought(
    world: &World,
    movement: &Movement,
    readings: &Readings,
    (slot, commits): (SlotId, &[Commit]),
    (taken, now): (&[&Taken], u64),
) -> Vec<Brought> {
    let (mut had, mut passed) = (BTreeSet::new(), BTreeSet::new());
    // Which commits were given by which branch's primary, and what it was told of them.
    let mut given_by: BTreeMap<usize, (BTreeSet<usize>, u64)> = BTreeMap::new();
    // Stretches of WAL that were given or passed over, for where gaps lie.
    let mut known: Vec<(usize, u64, u64)> = Vec::new();
    let (origin, position) = world.slot(slot).start;
    let origin = movement.line(origin.index(), position.micro_bytes());
    for (branch, limit) in &origin {
        known.push((*branch, 0, byte(*limit)));
    }
    let mut told = Vec::new();
    for (index, given) in readings.all.iter().enumerate().filter(|(_, one)| one.slot == slot) {
        let limits = |to: u64| {
            let line = movement.line(given.branch, u128::from(to) * BYTE);
            line.into_iter().map(|(of, limit)| (of, byte(limit))).collect::<Vec<_>>()
        };
        let (start, end) = (limits(given.start), limits(given.end_at(now)));
        let before = |limits: &[(usize, u64)], one: &Commit| {
            limits.iter().any(|(of, limit)| *of == one.branch && one.byte <= *limit)
        };
        let own: Vec<(usize, u64)> = origin.iter().map(|(of, limit)| (*of, byte(*limit))).collect();
        let mut missed = 0;
        let mut again = 0;
        let mut why_again = [0; 4];
        let mut now_had = Vec::new();
        for (number, one) in commits.iter().enumerate() {
            if before(&start, one) {
                let belongs = !before(&own, one);
                if belongs && !had.contains(&number) && passed.insert(number) {
                    missed += 1;
                }
            } else if before(&end, one) {
                now_had.push(number);
            }
        }
        for number in &now_had {
            if !had.insert(*number) {
                again += 1;
                let one = (*number, commits[*number].byte);
                why_again[why_again_of(movement, taken, &given_by, (given.branch, one))] += 1;
            }
        }
        let reading = &world.readings[index];
        let by = given_by.entry(given.branch).or_default();
        by.0.extend(now_had);
        by.1 = by.1.max(given.fed_back(reading, u64::MAX).unwrap_or(0));
        let mut why_missed = [0; 3];
        why_missed[if reading.created {
            0
        } else {
            1 + usize::from(reading.start <= reading.confirmed)
        }] = u64::try_from(missed).expect("a run is short");
        let gap = gap(movement, &known, given, &start);
        for (branch, limit) in start.iter().chain(&end) {
            let begin = movement.branches[*branch].parent.map_or(0, |(_, fork)| byte(fork));
            known.push((*branch, begin.min(*limit), *limit));
        }
        told.push(Brought { reading: index, again, missed, why_again, why_missed, gap });
    }
    told
}

/// Returns why a commit that a branch's primary gives is not given for the first time: the standby
/// was behind when the position was copied, the copy was old, the server forgot, or the consumer
/// had not confirmed it.
fn why_again_of(
    movement: &Movement,
    taken: &[&Taken],
    given_by: &BTreeMap<usize, (BTreeSet<usize>, u64)>,
    (branch, (number, byte)): (usize, (usize, u64)),
) -> usize {
    const UNCONFIRMED: usize = 3;
    let by = |branch: usize| given_by.get(&branch).filter(|(given, _)| given.contains(&number));
    if let Some((_, told)) = by(branch) {
        return if byte <= *told { 2 } else { UNCONFIRMED };
    }
    let mut branch = branch;
    while let Some(one) = taken.iter().rev().find(|one| one.branch == branch) {
        let (read, old) = one.known();
        let Some((parent, _)) = movement.branches[branch].parent else { break };
        if byte <= old {
            return usize::from(byte > read);
        }
        if by(parent).is_some() {
            break;
        }
        branch = parent;
    }
    UNCONFIRMED
}

/// Returns where the WAL begins and ends, on the branch of a connection, that lies before its
/// start and was neither given nor passed over before.
fn gap(
    movement: &Movement,
    known: &[(usize, u64, u64)],
    given: &Given,
    start: &[(usize, u64)],
) -> Option<(u64, u64)> {
    let end = start.iter().find(|(of, _)| *of == given.branch)?.1;
    let begin = movement.branches[given.branch].parent.map_or(0, |(_, fork)| byte(fork));
    let mut own: Vec<(u64, u64)> = known
        .iter()
        .filter(|(of, from, to)| *of == given.branch && from < to)
        .map(|(_, from, to)| (*from, *to))
        .collect();
    own.sort_unstable();
    // What is left of the stretch from the beginning of the branch to the start.
    let (mut at, mut left) = (begin, Vec::new());
    for (from, to) in own {
        if from > at {
            left.push((at, from.min(end)));
        }
        at = at.max(to);
    }
    left.push((at, end));
    left.retain(|(from, to)| from < to);
    Some((left.first()?.0, left.last()?.1))
}
