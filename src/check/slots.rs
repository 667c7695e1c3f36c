//! Logical slots: what becomes of them and of their consumers when a primary is replaced.
//!
//! Knows nothing of how the jobs run. Kept here: a slot is judged by what a promoted node had and
//! a consumer was given, against what the node before had and the consumer needs.

use super::case::{Breach, Case, Finding};
use super::deliveries::{Delivery, deliveries};
use super::history::ServiceHistory;
use super::slot_memory::{SlotFeedEnd, SlotRecord};
use super::verdict::Amount;
use crate::kernel::{Bytes, Position};
use crate::knob::SlotPolicy;
use crate::model::{Reading, SlotId};

/// Judges that no slot on a promoted node is beyond the node's own WAL.
pub(super) fn slot_behind_its_node(case: &Case<'_>) -> Finding {
    each_record(case, |_, record| {
        let Some(confirmed) = record.confirmed else { return Finding::Vacuous };
        let parent = case.world.branch(record.branch).parent;
        let fork = parent.map_or(Position::ZERO, |(_, fork)| fork);
        if confirmed <= fork && record.restart <= confirmed {
            return Finding::Holds;
        }
        let beyond = Bytes(confirmed.lsn().get().saturating_sub(fork.lsn().get()));
        let detail = format!(
            "slot {} on {} is confirmed {beyond} beyond the WAL of the node",
            slot_name(case, record.slot),
            case.world.node_name(record.node)
        );
        Finding::Broken(Breach { at: record.at, amounts: vec![Amount::Bytes(beyond)], detail })
    })
}

/// Judges that a slot that was on the promoted standby, or had the time to be, survives.
pub(super) fn copied_slot_survives(case: &Case<'_>) -> Finding {
    each_record(case, |memory, record| {
        let feed = last_feed(memory, record).filter(|_| !record.upgraded);
        match (record.restored, record.confirmed, feed) {
            (true, ..) | (false, _, None) => Finding::Vacuous,
            (false, None, _) if record.given_up => Finding::Vacuous,
            (false, Some(_), Some(feed)) if record.left_over => {
                // The servers' own way ends with an error whatever the slot's age.
                if case.knobs.slot_policy == SlotPolicy::PlatformJobs && !feed.could_copy {
                    return Finding::Vacuous;
                }
                let detail = format!(
                    "what {} has in place of slot {} was left there before",
                    case.world.node_name(record.node),
                    slot_name(case, record.slot)
                );
                Finding::broken_times(record.at, 1, detail)
            }
            (false, Some(_), Some(_)) => Finding::Holds,
            (false, None, Some(feed)) if feed.copied.is_none() && !feed.could_copy => {
                Finding::Vacuous
            }
            (false, None, Some(feed)) => {
                let detail = format!(
                    "slot {} is not on {}, whose jobs had {} for it",
                    slot_name(case, record.slot),
                    case.world.node_name(record.node),
                    feed.healthy
                );
                Finding::broken_times(record.at, 1, detail)
            }
        }
    })
}

/// Judges that a slot on a promoted standby that kept up is as far as the primary's was one copy
/// earlier.
pub(super) fn slot_position_fresh(case: &Case<'_>) -> Finding {
    if case.knobs.slot_policy == SlotPolicy::FailoverSlots {
        // Its cycles follow no period, and leave out what the standby has not flushed.
        return Finding::Vacuous;
    }
    let late = case.world.slot_copies_apart();
    each_record(case, |memory, record| {
        let (Some(confirmed), Some(feed)) = (record.confirmed, last_feed(memory, record)) else {
            return Finding::Vacuous;
        };
        let world = case.world;
        if record.restored || record.upgraded || feed.primary != record.from || feed.healthy < late
        {
            return Finding::Vacuous;
        }
        let then = feed.end.minus(late);
        if feed.copied.is_none_or(|copied| copied < then) && feed.healthy < world.slot_safe_after()
        {
            return Finding::Vacuous;
        }
        let expected = feed.due.lsn();
        if confirmed.lsn() >= expected {
            return Finding::Holds;
        }
        let behind = Bytes(expected.get() - confirmed.lsn().get());
        let detail = format!(
            "slot {} on {} is {behind} behind where it was {late} before",
            slot_name(case, record.slot),
            world.node_name(record.node)
        );
        Finding::Broken(Breach { at: record.at, amounts: vec![Amount::Bytes(behind)], detail })
    })
}

/// Judges that nothing of the slots of a lost lone node is left.
pub(super) fn lone_node_loses_slots(case: &Case<'_>) -> Finding {
    each_record(case, |_, record| match (record.restored, record.confirmed) {
        (false, _) => Finding::Vacuous,
        (true, None) => Finding::Holds,
        (true, Some(_)) => {
            let name = slot_name(case, record.slot);
            let detail = format!("slot {name} came back from a backup, which holds no slots");
            Finding::broken_times(record.at, 1, detail)
        }
    })
}

