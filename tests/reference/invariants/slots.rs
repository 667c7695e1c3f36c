//! Logical slots: what a promoted node made of them, and what their consumers were given.
//!
//! Knows nothing of how jobs run. Kept here: a slot is judged by what was seen of it when a node
//! became primary, and when the job that copies it lost the primary.

use cutover::knob::SlotPolicy;
use cutover::model::SlotId;
use serde_json::json;

use super::Finding;
use crate::feeds::{FeedEnd, copies_apart, safe_after};
use crate::numbers::Reference;
use crate::readings::{Brought, Given, brought};
use crate::slots::Taken;
use crate::track::{BYTE, byte};

/// Judges every slot that a node had, or should have had, when it became primary.
fn of_takeovers(of: &Reference<'_>, judge: impl Fn(&Taken) -> Finding) -> Finding {
    of.of_services(|id| {
        let own = of.takeovers.iter().filter(|one| of.world.node(one.node).service == id);
        Finding::worst(own.map(&judge))
    })
}

/// Returns whether the node that took a slot over is new, restored from a backup.
pub(super) fn is_restored(of: &Reference<'_>, taken: &Taken) -> bool {
    let all = of.promoted(of.world.node(taken.node).service);
    let own =
        all.iter().rev().find(|one| one.seen.node == taken.node && one.seen.ordered <= taken.at);
    !taken.upgraded && own.is_some_and(|one| one.seen.restored)
}

/// A slot on a promoted node is confirmed no further than the node's own WAL.
pub(super) fn slot_behind_its_node(of: &Reference<'_>) -> Finding {
    of_takeovers(of, |taken| {
        let Some((confirmed, restart, ..)) = taken.copy else { return Finding::Vacuous };
        let parent = of.movement.branches[taken.branch].parent;
        let fork = parent.map_or(0, |(_, fork)| byte(fork));
        if confirmed <= fork && restart <= confirmed {
            return Finding::Holds;
        }
        Finding::Broken(taken.at, json!({ "bytes": confirmed.saturating_sub(fork) }))
    })
}

/// Returns what was seen last of the job that had kept a slot on the node that took it over.
fn last_feed<'a>(of: &Reference<'a>, taken: &Taken) -> Option<&'a FeedEnd> {
    let mut own = of.feeds.iter().rev();
    own.find(|feed| (feed.slot, feed.standby) == (taken.slot, taken.node) && feed.end <= taken.at)
}

/// A slot that was copied to the promoted standby, or had the time to be, exists on it.
pub(super) fn copied_slot_survives(of: &Reference<'_>) -> Finding {
    of_takeovers(of, |taken| {
        let feed = last_feed(of, taken).filter(|_| !taken.upgraded);
        let Some(feed) = feed.filter(|_| !is_restored(of, taken)) else { return Finding::Vacuous };
        let jobs = of.knobs().slot_policy == SlotPolicy::PlatformJobs;
        let broken = match taken.copy {
            Some((.., own)) if own => return Finding::Holds,
            // The servers' own way ends with an error whatever the slot's age.
            Some(_) => !jobs || feed.could_copy,
            None => !taken.given_up && (feed.copied.is_some() || feed.could_copy),
        };
        if broken { Finding::broken_times(taken.at, 1) } else { Finding::Vacuous }
    })
}

/// On a promoted standby that kept up, a slot is no further back than it was one copy earlier.
pub(super) fn slot_position_fresh(of: &Reference<'_>) -> Finding {
    if of.knobs().slot_policy == SlotPolicy::FailoverSlots {
        return Finding::Vacuous;
    }
    let late = copies_apart(of.knobs());
    of_takeovers(of, |taken| {
        let (Some((confirmed, ..)), Some(feed)) = (taken.copy, last_feed(of, taken)) else {
            return Finding::Vacuous;
        };
        let other = feed.primary != taken.from || taken.upgraded || is_restored(of, taken);
        let then = feed.end.saturating_sub(late);
        let copied = feed.copied.is_some_and(|copied| copied >= then);
        let long = feed.healthy >= safe_after(of.knobs());
        if other || feed.healthy < late || !(copied || long) {
            return Finding::Vacuous;
        }
        if confirmed >= feed.due {
            return Finding::Holds;
        }
        Finding::Broken(taken.at, json!({ "bytes": feed.due - confirmed }))
    })
}

/// A node restored from a backup has none of the logical slots of the lost node.
pub(super) fn lone_node_loses_slots(of: &Reference<'_>) -> Finding {
    of_takeovers(of, |taken| match (is_restored(of, taken), taken.copy) {
        (false, _) => Finding::Vacuous,
        (true, None) => Finding::Holds,
        (true, Some(_)) => Finding::broken_times(taken.at, 1),
    })
}

