//! What goes wrong by itself: every victim of a failure has a clock, which strikes, repairs and
//! is wound up again.
//!
//! Knows nothing of how faults act. Kept here: what a clock draws depends on the names of failure
//! and victim and on how often it has struck, so that no other part shifts it.

use super::Sim;
use super::setup::Deed;
use crate::fault::{FaultKind, Party, Target};
use crate::kernel::{Distribution, Instant, Span};
use crate::model::{Event, NodeId, RegionId, STEPS_MAX, ServiceId, Zone};

/// Something that goes wrong by itself, again and again.
///
/// # Examples
/// ```
/// # let text = r#"Scenario(name: "year", until: "30d",
/// #     services: [Service(name: "orders", plan: Business)],
/// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 10)],
/// #     failures: [Failure(name: "hosts", fault: HostDeath, strikes: EachNode("orders"),
/// #         occurs: Every("exponential(90d)"))],
/// #     targets: [Mean(metric: "write_downtime", at_most: "4h")])"#;
/// # let loaded = cutover::scenario::parse("year.ron", text).expect("it is valid");
/// use cutover::fault::FaultKind;
/// let failure = &loaded.setup.failures[0];
/// assert_eq!((failure.name.as_str(), failure.kind), ("hosts", FaultKind::HostDeath));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailureSetup {
    /// Its name.
    pub name: String,
    /// What goes wrong.
    pub kind: FaultKind,
    /// Whom it strikes.
    pub strikes: Subject,
    /// When.
    pub occurs: Occurs,
    /// How long until it is repaired.
    pub lasts: Option<Distribution>,
    /// How many of its repairs are under way at once; others wait, in the order of the strikes.
    pub crews: Option<u32>,
}

/// Whom a failure strikes.
///
/// # Examples
/// ```
/// # let text = r#"Scenario(name: "year", until: "30d",
/// #     services: [Service(name: "orders", plan: Business)],
/// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 10)],
/// #     failures: [Failure(name: "hosts", fault: HostDeath, strikes: EachNode("orders"),
/// #         occurs: Every("exponential(90d)"))],
/// #     targets: [Mean(metric: "write_downtime", at_most: "4h")])"#;
/// # let loaded = cutover::scenario::parse("year.ron", text).expect("it is valid");
/// use cutover::model::ServiceId;
/// use cutover::sim::Subject;
/// assert_eq!(loaded.setup.failures[0].strikes, Subject::EachNode(ServiceId(0)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// Each node of a service, by a clock of its own.
    EachNode(ServiceId),
    /// The link of each node of a service to another party.
    EachLink(ServiceId, Party),
    /// Each zone of a region.
    EachZone(RegionId),
    /// One target.
    Only(Target),
}

/// When a failure strikes.
///
/// # Examples
/// ```
/// # let text = r#"Scenario(name: "year", until: "30d",
/// #     services: [Service(name: "orders", plan: Business)],
/// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 10)],
/// #     failures: [Failure(name: "hosts", fault: HostDeath, strikes: EachNode("orders"),
/// #         occurs: Every("exponential(90d)"))],
/// #     targets: [Mean(metric: "write_downtime", at_most: "4h")])"#;
/// # let loaded = cutover::scenario::parse("year.ron", text).expect("it is valid");
/// use cutover::sim::Occurs;
/// assert!(matches!(&loaded.setup.failures[0].occurs, Occurs::Every(_)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Occurs {
    /// After a time without it.
    Every(Distribution),
    /// At these times, in ascending order.
    Times(Vec<Span>),
}

/// The clocks of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Failures {
    pub(super) clocks: Vec<Clock>,
    /// How many nodes have got their clocks.
    nodes_met: usize,
    /// The services with fewer nodes in service than their plans have.
    pub(super) degraded: Vec<ServiceId>,
    /// By how much the run was made likelier.
    pub(super) hurry: Hurry,
    /// Which of the ways that part from one run it goes; 0 for a run that is by itself.
    pub(super) way: u32,
    /// For each failure whose repairs wait for a crew: until when each crew is at work.
    crews: Vec<(usize, Vec<Instant>)>,
}

