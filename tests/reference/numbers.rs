//! The numbers of a run, counted commit by commit and look by look, in the shape of the report.
//!
//! Knows nothing of how the library counts. Kept here: only numbers stand in it, under the keys
//! under which the report has them; what has no number is left out.

use std::collections::{BTreeMap, BTreeSet};

use cutover::model::{Endpoint, IntegrationKind, NodeId, ServiceId, Slot, World};
use serde_json::{Map, Value, json};

use super::clients::{self, Line, OutOfWork, Watch};
use super::commits::Commit;
use super::compare::POLLED;
use super::deeds::Deeds;
use super::faults::Faults;
use super::feeds::FeedEnd;
use super::invariants;
use super::looks::{Looks, Promoted};
use super::movement::Movement;
use super::polls::Polled;
use super::readings::{Given, Readings};
use super::reports::Reports;
use super::slots::{self, Taken};
use super::switchovers;
use super::track::{BYTE, byte};

/// Everything that was followed and seen of a run, at its end.
#[derive(Debug)]
pub(crate) struct Reference<'a> {
    pub(crate) world: &'a World,
    pub(crate) movement: &'a Movement,
    pub(crate) looks: &'a Looks,
    /// The slots at the end of the run that is judged: jobs that change nothing else copy later.
    pub(crate) slots: &'a [Slot],
    pub(crate) lines: Vec<u64>,
    pub(crate) readings: &'a Readings,
    pub(crate) reports: &'a Reports,
    /// What daemons that promoted their own nodes had polled.
    pub(crate) polled: &'a [Polled],
    pub(crate) takeovers: &'a [Taken],
    pub(crate) watch: &'a Watch,
    pub(crate) commits: Vec<Commit>,
    pub(crate) deeds: &'a Deeds,
    pub(crate) faults: &'a Faults,
    pub(crate) feeds: &'a [FeedEnd],
    pub(crate) outages: Vec<OutOfWork>,
    /// What is reported: names of rules and reasons are looked up there, and no number.
    pub(crate) told: &'a Value,
    pub(crate) now: u64,
}

