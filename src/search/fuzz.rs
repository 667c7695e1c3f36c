//! Random schedules of faults over a scenario, in search of what goes wrong.
//!
//! Knows nothing of files and of the clock. Kept here: run number n is the same whoever makes it
//! and whatever was run before, and each distinct violation is told once, by its first run.

use std::num::NonZero;

use super::ask::Conditions;
use super::dice::Dice;
use super::limits::Limits;
use super::menu::add_steps;
use super::shrink::{Shrunk, shrink_within};
use super::sought::limited;
use super::violation::Violation;
use crate::parallel;
use crate::scenario::{Loaded, Scenario};

/// A search for what goes wrong under random faults.
///
/// # Examples
/// ```
/// use std::num::NonZero;
/// use cutover::search::Fuzz;
/// let text = r#"Scenario(
///     name: "base",
///     services: [Service(name: "orders", plan: Business)],
///     clients: [Writer(name: "app", service: "orders", writes_per_s: 100)],
///     until: "30m",
/// )"#;
/// let base = cutover::scenario::parse("base.ron", text)?;
/// let mut fuzz = Fuzz::new(base, 0, 6);
/// fuzz.search(100, NonZero::<usize>::MIN);
/// let found = &fuzz.found()[0];
/// let shrunk = fuzz.shrink(found, 5_000).expect("it was found");
/// assert!(shrunk.minimal && shrunk.scenario.script.len() <= 2);
/// # Ok::<(), cutover::scenario::Errors>(())
/// ```
#[derive(Clone, Debug)]
pub struct Fuzz {
    base: Loaded,
    seed: u64,
    steps: u64,
    runs: u64,
    found: Vec<Found>,
}

/// A violation that a search found.
///
/// # Examples
/// ```
/// # let text = r#"Scenario(name: "base", until: "30m",
/// #     services: [Service(name: "orders", plan: Business)],
/// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 100)])"#;
/// # let base = cutover::scenario::parse("base.ron", text).expect("it is valid");
/// let mut fuzz = cutover::search::Fuzz::new(base, 0, 6);
/// fuzz.search(60, std::num::NonZero::<usize>::MIN);
/// let found = &fuzz.found()[0];
/// assert!(found.run < 60 && found.seen >= 1);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What went wrong.
    pub violation: Violation,
    /// The number of the first run that showed it, from 0.
    pub run: u64,
    /// In how many runs it was seen.
    pub seen: u64,
    /// The scenario of that run.
    pub scenario: Scenario,
    /// The seed of that run.
    pub seed: u64,
}

impl Fuzz {
    /// Returns a search over a scenario, which adds at most so many steps to its script.
    ///
    /// What the scenario accepts is nothing that goes wrong; what it expects is not asked, since
    /// it speaks of a run without further faults. The seed that it names is that of one run alone.
    ///
    /// # Examples
    /// ```
    /// # let text = r#"Scenario(name: "base", until: "30m",
    /// #     services: [Service(name: "orders", plan: Business)],
    /// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 100)])"#;
    /// # let base = cutover::scenario::parse("base.ron", text).expect("it is valid");
    /// let mut fuzz = cutover::search::Fuzz::new(base, 0, 6);
    /// fuzz.search(60, std::num::NonZero::<usize>::MIN);
    /// assert_eq!(fuzz.runs(), 60);
    /// ```
    pub fn new(base: Loaded, seed: u64, steps: u64) -> Self {
        let mut base = base;
        // What is found is a file, which says the knobs that were set as well.
        base.scenario = base.settled();
        base.scenario.expect.clear();
        base.scenario.seed = None;
        Self { base, seed, steps, runs: 0, found: Vec::new() }
    }

