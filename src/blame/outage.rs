//! The seconds in which a client could not work, by what they were spent on.
//!
//! Knows nothing of commits. Kept here: the lines of an outage are its parts, in the order in which
//! it went through them; connecting and retrying alternate and share their time.

use super::cause;
use super::chain::{cause_of, noticing, publishing, strike};
use super::entry::{Entry, Kind, Link, Part};
use super::scale::{Scale, Setting};
use crate::check::Amount;
use crate::control::PhaseName;
use crate::kernel::Span;
use crate::knob::CommitMode;
use crate::model::Endpoint;
use crate::sim::{
    ClientOutcome, FaultOutcome, MarkedDown, Outage, Outcome, Promotion, ServiceOutcome,
};

/// Returns the lines of every outage.
pub(super) fn of_clients(outcome: &Outcome) -> Vec<Entry> {
    let of_client = |client: &'_ ClientOutcome| -> Vec<Entry> {
        let Some(service) = cause::service_of(outcome, client) else { return Vec::new() };
        let lines = client.outages.iter().flat_map(|one| lines(outcome, (service, client), one));
        lines.collect()
    };
    outcome.clients.iter().flat_map(of_client).collect()
}

fn lines(
    outcome: &Outcome,
    (service, client): (&ServiceOutcome, &ClientOutcome),
    outage: &Outage,
) -> Vec<Entry> {
    let end = outage.end.unwrap_or(outcome.until);
    let mut from = outage.start;
    let mut entries = Vec::new();
    for part in Part::ALL {
        let length = length(outage, part);
        let shared = matches!(part, Part::Connect | Part::Retry);
        let to = if shared { end } else { from + length };
        if length > Span::ZERO {
            entries.push(Entry {
                service: service.name.clone(),
                subject: client.name.clone(),
                kind: Kind::Outage(part),
                amount: Amount::Time(length),
                from,
                to,
                range: None,
                scale: scale(outcome, (service, client), (outage, part)),
                chain: chain(outcome, (service, client), (outage, part)),
            });
        }
        if !shared {
            from = to;
        }
    }
    entries
}

/// Returns how much of an outage was spent on something.
fn length(outage: &Outage, part: Part) -> Span {
    let parts = &outage.parts;
    match part {
        Part::Recover => parts.recover,
        Part::Detect => parts.detect,
        Part::Check => parts.check,
        Part::Promote => parts.promote,
        Part::Publish => parts.publish,
        Part::Cache => parts.cache,
        Part::Connect => parts.connect,
        Part::Retry => parts.retry,
    }
}

/// Returns the first promotion that was ordered in an outage.
fn promotion<'a>(
    outcome: &Outcome,
    service: &'a ServiceOutcome,
    outage: &Outage,
) -> Option<&'a Promotion> {
    let end = outage.end.unwrap_or(outcome.until);
    let within = |one: &&Promotion| outage.start <= one.ordered && one.ordered <= end;
    service.promotions.iter().find(within)
}

fn scale(
    outcome: &Outcome,
    (service, client): (&ServiceOutcome, &ClientOutcome),
    (outage, part): (&Outage, Part),
) -> Scale {
    let knobs = |names: &[&str]| Scale::knobs(&outcome.knobs, names);
    let promotion = promotion(outcome, service, outage);
    let daemons = promotion.is_some_and(|one| one.rule == "promote-self");
    let stalled = |kind: &'static str| {
        let at = outage.end.unwrap_or(outcome.until);
        let over = outcome.faults.iter().any(|fault| {
            fault.fault == kind && fault.what == service.name && fault.at <= at && !fault.healed
        });
        over.then_some(Scale::Fault(kind))
    };
    match part {
        Part::Recover => match cause::of_outage(outcome, client, outage.start) {
            Some(fault) if waits_for_standbys(outcome, (service, client), (outage, fault)) => {
                knobs(&["quorum_size", "standby_timeout", "node_build"])
            }
            Some(fault) if fault.fault == "ProcessCrash" => knobs(&["process_restart"]),
            Some(fault) if fault.fault == "OutOfMemory" => knobs(&["redo_rate"]),
            Some(fault) => Scale::Fault(fault.fault),
            None if upgraded(service, outage) => {
                knobs(&["major_upgrade_outage", "shutdown_checkpoint"])
            }
            None => knobs(&["promotion_overhead"]),
        },
        Part::Detect if client.endpoint != Endpoint::Primary => knobs(&["standby_timeout"]),
        Part::Detect if daemons => knobs(&["lookout_failover_lag"]),
        Part::Detect => knobs(&["detection_timeout"]),
        Part::Check if daemons => knobs(&["lookout_missing_primary_timeout"]),
        Part::Check if promotion.is_some_and(|one| one.cause == "power_on") => {
            knobs(&["power_off"])
        }
        Part::Check => knobs(&["promotion_patience"]),
        Part::Promote
            if promotion.is_none_or(|one| ["restore", "power_on"].contains(&one.cause)) =>
        {
            stalled("ProvisionStall")
                .unwrap_or_else(|| knobs(&["node_build", "restore_rate", "database_size"]))
        }
        Part::Promote => knobs(&["promotion_overhead", "redo_rate"]),
        Part::Publish => stalled("PublishStall").unwrap_or_else(|| knobs(&["dns_publish_delay"])),
        Part::Cache => Scale::client(&outcome.knobs, client, &["dns_ttl"]),
        Part::Connect => {
            Scale::client(&outcome.knobs, client, &["connect_timeout", "tcp_user_timeout"])
        }
        Part::Retry => Scale::client(&outcome.knobs, client, &["backoff_max", "backoff_first"]),
    }
}

