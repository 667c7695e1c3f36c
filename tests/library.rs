//! The library as a suite of tests uses it: stepping, looking, listening, own policies.
//!
//! Knows nothing of the inside of the library. Kept here: whatever is done through the library, a
//! scenario file that says the same gives the same run.

use std::sync::Arc;

use cutover::control::{self, Action, Decision, Manager, Numbers, OwnPolicy, Rule};
use cutover::fault::FaultKind;
use cutover::kernel::{Digest, Instant, Law, Span};
use cutover::knob::Knobs;
use cutover::model::{Endpoint, ServiceId, Signal};
use cutover::scenario::{self, Deed, Loaded, Step, Target};
use cutover::sim::{self, Sim};

const TEXT: &str = r#"Scenario(
    name: "library",
    services: [Service(name: "orders", plan: Premium)],
    clients: [
        Writer(name: "app", service: "orders", writes_per_s: 100),
        Reader(name: "dash", service: "orders", reads_per_s: 10),
    ],
    script: [
        At("uniform(50s, 70s)", Fault(HostDeath, Primary("orders"))),
        When(Promoting(service: "orders"), Fault(ProcessCrash, Standby("orders", 1))),
    ],
    until: "20m",
)"#;

fn loaded() -> Loaded {
    scenario::parse("library.ron", TEXT).expect("the scenario is valid")
}

fn begun(loaded: &Loaded, seed: u64) -> Sim {
    Sim::new(Arc::new(loaded.setup.clone()), seed)
}

#[test]
fn whoever_watches_sees_every_note_once_and_the_timeline_tells_them() {
    let loaded = loaded();
    let mut sim = begun(&loaded, 1);
    let mut seen = Vec::new();
    let mut lines = Vec::new();
    let watched: Result<(), ()> = sim.watch(|sim, note| {
        assert_eq!(sim.now(), note.at);
        seen.push(note.clone());
        lines.extend(sim.told(note));
        Ok(())
    });
    assert_eq!(watched, Ok(()));
    assert_eq!(seen, sim.notes());
    let outcome = sim::run(&loaded.setup, 1);
    assert_eq!((sim.outcome(), lines.len()), (outcome.clone(), outcome.timeline.len()));
}

#[test]
fn a_watcher_that_refuses_stops_the_run_where_it_stands() {
    let mut sim = begun(&loaded(), 1);
    let stopped = sim.watch(|sim, _| if sim.events() == 9 { Err(sim.now()) } else { Ok(()) });
    assert_eq!(stopped, Err(sim.now()));
    assert!(sim.next_at().is_some(), "the run is not over");
    sim.run();
    assert_eq!(sim.outcome(), sim::run(&loaded().setup, 1));
}

#[test]
fn a_run_that_is_looked_at_every_second_is_the_same_run() {
    let loaded = loaded();
    let mut sim = begun(&loaded, 2);
    for second in 0..=1_200 {
        let now = Instant::ZERO + Span::from_secs(second);
        sim.run_until(now);
        assert_eq!(sim.now(), now);
        let believed = sim.belief(ServiceId(0)).expect("there is a platform").primary;
        assert!(believed >= 1);
    }
    assert_eq!(sim.next_at(), None);
    assert_eq!(sim.outcome(), sim::run(&loaded.setup, 2));
}

#[test]
fn a_run_that_is_led_by_hand_is_the_run_of_the_scenario_that_was_written_on_the_way() {
    for seed in 0..20 {
        let mut loaded = loaded();
        let mut sim = begun(&loaded, seed);
        let deeds = [
            (65, Deed::Fault(FaultKind::Hang, Target::Primary("orders".to_owned()))),
            (140, Deed::Heal(FaultKind::Hang, Target::Primary("orders".to_owned()))),
            (141, Deed::Fault(FaultKind::ProcessCrash, Target::Node("orders-2".to_owned()))),
        ];
        for (second, deed) in deeds {
            sim.run_until(Instant::ZERO + Span::from_secs(second - 1));
            let at = Law::Fixed(Span::from_secs(second));
            let step = loaded.add_step(Step::At(at, deed)).expect("the step is valid");
            assert!(sim.add_step(step));
        }
        sim.run();
        let text = scenario::write(&loaded.scenario);
        let again = scenario::parse("again.ron", &text).expect("what is written is valid");
        assert_eq!(sim.outcome(), sim::run(&again.setup, seed), "{text}");
    }
}

