//! The one table of invariants, and the judgement of a case by all of them.
//!
//! Knows nothing of how an invariant is checked. Kept here: every invariant has an id that a
//! person can say, a source, and the units in which a violation may be accepted.

use super::case::{Case, Finding};
use super::planned::PLANNED;
use super::verdict::{InvariantOutcome, Kind, Verdict};
use super::{
    archive, clients, detection, durability, followers, names, pair_table, quorum, redundancy,
    slot_table, writers,
};

/// What the registry says of one invariant.
///
/// # Examples
/// ```
/// use cutover::check::INVARIANTS;
/// assert!(INVARIANTS.iter().all(|card| !card.statement.is_empty()));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct InvariantCard {
    /// Its id, as scenario files spell it.
    pub id: &'static str,
    /// Its number in the project's list of semantics, such as `I02`.
    pub number: &'static str,
    /// When it is judged.
    pub kind: Kind,
    /// The units in which a violation may be allowed.
    pub units: &'static [&'static str],
    /// What it says.
    pub statement: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// How it is judged.
    pub(crate) find: fn(&Case<'_>) -> Finding,
}

const AU: &str = "Aiven, Upgrade and failover procedures";

/// The invariants of what nobody planned.
const UNPLANNED: &[InvariantCard] = &[
    InvariantCard {
        id: "at-most-one-writer",
        number: "I01",
        kind: Kind::Always,
        units: &["Time", "Commits"],
        statement: "at no instant are two nodes of a service writable",
        source: "Aiven, Upgrade and failover procedures; pglookout, issue 53",
        find: writers::at_most_one_writer,
    },
    InvariantCard {
        id: "acked-write-survives",
        number: "I02",
        kind: Kind::AtEnd,
        units: &["Commits", "Bytes", "Window"],
        statement: "no acknowledged commit lies beyond the beginning of a later timeline",
        source: "derived from PostgreSQL timelines; pglookout, issues 52 and 53",
        find: durability::acked_write_survives,
    },
    InvariantCard {
        id: "accounting-adds-up",
        number: "I04",
        kind: Kind::AtEnd,
        units: &[],
        statement: "acknowledged commits are surviving commits plus lost commits",
        source: "derived: replies to clients counted against the WAL of every timeline",
        find: durability::accounting_adds_up,
    },
    InvariantCard {
        id: "failover-in-time",
        number: "I05",
        kind: Kind::Deadline,
        units: &["Time"],
        statement: "with a standby to promote, the primary name serves a writable node within \
                    the timeout, the promotion and the publication",
        source: AU,
        find: detection::failover_in_time,
    },
    InvariantCard {
        id: "no-early-promotion",
        number: "I06",
        kind: Kind::Always,
        units: &["Time"],
        statement: "nobody is promoted before the last report of the primary plus the timeout",
        source: AU,
        find: detection::no_early_promotion,
    },
    InvariantCard {
        id: "failovers-apart",
        number: "I07",
        kind: Kind::Always,
        units: &["Time"],
        statement: "a promoted primary is replaced no earlier than its last report plus the \
                    timeout",
        source: "derived from Aiven, Upgrade and failover procedures",
        find: detection::failovers_apart,
    },
    InvariantCard {
        id: "best-candidate-promoted",
        number: "I08",
        kind: Kind::Always,
        units: &["Times"],
        statement: "the promoted standby is the furthest of those whose position is fresh",
        source: "Aiven, High availability; pglookout",
        find: detection::best_candidate_promoted,
    },
    InvariantCard {
        id: "lone-standby-stays",
        number: "I09",
        kind: Kind::Always,
        units: &["Times"],
        statement: "where daemons decide, a Premium standby that has seen its peers and has \
                    reached nobody for as long as a position counts does not promote itself",
        source: "pglookout",
        find: detection::lone_standby_stays,
    },
    InvariantCard {
        id: "restore-loss-bounded",
        number: "I10",
        kind: Kind::AtEnd,
        units: &["Window"],
        statement: "a restore loses no more than one archive period, or the time since the newest \
                    upload when uploads stalled",
        source: "Aiven, High availability",
        find: archive::restore_loss_bounded,
    },
    pair_table::ONE_ACTIVE_SERVICE,
    InvariantCard {
        id: "timelines-form-a-tree",
        number: "I12",
        kind: Kind::Always,
        units: &[],
        statement: "each promotion begins one new timeline with a greater number, at or before \
                    the end of its parent, and whoever follows it has replayed nothing beyond",
        source: "PostgreSQL, timelines",
        find: durability::timelines_form_a_tree,
    },
    InvariantCard {
        id: "ha-replica-name-serves",
        number: "I13",
        kind: Kind::Deadline,
        units: &["Time"],
        statement: "the opt-in replica name points to a node that serves within the timeouts, \
                    the promotion and the publication",
        source: "Aiven, Read replicas failing over to the primary",
        find: names::ha_replica_name_serves,
    },
    InvariantCard {
        id: "primary-name-names-a-primary",
        number: "I14",
        kind: Kind::Always,
        units: &["Times"],
        statement: "the primary name is never pointed to a node that is in recovery",
        source: AU,
        find: names::primary_name_names_a_primary,
    },
    InvariantCard {
        id: "replica-name-without-primary",
        number: "I14b",
        kind: Kind::Always,
        units: &["Times"],
        statement: "the replica name is never pointed to the node that the primary name was \
                    moved to",
        source: AU,
        find: names::replica_name_without_primary,
    },
    InvariantCard {
        id: "fenced-node-silent",
        number: "I17",
        kind: Kind::Always,
        units: &["Commits"],
        statement: "a node acknowledges nothing after its fence took effect",
        source: "Aiven, Upgrade and failover procedures; a stance for uncontrolled failovers",
        find: writers::fenced_node_silent,
    },
    InvariantCard {
        id: "histories-not-merged",
        number: "I25",
        kind: Kind::Always,
        units: &["Bytes"],
        statement: "nobody follows a timeline who has replayed WAL of an abandoned one beyond \
                    its beginning",
        source: "PostgreSQL, pg_rewind; GitHub, October 21 post-incident analysis",
        find: followers::histories_not_merged,
    },
    InvariantCard {
        id: "archive-names-unique",
        number: "I26",
        kind: Kind::Always,
        units: &["Times"],
        statement: "in the archive one name of a segment never has two contents",
        source: "pgBackRest, issue 1646; CloudNativePG, issue 4990",
        find: archive::archive_names_unique,
    },
    InvariantCard {
        id: "restorable-across-the-fork",
        number: "I27",
        kind: Kind::AtEnd,
        units: &["Bytes", "Window"],
        statement: "the archive has no gap before the beginning of a later timeline",
        source: "PostgreSQL, continuous archiving; Aiven, High availability",
        find: archive::restorable_across_the_fork,
    },
    pair_table::ROLES_MOVE_LEGALLY,
    pair_table::PRECONDITIONS_CHECKED,
    pair_table::PAIR_PROTECTED_AGAIN,
    InvariantCard {
        id: "standby-loss-leaves-primary",
        number: "I32",
        kind: Kind::Always,
        units: &["Times"],
        statement: "the loss of a standby changes neither the primary nor its name",
        source: AU,
        find: names::standby_loss_leaves_primary,
    },
    pair_table::STANDBY_NAME_READS_ONLY,
    pair_table::SERVICE_NAME_CONSTANT,
    InvariantCard {
        id: "standby-serves-during-silence",
        number: "I37",
        kind: Kind::Always,
        units: &["Times"],
        statement: "while the primary is silent and not given up, its standbys go on serving \
                    reads",
        source: AU,
        find: names::standby_serves_during_silence,
    },
    pair_table::READ_REPLICA_STAYS,
    pair_table::PROMOTION_LEAVES_OLD_PRIMARY,
    pair_table::ONE_PRIMARY_ONE_SECONDARY,
    InvariantCard {
        id: "redundancy-restored",
        number: "N1",
        kind: Kind::Deadline,
        units: &["Time"],
        statement: "a service is without a promotable standby no longer than noticing, building, \
                    restoring and catching up take",
        source: "practice; Aiven, Upgrade and failover procedures",
        find: redundancy::redundancy_restored,
    },
    InvariantCard {
        id: "phantoms-counted",
        number: "N2",
        kind: Kind::AtEnd,
        units: &["Times"],
        statement: "no reader saw a commit that the last primary does not have",
        source: "measured on real servers",
        find: clients::phantoms_counted,
    },
    InvariantCard {
        id: "followers-follow",
        number: "N3",
        kind: Kind::Deadline,
        units: &["Time"],
        statement: "after a promotion every other standby replays past the beginning of the new \
                    timeline, or is given up, by a deadline",
        source: "measured on real servers: a streaming state proves nothing",
        find: followers::followers_follow,
    },
    InvariantCard {
        id: "reads-gone-back",
        number: "N4",
        kind: Kind::Always,
        units: &["Times"],
        statement: "no new connection shows a reader an older state than the one before",
        source: "practice",
        find: clients::reads_gone_back,
    },
    InvariantCard {
        id: "blocked-writes-noticed",
        number: "N5",
        kind: Kind::Deadline,
        units: &["Time"],
        statement: "writes are not blocked for longer than the timeout while every report of the \
                    primary comes",
        source: "CloudNativePG, issue 10678; Patroni, issue 1331",
        find: clients::blocked_writes_noticed,
    },
    InvariantCard {
        id: "wal-fits-the-disk",
        number: "N7",
        kind: Kind::Always,
        units: &["Bytes"],
        statement: "WAL that is not in the archive yet, or that a logical slot needs, fits the \
                    disk, or the server stops",
        source: "Patroni, issue 1732",
        find: archive::wal_fits_the_disk,
    },
    InvariantCard {
        id: "no-false-failover",
        number: "N8",
        kind: Kind::Always,
        units: &["Times"],
        statement: "no primary is replaced while it accepts writes",
        source: "practice",
        find: detection::no_false_failover,
    },
    InvariantCard {
        id: "quorum-commit-survives",
        number: "I03",
        kind: Kind::AtEnd,
        units: &["Commits"],
        statement: "no commit is lost that standbys acknowledged under quorum commit, if the \
                    election looked at more of them than may be without it",
        source: "PostgreSQL, synchronous replication; Aiven, Upgrade and failover procedures",
        find: quorum::quorum_commit_survives,
    },
    InvariantCard {
        id: "no-warned-commits",
        number: "N9",
        kind: Kind::AtEnd,
        units: &["Commits"],
        statement: "no commit is acknowledged with a warning in place of standbys",
        source: "measured on real servers",
        find: quorum::no_warned_commits,
    },
    slot_table::SLOT_BEHIND_ITS_NODE,
    slot_table::SLOT_HAS_NO_GAP,
    slot_table::NO_SKIPPED_WINDOW,
    slot_table::COPIED_SLOT_SURVIVES,
    slot_table::SLOT_POSITION_FRESH,
    slot_table::DUPLICATES_BOUNDED,
    slot_table::LONE_NODE_LOSES_SLOTS,
    slot_table::SLOT_JOBS_ON_TIME,
];

