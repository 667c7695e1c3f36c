//! An independent judge: every number that a run reports, counted again commit by commit and event
//! by event.
//!
//! The library computes along paths; the judge never asks a path for anything but the present. It
//! takes the run event by event, with every report an event, looks at who serves, streams, writes
//! and is connected, and adds up by itself what follows from that: what is written, received and
//! replayed, each commit with its place, its reply and its fate, what every client and consumer
//! got, every interval.
//!
//! * `scenario`: random scenarios by their numbers; `walk`: a run taken event by event;
//! * `track`, `movement`, `flow`, `archive`, `quorum`: how far everybody came;
//! * `commits`, `clients`, `readings`, `slots`, `feeds`, `looks`, `reports`, `contacts`, `polls`,
//!   `deeds`, `bonds`, `operations`: what happened to whom;
//! * `numbers`, `loss`, `spending`, `switchovers`: the numbers of a report; `invariants`: every
//!   verdict with its instant and its amounts; `compare`: both side by side;
//! * `faults`: whom each fault hid from the platform; `split`: whose a lost commit is; `ledger`:
//!   each line of blame against those that are counted; `broken`: runs that break each invariant;
//!   `silences`: runs in which primaries fall silent, and lies about what they lost.
//!
//! Not counted are the numbers in [`compare::NOT_COUNTED`], each with its reason. What is looked up
//! and not counted: when sessions and connections begin and end, how long packets take, what jobs
//! copied of a slot to a standby (which the twin in tests/slots counts), when a change of a name
//! was ordered, what a failure's clock strikes with, which nodes daemons are told of and when they
//! start, ask observers or poll at once, and in words by which rule a node was promoted and why
//! others were not.
//!
//! Kept here: the cases are the same each time. Others are asked for by `CUTOVER_REFERENCE`, as in
//! `CUTOVER_REFERENCE=0..100000 cargo test --release --test reference`; what that found is in
//! `RESULTS.md`.

mod archive;
mod bonds;
mod broken;
mod clients;
mod commits;
mod compare;
mod contacts;
mod deeds;
mod faults;
mod feeds;
mod flow;
mod invariants;
mod ledger;
mod looks;
mod loss;
mod movement;
mod numbers;
mod operations;
mod polls;
mod quorum;
mod readings;
mod reports;
mod scenario;
#[path = "../shipped/mod.rs"]
mod shipped;
mod silences;
mod slots;
mod spending;
mod split;
mod switchovers;
mod track;
mod walk;

use std::collections::BTreeSet;
use std::ops::Range;
use std::panic::catch_unwind;

use compare::{NOT_COUNTED, differences, kind};
use cutover::knob::{Mutant, Policy};
use cutover::parallel;
use cutover::report::{Report, json};
use cutover::scenario::{Judgement, Loaded, write};
use cutover::sim;
use serde_json::Value;
use split::KINDS;

/// How many scenarios are judged if nobody asks for others.
const SCENARIOS: u64 = 2_000;

fn numbers() -> Range<u64> {
    let Ok(text) = std::env::var("CUTOVER_REFERENCE") else { return 0..SCENARIOS };
    let parts =
        text.split_once("..").and_then(|(first, end)| Some(first.parse().ok()?..end.parse().ok()?));
    parts.unwrap_or_else(|| panic!("CUTOVER_REFERENCE is {text}, expected numbers as in 0..2000"))
}

/// Returns what a run reports.
fn report(outcome: &sim::Outcome) -> Value {
    let report = Report {
        story: "",
        outcome,
        expectations: &[],
        judgement: Judgement::Pass,
        repeat: String::new(),
        sensitivities: None,
    };
    serde_json::from_str(&json(&report)).expect("a report is JSON")
}

/// What the judge found of a scenario.
#[derive(Debug, Default)]
struct Judged {
    /// Where report and judge differ.
    differences: Vec<String>,
    /// Which kinds of numbers were reported.
    kinds: BTreeSet<String>,
    /// How many were compared.
    compared: usize,
    /// Which kinds of lost commits are in the ledger.
    losses: BTreeSet<String>,
}

