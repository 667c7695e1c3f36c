//! The event loop: each event goes through its stages, in one order and never backwards.
//!
//! * `setup`: what a run is made from; `outcome`, `service_outcome`, `client_outcome`: its result
//!   as data; `start`: the first instant;
//! * `command`: orders that an operator gives the platform; `pairs`: pairs of services;
//! * `script`: which fault strikes and heals when; `listing`: what steps are called by; `trigger`:
//!   steps that wait for something;
//! * `failure`: what goes wrong by itself; `hurry`: runs that are made likelier than they are;
//! * `apply`, `orders`: an event changes the truth; `settle`: what follows at the same instant;
//! * `memory`: what the judge remembers of it; `standstill`: orders that have a service down;
//! * `slots`: logical slots, their jobs and their consumers;
//! * `observe`: truth becomes news; `decider`: who hears and decides; `lookout`: the daemons;
//! * `answer`: what nodes say at once; `perform`: orders become events;
//! * `phase`: the phases of its work; `face`: how a run is begun and looked at; `look`: how a
//!   suite of tests goes along with a run;
//! * `side_by_side`, `sessions`: what is told of services bound together and of connections;
//! * `controlled`: the states of switchovers with windows; `background`: what lay behind promotions
//!   and outages;
//! * `result`, `slot_outcome`, `outages`, `lost`, `strikes`, `reached`, `tell`, `spell`,
//!   `told`: from the last state to the outcome: slots, outages, what was lost, faults, what
//!   occurred, the timeline.
//!
//! Knows nothing of files or of printing. Kept here: only *apply* changes the truth, only *decide*
//! changes beliefs, and no stage calls an earlier one.

mod answer;
mod apply;
mod background;
mod client_outcome;
mod command;
mod controlled;
mod decider;
mod face;
mod failure;
mod hurry;
mod listing;
mod look;
mod lookout;
mod lost;
mod memory;
mod observe;
mod orders;
mod outages;
mod outcome;
mod pairs;
mod perform;
mod phase;
mod reached;
mod result;
mod script;
mod service_outcome;
mod sessions;
mod settle;
mod setup;
mod side_by_side;
mod slot_outcome;
mod slots;
mod spell;
mod standstill;
mod start;
mod strikes;
mod tell;
mod told;
mod trigger;

use std::sync::Arc;

pub use crate::check::{Allowance, InvariantOutcome};
pub use crate::control::{Operator, PhaseName};
pub use crate::model::{
    Arrivals, ClientSetup, Consumption, DatabaseSetup, Driver, DriverParts, ServiceSetup,
    SlotSetup, Work,
};
pub use background::{
    Awaited, Background, ByHand, ControlledStop, DiskFull, Forwarding, QuorumChange,
};
pub use client_outcome::{ClientOutcome, Outage, Parts};
pub use controlled::{SwitchoverOutcome, SwitchoverState};
pub use failure::{CLOCKS_MAX, FailureSetup, Hurry, Occurs, Subject};
pub(crate) use listing::name_steps;
pub use lost::{ArchiveGap, Loss, LostRange, Unwaited};
pub use outcome::{FaultOutcome, Outcome};
pub use phase::PhaseChange;
pub use reached::Reached;
pub use service_outcome::{
    Candidate, Census, DnsChange, DualWriters, Exposure, Fenced, MarkedDown, NoPrimary, Promotion,
    ServiceOutcome,
};
pub use sessions::SessionOutcome;
pub use setup::{Deed, Setup, StepSetup, When};
pub use side_by_side::{
    GroupOutcome, IntegrationOutcome, OrderOutcome, PairOutcome, PartChange, Parted, RoleChange,
};
pub use slot_outcome::{SlotOutcome, SlotState};
pub use told::{Line, StanceOutcome};
pub use trigger::Trigger;

use crate::check::History;
use crate::control::Timer;
use crate::kernel::Instant;
use crate::knob::Touch;
use crate::model::{DeciderId, Signal, TIMER_RANK, World};
use crate::trace::{Trace, What};
use decider::Decider;
use failure::Failures;
use lookout::Lookout;
use pairs::Desk;
use script::Script;

/// A run under way: a plain value that can be cloned and compared at every instant.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// use std::sync::Arc;
/// use cutover::sim::Sim;
/// let mut sim = Sim::new(Arc::new(loaded.setup), 7);
/// let mut instants = Vec::new();
/// while sim.step() {
///     instants.push(sim.now());
/// }
/// assert!(instants.is_sorted());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Sim {
    setup: Arc<Setup>,
    seed: u64,
    world: World,
    deciders: Vec<Decider>,
    desks: Vec<Desk>,
    lookouts: Vec<Lookout>,
    script: Script,
    failures: Failures,
    history: History,
    /// Which phases the platform has entered.
    phases: Vec<PhaseName>,
    trace: Trace,
    ticks: Ticks,
    /// The greatest rank that was reached at the present instant.
    reached: u32,
}

/// Whether periodic reports are events or are computed when something depends on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ticks {
    /// Computed: a report that says nothing new costs nothing.
    Lazy,
    /// Each report is an event: slow, and the reference that the lazy way is tested against.
    Eager,
}

