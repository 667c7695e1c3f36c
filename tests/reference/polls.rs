//! Daemons by the look: whom each polled when and over which link, what it was told, what observers
//! passed on, and so what it went by when it promoted its own node.
//!
//! The grid on which a daemon polls is its own; what a node tells is what it has by the judge's own
//! count. Looked up is what daemons are told of their service, when one is started anew, asks its
//! observers, or polls at once before it decides. Knows nothing of decisions. Kept here: a poll
//! meets with what was there before its event, and a failed one takes nothing of what was seen
//! away.

use std::collections::BTreeMap;

use cutover::control::lookout::{Daemon, Seat};
use cutover::kernel::Instant;
use cutover::knob::{Knobs, Policy};
use cutover::model::{Host, NodeId, Place, Role, ServiceId, World};
use cutover::sim::Sim;

use super::archive::last_tick;
use super::movement::{Movement, micros};

/// Polls, their failures and checks have this rank.
const DAEMONS: u32 = 2;

/// The turn of a check among what a daemon does at one instant.
const CHECKS: u32 = 2_000;

/// What a daemon knows of a node, by itself or by an observer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sight {
    pub(crate) number: u16,
    /// When the last attempt to poll it began.
    pub(crate) began: u64,
    /// The same by the clock of whoever made it.
    clock: i128,
    connected: bool,
    /// When the last attempt began that was answered or refused.
    answered: Option<u64>,
    seen: Option<Seen>,
}

/// What a node told of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    standby: bool,
    pub(crate) received: u64,
    pub(crate) replayed: u64,
}

/// A promotion of a daemon's own node, with the standbys that it knew of.
#[derive(Debug)]
pub(crate) struct Polled {
    pub(crate) node: NodeId,
    pub(crate) at: u64,
    pub(crate) standbys: Vec<(Sight, Seen)>,
}

/// What every daemon was told.
#[derive(Debug, Default)]
pub(crate) struct Polls {
    of: Vec<OfDaemon>,
    due: Option<Due>,
    pub(crate) promotions: Vec<Polled>,
}

#[derive(Debug)]
struct OfDaemon {
    service: ServiceId,
    seat: Seat,
    grid: (u64, u64),
    /// When it polled last because it was time to.
    polled: Option<u64>,
    /// The polls that nobody has answered: when each began, and of which node.
    silent: Vec<(u64, u16)>,
    sights: BTreeMap<u16, Sight>,
    observers: BTreeMap<u8, BTreeMap<u16, Sight>>,
}

/// What a poll of a node would meet with.
#[derive(Clone, Copy, Debug)]
enum Met {
    /// A standby, which may have been started and not have received anything since.
    Standby {
        anew: bool,
    },
    Primary,
    Refusal,
    Silence,
}

/// Something that a daemon is about to do.
#[derive(Debug)]
struct Due {
    daemon: usize,
    turn: u32,
    nodes: Vec<(u16, NodeId, Met)>,
    /// Whether each observer can be reached, of those that it asks.
    observers: Vec<(u8, bool)>,
    /// When it polled each node last by its own account, to see whether it polls before it decides.
    before: BTreeMap<u16, Instant>,
    promoting: bool,
}

impl Polls {
    /// Looks at what the daemon meets with whose turn is next.
    pub(crate) fn prepare(&mut self, sim: &Sim, next: Option<(Instant, u32)>) {
        self.due = None;
        let world = sim.world();
        let daemons = world.knobs.policy == Policy::Pglookout;
        let Some((at, rank)) = next.filter(|(_, rank)| daemons && rank >> 24 == DAEMONS) else {
            return;
        };
        let index = usize::try_from(rank >> 16 & 0xFF).expect("there are few daemons");
        let Some((of, (_, daemon))) = self.of.get_mut(index).zip(sim.daemons().nth(index)) else {
            return;
        };
        let (now, turn) = (micros(at), rank & 0xFFFF);
        let runs = of.node(world).is_none_or(|node| world.node(node).host == Host::Up);
        let ticks = last_tick(of.grid.0, of.grid.1, now) == Some(now) && of.polled != Some(now);
        if !runs || (turn == 0 && !ticks) {
            return;
        }
        if turn == 0 {
            of.polled = Some(now);
        }
        let nodes = daemon.configuration.nodes.iter();
        let nodes = nodes.map(|number| of.meets(world, *number)).collect();
        let asks =
            !world.knobs.lookout_poll_observers_on_warning_only || daemon.lag_warned.is_some();
        let observers = daemon.configuration.observers.iter().filter(|_| asks);
        let others = observers.filter(|number| of.seat != Seat::Observer(**number));
        let reach =
            |number: &u8| (*number, world.connects(of.place(world), Place::Observer(*number)));
        self.due = Some(Due {
            daemon: index,
            turn,
            nodes,
            observers: others.map(reach).collect(),
            before: attempts(daemon),
            promoting: of.node(world).is_some_and(|node| world.node(node).promoting),
        });
    }

