//! A suite for people: a line a scenario, what is wrong under it, and the sum.
//!
//! Knows nothing of colours or terminals. Kept here: under every failure stands the command that
//! repeats it.

use super::{SuiteCase, SuiteResult, Unreached, count, unreached, untested};
use crate::report::wording::counted;
use crate::report::wrap::wrap;

/// How wide a page is, in columns.
const WIDTH: usize = 80;

/// Returns a suite as text of 80 columns, with what no scenario reached if that is wanted.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let outcome = cutover::sim::run(&loaded.setup, 0);
/// # let judged = loaded.judge(&outcome);
/// # let report = cutover::report::Report {
/// #     story: &loaded.scenario.story,
/// #     outcome: &outcome,
/// #     expectations: &judged,
/// #     judgement: cutover::scenario::overall(&outcome, &judged),
/// #     repeat: "cutover run FILE".to_owned(),
/// #     sensitivities: None,
/// # };
/// let case = cutover::report::SuiteCase::of("crash.ron".to_owned(), &report);
/// assert!(cutover::report::suite_text(&[case], false).contains("crash.ron"));
/// ```
pub fn suite_text(cases: &[SuiteCase], coverage: bool) -> String {
    let mut lines = Vec::new();
    for case in cases {
        lines.push(format!("{:<12} {}", case.result.word(), case.file));
        for check in case.known() {
            lines.extend(indented(&format!("known failure {}: {}", check.name, check.detail)));
        }
        if case.result == SuiteResult::Passed {
            continue;
        }
        if case.checks.is_empty() {
            lines.extend(indented(&case.headline));
        }
        for check in case.wrong() {
            let found = if check.detail.is_empty() { "" } else { ": " };
            let text = format!("{} {}{found}{}", check.verdict, check.name, check.detail);
            lines.extend(indented(&text));
        }
        lines.extend(indented(&case.repeat));
    }
    let results =
        [SuiteResult::Passed, SuiteResult::Failed, SuiteResult::Inconclusive, SuiteResult::Refused];
    let counts = results.map(|result| (result, count(cases, result)));
    let told = counts.iter().filter(|(result, n)| *n > 0 || *result == SuiteResult::Passed);
    let told: Vec<String> = told.map(|(result, n)| format!("{n} {}", result.word())).collect();
    let known = cases.iter().flat_map(SuiteCase::known).count();
    let all = u64::try_from(cases.len()).unwrap_or(u64::MAX);
    lines.push(String::new());
    lines.push(format!("{}: {}", counted(all, "scenario"), told.join(", ")));
    if known > 0 {
        let known = u64::try_from(known).unwrap_or(u64::MAX);
        lines.push(format!("{}, red as soon as they pass", counted(known, "known failure")));
    }
    let vacuous = untested(cases);
    // What was not run could put nothing to the test.
    let run = cases.iter().any(|case| case.result != SuiteResult::Refused);
    if run && !vacuous.is_empty() {
        let text = format!("no scenario put to the test: {}", vacuous.join(", "));
        lines.extend(wrap(&text, WIDTH));
    }
    if run && coverage {
        lines.extend(covered(cases));
    }
    lines.join("\n") + "\n"
}

fn covered(cases: &[SuiteCase]) -> Vec<String> {
    let told = |kind: Unreached| {
        let reached = kind.all - kind.names.len();
        let left = if kind.names.is_empty() {
            String::new()
        } else {
            format!("; not reached: {}", kind.names.join(", "))
        };
        wrap(&format!("{reached} of {} {}{left}", kind.all, kind.kind), WIDTH)
    };
    unreached(cases).into_iter().flat_map(told).collect()
}

fn indented(text: &str) -> Vec<String> {
    let lines = text.lines().flat_map(|line| wrap(line, WIDTH - 4));
    lines.map(|line| format!("    {line}")).collect()
}
