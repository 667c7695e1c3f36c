//! A suite as `JUnit` XML, in the parts that every reader of it agrees on.
//!
//! A scenario is a test suite, an expectation or an invariant a test case; a vacuous, undecided or
//! known one is skipped. A file that cannot be run is an error and no failure. Knows nothing of how
//! people read it. Kept here: no character that XML forbids, no wall-clock time, and the same bytes
//! for the same result.

use super::{SuiteCase, SuiteCheck, SuiteResult};

/// Returns a suite as `JUnit` XML.
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
/// let xml = cutover::report::junit(&[case]);
/// assert!(xml.starts_with("<?xml") && xml.contains("crash.ron"));
/// ```
pub fn junit(cases: &[SuiteCase]) -> String {
    let counted: Vec<Counts> = cases.iter().map(counts).collect();
    let sum = |of: fn(&Counts) -> usize| counted.iter().map(of).sum::<usize>();
    let (tests, failures) = (sum(|one| one.tests), sum(|one| one.failures));
    let errors = sum(|one| one.errors);
    let mut lines = vec!["<?xml version=\"1.0\" encoding=\"UTF-8\"?>".to_owned()];
    lines.push(format!(
        "<testsuites name=\"cutover\" tests=\"{tests}\" failures=\"{failures}\" \
         errors=\"{errors}\" time=\"0\">"
    ));
    for case in cases {
        suite(case, &mut lines);
    }
    lines.push("</testsuites>".to_owned());
    lines.join("\n") + "\n"
}

fn suite(case: &SuiteCase, lines: &mut Vec<String>) {
    let Counts { tests, failures, errors, skipped } = counts(case);
    let name = escaped(&case.file);
    lines.push(format!(
        "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" \
         errors=\"{errors}\" skipped=\"{skipped}\" time=\"0\">"
    ));
    lines.push("    <properties>".to_owned());
    lines.push(format!("      <property name=\"seed\" value=\"{}\"/>", case.seed));
    if case.result != SuiteResult::Refused {
        let fingerprint = format!("{:016x}", case.fingerprint);
        lines.push(format!("      <property name=\"fingerprint\" value=\"{fingerprint}\"/>"));
    }
    let repeat = escaped(&case.repeat);
    lines.push(format!("      <property name=\"repeat\" value=\"{repeat}\"/>"));
    lines.push("    </properties>".to_owned());
    if case.result == SuiteResult::Refused {
        let start = format!("    <testcase classname=\"{name}\" name=\"is valid\" time=\"0\">");
        let text = escaped(&case.headline);
        lines.push(format!("{start}<error message=\"refused\">{text}</error></testcase>"));
    }
    lines.extend(case.checks.iter().map(|check| test(&name, check, &case.repeat)));
    lines.push("  </testsuite>".to_owned());
}

fn test(suite: &str, check: &SuiteCheck, repeat: &str) -> String {
    let start =
        format!("    <testcase classname=\"{suite}\" name=\"{}\" time=\"0\"", escaped(&check.name));
    let message = escaped(check.verdict);
    if check.result == SuiteResult::Failed {
        let text = escaped(&format!("{}\n{repeat}", check.detail));
        format!("{start}><failure message=\"{message}\">{text}</failure></testcase>")
    } else if is_skipped(check) {
        let reason = escaped(&check.detail);
        let message = if reason.is_empty() { message } else { format!("{message}: {reason}") };
        format!("{start}><skipped message=\"{message}\"/></testcase>")
    } else {
        format!("{start}/>")
    }
}

fn is_skipped(check: &SuiteCheck) -> bool {
    check.is_known() || check.verdict == "vacuous" || check.result == SuiteResult::Inconclusive
}

/// How many tests there are, and how many of them came out otherwise than passed.
#[derive(Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

fn counts(case: &SuiteCase) -> Counts {
    if case.result == SuiteResult::Refused {
        return Counts { tests: 1, errors: 1, ..Counts::default() };
    }
    let failed = case.checks.iter().filter(|check| check.result == SuiteResult::Failed);
    let skipped = case.checks.iter().filter(|check| is_skipped(check));
    Counts {
        tests: case.checks.len(),
        failures: failed.count(),
        errors: 0,
        skipped: skipped.count(),
    }
}

/// Returns a text as XML takes it: marked up characters spelled out, forbidden ones left out.
fn escaped(text: &str) -> String {
    let allowed = |letter: &char| *letter >= ' ' || matches!(letter, '\n' | '\t');
    let mut out = String::with_capacity(text.len());
    for letter in text.chars().filter(allowed) {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_forbids_is_left_out_and_what_it_marks_up_is_spelled() {
        assert_eq!(escaped("a<b> & \"c\"\u{1}\n"), "a&lt;b&gt; &amp; &quot;c&quot;&#10;");
    }
}
