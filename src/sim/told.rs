//! Parts of a result that tell rather than measure: the timeline, and what a result rests on.
//!
//! Knows nothing of how they are printed. Kept here: names and words, not ids.

use crate::kernel::Instant;

/// An undocumented value that a result rests on.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// let phase = outcome.stances.iter().find(|stance| stance.knob == "heartbeat_phase");
/// assert!(phase.is_none_or(|stance| stance.set && stance.value == "2s"));
/// assert!(outcome.stances.iter().any(|stance| !stance.reason.is_empty()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StanceOutcome {
    /// The knob.
    pub knob: &'static str,
    /// Its value in this run.
    pub value: String,
    /// Why it has its default.
    pub reason: &'static str,
    /// Whether the scenario or the command line set it.
    pub set: bool,
}

/// One line of the timeline.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// let rule = Some("promote-for-silent-primary");
/// let decided = outcome.timeline.iter().find(|line| line.rule == rule);
/// assert_eq!(decided.expect("it is decided").service.as_deref(), Some("orders"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When.
    pub at: Instant,
    /// Who or what it is about: a node, a client, a DNS name, the platform.
    pub subject: String,
    /// What happened, in words.
    pub event: String,
    /// The service it belongs to, if one.
    pub service: Option<String>,
    /// The node it belongs to, if one.
    pub node: Option<String>,
    /// The rule by which the platform decided, if it did.
    pub rule: Option<&'static str>,
    /// What the platform ordered, in words.
    pub actions: Vec<String>,
}
