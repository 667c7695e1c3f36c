//! A folder of scenarios as a test suite, as a build server sees it.
//!
//! Knows nothing of the library. Kept here: what passes, fails, is undecided or refused is told
//! alike in every format.

use std::fs;
use std::path::PathBuf;
use std::process::{self, Output};

use assert_cmd::cargo::cargo_bin_cmd;

/// A scenario in which nothing goes wrong; `promotions` is how many it expects.
fn quiet(promotions: u32) -> String {
    format!(
        r#"Scenario(
    name: "quiet",
    services: [Service(name: "orders", plan: Business)],
    until: "10m",
    expect: [Promotions(service: "orders", count: {promotions})],
)
"#
    )
}

/// A folder with four scenarios: one passes, one fails, one is undecided, one is refused.
struct Suite(PathBuf);

impl Suite {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("cutover-suite-{test}-{}", process::id()));
        fs::create_dir_all(&path).expect("a temporary folder can be made");
        let files = [
            ("a-passes.ron", quiet(0)),
            ("b-fails.ron", quiet(1)),
            (
                "c-undecided.ron",
                quiet(0).replace(
                    "Promotions(service: \"orders\", count: 0)",
                    "NodeCount(service: \"orders\", nodes: 2, by: \"11m\")",
                ),
            ),
            ("d-refused.ron", quiet(0).replace("Business", "Busines")),
        ];
        for (name, text) in files {
            fs::write(path.join(name), text).expect("a temporary file can be written");
        }
        Self(path)
    }

    fn run(&self, words: &[&str]) -> (String, Option<i32>) {
        let mut command = cargo_bin_cmd!("cutover");
        let output: Output =
            command.current_dir(&self.0).arg("test").args(words).output().expect("it starts");
        let text = String::from_utf8(output.stdout).expect("it is text");
        (text, output.status.code())
    }
}

impl Drop for Suite {
    fn drop(&mut self) {
        // A leftover in the system's temporary folder harms nobody.
        drop(fs::remove_dir_all(&self.0));
    }
}