/// The clock of one failure for one victim.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Clock {
    /// Which failure of the setup.
    pub(super) failure: usize,
    /// What its draws are named after: the failure and the victim.
    name: String,
    /// The victim.
    target: Target,
    /// The node whose end is the end of the clock.
    of_node: Option<NodeId>,
    /// How often it was wound up.
    turn: u32,
    /// Since when it runs faster than its law says, if it does.
    pub(super) hurried: Option<Instant>,
    /// Whether it goes towards its next strike.
    pub(super) runs: bool,
}

/// By how much a run was made likelier: what its weight follows from.
///
/// # Examples
/// A run that nobody hurried has nothing booked:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// assert_eq!(outcome.hurry, cutover::sim::Hurry::default());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Hurry {
    /// How often a clock struck while it ran faster.
    pub strikes: u32,
    /// How long clocks ran faster, added up, in units of the mean of each clock's law, in 2 to the
    /// minus 40.
    pub means: u128,
    /// Whether more nodes failed than a run keeps account of: those that came after the last that
    /// it does never fail.
    pub spent: bool,
}

impl Failures {
    /// Returns the counter of a clock's draws.
    fn counter(&self, turn: u32) -> u64 {
        u64::from(turn) + (u64::from(self.way) << 32)
    }

    /// Returns when a repair is over that takes so long, once one of so many crews is free for it.
    fn repaired(&mut self, failure: usize, crews: u32, (now, takes): (Instant, Span)) -> Instant {
        let crews = usize::try_from(crews).expect("validation bounds the crews");
        let place = self.crews.iter().position(|(of, _)| *of == failure).unwrap_or_else(|| {
            self.crews.push((failure, vec![Instant::ZERO; crews]));
            self.crews.len() - 1
        });
        let first = self.crews[place].1.iter_mut().min().expect("there is a crew");
        *first = now.max(*first) + takes;
        *first
    }
}

/// The most clocks of a run: their numbers follow those of a script's steps.
///
/// # Examples
/// ```
/// // Every node that is built winds up a clock of its own.
/// assert!(cutover::sim::CLOCKS_MAX > 10_000);
/// ```
pub const CLOCKS_MAX: u16 = 60_000;

/// Returns the number that a clock's strikes have, beyond those of all steps of a script.
fn step(clock: u16) -> u16 {
    let first = u16::try_from(STEPS_MAX).expect("it is small");
    clock.checked_add(first).expect("there are at most so many clocks")
}

impl Sim {
    /// Starts the clocks of everything that is there at the start.
    pub(super) fn begin_failures(&mut self) {
        for failure in 0..self.setup.failures.len() {
            match self.setup.failures[failure].strikes {
                Subject::Only(target) => self.add_clock(failure, "", target, None),
                Subject::EachZone(region) => {
                    for (zone, name) in [(Zone::A, "A"), (Zone::B, "B"), (Zone::C, "C")] {
                        let target = Target::One(Party::Zone(region, zone));
                        self.add_clock(failure, name, target, None);
                    }
                }
                Subject::EachNode(_) | Subject::EachLink(..) => {}
            }
        }
        self.meet_new_nodes();
    }

    /// Starts the clocks of nodes that have none yet.
    pub(super) fn meet_new_nodes(&mut self) {
        if self.setup.failures.is_empty() {
            return;
        }
        while self.failures.nodes_met < self.world.nodes.len() {
            let id = NodeId::at(self.failures.nodes_met);
            self.failures.nodes_met += 1;
            let node = self.world.node(id);
            let (service, party) = (node.service, Party::Node(node.service, node.number));
            let name = self.world.node_name(id);
            for failure in 0..self.setup.failures.len() {
                let target = match self.setup.failures[failure].strikes {
                    Subject::EachNode(of) if of == service => Target::One(party),
                    Subject::EachLink(of, to) if of == service => {
                        Target::Link { from: party, to, both: true }
                    }
                    Subject::EachNode(_)
                    | Subject::EachLink(..)
                    | Subject::EachZone(_)
                    | Subject::Only(_) => continue,
                };
                self.add_clock(failure, &name, target, Some(id));
            }
        }
    }

