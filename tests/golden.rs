//! The shipped scenarios: each passes, tells its story, and runs exactly as it is on record.
//!
//! * `shipped`: the scenarios that ship with the project.
//!
//! Knows nothing of single rules. Kept here: a change of any timeline shows up as a difference of
//! a file that people can read, and whoever rewrites it has looked at it.

mod shipped;

use std::fs;
use std::path::{Path, PathBuf};

use cutover::report::{self, Style};
use cutover::scenario::{self, ExpectationVerdict, Judgement};
use cutover::sim::{self, Outcome};
use shipped::{Shipped, files, scenarios, stem};

/// What to do when a run is not as it is on record.
const REWRITE: &str = "to rewrite the records: UPDATE_GOLDEN=1 cargo test --test golden; then read \
                       `git diff tests/golden`, and explain each difference where you commit it";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// Returns the record of a run: its timeline and the digest of everything that happened.
fn record(outcome: &Outcome) -> String {
    let timeline = report::timeline(outcome, Style::PLAIN);
    format!("{timeline}fingerprint {:016x}, {} events\n", outcome.fingerprint, outcome.events)
}

/// Returns how a run differs from its record, or nothing if it does not.
fn difference(name: &str, found: &str) -> Option<String> {
    let path = folder().join(format!("{name}.timeline"));
    let Ok(expected) = fs::read_to_string(&path) else {
        return Some(format!("{name}: there is no {}", path.display()));
    };
    if expected == found {
        return None;
    }
    let lines = |text: &str, index: usize| text.lines().nth(index).unwrap_or("(end)").to_owned();
    // Texts that differ in the end of their last line alone differ behind that line.
    let last = expected.lines().count();
    let differs = |index: &usize| lines(&expected, *index) != lines(found, *index);
    let first = (0..=last).find(differs).unwrap_or(last);
    Some(format!(
        "{name}: line {} of {} is\n    {}\nbut the run has\n    {}",
        first + 1,
        path.display(),
        lines(&expected, first),
        lines(found, first),
    ))
}

#[test]
fn every_shipped_scenario_runs_as_it_is_on_record() {
    let rewrite = std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1");
    let mut complaints = Vec::new();
    let all = scenarios();
    for Shipped { name, loaded } in &all {
        let found = record(&sim::run(&loaded.setup, 0));
        if rewrite {
            let path = folder().join(format!("{name}.timeline"));
            fs::write(&path, &found).expect("the folder of records can be written");
        }
        complaints.extend(difference(name, &found));
    }
    for path in files(&folder(), "timeline") {
        if all.iter().any(|shipped| shipped.name == stem(&path)) {
            continue;
        }
        if rewrite {
            fs::remove_file(&path).expect("the folder of records can be written");
        } else {
            complaints.push(format!("{} is the record of no scenario", path.display()));
        }
    }
    assert!(complaints.is_empty(), "{}\n{REWRITE}", complaints.join("\n"));
}

#[test]
fn every_shipped_scenario_passes() {
    for Shipped { name, loaded } in scenarios() {
        let outcome = sim::run(&loaded.setup, 0);
        let expectations = loaded.judge(&outcome);
        let missed: Vec<_> = expectations
            .iter()
            .filter(|judged| judged.verdict != ExpectationVerdict::Met)
            .map(|judged| format!("{}: {}", judged.text, judged.detail))
            .collect();
        let broken: Vec<_> = outcome
            .invariants
            .iter()
            .filter(|invariant| invariant.verdict == cutover::check::Verdict::Violated)
            .map(|invariant| format!("{}: {}", invariant.id, invariant.detail))
            .collect();
        let judgement = scenario::overall(&outcome, &expectations);
        assert_eq!(judgement, Judgement::Pass, "{name}: {missed:#?} {broken:#?}");
    }
}

#[test]
fn every_shipped_scenario_tells_its_story_and_says_what_it_expects() {
    for Shipped { name, loaded } in scenarios() {
        let text = fs::read_to_string(&loaded.file).expect("it has just been read");
        assert_eq!(loaded.scenario.name, name, "a scenario is called as its file is");
        let story = text.lines().take_while(|line| line.starts_with("// ")).count();
        assert!((2..=6).contains(&story), "{name} opens with {story} lines of comment, not 2 to 6");
        assert!(!loaded.scenario.story.is_empty(), "{name} has no story of one line");
        let expected = loaded.scenario.expect.len();
        assert!(expected >= 3, "{name} has {expected} expectations, fewer than 3");
        let long = text.lines().find(|line| line.chars().count() > 100);
        assert_eq!(long, None, "{name} has a line of more than 100 columns");
    }
}
