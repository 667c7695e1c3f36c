//! Stage perform: orders become events, and the judge remembers what was decided.
//!
//! Never touches the truth. Knows nothing of whether an order can be carried out. Kept here: an
//! order to a node travels one way from the platform; an order to the cloud or to DNS does not.

use super::Sim;
use crate::check::{GivenUp, PromotionRecord, Silence};
use crate::control::{Action, Decision, Numbers, Rule};
use crate::kernel::Instant;
use crate::knob::{Mutant, Touch};
use crate::model::{DeciderId, Endpoint, Event, NodeId, Order, ServiceId, Targets};

impl Sim {
    /// Turns the orders of a decision into events.
    pub(super) fn perform(&mut self, id: DeciderId, decision: &Decision) {
        let service = self.deciders[id.index()].service;
        let (now, arrives) = (self.world.now, self.world.now + self.world.platform_delay());
        let cloud = |order: Order| Event::NodeOrdered(service, order);
        for action in &decision.actions {
            let (at, event) = match *action {
                Action::Fence(number) => (now, arrival(service, Order::Fence(number))),
                Action::FollowService(number) => {
                    let partner = self.world.partner(service);
                    let node = partner.and_then(|partner| self.numbered(partner, number));
                    let Some(node) = node else { continue };
                    (now, Event::SourceSet(service, node))
                }
                Action::PowerOff => (now, Event::NodeOrdered(service, Order::PowerOff)),
                Action::Promote(_)
                | Action::Follow(..)
                | Action::Stop(_)
                | Action::StopControlled(_)
                | Action::Kill(_)
                | Action::Start(_)
                | Action::Detach(_)
                | Action::Forward(..)
                | Action::Demote(_)
                | Action::TakeOver(..)
                | Action::Disconnect(_)
                | Action::Restart(_)
                | Action::CheckUpgrade(_)
                | Action::Upgrade(_)
                | Action::TakeBackup(_) => {
                    let Some(order) = sent(*action) else { continue };
                    (arrives, arrival(service, order))
                }
                Action::LoseSource => (now, Event::SourceLost(service)),
                Action::Publish(endpoint, numbers) => {
                    let targets = self.targets(service, numbers);
                    let own = endpoint != Endpoint::Primary
                        || self.world.knobs.mutant == Some(Mutant::SecondName);
                    let named = if own { service } else { self.world.named_by(service) };
                    (now, Event::RecordOrdered(named, endpoint, targets))
                }
                Action::BuildStandby(number, upstream) => {
                    (now, cloud(Order::BuildStandby(number, upstream)))
                }
                Action::BuildPrimary(number) => (now, cloud(Order::BuildPrimary(number))),
                Action::SetQuorum(number, needs, standbys) => {
                    let standbys = self.targets(service, standbys);
                    let at = arrives + self.world.knobs.quorum_switch;
                    (at, arrival(service, Order::SetQuorum(number, needs, standbys)))
                }
                Action::ClearQuorum(number) => {
                    let at = arrives + self.world.knobs.quorum_switch;
                    (at, arrival(service, Order::ClearQuorum(number)))
                }
                Action::AskSlots(number, standbys) => {
                    let standbys = self.targets(service, standbys);
                    (arrives, Event::OrderArrives(service, Order::AskSlots(number, standbys)))
                }
                Action::AskCaughtUp(number, standbys) => {
                    let standbys = self.targets(service, standbys);
                    (arrives, arrival(service, Order::AskCaughtUp(number, standbys)))
                }
                // The cloud deletes a machine whether or not anybody can reach it.
                Action::Delete(number) => (now, Event::NodeOrdered(service, Order::Delete(number))),
                Action::SetPlan(plan) => (now, Event::NodeOrdered(service, Order::SetPlan(plan))),
                Action::Relocate(region) => {
                    (now, Event::NodeOrdered(service, Order::Relocate(region)))
                }
            };
            self.world.schedule(at, event);
        }
    }

