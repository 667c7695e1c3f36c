//! Every invariant, judged again from what was seen of a run.
//!
//! * `data`, `archive`, `clients`: what was lost, kept and seen; `quorum`: what standbys had
//!   acknowledged;
//! * `failovers`, `standbys`, `names`: what the platform does of itself;
//! * `slots`: logical slots; `pairs`, `groups`: services that are bound together;
//! * `switchovers`, `standstills`: what is planned; `sums`: what lines of blame come to.
//!
//! Knows nothing of how the library judges: bounds are added up from the values of knobs, and
//! whatever they are held against was seen after every event. Kept here: of several services that
//! break an invariant, the first is told.

mod archive;
mod clients;
mod data;
mod failovers;
mod groups;
mod names;
mod pairs;
mod quorum;
mod slots;
mod standbys;
mod standstills;
mod sums;
mod switchovers;

use std::collections::BTreeMap;

use cutover::kernel::{Law, Span};
use cutover::knob::Knobs;
use cutover::model::{NodeId, Service, ServiceId};
use serde_json::{Value, json};

use super::deeds::OfService;
use super::looks::{self, Promoted};
use super::numbers::Reference;
use super::reports::Silence;
pub(crate) use sums::sums;

/// What is found of an invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    /// Nothing happened that it speaks of.
    Vacuous,
    Holds,
    /// The run ends before it can be judged.
    Pending,
    /// It was broken first at an instant, by these amounts.
    Broken(u64, Value),
}

impl Finding {
    fn broken_for(at: u64, micros: u64) -> Self {
        Self::Broken(at, json!({ "time_us": micros }))
    }

    fn broken_times(at: u64, times: usize) -> Self {
        Self::Broken(at, json!({ "times": times }))
    }

    /// Returns the worst of several findings, the first of equals.
    fn worst(findings: impl IntoIterator<Item = Self>) -> Self {
        let mut all: Vec<Self> = findings.into_iter().collect();
        // Sorting keeps equals in their order.
        all.sort_by_key(|one| std::cmp::Reverse(one.weight()));
        all.into_iter().next().unwrap_or(Self::Vacuous)
    }

    fn weight(&self) -> u8 {
        match self {
            Self::Vacuous => 0,
            Self::Holds => 1,
            Self::Pending => 2,
            Self::Broken(..) => 3,
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Vacuous | Self::Pending => "vacuous",
            Self::Holds => "holds",
            Self::Broken(..) => "violated",
        }
    }
}

