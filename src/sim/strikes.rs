//! Faults and their ends as an outcome tells them: what struck whom, and whom it reaches.
//!
//! Knows nothing of what became of it. Kept here: a fault of a link names the nodes beside it as
//! they were meant when it struck, and one of a place those that came there while it lasted, too.

use super::outcome::FaultOutcome;
use super::{Sim, tell};
use crate::check::Strike;
use crate::fault::{FaultKind, Target, Victim};
use crate::kernel::Instant;
use crate::knob::HeartbeatConnection;
use crate::model::{Node, NodeId, ServiceId, Side};

/// Returns every fault and heal of a run, in order of time.
pub(super) fn faults(sim: &Sim) -> Vec<FaultOutcome> {
    sim.history.strikes.iter().map(|strike| fault(sim, strike)).collect()
}

fn fault(sim: &Sim, strike: &Strike) -> FaultOutcome {
    let (world, card) = (&sim.world, strike.kind.card());
    let node = match strike.victim {
        Victim::Node(node) => Some(node),
        Victim::Link | Victim::Place(..) | Victim::Service(_) => None,
    };
    let service = |node: NodeId| world.names.services[world.node(node).service.index()].clone();
    let known = world.nodes.iter().take(nodes_by_its_end(sim, strike));
    let reached = known.filter(|node| reaches(strike, node));
    FaultOutcome {
        at: strike.at,
        fault: card.name,
        healed: strike.healed,
        what: node.map_or_else(|| tell::aimed_at(sim, strike.step), |node| world.node_name(node)),
        service: node.map(service),
        node: node.map(|node| world.node_name(node)),
        primary: strike.was_primary,
        nodes: reached.map(|node| world.node_name(node.id)).collect(),
        hides: hides(sim, strike),
        ended: heal(sim, strike).map(|heal| heal.at),
        over: over(sim, strike),
    }
}

/// Returns when the platform heard of the node that was struck again: a server that has crashed is
/// started again by whoever supervises it.
fn over(sim: &Sim, strike: &Strike) -> Option<Instant> {
    let Victim::Node(id) = strike.victim else { return None };
    let recurs = matches!(strike.kind, FaultKind::CrashLoop(_));
    if strike.healed || recurs || !hides(sim, strike) {
        return None;
    }
    let mut silences = sim.history.of(sim.world.node(id).service).silences.iter();
    let next = silences.find(|silence| silence.node == id && silence.until > strike.at);
    match next {
        Some(silence) if silence.last_sent <= strike.at => {
            // A report may be under way when the run ends.
            (silence.until <= sim.world.now).then_some(silence.until)
        }
        // What keeps a node from reporting after that is something later.
        None if !sim.has_reported_since(id, strike.at) => None,
        _ => Some(strike.at),
    }
}

/// Returns the heal of a strike.
fn heal<'a>(sim: &'a Sim, strike: &Strike) -> Option<&'a Strike> {
    strike.ended.map(|place| &sim.history.strikes[place])
}

/// Returns how many nodes there had been when a fault was healed, or by the end of the run.
fn nodes_by_its_end(sim: &Sim, strike: &Strike) -> usize {
    let alone = matches!(strike.victim, Victim::Node(_) | Victim::Service(_));
    if strike.healed || alone {
        return strike.nodes;
    }
    heal(sim, strike).map_or(sim.world.nodes.len(), |heal| heal.nodes)
}

/// Returns whether a strike touches a service: its nodes, or what belongs to it as a whole.
pub(super) fn touches(sim: &Sim, strike: &Strike, service: ServiceId) -> bool {
    let known = sim.world.nodes.iter().take(nodes_by_its_end(sim, strike));
    let reached = known.filter(|node| node.service == service).any(|node| reaches(strike, node));
    reached || strike.victim == Victim::Service(service)
}

/// Returns whether a strike reaches a node.
fn reaches(strike: &Strike, node: &Node) -> bool {
    match strike.victim {
        Victim::Node(id) => id == node.id,
        Victim::Place(region, zone) => {
            node.region == region && zone.is_none_or(|zone| zone == node.zone)
        }
        Victim::Service(_) => false,
        Victim::Link => strike.sides.is_some_and(|(from, to)| {
            let everyone = (from, to) == (Side::Everyone, Side::Everyone);
            everyone || beside(from, to, node) || beside(to, from, node)
        }),
    }
}

/// Returns whether a node stands on a side of a link.
fn beside(side: Side, other: Side, node: &Node) -> bool {
    match side {
        Side::Node(id) => id == node.id,
        Side::Zone(region, zone) => (node.region, node.zone) == (region, zone),
        Side::Region(region) => node.region == region,
        // All nodes are on the side of everyone when nobody else is meant but the platform.
        Side::Everyone => matches!(other, Side::Platform | Side::Client(_) | Side::Observer(_)),
        Side::Platform | Side::Client(_) | Side::Observer(_) => false,
    }
}

/// Returns whether reports travel from one side of a link to the other: those of the nodes beside
/// it, on their way to the platform.
fn reports(from: Side, to: Side) -> bool {
    match from {
        Side::Node(_) | Side::Zone(..) | Side::Region(_) => {
            matches!(to, Side::Platform | Side::Everyone)
        }
        Side::Everyone => to == Side::Platform,
        Side::Platform | Side::Client(_) | Side::Observer(_) => false,
    }
}

/// Returns whether a strike keeps news of the nodes that it reaches from the platform.
fn hides(sim: &Sim, strike: &Strike) -> bool {
    match strike.kind {
        FaultKind::HostDeath
        | FaultKind::PowerLoss
        | FaultKind::ProcessCrash
        | FaultKind::OutOfMemory
        | FaultKind::CrashLoop(_)
        | FaultKind::Hang
        | FaultKind::DiskFull
        | FaultKind::ZoneOutage
        | FaultKind::RegionOutage => true,
        FaultKind::ConnectionsExhausted => {
            sim.setup.knobs.heartbeat_connection == HeartbeatConnection::Fresh
        }
        FaultKind::LinkCut | FaultKind::Flapping { .. } => {
            let both = matches!(sim.deed(strike.step).target(), Target::Link { both: true, .. });
            strike.sides.is_some_and(|(from, to)| reports(from, to) || (both && reports(to, from)))
        }
        FaultKind::StorageStall
        | FaultKind::LongQuery
        | FaultKind::ClockAhead(_)
        | FaultKind::ClockBehind(_)
        | FaultKind::Maintenance
        | FaultKind::DaemonRestart
        | FaultKind::SlowLink { .. }
        | FaultKind::UploadStall
        | FaultKind::PublishStall
        | FaultKind::ProvisionStall => false,
    }
}
