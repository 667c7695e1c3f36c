//! How a fault or an order became a new primary: the events between, each with the constant that
//! timed it.
//!
//! Knows nothing of what it cost. Kept here: only events that had to happen for the next one to
//! happen are in a chain.

use super::entry::Link;
use super::scale::{Scale, Setting};
use super::{cause, order, stop, successor};
use crate::control::PhaseName;
use crate::kernel::Instant;
use crate::sim::{DiskFull, FaultOutcome, MarkedDown, Outcome, Promotion, ServiceOutcome};

/// Returns the events of a run that led to the promotion of a node, its end included.
pub(crate) fn cause_of(
    outcome: &Outcome,
    service: &ServiceOutcome,
    promotion: &Promotion,
) -> Vec<Link> {
    let mut chain = noticing(outcome, service, promotion);
    for one in successor::in_vain(service, promotion) {
        if order::is_ordered(service, promotion) == order::is_ordered(service, one) {
            chain.extend(noticing(outcome, service, one));
            chain.extend(failing(outcome, service, one));
        }
    }
    chain.extend(promoting(outcome, service, promotion));
    in_order(chain)
}

/// Returns links in order of time, each once.
pub(super) fn in_order(chain: Vec<Link>) -> Vec<Link> {
    let mut all: Vec<Link> = Vec::new();
    for link in chain {
        if !all.contains(&link) {
            all.push(link);
        }
    }
    all.sort_by_key(|link| link.at);
    all
}

/// Returns the link of a fault.
pub(super) fn strike(fault: &FaultOutcome) -> Link {
    Link::new(fault.at, format!("{} strikes {}", fault.fault, fault.what))
}

/// Returns how a promotion's primary came to be given up, or an order to be carried out.
pub(super) fn noticing(
    outcome: &Outcome,
    service: &ServiceOutcome,
    promotion: &Promotion,
) -> Vec<Link> {
    let chain = if promotion.rule == "promote-self" {
        by_daemon(outcome, promotion)
    } else if order::is_ordered(service, promotion)
        && !order::is_by_itself(outcome, service, promotion)
    {
        ordered(outcome, service, promotion)
    } else {
        silent(outcome, service, promotion)
    };
    in_order(chain)
}

/// Returns how a daemon came to promote its own node.
fn by_daemon(outcome: &Outcome, promotion: &Promotion) -> Vec<Link> {
    let by = (Instant::ZERO, promotion.ordered);
    let fault = cause::of_silence(outcome, &promotion.from, by);
    let mut chain: Vec<Link> = fault.map(strike).into_iter().collect();
    for fault in cause::misleading(outcome, promotion) {
        chain.push(strike(fault));
        let end = fault.ended.filter(|end| *end <= promotion.ordered);
        let what = || format!("{} of {} ends", fault.fault, fault.what);
        chain.extend(end.map(|end| Link::new(end, what())));
    }
    chain
}

/// Returns how an order led to a promotion, with the faults that its stop met.
fn ordered(outcome: &Outcome, service: &ServiceOutcome, promotion: &Promotion) -> Vec<Link> {
    let mut chain = order::leading(outcome, service, promotion);
    if let Some(from) = stop::begins(service, promotion) {
        let met = cause::within(outcome, &promotion.from, (from, promotion.ordered));
        chain.extend(met.into_iter().map(strike));
    }
    if promotion.rule == "return-to-active"
        && let Some(other) = order::partner(outcome, &service.name)
    {
        let mut vain = other.promotions.iter().filter(|one| one.finished.is_none());
        let failed = vain.rfind(|one| one.ordered < promotion.ordered);
        chain.extend(failed.into_iter().flat_map(|one| failing(outcome, other, one)));
    }
    chain
}

/// Returns how a promotion was ordered, and failed since its node did.
pub(super) fn failing(
    outcome: &Outcome,
    service: &ServiceOutcome,
    promotion: &Promotion,
) -> Vec<Link> {
    let mut chain = vec![told(outcome, service, promotion)];
    let marks = service.marked_down.iter().filter(|mark| mark.node == promotion.node);
    for mark in marks.filter(|mark| mark.at >= promotion.ordered) {
        let by = (mark.last_report, mark.at);
        let heard = mark.at.since(mark.last_report) < outcome.knobs.detection_timeout;
        let waited = if heard { "promotion_patience" } else { "detection_timeout" };
        chain.extend(cause::of_silence(outcome, &mark.node, by).map(strike));
        chain.push(given_up(outcome, service, (mark, waited)));
    }
    chain
}

