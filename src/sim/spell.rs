//! What the platform orders, in words.
//!
//! Knows nothing of why something is ordered. Kept here: nodes are named, not numbered.

use super::tell::of_node;
use super::told::Line;
use crate::control::{Action, SOURCE};
use crate::kernel::Instant;
use crate::model::{Endpoint, Order, ServiceId, World};

/// Returns the name of a service's node.
pub(super) fn numbered(world: &World, service: ServiceId, number: u16) -> String {
    format!("{}-{number}", world.names.services[service.index()])
}

/// Returns an order in words.
pub(super) fn spelled(world: &World, service: ServiceId, action: Action) -> String {
    let name = |number: u16| numbered(world, service, number);
    match action {
        Action::Fence(number) => format!("fence {}", name(number)),
        Action::Promote(number) => format!("promote {}", name(number)),
        Action::Follow(number, SOURCE) => format!("let {} follow its source", name(number)),
        Action::Follow(number, upstream) => {
            format!("let {} follow {}", name(number), name(upstream))
        }
        Action::Demote(number) => format!("let {} stop writing", name(number)),
        Action::TakeOver(number, end) => format!("promote {} once it has {end}", name(number)),
        Action::FollowService(number) => {
            let partner = world.partner(service).unwrap_or(service);
            let own = &world.names.services[service.index()];
            format!("let {own} follow {}", numbered(world, partner, number))
        }
        Action::Disconnect(number) => format!("end the connections to {}", name(number)),
        Action::Restart(number) => format!("restart {}", name(number)),
        Action::CheckUpgrade(number) => format!("ask {} whether it can be upgraded", name(number)),
        Action::Upgrade(number) => format!("upgrade {} in place", name(number)),
        Action::TakeBackup(number) => format!("take a full backup of {}", name(number)),
        Action::PowerOff => {
            format!("remove all machines of {}", world.names.services[service.index()])
        }
        Action::LoseSource => {
            format!("let {} follow nobody", world.names.services[service.index()])
        }
        Action::Stop(number) => format!("stop {}", name(number)),
        Action::BuildStandby(number, _) => format!("build {}", name(number)),
        Action::StopControlled(number) => format!("stop {} in a controlled way", name(number)),
        Action::Kill(number) => format!("stop {} by force", name(number)),
        Action::Start(number) => format!("start {}", name(number)),
        Action::Detach(number) => format!("ask {} how far it is", name(number)),
        Action::SetQuorum(number, needs, numbers) => {
            let nodes: Vec<String> = numbers.iter().map(name).collect();
            format!("let {} wait for any {needs} of {}", name(number), nodes.join(" and "))
        }
        Action::AskSlots(number, numbers) => {
            let nodes: Vec<String> = numbers.iter().map(name).collect();
            format!("ask {} whether its slots are on {}", name(number), nodes.join(" and "))
        }
        Action::AskCaughtUp(number, numbers) => {
            let nodes: Vec<String> = numbers.iter().map(name).collect();
            let which = nodes.join(" or ");
            format!("ask {} whether {which} has all from before commits waited", name(number))
        }
        Action::ClearQuorum(number) => format!("let {} wait for no standby", name(number)),
        Action::Forward(number, to) => {
            format!("let {} pass connections on to {}", name(number), name(to))
        }
        Action::Delete(number) => format!("delete {}", name(number)),
        Action::SetPlan(plan) => format!("make it {}", plan.name()),
        Action::Relocate(region) => {
            format!("create new nodes in {}", world.names.regions[region.index()])
        }
        Action::BuildPrimary(number) => format!("restore {} from backup", name(number)),
        Action::Publish(endpoint, numbers) => {
            let shared = endpoint == Endpoint::Primary;
            let named = if shared { world.named_by(service) } else { service };
            let label = endpoint.label(&world.names.services[named.index()]);
            let nodes: Vec<String> = numbers.iter().map(name).collect();
            let to = if nodes.is_empty() { "nobody".to_owned() } else { nodes.join(" and ") };
            format!("point {label} to {to}")
        }
    }
}

/// Returns the line of an order that reaches its node.
pub(super) fn arrived(
    world: &World,
    at: Instant,
    service: ServiceId,
    order: Order,
) -> Option<Line> {
    let id = |number: u16| world.service(service).numbered(number);
    let told = |number: u16, text: &str| Some(of_node(world, at, id(number)?, text.to_owned()));
    match order {
        Order::Promote(number) => {
            Some(of_node(world, at, id(number)?, "begins its promotion".to_owned()))
        }
        Order::Follow(number, upstream) => {
            let upstream =
                if upstream == SOURCE { world.source_node(service)? } else { id(upstream)? };
            let text = format!("follows {}", world.node_name(upstream));
            Some(of_node(world, at, id(number)?, text))
        }
        Order::Stop(number) => Some(of_node(world, at, id(number)?, "is stopped".to_owned())),
        Order::Demote(number) => told(number, "stops writing, to be a standby"),
        Order::Disconnect(number) => told(number, "ends its connections"),
        Order::Restart(number) => Some(of_node(world, at, id(number)?, "is restarted".to_owned())),
        Order::Upgrade(number) => {
            told(number, "ends its sessions and begins to stop, to be upgraded")
        }
        Order::TakeBackup(number) => told(number, "is being backed up in full"),
        Order::TakeOver(number, end) => {
            let text = format!("is to take over, waits for WAL up to {end}");
            Some(of_node(world, at, id(number)?, text))
        }
        Order::StopControlled(number) => {
            let text = "ends its sessions and begins to stop".to_owned();
            Some(of_node(world, at, id(number)?, text))
        }
        Order::Kill(number) => {
            Some(of_node(world, at, id(number)?, "is stopped by force".to_owned()))
        }
        Order::Start(number) => Some(of_node(world, at, id(number)?, "is started".to_owned())),
        Order::Detach(number) => {
            let text = "receives no more and says how far it is".to_owned();
            Some(of_node(world, at, id(number)?, text))
        }
        Order::SetQuorum(number, needs, standbys) => {
            let names: Vec<String> = standbys.iter().map(|node| world.node_name(node)).collect();
            let text = format!("lets commits wait for any {needs} of {}", names.join(" and "));
            Some(of_node(world, at, id(number)?, text))
        }
        Order::ClearQuorum(number) => {
            let text = "lets commits wait for standbys no longer".to_owned();
            Some(of_node(world, at, id(number)?, text))
        }
        Order::Forward(number, target) => {
            let text = format!("passes connections on to {}", world.node_name(id(target)?));
            Some(of_node(world, at, id(number)?, text))
        }
        Order::Fence(_)
        | Order::AskSlots(..)
        | Order::BuildStandby(..)
        | Order::BuildPrimary(_)
        | Order::Delete(_)
        | Order::SetPlan(_)
        | Order::Relocate(_)
        | Order::CheckUpgrade(_)
        | Order::AskCaughtUp(..)
        | Order::PowerOff => None,
    }
}
