//! The daemons of the pglookout policy at work: when each polls, checks and promotes its own node.
//!
//! A daemon polls and checks on its own grids. While all is well its ticks are not events: it
//! sleeps, and when something happens to its service it wakes with the sights that its last poll
//! would have left. `polls`: how it polls and asks; `checks`: how it decides; `rest`: when it
//! sleeps. Knows nothing of the decision itself. Kept here: a daemon learns of a node only by
//! polling it over the links as they are.

mod checks;
mod polls;
mod rest;

use std::collections::BTreeMap;

use super::Sim;
use crate::control::Standing;
use crate::control::lookout::{Configuration, Daemon, Gate, Seat};
use crate::kernel::{Instant, Pace};
use crate::knob::{Policy, Touch};
use crate::model::{Host, LookoutId, NodeId, Place, ServiceId};

/// What a right clock shows when the run begins, so that a clock that is behind has a time.
const START_OF_CLOCKS: Instant = Instant::from_micros(1 << 50);

/// A daemon with its grids.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::sim) struct Lookout {
    /// The service that it watches.
    pub(in crate::sim) service: ServiceId,
    /// What it believes.
    pub(in crate::sim) daemon: Daemon,
    polls: Pace,
    checks: Pace,
    /// When it was started.
    started: Instant,
    /// When it polled last, whatever its clock said.
    polled: Instant,
    /// When the last poll began that each node answered, whatever its clock said.
    answered: BTreeMap<u16, Instant>,
    /// When the last poll of each node began that was answered or given up, whatever its clock
    /// said.
    attempted: BTreeMap<u16, Instant>,
    /// Whether its ticks are events at present.
    awake: bool,
    /// Whether it sleeps because all is well, and its sights are to be brought up to date.
    asleep: bool,
    /// For when its next poll is scheduled, if it is.
    poll_due: Option<Instant>,
    /// For when its next check is scheduled, if it is.
    check_due: Option<Instant>,
    /// Whether its host was seen down, so that it starts anew when the host is back.
    down: bool,
    /// Where its last check ended.
    gate: Option<Gate>,
    /// When its polls last reached the node that it takes for the primary.
    reached_primary: Instant,
}

impl Sim {
    /// Adds the daemons of every service, if the policy has daemons.
    pub(in crate::sim) fn begin_lookouts(&mut self) {
        if self.setup.knobs.policy != Policy::Pglookout {
            return;
        }
        self.world.touch(Touch::Lookout);
        for index in 0..self.world.services.len() {
            let service = ServiceId::at(index);
            let nodes = self.world.service(service).nodes.len();
            let nodes = u16::try_from(nodes).expect("a service has few nodes");
            for number in 1..=nodes {
                self.add_lookout(service, Seat::Node(number));
            }
            for observer in 0..self.setup.knobs.lookout_observers {
                let number = u8::try_from(observer).expect("validation bounds the observers");
                self.add_lookout(service, Seat::Observer(number));
            }
        }
        self.configure_lookouts();
    }

    fn add_lookout(&mut self, service: ServiceId, seat: Seat) {
        let knobs = &self.setup.knobs;
        let name = match seat {
            Seat::Node(number) => format!("{}-{number}", self.service_name(service)),
            Seat::Observer(number) => format!("{}-observer-{number}", self.service_name(service)),
        };
        let grid = |phase, period, purpose| {
            Pace::every(self.world.phase(phase, period, purpose, &name), period)
        };
        let polls = grid(knobs.lookout_poll_phase, knobs.lookout_poll_interval, "lookout_polls");
        let checks =
            grid(knobs.lookout_check_phase, knobs.lookout_check_interval, "lookout_checks");
        let configuration = self.configuration(service, seat);
        let clock = self.clock(service, seat);
        let lookout = Lookout {
            service,
            daemon: Daemon::new(seat, configuration, clock),
            polls,
            checks,
            started: self.world.now,
            polled: Instant::ZERO,
            answered: BTreeMap::new(),
            attempted: BTreeMap::new(),
            awake: false,
            asleep: false,
            poll_due: None,
            check_due: None,
            down: false,
            gate: None,
            reached_primary: Instant::ZERO,
        };
        self.lookouts.push(lookout);
        self.keep_awake(LookoutId::at(self.lookouts.len() - 1));
    }

    /// Returns what the platform tells a service's daemons: the nodes that it has not given up.
    fn configuration(&self, service: ServiceId, seat: Seat) -> Configuration {
        let manager = self.deciders.iter().find(|decider| decider.service == service);
        let members = manager.map(|decider| decider.manager.members.clone()).unwrap_or_default();
        let with = |wanted: fn(Standing) -> bool| {
            let of = members.iter().filter(|member| wanted(member.standing));
            of.map(|member| member.number).collect::<Vec<u16>>()
        };
        let observers = u8::try_from(self.setup.knobs.lookout_observers).unwrap_or(u8::MAX);
        let kept = self
            .lookouts
            .iter()
            .find(|lookout| lookout.service == service && lookout.daemon.seat == seat);
        Configuration {
            nodes: with(|standing| matches!(standing, Standing::Primary | Standing::Standby)),
            observers: (0..observers).collect(),
            never_promote: Vec::new(),
            known_gone: with(|standing| standing == Standing::GivenUp),
            maintenance: kept.is_some_and(|lookout| lookout.daemon.configuration.maintenance),
        }
    }

