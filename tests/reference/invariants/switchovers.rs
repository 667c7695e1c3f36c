//! Controlled switchovers and changes of the plan: their order, their census, their windows.
//!
//! Knows nothing of how steps are decided. Kept here: a switchover in which a fault struck is
//! judged by fewer rules, since the platform may then have to leave the documented order.

use cutover::control::{PhaseName, Rule};
use cutover::fault::FaultKind;
use cutover::kernel::Instant;
use cutover::knob::StandbyReplacement;
use cutover::model::{Endpoint, NodeId, ServiceId};
use cutover::sim::{Operator, Work};

use super::{Finding, Promotion, greatest, micros};
use crate::movement;
use crate::numbers::Reference;
use crate::operations::Operation;

/// A day, in microseconds.
const DAY: u64 = 24 * 3_600 * 1_000_000;

/// Judges every operation, service by service.
fn of_operations(of: &Reference<'_>, judge: impl Fn(&Operation) -> Option<Finding>) -> Finding {
    let all = of.deeds.services.iter().flat_map(|service| &service.operations);
    Finding::worst(all.map(|one| judge(one).unwrap_or(Finding::Vacuous)))
}

/// Returns how many faults had struck by the end of an operation.
pub(super) fn faults(of: &Reference<'_>, operation: &Operation) -> usize {
    let strikes = of.deeds.strikes.iter();
    strikes.filter(|strike| !strike.healed && strike.at <= operation.over()).count()
}

/// Returns the promotions that were ordered while an operation was under way, in order.
fn promotions_meanwhile<'a>(of: &Reference<'a>, operation: &Operation) -> Vec<Promotion<'a>> {
    let mut all = of.promoted(operation.service);
    let within = operation.began..=operation.over();
    all.retain(|one| within.contains(&one.seen.ordered));
    all
}

/// Returns those of an operation itself.
fn promotions<'a>(of: &Reference<'a>, operation: &Operation) -> Vec<Promotion<'a>> {
    let mut all = promotions_meanwhile(of, operation);
    all.retain(Promotion::is_planned);
    all
}

/// Returns the promotion that an operation led to: each before it was given up as too slow.
fn promotion<'a>(of: &Reference<'a>, operation: &Operation) -> Option<Promotion<'a>> {
    promotions(of, operation).pop()
}

/// After a switchover the replica name does not point to the promoted node.
pub(super) fn promoted_leaves_replica_name(of: &Reference<'_>) -> Finding {
    of_operations(of, |operation| {
        let one = promotion(of, operation)?;
        let service = of.world.service(operation.service);
        let plan = operation.plan.unwrap_or(service.plan);
        let named = one.seen.published.filter(|_| plan.standbys() > 0)?;
        let due = named + greatest(of.knobs().dns_publish_delay)?;
        let stalled = of
            .deeds
            .strikes
            .iter()
            .any(|strike| strike.kind == FaultKind::PublishStall && strike.at <= due);
        let all = of.promoted(operation.service);
        let next = all.iter().any(|other| other.seen.ordered > one.seen.ordered);
        if stalled || next || due > of.now {
            return None;
        }
        let record = service.record(Endpoint::Replica);
        let later = record.changes.iter().map(|change| movement::micros(change.served));
        let writable = &of.seen(operation.service).writable;
        let wrong = [due].into_iter().chain(later.filter(|at| *at > due)).find(|at| {
            let named = record.at(Instant::from_micros(*at));
            // The primary of a pair's service may be a standby again by then.
            let wrote = writable.at(*at).is_some_and(|nodes| nodes.contains(&one.seen.node));
            wrote && named.iter().any(|node| node == one.seen.node)
        });
        Some(wrong.map_or(Finding::Holds, |at| Finding::broken_times(at, 1)))
    })
}

