//! Clients by the look: when each could not do its work, and what each reader got to see.
//!
//! What a client does is looked up after every event; when the first request of an outage was made,
//! when the first was answered again, and which commits were seen is counted commit by commit.
//! Knows nothing of timeouts and caches. Kept here: an outage begins with the first request that
//! was not answered with success and ends with the first that is.

use std::collections::BTreeSet;

use cutover::kernel::Instant;
use cutover::model::{Client, ClientId, NodeId, Role, State, Work, World};
use serde_json::{Value, json};

use super::commits::{mark, work};
use super::movement::{Movement, micros};
use super::numbers::Reference;
use super::spending::{self, Back, Spending, Spent};
use super::track::byte;

/// A history up to a byte, branch by branch.
pub(crate) type Line = Vec<(usize, u64)>;

/// When something happened, as far as it can be told at once.
#[derive(Clone, Debug)]
enum When {
    At(u64),
    /// The first request of a session that was not answered by an instant was made.
    Unanswered {
        session: (usize, usize),
        by: u64,
        delay: u64,
    },
    /// The first reply of a session came.
    Answered {
        session: (usize, usize),
        delay: u64,
    },
}

#[derive(Clone, Debug)]
enum Turn {
    Misses(When),
    Succeeds(When, Option<Back>),
}

/// A time in which a client could not do its work.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OutOfWork {
    pub(crate) client: ClientId,
    pub(crate) start: u64,
    /// When it ended; beyond the end of the run if it did not.
    pub(crate) end: u64,
    pub(crate) spent: Spent,
}

/// What was seen of a client.
#[derive(Debug)]
pub(crate) struct Watched {
    state: State,
    turns: Vec<Turn>,
    seen: Vec<Line>,
    /// What was shown before and after each change of connection.
    compared: Vec<(Line, Line)>,
    last: Option<Line>,
    spending: Spending,
}

/// What was seen of all clients.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    pub(crate) all: Vec<Watched>,
}

impl Watch {
    /// Looks at every client; one of them may have acted by itself.
    pub(crate) fn look(&mut self, world: &World, movement: &Movement, acted: Option<usize>) {
        for client in &world.clients {
            let index = client.id.index();
            if index == self.all.len() {
                self.all.push(Watched {
                    state: State::Idle,
                    turns: Vec::new(),
                    seen: Vec::new(),
                    compared: Vec::new(),
                    last: None,
                    spending: Spending::default(),
                });
            }
            self.all[index].look(world, movement, (client, acted == Some(index)));
        }
    }
}

fn stuck_since(state: State) -> Instant {
    if let State::Stuck(_, since) = state { since } else { Instant::ZERO }
}

fn connected(state: State) -> Option<NodeId> {
    if let State::Connected(node) = state { Some(node) } else { None }
}

impl Watched {
    fn look(&mut self, world: &World, movement: &Movement, (client, acted): (&Client, bool)) {
        let before = std::mem::replace(&mut self.state, client.state);
        self.spending.look(world, client);
        let (was, is) = (connected(before), connected(client.state));
        let now = micros(world.now);
        if let Some(node) = was.filter(|_| is != was) {
            self.sees(world, movement, (client, node), acted);
        }
        match (was, is) {
            _ if client.state == State::Idle => {
                if before != State::Idle && was.is_none() {
                    self.turns.push(Turn::Succeeds(When::At(now), None));
                }
            }
            (Some(node), None) => {
                let start = lost(world, client, node, acted);
                self.turns.push(Turn::Misses(start));
            }
            (None, None) if before == State::Idle => {
                self.turns.push(Turn::Misses(When::At(now)));
            }
            (None, Some(node)) if before != State::Idle => {
                let delay = world.client_delay(client.id, node).as_micros();
                let end = match (client.work.writes(), client.session) {
                    (true, Some((branch, place))) => {
                        When::Answered { session: (branch.index(), place), delay }
                    }
                    _ => When::At(now + delay),
                };
                let went_on = before == State::Stuck(node, stuck_since(before));
                let back = Back { at: now, node, went_on };
                self.turns.push(Turn::Succeeds(end, Some(back)));
                self.compares(world, movement, node);
            }
            (Some(one), Some(other)) if one != other => self.compares(world, movement, other),
            (None | Some(_), None | Some(_)) => {}
        }
    }

    /// A reader sees what its server showed when the last answer left that came.
    fn sees(
        &mut self,
        world: &World,
        movement: &Movement,
        (client, node): (&Client, NodeId),
        acted: bool,
    ) {
        let Work::Read { fresh, .. } = client.work else { return };
        let now = micros(world.now);
        let delay = world.client_delay(client.id, node).as_micros();
        let at = if client.state == State::Idle {
            now.saturating_sub(delay)
        } else if fresh || acted || linked(world, client, node) {
            now
        } else {
            now.saturating_sub(delay)
        };
        let line = shown(world, movement, node, at);
        self.seen.push(line.clone());
        self.last = Some(line);
    }

    fn compares(&mut self, world: &World, movement: &Movement, node: NodeId) {
        if let Some(last) = &self.last {
            let now = micros(world.now);
            self.compared.push((last.clone(), shown(world, movement, node, now)));
        }
    }
}

/// Returns whether packets pass between a client and its server, over whoever passes them on.
fn linked(world: &World, client: &Client, node: NodeId) -> bool {
    let (place, server) = (client.place(), world.node(node).place());
    let Some(via) = client.via.map(|via| world.node(via)) else {
        return world.connects(place, server);
    };
    let up = via.host == cutover::model::Host::Up;
    up && world.connects(place, via.place()) && world.connects(via.place(), server)
}