/// Returns how the silence of a primary, or of one that was to become primary, led to a promotion.
fn silent(outcome: &Outcome, service: &ServiceOutcome, promotion: &Promotion) -> Vec<Link> {
    let noticed = promotion.marked_down;
    let owner = cause::owner(outcome, &promotion.from).unwrap_or(service);
    let mut of_primary = owner.marked_down.iter().filter(|mark| mark.node == promotion.from);
    let mark = of_primary.rfind(|mark| mark.at <= noticed);
    let since = mark.map_or(noticed, |mark| mark.last_report);
    let of_slots =
        |full: &&DiskFull| full.node == promotion.from && since <= full.at && full.at <= noticed;
    let mut chain = Vec::new();
    if let Some(full) = owner.background.disks_full.iter().find(of_slots) {
        chain.extend(full_disk(outcome, owner, full));
    } else {
        let by = mark.map_or(noticed, |mark| mark.at);
        chain.extend(cause::of_silence(outcome, &promotion.from, (since, by)).map(strike));
    }
    if let Some(mark) = mark {
        chain.extend(interrupted(outcome, service, mark.at));
        chain.push(Link::new(since, format!("the last report of {} arrives", mark.node)));
        chain.push(given_up(outcome, service, (mark, timeout(service, mark))));
    }
    if mark.is_none() {
        // Another node was the primary in the eyes of the platform.
        for mark in service.marked_down.iter().filter(|mark| mark.at == noticed) {
            let by = (mark.last_report, mark.at);
            chain.extend(cause::of_silence(outcome, &mark.node, by).map(strike));
            chain.push(given_up(outcome, service, (mark, timeout(service, mark))));
        }
    }
    chain
}

/// Returns the link of a node that was given up.
pub(super) fn given_up(
    outcome: &Outcome,
    service: &ServiceOutcome,
    (mark, timeout): (&MarkedDown, &str),
) -> Link {
    let knob = |name: &str| Setting::of(&outcome.knobs, name);
    let node = &mark.node;
    if was_upgrading(service, mark.at) {
        let what = format!("{node} is given up: its upgrade takes too long");
        return Link::new(mark.at, what).by(knob("major_upgrade_patience"));
    }
    if mark.last_report == mark.at && timeout == "standby_timeout" {
        return Link::new(
            mark.at,
            format!("{node} reports that it cannot follow, and is given up"),
        );
    }
    let what = if timeout == "promotion_patience" {
        format!("{node} is given up: its promotion takes too long")
    } else {
        format!("{node} is given up")
    };
    Link::new(mark.at, what).by(knob(timeout))
}

/// Returns the knob by which a node that was silent is given up: another takes its place only if
/// the platform took it for the primary.
pub(super) fn timeout(service: &ServiceOutcome, mark: &MarkedDown) -> &'static str {
    let replaced = service.promotions.iter().any(|one| one.marked_down == mark.at);
    if mark.was_primary || replaced { "detection_timeout" } else { "standby_timeout" }
}

/// Returns how a node came to be given up.
pub(super) fn giving_up(
    outcome: &Outcome,
    service: &ServiceOutcome,
    mark: &MarkedDown,
) -> Vec<Link> {
    let fault = cause::of_silence(outcome, &mark.node, (mark.last_report, mark.at));
    let mut full = service.background.disks_full.iter();
    let full = full.rfind(|full| full.node == mark.node && full.at <= mark.at);
    let mut chain: Vec<Link> = match full {
        Some(full) => full_disk(outcome, service, full),
        None => fault.map(strike).into_iter().collect(),
    };
    chain.extend(interrupted(outcome, service, mark.at));
    if mark.last_report < mark.at {
        let what = format!("the last report of {} arrives", mark.node);
        chain.push(Link::new(mark.last_report, what));
    }
    chain.push(given_up(outcome, service, (mark, timeout(service, mark))));
    chain
}

/// Returns how a disk came to be full.
fn full_disk(outcome: &Outcome, service: &ServiceOutcome, full: &DiskFull) -> Vec<Link> {
    let fault = cause::of_full_disk(outcome, service, full);
    let what = if full.for_slots { "is kept for logical slots" } else { "waits for its upload" };
    let what = format!("WAL that {what} fills the disk of {}", full.node);
    let link = Link::new(full.at, what).by(Setting::of(&outcome.knobs, "disk_size"));
    fault.map(strike).into_iter().chain([link]).collect()
}

/// Returns the phase that a service was in just before an instant.
pub(super) fn phase_before(service: &ServiceOutcome, at: Instant) -> Option<PhaseName> {
    let mut before = service.phases.iter().filter(|one| one.at < at);
    before.next_back().map(|one| one.phase)
}

