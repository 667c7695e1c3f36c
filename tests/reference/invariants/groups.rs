//! Read replicas and groups of two instances: who is promoted, and what is left as it was.
//!
//! Source: Alibaba Cloud, "Promote the secondary instance to the primary instance". Knows nothing
//! of how the platform checks. Kept here: membership is what is shown, the rest is the truth.

use cutover::control::{GroupPart, GroupState};
use cutover::model::{Endpoint, IntegrationKind, ServiceId};
use cutover::sim::Operator;

use super::pairs::stretches;
use super::{Finding, Promotion, greatest};
use crate::bonds::Bond;
use crate::deeds::Given;
use crate::movement;
use crate::numbers::Reference;

fn groups<'a>(of: &Reference<'a>) -> impl Iterator<Item = &'a Bond> + use<'a> {
    let bonds = of.deeds.bonds.iter();
    bonds.filter(|bond| bond.of.kind == IntegrationKind::GlobalActiveDatabase)
}

/// Nobody of a read replica service is promoted before its integration is removed.
pub(super) fn read_replica_stays(of: &Reference<'_>) -> Finding {
    let bound = of.world.integrations.iter().filter(|one| !one.is_pair());
    Finding::worst(bound.map(|one| {
        let removed = of.deeds.orders.iter().filter(|order| {
            let ends =
                matches!(order.operator, Operator::RemoveIntegration | Operator::PromoteSecondary);
            ends && order.taken && order.service == one.destination
        });
        let removed = removed.map(|order| order.at).min().unwrap_or(u64::MAX);
        let all = of.promoted(one.destination);
        let unasked = all.iter().map(|one| one.seen.ordered).filter(|at| *at < removed);
        let unasked: Vec<u64> = unasked.collect();
        let tempted =
            [one.source, one.destination].iter().any(|id| !of.seen(*id).marked_down.is_empty());
        match unasked.first() {
            Some(first) => Finding::broken_times(*first, unasked.len()),
            None if tempted => Finding::Holds,
            None => Finding::Vacuous,
        }
    }))
}

/// A group has at most one primary and at most one secondary instance.
pub(super) fn one_primary_one_secondary(of: &Reference<'_>) -> Finding {
    Finding::worst(groups(of).map(|bond| {
        let twice =
            bond.parts.iter().find(|(_, [one, other])| one == other && *one != GroupPart::Outside);
        match twice {
            Some((at, _)) => Finding::broken_times(*at, 1),
            None if bond.parts.len() > 1 => Finding::Holds,
            None => Finding::Vacuous,
        }
    }))
}

/// Returns the orders of a kind for a group that were carried out.
fn taken<'a>(
    of: &Reference<'a>,
    bond: &'a Bond,
    operator: Operator,
) -> impl Iterator<Item = &'a Given> + use<'a> {
    let own = of.deeds.orders.iter().filter(|order| bond.of.has(order.service));
    own.filter(move |order| order.taken && order.operator == operator)
}

/// A promotion leaves the old primary instance as it is, ends the synchronisation, and moves no
/// endpoint.
pub(super) fn promotion_leaves_old_primary(of: &Reference<'_>) -> Finding {
    let judged = groups(of).flat_map(|bond| {
        taken(of, bond, Operator::PromoteSecondary).map(|order| left(of, bond, order))
    });
    Finding::worst(judged)
}

fn left(of: &Reference<'_>, bond: &Bond, order: &Given) -> Finding {
    let both = [bond.of.source, bond.of.destination];
    let index = usize::from(order.service == bond.of.source);
    let old = both[index];
    let all = of.promoted(order.service);
    let finished = all.iter().filter(|one| one.seen.ordered >= order.at);
    let finished = finished.map(Promotion::finished).min().filter(|at| *at <= of.now);
    let (Some(finished), Some(fence)) = (finished, greatest(of.knobs().fence_delay)) else {
        return Finding::Vacuous;
    };
    let judged = finished + of.notice() + fence;
    if judged > of.now {
        return Finding::Pending;
    }
    let again = taken(of, bond, Operator::AddSecondary);
    if again.map(|one| one.at).any(|at| order.at <= at && at <= judged) {
        return Finding::Vacuous;
    }
    let wrote = |at: u64| bond.writes.at(at).is_some_and(|both| both[index]);
    let befell = of.deeds.strikes.iter().any(|strike| strike.at <= judged);
    let replaced = of.seen(old).marked_down.iter().any(|(at, ..)| *at <= judged);
    if wrote(order.at.saturating_sub(1)) && !befell && !replaced && !wrote(judged) {
        return Finding::broken_times(judged, 1);
    }
    let flows = stretches(&bond.flows.0, of.now, |flows| *flows);
    if flows.iter().any(|(start, end)| *start <= judged && judged < *end) {
        return Finding::broken_times(judged, 1);
    }
    let strays = |id: &ServiceId| {
        let changes = &of.world.service(*id).record(Endpoint::Primary).changes;
        let stray = changes
            .iter()
            .find(|change| change.targets.iter().any(|node| of.world.node(node).service != *id));
        stray.map(|change| movement::micros(change.ordered))
    };
    match both.iter().find_map(strays) {
        Some(at) => Finding::broken_times(at, 1),
        None => Finding::Holds,
    }
}

/// Returns whether an order to a group that was carried out lacked something.
pub(super) fn lacks(bond: &Bond, order: &Given) -> bool {
    let ends = [Operator::PromoteSecondary, Operator::RemoveIntegration];
    let wanted = if ends.contains(&order.operator) {
        GroupPart::Secondary
    } else if order.operator == Operator::AddSecondary {
        GroupPart::Outside
    } else {
        return false;
    };
    let at_start = [
        (0, bond.of.source, GroupPart::Primary, GroupState::Running),
        (0, bond.of.destination, GroupPart::Secondary, GroupState::Running),
    ];
    let shown = bond.shown.iter().filter(|(at, ..)| *at < order.at);
    let before: Vec<_> = at_start.iter().chain(shown).collect();
    let part = before.iter().rev().find(|(_, id, ..)| *id == order.service);
    let state = before.last().map(|(.., state)| *state);
    part.map(|(_, _, part, _)| *part) != Some(wanted) || state != Some(GroupState::Running)
}