fn judged(loaded: &Loaded, seed: u64) -> Judged {
    let outcome = sim::run(&loaded.setup, seed);
    let told = report(&outcome);
    let counted = walk::walk(loaded, seed, &told);
    let mut found: Vec<String> = counted.apart.into_iter().collect();
    found.extend(differences(&told, &counted.numbers));
    found.extend(invariants::sums(&outcome, &told, &counted.numbers));
    found.extend(counted.ledger);
    let kinds = compare::numbers(&told).keys().map(|place| kind(place)).collect();
    let lines = told["ledger"].as_array().into_iter().flatten();
    let losses = lines.filter_map(|line| line["kind"].as_str()).map(str::to_owned);
    Judged {
        differences: found,
        kinds,
        compared: compare::numbers(&counted.numbers).len(),
        losses: losses.filter(|kind| KINDS.contains(&&**kind)).collect(),
    }
}

/// Judges scenarios by their numbers; where library and judge differ, it is told.
fn agreed(range: &[u64], scenario: fn(u64) -> Loaded) -> Vec<Judged> {
    let all = parallel::map(range, parallel::processors(), |number| {
        catch_unwind(|| judged(&scenario(*number), *number)).unwrap_or_else(|_| Judged {
            differences: vec!["the judge gives up".to_owned()],
            ..Judged::default()
        })
    });
    let differ = || range.iter().zip(&all).filter(|(_, one)| !one.differences.is_empty());
    let told: Vec<String> = differ()
        .map(|(number, one)| format!("{number}: {}", one.differences.join("\n    ")))
        .collect();
    let text = differ().next().map(|(number, _)| write(&scenario(*number).scenario));
    assert!(
        told.is_empty(),
        "{} of {} differ:\n{}\nthe first is\n{}",
        told.len(),
        range.len(),
        told[..told.len().min(30)].join("\n"),
        text.unwrap_or_default()
    );
    all
}

#[test]
fn every_number_of_random_runs_is_what_is_counted_commit_by_commit() {
    let range: Vec<u64> = numbers().collect();
    let all = agreed(&range, scenario::numbered);
    let compared: usize = all.iter().map(|one| one.compared).sum();
    assert!(compared > range.len() * 20, "only {compared} numbers were compared");
    if range.len() >= 2_000 {
        let seen: BTreeSet<&String> = all.iter().flat_map(|one| &one.kinds).collect();
        let never: Vec<&str> = NOT_COUNTED
            .iter()
            .map(|(of, _)| *of)
            .filter(|of| !seen.contains(&(*of).to_owned()))
            .collect();
        assert!(never.is_empty(), "{never:?} are excused and never reported");
    }
}

/// Returns a run of which much is reported.
fn eventful() -> (Loaded, Value, Value) {
    let text = r#"Scenario(
        name: "eventful",
        services: [Service(name: "orders", plan: Premium)],
        clients: [
            Writer(name: "app", service: "orders", writes_per_s: 3, wal_per_commit: "3KiB"),
            Reader(name: "dash", service: "orders", reads_per_s: 5, endpoint: Replica),
            SlotConsumer(name: "cdc", service: "orders", slot: "changes", ack_every: "1s"),
        ],
        slots: [Slot(name: "changes", service: "orders")],
        script: [
            At("60s", Fault(LinkCut, Link(Primary("orders"), Platform))),
            At("9m", Fault(HostDeath, Primary("orders"))),
        ],
        until: "20m",
    )"#;
    let loaded = cutover::scenario::parse("eventful.ron", text).expect("it is valid");
    let told = report(&sim::run(&loaded.setup, 0));
    let counted = walk::walk(&loaded, 0, &told);
    assert_eq!((counted.apart, counted.ledger), (None, Vec::new()));
    (loaded, told, counted.numbers)
}

/// Adds one to the number at a place, and tells whether there was one.
fn raise(value: &mut Value, turn: &mut usize) -> bool {
    match value {
        Value::Number(number) => {
            if *turn > 0 {
                *turn -= 1;
                return false;
            }
            let raised = number.as_u64().expect("numbers are whole") + 1;
            *value = raised.into();
            true
        }
        Value::Array(items) => items.iter_mut().any(|item| raise(item, turn)),
        Value::Object(fields) => fields.iter_mut().any(|(_, item)| raise(item, turn)),
        Value::Null | Value::Bool(_) | Value::String(_) => false,
    }
}

