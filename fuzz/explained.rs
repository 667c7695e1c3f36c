//! Which invariants a run may break without a planted bug, and what has to have gone wrong then.
//!
//! Knows nothing of how runs are made. Kept here: fuzzing and random scenarios hold to one list; an
//! invariant that is not named here is never broken, whatever goes wrong.

use cutover::check::Verdict;
use cutover::kernel::{Bytes, Chance, Distribution, Instant};
use cutover::knob::{
    EmptyReplicaName, Fencing, Policy, RemovedRecovery, SwitchoverDrain, SwitchoverOrder,
};
use cutover::sim::{Deed, Operator, Outcome, Promotion, Setup, SlotOutcome, Work};

/// What a run breaks only when somebody left a slot of the same name on a standby.
const BROKEN_BY_LEFTOVER_SLOTS: [&str; 3] =
    ["copied-slot-survives", "slot-position-fresh", "slot-jobs-on-time"];

/// What daemons break when a clock is wrong, when they have forgotten what they saw or go by what
/// an observer saw a poll before.
const BROKEN_BY_DAEMONS: [&str; 2] = ["no-early-promotion", "failovers-apart"];

/// What a daemon breaks when it counts an observer that it has long stopped asking: one that is
/// asked on warning only stays connected as of the last warning.
const BROKEN_BY_SILENT_OBSERVERS: &str = "lone-standby-stays";

/// What a daemon breaks after standbys were started again while no primary sent them anything: they
/// say that they have received up to the beginning of a WAL segment, whatever they have replayed,
/// and the daemon takes any of them for the furthest.
const BROKEN_BY_RESTARTED_STANDBYS: &str = "quorum-commit-survives";

/// What a run breaks only when more than one thing goes wrong in it.
const BROKEN_BY_SECOND_FAULTS: [&str; 3] =
    ["failover-in-time", "redundancy-restored", "followers-follow"];

/// What a run breaks only when somebody was promoted, by
/// whomever: replication is asynchronous, and nobody can
/// fence a node that does not hear.
const BROKEN_BY_PROMOTIONS: [&str; 6] = [
    "acked-write-survives",
    "at-most-one-writer",
    "archive-names-unique",
    "no-false-failover",
    "phantoms-counted",
    "restorable-across-the-fork",
];

/// What somebody breaks who promotes a node of a read replica service by hand: the platform goes on
/// as it believes, and points the name of the service to whoever follows.
const BROKEN_BY_HAND: &str = "primary-name-names-a-primary";

/// What somebody breaks who promotes a node by hand: another node than the one that a switchover
/// has made safe may then be taken for the furthest, or for the one that it replaces; and the
/// platform goes on to name it a standby.
const BROKEN_BY_PROMOTIONS_BY_HAND: [&str; 2] = ["switchover-order", "forwarding-lasts"];

/// What somebody breaks who promotes a node by hand and powers the service off: of two primaries one
/// is powered off for good.
const BROKEN_BY_TWO_PRIMARIES: &str = "power-off-keeps-acked";

/// What is broken by that, and by the stance that a name without standbys points to the primary.
const BROKEN_BY_EMPTY_NAMES: &str = "standby-name-reads-only";

/// What is broken by that stance alone: a switchover may leave the name without standbys.
const BROKEN_BY_NAMES_OF_THE_PRIMARY: &str = "promoted-leaves-replica-name";

/// What an order breaks by what a stance makes of it: a recovery service whose integration is
/// removed is promoted, both services of the pair are active, and both claim the name.
const BROKEN_BY_REMOVAL: [&str; 2] = ["roles-move-legally", "service-name-constant"];

/// What a planned change of a pair's active service breaks by a stance: the service that takes over
/// does not wait for the last WAL of the other one, which then cannot follow. So it is, too, when
/// somebody promotes it past the other one, which may be in maintenance: it is built anew, which
/// takes for ever where WAL is written faster than it can be read.
const BROKEN_BY_CUTTING_OFF: &str = "pair-protected-again";

/// What an order breaks that meets a fault of which nobody has heard yet: the platform removes what
/// it takes for one of several.
const BROKEN_BY_ORDERS_AND_FAULTS: &str = "removal-leaves-a-node";

/// What a service breaks that follows another, which fails, is upgraded or restored: it has nobody
/// to build its standbys from. So does one of which no name can be changed.
const BROKEN_BY_SOURCES: &str = "ha-replica-name-serves";

/// What orders to pairs, and orders that stop a primary, may break: both services are active when
/// one is made to go on alone, and its names are those of a service that follows; daemons promote
/// whom the platform was about to name a standby.
const BROKEN_BY_ORDERS: [&str; 2] = ["one-active-service", "replica-name-without-primary"];

/// What a run may break in which something goes wrong or is ordered: a standby that serves reads is
/// behind the one before; whoever comes to a new primary lacks what its slot had not kept; writes
/// wait though reports come as ever; and a stop ends waits with a warning.
const BROKEN_BY_WHATEVER_HAPPENS: [&str; 4] =
    ["reads-gone-back", "no-skipped-window", "blocked-writes-noticed", "no-warned-commits"];

