//! Arms side by side: the same seeds, paired differences, curves and grids.
//!
//! Knows nothing of how a difference is told. Kept here: an arm gives what a campaign of its own
//! gives.

use serde_json::Value;

use super::stage::Folder;

fn compared(folder: &Folder, words: &str) -> Value {
    let text = folder.printed(&format!("compare year.ron --format json --runs 200 {words}"));
    serde_json::from_str(&text).expect("the result is JSON")
}

fn metric<'a>(value: &'a Value, name: &str) -> &'a Value {
    let metrics = value["metrics"].as_array().expect("it is a list");
    metrics.iter().find(|one| one["name"] == name).expect("it is measured")
}

#[test]
fn each_arm_gives_what_its_own_campaign_gives() {
    let folder = Folder::new("arms");
    let value = compared(&folder, "--by detection_timeout=30s,60s");
    let text =
        folder.printed("campaign year.ron --format json --runs 200 --set detection_timeout=30s");
    let alone: Value = serde_json::from_str(&text).expect("the result is JSON");
    for name in ["write_downtime", "failovers", "lost_commits"] {
        let (arm, own) = (&metric(&value, name)["arms"][0], metric(&alone, name));
        for key in ["mean", "mean_low", "mean_high", "count"] {
            assert_eq!(arm[key], own[key], "{name} {key}");
        }
    }
    assert_eq!(value["arms"][0]["name"], "detection_timeout=30s");
}

#[test]
fn an_arm_compared_with_itself_never_differs() {
    let folder = Folder::new("itself");
    let value = compared(&folder, "--by dns_ttl=30s,30s");
    for metric in value["metrics"].as_array().expect("it is a list") {
        let difference = &metric["arms"][1]["difference"];
        assert_eq!((&difference["more"], &difference["less"]), (&0.into(), &0.into()));
        assert_eq!(difference["verdict"], "no run differs");
    }
}

#[test]
fn any_number_of_threads_compares_alike_and_pairing_pays() {
    let folder = Folder::new("pairing");
    let words = "compare year.ron --runs 200 --by detection_timeout=30s,60s";
    let [one, three] = [1, 3].map(|jobs| folder.printed(&format!("{words} --jobs {jobs}")));
    assert_eq!(one, three);
    let value = compared(&folder, "--by detection_timeout=30s,60s");
    let off = &metric(&value, "write_downtime")["arms"][1]["difference"];
    let number = |key: &str| off[key].as_f64().expect("it is a number");
    assert!(number("low") > 0.0 && number("variance_reduction") > 5.0, "{off}");
}

#[test]
fn ranges_are_curves_and_two_keys_a_grid() {
    let folder = Folder::new("grid");
    let value = compared(&folder, "--by detection_timeout=30s..60s/15s --by dns_ttl=5s,60s");
    let arms = value["arms"].as_array().expect("it is a list");
    let names: Vec<&str> = arms.iter().filter_map(|arm| arm["name"].as_str()).collect();
    assert_eq!(names[0], "detection_timeout=30s, dns_ttl=5s");
    assert_eq!(names[5], "detection_timeout=1m, dns_ttl=60s");
    assert_eq!(names.len(), 6);
    assert_eq!(value["grid"]["down"]["key"], "detection_timeout");
    assert_eq!(value["grid"]["across"]["values"], serde_json::json!(["5s", "60s"]));
}

