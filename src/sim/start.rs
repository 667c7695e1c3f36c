//! The first instant of a run: the world as it stands, and the first events.
//!
//! Knows nothing of files. Kept here: whatever is drawn here is drawn by name, so that another
//! part more or less in the scenario shifts nothing.

use std::sync::Arc;

use super::decider::{Contact, Decider};
use super::failure::Failures;
use super::pairs::Desk;
use super::script::Script;
use super::setup::Setup;
use super::{Sim, Ticks};
use crate::check::History;
use crate::control::{Bond, Following, Manager, Standing};
use crate::kernel::{Chance, Instant, Pace, Path, Position, Queue};
use crate::knob::{Phase, ResolverCache, SlotPolicy, Touch};
use crate::model::{
    Branch, BranchId, Client, ClientId, ClientSetup, Condition, Database, DeciderId, Drawn,
    Endpoint, Event, Host, Hosts, Installed, Integration, Links, Names, NodeId, Process, Quorum,
    Record, Report, Resolver, Role, Service, ServiceId, Slot, SlotCopy, SlotId, Targets, World,
};
use crate::trace::Trace;

/// Returns a run at its first instant.
pub(super) fn begin(setup: Arc<Setup>, chance: Chance, ticks: Ticks, keeps_notes: bool) -> Sim {
    let seed = chance.seed();
    let mut world = empty_world(&setup, chance);
    world.is_lazy = ticks == Ticks::Lazy;
    world.draw_delays();
    for index in 0..setup.services.len() {
        add_service(&mut world, &setup, ServiceId::at(index));
    }
    for index in 0..setup.integrations.len() {
        integrate(&mut world, &setup, index);
    }
    add_slots(&mut world, &setup);
    for index in 0..setup.clients.len() {
        add_client(&mut world, &setup, ClientId::at(index));
    }
    let script = Script::new(&setup, &mut world);
    let deciders = (0..setup.services.len())
        .map(|index| add_decider(&mut world, &setup, ServiceId::at(index)))
        .collect();
    let decider = |service: ServiceId| DeciderId::at(service.index());
    let desks = setup.integrations.iter().filter_map(|one| {
        let deciders = [decider(one.source), decider(one.destination)];
        Some(Desk::new(Bond::of(one.kind, one.from_the_start)?, deciders))
    });
    let desks = desks.collect();
    let history = History::new(&world);
    let trace = Trace::new(keeps_notes);
    let lookouts = Vec::new();
    let failures = Failures::default();
    let mut sim = Sim {
        setup,
        seed,
        world,
        deciders,
        desks,
        lookouts,
        script,
        failures,
        history,
        phases: Vec::new(),
        trace,
        ticks,
        reached: 0,
    };
    sim.begin_ticks();
    sim.begin_lookouts();
    sim.begin_failures();
    sim.begin_slots();
    sim
}

fn empty_world(setup: &Setup, chance: Chance) -> World {
    let names = Names {
        services: setup.services.iter().map(|service| service.name.clone()).collect(),
        clients: setup.clients.iter().map(|client| client.name.clone()).collect(),
        regions: setup.regions.clone(),
        slots: setup.slots.iter().map(|slot| slot.name.clone()).collect(),
        databases: setup.databases.iter().map(|of| of.name.clone()).collect(),
    };
    // Room for the nodes that replace those that fail first.
    let nodes = setup.services.iter().map(|service| usize::from(service.plan.nodes()) + 2).sum();
    World {
        knobs: Arc::new(setup.knobs.clone()),
        names: Arc::new(names),
        chance,
        now: Instant::ZERO,
        queue: Queue::default(),
        services: Vec::new(),
        integrations: setup.integrations.clone(),
        nodes: Vec::with_capacity(nodes),
        branches: Vec::with_capacity(setup.services.len() * 2),
        clients: Vec::new(),
        slots: Vec::new(),
        databases: Vec::new(),
        readings: Vec::new(),
        links: Links::default(),
        drawn: Drawn::default(),
        dark: Vec::new(),
        touched: crate::knob::Touched::default(),
        is_lazy: true,
    }
}

