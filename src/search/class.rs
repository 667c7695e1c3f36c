//! What counts as the same outcome: what happened, not when or how much.
//!
//! Knows nothing of how runs are compared. Kept here: two outcomes are of one class when every line
//! of their descriptions is the same.

use crate::check::Verdict;
use crate::scenario::{ExpectationOutcome, ExpectationVerdict, overall, unexcused};
use crate::sim::{ClientOutcome, Outcome, ServiceOutcome, SlotOutcome, SlotState};

/// What kind of outcome a run has, as one line for each thing that tells it from others.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::search::{Aspect, Class};
/// let events = Class::of(&outcome, &[], Aspect::Events);
/// assert_eq!(events.0, ["orders-2 takes over (failover)"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Class(pub Vec<String>);

/// What tells one kind of outcome from another.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::search::{Aspect, Class};
/// let verdict = Class::of(&outcome, &loaded.judge(&outcome), Aspect::Verdict);
/// assert_eq!(verdict.0, ["pass"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aspect {
    /// What happened: who takes over, whether commits are lost, what became of logical slots,
    /// which invariants are broken.
    Events,
    /// How the scenario judges it: what is violated and which expectations are missed.
    Verdict,
}

impl Class {
    /// Returns the class of an outcome.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/glitch-of-50s.ron".as_ref())
    /// #     .expect("it is valid");
    /// let outcome = cutover::sim::run(&loaded.setup, 0);
    /// use cutover::search::{Aspect, Class};
    /// let events = Class::of(&outcome, &[], Aspect::Events);
    /// assert_eq!(events.0[0], "nobody takes over orders");
    /// ```
    pub fn of(outcome: &Outcome, expectations: &[ExpectationOutcome], aspect: Aspect) -> Self {
        match aspect {
            Aspect::Events => events(outcome),
            Aspect::Verdict => verdict(outcome, expectations),
        }
    }
}

fn events(outcome: &Outcome) -> Class {
    let mut lines = Vec::new();
    for service in &outcome.services {
        lines.push(promotions(service));
        lines.extend(losses(service));
        lines.extend(service.slots.iter().map(slot));
    }
    let down = |client: &&ClientOutcome| client.outages.iter().any(|outage| outage.end.is_none());
    let down = outcome.clients.iter().filter(down);
    lines.extend(down.map(|client| format!("{} is still down at the end", client.name)));
    let broken = [Verdict::Violated, Verdict::Allowed];
    let broken = outcome.invariants.iter().filter(|row| broken.contains(&row.verdict));
    lines.extend(broken.map(|row| format!("breaks {}", row.id)));
    Class(lines)
}

fn verdict(outcome: &Outcome, expectations: &[ExpectationOutcome]) -> Class {
    let mut lines = vec![overall(outcome, expectations).word().to_owned()];
    lines.extend(unexcused(outcome, expectations).map(|row| format!("violates {}", row.id)));
    let wrong = [ExpectationVerdict::Missed, ExpectationVerdict::Fixed];
    let wrong = expectations.iter().filter(|row| wrong.contains(&row.verdict));
    lines.extend(wrong.map(|row| format!("{}: {}", row.verdict.word(), row.text)));
    Class(lines)
}

fn promotions(service: &ServiceOutcome) -> String {
    let told = service.finished().map(|one| format!("{} takes over ({})", one.node, one.cause));
    let told: Vec<String> = told.collect();
    if told.is_empty() {
        return format!("nobody takes over {}", service.name);
    }
    told.join(", then ")
}

fn losses(service: &ServiceOutcome) -> impl Iterator<Item = String> {
    let lost = service.loss.lost_commits > 0;
    let lost = lost.then(|| format!("{} loses acknowledged commits", service.name));
    let two = !service.dual_writers.is_empty();
    let two = two.then(|| format!("{} has two writers at once", service.name));
    lost.into_iter().chain(two)
}

/// Returns what became of a slot on a primary, but for how much of it.
fn slot(slot: &SlotOutcome) -> String {
    let (name, node) = (&slot.slot, &slot.node);
    let mut told = match slot.state {
        _ if slot.left_over => format!("slot {name} is one that was left over on {node}"),
        _ if slot.given_up.is_some() => format!("slot {name} is given up on {node}"),
        SlotState::Kept => format!("slot {name} is kept on {node}"),
        SlotState::Lost => format!("slot {name} is lost on {node}"),
        SlotState::NotYetSynced => format!("slot {name} is lost on {node}, not copied there yet"),
    };
    if slot.is_lost() && slot.resumed.is_some() {
        told += ", and created anew";
    }
    if slot.skipped_commits > 0 {
        told += ", with a hole";
    }
    told
}
