//! Searching by the program: fuzz, shrink, and replay of saved runs.
//!
//! Knows nothing of the library. Kept here: the same words give the same bytes with any number of
//! threads, and what was found is a file that the program runs.

use std::fs;
use std::path::PathBuf;
use std::process::{self, Output};

use assert_cmd::cargo::cargo_bin_cmd;

const BASE: &str = r#"Scenario(
    name: "base",
    services: [Service(name: "orders", plan: Premium, region: "eu-west")],
    clients: [Writer(name: "app", service: "orders", writes_per_s: 100)],
    tuning: Tuning(heartbeat_phase: "2s"),
    until: "30m",
)
"#;

/// Two faults that matter not, and one that does.
const CUT: &str = r#"At("61.7s", Fault(LinkCut, Link(Primary("orders"), Platform))),
    At("2m3s", Fault(LongQuery, Standby("orders", 1))),
    At("3m", Heal(LongQuery, Standby("orders", 1))),"#;

/// A folder that is gone when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("cutover-hunt-{test}-{}", process::id()));
        fs::create_dir_all(&path).expect("a temporary folder can be made");
        let folder = Self(path);
        folder.file("base.ron", BASE);
        let script = format!("script: [\n    {CUT}\n    ],\n    until");
        folder.file("cut.ron", &BASE.replace("until", &script));
        folder
    }

    fn file(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).expect("a temporary file can be written");
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).expect("it was written")
    }

    /// Runs the program in this folder; returns its exit code, its output and its complaint.
    fn cutover(&self, words: &str) -> (i32, String, String) {
        let mut command = cargo_bin_cmd!("cutover");
        let output: Output =
            command.current_dir(&self.0).args(words.split(' ')).output().expect("it starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let code = output.status.code().expect("no signal ends the program");
        (code, text(&output.stdout), text(&output.stderr))
    }

    /// Returns the names of the files in a folder, in order.
    fn files(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.0.join(folder)).expect("there is such a folder");
        let names = entries.map(|entry| entry.expect("it can be listed").file_name());
        let mut names: Vec<String> =
            names.map(|name| name.to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A leftover in the system's temporary folder harms nobody.
        drop(fs::remove_dir_all(&self.0));
    }
}

#[test]
fn what_is_shrunk_is_printed_as_a_scenario_that_passes_while_it_shows_the_violation() {
    let folder = Folder::new("shrink");
    assert_eq!(folder.cutover("run cut.ron --quiet").0, 1);
    let (code, text, complaint) = folder.cutover("shrink cut.ron");
    assert_eq!((code, complaint.as_str()), (0, ""), "{text}");
    assert!(text.starts_with("// acked-write-survives"), "{text}");
    assert!(text.contains("//   script[0]: nothing goes wrong\n"), "{text}");
    assert!(!text.contains("LongQuery"), "{text}");
    folder.file("minimal.ron", &text);
    let (code, line, _) = folder.cutover("run minimal.ron --quiet");
    assert_eq!(code, 0, "{line}");
    let (code, line, _) = folder.cutover("run minimal.ron --quiet --set detection_timeout=29m");
    assert_eq!(code, 1, "{line}");
    let (code, again, _) = folder.cutover("shrink minimal.ron");
    assert_eq!((code, again), (0, text), "shrinking it again changes nothing");
}

#[test]
fn the_original_is_saved_beside_what_it_was_shrunk_to() {
    let folder = Folder::new("out");
    let (code, json, _) = folder.cutover("shrink cut.ron --format json --out found");
    assert_eq!(code, 0);
    assert_eq!(folder.files("found"), ["minimal.ron", "original.ron", "shrink.json"]);
    assert_eq!(folder.text("found/shrink.json"), json);
    assert!(folder.text("found/original.ron").contains("LongQuery"));
    let value: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!(value["format"], "cutover.shrink/1");
    assert_eq!(value["minimal"], true);
    assert_eq!(value["repeat"], "cutover run found/minimal.ron --seed 0");
    assert_eq!(value["scenario"], folder.text("found/minimal.ron"));
}

