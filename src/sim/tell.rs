//! The timeline: what was noted of a run, in words.
//!
//! Knows nothing of columns or colours. Kept here: one line for each note, in the order of the
//! run; retries of clients are left out, since the outage that they belong to is told elsewhere.

use super::spell::{arrived, numbered, spelled};
use super::told::Line;
use super::{Deed, Sim};
use crate::control::{Action, GroupPart, GroupState, Operator, Rule};
use crate::fault::{Party, Target, Victim};
use crate::kernel::Instant;
use crate::model::{
    Answer, Branch, ClientId, Condition, DeciderId, Endpoint, Event, NodeId, Order, ServiceId,
    Signal, World,
};
use crate::trace::{Note, SlotNews, What};

/// Returns the timeline of a run.
pub(super) fn timeline(sim: &Sim) -> Vec<Line> {
    sim.trace.notes().iter().filter_map(|note| line(sim, note)).collect()
}

/// Returns the line of a note, if it is told.
pub(super) fn line(sim: &Sim, note: &Note) -> Option<Line> {
    let at = note.at;
    match &note.what {
        What::Struck(step, victim) => Some(strike(sim, at, (*step, *victim), false)),
        What::Healed(step, victim) => Some(strike(sim, at, (*step, *victim), true)),
        What::Operated(step, id) => {
            let text = match sim.deed(*step) {
                Deed::Operator(Operator::StartServer, _) => "an operator starts its server",
                Deed::Operator(Operator::Promote, _) => "an operator promotes it",
                Deed::Operator(..) | Deed::Fault(..) | Deed::Heal(..) => "an operator acts on it",
            };
            Some(of_node(&sim.world, at, *id, text.to_owned()))
        }
        What::Watched(id, gate) => Some(Line {
            rule: Some(gate.name()),
            ..plain(at, sim.lookout_name(*id), gate.sentence().to_owned())
        }),
        What::Ordered(step, by, rule, orders) => {
            let service = sim.deciders[by.index()].service;
            Some(Line {
                rule: Some(rule.name()),
                actions: orders.iter().map(|one| spelled(&sim.world, service, *one)).collect(),
                ..given(sim, at, *step)
            })
        }
        What::Paired(by, rule, orders) => Some(paired(sim, at, (*by, *rule), orders)),
        What::Shown(service, state) => {
            Some(of_service(&sim.world, at, *service, format!("is {}", state.word())))
        }
        What::Belongs(service, part, state) => Some(of_group(sim, at, *service, (*part, *state))),
        What::Stands(service, role, state) => {
            let event = format!("is {} and {}", role.word(), state.word());
            Some(of_service(&sim.world, at, *service, event))
        }
        What::Declined(step, refusal) => {
            let line = given(sim, at, *step);
            let event = format!("{}; refused: {}", line.event, refusal.words());
            Some(Line { event, ..line })
        }
        What::Missed(step) => Some(plain(at, "script".to_owned(), missed(sim, *step))),
        What::Moved(event) => moved(&sim.world, at, *event),
        What::Decided(by, news, rule, orders) => {
            let service = sim.deciders[by.index()].service;
            let mut line = decision(sim, at, (*by, *rule), *news);
            line.service = Some(sim.world.names.services[service.index()].clone());
            line.rule = Some(rule.name());
            line.actions =
                orders.iter().map(|order| spelled(&sim.world, service, *order)).collect();
            Some(line)
        }
        What::Lost(client, peer) => {
            let text = format!("loses its connection to {}", sim.world.node_name(*peer));
            Some(of_client(&sim.world, at, *client, text))
        }
        What::Works(client, peer) => {
            let text = format!("works with {}", sim.world.node_name(*peer));
            Some(of_client(&sim.world, at, *client, text))
        }
        What::Refused(client, peer) => {
            let text = format!("can only read from {}", sim.world.node_name(*peer));
            Some(of_client(&sim.world, at, *client, text))
        }
        What::Failed(_) => None,
        What::Slot(news) => Some(slot(&sim.world, at, *news)),
    }
}

/// Returns the line of what an instance is in its group.
fn of_group(sim: &Sim, at: Instant, id: ServiceId, (part, state): (GroupPart, GroupState)) -> Line {
    let event = format!("is {} of its group, which is {}", part.word(), state.word());
    of_service(&sim.world, at, id, event)
}

