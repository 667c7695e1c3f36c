//! A find as the text of a file: comments that tell what it shows, then the scenario.
//!
//! Knows nothing of folders. Kept here: the text is a scenario file like any other, and tells the
//! seed with which it shows what it records.

use super::ask::{ASSERTION, Conditions};
use super::find::{named, recorded};
use super::shrink::{Answer, Shrunk};
use super::violation::Violation;
use crate::scenario::{Scenario, write};

/// What stands before the seed.
const SEED: &str = "// Shown by seed ";

/// What stands before a planted fault without which nothing is shown.
const PLANTED: &str = "// Shown with --mutant ";

/// Returns a shrunken scenario as the text of a file, under the conditions of the search.
///
/// # Examples
/// ```
/// # let text = r#"Scenario(name: "cut", until: "10m",
/// #     services: [Service(name: "orders", plan: Business)],
/// #     script: [At("60s", Fault(LinkCut, Link(Primary("orders"), Platform)))])"#;
/// # let loaded = cutover::scenario::parse("cut.ron", text).expect("it is valid");
/// let shrunk = cutover::search::shrink_what_fails(&loaded, 0, 2_000).expect("it fails");
/// use cutover::search::{Conditions, is_record, record};
/// let text = record(&shrunk, "found", Conditions::default());
/// assert!(is_record(&text));
/// assert!(cutover::scenario::parse("found.ron", &text).is_ok());
/// ```
pub fn record(shrunk: &Shrunk, name: &str, conditions: Conditions) -> String {
    let mut lines = vec![format!("// {}", shrunk.violation)];
    if shrunk.minimal {
        lines.push("// Nothing can be left out; without".to_owned());
        let proofs = shrunk.certificate.iter();
        lines.extend(proofs.map(|proof| {
            format!("//   {}: {}", proof.part, told(&shrunk.violation, proof.without.as_ref()))
        }));
    } else {
        lines.push(format!(
            "// Not known to be minimal: the search ended after {} runs.",
            shrunk.runs
        ));
    }
    lines.push(format!("{SEED}{}.", shrunk.seed));
    if let Some(mutant) = conditions.mutant {
        lines.push(format!("{PLANTED}{}.", mutant.card().name));
    }
    // Nothing can be accepted where nothing comes out.
    let scenario = if shrunk.violation.what == ASSERTION {
        Scenario { name: name.to_owned(), seed: named(shrunk.seed), ..shrunk.scenario.clone() }
    } else {
        let (scenario, open) = recorded(shrunk, name, conditions);
        if !open.is_empty() {
            let open = open.join(", ");
            lines.push(format!("// Never judged to the end, however long it runs: {open}."));
        }
        scenario
    };
    lines.push(write(&scenario));
    lines.join("\n")
}

/// Returns what is shown without a part of a scenario that shows a violation, in words.
///
/// # Examples
/// ```
/// use cutover::search::{Answer, Violation, told};
/// let mine = Violation::new("mine", []);
/// assert_eq!(told(&mine, None), "it is no scenario");
/// let mut answer = Answer { violations: Vec::new(), fingerprint: 0, pending: None };
/// assert_eq!(told(&mine, Some(&answer)), "nothing goes wrong");
/// answer.violations.push(Violation::new("mine", ["in another way"]));
/// assert!(told(&mine, Some(&answer)).starts_with("the same goes wrong in another way: mine-"));
/// ```
pub fn told(violation: &Violation, without: Option<&Answer>) -> String {
    let Some(answer) = without else { return "it is no scenario".to_owned() };
    if answer.violations.is_empty() {
        return "nothing goes wrong".to_owned();
    }
    let names: Vec<String> = answer.violations.iter().map(Violation::name).collect();
    let same = answer.violations.iter().any(|other| other.what == violation.what);
    let what =
        if same { "the same goes wrong in another way" } else { "something else goes wrong" };
    format!("{what}: {}", names.join(", "))
}

/// Returns the planted fault with which a recorded scenario shows what it records, as its comment
/// tells it.
///
/// # Examples
/// ```
/// use cutover::search::recorded_mutant;
/// let text = "// Shown by seed 17.\n// Shown with --mutant no-fencing.\nScenario(";
/// assert_eq!(recorded_mutant(text), Some("no-fencing"));
/// assert_eq!(recorded_mutant("Scenario("), None);
/// ```
pub fn recorded_mutant(text: &str) -> Option<&str> {
    let line = text.lines().find_map(|line| line.strip_prefix(PLANTED))?;
    Some(line.trim_end_matches('.'))
}

/// Returns whether a text was written as the record of a find.
///
/// # Examples
/// ```
/// use cutover::search::is_record;
/// assert!(is_record("// Shown by seed 17.\nScenario("));
/// assert!(!is_record("Scenario("));
/// ```
pub fn is_record(text: &str) -> bool {
    text.lines().any(|line| line.starts_with(SEED))
}

/// Returns the seed with which a recorded scenario shows what it records, as its comment tells it;
/// 0 if that tells none.
///
/// A record names its seed in the field `seed` as well; those of before that field had the comment
/// alone.
///
/// # Examples
/// ```
/// use cutover::search::recorded_seed;
/// assert_eq!(recorded_seed("// Shown by seed 17.\nScenario("), 17);
/// assert_eq!(recorded_seed("Scenario("), 0);
/// ```
pub fn recorded_seed(text: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(SEED));
    line.and_then(|line| line.trim_end_matches('.').parse().ok()).unwrap_or(0)
}