#[test]
fn shrinking_tells_when_nothing_is_wrong_or_the_bound_was_too_small() {
    let folder = Folder::new("bound");
    let (code, text, complaint) = folder.cutover("shrink base.ron --seed 4");
    assert_eq!((code, text.as_str()), (3, ""));
    assert!(complaint.starts_with("base.ron: found nothing wrong with seed 4"), "{complaint}");
    let (code, text, _) = folder.cutover("shrink cut.ron --runs 3");
    assert_eq!(code, 4);
    assert!(text.contains("// Not known to be minimal"), "{text}");
}

#[test]
fn a_search_finds_the_same_with_any_number_of_threads() {
    let folder = Folder::new("jobs");
    let words = "fuzz base.ron --runs 150 --seed 5 --steps 4";
    let (code, text, complaint) = folder.cutover(words);
    assert_eq!((code, complaint.as_str()), (1, ""), "{text}");
    assert!(text.starts_with("FOUND "), "{text}");
    for jobs in [2, 8] {
        assert_eq!(folder.cutover(&format!("{words} --jobs {jobs}")).1, text);
    }
    let (_, json, _) = folder.cutover(&format!("{words} --jobs 3 --format json"));
    let value: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    let found = value["found"].as_array().expect("it is a list");
    assert!(found.len() > 2, "{json}");
    let names: Vec<&str> =
        found.iter().map(|find| find["violation"]["name"].as_str().expect("a name")).collect();
    let mut distinct = names.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), names.len(), "each violation is told once");
}

#[test]
fn what_is_found_depends_on_no_folder_locale_time_zone_or_order_of_the_environment() {
    let words = ["fuzz", "base.ron", "--runs", "60", "--seed", "5", "--steps", "4"];
    let found = |folder: &Folder, environment: &[&str]| {
        let mut command = process::Command::new("env");
        command.arg("-i").args(environment).arg(env!("CARGO_BIN_EXE_cutover")).args(words);
        let output = command.current_dir(&folder.0).output().expect("the program starts");
        String::from_utf8(output.stdout).expect("it is text")
    };
    let (here, there) = (Folder::new("here"), Folder::new("there"));
    let plain = found(&here, &[]);
    assert!(plain.starts_with("FOUND "), "{plain}");
    let turkish = ["TZ=Pacific/Chatham", "LC_ALL=tr_TR.UTF-8", "A=1", "B=2"];
    let backwards = ["B=2", "A=1", "LC_ALL=C", "TZ=America/New_York", "COLUMNS=40"];
    assert_eq!(found(&there, &turkish), plain);
    assert_eq!(found(&there, &backwards), plain);
}

#[test]
fn a_corpus_is_kept_run_again_shrunk_and_merged() {
    let folder = Folder::new("corpus");
    let words = "fuzz base.ron --runs 60 --seed 5 --steps 4 --corpus finds";
    let (code, first, _) = folder.cutover(words);
    assert_eq!(code, 1);
    let files = folder.files("finds");
    assert!(files.len() > 1, "{first}");
    let (code, _, complaint) = folder.cutover("test finds");
    assert!(code < 2, "{complaint}");
    let texts: Vec<String> =
        files.iter().map(|file| folder.text(&format!("finds/{file}"))).collect();
    // The same again, under other names and in another folder, with what is not minimal.
    fs::create_dir_all(folder.0.join("more")).expect("a folder can be made");
    folder.file("more/again.ron", &texts[0]);
    folder.file("more/cut.ron", &folder.text("cut.ron"));
    folder.file("finds/quiet.ron", BASE);
    folder.file("finds/mine.ron", &folder.text("cut.ron"));
    folder.file("finds/old-name.ron", &texts[0]);
    let (_, second, _) = folder.cutover(&format!("{words} --merge more"));
    assert!(second.contains("known before"), "{second}");
    assert!(second.contains("finds/quiet.ron shows nothing any more"), "{second}");
    let merged = folder.files("finds");
    assert!(files.iter().all(|file| merged.contains(file)), "{merged:?}");
    for (file, text) in files.iter().zip(&texts) {
        assert_eq!(&folder.text(&format!("finds/{file}")), text, "what is minimal stays");
    }
    assert!(!merged.contains(&"again.ron".to_owned()), "{merged:?}");
    assert!(!merged.contains(&"old-name.ron".to_owned()), "{merged:?}");
    assert_eq!(folder.text("finds/mine.ron"), folder.text("cut.ron"), "it is no find");
}

