//! Controlled switchovers: their order, their census, what they remove.
//!
//! Knows nothing of how steps are decided. Kept here: a switchover in which a fault struck is
//! judged by fewer rules, since the platform then may have to leave the documented order.

use super::case::{Breach, Case, Finding};
use super::history::{PromotionRecord, ServiceHistory};
use super::ledger::Ledger;
use super::operations::OperationRecord;
use super::quorum::{acked_under_quorum, fork_of};
use super::verdict::Amount;
use crate::control::Rule;
use crate::kernel::Instant;
use crate::knob::StandbyReplacement;
use crate::model::{BranchId, Endpoint, Host, NodeId, Service};

/// An operation with the service that it is of.
pub(super) type Planned<'a> = (&'a Service, &'a ServiceHistory, &'a OperationRecord);

pub(super) fn planned<'a>(case: &'a Case<'_>) -> impl Iterator<Item = Planned<'a>> {
    case.services().flat_map(|(service, memory)| {
        memory.operations.iter().map(move |operation| (service, memory, operation))
    })
}

/// Returns how many faults struck while an operation was under way.
pub(super) fn faults(case: &Case<'_>, operation: &OperationRecord) -> usize {
    let over = operation.ended.map_or(Instant::FAR, |(at, _)| at);
    let strikes = case.history.strikes.iter();
    // What struck before and was not healed may still be felt.
    strikes.filter(|strike| !strike.healed && strike.at <= over).count()
}

/// Returns the promotions that were ordered while an operation was under way.
fn promotions_meanwhile<'a>(
    memory: &'a ServiceHistory,
    operation: &OperationRecord,
) -> impl DoubleEndedIterator<Item = &'a PromotionRecord> {
    let within = operation.began..=operation.ended.map_or(Instant::FAR, |(at, _)| at);
    memory.promotions.iter().filter(move |one| within.contains(&one.ordered))
}

/// Returns the promotions of an operation: more than one where a candidate took too long.
fn promotions<'a>(
    memory: &'a ServiceHistory,
    operation: &OperationRecord,
) -> impl DoubleEndedIterator<Item = &'a PromotionRecord> {
    promotions_meanwhile(memory, operation).filter(|one| one.planned)
}

/// Returns the promotion that an operation led to: the last, since whoever is too slow is given up.
pub(super) fn promotion<'a>(
    memory: &'a ServiceHistory,
    operation: &OperationRecord,
) -> Option<&'a PromotionRecord> {
    promotions(memory, operation).next_back()
}

/// Judges that the replica name does not point to a node that a switchover made primary, once the
/// change that takes it out is served.
pub(super) fn promoted_leaves_replica_name(case: &Case<'_>) -> Finding {
    Finding::join(planned(case).map(|(service, memory, operation)| {
        let Some(promotion) = promotion(memory, operation) else { return Finding::Vacuous };
        let plan = operation.plan.unwrap_or(service.plan);
        let Some(named) = promotion.published.filter(|_| plan.standbys() > 0) else {
            return Finding::Vacuous;
        };
        let Some(publish) = case.knobs.dns_publish_delay.greatest() else {
            return Finding::Vacuous;
        };
        let due = named + publish;
        let stalled =
            case.history.strikes.iter().any(|strike| {
                strike.kind == crate::fault::FaultKind::PublishStall && strike.at <= due
            });
        let next = memory.promotions.iter().any(|one| one.ordered > promotion.ordered);
        if stalled || next || due > case.until {
            return Finding::Vacuous;
        }
        let record = service.record(Endpoint::Replica);
        let later = record.changes.iter().map(|change| change.served).filter(|at| *at > due);
        // The primary of a pair's service may be a standby again by then.
        let node = promotion.node;
        let wrong = |at: &Instant| record.at(*at).has(node) && memory.wrote(node, *at);
        let wrong = [due].into_iter().chain(later).find(wrong);
        let Some(at) = wrong else { return Finding::Holds };
        let name = case.world.node_name(promotion.node);
        Finding::broken_times(at, 1, format!("the replica name points to {name}, the new primary"))
    }))
}

