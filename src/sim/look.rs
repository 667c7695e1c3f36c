//! How a suite of tests goes along with a run: looks, listens, waits, and lets something happen.
//!
//! Knows nothing of files. Kept here: looking changes nothing, and whatever is let happen is a step
//! of the script, so that a file with the same steps gives the same run.

use std::sync::Arc;

use super::listing::name_steps;
use super::setup::{Deed, Setup, StepSetup, When};
use super::{Line, Sim, Ticks, start, tell};
use crate::control::lookout::Daemon;
use crate::control::{Action, Decision, Manager};
use crate::kernel::{Chance, Instant, Law};
use crate::model::{DeciderId, Event, STEPS_MAX, ServiceId, Signal};
use crate::trace::Note;

impl Sim {
    /// Returns what the run is made from, with the steps that were added since.
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
    /// let sim = Sim::new(Arc::clone(&setup), 7);
    /// assert_eq!(sim.setup(), &*setup);
    /// ```
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Returns a run at its first instant, with notes, whose random words come from somewhere else
    /// or are noted; see [`Chance::recorded`] and [`Chance::replayed`].
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
    /// use cutover::kernel::Chance;
    ///
    /// let mut sim = Sim::with_chance(Arc::clone(&setup), Chance::new(7, 0));
    /// let mut same = Sim::new(setup, 7);
    /// sim.run();
    /// same.run();
    /// assert_eq!(sim.fingerprint(), same.fingerprint());
    /// ```
    pub fn with_chance(setup: Arc<Setup>, chance: Chance) -> Self {
        start::begin(setup, chance, Ticks::Lazy, true)
    }

    /// Returns the seed of the run.
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
    /// assert_eq!(Sim::new(setup, 7).seed(), 7);
    /// ```
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Returns what the platform believes of a service; the truth is [`world`](Self::world).
    ///
    /// # Examples
    /// A minute after a host died the truth is known to the test, and not yet to the platform:
    /// ```
    /// use std::sync::Arc;
    /// use cutover::kernel::{Instant, Span};
    /// use cutover::model::{Host, ServiceId};
    /// use cutover::sim::Sim;
    ///
    /// let text = r#"Scenario(
    ///     name: "belief",
    ///     services: [Service(name: "orders", plan: Business)],
    ///     tuning: Tuning(heartbeat_phase: "2s"),
    ///     script: [At("60s", Fault(HostDeath, Primary("orders")))],
    ///     until: "10m",
    /// )"#;
    /// let loaded = cutover::scenario::parse("belief.ron", text)?;
    /// let mut sim = Sim::new(Arc::new(loaded.setup), 0);
    /// sim.run_until(Instant::ZERO + Span::from_secs(110));
    ///
    /// let orders = ServiceId(0);
    /// let primary = sim.world().service(orders).primary;
    /// assert_eq!(sim.world().node(primary).host, Host::Dead);
    /// let belief = sim.belief(orders).expect("the platform decides for every service");
    /// assert_eq!(belief.primary, 1);
    /// assert!(belief.member(1).expect("it knows the primary").missed.is_some());
    /// # Ok::<(), cutover::scenario::Errors>(())
    /// ```
    pub fn belief(&self, service: ServiceId) -> Option<&Manager> {
        let decider = self.deciders.iter().find(|decider| decider.service == service);
        decider.map(|decider| &decider.manager)
    }

    /// Returns the daemons that decide under the policy pglookout, with the services they watch.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/lookout-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let setup = std::sync::Arc::new(loaded.setup);
    /// let sim = cutover::sim::Sim::new(setup, 0);
    /// let daemons = sim.daemons().count();
    /// assert!(daemons > 1);
    /// assert!(sim.daemons().all(|(service, _)| service == cutover::model::ServiceId(0)));
    /// ```
    pub fn daemons(&self) -> impl Iterator<Item = (ServiceId, &Daemon)> {
        self.lookouts.iter().map(|lookout| (lookout.service, &lookout.daemon))
    }

    /// Returns everything that was noted so far; nothing in a run without notes.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let setup = std::sync::Arc::new(loaded.setup);
    /// let mut sim = cutover::sim::Sim::new(setup, 0);
    /// assert!(sim.notes().is_empty());
    /// sim.run();
    /// assert!(sim.notes().windows(2).all(|two| two[0].at <= two[1].at));
    /// assert!(!sim.notes().is_empty());
    /// ```
    pub fn notes(&self) -> &[Note] {
        self.trace.notes()
    }