/// What is broken in a switchover whose old primary is fenced at once, by a stance, when its stop
/// takes too long, or is gone before its names are served anew; by an order to a pair or group that
/// overtakes it; and by daemons, to whom nobody tells of it.
const BROKEN_IN_SWITCHOVERS: [&str; 3] =
    ["switchover-order", "forwarding-lasts", "switchover-keeps-acked"];

/// Returns the violations of a run that nothing in it explains, each with its detail.
pub(crate) fn unexplained(setup: &Setup, outcome: &Outcome) -> Vec<String> {
    let violated = outcome.invariants.iter().filter(|one| one.verdict == Verdict::Violated);
    let unexplained = violated.filter(|one| !explained(setup, outcome, one.id));
    unexplained.map(|one| format!("{}: {}", one.id, one.detail)).collect()
}

fn explained(setup: &Setup, outcome: &Outcome, id: &str) -> bool {
    let daemons = setup.knobs.policy == Policy::Pglookout;
    let disturbed = several_faults(outcome) || operated(setup);
    let named = setup.knobs.replica_name_when_empty == EmptyReplicaName::Primary;
    let removed = setup.knobs.removed_recovery == RemovedRecovery::Promoted;
    if BROKEN_BY_LEFTOVER_SLOTS.contains(&id) {
        setup.slots.iter().any(|slot| !slot.left_over.is_empty())
    } else if BROKEN_BY_DAEMONS.contains(&id) {
        // A switchover that is called off goes by its own patience, and waits for no timeout.
        misled(setup, outcome, disturbed) || operated(setup)
    } else if id == BROKEN_BY_SILENT_OBSERVERS {
        setup.knobs.lookout_observers > 0 && setup.knobs.lookout_poll_observers_on_warning_only
    } else if id == BROKEN_BY_RESTARTED_STANDBYS {
        setup.knobs.policy == Policy::Pglookout && restarts(outcome)
    } else if id == BROKEN_BY_HAND {
        operated(setup) && !setup.integrations.is_empty()
    } else if BROKEN_IN_SWITCHOVERS.contains(&id) && operated(setup) {
        // Whoever takes over from a service that is active as well goes by the other one's name.
        let overtaken = id == "switchover-order" && !setup.integrations.is_empty();
        let fenced = id == "forwarding-lasts" && setup.knobs.fencing == Fencing::AtOnce;
        let by_hand = BROKEN_BY_PROMOTIONS_BY_HAND.contains(&id) && promoted_by_hand(setup);
        // The old primary passes connections on for a time, however late the names are served.
        let publish = setup.knobs.dns_publish_delay.greatest();
        let late = publish.is_none_or(|most| most >= setup.knobs.forward_for);
        let late = id == "switchover-order" && late;
        daemons || removed || overtaken || fenced || by_hand || late
    } else if id == BROKEN_BY_TWO_PRIMARIES {
        promoted_by_hand(setup)
    } else if id == BROKEN_BY_EMPTY_NAMES {
        named || promoted_by_hand(setup)
    } else if id == BROKEN_BY_NAMES_OF_THE_PRIMARY {
        named
    } else if BROKEN_BY_REMOVAL.contains(&id) {
        removed
    } else if id == BROKEN_BY_CUTTING_OFF {
        setup.knobs.switchover_drain == SwitchoverDrain::CutAtOnce
            || setup.knobs.switchover_order == SwitchoverOrder::PromoteFirst
            || passed_over(setup)
            || outrun(setup, outcome.seed)
    } else if id == BROKEN_BY_SOURCES {
        let stalled = outcome.faults.iter().any(|fault| fault.fault == "PublishStall");
        stalled || (!setup.integrations.is_empty() && something_happened(setup, outcome))
    } else if id == BROKEN_BY_ORDERS_AND_FAULTS {
        operated(setup) && !outcome.faults.is_empty()
    } else if BROKEN_BY_ORDERS.contains(&id) {
        operated(setup) && (daemons || !setup.integrations.is_empty())
    } else if BROKEN_BY_SECOND_FAULTS.contains(&id) {
        // Nobody follows a node that its own daemon has promoted and the platform has given up.
        let alone = daemons && id == "followers-follow";
        disturbed || alone || outrun(setup, outcome.seed)
    } else if BROKEN_BY_PROMOTIONS.contains(&id) {
        let promoted = outcome.services.iter().any(|service| !service.promotions.is_empty());
        promoted || operated(setup)
    } else {
        BROKEN_BY_WHATEVER_HAPPENS.contains(&id) && something_happened(setup, outcome)
    }
}

/// Returns whether a run is more than clients at work: a slot that nobody reads from in time fills
/// the disk of its primary or is given up, without a script.
fn something_happened(setup: &Setup, outcome: &Outcome) -> bool {
    let mut services = outcome.services.iter();
    let given_up = |one: &SlotOutcome| one.given_up.is_some();
    !setup.script.is_empty()
        || !outcome.faults.is_empty()
        || services.any(|of| !of.promotions.is_empty() || of.slots.iter().any(given_up))
}

