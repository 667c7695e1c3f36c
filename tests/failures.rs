//! What goes wrong by itself: by laws, by the clock, and by what was observed.
//!
//! Knows nothing of campaigns. Kept here: a failure strikes whom and when its scenario says, and no
//! other part of the scenario shifts what is drawn for it.

use std::fs;
use std::path::PathBuf;

use cutover::kernel::{Instant, Span};
use cutover::scenario::{load, parse};
use cutover::sim::{self, FaultOutcome, Outcome};

fn scenario(failures: &str, rest: &str) -> String {
    format!(
        r#"Scenario(
            name: "year",
            services: [Service(name: "orders", plan: Business)],
            failures: [{failures}],
            {rest}
            until: "365d",
        )"#
    )
}

fn run(failures: &str, rest: &str, seed: u64) -> Outcome {
    let text = scenario(failures, rest);
    let loaded = parse("year.ron", &text).unwrap_or_else(|errors| panic!("{text}\n{errors}"));
    sim::run(&loaded.setup, seed)
}

fn strikes<'a>(outcome: &'a Outcome, fault: &str) -> Vec<&'a FaultOutcome> {
    outcome.faults.iter().filter(|one| one.fault == fault && !one.healed).collect()
}

const HOSTS: &str = r#"Failure(name: "hosts", fault: HostDeath, strikes: EachNode("orders"),
    occurs: Every("exponential(60d)")),"#;
const HANGS: &str = r#"Failure(name: "hangs", fault: Hang, strikes: EachNode("orders"),
    occurs: Every("weibull(20d, 0.7)"), lasts: "lognormal(4s, 1.2)"),"#;

#[test]
fn every_node_has_a_clock_of_its_own_and_replacements_get_theirs() {
    let (mut deaths, mut victims) = (0, Vec::new());
    for seed in 0..40 {
        let outcome = run(HOSTS, "", seed);
        let struck = strikes(&outcome, "HostDeath");
        deaths += struck.len();
        victims.extend(struck.iter().filter_map(|one| one.node.clone()));
    }
    // Two nodes fail about six times a year each; 40 years have 487 strikes, plus or minus 22.
    assert!((400..575).contains(&deaths), "{deaths}");
    for node in ["orders-1", "orders-2", "orders-3", "orders-7"] {
        assert!(victims.iter().any(|victim| victim == node), "{node}");
    }
}

#[test]
fn another_failure_shifts_nothing() {
    for seed in 0..5 {
        let times = |outcome: &Outcome| -> Vec<Instant> {
            let of_first = |one: &&FaultOutcome| one.node.as_deref() == Some("orders-1");
            strikes(outcome, "HostDeath").into_iter().filter(of_first).map(|one| one.at).collect()
        };
        let alone = run(HOSTS, "", seed);
        let among = run(&format!("{HANGS}{HOSTS}"), "", seed);
        assert_eq!(times(&alone), times(&among));
        assert!(!strikes(&among, "Hang").is_empty());
    }
}

#[test]
fn a_repair_ends_what_its_failure_struck_and_the_next_comes_after_it() {
    let outcome = run(HANGS, "", 1);
    let of_first = outcome.faults.iter().filter(|one| one.node.as_deref() == Some("orders-1"));
    let healed: Vec<bool> = of_first.map(|one| one.healed).collect();
    assert!(healed.len() > 10, "{healed:?}");
    assert!(healed.chunks(2).all(|pair| !pair[0] && pair.get(1).is_none_or(|end| *end)));
}

#[test]
fn times_are_kept_to_the_microsecond_and_zones_fail_together() {
    let zone = r#"Failure(name: "zone", fault: ZoneOutage, strikes: Only(Zone("region", A)),
        occurs: Times(["200d", "100d1us"]), lasts: "1h"),"#;
    let outcome = run(zone, "", 0);
    let at: Vec<(Instant, bool)> = outcome.faults.iter().map(|one| (one.at, one.healed)).collect();
    let moment =
        |days: u64, micros: u64| Instant::ZERO + Span::from_days(days) + Span::from_micros(micros);
    let hour = Span::from_hours(1);
    assert_eq!(
        at,
        [
            (moment(100, 1), false),
            (moment(100, 1) + hour, true),
            (moment(200, 0), false),
            (moment(200, 0) + hour, true),
        ]
    );
    let zones = r#"Failure(name: "zones", fault: ZoneOutage, strikes: EachZone("region"),
        occurs: Every("exponential(90d)"), lasts: "1h"),"#;
    let outcome = run(zones, "", 3);
    let whats: Vec<&str> = outcome.faults.iter().map(|one| one.what.as_str()).collect();
    for zone in ["zone A of region", "zone B of region", "zone C of region"] {
        assert!(whats.contains(&zone), "{whats:?}");
    }
}

