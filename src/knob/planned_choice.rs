//! The closed sets that knobs of planned operations choose from.
//!
//! Knows nothing of what a choice leads to. Kept here: each word means one thing.

use serde::{Deserialize, Serialize};

/// What a major version upgrade makes of logical slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum UpgradedSlots {
    /// They are gone.
    Dropped,
    /// They are kept, as `pg_upgrade` does between servers of `PostgreSQL` 17 and later; it refuses
    /// to upgrade while a consumer has not confirmed everything.
    Kept,
}

/// What becomes of commits that wait for standbys when their server stops in a controlled way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum WaitingCommits {
    /// Their clients are told nothing; they are committed, and the stop ships them.
    InDoubt,
    /// Their clients are told of success, with a warning; the stop ships them as well.
    Warned,
}

/// What has to be known before a switchover stops the old primary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum StopsAfter {
    /// That commits wait for standbys.
    QuorumInForce,
    /// That a new standby has everything from before commits began to wait, as well.
    StandbyCaughtUp,
}

/// In which order a switchover replaces the standbys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum StandbyReplacement {
    /// The next new one is built when the last old one is deleted.
    OneByOne,
    /// All new ones are built at once; old ones are deleted one after another.
    AtOnce,
}

/// How a service is powered off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PowerOff {
    /// The primary is stopped in a controlled way first, so that all its WAL is in the archive.
    Orderly,
    /// The machines are removed at once.
    AtOnce,
}
