//! Pairs of services: who is active, how roles move, what orders presuppose, where names point.
//!
//! Source of the moves of roles: Aiven, "Cross-region disaster recovery". Knows nothing of how the
//! platform checks. Kept here: roles are those that are shown, who writes is the truth.

use cutover::control::PairRole::{self, Active, Failed, Passive};
use cutover::fault::FaultKind;
use cutover::model::{Endpoint, NodeId, ServiceId};
use cutover::sim::Operator;
use serde_json::json;

use super::{Finding, greatest, groups, micros};
use crate::bonds::Bond;
use crate::deeds::Given;
use crate::movement;
use crate::numbers::Reference;

/// The moves of roles that the documentation has: of the primary and of the recovery service.
const MOVES: [[[PairRole; 2]; 2]; 8] = [
    [[Active, Passive], [Passive, Passive]],
    [[Passive, Passive], [Passive, Active]],
    [[Passive, Active], [Passive, Passive]],
    [[Passive, Passive], [Active, Passive]],
    [[Active, Passive], [Failed, Active]],
    [[Failed, Active], [Passive, Active]],
    [[Active, Passive], [Passive, Active]],
    [[Passive, Active], [Active, Passive]],
];

fn pairs<'a>(of: &Reference<'a>) -> impl Iterator<Item = &'a Bond> + use<'a> {
    of.deeds.bonds.iter().filter(|bond| bond.of.is_pair())
}

/// Returns the stretches of entries that are as wanted, to the end of the run.
pub(super) fn stretches<T>(
    entries: &[(u64, T)],
    now: u64,
    wanted: impl Fn(&T) -> bool,
) -> Vec<(u64, u64)> {
    let ends = entries.iter().skip(1).map(|(end, _)| *end).chain([now]);
    let spans = entries.iter().zip(ends).filter(|((_, value), _)| wanted(value));
    spans.map(|((start, _), end)| (*start, end)).collect()
}

/// Of a pair at most one service is active, and both are passive only while one takes over.
pub(super) fn one_active_service(of: &Reference<'_>) -> Finding {
    let knobs = of.knobs();
    let Some(overhead) = greatest(knobs.promotion_overhead) else { return Finding::Vacuous };
    let patience = micros(knobs.demotion_patience) + micros(knobs.promotion_patience);
    let bound = patience + overhead + 3 * of.notice();
    Finding::worst(pairs(of).map(|bond| {
        let active = |wanted: usize| {
            stretches(&bond.roles, of.now, |roles| {
                roles.iter().filter(|role| **role == Active).count() == wanted
            })
        };
        let (both, labels) = (stretches(&bond.writing.0, of.now, |count| *count > 1), active(2));
        let total = |all: &[(u64, u64)]| all.iter().map(|(start, end)| end - start).sum::<u64>();
        if let Some((start, _)) = both.iter().chain(&labels).min() {
            return Finding::broken_for(*start, total(&both).max(total(&labels)));
        }
        let long = active(0).into_iter().find(|(start, end)| end - start > bound);
        match long {
            Some((start, end)) => Finding::broken_for(start + bound, end - start),
            None if bond.roles.len() > 1 => Finding::Holds,
            None => Finding::Vacuous,
        }
    }))
}

/// The roles of a pair change only as documented.
pub(super) fn roles_move_legally(of: &Reference<'_>) -> Finding {
    Finding::worst(pairs(of).map(|bond| {
        let illegal = bond.roles.windows(2).find(|two| !MOVES.contains(&[two[0].1, two[1].1]));
        match illegal {
            Some(two) => Finding::Broken(two[1].0, json!({})),
            None if bond.roles.len() > 1 => Finding::Holds,
            None => Finding::Vacuous,
        }
    }))
}

/// No order is carried out without what it presupposes.
pub(super) fn preconditions_checked(of: &Reference<'_>) -> Finding {
    Finding::worst(of.deeds.bonds.iter().map(|bond| {
        let pair = bond.of.is_pair();
        if !pair && bond.of.kind != cutover::model::IntegrationKind::GlobalActiveDatabase {
            return Finding::Vacuous;
        }
        let own = of.deeds.orders.iter().filter(|order| bond.of.has(order.service));
        let own: Vec<&Given> = own.collect();
        let lacks =
            |order: &Given| if pair { lacks(of, bond, order) } else { groups::lacks(bond, order) };
        let wrong = own.iter().filter(|order| order.taken && lacks(order));
        let wrong: Vec<u64> = wrong.map(|order| order.at).collect();
        match wrong.first() {
            Some(first) => Finding::broken_times(*first, wrong.len()),
            None if own.is_empty() => Finding::Vacuous,
            None => Finding::Holds,
        }
    }))
}

