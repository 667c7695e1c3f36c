//! Failovers: in time, not early, to the best of those who could be chosen.
//!
//! Knows nothing of decisions. Kept here: a bound begins with the last report that had arrived.

use cutover::knob::{ElectionKey, Policy};
use cutover::model::{Plan, ServiceId};
use cutover::sim::Operator;
use serde_json::Value;

use super::{Finding, Promotion, greatest, micros};
use crate::numbers::Reference;
use crate::reports::Silence;

const BY_DAEMONS: &str = "promote-self";

/// Returns when the last report had arrived of whoever was given up for a promotion.
fn last_report(one: &Promotion<'_>) -> u64 {
    one.seen.last_contact.or(one.seen.last_report).unwrap_or(one.seen.ordered)
}

/// Returns how long a primary may be silent before it is replaced at the latest.
fn patience(of: &Reference<'_>, by_daemons: bool) -> u64 {
    let knobs = of.knobs();
    if !by_daemons {
        return micros(knobs.detection_timeout);
    }
    micros(knobs.lookout_failover_lag)
        + micros(knobs.lookout_check_interval)
        + micros(knobs.lookout_missing_primary_timeout)
}

/// The primary name serves a writable node within the timeout, the promotion and the publication.
pub(super) fn failover_in_time(of: &Reference<'_>) -> Finding {
    of.of_services(|id| {
        let all = of.promoted(id);
        let counts = all.iter().filter(|one| !one.seen.restored && one.is_failover());
        let in_time = counts.map(|one| in_time(of, id, one));
        let missed = of.silences(id).filter_map(|silence| unnoticed(of, id, silence, &all));
        Finding::worst(in_time.chain(missed))
    })
}

fn in_time(of: &Reference<'_>, id: ServiceId, one: &Promotion<'_>) -> Finding {
    let knobs = of.knobs();
    let bounds = (greatest(knobs.promotion_overhead), greatest(knobs.dns_publish_delay));
    let (Some(overhead), Some(publish)) = bounds else { return Finding::Vacuous };
    let failed = of
        .seen(id)
        .marked_down
        .iter()
        .any(|(at, _, node)| *node == one.seen.node && *at >= one.seen.ordered);
    let asked = one.rule == "promote-furthest-asked";
    let asks = if asked { micros(knobs.order_patience) } else { 0 };
    let flow = &of.movement.flows[one.seen.node.index()];
    let ordered = one.seen.ordered;
    let lacks = flow.received.at(ordered).saturating_sub(flow.replayed.at(ordered));
    let redo = lacks.div_ceil(u128::from(knobs.redo_rate.get()));
    let redo = u64::try_from(redo).expect("no run is that long");
    let ways = 2 * micros(of.world.platform_delay());
    let promotes = overhead + redo + ways + publish;
    let waits = patience(of, one.rule == BY_DAEMONS) + of.notice() + asks;
    let due = last_report(one).saturating_add(waits).saturating_add(promotes);
    match one.seen.published {
        Some(at) if at <= due => Finding::Holds,
        None if failed => Finding::Vacuous,
        None if due > of.now => Finding::Pending,
        late => Finding::broken_for(due, late.unwrap_or(of.now).saturating_sub(due)),
    }
}

/// A primary that was silent for too long and was not given up.
fn unnoticed(
    of: &Reference<'_>,
    id: ServiceId,
    silence: &Silence,
    all: &[Promotion<'_>],
) -> Option<Finding> {
    let service = of.world.service(id);
    let by_daemons = of.knobs().policy == Policy::Pglookout && service.plan.standbys() > 0;
    let due = silence.last + patience(of, by_daemons) + of.notice();
    let until = silence.until.min(of.now);
    if !silence.primary || until <= due || is_ordered(of, id, silence) {
        return None;
    }
    let in_time = |one: &Promotion<'_>| (silence.last..=due).contains(&one.seen.ordered);
    let own = all.iter().any(|one| one.seen.from == silence.node && in_time(one));
    let partner = of
        .world
        .pair_of(id)
        .map(|pair| if pair.source == id { pair.destination } else { pair.source });
    let theirs = partner.map(|partner| of.promoted(partner)).unwrap_or_default();
    let region = theirs.iter().any(|one| one.rule == "fail-over-region" && in_time(one));
    let given_up = of.seen(id).marked_down.iter().any(|(_, _, node)| *node == silence.node);
    // Daemons do not miss a primary that only the platform does not hear.
    let well = by_daemons && of.world.node(silence.node).answers();
    let again = of.deeds.orders.iter().any(|order| {
        let joins = order.operator == Operator::AddSecondary && order.service == id;
        joins && order.taken && (silence.last..=due).contains(&order.at)
    });
    let excused = own || region || given_up || well || again || service.plan.standbys() == 0;
    (!excused).then(|| Finding::broken_for(due, until - due))
}

/// Returns whether a silence belongs to what an operator ordered.
fn is_ordered(of: &Reference<'_>, id: ServiceId, silence: &Silence) -> bool {
    of.done(id).standstills.iter().any(|one| {
        let within = one.began <= silence.until && silence.last <= one.silent_until();
        one.primary == silence.node && within
    })
}

/// Nobody is promoted before the last report of the primary plus the timeout.
pub(super) fn no_early_promotion(of: &Reference<'_>) -> Finding {
    of.of_services(|id| Finding::worst(of.promoted(id).iter().map(|one| early(of, one))))
}

/// A promoted primary is replaced no earlier than its own last report plus the timeout.
pub(super) fn failovers_apart(of: &Reference<'_>) -> Finding {
    of.of_services(|id| {
        let all = of.promoted(id);
        let again = all.iter().filter(|one| {
            let led = |other: &Promotion<'_>| {
                other.seen.node == one.seen.from && other.finished() <= one.seen.ordered
            };
            all.iter().any(led)
        });
        Finding::worst(again.map(|one| early(of, one)))
    })
}

