//! Faults and their ends as an outcome tells them: what struck whom, and whom it reaches.
//!
//! Knows nothing of what became of it. Kept here: a fault of a link names the nodes beside it as
//! they were meant when it struck.

use super::outcome::FaultOutcome;
use super::{Sim, tell};
use crate::check::Strike;
use crate::fault::{FaultKind, Victim};
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
    let known = world.nodes.iter().take(strike.nodes);
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
    }
}

/// Returns whether a strike touches a service: its nodes, or what belongs to it as a whole.
pub(super) fn touches(sim: &Sim, strike: &Strike, service: ServiceId) -> bool {
    let known = sim.world.nodes.iter().take(strike.nodes);
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

/// Returns whether a strike keeps news of the nodes that it reaches from the platform.
fn hides(sim: &Sim, strike: &Strike) -> bool {
    let platform = |side| matches!(side, Side::Platform | Side::Everyone);
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
            strike.sides.is_some_and(|(from, to)| platform(from) || platform(to))
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
