//! A strategy that shrinks in terms of scenarios: fewer faults, rounder times, shorter runs.
//!
//! Knows nothing of properties. Kept here: whatever is tried is strictly simpler than what failed
//! last, and when nothing simpler fails, what failed last is what is left.

use std::fmt::Debug;
use std::sync::Arc;

use proptest::arbitrary::any;
use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::case::Case;
use crate::knob::Tuning;
use crate::scenario::{Client, Failure, Scenario, Service, Step};
use crate::search::{self, Conditions, Dice, Simplification};

/// Draws something by the dice of the search.
type Draw<T> = Arc<dyn Fn(&mut Dice) -> T + Send + Sync>;

/// Whether something is what its strategy promises, such as a part that fits its scenario.
type Fits<T> = Arc<dyn Fn(&T) -> bool + Send + Sync>;

/// Something that can be made simpler step by step.
pub trait Simplify: Clone + Debug {
    /// Returns the ways in which it can be made simpler, the simplest first.
    fn ways(&self) -> Vec<Simplification>;

    /// Returns it made simpler in one of its ways, if that makes sense.
    fn simplified(&self, way: &Simplification) -> Option<Self>;
}

impl Simplify for Case {
    fn ways(&self) -> Vec<Simplification> {
        search::simplifications(&self.scenario, self.seed)
    }

    fn simplified(&self, way: &Simplification) -> Option<Self> {
        let (loaded, seed) = search::simplified(&self.scenario, self.seed, way)?;
        let simpler = Self { scenario: loaded.scenario, seed, conditions: self.conditions };
        (simpler != *self).then_some(simpler)
    }
}

impl Simplify for Scenario {
    fn ways(&self) -> Vec<Simplification> {
        search::simplifications(self, 0)
    }

    fn simplified(&self, way: &Simplification) -> Option<Self> {
        let (loaded, _) = search::simplified(self, 0, way)?;
        Some(loaded.scenario).filter(|simpler| simpler != self)
    }
}

macro_rules! parts {
    ($($part:ty)+) => {
        $(impl Simplify for $part {
            fn ways(&self) -> Vec<Simplification> {
                search::part_simplifications(self)
            }

            fn simplified(&self, way: &Simplification) -> Option<Self> {
                search::simplified_part(self, way).filter(|simpler| simpler != self)
            }
        })+
    };
}

parts!(Vec<Service> Vec<Client> Vec<Step> Vec<Failure> Tuning);

/// A strategy whose values shrink in terms of scenarios.
///
/// # Examples
/// What is drawn shrinks to what is simpler and valid:
/// ```
/// use cutover::strategy::{Case, Domain};
/// use proptest::strategy::{Strategy, ValueTree};
/// use proptest::test_runner::TestRunner;
/// let cases: Domain<Case> = cutover::strategy::cases();
/// let mut tree = cases.new_tree(&mut TestRunner::deterministic()).expect("it is drawn");
/// assert!(tree.simplify());
/// assert!(tree.current().load().is_ok());
/// ```
#[derive(Clone)]
pub struct Domain<T> {
    draw: Draw<T>,
    fits: Fits<T>,
}

impl<T> Debug for Domain<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Domain").finish_non_exhaustive()
    }
}

impl<T> Domain<T> {
    /// Returns a strategy that shrinks to whatever fits.
    pub(super) fn new(
        draw: impl Fn(&mut Dice) -> T + Send + Sync + 'static,
        fits: impl Fn(&T) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self { draw: Arc::new(draw), fits: Arc::new(fits) }
    }
}

impl<T: Simplify> Strategy for Domain<T> {
    type Tree = Tree<T>;
    type Value = T;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let seed = any::<u64>().new_tree(runner)?.current();
        let mut dice = Dice::seeded(seed, "strategy");
        Ok(Tree::new((self.draw)(&mut dice), Arc::clone(&self.fits)))
    }
}

/// A value that proptest makes simpler.
///
/// # Examples
/// ```
/// use proptest::strategy::{Strategy, ValueTree};
/// use proptest::test_runner::TestRunner;
/// let services = cutover::strategy::services();
/// let tree: cutover::strategy::Tree<_> =
///     services.new_tree(&mut TestRunner::deterministic()).expect("they are drawn");
/// assert_eq!(tree.current(), tree.current());
/// ```
#[derive(Clone)]
pub struct Tree<T> {
    /// What failed last, or what was drawn.
    failed: T,
    /// What is tried; nothing when it is what failed.
    tried: Option<T>,
    ways: Vec<Simplification>,
    turn: usize,
    fits: Fits<T>,
}

