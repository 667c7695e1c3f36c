//! Orders that have a whole service down: major upgrades, power off, power on.
//!
//! A part of stages apply and record. Knows nothing of why something was ordered. Kept here: what
//! the judge remembers of them is noted when it happens, and nothing that is noted changes a run.

use super::Sim;
use super::apply::Scope;
use crate::check::{SlotRecord, Standstill, StandstillKind};
use crate::control::{Operator, PhaseName, ServiceState, shown};
use crate::model::{Answer, Condition, DeciderId, Host, NodeId, Order, Process, ServiceId, Signal};
use crate::trace::What;

impl Sim {
    /// Lets a node that is reached carry out an order about an upgrade; tells whether the order
    /// changes anything.
    #[expect(clippy::wildcard_enum_match_arm, reason = "only orders of upgrades are passed on")]
    pub(super) fn obey_upgrade(&mut self, node: NodeId, order: Order) -> bool {
        match order {
            Order::CheckUpgrade(_) if self.world.may_be_upgraded(node) => {
                self.answer(node, Answer::CanUpgrade);
                false
            }
            Order::Upgrade(_) => self.order_upgrade(node),
            Order::TakeBackup(_) if self.world.node(node).writable() => {
                self.world.begin_full_backup(node)
            }
            _ => false,
        }
    }

    /// Lets a primary stop for its upgrade; tells whether the order changes anything.
    fn order_upgrade(&mut self, node: NodeId) -> bool {
        let upgrading = self.world.node(node).upgrading;
        if !upgrading && !self.world.may_be_upgraded(node) {
            return false;
        }
        if !upgrading {
            self.world.begin_upgrade(node);
        }
        self.answer(node, Answer::StopBegun);
        !upgrading
    }

    /// Ends the upgrade of a stopped server.
    pub(super) fn upgrade_ends(&mut self, node: NodeId, epoch: u32) -> Scope {
        let of = self.world.node(node);
        let waits = of.upgrading && of.host == Host::Up && of.process == Process::Down;
        if of.epoch != epoch || !waits {
            return Scope::Nothing;
        }
        let service = of.service;
        let slots: Vec<SlotRecord> = {
            let ids = self.world.slots_of(service);
            ids.filter_map(|id| SlotRecord::before_upgrade(&self.world, id, node)).collect()
        };
        let upgraded = self.world.finish_upgrade(node);
        if upgraded {
            let known: Vec<SlotRecord> =
                slots.into_iter().map(|record| record.after_upgrade(&self.world)).collect();
            let standbys = self.world.existing(service).filter(|one| one.id != node);
            let left = standbys.map(|one| one.id).collect();
            let now = self.world.now;
            let memory = self.history.of_mut(service);
            memory.slots.extend(known);
            if let Some(last) = memory.standstills.last_mut() {
                last.upgraded = Some((now, left));
            }
        }
        self.answer_upgrade(node, if upgraded { Answer::Upgraded } else { Answer::NotUpgraded });
        Scope::Service(service)
    }

    /// Lets an upgraded server say that it answers again, off the grid of reports.
    fn answer_upgrade(&mut self, node: NodeId, answer: Answer) {
        let (service, number) = (self.world.node(node).service, self.world.node(node).number);
        for index in 0..self.deciders.len() {
            let id = DeciderId::at(index);
            if self.deciders[index].service == service && self.status(node).0 {
                self.hear_again(id, node, Condition::Primary);
            }
        }
        if self.world.links.passes(self.world.node(node).place(), crate::model::Place::Platform) {
            let (sent, delay) = (self.world.now, self.world.report_delay(node));
            self.tell(service, (sent, sent + delay), Signal::Answered(number, answer));
        }
    }

    /// Ends a full backup.
    pub(super) fn backup_ends(&mut self, node: NodeId, epoch: u32) -> Scope {
        if self.world.node(node).epoch != epoch || !self.world.finish_full_backup(node) {
            return Scope::Nothing;
        }
        self.answer(node, Answer::BackedUp);
        Scope::Service(self.world.node(node).service)
    }

    /// Removes every machine of a service.
    pub(super) fn remove_machines(&mut self, service: ServiceId) -> Scope {
        self.world.power_off(service);
        let now = self.world.now;
        if let Some(last) = self.history.of_mut(service).standstills.last_mut() {
            last.removed.get_or_insert(now);
        }
        Scope::Service(service)
    }

    /// Lets the judge remember that an operator's order has a service down.
    pub(super) fn note_standstill(&mut self, service: ServiceId, operator: Operator) {
        let now = self.world.now;
        if operator == Operator::PowerOnService {
            if let Some(last) = self.history.of_mut(service).standstills.last_mut() {
                last.over.get_or_insert(now);
            }
            return;
        }
        let kind = if operator == Operator::PowerOffService {
            StandstillKind::PowerOff
        } else {
            StandstillKind::MajorUpgrade
        };
        let of = self.world.service(service);
        let names = of.record(crate::model::Endpoint::Primary).now();
        let entry = Standstill {
            kind,
            began: now,
            primary: of.primary,
            named: names.iter().collect(),
            upgraded: None,
            removed: None,
            heard: None,
            over: None,
        };
        self.history.of_mut(service).standstills.push(entry);
    }

    /// Lets the judge remember how far an upgrade has come, and shows the state of a service that
    /// was ordered to be down.
    pub(super) fn follow_standstill(&mut self, id: DeciderId) {
        let service = self.deciders[id.index()].service;
        if self.history.of(service).standstills.is_empty() {
            return;
        }
        let now = self.world.now;
        let manager = &self.deciders[id.index()].manager;
        let phase = manager.phase_name();
        let (idle, state) = (manager.operation.is_none(), shown(manager));
        let memory = self.history.of_mut(service);
        if let Some(last) = memory.standstills.last_mut()
            && last.kind == StandstillKind::MajorUpgrade
        {
            if !matches!(phase, PhaseName::Upgrading | PhaseName::Returning) {
                last.heard.get_or_insert(now);
            }
            if idle {
                last.over.get_or_insert(now);
            }
        }
        let before = memory.states.last().map_or(ServiceState::Running, |(_, state)| *state);
        if before != state {
            memory.states.push((now, state));
            self.note(What::Shown(service, state));
        }
    }
}
