//! The verdict of a run and the worst of it, in one line.
//!
//! Knows nothing of columns. Kept here: `PASS` never stands without the number of invariants that
//! nothing put to the test.

use super::downtime::{down_at_the_end, total, worst_client, worst_consumer};
use super::findings::Report;
use super::style::Ink;
use super::wording::{counted, many, span};
use crate::check::Verdict;
use crate::kernel::Span;
use crate::scenario::{ExpectationVerdict, Judgement, unexcused};
use crate::sim::Outcome;

/// Returns the verdict and the worst of the run in one line, not wrapped.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let outcome = cutover::sim::run(&loaded.setup, 0);
/// # let judged = loaded.judge(&outcome);
/// let report = cutover::report::Report {
///     story: &loaded.scenario.story,
///     outcome: &outcome,
///     expectations: &judged,
///     judgement: cutover::scenario::overall(&outcome, &judged),
///     repeat: "cutover run FILE".to_owned(),
///     sensitivities: None,
/// };
/// let line = cutover::report::headline(&report);
/// assert!(!line.contains('\n') && !line.is_empty());
/// ```
pub fn headline(report: &Report<'_>) -> String {
    format!("{}  {}", word(report.judgement).0, worst(report))
}

/// Returns the word for a judgement, and its ink.
pub(crate) fn word(judgement: Judgement) -> (&'static str, Ink) {
    match judgement {
        Judgement::Pass => ("PASS", Ink::Good),
        Judgement::Fail => ("FAIL", Ink::Bad),
        Judgement::Inconclusive => ("INCONCLUSIVE", Ink::Doubtful),
    }
}

/// Returns what the run cost and why it is judged as it is.
pub(crate) fn worst(report: &Report<'_>) -> String {
    let groups = [cost(report), reasons(report)].map(|parts| parts.join(", "));
    groups.join("; ").trim_end_matches("; ").to_owned()
}

fn cost(report: &Report<'_>) -> Vec<String> {
    let outcome = report.outcome;
    let mut parts = Vec::new();
    for (writes, word) in [(true, "writes"), (false, "reads")] {
        let Some((client, length)) = worst_client(outcome, writes) else { continue };
        let several = outcome
            .clients
            .iter()
            .filter(|other| other.writes == writes && other.slot.is_none())
            .count()
            > 1;
        let whose = if several { format!(" of {}", client.name) } else { String::new() };
        let still = if down_at_the_end(client) { " and still down" } else { "" };
        parts.push(format!("{word}{whose} down {}{still}", span(length)));
    }
    if let Some((client, length)) = worst_consumer(outcome) {
        let still = if down_at_the_end(client) { " and still down" } else { "" };
        parts.push(format!("consumer {} down {}{still}", client.name, span(length)));
    }
    if parts.is_empty() {
        parts.push("no outage".to_owned());
    }
    let losses = outcome.services.iter().map(|service| &service.loss);
    let lost: u64 = losses.clone().map(|loss| loss.lost_commits).sum();
    parts.push(format!("{} lost", counted(lost, "acknowledged commit")));
    let warned: u64 = losses.map(|loss| loss.acked_with_warning_commits).sum();
    if warned > 0 {
        parts.push(format!("{} with a warning", counted(warned, "commit")));
    }
    let pairs = outcome.services.iter().flat_map(|service| &service.dual_writers);
    let both = total(pairs.map(|pair| (pair.start, pair.end)), outcome.until);
    if both > Span::ZERO {
        parts.push(format!("two writers for {}", span(both)));
    }
    parts.extend(slots(outcome));
    parts
}

/// Returns which logical slots resume with a hole, and which are gone.
fn slots(outcome: &Outcome) -> Vec<String> {
    let mut parts = Vec::new();
    for slot in outcome.services.iter().flat_map(|service| &service.slots) {
        if slot.skipped_commits > 0 {
            parts.push(format!("slot {} resumes with a hole", slot.slot));
        } else if slot.left_over {
            parts.push(format!("slot {} is one that was left over", slot.slot));
        } else if slot.is_lost() {
            parts.push(format!("slot {} lost", slot.slot));
        }
    }
    parts
}

fn reasons(report: &Report<'_>) -> Vec<String> {
    let mut parts = Vec::new();
    let violated: Vec<_> = unexcused(report.outcome, report.expectations).collect();
    if !violated.is_empty() {
        let ids: Vec<&str> = violated.iter().take(2).map(|row| row.id).collect();
        let more = if violated.len() > ids.len() { ", ..." } else { "" };
        let count = counted(many(&violated), "invariant");
        parts.push(format!("{count} violated ({}{more})", ids.join(", ")));
    }
    for (verdict, word) in
        [(ExpectationVerdict::Missed, "missed"), (ExpectationVerdict::Inconclusive, "undecided")]
    {
        let rows = report.expectations(verdict);
        if !rows.is_empty() {
            parts.push(format!("{} {word}", counted(many(&rows), "expectation")));
        }
    }
    for (verdict, word) in
        [(ExpectationVerdict::Known, "known failure"), (ExpectationVerdict::Fixed, "fixed failure")]
    {
        let rows = report.expectations(verdict);
        if !rows.is_empty() {
            parts.push(counted(many(&rows), word));
        }
    }
    if report.judgement != Judgement::Fail {
        parts.push(format!(
            "{} held",
            counted(many(&report.invariants(Verdict::Holds)), "invariant")
        ));
        for (verdict, word) in [(Verdict::Allowed, "allowed"), (Verdict::Vacuous, "vacuous")] {
            let rows = report.invariants(verdict);
            if !rows.is_empty() {
                parts.push(format!("{} {word}", rows.len()));
            }
        }
    }
    parts
}
