//! Which invariant catches which planted fault: scenarios are run with each fault and without any.
//!
//! Knows nothing of what a planted fault does. Kept here: a fault is caught by an invariant only
//! where the scenario without it is not violated already.

use std::num::NonZero;
use std::sync::Arc;

use crate::check::{INVARIANTS, Verdict};
use crate::knob::{MUTANTS, Mutant, MutantCard};
use crate::parallel;
use crate::scenario::{ExpectationVerdict, Loaded};
use crate::sim::{Outcome, Sim};

/// Scenarios by their names.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let suite: &cutover::search::Suite = &[("crash".to_owned(), loaded)];
/// assert_eq!(suite.len(), 1);
/// ```
pub type Suite = [(String, Loaded)];

/// What caught which planted fault.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let suite = [("crash".to_owned(), loaded)];
/// let matrix = cutover::search::mutate(&suite, 0, std::num::NonZero::<usize>::MIN);
/// assert_eq!(matrix.rows.len(), cutover::knob::MUTANTS.len());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matrix {
    /// One row for each planted fault, in the order of the registry.
    pub rows: Vec<Row>,
    /// The invariants that catch none.
    pub idle: Vec<&'static str>,
    /// How many runs it took.
    pub runs: usize,
}

/// Who caught one planted fault.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let suite = [("crash".to_owned(), loaded)];
/// let matrix = cutover::search::mutate(&suite, 0, std::num::NonZero::<usize>::MIN);
/// let caught = matrix.rows.iter().filter(|row| !row.catches.is_empty());
/// assert!(caught.count() > 1);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The fault.
    pub card: &'static MutantCard,
    /// The invariants that caught it, in the order of their table.
    pub catches: Vec<Catch>,
    /// The scenarios whose expectations noticed it, whether or not an invariant did.
    pub expected_otherwise: Vec<String>,
}

/// An invariant that caught a planted fault.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let suite = [("crash".to_owned(), loaded)];
/// let matrix = cutover::search::mutate(&suite, 0, std::num::NonZero::<usize>::MIN);
/// let row = matrix.rows.iter().find(|row| row.card.name == "forget-replacement");
/// let catches = &row.expect("it is planted").catches;
/// assert!(catches.iter().any(|one| one.invariant == "redundancy-restored"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catch {
    /// The invariant.
    pub invariant: &'static str,
    /// The scenarios in which it did.
    pub scenarios: Vec<String>,
}

impl Row {
    /// Returns whether no invariant caught it.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let suite = [("crash".to_owned(), loaded)];
    /// let matrix = cutover::search::mutate(&suite, 0, std::num::NonZero::<usize>::MIN);
    /// assert!(matrix.rows.iter().all(|row| row.survives() == row.catches.is_empty()));
    /// ```
    pub fn survives(&self) -> bool {
        self.catches.is_empty()
    }

    /// Returns whether the invariant that is meant to catch it did.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let suite = [("crash".to_owned(), loaded)];
    /// let matrix = cutover::search::mutate(&suite, 0, std::num::NonZero::<usize>::MIN);
    /// let row = matrix.rows.iter().find(|row| row.card.name == "forget-replacement");
    /// assert!(row.is_some_and(|row| row.is_caught_as_meant()));
    /// ```
    pub fn is_caught_as_meant(&self) -> bool {
        self.catches.iter().any(|catch| catch.invariant == self.card.caught_by)
    }
}

impl Matrix {
    /// Returns the planted faults that no invariant caught.
    ///
    /// # Examples
    /// One scenario does not notice everything:
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let suite = [("crash".to_owned(), loaded)];
    /// let matrix = cutover::search::mutate(&suite, 0, std::num::NonZero::<usize>::MIN);
    /// assert!(matrix.survivors().count() < matrix.rows.len());
    /// assert!(matrix.survivors().all(|row| row.survives()));
    /// ```
    pub fn survivors(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.survives())
    }

    /// Returns whether every planted fault was caught and every invariant catches one.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let suite = [("crash".to_owned(), loaded)];
    /// let matrix = cutover::search::mutate(&suite, 0, std::num::NonZero::<usize>::MIN);
    /// assert!(!matrix.is_complete());
    /// ```
    pub fn is_complete(&self) -> bool {
        self.survivors().next().is_none() && self.idle.is_empty()
    }
}

/// What is wrong with a run: violated invariants, and whether an expectation is missed.
struct Wrong {
    violated: Vec<&'static str>,
    missed: bool,
}

/// So many runs a thread are made between two looks at whether to go on.
const WAVE: usize = 16;

