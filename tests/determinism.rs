//! The same scenario and the same seed are the same run, and what is added shifts nothing else.
//!
//! Knows nothing of how words are drawn. Kept here: what is compared is what a user sees, the JSON
//! of the program or the outcome of the library.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::{self, Command};
use std::sync::Arc;

use cutover::bundle::Bundle;
use cutover::kernel::Instant;
use cutover::sim::{self, ClientOutcome, Line, Outcome, ServiceOutcome};

/// Seeds of runs that are compared.
const SEEDS: std::ops::Range<u64> = 0..40;

/// Two services of which one fails, with every duration drawn from the seed.
const SCENARIO: &str = r#"Scenario(
    name: "drawn",
    story: "Everything takes as long as the seed says.",
    services: [
        Service(name: "orders", plan: Premium, region: "eu-west"),
        Service(name: "cart", plan: Business, region: "us-east"),
    ],
    clients: [
        Writer(name: "app", service: "orders", writes_per_s: 90),
        Writer(name: "etl", service: "orders", writes_per_s: 7, region: "us-east"),
        Writer(name: "shop", service: "cart", writes_per_s: 20),
        Reader(name: "dash", service: "orders", reads_per_s: 5, connection: Fresh),
    ],
    tuning: Tuning(
        promotion_overhead: "uniform(1s, 9s)",
        dns_publish_delay: "exponential(4s)",
        process_restart: "lognormal(80s, 0.5)",
        node_build: "uniform(1m, 4m)",
        database_size: "1GiB",
    ),
    script: [
        At("uniform(1m, 3m)", Fault(HostDeath, Primary("orders"))),
        At("uniform(5m, 7m)", Fault(ProcessCrash, Primary("orders"))),
        At("uniform(8m, 9m)", Fault(LinkCut, Link(Primary("cart"), Everyone))),
        At("uniform(10m, 12m)", Heal(LinkCut, Link(Primary("cart"), Everyone))),
    ],
    until: "25m",
)
"#;

fn run(text: &str, seed: u64) -> Outcome {
    let loaded = cutover::scenario::parse("drawn.ron", text);
    let loaded = loaded.unwrap_or_else(|errors| panic!("it should be a scenario: {errors}"));
    sim::run(&loaded.setup, seed)
}

/// Returns the scenario with a part in place of another.
fn with(old: &str, new: &str) -> String {
    assert!(SCENARIO.contains(old), "{old} is part of the scenario");
    SCENARIO.replacen(old, new, 1)
}

/// Returns the lines that are not about a part that was added.
fn without(lines: &[Line], added: &str) -> Vec<Line> {
    let about = |line: &&Line| line.subject != added && line.service.as_deref() != Some(added);
    lines.iter().filter(about).cloned().collect()
}

#[test]
fn the_same_seed_prints_the_same_bytes_in_any_folder_and_environment() {
    let json = |place: &str, environment: &[&str]| {
        let name = format!("cutover-determinism-{}-{place}", process::id());
        let folder: PathBuf = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).expect("a temporary folder can be made");
        fs::write(folder.join("drawn.ron"), SCENARIO).expect("a temporary file can be written");
        let words = ["run", "drawn.ron", "--seed", "7", "--format", "json"];
        let mut command = Command::new("env");
        command.arg("-i").args(environment).arg(env!("CARGO_BIN_EXE_cutover")).args(words);
        let output = command.current_dir(&folder).output().expect("the program starts");
        // A leftover in the system's temporary folder harms nobody.
        drop(fs::remove_dir_all(&folder));
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.stdout.is_empty(), "{errors}");
        String::from_utf8(output.stdout).expect("JSON is text")
    };
    let plain = json("here", &[]);
    let turkish = ["TZ=Pacific/Chatham", "LC_ALL=tr_TR.UTF-8", "LANG=tr_TR.UTF-8", "A=1", "B=2"];
    let backwards = ["B=2", "A=1", "LANG=C", "LC_ALL=C", "TZ=America/New_York", "COLUMNS=40"];
    assert_eq!(json("there", &turkish), plain);
    assert_eq!(json("elsewhere", &backwards), plain);
}

