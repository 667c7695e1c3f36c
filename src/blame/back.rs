//! What brought a client back without a new primary: a heal, a restart, a standby that follows
//! again, an upgrade that is done.
//!
//! Knows nothing of promotions. Kept here: the last link is what the client had waited for.

use super::cause;
use super::chain::{failing, given_up, noticing, phase_before, strike};
use super::entry::Link;
use super::order;
use super::scale::Setting;
use crate::control::PhaseName;
use crate::kernel::{Instant, Span};
use crate::model::Endpoint;
use crate::sim::{ClientOutcome, FaultOutcome, Outage, Outcome, QuorumChange, ServiceOutcome};

/// How far from the end of a connection the last request over it may have been sent.
const UNDER_WAY: Span = Span::from_secs(1);

/// Returns how a client that needed no new primary came to be out, and back.
pub(super) fn chain(
    outcome: &Outcome,
    (service, client): (&ServiceOutcome, &ClientOutcome),
    outage: &Outage,
) -> Vec<Link> {
    if let Some(order) = order::of_group(outcome, service, outage.start) {
        let well = outage.start + outage.parts.recover;
        let node = outage.answered_by.as_deref().unwrap_or("its primary");
        let what = format!("{node}, restarted to take the instance in, answers again");
        let link = Link::new(well, what).by(Setting::of(&outcome.knobs, "group_restart"));
        return vec![order::given(order), link];
    }
    if let Some(order) = order::of_outage(outcome, service, outage.start) {
        let mut chain = vec![order::given(order)];
        chain.extend(cause::lasting(outcome, client, outage.start).map(strike));
        chain.extend(upgraded(outcome, service, outage));
        return chain;
    }
    if let Some((node, at)) = left(service, outage) {
        return passed_on(outcome, service, (node, at));
    }
    if let Some(returns) = returning(service, outage) {
        let (from, to) = (outage.start, returns.at);
        let begun = service.promotions.iter().filter(|one| one.finished.is_none());
        let begun = begun.filter(|one| from <= one.ordered && one.ordered <= to);
        let failed = begun.flat_map(|one| {
            let chain = noticing(outcome, service, one);
            chain.into_iter().chain(failing(outcome, service, one))
        });
        return failed.chain([returns]).collect();
    }
    if let Some(chain) = stopped(outcome, service, outage) {
        return chain;
    }
    let fault = cause::of_outage(outcome, client, outage.start);
    let mut chain: Vec<Link> = fault.map(strike).into_iter().collect();
    if let Some(change) = stalled(service, client, outage).filter(|_| spares(service, fault)) {
        chain.extend(fault.into_iter().filter_map(|fault| replaced(outcome, service, fault)));
        chain.extend(follows(outcome, service, (fault, change)));
        return chain;
    }
    let in_time = |end: &Instant| outage.end.is_none_or(|over| *end <= over);
    let healed = fault.and_then(|fault| fault.ended.filter(in_time).map(|end| (fault, end)));
    if let Some((fault, end)) = healed {
        chain.push(Link::new(end, format!("{} of {} ends", fault.fault, fault.what)));
    }
    let well = outage.start + outage.parts.recover;
    if let Some(node) = outage.answered_by.as_ref().filter(|_| outage.parts.recover > Span::ZERO)
        && healed.is_none_or(|(_, end)| end + UNDER_WAY < well)
    {
        let link = Link::new(well, format!("{node} can serve {} again", client.name));
        chain.push(match fault.map(|fault| fault.fault) {
            Some("ProcessCrash" | "CrashLoop") => {
                link.by(Setting::of(&outcome.knobs, "process_restart"))
            }
            Some("OutOfMemory") => link.by(Setting::of(&outcome.knobs, "redo_rate")),
            Some("PowerLoss" | "ZoneOutage" | "RegionOutage") => {
                link.by(Setting::of(&outcome.knobs, "host_boot"))
            }
            _ => link,
        });
    }
    chain
}

/// Returns how a server was stopped as part of what was planned, and whom it passed a client on to.
fn stopped(outcome: &Outcome, service: &ServiceOutcome, outage: &Outage) -> Option<Vec<Link>> {
    let over = outage.end.unwrap_or(outcome.until);
    let (order, stop) = order::stopping(outcome, service, (outage.start, over))?;
    let mut chain = vec![order::given(order)];
    chain.extend(order::waiting(outcome, service, (order.at, outage.start)));
    chain.push(Link::new(stop.over, format!("{} stops", stop.node)));
    let mut passing = service.background.forwarding.iter();
    let passing = passing.find(|one| one.node == stop.node && one.at >= stop.over);
    chain.extend(passing.map(|one| {
        let to = one.to.as_deref().unwrap_or("its successor");
        Link::new(one.at, format!("{} passes connections on to {to}", one.node))
    }));
    Some(chain)
}

/// Returns how an upgrade ended that an outage waited for.
fn upgraded(outcome: &Outcome, service: &ServiceOutcome, outage: &Outage) -> Option<Link> {
    let node = outage.answered_by.as_ref()?;
    if phase_before(service, outage.start + UNDER_WAY) != Some(PhaseName::Upgrading) {
        return None;
    }
    let well = outage.start + outage.parts.recover;
    let backed_up = service.phases.iter().any(|one| {
        one.phase == PhaseName::BackingUp && outage.start <= one.at && one.at <= well + UNDER_WAY
    });
    let how = if backed_up {
        "is upgraded and answers again"
    } else {
        "answers again, not upgraded, since a logical slot is not consumed"
    };
    let link = Link::new(well, format!("{node} {how}"));
    Some(link.by(Setting::of(&outcome.knobs, "major_upgrade_outage")))
}

