//! What names point to, and that the loss of a standby is no more than that.
//!
//! Knows nothing of caches. Kept here: names are judged by what they are pointed to.

use cutover::knob::EmptyReplicaName;
use cutover::model::Endpoint;

use super::{Finding, greatest, micros};
use crate::movement;
use crate::numbers::Reference;

/// The primary name is never pointed to a node that is in recovery.
pub(super) fn primary_name_names_a_primary(of: &Reference<'_>) -> Finding {
    of.of_services(|id| {
        let named = &of.done(id).named;
        let wrong: Vec<u64> = named.iter().filter(|(_, is)| !is).map(|(at, _)| *at).collect();
        match wrong.first() {
            Some(first) => Finding::broken_times(*first, wrong.len()),
            None if named.is_empty() => Finding::Vacuous,
            None => Finding::Holds,
        }
    })
}

/// The replica name is never pointed to the node that the primary name was moved to.
pub(super) fn replica_name_without_primary(of: &Reference<'_>) -> Finding {
    if of.knobs().replica_name_when_empty == EmptyReplicaName::Primary {
        return Finding::Vacuous;
    }
    of.of_services(|id| {
        let service = of.world.service(id);
        let moves = &service.record(Endpoint::Primary).changes;
        if moves.len() < 2 {
            return Finding::Vacuous;
        }
        let changes = &service.record(Endpoint::Replica).changes;
        let overtaken = |index: usize| {
            let next = changes.get(index + 1);
            next.is_some_and(|next| next.ordered == changes[index].ordered)
        };
        let wrong = changes.iter().enumerate().skip(1).filter(|(index, change)| {
            let before = moves.iter().rev().find(|of| of.ordered <= change.ordered);
            let writable = of.seen(id).writable.at(movement::micros(change.served));
            let both = before.is_some_and(|primary| {
                let names = |node| primary.targets.iter().any(|one| one == node);
                let wrote = |node| writable.is_some_and(|nodes| nodes.contains(&node));
                change.targets.iter().any(|node| names(node) && wrote(node))
            });
            both && !overtaken(*index)
        });
        let wrong: Vec<u64> = wrong.map(|(_, change)| movement::micros(change.served)).collect();
        match wrong.first() {
            Some(first) => Finding::broken_times(*first, wrong.len()),
            None => Finding::Holds,
        }
    })
}

/// The opt-in replica name points to a node that serves, but for the time that it takes to notice a
/// loss, to promote and to publish.
pub(super) fn ha_replica_name_serves(of: &Reference<'_>) -> Finding {
    let knobs = of.knobs();
    let bounds = (greatest(knobs.promotion_overhead), greatest(knobs.dns_publish_delay));
    let (true, (Some(overhead), Some(publish))) = (knobs.ha_replica_name, bounds) else {
        return Finding::Vacuous;
    };
    let notice = micros(knobs.detection_timeout.max(knobs.standby_timeout)) + of.notice();
    let bound = notice + overhead + micros(knobs.promotion_patience) + publish;
    of.of_services(|id| {
        let alone = of.world.service(id).plan.standbys() == 0;
        if alone || of.seen(id).marked_down.is_empty() {
            return Finding::Vacuous;
        }
        let restored = of.promoted(id).iter().any(|one| one.seen.restored);
        let dead = of.done(id).ha_serves.spans().filter(|(_, _, serves)| !**serves);
        let long = dead.map(|(start, end, _)| (start, end.unwrap_or(of.now))).find(|one| {
            let (start, end) = *one;
            !restored && end > start + bound && !of.stands_still(id, start, end)
        });
        match long {
            Some((start, end)) => Finding::broken_for(start + bound, end - start),
            None => Finding::Holds,
        }
    })
}

/// The loss of a standby changes neither the primary nor its name.
pub(super) fn standby_loss_leaves_primary(of: &Reference<'_>) -> Finding {
    of.of_services(|id| {
        if of.seen(id).led.iter().all(|led| *led) {
            return Finding::Vacuous;
        }
        let all = of.promoted(id);
        let wrong = all.iter().filter(|one| one.rule == "replace-silent-standby");
        let wrong: Vec<u64> = wrong.map(|one| one.seen.ordered).collect();
        match wrong.first() {
            Some(first) => Finding::broken_times(*first, wrong.len()),
            None => Finding::Holds,
        }
    })
}

/// While the primary is silent and not given up, its standbys go on serving reads.
pub(super) fn standby_serves_during_silence(of: &Reference<'_>) -> Finding {
    of.of_services(|id| {
        let silent = of.silences(id).any(|silence| silence.primary);
        if !silent || of.world.service(id).plan.standbys() == 0 {
            return Finding::Vacuous;
        }
        let stopped = &of.done(id).stopped_in_silence;
        match stopped.first() {
            Some((at, _)) => Finding::broken_times(*at, stopped.len()),
            None => Finding::Holds,
        }
    })
}
