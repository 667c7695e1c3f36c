//! Major upgrades and power off and on: what they leave alone, what they keep, what is gone.
//!
//! Knows nothing of how they are done. Kept here: what a fault on the way does to them is judged
//! by the invariants of failovers.

use super::case::{Breach, Case, Finding};
use super::history::{ServiceHistory, Silence};
use super::ledger::Ledger;
use super::slot_memory::SlotRecord;
use super::verdict::Amount;
use crate::control::Rule;
use crate::kernel::{Instant, Span};
use crate::knob::{PowerOff, UpgradedSlots};
use crate::model::{NodeId, Service};

/// What an operator's order has a whole service down for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StandstillKind {
    /// A major version upgrade.
    MajorUpgrade,
    /// Power off.
    PowerOff,
}

/// A time in which an operator's order has a whole service down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standstill {
    /// What for.
    pub kind: StandstillKind,
    /// When it was ordered.
    pub began: Instant,
    /// The primary then.
    pub primary: NodeId,
    /// Whom the primary name pointed to then.
    pub named: Vec<NodeId>,
    /// When the primary answered again, upgraded, and which other nodes there were then.
    pub upgraded: Option<(Instant, Vec<NodeId>)>,
    /// When the machines were removed.
    pub removed: Option<Instant>,
    /// When the platform had heard what became of the upgrade.
    pub heard: Option<Instant>,
    /// When the platform had done with an upgrade, or was told to power the service on.
    pub over: Option<Instant>,
}

impl Standstill {
    /// Returns until when the platform does not mind that the service is silent.
    fn silent_until(&self) -> Instant {
        match self.kind {
            StandstillKind::MajorUpgrade => self.heard.unwrap_or(Instant::FAR),
            StandstillKind::PowerOff => self.over.unwrap_or(Instant::FAR),
        }
    }
}

impl ServiceHistory {
    /// Returns whether a silence of a primary belongs to what an operator ordered.
    pub(super) fn is_ordered(&self, silence: &Silence) -> bool {
        self.standstills.iter().any(|one| {
            one.primary == silence.node
                && silence.last_report <= one.silent_until()
                && one.began <= silence.until
        })
    }

    /// Returns from when on a service could be expected to have standbys again, if an operator's
    /// order took them in an interval; nothing if the order is not carried out yet.
    pub(super) fn expected_from(&self, start: Instant, end: Instant) -> Option<Instant> {
        let within = |one: &&Standstill| one.began <= end && one.over.is_none_or(|at| at >= start);
        let ordered = self.standstills.iter().filter(within);
        ordered.map(|one| one.over).try_fold(start, |from, over| over.map(|over| from.max(over)))
    }

    /// Returns whether an operator's order had a service down within an interval.
    pub(super) fn stands_still(&self, start: Instant, end: Instant) -> bool {
        self.standstills.iter().any(|one| one.began <= end && one.silent_until() >= start)
    }

    fn of_kind(&self, kind: StandstillKind) -> impl Iterator<Item = &Standstill> {
        self.standstills.iter().filter(move |one| one.kind == kind)
    }
}

/// Judges that a major upgrade is done in place: no name moves, and nobody is left who has the
/// version before.
pub(super) fn upgrade_in_place(case: &Case<'_>) -> Finding {
    Finding::join(case.services().map(|(service, memory)| {
        let upgrades = memory.of_kind(StandstillKind::MajorUpgrade);
        Finding::join(upgrades.map(|one| in_place(case, service, memory, one)))
    }))
}