#[test]
fn the_same_seed_gives_the_same_outcome() {
    for seed in SEEDS {
        assert_eq!(run(SCENARIO, seed), run(SCENARIO, seed), "seed {seed}");
    }
}

#[test]
fn different_seeds_give_different_runs() {
    let fingerprints: BTreeSet<u64> = SEEDS.map(|seed| run(SCENARIO, seed).fingerprint).collect();
    assert_eq!(fingerprints.len(), SEEDS.count());
}

#[test]
fn another_reader_shifts_nothing_of_what_happens_to_the_others() {
    let reader = r#"Reader(name: "idle", service: "orders", reads_per_s: 1, endpoint: Primary),"#;
    let first = with("clients: [", &format!("clients: [ {reader}"));
    let last = with("connection: Fresh),", &format!("connection: Fresh), {reader}"));
    for seed in SEEDS {
        let plain = run(SCENARIO, seed);
        for text in [&first, &last] {
            let more = run(text, seed);
            assert_eq!(without(&more.timeline, "idle"), plain.timeline, "seed {seed}");
            assert_eq!(more.services, plain.services, "seed {seed}");
        }
    }
}

#[test]
fn another_standby_shifts_no_draw() {
    let more = with("name: \"cart\", plan: Business", "name: \"cart\", plan: Premium");
    for seed in SEEDS {
        let (plain, more) = (draws(SCENARIO, seed), draws(&more, seed));
        let shared = plain.iter().filter(|(of, _)| more.contains_key(*of));
        let shared: Vec<_> = shared.map(|(of, word)| (of, *word, more[of])).collect();
        assert!(shared.len() > 10, "seed {seed}: only {} draws are shared", shared.len());
        for (of, word, now) in shared {
            assert_eq!(word, now, "seed {seed}: {of:?}");
        }
    }
}

/// Returns every word that a run draws, by purpose, name and number.
fn draws(text: &str, seed: u64) -> BTreeMap<(String, String, u64), u64> {
    let loaded = cutover::scenario::parse("drawn.ron", text).expect("it is valid");
    let drawn = Bundle::record(&loaded, seed).0.draws.into_iter();
    drawn.map(|draw| ((draw.purpose, draw.name, draw.counter), draw.word)).collect()
}

#[test]
fn another_service_shifts_nothing_of_what_happens_to_the_others() {
    let service = r#"Service(name: "unused", plan: Premium, region: "eu-north"),"#;
    let first = with("services: [", &format!("services: [ {service}"));
    let last =
        with("region: \"us-east\"),\n    ],", &format!("region: \"us-east\"), {service} ],"));
    for seed in SEEDS {
        let plain = run(SCENARIO, seed);
        for text in [&first, &last] {
            let more = run(text, seed);
            assert_eq!(without(&more.timeline, "unused"), plain.timeline, "seed {seed}");
            let others = more.services.into_iter().filter(|service| service.name != "unused");
            assert_eq!(others.collect::<Vec<_>>(), plain.services, "seed {seed}");
            assert_eq!(more.clients, plain.clients, "seed {seed}");
        }
    }
}

#[test]
fn another_fault_shifts_nothing_of_what_happens_before_it() {
    let heal = r#"Heal(LinkCut, Link(Primary("cart"), Everyone))),"#;
    let fault = r#"At("14m", Fault(HostDeath, Standby("orders", 1))),"#;
    let later = with(heal, &format!("{heal} {fault}"));
    let struck = Instant::from_micros(14 * 60_000_000);
    let before = |outcome: &Outcome| -> Vec<Line> {
        outcome.timeline.iter().filter(|line| line.at < struck).cloned().collect()
    };
    for seed in SEEDS {
        let (plain, more) = (run(SCENARIO, seed), run(&later, seed));
        assert_eq!(before(&more), before(&plain), "seed {seed}");
        assert_ne!(more.timeline, plain.timeline, "seed {seed}");
        assert_eq!(more.services[1], plain.services[1], "seed {seed}");
    }
}

