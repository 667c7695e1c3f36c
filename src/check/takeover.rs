//! After a take-over: the pair is protected again, and its names are where they belong.
//!
//! Knows nothing of who may order one. Kept here: names are judged by what they are pointed to
//! authoritatively.

use super::case::{Case, Finding};
use super::pair_history::PairHistory;
use super::pairs::spans;
use crate::control::PairRole;
use crate::fault::FaultKind;
use crate::kernel::Instant;
use crate::model::{Endpoint, NodeId, ServiceId};

/// Returns when a planned change of the active service was completed, and which one took over.
fn completions(pair: &PairHistory) -> Vec<(Instant, ServiceId)> {
    let roles = pair.role_pairs();
    let moves = roles.windows(2).filter_map(|two| {
        let ((_, from), (at, to)) = (two[0], two[1]);
        let took = |index: usize| to[index] == PairRole::Active && from[index] != PairRole::Active;
        let planned = to.contains(&PairRole::Passive) && from[0] != PairRole::Failed;
        let service = if took(0) { pair.primary } else { pair.recovery };
        (planned && (took(0) || took(1))).then_some((at, service))
    });
    moves.collect()
}

/// Judges that a pair is protected again soon after a planned change.
pub(super) fn pair_protected_again(case: &Case<'_>) -> Finding {
    let knobs = case.knobs;
    let bounds = (knobs.demotion_overhead.greatest(), knobs.cross_service_lag.greatest());
    let (Some(overhead), Some(lag)) = bounds else { return Finding::Vacuous };
    let found = knobs.standby_retry + lag + case.notice() * 2;
    let bound = overhead + found;
    Finding::join(case.history.pairs.iter().flat_map(|pair| {
        completions(pair).into_iter().map(move |(at, service)| {
            let deadline = at + bound;
            let flows = spans(&pair.protected, case.until, |protected| *protected);
            let again = flows.iter().any(|(start, end)| *start <= deadline && *end > at);
            let disturbed = case.history.strikes.iter().any(|strike| strike.at <= deadline);
            let replaced =
                completions(pair).iter().any(|(next, _)| *next > at && *next <= deadline);
            if again {
                return Finding::Holds;
            }
            if disturbed || replaced {
                return Finding::Vacuous;
            }
            if deadline > case.until {
                return Finding::Pending(deadline);
            }
            let name = &case.world.names.services[service.index()];
            let detail = format!("nobody followed {name} when it had taken over");
            Finding::broken_for(deadline, case.until.since(deadline), detail)
        })
    }))
}

/// Judges that the names of standbys are never pointed to a writer.
pub(super) fn standby_name_reads_only(case: &Case<'_>) -> Finding {
    Finding::join(case.history.pairs.iter().flat_map(|pair| {
        [pair.primary, pair.recovery].into_iter().map(|service| {
            let record = case.world.service(service).record(Endpoint::Replica);
            let memory = case.history.of(service);
            let changes = record.changes.iter().skip(1);
            let wrong: Vec<_> = changes
                .filter_map(|change| {
                    let mut targets = change.targets.iter();
                    Some((change, targets.find(|node| memory.wrote(*node, change.ordered))?))
                })
                .collect();
            match wrong.first() {
                Some((change, node)) => {
                    let name = &case.world.names.services[service.index()];
                    let node = case.world.node_name(*node);
                    let detail = format!("the standbys' name of {name} was pointed to {node}");
                    Finding::broken_times(change.served, wrong.len(), detail)
                }
                None if record.changes.len() > 1 => Finding::Holds,
                None => Finding::Vacuous,
            }
        })
    }))
}

/// Judges that the shared name of a pair follows the writer, and no other name does.
pub(super) fn service_name_constant(case: &Case<'_>) -> Finding {
    let Some(publish) = case.knobs.dns_publish_delay.greatest() else { return Finding::Vacuous };
    if !case.knobs.shared_service_name {
        return Finding::Vacuous;
    }
    let stalled = case.history.strikes.iter().any(|one| one.kind == FaultKind::PublishStall);
    Finding::join(case.history.pairs.iter().flat_map(|pair| {
        let record = case.world.service(pair.primary).record(Endpoint::Primary);
        let roles = pair.role_pairs();
        let taken = roles.windows(2).filter_map(|two| {
            let ((_, from), (at, to)) = (two[0], two[1]);
            // The other may still be active, too.
            let takes =
                |index: &usize| to[*index] == PairRole::Active && from[*index] != PairRole::Active;
            (0..2).find(takes).map(|index| (at, index))
        });
        let taken: Vec<_> = taken.collect();
        let own = case.world.service(pair.recovery).record(Endpoint::Primary);
        let second = own.changes.get(1).map(|change| {
            let name = &case.world.names.services[pair.recovery.index()];
            let detail = format!("the writer got a name of its own, {name}");
            Finding::broken_times(change.served, 1, detail)
        });
        let judged = taken.into_iter().map(move |(at, index)| {
            let service = [pair.primary, pair.recovery][index];
            let deadline = at + publish + case.notice();
            let of_service = |node: NodeId| case.world.node(node).service == service;
            let points = |at: Instant| record.at(at).iter().any(of_service);
            let moved = record.changes.iter().any(|change| {
                change.ordered >= at.minus(case.notice())
                    && change.served <= deadline
                    && change.targets.iter().any(of_service)
            });
            let changed_again = pair.roles_at(deadline)[index] != PairRole::Active;
            if moved || points(at) {
                return Finding::Holds;
            }
            if stalled || changed_again {
                return Finding::Vacuous;
            }
            if deadline > case.until {
                return Finding::Pending(deadline);
            }
            let name = &case.world.names.services[pair.primary.index()];
            let detail = format!("{name} was not pointed to the service that had taken over");
            Finding::broken_times(deadline, 1, detail)
        });
        judged.chain(second).collect::<Vec<_>>()
    }))
}
