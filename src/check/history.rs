//! What the judge remembers of a run: who was writable when, who was given up, what was promoted.
//!
//! It watches the truth and the decisions from outside; nothing in the simulation reads it. Kept
//! here: an entry is made only when something changed.

use crate::control::{Candidacy, Operator, PhaseName, Refusal, Rule, ServiceState};
use crate::fault::{FaultKind, Victim};
use crate::kernel::Instant;
use crate::model::{BranchId, Endpoint, Integration, NodeId, Plan, Role, ServiceId, Side, World};

use super::group_history::GroupHistory;
use super::operations::{OperationRecord, StopRecord};
use super::pair_history::PairHistory;
use super::slot_memory::{SlotFeedEnd, SlotRecord};
use super::standstills::Standstill;
use super::watch::{Block, Followed};

/// What the judge remembers of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ServiceHistory {
    /// Which nodes were writable, from when on.
    pub writable: Vec<(Instant, Vec<NodeId>)>,
    /// How many nodes existed and how many served, from when on.
    pub census: Vec<(Instant, u8, u8)>,
    /// How many standbys could have been promoted, from when on.
    pub promotable: Vec<(Instant, u8)>,
    /// Who was given up, when, and when its last report had arrived.
    pub given_up: Vec<GivenUp>,
    /// What was promoted.
    pub promotions: Vec<PromotionRecord>,
    /// When the primary name was served with a target, and whether that was a primary.
    pub primary_name: Vec<(Instant, bool)>,
    /// Reports that stopped coming: of whom, since which report, until which.
    pub silences: Vec<Silence>,
    /// Whether the opt-in replica name pointed to a node that serves reads, from when on.
    pub ha_replica_serves: Vec<(Instant, bool)>,
    /// Standbys of the replica name found stopped while the primary was silent.
    pub stopped_in_silence: Vec<(Instant, NodeId)>,
    /// Nodes whose fence took effect, and when.
    pub fenced: Vec<(Instant, NodeId)>,
    /// Which history each node held last.
    pub branches: Vec<(NodeId, BranchId)>,
    /// Standbys that left one history for another.
    pub followed: Vec<Followed>,
    /// Whether the primary took no writes though its host was up, and why, from when on.
    pub blocks: Vec<(Instant, Option<(NodeId, Block)>)>,
    /// Which standbys reached nobody, from when on, where daemons decide.
    pub isolated: Vec<(Instant, Vec<NodeId>)>,
    /// How fresh the copies of logical slots were whenever a standby's job lost the primary.
    pub slot_feeds: Vec<SlotFeedEnd>,
    /// What promoted nodes made of logical slots.
    pub slots: Vec<SlotRecord>,
    /// The phases of the platform's work, from when on.
    pub phases: Vec<(Instant, PhaseName)>,
    /// What planned operations did.
    pub operations: Vec<OperationRecord>,
    /// How controlled stops of its servers ended.
    pub stops: Vec<StopRecord>,
    /// Nodes that were deleted though no other was well, and when.
    pub emptied: Vec<(Instant, NodeId)>,
    /// Changes of the plan within its tier.
    pub plans: Vec<(Instant, Plan)>,
    /// When operators' orders had the whole service down.
    pub standstills: Vec<Standstill>,
    /// What an operator did to its servers past the platform.
    pub by_hand: Vec<(Instant, Operator, NodeId)>,
    /// Servers that stopped since WAL had filled their disk, and whether it was kept for slots.
    pub disks_full: Vec<(Instant, NodeId, bool)>,
    /// In which state it was shown, from when on; nothing while no order had it down.
    pub states: Vec<(Instant, ServiceState)>,
}

/// A node that the platform gave up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GivenUp {
    /// The node.
    pub node: NodeId,
    /// When its last report had arrived.
    pub last_report: Instant,
    /// When it was given up.
    pub at: Instant,
    /// Whether it was the primary then.
    pub was_primary: bool,
}

