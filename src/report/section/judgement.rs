//! How invariants and expectations came out.
//!
//! Knows nothing of how they are judged. Kept here: what is violated, allowed or missed is told in
//! full; what holds is counted, and so is what nothing put to the test.

use crate::check::Verdict;
use crate::report::findings::Report;
use crate::report::page::Page;
use crate::report::style::Ink;
use crate::report::wording::{counted, listed, many, measured, moment};
use crate::scenario::{ExpectationOutcome, ExpectationVerdict};
use crate::sim::InvariantOutcome;

/// Writes the invariants and the expectations.
pub(in crate::report) fn judgement(report: &Report<'_>, page: &mut Page) {
    page.title("INVARIANTS");
    for row in report.invariants(Verdict::Violated) {
        page.lead(2, Ink::Bad, "VIOLATED", &broken(row));
        page.say(12, Ink::Faint, &format!("{} ({})", row.statement, row.source));
    }
    for row in report.invariants(Verdict::Allowed) {
        let because = row.because.as_deref().unwrap_or("the scenario accepts it");
        page.lead(2, Ink::Doubtful, "allowed ", &format!("{}, because: {because}", broken(row)));
    }
    let held = many(&report.invariants(Verdict::Holds));
    let vacuous = many(&report.invariants(Verdict::Vacuous));
    let counts = match (held, vacuous) {
        (_, 0) => format!("{held} held, none was vacuous"),
        (_, 1) => format!("{held} held; 1 was vacuous: nothing put it to the test"),
        _ => format!("{held} held; {vacuous} were vacuous: nothing put them to the test"),
    };
    page.say(2, Ink::Plain, &counts);
    expectations(report, page);
}

fn broken(row: &InvariantOutcome) -> String {
    let at = row.at.map_or_else(String::new, |at| format!(" at {}", moment(at)));
    let amounts: Vec<String> = row.amounts.iter().map(|amount| measured(*amount)).collect();
    let by = if amounts.is_empty() { String::new() } else { format!(", {}", listed(&amounts)) };
    let detail = if row.detail.is_empty() { String::new() } else { format!(": {}", row.detail) };
    format!("{}{at}{by}{detail}", row.id)
}

fn expectations(report: &Report<'_>, page: &mut Page) {
    page.title("EXPECTATIONS");
    if report.expectations.is_empty() {
        return page.say(2, Ink::Plain, "the scenario has none");
    }
    for row in report.expectations(ExpectationVerdict::Missed) {
        unmet("MISSED", Ink::Bad, row, page);
    }
    for row in report.expectations(ExpectationVerdict::Inconclusive) {
        unmet("UNDECIDED", Ink::Doubtful, row, page);
    }
    for row in report.expectations(ExpectationVerdict::Fixed) {
        unmet("FIXED", Ink::Bad, row, page);
    }
    for row in report.expectations(ExpectationVerdict::Known) {
        unmet("KNOWN", Ink::Doubtful, row, page);
    }
    let met = many(&report.expectations(ExpectationVerdict::Met));
    let all = many(report.expectations);
    let text = format!("{met} of {} met", counted(all, "expectation"));
    page.say(2, Ink::Plain, &text);
}

fn unmet(word: &str, ink: Ink, row: &ExpectationOutcome, page: &mut Page) {
    let line = row.line.map_or_else(String::new, |line| format!(" (line {line})"));
    page.lead(2, ink, word, &format!("{}{line}", row.text));
    let at = row.at.map_or_else(String::new, |at| format!(" at {}", moment(at)));
    let indent = word.len() + 4;
    page.say(indent, Ink::Plain, &format!("found{at}: {}", row.detail));
}