/// Adds a whole service: node 1 is primary, the others follow it, and the names point to them. One
/// that follows another service has no primary and no history of its own.
fn add_service(world: &mut World, setup: &Setup, id: ServiceId) {
    let of = &setup.services[id.index()];
    let branch = BranchId::at(world.branches.len());
    let primary = NodeId::at(world.nodes.len());
    let follows = world.following(id).map(|integration| integration.source);
    if follows.is_none() {
        world.branches.push(Branch {
            service: id,
            number: 1,
            parent: None,
            node: primary,
            began: Instant::ZERO,
            written: Path::resting(Instant::ZERO, Position::ZERO),
            sessions: Vec::new(),
            archived_until: Instant::FAR,
            cut_off: Vec::new(),
            down: Vec::new(),
            archived_whole: None,
            quorum: Quorum::default(),
            upgraded: false,
            full_backup: None,
        });
    }
    let database_size = world.draw_database_size(&of.name);
    world.services.push(Service {
        id,
        plan: of.plan,
        region: of.region,
        nodes: Vec::with_capacity(usize::from(of.plan.nodes()) + 2),
        primary,
        follows,
        source: None,
        primary_name: Record::new(Targets::of([primary])),
        replica_name: Record::default(),
        ha_replica_name: Record::default(),
        upload_stalls: Vec::new(),
        powered_off: Vec::new(),
        publishing_stalled: false,
        provisioning_stalled: false,
        disk_epoch: 0,
        slot_feeds: Vec::new(),
        slot_copy_due: Instant::FAR,
        slot_wal_epoch: 0,
        database_size,
    });
    if world.is_to_be_set_up(id) {
        add_nobody(world, id);
        return;
    }
    for number in 1..=u16::from(of.plan.nodes()) {
        let upstream = (number > 1).then_some(primary);
        let node = world.add_node(id, number, upstream);
        let node = world.node_mut(node);
        node.process = Process::Running;
        node.branch = branch;
        node.ready = true;
        let leads = number == 1 && follows.is_none();
        node.role = if leads { Role::Primary } else { Role::Standby };
    }
    let standbys: Vec<NodeId> = world.service(id).nodes.iter().skip(1).copied().collect();
    let serving = if standbys.is_empty() { vec![primary] } else { standbys.clone() };
    world.services[id.index()].replica_name = Record::new(Targets::of(standbys.clone()));
    world.services[id.index()].ha_replica_name = Record::new(Targets::of(serving));
    for standby in standbys.into_iter().filter(|_| follows.is_none()) {
        world.start_stream(standby);
    }
    if follows.is_none() {
        world.apply_quorum_rule(primary);
    }
}

/// Lets a service that nobody has set up have a primary that never existed, and no nodes.
fn add_nobody(world: &mut World, id: ServiceId) {
    let node = world.add_node(id, 1, None);
    let service = &mut world.services[id.index()];
    service.nodes.clear();
    service.replica_name = Record::new(Targets::default());
    service.ha_replica_name = Record::new(Targets::default());
    world.node_mut(node).host = Host::Deleted;
}

/// Lets a service follow another from the start: all its nodes stream from the other's primary.
fn integrate(world: &mut World, setup: &Setup, index: usize) {
    world.touch(Touch::Integration);
    let integration = setup.integrations[index];
    let primary = world.service(integration.source).primary;
    let branch = world.node(primary).branch;
    if integration.is_group() {
        world.services[integration.destination.index()].source = Some(primary);
    }
    if integration.is_pair() {
        start_pair(world, integration, primary);
    }
    let first = world.service(integration.destination).primary;
    world.node_mut(first).branch = branch;
    for node in world.service(integration.destination).nodes.clone() {
        let of = world.node_mut(node);
        of.upstream = Some(primary);
        of.branch = branch;
        world.start_stream(node);
    }
}

