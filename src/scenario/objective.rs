//! Targets with their metrics found and their limits in the units of those.
//!
//! Knows nothing of statistics. Kept here: a target that is accepted names a metric that exists,
//! and a limit that can be compared with its values.

use serde::{Deserialize, Serialize};

use super::file::{Level, Objective, Scenario};
use super::locate::Path;
use super::metric::{Metric, Unit};
use super::problem::Problems;
use crate::kernel::{Bytes, Share, Span};

/// A target that can be held against runs.
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
/// let goal = &loaded.goals[0];
/// assert_eq!(goal.text, "mean of write_downtime at most 4h");
/// assert_eq!(goal.at_most, 4 * 3_600_000_000);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Goal {
    /// The target as the file writes it, in words.
    pub text: String,
    /// The place of its metric among all.
    pub metric: usize,
    /// What is held against its limit.
    pub of: GoalOf,
    /// The limit, in the unit of the metric.
    pub at_most: u64,
}

/// What of a metric is held against a limit.
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
/// assert_eq!(loaded.goals[0].of, cutover::scenario::GoalOf::Mean);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GoalOf {
    /// Its mean.
    Mean,
    /// Its mean, told as the share of time that is left beside it.
    Availability,
    /// Its quantile at this share, in parts of a million million.
    Quantile(u64),
    /// The share of runs in which it is at most the limit, to be at least this, in the same parts.
    Chance(u64),
}

/// Returns the goals of a scenario, and adds what is wrong with its targets.
pub(super) fn goals(scenario: &Scenario, metrics: &[Metric], problems: &mut Problems) -> Vec<Goal> {
    let root = Path::root().field("targets");
    let mut goals = Vec::new();
    for (index, target) in scenario.targets.iter().enumerate() {
        goals.extend(goal(&root.item(index), target, (scenario, metrics), problems));
    }
    goals
}

fn goal(
    path: &Path,
    target: &Objective,
    (scenario, metrics): (&Scenario, &[Metric]),
    problems: &mut Problems,
) -> Option<Goal> {
    let until = scenario.until.as_micros();
    let downtime = metrics.iter().position(|metric| metric.name == "write_downtime");
    let mut found = |metric: &str, level: &Level| {
        let place = metrics.iter().position(|known| known.name == metric);
        let Some(place) = place else {
            let known: Vec<&str> = metrics.iter().map(|known| known.name.as_str()).collect();
            problems.unknown(&path.field("metric"), "metric", metric, &known);
            return None;
        };
        Some((place, limit(&path.field("at_most"), &metrics[place], level, problems)?))
    };
    let ((metric, at_most), of, text) = match target {
        Objective::Mean { metric, at_most } => {
            let text = format!("mean of {metric} at most {}", words(at_most));
            (found(metric, at_most)?, GoalOf::Mean, text)
        }
        Objective::Quantile { metric, share, at_most } => {
            let text = format!("{metric} at most {} in {share} of runs", words(at_most));
            (found(metric, at_most)?, GoalOf::Quantile(share.parts()), text)
        }
        Objective::Chance { metric, at_most, at_least } => {
            let level = words(at_most);
            let text = format!("{metric} at most {level} with a chance of at least {at_least}");
            (found(metric, at_most)?, GoalOf::Chance(at_least.parts()), text)
        }
        Objective::Availability { at_least } => {
            let text = format!("writes available for at least {at_least} on average");
            ((downtime?, at_least.rest_of(until)), GoalOf::Availability, text)
        }
        Objective::Meets { availability, at_least } => {
            let text =
                format!("a run with {availability} availability, with at least {at_least} chance");
            let budget = availability.rest_of(until);
            ((downtime?, budget), GoalOf::Chance(at_least.parts()), text)
        }
    };
    if let GoalOf::Quantile(share) = of
        && !(1..Share::WHOLE).contains(&share)
    {
        problems.add(
            &path.field("share"),
            "found no quantile, expected more than 0% and less than 100%",
        );
        return None;
    }
    Some(Goal { text, metric, of, at_most })
}

fn words(level: &Level) -> String {
    match level {
        Level::Number(number) => number.to_string(),
        Level::Text(text) => text.clone(),
    }
}

/// Returns a limit that was written without quotes, in the unit of its metric.
///
/// # Errors
/// What was found, and what was expected.
///
/// # Examples
/// ```
/// use cutover::scenario::{Unit, limit_of};
/// assert_eq!(limit_of(Unit::Bytes, "1MiB"), Ok(1 << 20));
/// assert!(limit_of(Unit::Count, "a few").is_err());
/// ```
pub fn limit_of(unit: Unit, text: &str) -> Result<u64, String> {
    match unit {
        Unit::Count | Unit::Flag => {
            let number = text.replace('_', "").parse();
            number.map_err(|_| format!("found {text}, expected a number"))
        }
        Unit::Time => text.parse::<Span>().map(Span::as_micros).map_err(|error| error.to_string()),
        Unit::Bytes => {
            text.parse::<Bytes>().map(|bytes| bytes.0).map_err(|error| error.to_string())
        }
    }
}

/// Returns a limit in the unit of its metric.
fn limit(path: &Path, metric: &Metric, level: &Level, problems: &mut Problems) -> Option<u64> {
    let read = match (metric.unit, level) {
        (Unit::Count | Unit::Flag, Level::Number(number)) => Ok(*number),
        (Unit::Time | Unit::Bytes, Level::Text(text)) => limit_of(metric.unit, text),
        (Unit::Time, Level::Number(found)) => {
            Err(format!("found {found}, expected a time as \"4h\""))
        }
        (Unit::Bytes, Level::Number(found)) => {
            Err(format!("found {found}, expected a size as \"1MiB\""))
        }
        (Unit::Count | Unit::Flag, Level::Text(found)) => {
            Err(format!("found \"{found}\", expected a number without quotes"))
        }
    };
    read.map_err(|message| problems.add(path, message)).ok()
}
