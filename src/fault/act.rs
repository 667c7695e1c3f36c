//! How a fault strikes and how it heals.
//!
//! Roles are resolved at the instant of the strike. Knows nothing of scripts. Kept here: a heal
//! undoes what its own fault did, to the same victim, whatever has moved since.

use super::kind::FaultKind;
use super::target::{Party, Target};
use crate::kernel::Span;
use crate::model::{
    Cut, Flap, Host, NodeId, Process, RegionId, Role, ServiceId, Side, Slow, World, Zone,
};

/// Who was struck.
///
/// # Examples
/// A power loss strikes a node, and a cut a link:
/// ```
/// # let text = r#"Scenario(name: "example", until: "5m",
/// #     services: [Service(name: "orders", plan: Business)],
/// #     script: [
/// #         At("60s", Fault(PowerLoss, Standby("orders", 1))),
/// #         At("2m", Fault(LinkCut, Link(Primary("orders"), Platform))),
/// #     ])"#;
/// # let loaded = cutover::scenario::parse("example.ron", text).expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(std::sync::Arc::new(loaded.setup), 0);
/// use cutover::fault::Victim;
/// use cutover::model::NodeId;
/// use cutover::trace::What;
/// sim.run();
/// let struck = |step, victim| {
///     sim.notes().iter().any(|note| note.what == What::Struck(step, victim))
/// };
/// assert!(struck(0, Victim::Node(NodeId(1))));
/// assert!(struck(1, Victim::Link));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Victim {
    /// A node.
    Node(NodeId),
    /// A link.
    Link,
    /// A zone of a region, or all of it.
    Place(RegionId, Option<Zone>),
    /// A service.
    Service(ServiceId),
}

/// Lets a fault strike; nothing happens if its target does not exist at this instant.
pub(crate) fn inject(
    world: &mut World,
    step: u16,
    kind: FaultKind,
    target: Target,
) -> Option<Victim> {
    match target {
        Target::One(Party::Zone(region, zone)) => {
            world.begin_outage(step, region, Some(zone));
            Some(Victim::Place(region, Some(zone)))
        }
        Target::One(Party::Region(region)) => {
            world.begin_outage(step, region, None);
            Some(Victim::Place(region, None))
        }
        Target::One(Party::Service(service)) => {
            stall(world, kind, service, true);
            Some(Victim::Service(service))
        }
        Target::One(party) => {
            let node = resolve(world, party).filter(|node| is_there(world, *node))?;
            strike_node(world, kind, node).then_some(Victim::Node(node))
        }
        Target::Link { from, to, both } => {
            let (from, to) = (side(world, from)?, side(world, to)?);
            strike_link(world, kind, Cut { step, from, to, both });
            Some(Victim::Link)
        }
    }
}

/// Lets a fault strike a node; tells whether the node was in a state to be struck.
fn strike_node(world: &mut World, kind: FaultKind, id: NodeId) -> bool {
    let node = world.node(id);
    let (up, answers) = (node.host == Host::Up, node.answers());
    let standby = node.role == Role::Standby;
    match kind {
        FaultKind::HostDeath => world.kill_host(id),
        FaultKind::PowerLoss if node.host != Host::Off => world.cut_power(id),
        FaultKind::ProcessCrash if answers => world.crash_server(id),
        FaultKind::OutOfMemory if answers => world.run_out_of_memory(id),
        FaultKind::CrashLoop(up_for) if answers => world.loop_crashes(id, up_for),
        FaultKind::Hang if up => world.freeze(id),
        FaultKind::StorageStall if up && !node.impairments.stalled => world.stall_storage(id),
        FaultKind::DiskFull if up => world.fill_disk(id),
        FaultKind::ConnectionsExhausted => world.node_mut(id).impairments.exhausted = true,
        FaultKind::LongQuery if answers && standby => world.hold_replay(id),
        FaultKind::ClockAhead(by) => world.node_mut(id).impairments.clock_ahead = by,
        FaultKind::ClockBehind(by) => world.node_mut(id).impairments.clock_behind = by,
        // These strike the daemon beside the server; whoever runs it acts on them.
        FaultKind::Maintenance | FaultKind::DaemonRestart => {}
        FaultKind::PowerLoss
        | FaultKind::ProcessCrash
        | FaultKind::OutOfMemory
        | FaultKind::CrashLoop(_)
        | FaultKind::Hang
        | FaultKind::StorageStall
        | FaultKind::DiskFull
        | FaultKind::LongQuery
        | FaultKind::LinkCut
        | FaultKind::SlowLink { .. }
        | FaultKind::Flapping { .. }
        | FaultKind::ZoneOutage
        | FaultKind::RegionOutage
        | FaultKind::UploadStall
        | FaultKind::PublishStall
        | FaultKind::ProvisionStall => return false,
    }
    true
}