/// Returns whether a service was being upgraded just before an instant, or its primary was started
/// again since that took too long.
pub(super) fn was_upgrading(service: &ServiceOutcome, at: Instant) -> bool {
    let before = service.phases.iter().filter(|one| one.at < at);
    let last = before.rev().find(|one| one.phase != PhaseName::Returning);
    last.is_some_and(|one| one.phase == PhaseName::Upgrading)
}

/// Returns the major version upgrade that a silence interrupted, if one.
pub(super) fn interrupted(outcome: &Outcome, service: &ServiceOutcome, at: Instant) -> Vec<Link> {
    let backing_up = phase_before(service, at) == Some(PhaseName::BackingUp);
    let upgrade = was_upgrading(service, at) || backing_up;
    let order = order::last(outcome, &service.name, (&["MajorUpgrade"], at));
    let Some(order) = order.filter(|_| upgrade) else { return Vec::new() };
    let mut chain = vec![order::given(order)];
    let backs_up = |one: &&crate::sim::PhaseChange| {
        one.phase == PhaseName::BackingUp && order.at <= one.at && one.at < at
    };
    chain.extend(service.phases.iter().find(backs_up).map(|one| {
        let what = "the first full backup after the upgrade begins, and is not done in time";
        Link::new(one.at, what.to_owned()).by(Setting::of(&outcome.knobs, "backup_rate"))
    }));
    chain
}

/// Returns the link of a promotion's order.
fn told(outcome: &Outcome, service: &ServiceOutcome, promotion: &Promotion) -> Link {
    let (node, rule) = (&promotion.node, promotion.rule);
    let restored = ["restore", "power_on"].contains(&promotion.cause);
    let how = if restored { "restored from a backup" } else { "promoted" };
    if rule == "promote-self" {
        let what = format!("the daemon of {node} promotes its own node");
        return Link::new(promotion.ordered, what);
    }
    let what = format!("{node} is to be {how} (rule {rule})");
    let link = Link::new(promotion.ordered, what);
    // What else a stop waited for has a link of its own.
    let own = stop::link(outcome, service, promotion).is_some();
    let timed = order::timed(outcome, service, promotion);
    let ordered = order::is_ordered(service, promotion) && !own;
    match timed.filter(|_| ordered) {
        Some(Scale::Knobs(settings)) => Link { by: settings.into_iter().next(), ..link },
        Some(_) | None => link,
    }
}

/// Returns how a promotion was ordered and finished.
fn promoting(outcome: &Outcome, service: &ServiceOutcome, promotion: &Promotion) -> Vec<Link> {
    let knob = |name: &str| Setting::of(&outcome.knobs, name);
    let restored = ["restore", "power_on"].contains(&promotion.cause);
    let mut ordered = told(outcome, service, promotion);
    if promotion.rule == "promote-self" {
        // Less than the lag after the primary's last sign of life, it was something else.
        let knobs = &outcome.knobs;
        let slack = knobs.lookout_poll_interval + knobs.lookout_check_interval;
        let fault = cause::of_silence(outcome, &promotion.from, (Instant::ZERO, promotion.ordered));
        let waited = fault.is_some_and(|fault| {
            promotion.ordered.since(fault.at) + slack >= knobs.lookout_failover_lag
        });
        ordered.by = waited.then(|| knob("lookout_failover_lag"));
    }
    let mut chain = vec![ordered];
    if let Some(finished) = promotion.finished {
        let held = cause::of_replay(outcome, promotion);
        chain.extend(held.into_iter().map(strike));
        let what = format!("{} is primary on timeline {}", promotion.node, promotion.timeline);
        let link = Link::new(finished, what);
        chain.push(match (restored, held) {
            (true, _) => link.by(knob("node_build")),
            (false, Some(_)) => link,
            (false, None) => link.by(knob("promotion_overhead")),
        });
    }
    chain
}

/// Returns the fence of a node, if it took effect.
pub(crate) fn fences(outcome: &Outcome, service: &ServiceOutcome, node: &str) -> Option<Link> {
    let fence = service.fenced.iter().find(|fence| fence.node == node)?;
    let link = Link::new(fence.at, format!("the fence of {node} takes effect"));
    Some(link.by(Setting::of(&outcome.knobs, "fence_delay")))
}

/// Returns how the primary name was moved to a promoted node.
pub(super) fn publishing(
    outcome: &Outcome,
    (service, name): (&ServiceOutcome, &str),
    promotion: &Promotion,
) -> Option<Link> {
    let published = promotion.published?;
    let what = format!("the name {name} leads to {}", promotion.node);
    let stalled = cause::lasts(outcome, service, &["PublishStall"], promotion.finished?);
    let link = Link::new(published, what);
    Some(match stalled {
        Some(_) => link,
        None => link.by(Setting::of(&outcome.knobs, "dns_publish_delay")),
    })
}
