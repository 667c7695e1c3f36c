//! A suite as one JSON object for programs.
//!
//! Knows nothing of how people read it. Kept here: the format `cutover.test/1`; keys may be added
//! but never change their meaning.

use serde_json::{Map, Value, json};

use super::{SuiteCase, SuiteResult, count, unreached, untested};

/// Returns a suite as JSON in the format `cutover.test/1`, ending in a newline.
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
/// assert!(cutover::report::suite_json(&[case]).contains("crash.ron"));
/// ```
pub fn suite_json(cases: &[SuiteCase]) -> String {
    let unreached = unreached(cases).into_iter();
    let unreached = unreached.map(|kind| (kind.kind.to_owned(), json!(kind.names)));
    let value = json!({
        "format": "cutover.test/1",
        "version": env!("CARGO_PKG_VERSION"),
        "scenarios": cases.len(),
        "passed": count(cases, SuiteResult::Passed),
        "failed": count(cases, SuiteResult::Failed),
        "inconclusive": count(cases, SuiteResult::Inconclusive),
        "refused": count(cases, SuiteResult::Refused),
        "vacuous_everywhere": untested(cases),
        "unreached": unreached.collect::<Map<String, Value>>(),
        "cases": cases.iter().map(case).collect::<Vec<Value>>(),
    });
    format!("{value:#}\n")
}

fn case(case: &SuiteCase) -> Value {
    let checks = case.checks.iter().map(|check| {
        json!({
            "kind": if check.is_expectation { "expectation" } else { "invariant" },
            "name": check.name,
            "verdict": check.verdict,
            "detail": check.detail,
        })
    });
    let run = case.result != SuiteResult::Refused;
    json!({
        "file": case.file,
        "result": case.result.word(),
        "headline": case.headline,
        "seed": case.seed,
        "fingerprint": run.then(|| format!("{:016x}", case.fingerprint)),
        "repeat": case.repeat,
        "checks": checks.collect::<Vec<Value>>(),
    })
}