#[test]
fn a_search_that_finds_nothing_says_so() {
    let folder = Folder::new("nothing");
    let (code, text, _) = folder.cutover("fuzz base.ron --runs 5 --steps 0");
    assert_eq!(code, 0);
    assert!(text.starts_with("nothing found in 5 runs of base, seed 0\n"), "{text}");
    let (code, _, complaint) = folder.cutover("fuzz base.ron");
    assert_eq!(code, 2, "{complaint}");
}

#[test]
fn a_planted_bug_is_searched_for_and_the_command_that_shows_it_plants_it() {
    let folder = Folder::new("mutant");
    let words = "fuzz base.ron --runs 400 --mutant promote-laggard --corpus finds";
    let (code, text, _) = folder.cutover(words);
    assert_eq!(code, 1);
    let of_it = |file: &&String| file.starts_with("best-candidate-promoted");
    let files = folder.files("finds");
    let file = files.iter().find(of_it).expect("the bug is found");
    let command = format!("run finds/{file} --seed 0 --mutant promote-laggard");
    // A command that is too long for the screen goes on in the next line.
    let commands = text.replace("\\\n      ", "");
    assert!(commands.contains(&command), "{text}");
    let seed = folder.text(&format!("finds/{file}"));
    let seed = seed.lines().find_map(|line| line.strip_prefix("// Shown by seed "));
    let seed = seed.expect("it is told").trim_end_matches('.').to_owned();
    let with = format!("run finds/{file} --quiet --seed {seed} --mutant promote-laggard");
    assert_eq!(folder.cutover(&with).0, 0, "it shows what it records");
    let without = format!("run finds/{file} --quiet --seed {seed}");
    assert_eq!(folder.cutover(&without).0, 1, "without the bug it shows nothing");
}

#[test]
fn a_scenario_is_shrunk_for_the_violation_that_is_asked_for() {
    let folder = Folder::new("invariant");
    let (code, text, _) = folder.cutover("shrink cut.ron --seed 9 --invariant no-false-failover");
    assert_eq!(code, 0, "{text}");
    assert!(text.starts_with("// no-false-failover"), "{text}");
    let (code, text, complaint) =
        folder.cutover("shrink cut.ron --seed 9 --invariant timelines-form-a-tree");
    assert_eq!((code, text.as_str()), (3, ""));
    assert!(complaint.contains("found no violation of timelines-form-a-tree"), "{complaint}");
    let (code, _, complaint) = folder.cutover("shrink cut.ron --invariant no-false-failovr");
    assert_eq!(code, 2);
    assert!(complaint.contains("did you mean no-false-failover?"), "{complaint}");
}

