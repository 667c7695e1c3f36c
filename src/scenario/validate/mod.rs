//! Whether a scenario makes sense: everything that a run relies on and that types cannot say.
//!
//! * `names`: how things are called, how many there are, and what a name refers to;
//! * `integrations`: which service follows which; `windows`: when switchovers may happen;
//! * `clients`: how fast and when clients work, `parts`: by which means;
//! * `failures`: what goes wrong by itself;
//! * `slots`: logical slots and their consumers;
//! * `script`: what faults are aimed at, and when; `measures`: how long and how much;
//! * `demands`: what the scenario expects and accepts; `tuning`: knobs that contradict each other;
//! * `spelled`: whether a scenario made in code is one that a file can say.
//!
//! Knows nothing of texts and of the simulation. Kept here: every problem is found at once, in
//! time that does not grow faster than the square of the limits of a run.

mod clients;
mod demands;
mod failures;
mod integrations;
mod measures;
mod names;
mod parts;
mod script;
mod slots;
mod spelled;
mod tuning;
mod windows;

use super::file::Scenario;
use super::locate::Path;
use super::problem::Problems;
use crate::knob::Knobs;

pub(super) use names::Names;
pub(super) use spelled::{check_parts, check_rest};

/// Adds what is wrong with a scenario.
pub(super) fn validate(scenario: &Scenario, knobs: &Knobs, problems: &mut Problems) {
    let names = Names::of(scenario);
    names::check(scenario, problems);
    // Without a service every other name is unknown as well, which would say nothing new.
    if !scenario.services.is_empty() {
        windows::check(scenario, problems);
        integrations::check(scenario, &names, problems);
        clients::check(scenario, &names, problems);
        parts::check(scenario, &names, knobs, problems);
        slots::check(scenario, &names, problems);
        script::check(scenario, &names, knobs.lookout_observers, problems);
        failures::check(scenario, &names, knobs.lookout_observers, problems);
        demands::check(scenario, &names, problems);
    }
    tuning::check(knobs, problems);
    if let Some(message) = integrations::misfits(scenario, knobs) {
        problems.add(&Path::root().field("integrations"), message);
    }
}

/// Returns how the values of knobs contradict each other or a scenario's clients, in words.
pub(super) fn contradictions(scenario: &Scenario, knobs: &Knobs) -> Vec<String> {
    let mut problems = Problems::default();
    tuning::check(knobs, &mut problems);
    let mut messages = problems.messages();
    messages.extend(parts::overloads(scenario, knobs));
    messages.extend(integrations::misfits(scenario, knobs));
    messages
}
