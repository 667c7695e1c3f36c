//! The option `--rare`: weighed runs as scripts see them.
//!
//! Knows nothing of weights. Kept here: threads, shards and interruptions change nothing.

use serde_json::Value;

use super::stage::Folder;

/// A year in which hosts die and nothing else happens.
const DEATHS: &str = r#"Scenario(
    name: "deaths",
    services: [Service(name: "orders", plan: Business)],
    clients: [Writer(name: "app", service: "orders", writes_per_s: 20)],
    failures: [Failure(name: "hosts", fault: HostDeath, strikes: EachNode("orders"),
        occurs: Every("exponential(30d)"))],
    until: "365d",
)
"#;

const RARE: &str = "campaign deaths.ron --runs 800 --chunk 20 --rare restores --bias 100";

fn folder(test: &str) -> Folder {
    let folder = Folder::new(test);
    folder.write("deaths.ron", DEATHS);
    folder
}

#[test]
fn shards_threads_and_going_on_give_the_same_bytes() {
    let folder = folder("rare");
    let whole = folder.printed(RARE);
    assert_eq!(folder.printed(&format!("{RARE} --jobs 1")), whole);
    let names: Vec<String> = (1..=3)
        .map(|index| {
            let name = format!("{index}.json");
            folder.write(&name, &folder.printed(&format!("{RARE} --shard {index}/3")));
            name
        })
        .collect();
    assert_eq!(folder.printed(&format!("merge {}", names.join(" "))), whole);
    assert_eq!(folder.printed(&format!("{RARE} --out out")), whole);
    std::fs::remove_file(folder.0.join("out/chunks/00000007.json")).expect("it is there");
    assert_eq!(folder.printed(&format!("{RARE} --out out --resume")), whole);
    let other = RARE.replace("--bias 100", "--bias 101");
    let complaint = folder.refused(&format!("{other} --out out --resume"), 3);
    assert!(complaint.contains("found rare event"), "{complaint}");
    folder.write(
        "plain.json",
        &folder.printed("campaign deaths.ron --runs 800 --chunk 20 --shard 1/3"),
    );
    let complaint = folder.refused("merge 2.json plain.json", 3);
    assert!(complaint.contains("found rare event none"), "{complaint}");
}

#[test]
fn a_weighed_number_is_labelled_and_agrees_with_plain_runs() {
    let folder = folder("label");
    let text = folder.printed(RARE);
    for words in ["rare-event estimator", "failure biasing", "worth", "(bound)"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let number = |text: &str, key: &str| {
        let value: Value = serde_json::from_str(text).expect("the result is JSON");
        value[key].as_f64().expect("it is a number")
    };
    let json = folder.printed(&format!("{RARE} --format json"));
    let plain = folder.printed("campaign deaths.ron --runs 4000 --format json");
    let plain: Value = serde_json::from_str(&plain).expect("the result is JSON");
    let metrics = plain["metrics"].as_array().expect("it is a list");
    let restores = metrics.iter().find(|one| one["name"] == "restores").expect("it is there");
    let share = restores["nonzero"].as_f64().expect("it is a number") / 4_000.0;
    let error = (share / 4_000.0).sqrt().hypot(number(&json, "standard_error"));
    let off = number(&json, "probability") - share;
    assert!(off.abs() < 4.5 * error && share > 0.001, "{share} {off} {error}");
    let split = "campaign deaths.ron --runs 300 --rare restores --trials 20 --format json";
    let json = super::stage::text(&folder.cutover(split));
    let error = (share / 4_000.0).sqrt().hypot(number(&json, "standard_error"));
    let off = number(&json, "probability") - share;
    assert!(off.abs() < 4.5 * error, "{share} {off} {error}");
}

#[test]
fn a_limit_is_read_in_the_unit_of_its_metric() {
    let folder = folder("beyond");
    let json = folder.printed(
        "campaign deaths.ron --runs 800 --rare write_downtime_longest=4m --bias 100 --format json",
    );
    let value: Value = serde_json::from_str(&json).expect("the result is JSON");
    assert_eq!(value["beyond"], 240_000_000);
    let repeat = value["repeat"].as_str().expect("it is text");
    assert!(repeat.contains("--rare write_downtime_longest=4m --bias 100"), "{repeat}");
    let words = repeat.strip_prefix("cutover ").expect("it is a command");
    assert_eq!(folder.printed(&format!("{words} --format json")), json);
}

#[test]
fn too_little_is_said_and_what_could_give_nothing_is_refused() {
    let folder = folder("nothing");
    let output = folder.cutover("campaign deaths.ron --runs 20 --rare restores");
    assert_eq!(output.status.code(), Some(4));
    for (words, expected) in [
        ("--rare restore", "did you mean restores?"),
        ("--rare write_downtime=soon", "--rare write_downtime: "),
        ("--rare restores=many", "found many, expected a number"),
        ("--rare restores --bias 0", "expected a number from 1 to 1000000000"),
        ("--rare restores --bias 1000000000", "expected less"),
        // Failures half an hour apart, of up to four nodes for a year, are 70,000.
        ("--rare restores --bias 1440", "found --bias 1440, expected at most 616: more than 60000"),
        ("--rare restores --bias 2 --trials 3", "cannot be used with"),
        ("--bias 2", "--rare"),
    ] {
        let complaint = folder.refused(&format!("campaign deaths.ron {words}"), 2);
        assert!(complaint.contains(expected), "{words}: {complaint}");
    }
    let quiet =
        folder.read("deaths.ron").replace("exponential", "weibull").replace("d)\"", "d, 2)\"");
    folder.write("aging.ron", &quiet);
    let complaint = folder.refused("campaign aging.ron --rare restores", 2);
    assert!(complaint.contains("found no failure"), "{complaint}");
}

#[test]
fn without_a_bias_the_one_that_gives_most_is_taken_and_told() {
    let folder = folder("best");
    let words = "campaign deaths.ron --runs 1500 --rare restores --format json";
    let value: Value = serde_json::from_str(&folder.printed(words)).expect("the result is JSON");
    let bias = value["bias"].as_u64().expect("it is a number");
    assert!((30..=300).contains(&bias), "{value}");
    let repeat = value["repeat"].as_str().expect("it is text");
    assert!(repeat.contains(&format!("--bias {bias}")), "{repeat}");
    let again = folder.printed(&format!("{words} --bias {bias} --jobs 1"));
    assert_eq!(again, folder.printed(words));
}