impl Sim {
    /// Returns when the next event is due, if there is one before the end of the run.
    ///
    /// # Examples
    /// ```
    /// # use std::sync::Arc;
    /// # use cutover::sim::Sim;
    /// # let text = r#"Scenario(name: "example", until: "10m",
    /// #     services: [Service(name: "orders", plan: Business)],
    /// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 100)],
    /// #     script: [At("60s", Fault(HostDeath, Primary("orders")))])"#;
    /// # let loaded = cutover::scenario::parse("example.ron", text).expect("it is valid");
    /// # let setup = Arc::new(loaded.setup);
    /// let mut sim = Sim::new(setup, 7);
    /// let due = sim.next_at().expect("the fault is still to come");
    /// assert!(sim.step());
    /// assert_eq!(sim.now(), due);
    /// sim.run();
    /// assert_eq!(sim.next_at(), None);
    /// ```
    pub fn next_at(&self) -> Option<Instant> {
        let timer = self.next_timer().map(|(due, ..)| due);
        let head = self.world.queue.peek().map(|(at, _)| at);
        let next = timer.into_iter().chain(head).min();
        next.filter(|next| *next <= self.setup.until)
    }

    /// Takes one event through the stages; returns false when the run has come to its end.
    ///
    /// # Examples
    /// ```
    /// # use std::sync::Arc;
    /// # use cutover::sim::Sim;
    /// # let text = r#"Scenario(name: "example", until: "10m",
    /// #     services: [Service(name: "orders", plan: Business)],
    /// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 100)],
    /// #     script: [At("60s", Fault(HostDeath, Primary("orders")))])"#;
    /// # let loaded = cutover::scenario::parse("example.ron", text).expect("it is valid");
    /// # let setup = Arc::new(loaded.setup);
    /// let mut sim = Sim::new(setup, 7);
    /// let mut steps = 0;
    /// while sim.step() {
    ///     steps += 1;
    /// }
    /// assert!(steps > 10);
    /// ```
    pub fn step(&mut self) -> bool {
        let timer = self.next_timer();
        let head = self.world.queue.peek();
        let timer_first = match (head, timer) {
            (Some((at, rank)), Some((due, ..))) => due < at || (due == at && TIMER_RANK < rank),
            (None, Some(_)) => true,
            (_, None) => false,
        };
        let next = match (timer_first, timer, head) {
            (true, Some((due, ..)), _) => due,
            (_, _, Some((at, _))) => at,
            (_, _, None) => Instant::FAR,
        };
        if next > self.setup.until {
            self.world.now = self.setup.until;
            return false;
        }
        if next > self.world.now {
            self.reached = 0;
        }
        self.world.now = next;
        let rank = head.map_or(TIMER_RANK, |(_, rank)| rank);
        self.reached = self.reached.max(if timer_first { TIMER_RANK } else { rank });
        if let (true, Some((_, decider, timer))) = (timer_first, timer) {
            let news = match timer {
                Timer::Silence(number) => Signal::SilenceDue(number),
                Timer::Promotion(number) => Signal::PromotionDue(number),
                Timer::Election => Signal::ElectionDue,
                Timer::Step => Signal::StepDue,
            };
            self.hear(decider, news, next);
        } else if let Some((_, event)) = self.world.queue.pop() {
            self.take(event);
        }
        true
    }

    fn next_timer(&self) -> Option<(Instant, DeciderId, Timer)> {
        let wakes = self.deciders.iter().enumerate().filter_map(|(index, decider)| {
            let (due, timer) = decider.wake?;
            (due < Instant::FAR).then_some((due.max(self.world.now), DeciderId::at(index), timer))
        });
        wakes.min()
    }

    /// Stages decide and perform: a decider hears something.
    fn hear(&mut self, id: DeciderId, news: Signal, sent: Instant) {
        self.refresh_reports(id, self.world.now);
        self.file_answer(id, news, sent);
        if self.intercept(id, news) {
            return;
        }
        let before = self.deciders[id.index()].manager.phase_name();
        let planned = self.deciders[id.index()].manager.operation.is_some();
        let decision = self.decide(id, news);
        let decider = &mut self.deciders[id.index()];
        decider.wake = decider.manager.next_wake(&self.setup.knobs);
        let (service, after) = (decider.service, decider.manager.phase_name());
        if matches!(news, Signal::Missed(_)) {
            self.world.touch(Touch::Silence);
        }
        self.remember(id, &decision);
        if planned && self.deciders[id.index()].manager.operation.is_none() {
            self.note_operation_over(service, decision.rule);
        }
        self.perform(id, &decision);
        self.note(What::Decided(id, news, decision.rule, decision.actions));
        if before != after {
            self.entered(service, after);
        }
        self.follow_standstill(id);
        self.configure_lookouts();
        self.advance_pair(id, news);
    }
}

/// Runs a setup with a seed to its end.
///
/// # Examples
/// ```
/// let text = r#"Scenario(
///     name: "example",
///     services: [Service(name: "orders", plan: Business)],
///     clients: [Writer(name: "app", service: "orders", writes_per_s: 100)],
///     script: [At("60s", Fault(HostDeath, Primary("orders")))],
///     until: "10m",
/// )"#;
/// let loaded = cutover::scenario::parse("example.ron", text).expect("the scenario is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// assert_eq!(outcome.services[0].promotions[0].node, "orders-2");
/// ```
pub fn run(setup: &Setup, seed: u64) -> Outcome {
    let mut sim = Sim::new(Arc::new(setup.clone()), seed);
    sim.run();
    sim.outcome()
}