/// Runs every scenario without a planted fault and with each one.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let suite = [("crash".to_owned(), loaded)];
/// let matrix = cutover::search::mutate(&suite, 0, std::num::NonZero::<usize>::MIN);
/// assert_eq!(matrix.runs, 1 + matrix.rows.len());
/// ```
pub fn mutate(suite: &Suite, seed: u64, jobs: NonZero<usize>) -> Matrix {
    mutate_until(suite, seed, jobs, || false).0
}

/// Does the same until it is to end; returns how many scenarios were run with every fault as well,
/// the first ones of the suite, and tells of those alone.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let suite = [("crash".to_owned(), loaded)];
/// let jobs = std::num::NonZero::<usize>::MIN;
/// let (matrix, scenarios) = cutover::search::mutate_until(&suite, 0, jobs, || true);
/// assert_eq!((matrix.runs, scenarios), (0, 0));
/// ```
pub fn mutate_until(
    suite: &Suite,
    seed: u64,
    jobs: NonZero<usize>,
    is_over: impl Fn() -> bool,
) -> (Matrix, usize) {
    let mutants = MUTANTS.iter().map(|card| Some(card.mutant));
    let plants: Vec<Option<Mutant>> = std::iter::once(None).chain(mutants).collect();
    let cases: Vec<(&Loaded, Option<Mutant>)> = suite
        .iter()
        .flat_map(|(_, loaded)| plants.iter().map(move |plant| (loaded, *plant)))
        .collect();
    let mut found = Vec::new();
    for wave in cases.chunks(jobs.get() * WAVE) {
        if is_over() {
            break;
        }
        found.extend(parallel::map(wave, jobs, |(loaded, plant)| wrong(loaded, *plant, seed)));
    }
    let whole = found.len() / plants.len();
    found.truncate(whole * plants.len());
    let of_scenarios: Vec<&[Wrong]> = found.chunks(plants.len()).collect();
    let rows = MUTANTS.iter().enumerate().map(|(index, card)| {
        let mut row = Row { card, catches: Vec::new(), expected_otherwise: Vec::new() };
        for ((name, _), runs) in suite.iter().zip(&of_scenarios) {
            let (before, after) = (&runs[0], &runs[index + 1]);
            let new = after.violated.iter().filter(|id| !before.violated.contains(id));
            new.for_each(|id| row.add(id, name));
            if after.missed && !before.missed {
                row.expected_otherwise.push(name.clone());
            }
        }
        let place = |catch: &Catch| INVARIANTS.iter().position(|card| card.id == catch.invariant);
        row.catches.sort_by_key(place);
        row
    });
    let rows: Vec<Row> = rows.collect();
    let catches = |id: &str| rows.iter().flat_map(|row| &row.catches).any(|c| c.invariant == id);
    let idle = INVARIANTS.iter().map(|card| card.id).filter(|id| !catches(id)).collect();
    (Matrix { idle, runs: found.len(), rows }, whole)
}

impl Row {
    fn add(&mut self, invariant: &'static str, scenario: &str) {
        let scenario = scenario.to_owned();
        match self.catches.iter_mut().find(|catch| catch.invariant == invariant) {
            Some(catch) => catch.scenarios.push(scenario),
            None => self.catches.push(Catch { invariant, scenarios: vec![scenario] }),
        }
    }
}

fn wrong(loaded: &Loaded, plant: Option<Mutant>, seed: u64) -> Wrong {
    let mut setup = loaded.setup.clone();
    setup.knobs.mutant = plant;
    let mut sim = Sim::without_notes(Arc::new(setup), seed);
    sim.run();
    let outcome: Outcome = sim.outcome();
    let broken = outcome.invariants.iter().filter(|row| row.verdict == Verdict::Violated);
    let violated = broken.map(|row| row.id).collect();
    let judged = loaded.judge(&outcome);
    let missed = judged.iter().any(|row| row.verdict == ExpectationVerdict::Missed);
    Wrong { violated, missed }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn what_is_ended_early_tells_of_the_scenarios_that_were_done() {
        let of = |name: &str| {
            let path = format!("scenarios/{name}.ron");
            let loaded = crate::scenario::load(path.as_ref()).expect("it is valid");
            (name.to_owned(), loaded)
        };
        let suite = [of("glitch-of-50s"), of("business-primary-crash")];
        let waves = Cell::new(0);
        let one = NonZero::<usize>::MIN;
        // One scenario takes so many waves, and one more begins the next.
        let enough = (MUTANTS.len() + 1).div_ceil(WAVE) + 1;
        let is_over = || waves.replace(waves.get() + 1) == enough;
        let (matrix, done) = mutate_until(&suite, 0, one, is_over);
        assert_eq!((done, matrix.runs), (1, MUTANTS.len() + 1));
        assert_eq!(matrix.rows, mutate(&suite[..1], 0, one).rows);
    }
}