/// Sorts what a service has of equal rank by name.
fn service(outcome: &Outcome, name: &str) -> ServiceOutcome {
    let found = outcome.services.iter().find(|service| service.name == name);
    let mut service = found.expect("the service is there").clone();
    let key = |session: &sim::SessionOutcome| {
        (session.commits.first(), session.client.clone(), session.node.clone())
    };
    service.sessions.sort_by_key(key);
    for dual in &mut service.dual_writers {
        dual.clients.sort();
    }
    service
}

fn client(outcome: &Outcome, name: &str) -> ClientOutcome {
    let found = outcome.clients.iter().find(|client| client.name == name);
    found.expect("the client is there").clone()
}

#[test]
fn the_order_of_services_and_clients_in_the_file_does_not_matter() {
    let turned = |text: &str, from: &str, to: &str| {
        let (head, rest) = text.split_once(from).expect("the list begins");
        let (list, tail) = rest.split_once(to).expect("the list ends");
        let mut lines: Vec<&str> = list.lines().filter(|line| !line.trim().is_empty()).collect();
        lines.reverse();
        format!("{head}{from}\n{}\n{to}{tail}", lines.join("\n"))
    };
    let text = turned(SCENARIO, "services: [", "    ],\n    clients");
    let text = turned(&text, "clients: [", "    ],\n    tuning");
    for seed in SEEDS {
        let (plain, other) = (run(SCENARIO, seed), run(&text, seed));
        assert_eq!(other.services[0].name, "cart", "{text}");
        assert_eq!(other.clients[0].name, "dash", "{text}");
        for name in ["orders", "cart"] {
            assert_eq!(service(&other, name), service(&plain, name), "seed {seed}");
        }
        for name in ["app", "etl", "shop", "dash"] {
            assert_eq!(client(&other, name), client(&plain, name), "seed {seed}");
        }
    }
}

/// What a file may list in any order: faults at different times, two of them with the same words,
/// steps that repeat or wait, and failures.
const LISTED: [&str; 9] = [
    r#"At("uniform(1m, 3m)", Fault(HostDeath, Primary("orders")))"#,
    r#"At("uniform(14m, 19m)", Fault(HostDeath, Primary("orders")))"#,
    r#"At("uniform(5m, 7m)", Fault(ProcessCrash, Primary("orders")))"#,
    r#"At("uniform(8m, 9m)", Fault(LinkCut, Link(Primary("cart"), Everyone)))"#,
    r#"At("12m", Operator(Maintain, Service("cart")))"#,
    r#"Every("4m", Fault(ProcessCrash, Standby("orders", 2)))"#,
    r#"When(After("uniform(1s, 9s)", Promoted(node: "orders-2")), Fault(Hang, Primary("cart")))"#,
    r#"When(After("uniform(1s, 9s)", Loses(client: "app")), Fault(Hang, Primary("cart")))"#,
    r#"When(Works(client: "shop"), Operator(Maintain, Service("orders")))"#,
];

/// What goes wrong by itself beside that.
const FAILING: [&str; 2] = [
    r#"Failure(name: "hosts", fault: HostDeath, strikes: EachNode("cart"),
        occurs: Every("exponential(9m)"))"#,
    r#"Failure(name: "crashes", fault: ProcessCrash, strikes: EachNode("orders"),
        occurs: Every("exponential(6m)"))"#,
];

