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
    let mut text = format!(
        "{}, found in {}; both values beside each change were run.",
        counted(changes, "change"),
        counted(found.tried, "run")
    );
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
        "runs": found.tried,
        "blind": found.blind,
        "repeat": report.repeat,
    });
    format!("{value:#}\n")
}
