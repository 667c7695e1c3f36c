//! Which fault is behind a silence, an outage or a loss.
//!
//! Knows nothing of what follows from it. Kept here: a fault that had ended before, or that reaches
//! other nodes only, is not behind anything.

use crate::kernel::{Instant, Span};
use crate::model::Endpoint;
use crate::sim::{ClientOutcome, DiskFull, FaultOutcome, Outcome, Promotion, ServiceOutcome};

/// How much earlier than its fault the first request without an answer may have been sent.
const UNDER_WAY: Span = Span::from_secs(1);

/// Returns the fault that kept the reports of a node from coming after the last one.
pub(super) fn of_silence<'a>(
    outcome: &'a Outcome,
    node: &str,
    (last_report, noticed): (Instant, Instant),
) -> Option<&'a FaultOutcome> {
    let reaching = || struck(outcome).filter(|fault| fault.nodes.iter().any(|of| of == node));
    let hiding = || reaching().filter(|fault| fault.hides && fault.at <= noticed);
    let open = |fault: &&FaultOutcome| {
        over(fault).is_none_or(|end| end > last_report) && fault.at <= noticed
    };
    hiding().find(open).or_else(|| hiding().last()).or_else(|| {
        let known = reaching().filter(|fault| fault.at <= noticed);
        known.last()
    })
}

/// Returns the fault behind an outage of a client that began at an instant: one that lasted, or
/// else the last of the service.
pub(super) fn of_outage<'a>(
    outcome: &'a Outcome,
    client: &ClientOutcome,
    start: Instant,
) -> Option<&'a FaultOutcome> {
    let service = service_of(outcome, client)?;
    let by = start + UNDER_WAY;
    lasting(outcome, client, start).or_else(|| {
        // What is left is what an earlier fault of the service brought about.
        let of_service = |fault: &&FaultOutcome| of_service(fault, service);
        struck(outcome).filter(|fault| fault.at <= by).filter(of_service).last()
    })
}

/// Returns the fault that lasted when an outage of a client began, and reached what it uses.
pub(super) fn lasting<'a>(
    outcome: &'a Outcome,
    client: &ClientOutcome,
    start: Instant,
) -> Option<&'a FaultOutcome> {
    let service = service_of(outcome, client)?;
    let targets = targets(service, client.endpoint, start);
    let by = start + UNDER_WAY;
    let reaches = |fault: &&FaultOutcome| {
        let beside = fault.nodes.iter().any(|node| targets.contains(&node));
        fault.at <= by && (beside || fault.what.split(' ').any(|word| word == client.name))
    };
    let open = |fault: &&FaultOutcome| over(fault).is_none_or(|end| end + UNDER_WAY >= start);
    struck(outcome).filter(reaches).filter(open).last()
}

/// The faults of links between servers.
const OF_LINKS: [&str; 3] = ["SlowLink", "LinkCut", "Flapping"];

/// The faults that do nothing to a server that stops.
const HARMLESS: [&str; 5] =
    ["ClockAhead", "ClockBehind", "DaemonRestart", "LongQuery", "Maintenance"];

/// Returns the faults that reached a node and lasted within an interval.
pub(super) fn within<'a>(
    outcome: &'a Outcome,
    node: &str,
    (from, to): (Instant, Instant),
) -> Vec<&'a FaultOutcome> {
    let reaching = struck(outcome).filter(|fault| fault.nodes.iter().any(|of| of == node));
    let open = |fault: &&FaultOutcome| fault.at <= to && over(fault).is_none_or(|end| end > from);
    reaching.filter(open).filter(|fault| !HARMLESS.contains(&fault.fault)).collect()
}

/// Returns the service of a node.
pub(super) fn owner<'a>(outcome: &'a Outcome, node: &str) -> Option<&'a ServiceOutcome> {
    outcome.services.iter().find(|service| is_of(node, service))
}

/// Returns what filled a server's disk, if a fault did.
pub(super) fn of_full_disk<'a>(
    outcome: &'a Outcome,
    service: &ServiceOutcome,
    full: &DiskFull,
) -> Option<&'a FaultOutcome> {
    lasts(outcome, service, &["UploadStall"], full.at).filter(|_| !full.for_slots)
}

/// Returns the query that held up the replay of a node that was to be promoted.
pub(super) fn of_replay<'a>(
    outcome: &'a Outcome,
    promotion: &Promotion,
) -> Option<&'a FaultOutcome> {
    let mut of_node = struck(outcome).filter(|fault| fault.node.as_ref() == Some(&promotion.node));
    of_node.find(|fault| {
        let lasted = fault.ended.is_none_or(|end| end > promotion.ordered);
        fault.fault == "LongQuery" && fault.at <= promotion.ordered && lasted
    })
}

/// Returns what made a daemon see the others as it did: faults of its own node and of clocks, and a
/// standby that it has to wait for.
pub(super) fn misleading<'a>(outcome: &'a Outcome, promotion: &Promotion) -> Vec<&'a FaultOutcome> {
    let (own, from) = (&promotion.node, &promotion.from);
    let of_daemon = |fault: &&FaultOutcome| match fault.fault {
        "DaemonRestart" | "LinkCut" | "Flapping" => fault.nodes.contains(own),
        "ClockAhead" | "ClockBehind" => fault.nodes.contains(own) || fault.nodes.contains(from),
        "Maintenance" => !fault.nodes.contains(from),
        _ => false,
    };
    let by = promotion.ordered;
    let open = |fault: &&FaultOutcome| {
        // A daemon that had to wait for another decides when that one is there again.
        let end = fault.ended;
        fault.at <= by && (fault.fault == "Maintenance" || end.is_none_or(|end| end > by))
    };
    struck(outcome).filter(of_daemon).filter(open).collect()
}

