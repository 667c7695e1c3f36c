//! Where an outcome changes: the interval of each outcome, for people and as JSON.
//!
//! Knows nothing of how changes are found. Kept here: what may have been passed over is said.

use serde_json::json;

use super::page::Page;
use super::style::{Ink, Style};
use super::table::Table;
use super::wording::{counted, many};
use crate::scenario::Quantity;
use crate::search::{Boundaries, Class};

/// What was found of a range, and how to find it again.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/glitch-of-50s.ron".as_ref())
/// #     .expect("it is valid");
/// # use cutover::search::{Aspect, Class, boundaries};
/// # let judge = |micros: u64| {
/// #     let time = format!("{micros}us");
/// #     let loaded = loaded.with("detection_timeout", &time).expect("it is a time");
/// #     Class::of(&cutover::sim::run(&loaded.setup, 0), &[], Aspect::Events)
/// # };
/// # let jobs = std::num::NonZero::<usize>::MIN;
/// # let found = boundaries((30_000_000, 90_000_000), 4, jobs, judge);
/// let report = cutover::report::BoundaryReport {
///     scenario: &loaded.setup.name,
///     seed: 0,
///     key: "detection_timeout",
///     unit: cutover::scenario::Quantity::Span(0),
///     found: &found,
///     repeat: "cutover boundary FILE".to_owned(),
/// };
/// assert_eq!((report.key, report.found.tried > 1), ("detection_timeout", true));
/// ```
#[derive(Clone, Debug)]
pub struct BoundaryReport<'a> {
    /// The scenario's name.
    pub scenario: &'a str,
    /// The seed of the runs.
    pub seed: u64,
    /// The quantity.
    pub key: &'a str,
    /// Any value of the quantity, for its unit.
    pub unit: Quantity,
    /// What was found.
    pub found: &'a Boundaries<Class>,
    /// The command that finds it again.
    pub repeat: String,
}

impl BoundaryReport<'_> {
    fn spelled(&self, value: u64) -> String {
        self.unit.with(value).spelled()
    }
}

/// Returns the intervals as text of 80 columns.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/glitch-of-50s.ron".as_ref())
/// #     .expect("it is valid");
/// # use cutover::search::{Aspect, Class, boundaries};
/// # let judge = |micros: u64| {
/// #     let time = format!("{micros}us");
/// #     let loaded = loaded.with("detection_timeout", &time).expect("it is a time");
/// #     Class::of(&cutover::sim::run(&loaded.setup, 0), &[], Aspect::Events)
/// # };
/// # let jobs = std::num::NonZero::<usize>::MIN;
/// # let found = boundaries((30_000_000, 90_000_000), 4, jobs, judge);
/// let report = cutover::report::BoundaryReport {
///     scenario: &loaded.setup.name,
///     seed: 0,
///     key: "detection_timeout",
///     unit: cutover::scenario::Quantity::Span(0),
///     found: &found,
///     repeat: "cutover boundary FILE".to_owned(),
/// };
/// let text = cutover::report::boundary_text(&report);
/// assert!(text.contains("cutover boundary FILE"));
/// ```
pub fn boundary_text(report: &BoundaryReport<'_>) -> String {
    let found = report.found;
    let mut page = Page::new(Style::PLAIN);
    let mut table = Table::new(&[">from", ">to", "outcome"]);
    for interval in &found.intervals {
        let outcome = interval.class.0.join(
            "
",
        );
        table.row([report.spelled(interval.from), report.spelled(interval.to), outcome]);
    }
    page.say(
        0,
        Ink::Strong,
        &format!("{} of {}, seed {}", report.key, report.scenario, report.seed),
    );
    page.table(2, &table);
    page.gap();
    let changes = many(&found.intervals).saturating_sub(1);
    let (changes, runs) = (counted(changes, "change"), counted(found.tried, "run"));
    let mut text = if found.is_whole {
        format!("{changes}, found in {runs}; both values beside each change were run.")
    } else {
        let lie = match found.intervals.len() {
            0..=1 => "",
            2 => ", somewhere between the two intervals",
            _ => ", each somewhere between two intervals",
        };
        format!(
            "{changes}{lie}, found in {runs} before it was interrupted; of values beyond the last \
             interval nothing is known."
        )
    };
    if found.returns() {
        text += " An outcome comes back after another: there is no single threshold.";
    }
    if found.blind > 1 {
        let passed = format!(
            " Values up to {} apart came out alike with nothing run between them; what changes and \
             changes back within that may have been passed over (a greater --grid looks closer).",
            report.spelled(found.blind)
        );
        text += &passed;
    }
    page.say(0, Ink::Plain, &text);
    page.gap();
    page.command(0, &report.repeat);
    page.into_text()
}