    /// Returns a note in words, as the timeline has it; retries of clients are not told.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let setup = std::sync::Arc::new(loaded.setup);
    /// let mut sim = cutover::sim::Sim::new(setup, 0);
    /// sim.run();
    /// let told: Vec<_> = sim.notes().iter().filter_map(|note| sim.told(note)).collect();
    /// assert_eq!(told, sim.outcome().timeline);
    /// ```
    pub fn told(&self, note: &Note) -> Option<Line> {
        tell::line(self, note)
    }

    /// Takes the run to its end and shows everything that is noted on the way, with the run as it
    /// stands after the event; stops at the first refusal.
    ///
    /// So a suite of tests subscribes to events, and checks an invariant of its own.
    ///
    /// # Errors
    /// What was answered first that is no [`Ok`]; the run then stands where it was answered. What
    /// the same event noted after that is not shown but is among the [`notes`](Self::notes()).
    ///
    /// # Examples
    /// An invariant of one's own: nobody is promoted while the old primary still runs.
    /// ```
    /// use std::sync::Arc;
    /// use cutover::control::Action;
    /// use cutover::model::ServiceId;
    /// use cutover::sim::Sim;
    /// use cutover::trace::What;
    ///
    /// let text = r#"Scenario(
    ///     name: "cut",
    ///     services: [Service(name: "orders", plan: Business)],
    ///     script: [At("60s", Fault(LinkCut, Link(Primary("orders"), Platform)))],
    ///     until: "10m",
    /// )"#;
    /// let loaded = cutover::scenario::parse("cut.ron", text)?;
    /// let mut sim = Sim::new(Arc::new(loaded.setup), 0);
    /// let found = sim.watch(|sim, note| {
    ///     let What::Decided(_, _, rule, orders) = &note.what else { return Ok(()) };
    ///     let world = sim.world();
    ///     let writable = world.node(world.service(ServiceId(0)).primary).writable();
    ///     let promotes = orders.iter().any(|order| matches!(order, Action::Promote(_)));
    ///     if promotes && writable { Err((note.at, rule.name())) } else { Ok(()) }
    /// });
    /// let (at, rule) = found.expect_err("the platform cannot know better");
    /// assert_eq!(rule, "promote-for-silent-primary");
    /// assert_eq!(sim.now(), at);
    /// # Ok::<(), cutover::scenario::Errors>(())
    /// ```
    pub fn watch<E>(
        &mut self,
        mut see: impl FnMut(&Self, &Note) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut seen = self.trace.notes().len();
        while self.step() {
            for note in &self.trace.notes()[seen..] {
                see(self, note)?;
            }
            seen = self.trace.notes().len();
        }
        Ok(())
    }

    /// Takes every event up to an instant, included; the run then stands at that instant.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let setup = std::sync::Arc::new(loaded.setup);
    /// let mut sim = cutover::sim::Sim::new(setup, 0);
    /// use cutover::kernel::{Instant, Span};
    /// let middle = Instant::ZERO + Span::from_secs(90);
    /// sim.run_until(middle);
    /// assert_eq!(sim.now(), middle);
    /// ```
    pub fn run_until(&mut self, instant: Instant) {
        let last = instant.min(self.setup.until);
        while self.next_at().is_some_and(|next| next <= last) && self.step() {}
        self.wait_until(last);
    }

