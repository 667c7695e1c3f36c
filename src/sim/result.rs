//! From the last state of a run to its outcome.
//!
//! Knows nothing of how an outcome is printed. Kept here: an outcome names things, and everything
//! in it can be read off the truth and the judge's memory.

use super::client_outcome::ClientOutcome;
use super::lost::ArchiveGap;
use super::outcome::Outcome;
use super::phase::PhaseChange;
use super::service_outcome::{
    Candidate, Census, DnsChange, DualWriters, Exposure, Fenced, MarkedDown, NoPrimary, Promotion,
    ServiceOutcome,
};
use super::sessions::SessionOutcome;
use super::told::StanceOutcome;
use super::{
    Sim, background, controlled, lost, reached, side_by_side, slot_outcome, strikes, tell,
};
use crate::check::{
    Ledger, archive_gaps, consumed_phantoms, dual_writing, exposures, judge, phantoms,
};
use crate::kernel::{Instant, Position, Span};
use crate::knob::{Basis, KNOBS};
use crate::model::{Client, Endpoint, NodeId, Service, World};

/// Returns the outcome of a run as far as it has come.
pub(super) fn outcome(sim: &Sim) -> Outcome {
    let world = &sim.world;
    Outcome {
        scenario: sim.setup.name.clone(),
        seed: sim.seed,
        policy: policy(sim),
        knobs: sim.setup.knobs.clone(),
        mutant: sim.setup.knobs.mutant.map(|mutant| mutant.card().name),
        until: sim.setup.until,
        events: sim.trace.events(),
        fingerprint: sim.trace.fingerprint(),
        hurry: sim.hurry(),
        services: world.services.iter().map(|service| service_outcome(sim, service)).collect(),
        clients: world.clients.iter().map(|client| client_outcome(sim, client)).collect(),
        faults: strikes::faults(sim),
        integrations: side_by_side::integrations(sim),
        pairs: side_by_side::pairs(sim),
        groups: side_by_side::groups(sim),
        orders: side_by_side::orders(sim),
        switchovers: controlled::switchovers(sim),
        invariants: judge(&sim.setup.case(world, &sim.history)),
        stances: stances(sim),
        reached: reached::reached(sim),
        timeline: tell::timeline(sim),
    }
}

/// Returns the name of who decided.
fn policy(sim: &Sim) -> &'static str {
    sim.setup.own_policy.map_or_else(|| sim.setup.knobs.policy.card().name, |own| own.name)
}

fn service_outcome(sim: &Sim, service: &Service) -> ServiceOutcome {
    let world = &sim.world;
    let memory = sim.history.of(service.id);
    let ledger = Ledger::of(world, service.id);
    ServiceOutcome {
        name: world.names.services[service.id.index()].clone(),
        plan: service.plan,
        promotions: promotions(sim, service),
        marked_down: memory
            .given_up
            .iter()
            .map(|given_up| MarkedDown {
                was_primary: given_up.was_primary,
                node: world.node_name(given_up.node),
                last_report: given_up.last_report,
                at: given_up.at,
            })
            .collect(),
        fenced: fenced(sim, service),
        loss: lost::loss(sim, service, &ledger),
        dual_writers: dual_writing(world, &sim.history, service.id)
            .into_iter()
            .map(|dual| DualWriters {
                nodes: dual.nodes.iter().map(|node| world.node_name(*node)).collect(),
                start: dual.start,
                end: dual.end,
                losing_commits: dual.losing_commits,
                clients: dual
                    .clients
                    .iter()
                    .map(|client| world.names.clients[client.index()].clone())
                    .collect(),
            })
            .collect(),
        exposure: exposures(world, &sim.history, service.id)
            .into_iter()
            .map(|exposed| Exposure {
                start: exposed.start,
                end: exposed.end,
                would_lose_commits: exposed.would_lose,
            })
            .collect(),
        no_primary: no_primary(&memory.writable),
        archive_gaps: gaps(world, service),
        slots: slot_outcome::slots(sim, service.id),
        dns: dns(world, service),
        census: memory
            .census
            .iter()
            .map(|(at, existing, serving)| Census {
                at: *at,
                existing: *existing,
                serving: *serving,
            })
            .collect(),
        sessions: sessions(world, service),
        states: memory.states.clone(),
        phases: memory
            .phases
            .iter()
            .map(|(at, phase)| PhaseChange { at: *at, phase: *phase })
            .collect(),
        background: background::background(sim, service.id),
    }
}

fn fenced(sim: &Sim, service: &Service) -> Vec<Fenced> {
    let (world, memory) = (&sim.world, sim.history.of(service.id));
    let line = |(at, node): &(Instant, NodeId)| Fenced {
        node: world.node_name(*node),
        set_out: world.fence_set_out(*node, *at),
        at: *at,
    };
    memory.fenced.iter().map(line).collect()
}

/// Returns the intervals in which none of the nodes that were writable by turns was.
fn no_primary(writable: &[(Instant, Vec<NodeId>)]) -> Vec<NoPrimary> {
    let ends = writable.iter().skip(1).map(|(end, _)| Some(*end)).chain([None]);
    let bare = writable.iter().zip(ends).filter(|((_, nodes), _)| nodes.is_empty());
    bare.map(|((start, _), end)| NoPrimary { start: *start, end }).collect()
}