/// Returns the node that was deleted under the connections of a client when its outage began.
pub(super) fn left<'a>(service: &'a ServiceOutcome, outage: &Outage) -> Option<(&'a str, Instant)> {
    let near = |at: Instant| at <= outage.start + UNDER_WAY && outage.start <= at + UNDER_WAY;
    let mut deleted = service.background.deleted.iter();
    deleted.find(|(at, _)| near(*at)).map(|(at, node)| (node.as_str(), *at))
}

/// Returns how a client came to lose a node that was not needed any more.
fn passed_on(
    outcome: &Outcome,
    service: &ServiceOutcome,
    (node, deleted): (&str, Instant),
) -> Vec<Link> {
    let order = order::of_deletion(outcome, &service.name, deleted);
    let mut chain: Vec<Link> = order.map(order::given).into_iter().collect();
    let gone = Link::new(deleted, format!("{node} is deleted"));
    let forwarding = service.background.forwarding.iter().find(|one| one.node == node);
    let Some(one) = forwarding else {
        chain.push(gone);
        return chain;
    };
    let to = one.to.as_deref().unwrap_or("its successor");
    chain.push(Link::new(one.at, format!("{node} passes connections on to {to}")));
    let mut served = service.dns.iter().filter(|change| {
        change.endpoint == Endpoint::Primary && one.at <= change.at && change.at <= deleted
    });
    chain.extend(served.next_back().map(|change| {
        let what = format!("the name {} leads to {}", change.name, change.targets.join(" "));
        Link::new(change.at, what).by(Setting::of(&outcome.knobs, "dns_publish_delay"))
    }));
    let what = format!("{}, and passes nothing on any more", gone.what);
    chain.push(Link { what, ..gone }.by(Setting::of(&outcome.knobs, "forward_for")));
    chain
}

/// Returns whether a fault left the primary of a service alone, so that standbys were waited for.
pub(super) fn spares(service: &ServiceOutcome, fault: Option<&FaultOutcome>) -> bool {
    let Some(fault) = fault else { return true };
    let mut names = service.dns.iter().filter(|change| change.endpoint == Endpoint::Primary);
    let primary = names.rfind(|change| change.at <= fault.at).map(|change| &change.targets);
    primary.is_none_or(|targets| !fault.nodes.iter().any(|node| targets.contains(node)))
}

/// Returns the change that let enough standbys follow again, if commits waited in an outage because
/// too few did.
pub(super) fn stalled<'a>(
    service: &'a ServiceOutcome,
    client: &ClientOutcome,
    outage: &Outage,
) -> Option<(&'a QuorumChange, Option<&'a QuorumChange>)> {
    let changes = &service.background.quorum;
    let few = |change: &QuorumChange| change.standbys.len() < change.needs;
    let well = outage.start + outage.parts.recover + UNDER_WAY;
    let last = changes.iter().rposition(|one| few(one) && one.at <= well)?;
    let next = changes.get(last + 1);
    let over = next.is_some_and(|next| next.at < outage.start);
    let waited = client.writes && !over;
    let ended = next.filter(|next| outage.end.is_some() && !few(next));
    waited.then(|| (&changes[last], ended))
}

/// Returns how the standby that a fault took was given up for another.
fn replaced(outcome: &Outcome, service: &ServiceOutcome, fault: &FaultOutcome) -> Option<Link> {
    let mark = service.marked_down.iter().find(|mark| fault.nodes.contains(&mark.node))?;
    let link = given_up(outcome, service, (mark, "standby_timeout"));
    Some(Link { what: format!("{}, and has another built", link.what), ..link })
}

/// Returns how enough standbys came to follow again.
fn follows(
    outcome: &Outcome,
    service: &ServiceOutcome,
    (fault, (few, enough)): (Option<&FaultOutcome>, (&QuorumChange, Option<&QuorumChange>)),
) -> Vec<Link> {
    let Some(enough) = enough else { return Vec::new() };
    if enough.needs == 0 {
        let what = "commits wait for standbys no longer".to_owned();
        return vec![Link::new(enough.at, what)];
    }
    let new = enough.standbys.iter().find(|node| !few.standbys.contains(node));
    let Some(node) = new else { return Vec::new() };
    let healed = fault.and_then(|fault| fault.ended.map(|end| (fault, end)));
    let mut chain = Vec::new();
    let back = healed.filter(|(fault, end)| fault.nodes.contains(node) && *end <= enough.at);
    if let Some((fault, end)) = back {
        chain.push(Link::new(end, format!("{} of {} ends", fault.fault, fault.what)));
    }
    let what = format!("{node} follows: commits have the standbys that they wait for");
    let link = Link::new(enough.at, what);
    let mut gone = service.marked_down.iter().filter(|mark| mark.at <= enough.at);
    let built = gone
        .any(|mark| mark.node != *node && fault.is_some_and(|of| of.nodes.contains(&mark.node)));
    chain.push(match (back, built) {
        (Some(_), _) => link.by(Setting::of(&outcome.knobs, "standby_retry")),
        (None, true) => link.by(Setting::of(&outcome.knobs, "node_build")),
        (None, false) => link,
    });
    chain
}

/// Returns how a stopped primary came to be started again, if nobody could take over from it.
pub(super) fn returning(service: &ServiceOutcome, outage: &Outage) -> Option<Link> {
    let node = outage.answered_by.as_ref()?;
    let mut phases = service.phases.iter();
    let returns = phases.find(|one| {
        one.phase == PhaseName::Returning && outage.start <= one.at && Some(one.at) <= outage.end
    })?;
    let what = format!("{node} is started again, since nobody else can take over");
    Some(Link::new(returns.at, what))
}
