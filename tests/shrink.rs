//! Shrinking: a known cause under much noise comes back as exactly that cause.
//!
//! Knows nothing of how shrinking goes. Kept here: each battery knows what is left, and that
//! nothing of what is left can go.

use cutover::fault::FaultKind;
use cutover::kernel::{Law, Span};
use cutover::knob::Tuning;
use cutover::scenario::{
    Deed, ExpectationVerdict, Judgement, Loaded, Scenario, Step, Target, overall, parse,
};
use cutover::search::{
    Answer, Conditions, Dice, Shrunk, Violation, add_steps, bare, record, shrink,
    shrink_what_fails, violations,
};

/// Three nodes and a writer; a second service for the noise to strike.
const BASE: &str = r#"Scenario(
    name: "battery",
    services: [
        Service(name: "orders", plan: Premium, region: "eu-west"),
        Service(name: "cart", plan: Premium, region: "us-east"),
        Service(name: "audit", plan: Business, region: "us-east"),
    ],
    clients: [
        Writer(name: "app", service: "orders", writes_per_s: 100),
        Writer(name: "shop", service: "cart", writes_per_s: 70),
    ],
    tuning: Tuning(heartbeat_phase: "2s", dns_ttl: "13s"),
    until: "50m",
)"#;

/// The primary dies, and the standby that takes over dies within the second that its promotion
/// takes: later it is primary, and earlier another is chosen.
fn causes(share: u64) -> [Step; 2] {
    let orders = || "orders".to_owned();
    let at = |at: Span, deed| Step::At(Law::Fixed(at), deed);
    let died = Span::from_secs(360);
    // Its last report came at 357 s, and a minute later it was given up.
    let promoting = Span::from_secs(417) + Span::from_millis(10) + Span::from_micros(share);
    [
        at(died, Deed::Fault(FaultKind::HostDeath, Target::Primary(orders()))),
        at(promoting, Deed::Fault(FaultKind::HostDeath, Target::Standby(orders(), 2))),
    ]
}

/// Returns the noise: steps of any kind against other services.
fn noise(seed: u64) -> Vec<Step> {
    let text = BASE.replace("Service(name: \"orders\", plan: Premium, region: \"eu-west\"),", "");
    let text = text.replace("Writer(name: \"app\", service: \"orders\", writes_per_s: 100),", "");
    let mut loaded = parse("noise.ron", &text).expect("it is valid");
    let mut dice = Dice::seeded(seed, "noise");
    while loaded.scenario.script.len() < 50 {
        let left = u64::try_from(50 - loaded.scenario.script.len()).expect("it is small");
        loaded = add_steps(&mut dice, &loaded, left);
    }
    let everywhere = |target: &Target| format!("{target:?}").contains("Everyone");
    let mut script = loaded.scenario.script;
    script.retain(|step| !everywhere(step.deed().target()));
    script
}

fn noisy(seed: u64, share: u64) -> Scenario {
    let mut scenario = parse("battery.ron", BASE).expect("it is valid").scenario;
    let mut script = noise(seed);
    assert!(script.len() > 30, "{} steps of noise", script.len());
    let causes = causes(share);
    script.insert(script.len() / 3, causes[0].clone());
    script.insert(script.len() * 2 / 3, causes[1].clone());
    scenario.script = script;
    scenario
}

fn ask(loaded: &Loaded, seed: u64) -> Answer {
    let outcome = Conditions::of(loaded).run(loaded, seed);
    let orders = outcome.services.iter().find(|service| service.name == "orders");
    let promotions = orders.map(|orders| orders.promotions.as_slice()).unwrap_or_default();
    let died = promotions.len() > 1
        && promotions[0].finished.is_none()
        && outcome.faults.iter().any(|fault| {
            let promoting = fault.at > promotions[0].ordered && fault.at < promotions[1].ordered;
            promoting && fault.node.as_ref() == Some(&promotions[0].node)
        });
    let violations = if died { vec![violation()] } else { Vec::new() };
    Answer { violations, fingerprint: outcome.fingerprint, pending: None }
}

fn violation() -> Violation {
    Violation::new("candidate-dies-during-its-promotion", [])
}

fn shrunk(scenario: &Scenario, seed: u64) -> Shrunk {
    let shrunk = shrink(scenario, seed, &violation(), 20_000, ask);
    shrunk.expect("the cause is in it")
}

