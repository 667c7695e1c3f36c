//! The program as scripts see it: exit codes, streams, and what is on them.
//!
//! Knows nothing of the library. Kept here: for wrong input there is nothing on standard output.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Output};

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin_cmd;

/// A scenario in which nothing goes wrong.
const QUIET: &str = r#"Scenario(
    name: "quiet",
    story: "Nothing goes wrong. That is all.",
    services: [Service(name: "orders", plan: Business)],
    clients: [Writer(name: "app", service: "orders", writes_per_s: 10)],
    until: "10m",
    expect: [],
)
"#;

/// A folder that is gone when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("cutover-cli-{test}-{}", process::id()));
        fs::create_dir_all(&path).expect("a temporary folder can be made");
        Self(path)
    }

    fn file(&self, name: &str, text: &str) -> &Self {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("it can be made");
        fs::write(path, text).expect("a temporary file can be written");
        self
    }

    /// Runs the program in this folder.
    fn cutover(&self, words: &[&str]) -> Output {
        program(&self.0).args(words).output().expect("the program starts")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A leftover in the system's temporary folder harms nobody.
        drop(fs::remove_dir_all(&self.0));
    }
}

fn program(folder: &Path) -> Command {
    let mut command = cargo_bin_cmd!("cutover");
    command.current_dir(folder).env_remove("NO_COLOR");
    command
}

fn expecting(expectation: &str) -> String {
    QUIET.replace("expect: []", &format!("expect: [{expectation}]"))
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("no signal ends the program")
}

fn told(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("results are UTF-8")
}

fn complaint(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("complaints are UTF-8")
}

/// Asserts that the program refused, said why, and printed no result.
fn refused(output: &Output, expected: i32, words: &str) {
    assert_eq!(code(output), expected, "{}", complaint(output));
    assert!(complaint(output).contains(words), "{}", complaint(output));
    assert_eq!(told(output), "");
}

#[test]
fn the_help_names_every_command_and_every_exit_code() {
    let folder = Folder::new("help");
    let output = folder.cutover(&["--help"]);
    assert_eq!(code(&output), 0);
    for word in ["run", "validate", "list", "explain", "  70  ", "  74  ", " 130  "] {
        assert!(told(&output).contains(word), "{word}");
    }
    for command in ["run", "validate", "list", "explain"] {
        let output = folder.cutover(&[command, "--help"]);
        assert_eq!(code(&output), 0);
        assert!(told(&output).lines().all(|line| line.chars().count() <= 80));
    }
}

#[test]
fn wrong_usage_is_two() {
    let folder = Folder::new("usage");
    refused(&folder.cutover(&[]), 2, "Usage: cutover <COMMAND>");
    refused(&folder.cutover(&["rum"]), 2, "run");
    refused(&folder.cutover(&["run"]), 2, "FILE");
    refused(&folder.cutover(&["run", "a.ron", "--seed", "seven"]), 2, "such as 7 or 0x7f");
    refused(&folder.cutover(&["run", "a.ron", "--set", "dns_ttl"]), 2, "KEY=VALUE");
    refused(&folder.cutover(&["run", "a.ron", "--mutant", "no-fencin"]), 2, "no-fencing?");
    let output = folder.cutover(&["run", "a.ron", "--policy", "pglokout"]);
    refused(&output, 2, "no such policy (did you mean pglookout?)");
    refused(&folder.cutover(&["list", "faulds"]), 2, "faults");
    refused(&folder.cutover(&["explain", "dns_tll"]), 2, "did you mean dns_ttl?");
    refused(&folder.cutover(&["explain", "lack-majorty"]), 2, "did you mean lack-majority?");
}

#[test]
fn a_knob_that_cannot_be_set_is_two() {
    let folder = Folder::new("set");
    folder.file("quiet.ron", QUIET);
    let output = folder.cutover(&["run", "quiet.ron", "--set", "dns_tl=1m"]);
    refused(&output, 2, "unknown knob \"dns_tl\" (did you mean dns_ttl?)");
    let output = folder.cutover(&["run", "quiet.ron", "--set", "dns_ttl=soon"]);
    refused(&output, 2, "knob dns_ttl cannot be \"soon\"");
    let output = folder.cutover(&["run", "quiet.ron", "--set", "lookout_observers=9"]);
    refused(&output, 2, "found lookout_observers 9, expected at most 8");
}

#[test]
fn a_missing_or_invalid_scenario_is_three() {
    let folder = Folder::new("input");
    folder.file("bad.ron", &QUIET.replace("Business", "Busines"));
    refused(&folder.cutover(&["run", "absent.ron"]), 3, "absent.ron");
    refused(&folder.cutover(&["run", "bad.ron"]), 3, "bad.ron:4:");
    refused(&folder.cutover(&["validate", "absent.ron"]), 3, "absent.ron");
    refused(&folder.cutover(&["validate", "."]), 3, "did you mean Business?");
    refused(&folder.cutover(&["validate", "bad.ron"]), 3, "1 of 1 scenario refused");
}

