//! A run as its user begins it and looks at it: from a setup and a seed to an outcome.
//!
//! Knows nothing of how a run goes on. Kept here: looking changes nothing.

use std::hash::Hash;
use std::sync::Arc;

use super::outcome::Outcome;
use super::setup::Setup;
use super::{Sim, Ticks, result, start};
use crate::kernel::{Chance, Digest, Instant};
use crate::model::World;

impl Sim {
    /// Returns a run at its first instant, which keeps its notes for the timeline.
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
    /// sim.run();
    /// assert!(!sim.outcome().timeline.is_empty());
    /// ```
    pub fn new(setup: Arc<Setup>, seed: u64) -> Self {
        start::begin(setup, Chance::new(seed, 0), Ticks::Lazy, true)
    }

    /// Returns a run that keeps no notes: its outcome has no timeline, and it is faster.
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
    /// let mut quiet = Sim::without_notes(Arc::clone(&setup), 7);
    /// let mut noted = Sim::new(setup, 7);
    /// quiet.run();
    /// noted.run();
    /// assert!(quiet.outcome().timeline.is_empty());
    /// assert_eq!(quiet.fingerprint(), noted.fingerprint());
    /// ```
    pub fn without_notes(setup: Arc<Setup>, seed: u64) -> Self {
        start::begin(setup, Chance::new(seed, 0), Ticks::Lazy, false)
    }

    /// Returns a run in which every report is an event: the slow reference.
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
    /// let mut slow = Sim::with_eager_ticks(Arc::clone(&setup), 7);
    /// let mut fast = Sim::new(setup, 7);
    /// slow.run();
    /// fast.run();
    /// assert_eq!(slow.outcome(), fast.outcome());
    /// ```
    pub fn with_eager_ticks(setup: Arc<Setup>, seed: u64) -> Self {
        start::begin(setup, Chance::new(seed, 0), Ticks::Eager, true)
    }

    /// Returns the present instant of the run.
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
    /// assert_eq!(sim.now(), cutover::kernel::Instant::ZERO);
    /// sim.run();
    /// assert_eq!(sim.now().as_micros(), 600_000_000);
    /// ```
    pub fn now(&self) -> Instant {
        self.world.now
    }

    /// Returns the truth.
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
    /// use cutover::model::{Role, ServiceId};
    ///
    /// let sim = Sim::new(setup, 7);
    /// let primary = sim.world().service(ServiceId(0)).primary;
    /// assert_eq!(sim.world().node(primary).role, Role::Primary);
    /// ```
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Returns how many events have changed something so far.
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
    /// let before = sim.events();
    /// sim.run();
    /// assert!(sim.events() > before);
    /// ```
    pub fn events(&self) -> u64 {
        self.trace.events()
    }

    /// Takes the run to its end.
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
    /// sim.run();
    /// assert!(!sim.step());
    /// ```
    pub fn run(&mut self) {
        while self.step() {}
    }

    /// Returns the result of the run as far as it has come.
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
    /// assert!(sim.outcome().services[0].promotions.is_empty());
    /// sim.run();
    /// assert_eq!(sim.outcome().services[0].promotions[0].node, "orders-2");
    /// ```
    pub fn outcome(&self) -> Outcome {
        result::outcome(self)
    }

    /// Returns a digest of the state: truth, beliefs and what is going to happen, without the past
    /// that only the judge remembers.
    ///
    /// Equal states have equal digests, on every machine; a search recognises by it where it has
    /// been.
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
    /// let other = sim.clone();
    /// assert_eq!(sim.state_digest(), other.state_digest());
    /// sim.step();
    /// assert_ne!(sim.state_digest(), other.state_digest());
    /// ```
    pub fn state_digest(&self) -> u64 {
        let mut digest = Digest::new();
        let world = &self.world;
        (world.now, &world.queue, &world.chance).hash(&mut digest);
        (&world.services, &world.nodes, &world.branches).hash(&mut digest);
        (&world.slots, &world.databases, &world.readings).hash(&mut digest);
        (&world.clients, &world.links, &world.dark).hash(&mut digest);
        (&self.deciders, &self.lookouts, &self.script, &self.failures).hash(&mut digest);
        self.desks.hash(&mut digest);
        digest.finish()
    }

    /// Returns the digest over everything that changed something so far.
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
    /// let mut sim = Sim::new(Arc::clone(&setup), 7);
    /// let mut again = Sim::new(setup, 7);
    /// sim.run();
    /// again.run();
    /// assert_eq!(sim.fingerprint(), again.fingerprint());
    /// ```
    pub fn fingerprint(&self) -> u64 {
        self.trace.fingerprint()
    }
}