/// A time without reports of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Silence {
    /// The node.
    pub node: NodeId,
    /// When its last report had arrived.
    pub last_report: Instant,
    /// When that was sent.
    pub last_sent: Instant,
    /// When the next report arrived; `Instant::FAR` while none has.
    pub until: Instant,
    /// Whether it was the primary then.
    pub was_primary: bool,
}

/// A promotion from its order to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is an independent fact")]
pub(crate) struct PromotionRecord {
    /// The promoted node.
    pub node: NodeId,
    /// The primary before.
    pub from: NodeId,
    /// By which rule.
    pub rule: Rule,
    /// Whether it is a new node restored from a backup, not a standby.
    pub restored: bool,
    /// The node that was given up for it.
    pub given_up: Option<GivenUp>,
    /// When it was ordered.
    pub ordered: Instant,
    /// When it ended; `Instant::FAR` while it has not.
    pub finished: Instant,
    /// The branch that it began.
    pub branch: Option<BranchId>,
    /// How the candidates fared.
    pub candidates: Vec<Candidacy>,
    /// Whether the old primary was writable when the promotion was ordered.
    pub false_alarm: bool,
    /// When the primary name was served with the promoted node.
    pub published: Option<Instant>,
    /// When a daemon that promoted its own node had last reached the primary.
    pub last_contact: Option<Instant>,
    /// Whether a daemon promoted its own node, alone of at least three that it had seen.
    pub lone: bool,
    /// Whether it is part of a controlled switchover.
    pub planned: bool,
    /// The restore of a new primary, when it ended.
    pub restore: Option<Restore>,
    /// The other standbys that served when it ended.
    pub survivors: Vec<NodeId>,
}

/// The end of a new primary's restore.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Restore {
    /// When.
    pub at: Instant,
    /// Until when the WAL of its history had been uploaded by then; `Instant::FAR` if it still is.
    pub uploaded_until: Instant,
}

/// A step of the script that struck or healed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Strike {
    /// When.
    pub at: Instant,
    /// Which step.
    pub step: u16,
    /// The fault.
    pub kind: FaultKind,
    /// Whether it was healed.
    pub healed: bool,
    /// Which of the strikes is its heal, once it is healed.
    pub ended: Option<usize>,
    /// Who.
    pub victim: Victim,
    /// Whether the victim was the primary of its service.
    pub was_primary: bool,
    /// The two sides of a link, as they were meant at that instant.
    pub(crate) sides: Option<(Side, Side)>,
    /// How many nodes there had been by then.
    pub nodes: usize,
}

/// An order that an operator gave the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OrderGiven {
    /// When.
    pub at: Instant,
    /// Which step of the script.
    pub step: u16,
    /// The order.
    pub operator: Operator,
    /// For which service.
    pub service: ServiceId,
    /// Why it was refused, if it was.
    pub refusal: Option<Refusal>,
}

/// What the judge remembers of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct History {
    /// Of each service.
    pub services: Vec<ServiceHistory>,
    /// Steps of the script, in order.
    pub strikes: Vec<Strike>,
    /// Orders that an operator gave the platform.
    pub orders: Vec<OrderGiven>,
    /// What each pair was, at every change.
    pub pairs: Vec<PairHistory>,
    /// What each group was, at every change.
    pub groups: Vec<GroupHistory>,
}

impl History {
    /// Returns the memory of a world at its start.
    pub(crate) fn new(world: &World) -> Self {
        let services = vec![ServiceHistory::default(); world.services.len()];
        let bound =
            |wanted: fn(&Integration) -> bool| world.integrations.iter().copied().filter(wanted);
        let mut history = Self {
            services,
            strikes: Vec::new(),
            orders: Vec::new(),
            pairs: bound(|one| one.is_pair()).map(PairHistory::new).collect(),
            groups: bound(|one| one.is_group()).map(GroupHistory::new).collect(),
        };
        for service in &world.services {
            history.watch(world, service.id);
        }
        history
    }

    /// Returns the memory of a service.
    pub(crate) fn of(&self, service: ServiceId) -> &ServiceHistory {
        &self.services[service.index()]
    }

    /// Returns the memory of a service, to add to it.
    pub(crate) fn of_mut(&mut self, service: ServiceId) -> &mut ServiceHistory {
        &mut self.services[service.index()]
    }