#[test]
fn two_faults_and_a_boundary_come_back_from_under_fifty_others() {
    for seed in 0..6 {
        let scenario = noisy(seed, 123_456 * (seed + 1));
        let found = shrunk(&scenario, seed);
        assert!(found.minimal, "{} runs", found.runs);
        let script = &found.scenario.script;
        let aims: Vec<String> = script.iter().map(|step| format!("{:?}", step.deed())).collect();
        assert_eq!(script.len(), 2, "{aims:#?}");
        assert!(aims.iter().all(|aim| aim.contains("orders") && aim.contains("HostDeath")));
        assert_eq!(found.scenario.services.len(), 1);
        assert!(found.scenario.clients.is_empty());
        // Either of them alone is no violation.
        for index in 0..2 {
            let mut less = found.scenario.clone();
            less.script.remove(index);
            let loaded = Loaded::from_scenario(less).expect("it is valid");
            assert!(ask(&loaded, found.seed).violations.is_empty());
            let part = format!("script[{index}]");
            let proof = found.certificate.iter().find(|proof| proof.part == part);
            let without = proof.expect("each part is proved").without.as_ref();
            assert!(without.is_some_and(|answer| answer.violations.is_empty()));
        }
        // A second earlier or later the other dies outside of its promotion.
        for later in [Span::ZERO, Span::from_secs(2)] {
            let mut moved = found.scenario.clone();
            let Step::At(Law::Fixed(at), deed) = moved.script[1].clone() else {
                panic!("{:?} is at no time", moved.script[1]);
            };
            let at = (at + later).minus(Span::from_secs(1));
            moved.script[1] = Step::At(Law::Fixed(at), deed);
            let loaded = Loaded::from_scenario(moved).expect("it is valid");
            assert!(ask(&loaded, found.seed).violations.is_empty(), "at {at}");
        }
    }
}

#[test]
fn shrinking_is_deterministic_and_what_is_minimal_stays_as_it_is() {
    let scenario = noisy(3, 345_678);
    let (one, other) = (shrunk(&scenario, 3), shrunk(&scenario, 3));
    assert_eq!(one, other);
    let again = shrunk(&one.scenario, one.seed);
    assert_eq!((&again.scenario, again.seed), (&one.scenario, one.seed));
    assert_eq!(again.certificate, one.certificate);
    assert!(again.runs < one.runs);
}

#[test]
fn the_order_of_the_noise_does_not_change_what_is_left() {
    let mut scenario = noisy(4, 345_678);
    let straight = shrunk(&scenario, 4).scenario.script.len();
    // The heals of a script stand behind their faults, so turning it round leaves them out.
    scenario.script.retain(|step| !matches!(step.deed(), Deed::Heal(..)));
    scenario.script.reverse();
    assert_eq!(shrunk(&scenario, 4).scenario.script.len(), straight);
}

#[test]
fn a_bound_on_the_runs_is_kept_and_told() {
    let scenario = noisy(5, 345_678);
    let found = shrink(&scenario, 5, &violation(), 10, ask).expect("the cause is in it");
    assert!(!found.minimal && found.runs <= 10 && found.certificate.is_empty());
    let loaded = Loaded::from_scenario(found.scenario).expect("it is valid");
    assert!(!ask(&loaded, found.seed).violations.is_empty(), "what is left still fails");
}

#[test]
fn what_does_not_fail_is_not_shrunk() {
    let quiet = parse("battery.ron", BASE).expect("it is valid").scenario;
    assert_eq!(shrink(&quiet, 0, &violation(), 100, ask), None);
}

/// Two scenarios that once came out smaller, or larger, each time they were shrunk.
const UNSTEADY: [&str; 2] = [
    r#"Scenario(name: "r", services: [Service(name: "orders", plan: Business, region: "eu-west")],
    clients: [Writer(name: "app", service: "orders", writes_per_s: 300)],
    tuning: Tuning(policy: Platform, commit_mode: Quorum, node_build: "10s",
        database_size: "3000MiB"),
    script: [
        At("499s", Fault(HostDeath, Node("orders-1"))),
        At("659s", Fault(PowerLoss, Primary("orders"))),
        At("181s", Fault(Hang, Node("orders-1"))),
        At("161s", Fault(HostDeath, Node("orders-2"))),
        At("125s", Fault(LinkCut, Link(Primary("orders"), Everyone))),
        At("250s", Fault(PowerLoss, Node("orders-2"))),
        At("605s", Fault(LinkCut, Link(Primary("orders"), Platform))),
        At("156s", Fault(CrashLoop("4s"), Node("orders-1"))),
    ], until: "40m")"#,
    r#"Scenario(name: "r", services: [Service(name: "orders", plan: Business, region: "eu-west")],
    clients: [Writer(name: "app", service: "orders", writes_per_s: 300)],
    tuning: Tuning(policy: Pglookout, commit_mode: Quorum, node_build: "10s",
        database_size: "100MiB", lookout_poll_phase: "2s", lookout_check_phase: "4s"),
    script: [
        At("545s", Fault(HostDeath, Node("orders-2"))),
        At("731s", Fault(DiskFull, Node("orders-1"))),
    ], until: "40m")"#,
];

