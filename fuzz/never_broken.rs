//! The invariants that no run breaks unless a bug is planted, whatever goes wrong in it.
//!
//! Knows nothing of how runs are made. Kept here: fuzzing and random scenarios hold to one list.

pub(crate) const NEVER_BROKEN: [&str; 19] = [
    "accounting-adds-up",
    "best-candidate-promoted",
    "timelines-form-a-tree",
    "primary-name-names-a-primary",
    "standby-loss-leaves-primary",
    "standby-serves-during-silence",
    "restore-loss-bounded",
    "fenced-node-silent",
    "histories-not-merged",
    "wal-fits-the-disk",
    "quorum-commit-survives",
    "read-replica-stays",
    "slot-behind-its-node",
    "slot-has-no-gap",
    "copied-slot-survives",
    "slot-position-fresh",
    "duplicates-bounded",
    "lone-node-loses-slots",
    "slot-jobs-on-time",
];
