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
