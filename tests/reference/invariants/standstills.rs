//! Major upgrades and power off and on: what they leave alone, what they keep, what is gone.
//!
//! Knows nothing of how they are done. Kept here: what a fault on the way does to them is judged by
//! the invariants of failovers.

use cutover::knob::{PowerOff, UpgradedSlots};
use cutover::model::{Endpoint, NodeId, ServiceId};
use serde_json::json;

use super::{Finding, Promotion, micros};
use crate::numbers::Reference;
use crate::operations::Standstill;
use crate::slots::Taken;
use crate::track::byte;

/// A second, in microseconds.
const SECOND: u64 = 1_000_000;

/// A major upgrade moves no name and leaves nobody who has the version before.
pub(super) fn upgrade_in_place(of: &Reference<'_>) -> Finding {
    of.of_services(|id| {
        let upgrades = of.done(id).standstills.iter().filter(|one| one.upgrade);
        Finding::worst(upgrades.map(|one| in_place(of, id, one).unwrap_or(Finding::Vacuous)))
    })
}

fn in_place(of: &Reference<'_>, id: ServiceId, one: &Standstill) -> Option<Finding> {
    let (at, others) = one.upgraded.as_ref()?;
    // Nodes that were given up before, and that nobody reaches, are not the upgrade's.
    if others.iter().any(|node| !of.given_up(*node, 0, *at)) {
        return Some(Finding::broken_times(*at, others.len()));
    }
    let during = one.began..=*at;
    let moved = of.promoted(id).iter().any(|other| during.contains(&other.seen.ordered));
    let record = of.world.service(id).record(Endpoint::Primary);
    let named = record.at(cutover::kernel::Instant::from_micros(*at));
    let named: Vec<NodeId> = named.iter().collect();
    // A change to this very primary had been ordered before, when it was promoted.
    let stays = moved || named == [one.primary] || named == one.named;
    Some(if stays { Finding::Holds } else { Finding::broken_times(*at, 1) })
}

fn gone<'a>(taken: impl Iterator<Item = &'a Taken>) -> Finding {
    Finding::worst(taken.map(|taken| match taken.copy {
        Some(_) => Finding::broken_times(taken.at, 1),
        None => Finding::Holds,
    }))
}

/// After a major upgrade none of the logical slots is left.
pub(super) fn upgrade_drops_slots(of: &Reference<'_>) -> Finding {
    if of.knobs().major_upgrade_slots == UpgradedSlots::Kept {
        return Finding::Vacuous;
    }
    of.of_services(|id| {
        let own = of.takeovers.iter().filter(|one| of.world.node(one.node).service == id);
        gone(own.filter(|one| one.upgraded))
    })
}

/// After power off and on none of the logical slots is left.
pub(super) fn power_cycle_drops_slots(of: &Reference<'_>) -> Finding {
    of.of_services(|id| {
        let all = of.promoted(id);
        let on = |taken: &&Taken| {
            let finished = (taken.node, Some(taken.at));
            all.iter()
                .any(|one| one.rule == "power-on" && (one.seen.node, one.seen.finished) == finished)
        };
        let own = of.takeovers.iter().filter(|one| of.world.node(one.node).service == id);
        gone(own.filter(on))
    })
}

/// A service that is powered off in good order loses no acknowledged commit.
pub(super) fn power_off_keeps_acked(of: &Reference<'_>) -> Finding {
    if of.knobs().power_off == PowerOff::AtOnce {
        return Finding::Vacuous;
    }
    of.of_services(|id| {
        let all = of.promoted(id);
        let off = of.done(id).standstills.iter().filter(|one| !one.upgrade);
        let judged = off.map(|one| kept(of, (id, &all), one).unwrap_or(Finding::Vacuous));
        Finding::worst(judged)
    })
}

fn kept(
    of: &Reference<'_>,
    (id, all): (ServiceId, &[Promotion<'_>]),
    one: &Standstill,
) -> Option<Finding> {
    let over = one.over?;
    let restored =
        all.iter().find(|other| other.rule == "power-on" && other.seen.ordered >= over)?;
    let removed = one.removed?;
    let (parent, _) = of.movement.branches[restored.seen.branch?].parent?;
    let silent = of.silences(id).any(|silence| {
        let open = silence.last <= one.began && silence.until > one.began;
        silence.node == one.primary && open && one.began - silence.last > of.notice()
    });
    let forced = removed >= one.began + micros(of.knobs().stop_patience);
    let shortly_before = one.began.saturating_sub(of.notice() + SECOND);
    let struck =
        of.deeds.strikes.iter().any(|strike| (shortly_before..=removed).contains(&strike.at));
    if silent || forced || struck {
        return None;
    }
    let line = of.surviving(id);
    let begin = of.movement.branches[parent].parent.map_or(0, |(_, fork)| fork);
    let limit = byte(of.limit(&line, id, parent).unwrap_or(begin));
    let lost = of.commits.iter().filter(|commit| {
        let own = commit.branch == parent && commit.service == id;
        own && commit.told.is_some() && commit.byte > limit
    });
    Some(match lost.count() {
        0 => Finding::Holds,
        lost => Finding::Broken(removed, json!({ "commits": lost })),
    })
}
