//! Promotions, restores and fences come to their end, and the judge remembers how.
//!
//! Knows nothing of decisions, nor of verdicts. Kept here: what is noted is the truth of the
//! instant at which it happens, and nothing that is noted changes a run.

use super::Sim;
use crate::check::Restore;
use crate::model::NodeId;

impl Sim {
    /// Ends a promotion and notes where it led.
    pub(super) fn promotion_ends(&mut self, node: NodeId) {
        self.world.finish_promotion(node);
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