impl<T: Debug> Debug for Tree<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let current = self.tried.as_ref().unwrap_or(&self.failed);
        f.debug_struct("Tree").field("current", current).finish_non_exhaustive()
    }
}

impl<T: Simplify> Tree<T> {
    fn new(drawn: T, fits: Fits<T>) -> Self {
        Self { ways: drawn.ways(), failed: drawn, tried: None, turn: 0, fits }
    }

    /// Goes on to the next way that makes sense.
    fn advance(&mut self) -> bool {
        while let Some(way) = self.ways.get(self.turn) {
            self.turn += 1;
            self.tried = self.failed.simplified(way).filter(|simpler| (self.fits)(simpler));
            if self.tried.is_some() {
                return true;
            }
        }
        self.tried = None;
        false
    }
}

impl<T: Simplify> ValueTree for Tree<T> {
    type Value = T;

    fn current(&self) -> T {
        self.tried.as_ref().unwrap_or(&self.failed).clone()
    }

    fn simplify(&mut self) -> bool {
        if let Some(failed) = self.tried.take() {
            self.ways = failed.ways();
            self.failed = failed;
            self.turn = 0;
        }
        self.advance()
    }

    fn complicate(&mut self) -> bool {
        let tried = self.tried.is_some();
        // Where nothing else is simpler, it is what failed again: whoever has other parts to make
        // simpler goes on with those only after a value that was shown.
        self.advance();
        tried
    }
}

/// Scenarios of another strategy, made to shrink in terms of scenarios.
#[derive(Debug)]
pub(super) struct Shrinking<S>(S);

impl<S> Shrinking<S> {
    pub(super) fn new(scenarios: S) -> Self {
        Self(scenarios)
    }
}

