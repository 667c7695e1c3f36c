//! A folder of scenarios as a test suite: what came out of each, in four formats.
//!
//! * `text`: for people; `json`: for programs; `junit`, `tap`: for build servers;
//! * `coverage`: what no scenario reached.
//!
//! Knows nothing of files. Kept here: every format tells the same cases in the same order, and an
//! invariant that no scenario put to the test is named.

mod coverage;
mod json;
mod junit;
mod tap;
mod text;

pub use coverage::{Unreached, unreached};
pub use json::suite_json;
pub use junit::junit;
pub use tap::tap;
pub use text::suite_text;

use crate::check::{INVARIANTS, Verdict};
use crate::scenario::{ExpectationVerdict, Judgement, unexcused};
use crate::sim::{InvariantOutcome, Reached};

use super::Report;

/// What came out of a scenario file.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let outcome = cutover::sim::run(&loaded.setup, 0);
/// # let judged = loaded.judge(&outcome);
/// # let report = cutover::report::Report {
/// #     story: &loaded.scenario.story,
/// #     outcome: &outcome,
/// #     expectations: &judged,
/// #     judgement: cutover::scenario::overall(&outcome, &judged),
/// #     repeat: "cutover run FILE".to_owned(),
/// #     sensitivities: None,
/// # };
/// let case = cutover::report::SuiteCase::of("crash.ron".to_owned(), &report);
/// use cutover::report::SuiteResult;
/// assert_eq!((case.result, case.seed), (SuiteResult::Passed, 0));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuiteCase {
    /// The file.
    pub file: String,
    /// How it came out.
    pub result: SuiteResult,
    /// Everything that was checked, in order; empty for a file that was refused.
    pub checks: Vec<SuiteCheck>,
    /// The verdict and the worst of it in a line; the first error of a file that was refused.
    pub headline: String,
    /// The command that repeats the run.
    pub repeat: String,
    /// The seed of the run.
    pub seed: u64,
    /// The digest of the run; zero for a file that was refused.
    pub fingerprint: u64,
    /// What the run reached.
    pub reached: Reached,
}

/// How a scenario came out.
///
/// # Examples
/// ```
/// use cutover::report::SuiteResult;
/// assert!(SuiteResult::Passed < SuiteResult::Failed);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SuiteResult {
    /// No invariant violated, no expectation missed.
    Passed,
    /// The run ended before a deadline that it was to be judged by.
    Inconclusive,
    /// An invariant violated or an expectation missed.
    Failed,
    /// The file is no valid scenario.
    Refused,
}

impl SuiteResult {
    /// Returns the result as people and programs read it.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(cutover::report::SuiteResult::Refused.word(), "refused");
    /// ```
    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Inconclusive => "inconclusive",
            Self::Failed => "failed",
            Self::Refused => "refused",
        }
    }
}

/// One thing that was checked of a scenario.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let outcome = cutover::sim::run(&loaded.setup, 0);
/// # let judged = loaded.judge(&outcome);
/// # let report = cutover::report::Report {
/// #     story: &loaded.scenario.story,
/// #     outcome: &outcome,
/// #     expectations: &judged,
/// #     judgement: cutover::scenario::overall(&outcome, &judged),
/// #     repeat: "cutover run FILE".to_owned(),
/// #     sensitivities: None,
/// # };
/// let case = cutover::report::SuiteCase::of("crash.ron".to_owned(), &report);
/// let check = case.checks.iter().find(|check| check.name == "acked-write-survives");
/// assert_eq!(check.map(|check| check.verdict), Some("holds"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuiteCheck {
    /// Whether it is an expectation of the scenario rather than an invariant.
    pub is_expectation: bool,
    /// The invariant's id, or the expectation as it is written.
    pub name: String,
    /// How it came out: the words of invariants and of expectations.
    pub verdict: &'static str,
    /// How it counts.
    pub result: SuiteResult,
    /// What was found; empty when there is nothing to tell.
    pub detail: String,
}

impl SuiteCheck {
    /// Returns whether it failed as the scenario says it does so far.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let outcome = cutover::sim::run(&loaded.setup, 0);
    /// # let judged = loaded.judge(&outcome);
    /// # let report = cutover::report::Report {
    /// #     story: &loaded.scenario.story,
    /// #     outcome: &outcome,
    /// #     expectations: &judged,
    /// #     judgement: cutover::scenario::overall(&outcome, &judged),
    /// #     repeat: "cutover run FILE".to_owned(),
    /// #     sensitivities: None,
    /// # };
    /// let case = cutover::report::SuiteCase::of("crash.ron".to_owned(), &report);
    /// assert!(case.checks.iter().all(|check| !check.is_known()));
    /// ```
    pub fn is_known(&self) -> bool {
        self.is_expectation && self.verdict == ExpectationVerdict::Known.word()
    }
}

