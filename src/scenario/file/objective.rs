//! What a scenario wants of many runs, as it is written: its targets.
//!
//! Knows nothing of statistics. Kept here: a target names a metric, and its limit is written in the
//! metric's unit.

use serde::{Deserialize, Serialize};

use crate::kernel::Share;

/// What a scenario wants of many runs.
///
/// # Examples
/// ```
/// # let text = r#"Scenario(name: "year", until: "30d",
/// #     services: [Service(name: "orders", plan: Business)],
/// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 10)],
/// #     failures: [Failure(name: "hosts", fault: HostDeath, strikes: EachNode("orders"),
/// #         occurs: Every("exponential(90d)"))],
/// #     targets: [Mean(metric: "write_downtime", at_most: "4h")])"#;
/// # let loaded = cutover::scenario::parse("year.ron", text).expect("it is valid");
/// use cutover::scenario::Objective;
/// assert!(matches!(loaded.scenario.targets[0], Objective::Mean { .. }));
/// ```
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
///
/// # Examples
/// ```
/// # let text = r#"Scenario(name: "year", until: "30d",
/// #     services: [Service(name: "orders", plan: Business)],
/// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 10)],
/// #     failures: [Failure(name: "hosts", fault: HostDeath, strikes: EachNode("orders"),
/// #         occurs: Every("exponential(90d)"))],
/// #     targets: [Mean(metric: "write_downtime", at_most: "4h")])"#;
/// # let loaded = cutover::scenario::parse("year.ron", text).expect("it is valid");
/// use cutover::scenario::{Level, Objective};
/// let target = &loaded.scenario.targets[0];
/// let Objective::Mean { at_most, .. } = target else { panic!("it is a mean") };
/// assert_eq!(*at_most, Level::Text("4h".to_owned()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected a limit such as \"4h\", \"1MiB\" or 400")]
pub enum Level {
    /// A number of things.
    Number(u64),
    /// A time or a size.
    Text(String),
}