#[test]
fn links_of_nodes_are_cut_one_by_one() {
    let cuts = r#"Failure(name: "cuts", fault: LinkCut, strikes: EachLink("orders", Platform),
        occurs: Every("exponential(30d)"), lasts: "0.9 exponential(4s) + 0.1 pareto(1m, 1.2)"),"#;
    let outcome = run(cuts, "", 0);
    let whats: Vec<&str> = outcome.faults.iter().map(|one| one.what.as_str()).collect();
    assert!(whats.contains(&"orders-1 and platform") && whats.contains(&"orders-2 and platform"));
    let promoted = &outcome.services[0].promotions;
    assert!(promoted.iter().all(|promotion| promotion.false_alarm), "{promoted:?}");
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let path = std::env::temp_dir().join(format!("cutover-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a temporary folder can be made");
        for (name, text) in files {
            fs::write(path.join(name), text).expect("the folder is writable");
        }
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A leftover in the system's temporary folder harms nobody.
        drop(fs::remove_dir_all(&self.0));
    }
}

#[test]
fn observations_and_times_are_read_from_files_beside_the_scenario() {
    let failures = r#"Failure(name: "seen", fault: Hang, strikes: Only(Primary("orders")),
        occurs: TimesIn("when.txt"), lasts: "observed_in(long.txt)"),"#;
    let text = scenario(failures, "");
    let files = [("year.ron", text.as_str()), ("when.txt", "30d # a Tuesday\n\n10d\n")];
    let folder = Folder::new("observed", &[&files[..], &[("long.txt", "7s\n7s\n")]].concat());
    let loaded = load(&folder.0.join("year.ron")).expect("the files are there");
    let outcome = sim::run(&loaded.setup, 0);
    let at: Vec<u64> = outcome.faults.iter().map(|one| one.at.as_micros() / 1_000_000).collect();
    assert_eq!(at, [864_000, 864_007, 2_592_000, 2_592_007]);
    let made = cutover::scenario::Loaded::from_scenario(loaded.scenario).expect("it was valid");
    assert_eq!(made.setup, loaded.setup);
}

#[test]
fn a_wrong_file_of_observations_is_told_with_its_line() {
    let failures = r#"Failure(name: "seen", fault: Hang, strikes: Only(Primary("orders")),
        occurs: Every("1d"), lasts: "observed_in(long.txt)"),"#;
    let text = scenario(failures, "");
    let folder = Folder::new("misread", &[("year.ron", &text), ("long.txt", "7s\n8\n")]);
    let errors = load(&folder.0.join("year.ron")).expect_err("8 has no unit").to_string();
    assert!(errors.contains("year.ron:5:37: long.txt:2: found 8 without a unit"), "{errors}");
    let errors = parse("year.ron", &text).expect_err("there is no folder").to_string();
    assert!(errors.contains("found the file long.txt, which only a scenario file has"), "{errors}");
}

#[test]
fn failures_that_cannot_happen_are_refused_at_their_place() {
    for (from, to, words) in [
        ("HostDeath", "LinkCut", "LinkCut cannot strike what is found here, expected EachLink"),
        ("\"orders\"", "\"order\"", "unknown service order, expected orders (did you mean"),
        ("exponential(60d)", "exponential(1s)", "found Every"),
        ("\"hosts\"", "\"\"", "found an empty name of a failure"),
        ("HostDeath", "Hang", "missing lasts, expected how long Hang lasts"),
        ("Every(\"exponential(60d)\")", "Times([])", "found no time"),
        ("Every(\"exponential(60d)\")", "Times([\"2000d\"])", "behind the end of the run"),
        ("exponential(60d)", "never", "found gaps that never end"),
        ("\"exponential(60d)\")", "\"1d\"), lasts: \"1s\"", "HostDeath cannot be repaired"),
    ] {
        assert!(HOSTS.contains(from), "{from}");
        let text = scenario(&HOSTS.replacen(from, to, 1), "");
        let errors = parse("year.ron", &text).expect_err(to).to_string();
        assert!(errors.contains(words), "{to}: {errors}");
        assert!(errors.starts_with("year.ron:4:") || errors.starts_with("year.ron:5:"), "{errors}");
    }
    let twice = scenario(&format!("{HOSTS}{HOSTS}"), "");
    let errors = parse("year.ron", &twice).expect_err("two have one name").to_string();
    assert!(errors.contains("found two failures named hosts"), "{errors}");
}

#[test]
fn reports_computed_and_reports_made_agree_about_failures() {
    let text = scenario(&format!("{HANGS}{HOSTS}"), "").replace("365d", "10d");
    let text = text.replace("20d", "8h").replace("60d", "3d");
    let loaded = parse("year.ron", &text).expect("the scenario is valid");
    let setup = std::sync::Arc::new(loaded.setup);
    for seed in 0..3 {
        let mut lazy = sim::Sim::new(setup.clone(), seed);
        let mut eager = sim::Sim::with_eager_ticks(setup.clone(), seed);
        lazy.run();
        eager.run();
        assert_eq!(lazy.outcome(), eager.outcome());
        assert!(lazy.outcome().faults.len() > 20);
    }
}

