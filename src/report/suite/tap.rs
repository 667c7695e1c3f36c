//! A suite in the Test Anything Protocol, version 13.
//!
//! Knows nothing of how people read it. Kept here: one line a scenario, numbered from 1, and what
//! is wrong as comments under it; one that fails as it says it does so far is `not ok` with the
//! directive by which readers of the protocol do not count that as a failure.

use super::{SuiteCase, SuiteResult};

/// Returns a suite in the Test Anything Protocol.
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
/// let text = cutover::report::tap(&[case]);
/// assert!(text.lines().any(|line| line.starts_with("ok 1")));
/// ```
pub fn tap(cases: &[SuiteCase]) -> String {
    let mut lines = vec!["TAP version 13".to_owned(), format!("1..{}", cases.len())];
    for (index, case) in cases.iter().enumerate() {
        let passed = case.result == SuiteResult::Passed;
        let todo = case.known().next().filter(|_| passed);
        let ok = if passed && todo.is_none() { "ok" } else { "not ok" };
        let directive = todo.map_or_else(String::new, |known| {
            let reason: Vec<&str> = known.detail.split_whitespace().collect();
            format!(" # TODO {}", reason.join(" "))
        });
        // A number sign would begin a directive.
        let file = case.file.replace('#', "\\#");
        lines.push(format!("{ok} {} - {file}{directive}", index + 1));
        let known = case.known().map(|check| format!("# known failure {}", check.name));
        lines.extend(known);
        if passed {
            continue;
        }
        let wrong = case.wrong();
        let told = wrong.map(|check| format!("{} {}: {}", check.verdict, check.name, check.detail));
        let first = case.checks.is_empty().then(|| case.headline.clone());
        for text in first.into_iter().chain(told).chain([case.repeat.clone()]) {
            lines.extend(text.lines().map(|line| format!("# {line}")));
        }
    }
    lines.join("\n") + "\n"
}