impl SuiteCase {
    /// Returns the case of a run.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let outcome = cutover::sim::run(&loaded.setup, 0);
    /// # let judged = loaded.judge(&outcome);
    /// # let report = cutover::report::Report {
    /// #     story: &loaded.scenario.story,
    /// #     outcome: &outcome,
    /// #     expectations: &judged,
    /// #     judgement: cutover::scenario::overall(&outcome, &judged),
    /// #     repeat: "cutover run FILE".to_owned(),
    /// #     sensitivities: None,
    /// # };
    /// let case = cutover::report::SuiteCase::of("crash.ron".to_owned(), &report);
    /// assert!(case.checks.iter().any(|check| check.is_expectation));
    /// ```
    pub fn of(file: String, report: &Report<'_>) -> Self {
        let result = match report.judgement {
            Judgement::Pass => SuiteResult::Passed,
            Judgement::Fail => SuiteResult::Failed,
            Judgement::Inconclusive => SuiteResult::Inconclusive,
        };
        let wrong: Vec<&str> =
            unexcused(report.outcome, report.expectations).map(|row| row.id).collect();
        let invariants = report.outcome.invariants.iter().map(|row| SuiteCheck {
            is_expectation: false,
            name: row.id.to_owned(),
            verdict: row.verdict.word(),
            result: weigh(row, &wrong),
            detail: row.detail.clone(),
        });
        let expectations = report.expectations.iter().map(|row| SuiteCheck {
            is_expectation: true,
            name: row.text.clone(),
            verdict: row.verdict.word(),
            result: match row.verdict {
                ExpectationVerdict::Met | ExpectationVerdict::Known => SuiteResult::Passed,
                ExpectationVerdict::Missed | ExpectationVerdict::Fixed => SuiteResult::Failed,
                ExpectationVerdict::Inconclusive => SuiteResult::Inconclusive,
            },
            detail: row.detail.clone(),
        });
        Self {
            file,
            result,
            checks: expectations.chain(invariants).collect(),
            headline: super::headline(report),
            repeat: report.repeat.clone(),
            seed: report.outcome.seed,
            fingerprint: report.outcome.fingerprint,
            reached: report.outcome.reached.clone(),
        }
    }

    /// Returns the case of a file that is no valid scenario.
    ///
    /// # Examples
    /// ```
    /// use cutover::report::{SuiteCase, SuiteResult};
    /// let (file, repeat) = ("a.ron".to_owned(), "cutover run a.ron".to_owned());
    /// let case = SuiteCase::refused(file, "no scenario", repeat, 0);
    /// assert_eq!((case.result, case.checks.len()), (SuiteResult::Refused, 0));
    /// ```
    pub fn refused(file: String, errors: &str, repeat: String, seed: u64) -> Self {
        Self {
            file,
            result: SuiteResult::Refused,
            checks: Vec::new(),
            headline: errors.to_owned(),
            repeat,
            seed,
            fingerprint: 0,
            reached: Reached::default(),
        }
    }

    /// Returns the checks that failed as the scenario says they do so far.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let outcome = cutover::sim::run(&loaded.setup, 0);
    /// # let judged = loaded.judge(&outcome);
    /// # let report = cutover::report::Report {
    /// #     story: &loaded.scenario.story,
    /// #     outcome: &outcome,
    /// #     expectations: &judged,
    /// #     judgement: cutover::scenario::overall(&outcome, &judged),
    /// #     repeat: "cutover run FILE".to_owned(),
    /// #     sensitivities: None,
    /// # };
    /// let case = cutover::report::SuiteCase::of("crash.ron".to_owned(), &report);
    /// assert_eq!(case.known().count(), 0);
    /// ```
    pub fn known(&self) -> impl Iterator<Item = &SuiteCheck> {
        self.checks.iter().filter(|check| check.is_known())
    }

    /// Returns the checks that did not pass.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let outcome = cutover::sim::run(&loaded.setup, 0);
    /// # let judged = loaded.judge(&outcome);
    /// # let report = cutover::report::Report {
    /// #     story: &loaded.scenario.story,
    /// #     outcome: &outcome,
    /// #     expectations: &judged,
    /// #     judgement: cutover::scenario::overall(&outcome, &judged),
    /// #     repeat: "cutover run FILE".to_owned(),
    /// #     sensitivities: None,
    /// # };
    /// let case = cutover::report::SuiteCase::of("crash.ron".to_owned(), &report);
    /// assert_eq!(case.wrong().count(), 0);
    /// ```
    pub fn wrong(&self) -> impl Iterator<Item = &SuiteCheck> {
        self.checks.iter().filter(|check| check.result != SuiteResult::Passed)
    }
}

fn weigh(row: &InvariantOutcome, wrong: &[&str]) -> SuiteResult {
    match row.pending {
        _ if wrong.contains(&row.id) => SuiteResult::Failed,
        Some(_) => SuiteResult::Inconclusive,
        None => SuiteResult::Passed,
    }
}

/// Returns how many cases came out in a way.
fn count(cases: &[SuiteCase], result: SuiteResult) -> usize {
    cases.iter().filter(|case| case.result == result).count()
}

/// Returns the invariants that no scenario put to the test.
fn untested(cases: &[SuiteCase]) -> Vec<&'static str> {
    let tested = |id: &str| {
        let mut checks = cases.iter().flat_map(|case| &case.checks);
        let vacuous = Verdict::Vacuous.word();
        checks.any(|c| !c.is_expectation && c.name == id && c.verdict != vacuous)
    };
    INVARIANTS.iter().map(|card| card.id).filter(|id| !tested(id)).collect()
}
