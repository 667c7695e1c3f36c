//! Pairs and groups of services: who decides about them, and what becomes of the decisions.
//!
//! Knows nothing of preconditions. Kept here: a pair hears what the managers of its services hear,
//! and nothing else.

use super::Sim;
use super::apply::Scope;
use crate::check::OrderGiven;
use crate::control::{Bond, Managers, Operator, PairDecision, Refusal, Showing, Side};
use crate::kernel::{Instant, Span};
use crate::knob::{Knobs, TerraformOrder};
use crate::model::{DeciderId, Event, NodeId, ServiceId, Signal};
use crate::trace::What;

/// Two services that are bound together, and what they are shown as.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Desk {
    /// What the platform believes of it.
    pub(super) bond: Bond,
    /// The deciders of the primary and of the recovery service.
    pub(super) deciders: [DeciderId; 2],
    /// What each service is shown as.
    pub(super) shown: [Showing; 2],
    /// Until when an event is planned that looks at what is due.
    planned: Option<Instant>,
}

impl Desk {
    /// Returns the desk of two services with these deciders.
    pub(super) fn new(bond: Bond, deciders: [DeciderId; 2]) -> Self {
        let shown = bond.begins();
        Self { bond, deciders, shown, planned: None }
    }

    fn side(&self, decider: DeciderId) -> Option<Side> {
        Side::BOTH.into_iter().find(|side| self.deciders[side.index()] == decider)
    }
}

impl Sim {
    /// Returns the pair that a decider's service belongs to, and which side of it.
    pub(super) fn desk_of(&self, decider: DeciderId) -> Option<(usize, Side)> {
        self.desks.iter().enumerate().find_map(|(at, desk)| Some((at, desk.side(decider)?)))
    }

