//! The one table of invariants, and the judgement of a case by all of them.
//!
//! Knows nothing of how an invariant is checked. Kept here: every invariant has an id that a
//! person can say, a source, and the units in which a violation may be accepted.

use super::case::{Case, Finding};
use super::verdict::{InvariantOutcome, Kind, Verdict};
use super::{detection, durability, names, redundancy, writers};

/// What the registry says of one invariant.
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
    pub find: fn(&Case<'_>) -> Finding,
}

const AU: &str = "Aiven, Upgrade and failover procedures";

/// Every invariant, in the order in which results list them.
pub const INVARIANTS: &[InvariantCard] = &[
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
        id: "primary-name-names-a-primary",
        number: "I14",
        kind: Kind::Always,
        units: &["Times"],
        statement: "the primary name is never pointed to a node that is in recovery",
        source: AU,
        find: names::primary_name_names_a_primary,
    },
    InvariantCard {
        id: "standby-loss-leaves-primary",
        number: "I32",
        kind: Kind::Always,
        units: &["Times"],
        statement: "the loss of a standby changes neither the primary nor its name",
        source: AU,
        find: names::standby_loss_leaves_primary,
    },
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
        id: "no-false-failover",
        number: "N8",
        kind: Kind::Always,
        units: &["Times"],
        statement: "no primary is replaced while it accepts writes",
        source: "practice",
        find: detection::no_false_failover,
    },
];

/// Judges a case by every invariant.
pub fn judge(case: &Case<'_>) -> Vec<InvariantOutcome> {
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
