//! What the names point to, and that the loss of a standby is no more than that.
//!
//! Knows nothing of resolvers. Kept here: names are judged by what they are pointed to
//! authoritatively, not by what a cache still answers.

use super::case::{Case, Finding};
use crate::control::Rule;
use crate::knob::EmptyReplicaName;
use crate::model::Endpoint;

/// Judges that the primary name is never pointed to a node in recovery.
pub(super) fn primary_name_names_a_primary(case: &Case<'_>) -> Finding {
    Finding::join(case.services().map(|(service, memory)| {
        if memory.primary_name.is_empty() {
            return Finding::Vacuous;
        }
        let wrong: Vec<_> = memory.primary_name.iter().filter(|(_, primary)| !primary).collect();
        let Some((at, _)) = wrong.first() else { return Finding::Holds };
        let name = &case.world.names.services[service.id.index()];
        let detail = format!("{name} was pointed to a node in recovery");
        Finding::broken_times(*at, wrong.len(), detail)
    }))
}

/// Judges that the replica name is never moved to the node that the primary name was moved to; a
/// service that follows another has no primary, whatever its names are.
pub(super) fn replica_name_without_primary(case: &Case<'_>) -> Finding {
    if case.knobs.replica_name_when_empty == EmptyReplicaName::Primary {
        return Finding::Vacuous;
    }
    Finding::join(case.services().map(|(service, memory)| {
        let moves = &service.record(Endpoint::Primary).changes;
        if moves.len() < 2 {
            return Finding::Vacuous;
        }
        let mut wrong = Vec::new();
        let changes = &service.record(Endpoint::Replica).changes;
        for (index, change) in changes.iter().enumerate().skip(1) {
            // What is ordered anew in the same instant was overtaken before anybody saw it.
            if changes.get(index + 1).is_some_and(|next| next.ordered == change.ordered) {
                continue;
            }
            let mut before = moves.iter().filter(|of| of.ordered <= change.ordered);
            let Some(primary) = before.next_back() else { continue };
            let both =
                change.targets.iter().find(|node| primary.targets.iter().any(|p| p == *node));
            let served = change.served;
            let both = both.filter(|node| served <= case.until && memory.wrote(*node, served));
            if let Some(node) = both {
                wrong.push((change.served, node));
            }
        }
        let Some((at, node)) = wrong.first() else { return Finding::Holds };
        let detail = format!("the replica name points to {}", case.world.node_name(*node));
        Finding::broken_times(*at, wrong.len(), detail + ", to which the primary name was moved")
    }))
}

/// Judges that the opt-in replica name points to a node that serves, but for the time that it takes
/// to notice a loss, to promote and to publish.
pub(super) fn ha_replica_name_serves(case: &Case<'_>) -> Finding {
    if !case.knobs.ha_replica_name {
        return Finding::Vacuous;
    }
    let knobs = case.knobs;
    let (Some(overhead), Some(publish)) =
        (knobs.promotion_overhead.greatest(), knobs.dns_publish_delay.greatest())
    else {
        return Finding::Vacuous;
    };
    let notice = knobs.detection_timeout.max(knobs.standby_timeout) + case.notice();
    Finding::join(case.services().map(|(service, memory)| {
        if service.plan.standbys() == 0 || memory.given_up.is_empty() {
            return Finding::Vacuous;
        }
        let changes = &memory.ha_replica_serves;
        let name = &case.world.names.services[service.id.index()];
        let dead = changes.iter().enumerate().filter(|(_, (_, serves))| !serves);
        let findings = dead.map(|(index, (start, _))| {
            let end = changes.get(index + 1).map_or(case.until, |(end, _)| *end);
            let alone = memory.promotions.iter().any(|promotion| promotion.restored);
            let bound = notice + overhead + knobs.promotion_patience + publish;
            let due = *start + bound;
            if alone || end <= due || memory.stands_still(*start, end) {
                return Finding::Holds;
            }
            let detail = format!("ha-replica-{name} served nobody for {}", end.since(*start));
            Finding::broken_for(due, end.since(*start), detail)
        });
        Finding::join(findings.chain([Finding::Holds]))
    }))
}

/// Judges that the loss of a standby changes neither the primary nor its name.
pub(super) fn standby_loss_leaves_primary(case: &Case<'_>) -> Finding {
    Finding::join(case.services().map(|(_, memory)| {
        if !memory.given_up.iter().any(|given_up| !given_up.was_primary) {
            return Finding::Vacuous;
        }
        let wrong: Vec<_> = memory
            .promotions
            .iter()
            .filter(|promotion| promotion.rule == Rule::ReplaceSilentStandby)
            .collect();
        let Some(first) = wrong.first() else { return Finding::Holds };
        let name = case.world.node_name(first.node);
        let detail = format!("{name} was promoted because a standby was lost");
        Finding::broken_times(first.ordered, wrong.len(), detail)
    }))
}

/// Judges that standbys go on serving reads while the primary is silent.
pub(super) fn standby_serves_during_silence(case: &Case<'_>) -> Finding {
    Finding::join(case.services().map(|(service, memory)| {
        let silent = memory.silences.iter().any(|silence| silence.was_primary);
        if !silent || service.plan.standbys() == 0 {
            return Finding::Vacuous;
        }
        let Some((at, node)) = memory.stopped_in_silence.first() else { return Finding::Holds };
        let name = case.world.node_name(*node);
        let detail = format!("{name} stopped serving reads while the primary was silent");
        Finding::broken_times(*at, memory.stopped_in_silence.len(), detail)
    }))
}
