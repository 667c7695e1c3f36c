//! A deterministic discrete-event simulator of managed-PostgreSQL failover.
//!
//! A scenario says which services there are, who uses them and what goes wrong. A run plays it:
//! servers write and replicate WAL, a management platform hears reports and promotes standbys, DNS
//! names move, clients lose and find their connections. Its [`Outcome`](sim::Outcome) is data: what
//! was lost, how long whom could not work, what was promoted and why, and how every invariant came
//! out. The same setup and the same seed give the same outcome, bit for bit, on every machine.
//!
//! The defaults are plausible stances, not measurements of any provider; an outcome names those
//! that it rests on.
//!
//! # Example
//!
//! A scenario made in code: the primary of a two-node service dies after a minute.
//!
//! ```
//! use cutover::check::Verdict;
//! use cutover::fault::FaultKind;
//! use cutover::kernel::{Bytes, Law, Span};
//! use cutover::knob::Tuning;
//! use cutover::model::{Arrivals, Driver, DriverParts, Plan};
//! use cutover::scenario::{Client, Deed, Loaded, Scenario, Service, Step, Target, Writer};
//!
//! let orders = || "orders".to_owned();
//! let scenario = Scenario {
//!     name: "crash".to_owned(),
//!     story: String::new(),
//!     services: vec![Service {
//!         name: orders(),
//!         plan: Plan::Business,
//!         region: "eu-west".to_owned(),
//!         windows: Vec::new(),
//!     }],
//!     integrations: Vec::new(),
//!     clients: vec![Client::Writer(Writer {
//!         name: "app".to_owned(),
//!         service: orders(),
//!         writes_per_s: 100,
//!         wal_per_commit: Bytes(3 * 1024).into(),
//!         arrivals: Arrivals::Even,
//!         region: None,
//!         driver: Driver::LibpqTuned,
//!         parts: DriverParts::default(),
//!         first_lookup: None,
//!         begins: Span::ZERO,
//!         ends: None,
//!     })],
//!     slots: Vec::new(),
//!     tuning: Tuning { dns_ttl: Some(Span::from_secs(10)), ..Tuning::default() },
//!     script: vec![Step::At(
//!         Law::Fixed(Span::from_secs(60)),
//!         Deed::Fault(FaultKind::HostDeath, Target::Primary(orders())),
//!     )],
//!     failures: Vec::new(),
//!     targets: Vec::new(),
//!     until: Span::from_secs(600),
//!     seed: None,
//!     expect: Vec::new(),
//!     allow: Vec::new(),
//! };
//! let loaded = Loaded::from_scenario(scenario)?;
//!
//! for seed in 0..20 {
//!     let outcome = cutover::sim::run(&loaded.setup, seed);
//!     let service = &outcome.services[0];
//!     assert_eq!(service.promotions.len(), 1);
//!     assert_eq!(service.loss.lost_commits, 0);
//!     let app = &outcome.clients[0];
//!     assert!(app.outages[0].length(outcome.until) < Span::from_secs(120));
//!     assert!(outcome.invariants.iter().all(|one| one.verdict != Verdict::Violated));
//! }
//! # Ok::<(), cutover::scenario::Errors>(())
//! ```
//!
//! A scenario file does the same in fewer words: see [`scenario::load`] and [`scenario::parse`].
//!
//! # Going along with a run
//!
//! | to | use |
//! |---|---|
//! | build a scenario in code, or read one | [`scenario::Scenario`], [`scenario::load`] |
//! | write it as a file that the program runs | [`scenario::write`] |
//! | take one event, or all up to an instant | [`Sim::step`](sim::Sim::step), [`run_until`] |
//! | look at the truth, and at what is believed | [`Sim::world`](sim::Sim::world), [`belief`] |
//! | subscribe to events, check an own invariant | [`Sim::watch`](sim::Sim::watch) |
//! | let something happen now | [`Sim::add_step`](sim::Sim::add_step) |
//! | put an own failover policy in charge | [`control::OwnPolicy`] |
//! | make an own workload | [`scenario::turns`] |
//!
//! [`run_until`]: sim::Sim::run_until
//! [`belief`]: sim::Sim::belief
//!
//! Nothing of the library prints, reads its surroundings or keeps anything between runs; whatever
//! is wrong with a scenario is a value of [`scenario::Errors`].
//!
//! # What is where
//!
//! * [`scenario`]: files and scenarios made in code become a [`Setup`](sim::Setup); expectations
//!   are judged;
//! * [`sim`]: [`run`](sim::run), or [`Sim`](sim::Sim) to take one event at a time;
//! * [`campaign`]: many runs, added up exactly; [`statistics`]: what they allow to be said;
//! * [`check`], [`fault`], [`knob`]: registries of invariants, faults, knobs, mutants and policies;
//! * [`blame`]: what a run cost, line by line, with what led to it and what it scales with;
//! * [`search`]: many runs: where an outcome changes, which planted fault is caught;
//!   [`parallel`]: on many threads;
//! * [`contract`]: what the providers' documents say, held against runs;
//! * [`report`]: an outcome as a screen, as a timeline and as JSON;
//! * [`kernel`], [`model`], [`control`], [`trace`]: what outcomes and setups are made of;
//! * `cli`: the program, with the feature of that name.
//!
//! # Features
//!
//! * `cli` (on by default): the program `cutover`. Without it, `default-features = false`, no crate
//!   of a command line is built.
//! * `proptest`: strategies for property tests with proptest, which shrink as scenarios do.
//!
//! # Versions
//!
//! Versions follow semantic versioning. While the version begins with 0, a new minor version may
//! break what the one before promised, and a new patch version does not. The promise covers:
//!
//! * the items of [`scenario`], [`sim`] and [`report`], [`control::OwnPolicy`], and of the other
//!   modules what those items are made of; fields and variants may be added in a minor version;
//! * scenario files: a file that is accepted stays accepted, with the same meaning;
//! * JSON: keys may be added; any other change comes with a new number in `format`;
//! * exit codes, and the names of commands, options, faults, invariants, rules, knobs, mutants,
//!   policies and drivers.
//!
//! It does not cover the wording of the screen, nor what a seed draws: fingerprints and numbers of
//! a run may change with every version, and the changelog says so when they do.

pub mod blame;
pub mod bundle;
pub mod campaign;
pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod contract;
pub mod control;
pub mod fault;
pub mod kernel;
pub mod knob;
pub mod model;
pub mod parallel;
pub mod report;
pub mod scenario;
pub mod search;
pub mod sim;
pub mod statistics;
#[cfg(feature = "proptest")]
pub mod strategy;
pub mod trace;

/// The examples of the README, which are tests as well.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
#[derive(Debug)]
pub struct Readme;