#[test]
fn a_folder_of_scenarios_is_validated_with_every_error_at_once() {
    let folder = Folder::new("validate");
    folder.file("a/quiet.ron", QUIET).file("a/b/other.ron", QUIET).file("a/notes.txt", "no");
    let output = folder.cutover(&["validate", "a"]);
    assert_eq!((code(&output), told(&output).as_str()), (0, "2 scenarios valid\n"));
    folder.file("a/c.ron", "nonsense").file("a/d.ron", &QUIET.replace("until", "untill"));
    let output = folder.cutover(&["validate", "a"]);
    refused(&output, 3, "2 of 4 scenarios refused");
    assert!(complaint(&output).contains("c.ron:1:") && complaint(&output).contains("d.ron:6:"));
    folder.file("empty/notes.txt", "no");
    refused(&folder.cutover(&["validate", "empty"]), 3, "found no scenario");
}

#[test]
fn every_registry_is_listed_with_its_sources() {
    let folder = Folder::new("list");
    for (registry, word) in [
        ("faults", "written SlowLink(delay: \"2s\", goodput: \"10kB/s\")"),
        ("rules", "promote-for-silent-candidate  the platform"),
        ("rules", "a pglookout daemon\n    the furthest standby knows less than half"),
        ("invariants", "source: "),
        ("invariants", "primary-name-names-a-primary"),
        ("knobs", "stance: "),
        ("knobs", "lookout_poll_observers_on_warning_only"),
        ("plans", "source: Aiven"),
        ("orders", "if the service follows another"),
        ("orders", "source: Aiven, Create and manage read replicas"),
        ("policies", "platform   --policy platform"),
        ("policies", "pglookout  --policy pglookout"),
        ("policies", "source: README and source of pglookout"),
        ("mutants", "at-most-one-writer"),
    ] {
        let output = folder.cutover(&["list", registry]);
        assert_eq!(code(&output), 0);
        assert!(told(&output).contains(word), "{registry}");
        assert!(told(&output).lines().all(|line| line.chars().count() <= 80), "{registry}");
    }
}

#[test]
fn the_scenarios_of_the_folder_are_listed_with_the_start_of_their_stories() {
    let folder = Folder::new("scenarios");
    assert_eq!(code(&folder.cutover(&["list", "scenarios"])), 0);
    folder.file("scenarios/quiet.ron", QUIET);
    let output = folder.cutover(&["list", "scenarios"]);
    assert_eq!(told(&output), "scenario  story\nquiet     Nothing goes wrong.\n");
}