/// An old primary that lives passes connections on from the promotion for its time.
pub(super) fn forwarding_lasts(of: &Reference<'_>) -> Finding {
    of_operations(of, |operation| {
        let one = promotion(of, operation)?;
        let finished = one.seen.finished.filter(|_| faults(of, operation) == 0)?;
        let latest = finished + 2 * micros(of.world.platform_delay());
        let first = |entries: &[(u64, NodeId)]| {
            entries.iter().find(|(_, node)| *node == one.seen.from).map(|(at, _)| *at)
        };
        let (begins, ends) = (first(&operation.forwards), first(&operation.deleted));
        let due = finished + micros(of.knobs().forward_for);
        Some(match begins {
            Some(at) if at <= latest => match ends.filter(|ends| *ends < due) {
                Some(ends) => Finding::broken_for(ends, due - ends),
                None => Finding::Holds,
            },
            _ if latest > of.now => Finding::Vacuous,
            late => Finding::broken_for(finished, late.unwrap_or(of.now) - finished),
        })
    })
}

/// A switchover promotes nodes that were made in it.
pub(super) fn promoted_is_new(of: &Reference<'_>) -> Finding {
    of_operations(of, |operation| {
        let all = promotions(of, operation);
        let judged = all.iter().map(|one| {
            let mut deleted = operation.deleted.iter();
            let dead = deleted.any(|(at, node)| *node == one.seen.node && *at <= one.seen.ordered);
            let new = one.seen.node >= operation.first_new && !dead;
            if new { Finding::Holds } else { Finding::broken_times(one.seen.ordered, 1) }
        });
        Some(Finding::worst(judged))
    })
}

/// A switchover without a fault keeps every logical slot, unless it waited up to its limit.
pub(super) fn switchover_keeps_slots(of: &Reference<'_>) -> Finding {
    of_operations(of, |operation| {
        let one = promotion(of, operation)?;
        let finished = one.seen.finished.filter(|_| faults(of, operation) == 0)?;
        let (since, waited) = waited(of, operation, one.seen.ordered);
        if waited >= micros(of.knobs().slot_drain_limit) {
            return None;
        }
        let own = of.takeovers.iter().filter(|taken| {
            let slot = of.world.slot(taken.slot);
            let young = slot.created.is_some_and(|at| movement::micros(at) >= since);
            let here = taken.node == one.seen.node && taken.at == finished;
            here && slot.service == operation.service && !young
        });
        Some(Finding::worst(own.map(|taken| match taken.copy {
            Some(_) => Finding::Holds,
            None => Finding::broken_times(taken.at, 1),
        })))
    })
}

/// Returns since when an operation waited for consumers, and for how long.
fn waited(of: &Reference<'_>, operation: &Operation, by: u64) -> (u64, u64) {
    let phases = &of.done(operation.service).phases.0;
    let within = phases.iter().filter(|(at, _)| operation.began <= *at && *at <= by);
    let mut within = within.skip_while(|(_, phase)| *phase != Some(PhaseName::DrainingSlots));
    let Some((since, _)) = within.next() else { return (operation.began, 0) };
    let ends = within.next().map_or(by, |(at, _)| *at);
    (*since, ends - since)
}

/// Maintenance begins to change the primary inside a window, if its service has any.
pub(super) fn switchover_in_window(of: &Reference<'_>) -> Finding {
    of_operations(of, |operation| {
        let over = operation.over();
        let within = |at: u64| operation.began <= at && at <= over;
        let begins = if operation.follows { PhaseName::Stopping } else { PhaseName::QuorumCommit };
        let phases = &of.done(operation.service).phases.0;
        let begun = phases.iter().find(|(at, phase)| within(*at) && *phase == Some(begins));
        let begun = begun.map(|(at, _)| *at);
        let at = begun.or_else(|| left(of, operation).filter(|_| operation.follows))?;
        if operation.windows.is_empty() {
            return None;
        }
        let time = at % DAY;
        let mut open = operation.windows.iter().map(|(from, to)| micros(*from)..=micros(*to));
        let inside = open.any(|window| window.contains(&time));
        Some(if inside { Finding::Holds } else { Finding::broken_times(at, 1) })
    })
}

