//! Whose a lost commit is: each one is put between the instants that decide it.
//!
//! Every acknowledged commit that is on no history that counts is one of five, by when it was made:
//! * `lost_behind`: up to the fault that made another primary necessary;
//! * `lost_unnoticed`: after it and up to when the old primary was given up, or an order carried
//!   out;
//! * `lost_deciding`: after that and up to when another node was primary;
//! * `lost_beside`: beside that one, up to when the fence that acted on the old one set out, since
//!   it was wanted and there was contact; to the end of the run if none ever did;
//! * `lost_fencing`: after that.
//!
//! The promotion that decided it made the branch with which the history that counts goes on where
//! the lost part begins; if nothing of a branch counts, it is the first that took over from its
//! node. The fault is the first that hid the old primary after its last report and before it was
//! given up; else the last that had ever hidden it, or reached it. With what was planned or ordered
//! it is one that hid the old primary when it was ordered. Without one all is behind or later. A
//! node that was promoted past the platform leaves nothing to notice or to decide.
//!
//! Knows nothing of how the library comes to its lines. Kept here: every lost commit is in one
//! line, and a line begins where the one before it ends.

use cutover::model::{IntegrationKind, NodeId, ServiceId};

use super::faults::Fault;
use super::ledger::Line;
use super::looks::Promoted;
use super::numbers::Reference;

/// The kinds of lost commits, in the order of the instants at which they end.
pub(crate) const KINDS: [&str; 5] =
    ["lost_behind", "lost_unnoticed", "lost_deciding", "lost_beside", "lost_fencing"];

/// What decided that a part of a history does not count.
#[derive(Clone, Copy, Debug)]
enum Decided<'a> {
    /// A promotion of a node of this service.
    Promotion(ServiceId, &'a Promoted),
    /// A promotion past the platform.
    ByHand(u64),
}

