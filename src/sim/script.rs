//! The script of a run: which step is due when, and whom each fault has struck.
//!
//! Knows nothing of how faults act. Kept here: a heal finds the last strike with the same words
//! that has not been healed yet.

use super::Sim;
use super::setup::{Deed, Setup, When};
use crate::check::Strike;
use crate::control::Operator;
use crate::fault::{self, FaultKind, Party, Target, Victim};
use crate::kernel::Instant;
use crate::model::{Event, Host, Process, Role, World};
use crate::trace::What;

/// A fault that is not healed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Open {
    step: u16,
    kind: FaultKind,
    aim: Target,
    victim: Victim,
    /// Which of all strikes it is.
    strike: usize,
}

/// Which faults have struck and are not healed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Script {
    /// Faults that are not healed.
    open: Vec<Open>,
    /// Steps that wait for a trigger.
    waiting: Vec<u16>,
}

impl Script {
    /// Schedules every step of the script; a step's time is drawn by its words.
    pub(super) fn new(setup: &Setup, world: &mut World) -> Self {
        let mut script = Self::default();
        for (index, step) in setup.script.iter().enumerate() {
            let number = u16::try_from(index).expect("validation bounds the script");
            let at = match step.when {
                When::At(law) => world.draw(law, "script", &step.words, step.turn),
                When::Every(period) => period,
                When::Event(..) => {
                    script.waiting.push(number);
                    continue;
                }
            };
            world.schedule(Instant::ZERO + at, Event::StepDue(number));
        }
        script
    }

    /// Returns whether any step waits for a trigger.
    pub(super) fn waits(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Returns the steps that wait for a trigger.
    pub(super) fn waiting(&self) -> Vec<u16> {
        self.waiting.clone()
    }

    /// Notes that a step waits no longer.
    pub(super) fn stop_waiting(&mut self, step: u16) {
        self.waiting.retain(|waiting| *waiting != step);
    }
}

impl Sim {
    /// Takes a step of the script; tells whether it changed anything.
    pub(super) fn take_step(&mut self, number: u16) -> bool {
        let step = &self.setup.script[usize::from(number)];
        let (deed, when) = (step.deed, step.when);
        if let When::Every(period) = when {
            self.world.schedule(self.world.now + period, Event::StepDue(number));
        }
        let struck = match deed {
            Deed::Fault(kind, target) => self.strike(number, kind, target),
            Deed::Heal(kind, target) => self.heal(number, kind, target),
            Deed::Operator(operator, target) => self.operate(number, operator, target),
        };
        if !struck {
            self.note(What::Missed(number));
        }
        struck
    }

    pub(super) fn strike(&mut self, step: u16, kind: FaultKind, target: Target) -> bool {
        let was_primary = self.aims_at_primary(target);
        self.look_before(kind, target);
        let sides = fault::sides(&self.world, target);
        let Some(victim) = fault::inject(&mut self.world, step, kind, target) else { return false };
        let strike = self.history.strikes.len();
        self.script.open.push(Open { step, kind, aim: target, victim, strike });
        self.strike_daemon(kind, victim, true);
        let (at, nodes) = (self.world.now, self.world.nodes.len());
        self.history.strikes.push(Strike {
            at,
            step,
            kind,
            healed: false,
            ended: None,
            victim,
            was_primary,
            sides,
            nodes,
        });
        self.note(What::Struck(step, victim));
        true
    }

    fn heal(&mut self, step: u16, kind: FaultKind, target: Target) -> bool {
        let same = |open: &Open| (open.kind, open.aim) == (kind, target);
        let Some(index) = self.script.open.iter().rposition(same) else { return false };
        self.end_strike(step, index)
    }

    /// Heals what a step, or a failure with that number, struck last.
    pub(super) fn heal_strike(&mut self, step: u16) -> bool {
        let Some(index) = self.script.open.iter().rposition(|open| open.step == step) else {
            return false;
        };
        self.end_strike(step, index)
    }

    fn end_strike(&mut self, step: u16, index: usize) -> bool {
        let Open { step: origin, kind, aim, victim, strike } = self.script.open.remove(index);
        let was_primary = self.aims_at_primary(aim);
        self.look_before(kind, aim);
        if !fault::heal(&mut self.world, origin, kind, victim) {
            return false;
        }
        self.strike_daemon(kind, victim, false);
        let heal = self.history.strikes.len();
        let struck = &mut self.history.strikes[strike];
        struck.ended = Some(heal);
        let sides = struck.sides;
        let (at, nodes) = (self.world.now, self.world.nodes.len());
        self.history.strikes.push(Strike {
            at,
            step,
            kind,
            healed: true,
            ended: None,
            victim,
            was_primary,
            sides,
            nodes,
        });
        self.note(What::Healed(step, victim));
        true
    }

    /// Daemons that sleep are to have seen a clock as it was before it changes.
    fn look_before(&mut self, kind: FaultKind, target: Target) {
        let clock = matches!(kind, FaultKind::ClockAhead(_) | FaultKind::ClockBehind(_));
        if let (true, Target::One(party)) = (clock, target)
            && let Some(node) = fault::resolve(&self.world, party)
        {
            self.wake_lookouts(self.world.node(node).service);
        }
    }

    /// Lets a fault of a daemon strike or heal; other faults strike the world.
    fn strike_daemon(&mut self, kind: FaultKind, victim: Victim, begins: bool) {
        let Victim::Node(node) = victim else { return };
        if kind == FaultKind::Maintenance {
            self.mark_maintenance(node, begins);
        } else if kind == FaultKind::DaemonRestart {
            self.restart_lookout(node);
        }
    }

    /// Lets an operator act on a node by hand.
    fn operate(&mut self, step: u16, operator: Operator, target: Target) -> bool {
        let Target::One(party) = target else { return false };
        if let Party::Service(service) = party {
            self.command(step, operator, service);
            return true;
        }
        let Some(id) = fault::resolve(&self.world, party) else { return false };
        let node = self.world.node(id);
        let startable = node.process == Process::Down && node.host == Host::Up;
        let promotable = node.answers() && node.role == Role::Standby && !node.promoting;
        if operator == Operator::StartServer && startable {
            self.world.start_server(id);
        } else if operator == Operator::Promote && promotable {
            self.world.begin_promotion(id);
        } else {
            return false;
        }
        let now = self.world.now;
        let memory = self.history.of_mut(self.world.node(id).service);
        memory.by_hand.push((now, operator, id));
        self.note(What::Operated(step, id));
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
