//! How a fault strikes and how it heals.
//!
//! Roles are resolved at the instant of the strike. Knows nothing of scripts. Kept here: a heal
//! undoes what its own fault did, to the same victim, whatever has moved since.

use super::kind::FaultKind;
use super::target::{Party, Target};
use crate::model::{Cut, Host, NodeId, Process, Role, ServiceId, Side, World};

/// Who was struck.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Victim {
    /// A node.
    Node(NodeId),
    /// A link.
    Link,
}

/// Lets a fault strike; nothing happens if its target does not exist at this instant.
pub fn inject(world: &mut World, step: u16, kind: FaultKind, target: Target) -> Option<Victim> {
    match target {
        Target::One(party) => {
            let node = resolve(world, party).filter(|node| is_there(world, *node))?;
            match kind {
                FaultKind::HostDeath => world.kill_host(node),
                FaultKind::ProcessCrash if world.node(node).answers() => world.crash_server(node),
                FaultKind::Hang if world.node(node).host == Host::Up => world.freeze(node),
                FaultKind::ProcessCrash | FaultKind::Hang | FaultKind::LinkCut => return None,
            }
            Some(Victim::Node(node))
        }
        Target::Link { from, to, both } => {
            let (from, to) = (side(world, from)?, side(world, to)?);
            world.cut_link(Cut { step, from, to, both });
            Some(Victim::Link)
        }
    }
}

/// Heals a fault that struck a victim at a step.
pub fn heal(world: &mut World, step: u16, kind: FaultKind, victim: Victim) -> bool {
    match (kind, victim) {
        (FaultKind::Hang, Victim::Node(node)) if world.node(node).host == Host::Frozen => {
            world.resume(node);
        }
        (FaultKind::ProcessCrash, Victim::Node(node))
            if world.node(node).process == Process::Down && world.node(node).host == Host::Up =>
        {
            world.start_server(node);
        }
        (FaultKind::LinkCut, Victim::Link) => world.heal_link(step),
        (
            FaultKind::HostDeath | FaultKind::ProcessCrash | FaultKind::Hang | FaultKind::LinkCut,
            Victim::Node(_) | Victim::Link,
        ) => return false,
    }
    true
}

/// Returns the node that a party means at this instant, if it means one that is there.
pub fn resolve(world: &World, party: Party) -> Option<NodeId> {
    match party {
        Party::Node(service, number) => world.service(service).numbered(number),
        Party::Primary(service) => Some(world.service(service).primary),
        Party::Standby(service, nth) => standby(world, service, nth),
        Party::Platform
        | Party::Client(_)
        | Party::Zone(..)
        | Party::Region(_)
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
        Party::Client(client) => Side::Client(client),
        Party::Zone(region, zone) => Side::Zone(region, zone),
        Party::Region(region) => Side::Region(region),
        Party::Everyone => Side::Everyone,
    })
}