/// Returns when a client made the first request that its lost connection did not answer.
fn lost(world: &World, client: &Client, node: NodeId, acted: bool) -> When {
    let now = micros(world.now);
    let fresh = matches!(client.work, Work::Read { fresh: true, .. });
    let session = client.session.filter(|_| client.work.writes() && !acted && !fresh);
    let Some((branch, place)) = session else { return When::At(now) };
    let delay = world.client_delay(client.id, node).as_micros();
    let of = &world.branch(branch).sessions[place];
    let by = micros(of.answered_until).min(now);
    When::Unanswered { session: (branch.index(), place), by, delay }
}

/// Returns what a node shows to readers at an instant.
fn shown(world: &World, movement: &Movement, id: NodeId, at: u64) -> Line {
    let node = world.node(id);
    let branch = node.branch.index();
    let position = match node.role {
        Role::Standby => movement.flows[id.index()].replayed.at(at),
        Role::Primary => {
            let of = &movement.branches[branch];
            let written = of.track.at(at);
            let flush = world.knobs.local_flush.as_micros();
            let released = of.eras.released((&movement.flows, flush), world.knobs.quorum_level, at);
            // A commit that waits for standbys is not visible, unless a crash ended its wait.
            let recovered = of.track.at(micros(node.recovered).min(at));
            released.map_or(written, |released| released.max(recovered).min(written))
        }
    };
    let line = movement.line(branch, position);
    line.into_iter().map(|(of, limit)| (of, byte(limit))).collect()
}

/// Returns what a run tells of its clients.
pub(crate) fn clients(of: &Reference<'_>) -> Vec<Value> {
    let told = of.world.clients.iter().zip(&of.watch.all).map(|(client, watched)| {
        let acked = of.commits.iter().filter(|one| one.client == client.id && one.told.is_some());
        let back = watched.compared.iter().filter(|(last, shown)| {
            of.commits.iter().any(|one| one.is_on(last) && !one.is_on(shown))
        });
        json!({
            "acked_commits": acked.count(),
            "reads_gone_back": back.count(),
            "phantom_commits": phantoms(of, client, watched),
        })
    });
    told.collect()
}

/// Returns how many commits that a client saw or was given are not in the last primary's history.
fn phantoms(of: &Reference<'_>, client: &Client, watched: &Watched) -> usize {
    let mut seen = watched.seen.clone();
    if let (Some(node), true) = (connected(client.state), client.work.reads()) {
        seen.push(shown(of.world, of.movement, node, of.now));
    }
    let line: Line = of.surviving(client.service).into_iter().collect();
    let gone = of.commits.iter().enumerate().filter(|(_, one)| !one.is_on(&line));
    let known: BTreeSet<usize> = gone
        .filter(|(_, one)| {
            let read = seen.iter().any(|line| one.is_on(line));
            let mut given = of.readings.all.iter().filter(|given| given.client == client.id);
            read || given.any(|given| of.was_given(given, one))
        })
        .map(|(number, _)| number)
        .collect();
    known.len()
}

/// Returns the outages of a run, client by client.
pub(crate) fn outages(of: &Reference<'_>) -> Vec<OutOfWork> {
    let all = of.world.clients.iter().zip(&of.watch.all);
    all.flat_map(|(client, watched)| of_client(of, client, watched)).collect()
}

fn of_client(of: &Reference<'_>, client: &Client, watched: &Watched) -> Vec<OutOfWork> {
    let mut outages: Vec<(u64, u64, Option<Back>)> = Vec::new();
    for turn in &watched.turns {
        match turn {
            Turn::Misses(when) => {
                let start = at(of, client, when);
                // An outage whose first answer had not come by then goes on.
                match outages.last_mut().filter(|(_, end, _)| *end > start) {
                    Some((_, end, _)) => *end = u64::MAX,
                    None => outages.push((start, u64::MAX, None)),
                }
            }
            Turn::Succeeds(when, back) => {
                let end = at(of, client, when);
                if let Some(open) = outages.last_mut().filter(|(_, end, _)| *end == u64::MAX) {
                    (open.1, open.2) = (end, *back);
                }
            }
        }
    }
    let counted = outages.into_iter().filter(|(start, end, _)| *start < (*end).min(of.now));
    let told = counted.map(|(start, end, back)| {
        let spent = spending::spent(of, (client, &watched.spending), (start, end), back);
        OutOfWork { client: client.id, start, end, spent }
    });
    told.collect()
}

fn at(of: &Reference<'_>, client: &Client, when: &When) -> u64 {
    let (rate, _) = work(of.world, client.id);
    let of_session = |session: &(usize, usize)| {
        let (branch, place) = *session;
        of.commits.iter().filter(move |one| one.branch == branch && one.session == place)
    };
    match when {
        When::At(at) => *at,
        When::Unanswered { session, by, delay } => {
            let told = of_session(session).filter(|one| one.told.is_some_and(|told| told <= *by));
            let before = u64::try_from(told.count()).expect("a run is short");
            let session = &of.world.branches[session.0].sessions[session.1];
            mark(session, rate, before).saturating_sub(*delay)
        }
        When::Answered { session, delay } => {
            let first = of_session(session).next().and_then(|one| one.leaves);
            let session = &of.world.branches[session.0].sessions[session.1];
            let own = mark(session, rate, 0) + session.latency.as_micros();
            first.unwrap_or(own) + delay
        }
    }
}
