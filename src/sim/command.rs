//! Orders that an operator gives the platform: decided at once, from what the platform believes.
//!
//! Knows nothing of preconditions. Kept here: a refused order is noted with its reason and changes
//! nothing.

use super::Sim;
use crate::check::OrderGiven;
use crate::control::{Operator, command};
use crate::model::{DeciderId, ServiceId};
use crate::trace::What;

impl Sim {
    /// Gives the platform an order for a service.
    pub(super) fn command(&mut self, step: u16, operator: Operator, service: ServiceId) {
        let own = |index: &usize| self.deciders[*index].service == service;
        let index = (0..self.deciders.len()).find(own).expect("every service has a decider");
        let (id, now) = (DeciderId::at(index), self.world.now);
        if let Some(place) = self.desk_of(id) {
            self.command_pair(place, (step, operator, service));
            return;
        }
        self.refresh_reports(id, now);
        let knobs = &self.setup.knobs;
        let decider = &mut self.deciders[index];
        let before = decider.manager.phase_name();
        let planned = decider.manager.operation.is_some();
        let answer = command(knobs, &mut decider.manager, now, operator);
        decider.wake = decider.manager.next_wake(knobs);
        let after = decider.manager.phase_name();
        let abandoned = planned && decider.manager.operation.is_none();
        let refusal = answer.as_ref().err().copied();
        self.history.orders.push(OrderGiven { at: now, step, operator, service, refusal });
        match answer {
            Err(refusal) => self.note(What::Declined(step, refusal)),
            Ok(decision) => {
                self.remember(id, &decision);
                if abandoned {
                    self.note_operation_over(service, decision.rule);
                }
                self.note_planned(service, operator);
                self.perform(id, &decision);
                self.note(What::Ordered(step, id, decision.rule, decision.actions));
                if before != after {
                    self.entered(service, after);
                }
                self.follow_standstill(id);
            }
        }
    }
}
