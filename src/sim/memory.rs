//! Promotions, restores and fences come to their end, and the judge remembers how.
//!
//! Knows nothing of decisions, nor of verdicts. Kept here: what is noted is the truth of the
//! instant at which it happens, and nothing that is noted changes a run.

use super::Sim;
use crate::check::{OperationRecord, Restore, SlotRecord};
use crate::control::{Cause, Operator, Rule};
use crate::knob::Touch;
use crate::model::{NodeId, ServiceId, SlotId};

impl Sim {
    /// Ends a promotion and notes where it led.
    pub(super) fn promotion_ends(&mut self, node: NodeId) {
        self.world.finish_promotion(node);
        self.note_slots_taken_over(node);
        let (now, service) = (self.world.now, self.world.node(node).service);
        let branch = self.world.node(node).branch;
        let mut records = self.history.of_mut(service).promotions.iter_mut().rev();
        if let Some(record) = records.find(|record| record.node == node) {
            record.finished = now;
            record.branch = Some(branch);
            let standbys = self.world.existing(service).filter(|of| of.promotable());
            record.survivors =
                standbys.filter(|of| !of.promoting && of.id != node).map(|of| of.id).collect();
        }
    }

    /// Lets the judge remember what a node that has become primary made of the logical slots.
    fn note_slots_taken_over(&mut self, node: NodeId) {
        let service = self.world.node(node).service;
        let records = self.history.of(service).promotions.iter().rev();
        let own = records.filter(|record| record.node == node).take(1);
        let restored = own.map(|record| record.restored).next().unwrap_or(false);
        let ids: Vec<SlotId> = self.world.slots_of(service).collect();
        for slot in ids {
            if let Some(record) = SlotRecord::of(&self.world, slot, node, restored) {
                self.history.of_mut(service).slots.push(record);
            }
        }
    }

    /// Ends a restore and notes how far the archive came.
    pub(super) fn restore_ends(&mut self, node: NodeId) {
        self.world.finish_restore(node);
        let (now, service) = (self.world.now, self.world.node(node).service);
        let branch = self.world.branch(self.world.node(node).branch);
        let uploaded_until = branch.uploaded_until(crate::kernel::Instant::FAR);
        let mut records = self.history.of_mut(service).promotions.iter_mut().rev();
        if let Some(record) = records.find(|record| record.node == node && record.restored) {
            record.restore = Some(Restore { at: now, uploaded_until });
        }
    }

    /// Lets the judge remember that a fence took effect, the first time.
    pub(super) fn note_fenced(&mut self, node: NodeId) {
        let service = self.world.node(node).service;
        let fenced = &mut self.history.of_mut(service).fenced;
        if !fenced.iter().any(|(_, of)| *of == node) {
            fenced.push((self.world.now, node));
        }
    }

    /// Lets the judge remember that an old primary passes connections on.
    pub(super) fn note_forwarding(&mut self, node: NodeId, target: Option<NodeId>) {
        let (now, service) = (self.world.now, self.world.node(node).service);
        if let Some(operation) = self.history.of_mut(service).operations.last_mut() {
            operation.forwards.push((now, node, target));
        }
    }

    /// Lets the judge remember that a node was deleted which was not needed any more.
    pub(super) fn note_deleted(&mut self, node: NodeId) {
        let (now, service) = (self.world.now, self.world.node(node).service);
        let well = |id: NodeId| crate::check::is_well(&self.world, id);
        let others = self.world.existing(service).any(|other| other.id != node && well(other.id));
        let last = well(node) && !others;
        let memory = self.history.of_mut(service);
        if last {
            memory.emptied.push((now, node));
        }
        if let Some(operation) = memory.operations.last_mut() {
            operation.deleted.push((now, node));
        }
    }

    /// Lets the judge remember what an operator's order began.
    pub(super) fn note_planned(&mut self, service: ServiceId, operator: Operator) {
        let now = self.world.now;
        match operator {
            Operator::StartServer
            | Operator::Promote
            | Operator::RemoveIntegration
            | Operator::Switchover
            | Operator::Switchback
            | Operator::Failover
            | Operator::RecreatePrimary
            | Operator::TakeOver
            | Operator::PromoteToMaster
            | Operator::ReverseIntegration
            | Operator::SwitchByTerraform
            | Operator::PromoteSecondary
            | Operator::AddSecondary
            | Operator::SetUpRecovery
            | Operator::DeleteRecovery => return,
            Operator::RemoveWindows => {
                // Whatever is under way may change the primary at any time from now on.
                if let Some(last) = self.history.of_mut(service).operations.last_mut()
                    && last.ended.is_none()
                {
                    last.windows.clear();
                }
            }
            Operator::MajorUpgrade | Operator::PowerOffService | Operator::PowerOnService => {
                self.note_standstill(service, operator);
                return;
            }
            Operator::ChangePlan(plan) => self.history.of_mut(service).plans.push((now, plan)),
            Operator::Maintain | Operator::Migrate(_) | Operator::ChangeTier(_) => {
                self.note_operation(service);
            }
        }
        self.world.touch(Touch::Switchover);
    }

    fn note_operation(&mut self, service: ServiceId) {
        let begun = self.deciders.iter().find(|decider| decider.service == service);
        let Some(manager) = begun.map(|decider| &decider.manager) else { return };
        let Some(operation) = &manager.operation else { return };
        let follows = manager.follows.is_some();
        let windows = manager.windows.clone();
        let (cause, next) = (operation.cause, NodeId::at(self.world.nodes.len()));
        // Who is being deleted already, for a smaller plan, is not the operation's.
        let known =
            self.world.existing(service).filter(|node| manager.member(node.number).is_some());
        let old = known.map(|node| node.id).collect();
        let mut record = OperationRecord::new(self.world.now, cause, old, next);
        record.follows = follows;
        if cause == Cause::Maintenance {
            record.in_windows = !windows.is_empty();
            record.windows = windows;
        }
        self.history.of_mut(service).operations.push(record);
    }

    /// Lets the judge remember when the operation under way was over, if it is.
    pub(super) fn note_operation_over(&mut self, service: ServiceId, rule: Rule) {
        let (now, plan) = (self.world.now, self.world.service(service).plan);
        if let Some(operation) = self.history.of_mut(service).operations.last_mut()
            && operation.ended.is_none()
        {
            (operation.ended, operation.plan) = (Some((now, rule)), Some(plan));
        }
    }
}