#[test]
fn a_step_that_can_happen_no_more_or_makes_no_sense_is_refused() {
    let mut loaded = loaded();
    let mut sim = begun(&loaded, 0);
    sim.run_until(Instant::ZERO + Span::from_secs(100));
    let deed = Deed::Fault(FaultKind::HostDeath, Target::Primary("orders".to_owned()));
    let before = (sim.clone(), loaded.scenario.clone());
    let late = loaded.clone().add_step(Step::At(Law::Fixed(Span::from_secs(100)), deed.clone()));
    assert!(!sim.add_step(late.expect("a file may have it")));
    let drawn = Law::Uniform(Span::from_secs(200), Span::from_secs(300));
    let drawn = loaded.clone().add_step(Step::At(drawn, deed)).expect("a file may have it");
    assert!(!sim.add_step(drawn));
    let absent = Deed::Fault(FaultKind::HostDeath, Target::Primary("ordres".to_owned()));
    let error = loaded.add_step(Step::At(Law::Fixed(Span::from_secs(200)), absent));
    let error = error.expect_err("there is no such service").to_string();
    assert!(error.contains("did you mean orders?"), "{error}");
    assert_eq!((sim, loaded.scenario), before);
}

/// Orders whatever comes to its mind, most of it nonsense.
fn erratic(knobs: &Knobs, manager: &mut Manager, now: Instant, news: Signal) -> Decision {
    let mut decision = control::decide(knobs, manager, now, news);
    let mut digest = Digest::new();
    digest.u64(now.as_micros());
    let mut word = digest.u64(u64::from(news.node())).finish();
    for _ in 0..word % 4 {
        word = word.rotate_left(7) ^ now.as_micros();
        let number = u16::try_from(word % 7).expect("it is small");
        decision.actions.push(match word % 8 {
            0 => Action::Fence(number),
            1 => Action::Promote(number),
            2 => Action::Follow(number, number / 2),
            3 => Action::Publish(Endpoint::Primary, Numbers::of([number])),
            4 => Action::BuildStandby(number, 1),
            5 => Action::BuildPrimary(number),
            6 => Action::Stop(number),
            _ => Action::Publish(Endpoint::Replica, Numbers::of([number, 2])),
        });
    }
    decision
}

#[test]
fn whatever_an_own_policy_orders_the_run_comes_to_its_end() {
    let mut loaded = loaded();
    loaded.setup.own_policy = Some(OwnPolicy { name: "erratic", decide: erratic });
    for seed in 0..200 {
        let outcome = sim::run(&loaded.setup, seed);
        assert_eq!(outcome.policy, "erratic");
        assert_eq!(outcome, sim::run(&loaded.setup, seed), "seed {seed}");
    }
}

/// Gives a primary up at its first missed report.
fn hasty(knobs: &Knobs, manager: &mut Manager, now: Instant, news: Signal) -> Decision {
    let decision = control::decide(knobs, manager, now, news);
    if news == Signal::Missed(manager.primary) && decision.rule == Rule::SuspectSilentNode {
        return control::decide(knobs, manager, now, Signal::SilenceDue(manager.primary));
    }
    decision
}

#[test]
fn an_own_policy_that_promotes_too_early_is_caught_by_the_same_invariants() {
    let mut loaded = loaded();
    let kept = sim::run(&loaded.setup, 0);
    loaded.setup.own_policy = Some(OwnPolicy { name: "hasty", decide: hasty });
    let broken = sim::run(&loaded.setup, 0);
    let verdict = |outcome: &sim::Outcome| {
        let early = outcome.invariants.iter().find(|one| one.id == "no-early-promotion");
        early.expect("it is an invariant").verdict.word()
    };
    assert_eq!((verdict(&kept), verdict(&broken)), ("holds", "violated"));
}