fn in_place(
    case: &Case<'_>,
    service: &Service,
    memory: &ServiceHistory,
    upgrade: &Standstill,
) -> Finding {
    let Some((at, others)) = &upgrade.upgraded else { return Finding::Vacuous };
    let name = case.world.node_name(upgrade.primary);
    // Nodes that were given up before, and that nobody reaches, are not the upgrade's.
    let given_up =
        |node: NodeId| memory.given_up.iter().any(|one| one.node == node && one.at <= *at);
    if let Some(left) = others.iter().find(|node| !given_up(**node)) {
        let left = case.world.node_name(*left);
        let detail = format!("{name} was upgraded while {left} was there, which cannot follow");
        return Finding::broken_times(*at, others.len(), detail);
    }
    let moved = memory.promotions.iter().any(|one| (upgrade.began..=*at).contains(&one.ordered));
    let named = service.primary_name.at(*at).iter().collect::<Vec<_>>();
    // A change to this very primary had been ordered before, when it was promoted.
    let arrived = named == [upgrade.primary];
    if !moved && !arrived && named != upgrade.named {
        let detail = format!("the primary name was moved while {name} was upgraded");
        return Finding::broken_times(*at, 1, detail);
    }
    Finding::Holds
}

/// Judges that no logical slot is left after a major upgrade.
pub(super) fn upgrade_drops_slots(case: &Case<'_>) -> Finding {
    if case.knobs.major_upgrade_slots == UpgradedSlots::Kept {
        return Finding::Vacuous;
    }
    Finding::join(case.services().map(|(_, memory)| {
        let records = memory.slots.iter().filter(|record| record.upgraded);
        Finding::join(records.map(|record| gone(case, record, "survived a major upgrade")))
    }))
}

/// Judges that no logical slot is left after power off and on.
pub(super) fn power_cycle_drops_slots(case: &Case<'_>) -> Finding {
    Finding::join(case.services().map(|(_, memory)| {
        let on = |record: &&SlotRecord| {
            memory.promotions.iter().any(|one| {
                (one.node, one.finished, one.rule) == (record.node, record.at, Rule::PowerOn)
            })
        };
        let records = memory.slots.iter().filter(on);
        Finding::join(records.map(|record| gone(case, record, "survived power off and on")))
    }))
}

fn gone(case: &Case<'_>, record: &SlotRecord, how: &str) -> Finding {
    if record.confirmed.is_none() {
        return Finding::Holds;
    }
    let name = &case.world.names.slots[record.slot.index()];
    Finding::broken_times(record.at, 1, format!("slot {name} {how}"))
}

/// Judges that power off in good order loses no acknowledged commit.
pub(super) fn power_off_keeps_acked(case: &Case<'_>) -> Finding {
    if case.knobs.power_off == PowerOff::AtOnce {
        return Finding::Vacuous;
    }
    Finding::join(case.services().map(|(service, memory)| {
        let ledger = Ledger::of(case.world, service.id);
        Finding::join(memory.of_kind(StandstillKind::PowerOff).map(|one| {
            let restored = memory.promotions.iter().find(|promotion| {
                promotion.rule == Rule::PowerOn
                    && one.over.is_some_and(|over| promotion.ordered >= over)
            });
            let (Some(removed), Some(restored)) = (one.removed, restored) else {
                return Finding::Vacuous;
            };
            let silent = memory.silences.iter().any(|silence| {
                silence.node == one.primary
                    && silence.last_report <= one.began
                    && silence.until > one.began
                    && one.began.since(silence.last_report) > case.notice()
            });
            let forced = removed >= one.began + case.knobs.stop_patience;
            let Some(branch) = restored.branch else { return Finding::Vacuous };
            if silent || forced || struck(case, one.began, removed) {
                return Finding::Vacuous;
            }
            let Some((parent, _)) = case.world.branch(branch).parent else {
                return Finding::Vacuous;
            };
            let lost = ledger.abandoned.iter().find(|part| part.branch == parent && part.acked > 0);
            let Some(lost) = lost else { return Finding::Holds };
            let name = &case.world.names.services[service.id.index()];
            let detail = format!("power off cost {name} {} acknowledged commits", lost.acked);
            let amounts = vec![Amount::Commits(lost.acked)];
            Finding::Broken(Breach { at: removed, amounts, detail })
        }))
    }))
}

/// Whether a fault struck between an order and its end, or shortly before it.
fn struck(case: &Case<'_>, began: Instant, ended: Instant) -> bool {
    let from = began.minus(case.notice() + Span::from_secs(1));
    case.history.strikes.iter().any(|strike| strike.at >= from && strike.at <= ended)
}