    fn add_clock(&mut self, failure: usize, of: &str, target: Target, of_node: Option<NodeId>) {
        if self.failures.clocks.len() >= usize::from(CLOCKS_MAX) {
            self.failures.hurry.spent = true;
            return;
        }
        let name = format!("{}/{of}", self.setup.failures[failure].name);
        self.failures.clocks.push(Clock {
            failure,
            name,
            target,
            of_node,
            turn: 0,
            hurried: None,
            runs: false,
        });
        self.wind_up(self.failures.clocks.len() - 1);
    }

    /// Plans the next strike of a clock, unless its node is gone for good.
    pub(super) fn wind_up(&mut self, index: usize) {
        let clock = &mut self.failures.clocks[index];
        clock.runs = clock.of_node.is_none_or(|node| self.world.node(node).exists());
        if !clock.runs {
            return;
        }
        clock.turn += 1;
        let now = self.world.now;
        let hurries = self.hurries(index);
        self.failures.clocks[index].hurried = hurries.then_some(now);
        let clock = &self.failures.clocks[index];
        let at = match &self.setup.failures[clock.failure].occurs {
            Occurs::Every(gaps) => {
                let turn = self.failures.counter(clock.turn);
                let word = self.world.chance.word("failure_gap", &clock.name, turn);
                let memoryless = gaps.exponential_mean().filter(|_| hurries);
                now + memoryless.map_or_else(|| gaps.draw(word), |mean| self.hurried(mean, word))
            }
            Occurs::Times(times) => {
                let mut ahead = times.iter().map(|time| Instant::ZERO + *time);
                let unused = usize::try_from(clock.turn - 1).unwrap_or(usize::MAX);
                ahead.nth(unused).map_or(Instant::FAR, |at| at.max(now))
            }
        };
        let number = u16::try_from(index).expect("there are at most so many clocks");
        self.world.schedule(at, Event::FailureDue(number, clock.turn));
    }

    /// Lets a clock strike; tells whether that changed anything.
    pub(super) fn failure_due(&mut self, number: u16, turn: u32) -> bool {
        let index = usize::from(number);
        let clock = &self.failures.clocks[index];
        if clock.turn != turn {
            return false;
        }
        let (failure, target) = (clock.failure, clock.target);
        let counter = self.failures.counter(turn);
        let word = self.world.chance.word("failure_lasts", &clock.name, counter);
        let setup = &self.setup.failures[failure];
        let (kind, crews) = (setup.kind, setup.crews);
        let lasts = setup.lasts.as_ref().map(|lasts| lasts.draw(word));
        self.leave_hurry(index, true);
        self.failures.clocks[index].runs = false;
        let struck = self.strike(step(number), kind, target);
        match lasts {
            Some(span) if struck => {
                let now = self.world.now;
                let end = crews.map_or(now + span, |crews| {
                    self.failures.repaired(failure, crews, (now, span))
                });
                self.world.schedule(end, Event::FailureEnds(number, turn));
            }
            _ => self.wind_up(index),
        }
        struck
    }

    /// Ends what a clock struck; tells whether there was anything to end.
    pub(super) fn failure_ends(&mut self, number: u16, turn: u32) -> bool {
        let index = usize::from(number);
        if self.failures.clocks[index].turn != turn {
            return false;
        }
        let ended = self.heal_strike(step(number));
        self.wind_up(index);
        ended
    }

    /// Returns what a strike or an order of this run did.
    pub(super) fn deed(&self, step: u16) -> Deed {
        self.deed_of(step).expect("the run itself has numbered it")
    }

    /// Returns what the clock of a failure strikes with, if a number is one of a clock.
    pub(super) fn deed_of_clock(&self, step: u16) -> Option<Deed> {
        let clock = self.failures.clocks.get(usize::from(step).checked_sub(STEPS_MAX)?)?;
        Some(Deed::Fault(self.setup.failures[clock.failure].kind, clock.target))
    }
}