/// Judges that while nothing hinders the jobs, dependencies and copies are on time.
pub(super) fn slot_jobs_on_time(case: &Case<'_>) -> Finding {
    if case.knobs.slot_policy == SlotPolicy::FailoverSlots {
        return Finding::Vacuous;
    }
    let between = case.world.slot_copies_apart();
    Finding::join(case.services().map(|(_, memory)| {
        Finding::join(memory.slot_feeds.iter().map(|feed| {
            let age = feed.copied.map(|copied| feed.end.since(copied));
            let name = slot_name(case, feed.slot);
            match age {
                Some(age) if age <= between || age > feed.healthy => Finding::Holds,
                Some(age) => {
                    let detail = format!("the position of slot {name} was {age} old");
                    Finding::broken_for(feed.end, age.minus(between), detail)
                }
                None if !feed.could_copy => Finding::Vacuous,
                None => {
                    let detail = format!(
                        "slot {name} was kept on no standby after {} of calm",
                        feed.healthy
                    );
                    let late = feed.healthy.minus(case.world.slot_safe_after());
                    Finding::broken_for(feed.end, late, detail)
                }
            }
        }))
    }))
}

/// Judges that a consumer that begins where its slot is confirmed misses nothing.
pub(super) fn slot_has_no_gap(case: &Case<'_>) -> Finding {
    each_resumption(case, |reading, delivery| {
        if reading.start > reading.confirmed || reading.created {
            return Finding::Vacuous;
        }
        judge_skipped(case, reading, delivery, "though it began where the slot is confirmed")
    })
}

/// Judges that no consumer asks for a start beyond new commits, or begins with a new slot.
pub(super) fn no_skipped_window(case: &Case<'_>) -> Finding {
    each_resumption(case, |reading, delivery| {
        let how = if reading.created {
            "written before its slot was created anew"
        } else if reading.start > reading.confirmed {
            "below the start position that it asked for, on a timeline that began earlier"
        } else {
            return Finding::Holds;
        };
        judge_skipped(case, reading, delivery, how)
    })
}

fn judge_skipped(case: &Case<'_>, reading: &Reading, delivery: &Delivery, how: &str) -> Finding {
    if delivery.skipped == 0 {
        return Finding::Holds;
    }
    let client = &case.world.names.clients[reading.client.index()];
    let what = if delivery.skipped == 1 { "commit" } else { "commits" };
    let detail = format!("{client} is never given {} {what} {how}", delivery.skipped);
    let amounts = vec![Amount::Commits(delivery.skipped)];
    Finding::Broken(Breach { at: reading.begins, amounts, detail })
}

/// Judges that a consumer is given twice no more than lies between its slot's position and its own.
pub(super) fn duplicates_bounded(case: &Case<'_>) -> Finding {
    if !case.knobs.client_start_filters {
        return Finding::Vacuous;
    }
    each_resumption(case, |reading, delivery| {
        let world = case.world;
        let mut earlier = world.readings.iter().filter(|one| one.client == reading.client);
        let last = earlier.rfind(|one| one.begins < reading.begins);
        let Some(own) = last.map(|one| one.given(world.now)) else { return Finding::Vacuous };
        let asks = world.consumption(reading.client).is_some_and(|of| of.own_position);
        let earlier = world.readings.iter().filter(|one| one.client == reading.client);
        let earlier = earlier.filter(|one| one.begins < reading.begins);
        let furthest = earlier.map(|one| one.given(world.now)).max().unwrap_or(own);
        let branch = world.branch(reading.branch);
        let fork = branch.parent.map_or(Position::ZERO, |(_, fork)| fork);
        let shared = last.is_some_and(|one| one.branch == reading.branch) || own <= fork;
        let bound = if asks && shared {
            0
        } else {
            commits_between(case, reading, reading.confirmed, furthest)
        };
        if delivery.duplicates <= bound {
            return Finding::Holds;
        }
        let client = &world.names.clients[reading.client.index()];
        let detail = format!(
            "{client} was given {} commits again, expected at most {bound}",
            delivery.duplicates
        );
        let amounts = vec![Amount::Commits(delivery.duplicates - bound)];
        Finding::Broken(Breach { at: reading.begins, amounts, detail })
    })
}

/// Counts the commits of a reading's history between two positions.
fn commits_between(case: &Case<'_>, reading: &Reading, from: Position, to: Position) -> u64 {
    let world = case.world;
    let line = |to| world.line(reading.branch, to);
    if to <= from { 0 } else { world.missing(&line(to), &line(from)) }
}

fn each_record(
    case: &Case<'_>,
    judge: impl Fn(&ServiceHistory, &SlotRecord) -> Finding,
) -> Finding {
    Finding::join(
        case.services().map(|(_, memory)| {
            Finding::join(memory.slots.iter().map(|record| judge(memory, record)))
        }),
    )
}

/// Judges each connection of a consumer but its first.
fn each_resumption(case: &Case<'_>, judge: impl Fn(&Reading, &Delivery) -> Finding) -> Finding {
    let ids = (0..case.world.slots.len()).map(SlotId::at);
    Finding::join(ids.map(|id| {
        let all = deliveries(case.world, id);
        Finding::join(
            all.iter()
                .skip(1)
                .map(|delivery| judge(&case.world.readings[delivery.reading], delivery)),
        )
    }))
}

fn last_feed<'a>(memory: &'a ServiceHistory, record: &SlotRecord) -> Option<&'a SlotFeedEnd> {
    let mut of = memory.slot_feeds.iter().filter(|feed| feed.slot == record.slot);
    of.rfind(|feed| feed.standby == record.node && feed.end <= record.at)
}

fn slot_name<'a>(case: &Case<'a>, id: SlotId) -> &'a str {
    &case.world.names.slots[id.index()]
}
