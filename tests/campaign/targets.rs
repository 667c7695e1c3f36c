//! Targets and precision: verdicts, exit codes, and metrics that do not exist.
//!
//! Knows nothing of intervals. Kept here: a target that cannot be decided is never told as met.

use std::fs;
use std::path::Path;

use cutover::scenario::{load, measure, metrics};
use cutover::sim::run;
use serde_json::Value;

use super::stage::{Folder, YEAR, complaint, text};

fn with_targets(folder: &Folder, targets: &str) {
    folder.write("year.ron", &YEAR.replace("targets: []", &format!("targets: [{targets}]")));
}

fn json(folder: &Folder, words: &str) -> Value {
    let output = folder.cutover(words);
    serde_json::from_str(&text(&output)).expect("the result is JSON")
}

#[test]
fn the_exit_code_tells_met_breached_and_undecided() {
    let folder = Folder::new("verdicts");
    for (targets, code, word) in [
        ("Availability(at_least: \"99%\")", 0, "MET"),
        ("Availability(at_least: \"99.99999%\")", 1, "BREACHED"),
        ("Chance(metric: \"restores\", at_most: 0, at_least: \"99.9%\")", 4, "UNDECIDED"),
        ("Mean(metric: \"failovers\", at_most: 100)", 0, "MET"),
        ("Mean(metric: \"failovers\", at_most: 1)", 1, "BREACHED"),
        ("Mean(metric: \"restores\", at_most: 1)", 4, "UNDECIDED"),
        ("Quantile(metric: \"longest[app]\", share: \"50%\", at_most: \"1h\")", 0, "MET"),
        ("Quantile(metric: \"longest[app]\", share: \"99.9%\", at_most: \"1h\")", 4, "UNDECIDED"),
        ("Meets(availability: \"99.9%\", at_least: \"50%\")", 0, "MET"),
    ] {
        with_targets(&folder, targets);
        let output = folder.cutover("campaign year.ron --runs 400");
        assert_eq!(output.status.code(), Some(code), "{targets}: {}", complaint(&output));
        assert!(text(&output).starts_with(word), "{targets}");
    }
    with_targets(
        &folder,
        "Mean(metric: \"restores\", at_most: 1), Availability(at_least: \"99.99999%\")",
    );
    assert_eq!(folder.cutover("campaign year.ron --runs 400").status.code(), Some(1));
}

#[test]
fn a_metric_that_does_not_exist_is_an_error_with_the_nearest_word() {
    let folder = Folder::new("unknown");
    with_targets(&folder, "Mean(metric: \"failover\", at_most: 1)");
    let complaint = folder.refused("campaign year.ron --runs 10", 3);
    assert!(complaint.starts_with("year.ron:14:28: unknown metric failover"), "{complaint}");
    assert!(complaint.contains("(did you mean failovers?)"), "{complaint}");
    with_targets(&folder, "Mean(metric: \"longest[ap]\", at_most: \"1s\")");
    let complaint = folder.refused("campaign year.ron --runs 10", 3);
    assert!(complaint.contains("(did you mean longest[app]?)"), "{complaint}");
    with_targets(&folder, "Mean(metric: \"lost_commits\", at_most: \"1s\")");
    let complaint = folder.refused("campaign year.ron --runs 10", 3);
    assert!(complaint.contains("found \"1s\", expected a number without quotes"), "{complaint}");
    with_targets(&folder, "");
    let complaint = folder.refused("campaign year.ron --runs 10 --precise failover=5%", 2);
    assert!(complaint.contains("no such metric failover (did you mean failovers?)"), "{complaint}");
    let complaint = folder.refused("compare year.ron --by plan=Business,Premium --metric x", 2);
    assert!(complaint.contains("no such metric x"), "{complaint}");
}