/// Returns when a fault no longer hid whom it struck, since it was healed or came back by itself.
pub(super) fn over(fault: &FaultOutcome) -> Option<Instant> {
    [fault.ended, fault.over].into_iter().flatten().min()
}

/// Returns whether a fault of a kind that struck a service lasted at an instant.
pub(super) fn lasts<'a>(
    outcome: &'a Outcome,
    service: &ServiceOutcome,
    kinds: &[&str],
    at: Instant,
) -> Option<&'a FaultOutcome> {
    let mut of_kind = struck(outcome).filter(|fault| kinds.contains(&fault.fault));
    of_kind.find(|fault| {
        let there = of_service(fault, service) || fault.what == service.name;
        there && fault.at <= at && fault.ended.is_none_or(|end| end > at)
    })
}

/// Returns the last fault of a kind that struck a service by an instant, whether or not it lasted.
pub(super) fn earlier<'a>(
    outcome: &'a Outcome,
    service: &ServiceOutcome,
    (kind, by): (&str, Instant),
) -> Option<&'a FaultOutcome> {
    let of_kind = struck(outcome).filter(|fault| fault.fault == kind && fault.at <= by);
    of_kind.filter(|fault| of_service(fault, service) || fault.what == service.name).last()
}

/// Returns the faults that kept the other standbys from being promoted.
pub(super) fn of_others<'a>(
    outcome: &'a Outcome,
    service: &ServiceOutcome,
    promotion: &Promotion,
) -> Vec<&'a FaultOutcome> {
    let restored = promotion.cause == "restore";
    // Without a standby for want of time, whoever was given up before is behind it as well.
    let bare = service.exposure.iter().rev().find(|bare| bare.start <= promotion.ordered);
    let bare = bare.filter(|bare| restored && bare.end.is_none_or(|end| end > promotion.ordered));
    let replaced = |node: &String| {
        let mut marks = service.marked_down.iter().filter(|mark| mark.node == *node);
        marks.any(|mark| {
            let since = bare.is_some_and(|bare| mark.last_report <= bare.start);
            mark.at < promotion.marked_down.min(promotion.ordered) && !since
        })
    };
    let other =
        |node: &String| *node != promotion.from && *node != promotion.node && !replaced(node);
    let standby = |fault: &&FaultOutcome| {
        let apart = !fault.nodes.contains(&promotion.node);
        fault.node.as_ref().is_some_and(other)
            || (apart && OF_LINKS.contains(&fault.fault) && fault.nodes.iter().any(other))
    };
    let open = |fault: &&FaultOutcome| {
        let over = over(fault);
        fault.at <= promotion.ordered && over.is_none_or(|end| end > promotion.ordered)
    };
    let of_service = |fault: &&FaultOutcome| fault.hides && of_service(fault, service);
    struck(outcome).filter(standby).filter(open).filter(of_service).collect()
}

/// Returns the fault that kept WAL of one node from another at an instant.
pub(super) fn between<'a>(
    outcome: &'a Outcome,
    (from, to): (&str, &str),
    at: Instant,
) -> Option<&'a FaultOutcome> {
    let both = |fault: &&FaultOutcome| {
        let reaches = |node: &str| fault.nodes.iter().any(|of| of == node);
        let of_link = OF_LINKS.contains(&fault.fault);
        of_link && reaches(from) && reaches(to)
    };
    let open = |fault: &&FaultOutcome| fault.at <= at && fault.ended.is_none_or(|end| end > at);
    struck(outcome).filter(both).find(open)
}

/// Returns the fault that lasted on the way of a client to a server at an instant.
pub(super) fn on_the_way_to<'a>(
    outcome: &'a Outcome,
    client: &str,
    at: Instant,
) -> Option<&'a FaultOutcome> {
    let reaches = |fault: &&FaultOutcome| fault.what.split(' ').any(|word| word == client);
    let open = |fault: &&FaultOutcome| fault.at <= at && fault.ended.is_none_or(|end| end >= at);
    struck(outcome).filter(reaches).filter(open).last()
}

/// Returns whether a fault reaches a node of a service.
pub(super) fn of_service(fault: &FaultOutcome, service: &ServiceOutcome) -> bool {
    fault.nodes.iter().any(|node| is_of(node, service))
}

/// Returns whether a node is one of a service.
fn is_of(node: &str, service: &ServiceOutcome) -> bool {
    let number = node.strip_prefix(&service.name).and_then(|rest| rest.strip_prefix('-'));
    number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Returns the service that a client uses.
pub(super) fn service_of<'a>(
    outcome: &'a Outcome,
    client: &ClientOutcome,
) -> Option<&'a ServiceOutcome> {
    outcome.services.iter().find(|service| service.name == client.service)
}

fn struck(outcome: &Outcome) -> impl Iterator<Item = &FaultOutcome> {
    outcome.faults.iter().filter(|fault| !fault.healed)
}

/// Returns where a name pointed to at an instant, and where it had pointed to before.
///
/// A client may still be connected to a node that the name has left.
fn targets(service: &ServiceOutcome, endpoint: Endpoint, at: Instant) -> Vec<&String> {
    let of_name = service.dns.iter().filter(|change| change.endpoint == endpoint);
    of_name.filter(|change| change.at <= at).flat_map(|change| &change.targets).collect()
}
