//! A worked example of property tests over faults and orders with `proptest-state-machine`.
//!
//! A machine leads a run by hand: it waits, strikes, heals, or lets an operator act, as the state
//! of the reference allows, and after every transition it compares what is believed with the truth.
//! When it fails, the transitions shrink, and what was done is printed as a scenario file.
//!
//! Knows nothing of the inside of the library. Kept here: the file that was written on the way
//! gives the very run that the machine led.

use std::sync::Arc;

use cutover::fault::FaultKind;
use cutover::kernel::{Instant, Law, Span};
use cutover::model::{Endpoint, Role, ServiceId};
use cutover::scenario::{self, Deed, Loaded, Step, Target};
use cutover::sim::{self, Operator, Sim};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};

const BASE: &str = r#"Scenario(
    name: "machine",
    services: [Service(name: "orders", plan: Premium)],
    clients: [Writer(name: "app", service: "orders", writes_per_s: 50)],
    until: "4h",
)"#;

const ORDERS: ServiceId = ServiceId(0);

/// What can be done to the service next.
#[derive(Clone, Debug)]
enum Transition {
    /// Nothing, for so many seconds.
    Wait(u64),
    /// A fault begins.
    Strike(FaultKind, Target),
    /// A fault that can be healed ends.
    Heal(FaultKind, Target),
    /// An operator acts.
    Order(Operator<String>, Target),
}

/// What the reference knows: which faults are open, and that nothing is done twice at once.
#[derive(Clone, Debug, Default)]
struct Reference {
    open: Vec<(FaultKind, Target)>,
}

fn node() -> impl Strategy<Value = Target> {
    let name = "orders".to_owned();
    prop_oneof![
        Just(Target::Primary(name.clone())),
        Just(Target::Standby(name.clone(), 1)),
        Just(Target::Standby(name, 2)),
    ]
}

impl ReferenceStateMachine for Reference {
    type State = Self;
    type Transition = Transition;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self::default()).boxed()
    }

    fn transitions(state: &Self) -> BoxedStrategy<Transition> {
        let kinds = prop_oneof![
            Just(FaultKind::Hang),
            Just(FaultKind::ProcessCrash),
            Just(FaultKind::PowerLoss),
            Just(FaultKind::StorageStall),
            Just(FaultKind::HostDeath),
        ];
        let cut = node().prop_map(|node| {
            let link = Target::Link(Box::new(node), Box::new(Target::Platform));
            Transition::Strike(FaultKind::LinkCut, link)
        });
        let operators = prop_oneof![Just(Operator::StartServer), Just(Operator::Promote)];
        let strike = prop_oneof![
            4 => (1..200_u64).prop_map(Transition::Wait),
            4 => (kinds, node()).prop_map(|(kind, node)| Transition::Strike(kind, node)),
            2 => cut,
            1 => (operators, node()).prop_map(|(act, node)| Transition::Order(act, node)),
        ];
        if state.open.is_empty() {
            return strike.boxed();
        }
        let heal = proptest::sample::select(state.open.clone());
        let heal = heal.prop_map(|(kind, target)| Transition::Heal(kind, target));
        prop_oneof![2 => strike, 1 => heal].boxed()
    }

    fn preconditions(state: &Self, transition: &Transition) -> bool {
        match transition {
            Transition::Heal(kind, target) => state.open.contains(&(*kind, target.clone())),
            Transition::Wait(_) | Transition::Strike(..) | Transition::Order(..) => true,
        }
    }

    fn apply(mut state: Self, transition: &Transition) -> Self {
        match transition {
            Transition::Strike(kind, target) if kind.card().heal.is_some() => {
                state.open.push((*kind, target.clone()));
            }
            Transition::Heal(kind, target) => {
                let of = |open: &(FaultKind, Target)| (open.0, &open.1) == (*kind, target);
                state.open.iter().rposition(of).map(|place| state.open.remove(place));
            }
            Transition::Wait(_) | Transition::Strike(..) | Transition::Order(..) => {}
        }
        state
    }
}

/// The run, and the scenario that says what was done so far.
struct Machine {
    sim: Sim,
    loaded: Loaded,
}

impl Machine {
    fn act(mut self, deed: Deed) -> Self {
        let at = self.sim.now() + Span::from_secs(1);
        let step = Step::At(Law::Fixed(at.since(Instant::ZERO)), deed);
        let step = self.loaded.add_step(step).expect("the reference allows it");
        assert!(self.sim.add_step(step), "the run is not over");
        self.wait(1)
    }

    fn wait(mut self, seconds: u64) -> Self {
        self.sim.run_until(self.sim.now() + Span::from_secs(seconds));
        self
    }

    fn text(&self) -> String {
        scenario::write(&self.loaded.scenario)
    }
}

impl StateMachineTest for Machine {
    type SystemUnderTest = Self;
    type Reference = Reference;

    fn init_test(_: &Reference) -> Self {
        let loaded = scenario::parse("machine.ron", BASE).expect("it is valid");
        Self { sim: Sim::new(Arc::new(loaded.setup.clone()), 0), loaded }
    }

    fn apply(machine: Self, _: &Reference, transition: Transition) -> Self {
        match transition {
            Transition::Wait(seconds) => machine.wait(seconds),
            Transition::Strike(kind, target) => machine.act(Deed::Fault(kind, target)),
            Transition::Heal(kind, target) => machine.act(Deed::Heal(kind, target)),
            Transition::Order(operator, target) => machine.act(Deed::Operator(operator, target)),
        }
    }

    fn check_invariants(machine: &Self, _: &Reference) {
        let (world, belief) = (machine.sim.world(), machine.sim.belief(ORDERS));
        let belief = belief.expect("the platform decides for the service");
        let service = world.service(ORDERS);
        let known = service.numbered(belief.primary);
        assert!(known.is_some(), "a primary that never was\n{}", machine.text());
        for node in service.record(Endpoint::Primary).now().iter() {
            let ever = world.node(node).role == Role::Primary;
            assert!(ever, "the primary name points to a standby\n{}", machine.text());
        }
    }

    fn teardown(mut machine: Self, _: Reference) {
        machine.sim.run();
        let again =
            scenario::parse("again.ron", &machine.text()).expect("what is written is valid");
        let outcome = sim::run(&again.setup, 0);
        assert_eq!(machine.sim.fingerprint(), outcome.fingerprint, "{}", machine.text());
        let accounts = outcome.invariants.iter().find(|one| one.id == "accounting-adds-up");
        let word = accounts.expect("it is an invariant").verdict.word();
        assert_ne!(word, "violated", "{}", machine.text());
    }
}

prop_state_machine! {
    #![proptest_config(Config {
        cases: 64,
        rng_seed: RngSeed::Fixed(7),
        failure_persistence: None,
        ..Config::default()
    })]

    #[test]
    fn whatever_is_done_by_hand_the_belief_names_a_node_and_the_file_gives_the_same_run(
        sequential 1..30 => Machine
    );
}
