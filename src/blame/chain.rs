//! How a fault became a failover: the events between, each with the constant that timed it.
//!
//! Knows nothing of what the failover cost. Kept here: only events that had to happen for the next
//! one to happen are in a chain.

use super::cause;
use super::entry::Link;
use super::scale::Setting;
use crate::kernel::Instant;
use crate::sim::{FaultOutcome, Outcome, Promotion, ServiceOutcome};

/// Returns the events of a run that led to the promotion of a node, its end included.
pub(crate) fn cause_of(
    outcome: &Outcome,
    service: &ServiceOutcome,
    promotion: &Promotion,
) -> Vec<Link> {
    let mut chain = noticing(outcome, service, promotion);
    chain.extend(promoting(outcome, promotion));
    chain
}

/// Returns the link of a fault.
pub(super) fn strike(fault: &FaultOutcome) -> Link {
    Link::new(fault.at, format!("{} strikes {}", fault.fault, fault.what))
}

/// Returns how a promotion's primary came to be given up.
pub(super) fn noticing(
    outcome: &Outcome,
    service: &ServiceOutcome,
    promotion: &Promotion,
) -> Vec<Link> {
    let by_daemon = promotion.rule == "promote-self";
    let noticed = if by_daemon { promotion.ordered } else { promotion.marked_down };
    let marks = service.marked_down.iter().filter(|mark| mark.node == promotion.from);
    let mark = marks.rev().find(|mark| mark.at <= noticed);
    let last_report = mark.map_or(noticed, |mark| mark.last_report);
    let since = if by_daemon { Instant::ZERO } else { last_report };
    let fault = cause::of_silence(outcome, &promotion.from, (since, noticed));
    let mut chain: Vec<Link> = fault.map(strike).into_iter().collect();
    if by_daemon {
        chain.extend(misleading(outcome, promotion));
        chain.sort_by_key(|link| link.at);
        return chain;
    }
    if mark.is_some() && fault.is_none_or(|fault| fault.at <= noticed) {
        let what = format!("the last report of {} arrives", promotion.from);
        chain.push(Link::new(last_report, what));
        let what = format!("the platform gives {} up, having heard nothing since", promotion.from);
        let timeout = Setting::of(&outcome.knobs, "detection_timeout");
        chain.push(Link::new(noticed, what).by(timeout));
    }
    chain.sort_by_key(|link| link.at);
    chain
}

/// Returns what made a daemon see the others as it did: faults of its own node by then.
fn misleading(outcome: &Outcome, promotion: &Promotion) -> Vec<Link> {
    let of_daemon = |fault: &&FaultOutcome| {
        let kinds = ["DaemonRestart", "ClockAhead", "ClockBehind", "LinkCut", "Flapping"];
        let reaches = fault.nodes.contains(&promotion.node);
        !fault.healed && reaches && fault.at <= promotion.ordered && kinds.contains(&fault.fault)
    };
    let open = |fault: &&FaultOutcome| {
        cause::ended(outcome, fault).is_none_or(|end| end > promotion.ordered)
    };
    outcome.faults.iter().filter(of_daemon).filter(open).map(strike).collect()
}

/// Returns how a promotion was ordered and finished.
fn promoting(outcome: &Outcome, promotion: &Promotion) -> Vec<Link> {
    let knob = |name: &str| Setting::of(&outcome.knobs, name);
    let restored = promotion.cause == "restore";
    let how = if restored { "restored from a backup" } else { "promoted" };
    let (node, rule) = (&promotion.node, promotion.rule);
    let ordered = if rule == "promote-self" {
        let what = format!("the daemon of {node} finds that it is to promote its own node");
        // Less than the lag after the primary's last sign of life, it was something else.
        let knobs = &outcome.knobs;
        let slack = knobs.lookout_poll_interval + knobs.lookout_check_interval;
        let fault = cause::of_silence(outcome, &promotion.from, (Instant::ZERO, promotion.ordered));
        let waited = fault.is_some_and(|fault| {
            promotion.ordered.since(fault.at) + slack >= knobs.lookout_failover_lag
        });
        let link = Link::new(promotion.ordered, what);
        if waited { link.by(knob("lookout_failover_lag")) } else { link }
    } else {
        let what = format!("the platform orders {node} to be {how} (rule {rule})");
        Link::new(promotion.ordered, what)
    };
    let mut chain = vec![ordered];
    if let Some(finished) = promotion.finished {
        let what = format!(
            "{} is primary on timeline {}, which begins at {}",
            promotion.node, promotion.timeline, promotion.fork_lsn
        );
        let by = if restored { knob("node_build") } else { knob("promotion_overhead") };
        chain.push(Link::new(finished, what).by(by));
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
    service: &ServiceOutcome,
    promotion: &Promotion,
) -> Option<Link> {
    let published = promotion.published?;
    let what = format!("the name {} is served with {}", service.name, promotion.node);
    let stalled = cause::lasts(outcome, service, &["PublishStall"], promotion.finished?);
    let link = Link::new(published, what);
    Some(match stalled {
        Some(_) => link,
        None => link.by(Setting::of(&outcome.knobs, "dns_publish_delay")),
    })
}
