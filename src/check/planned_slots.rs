//! Logical slots in controlled switchovers.
//!
//! Knows nothing of how slots are copied. Kept here: a slot is judged that was there when the
//! switchover began to wait for consumers.

use super::case::{Case, Finding};
use super::history::{PromotionRecord, ServiceHistory};
use super::operations::OperationRecord;
use super::switchover::{faults, planned, promotion};
use crate::control::PhaseName;
use crate::kernel::{Instant, Span};
use crate::model::ServiceId;

/// Judges that a switchover without a fault keeps every logical slot, unless it waited for
/// consumers as long as it may.
pub(super) fn switchover_keeps_slots(case: &Case<'_>) -> Finding {
    Finding::join(planned(case).map(|(service, memory, operation)| {
        let Some(promotion) = promotion(memory, operation) else { return Finding::Vacuous };
        if promotion.finished == Instant::FAR || faults(case, operation) > 0 {
            return Finding::Vacuous;
        }
        keeps(case, service.id, memory, (operation, promotion))
    }))
}

fn keeps(
    case: &Case<'_>,
    service: ServiceId,
    memory: &ServiceHistory,
    (operation, promotion): (&OperationRecord, &PromotionRecord),
) -> Finding {
    let waited = waited(memory, operation, promotion.ordered);
    if waited.is_some_and(|(_, lasted)| lasted >= case.knobs.slot_drain_limit) {
        return Finding::Vacuous;
    }
    let since = waited.map_or(operation.began, |(since, _)| since);
    let of = memory.slots.iter().filter(|record| record.node == promotion.node);
    Finding::join(of.map(|record| {
        let slot = case.world.slot(record.slot);
        let young = slot.created.is_some_and(|created| created >= since);
        if slot.service != service || young || record.at != promotion.finished {
            return Finding::Vacuous;
        }
        if record.confirmed.is_some() {
            return Finding::Holds;
        }
        let detail = format!(
            "slot {} is not on {}, to which the service was switched over",
            case.world.names.slots[record.slot.index()],
            case.world.node_name(record.node)
        );
        Finding::broken_times(record.at, 1, detail)
    }))
}

/// Returns since when consumers were waited for, and for how long.
fn waited(
    memory: &ServiceHistory,
    operation: &OperationRecord,
    by: Instant,
) -> Option<(Instant, Span)> {
    let within = memory.phases.iter().filter(|(at, _)| operation.began <= *at && *at <= by);
    let phases: Vec<(Instant, PhaseName)> = within.copied().collect();
    let begins = phases.iter().position(|(_, phase)| *phase == PhaseName::DrainingSlots)?;
    let since = phases[begins].0;
    let ends = phases.get(begins + 1).map_or(by, |(at, _)| *at);
    Some((since, ends.since(since)))
}