#[test]
fn a_suite_tells_what_is_wrong_and_how_to_see_it_again() {
    let (text, code) = Suite::new("text").run(&["."]);
    let expected = "\
passed       ./a-passes.ron
failed       ./b-fails.ron
    missed Promotions(service: \"orders\", count: 1): 0 promotions finished
    cutover run ./b-fails.ron --seed 0
inconclusive ./c-undecided.ron";
    assert!(text.starts_with(expected), "{text}");
    assert!(text.contains("refused      ./d-refused.ron\n    ./d-refused.ron:3:46: "), "{text}");
    assert!(text.contains("\n4 scenarios: 1 passed, 1 failed, 1 inconclusive, 1 refused\n"));
    assert!(text.contains("no scenario put to the test: at-most-one-writer,"));
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert_eq!(code, Some(3));
}

#[test]
fn the_exit_code_is_the_gravest_of_all() {
    let suite = Suite::new("exit");
    let codes = ["a-passes.ron", "b-fails.ron", "c-undecided.ron", "d-refused.ron"]
        .map(|file| suite.run(&[file]).1);
    assert_eq!(codes, [Some(0), Some(1), Some(4), Some(3)]);
    assert_eq!(suite.run(&["c-undecided.ron", "b-fails.ron", "a-passes.ron"]).1, Some(1));
    assert_eq!(suite.run(&["nowhere"]).1, Some(3));
    assert_eq!(suite.run(&[]).1, Some(2));
}

#[test]
fn the_test_anything_protocol_has_a_line_a_scenario() {
    let (text, _) = Suite::new("tap").run(&[".", "--format", "tap"]);
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(
        lines,
        [
            "TAP version 13",
            "1..4",
            "ok 1 - ./a-passes.ron",
            "not ok 2 - ./b-fails.ron",
            "not ok 3 - ./c-undecided.ron",
            "not ok 4 - ./d-refused.ron",
        ]
    );
}

#[test]
fn junit_counts_what_it_lists() {
    let (text, _) = Suite::new("junit").run(&[".", "--format", "junit"]);
    let count = |word: &str| text.matches(word).count();
    assert_eq!(count("<testsuite "), 4);
    assert_eq!((count("<failure "), count("<error ")), (1, 1));
    let total = format!(
        "<testsuites name=\"cutover\" tests=\"{}\" failures=\"1\" errors=\"1\" time=\"0\">",
        count("<testcase "),
    );
    assert_eq!(count("name=\"fingerprint\""), 3, "a file that was not run has no fingerprint");
    assert!(!text.contains("0000000000000000"), "{text}");
    assert!(text.contains(&total), "{total} is not in {text}");
    assert_eq!(count("</testsuite>"), 4);
}

#[test]
fn a_file_that_is_not_there_is_one_error_and_nothing_else() {
    let (text, code) = Suite::new("absent").run(&["nowhere.ron", "--coverage"]);
    assert_eq!(code, Some(3));
    assert!(text.starts_with("refused      nowhere.ron\n    nowhere.ron: "), "{text}");
    assert!(text.ends_with("\n1 scenario: 0 passed, 1 refused\n"), "{text}");
}

#[cfg(unix)]
#[test]
fn a_folder_to_which_links_lead_is_visited_once() {
    let suite = Suite::new("links");
    std::os::unix::fs::symlink(".", suite.0.join("loop")).expect("a link can be made");
    fs::create_dir(suite.0.join("nested")).expect("a folder can be made");
    fs::write(suite.0.join("nested/e-passes.ron"), quiet(0)).expect("it can be written");
    std::os::unix::fs::symlink("nested", suite.0.join("other")).expect("a link can be made");
    std::os::unix::fs::symlink("..", suite.0.join("nested/up")).expect("a link can be made");
    let (text, _) = suite.run(&[".", "--format", "tap"]);
    let files = text.lines().filter_map(|line| line.split_once(" - ./"));
    let files: Vec<&str> = files.map(|(_, file)| file).collect();
    let expected =
        ["a-passes.ron", "b-fails.ron", "c-undecided.ron", "d-refused.ron", "nested/e-passes.ron"];
    assert_eq!(files, expected, "{text}");
}

/// A scenario with an expectation that is not met, declared as known or not.
fn with_known_failure(promotions: u32) -> String {
    let expected = format!("Promotions(service: \"orders\", count: {promotions})");
    let known = format!("Fails(expectation: {expected}, because: \"not built yet\")");
    quiet(promotions).replace(&expected, &known)
}

#[test]
fn a_known_failure_passes_and_turns_red_when_it_is_fixed() {
    let suite = Suite::new("known");
    fs::write(suite.0.join("e-known.ron"), with_known_failure(1)).expect("it can be written");
    fs::write(suite.0.join("f-fixed.ron"), with_known_failure(0)).expect("it can be written");
    let (text, code) = suite.run(&["e-known.ron"]);
    assert_eq!(code, Some(0));
    assert!(text.starts_with("passed       e-known.ron\n    known failure Fails("), "{text}");
    assert!(text.contains("\n1 known failure, red as soon as they pass\n"), "{text}");
    let (text, code) = suite.run(&["f-fixed.ron"]);
    assert_eq!(code, Some(1));
    assert!(text.starts_with("failed       f-fixed.ron\n    fixed Fails("), "{text}");
    assert!(text.contains("it is met by now, so Fails can go"), "{text}");
    let (text, _) = suite.run(&["e-known.ron", "--format", "junit"]);
    assert!(
        text.contains("<skipped message=\"known failure: 0 promotions finished; known, because")
    );
    let (text, _) = suite.run(&["e-known.ron", "--format", "tap"]);
    let todo =
        "\nnot ok 1 - e-known.ron # TODO 0 promotions finished; known, because not built yet\n";
    assert!(text.contains(todo), "{text}");
    assert!(text.contains("\n# known failure Fails("), "{text}");
    // What is fixed is a failure that counts.
    let (text, _) = suite.run(&["f-fixed.ron", "--format", "tap"]);
    assert!(text.contains("\nnot ok 1 - f-fixed.ron\n"), "{text}");
}

#[test]
fn a_failure_that_is_said_to_be_known_needs_a_reason() {
    let suite = Suite::new("reason");
    let text = with_known_failure(1).replace("not built yet", " ");
    fs::write(suite.0.join("e-known.ron"), text).expect("it can be written");
    let (text, code) = suite.run(&["e-known.ron"]);
    assert_eq!(code, Some(3));
    assert!(text.contains("found no reason, expected why it fails"), "{text}");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let suite = Suite::new("jobs");
    for format in ["text", "json", "junit", "tap"] {
        let run = |jobs: &str| suite.run(&[".", "--format", format, "--jobs", jobs]);
        assert_eq!(run("1"), run("7"), "as {format}");
    }
}

#[test]
fn coverage_tells_what_no_scenario_reached() {
    let (text, _) = Suite::new("coverage").run(&["a-passes.ron", "--coverage"]);
    assert!(
        text.contains("\n1 of 16 phases; not reached: Promoting, Restoring, Electing, "),
        "{text}"
    );
    assert!(text.contains("\n0 of "), "{text}");
    assert!(text.contains("faults; not reached: HostDeath, PowerLoss"), "{text}");
    let (text, _) = Suite::new("coverage-json").run(&["a-passes.ron", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    let phases = value["unreached"]["phases"].as_array().expect("it is a list");
    assert!(!phases.contains(&serde_json::json!("Steady")), "{phases:?}");
    assert_eq!(phases.len(), 15, "{phases:?}");
}

#[test]
fn the_shipped_scenarios_reach_every_fault_and_every_phase() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
    let (text, code) = Suite::new("shipped").run(&[root, "--format", "json"]);
    assert_eq!(code, Some(0));
    let value: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(value["unreached"]["faults"], serde_json::json!([]));
    assert_eq!(value["unreached"]["phases"], serde_json::json!([]));
}

#[test]
fn json_tells_every_case_with_its_checks() {
    let (text, _) = Suite::new("json").run(&[".", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(value["format"], "cutover.test/1");
    let results: Vec<_> = (0..4).map(|index| value["cases"][index]["result"].clone()).collect();
    assert_eq!(results, ["passed", "failed", "inconclusive", "refused"]);
    assert_eq!(value["cases"][1]["checks"][0]["verdict"], "missed");
}
