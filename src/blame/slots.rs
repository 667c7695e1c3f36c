//! Commits that consumers of logical slots were given again, and those they will never be given.
//!
//! Knows nothing of lost commits and outages. Kept here: the lines of a slot on one primary add up
//! to what its consumer was given twice there, and to what it misses.

use super::chain::{cause_of, strike};
use super::entry::{Again, Entry, Gap, Kind, Link};
use super::scale::{Scale, Setting};
use super::{cause, order};
use crate::check::Amount;
use crate::kernel::{Instant, Lsn};
use crate::knob::SlotPolicy;
use crate::sim::{ClientOutcome, FaultOutcome, Outcome, Promotion, ServiceOutcome, SlotOutcome};

/// Returns the lines of every slot of every service.
pub(super) fn of_slots(outcome: &Outcome) -> Vec<Entry> {
    let mut entries = Vec::new();
    for service in &outcome.services {
        entries.extend(service.slots.iter().flat_map(|slot| lines(outcome, service, slot)));
    }
    entries
}

fn lines(outcome: &Outcome, service: &ServiceOutcome, slot: &SlotOutcome) -> Vec<Entry> {
    let (again, gaps) = (slot.repeats, slot.skips);
    let parts = [
        (Kind::Again(Again::Behind), again.behind),
        (Kind::Again(Again::Uncopied), again.uncopied),
        (Kind::Again(Again::Unsaved), again.unsaved),
        (Kind::Again(Again::Unconfirmed), again.unconfirmed),
        (Kind::Gap(Gap::Anew), gaps.anew),
        (Kind::Gap(Gap::Asked), gaps.asked),
        (Kind::Gap(Gap::Confirmed), gaps.confirmed),
    ];
    let promotion = slot.promoted.as_ref().and_then(|(_, at)| {
        service.finished().find(|one| one.node == slot.node && one.finished == Some(*at))
    });
    let at = slot.resumed.unwrap_or(outcome.until);
    let line = |(kind, commits): (Kind, u64)| Entry {
        service: service.name.clone(),
        subject: slot.consumer.clone().unwrap_or_else(|| slot.slot.clone()),
        kind,
        amount: Amount::Commits(commits),
        from: at,
        to: at,
        range: range(kind, slot, promotion),
        scale: scale(outcome, slot, (kind, promotion)),
        chain: chain(outcome, service, slot, (promotion, at)),
    };
    parts.into_iter().filter(|(_, commits)| *commits > 0).map(line).collect()
}

/// Returns where the commits lie that a consumer will never be given.
fn range(kind: Kind, slot: &SlotOutcome, promotion: Option<&Promotion>) -> Option<(u32, Lsn, Lsn)> {
    let (from, to) = slot.skipped_range.filter(|_| matches!(kind, Kind::Gap(_)))?;
    Some((promotion.map_or(1, |one| one.timeline), from, to))
}

fn scale(
    outcome: &Outcome,
    slot: &SlotOutcome,
    (kind, promotion): (Kind, Option<&Promotion>),
) -> Scale {
    let knobs = |names: &[&str]| Scale::knobs(&outcome.knobs, names);
    match kind {
        Kind::Again(Again::Uncopied) if slot.left_over => knobs(&["leftover_slot"]),
        Kind::Again(Again::Uncopied) if outcome.knobs.slot_policy == SlotPolicy::FailoverSlots => {
            knobs(&["slot_sync_nap_max", "slot_sync_restart"])
        }
        Kind::Again(Again::Uncopied) => knobs(&["slot_copy_period"]),
        Kind::Again(Again::Unsaved) => knobs(&["checkpoint_period", "snapshot_period"]),
        Kind::Again(Again::Unconfirmed) => {
            slot.feedback.map_or_else(|| knobs(&["client_delay"]), Scale::Feedback)
        }
        // What is written until the consumer is back lies before the slot that it creates then.
        Kind::Gap(Gap::Anew) => reconnecting(outcome, slot),
        Kind::Gap(Gap::Confirmed) => knobs(&["slot_position_limit"]),
        Kind::Again(Again::Behind)
        | Kind::Gap(Gap::Asked)
        | Kind::LostBehind
        | Kind::LostUnnoticed
        | Kind::LostDeciding
        | Kind::LostBeside
        | Kind::LostFencing
        | Kind::Divergent
        | Kind::Phantom
        | Kind::Outage(_) => behind(outcome, slot, promotion),
    }
}

/// Returns what decides how far behind the promoted standby was.
fn behind(outcome: &Outcome, slot: &SlotOutcome, promotion: Option<&Promotion>) -> Scale {
    Scale::of_lag(outcome, obstacle(outcome, slot, promotion), promotion)
}

/// Returns the fault that kept WAL from the promoted standby at the last copy.
fn obstacle<'a>(
    outcome: &'a Outcome,
    slot: &SlotOutcome,
    promotion: Option<&Promotion>,
) -> Option<&'a FaultOutcome> {
    let promotion = promotion?;
    cause::between(outcome, (&promotion.from, &promotion.node), slot.copied?)
}

fn reconnecting(outcome: &Outcome, slot: &SlotOutcome) -> Scale {
    let own = |client: &&ClientOutcome| Some(&client.name) == slot.consumer.as_ref();
    let names = ["dns_publish_delay", "dns_ttl", "backoff_max"];
    let client = outcome.clients.iter().find(own);
    let tuned = || Scale::knobs(&outcome.knobs, &names);
    client.map_or_else(tuned, |client| Scale::client(&outcome.knobs, client, &names))
}

/// Returns how the slot's primary came to be another, and what the slot was there.
fn chain(
    outcome: &Outcome,
    service: &ServiceOutcome,
    slot: &SlotOutcome,
    (promotion, at): (Option<&Promotion>, Instant),
) -> Vec<Link> {
    let mut chain = promotion.map(|one| cause_of(outcome, service, one)).unwrap_or_default();
    let upgrade = order::last(outcome, &service.name, (&["MajorUpgrade"], at));
    if let Some(order) = upgrade.filter(|_| promotion.is_none()) {
        chain.push(order::given(order));
        let upgraded = |one: &&crate::sim::PhaseChange| {
            one.phase == crate::control::PhaseName::BackingUp && order.at <= one.at && one.at <= at
        };
        chain.extend(service.phases.iter().find(upgraded).map(|one| {
            let what = format!("{} is upgraded, and its logical slots are gone", slot.node);
            Link::new(one.at, what).by(Setting::of(&outcome.knobs, "major_upgrade_slots"))
        }));
    }
    let (name, node) = (&slot.slot, &slot.node);
    if let Some(copied) = slot.copied.filter(|_| promotion.is_some()) {
        let what = format!("the position of slot {name} is copied to {node} for the last time");
        let link = Link::new(copied, what);
        let jobs = outcome.knobs.slot_policy == SlotPolicy::PlatformJobs;
        let by = if jobs { "slot_copy_period" } else { "slot_sync_nap_max" };
        chain.push(link.by(Setting::of(&outcome.knobs, by)));
    }
    for link in obstacle(outcome, slot, promotion).into_iter().map(strike) {
        if !chain.contains(&link) {
            chain.push(link);
        }
    }
    let who = slot.consumer.as_deref().unwrap_or("its consumer");
    chain.push(Link::new(at, format!("{who} goes on reading slot {name} on {node}")));
    chain.sort_by_key(|link| link.at);
    chain
}