    /// Looks at the daemons after an event.
    pub(crate) fn look(&mut self, sim: &Sim, movement: &Movement) {
        let world = sim.world();
        for (service, daemon) in sim.daemons().skip(self.of.len()) {
            self.of.push(OfDaemon::new(world, service, daemon.seat));
        }
        if let Some(due) = self.due.take() {
            self.take(sim, movement, &due);
        }
        for (of, (_, daemon)) in self.of.iter_mut().zip(sim.daemons()) {
            if daemon.sights.is_empty() && !of.sights.is_empty() {
                *of = OfDaemon { polled: of.polled, ..OfDaemon::new(world, of.service, of.seat) };
            }
            of.sights.retain(|number, _| daemon.configuration.nodes.contains(number));
            of.observers.retain(|number, _| daemon.configuration.observers.contains(number));
        }
    }

    fn take(&mut self, sim: &Sim, movement: &Movement, due: &Due) {
        let world = sim.world();
        let now = micros(world.now);
        match due.turn {
            0 => self.poll(world, movement, due),
            CHECKS => {
                let daemon = sim.daemons().nth(due.daemon).expect("it is there").1;
                if attempts(daemon) != due.before {
                    self.poll(world, movement, due);
                }
            }
            turn => {
                let number = u16::try_from(turn - 1).expect("there are few nodes");
                self.of[due.daemon].gives_up(world, due, number);
            }
        }
        let of = &self.of[due.daemon];
        let Some(node) = of.node(world) else { return };
        if world.node(node).promoting && !due.promoting {
            self.promotions.push(Polled { node, at: now, standbys: of.standbys() });
        }
    }

    /// A daemon polls every node, and its observers.
    fn poll(&mut self, world: &World, movement: &Movement, due: &Due) {
        let now = micros(world.now);
        let of = &mut self.of[due.daemon];
        let clock = of.clock(world);
        for (number, id, met) in &due.nodes {
            let before = of.sights.get(number).and_then(|sight| sight.seen);
            let (connected, seen) = match met {
                Met::Silence => {
                    of.silent.push((now, *number));
                    continue;
                }
                Met::Refusal => (false, before),
                Met::Primary => (true, Some(Seen { standby: false, received: 0, replayed: 0 })),
                Met::Standby { anew } => {
                    let flow = &movement.flows[id.index()];
                    let received = flow.received.byte(now);
                    let segment = world.knobs.wal_segment.get();
                    let told = if *anew { received / segment * segment } else { received };
                    let replayed = flow.replayed.byte(now);
                    (true, Some(Seen { standby: true, received: told, replayed }))
                }
            };
            let answered = Some(now);
            let number = *number;
            let sight = Sight { number, began: now, clock, connected, answered, seen };
            of.sights.insert(number, sight);
        }
        let service = of.service;
        for (observer, reached) in &due.observers {
            let asked =
                |of: &&OfDaemon| of.service == service && of.seat == Seat::Observer(*observer);
            let told = self.of.iter().find(asked).filter(|_| *reached);
            let told = told.map(|asked| asked.sights.clone());
            // An answer of a clock that is too far behind is thrown away.
            let behind = clock - i128::from(now);
            let known = &mut self.of[due.daemon].observers;
            if let Some(told) = told.filter(|_| is_trusted(&world.knobs, behind)) {
                known.insert(*observer, told);
            }
        }
    }
}

/// Returns when a daemon polled each node last, by its own account.
fn attempts(daemon: &Daemon) -> BTreeMap<u16, Instant> {
    daemon.sights.iter().map(|(number, sight)| (*number, sight.fetched)).collect()
}