/// Returns whether an outage began while the service was upgraded to another major version.
fn upgraded(service: &ServiceOutcome, outage: &Outage) -> bool {
    let mut before = service.phases.iter().filter(|one| one.at <= outage.start);
    before.next_back().is_some_and(|one| one.phase == PhaseName::Upgrading)
}

/// Returns whether commits waited for standbys that a fault had taken, under quorum commit.
fn waits_for_standbys(
    outcome: &Outcome,
    (service, client): (&ServiceOutcome, &ClientOutcome),
    (outage, fault): (&Outage, &FaultOutcome),
) -> bool {
    let mut primary = service
        .dns
        .iter()
        .filter(|change| change.endpoint == Endpoint::Primary && change.at <= outage.start);
    let primary = primary.next_back().map(|change| &change.targets);
    let alone = primary.is_some_and(|targets| !fault.nodes.iter().any(|of| targets.contains(of)));
    client.writes && alone && outcome.knobs.commit_mode != CommitMode::Asynchronous
}

fn chain(
    outcome: &Outcome,
    (service, client): (&ServiceOutcome, &ClientOutcome),
    (outage, part): (&Outage, Part),
) -> Vec<Link> {
    let fault = cause::of_outage(outcome, client, outage.start);
    let mut chain: Vec<Link> = Vec::new();
    match (promotion(outcome, service, outage), part) {
        (Some(promotion), Part::Detect) => chain.extend(noticing(outcome, service, promotion)),
        (Some(promotion), Part::Check | Part::Promote) => {
            chain.extend(cause_of(outcome, service, promotion));
        }
        (Some(promotion), Part::Publish | Part::Cache | Part::Connect | Part::Retry) => {
            chain.extend(cause_of(outcome, service, promotion));
            chain.extend(publishing(outcome, service, promotion));
        }
        (_, Part::Recover) | (None, _) => {}
    }
    if chain.is_empty() {
        chain.extend(fault.map(strike));
    }
    if matches!(part, Part::Detect) && chain.len() < 2 {
        let of_name = service.marked_down.iter().find(|mark| mark.at >= outage.start);
        chain.extend(of_name.map(|mark| {
            let what = format!("the platform gives {} up, having heard nothing since", mark.node);
            Link::new(mark.at, what).by(Setting::of(&outcome.knobs, "standby_timeout"))
        }));
    }
    if let (Part::Recover, Some(fault)) = (part, fault)
        && let Some(end) = cause::ended(outcome, fault)
    {
        chain.push(Link::new(end, format!("{} of {} ends", fault.fault, fault.what)));
    }
    if let (Part::Recover, Some(fault)) = (part, fault)
        && waits_for_standbys(outcome, (service, client), (outage, fault))
    {
        let gone = |mark: &&MarkedDown| fault.nodes.contains(&mark.node);
        let mark = service.marked_down.iter().find(gone);
        chain.extend(mark.map(|mark| {
            let what = format!("the platform gives {} up and has another built", mark.node);
            Link::new(mark.at, what).by(Setting::of(&outcome.knobs, "standby_timeout"))
        }));
    }
    let end = outage.end.unwrap_or(outcome.until);
    chain.retain(|link| link.at <= end);
    if outage.end.is_some() && matches!(part, Part::Recover | Part::Connect | Part::Retry) {
        chain.push(Link::new(end, format!("{} works again", client.name)));
    }
    chain.sort_by_key(|link| link.at);
    chain
}
