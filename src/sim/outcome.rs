//! The result of a run as data: what happened, what it cost, and how the invariants came out.
//!
//! Knows nothing of how it is printed. Kept here: names, not ids; instants and spans, not text; so
//! that expectations, reports and other people's tests all read the same result.

use super::client_outcome::ClientOutcome;
use super::controlled::SwitchoverOutcome;
use super::failure::Hurry;
use super::reached::Reached;
use super::service_outcome::ServiceOutcome;
use super::side_by_side::{GroupOutcome, IntegrationOutcome, OrderOutcome, PairOutcome};
use super::told::{Line, StanceOutcome};
use crate::check::InvariantOutcome;
use crate::kernel::Instant;
use crate::knob::Knobs;

/// The result of one run.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// assert_eq!(outcome.services[0].promotions[0].node, "orders-2");
/// assert_eq!(outcome.clients[0].outages.len(), 1);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The scenario's name.
    pub scenario: String,
    /// The seed of the run.
    pub seed: u64,
    /// The policy that decided.
    pub policy: &'static str,
    /// The values of all knobs.
    pub knobs: Knobs,
    /// The planted fault of the run, if any.
    pub mutant: Option<&'static str>,
    /// When the run ended.
    pub until: Instant,
    /// How many events changed something.
    pub events: u64,
    /// A digest of all events that changed something, in order.
    pub fingerprint: u64,
    /// By how much the run was made likelier than it is; nothing is booked in a run as it is.
    pub hurry: Hurry,
    /// What became of each service, in the order of the scenario.
    pub services: Vec<ServiceOutcome>,
    /// What each client saw, in the order of the scenario.
    pub clients: Vec<ClientOutcome>,
    /// Which services were bound together, in the order of the scenario.
    pub integrations: Vec<IntegrationOutcome>,
    /// What became of each disaster recovery pair, in the order of the scenario.
    pub pairs: Vec<PairOutcome>,
    /// What became of each Global Active Database group, in the order of the scenario.
    pub groups: Vec<GroupOutcome>,
    /// Every order that an operator gave the platform, in order of time.
    pub orders: Vec<OrderOutcome>,
    /// Every fault and heal, in order of time.
    pub faults: Vec<FaultOutcome>,
    /// How the invariants came out, in the order of their table.
    pub invariants: Vec<InvariantOutcome>,
    /// The undocumented values that this result rests on.
    pub stances: Vec<StanceOutcome>,
    /// Maintenance of services with windows, and the states that it was shown in.
    pub switchovers: Vec<SwitchoverOutcome>,
    /// Which rules, phases, faults and orders occurred; empty for a run without notes.
    pub reached: Reached,
    /// Everything that happened, in order.
    pub timeline: Vec<Line>,
}

/// A fault that struck, or one that was healed.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// let fault = &outcome.faults[0];
/// assert_eq!((fault.fault, fault.at.as_micros()), ("HostDeath", 60_000_000));
/// assert_eq!((fault.node.as_deref(), fault.primary), (Some("orders-1"), true));
/// assert!(!fault.healed);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultOutcome {
    /// When.
    pub at: Instant,
    /// The fault's name.
    pub fault: &'static str,
    /// Whether it was healed rather than injected.
    pub healed: bool,
    /// What it struck, in words.
    pub what: String,
    /// The service it struck, if one.
    pub service: Option<String>,
    /// The node it struck, if one.
    pub node: Option<String>,
    /// Whether the node was the primary.
    pub primary: bool,
    /// Every node that it reaches: the one it struck, those of a place, those beside a link.
    pub nodes: Vec<String>,
    /// Whether it keeps news of those nodes from the platform.
    pub hides: bool,
    /// When it was healed, if it was.
    pub ended: Option<Instant>,
    /// When the platform heard of the node that it struck again, if nobody had to heal it for that.
    pub over: Option<Instant>,
}