#[test]
fn clients_that_come_back_at_one_instant_each_write_at_once() {
    let text = r#"Scenario(
        name: "together",
        services: [Service(name: "orders", plan: Business)],
        clients: [
            Writer(name: "app", service: "orders", writes_per_s: 3, wal_per_commit: "3KiB"),
            Writer(name: "web", service: "orders", writes_per_s: 3, wal_per_commit: "5KiB"),
        ],
        script: [At("60s", Fault(ProcessCrash, Primary("orders")))],
        until: "2m",
    )"#;
    let loaded = cutover::scenario::parse("together.ron", text).expect("it is valid");
    let outcome = sim::run(&loaded.setup, 0);
    let came: Vec<_> = outcome.clients.iter().map(|client| client.outages[0].end).collect();
    assert_eq!(came[0], came[1], "they do not come back together");
    assert_eq!(judged(&loaded, 0).differences, Vec::<String>::new());
}

#[test]
fn library_and_judge_agree_on_runs_on_which_they_once_differed() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/differed");
    let files = std::fs::read_dir(folder).expect("the folder is there");
    let mut numbers: Vec<u64> = Vec::new();
    for file in files {
        let path = file.expect("it can be read").path();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("it has a name");
        let number = stem.parse().expect("its name is the number of the run");
        let text = std::fs::read_to_string(&path).expect("it can be read");
        let loaded = cutover::scenario::parse(&format!("{number}.ron"), &text);
        let loaded = loaded.unwrap_or_else(|errors| panic!("{errors}"));
        assert_eq!(judged(&loaded, number).differences, Vec::<String>::new(), "{number}");
        numbers.push(number);
    }
    assert!(numbers.len() >= 6, "{numbers:?}");
}

#[test]
fn a_standby_that_is_being_stopped_receives_and_replays_nothing_more() {
    let text = r#"Scenario(
        name: "stopped",
        services: [
            Service(name: "orders", plan: Business),
            Service(name: "copy", plan: Startup),
        ],
        integrations: [ReadReplica(source: "orders", replica: "copy")],
        clients: [Writer(name: "app", service: "orders", writes_per_s: 3, wal_per_commit: "3KiB")],
        script: [At("60s", Operator(Maintain, Service("copy")))],
        until: "30m",
    )"#;
    let loaded = cutover::scenario::parse("stopped.ron", text).expect("it is valid");
    let outcome = sim::run(&loaded.setup, 0);
    let stops = |line: &sim::Line| line.event.contains("begins to stop") && line.node.is_some();
    assert!(outcome.timeline.iter().any(stops), "nobody is stopped");
    assert_eq!(judged(&loaded, 0).differences, Vec::<String>::new());
}

#[test]
fn a_number_that_is_off_by_one_is_noticed_unless_it_is_excused() {
    let (loaded, told, counted) = eventful();
    assert_eq!(differences(&told, &counted), Vec::<String>::new());
    let (mut noticed, mut of_ledger, mut excused) = (0, 0, 0);
    for place in 0.. {
        let mut raised = told.clone();
        if !raise(&mut raised, &mut { place }) {
            break;
        }
        if raised["ledger"] != told["ledger"] {
            let found = walk::walk(&loaded, 0, &raised).ledger;
            assert!(!found.is_empty(), "{} goes unnoticed", raised["ledger"]);
            of_ledger += 1;
        } else if differences(&raised, &counted).is_empty() {
            excused += 1;
        } else {
            noticed += 1;
        }
    }
    let places = compare::numbers(&told);
    let counted = places.keys().filter(|place| !compare::is_excused(place)).count();
    assert_eq!(noticed, counted);
    assert!(noticed > 200 && of_ledger > 30, "{noticed} noticed, {of_ledger} of the ledger");
    assert!(excused < 10, "{excused} excused");
}

