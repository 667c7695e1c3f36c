//! Intervals of a run: when two nodes were writable at once, when nobody could be promoted.
//!
//! Knows nothing of bounds. Kept here: an interval without an end lasted to the end of the run.

use std::collections::BTreeSet;

use super::history::History;
use super::ledger::surviving_line;
use crate::kernel::{Instant, Lsn, Position, Span};
use crate::model::{BranchId, ClientId, NodeId, ServiceId, World};

/// An interval in which two nodes of a service were writable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DualWriting {
    /// The nodes, those whose history was abandoned first.
    pub nodes: Vec<NodeId>,
    /// When it began.
    pub start: Instant,
    /// When it ended.
    pub end: Option<Instant>,
    /// Commits acknowledged in it on histories that were abandoned.
    pub losing_commits: u64,
    /// The clients that made them.
    pub clients: Vec<ClientId>,
}

/// Returns the intervals in which two nodes of a service were writable.
pub(crate) fn dual_writing(
    world: &World,
    history: &History,
    service: ServiceId,
) -> Vec<DualWriting> {
    let line: Vec<BranchId> =
        surviving_line(world, service).into_iter().map(|(branch, _)| branch).collect();
    let wins = |node: NodeId| line.first().is_some_and(|tip| world.branch(*tip).node == node);
    let Some(entries) = writable(world, history, service) else { return Vec::new() };
    let mut found = Vec::new();
    for (index, (start, nodes)) in entries.iter().enumerate() {
        let end = entries.get(index + 1).map(|(end, _)| *end);
        // What changes again at the same instant lasts no time.
        if nodes.len() < 2 || end == Some(*start) {
            continue;
        }
        let mut nodes = nodes.clone();
        nodes.sort_by_key(|node| wins(*node));
        let losing = nodes.iter().filter(|node| !wins(**node));
        let (losing_commits, clients) =
            commits_between(world, losing.copied(), *start, end.unwrap_or(world.now));
        found.push(DualWriting { nodes, start: *start, end, losing_commits, clients });
    }
    found
}

/// Returns which nodes were writable, from when on; the two services of a pair count as one, told
/// of the first.
fn writable(
    world: &World,
    history: &History,
    service: ServiceId,
) -> Option<Vec<(Instant, Vec<NodeId>)>> {
    let own = &history.of(service).writable;
    let Some(pair) = world.pair_of(service) else { return Some(own.clone()) };
    if pair.destination == service {
        return None;
    }
    let theirs = &history.of(pair.destination).writable;
    let mut instants: Vec<Instant> = own.iter().chain(theirs).map(|(at, _)| *at).collect();
    instants.sort_unstable();
    instants.dedup();
    let at = |entries: &[(Instant, Vec<NodeId>)], instant: Instant| {
        let last = entries.iter().rev().find(|(from, _)| *from <= instant);
        last.map(|(_, nodes)| nodes.clone()).unwrap_or_default()
    };
    let joined = instants
        .into_iter()
        .map(|instant| (instant, [at(own, instant), at(theirs, instant)].concat()));
    Some(joined.collect())
}

/// Counts the commits that nodes acknowledged from `start` on and before `end`, and by whom.
fn commits_between(
    world: &World,
    nodes: impl Iterator<Item = NodeId>,
    start: Instant,
    end: Instant,
) -> (u64, Vec<ClientId>) {
    let (mut commits, mut clients) = (0, Vec::new());
    let before = |instant: Instant| instant.minus(Span::from_micros(1));
    for node in nodes {
        let branches = world.branches.iter().filter(|branch| branch.node == node);
        for (branch, session) in branches.flat_map(|b| b.sessions.iter().map(move |s| (b, s))) {
            let told = |by: Instant| branch.acked(session, Instant::FAR, before(by));
            let count = told(end) - told(start).min(told(end));
            commits += count;
            if count > 0 && !clients.contains(&session.client) {
                clients.push(session.client);
            }
        }
    }
    clients.sort();
    (commits, clients)
}

/// An interval in which nobody could have been promoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exposed {
    /// When it began.
    pub start: Instant,
    /// When it ended.
    pub end: Option<Instant>,
    /// Acknowledged commits that losing the primary at the worst instant of it would have cost.
    pub would_lose: u64,
}

/// Returns the intervals in which a service with standbys had none that could be promoted.
pub(crate) fn exposures(world: &World, history: &History, service: ServiceId) -> Vec<Exposed> {
    if world.service(service).plan.standbys() == 0 {
        return Vec::new();
    }
    let entries = &history.of(service).promotable;
    let bare = entries.iter().enumerate().filter(|(_, (_, count))| *count == 0);
    bare.map(|(index, (start, _))| {
        let end = entries.get(index + 1).map(|(end, _)| *end);
        let would_lose = worst_loss(world, service, *start, end.unwrap_or(world.now));
        Exposed { start: *start, end, would_lose }
    })
    .collect()
}

/// At most so many uploads of an interval are looked at, of each kind.
const UPLOADS_MAX: usize = 1_024;

/// What is acknowledged and not yet in the archive grows until the next upload, so the worst
/// instants are the end of the interval, the last moment before each upload, and the last moment
/// of each primary in it.
fn worst_loss(world: &World, service: ServiceId, start: Instant, end: Instant) -> u64 {
    let before = |at: Instant| at.minus(Span::from_micros(1));
    let line = surviving_line(world, service);
    let mut instants = vec![end];
    // The history may go on with a service that uploads at another pace.
    let services: BTreeSet<ServiceId> =
        line.iter().map(|(id, _)| world.branch(*id).service).chain([service]).collect();
    for of in services {
        let uploads = world.archive_pace(of);
        let ticks = std::iter::successors(Some(uploads.next(start)), |at| Some(uploads.after(*at)));
        instants.extend(ticks.take_while(|at| *at < end).take(UPLOADS_MAX).map(before));
        let stalls = &world.service(of).upload_stalls;
        instants.extend(stalls.iter().map(|(_, until)| before(*until)));
    }
    for (id, _) in line {
        let branch = world.branch(id);
        instants.push(before(branch.began));
        let rests = branch.cut_off.iter().chain(&branch.down);
        instants.extend(rests.map(|(_, until)| before(*until)));
        instants.extend(branch.archived_whole.map(before));
        instants.extend(segments(world, id, start, end).take(UPLOADS_MAX).map(before));
    }
    let within = instants.into_iter().filter(|at| start <= *at && *at <= end);
    within.map(|at| unarchived(world, service, at)).max().unwrap_or(0)
}

/// Returns when a branch came to the end of each segment within an interval: a full segment is
/// uploaded at once.
fn segments(
    world: &World,
    id: BranchId,
    start: Instant,
    end: Instant,
) -> impl Iterator<Item = Instant> {
    let (branch, size) = (world.branch(id), world.knobs.wal_segment.get());
    let first = branch.written.at(start).lsn().get() / size + 1;
    let last = branch.written.at(end).lsn().get() / size;
    let ends = (first..=last).map(move |nth| Position::from_lsn(Lsn(nth * size)));
    ends.filter_map(|full| branch.written.reaches(full))
}

fn unarchived(world: &World, service: ServiceId, at: Instant) -> u64 {
    let line = surviving_line(world, service);
    let in_charge = line.iter().find(|(branch, _)| world.branch(*branch).began <= at);
    let Some((id, _)) = in_charge else { return 0 };
    let branch = world.branch(*id);
    let begin = branch.parent.map_or(Position::ZERO, |(_, fork)| fork);
    let archived = world.archived(*id, at).max(begin);
    branch.tally(branch.written.at(at), at).acked - branch.tally(archived, at).acked
}