/// While a standby reaches the primary, positions of slots are no older than their period.
pub(super) fn slot_jobs_on_time(of: &Reference<'_>) -> Finding {
    if of.knobs().slot_policy == SlotPolicy::FailoverSlots {
        return Finding::Vacuous;
    }
    let (apart, safe) = (copies_apart(of.knobs()), safe_after(of.knobs()));
    of.of_services(|id| {
        let own = of.feeds.iter().filter(|feed| of.world.slot(feed.slot).service == id);
        Finding::worst(own.map(|feed| match feed.copied {
            Some(copied) => {
                let age = feed.end.saturating_sub(copied);
                if age <= apart || age > feed.healthy {
                    return Finding::Holds;
                }
                Finding::broken_for(feed.end, age - apart)
            }
            None if feed.could_copy => {
                Finding::broken_for(feed.end, feed.healthy.saturating_sub(safe))
            }
            None => Finding::Vacuous,
        }))
    })
}

/// Judges each connection of a slot's consumers but the first.
fn of_resumptions(
    of: &Reference<'_>,
    judge: impl Fn(&Reference<'_>, &Brought) -> Finding,
) -> Finding {
    let ids = (0..of.world.slots.len()).map(SlotId::at);
    Finding::worst(ids.map(|id| {
        let taken: Vec<&Taken> = of.takeovers.iter().filter(|one| one.slot == id).collect();
        let commits = (id, &of.commits[..]);
        let all = brought(of.world, of.movement, of.readings, commits, (&taken, of.now));
        Finding::worst(all.iter().skip(1).map(|one| judge(of, one)))
    }))
}

fn missed(of: &Reference<'_>, one: &Brought) -> Finding {
    if one.missed == 0 {
        return Finding::Holds;
    }
    let begins = of.readings.all[one.reading].begins;
    Finding::Broken(begins, json!({ "commits": one.missed }))
}

/// A consumer that begins where its slot is confirmed is given every commit.
pub(super) fn slot_has_no_gap(of: &Reference<'_>) -> Finding {
    of_resumptions(of, |of, one| {
        let reading = &of.world.readings[one.reading];
        if reading.created || reading.start > reading.confirmed {
            return Finding::Vacuous;
        }
        missed(of, one)
    })
}

/// No consumer resumes beyond commits that it was not given.
pub(super) fn no_skipped_window(of: &Reference<'_>) -> Finding {
    of_resumptions(of, |of, one| {
        let reading = &of.world.readings[one.reading];
        if reading.created || reading.start > reading.confirmed {
            return missed(of, one);
        }
        Finding::Holds
    })
}

/// A consumer is given again at most what lies between its slot's position and its own.
pub(super) fn duplicates_bounded(of: &Reference<'_>) -> Finding {
    if !of.knobs().client_start_filters {
        return Finding::Vacuous;
    }
    of_resumptions(of, |of, one| {
        let given = &of.readings.all[one.reading];
        let before = of
            .readings
            .all
            .iter()
            .filter(|other| other.client == given.client && other.begins < given.begins);
        let before: Vec<&Given> = before.collect();
        let Some(last) = before.last() else { return Finding::Vacuous };
        let parent = of.movement.branches[given.branch].parent;
        let fork = parent.map_or(0, |(_, fork)| byte(fork));
        let shared = last.branch == given.branch || last.end_at(of.now) <= fork;
        let furthest = before.iter().map(|other| other.end_at(of.now)).max().unwrap_or(0);
        let confirmed = of.world.readings[one.reading].confirmed.lsn().get();
        let asks = asks_for_its_own(of, given);
        let bound =
            if asks && shared { 0 } else { between(of, given.branch, (confirmed, furthest)) };
        if one.again <= bound {
            return Finding::Holds;
        }
        Finding::Broken(given.begins, json!({ "commits": one.again - bound }))
    })
}

fn asks_for_its_own(of: &Reference<'_>, given: &Given) -> bool {
    use cutover::model::Work;
    matches!(of.world.client(given.client).work, Work::Consume(of) if of.own_position)
}

/// Counts the commits of a history that end between two bytes.
fn between(of: &Reference<'_>, tip: usize, (from, to): (u64, u64)) -> usize {
    let line = of.movement.line(tip, u128::from(to) * BYTE);
    let within = |branch: usize, end: u64| {
        let own = line.iter().find(|(of, _)| *of == branch);
        own.is_some_and(|(_, limit)| from < end && end <= byte(*limit))
    };
    of.commits.iter().filter(|one| within(one.branch, one.byte)).count()
}