/// Returns when the own name of a service that follows another was moved off a node that had not
/// been given up.
fn left(of: &Reference<'_>, operation: &Operation) -> Option<u64> {
    let changes = &of.world.service(operation.service).record(Endpoint::Primary).changes;
    let moves = changes.windows(2).map(|two| (two[0].targets, movement::micros(two[1].ordered)));
    let willing = moves.filter(|(before, at)| {
        let within = operation.began <= *at && *at <= operation.over();
        within && before.iter().any(|node| !of.given_up(node, 0, *at))
    });
    willing.map(|(_, at)| at).next()
}

/// A change of the plan neither moves the primary name nor costs a connection to the primary.
pub(super) fn plan_change_leaves_primary(of: &Reference<'_>) -> Finding {
    of.of_services(|id| Finding::worst(of.done(id).plans.iter().map(|at| plan_change(of, id, *at))))
}

fn plan_change(of: &Reference<'_>, id: ServiceId, at: u64) -> Finding {
    let publish = greatest(of.knobs().dns_publish_delay).unwrap_or(u64::MAX);
    let until = at.saturating_add(publish).saturating_add(of.notice());
    let within = |one: u64| at <= one && one <= until;
    let dropped = of.outages.iter().filter(|one| {
        let client = of.world.client(one.client);
        let own = client.service == id && client.work.endpoint() == Endpoint::Primary;
        let created = match client.work {
            Work::Consume(of_slot) => of.world.slot(of_slot.slot).created,
            Work::Write { .. } | Work::Read { .. } => Some(Instant::ZERO),
        };
        let there = created.is_some_and(|at| movement::micros(at) <= one.start);
        own && there && within(one.start)
    });
    let ends: Vec<u64> = dropped.map(|one| one.end.min(of.now)).collect();
    // What strikes before everybody is well again may be what they suffer from.
    let over = ends.iter().copied().max().unwrap_or(0).max(until);
    let done = of.done(id);
    let planned = done.operations.iter().any(|one| one.began <= over && one.over() >= at);
    let mut still = done.standstills.iter();
    let still = still.any(|one| one.began <= over && one.silent_until() >= at);
    if planned || still || of.befell(id).is_some_and(|first| first <= over) {
        return Finding::Vacuous;
    }
    let changes = of.world.service(id).record(Endpoint::Primary).changes.iter().skip(1);
    let moved = changes.filter(|change| within(movement::micros(change.served))).count();
    match moved + ends.len() {
        0 => Finding::Holds,
        times => Finding::broken_times(at, times),
    }
}

impl Reference<'_> {
    /// Returns when something first befell a service or one that it is bound to: a fault, an order
    /// that was taken and is no plan, an act by hand, or WAL without room.
    fn befell(&self, id: ServiceId) -> Option<u64> {
        let bonds = || self.world.integrations.iter().filter(|bond| bond.has(id));
        let bound: Vec<ServiceId> =
            bonds().flat_map(|bond| [bond.source, bond.destination]).chain([id]).collect();
        let faults = self.deeds.strikes.iter().map(|strike| strike.at);
        let orders = self.deeds.orders.iter().filter(|order| {
            let plan = matches!(order.operator, Operator::ChangePlan(_));
            order.taken && !plan && bonds().count() > 0 && bound.contains(&order.service)
        });
        let own = bound.iter().flat_map(|one| {
            let done = self.done(*one);
            let full = done.full.spans().filter(|(_, _, full)| **full).map(|(at, ..)| at);
            full.chain(done.by_hand.iter().copied()).collect::<Vec<_>>()
        });
        faults.chain(orders.map(|order| order.at)).chain(own).min()
    }
}

/// No node is removed that is the last one well.
pub(super) fn removal_leaves_a_node(of: &Reference<'_>) -> Finding {
    let emptied = of.deeds.services.iter().find_map(|service| service.emptied.first());
    let removed = of.deeds.services.iter().any(|service| {
        let deleted = service.operations.iter().any(|one| !one.deleted.is_empty());
        deleted || !service.plans.is_empty()
    });
    match emptied {
        Some(at) => Finding::broken_times(*at, 1),
        None if removed => Finding::Holds,
        None => Finding::Vacuous,
    }
}