impl Reference<'_> {
    /// Returns the lines of lost commits.
    pub(crate) fn lost(&self) -> Vec<Line> {
        self.ranges().into_iter().flat_map(|(index, range)| self.split(index, &range)).collect()
    }

    /// Returns the lines of the lost part of a branch.
    fn split(&self, index: usize, range: &Line) -> Vec<Line> {
        let turns = self.turns(index, range.from);
        let survives = self.surviving(self.world.branches[index].service);
        let lost = self.commits.iter().filter(|one| {
            let gone = survives.get(&index).is_none_or(|limit| one.byte > *limit);
            one.branch == index && gone && one.told.is_some()
        });
        let mut counts = [0; KINDS.len()];
        for one in lost {
            let kind = turns.iter().position(|end| one.made <= *end);
            counts[kind.unwrap_or(KINDS.len() - 1)] += 1;
        }
        let ends = turns.into_iter().chain([self.now]);
        let mut lines = Vec::new();
        let mut from = range.from;
        for ((kind, amount), end) in KINDS.into_iter().zip(counts).zip(ends) {
            let to = end.max(from).min(self.now);
            let line = Line { kind: kind.to_owned(), amount, from, to, ..range.clone() };
            lines.extend((amount > 0).then_some(line));
            from = to;
        }
        lines
    }

    /// Returns when the fault struck, when it was noticed, when another node was primary, and when
    /// a fence set out to the old one.
    fn turns(&self, index: usize, since: u64) -> [u64; 4] {
        let own = self.world.branches[index].service;
        let node = self.movement.branches[index].node;
        let mut fenced = self.deeds.services[own.index()].fenced.iter();
        let fence = fenced.find(|(_, of)| *of == node);
        let fence = fence.map(|(at, _)| self.faults.set_out(node, *at));
        let (service, one) = match self.decided(index) {
            Some(Decided::Promotion(service, one)) => (service, one),
            decided => {
                // If nobody took over from it, it is the one of two that was not followed.
                let at = if let Some(Decided::ByHand(at)) = decided { at } else { since };
                return [at, at, at, fence.unwrap_or(self.now).max(at)];
            }
        };
        let noticed = one.marked_down.min(one.ordered);
        let promoted = one.finished.unwrap_or(self.now);
        let old = if self.replaces(service, one, node) { node } else { one.from };
        let struck = self.behind(service, one, old).map_or(noticed, |fault| fault.at);
        [struck, noticed, promoted, fence.unwrap_or(self.now).max(promoted)]
    }

    /// Returns what decided that a branch, or the end of it, does not count.
    fn decided(&self, index: usize) -> Option<Decided<'_>> {
        let service = self.world.branches[index].service;
        let line = self.surviving(service);
        let branch = &self.movement.branches[index];
        if line.contains_key(&index) {
            let on = |of: usize| self.movement.branches[of].parent.is_some_and(|it| it.0 == index);
            return line.keys().find(|of| on(**of)).and_then(|of| self.maker(*of));
        }
        // All of it is lost: whoever took over from its node began another history.
        let near = [Some(service), self.partner(service)].into_iter().flatten();
        let next = near.filter_map(|id| {
            let own = self.looks.services[id.index()].promotions.iter();
            let after = own.filter(|one| {
                let takes = one.from == branch.node || self.replaces(id, one, branch.node);
                takes && one.finished.is_some_and(|at| at >= branch.began)
            });
            Some((id, after.min_by_key(|one| one.finished)?))
        });
        let next = next.min_by_key(|(_, one)| one.finished);
        next.map(|(id, one)| Decided::Promotion(id, one))
    }

    /// Returns who began a branch.
    fn maker(&self, index: usize) -> Option<Decided<'_>> {
        let branch = &self.movement.branches[index];
        let id = self.world.branches[index].service;
        let own = &self.looks.services[id.index()].promotions;
        let promoted = own.iter().find(|one| one.branch == Some(index));
        let mut acts = self.deeds.by_hand.iter().rev();
        let act = acts.find(|(at, node)| *node == branch.node && *at <= branch.began);
        match (promoted, act) {
            (Some(one), act) if act.is_none_or(|(at, _)| *at > one.ordered) => {
                Some(Decided::Promotion(id, one))
            }
            (_, act) => act.map(|(at, _)| Decided::ByHand(*at)),
        }
    }

    /// Returns whether a node was given up for a promotion, whoever was the primary in truth.
    fn replaces(&self, service: ServiceId, one: &Promoted, node: NodeId) -> bool {
        let mut marks = self.looks.services[service.index()].marked_down.iter();
        marks.any(|(at, _, of)| *at == one.marked_down && *of == node)
    }

    /// Returns the fault that made the promotion necessary that took the place of an old primary.
    fn behind(&self, service: ServiceId, one: &Promoted, old: NodeId) -> Option<&Fault> {
        let noticed = one.marked_down.min(one.ordered);
        let hiding = |times| self.faults.hiding(self.reports, old, times);
        if self.is_ordered(service, one) {
            // What is ordered needs no fault: one that was there has to have lasted.
            return hiding((one.ordered, noticed)).next();
        }
        let owner = self.world.node(old).service;
        let marks = self.looks.services[owner.index()].marked_down.iter().rev();
        let mut marks = marks.filter(|(at, _, node)| *node == old && *at <= noticed);
        let heard = marks.next().map(|(_, last, _)| *last).or(one.last_contact);
        hiding((heard.unwrap_or(noticed), noticed))
            .next()
            .or_else(|| hiding((0, noticed)).last())
            .or_else(|| self.faults.last_reaching(old, noticed))
    }

    /// Returns whether a promotion is part of what was planned or ordered, and follows from no
    /// silence.
    fn is_ordered(&self, service: ServiceId, one: &Promoted) -> bool {
        let name = self.world.node_name(one.node);
        let rows = self.told["promotions"].as_array().into_iter().flatten();
        let mut own = rows.filter(|row| row["node"] == name.as_str());
        let cause = own.find(|row| row["ordered_us"] == one.ordered).map(|row| &row["cause"]);
        let by_platform = cause.is_none_or(|cause| cause == "failover" || cause == "restore");
        let marks = &self.looks.services[service.index()].marked_down;
        !by_platform && !marks.iter().any(|(at, ..)| *at == one.marked_down)
    }

    fn partner(&self, service: ServiceId) -> Option<ServiceId> {
        let mut bound = self.world.integrations.iter().filter(|one| one.has(service));
        let one = bound.find(|one| one.kind != IntegrationKind::ReadReplica)?;
        Some(if one.source == service { one.destination } else { one.source })
    }
}
