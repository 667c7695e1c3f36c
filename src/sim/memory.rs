//! Promotions, restores and fences come to their end, and the judge remembers how.
//!
//! Knows nothing of decisions, nor of verdicts. Kept here: what is noted is the truth of the
//! instant at which it happens, and nothing that is noted changes a run.

use super::Sim;
use crate::check::{Restore, SlotRecord};
use crate::model::{NodeId, SlotId};

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
}