/// Returns whether daemons decide who go by a wrong time, by what is old, or by nothing.
fn misled(setup: &Setup, outcome: &Outcome, disturbed: bool) -> bool {
    let unseen = Instant::ZERO + setup.knobs.lookout_poll_interval;
    let kinds =
        ["ClockAhead", "ClockBehind", "DaemonRestart", "PowerLoss", "ZoneOutage", "RegionOutage"];
    // Nor does one whose primary stopped by itself before the first poll.
    let at_once = |promotion: &Promotion| {
        promotion.ordered < Instant::ZERO + setup.knobs.lookout_failover_lag
    };
    setup.knobs.policy == Policy::Pglookout
        && (disturbed
            || outcome.faults.iter().any(|fault| kinds.contains(&fault.fault))
            || setup.knobs.lookout_observers > 0
            // A daemon that has never seen the primary does not wait for it.
            || outcome.faults.first().is_some_and(|fault| fault.at <= unseen)
            || outcome.services.iter().flat_map(|of| &of.promotions).any(at_once))
}

/// Returns whether somebody orders what promotes a service past the other one of its pair, what
/// takes the pair apart for a while, or what replaces the nodes of one.
fn passed_over(setup: &Setup) -> bool {
    setup.script.iter().any(|planned| {
        let Deed::Operator(operator, _) = planned.deed else { return false };
        matches!(
            operator,
            Operator::PromoteToMaster
                | Operator::SwitchByTerraform
                | Operator::RemoveIntegration
                | Operator::Maintain
                | Operator::Migrate(_)
                | Operator::ChangeTier(_)
        )
    })
}

/// Returns whether an operator promotes a node past the platform.
fn promoted_by_hand(setup: &Setup) -> bool {
    let promotes = |deed: &Deed| matches!(deed, Deed::Operator(Operator::Promote, ..));
    setup.script.iter().any(|planned| promotes(&planned.deed))
}

/// Returns whether a server went down that is started again.
fn restarts(outcome: &Outcome) -> bool {
    let kinds = [
        "ProcessCrash",
        "OutOfMemory",
        "CrashLoop",
        "PowerLoss",
        "DiskFull",
        "ZoneOutage",
        "RegionOutage",
    ];
    outcome.faults.iter().any(|fault| kinds.contains(&fault.fault) && !fault.healed)
}

/// Returns whether an operator acts by hand.
pub(crate) fn operated(setup: &Setup) -> bool {
    setup.script.iter().any(|planned| matches!(planned.deed, Deed::Operator(..)))
}

/// Returns whether more than one fault struck, a cut was never healed, or something is hindered for
/// as long as the fault lasts.
fn several_faults(outcome: &Outcome) -> bool {
    let struck = outcome.faults.iter().filter(|fault| !fault.healed);
    let cuts = |healed: bool| {
        let cuts = outcome.faults.iter().filter(|fault| fault.fault == "LinkCut");
        cuts.filter(|fault| fault.healed == healed).count()
    };
    let short = ["HostDeath", "ProcessCrash", "OutOfMemory", "Hang", "DaemonRestart", "LinkCut"];
    let lasts = struck.clone().any(|fault| !short.contains(&fault.fault));
    struck.count() > 1 || cuts(false) > cuts(true) || lasts
}

/// Returns whether WAL is written faster than a new standby can come near, or more of it than has
/// room where a slot may keep it.
fn outrun(setup: &Setup, seed: u64) -> bool {
    let chance = Chance::new(seed, 0);
    let drawn = |sizes: &Distribution<Bytes>, purpose, name: &str| {
        sizes.draw(chance.word(purpose, name, 0)).get()
    };
    let writes = setup.clients.iter().map(|client| match client.work {
        Work::Write { rate, wal_per_commit, .. } => {
            let law = client.wal_per_commit.as_ref();
            let size = law.map(|law| drawn(law, "wal_per_commit", &client.name));
            u64::from(rate) * size.unwrap_or(wal_per_commit.get())
        }
        Work::Read { .. } | Work::Consume(_) => 0,
    });
    let knobs = &setup.knobs;
    let takes = knobs.stream_rate.min(knobs.redo_rate).min(knobs.replication_goodput);
    let writes: u64 = writes.sum();
    // Nobody is held to a time where a lag has no bound.
    let lag = knobs.replication_delay.greatest().unwrap_or_default();
    let on_the_way = u128::from(writes) * u128::from(lag.as_micros());
    let names = setup.services.iter().map(|service| &service.name);
    let databases = names.map(|name| drawn(&knobs.database_size, "database_size", name));
    let room = knobs.disk_size.get().saturating_sub(databases.max().unwrap_or(0));
    let in_all = u128::from(writes) * u128::from(setup.until.as_micros());
    let fills = !setup.slots.is_empty() && in_all >= u128::from(room) * 1_000_000;
    fills || writes >= takes.get() || on_the_way > u128::from(knobs.ready_gap.get()) * 1_000_000
}