/// A service of two nodes, to be struck.
const BARE: &str = r#"Scenario(
    name: "bare",
    services: [Service(name: "orders", plan: Business, region: "eu-west")],
    clients: [Writer(name: "app", service: "orders", writes_per_s: 100)],
    until: "30m",
)"#;

/// Returns the text of the record of what a scenario shows, if it shows anything.
fn recorded(loaded: &Loaded, seed: u64) -> Option<(Shrunk, String)> {
    let shrunk = shrink_what_fails(loaded, seed, 20_000)?;
    let name = shrunk.violation.name();
    let text = record(&shrunk, &name, Conditions::default());
    Some((shrunk, text))
}

/// Asserts that a record passes, that nothing can be left out of it, and that it stays as it is.
fn minimal_as_it_is_printed(shrunk: &Shrunk, text: &str) {
    assert!(shrunk.minimal, "{text}");
    let loaded = parse("record.ron", text).expect("it is a scenario file");
    let outcome = Conditions::default().run(&loaded, shrunk.seed);
    let judged = overall(&outcome, &loaded.judge(&outcome));
    assert_ne!(judged, Judgement::Fail, "{text}");
    let bare = bare(&loaded, &outcome, &shrunk.violation);
    let shows = |scenario: Scenario| {
        let loaded = Loaded::from_scenario(scenario).ok();
        loaded.is_some_and(|loaded| {
            let outcome = Conditions::default().run(&loaded, shrunk.seed);
            violations(&loaded, &outcome).contains(&shrunk.violation)
        })
    };
    assert!(shows(bare.clone()), "{text}");
    for index in 0..bare.script.len() {
        let mut less = bare.clone();
        less.script.remove(index);
        assert!(!shows(less), "script[{index}] of {text}");
    }
    for index in 0..bare.clients.len() {
        let mut less = bare.clone();
        less.clients.remove(index);
        assert!(!shows(less), "clients[{index}] of {text}");
    }
    let untuned = Scenario { tuning: Tuning::default(), ..bare.clone() };
    assert!(bare.tuning == Tuning::default() || !shows(untuned), "the tuning of {text}");
    let (_, again) = recorded(&loaded, shrunk.seed).expect("it shows it still");
    assert_eq!(again, text, "shrinking it again changes nothing");
}

#[test]
fn what_is_printed_is_minimal_and_shrinking_it_again_changes_nothing() {
    for text in UNSTEADY {
        let loaded = parse("unsteady.ron", text).expect("it is valid");
        let (shrunk, text) = recorded(&loaded, 0).expect("something goes wrong");
        minimal_as_it_is_printed(&shrunk, &text);
    }
    let base = parse("base.ron", BARE).expect("it is valid");
    let mut shown = 0;
    for number in 0..1_000 {
        if shown == 24 {
            break;
        }
        let loaded = add_steps(&mut Dice::seeded(number, "printed"), &base, 6);
        if let Some((shrunk, text)) = recorded(&loaded, number) {
            minimal_as_it_is_printed(&shrunk, &text);
            shown += 1;
        }
    }
    assert_eq!(shown, 24, "so many scenarios show something");
}

#[test]
fn a_missed_expectation_is_shrunk_to_what_is_missed_in_the_same_way() {
    let text = r#"Scenario(
        name: "slow",
        services: [Service(name: "orders", plan: Business, region: "eu-west")],
        clients: [Writer(name: "app", service: "orders", writes_per_s: 10)],
        tuning: Tuning(dns_ttl: "5m"),
        script: [
            At("30s", Fault(LongQuery, Standby("orders", 1))),
            At("60s", Fault(HostDeath, Primary("orders"))),
        ],
        until: "20m",
        expect: [Outage(client: "app", between: ("10s", "90s"))],
    )"#;
    let loaded = parse("slow.ron", text).expect("it is valid");
    let (shrunk, text) = recorded(&loaded, 0).expect("the outage is too long");
    assert_eq!(shrunk.violation.skeleton[0], "too-much");
    assert_eq!(shrunk.scenario.script.len(), 1, "{text}");
    minimal_as_it_is_printed(&shrunk, &text);
    let record = parse("record.ron", &text).expect("it is a scenario file");
    let outcome = Conditions::default().run(&record, shrunk.seed);
    let judged = record.judge(&outcome);
    assert_eq!(overall(&outcome, &judged), Judgement::Pass, "{judged:?}");
    assert_eq!(judged[0].verdict, ExpectationVerdict::Known, "{text}");
    // Without its cause the same expectation is missed in another way.
    let mut quiet = record.scenario.clone();
    quiet.script.clear();
    let quiet = Loaded::from_scenario(quiet).expect("it is valid");
    let other = shrink_what_fails(&quiet, 0, 2_000).expect("there is no outage").violation;
    assert_eq!((&other.what, other.skeleton[0].as_str()), (&shrunk.violation.what, "none"));
}
