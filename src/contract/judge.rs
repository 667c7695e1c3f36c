//! Scenarios held against the table of contracts.
//!
//! Only runs in which the platform decides count, and none with slots that somebody left on a
//! standby: the documents speak of no others. Knows nothing of files. Kept here: one run that
//! refutes a statement outweighs all that uphold it.

use std::num::NonZero;

use super::probe::Finding;
use super::table::{CONTRACTS, Check, Contract};
use crate::check::Verdict as Invariant;
use crate::kernel::Span;
use crate::knob::Policy;
use crate::parallel;
use crate::scenario::Loaded;
use crate::sim::{self, Outcome};

/// How a contract came out over all scenarios.
///
/// # Examples
/// A crash of the primary comes to the stated minute of silence exactly:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::contract::{Verdict, judge};
/// use cutover::kernel::Span;
/// let standings = judge(&[("crash".to_owned(), loaded)], 0, cutover::parallel::processors());
/// let of = standings.iter().find(|of| of.contract.id == "U05").expect("it is a contract");
/// assert_eq!((of.verdict, of.upheld_by.as_slice()), (Verdict::Upheld, &["crash".to_owned()][..]));
/// assert_eq!(of.nearest, Some(("crash".to_owned(), Span::from_secs(60))));
/// ```
#[derive(Clone, Debug)]
pub struct Standing {
    /// The contract.
    pub contract: &'static Contract,
    /// How it came out.
    pub verdict: Verdict,
    /// The scenarios that put it to the test and uphold it.
    pub upheld_by: Vec<String>,
    /// The scenarios that refute it, with what they found.
    pub refuted_by: Vec<(String, String)>,
    /// The scenario that comes nearest to the stated bound, and its measure.
    pub nearest: Option<(String, Span)>,
}

/// How a contract came out.
///
/// # Examples
/// A run in which nothing goes wrong puts no statement about failovers to the test:
/// ```
/// use cutover::contract::{Verdict, judge};
/// let text = r#"Scenario(
///     name: "quiet",
///     services: [Service(name: "orders", plan: Business)],
///     until: "1h",
/// )"#;
/// let loaded = cutover::scenario::parse("quiet.ron", text).expect("it is valid");
/// let standings = judge(&[("quiet".to_owned(), loaded)], 0, cutover::parallel::processors());
/// assert!(standings.iter().all(|of| of.verdict != Verdict::Refuted));
/// let of = standings.iter().find(|of| of.contract.id == "U05").expect("it is a contract");
/// assert_eq!(of.verdict, Verdict::NotExercised);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was put to the test and nothing refutes it.
    Upheld,
    /// A run refutes it.
    Refuted,
    /// Nothing put it to the test.
    NotExercised,
}

impl Verdict {
    /// Returns the verdict as results print it.
    ///
    /// # Examples
    /// ```
    /// use cutover::contract::Verdict;
    /// assert_eq!(Verdict::NotExercised.word(), "not exercised");
    /// ```
    pub fn word(self) -> &'static str {
        match self {
            Self::Upheld => "upheld",
            Self::Refuted => "refuted",
            Self::NotExercised => "not exercised",
        }
    }
}

impl Standing {
    /// Returns whether a run reaches the stated bound; nothing if none is stated.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # use cutover::contract::judge;
    /// let standings = judge(&[("crash".to_owned(), loaded)], 0, cutover::parallel::processors());
    /// let tight = |id: &str| standings.iter().find(|of| of.contract.id == id)?.is_tight();
    /// assert_eq!(tight("U05"), Some(true));
    /// // No bound is stated of the name of the replica.
    /// assert_eq!(tight("U09"), None);
    /// ```
    pub fn is_tight(&self) -> Option<bool> {
        let bound = self.contract.bound?;
        Some(self.nearest.as_ref().is_some_and(|(_, measure)| bound.is_reached(*measure)))
    }
}

/// Runs scenarios by name, and holds the runs against every contract.
///
/// # Examples
/// Each contract has its standing, in the order of the table:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/startup-primary-loss.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::contract::{CONTRACTS, Verdict, judge};
/// let standings = judge(&[("startup".to_owned(), loaded)], 0, cutover::parallel::processors());
/// assert_eq!(standings.len(), CONTRACTS.len());
/// let of = standings.iter().find(|of| of.contract.id == "U03").expect("it is a contract");
/// assert_eq!(of.verdict, Verdict::Upheld);
/// ```
pub fn judge(suite: &[(String, Loaded)], seed: u64, jobs: NonZero<usize>) -> Vec<Standing> {
    // What somebody left on a standby is in the way of what the documents promise of slots.
    let left_over = |loaded: &Loaded| loaded.setup.slots.iter().any(|of| !of.left_over.is_empty());
    let documented =
        |loaded: &Loaded| loaded.setup.knobs.policy == Policy::Platform && !left_over(loaded);
    let suite: Vec<_> = suite.iter().filter(|(_, loaded)| documented(loaded)).collect();
    let found = parallel::map(&suite, jobs, |(_, loaded)| {
        let outcome = sim::run(&loaded.setup, seed);
        CONTRACTS.iter().map(|contract| one(contract, &outcome)).collect::<Vec<_>>()
    });
    let standings = CONTRACTS.iter().enumerate().map(|(index, contract)| {
        let mut standing = Standing {
            contract,
            verdict: Verdict::NotExercised,
            upheld_by: Vec::new(),
            refuted_by: Vec::new(),
            nearest: None,
        };
        for ((name, _), run) in suite.iter().zip(&found) {
            standing.add(name, &run[index]);
        }
        standing
    });
    standings.collect()
}

/// What one run says of a contract, and how near it comes to its bound.
fn one(contract: &Contract, outcome: &Outcome) -> (Finding, Option<Span>) {
    if !contract.situation.arises(outcome) {
        return (None, None);
    }
    let finding = match contract.check {
        Check::Probe(_, find) => find(outcome),
        Check::Invariant(id) => of_invariant(id, outcome),
    };
    (finding, contract.bound.and_then(|bound| bound.nearest(outcome)))
}

fn of_invariant(id: &str, outcome: &Outcome) -> Finding {
    let row = outcome.invariants.iter().find(|row| row.id == id)?;
    match row.verdict {
        Invariant::Holds => Some(Ok(())),
        Invariant::Violated | Invariant::Allowed => Some(Err(row.detail.clone())),
        Invariant::Vacuous => None,
    }
}

impl Standing {
    fn add(&mut self, name: &str, (finding, measure): &(Finding, Option<Span>)) {
        let Some(finding) = finding else { return };
        match finding {
            Ok(()) => self.upheld_by.push(name.to_owned()),
            Err(why) => self.refuted_by.push((name.to_owned(), why.clone())),
        }
        let refuted = !self.refuted_by.is_empty();
        self.verdict = if refuted { Verdict::Refuted } else { Verdict::Upheld };
        if let (Some(bound), Some(measure)) = (self.contract.bound, measure) {
            let best = self.nearest.as_ref().map(|(_, best)| bound.distance(*best));
            if best.is_none_or(|best| bound.distance(*measure) < best) {
                self.nearest = Some((name.to_owned(), *measure));
            }
        }
    }
}
