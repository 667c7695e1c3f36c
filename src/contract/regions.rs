//! Checks of what is said of switchovers and switchbacks between regions, on the outcome of one
//! run.
//!
//! Knows nothing of the table. Kept here: an order counts if it was carried out, nothing else
//! befell its pair, and the run goes on long enough after it.

use super::probe::{Finding, joined, upheld_if};
use crate::control::PairRole::{self, Active, Passive};
use crate::kernel::{Instant, Span};
use crate::sim::{OrderOutcome, Outcome, PairOutcome};

/// By when a planned change is completed, if nothing befalls it.
const COMPLETED: Span = Span::from_secs(600);

/// What the primary and the recovery service are when an order has been carried out.
type Roles = [PairRole; 2];

/// Returns the role of a service at an instant.
fn role(pair: &PairOutcome, service: &str, at: Instant) -> Option<PairRole> {
    let of = pair.roles.iter().filter(|one| one.service == service && one.at <= at);
    of.map(|one| one.role).next_back()
}

/// Returns the first order of these names for a service of the pair that can be judged.
fn judged<'a>(
    outcome: &'a Outcome,
    pair: &PairOutcome,
    wanted: impl Fn(&OrderOutcome) -> bool,
) -> Option<(&'a OrderOutcome, Instant)> {
    let ours = |one: &&OrderOutcome| one.service == pair.primary || one.service == pair.recovery;
    let taken = |one: &&OrderOutcome| ours(one) && one.refusal.is_none();
    let order = outcome.orders.iter().filter(taken).find(|one| wanted(one))?;
    let next = outcome.orders.iter().filter(taken).find(|one| one.at > order.at);
    let end = next.map_or(outcome.until, |next| next.at).min(order.at + COMPLETED);
    let quiet = outcome.faults.iter().all(|fault| fault.at > end);
    (quiet && end > order.at + Span::from_secs(60)).then_some((order, end))
}

/// Judges what the services of each pair are when an order has been carried out.
fn swaps(
    outcome: &Outcome,
    wanted: impl Fn(&PairOutcome, &OrderOutcome) -> bool,
    roles: Roles,
) -> Finding {
    joined(outcome.pairs.iter().map(|pair| {
        let (order, end) = judged(outcome, pair, |order| wanted(pair, order))?;
        let just_before = end.minus(Span::from_micros(1));
        let found = [&pair.primary, &pair.recovery].map(|one| role(pair, one, just_before));
        upheld_if(found == roles.map(Some), || {
            format!("after {} at {} the roles are {found:?}", order.order, order.at)
        })
    }))
}

/// After a switchover the primary service is passive and the recovery service active.
pub(super) fn switchover_swaps_roles(outcome: &Outcome) -> Finding {
    swaps(outcome, |_, order| order.order == "Switchover", [Passive, Active])
}

/// After a switchback the primary service is active and the recovery service passive.
pub(super) fn switchback_swaps_roles(outcome: &Outcome) -> Finding {
    swaps(outcome, |_, order| order.order == "Switchback", [Active, Passive])
}

/// To promote the recovery service to master is a switchover.
pub(super) fn recovery_promoted_to_master(outcome: &Outcome) -> Finding {
    let wanted = |pair: &PairOutcome, order: &OrderOutcome| {
        order.order == "PromoteToMaster" && order.service == pair.recovery
    };
    swaps(outcome, wanted, [Passive, Active])
}

/// To promote the primary service to master is a switchback.
pub(super) fn primary_promoted_to_master(outcome: &Outcome) -> Finding {
    let wanted = |pair: &PairOutcome, order: &OrderOutcome| {
        order.order == "PromoteToMaster" && order.service == pair.primary
    };
    swaps(outcome, wanted, [Active, Passive])
}

/// Recreating the integration with the roles reversed makes the recovery service active.
pub(super) fn terraform_swaps_roles(outcome: &Outcome) -> Finding {
    swaps(outcome, |_, order| order.order == "ReverseIntegration", [Passive, Active])
}