impl<S: Strategy<Value = (Scenario, u64)>> Strategy for Shrinking<S> {
    type Tree = Tree<Case>;
    type Value = Case;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let (scenario, seed) = self.0.new_tree(runner)?.current();
        let case = Case { scenario, seed, conditions: Conditions::default() };
        Ok(Tree::new(case, Arc::new(|_| true)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::FaultKind;
    use crate::model::Plan;
    use crate::scenario::{Deed, Occurs};
    use crate::strategy;
    use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError};

    fn runner(cases: u32) -> TestRunner {
        TestRunner::new(Config {
            cases,
            rng_seed: RngSeed::Fixed(3),
            failure_persistence: None,
            max_shrink_iters: 10_000,
            ..Config::default()
        })
    }

    fn smallest<S: Strategy>(strategy: &S, fails: impl Fn(&S::Value) -> bool) -> S::Value {
        let tested = runner(2_000).run(strategy, |value| {
            if fails(&value) { Err(TestCaseError::fail("it fails")) } else { Ok(()) }
        });
        let Err(TestError::Fail(_, value)) = tested else { panic!("nothing fails") };
        value
    }

    #[test]
    fn any_clients_of_any_services_are_a_scenario_however_simple_they_become() {
        let blank = serde_json::json!({ "name": "drawn", "services": [], "until": "1h" });
        let blank: Scenario = serde_json::from_value(blank).expect("it says all it has to");
        let mut runner = runner(1);
        for _ in 0..400 {
            let services = strategy::services().new_tree(&mut runner).expect("some").current();
            let clients = strategy::clients(services.clone());
            let mut tree = clients.new_tree(&mut runner).expect("they are drawn");
            loop {
                let (services, clients) = (services.clone(), tree.current());
                let scenario = Scenario { services, clients, ..blank.clone() };
                let loaded = crate::scenario::Loaded::from_scenario(scenario);
                assert!(loaded.is_ok(), "{loaded:?}");
                if !tree.simplify() {
                    break;
                }
            }
        }
    }

    #[test]
    fn what_comes_after_a_part_shrinks_as_far_as_it_does_alone() {
        let base = || services_alone(&[service()]);
        for seed in 0..20 {
            let parts = (strategy::steps(base(), 6), strategy::knobs(base()), 0..1_000_u64);
            let config = runner(2_000).config().clone();
            let config = Config { rng_seed: RngSeed::Fixed(seed), ..config };
            let tested = TestRunner::new(config).run(&parts, |(steps, _, _)| {
                let few = steps.len() < 2;
                few.then_some(()).ok_or(TestCaseError::fail("many"))
            });
            let Err(TestError::Fail(_, (steps, tuning, number))) = tested else { panic!("none") };
            assert_eq!((steps.len(), tuning, number), (2, Tuning::default(), 0));
        }
    }

    #[test]
    fn whatever_a_part_shrinks_to_fits_what_it_was_drawn_for() {
        let mut runner = runner(1);
        let base = services_alone(&[service()]);
        for _ in 0..60 {
            let mut services = strategy::services().new_tree(&mut runner).expect("some");
            let mut steps = strategy::steps(base.clone(), 8).new_tree(&mut runner).expect("some");
            let mut tuning = strategy::knobs(base.clone()).new_tree(&mut runner).expect("some");
            while services.simplify() || steps.simplify() || tuning.simplify() {
                assert!((1..=3).contains(&services.current().len()));
                let (script, tuning) = (steps.current(), Tuning::default());
                let scenario = Scenario { tuning, script, ..base.scenario.clone() };
                let loaded = crate::scenario::Loaded::from_scenario(scenario);
                assert!(loaded.is_ok(), "{loaded:?}");
            }
            let scenario = Scenario { tuning: tuning.current(), ..base.scenario.clone() };
            assert!(crate::scenario::Loaded::from_scenario(scenario).is_ok());
        }
    }

    #[test]
    fn a_failing_case_shrinks_to_the_smallest_scenario_that_fails() {
        // An order to a pair needs both of its services; a failover needs one.
        let promoted = |case: &Case| {
            let outcome = case.run();
            let mut all = outcome.services.iter().flat_map(|service| &service.promotions);
            all.any(|promotion| promotion.cause == "failover")
        };
        let case = smallest(&strategy::cases(), promoted);
        assert!(promoted(&case));
        let scenario = &case.scenario;
        assert_eq!((scenario.services.len(), scenario.clients.len(), case.seed), (1, 0, 0));
        assert_eq!(scenario.script.len(), 1, "{case:?}");
    }

    #[test]
    fn topologies_are_bound_in_every_way_and_shrink_to_the_smallest() {
        let mut runner = runner(1);
        let mut forms = std::collections::BTreeSet::new();
        for _ in 0..300 {
            let made = strategy::topologies().new_tree(&mut runner).expect("it is drawn").current();
            forms.extend(
                made.integrations.iter().map(std::mem::discriminant).map(|of| format!("{of:?}")),
            );
            if made.services.iter().any(|service| !service.windows.is_empty()) {
                forms.insert("windows".to_owned());
            }
        }
        assert_eq!(forms.len(), 4, "{forms:?}");
        let bound = smallest(&strategy::topologies(), |made| !made.integrations.is_empty());
        let plans: Vec<Plan> = bound.services.iter().map(|service| service.plan).collect();
        assert_eq!(plans, [Plan::Hobbyist, Plan::Hobbyist]);
        assert!(bound.services.iter().all(|service| service.windows.is_empty()));
    }

    #[test]
    fn failures_and_faults_shrink_to_the_smallest() {
        let base = || services_alone(&[service()]);
        let deaths = |failures: &Vec<Failure>| {
            failures.iter().any(|failure| failure.fault == FaultKind::HostDeath)
        };
        let failures = smallest(&strategy::failures(base(), 3), deaths);
        assert_eq!((failures.len(), failures[0].fault), (1, FaultKind::HostDeath));
        let fixed = match &failures[0].occurs {
            Occurs::Every(law) => law.fixed().is_some(),
            Occurs::Times(times) => times.len() == 1,
            Occurs::TimesIn(_) => false,
        };
        assert!(fixed, "{failures:?}");
        let heals = |steps: &Vec<Step>| {
            steps.iter().any(|step| matches!(step.deed(), Deed::Heal(FaultKind::Hang, _)))
        };
        // A heal without its fault would be no script.
        let steps = smallest(&strategy::faults(base(), 8), heals);
        assert_eq!(steps.len(), 2, "{steps:?}");
    }

    fn service() -> Service {
        let tree = serde_json::json!({ "name": "orders", "plan": "Premium" });
        serde_json::from_value(tree).expect("it is a service")
    }

    #[test]
    fn parts_shrink_to_their_smallest_too() {
        let services = smallest(&strategy::services(), |services| services.len() > 1);
        assert_eq!(services.len(), 2);
        let base = || services_alone(&services);
        let steps = smallest(&strategy::steps(base(), 6), |steps| steps.len() > 2);
        assert_eq!(steps.len(), 3);
        let tuning = smallest(&strategy::knobs(base()), |tuning| tuning.dns_ttl.is_some());
        let fields = serde_json::to_value(&tuning).expect("it can be written");
        assert_eq!(fields.as_object().map(serde_json::Map::len), Some(1), "{fields}");
    }

    fn services_alone(services: &[Service]) -> crate::scenario::Loaded {
        let tree = serde_json::json!({ "name": "a", "services": services, "until": "20m" });
        let scenario = serde_json::from_value(tree).expect("it is a scenario");
        crate::scenario::Loaded::from_scenario(scenario).expect("it is valid")
    }
}