/// Returns the scenario with steps and failures in this order. A heal stands behind its fault in a
/// file, so that it is listed last.
fn listed(steps: &[&str], failures: &[&str]) -> String {
    let (head, rest) = SCENARIO.split_once("script: [").expect("there is a script");
    let (list, tail) = rest.split_once("],\n    until").expect("the script ends");
    let ended = list.lines().find(|line| line.contains("Heal(")).expect("there is a heal");
    let (steps, failures) = (steps.join(",\n"), failures.join(",\n"));
    format!("{head}script: [\n{steps},\n{ended}],\nfailures: [\n{failures}],\n    until{tail}")
}

#[test]
fn the_order_in_which_steps_and_failures_are_listed_changes_no_byte() {
    let folder = std::env::temp_dir().join(format!("cutover-listed-{}", process::id()));
    fs::create_dir_all(&folder).expect("a temporary folder can be made");
    let told = |text: &str, words: &str| {
        fs::write(folder.join("drawn.ron"), text).expect("a temporary file can be written");
        let mut command = Command::new(env!("CARGO_BIN_EXE_cutover"));
        let output = command.current_dir(&folder).args(words.split(' ')).output();
        let output = output.expect("the program starts");
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.stdout.is_empty(), "{words}: {errors}");
        String::from_utf8(output.stdout).expect("what is printed is text")
    };
    let plain = listed(&LISTED, &FAILING);
    let runs =
        ["run drawn.ron --seed 7 --format json", "campaign drawn.ron --runs 20 --format json"];
    let first = runs.map(|words| told(&plain, words));
    assert_ne!(told(&plain.replace("12m", "13m"), runs[0]), first[0], "what is done counts");
    let (mut steps, mut failures) = (LISTED, FAILING);
    failures.reverse();
    steps.reverse();
    for turn in 0..steps.len() {
        let other = listed(&steps, &failures);
        assert_ne!(other, plain);
        for (words, first) in runs.iter().zip(&first) {
            assert!(told(&other, words) == *first, "{words}, turn {turn}:\n{other}");
        }
        for seed in SEEDS {
            assert_eq!(run(&other, seed), run(&plain, seed), "seed {seed}:\n{other}");
        }
        steps.rotate_left(1);
    }
    // A leftover in the system's temporary folder harms nobody.
    drop(fs::remove_dir_all(&folder));
}

#[test]
fn every_way_of_printing_a_run_names_its_seed() {
    let file = std::env::temp_dir().join(format!("cutover-seed-{}.ron", process::id()));
    fs::write(&file, SCENARIO).expect("a temporary file can be written");
    let print = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cutover"));
        let output = command.arg("run").arg(&file).args(["--seed", "424242"]).args(words).output();
        let output = output.expect("the program starts");
        String::from_utf8(output.stdout).expect("what is printed is text")
    };
    for words in [&[][..], &["--quiet"], &["--format", "json"]] {
        let text = print(words);
        assert!(text.contains("seed") && text.contains("424242"), "{words:?} prints {text}");
    }
    fs::remove_file(&file).expect("the temporary file is there");
}

#[test]
fn equal_states_have_equal_digests_and_a_step_makes_another_state() {
    let text = fs::read_to_string("scenarios/premium-laggard.ron").expect("it is shipped");
    let loaded = cutover::scenario::parse("premium-laggard.ron", &text).expect("it is valid");
    let setup = Arc::new(loaded.setup);
    let mut run = sim::Sim::new(Arc::clone(&setup), 3);
    let mut twin = sim::Sim::new(setup, 3);
    let mut steps = 0;
    while run.step() {
        let before = twin.state_digest();
        assert!(twin.step(), "the twin goes as far");
        assert_eq!(run, twin);
        assert_eq!(run.state_digest(), twin.state_digest(), "after step {steps}");
        assert_ne!(run.state_digest(), before, "step {steps} changed nothing");
        assert_eq!(run.clone().state_digest(), run.state_digest());
        steps += 1;
    }
    assert!(steps > 20, "only {steps} steps");
}