/// A switchover without a fault has one node more than the plan at most, and ends with as many as
/// the plan has.
pub(super) fn switchover_census(of: &Reference<'_>) -> Finding {
    of_operations(of, |operation| {
        let (over, rule) = operation.ended?;
        let whole = matches!(rule, Rule::EndSwitchover | Rule::EndFollowerMaintenance);
        let seen = of.seen(operation.service);
        let lost = seen.marked_down.iter().any(|(at, ..)| operation.began <= *at && *at <= over);
        if !whole || lost || faults(of, operation) > 0 {
            return None;
        }
        let plan = operation.plan?;
        let at_once = of.knobs().standby_replacement == StandbyReplacement::AtOnce;
        let ahead = if at_once && !operation.follows { plan.standbys().max(1) } else { 1 };
        let old = u64::try_from(operation.old.len()).expect("a service has few nodes");
        let most = u64::from(plan.nodes()).max(old) + u64::from(ahead);
        let census = seen.census.0.iter().map(|(at, (existing, _))| (*at, *existing));
        let within = census.clone().filter(|(at, _)| operation.began <= *at && *at <= over);
        let more: Vec<(u64, u64)> = within.filter(|(_, existing)| *existing > most).collect();
        if let (Some((at, _)), Some(worst)) = (more.first(), more.iter().map(|one| one.1).max()) {
            let times = usize::try_from(worst - most).expect("a service has few nodes");
            return Some(Finding::broken_times(*at, times));
        }
        let left = census.take_while(|(at, _)| *at <= over).last().map_or(0, |one| one.1);
        let as_planned = left == u64::from(plan.nodes());
        Some(if as_planned { Finding::Holds } else { Finding::broken_times(over, 1) })
    })
}

/// Commits wait for standbys before the promotion, the primary name moves after it, the old primary
/// goes last, and an old standby goes after the replica name.
pub(super) fn switchover_order(of: &Reference<'_>) -> Finding {
    of_operations(of, |operation| {
        let promoted = promotion(of, operation);
        let whole = faults(of, operation) == 0;
        // Somebody else may have promoted whom the operation was about to.
        let alone = promotions_meanwhile(of, operation).iter().all(Promotion::is_planned);
        let standbys = operation.deleted.iter().map(|(at, node)| {
            let record = |endpoint| of.world.service(operation.service).record(endpoint);
            let points = |endpoint| {
                record(endpoint).at(Instant::from_micros(*at)).iter().any(|one| one == *node)
            };
            // A service that follows another may have lost whoever its names could move to.
            let named = if operation.follows {
                let either = points(Endpoint::Replica) || points(Endpoint::Primary);
                whole && either
            } else {
                points(Endpoint::Replica)
            };
            let replaced = promoted.is_some_and(|one| one.seen.from == *node);
            let within = *at <= operation.over();
            if named && within && !replaced && operation.old.contains(node) {
                return Finding::broken_times(*at, 1);
            }
            Finding::Holds
        });
        let ordered = promoted.filter(|_| whole && alone).map(|one| ordered(of, operation, &one));
        Some(Finding::worst(standbys.chain(ordered)))
    })
}

fn ordered(of: &Reference<'_>, operation: &Operation, one: &Promotion<'_>) -> Finding {
    let own = of.movement.branches.iter().filter(|branch| branch.node == one.seen.from);
    let secured = own.filter_map(|branch| branch.eras.first()).min();
    let deleted = operation.deleted.iter().find(|(_, node)| *node == one.seen.from);
    let waits = secured.is_some_and(|secured| secured < one.seen.ordered);
    let named_late = one.seen.published.is_none_or(|named| named >= one.finished());
    let last = deleted.is_none_or(|(at, _)| one.seen.published.is_some_and(|named| *at >= named));
    if waits && named_late && last {
        return Finding::Holds;
    }
    Finding::broken_times(one.seen.ordered, 1)
}