/// Returns the line of an order that a step of the script gives the platform.
fn given(sim: &Sim, at: Instant, step: u16) -> Line {
    let deed = sim.setup.script[usize::from(step)].deed;
    let order = match deed {
        Deed::Operator(operator, _) => ordered(sim, operator),
        Deed::Fault(..) | Deed::Heal(..) => "an order".to_owned(),
    };
    let name = link(sim, deed.target());
    let event = format!("takes an operator's order: {order} {name}");
    Line { service: Some(name), ..plain(at, "platform".to_owned(), event) }
}

/// Returns an order in words that are followed by whom it is for.
#[expect(clippy::wildcard_enum_match_arm, reason = "few orders have more to say than their name")]
fn ordered(sim: &Sim, operator: Operator) -> String {
    let name = operator.card().name;
    match operator {
        Operator::Migrate(region) => {
            format!("{name} to {} of", sim.world.names.regions[region.index()])
        }
        Operator::ChangeTier(plan) | Operator::ChangePlan(plan) => {
            format!("{name} to {} of", plan.name())
        }
        _ => name.to_owned(),
    }
}

/// Returns the line of what the platform decided about one of two services bound together.
fn paired(sim: &Sim, at: Instant, (by, rule): (DeciderId, Rule), orders: &[Action]) -> Line {
    let service = sim.deciders[by.index()].service;
    let name = sim.world.names.services[service.index()].clone();
    let event = if orders.is_empty() {
        format!("has nothing more to do for {name}")
    } else {
        format!("decides about {name}")
    };
    Line {
        service: Some(name),
        rule: Some(rule.name()),
        actions: orders.iter().map(|one| spelled(&sim.world, service, *one)).collect(),
        ..plain(at, "platform".to_owned(), event)
    }
}

fn of_service(world: &World, at: Instant, service: ServiceId, event: String) -> Line {
    let name = world.names.services[service.index()].clone();
    Line { service: Some(name.clone()), ..plain(at, name, event) }
}

fn plain(at: Instant, subject: String, event: String) -> Line {
    Line { at, subject, event, service: None, node: None, rule: None, actions: Vec::new() }
}

pub(super) fn of_node(world: &World, at: Instant, node: NodeId, event: String) -> Line {
    let name = world.node_name(node);
    let service = world.names.services[world.node(node).service.index()].clone();
    Line { service: Some(service), node: Some(name.clone()), ..plain(at, name, event) }
}

fn of_client(world: &World, at: Instant, client: ClientId, event: String) -> Line {
    let service = world.names.services[world.client(client).service.index()].clone();
    let name = world.names.clients[client.index()].clone();
    Line { service: Some(service), ..plain(at, name, event) }
}

fn slot(world: &World, at: Instant, news: SlotNews) -> Line {
    match news {
        SlotNews::Created(id, node) => {
            let name = &world.names.slots[id.index()];
            of_node(world, at, node, format!("logical slot {name} is created"))
        }
        SlotNews::Installed(id) => {
            let name = &world.names.databases[id.index()];
            let service = world.names.services[world.databases[id.index()].service.index()].clone();
            let text = format!("database {name} gets the extension that copying slots needs");
            Line { service: Some(service.clone()), ..plain(at, service, text) }
        }
        SlotNews::Copied(id, node) => {
            let name = &world.names.slots[id.index()];
            of_node(world, at, node, format!("logical slot {name} is copied to it"))
        }
        SlotNews::Temporary(id, node) => {
            let name = &world.names.slots[id.index()];
            of_node(world, at, node, format!("logical slot {name} comes to it, not yet to stay"))
        }
        SlotNews::Dropped(id, node) => {
            let name = &world.names.slots[id.index()];
            of_node(world, at, node, format!("drops logical slot {name}"))
        }
        SlotNews::GivenUp(id, node) => {
            let name = &world.names.slots[id.index()];
            let text = format!("gives logical slot {name} up: it holds back too much WAL");
            of_node(world, at, node, text)
        }
    }
}

fn strike(sim: &Sim, at: Instant, (step, victim): (u16, Victim), healed: bool) -> Line {
    let deed = sim.deed(step);
    let target = deed.target();
    let (Deed::Fault(kind, _) | Deed::Heal(kind, _)) = deed else {
        return plain(at, link(sim, target), "an operator acts".to_owned());
    };
    let card = kind.card();
    let text = match (healed, card.heal) {
        (true, Some(heal)) => format!("{} ends: {heal}", card.name),
        (_, _) => format!("{}: {}", card.name, card.meaning),
    };
    match victim {
        Victim::Node(node) => of_node(&sim.world, at, node, text),
        Victim::Service(service) => {
            let name = sim.world.names.services[service.index()].clone();
            Line { service: Some(name.clone()), ..plain(at, name, text) }
        }
        Victim::Link => plain(at, "link".to_owned(), format!("{text} ({})", link(sim, target))),
        Victim::Place(..) => plain(at, link(sim, target), text),
    }
}

