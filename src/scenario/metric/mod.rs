//! What is measured of a run for campaigns: one whole number for each metric.
//!
//! * `table`: the metrics that every scenario has; `sums`: what they are computed from;
//! * `cause`: which fault or order an outage is put down to.
//!
//! Knows nothing of many runs and of statistics. Kept here: a metric is a function of the outcome
//! alone, and its value an integer in its unit.

mod cause;
mod sums;
mod table;

use std::collections::BTreeSet;

use self::sums::Sums;
use super::file::{Client, Deed, Scenario};
use crate::control::Operator;
use crate::sim::Outcome;

pub use table::SLOS;

/// In what a metric is counted.
///
/// # Examples
/// ```
/// use cutover::scenario::{Unit, metric_rows};
/// let downtime = metric_rows().find(|(name, ..)| *name == "write_downtime");
/// assert_eq!(downtime.map(|(_, unit, _)| unit), Some(Unit::Time));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Microseconds.
    Time,
    /// A number of things.
    Count,
    /// Bytes.
    Bytes,
    /// 1 for runs in which it is so, 0 for others.
    Flag,
}

impl Unit {
    /// Returns the unit's name in results.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(cutover::scenario::Unit::Time.word(), "us");
    /// ```
    pub fn word(self) -> &'static str {
        match self {
            Self::Time => "us",
            Self::Count => "count",
            Self::Bytes => "bytes",
            Self::Flag => "share",
        }
    }
}

/// Something that is measured of a run.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let metrics = cutover::scenario::metrics(&loaded.scenario);
/// assert!(metrics.iter().any(|metric| metric.name == "downtime[app]"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Its name in targets and results.
    pub name: String,
    /// In what it is counted.
    pub unit: Unit,
    /// What it is, in a sentence.
    pub meaning: String,
    /// Where its value comes from.
    source: Source,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    /// A row of the table.
    Row(usize),
    /// The downtime of the client at this place of the scenario, in total or the longest.
    Client(usize, Part),
    /// Write outages put down to a fault or an order.
    Cause(Option<&'static str>, Part),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Total,
    Longest,
}

/// Returns the name, the unit and the meaning of each metric that every scenario has.
///
/// # Examples
/// ```
/// assert!(cutover::scenario::metric_rows().any(|(name, ..)| name == "write_downtime"));
/// ```
pub fn metric_rows() -> impl Iterator<Item = (&'static str, Unit, &'static str)> {
    table::ROWS.iter().map(|row| (row.name, row.unit, row.meaning))
}

/// Returns everything that is measured of a scenario's runs.
///
/// # Examples
/// ```
/// let text = r#"Scenario(
///     name: "quiet",
///     services: [Service(name: "orders", plan: Business)],
///     until: "1h",
/// )"#;
/// let loaded = cutover::scenario::parse("quiet.ron", text)?;
/// let metrics = cutover::scenario::metrics(&loaded.scenario);
/// assert!(metrics.iter().any(|metric| metric.name == "write_downtime"));
/// # Ok::<(), cutover::scenario::Errors>(())
/// ```
pub fn metrics(scenario: &Scenario) -> Vec<Metric> {
    let rows = table::ROWS.iter().enumerate().map(|(index, row)| Metric {
        name: row.name.to_owned(),
        unit: row.unit,
        meaning: row.meaning.to_owned(),
        source: Source::Row(index),
    });
    let mut all: Vec<Metric> = rows.collect();
    for (index, client) in scenario.clients.iter().enumerate() {
        all.extend(of_client(index, client));
    }
    for cause in causes(scenario).into_iter().map(Some).chain([None]) {
        let of = cause.unwrap_or("nothing");
        all.push(Metric {
            name: format!("downtime_by[{of}]"),
            unit: Unit::Time,
            meaning: format!(
                "write downtime that is put down to {of}, the last fault or order before it"
            ),
            source: Source::Cause(cause, Part::Total),
        });
    }
    all
}

fn of_client(index: usize, client: &Client) -> [Metric; 2] {
    let name = client.name();
    let of = |what: &str, meaning: &str, part| Metric {
        name: format!("{what}[{name}]"),
        unit: Unit::Time,
        meaning: format!("{meaning} of client {name}"),
        source: Source::Client(index, part),
    };
    [
        of("downtime", "all outages together", Part::Total),
        of("longest", "the longest outage", Part::Longest),
    ]
}

/// Returns the names of the faults that a scenario may inject and of the orders that it gives,
/// sorted, so that where they are listed makes no difference.
fn causes(scenario: &Scenario) -> BTreeSet<&'static str> {
    let scripted = scenario.script.iter().flat_map(|step| match step.deed() {
        Deed::Fault(kind, _) => vec![kind.card().name],
        // Terraform runs twice, and the second time it reverses the integration.
        Deed::Operator(operator @ Operator::SwitchByTerraform, _) => {
            vec![operator.card().name, Operator::<String>::ReverseIntegration.card().name]
        }
        Deed::Operator(operator, _) => vec![operator.card().name],
        Deed::Heal(..) => Vec::new(),
    });
    let failures = scenario.failures.iter().map(|failure| failure.fault.card().name);
    scripted.chain(failures).collect()
}

/// Returns the value of each metric of a run; nothing where something never came about.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::scenario::{measure, metrics};
/// let metrics = metrics(&loaded.scenario);
/// let values = measure(&metrics, &outcome);
/// let dash = metrics.iter().position(|metric| metric.name == "downtime[dash]");
/// assert_eq!(dash.map(|place| values[place]), Some(Some(0)));
/// ```
pub fn measure(metrics: &[Metric], outcome: &Outcome) -> Vec<Option<u64>> {
    let sums = Sums::of(outcome);
    let value = |metric: &Metric| match metric.source {
        Source::Row(index) => (table::ROWS[index].of)(outcome, &sums),
        Source::Client(index, part) => Some(sums::client(outcome, index, part == Part::Longest)),
        Source::Cause(of, _) => Some(cause::downtime(outcome, &sums, of)),
    };
    metrics.iter().map(value).collect()
}
