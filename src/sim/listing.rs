//! What a step is called by, wherever the file lists it.
//!
//! Knows nothing of when steps happen. Kept here: steps at different times draw the same and leave
//! the same digest in whatever order they are listed, and a step added during a run renames none
//! that has happened.

use std::collections::BTreeMap;

use super::setup::{Setup, StepSetup, When};
use crate::kernel::{Law, Span};
use crate::model::STEPS_MAX;

/// Gives each step of a script its label and, where something is drawn for it, its turn among those
/// of the same words.
///
/// Steps at times are counted up by time; those that repeat or wait are counted down from the end,
/// so that one more step at a later time shifts neither.
pub(crate) fn name_steps(script: &mut [StepSetup]) {
    let mut order: Vec<usize> = (0..script.len()).collect();
    order.sort_by_cached_key(|place| rank(&script[*place]));
    let (mut first, mut last) = (0, u16::try_from(STEPS_MAX).expect("it is small"));
    let mut turns: BTreeMap<String, u64> = BTreeMap::new();
    for place in order {
        let step = &mut script[place];
        if matches!(step.when, When::At(_)) {
            step.label = first;
            first += 1;
        } else {
            last -= 1;
            step.label = last;
        }
        if is_drawn(&step.when) {
            let turn = turns.entry(step.words.clone()).or_default();
            step.turn = *turn;
            *turn += 1;
        }
    }
}

impl Setup {
    /// Returns what a step of the script is called by; the strikes of failures have numbers beyond
    /// the script.
    pub(super) fn label(&self, step: u16) -> u16 {
        self.script.get(usize::from(step)).map_or(step, |step| step.label)
    }
}

/// Returns what a step comes by among the others of its sort. Steps at the same fixed time are
/// equal here: they happen in the order of the file.
fn rank(step: &StepSetup) -> (u8, Span, String) {
    match step.when {
        When::At(Law::Fixed(time)) => (0, time, String::new()),
        When::At(law) => (0, law.least(), format!("{law} {}", step.words)),
        When::Every(period) => (1, period, step.words.clone()),
        When::Event(trigger, after) => {
            (2, Span::ZERO, format!("{trigger:?} {after} {}", step.words))
        }
    }
}

fn is_drawn(when: &When) -> bool {
    match when {
        When::At(law) | When::Event(_, law) => !matches!(law, Law::Fixed(_)),
        When::Every(_) => false,
    }
}