/// Returns the intervals as JSON in the format `cutover.boundary/1`, ending in a newline.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/glitch-of-50s.ron".as_ref())
/// #     .expect("it is valid");
/// # use cutover::search::{Aspect, Class, boundaries};
/// # let judge = |micros: u64| {
/// #     let time = format!("{micros}us");
/// #     let loaded = loaded.with("detection_timeout", &time).expect("it is a time");
/// #     Class::of(&cutover::sim::run(&loaded.setup, 0), &[], Aspect::Events)
/// # };
/// # let jobs = std::num::NonZero::<usize>::MIN;
/// # let found = boundaries((30_000_000, 90_000_000), 4, jobs, judge);
/// let report = cutover::report::BoundaryReport {
///     scenario: &loaded.setup.name,
///     seed: 0,
///     key: "detection_timeout",
///     unit: cutover::scenario::Quantity::Span(0),
///     found: &found,
///     repeat: "cutover boundary FILE".to_owned(),
/// };
/// let json = cutover::report::boundary_json(&report);
/// assert!(json.contains("cutover.boundary/1"));
/// ```
pub fn boundary_json(report: &BoundaryReport<'_>) -> String {
    let found = report.found;
    let intervals = found.intervals.iter().map(|interval| {
        json!({
            "from": interval.from,
            "to": interval.to,
            "from_text": report.spelled(interval.from),
            "to_text": report.spelled(interval.to),
            "outcome": interval.class.0,
        })
    });
    let unit = match report.unit {
        Quantity::Span(_) => "us",
        Quantity::Rate(_) => "bytes_per_s",
        Quantity::Bytes(_) => "bytes",
        Quantity::Count(_) => "count",
    };
    let value = json!({
        "format": "cutover.boundary/1",
        "version": env!("CARGO_PKG_VERSION"),
        "scenario": report.scenario,
        "seed": report.seed,
        "key": report.key,
        "unit": unit,
        "intervals": intervals.collect::<Vec<_>>(),
        "monotone": !found.returns(),
        "whole": found.is_whole,
        "runs": found.tried,
        "blind": found.blind,
        "repeat": report.repeat,
    });
    format!("{value:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::boundaries_until;

    #[test]
    fn what_is_interrupted_says_where_a_change_may_lie_and_what_nothing_is_known_of() {
        let one = std::num::NonZero::<usize>::MIN;
        let told = |parts: u64| {
            let judge = |value: u64| Class(vec![format!("{}", value >= 617)]);
            let made = std::sync::atomic::AtomicU64::new(0);
            let is_over = || made.fetch_add(1, std::sync::atomic::Ordering::Relaxed) >= parts;
            let found = boundaries_until((0, 1_000), 10, one, (judge, is_over));
            let text = boundary_text(&BoundaryReport {
                scenario: "orders",
                seed: 0,
                key: "checkpoints",
                unit: Quantity::Count(0),
                found: &found,
                repeat: "cutover boundary FILE".to_owned(),
            });
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        let early = told(4);
        assert!(
            early.contains("no changes, found in 4 runs before it was interrupted;"),
            "{early}"
        );
        let late = told(11);
        let between = "1 change, somewhere between the two intervals, found in 11 runs before";
        assert!(late.contains(between), "{late}");
        assert!(late.contains("0 600 false 700 1000 true"), "{late}");
    }
}