type Judge = fn(&Reference<'_>) -> Finding;

/// Every invariant and how it is judged here.
pub(crate) const JUDGES: &[(&str, Judge)] = &[
    ("at-most-one-writer", data::at_most_one_writer),
    ("acked-write-survives", data::acked_write_survives),
    ("accounting-adds-up", data::accounting_adds_up),
    ("timelines-form-a-tree", data::timelines_form_a_tree),
    ("fenced-node-silent", data::fenced_node_silent),
    ("phantoms-counted", clients::phantoms_counted),
    ("reads-gone-back", clients::reads_gone_back),
    ("blocked-writes-noticed", clients::blocked_writes_noticed),
    ("failover-in-time", failovers::failover_in_time),
    ("no-early-promotion", failovers::no_early_promotion),
    ("failovers-apart", failovers::failovers_apart),
    ("best-candidate-promoted", failovers::best_candidate_promoted),
    ("lone-standby-stays", failovers::lone_standby_stays),
    ("no-false-failover", failovers::no_false_failover),
    ("restore-loss-bounded", archive::restore_loss_bounded),
    ("archive-names-unique", archive::archive_names_unique),
    ("restorable-across-the-fork", archive::restorable_across_the_fork),
    ("wal-fits-the-disk", archive::wal_fits_the_disk),
    ("ha-replica-name-serves", names::ha_replica_name_serves),
    ("primary-name-names-a-primary", names::primary_name_names_a_primary),
    ("replica-name-without-primary", names::replica_name_without_primary),
    ("standby-loss-leaves-primary", names::standby_loss_leaves_primary),
    ("standby-serves-during-silence", names::standby_serves_during_silence),
    ("histories-not-merged", standbys::histories_not_merged),
    ("followers-follow", standbys::followers_follow),
    ("redundancy-restored", standbys::redundancy_restored),
    ("quorum-commit-survives", quorum::quorum_commit_survives),
    ("no-warned-commits", quorum::no_warned_commits),
    ("one-active-service", pairs::one_active_service),
    ("roles-move-legally", pairs::roles_move_legally),
    ("preconditions-checked", pairs::preconditions_checked),
    ("pair-protected-again", pairs::pair_protected_again),
    ("standby-name-reads-only", pairs::standby_name_reads_only),
    ("service-name-constant", pairs::service_name_constant),
    ("read-replica-stays", groups::read_replica_stays),
    ("promotion-leaves-old-primary", groups::promotion_leaves_old_primary),
    ("one-primary-one-secondary", groups::one_primary_one_secondary),
    ("slot-behind-its-node", slots::slot_behind_its_node),
    ("slot-has-no-gap", slots::slot_has_no_gap),
    ("no-skipped-window", slots::no_skipped_window),
    ("copied-slot-survives", slots::copied_slot_survives),
    ("slot-position-fresh", slots::slot_position_fresh),
    ("duplicates-bounded", slots::duplicates_bounded),
    ("lone-node-loses-slots", slots::lone_node_loses_slots),
    ("slot-jobs-on-time", slots::slot_jobs_on_time),
    ("promoted-leaves-replica-name", switchovers::promoted_leaves_replica_name),
    ("forwarding-lasts", switchovers::forwarding_lasts),
    ("promoted-is-new", switchovers::promoted_is_new),
    ("switchover-keeps-acked", quorum::switchover_keeps_acked),
    ("switchover-keeps-slots", switchovers::switchover_keeps_slots),
    ("switchover-in-window", switchovers::switchover_in_window),
    ("plan-change-leaves-primary", switchovers::plan_change_leaves_primary),
    ("removal-leaves-a-node", switchovers::removal_leaves_a_node),
    ("switchover-census", switchovers::switchover_census),
    ("switchover-order", switchovers::switchover_order),
    ("upgrade-in-place", standstills::upgrade_in_place),
    ("upgrade-drops-slots", standstills::upgrade_drops_slots),
    ("power-cycle-drops-slots", standstills::power_cycle_drops_slots),
    ("power-off-keeps-acked", standstills::power_off_keeps_acked),
];

/// Returns how every invariant comes out.
pub(crate) fn invariants(of: &Reference<'_>) -> Vec<Value> {
    let rows = JUDGES.iter().map(|(id, judge)| {
        let found = judge(of);
        let mut row = json!({ "id": id, "verdict": found.word() });
        if let Finding::Broken(at, amounts) = found {
            row["at_us"] = at.into();
            row["amounts"] = amounts;
        }
        row
    });
    rows.collect()
}

/// Returns where the verdicts of a report, and the states of maintenance in windows, are not those
/// that are found here.
pub(crate) fn verdicts(told: &Value, counted: &Value) -> Vec<String> {
    let rows = |value: &Value| -> BTreeMap<String, String> {
        let rows = value["invariants"].as_array().into_iter().flatten();
        let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
        // What a scenario accepts is broken all the same.
        let verdict = |row: &Value| text(row, "verdict").replace("allowed", "violated");
        rows.map(|row| (text(row, "id"), verdict(row))).collect()
    };
    let (rows_told, rows_counted) = (rows(told), rows(counted));
    let differ = rows_told.iter().filter(|(id, verdict)| rows_counted.get(*id) != Some(*verdict));
    let found = |id: &String| rows_counted.get(id).map_or("nothing", |verdict| &verdict[..]);
    let verdicts = differ.map(|(id, verdict)| format!("{id} is {verdict}, found {}", found(id)));
    let states = |value: &Value| -> Vec<String> {
        let all = value["switchovers"].as_array().into_iter().flatten();
        let states = all.flat_map(|one| one["states"].as_array().into_iter().flatten());
        states.map(|state| state["state"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let (ours, theirs) = (states(counted), states(told));
    verdicts
        .chain((ours != theirs).then(|| format!("states are {theirs:?}, found {ours:?}")))
        .collect()
}

/// A promotion that was seen, with what is told of it in words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Promotion<'a> {
    pub(crate) seen: &'a Promoted,
    pub(crate) rule: &'a str,
    cause: &'a str,
    pub(crate) candidates: &'a [Value],
}

impl Promotion<'_> {
    /// Returns whether the platform or a daemon decided on it, and no operator.
    pub(crate) fn is_failover(&self) -> bool {
        matches!(self.cause, "failover" | "restore" | "switchover")
    }

    /// Returns whether it belongs to a controlled switchover.
    pub(crate) fn is_planned(&self) -> bool {
        self.cause == "switchover"
    }

    /// Returns when it had ended; the greatest number if it never had.
    pub(crate) fn finished(&self) -> u64 {
        self.seen.finished.unwrap_or(u64::MAX)
    }
}

impl<'a> Reference<'a> {
    pub(crate) fn knobs(&self) -> &'a Knobs {
        &self.world.knobs
    }

    pub(crate) fn services(&self) -> impl Iterator<Item = &'a Service> + use<'a> {
        self.world.services.iter()
    }

    /// Judges every service and returns the worst finding.
    pub(crate) fn of_services(&self, judge: impl Fn(ServiceId) -> Finding) -> Finding {
        Finding::worst(self.services().map(|service| judge(service.id)))
    }

    pub(crate) fn seen(&self, id: ServiceId) -> &'a looks::OfService {
        &self.looks.services[id.index()]
    }

    pub(crate) fn done(&self, id: ServiceId) -> &'a OfService {
        &self.deeds.services[id.index()]
    }

    /// Returns the promotions of a service in order, with what is told of them in words.
    pub(crate) fn promoted(&self, id: ServiceId) -> Vec<Promotion<'a>> {
        let name = &self.world.names.services[id.index()];
        let told = self.told["promotions"].as_array().into_iter().flatten();
        let told = told.filter(|row| row["service"] == **name);
        let seen = self.seen(id).promotions.iter();
        let begun = seen.filter(|one| one.node.index() < self.world.nodes.len());
        let word = |row: &'a Value, key: &str| row[key].as_str().unwrap_or_default();
        let both = begun.zip(told).map(|(seen, row)| Promotion {
            seen,
            rule: word(row, "rule"),
            cause: word(row, "cause"),
            candidates: row["candidates"].as_array().map_or(&[], |all| &all[..]),
        });
        both.collect()
    }

    /// Returns the silences of a service's nodes.
    pub(crate) fn silences(&self, id: ServiceId) -> impl Iterator<Item = &'a Silence> + use<'a> {
        let world = self.world;
        self.reports.silences.iter().filter(move |one| world.node(one.node).service == id)
    }

    /// Returns whether a node of a service was given up in an interval.
    pub(crate) fn given_up(&self, node: NodeId, from: u64, to: u64) -> bool {
        let all = &self.seen(self.world.node(node).service).marked_down;
        all.iter().any(|(at, _, one)| *one == node && from <= *at && *at <= to)
    }

    /// Returns how long after its last report a node's silence shows at the latest.
    pub(crate) fn notice(&self) -> u64 {
        micros(self.knobs().heartbeat_period) + 2 * micros(self.world.platform_delay())
    }

    /// Returns whether an operator had a service down within an interval.
    pub(crate) fn stands_still(&self, id: ServiceId, from: u64, to: u64) -> bool {
        let mut all = self.done(id).standstills.iter();
        all.any(|one| one.began <= to && one.silent_until() >= from)
    }
}

/// Returns a span in microseconds.
pub(crate) fn micros(span: Span) -> u64 {
    span.as_micros()
}

/// Returns the greatest draw of a law in microseconds, if there is one.
pub(crate) fn greatest(law: Law) -> Option<u64> {
    law.greatest().map(micros)
}

/// Returns how many microseconds so many bytes take at so many a second.
pub(crate) fn takes(bytes: u64, rate: u64) -> u64 {
    let micros = (u128::from(bytes) * 1_000_000).div_ceil(u128::from(rate.max(1)));
    u64::try_from(micros).unwrap_or(u64::MAX)
}