/// Adds the logical slots; those without an instant of creation exist on every node already.
fn add_slots(world: &mut World, setup: &Setup) {
    for of in &setup.databases {
        world.databases.push(Database { service: of.service, installed: None });
    }
    for (index, of) in setup.slots.iter().enumerate() {
        let branch = world.node(world.service(of.service).primary).branch;
        let mut slot = Slot {
            id: SlotId::at(index),
            service: of.service,
            database: of.database,
            waits: false,
            created: None,
            seen_from: Instant::ZERO,
            start: (branch, Position::ZERO),
            copies: Vec::new(),
        };
        if of.creates.is_none() {
            slot.created = Some(Instant::ZERO);
            let service = world.service(of.service);
            let kept = world.knobs.slot_policy != SlotPolicy::NotKept;
            let nodes = service.nodes.iter().filter(|node| kept || **node == service.primary);
            slot.copies.extend(nodes.map(|node| SlotCopy::at_start(*node)));
            world.databases[of.database.index()].installed =
                Some(Installed { branch, position: Position::ZERO, seen_from: Instant::ZERO });
        }
        for number in &of.left_over {
            let node = world.service(of.service).nodes[usize::from(*number) - 1];
            slot.copies.retain(|copy| copy.node != node);
            slot.copies.push(SlotCopy::left_over(node));
        }
        world.slots.push(slot);
    }
}

/// Lets a pair begin with its first service active: one name for both, and a name of its own for
/// the standbys of each.
fn start_pair(world: &mut World, pair: Integration, primary: NodeId) {
    let passive = &mut world.services[pair.destination.index()];
    passive.source = pair.from_the_start.then_some(primary);
    passive.replica_name = Record::new(Targets::of(passive.nodes.clone()));
    passive.primary_name = Record::new(Targets::default());
}

fn add_client(world: &mut World, setup: &Setup, id: ClientId) {
    let of = &setup.clients[id.index()];
    let ttl = setup.knobs.dns_ttl;
    let filled =
        of.first_lookup.unwrap_or_else(|| world.phase(Phase::Drawn, ttl, "first_lookup", &of.name));
    let kept_warm = setup.knobs.resolver_cache == ResolverCache::KeptWarm;
    let settings = of.settings(&setup.knobs);
    let mut client = Client::new(id, of, settings, Resolver { filled, kept_warm });
    client.delay = world.draw_client_delay(&of.name);
    client.work = world.drawn_work(&of.name, of.work, of.wal_per_commit.as_ref());
    if settings.hosts == Hosts::Listed {
        client.listed = listed(world, of);
    }
    world.clients.push(client);
    world.schedule(of.begins, Event::ClientBegins(id));
    world.schedule(of.ends, Event::ClientEnds(id));
}

/// Returns the hosts that a client was given in place of a name.
fn listed(world: &World, of: &ClientSetup) -> Vec<NodeId> {
    let nodes = &world.service(of.service).nodes;
    match of.work.endpoint() {
        Endpoint::Primary => nodes.clone(),
        Endpoint::Replica | Endpoint::HaReplica => nodes.iter().skip(1).copied().collect(),
    }
}

fn add_decider(world: &mut World, setup: &Setup, service: ServiceId) -> Decider {
    let of = world.service(service);
    let follows = world.following(service).map(|integration| Following::of(integration.kind));
    let keeps_slots = world.has_slots(service);
    let windows = setup.services[service.index()].windows.clone();
    let plan = Manager::new(of.plan);
    let database_size = of.database_size;
    let mut manager = Manager { follows, keeps_slots, windows, database_size, ..plan };
    manager.follow_from_the_start();
    if world.is_to_be_set_up(service) {
        manager.members.clear();
        manager.next_number = manager.primary;
    }
    let nodes = world.service(service).nodes.clone();
    let contacts = nodes.iter().map(|node| contact(world, *node, true)).collect();
    for member in &mut manager.members {
        let primary = member.standing == Standing::Primary;
        member.report = Some(Report {
            arrived: Instant::ZERO,
            condition: if primary { Condition::Primary } else { Condition::Standby },
            received: Position::ZERO,
            replayed: Position::ZERO,
            timeline: 1,
        });
    }
    Decider { service, manager, contacts, wake: None }
}

/// Returns how a decider begins to hear of a node.
pub(super) fn contact(world: &World, node: NodeId, flows: bool) -> Contact {
    let period = world.knobs.heartbeat_period;
    let name = world.node_name(node);
    let first = world.phase(world.knobs.heartbeat_phase, period, "heartbeat_phase", &name);
    Contact {
        node,
        grid: Pace::every(first, period),
        delay: world.report_delay(node),
        flows,
        since: Instant::ZERO,
        condition: if flows { world.node(node).condition() } else { Condition::CatchingUp },
        due: false,
        asked: None,
        stopped: false,
        newest: Instant::ZERO,
    }
}
