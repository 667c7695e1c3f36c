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
use crate::scenario::{Client, Service, Step};
use crate::search::{self, Dice, Simplification};

/// Draws something by the dice of the search.
type Draw<T> = Arc<dyn Fn(&mut Dice) -> T + Send + Sync>;

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
        let simpler = Self { scenario: loaded.scenario, seed };
        (simpler != *self).then_some(simpler)
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

parts!(Vec<Service> Vec<Client> Vec<Step> Tuning);

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
}

impl<T> Debug for Domain<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Domain").finish_non_exhaustive()
    }
}

impl<T> Domain<T> {
    pub(super) fn new(draw: impl Fn(&mut Dice) -> T + Send + Sync + 'static) -> Self {
        Self { draw: Arc::new(draw) }
    }
}

impl<T: Simplify> Strategy for Domain<T> {
    type Tree = Tree<T>;
    type Value = T;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let seed = any::<u64>().new_tree(runner)?.current();
        let mut dice = Dice::seeded(seed, "strategy");
        Ok(Tree::new((self.draw)(&mut dice)))
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
#[derive(Clone, Debug)]
pub struct Tree<T> {
    /// What failed last, or what was drawn.
    failed: T,
    /// What is tried; nothing when it is what failed.
    tried: Option<T>,
    ways: Vec<Simplification>,
    turn: usize,
}

impl<T: Simplify> Tree<T> {
    fn new(drawn: T) -> Self {
        Self { ways: drawn.ways(), failed: drawn, tried: None, turn: 0 }
    }

    /// Goes on to the next way that makes sense.
    fn advance(&mut self) -> bool {
        while let Some(way) = self.ways.get(self.turn) {
            self.turn += 1;
            self.tried = self.failed.simplified(way);
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
        self.tried.is_some() && self.advance()
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

impl<S: Strategy<Value = (crate::scenario::Scenario, u64)>> Strategy for Shrinking<S> {
    type Tree = Tree<Case>;
    type Value = Case;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let (scenario, seed) = self.0.new_tree(runner)?.current();
        Ok(Tree::new(Case { scenario, seed }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;
    use crate::strategy;
    use proptest::test_runner::{Config, RngSeed, TestError};

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
            if fails(&value) {
                Err(proptest::test_runner::TestCaseError::fail("it fails"))
            } else {
                Ok(())
            }
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
