//! The invariants of logical slots, as the one table lists them.
//!
//! Knows nothing of how they are judged. Kept here: every card names its source and its units.

use super::slots;
use super::table::InvariantCard;
use super::verdict::Kind;

const AU: &str = "Aiven, Upgrade and failover procedures";

pub(super) const SLOT_BEHIND_ITS_NODE: InvariantCard = InvariantCard {
    id: "slot-behind-its-node",
    number: "I19",
    kind: Kind::Always,
    units: &["Bytes"],
    statement: "a logical slot on a promoted node is confirmed no further than the node's own \
                WAL, and needs no WAL beyond that",
    source: "Aiven, Upgrade and failover procedures; Patroni, pull request 3356",
    find: slots::slot_behind_its_node,
};

pub(super) const SLOT_HAS_NO_GAP: InvariantCard = InvariantCard {
    id: "slot-has-no-gap",
    number: "I20",
    kind: Kind::AtEnd,
    units: &["Commits"],
    statement: "a consumer that begins where its slot is confirmed is given every commit",
    source: "PostgreSQL, logical decoding; Debezium, issue DBZ-5739",
    find: slots::slot_has_no_gap,
};

pub(super) const NO_SKIPPED_WINDOW: InvariantCard = InvariantCard {
    id: "no-skipped-window",
    number: "I20b",
    kind: Kind::AtEnd,
    units: &["Commits"],
    statement: "no consumer resumes beyond commits of the new timeline that it was not given",
    source: "PostgreSQL, START_REPLICATION; measured on real servers",
    find: slots::no_skipped_window,
};

pub(super) const COPIED_SLOT_SURVIVES: InvariantCard = InvariantCard {
    id: "copied-slot-survives",
    number: "I21",
    kind: Kind::Always,
    units: &["Times"],
    statement: "a slot that was copied to the promoted standby, or had the time of both jobs, \
                exists on it",
    source: AU,
    find: slots::copied_slot_survives,
};

pub(super) const SLOT_POSITION_FRESH: InvariantCard = InvariantCard {
    id: "slot-position-fresh",
    number: "I22",
    kind: Kind::Always,
    units: &["Bytes"],
    statement: "on a promoted standby that kept up, a slot is no further back than it was on \
                the primary one copy before its end",
    source: AU,
    find: slots::slot_position_fresh,
};

pub(super) const DUPLICATES_BOUNDED: InvariantCard = InvariantCard {
    id: "duplicates-bounded",
    number: "I23",
    kind: Kind::AtEnd,
    units: &["Commits"],
    statement: "a consumer is given again at most what lies between its slot's position and \
                its own, and nothing if it asks for its own",
    source: AU,
    find: slots::duplicates_bounded,
};

pub(super) const LONE_NODE_LOSES_SLOTS: InvariantCard = InvariantCard {
    id: "lone-node-loses-slots",
    number: "I24",
    kind: Kind::Always,
    units: &["Times"],
    statement: "a node restored from a backup has none of the logical slots of the lost node",
    source: AU,
    find: slots::lone_node_loses_slots,
};

pub(super) const SLOT_JOBS_ON_TIME: InvariantCard = InvariantCard {
    id: "slot-jobs-on-time",
    number: "I46",
    kind: Kind::Always,
    units: &["Time"],
    statement: "while a standby reaches the primary, extensions and positions of slots are no \
                older than the periods of their jobs",
    source: AU,
    find: slots::slot_jobs_on_time,
};
