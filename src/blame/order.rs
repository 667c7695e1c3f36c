//! Which operator's order is behind a promotion or an outage, and what came between.
//!
//! Knows nothing of faults. Kept here: an order that was refused is behind nothing.

use super::entry::Link;
use super::scale::{Scale, Setting};
use super::stop;
use crate::control::{ORDERS, PhaseName};
use crate::kernel::{Instant, Span};
use crate::knob::TerraformOrder;
use crate::sim::{ControlledStop, OrderOutcome, Outcome, Promotion, ServiceOutcome};

/// How much earlier than its order the first request without an answer may have been sent.
const UNDER_WAY: Span = Span::from_secs(1);

/// Returns the other service of a pair or a group.
pub(super) fn partner<'a>(outcome: &'a Outcome, service: &str) -> Option<&'a ServiceOutcome> {
    let pairs = outcome.pairs.iter().map(|pair| (&pair.primary, &pair.recovery));
    let groups = outcome.groups.iter().map(|group| (&group.primary, &group.secondary));
    let mut both = pairs.chain(groups);
    let other = both.find_map(|(one, two)| match (one == service, two == service) {
        (true, _) => Some(two),
        (_, true) => Some(one),
        _ => None,
    })?;
    outcome.services.iter().find(|service| service.name == *other)
}

/// Returns the link of an order.
pub(super) fn given(order: &OrderOutcome) -> Link {
    Link::new(order.at, deed(order.order, &order.service))
}

/// Returns what an operator does who gives an order, in words.
pub(super) fn deed(order: &str, whom: &str) -> String {
    let card = ORDERS.iter().find(|card| card.name == order).expect("every order has a card");
    format!("an operator {}", card.deed.replace("{}", whom))
}

/// Returns the last order of some kinds that was carried out for a service by an instant.
pub(super) fn last<'a>(
    outcome: &'a Outcome,
    service: &str,
    (kinds, by): (&[&str], Instant),
) -> Option<&'a OrderOutcome> {
    let carried_out = |order: &&OrderOutcome| {
        order.refusal.is_none() && order.service == service && kinds.contains(&order.order)
    };
    outcome.orders.iter().filter(|order| order.at <= by).rfind(carried_out)
}

/// The orders that change the primary in a controlled way.
const PLANNED: [&str; 3] = ["Maintain", "Migrate", "ChangeTier"];

/// The orders that make another service of a pair the active one.
const OF_PAIRS: [&str; 6] = [
    "Switchover",
    "Switchback",
    "TakeOver",
    "PromoteToMaster",
    "ReverseIntegration",
    "SwitchByTerraform",
];

/// Returns the order that led to a promotion, if one did.
pub(super) fn of_promotion<'a>(
    outcome: &'a Outcome,
    service: &ServiceOutcome,
    promotion: &Promotion,
) -> Option<&'a OrderOutcome> {
    let own = |kinds: &[&str]| last(outcome, &service.name, (kinds, promotion.ordered));
    match promotion.cause {
        "switchover" => own(&PLANNED),
        "region_switchover" | "region_switchback" | "region_failback" => {
            let other = partner(outcome, &service.name);
            let theirs =
                other.and_then(|other| last(outcome, &other.name, (&OF_PAIRS, promotion.ordered)));
            own(&OF_PAIRS).into_iter().chain(theirs).max_by_key(|order| order.at)
        }
        // One that was given before is not behind a failover that the platform does by itself.
        "region_failover" => {
            own(&["Failover", "PromoteToMaster"]).filter(|order| order.at == promotion.ordered)
        }
        "gad_promotion" => own(&["PromoteSecondary", "RemoveIntegration"]),
        "read_replica_promotion" => own(&["RemoveIntegration"]),
        "power_on" => own(&["PowerOnService"]),
        _ => None,
    }
}

/// Returns whether a promotion is part of what was planned or ordered, and follows from no silence.
pub(super) fn is_ordered(service: &ServiceOutcome, promotion: &Promotion) -> bool {
    let silent = service.marked_down.iter().any(|mark| mark.at == promotion.marked_down);
    !matches!(promotion.cause, "failover" | "restore") && !silent
}

/// Returns how an order led to a promotion: the order, what it waited for, and the stop of the old
/// primary.
pub(super) fn leading(
    outcome: &Outcome,
    service: &ServiceOutcome,
    promotion: &Promotion,
) -> Vec<Link> {
    let Some(order) = of_promotion(outcome, service, promotion) else { return Vec::new() };
    let mut chain = Vec::new();
    if promotion.cause == "power_on" {
        chain.extend(last(outcome, &service.name, (&["PowerOffService"], order.at)).map(given));
    }
    let first = last(outcome, &order.service, (&["SwitchByTerraform"], order.at));
    let first = first.filter(|_| order.order == "ReverseIntegration");
    chain.extend(first.map(given));
    chain.push(match first {
        None => given(order),
        Some(_) => given(order).by(Setting::of(
            &outcome.knobs,
            match outcome.knobs.terraform_order {
                TerraformOrder::ApplyThenWait => "terraform_gap",
                TerraformOrder::WaitThenApply => "terraform_wait",
            },
        )),
    });
    if promotion.cause == "switchover" {
        chain.extend(waiting(outcome, service, (order.at, promotion.ordered)));
        chain.extend(stop::begins(service, promotion).map(|at| {
            Link::new(at, format!("{} is told to stop in a controlled way", promotion.from))
        }));
        chain.extend(stop::link(outcome, service, promotion));
    }
    chain
}