/// Returns whether an order that was carried out lacked something.
fn lacks(of: &Reference<'_>, bond: &Bond, order: &Given) -> bool {
    let past = bond.roles.iter().rev().filter(|(at, _)| *at < order.at);
    let past: Vec<[PairRole; 2]> = past.map(|(_, roles)| *roles).collect();
    let roles = past.first().copied().unwrap_or([Active, Passive]);
    let restored = past.get(1).is_some_and(|before| before[0] == Failed);
    let [ours, theirs] = [bond.of.source, bond.of.destination];
    let home = [Passive, Active];
    match order.operator {
        Operator::Switchover => {
            roles != [Active, Passive] || silent(of, ours, order) || bare(of, bond, (1, order))
        }
        Operator::Failover => roles != [Active, Passive] || bare(of, bond, (1, order)),
        Operator::Switchback => {
            let unasked = restored && !of.knobs().switchback_after_failover;
            roles != home || unasked || silent(of, theirs, order) || bare(of, bond, (0, order))
        }
        Operator::RecreatePrimary => roles != [Failed, Active],
        Operator::TakeOver => roles != home || !restored || bare(of, bond, (0, order)),
        Operator::SetUpRecovery => {
            silent(of, if roles[1] == Active { theirs } else { ours }, order)
        }
        Operator::DeleteRecovery => roles[1] != Passive,
        Operator::StartServer
        | Operator::Promote
        | Operator::RemoveIntegration
        | Operator::Maintain
        | Operator::Migrate(_)
        | Operator::ChangeTier(_)
        | Operator::ChangePlan(_)
        | Operator::PromoteToMaster
        | Operator::ReverseIntegration
        | Operator::SwitchByTerraform
        | Operator::PromoteSecondary
        | Operator::AddSecondary
        | Operator::MajorUpgrade
        | Operator::PowerOffService
        | Operator::PowerOnService
        | Operator::RemoveWindows => false,
    }
}

/// Returns whether a service's primary was known to be silent when an order was given.
fn silent(of: &Reference<'_>, id: ServiceId, order: &Given) -> bool {
    let gone = |node: NodeId| {
        let down = of.seen(id).marked_down.iter();
        let down = down.filter(|(.., one)| *one == node).any(|(at, ..)| *at < order.at);
        let all = of.promoted(id);
        let mut replaced = all.iter().filter(|one| one.seen.from == node);
        down || replaced.any(|one| one.finished() < order.at)
    };
    of.silences(id).any(|one| {
        let known = one.last + of.notice() < order.at && one.until > order.at;
        one.primary && known && !gone(one.node)
    })
}

/// Returns whether one of a pair had no standby, lately, when an order was given.
fn bare(of: &Reference<'_>, bond: &Bond, (index, order): (usize, &Given)) -> bool {
    let some = stretches(&bond.standbys.0, of.now, |counts| counts[index] > 0);
    let before = order.at.saturating_sub(2 * of.notice());
    !some.iter().any(|(start, end)| *start <= order.at && *end >= before)
}

/// Returns when a service took over, which of the two, and what roles it left.
fn taken_over(bond: &Bond) -> Vec<(u64, usize, [[PairRole; 2]; 2])> {
    let moves = bond.roles.windows(2).filter_map(|two| {
        let ((_, from), (at, to)) = (two[0], two[1]);
        let index = (0..2).find(|index| to[*index] == Active && from[*index] != Active)?;
        Some((at, index, [from, to]))
    });
    moves.collect()
}