fn promotions(sim: &Sim, service: &Service) -> Vec<Promotion> {
    let world = &sim.world;
    let memory = sim.history.of(service.id);
    let begun = memory.promotions.iter().filter(|record| record.node.index() < world.nodes.len());
    begun
        .map(|record| {
            let branch = record.branch.map(|id| world.branch(id));
            let parent = branch.and_then(|branch| branch.parent);
            let old_end = parent.map(|(parent, _)| world.branch(parent).written.at(world.now));
            Promotion {
                node: world.node_name(record.node),
                from: world.node_name(record.from),
                cause: match (record.restored, record.planned) {
                    (true, _) if record.rule.is_ordered() => record.rule.cause(),
                    (true, _) => "restore",
                    (false, true) => "switchover",
                    (false, false) => record.rule.cause(),
                },
                rule: record.rule.name(),
                timeline: branch.map_or(0, |branch| branch.number),
                fork_lsn: parent.map(|(_, fork)| fork.lsn()).unwrap_or_default(),
                old_end_lsn: old_end.map(Position::lsn).unwrap_or_default(),
                candidates: candidates(world, service, record),
                marked_down: record.given_up.map_or(record.ordered, |given_up| given_up.at),
                ordered: record.ordered,
                finished: (record.finished < Instant::FAR).then_some(record.finished),
                published: record.published,
                false_alarm: record.false_alarm,
            }
        })
        .collect()
}

fn candidates(
    world: &World,
    service: &Service,
    record: &crate::check::PromotionRecord,
) -> Vec<Candidate> {
    let named = record.candidates.iter().filter_map(|entry| {
        let node = service.numbered(entry.number)?;
        Some(Candidate {
            node: world.node_name(node),
            received_lsn: entry.received.map(Position::lsn),
            replayed_lsn: entry.replayed.lsn(),
            age: record.ordered.since(entry.reported),
            why: entry.standing.words(),
        })
    });
    named.collect()
}

fn gaps(world: &World, service: &Service) -> Vec<ArchiveGap> {
    let gaps = archive_gaps(world, service.id).into_iter().map(|gap| ArchiveGap {
        timeline: world.branch(gap.branch).number,
        from_lsn: gap.from,
        to_lsn: gap.to,
        window: gap.window,
    });
    gaps.collect()
}

fn dns(world: &World, service: &Service) -> Vec<DnsChange> {
    let name = &world.names.services[service.id.index()];
    let exists = |endpoint: &Endpoint| match endpoint {
        Endpoint::Primary => world.named_by(service.id) == service.id,
        Endpoint::Replica => service.plan.standbys() > 0 || world.pair_of(service.id).is_some(),
        Endpoint::HaReplica => service.plan.standbys() > 0 && world.knobs.ha_replica_name,
    };
    let mut changes: Vec<DnsChange> = Endpoint::ALL
        .into_iter()
        .filter(exists)
        .flat_map(|endpoint| {
            service.record(endpoint).changes.iter().map(move |change| DnsChange {
                name: endpoint.label(name),
                endpoint,
                at: change.served,
                targets: change.targets.iter().map(|node| world.node_name(node)).collect(),
            })
        })
        .collect();
    changes.sort_by_key(|change| change.at);
    changes
}

fn sessions(world: &World, service: &Service) -> Vec<SessionOutcome> {
    let branches = world.branches.iter().filter(|branch| branch.service == service.id);
    let sessions = branches.flat_map(|branch| {
        branch.sessions.iter().map(|session| {
            let acknowledged = branch.replies(session, world.now);
            let last = branch.reply_leaves(session, acknowledged.max(1));
            let latency = last
                .filter(|_| acknowledged > 0)
                .map(|last| last.since(session.replies.nth(acknowledged)));
            SessionOutcome {
                client: world.names.clients[session.client.index()].clone(),
                node: world.node_name(branch.node),
                commits: session.replies.clone(),
                latency: latency.unwrap_or(session.latency),
                acknowledged,
            }
        })
    });
    sessions.collect()
}

fn client_outcome(sim: &Sim, client: &Client) -> ClientOutcome {
    let world = &sim.world;
    let acked = world.branches.iter().flat_map(|branch| {
        let of_client = branch.sessions.iter().filter(|session| session.client == client.id);
        of_client.map(|session| branch.replies(session, world.now))
    });
    ClientOutcome {
        name: world.names.clients[client.id.index()].clone(),
        service: world.names.services[client.service.index()].clone(),
        endpoint: client.work.endpoint(),
        writes: client.work.writes(),
        driver: sim.setup.clients[client.id.index()].driver,
        slot: world
            .consumption(client.id)
            .map(|consumption| world.names.slots[consumption.slot.index()].clone()),
        outages: sim.outages(&caught_up(client, world.now)),
        acked_commits: acked.sum(),
        reads_gone_back: client.sight.gone_back,
        phantom_commits: phantoms(world, client) + consumed_phantoms(world, client.id),
    }
}

/// Returns a client with every attempt that it made up to an instant.
fn caught_up(client: &Client, now: Instant) -> Client {
    let mut client = client.clone();
    client.catch_up(now + Span::from_micros(1));
    client
}

/// Returns the stances whose touch occurred, with their values.
fn stances(sim: &Sim) -> Vec<StanceOutcome> {
    let knobs = &sim.setup.knobs;
    let rows = KNOBS.iter().filter(|row| sim.world.touched.has(row.touch));
    rows.filter_map(|row| {
        let Basis::Stance(reason) = row.basis else { return None };
        let value = knobs.get(row.name)?;
        let set = value != row.default;
        Some(StanceOutcome { knob: row.name, value, reason, set })
    })
    .collect()
}
