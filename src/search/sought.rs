//! What a scenario is shrunk for: what goes wrong in it, or what it is a record of.
//!
//! Knows nothing of how it is shrunk. Kept here: a record is shrunk for what it records, as long as
//! it shows that.

use super::ask::Conditions;
use super::find::bare;
use super::limits::Limits;
use super::shrink::{Answer, Shrunk, shrink_within};
use super::violation::{Violation, all, known_failure, violations};
use crate::check::Verdict;
use crate::scenario::{Expectation, Loaded, one_line};
use crate::sim::Outcome;

/// Which of the things that go wrong in a scenario it is shrunk for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted<'a> {
    /// What it records, or what goes wrong first; see [`sought`].
    Any,
    /// The violation of an invariant.
    #[cfg(feature = "cli")]
    Invariant(&'a str),
    /// Exactly this one.
    This(&'a Violation),
}

/// Returns what a scenario is to be shrunk for: what goes wrong in it, or what it is a record of.
///
/// A scenario that expects an invariant to be violated is the record of that violation, and one
/// with an expectation in `Fails` that of missing it. Otherwise it is what went wrong first, and
/// nothing if nothing did.
///
/// # Examples
/// ```
/// # let text = r#"Scenario(name: "cut", until: "10m",
/// #     services: [Service(name: "orders", plan: Business)],
/// #     script: [At("60s", Fault(LinkCut, Link(Primary("orders"), Platform)))])"#;
/// # let loaded = cutover::scenario::parse("cut.ron", text).expect("it is valid");
/// # let outcome = cutover::sim::run(&loaded.setup, 0);
/// let violation = cutover::search::sought(&loaded, &outcome).expect("nobody had died");
/// assert_eq!(violation.what, "no-false-failover");
/// ```
pub fn sought(loaded: &Loaded, outcome: &Outcome) -> Option<Violation> {
    let recorded = loaded.scenario.expect.iter().find_map(records);
    let of_record = |found: &Violation| Some(&found.what) == recorded.as_ref();
    let found = violations(loaded, outcome);
    let first = found.iter().find(|found| of_record(found)).or(found.first()).cloned();
    first.or_else(|| all(loaded, outcome).into_iter().find(of_record))
}

/// Returns what an expectation records: the invariant that is violated, or what is missed.
pub(super) fn records(expectation: &Expectation) -> Option<String> {
    if let Some(missed) = known_failure(expectation) {
        return Some(one_line(missed));
    }
    if let Expectation::Fails { expectation, .. } = expectation
        && let Expectation::Verdict { invariant, is: Verdict::Holds } = &**expectation
    {
        return Some(invariant.clone());
    }
    let Expectation::Verdict { invariant, is } = expectation else { return None };
    matches!(is, Verdict::Violated | Verdict::Allowed).then(|| invariant.clone())
}

/// Makes a scenario as small as it can be while the same goes wrong in it.
///
/// Returns nothing if nothing goes wrong in it. See [`sought`] for what it is.
///
/// # Examples
/// ```
/// # let text = r#"Scenario(name: "cut", until: "10m",
/// #     services: [Service(name: "orders", plan: Business)],
/// #     script: [At("60s", Fault(LinkCut, Link(Primary("orders"), Platform)))])"#;
/// # let loaded = cutover::scenario::parse("cut.ron", text).expect("it is valid");
/// let shrunk = cutover::search::shrink_what_fails(&loaded, 0, 2_000).expect("it fails");
/// assert!(shrunk.minimal);
/// assert_eq!(shrunk.scenario.script.len(), 1);
/// ```
pub fn shrink_what_fails(loaded: &Loaded, seed: u64, runs_max: u64) -> Option<Shrunk> {
    shrink_wanted(loaded, seed, Wanted::Any, Limits::runs(runs_max))
}

/// Makes a scenario as small as it can be while one of the things that go wrong in it does.
pub(crate) fn shrink_wanted(
    loaded: &Loaded,
    seed: u64,
    wanted: Wanted<'_>,
    limits: Limits<'_>,
) -> Option<Shrunk> {
    let conditions = Conditions::of(loaded);
    let (violation, scenario) = match conditions.outcome(loaded, seed, limits.stop) {
        Err(asserted) if wanted == Wanted::Any || wanted == Wanted::This(&asserted) => {
            (asserted, loaded.scenario.clone())
        }
        Err(_) => return None,
        Ok(outcome) => {
            let outcome = outcome?;
            let mut every = all(loaded, &outcome).into_iter();
            let violation = match wanted {
                Wanted::Any => sought(loaded, &outcome),
                #[cfg(feature = "cli")]
                Wanted::Invariant(id) => every.find(|one| !one.expected && one.what == id),
                Wanted::This(this) => every.find(|one| one == this),
            };
            let violation = violation?;
            let bare = bare(loaded, &outcome, &violation);
            (violation, bare)
        }
    };
    shrink_within(&scenario, seed, &violation, limits, limited(conditions, limits))
}

/// Returns how a search asks: a run that is given up shows nothing.
///
/// Whoever asks looks at the limits after it, which are reached then.
pub(super) fn limited(
    conditions: Conditions,
    limits: Limits<'_>,
) -> impl FnMut(&Loaded, u64) -> Answer + '_ {
    move |loaded, seed| {
        let answer = conditions.ask_until(loaded, seed, limits.stop);
        answer.unwrap_or(Answer { violations: Vec::new(), fingerprint: 0, pending: None })
    }
}
