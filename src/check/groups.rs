//! Groups of two instances: who is a member, and what a promotion leaves as it was.
//!
//! Source: Alibaba Cloud, "Promote the secondary instance to the primary instance". Knows nothing
//! of how the platform checks. Kept here: what is left alone is judged by the truth, membership by
//! what is shown.

use super::case::{Case, Finding};
use super::group_history::GroupHistory;
use super::history::OrderGiven;
use super::pairs::spans;
use crate::control::{GroupPart, GroupState, Operator};
use crate::kernel::{Instant, Span};
use crate::model::{Endpoint, NodeId, ServiceId};

/// Returns the orders of a kind for the instances of a group that were carried out.
fn taken<'a>(
    case: &Case<'a>,
    group: &'a GroupHistory,
    operator: Operator,
) -> impl Iterator<Item = &'a OrderGiven> {
    let orders = case.history.orders.iter().filter(|order| group.has(order.service));
    orders.filter(move |order| order.operator == operator && order.refusal.is_none())
}

/// Judges that a promotion leaves the old primary instance as it was, outside the group.
pub(super) fn promotion_leaves_old_primary(case: &Case<'_>) -> Finding {
    Finding::join(case.history.groups.iter().flat_map(|group| {
        taken(case, group, Operator::PromoteSecondary).map(|order| left(case, group, order))
    }))
}

/// Judges one promotion.
fn left(case: &Case<'_>, group: &GroupHistory, order: &OrderGiven) -> Finding {
    let index = usize::from(order.service == group.primary);
    let old = [group.primary, group.secondary][index];
    let name = &case.world.names.services[old.index()];
    let records = &case.history.of(order.service).promotions;
    let finished = records.iter().filter(|one| one.ordered >= order.at).map(|one| one.finished);
    let Some(finished) = finished.min().filter(|at| *at <= case.until) else {
        return Finding::Vacuous;
    };
    let Some(fence) = case.knobs.fence_delay.greatest() else { return Finding::Vacuous };
    let judged = finished + case.notice() + fence;
    if judged > case.until {
        return Finding::Pending(judged);
    }
    let at = |entries: &[(Instant, [bool; 2])], instant: Instant| {
        let last = entries.iter().rev().find(|(from, _)| *from <= instant);
        last.is_some_and(|(_, both)| both[index])
    };
    let again = taken(case, group, Operator::AddSecondary);
    if again.into_iter().any(|one| one.at >= order.at && one.at <= judged) {
        return Finding::Vacuous;
    }
    let wrote = at(&group.writable, order.at.minus(Span::from_micros(1)));
    let befell = case.history.strikes.iter().any(|one| one.at <= judged);
    let replaced = case.history.of(old).given_up.iter().any(|one| one.at <= judged);
    if wrote && !befell && !replaced && !at(&group.writable, judged) {
        let detail = format!("{name} did not write any more when another had been promoted");
        return Finding::broken_times(judged, 1, detail);
    }
    let flows = spans(&group.flowing, case.until, |flowing| *flowing);
    if flows.iter().any(|(start, end)| *start <= judged && *end > judged) {
        let detail = format!("an instance followed {name} or the other after the promotion");
        return Finding::broken_times(judged, 1, detail);
    }
    let leads = |service: ServiceId, node: NodeId| case.world.node(node).service != service;
    for service in [group.primary, group.secondary] {
        let record = case.world.service(service).record(Endpoint::Primary);
        let strays =
            record.changes.iter().find(|one| one.targets.iter().any(|n| leads(service, n)));
        if let Some(change) = strays {
            let name = &case.world.names.services[service.index()];
            let detail = format!("the endpoint of {name} was moved to another instance");
            return Finding::broken_times(change.ordered, 1, detail);
        }
    }
    Finding::Holds
}

/// Judges that a group has at most one primary and one secondary instance.
pub(super) fn one_primary_one_secondary(case: &Case<'_>) -> Finding {
    Finding::join(case.history.groups.iter().map(|group| {
        let both = group.both();
        let twice = both.iter().find(|(_, parts)| {
            let [one, other] = *parts;
            one == other && one != GroupPart::Outside
        });
        match twice {
            Some((at, parts)) => {
                let name = &case.world.names.services[group.primary.index()];
                let word = parts[0].word();
                let detail = format!("the group of {name} had two members as {word}");
                Finding::broken_times(*at, 1, detail)
            }
            None if both.len() > 1 => Finding::Holds,
            None => Finding::Vacuous,
        }
    }))
}

/// Returns what an order to a group that was carried out lacked, in words.
pub(super) fn lack(group: &GroupHistory, order: &OrderGiven) -> Option<String> {
    let before = group.before(order.at);
    let state = before.clone().map(|one| one.state).next();
    let part = before.clone().find(|one| one.service == order.service).map(|one| one.part);
    let secondary = [Operator::PromoteSecondary, Operator::RemoveIntegration];
    let wanted = if secondary.contains(&order.operator) {
        GroupPart::Secondary
    } else if order.operator == Operator::AddSecondary {
        GroupPart::Outside
    } else {
        return None;
    };
    if part != Some(wanted) {
        return Some(format!("the instance was not what it has to be, {}", wanted.word()));
    }
    let running = state == Some(GroupState::Running);
    (!running).then(|| "the group was not in the state Running".to_owned())
}
