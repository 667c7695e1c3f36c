//! Services that follow others: who of them is promoted, and at whose order.
//!
//! Knows nothing of what happens within a service that follows nobody. Kept here: a promotion is
//! judged by what made the platform order it.

use super::case::{Case, Finding};
use super::history::PromotionRecord;
use crate::control::Operator;
use crate::kernel::Instant;
use crate::model::IntegrationKind;

/// Judges that nobody of a read replica service is promoted unless an operator removed its
/// integration.
pub(super) fn read_replica_stays(case: &Case<'_>) -> Finding {
    let replicas = case.world.integrations.iter();
    let replicas = replicas.filter(|one| one.kind == IntegrationKind::ReadReplica);
    Finding::join(replicas.map(|one| {
        let removal = |at: Instant| {
            case.history.orders.iter().any(|order| {
                order.operator == Operator::RemoveIntegration
                    && (order.service, order.refusal) == (one.destination, None)
                    && order.at <= at
            })
        };
        let promotions = &case.history.of(one.destination).promotions;
        let unasked = |record: &&PromotionRecord| !removal(record.ordered);
        let unasked: Vec<_> = promotions.iter().filter(unasked).collect();
        let tempted = [one.source, one.destination]
            .iter()
            .any(|service| !case.history.of(*service).given_up.is_empty());
        match unasked.first() {
            Some(first) => {
                let name = case.world.node_name(first.node);
                let detail = format!("{name} of a read replica service was promoted unasked");
                Finding::broken_times(first.ordered, unasked.len(), detail)
            }
            None if tempted => Finding::Holds,
            None => Finding::Vacuous,
        }
    }))
}