fn early(of: &Reference<'_>, one: &Promotion<'_>) -> Finding {
    let for_silence =
        ["promote-for-silent-primary", "restore-for-silent-primary", "promote-furthest-asked"];
    let timeout = if for_silence.contains(&one.rule) {
        of.knobs().detection_timeout
    } else if one.rule == BY_DAEMONS {
        of.knobs().lookout_failover_lag
    } else {
        return Finding::Vacuous;
    };
    if one.is_planned() {
        return Finding::Vacuous;
    }
    let due = last_report(one) + micros(timeout);
    if one.seen.ordered >= due {
        return Finding::Holds;
    }
    Finding::broken_for(one.seen.ordered, due - one.seen.ordered)
}

/// The promoted standby is the furthest of those whose position is fresh.
pub(super) fn best_candidate_promoted(of: &Reference<'_>) -> Finding {
    of.of_services(|id| {
        let all = of.promoted(id);
        let elections = all.iter().filter(|one| !one.candidates.is_empty());
        Finding::worst(elections.map(|one| {
            let counted = of.candidates(id, one.seen);
            let position = |row: &Value| position(of, one, (row, &counted));
            let chosen = one.candidates.iter().find(|row| row["why"] == "furthest along");
            let behind = one
                .candidates
                .iter()
                .filter(|row| row["why"] == "not the furthest, or tied and not preferred");
            let Some(chosen) = chosen.map(position) else { return Finding::Vacuous };
            if behind.map(position).all(|other| other <= chosen) {
                return Finding::Holds;
            }
            Finding::broken_times(one.seen.ordered, 1)
        }))
    })
}

/// Returns what counts of a candidate, by its report or by what a daemon had polled.
fn position(of: &Reference<'_>, one: &Promotion<'_>, (row, counted): (&Value, &[Value])) -> u64 {
    let by_daemon = one.rule == BY_DAEMONS;
    let own = counted.iter().find(|own| own["node"] == row["node"]);
    let row = own.expect("what it told is counted");
    let replayed = row["replayed_lsn"].as_u64().unwrap_or(0);
    let received = row["received_lsn"].as_u64().unwrap_or(replayed);
    match of.knobs().election_key {
        ElectionKey::Furthest if !by_daemon => received.max(replayed),
        ElectionKey::Furthest | ElectionKey::Received => received,
    }
}

/// A Premium standby that has seen its peers and reaches nobody for long does not promote itself.
pub(super) fn lone_standby_stays(of: &Reference<'_>) -> Finding {
    let knobs = of.knobs();
    if knobs.policy != Policy::Pglookout {
        return Finding::Vacuous;
    }
    let missed = micros(knobs.lookout_poll_interval) + micros(knobs.lookout_observer_timeout);
    let counts = micros(knobs.lookout_position_age_max).max(missed);
    of.of_services(|id| {
        if of.world.service(id).plan != Plan::Premium {
            return Finding::Vacuous;
        }
        let all = of.promoted(id);
        let alone = &of.done(id).alone;
        let forgotten = |one: &&Promotion<'_>| {
            let before = alone.0.iter().rev().filter(|(at, _)| *at < one.seen.ordered);
            let since = before.take_while(|(_, nodes)| nodes.contains(&one.seen.node)).last();
            let long = since.is_some_and(|(since, _)| one.seen.ordered - since >= counts);
            one.seen.lone && long
        };
        let wrong: Vec<&Promotion<'_>> = all.iter().filter(forgotten).collect();
        if let Some(first) = wrong.first() {
            return Finding::broken_times(first.seen.ordered, wrong.len());
        }
        let lag = micros(knobs.lookout_failover_lag);
        let long = alone
            .spans()
            .any(|(start, end, nodes)| !nodes.is_empty() && end.unwrap_or(of.now) - start >= lag);
        if long { Finding::Holds } else { Finding::Vacuous }
    })
}

/// No primary is replaced while it accepts writes.
pub(super) fn no_false_failover(of: &Reference<'_>) -> Finding {
    of.of_services(|id| {
        let all = of.promoted(id);
        // Whoever takes the place of a candidate that was ordered to take over was ordered, too.
        let begun = |index: usize| {
            let upto = all[..=index].iter().rev();
            upto.take_while(|one| one.seen.from == all[index].seen.from).last()
        };
        let failover = |index: usize| begun(index).is_some_and(Promotion::is_failover);
        let alarms =
            all.iter().enumerate().filter(|(index, one)| failover(*index) && one.seen.alarm);
        let alarms: Vec<u64> = alarms.map(|(_, one)| one.seen.ordered).collect();
        match alarms.first() {
            Some(first) => Finding::broken_times(*first, alarms.len()),
            None if all.is_empty() => Finding::Vacuous,
            None => Finding::Holds,
        }
    })
}