#[test]
fn a_reader_who_has_seen_enough_is_no_error() {
    let folder = Folder::new("pipe");
    let mut child = process::Command::new(assert_cmd::cargo::cargo_bin!("cutover"))
        .args(["list", "knobs"])
        .current_dir(&folder.0)
        .stdout(process::Stdio::piped())
        .stderr(process::Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!((code(&output), complaint(&output).as_str()), (0, ""));
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_cannot_be_written_is_seventy_four() {
    let folder = Folder::new("full");
    let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
    let output = process::Command::new(assert_cmd::cargo::cargo_bin!("cutover"))
        .args(["list", "knobs"])
        .current_dir(&folder.0)
        .stdout(full)
        .output()
        .expect("the program starts");
    assert_eq!(code(&output), 74);
    assert!(complaint(&output).contains("cannot write standard output"));
}

#[test]
fn a_run_is_timeline_first_and_ends_with_the_command_that_repeats_it() {
    let folder = Folder::new("run");
    folder.file("quiet.ron", QUIET);
    let output = folder.cutover(&["run", "quiet.ron", "--seed", "0x10"]);
    assert_eq!(code(&output), 0, "{}", complaint(&output));
    let text = told(&output);
    let verdict = text.find("\nPASS  ").expect("it passes");
    assert!(verdict > 0 && text.contains("seed 16") && text.contains("vacuous"));
    assert!(text.ends_with("  cutover run quiet.ron --seed 16\n"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert_eq!(complaint(&output), "");
}

#[test]
fn the_policy_is_chosen_by_its_name_and_told_by_every_result() {
    let folder = Folder::new("policy");
    folder.file("quiet.ron", QUIET);
    let words = ["run", "quiet.ron", "--policy", "pglookout"];
    let output = folder.cutover(&words);
    assert_eq!(code(&output), 0, "{}", complaint(&output));
    let text = told(&output);
    assert!(text.contains(", policy pglookout;") && text.contains("[stay-primary]"), "{text}");
    assert!(text.ends_with("  cutover run quiet.ron --seed 0 --policy pglookout\n"), "{text}");
    let json = |words: &[&str]| -> serde_json::Value {
        let output = folder.cutover(&[words, &["--format", "json"]].concat());
        serde_json::from_str(&told(&output)).expect("it is JSON")
    };
    let by_knob = json(&["run", "quiet.ron", "--set", "policy=Pglookout"]);
    assert_eq!(by_knob["policy"], "pglookout");
    assert_eq!(json(&words)["policy"], "pglookout");
    assert_eq!(by_knob["fingerprint"], json(&words)["fingerprint"]);
    assert_eq!(json(&["run", "quiet.ron"])["policy"], "platform");
    let output = folder.cutover(&[&words[..], &["--set", "policy=Platform"]].concat());
    refused(&output, 2, "found --policy and --set policy=..., expected one of them");
}

#[test]
fn a_missed_expectation_is_one_and_a_deadline_beyond_the_end_is_four() {
    let folder = Folder::new("judged");
    folder.file("missed.ron", &expecting("Promotions(service: \"orders\", count: 1)"));
    let late = "NodeCount(service: \"orders\", nodes: 2, by: \"20m\")";
    folder.file("late.ron", &expecting(late));
    let output = folder.cutover(&["run", "missed.ron"]);
    assert_eq!(code(&output), 1, "{}", complaint(&output));
    assert!(told(&output).contains("MISSED"));
    let output = folder.cutover(&["run", "late.ron"]);
    assert_eq!(code(&output), 4, "{}", complaint(&output));
    assert!(told(&output).contains("UNDECIDED"));
}

#[test]
fn a_quiet_run_prints_one_line() {
    let folder = Folder::new("quiet");
    folder.file("quiet.ron", QUIET);
    let output = folder.cutover(&["run", "quiet.ron", "--quiet"]);
    assert_eq!(code(&output), 0, "{}", complaint(&output));
    let text = told(&output);
    assert!(text.starts_with("PASS  ") && text.ends_with("; seed 0\n"), "{text}");
    assert_eq!(text.lines().count(), 1);
}

#[test]
fn json_has_every_promised_key_and_is_the_same_each_time() {
    let folder = Folder::new("json");
    folder.file("quiet.ron", QUIET);
    let output = folder.cutover(&["run", "quiet.ron", "--format", "json"]);
    assert_eq!(code(&output), 0, "{}", complaint(&output));
    let value: serde_json::Value = serde_json::from_str(&told(&output)).expect("it is JSON");
    for key in "format version scenario seed policy verdict fingerprint events invariants \
                expectations promotions outages loss slots dual_writers dns exposure peak_nodes \
                stances timeline"
        .split_whitespace()
    {
        assert!(value.get(key).is_some(), "{key}");
    }
    assert_eq!(value["format"], "cutover.run/1");
    assert_eq!(value["verdict"], "pass");
    assert_eq!(told(&folder.cutover(&["run", "quiet.ron", "--format", "json"])), told(&output));
}

#[test]
fn a_result_is_saved_whole_or_the_run_ends_with_seventy_four() {
    let folder = Folder::new("out");
    folder.file("quiet.ron", QUIET).file("taken", "a file");
    let output = folder.cutover(&["run", "quiet.ron", "--out", "new/results"]);
    assert_eq!(code(&output), 0, "{}", complaint(&output));
    let saved = fs::read_to_string(folder.0.join("new/results/run.json")).expect("it is saved");
    let value: serde_json::Value = serde_json::from_str(&saved).expect("it is JSON");
    assert_eq!(value["scenario"], "quiet");
    let names = fs::read_dir(folder.0.join("new/results")).expect("the folder is there");
    let names = names.map(|name| name.expect("it can be listed").file_name());
    let mut names: Vec<_> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    let saved = ["bundle.json", "run.json", "timeline.txt"];
    assert_eq!(names, saved, "and no temporary file is left behind");
    let output = folder.cutover(&["run", "quiet.ron", "--out", "taken"]);
    assert_eq!(code(&output), 74);
    assert!(complaint(&output).contains("cannot write taken"), "{}", complaint(&output));
}

#[test]
fn colour_is_for_those_who_ask() {
    let folder = Folder::new("color");
    folder.file("quiet.ron", QUIET);
    let colored = |words: &[&str], environment: &[(&str, &str)]| {
        let mut command = program(&folder.0);
        command.args(["run", "quiet.ron"]).args(words).envs(environment.iter().copied());
        let output = command.output().expect("the program starts");
        assert_eq!(code(&output), 0, "{}", complaint(&output));
        output.stdout.contains(&0x1b)
    };
    assert!(!colored(&[], &[]));
    assert!(!colored(&["--color", "never"], &[]));
    assert!(colored(&["--color", "always"], &[]));
    assert!(!colored(&["--color", "auto"], &[("NO_COLOR", "1")]));
}

#[test]
fn a_saved_run_is_explained_as_the_run_was() {
    let folder = Folder::new("saved");
    let fault = r#"script: [At("60s", Fault(HostDeath, Primary("orders")))], until: "10m""#;
    folder.file("a.ron", &QUIET.replace(r#"until: "10m""#, fault));
    let run = folder.cutover(&["run", "a.ron", "--seed", "7", "--explain", "--out", "saved"]);
    let saved = folder.cutover(&["explain", "saved"]);
    assert_eq!(code(&saved), 0, "{}", complaint(&saved));
    let why =
        |output: &Output| told(output).rsplit_once("cutover ").expect("a command").0.to_owned();
    assert_eq!(why(&saved), why(&run));
    assert!(told(&saved).contains("HostDeath strikes orders-1"), "{}", told(&saved));
    refused(&folder.cutover(&["explain", "a.ron"]), 3, "a.ron: ");
}
