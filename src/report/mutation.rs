//! Which invariant catches which planted fault, for people and as JSON.
//!
//! Knows nothing of how they are caught. Kept here: what survives is named, and so is what catches
//! nothing.

use serde_json::json;

use super::page::Page;
use super::style::{Ink, Style};
use super::table::Table;
use super::wording::{counted, many};
use crate::search::{Matrix, Row};

/// Returns who caught whom as text of 80 columns; `scenarios` is how many were run.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let suite = [("crash".to_owned(), loaded)];
/// let matrix = cutover::search::mutate(&suite, 0, std::num::NonZero::<usize>::MIN);
/// assert!(cutover::report::mutation_text(&matrix, 1).contains("forget-replacement"));
/// ```
pub fn mutation_text(matrix: &Matrix, scenarios: usize) -> String {
    let mut page = Page::new(Style::PLAIN);
    let mut table = Table::of_names(&["planted fault", "caught by (in how many scenarios)"]);
    for row in &matrix.rows {
        let ink = if row.survives() { Ink::Bad } else { Ink::Plain };
        table.inked(ink, [row.card.name.to_owned(), caught(row)]);
    }
    page.table(0, &table);
    page.gap();
    let survivors: Vec<&str> = matrix.survivors().map(|row| row.card.name).collect();
    let all = many(&matrix.rows);
    page.say(
        0,
        Ink::Plain,
        &format!(
            "{}, {}, {}: {} caught",
            counted(all, "planted fault"),
            counted(u64::try_from(scenarios).unwrap_or(u64::MAX), "scenario"),
            counted(u64::try_from(matrix.runs).unwrap_or(u64::MAX), "run"),
            all - many(&survivors)
        ),
    );
    if !survivors.is_empty() {
        page.say(0, Ink::Bad, &format!("not caught: {}", survivors.join(", ")));
    }
    if !matrix.idle.is_empty() {
        page.say(
            0,
            Ink::Doubtful,
            &format!("invariants that catch none: {}", matrix.idle.join(", ")),
        );
    }
    page.into_text()
}

fn caught(row: &Row) -> String {
    let told =
        row.catches.iter().map(|catch| format!("{} ({})", catch.invariant, catch.scenarios.len()));
    let mut told: Vec<String> = told.collect();
    if told.is_empty() {
        told.push("SURVIVES".to_owned());
        if let Some(first) = row.expected_otherwise.first() {
            told.push(format!("noticed by expectations only, as of {first}"));
        }
    }
    told.join(", ")
}

/// Returns who caught whom as JSON in the format `cutover.mutate/1`, ending in a newline.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let suite = [("crash".to_owned(), loaded)];
/// let matrix = cutover::search::mutate(&suite, 0, std::num::NonZero::<usize>::MIN);
/// assert!(cutover::report::mutation_json(&matrix, 1).contains("cutover.mutate/1"));
/// ```
pub fn mutation_json(matrix: &Matrix, scenarios: usize) -> String {
    let rows = matrix.rows.iter().map(|row| {
        let catches = row
            .catches
            .iter()
            .map(|catch| json!({ "invariant": catch.invariant, "scenarios": catch.scenarios }));
        json!({
            "mutant": row.card.name,
            "meaning": row.card.meaning,
            "meant_to_be_caught_by": row.card.caught_by,
            "caught_by": catches.collect::<Vec<_>>(),
            "expected_otherwise": row.expected_otherwise,
            "survives": row.survives(),
        })
    });
    let value = json!({
        "format": "cutover.mutate/1",
        "version": env!("CARGO_PKG_VERSION"),
        "scenarios": scenarios,
        "runs": matrix.runs,
        "mutants": rows.collect::<Vec<_>>(),
        "survivors": matrix.survivors().map(|row| row.card.name).collect::<Vec<_>>(),
        "idle_invariants": matrix.idle,
        "complete": matrix.is_complete(),
    });
    format!("{value:#}\n")
}
