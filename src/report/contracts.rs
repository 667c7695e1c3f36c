//! How the contracts came out, for people, as JSON, and as the table of the documentation.
//!
//! Knows nothing of how they are judged. Kept here: every contract is told, in the order of the
//! documents, with the place of its statement.

use serde_json::{Value, json};

use super::page::Page;
use super::style::{Ink, Style};
use super::table::Table;
use super::wording::listed;
use crate::contract::{DOCUMENTS, Standing, Verdict};

/// How many scenarios are named for each contract.
const NAMED_MAX: usize = 2;

/// Returns how the contracts came out as text of 80 columns.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let suite = [("crash".to_owned(), loaded)];
/// let standings = cutover::contract::judge(&suite, 0, cutover::parallel::processors());
/// let text = cutover::report::contracts_text(&standings);
/// let line = text.lines().find(|line| line.trim_start().starts_with("U05")).expect("it is told");
/// assert!(line.contains("upgrade 37-39") && line.contains("upheld"));
/// ```
pub fn contracts_text(standings: &[Standing]) -> String {
    let mut page = Page::new(Style::PLAIN);
    for card in DOCUMENTS {
        page.lead(0, Ink::Plain, &format!("{:<10}", card.short), card.title);
    }
    page.gap();
    let mut table = Table::of_names(&["", "where", "verdict", "tight", "checked by"]);
    for standing in standings {
        let ink = match standing.verdict {
            Verdict::Upheld => Ink::Plain,
            Verdict::Refuted => Ink::Bad,
            Verdict::NotExercised => Ink::Doubtful,
        };
        let contract = standing.contract;
        table.inked(
            ink,
            [
                contract.id.to_owned(),
                standing.contract.place(),
                standing.verdict.word().to_owned(),
                tight(standing),
                contract.check.name().to_owned(),
            ],
        );
        table.note(note(standing));
    }
    page.table(0, &table);
    page.gap();
    page.say(0, Ink::Plain, &sums(standings));
    page.into_text()
}

fn note(standing: &Standing) -> String {
    let mut lines = vec![standing.contract.says.to_owned()];
    lines.extend(
        standing.contract.situation.words().map(|words| format!("in runs in which {words}")),
    );
    if let (Some(bound), Some((name, measure))) = (standing.contract.bound, &standing.nearest) {
        lines.push(format!("{}: stated {}, {measure} in {name}", bound.what, bound.at));
    }
    if let Some((name, why)) = standing.refuted_by.first() {
        lines.push(format!("refuted by {name}: {why}"));
    }
    if !standing.upheld_by.is_empty() {
        lines.push(format!("upheld by {}", scenarios(standing)));
    }
    lines.join("\n")
}

fn scenarios(standing: &Standing) -> String {
    let all = &standing.upheld_by;
    let more = all.len().saturating_sub(NAMED_MAX);
    let mut named: Vec<String> = all.iter().take(NAMED_MAX).cloned().collect();
    if more > 0 {
        named.push(format!("{more} more"));
    }
    listed(&named)
}

fn tight(standing: &Standing) -> String {
    match standing.is_tight() {
        None => "-".to_owned(),
        Some(true) => "tight".to_owned(),
        Some(false) => "loose".to_owned(),
    }
}

fn sums(standings: &[Standing]) -> String {
    let count = |verdict| standings.iter().filter(|one| one.verdict == verdict).count();
    let bounded = standings.iter().filter_map(Standing::is_tight);
    let tight = bounded.clone().filter(|tight| *tight).count();
    format!(
        "{} contracts: {} upheld, {} refuted, {} not exercised; of {} that state a bound, {tight} \
         are tight",
        standings.len(),
        count(Verdict::Upheld),
        count(Verdict::Refuted),
        count(Verdict::NotExercised),
        bounded.count(),
    )
}

/// Returns how the contracts came out as JSON in the format `cutover.contracts/1`.
///
/// # Examples
/// ```
/// assert!(cutover::report::contracts_json(&[]).contains("cutover.contracts/1"));
/// ```
pub fn contracts_json(standings: &[Standing]) -> String {
    let rows = standings.iter().map(|standing| {
        let contract = standing.contract;
        let bound = contract.bound.map(|bound| {
            json!({
                "what": bound.what,
                "at_us": bound.at.as_micros(),
                "nearest_us": standing.nearest.as_ref().map(|(_, measure)| measure.as_micros()),
                "nearest_in": standing.nearest.as_ref().map(|(name, _)| name),
                "tight": standing.is_tight(),
            })
        });
        let refuted = standing.refuted_by.iter();
        json!({
            "id": contract.id,
            "document": contract.document.card().title,
            "first_line": contract.lines.0,
            "last_line": contract.lines.1,
            "says": contract.says,
            "checked_by": contract.check.name(),
            "in_runs_in_which": contract.situation.words(),
            "for_instance_in": contract.scenario,
            "verdict": standing.verdict.word(),
            "bound": bound,
            "upheld_by": standing.upheld_by,
            "refuted_by": refuted.map(|(name, why)| json!({ "scenario": name, "detail": why }))
                .collect::<Vec<Value>>(),
        })
    });
    let value = json!({
        "format": "cutover.contracts/1",
        "version": env!("CARGO_PKG_VERSION"),
        "contracts": rows.collect::<Vec<Value>>(),
    });
    format!("{value:#}\n")
}

/// Returns the contracts as a page in Markdown.
///
/// # Examples
/// ```
/// let page = cutover::report::contracts_markdown(&[]);
/// assert!(page.contains("|---|---|---|---|---|---|---|"));
/// ```
pub fn contracts_markdown(standings: &[Standing]) -> String {
    let mut lines: Vec<String> =
        DOCUMENTS.iter().map(|card| format!("- *{}*: {}", card.short, card.title)).collect();
    lines.push(String::new());
    lines.push(
        "| | where | statement, in our words | checked by | for instance in | verdict | tight |"
            .to_owned(),
    );
    lines.push("|---|---|---|---|---|---|---|".to_owned());
    for standing in standings {
        let contract = standing.contract;
        let when = contract.situation.words();
        let when = when.map_or_else(String::new, |words| format!(", where {words}"));
        lines.push(format!(
            "| {} | {} | {} | `{}`{when} | {} | {} | {} |",
            contract.id,
            standing.contract.place(),
            contract.says,
            contract.check.name(),
            contract.scenario,
            standing.verdict.word(),
            tight(standing),
        ));
    }
    lines.push(String::new());
    lines.push(sums(standings) + ".");
    lines.join("\n") + "\n"
}
