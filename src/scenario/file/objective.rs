//! What a scenario wants of many runs, as it is written: its targets.
//!
//! Knows nothing of statistics. Kept here: a target names a metric, and its limit is written in the
//! metric's unit.

use serde::{Deserialize, Serialize};

use crate::kernel::Share;

/// What a scenario wants of many runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Objective {
    /// The mean of a metric over all runs.
    Mean {
        /// Which metric.
        metric: String,
        /// What it is not to exceed.
        at_most: Level,
    },
    /// A quantile of a metric over all runs.
    Quantile {
        /// Which metric.
        metric: String,
        /// The share of runs that lie below it.
        share: Share,
        /// What it is not to exceed.
        at_most: Level,
    },
    /// The share of runs in which a metric does not exceed a level.
    Chance {
        /// Which metric.
        metric: String,
        /// The level.
        at_most: Level,
        /// The least share of runs.
        at_least: Share,
    },
    /// The availability of writes over all runs.
    Availability {
        /// The least share of time.
        at_least: Share,
    },
    /// The share of runs in which writes are available for a share of the time.
    Meets {
        /// The share of time.
        availability: Share,
        /// The least share of runs.
        at_least: Share,
    },
}

/// A limit in the unit of a metric: `"4h"`, `"1MiB"` or `400`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected a limit such as \"4h\", \"1MiB\" or 400")]
pub enum Level {
    /// A number of things.
    Number(u64),
    /// A time or a size.
    Text(String),
}
