//! How near runs come to a bound that a document states.
//!
//! Knows nothing of statements. Kept here: a bound is reached when a run comes within a small
//! tolerance of it, on the side that the statement allows.

use crate::kernel::Span;
use crate::sim::{Outcome, PhaseName};

/// A bound that a document states, and what is measured against it.
///
/// # Examples
/// What is stated, and what a run gives:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::contract::CONTRACTS;
/// use cutover::kernel::Span;
/// let contract = CONTRACTS.iter().find(|one| one.id == "U05").expect("it is a contract");
/// let bound = contract.bound.expect("it states a minute");
/// assert_eq!((bound.what, bound.at), ("last report to promotion", Span::from_secs(60)));
/// assert_eq!((bound.of)(&outcome), [Span::from_secs(60)]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Bound {
    /// What is measured, in words.
    pub what: &'static str,
    /// The bound.
    pub at: Span,
    /// How near to it counts as reaching it.
    pub within: Span,
    /// Returns the measures of a run.
    pub of: fn(&Outcome) -> Vec<Span>,
}

impl Bound {
    /// Returns the measure of a run that comes nearest to the bound.
    pub(crate) fn nearest(&self, outcome: &Outcome) -> Option<Span> {
        (self.of)(outcome).into_iter().min_by_key(|measure| self.distance(*measure))
    }

    /// Returns whether a measure reaches the bound.
    pub(crate) fn is_reached(&self, measure: Span) -> bool {
        self.distance(measure) <= self.within
    }

    /// Returns how far a measure is from the bound.
    pub(crate) fn distance(&self, measure: Span) -> Span {
        Span::from_micros(measure.as_micros().abs_diff(self.at.as_micros()))
    }
}

/// Returns how long silent primaries were waited for, where the timeout is the documented one.
pub(super) fn patience_with_primaries(outcome: &Outcome) -> Vec<Span> {
    let mut found = Vec::new();
    for service in &outcome.services {
        for mark in &service.marked_down {
            if service.promotions.iter().any(|one| one.from == mark.node && one.ordered == mark.at)
            {
                found.push(mark.at.since(mark.last_report));
            }
        }
    }
    found
}

/// Returns how long old primaries passed connections on after switchovers.
pub(super) fn forwarding(outcome: &Outcome) -> Vec<Span> {
    let phases = outcome.services.iter().flat_map(|service| service.phases.windows(2));
    let forwarding = phases.filter(|pair| pair[0].phase == PhaseName::Forwarding);
    forwarding.map(|pair| pair[1].at.since(pair[0].at)).collect()
}

/// Returns how long silent standbys were waited for.
pub(super) fn patience_with_standbys(outcome: &Outcome) -> Vec<Span> {
    let mut found = Vec::new();
    for service in &outcome.services {
        for mark in &service.marked_down {
            let of_node =
                |one: &&crate::sim::Promotion| one.from == mark.node || one.node == mark.node;
            if !service.promotions.iter().any(|one| of_node(&one)) {
                found.push(mark.at.since(mark.last_report));
            }
        }
    }
    found
}