#[test]
fn a_saved_run_goes_the_same_way_again_and_a_changed_one_is_told_by_its_first_event() {
    let folder = Folder::new("replay");
    folder.cutover("run cut.ron --quiet --seed 9 --set fence_delay=exponential(7s) --out saved");
    assert_eq!(folder.files("saved"), ["bundle.json", "run.json", "timeline.txt"]);
    let (code, text, _) = folder.cutover("replay saved");
    assert_eq!(code, 0, "{text}");
    assert!(text.starts_with("SAME "), "{text}");
    let bundle = folder.text("saved/bundle.json");
    let mut value: serde_json::Value = serde_json::from_str(&bundle).expect("it is JSON");
    let draws = value["draws"].as_array().expect("they are a list").clone();
    assert!(draws.iter().any(|draw| draw["purpose"] == "fence_delay"), "{draws:?}");
    // The version that wrote a record gives the draws of its seed.
    value["seed"] = serde_json::json!(1);
    folder.file("moved.json", &value.to_string());
    let (code, text, _) = folder.cutover("replay moved.json");
    assert_eq!(code, 5, "{text}");
    assert!(text.starts_with("CHANGED ") && text.contains("is not that of seed 1"), "{text}");
    // Of another version's streams nothing is asked: every draw is in the record.
    value["version"] = serde_json::json!("0.0.9");
    folder.file("older.json", &value.to_string());
    assert_eq!(folder.cutover("replay older.json").0, 0);
    let kept = draws.into_iter().filter(|draw| draw["purpose"] != "heartbeat_phase");
    value["draws"] = kept.filter(|draw| draw["purpose"] != "fence_delay").collect();
    folder.file("other.json", &value.to_string());
    let (code, text, _) = folder.cutover("replay other.json");
    assert_eq!(code, 5, "{text}");
    assert!(text.starts_with("DIVERGED at event "), "{text}");
    assert!(text.contains("\n  then  ") && text.contains("\n  now   "), "{text}");
    let (code, text, _) = folder.cutover("replay other.json --format json");
    let told: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!((code, &told["same"]), (5, &serde_json::json!(false)), "{text}");
    let (code, text, complaint) = folder.cutover("replay cut.ron");
    assert_eq!((code, text.as_str()), (3, ""));
    assert!(complaint.starts_with("cut.ron: found no JSON, expected a bundle"), "{complaint}");
}

#[test]
fn an_interrupted_search_keeps_and_prints_what_it_has_found() {
    let folder = Folder::new("interrupted");
    let child = process::Command::new(assert_cmd::cargo::cargo_bin!("cutover"))
        .current_dir(&folder.0)
        .args("fuzz base.ron --runs 1000000000 --corpus kept".split(' '))
        .stdout(process::Stdio::piped())
        .stderr(process::Stdio::piped())
        .spawn()
        .expect("it starts");
    let saved = || fs::read_dir(folder.0.join("kept")).map_or(0, Iterator::count);
    while saved() == 0 {
        std::thread::yield_now();
    }
    let id = child.id().to_string();
    let sent = process::Command::new("kill").args(["-INT", &id]).status();
    assert!(sent.expect("there is a kill").success());
    let output = child.wait_with_output().expect("it is a child");
    let [text, complaint] =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert_eq!(output.status.code(), Some(130), "{complaint}");
    assert!(complaint.contains("interrupted after "), "{complaint}");
    assert!(complaint.contains("each find is saved in kept"), "{complaint}");
    let files = folder.files("kept");
    let finds = files.iter().filter(|name| name.split('.').nth(1) == Some("ron"));
    assert!(finds.clone().count() > 0, "{files:?}");
    for name in finds {
        assert!(text.contains(name.as_str()), "{name}: {text}");
    }
}

/// An order after which a standby is missing too long if a certain bug is planted.
const DIES: &str = r#"script: [At("2m", Operator(MajorUpgrade, Service("orders")))],
    until"#;