/// After a planned change of the active service the other one follows it soon.
pub(super) fn pair_protected_again(of: &Reference<'_>) -> Finding {
    let knobs = of.knobs();
    let bounds =
        (greatest(knobs.demotion_overhead), knobs.cross_service_lag.greatest().map(micros));
    let (Some(overhead), Some(lag)) = bounds else { return Finding::Vacuous };
    let bound = overhead + micros(knobs.standby_retry) + lag + 2 * of.notice();
    let all = of.deeds.bonds.iter().zip(&of.looks.protected);
    let pairs = all.filter(|(bond, _)| bond.of.is_pair()).flat_map(|(bond, protected)| {
        let flows = stretches(&protected.0, of.now, |is| *is);
        let planned = taken_over(bond)
            .into_iter()
            .filter(|(_, _, [from, to])| to.contains(&Passive) && from[0] != Failed);
        let planned: Vec<u64> = planned.map(|(at, ..)| at).collect();
        let judged = planned.clone().into_iter().map(move |at| {
            let due = at + bound;
            if flows.iter().any(|(start, end)| *start <= due && *end > at) {
                return Finding::Holds;
            }
            let disturbed = of.deeds.strikes.iter().any(|strike| strike.at <= due);
            if disturbed || planned.iter().any(|next| *next > at && *next <= due) {
                return Finding::Vacuous;
            }
            if due > of.now {
                return Finding::Pending;
            }
            Finding::broken_for(due, of.now - due)
        });
        judged.collect::<Vec<_>>()
    });
    Finding::worst(pairs.collect::<Vec<_>>())
}

/// The name of the standbys of a pair's service is never pointed to a writer.
pub(super) fn standby_name_reads_only(of: &Reference<'_>) -> Finding {
    let services = pairs(of).flat_map(|bond| [bond.of.source, bond.of.destination]);
    Finding::worst(services.map(|id| {
        let writable = &of.seen(id).writable;
        let wrote =
            |node: NodeId, at: u64| writable.at(at).is_some_and(|nodes| nodes.contains(&node));
        let changes = &of.world.service(id).record(Endpoint::Replica).changes;
        let wrong = changes.iter().skip(1).filter(|change| {
            let ordered = movement::micros(change.ordered);
            change.targets.iter().any(|node| wrote(node, ordered))
        });
        let wrong: Vec<u64> = wrong.map(|change| movement::micros(change.served)).collect();
        match wrong.first() {
            Some(first) => Finding::broken_times(*first, wrong.len()),
            None if changes.len() > 1 => Finding::Holds,
            None => Finding::Vacuous,
        }
    }))
}

/// The shared name of a pair follows the writer, and no other name does.
pub(super) fn service_name_constant(of: &Reference<'_>) -> Finding {
    let knobs = of.knobs();
    let Some(publish) = greatest(knobs.dns_publish_delay) else { return Finding::Vacuous };
    if !knobs.shared_service_name {
        return Finding::Vacuous;
    }
    let stalled = of.deeds.strikes.iter().any(|one| one.kind == FaultKind::PublishStall);
    let judged = pairs(of).flat_map(|bond| {
        let record = of.world.service(bond.of.source).record(Endpoint::Primary);
        let mut found = Vec::new();
        for (at, index, _) in taken_over(bond) {
            let due = at + publish + of.notice();
            let taker = [bond.of.source, bond.of.destination][index];
            let points = |targets: cutover::model::Targets| {
                targets.iter().any(|node| of.world.node(node).service == taker)
            };
            let moved = record.changes.iter().any(|change| {
                let ordered = movement::micros(change.ordered) >= at.saturating_sub(of.notice());
                ordered && movement::micros(change.served) <= due && points(change.targets)
            });
            let then = bond.roles.iter().rev().find(|(from, _)| *from <= due);
            let again = then.is_none_or(|(_, roles)| roles[index] != Active);
            found.push(if moved || points(record.at(cutover::kernel::Instant::from_micros(at))) {
                Finding::Holds
            } else if stalled || again {
                Finding::Vacuous
            } else if due > of.now {
                Finding::Pending
            } else {
                Finding::broken_times(due, 1)
            });
        }
        let own = of.world.service(bond.of.destination).record(Endpoint::Primary);
        let second = own.changes.get(1).map(|change| movement::micros(change.served));
        found.extend(second.map(|at| Finding::broken_times(at, 1)));
        found
    });
    Finding::worst(judged.collect::<Vec<_>>())
}