#[test]
fn every_number_that_daemons_go_by_is_counted_and_one_that_is_off_by_one_is_noticed() {
    let mut noticed = 0;
    let all = shipped::scenarios();
    for one in all.iter().filter(|one| one.loaded.setup.knobs.policy == Policy::Pglookout) {
        let loaded = scenario::shortened(&one.loaded);
        let told = report(&sim::run(&loaded.setup, 0));
        let counted = walk::walk(&loaded, 0, &told).numbers;
        let found = differences(&told, &counted);
        assert_eq!(found, Vec::<String>::new(), "{}", one.name);
        let rows = told["promotions"].as_array().expect("there is a list");
        let own = rows.iter().position(|row| row["rule"] == "promote-self");
        let Some(own) = own else { continue };
        let rows = rows[own]["candidates"].as_array().map_or(0, Vec::len);
        assert!(rows > 0, "{}: it goes by nothing", one.name);
        for row in 0..rows {
            for key in ["received_lsn", "replayed_lsn", "age_us"] {
                let mut raised = told.clone();
                let number = &mut raised["promotions"][own]["candidates"][row][key];
                *number = (number.as_u64().expect("it is a number") + 1).into();
                let found = differences(&raised, &counted);
                assert_eq!(found.len(), 1, "{}: {row} {key} {found:?}", one.name);
                noticed += 1;
            }
            let mut fewer = told.clone();
            let rows = fewer["promotions"][own]["candidates"].as_array_mut();
            rows.expect("there is a list").remove(row);
            assert!(!differences(&fewer, &counted).is_empty(), "{}: {row}", one.name);
        }
    }
    assert!(noticed >= 24, "only {noticed} numbers");
}

#[test]
fn a_daemon_whose_own_clock_is_wrong_tells_how_old_its_candidates_are_by_the_time_of_the_run() {
    let mut promoted = 0;
    let all = shipped::scenarios();
    for one in all.iter().filter(|one| one.loaded.setup.knobs.policy == Policy::Pglookout) {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
        let text = std::fs::read_to_string(format!("{folder}/{}.ron", one.name));
        let text = text.expect("it can be read");
        for wrong in ["ClockAhead(\"7s\")", "ClockBehind(\"20s\")"] {
            for right_again in ["70s", "95s", "10m"] {
                let clock = |verb: &str, at: &str| {
                    format!("At(\"{at}\", {verb}({wrong}, Node(\"orders-2\"))),")
                };
                let steps = clock("Fault", "11s") + &clock("Heal", right_again);
                let text = text.replacen("script: [", &format!("script: [{steps}"), 1);
                let loaded = cutover::scenario::parse(&one.name, &text).expect("it is valid");
                let loaded = scenario::shortened(&loaded);
                let found = judged(&loaded, 0).differences;
                assert_eq!(found, Vec::<String>::new(), "{}: {steps}", one.name);
                let told = report(&sim::run(&loaded.setup, 0));
                let mut rows = told["promotions"].as_array().into_iter().flatten();
                promoted += u32::from(
                    rows.any(|row| row["rule"] == "promote-self" && row["node"] == "orders-2"),
                );
            }
        }
    }
    assert!(promoted >= 12, "its own clock was wrong in {promoted} runs only");
}

#[test]
fn a_new_number_that_is_neither_counted_nor_excused_is_noticed() {
    let (_, mut told, counted) = eventful();
    told["loss"][0]["torn_commits"] = 0.into();
    assert_eq!(
        differences(&told, &counted),
        ["loss[0].torn_commits is 0, neither counted nor excused"]
    );
}

#[test]
fn planted_faults_of_servers_and_of_bookkeeping_are_noticed() {
    let planted = [
        Mutant::AcknowledgeUnwritten,
        Mutant::AcknowledgeBeforeStandbys,
        Mutant::FollowRegardless,
        Mutant::IgnoreArchive,
        Mutant::StopArchiving,
        Mutant::KeepTimeline,
    ];
    for mutant in planted {
        let noticed = (0..SCENARIOS).any(|number| {
            let mut loaded = scenario::numbered(number);
            loaded.setup.knobs.mutant = Some(mutant);
            let found = catch_unwind(|| judged(&loaded, number));
            found.map_or(true, |found| !found.differences.is_empty())
        });
        assert!(noticed, "{} goes unnoticed", mutant.card().name);
    }
}