/// Returns what a step of the script has done in vain, in words and not by its number, so that
/// nothing hangs on where the file lists it.
fn missed(sim: &Sim, step: u16) -> String {
    let aim = aimed_at(sim, step);
    match sim.deed(step) {
        Deed::Fault(kind, _) => format!("{}: {aim}: finds nothing to strike", kind.card().name),
        Deed::Heal(kind, _) => format!("end of {}: {aim}: finds nothing to heal", kind.card().name),
        Deed::Operator(operator, _) => {
            format!("{}: {aim}: finds nothing to act on", operator.card().name)
        }
    }
}

/// Returns what a step of the script is aimed at, in words.
pub(super) fn aimed_at(sim: &Sim, step: u16) -> String {
    link(sim, sim.deed(step).target())
}

fn link(sim: &Sim, target: Target) -> String {
    match target {
        Target::One(one) => party(&sim.world, one),
        Target::Link { from, to, both } => {
            let arrow = if both { "and" } else { "to" };
            format!("{} {arrow} {}", party(&sim.world, from), party(&sim.world, to))
        }
    }
}

fn party(world: &World, party: Party) -> String {
    let service = |id: ServiceId| &world.names.services[id.index()];
    match party {
        Party::Node(id, number) => format!("{}-{number}", service(id)),
        Party::Primary(id) => format!("primary of {}", service(id)),
        Party::Standby(id, nth) => format!("standby {nth} of {}", service(id)),
        Party::Platform => "platform".to_owned(),
        Party::Observer(number) => format!("observer {}", number + 1),
        Party::Client(id) => world.names.clients[id.index()].clone(),
        Party::Zone(id, zone) => format!("zone {zone:?} of {}", world.names.regions[id.index()]),
        Party::Region(id) => world.names.regions[id.index()].clone(),
        Party::Everyone => "everyone".to_owned(),
        Party::Service(id) => service(id).clone(),
    }
}

fn moved(world: &World, at: Instant, event: Event) -> Option<Line> {
    let node = |id: NodeId, text: &str| Some(of_node(world, at, id, text.to_owned()));
    match event {
        Event::BackendsExit(id, _) => node(id, "its last sessions end"),
        Event::ProcessStarts(id, _) => node(id, "its supervisor starts the server"),
        Event::RecoveryEnds(id, _) => node(id, "its server answers again"),
        Event::CrashesAgain(id, _) => node(id, "its server crashes again"),
        Event::QueryCancelled(id) => node(id, "cancels the query that held its replay up"),
        Event::DiskFills(id, _) => {
            node(id, "WAL that cannot be uploaded fills its disk: its server stops")
        }
        Event::SlotWalFills(id, _) => {
            node(id, "WAL that is kept for logical slots fills its disk: its server stops")
        }
        Event::FlapDue(_) => {
            Some(plain(at, "link".to_owned(), "the flapping link turns".to_owned()))
        }
        Event::StreamResumes(id, _) => node(id, "receives WAL again"),
        Event::CaughtUp(id, _) => node(id, "has caught up"),
        Event::NodeBuilt(id, _) => node(id, "its machine is there; a restore begins"),
        Event::RestoreEnds(id, _) => node(id, "is restored"),
        Event::PromotionEnds(id, _) => {
            let began = |branch: &&Branch| (branch.node, branch.began) == (id, at);
            let number = world.branches.iter().rfind(began).map_or(0, |branch| branch.number);
            Some(of_node(world, at, id, format!("is primary, on timeline {number}")))
        }
        Event::Drained(id, _) => node(id, "has all that was written; begins its promotion"),
        Event::UpgradeEnds(id, _) => node(id, upgrade_ended(world, id, at)),
        Event::BackupEnds(id, _) => node(id, "is backed up in full"),
        Event::FenceActs(id) => node(id, "is stopped and deleted"),
        Event::StopEnds(id, _) => node(id, "is stopped; all its WAL was sent"),
        Event::RecordServed(service, endpoint, _) => Some(served(world, at, service, endpoint)),
        Event::OrderArrives(service, order) => arrived(world, at, service, order),
        Event::NodeOrdered(service, Order::Delete(number)) => {
            node(world.service(service).numbered(number)?, "is deleted")
        }
        Event::NodeOrdered(service, Order::PowerOff) => {
            let text = "all its machines are removed".to_owned();
            Some(of_service(world, at, service, text))
        }
        Event::NodeOrdered(..)
        | Event::StepDue(_)
        | Event::FailureDue(..)
        | Event::FailureEnds(..)
        | Event::RecordOrdered(..)
        | Event::SourceSet(..)
        | Event::SourceLost(_)
        | Event::PairDue(_)
        | Event::PairReversed(..)
        | Event::ReportDue(..)
        | Event::LookoutPolls(_)
        | Event::LookoutPollFails(..)
        | Event::LookoutChecks(_)
        | Event::LookoutRechecks(_)
        | Event::SignalArrives(..)
        | Event::ClientBegins(_)
        | Event::ClientEnds(_)
        | Event::ClientWakes(..)
        | Event::SlotDue(_)
        | Event::SlotDependency(_)
        | Event::SlotCopies(_)
        | Event::SlotCheckpoint(..)
        | Event::CommitsDrawn(..) => None,
    }
}