/// How many invariants there are.
const COUNT: usize = UNPLANNED.len() + PLANNED.len();

/// Every invariant, in the order in which results list them.
///
/// # Examples
/// ```
/// use cutover::check::INVARIANTS;
/// assert!(INVARIANTS.iter().any(|card| card.id == "acked-write-survives"));
/// ```
pub const INVARIANTS: &[InvariantCard] = &{
    let mut all = [UNPLANNED[0]; COUNT];
    let mut place = 0;
    while place < COUNT {
        let unplanned = UNPLANNED.len();
        all[place] = if place < unplanned { UNPLANNED[place] } else { PLANNED[place - unplanned] };
        place += 1;
    }
    all
};

/// Judges a case by every invariant.
pub(crate) fn judge(case: &Case<'_>) -> Vec<InvariantOutcome> {
    INVARIANTS.iter().map(|card| judge_one(case, card)).collect()
}

fn judge_one(case: &Case<'_>, card: &InvariantCard) -> InvariantOutcome {
    let mut outcome = InvariantOutcome {
        id: card.id,
        kind: card.kind,
        verdict: Verdict::Holds,
        at: None,
        pending: None,
        amounts: Vec::new(),
        detail: String::new(),
        because: None,
        statement: card.statement,
        source: card.source,
    };
    match (card.find)(case) {
        Finding::Holds => {}
        Finding::Vacuous => outcome.verdict = Verdict::Vacuous,
        Finding::Pending(instant) => {
            outcome.verdict = Verdict::Vacuous;
            outcome.pending = Some(instant);
            outcome.detail = format!("cannot be judged before {instant}");
        }
        Finding::Broken(breach) => {
            outcome.verdict = Verdict::Violated;
            let mut of_this = case.allowances.iter().filter(|a| a.invariant == card.id).peekable();
            let because = of_this.peek().map(|allowance| allowance.because.clone());
            let accepted = of_this.all(|allowance| breach.is_within(allowance.at_most));
            if accepted && because.is_some() {
                outcome.verdict = Verdict::Allowed;
                outcome.because = because;
            }
            outcome.at = Some(breach.at);
            outcome.amounts = breach.amounts;
            outcome.detail = breach.detail;
        }
    }
    outcome
}