/// Returns what a planned operation waited for before it changed the primary.
pub(super) fn waiting(
    outcome: &Outcome,
    service: &ServiceOutcome,
    (from, to): (Instant, Instant),
) -> Vec<Link> {
    let within = |at: Instant| from <= at && at <= to;
    let nexts = service.phases.iter().zip(service.phases.iter().skip(1));
    let waited = nexts.filter(|(one, next)| within(one.at) && within(next.at) && one.at < next.at);
    let link = |(one, next): (&crate::sim::PhaseChange, &crate::sim::PhaseChange)| {
        let at = next.at;
        if one.phase == PhaseName::PendingWindow {
            let removed = last(outcome, &service.name, (&["RemoveWindows"], at));
            let opens = || Link::new(at, format!("a window of {} opens", service.name));
            return Some(removed.filter(|order| order.at == at).map_or_else(opens, given));
        }
        if one.phase != PhaseName::DrainingSlots {
            return None;
        }
        let limit = outcome.knobs.slot_drain_limit;
        Some(if at.since(one.at) >= limit {
            let what = "consumers of logical slots are waited for no longer".to_owned();
            Link::new(at, what).by(Setting::of(&outcome.knobs, "slot_drain_limit"))
        } else {
            Link::new(at, "logical slots are on the new servers".to_owned())
        })
    };
    waited.filter_map(link).collect()
}

/// Returns whether the platform failed over to another region without being told to.
pub(super) fn is_by_itself(
    outcome: &Outcome,
    service: &ServiceOutcome,
    promotion: &Promotion,
) -> bool {
    promotion.cause == "region_failover" && of_promotion(outcome, service, promotion).is_none()
}

/// Returns what put an ordered promotion where it is, if anything did.
pub(super) fn timed(
    outcome: &Outcome,
    service: &ServiceOutcome,
    promotion: &Promotion,
) -> Option<Scale> {
    if is_by_itself(outcome, service, promotion) {
        return Some(Scale::knobs(&outcome.knobs, &["automatic_region_failover"]));
    }
    stop::begins(service, promotion).map(|_| stop::scale(outcome, service, promotion))
}

/// Returns the order that had a service or a node of it down when an outage began, if one had.
pub(super) fn of_outage<'a>(
    outcome: &'a Outcome,
    service: &ServiceOutcome,
    start: Instant,
) -> Option<&'a OrderOutcome> {
    let by = start + UNDER_WAY;
    let mut before = service.phases.iter().filter(|one| one.at <= by);
    let phase = before.next_back().map(|one| one.phase);
    let kind = match phase {
        Some(PhaseName::Upgrading) => "MajorUpgrade",
        Some(PhaseName::ShuttingDown | PhaseName::PoweredOff) => "PowerOffService",
        _ => return None,
    };
    last(outcome, &service.name, (&[kind], by))
}

/// How long after the order nodes are wiped at the latest: the other instance is restarted first.
const UNTIL_WIPED: Span = Span::from_secs(60);

/// The orders that wipe the nodes of a service to build it anew, as the one that follows.
const WIPING: [&str; 3] = ["AddSecondary", "RecreatePrimary", "SetUpRecovery"];

/// Returns the order that wiped the nodes of a service when an outage began, if one did.
pub(super) fn wiping<'a>(
    outcome: &'a Outcome,
    service: &ServiceOutcome,
    start: Instant,
) -> Option<&'a OrderOutcome> {
    let order = last(outcome, &service.name, (&WIPING, start + UNDER_WAY))?;
    (order.at + UNTIL_WIPED >= start).then_some(order)
}

/// Returns the order that made the other service of a pair or a group the active one, if the last
/// of them did.
pub(super) fn made_passive<'a>(
    outcome: &'a Outcome,
    service: &ServiceOutcome,
    by: Instant,
) -> Option<&'a OrderOutcome> {
    let other = partner(outcome, &service.name)?;
    let kinds = [&OF_PAIRS[..], &WIPING, &["Failover", "PromoteSecondary"]].concat();
    let of = |name: &str| last(outcome, name, (&kinds, by));
    of(&service.name).into_iter().chain(of(&other.name)).max_by_key(|order| order.at)
}

/// Returns the planned order by which a server was stopped when an outage began, and how the stop
/// ended.
pub(super) fn stopping<'a>(
    outcome: &'a Outcome,
    service: &'a ServiceOutcome,
    (start, end): (Instant, Instant),
) -> Option<(&'a OrderOutcome, &'a ControlledStop)> {
    let mut stops = service.background.stops.iter();
    let stop = stops.find(|stop| start <= stop.over && stop.over <= end)?;
    Some((last(outcome, &service.name, (&PLANNED, start + UNDER_WAY))?, stop))
}

/// Returns the order by which the primary of a group was restarted when an outage began, if one
/// was: an instance was added to it.
pub(super) fn of_group<'a>(
    outcome: &'a Outcome,
    service: &ServiceOutcome,
    start: Instant,
) -> Option<&'a OrderOutcome> {
    let other = partner(outcome, &service.name)?;
    let order = last(outcome, &other.name, (&["AddSecondary"], start + UNDER_WAY))?;
    (order.at + UNDER_WAY >= start).then_some(order)
}

/// Returns the order behind the deletion of a node of a service, if one is.
pub(super) fn of_deletion<'a>(
    outcome: &'a Outcome,
    service: &str,
    at: Instant,
) -> Option<&'a OrderOutcome> {
    last(outcome, service, (&["Maintain", "Migrate", "ChangeTier", "ChangePlan"], at))
}
