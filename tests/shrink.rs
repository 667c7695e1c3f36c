//! Shrinking: a known cause under much noise comes back as exactly that cause.
//!
//! Knows nothing of how shrinking goes. Kept here: each battery knows what is left, and that
//! nothing of what is left can go.

use cutover::fault::FaultKind;
use cutover::kernel::{Law, Span};
use cutover::scenario::{Deed, Loaded, Scenario, Step, Target, parse};
use cutover::search::{Answer, Conditions, Dice, Shrunk, Violation, add_steps, shrink};

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
    Answer { violations, fingerprint: outcome.fingerprint }
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
