//! The command `boundary`: where outcomes change, found as a person would ask for it.
//!
//! Knows nothing of how it is found. Kept here: the instants were worked out by hand from the
//! stories of the scenarios.

use std::path::Path;

use assert_cmd::cargo::cargo_bin_cmd;

fn run(words: &[&str]) -> (String, String, Option<i32>) {
    let mut command = cargo_bin_cmd!("cutover");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = command.current_dir(root).arg("boundary").args(words).output().expect("it starts");
    let text = |bytes| String::from_utf8(bytes).expect("it is text");
    (text(output.stdout), text(output.stderr), output.status.code())
}

#[test]
fn the_instant_at_which_a_glitch_becomes_a_failover_is_found_to_the_microsecond() {
    // The link is cut at 60 s. The last report before it is sent at 57 s less a period of 5 s or
    // after it, so the report that decides is the first after the heal.
    let (text, _, code) = run(&["scenarios/glitch-of-50s.ron", "--vary", "script.2=100s..140s"]);
    assert_eq!(code, Some(1), "changes were found");
    assert!(text.contains("1m57s  nobody takes over orders\n"), "{text}");
    assert!(text.contains("1m57.000001s"), "{text}");
    assert!(text.contains("2 changes, found in "), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn the_instant_up_to_which_a_crash_loses_a_slot_is_found_to_the_microsecond() {
    // The slot is created at 40.1 s, and the jobs run at 70 s. What they install has to be on the
    // standby, which has it 5 ms later; a crash at that very instant comes before the copy.
    let scenario = r#"Scenario(
        name: "young-slot",
        services: [Service(name: "orders", plan: Business)],
        slots: [Slot(name: "cdc", service: "orders", creates: "40.1s")],
        clients: [Writer(name: "app", service: "orders", writes_per_s: 100, first_lookup: "5s")],
        tuning: Tuning(heartbeat_phase: "2s", slot_jobs: SharedClock, slot_dependency_phase: "10s"),
        script: [At("69.9s", Fault(HostDeath, Primary("orders")))],
        until: "15m",
    )"#;
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("young-slot.ron");
    std::fs::write(&path, scenario).expect("the folder can be written");
    let path = path.to_str().expect("it is text");
    let words = [path, "--vary", "script.1=60s..80s", "--format", "json"];
    let (json, told, code) = run(&words);
    assert_eq!(code, Some(1), "changes were found: {told}");
    let value: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    let takes_over = "orders-2 takes over (failover)";
    let outcomes = [
        ("1m", "1m10.005s", "slot cdc is lost on orders-2, not copied there yet"),
        ("1m10.005001s", "1m20s", "slot cdc is kept on orders-2"),
    ];
    let intervals = value["intervals"].as_array().expect("a list");
    assert_eq!(intervals.len(), outcomes.len(), "{json}");
    for (interval, (from, to, slot)) in intervals.iter().zip(outcomes) {
        assert_eq!((&interval["from_text"], &interval["to_text"]), (&from.into(), &to.into()));
        assert_eq!(interval["outcome"], serde_json::json!([takes_over, slot]));
    }
}

#[test]
fn a_range_in_which_nothing_changes_is_one_interval() {
    let words = ["scenarios/glitch-of-50s.ron", "--vary", "script.2=70s..80s", "--grid", "4"];
    let (text, _, code) = run(&words);
    assert_eq!(code, Some(0));
    assert!(text.contains("no changes, found in 5 runs"), "{text}");
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("Values up to 2.5s apart came out alike"), "{text}");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let words = ["scenarios/glitch-of-50s.ron", "--vary", "detection_timeout=30s..90s"];
    let json = |jobs| run(&[&words[..], &["--format", "json", "--jobs", jobs]].concat()).0;
    let alone = json("1");
    assert_eq!(alone, json("5"));
    let value: serde_json::Value = serde_json::from_str(&alone).expect("it is JSON");
    assert_eq!(value["format"], "cutover.boundary/1");
    let intervals = value["intervals"].as_array().expect("a list");
    assert!(intervals.len() > 1, "{alone}");
    for pair in intervals.windows(2) {
        let (end, begin) = (pair[0]["to"].as_u64(), pair[1]["from"].as_u64());
        assert_eq!(end.map(|end| end + 1), begin, "{alone}");
    }
}

#[test]
fn a_wrong_range_or_key_is_answered_with_what_there_is() {
    let wrong = |vary: &str| {
        let (_, told, code) = run(&["scenarios/glitch-of-50s.ron", "--vary", vary]);
        assert_eq!(code, Some(2), "{told}");
        told
    };
    assert!(wrong("script.9=1s..2s").contains("script.1, script.2"));
    assert!(wrong("dns_tll=1s..2s").contains("did you mean dns_ttl?"));
    assert!(wrong("dns_ttl=2s..1s").contains("expected the lower end first"));
    assert!(wrong("dns_ttl=1s..5").contains("between two kinds of values"));
}