#[test]
fn a_campaign_stops_when_it_is_precise_at_the_same_run_for_any_threads() {
    let folder = Folder::new("precise");
    let words = "campaign year.ron --runs 4000 --chunk 20 --format json --precise failovers=5%";
    let [one, four] = [1, 4].map(|jobs| folder.printed(&format!("{words} --jobs {jobs}")));
    assert_eq!(one, four);
    let value: Value = serde_json::from_str(&one).expect("the result is JSON");
    let runs = value["runs"].as_u64().expect("it is a number");
    assert!((200..4_000).contains(&runs), "{runs}");
    let metric = value["metrics"].as_array().expect("it is a list").iter();
    let metric = metric.clone().find(|one| one["name"] == "failovers").expect("it is measured");
    let number = |key: &str| metric[key].as_f64().expect("it is a number");
    assert!((number("mean_high") - number("mean_low")) / 2.0 <= 0.05 * number("mean"));
    let output = folder.cutover("campaign year.ron --runs 300 --precise restores=1%");
    assert_eq!(output.status.code(), Some(4));
    assert!(complaint(&output).contains("the precision asked for was not reached"));
}

#[test]
fn the_worst_run_is_repeated_by_its_command() {
    let folder = Folder::new("worst");
    let value = json(&folder, "campaign year.ron --runs 200 --seed 7 --format json");
    assert_eq!(value["format"], "cutover.campaign/1");
    assert_eq!(value["seeds"]["first"], 7);
    let worst = &value["worst"][0];
    assert_eq!(worst["metric"], "write_downtime");
    let command = worst["command"].as_str().expect("it is a text");
    let words = format!("{} --format json", command.trim_start_matches("cutover "));
    let run = json(&folder, &words);
    let outages = run["outages"].as_array().expect("it is a list").iter();
    let writes = outages.filter(|one| one["kind"] == "write");
    let length = |one: &Value| {
        let end = one["end_us"].as_u64().unwrap_or(365 * 86_400_000_000);
        end - one["start_us"].as_u64().expect("it is a number")
    };
    assert_eq!(Some(writes.map(length).sum::<u64>()), worst["value"].as_u64());
}

#[test]
fn every_metric_of_a_result_is_listed_or_named_after_a_part() {
    let folder = Folder::new("listed");
    let value = json(&folder, "campaign year.ron --runs 20 --format json");
    let listed = folder.printed("list metrics");
    for metric in value["metrics"].as_array().expect("it is a list") {
        let name = metric["name"].as_str().expect("it is a text");
        let word = name.split('[').next().expect("it has a beginning");
        assert!(listed.contains(word), "{name}");
        for key in ["unit", "count", "mean", "mean_low", "mean_high", "min", "max", "quantiles"] {
            assert!(metric.get(key).is_some(), "{name}: {key}");
        }
    }
}

#[test]
fn the_causes_of_downtime_add_up_to_all_of_it_and_are_known_before_the_run() {
    let (mut maintained, mut runs) = (0, 0);
    for folder in ["scenarios", "scenarios/campaigns"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        for entry in fs::read_dir(folder).expect("it can be listed") {
            let path = entry.expect("it can be read").path();
            if path.extension().is_none_or(|ending| ending != "ron") {
                continue;
            }
            let loaded = load(&path).unwrap_or_else(|errors| panic!("{errors}"));
            let metrics = metrics(&loaded.scenario);
            let values = measure(&metrics, &run(&loaded.setup, 0));
            let of = |wanted: fn(&str) -> bool| -> u64 {
                let named = metrics.iter().zip(&values).filter(|(metric, _)| wanted(&metric.name));
                named.filter_map(|(_, value)| *value).sum()
            };
            let all = of(|name| name == "write_downtime");
            assert_eq!(of(|name| name.starts_with("downtime_by[")), all, "{}", path.display());
            maintained += of(|name| name == "downtime_by[Maintain]");
            runs += 1;
        }
    }
    assert!(runs > 150 && maintained > 0, "{runs} runs, {maintained} us by maintenance");
}
