//! Which rules, phases, faults and orders occurred in a run.
//!
//! Knows nothing of which there are. Kept here: it is read off the notes, so a run that keeps none
//! says nothing.

use std::collections::BTreeSet;

use super::Sim;
use crate::control::PhaseName;
use crate::trace::What;

/// What occurred in a run, by name, each once and in the order of the alphabet.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// assert_eq!(outcome.reached.faults, ["HostDeath"]);
/// assert!(outcome.reached.rules.contains(&"promote-for-silent-primary"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// Rules by which somebody decided, and ends of daemons' procedures.
    pub rules: Vec<&'static str>,
    /// Phases that the platform entered with a service.
    pub phases: Vec<&'static str>,
    /// Faults that struck.
    pub faults: Vec<&'static str>,
    /// Orders that the platform gave.
    pub orders: Vec<&'static str>,
}

/// Returns what occurred in a run.
pub(super) fn reached(sim: &Sim) -> Reached {
    if !sim.trace.keeps_notes() {
        return Reached::default();
    }
    let notes = sim.trace.notes();
    let [mut rules, mut faults, mut orders] = [(); 3].map(|()| BTreeSet::new());
    for note in notes {
        match &note.what {
            What::Decided(_, _, rule, actions)
            | What::Ordered(_, _, rule, actions)
            | What::Paired(_, rule, actions) => {
                rules.insert(rule.name());
                orders.extend(actions.iter().map(|action| action.name()));
            }
            What::Watched(_, gate) => {
                rules.insert(gate.name());
            }
            What::Struck(..)
            | What::Healed(..)
            | What::Operated(..)
            | What::Declined(..)
            | What::Stands(..)
            | What::Shown(..)
            | What::Belongs(..)
            | What::Missed(_)
            | What::Moved(_)
            | What::Lost(..)
            | What::Failed(_)
            | What::Refused(..)
            | What::Works(..)
            | What::Slot(_) => {}
        }
    }
    let strikes = sim.history.strikes.iter().filter(|strike| !strike.healed);
    faults.extend(strikes.map(|strike| strike.kind.card().name));
    let own = sim.history.services.iter().flat_map(|memory| &memory.promotions);
    rules.extend(own.map(|promotion| promotion.rule.name()));
    // Every run begins in the first phase.
    let begun = [PhaseName::Steady].iter().chain(&sim.phases);
    let phases: BTreeSet<&'static str> = begun.map(|phase| phase.name()).collect();
    Reached {
        rules: rules.into_iter().collect(),
        phases: phases.into_iter().collect(),
        faults: faults.into_iter().collect(),
        orders: orders.into_iter().collect(),
    }
}
