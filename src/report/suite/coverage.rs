//! What no scenario of a suite reached: rules, phases, faults and orders.
//!
//! Knows nothing of what they are. Kept here: everything that could be reached is in a registry, so
//! that a new rule or fault is missing here until a scenario reaches it.

use super::SuiteCase;
use crate::control::lookout::Gate;
use crate::control::{ACTIONS, Rule};
use crate::fault::FAULTS;
use crate::sim::{PhaseName, Reached};

/// What no scenario of a suite reached, by kind.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let outcome = cutover::sim::run(&loaded.setup, 0);
/// # let judged = loaded.judge(&outcome);
/// # let report = cutover::report::Report {
/// #     story: &loaded.scenario.story,
/// #     outcome: &outcome,
/// #     expectations: &judged,
/// #     judgement: cutover::scenario::overall(&outcome, &judged),
/// #     repeat: "cutover run FILE".to_owned(),
/// #     sensitivities: None,
/// # };
/// let case = cutover::report::SuiteCase::of("crash.ron".to_owned(), &report);
/// let faults = cutover::report::unreached(&[case]).into_iter().find(|one| one.kind == "faults");
/// let faults = faults.expect("faults are a kind");
/// assert_eq!(faults.all, faults.names.len() + 1);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreached {
    /// What they are: rules, phases, faults or orders.
    pub kind: &'static str,
    /// How many there are in all.
    pub all: usize,
    /// Those that were not reached.
    pub names: Vec<&'static str>,
}

/// Returns what no scenario of a suite reached.
///
/// # Examples
/// ```
/// let all = cutover::report::unreached(&[]);
/// assert!(all.iter().all(|kind| kind.names.len() == kind.all));
/// ```
pub fn unreached(cases: &[SuiteCase]) -> Vec<Unreached> {
    let missing = |kind, all: Vec<&'static str>, of: fn(&Reached) -> &Vec<&'static str>| {
        let reached = |name: &&&str| !cases.iter().any(|case| of(&case.reached).contains(name));
        let names = all.iter().filter(reached).copied().collect();
        Unreached { kind, all: all.len(), names }
    };
    let gates = Gate::ALL.iter().map(|gate| gate.name());
    let rules = Rule::ALL.iter().map(|rule| rule.name()).chain(gates).collect();
    let phases = PhaseName::ALL.iter().map(|phase| phase.name()).collect();
    let faults = FAULTS.iter().map(|card| card.name).collect();
    vec![
        missing("rules", rules, |reached| &reached.rules),
        missing("phases", phases, |reached| &reached.phases),
        missing("faults", faults, |reached| &reached.faults),
        missing("orders", ACTIONS.to_vec(), |reached| &reached.orders),
    ]
}