    /// Tells the daemons of a changed list of nodes, and gives new nodes a daemon.
    pub(in crate::sim) fn configure_lookouts(&mut self) {
        if self.setup.knobs.policy != Policy::Pglookout {
            return;
        }
        for index in 0..self.deciders.len() {
            let service = self.deciders[index].service;
            let serving: Vec<u16> = self.configuration(service, Seat::Node(0)).nodes;
            for number in serving {
                let seat = Seat::Node(number);
                let known =
                    |lookout: &Lookout| lookout.service == service && lookout.daemon.seat == seat;
                if !self.lookouts.iter().any(known) {
                    self.add_lookout(service, seat);
                }
            }
        }
        for index in 0..self.lookouts.len() {
            let (service, seat) = (self.lookouts[index].service, self.lookouts[index].daemon.seat);
            let configuration = self.configuration(service, seat);
            if self.lookouts[index].daemon.configuration != configuration {
                let clock = self.clock(service, seat);
                self.lookouts[index].daemon.configure(configuration, clock);
                self.keep_awake(LookoutId::at(index));
            }
        }
    }

    /// Sets or removes the marker that keeps a node's daemon from promoting it.
    pub(in crate::sim) fn mark_maintenance(&mut self, node: NodeId, marked: bool) {
        let (service, number) = (self.world.node(node).service, self.world.node(node).number);
        for lookout in &mut self.lookouts {
            if lookout.service == service && lookout.daemon.seat == Seat::Node(number) {
                lookout.daemon.configuration.maintenance = marked;
            }
        }
    }

    /// Starts a node's daemon anew: it forgets everything.
    pub(in crate::sim) fn restart_lookout(&mut self, node: NodeId) {
        let (service, number) = (self.world.node(node).service, self.world.node(node).number);
        for index in 0..self.lookouts.len() {
            let lookout = &self.lookouts[index];
            if lookout.service == service && lookout.daemon.seat == Seat::Node(number) {
                self.forget(LookoutId::at(index));
            }
        }
    }

    fn forget(&mut self, id: LookoutId) {
        // The judge remembers when the daemon last reached the primary.
        self.catch_up_on_sleep(id);
        let lookout = &self.lookouts[id.index()];
        let (service, seat) = (lookout.service, lookout.daemon.seat);
        let clock = self.clock(service, seat);
        let configuration = lookout.daemon.configuration.clone();
        let lookout = &mut self.lookouts[id.index()];
        lookout.daemon = Daemon::new(seat, configuration, clock);
        lookout.started = self.world.now;
        lookout.answered.clear();
        lookout.attempted.clear();
        lookout.asleep = false;
        lookout.down = false;
        lookout.gate = None;
        self.keep_awake(id);
    }

    /// Whether a daemon's host runs.
    fn runs(&self, id: LookoutId) -> bool {
        self.seat_node(id).is_none_or(|node| self.world.node(node).host == Host::Up)
    }

    fn seat_node(&self, id: LookoutId) -> Option<NodeId> {
        let lookout = &self.lookouts[id.index()];
        match lookout.daemon.seat {
            Seat::Node(number) => self.world.service(lookout.service).numbered(number),
            Seat::Observer(_) => None,
        }
    }

    fn seat_place(&self, id: LookoutId) -> Place {
        match (self.seat_node(id), self.lookouts[id.index()].daemon.seat) {
            (Some(node), _) => self.world.node(node).place(),
            (None, Seat::Observer(number)) => Place::Observer(number),
            (None, Seat::Node(_)) => Place::Platform,
        }
    }

    /// The time by the clock of a daemon's host.
    fn clock(&self, service: ServiceId, seat: Seat) -> Instant {
        let truth = START_OF_CLOCKS + self.world.now.since(Instant::ZERO);
        let Seat::Node(number) = seat else { return truth };
        let node = self.world.service(service).numbered(number);
        node.map_or(truth, |node| {
            let impairments = self.world.node(node).impairments;
            (truth + impairments.clock_ahead).minus(impairments.clock_behind)
        })
    }

    fn service_name(&self, service: ServiceId) -> &str {
        &self.world.names.services[service.index()]
    }

    /// Returns the name of a daemon, as results print it.
    pub(in crate::sim) fn lookout_name(&self, id: LookoutId) -> String {
        let lookout = &self.lookouts[id.index()];
        let service = self.service_name(lookout.service);
        match lookout.daemon.seat {
            Seat::Node(number) => format!("{service}-{number}'s daemon"),
            Seat::Observer(number) => format!("observer {} of {service}", number + 1),
        }
    }
}
