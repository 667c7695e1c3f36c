//! What the platform orders, in words.
//!
//! Knows nothing of why something is ordered. Kept here: nodes are named, not numbered.

use crate::control::{Action, SOURCE};
use crate::model::{ServiceId, World};

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
            let label = endpoint.label(&world.names.services[service.index()]);
            let nodes: Vec<String> = numbers.iter().map(name).collect();
            let to = if nodes.is_empty() { "nobody".to_owned() } else { nodes.join(" and ") };
            format!("point {label} to {to}")
        }
    }
}