/// Returns how an upgrade ended.
fn upgrade_ended(world: &World, id: NodeId, at: Instant) -> &'static str {
    let began = |branch: &&Branch| branch.upgraded && (branch.node, branch.began) == (id, at);
    if world.branches.iter().any(|branch| began(&branch)) {
        "is upgraded and answers again"
    } else {
        "is not upgraded, since a logical slot is not consumed, and answers again"
    }
}

fn served(world: &World, at: Instant, service: ServiceId, endpoint: Endpoint) -> Line {
    let name = &world.names.services[service.index()];
    let targets = world.service(service).record(endpoint).at(at);
    let nodes: Vec<String> = targets.iter().map(|node| world.node_name(node)).collect();
    let text = if nodes.is_empty() {
        "points to nobody".to_owned()
    } else {
        format!("points to {}", nodes.join(" and "))
    };
    Line { service: Some(name.clone()), ..plain(at, endpoint.label(name), text) }
}

fn decision(sim: &Sim, at: Instant, (decider, rule): (DeciderId, Rule), news: Signal) -> Line {
    let service = sim.deciders[decider.index()].service;
    let name = |number: u16| numbered(&sim.world, service, number);
    let text = match news {
        Signal::Missed(number) => format!("misses a report of {}", name(number)),
        Signal::Reported(number, condition) => {
            let says = match condition {
                Condition::Primary => "it is primary",
                Condition::Standby => "it is a standby",
                Condition::CatchingUp => "it is catching up",
                Condition::CannotFollow => "it cannot follow",
            };
            format!("hears from {} that {says}", name(number))
        }
        Signal::SilenceDue(number) => format!("gives {} up: silent too long", name(number)),
        Signal::PromotionDue(number) if rule == Rule::WaitForLoneCandidate => {
            format!("finds the promotion of {} slow and waits", name(number))
        }
        Signal::PromotionDue(number) => format!("gives {} up: promotion too slow", name(number)),
        Signal::Demoted(number) => {
            format!("hears from {} that it has stopped writing", name(number))
        }
        Signal::StepDue => "finds that a step has waited long enough".to_owned(),
        Signal::ElectionDue => "has waited long enough for standbys".to_owned(),
        Signal::Answered(number, answer) => {
            let says = match answer {
                Answer::QuorumInForce => "commits wait for standbys",
                Answer::StopBegun => "its server has begun to stop",
                Answer::Stopped => "its server is stopped",
                Answer::Detached => "it receives no more",
                Answer::SlotsCopied => "its slots are on the new servers",
                Answer::SlotsBehind => "its slots are not on the new servers",
                Answer::CanUpgrade => "it can be upgraded",
                Answer::Upgraded => "it is upgraded and answers again",
                Answer::NotUpgraded => "it could not be upgraded and answers again",
                Answer::BackedUp => "it is backed up in full",
                Answer::StandbyCaughtUp => "a new standby has all from before commits waited",
            };
            format!("hears from {} that {says}", name(number))
        }
        Signal::Served(endpoint) => {
            let service = &sim.world.names.services[service.index()];
            format!("sees that {} is served", endpoint.label(service))
        }
    };
    plain(at, "platform".to_owned(), text)
}