    /// Returns the scenario and the seed of a run.
    ///
    /// # Examples
    /// ```
    /// # let text = r#"Scenario(name: "base", until: "30m",
    /// #     services: [Service(name: "orders", plan: Business)],
    /// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 100)])"#;
    /// # let base = cutover::scenario::parse("base.ron", text).expect("it is valid");
    /// let mut fuzz = cutover::search::Fuzz::new(base, 0, 6);
    /// fuzz.search(60, std::num::NonZero::<usize>::MIN);
    /// let (loaded, seed) = fuzz.case(3);
    /// assert!(loaded.scenario.script.len() <= 6);
    /// assert_eq!(seed, 3);
    /// ```
    pub fn case(&self, run: u64) -> (Loaded, u64) {
        let mut dice = Dice::seeded(self.seed, &format!("run {run}"));
        (add_steps(&mut dice, &self.base, self.steps), self.seed.wrapping_add(run))
    }

    /// Makes so many further runs with so many threads.
    ///
    /// # Examples
    /// ```
    /// # let text = r#"Scenario(name: "base", until: "30m",
    /// #     services: [Service(name: "orders", plan: Business)],
    /// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 100)])"#;
    /// # let base = cutover::scenario::parse("base.ron", text).expect("it is valid");
    /// let mut fuzz = cutover::search::Fuzz::new(base, 0, 6);
    /// fuzz.search(60, std::num::NonZero::<usize>::MIN);
    /// fuzz.search(5, std::num::NonZero::<usize>::MIN);
    /// assert_eq!(fuzz.runs(), 65);
    /// ```
    pub fn search(&mut self, runs: u64, jobs: NonZero<usize>) {
        self.search_until(runs, jobs, &|| false);
    }

    /// Makes so many further runs with so many threads, fewer if an end is wanted between two.
    ///
    /// What was made is noted up to the first run that was not made, so that the runs of a search
    /// are always the first ones.
    pub(crate) fn search_until(
        &mut self,
        runs: u64,
        jobs: NonZero<usize>,
        stop: &(dyn Fn() -> bool + Sync),
    ) {
        let conditions = Conditions::of(&self.base);
        let this = &*self;
        let numbers: Vec<u64> = (self.runs..self.runs + runs).collect();
        let answers = parallel::map(&numbers, jobs, |run| {
            if stop() {
                return None;
            }
            let (loaded, seed) = this.case(*run);
            Some(conditions.ask_until(&loaded, seed, &|| stop())?.violations)
        });
        for (run, violations) in numbers.into_iter().zip(answers) {
            let Some(violations) = violations else { break };
            for violation in violations {
                self.note(violation, run);
            }
            self.runs += 1;
        }
    }

    fn note(&mut self, violation: Violation, run: u64) {
        if let Some(known) = self.found.iter_mut().find(|found| found.violation == violation) {
            known.seen += 1;
            return;
        }
        let (loaded, seed) = self.case(run);
        let scenario = loaded.scenario;
        self.found.push(Found { violation, run, seen: 1, scenario, seed });
    }

    /// Returns how many runs were made.
    ///
    /// # Examples
    /// ```
    /// # let text = r#"Scenario(name: "base", until: "30m",
    /// #     services: [Service(name: "orders", plan: Business)],
    /// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 100)])"#;
    /// # let base = cutover::scenario::parse("base.ron", text).expect("it is valid");
    /// let mut fuzz = cutover::search::Fuzz::new(base, 0, 6);
    /// fuzz.search(60, std::num::NonZero::<usize>::MIN);
    /// assert_eq!(fuzz.runs(), 60);
    /// ```
    pub fn runs(&self) -> u64 {
        self.runs
    }

    /// Returns the distinct violations that were found, in the order of their first runs.
    ///
    /// # Examples
    /// ```
    /// # let text = r#"Scenario(name: "base", until: "30m",
    /// #     services: [Service(name: "orders", plan: Business)],
    /// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 100)])"#;
    /// # let base = cutover::scenario::parse("base.ron", text).expect("it is valid");
    /// let mut fuzz = cutover::search::Fuzz::new(base, 0, 6);
    /// fuzz.search(60, std::num::NonZero::<usize>::MIN);
    /// let found = fuzz.found();
    /// assert!(found.windows(2).all(|two| two[0].run <= two[1].run));
    /// assert!(!found.is_empty());
    /// ```
    pub fn found(&self) -> &[Found] {
        &self.found
    }