fn strike_link(world: &mut World, kind: FaultKind, cut: Cut) {
    if let FaultKind::SlowLink { delay, goodput } = kind {
        world.slow_link(Slow { cut, delay, goodput });
    } else if let FaultKind::Flapping { down, up } = kind {
        world.begin_flapping(Flap { cut, down, up, is_down: false });
    } else {
        world.cut_link(cut);
    }
}

fn stall(world: &mut World, kind: FaultKind, service: ServiceId, begins: bool) {
    match (kind, begins) {
        (FaultKind::UploadStall, true) => world.stall_uploads(service),
        (FaultKind::UploadStall, false) => world.end_upload_stall(service),
        (FaultKind::PublishStall, begins) => world.stall_publishing(service, begins),
        (_, begins) => world.stall_provisioning(service, begins),
    }
}

/// Heals a fault that struck a victim at a step; tells whether there was anything to heal.
pub(crate) fn heal(world: &mut World, step: u16, kind: FaultKind, victim: Victim) -> bool {
    match victim {
        Victim::Node(node) => return heal_node(world, kind, node),
        Victim::Link => world.heal_link(step),
        Victim::Place(region, zone) => world.end_outage(step, region, zone),
        Victim::Service(service) => stall(world, kind, service, false),
    }
    true
}

fn heal_node(world: &mut World, kind: FaultKind, id: NodeId) -> bool {
    let node = world.node(id);
    let (host, process) = (node.host, node.process);
    match kind {
        FaultKind::Hang if host == Host::Frozen => world.resume(id),
        FaultKind::PowerLoss if host == Host::Off => world.restore_power(id),
        FaultKind::ProcessCrash if host == Host::Up && process == Process::Down => {
            world.start_server(id);
        }
        FaultKind::CrashLoop(_) => world.node_mut(id).impairments.crash_loop = None,
        FaultKind::StorageStall if node.impairments.stalled => world.free_storage(id),
        FaultKind::DiskFull if node.impairments.disk_full => world.free_disk(id),
        FaultKind::ConnectionsExhausted => world.node_mut(id).impairments.exhausted = false,
        FaultKind::LongQuery if node.impairments.replay_held_until.is_some() => {
            world.release_replay(id);
        }
        FaultKind::Maintenance => {}
        FaultKind::ClockAhead(_) => world.node_mut(id).impairments.clock_ahead = Span::ZERO,
        FaultKind::ClockBehind(_) => world.node_mut(id).impairments.clock_behind = Span::ZERO,
        FaultKind::HostDeath
        | FaultKind::PowerLoss
        | FaultKind::ProcessCrash
        | FaultKind::OutOfMemory
        | FaultKind::Hang
        | FaultKind::StorageStall
        | FaultKind::DiskFull
        | FaultKind::LongQuery
        | FaultKind::DaemonRestart
        | FaultKind::LinkCut
        | FaultKind::SlowLink { .. }
        | FaultKind::Flapping { .. }
        | FaultKind::ZoneOutage
        | FaultKind::RegionOutage
        | FaultKind::UploadStall
        | FaultKind::PublishStall
        | FaultKind::ProvisionStall => return false,
    }
    true
}

/// Returns the node that a party means at this instant, if it means one that is there.
pub(crate) fn resolve(world: &World, party: Party) -> Option<NodeId> {
    match party {
        Party::Node(service, number) => world.service(service).numbered(number),
        Party::Primary(service) => Some(world.service(service).primary),
        Party::Standby(service, nth) => standby(world, service, nth),
        Party::Platform
        | Party::Observer(_)
        | Party::Client(_)
        | Party::Zone(..)
        | Party::Region(_)
        | Party::Service(_)
        | Party::Everyone => None,
    }
}

fn standby(world: &World, service: ServiceId, nth: u8) -> Option<NodeId> {
    let primary = world.service(service).primary;
    let standbys = world.existing(service).filter(|node| {
        node.id != primary && node.role == Role::Standby && node.process != Process::Absent
    });
    standbys.map(|node| node.id).nth(usize::from(nth).checked_sub(1)?)
}

/// Returns the two sides of a link as they are meant at this instant, if a link is meant.
pub(crate) fn sides(world: &World, target: Target) -> Option<(Side, Side)> {
    match target {
        Target::One(_) => None,
        Target::Link { from, to, .. } => side(world, from).zip(side(world, to)),
    }
}

fn is_there(world: &World, node: NodeId) -> bool {
    let node = world.node(node);
    node.exists() && node.process != Process::Absent
}

fn side(world: &World, party: Party) -> Option<Side> {
    Some(match party {
        Party::Node(..) | Party::Primary(_) | Party::Standby(..) => {
            Side::Node(resolve(world, party)?)
        }
        Party::Platform => Side::Platform,
        Party::Observer(observer) => Side::Observer(observer),
        Party::Client(client) => Side::Client(client),
        Party::Zone(region, zone) => Side::Zone(region, zone),
        Party::Region(region) => Side::Region(region),
        Party::Everyone => Side::Everyone,
        Party::Service(_) => return None,
    })
}