impl Reference<'_> {
    /// Returns all numbers.
    pub(crate) fn numbers(&self) -> Value {
        let services = || self.world.services.iter().map(|service| service.id);
        let each = |of: &dyn Fn(ServiceId) -> Vec<Value>| -> Vec<Value> {
            services().flat_map(of).collect()
        };
        let peak = |id: ServiceId| {
            let census = &self.looks.services[id.index()].census.0;
            census.iter().map(|(_, (existing, _))| *existing).max().unwrap_or(0)
        };
        let peaks: Map<String, Value> = services()
            .map(|id| (self.world.names.services[id.index()].clone(), peak(id).into()))
            .collect();
        json!({
            "events": self.looks.events,
            "loss": each(&|id| vec![self.loss(id)]),
            "promotions": each(&|id| self.promotions(id)),
            "marked_down": each(&|id| self.looks.services[id.index()].marked_down.iter().map(
                |(at, last, _)| json!({ "last_report_us": last, "at_us": at })).collect()),
            "dual_writers": each(&|id| self.dual_writers(id)),
            "exposure": each(&|id| self.exposure(id)),
            "dns": each(&|id| self.names(id)),
            "archive_gaps": each(&|id| self.archive_gaps(id)),
            "peak_nodes": peaks,
            "census": each(&|id| self.looks.services[id.index()].census.0.iter().map(
                |(at, (existing, serving))| json!({
                    "at_us": at, "existing": existing, "serving": serving,
                })).collect()),
            "faults": self.looks.faults.iter().map(|at| json!({ "at_us": at })).collect::<Vec<_>>(),
            "orders": self.looks.orders.iter().map(|at| json!({ "at_us": at })).collect::<Vec<_>>(),
            "timeline":
                self.lines.iter().map(|at| json!({ "at_us": at })).collect::<Vec<_>>(),
            "clients": clients::clients(self),
            "invariants": invariants::invariants(self),
            "outages": self.outages.iter().map(|one| {
                let end = (one.end <= self.now).then_some(one.end);
                json!({ "start_us": one.start, "end_us": end, "parts": one.spent.told() })
            }).collect::<Vec<_>>(),
            "slots": each(&|id| slots::slots(self, id)),
            "integrations": self.integrations(),
            "roles": self.roles(),
            "states": each(&|id| {
                let own = self.looks.shown.iter().filter(|(_, of)| *of == id);
                own.map(|(at, _)| json!({ "at_us": at })).collect()
            }),
            "unprotected": self.unprotected(),
            "groups": self.groups(),
            "switchovers": each(&|id| {
                let own = self.deeds.services[id.index()].operations.iter();
                let bound = own.filter(|one| one.in_windows);
                bound.map(|one| switchovers::switchover(self, one)).collect()
            }),
        })
    }

    fn promotions(&self, id: ServiceId) -> Vec<Value> {
        let seen = &self.looks.services[id.index()].promotions;
        let exists = seen.iter().filter(|one| one.node.index() < self.world.nodes.len());
        let told = exists.map(|one| {
            let parent = one.branch.and_then(|branch| self.movement.branches[branch].parent);
            let end = parent.map(|(parent, _)| self.movement.branches[parent].track.byte(self.now));
            let by_daemon = self.polled(one).is_some();
            json!({
                (if by_daemon { POLLED } else { "candidates" }): self.candidates(id, one),
                "timeline": one.number,
                "fork_lsn": parent.map_or(0, |(_, fork)| byte(fork)),
                "old_end_lsn": end.unwrap_or(0),
                "marked_down_us": one.marked_down,
                "ordered_us": one.ordered,
                "at_us": one.finished,
                "published_us": one.published,
            })
        });
        told.collect()
    }

    /// Returns what a daemon went by, if one promoted its own node.
    fn polled(&self, promoted: &Promoted) -> Option<&Polled> {
        let same = |one: &&Polled| (one.node, one.at) == (promoted.node, promoted.ordered);
        self.polled.iter().find(same)
    }

    /// Returns how far every node of a service was by its last report when a promotion was ordered,
    /// or every standby that a daemon knew of by what it had polled.
    pub(crate) fn candidates(&self, id: ServiceId, promoted: &Promoted) -> Vec<Value> {
        if let Some(polled) = self.polled(promoted) {
            let told = polled.standbys.iter().map(|(sight, seen)| {
                let node = self.world.service(id).numbered(sight.number).expect("it was polled");
                json!({
                    "node": self.world.node_name(node),
                    "received_lsn": seen.received,
                    "replayed_lsn": seen.replayed,
                    "age_us": promoted.ordered - sight.began,
                })
            });
            return told.collect();
        }
        let nodes = self.world.service(id).nodes.iter();
        let told = nodes.filter_map(|node| {
            let last = self.reports.last(*node, promoted.ordered)?;
            Some(json!({
                "node": self.world.node_name(*node),
                "received_lsn": last.received,
                "replayed_lsn": last.replayed,
                "age_us": promoted.ordered - last.arrives,
            }))
        });
        told.collect()
    }

    pub(crate) fn dual_writers(&self, id: ServiceId) -> Vec<Value> {
        let own = &self.looks.services[id.index()].writable;
        let pair = self.world.pair_of(id);
        if pair.is_some_and(|pair| pair.destination == id) {
            return Vec::new();
        }
        let mut instants: BTreeSet<u64> = own.0.iter().map(|(at, _)| *at).collect();
        let theirs = pair.map(|pair| &self.looks.services[pair.destination.index()].writable);
        instants.extend(theirs.into_iter().flat_map(|of| of.0.iter().map(|(at, _)| *at)));
        let instants: Vec<u64> = instants.into_iter().collect();
        let primary = self.world.service(self.world.in_charge(id)).primary;
        let wins = |node: NodeId| {
            let tip = self.world.node(primary).branch;
            self.world.branch(tip).node == node
        };
        let mut told = Vec::new();
        for (index, start) in instants.iter().enumerate() {
            let end = instants.get(index + 1).copied();
            let mut nodes = own.at(*start).cloned().unwrap_or_default();
            nodes.extend(theirs.and_then(|of| of.at(*start)).into_iter().flatten());
            if nodes.len() < 2 {
                continue;
            }
            let before = end.unwrap_or(self.now);
            let losing = self.commits.iter().filter(|one| {
                let within = |told: u64| *start <= told && told < before;
                nodes.contains(&one.node) && !wins(one.node) && one.told.is_some_and(within)
            });
            told.push(json!({
                "start_us": start, "end_us": end, "losing_commits": losing.count(),
            }));
        }
        told
    }

    fn exposure(&self, id: ServiceId) -> Vec<Value> {
        if self.world.service(id).plan.standbys() == 0 {
            return Vec::new();
        }
        let bare = self.looks.services[id.index()].bare.spans().filter(|(_, _, bare)| **bare);
        let told = bare.map(|(start, end, _)| {
            let worst = self.would_lose(id, start, end.unwrap_or(self.now));
            json!({ "start_us": start, "end_us": end, "would_lose_commits": worst })
        });
        told.collect()
    }

    /// Returns what losing the primary would cost at the worst instant: each at which a client was
    /// told of a commit is tried, and both ends.
    fn would_lose(&self, id: ServiceId, start: u64, end: u64) -> usize {
        let told = self.commits.iter().filter_map(|one| one.told);
        let mut instants: BTreeSet<u64> = told.filter(|at| start <= *at && *at <= end).collect();
        instants.extend([start, end]);
        instants.into_iter().map(|at| self.unarchived(id, at)).max().unwrap_or(0)
    }

    fn unarchived(&self, id: ServiceId, at: u64) -> usize {
        let primary = self.world.service(self.world.in_charge(id)).primary;
        let tip = self.world.node(primary).branch.index();
        let line = self.movement.line(tip, u128::MAX);
        let began = |(branch, _): &&(usize, u128)| self.movement.branches[*branch].began <= at;
        let Some((branch, _)) = line.iter().find(began) else { return 0 };
        let of = &self.movement.branches[*branch];
        let archive = cutover::model::BranchId::at(*branch);
        let archived = byte(of.uploads.end(self.movement, self.world, archive, at));
        let lost = self.commits.iter().filter(|one| {
            one.branch == *branch && one.told.is_some_and(|told| told <= at) && one.byte > archived
        });
        lost.count()
    }

    fn names(&self, id: ServiceId) -> Vec<Value> {
        let plan = self.world.service(id).plan;
        let mut all: Vec<(u64, usize)> = Vec::new();
        for (place, endpoint) in Endpoint::ALL.into_iter().enumerate() {
            let exists = match endpoint {
                Endpoint::Primary => self.world.named_by(id) == id,
                Endpoint::Replica => plan.standbys() > 0 || self.world.pair_of(id).is_some(),
                Endpoint::HaReplica => plan.standbys() > 0 && self.world.knobs.ha_replica_name,
            };
            let changes = &self.looks.services[id.index()].names[place].0;
            all.extend(changes.iter().filter(|_| exists).map(|(at, _)| (*at, place)));
        }
        all.sort_unstable();
        all.iter().map(|(at, _)| json!({ "at_us": at })).collect()
    }

    pub(crate) fn archive_gaps(&self, id: ServiceId) -> Vec<Value> {
        let primary = self.world.service(self.world.in_charge(id)).primary;
        let tip = self.world.node(primary).branch.index();
        let mut told = Vec::new();
        for (branch, _) in self.movement.line(tip, u128::MAX) {
            let Some((parent, fork)) = self.movement.branches[branch].parent else { continue };
            let own = |of: usize| self.world.branches[of].service == id;
            if !own(branch) || !own(parent) {
                continue;
            }
            let segment = self.world.knobs.wal_segment.get();
            let begins = byte(fork) / segment * segment;
            let of = &self.movement.branches[parent];
            let archive = cutover::model::BranchId::at(parent);
            let archived = byte(of.uploads.end(self.movement, self.world, archive, self.now));
            if archived >= begins {
                continue;
            }
            let whole = |byte: u64| u128::from(byte) * BYTE;
            let end = of.track.first_at_or_beyond(whole(begins), of.began, self.now + 1);
            let since = self.last_within(parent, whole(archived));
            told.push(json!({
                "timeline": self.world.branches[branch].number,
                "from_lsn": archived,
                "to_lsn": begins,
                "window_us": end.unwrap_or(self.now).saturating_sub(since),
            }));
        }
        told
    }

    /// Returns whether a consumer was given a commit over a connection.
    pub(crate) fn was_given(&self, given: &Given, one: &Commit) -> bool {
        let to = |end: u64| {
            let line = self.movement.line(given.branch, u128::from(end) * BYTE);
            line.into_iter().map(|(of, limit)| (of, byte(limit))).collect::<Line>()
        };
        one.is_on(&to(given.end_at(self.now))) && !one.is_on(&to(given.start))
    }

    fn integrations(&self) -> Vec<Value> {
        let told = self.world.integrations.iter().map(|bound| {
            let charge = |id: ServiceId| self.world.in_charge(id);
            if charge(bound.source) == charge(bound.destination) {
                return json!({});
            }
            let tip = |id: ServiceId| {
                self.world.node(self.world.service(charge(id)).primary).branch.index()
            };
            let (ours, theirs) = (self.surviving(bound.source), self.surviving(bound.destination));
            let on = |line: &BTreeMap<usize, u64>, one: &Commit| {
                line.get(&one.branch).is_some_and(|limit| one.byte <= *limit)
            };
            let only = |line: &BTreeMap<usize, u64>, other: &BTreeMap<usize, u64>| {
                self.commits.iter().filter(|one| on(line, one) && !on(other, one)).count()
            };
            let shared = self.movement.parts(tip(bound.source), tip(bound.destination));
            json!({ "parted": {
                "lsn": byte(shared),
                "only_source_commits": only(&ours, &theirs),
                "only_destination_commits": only(&theirs, &ours),
            }})
        });
        told.collect()
    }

    fn roles(&self) -> Vec<Value> {
        let pairs = self.world.integrations.iter().filter(|bound| bound.is_pair());
        let told = pairs.flat_map(|pair| {
            let of = self.looks.roles.iter().filter(|(_, service)| pair.has(*service));
            let start = if pair.from_the_start { &[0, 0][..] } else { &[] };
            start.iter().copied().chain(of.map(|(at, _)| *at))
        });
        told.map(|at| json!({ "at_us": at })).collect()
    }

    fn unprotected(&self) -> Vec<Value> {
        let all = self.world.integrations.iter().zip(&self.looks.protected);
        let pairs = all.filter(|(bound, _)| bound.is_pair());
        let bare = pairs.flat_map(|(_, protected)| protected.spans().filter(|(_, _, is)| !**is));
        bare.map(|(start, end, _)| json!({ "start_us": start, "end_us": end })).collect()
    }

    fn groups(&self) -> Vec<Value> {
        let all = self.world.integrations.iter().zip(&self.looks.both);
        let groups = all.filter(|(bound, _)| bound.kind == IntegrationKind::GlobalActiveDatabase);
        let told = groups.map(|(bound, both)| {
            let parts = self.looks.parts.iter().filter(|(_, service)| bound.has(*service));
            let parts = [0, 0].into_iter().chain(parts.map(|(at, _)| *at));
            let both = both.spans().filter(|(_, _, is)| **is);
            json!({
                "parts": parts.map(|at| json!({ "at_us": at })).collect::<Vec<_>>(),
                "both_writable": both.map(|(start, end, _)| json!({
                    "start_us": start, "end_us": end,
                })).collect::<Vec<_>>(),
            })
        });
        told.collect()
    }
}