    /// Adds a step to the script; tells whether it can still happen.
    ///
    /// A step comes from [`Loaded::add_step`](crate::scenario::Loaded::add_step), which checks it
    /// and adds it to the scenario as well: the scenario written to a file then gives the very run
    /// that was led by hand. It has to be at a fixed time later than the present instant. It is not
    /// checked again: a step that another scenario has checked may name what is not there.
    ///
    /// # Examples
    /// ```
    /// use std::sync::Arc;
    /// use cutover::fault::FaultKind;
    /// use cutover::kernel::{Instant, Law, Span};
    /// use cutover::scenario::{Deed, Step, Target};
    /// use cutover::sim::Sim;
    ///
    /// let text = r#"Scenario(
    ///     name: "by-hand",
    ///     services: [Service(name: "orders", plan: Business)],
    ///     until: "10m",
    /// )"#;
    /// let mut loaded = cutover::scenario::parse("by-hand.ron", text)?;
    /// let mut sim = Sim::new(Arc::new(loaded.setup.clone()), 0);
    /// sim.run_until(Instant::ZERO + Span::from_secs(30));
    ///
    /// let deed = Deed::Fault(FaultKind::HostDeath, Target::Primary("orders".to_owned()));
    /// let step = loaded.add_step(Step::At(Law::Fixed(Span::from_secs(31)), deed))?;
    /// assert!(sim.add_step(step));
    /// sim.run();
    /// assert_eq!(sim.outcome().services[0].promotions.len(), 1);
    /// assert_eq!(sim.outcome(), cutover::sim::run(&loaded.setup, 0));
    /// # Ok::<(), cutover::scenario::Errors>(())
    /// ```
    pub fn add_step(&mut self, step: StepSetup) -> bool {
        let When::At(Law::Fixed(time)) = step.when else { return false };
        let (at, steps) = (Instant::ZERO + time, self.setup.script.len());
        let Ok(number) = u16::try_from(steps) else { return false };
        if at <= self.world.now || steps >= STEPS_MAX {
            return false;
        }
        let script = &mut Arc::make_mut(&mut self.setup).script;
        script.push(step);
        name_steps(script);
        self.world.schedule(at, Event::StepDue(number));
        true
    }

    /// Returns what is done by the number that notes tell: a step of the script, or a strike of a
    /// failure's clock; nothing if there is neither.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let setup = std::sync::Arc::new(loaded.setup);
    /// use cutover::sim::{Deed, Sim};
    /// use cutover::trace::What;
    /// let mut sim = Sim::new(setup, 0);
    /// sim.run();
    /// let mut struck = sim.notes().iter().filter_map(|note| match note.what {
    ///     What::Struck(step, _) => sim.deed_of(step),
    ///     _ => None,
    /// });
    /// assert!(matches!(struck.next(), Some(Deed::Fault(..))));
    /// assert_eq!(sim.deed_of(4_000), None);
    /// ```
    pub fn deed_of(&self, step: u16) -> Option<Deed> {
        let planned = self.setup.script.get(usize::from(step));
        planned.map(|planned| planned.deed).or_else(|| self.deed_of_clock(step))
    }

    /// Moves on to an instant before which nothing more happens.
    fn wait_until(&mut self, instant: Instant) {
        if instant > self.world.now {
            self.world.now = instant;
            self.reached = 0;
        }
    }

    /// Lets the platform decide, or the policy that somebody else put in its place.
    pub(super) fn decide(&mut self, id: DeciderId, news: Signal) -> Decision {
        let (knobs, now) = (&self.setup.knobs, self.world.now);
        let decider = &mut self.deciders[id.index()];
        let Some(own) = self.setup.own_policy else {
            return crate::control::decide(knobs, &mut decider.manager, now, news);
        };
        let mut decision = (own.decide)(knobs, &mut decider.manager, now, news);
        let service = self.world.service(decider.service);
        let (mut nodes, regions) = (service.nodes.len(), self.world.names.regions.len());
        let exists = |number: u16| service.numbered(number).is_some();
        decision.actions.retain(|action| match *action {
            Action::Fence(number)
            | Action::Promote(number)
            | Action::Stop(number)
            | Action::StopControlled(number)
            | Action::Kill(number)
            | Action::Start(number)
            | Action::Detach(number)
            | Action::ClearQuorum(number)
            | Action::Delete(number)
            | Action::Demote(number)
            | Action::TakeOver(number, _)
            | Action::Disconnect(number)
            | Action::Restart(number)
            | Action::CheckUpgrade(number)
            | Action::Upgrade(number)
            | Action::TakeBackup(number) => exists(number),
            // Pairs are the platform's own affair.
            Action::FollowService(_) | Action::LoseSource => false,
            Action::Follow(number, other) | Action::Forward(number, other) => {
                exists(number) && exists(other)
            }
            Action::SetQuorum(number, _, numbers)
            | Action::AskSlots(number, numbers)
            | Action::AskCaughtUp(number, numbers) => exists(number) && numbers.iter().all(exists),
            Action::Publish(_, numbers) => numbers.iter().all(exists),
            Action::SetPlan(_) | Action::PowerOff => true,
            Action::Relocate(region) => region.index() < regions,
            Action::BuildStandby(number, _) | Action::BuildPrimary(number) => {
                let upstream = !matches!(action, Action::BuildStandby(_, of) if !exists(*of));
                let next = upstream && usize::from(number) == nodes + 1;
                nodes += usize::from(next);
                next
            }
        });
        decision
    }
}