    /// Looks at a service after something has changed.
    pub(crate) fn watch(&mut self, world: &World, service: ServiceId) {
        let now = world.now;
        let memory = &mut self.services[service.index()];
        let last = memory.writable.last().map_or(&[][..], |(_, nodes)| nodes);
        let (mut writable, mut same) = (0, !memory.writable.is_empty());
        let (mut existing, mut serving, mut promotable) = (0, 0, 0);
        for node in world.existing(service) {
            existing += 1;
            if node.writable() {
                same = same && last.get(writable) == Some(&node.id);
                writable += 1;
            }
            serving += u8::from(node.writable() || (node.promotable() && node.streaming));
            promotable += u8::from(node.promotable() && !node.promoting);
        }
        if world.service(service).follows.is_some() {
            // Whoever follows another service has no primary to lose.
            promotable = 1;
        }
        let counts = memory.census.last().map(|(_, existing, serving)| (*existing, *serving));
        if counts != Some((existing, serving)) {
            memory.census.push((now, existing, serving));
        }
        let targets = world.service(service).record(Endpoint::HaReplica).now();
        let serves = targets.iter().any(|node| world.node(node).answers());
        if memory.ha_replica_serves.last().map(|(_, serves)| *serves) != Some(serves) {
            memory.ha_replica_serves.push((now, serves));
        }
        if !same || last.len() != writable {
            let nodes = world.existing(service).filter(|node| node.writable());
            memory.writable.push((now, nodes.map(|node| node.id).collect()));
        }
        if memory.promotable.last().map(|(_, count)| *count) != Some(promotable) {
            memory.promotable.push((now, promotable));
        }
        self.watch_silent_primary(world, service);
        self.watch_quietly(world, service);
        self.watch_pairs(world, service);
        self.watch_groups(world, service);
    }

    /// While the primary is silent and not given up, its standbys are to go on serving reads.
    fn watch_silent_primary(&mut self, world: &World, service: ServiceId) {
        let memory = &mut self.services[service.index()];
        let given_up = |silence: &Silence| {
            let mut given_up = memory.given_up.iter().rev();
            given_up.any(|one| one.node == silence.node && one.at >= silence.last_report)
        };
        let mut open = memory.silences.iter().filter(|one| one.until == Instant::FAR);
        let Some(silence) = open.find(|silence| silence.was_primary && !given_up(silence)) else {
            return;
        };
        let since = silence.last_report;
        for id in world.service(service).record(Endpoint::Replica).now().iter() {
            let node = world.node(id);
            let by_fault = self.strikes.iter().any(|strike| match strike.victim {
                Victim::Node(struck) => struck == id,
                Victim::Place(region, zone) => {
                    node.region == region && zone.is_none_or(|zone| zone == node.zone)
                }
                Victim::Link | Victim::Service(_) => false,
            });
            let stopped = node.exists() && !node.answers() && node.role == Role::Standby;
            // Once for each silence, however often anybody looks.
            let known = memory.stopped_in_silence.iter().any(|one| one.1 == id && one.0 >= since);
            if stopped && !by_fault && !known && node.host == crate::model::Host::Up {
                memory.stopped_in_silence.push((world.now, id));
            }
        }
    }

    /// Notes that the primary name is served with a new target.
    pub(crate) fn primary_name_served(&mut self, world: &World, service: ServiceId) {
        let now = world.now;
        let targets = world.service(service).record(Endpoint::Primary).now();
        for id in targets.iter() {
            let own = world.node(id).service;
            if world.service(own).follows.is_some() && world.pair_of(own).is_none() {
                // The name of a service that only reads never names a primary.
                continue;
            }
            let leads = world.node(id).role == Role::Primary;
            self.services[service.index()].primary_name.push((now, leads));
            let memory = &mut self.services[own.index()];
            let of_node = memory.promotions.iter_mut().rev().find(|record| record.node == id);
            if let Some(record) = of_node {
                record.published.get_or_insert(now);
            }
        }
    }
}
