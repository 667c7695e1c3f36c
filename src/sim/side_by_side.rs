//! What the outcome tells of services bound together: integrations and orders.
//!
//! Knows nothing of what happens within one service. Kept here: names, not ids.

use super::Sim;
use crate::control::{GroupPart, GroupState, PairRole, Refusal, ServiceState};
use crate::kernel::{Instant, Lsn};
use crate::model::{BranchId, ServiceId, World};

/// Two services that were bound together.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/crdr-failover-and-failback.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// assert_eq!(outcome.integrations[0].kind, "disaster_recovery");
/// assert_eq!(outcome.integrations[0].destination, "orders-dr");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntegrationOutcome {
    /// What bound them: `read_replica` or `disaster_recovery`.
    pub kind: &'static str,
    /// The service that was followed at the start.
    pub source: String,
    /// The service that followed it at the start.
    pub destination: String,
    /// Where their histories parted, if by the end each has one of its own.
    pub parted: Option<Parted>,
}

/// What became of a disaster recovery pair.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/crdr-failover-and-failback.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// let pair = &outcome.pairs[0];
/// assert_eq!((pair.primary.as_str(), pair.recovery.as_str()), ("orders", "orders-dr"));
/// assert!(!pair.unprotected.is_empty());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairOutcome {
    /// The primary service.
    pub primary: String,
    /// The recovery service.
    pub recovery: String,
    /// Every change of a role or a state, the start included.
    pub roles: Vec<RoleChange>,
    /// When no WAL flowed from one service to the other: from when, to when; without an end, to the
    /// end of the run.
    pub unprotected: Vec<(Instant, Option<Instant>)>,
}

/// What became of a group.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/gad-promotion-client-moves.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// let group = &outcome.groups[0];
/// assert_eq!((group.primary.as_str(), group.secondary.as_str()), ("orders", "orders-far"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupOutcome {
    /// The instance that is primary at the start.
    pub primary: String,
    /// The instance that follows it at the start.
    pub secondary: String,
    /// Every change of a part or of the state, the start included.
    pub parts: Vec<PartChange>,
    /// When both instances were writable: from when, to when; without an end, to the end of the
    /// run.
    pub both_writable: Vec<(Instant, Option<Instant>)>,
}

/// What an instance is in its group, and the group's state, from an instant on.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/gad-promotion-client-moves.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::control::GroupPart;
/// let far = outcome.groups[0].parts.iter().rfind(|one| one.service == "orders-far");
/// assert_eq!(far.map(|one| one.part), Some(GroupPart::Primary));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartChange {
    /// From when on.
    pub at: Instant,
    /// Which instance.
    pub service: String,
    /// What it is.
    pub part: GroupPart,
    /// The state of the group.
    pub state: GroupState,
}

/// A role and a state in which a service of a pair was shown.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/crdr-failover-and-failback.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::control::PairRole;
/// let roles = &outcome.pairs[0].roles;
/// assert!(roles.iter().any(|one| one.service == "orders" && one.role == PairRole::Failed));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleChange {
    /// From when on.
    pub at: Instant,
    /// Which service.
    pub service: String,
    /// Its role.
    pub role: PairRole,
    /// Its state.
    pub state: ServiceState,
}

/// Two histories that were one.
///
/// # Examples
/// Two instances with a history each; that of a promoted replica goes its own way:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/read-replica-promoted.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// let parted = outcome.integrations[0].parted.expect("each has one of its own");
/// assert!(parted.lsn.get() > 0);
/// ```
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
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/crdr-refused-orders.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// assert_eq!(outcome.orders.len(), 8);
/// assert!(outcome.orders.iter().all(|order| order.refusal.is_some()));
/// ```
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

/// Returns what became of each pair.
pub(super) fn pairs(sim: &Sim) -> Vec<PairOutcome> {
    let name = |service: ServiceId| sim.world.names.services[service.index()].clone();
    let pairs = sim.history.pairs.iter().map(|pair| PairOutcome {
        primary: name(pair.primary),
        recovery: name(pair.recovery),
        roles: pair
            .shown
            .iter()
            .map(|shown| RoleChange {
                at: shown.at,
                service: name(shown.service),
                role: shown.role,
                state: shown.state,
            })
            .collect(),
        unprotected: pair.unprotected(),
    });
    pairs.collect()
}

/// Returns what became of each group.
pub(super) fn groups(sim: &Sim) -> Vec<GroupOutcome> {
    let name = |service: ServiceId| sim.world.names.services[service.index()].clone();
    let groups = sim.history.groups.iter().map(|group| GroupOutcome {
        primary: name(group.primary),
        secondary: name(group.secondary),
        parts: group
            .parts
            .iter()
            .map(|one| PartChange {
                at: one.at,
                service: name(one.service),
                part: one.part,
                state: one.state,
            })
            .collect(),
        both_writable: group.both_writable(),
    });
    groups.collect()
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
