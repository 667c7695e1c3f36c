//! Steps that wait for something to happen rather than for a time.
//!
//! A trigger strikes inside a procedure without guessing at seconds. Knows nothing of what the step
//! does. Kept here: a trigger fires once, when it is first met.

use super::Sim;
use super::setup::When;
use crate::control::{PairRole, PhaseName, ServiceState};
use crate::kernel::Law;
use crate::model::{ClientId, Endpoint, Event, NodeId, Order, ServiceId};
use crate::trace::What;

/// Something to wait for.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/crdr-failover-and-failback.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::control::PairRole;
/// use cutover::model::ServiceId;
/// use cutover::sim::{Trigger, When};
/// let waits = Trigger::Becomes(ServiceId(0), PairRole::Passive);
/// let of = |when: When| if let When::Event(trigger, _) = when { Some(trigger) } else { None };
/// assert!(loaded.setup.script.iter().any(|step| of(step.when) == Some(waits)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trigger {
    /// The platform enters a phase with a service.
    Enters(ServiceId, PhaseName),
    /// A node of a service begins its promotion.
    Promoting(ServiceId),
    /// A node has become primary.
    Promoted(ServiceId, u16),
    /// The platform gives a node up.
    MarkedDown(ServiceId, u16),
    /// A new node's machine is there.
    Built(ServiceId, u16),
    /// A new standby has caught up.
    CaughtUp(ServiceId, u16),
    /// A node that was given up is stopped and deleted.
    Deleted(ServiceId, u16),
    /// A name is served with new targets.
    Served(ServiceId, Endpoint),
    /// A client loses its connection.
    Loses(ClientId),
    /// A client works over a new connection.
    Works(ClientId),
    /// A service has a role in its pair and runs.
    Becomes(ServiceId, PairRole),
}

impl Sim {
    /// Notes that something happened, and lets the steps that waited for it happen.
    pub(super) fn note(&mut self, what: What) {
        if self.script.waits() {
            self.fire(|sim, trigger| sim.meets(trigger, &what));
        }
        self.trace.note(self.world.now, what, |step| self.setup.label(step));
    }

    /// Lets the steps that waited for a phase happen.
    pub(super) fn entered(&mut self, service: ServiceId, phase: PhaseName) {
        self.history.of_mut(service).phases.push((self.world.now, phase));
        if !self.phases.contains(&phase) {
            self.phases.push(phase);
        }
        self.fire(|_, trigger| trigger == Trigger::Enters(service, phase));
    }

    fn fire(&mut self, met: impl Fn(&Self, Trigger) -> bool) {
        for number in self.script.waiting() {
            let step = &self.setup.script[usize::from(number)];
            let When::Event(trigger, after) = step.when else { continue };
            if met(self, trigger) {
                let after: Law = after;
                let after = self.world.draw(after, "script", &step.words, step.turn);
                self.script.stop_waiting(number);
                self.world.schedule(self.world.now + after, Event::StepDue(number));
            }
        }
    }

    fn meets(&self, trigger: Trigger, what: &What) -> bool {
        let is = |node: NodeId, service: ServiceId, number: u16| {
            let node = self.world.node(node);
            (node.service, node.number) == (service, number)
        };
        match (trigger, what) {
            (
                Trigger::Promoting(service),
                What::Moved(Event::OrderArrives(of, Order::Promote(_))),
            ) => service == *of,
            (Trigger::Promoted(service, number), What::Moved(Event::PromotionEnds(node, _)))
            | (Trigger::Built(service, number), What::Moved(Event::NodeBuilt(node, _)))
            | (Trigger::CaughtUp(service, number), What::Moved(Event::CaughtUp(node, _)))
            | (Trigger::Deleted(service, number), What::Moved(Event::FenceActs(node))) => {
                is(*node, service, number)
            }
            (Trigger::MarkedDown(service, number), What::Decided(by, _, _, orders)) => {
                let fences = crate::control::Action::Fence(number);
                self.deciders[by.index()].service == service && orders.contains(&fences)
            }
            (
                Trigger::Served(service, endpoint),
                What::Moved(Event::RecordServed(of, which, _)),
            ) => (service, endpoint) == (*of, *which),
            (Trigger::Becomes(service, role), What::Stands(of, is, ServiceState::Running)) => {
                (service, role) == (*of, *is)
            }
            (Trigger::Loses(client), What::Lost(of, _))
            | (Trigger::Works(client), What::Works(of, _)) => client == *of,
            _ => false,
        }
    }
}