#[test]
fn hosts_that_die_more_often_than_a_run_keeps_account_of_are_refused() {
    let often = HOSTS.replace("60d", "1h");
    let errors = parse("often.ron", &scenario(&often, "")).expect_err("that is too often");
    // Twice as many as medians of 41.6 minutes in a year, for each of up to four nodes.
    let words = "found host deaths that leave a run with up to 101104 clocks of failures, expected \
                 at most 60000: rarer ones";
    assert!(errors.to_string().contains(words), "{errors}");
    assert!(parse("rarer.ron", &scenario(&HOSTS.replace("60d", "2h"), "")).is_ok());
}

#[test]
fn nodes_beyond_those_that_a_run_keeps_account_of_never_fail_and_the_run_says_so() {
    // Power is lost for longer than the platform waits, so that each loss costs a node, and each
    // new node has sixty clocks that hardly ever strike, and one that does.
    let rare = |number: u32| {
        format!(
            r#"Failure(name: "rare{number}", fault: ProcessCrash, strikes: EachNode("orders"),
                occurs: Every("exponential(30000d)")),"#
        )
    };
    let power = r#"Failure(name: "power", fault: PowerLoss, strikes: EachNode("orders"),
        occurs: Every("exponential(8h)"), lasts: "1h"),"#;
    let failures = (0..60).map(rare).collect::<String>() + power;
    let outcome = run(&failures, r#"tuning: Tuning(database_size: "1MiB"),"#, 1);
    let lost = strikes(&outcome, "PowerLoss").len();
    assert!(outcome.hurry.spent, "{lost} losses");
    assert!((800..1_100).contains(&lost), "{lost}");
    let fewer = power.replace("8h", "30d");
    assert!(!run(&((0..60).map(rare).collect::<String>() + &fewer), "", 1).hurry.spent);
    assert_eq!(cutover::campaign::run_weight(30, outcome.hurry), None);
}

#[test]
fn each_repair_ends_the_strike_before_it_and_reaches_whom_that_one_reached() {
    let cuts = r#"Failure(name: "cuts", fault: LinkCut,
        strikes: Only(Link(Primary("orders"), Platform)),
        occurs: Times(["60s", "1h"]), lasts: "10m"),"#;
    let outcome = run(cuts, "", 0);
    let told = |fault: &FaultOutcome| {
        (fault.at.as_micros() / 60_000_000, fault.healed, fault.nodes.join(","))
    };
    let all: Vec<_> = outcome.faults.iter().map(told).collect();
    // The standby became primary while the first cut lasted, and the second one is its own.
    let expected = [(1, false, "orders-1"), (11, true, "orders-1")];
    let later = [(60, false, "orders-2"), (70, true, "orders-2")];
    let expected =
        expected.iter().chain(&later).map(|(at, healed, on)| (*at, *healed, (*on).to_owned()));
    assert_eq!(all, expected.collect::<Vec<_>>());
    let ends: Vec<_> = outcome
        .faults
        .iter()
        .map(|fault| fault.ended.map(|end| end.as_micros() / 60_000_000))
        .collect();
    assert_eq!(ends, [Some(11), None, Some(70), None]);
}

#[test]
fn repairs_wait_for_a_crew_in_the_order_of_the_strikes() {
    let rest = r#"tuning: Tuning(detection_timeout: "400d", standby_timeout: "400d"),"#;
    let failure = |crews: &str| {
        format!(
            r#"Failure(name: "power", fault: PowerLoss, strikes: EachNode("orders"),
                occurs: Every("exponential(3h)"), lasts: "uniform(1h, 9h)"{crews}),"#
        )
    };
    let told = |crews: &str, seed: u64| {
        let outcome = run(&failure(crews), rest, seed);
        let at = |healed: bool| -> Vec<(String, Instant)> {
            let these = outcome.faults.iter().filter(|one| one.healed == healed);
            these.map(|one| (one.node.clone().expect("a node"), one.at)).collect()
        };
        (at(false), at(true))
    };
    let (struck, healed) = told(", crews: 1", 3);
    assert!(healed.len() > 1_000, "{}", healed.len());
    // One crew mends in the order of the strikes, and a repair takes from one to nine hours since
    // the strike or since the repair before, whichever is later.
    let mut before = Instant::ZERO;
    for ((node, at), (mended, end)) in struck.iter().zip(&healed) {
        assert_eq!(node, mended);
        let takes = end.since(before.max(*at));
        assert!((Span::from_hours(1)..=Span::from_hours(9)).contains(&takes), "{takes}");
        before = *end;
    }
    // Two nodes never wait for two crews, nor for as many as there are repairs.
    assert_eq!(told(", crews: 2", 3), told("", 3));
}

#[test]
fn crews_without_repairs_or_without_anybody_are_refused() {
    for (rest, words) in [
        (r#"lasts: "1h", crews: 0"#, "found 0, expected 1 to 1000 crews"),
        ("crews: 2", "found crews without lasts, expected how long they work"),
    ] {
        let failure = format!(
            r#"Failure(name: "crash", fault: ProcessCrash, strikes: EachNode("orders"),
                occurs: Every("exponential(3h)"), {rest}),"#
        );
        let errors = parse("crews.ron", &scenario(&failure, "")).expect_err("it is refused");
        assert!(errors.to_string().contains(words), "{errors}");
    }
}