/// Judges that an old primary that lives passes connections on for its time after the promotion.
pub(super) fn forwarding_lasts(case: &Case<'_>) -> Finding {
    Finding::join(planned(case).map(|(_, memory, operation)| {
        let Some(promotion) = promotion(memory, operation) else { return Finding::Vacuous };
        if promotion.finished == Instant::FAR || faults(case, operation) > 0 {
            return Finding::Vacuous;
        }
        let slack = case.world.platform_delay() * 2;
        let forwards = operation.forwards.iter().find(|(_, node, _)| *node == promotion.from);
        let begins = forwards.map(|(at, ..)| *at);
        let deleted = operation.deleted.iter().find(|(_, node)| *node == promotion.from);
        let ends = deleted.map_or(Instant::FAR, |(at, _)| *at);
        let name = case.world.node_name(promotion.from);
        let due = promotion.finished + case.knobs.forward_for;
        match begins {
            Some(at) if at <= promotion.finished + slack => {
                if ends >= due {
                    return Finding::Holds;
                }
                let short = due.since(ends);
                let detail = format!("{name} passed connections on for {short} too little");
                Finding::broken_for(ends, short, detail)
            }
            _ if promotion.finished + slack > case.until => Finding::Vacuous,
            late => {
                let late = late.unwrap_or(case.until).since(promotion.finished);
                let detail = format!("{name} passed connections on {late} after the promotion");
                Finding::broken_for(promotion.finished, late, detail)
            }
        }
    }))
}

/// Judges that a switchover promotes nodes that were made in it and that still are.
pub(super) fn promoted_is_new(case: &Case<'_>) -> Finding {
    Finding::join(planned(case).map(|(_, memory, operation)| {
        Finding::join(promotions(memory, operation).map(|promotion| {
            let (node, ordered) = (promotion.node, promotion.ordered);
            let mut deleted = operation.deleted.iter();
            if operation.made(node) && !deleted.any(|(at, gone)| *gone == node && *at <= ordered) {
                return Finding::Holds;
            }
            let name = case.world.node_name(node);
            let detail = format!("{name} was promoted, which the switchover was to replace");
            Finding::broken_times(ordered, 1, detail)
        }))
    }))
}

/// Judges that a switchover with at most one fault loses no commit that standbys acknowledged, if
/// enough of them could be asked.
pub(super) fn switchover_keeps_acked(case: &Case<'_>) -> Finding {
    Finding::join(planned(case).map(|(service, memory, operation)| {
        let over = operation.ended.map_or(Instant::FAR, |(at, _)| at);
        if faults(case, operation) > 1 {
            return Finding::Vacuous;
        }
        let of_operation = memory.promotions.iter().find(|one| {
            operation.began <= one.ordered && one.ordered <= over && one.branch.is_some()
        });
        let Some(record) = of_operation else { return Finding::Vacuous };
        let parent = record.branch.and_then(|branch| case.world.branch(branch).parent);
        let Some((id, _)) = parent else { return Finding::Vacuous };
        keeps(case, (service, id), record)
    }))
}

fn keeps(
    case: &Case<'_>,
    (service, id): (&Service, BranchId),
    record: &PromotionRecord,
) -> Finding {
    let branch = case.world.branch(id);
    let sure = branch
        .quorum
        .periods()
        .pop()
        .is_some_and(|(_, _, rule)| super::quorum::was_sure(service, rule, record));
    // After a clean stop everything is kept, whether or not commits waited for standbys.
    let clean = case.world.node(branch.node).shut_down;
    let acked = if clean {
        branch.tally(branch.written.at(case.world.now), case.world.now).acked
    } else {
        acked_under_quorum(case.world, branch, (Instant::FAR, Instant::FAR))
    };
    if acked == 0 || (!sure && !clean) {
        return Finding::Vacuous;
    }
    let ledger = Ledger::of(case.world, service.id);
    let Some(part) = ledger.abandoned.iter().find(|part| part.branch == id) else {
        return Finding::Holds;
    };
    let kept = branch.last_made_within(part.from.max(fork_of(case.world, record)));
    let kept = if clean {
        branch.acked_by(kept, case.world.now)
    } else {
        acked_under_quorum(case.world, branch, (kept, Instant::FAR))
    };
    let lost = acked - kept.min(acked);
    if lost == 0 {
        return Finding::Holds;
    }
    let name = case.world.node_name(record.from);
    let detail = format!("{lost} acknowledged commits of {name} did not survive the switchover");
    let amounts = vec![Amount::Commits(lost)];
    Finding::Broken(Breach { at: record.ordered, amounts, detail })
}

