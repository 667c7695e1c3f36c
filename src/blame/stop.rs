//! The controlled stop of an old primary: what it waited for, and what its length scales with.
//!
//! Knows nothing of what the new primary does. Kept here: a stop that the platform cut off waited
//! for as long as the platform does, whoever it waited for.

use super::cause;
use super::entry::Link;
use super::scale::{Scale, Setting};
use crate::control::PhaseName;
use crate::kernel::Instant;
use crate::sim::{Awaited, ControlledStop, FaultOutcome, Outcome, Promotion, ServiceOutcome};

/// Returns when the old primary of a planned promotion was told to stop.
pub(super) fn begins(service: &ServiceOutcome, promotion: &Promotion) -> Option<Instant> {
    let mut before = service.phases.iter().filter(|one| one.at <= promotion.ordered);
    let last = before.rfind(|one| one.phase == PhaseName::Stopping).map(|one| one.at);
    last.filter(|_| promotion.cause == "switchover")
}

/// Returns how the stop ended of the old primary of a planned promotion.
fn of<'a>(service: &'a ServiceOutcome, promotion: &Promotion) -> Option<&'a ControlledStop> {
    let from = begins(service, promotion)?;
    let stops = &service.background.stops;
    stops.iter().find(|one| one.node == promotion.from && one.over >= from)
}

/// Returns whether the platform waited no longer for the stop of an old primary.
pub(super) fn is_cut_off(
    outcome: &Outcome,
    service: &ServiceOutcome,
    promotion: &Promotion,
) -> bool {
    // One that the platform cannot reach does not hear that it is cut off.
    let waited = begins(service, promotion).map(|from| promotion.ordered.since(from));
    waited.is_some_and(|waited| waited >= outcome.knobs.stop_patience)
        || of(service, promotion).is_some_and(|stop| stop.cut_off)
}

/// Returns what the stop of an old primary scales with.
pub(super) fn scale(outcome: &Outcome, service: &ServiceOutcome, promotion: &Promotion) -> Scale {
    waited(outcome, service, promotion).unwrap_or_else(|| {
        let cut_off = is_cut_off(outcome, service, promotion);
        let knob = if cut_off { "stop_patience" } else { "shutdown_checkpoint" };
        Scale::knobs(&outcome.knobs, &[knob])
    })
}

/// Returns what the stop of an old primary scales with if it waited for more than its checkpoint.
pub(super) fn waited(
    outcome: &Outcome,
    service: &ServiceOutcome,
    promotion: &Promotion,
) -> Option<Scale> {
    let knobs = |names: &[&str]| Scale::knobs(&outcome.knobs, names);
    let stop = of(service, promotion)?;
    if stop.cut_off {
        return Some(knobs(&["stop_patience"]));
    }
    if let Some(fault) = hindering(outcome, service, stop) {
        return Some(Scale::Fault(fault.fault));
    }
    Some(match &stop.awaited {
        Awaited::Checkpoint => return None,
        Awaited::Standby(_) => knobs(&["replication_goodput", "replication_delay"]),
        Awaited::SilentStandby(_) | Awaited::SilentConsumer(_) => knobs(&["sender_timeout"]),
        Awaited::Archiver => knobs(&["stop_patience"]),
        Awaited::Consumer(name) => Scale::Consumer(name.clone()),
    })
}

/// Returns the fault that made a stop as long as it was.
fn hindering<'a>(
    outcome: &'a Outcome,
    service: &ServiceOutcome,
    stop: &ControlledStop,
) -> Option<&'a FaultOutcome> {
    match &stop.awaited {
        // Which fault it was that made somebody silent does not make the timeout longer.
        Awaited::Checkpoint | Awaited::SilentStandby(_) | Awaited::SilentConsumer(_) => None,
        Awaited::Standby(node) => cause::between(outcome, (&stop.node, node), stop.over),
        Awaited::Archiver => cause::lasts(outcome, service, &["UploadStall"], stop.over),
        Awaited::Consumer(name) => cause::on_the_way_to(outcome, name, stop.over),
    }
}

/// Returns the link of the end of a stop that waited for more than its checkpoint.
pub(super) fn link(
    outcome: &Outcome,
    service: &ServiceOutcome,
    promotion: &Promotion,
) -> Option<Link> {
    let node = &promotion.from;
    let stop = of(service, promotion);
    if is_cut_off(outcome, service, promotion) {
        let waits_for = stop.and_then(|stop| match &stop.awaited {
            Awaited::Checkpoint | Awaited::Archiver => None,
            Awaited::Standby(name)
            | Awaited::SilentStandby(name)
            | Awaited::Consumer(name)
            | Awaited::SilentConsumer(name) => Some(format!(", which waits for {name}")),
        });
        let waits_for = waits_for.unwrap_or_default();
        let what = format!("{node} is no longer waited for to stop{waits_for}");
        let at = begins(service, promotion)? + outcome.knobs.stop_patience;
        return Some(Link::new(at, what).by(Setting::of(&outcome.knobs, "stop_patience")));
    }
    let stop = stop.filter(|stop| stop.over <= promotion.ordered)?;
    let link = |what: String| Some(Link::new(stop.over, format!("{node} stops: {what}")));
    let gone = |name: &str| {
        let link = link(format!("{name}, which is silent, is taken for gone"));
        link.map(|link| link.by(Setting::of(&outcome.knobs, "sender_timeout")))
    };
    match &stop.awaited {
        Awaited::Checkpoint => None,
        Awaited::Standby(name) | Awaited::Consumer(name) => {
            link(format!("{name} has all it wrote"))
        }
        Awaited::SilentStandby(name) | Awaited::SilentConsumer(name) => gone(name),
        Awaited::Archiver => link("all it wrote is in the archive".to_owned()),
    }
}