#[test]
fn a_record_that_is_not_shown_any_more_stays_and_what_else_it_shows_is_a_find_of_its_own() {
    let folder = Folder::new("gone");
    folder.file("dies.ron", &BASE.replace("until", DIES));
    let (code, text, _) = folder.cutover("shrink dies.ron --mutant forget-replacement");
    assert_eq!(code, 0, "{text}");
    fs::create_dir_all(folder.0.join("finds")).expect("a folder can be made");
    folder.file("finds/kept.ron", &text);
    // A file that is half written is named, and the others are looked at.
    folder.file("finds/a-half.ron", "// Shown by seed 0.\nScenario(name: \"half");
    folder.file("finds/other.ron", &folder.cutover("shrink cut.ron").1);
    let (code, told, _) = folder.cutover("fuzz base.ron --runs 0 --corpus finds");
    assert_eq!(code, 3, "{told}");
    assert!(told.contains("finds/kept.ron shows nothing any more"), "{told}");
    let words = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("recorded with --mutant forget-replacement"), "{told}");
    assert!(told.contains("finds/a-half.ron:2:16: "), "{told}");
    assert!(told.contains("\nacked-write-survives-"), "{told}");
    assert_eq!(folder.text("finds/kept.ron"), text, "it stays as it was");
    let files = folder.files("finds");
    assert_eq!(files.len(), 3, "{files:?}: nothing comes of what a record expects");
    assert!(files.contains(&"a-half.ron".to_owned()), "{files:?}");
    let words = "fuzz base.ron --runs 0 --corpus finds --mutant forget-replacement";
    let (_, told, _) = folder.cutover(words);
    assert!(!told.contains("shows nothing any more"), "{told}");
    assert!(told.contains("--corpus finds"), "{told}");
}

#[test]
fn a_scenario_names_its_seed_and_the_command_line_may_name_another() {
    let folder = Folder::new("seed");
    folder.file("seeded.ron", &BASE.replace("until", "seed: 2493,\n    until"));
    let seed = |words: &str| {
        let line = folder.cutover(words).1;
        line.trim().rsplit(' ').next().map(str::to_owned)
    };
    assert_eq!(seed("run seeded.ron --quiet").as_deref(), Some("2493"));
    assert_eq!(seed("run seeded.ron --quiet --seed 7").as_deref(), Some("7"));
    let (_, json, _) = folder.cutover("test seeded.ron --format json");
    assert!(json.contains("\"seed\": 2493"), "{json}");
    // What a search finds with a seed other than 0 is shown by its file alone.
    let drawn = BASE.replace("heartbeat_phase: \"2s\"", "fence_delay: \"uniform(5s, 9m)\"");
    folder.file("drawn.ron", &drawn.replace("until", &format!("script: [{CUT}],\n    until")));
    let (code, text, _) = folder.cutover("shrink drawn.ron --seed 17");
    assert_eq!(code, 0, "{text}");
    folder.file("minimal.ron", &text);
    assert_eq!(folder.cutover("run minimal.ron --quiet").0, 0, "{text}");
}

#[test]
fn what_was_shrunk_is_shrunk_again_for_what_it_records() {
    let folder = Folder::new("named");
    let text = folder.cutover("shrink cut.ron --invariant no-false-failover").1;
    folder.file("minimal.ron", &text);
    assert_eq!(folder.cutover("shrink minimal.ron --invariant no-false-failover").1, text);
    let every = r#"Every("5m", Fault(HostDeath, Primary("orders"))),
        At("0s", Fault(UploadStall, Service("orders"))),"#;
    folder.file("every.ron", &BASE.replace("until", &format!("script: [{every}],\n    until")));
    let text = folder.cutover("shrink every.ron --invariant restorable-across-the-fork").1;
    folder.file("once.ron", &text);
    assert!(!text.contains("Every"), "once is enough: {text}");
    assert_eq!(folder.cutover("run once.ron --quiet").0, 0, "all is judged by its end: {text}");
}

#[test]
fn a_budget_is_asked_for_and_steps_without_end_are_refused() {
    let folder = Folder::new("budget");
    let (code, _, complaint) = folder.cutover("fuzz base.ron");
    assert_eq!(code, 2);
    assert!(complaint.contains("--runs") && complaint.contains("--time"), "{complaint}");
    let (code, _, complaint) = folder.cutover("fuzz base.ron --runs 1 --steps 99999999");
    assert_eq!(code, 2);
    assert!(complaint.contains("found 99999999 steps, expected at most 200"), "{complaint}");
    let (code, _, complaint) = folder.cutover("fuzz base.ron --runs abc");
    assert_eq!(code, 2);
    assert!(complaint.contains("found \"abc\", expected a number such as 1000"), "{complaint}");
}