    /// Returns the conditions of its runs.
    ///
    /// # Examples
    /// ```
    /// # let text = r#"Scenario(name: "base", until: "30m",
    /// #     services: [Service(name: "orders", plan: Business)],
    /// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 100)])"#;
    /// # let base = cutover::scenario::parse("base.ron", text).expect("it is valid");
    /// let mut fuzz = cutover::search::Fuzz::new(base, 0, 6);
    /// fuzz.search(60, std::num::NonZero::<usize>::MIN);
    /// assert_eq!(fuzz.conditions(), cutover::search::Conditions::default());
    /// ```
    pub fn conditions(&self) -> Conditions {
        Conditions::of(&self.base)
    }

    /// Makes what was found as small as it can be, with at most so many runs.
    ///
    /// # Examples
    /// ```
    /// # let text = r#"Scenario(name: "base", until: "30m",
    /// #     services: [Service(name: "orders", plan: Business)],
    /// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 100)])"#;
    /// # let base = cutover::scenario::parse("base.ron", text).expect("it is valid");
    /// let mut fuzz = cutover::search::Fuzz::new(base, 0, 6);
    /// fuzz.search(60, std::num::NonZero::<usize>::MIN);
    /// let found = &fuzz.found()[0];
    /// let shrunk = fuzz.shrink(found, 5_000).expect("it was found");
    /// assert_eq!(shrunk.violation, found.violation);
    /// ```
    pub fn shrink(&self, found: &Found, runs_max: u64) -> Option<Shrunk> {
        self.shrink_within(found, Limits::runs(runs_max))
    }

    /// Makes what was found as small as it can be within some bounds; not at all if they are
    /// reached already.
    pub(crate) fn shrink_within(&self, found: &Found, limits: Limits<'_>) -> Option<Shrunk> {
        let (scenario, violation) = (&found.scenario, &found.violation);
        let ask = limited(self.conditions(), limits);
        let shrunk = shrink_within(scenario, found.seed, violation, limits, ask);
        let whole = || Shrunk {
            scenario: scenario.clone(),
            seed: found.seed,
            violation: violation.clone(),
            certificate: Vec::new(),
            minimal: false,
            runs: 0,
        };
        shrunk.or_else(|| limits.reached(0).then(whole))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Loaded {
        let text = r#"Scenario(
            name: "base",
            services: [Service(name: "orders", plan: Premium)],
            clients: [Writer(name: "app", service: "orders", writes_per_s: 100)],
            until: "30m",
        )"#;
        crate::scenario::parse("base.ron", text).expect("it is valid")
    }

    #[test]
    fn what_is_found_does_not_depend_on_threads_or_on_how_the_runs_are_divided() {
        let mut alone = Fuzz::new(base(), 3, 6);
        alone.search(300, NonZero::<usize>::MIN);
        let mut many = Fuzz::new(base(), 3, 6);
        for part in [1, 99, 150, 50] {
            many.search(part, NonZero::new(8).expect("it is not zero"));
        }
        assert_eq!(alone.found(), many.found());
        assert!(alone.found().len() > 2, "{:?}", alone.found().len());
    }

    #[test]
    fn what_is_found_is_found_again_in_what_it_was_shrunk_to() {
        let mut fuzz = Fuzz::new(base(), 4, 6);
        fuzz.search(60, NonZero::<usize>::MIN);
        for found in fuzz.found() {
            let shrunk = fuzz.shrink(found, 10_000).expect("it was found");
            assert!(shrunk.minimal);
            let loaded = Loaded::from_scenario(shrunk.scenario.clone()).expect("it is valid");
            let answer = fuzz.conditions().ask(&loaded, shrunk.seed);
            assert!(answer.violations.contains(&found.violation), "{:?}", found.violation);
            for proof in &shrunk.certificate {
                let gone =
                    |answer: &super::super::Answer| !answer.violations.contains(&found.violation);
                assert!(proof.without.as_ref().is_none_or(gone), "{proof:?}");
            }
        }
    }
}