/// Judges that a switchover without a fault never has more nodes than the plan and one, and ends
/// with as many as the plan has.
pub(super) fn switchover_census(case: &Case<'_>) -> Finding {
    Finding::join(planned(case).map(|(service, memory, operation)| {
        let Some((over, rule)) = operation.ended else { return Finding::Vacuous };
        let whole = matches!(rule, Rule::EndSwitchover | Rule::EndFollowerMaintenance);
        // Whoever was promoted just before may have left a standby that cannot follow.
        let lost = memory.given_up.iter().any(|one| operation.began <= one.at && one.at <= over);
        if faults(case, operation) > 0 || lost || !whole {
            return Finding::Vacuous;
        }
        let name = &case.world.names.services[service.id.index()];
        // Another order may have changed it since.
        let plan = operation.plan.unwrap_or(service.plan);
        let old = u8::try_from(operation.old.len()).unwrap_or(u8::MAX);
        let at_once = case.knobs.standby_replacement == StandbyReplacement::AtOnce;
        let ahead = if at_once && !operation.follows { plan.standbys() } else { 1 };
        let most = plan.nodes().max(old) + ahead.max(1);
        let within = memory.census.iter().filter(|(at, ..)| *at >= operation.began && *at <= over);
        let mut more = within.filter(|(_, existing, _)| *existing > most);
        let worst = more.clone().map(|(_, existing, _)| *existing).max();
        if let (Some((at, ..)), Some(existing)) = (more.next(), worst) {
            let detail = format!("{name} had {existing} nodes at once, {most} at most are planned");
            return Finding::broken_times(*at, usize::from(existing - most), detail);
        }
        let after = memory.census.iter().rev().find(|(at, ..)| *at <= over);
        let left = after.map_or(0, |(_, existing, _)| *existing);
        if left == plan.nodes() {
            return Finding::Holds;
        }
        let detail = format!("{name} has {left} nodes after a switchover");
        Finding::broken_times(over, 1, detail)
    }))
}

/// Judges the order of a switchover: commits wait for standbys before the promotion, the name moves
/// after it, the old primary goes last, and an old standby goes after the name was moved off it.
pub(super) fn switchover_order(case: &Case<'_>) -> Finding {
    Finding::join(planned(case).map(|(service, memory, operation)| {
        let standbys = operation.deleted.iter().map(|(at, node)| {
            let points = |endpoint| service.record(endpoint).at(*at).has(*node);
            // What is deleted after its end, for an upgrade perhaps, is not the switchover's.
            let over = operation.ended.is_some_and(|(ended, _)| ended < *at);
            // A service that follows another may have lost whoever its names could move to.
            let named = if operation.follows {
                let whole = faults(case, operation) == 0;
                whole && (points(Endpoint::Replica) || points(Endpoint::Primary))
            } else {
                points(Endpoint::Replica)
            };
            let named = named && !over;
            let promoted = promotion(memory, operation).map(|one| one.from);
            if !named || promoted == Some(*node) || !operation.old.contains(node) {
                return Finding::Holds;
            }
            let name = case.world.node_name(*node);
            let detail = format!("{name} was deleted while a name of standbys still pointed to it");
            Finding::broken_times(*at, 1, detail)
        });
        let standbys = Finding::join(standbys);
        let Some(promotion) = promotion(memory, operation) else { return standbys };
        // A daemon may promote whom the platform is about to, and a failover may come before it.
        let others = promotions_meanwhile(memory, operation).any(|one| !one.planned);
        if others || faults(case, operation) > 0 {
            return standbys;
        }
        Finding::join([standbys, ordered(case, operation, promotion)])
    }))
}

fn ordered(case: &Case<'_>, operation: &OperationRecord, promotion: &PromotionRecord) -> Finding {
    let old = case.world.branches.iter().filter(|branch| branch.node == promotion.from);
    let secured = old.filter_map(|branch| branch.quorum.began()).min();
    let deleted = operation.deleted.iter().find(|(_, node)| *node == promotion.from);
    let name = case.world.node_name(promotion.from);
    let detail = if secured.is_none_or(|secured| secured >= promotion.ordered) {
        format!("{name} was replaced before its commits waited for standbys")
    } else if promotion.published.is_some_and(|named| named < promotion.finished) {
        "the primary name moved before the promotion".to_owned()
    } else if deleted.is_some_and(|(at, _)| promotion.published.is_none_or(|named| *at < named)) {
        format!("{name} was deleted before the primary name had moved")
    } else {
        return Finding::Holds;
    };
    Finding::broken_times(promotion.ordered, 1, detail)
}

/// Judges that no removal leaves a service without a node that is well.
pub(super) fn removal_leaves_a_node(case: &Case<'_>) -> Finding {
    let removed = |(_, memory): (&Service, &ServiceHistory)| {
        memory
            .emptied
            .iter()
            .map(|(at, node)| {
                let name = case.world.node_name(*node);
                Finding::broken_times(
                    *at,
                    1,
                    format!("{name} was deleted, the last node that was well"),
                )
            })
            .collect::<Vec<Finding>>()
    };
    let any = case.services().any(|(_, memory)| {
        memory.operations.iter().any(|one| !one.deleted.is_empty()) || !memory.plans.is_empty()
    });
    let found = case.services().flat_map(removed);
    Finding::join(found.chain(any.then_some(Finding::Holds)))
}

/// Returns whether a node is well: its host and its server are there.
pub(crate) fn is_well(world: &crate::model::World, node: NodeId) -> bool {
    let node = world.node(node);
    node.host == Host::Up && node.answers()
}