    /// Lets the judge remember a decision.
    pub(super) fn remember(&mut self, id: DeciderId, decision: &Decision) {
        let service = self.deciders[id.index()].service;
        let now = self.world.now;
        let of = self.world.in_charge(service);
        let primary = self.world.service(of).primary;
        let given_up = decision.given_up.and_then(|number| self.numbered(service, number));
        let given_up = given_up.map(|node| {
            let memory = self.history.of_mut(service);
            let open = |silence: &&Silence| silence.node == node && silence.until > now;
            let silence = memory.silences.iter().rev().find(open);
            let last_report = silence.map_or(now, |silence| silence.last_report);
            let entry = GivenUp { node, last_report, at: now, was_primary: node == primary };
            memory.given_up.push(entry);
            entry
        });
        // Standbys were asked in between, so the node was given up some time ago.
        let asked = self.history.of(service).given_up.iter().rev().find(|one| one.node == primary);
        let given_up = given_up.or(asked.copied());
        for action in &decision.actions {
            let (Action::Promote(number)
            | Action::TakeOver(number, _)
            | Action::BuildPrimary(number)) = *action
            else {
                continue;
            };
            self.world.touch(Touch::Election);
            let next = NodeId::at(self.world.nodes.len());
            let node = self.numbered(service, number).unwrap_or(next);
            // An operator may have promoted it already, which the platform has not heard.
            let replaced = given_up.filter(|_| node == primary).map(|given_up| given_up.node);
            let from = replaced.unwrap_or(primary);
            let ordered = self.is_ordered(service, from, decision.rule);
            self.history.of_mut(service).promotions.push(PromotionRecord {
                node,
                from,
                rule: decision.rule,
                restored: matches!(action, Action::BuildPrimary(_)),
                given_up,
                ordered: now,
                finished: Instant::FAR,
                branch: None,
                candidates: decision.candidates.clone(),
                false_alarm: !ordered && self.world.node(from).writable(),
                published: None,
                last_contact: None,
                lone: false,
                planned: self.deciders[id.index()].manager.is_handing_over(),
                restore: None,
                survivors: Vec::new(),
            });
        }
    }

    /// Whether a primary is replaced because somebody ordered it, if not by the first candidate.
    fn is_ordered(&self, service: ServiceId, from: NodeId, rule: Rule) -> bool {
        let earlier = self.history.of(service).promotions.iter().rev();
        let first = earlier.take_while(|one| one.from == from).last();
        first.map_or(rule, |first| first.rule).is_ordered()
    }

    fn targets(&self, service: ServiceId, numbers: Numbers) -> Targets {
        Targets::of(numbers.iter().filter_map(|number| self.numbered(service, number)))
    }

    fn numbered(&self, service: ServiceId, number: u16) -> Option<NodeId> {
        self.world.service(service).numbered(number)
    }
}

/// Returns the arrival of an order at its node.
fn arrival(service: ServiceId, order: Order) -> Event {
    Event::OrderArrives(service, order)
}

/// Returns an order to a node that is passed on as it is.
#[expect(clippy::wildcard_enum_match_arm, reason = "only these orders are passed on")]
fn sent(action: Action) -> Option<Order> {
    let order = match action {
        Action::Promote(number) => Order::Promote(number),
        Action::Follow(number, upstream) => Order::Follow(number, upstream),
        Action::Stop(number) => Order::Stop(number),
        Action::StopControlled(number) => Order::StopControlled(number),
        Action::Kill(number) => Order::Kill(number),
        Action::Start(number) => Order::Start(number),
        Action::Detach(number) => Order::Detach(number),
        Action::Forward(number, target) => Order::Forward(number, target),
        Action::Demote(number) => Order::Demote(number),
        Action::TakeOver(number, end) => Order::TakeOver(number, end),
        Action::Disconnect(number) => Order::Disconnect(number),
        Action::Restart(number) => Order::Restart(number),
        Action::CheckUpgrade(number) => Order::CheckUpgrade(number),
        Action::Upgrade(number) => Order::Upgrade(number),
        Action::TakeBackup(number) => Order::TakeBackup(number),
        _ => return None,
    };
    Some(order)
}