#[test]
fn a_grid_is_a_map_whose_places_are_those_of_the_arms() {
    let folder = Folder::new("map");
    let words = "--by detection_timeout=30s..60s/10s --by dns_ttl=5s,10s,20s,30s,60s,90s,120s,300s \
                 --runs 60 --metric write_downtime --metric node_time";
    let text = folder.printed(&format!("compare year.ron {words}"));
    assert!(text.contains("detection_timeout down, dns_ttl across"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let value: Value =
        serde_json::from_str(&folder.printed(&format!("compare year.ron --format json {words}")))
            .expect("the result is JSON");
    let arms = metric(&value, "write_downtime")["arms"].as_array().expect("it is a list");
    // The rows of all blocks, in order: values down, and beside each as many means as fit.
    let map = text.split("NODE TIME").next().expect("there is a part before it");
    for (row, down) in ["30s", "40s", "50s", "1m"].into_iter().enumerate() {
        let lines = map.lines().filter(|line| line.trim_start().starts_with(&format!("{down} ")));
        let means: Vec<&str> = lines
            .flat_map(|line| line.split_whitespace().skip(1))
            .filter(|word| word.len() > 1)
            .collect();
        assert_eq!(means.len(), 8, "{text}");
        for (column, mean) in means.iter().enumerate() {
            let arm = &arms[row * 8 + column];
            let name = arm["arm"].as_str().expect("it has a name");
            assert!(name.starts_with(&format!("detection_timeout={down}, ")), "{name}");
            let micros = arm["mean"].as_f64().expect("it is a number");
            let minutes = (micros / 6e7).floor();
            let is_near = mean.starts_with(&format!("{minutes}m")) || micros < 119.95e6;
            assert!(is_near, "{name}: {mean} {micros}");
        }
    }
}

#[test]
fn a_tornado_ranks_what_matters() {
    let folder = Folder::new("tornado");
    let text = folder.printed("compare year.ron --runs 100 --tornado --metric write_downtime");
    assert!(text.starts_with("TORNADO"), "{text}");
    assert!(text.contains("dns_publish_delay=") && text.contains("heartbeat_period="), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn several_files_are_arms_and_what_cannot_be_compared_is_refused() {
    let folder = Folder::new("files");
    folder.write(
        "other.ron",
        &folder.read("year.ron").replace("\"year\"", "\"longer\"").replace("90d", "180d"),
    );
    let text = folder.printed("compare year.ron other.ron --runs 100 --format json");
    let value: Value = serde_json::from_str(&text).expect("the result is JSON");
    assert_eq!(
        (&value["arms"][0]["name"], &value["arms"][1]["name"]),
        (&"year".into(), &"longer".into())
    );
    for (words, expected) in [
        ("compare year.ron", "found one arm"),
        ("compare year.ron --by plan=Business", "found one arm"),
        ("compare year.ron --by plan=Busines,Premium", "did you mean Business?"),
        ("compare year.ron --by dns_tl=1s,2s", "did you mean dns_ttl?"),
        ("compare year.ron --by dns_ttl=1s..9s", "expected A..B/STEP"),
    ] {
        let complaint = folder.refused(words, 2);
        assert!(complaint.contains(expected), "{words}: {complaint}");
    }
}

#[test]
fn a_plan_with_a_recovery_region_is_an_arm_beside_the_others() {
    let folder = Folder::new("recovery");
    folder.write(
        "dark.ron",
        r#"Scenario(name: "dark", services: [Service(name: "orders", plan: Business,
            region: "eu-west")],
        clients: [Writer(name: "app", service: "orders", writes_per_s: 20, region: "ap-south")],
        failures: [
            Failure(name: "region", fault: RegionOutage, strikes: Only(Region("eu-west")),
                occurs: Times(["1h"]), lasts: "uniform(3h, 5h)"),
            Failure(name: "hosts", fault: HostDeath, strikes: EachNode("orders"),
                occurs: Every("exponential(365d)")),
        ],
        until: "1d")"#,
    );
    let words = "compare dark.ron --by plan=Startup,Premium,Business+recovery --runs 60 \
        --set automatic_region_failover=30m --metric write_downtime --format json";
    let value: Value = serde_json::from_str(&folder.printed(words)).expect("it is JSON");
    let names: Vec<&str> = value["arms"]
        .as_array()
        .expect("it is a list")
        .iter()
        .map(|arm| arm["name"].as_str().expect("it is a text"))
        .collect();
    assert_eq!(names, ["plan=Startup", "plan=Premium", "plan=Business+recovery"]);
    let down = |arm: usize| {
        let metrics = value["metrics"].as_array().expect("it is a list").iter();
        let mut metrics = metrics.filter(|metric| metric["name"] == "write_downtime");
        let mean = &metrics.next().expect("it is there")["arms"][arm]["mean"];
        mean.as_f64().expect("it is a number")
    };
    assert!(down(0) > 3.0 * 3_600e6 && down(1) > 3.0 * 3_600e6, "{} {}", down(0), down(1));
    assert!(down(2) < 0.6 * 3_600e6, "{}", down(2));
    let complaint = folder.refused("compare dark.ron --by plan=Startup,Business+recover", 2);
    assert!(complaint.contains("expected +recovery or nothing"), "{complaint}");
}