fn is_trusted(knobs: &Knobs, behind: i128) -> bool {
    behind <= i128::from(knobs.lookout_observer_skew_max.as_micros())
}

impl OfDaemon {
    fn new(world: &World, service: ServiceId, seat: Seat) -> Self {
        let of = &world.names.services[service.index()];
        let name = match seat {
            Seat::Node(number) => format!("{of}-{number}"),
            Seat::Observer(number) => format!("{of}-observer-{number}"),
        };
        let (phase, period) = (world.knobs.lookout_poll_phase, world.knobs.lookout_poll_interval);
        let first = world.phase(phase, period, "lookout_polls", &name);
        Self {
            service,
            seat,
            grid: (micros(first), period.as_micros()),
            polled: None,
            silent: Vec::new(),
            sights: BTreeMap::new(),
            observers: BTreeMap::new(),
        }
    }

    /// Returns the node beside which it runs, if it does not run on a host of its own.
    fn node(&self, world: &World) -> Option<NodeId> {
        match self.seat {
            Seat::Node(number) => world.service(self.service).numbered(number),
            Seat::Observer(_) => None,
        }
    }

    fn place(&self, world: &World) -> Place {
        match self.seat {
            Seat::Observer(number) => Place::Observer(number),
            Seat::Node(_) => {
                self.node(world).map_or(Place::Platform, |node| world.node(node).place())
            }
        }
    }

    /// Returns what its clock shows, from the beginning of the run.
    fn clock(&self, world: &World) -> i128 {
        let wrong = self.node(world).map_or(0, |node| {
            let of = world.node(node).impairments;
            i128::from(of.clock_ahead.as_micros()) - i128::from(of.clock_behind.as_micros())
        });
        i128::from(micros(world.now)) + wrong
    }

    /// Returns what a poll of a node would meet with.
    fn meets(&self, world: &World, number: u16) -> (u16, NodeId, Met) {
        let Some(id) = world.service(self.service).numbered(number) else {
            return (number, NodeId::at(world.nodes.len()), Met::Silence);
        };
        let node = world.node(id);
        let own = self.seat == Seat::Node(number);
        let linked = own || world.connects(self.place(world), node.place());
        let met = if !linked || node.host != Host::Up {
            Met::Silence
        } else if !node.answers() {
            Met::Refusal
        } else if node.role == Role::Primary {
            Met::Primary
        } else {
            Met::Standby { anew: node.ended_last.is_some() && !node.streaming }
        };
        (number, id, met)
    }

    /// It does not wait any longer for the answer of a node.
    fn gives_up(&mut self, world: &World, due: &Due, number: u16) {
        let timeout = world.knobs.lookout_poll_timeout.as_micros();
        let began = micros(world.now).saturating_sub(timeout);
        let Some(place) = self.silent.iter().position(|one| *one == (began, number)) else {
            return;
        };
        self.silent.remove(place);
        let before = self.sights.get(&number).copied();
        let answered = before.and_then(|sight| sight.answered);
        let told = due.nodes.iter().any(|(of, ..)| *of == number);
        if !told || answered.is_some_and(|answered| answered > began) {
            return;
        }
        let clock = self.clock(world) - i128::from(timeout);
        let seen = before.and_then(|sight| sight.seen);
        let sight = Sight { number, began, clock, connected: false, answered, seen };
        self.sights.insert(number, sight);
    }

    /// Returns the standbys that it knows of: by itself, or by an observer that polled one later
    /// that it does not reach.
    fn standbys(&self) -> Vec<(Sight, Seen)> {
        let standby = |sight: &Sight| sight.seen.filter(|seen| seen.standby);
        let mut known: BTreeMap<u16, Sight> = self.sights.clone();
        known.retain(|_, sight| standby(sight).is_some());
        for (number, theirs) in self.observers.values().flatten() {
            let Some(own) = self.sights.get(number) else { continue };
            let other = self.seat != Seat::Node(*number) && standby(theirs).is_some();
            let reached = own.connected || known.get(number).is_some_and(|one| one.connected);
            if other && !reached && theirs.clock > own.clock {
                known.insert(*number, *theirs);
            }
        }
        known.values().filter_map(|sight| Some((*sight, standby(sight)?))).collect()
    }
}
