//! What the outcome tells of services bound together: integrations and orders.
//!
//! Knows nothing of what happens within one service. Kept here: names, not ids.

use super::Sim;
use crate::control::Refusal;
use crate::kernel::{Instant, Lsn};
use crate::model::{BranchId, ServiceId, World};

/// Two services that were bound together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntegrationOutcome {
    /// What bound them: `read_replica`.
    pub kind: &'static str,
    /// The service that was followed at the start.
    pub source: String,
    /// The service that followed it at the start.
    pub destination: String,
    /// Where their histories parted, if by the end each has one of its own.
    pub parted: Option<Parted>,
}

/// Two histories that were one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parted {
    /// Up to where they are the same.
    pub lsn: Lsn,
    /// Commits that only the history of the source has.
    pub only_source: u64,
    /// Commits that only the history of the destination has.
    pub only_destination: u64,
}

/// An order that an operator gave the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderOutcome {
    /// When.
    pub at: Instant,
    /// Its name.
    pub order: &'static str,
    /// For which service.
    pub service: String,
    /// Why it was refused, in words; nothing if it was carried out.
    pub refusal: Option<&'static str>,
}

/// Returns the orders that an operator gave the platform.
pub(super) fn orders(sim: &Sim) -> Vec<OrderOutcome> {
    let orders = sim.history.orders.iter().map(|order| OrderOutcome {
        at: order.at,
        order: order.operator.card().name,
        service: sim.world.names.services[order.service.index()].clone(),
        refusal: order.refusal.map(Refusal::words),
    });
    orders.collect()
}

/// Returns which services were bound together.
pub(super) fn integrations(sim: &Sim) -> Vec<IntegrationOutcome> {
    let world = &sim.world;
    let bound = world.integrations.iter().map(|integration| {
        let name = |service: ServiceId| world.names.services[service.index()].clone();
        IntegrationOutcome {
            kind: integration.kind.name(),
            source: name(integration.source),
            destination: name(integration.destination),
            parted: parted(world, integration.source, integration.destination),
        }
    });
    bound.collect()
}

/// Returns where the histories of two services part, if each has one of its own.
fn parted(world: &World, source: ServiceId, destination: ServiceId) -> Option<Parted> {
    if world.in_charge(source) == world.in_charge(destination) {
        return None;
    }
    let tip =
        |service: ServiceId| world.node(world.service(world.in_charge(service)).primary).branch;
    let (ours, theirs) = (tip(source), tip(destination));
    let line = |branch: BranchId| world.line(branch, world.branch(branch).written.at(world.now));
    Some(Parted {
        lsn: world.shared_until(ours, theirs).lsn(),
        only_source: world.missing(&line(ours), &line(theirs)),
        only_destination: world.missing(&line(theirs), &line(ours)),
    })
}
