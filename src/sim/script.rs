//! The script of a run: which step is due when, and whom each fault has struck.
//!
//! Knows nothing of how faults act. Kept here: a heal finds the last strike with the same words
//! that has not been healed yet.

use super::Sim;
use super::setup::{Deed, Setup};
use crate::check::Strike;
use crate::fault::{self, FaultKind, Target, Victim};
use crate::kernel::Instant;
use crate::model::{Event, Role, World};
use crate::trace::What;

/// Which faults have struck and are not healed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Script {
    open: Vec<(u16, FaultKind, Target, Victim)>,
}

impl Script {
    /// Schedules every step of the script; a step's time is drawn by its words.
    pub(super) fn new(setup: &Setup, world: &mut World) -> Self {
        for (index, step) in setup.script.iter().enumerate() {
            let number = u16::try_from(index).expect("validation bounds the script");
            let at = world.draw(step.at, "script", &step.words, step.turn);
            world.schedule(Instant::ZERO + at, Event::StepDue(number));
        }
        Self::default()
    }
}

impl Sim {
    /// Takes a step of the script; tells whether it changed anything.
    pub(super) fn take_step(&mut self, number: u16) -> bool {
        let deed = self.setup.script[usize::from(number)].deed;
        let struck = match deed {
            Deed::Fault(kind, target) => self.strike(number, kind, target),
            Deed::Heal(kind, target) => self.heal(number, kind, target),
        };
        if !struck {
            self.trace.note(self.world.now, What::Missed(number));
        }
        struck
    }

    fn strike(&mut self, step: u16, kind: FaultKind, target: Target) -> bool {
        let was_primary = self.aims_at_primary(target);
        let Some(victim) = fault::inject(&mut self.world, step, kind, target) else { return false };
        self.script.open.push((step, kind, target, victim));
        let at = self.world.now;
        let strike = Strike { at, step, kind, healed: false, victim, was_primary };
        self.history.strikes.push(strike);
        self.trace.note(at, What::Struck(step, victim));
        true
    }

    fn heal(&mut self, step: u16, kind: FaultKind, target: Target) -> bool {
        let same = |open: &(u16, FaultKind, Target, Victim)| (open.1, open.2) == (kind, target);
        let Some(index) = self.script.open.iter().rposition(same) else { return false };
        let (origin, .., victim) = self.script.open.remove(index);
        let was_primary = self.aims_at_primary(target);
        if !fault::heal(&mut self.world, origin, kind, victim) {
            return false;
        }
        let at = self.world.now;
        self.history.strikes.push(Strike { at, step, kind, healed: true, victim, was_primary });
        self.trace.note(at, What::Healed(step, victim));
        true
    }

    fn aims_at_primary(&self, target: Target) -> bool {
        match target {
            Target::One(party) => {
                let node = fault::resolve(&self.world, party);
                node.is_some_and(|node| {
                    let node = self.world.node(node);
                    node.role == Role::Primary
                        && self.world.service(node.service).primary == node.id
                })
            }
            Target::Link { .. } => false,
        }
    }
}
