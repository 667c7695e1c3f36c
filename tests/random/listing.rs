//! The same scenario with its script listed in another order.
//!
//! Knows nothing of runs. Kept here: what may happen at the same instant keeps its order, since the
//! file's order decides it, and a heal stays behind its fault.

use cutover::scenario::{Deed, Scenario, Step};

/// Returns the scenario with its steps backwards and its heals last; nothing where a heal would
/// pass a step of the same instant.
pub(crate) fn relisted(scenario: &Scenario) -> Option<Scenario> {
    let heals = |step: &Step| matches!(step.deed(), Deed::Heal(..));
    // Which of the others a step may meet at one instant, or be met together with by one trigger.
    let meets = |step: &Step| {
        let waits = matches!(step, Step::When(..));
        (waits, step.earliest())
    };
    let script = &scenario.script;
    let passes = |place: usize| {
        let mut later = script[place..].iter().filter(|step| !heals(step));
        heals(&script[place]) && later.any(|step| meets(step) == meets(&script[place]))
    };
    if (0..script.len()).any(passes) {
        return None;
    }
    let (last, mut first): (Vec<Step>, Vec<Step>) = script.iter().cloned().partition(heals);
    // The sort is stable, so that steps that may meet keep their order.
    first.sort_by_key(|step| std::cmp::Reverse(meets(step)));
    let mut relisted = scenario.clone();
    relisted.script = [first, last].concat();
    relisted.failures.reverse();
    Some(relisted)
}
