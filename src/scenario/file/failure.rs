//! What goes wrong by itself in a scenario file: failures by laws, by the clock, by observation.
//!
//! Knows nothing of ids and of drawing. Kept here: a failure is spelled with the faults and targets
//! of the script.

use serde::{Deserialize, Serialize};

use super::script::Target;
use crate::fault::FaultKind;
use crate::kernel::{Distribution, Span};

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
/// let failure = &loaded.scenario.failures[0];
/// assert_eq!((failure.name.as_str(), failure.lasts.is_some()), ("hosts", false));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// Its name; what is drawn for it is drawn by this name.
    pub name: String,
    /// What goes wrong.
    pub fault: FaultKind,
    /// Whom it strikes.
    pub strikes: Strikes,
    /// How often, or when.
    pub occurs: Occurs,
    /// How long until it is repaired, for faults that can be.
    #[serde(default)]
    pub lasts: Option<Distribution>,
    /// How many of its repairs are under way at once, in the order of the strikes; all of them if
    /// nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crews: Option<u32>,
}

/// Whom a failure strikes; each of several victims has a clock of its own.
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
/// use cutover::scenario::Strikes;
/// assert_eq!(loaded.scenario.failures[0].strikes, Strikes::EachNode("orders".to_owned()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Strikes {
    /// Each node of a service, replacements included; the clock of a node starts when it is new.
    EachNode(String),
    /// The link of each node of a service to another party.
    EachLink(String, Target),
    /// Each zone of a region.
    EachZone(String),
    /// One target, whoever that is when it strikes.
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
/// use cutover::scenario::Occurs;
/// assert!(matches!(loaded.scenario.failures[0].occurs, Occurs::Every(_)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Occurs {
    /// After a time without it, drawn anew after each strike and its repair.
    Every(Distribution),
    /// At these times of the run.
    Times(Vec<Span>),
    /// At the times in a file, one on each line.
    TimesIn(String),
}