    /// Lets a pair decide something.
    fn with_pair<T>(
        &mut self,
        at: usize,
        act: impl FnOnce(&mut Bond, &Knobs, &mut Managers<'_>, Instant) -> T,
    ) -> T {
        let now = self.world.now;
        let desk = &mut self.desks[at];
        let places = desk.deciders.map(DeciderId::index);
        let [primary, recovery] =
            self.deciders.get_disjoint_mut(places).expect("a pair has two services");
        let phases = [&*primary, &*recovery].map(|one| one.manager.phase_name());
        let services = [primary.service, recovery.service];
        let mut managers =
            Managers { primary: &mut primary.manager, recovery: &mut recovery.manager };
        let answer = act(&mut desk.bond, &self.setup.knobs, &mut managers, now);
        let mut entered = Vec::new();
        for (index, decider) in [primary, recovery].into_iter().enumerate() {
            decider.wake = decider.manager.next_wake(&self.setup.knobs);
            let phase = decider.manager.phase_name();
            entered.extend((phase != phases[index]).then_some((services[index], phase)));
        }
        for (service, phase) in entered {
            self.entered(service, phase);
        }
        answer
    }

    /// Gives a pair an order for one of its services.
    pub(super) fn command_pair(
        &mut self,
        (at, side): (usize, Side),
        (step, operator, service): (u16, Operator, ServiceId),
    ) {
        let now = self.world.now;
        for id in self.desks[at].deciders {
            self.refresh_reports(id, now);
        }
        let answer = self.with_pair(at, |pair, knobs, managers, now| {
            pair.command(knobs, managers, now, (operator, side))
        });
        let refusal: Option<Refusal> = answer.as_ref().err().copied();
        self.history.orders.push(OrderGiven { at: now, step, operator, service, refusal });
        match answer {
            Err(refusal) => self.note(What::Declined(step, refusal)),
            Ok(decision) => {
                self.note_planned(service, operator);
                self.carry_out(at, &decision, Some(step));
                if operator == Operator::SwitchByTerraform {
                    self.plan_reversal(at, step);
                }
            }
        }
        self.show(at);
    }

    /// The second run of Terraform comes after a gap, and perhaps after a wait in vain.
    fn plan_reversal(&mut self, at: usize, step: u16) {
        let knobs = &self.world.knobs;
        let (name, label) = (format!("pair {at}"), self.setup.label(step));
        let gap = self.world.draw(knobs.terraform_gap, "terraform_gap", &name, label.into());
        let wait = match knobs.terraform_order {
            TerraformOrder::ApplyThenWait => Span::ZERO,
            TerraformOrder::WaitThenApply => {
                self.world.draw(knobs.terraform_wait, "terraform_wait", &name, label.into())
            }
        };
        let event = Event::PairReversed(pair_number(at), step);
        self.world.schedule(self.world.now + gap + wait, event);
    }

    /// The reversed integration of a pair is applied.
    pub(super) fn pair_reversed(&mut self, pair: u8, step: u16) {
        let at = usize::from(pair);
        let id = self.desks[at].deciders[Side::Recovery.index()];
        let service = self.deciders[id.index()].service;
        let order = (step, Operator::ReverseIntegration, service);
        self.command_pair((at, Side::Recovery), order);
    }

    /// Lets a standby that has what it waited for take over.
    pub(super) fn drained(&mut self, node: NodeId, epoch: u32) -> Scope {
        if self.world.node(node).epoch != epoch || !self.world.drained(node) {
            return Scope::Nothing;
        }
        Scope::Service(self.world.node(node).service)
    }

    /// A service is to follow that node of another one.
    pub(super) fn source_set(&mut self, service: ServiceId, node: NodeId) -> Scope {
        let source = self.world.node(node).service;
        let of = &mut self.world.services[service.index()];
        (of.source, of.follows) = (Some(node), Some(source));
        Scope::Service(service)
    }

    /// A service of a pair follows nobody, and is not in charge either.
    pub(super) fn source_lost(&mut self, service: ServiceId) -> Scope {
        let partner = self.world.partner(service);
        self.world.services[service.index()].follows = partner;
        self.world.lose_source(service);
        Scope::Service(service)
    }

    /// Brings what is heard of the other service up to now: a pair decides about both at once.
    fn refresh_partner(&mut self, (at, side): (usize, Side)) {
        let partner = self.desks[at].deciders[side.other().index()];
        self.refresh_reports(partner, self.world.now);
    }

    /// Takes news out of a service's hands if it concerns a take-over; tells whether it did.
    pub(super) fn intercept(&mut self, id: DeciderId, news: Signal) -> bool {
        let Some((at, side)) = self.desk_of(id) else { return false };
        self.refresh_partner((at, side));
        let decision = self.with_pair(at, |pair, knobs, managers, now| {
            pair.intercept(knobs, managers, now, (side, news))
        });
        let Some(decision) = decision else { return false };
        self.carry_out(at, &decision, None);
        self.show(at);
        true
    }

    /// Lets a pair decide what follows from news that one of its services has decided on.
    pub(super) fn advance_pair(&mut self, id: DeciderId, news: Signal) {
        let Some((at, side)) = self.desk_of(id) else { return };
        self.refresh_partner((at, side));
        let decision = self.with_pair(at, |pair, knobs, managers, now| {
            pair.advance(knobs, managers, now, (side, news))
        });
        if let Some(decision) = decision {
            self.carry_out(at, &decision, None);
        }
        self.show(at);
    }

    /// Lets a pair decide on what is due.
    pub(super) fn pair_due(&mut self, pair: u8) {
        let at = usize::from(pair);
        if self.desks[at].planned != Some(self.world.now) {
            return;
        }
        self.desks[at].planned = None;
        for id in self.desks[at].deciders {
            self.refresh_reports(id, self.world.now);
        }
        let decision = self.with_pair(at, Bond::due);
        if let Some(decision) = decision {
            self.carry_out(at, &decision, None);
        }
        self.show(at);
    }

    /// Remembers, performs and notes a decision about a pair.
    fn carry_out(&mut self, at: usize, decision: &PairDecision, step: Option<u16>) {
        if decision.decisions.is_empty() {
            let id = self.desks[at].deciders[0];
            self.note(What::Paired(id, decision.rule, Vec::new()));
        }
        for (index, (side, part)) in decision.decisions.iter().enumerate() {
            let id = self.desks[at].deciders[side.index()];
            self.remember(id, part);
            if self.deciders[id.index()].manager.operation.is_none() {
                self.note_operation_over(self.deciders[id.index()].service, part.rule);
            }
            self.perform(id, part);
            let orders = part.actions.clone();
            match step.filter(|_| index == 0) {
                Some(step) => self.note(What::Ordered(step, id, decision.rule, orders)),
                None => self.note(What::Paired(id, decision.rule, orders)),
            }
        }
    }

    /// Shows the roles and states of a pair if they have changed, and plans what is due next.
    fn show(&mut self, at: usize) {
        let now = self.world.now;
        let shown = self.with_pair(at, |bond, knobs, managers, _| {
            Side::BOTH.map(|side| bond.showing(knobs, managers, side))
        });
        for side in Side::BOTH {
            let new = shown[side.index()];
            if self.desks[at].shown[side.index()] == new {
                continue;
            }
            self.desks[at].shown[side.index()] = new;
            let id = self.desks[at].deciders[side.index()];
            let service = self.deciders[id.index()].service;
            match new {
                Showing::InPair(role, state) => {
                    self.history.note_role(now, service, (role, state));
                    self.note(What::Stands(service, role, state));
                }
                Showing::InGroup(part, state) => {
                    self.history.note_part(now, service, (part, state));
                    self.note(What::Belongs(service, part, state));
                }
                Showing::Apart => {}
            }
        }
        let due = self.desks[at].bond.next_due(&self.setup.knobs).map(|due| due.max(now));
        if due != self.desks[at].planned {
            self.desks[at].planned = due;
            if let Some(due) = due {
                self.world.schedule(due, Event::PairDue(pair_number(at)));
            }
        }
    }
}

fn pair_number(at: usize) -> u8 {
    u8::try_from(at).expect("validation bounds the services")
}
