//! How expectations came out, and with them a run as a whole.
//!
//! Knows nothing of what is expected. Kept here: a run that ended too early is inconclusive, and a
//! violation is excused by a known failure of the same invariant alone.

use crate::check::Verdict;
use crate::kernel::Instant;
use crate::sim::{InvariantOutcome, Outcome};

/// How an expectation came out.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::scenario::ExpectationVerdict;
/// let judged = &loaded.judge(&outcome)[0];
/// assert_eq!(judged.text, r#"MarkedDown(node: "orders-1", between: ("1m57s", "1m57.01s"))"#);
/// assert_eq!((judged.verdict, judged.line), (ExpectationVerdict::Met, Some(30)));
/// assert_eq!(judged.at, Some(outcome.services[0].marked_down[0].at));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectationOutcome {
    /// The expectation as a scenario file says it, in one line.
    pub text: String,
    /// How it came out.
    pub verdict: ExpectationVerdict,
    /// When it was met, or from when on it was missed, if that is an instant.
    pub at: Option<Instant>,
    /// What was found.
    pub detail: String,
    /// The line of the scenario file that says it, if it is from a file.
    pub line: Option<usize>,
    /// The invariant that may be violated as long as this is a known failure.
    pub excuses: Option<String>,
}

impl ExpectationOutcome {
    /// Returns whether it excuses the violation of an invariant.
    fn excused(&self, invariant: &str) -> bool {
        self.verdict == ExpectationVerdict::Known && self.excuses.as_deref() == Some(invariant)
    }
}

/// Returns the violated invariants that no known failure excuses.
pub(crate) fn unexcused<'a>(
    outcome: &'a Outcome,
    expectations: &'a [ExpectationOutcome],
) -> impl Iterator<Item = &'a InvariantOutcome> {
    let violated = outcome.invariants.iter().filter(|row| row.verdict == Verdict::Violated);
    violated.filter(|row| !expectations.iter().any(|known| known.excused(row.id)))
}

/// Whether an expectation was met.
///
/// # Examples
/// A run that ends too early tells nothing of a promotion that was expected later:
/// ```
/// use cutover::scenario::ExpectationVerdict::{Inconclusive, Met, Missed};
/// let judged = |until: &str, latest: &str| {
///     let text = format!(
///         r#"Scenario(name: "crash", until: "{until}",
///             services: [Service(name: "orders", plan: Business)],
///             script: [At("60s", Fault(HostDeath, Primary("orders")))],
///             expect: [Promoted(node: "orders-2", between: ("61s", "{latest}"))])"#,
///     );
///     let loaded = cutover::scenario::parse("crash.ron", &text).expect("it is valid");
///     loaded.judge(&cutover::sim::run(&loaded.setup, 0))[0].verdict
/// };
/// assert_eq!((judged("10m", "3m"), judged("10m", "65s")), (Met, Missed));
/// assert_eq!(judged("90s", "3m"), Inconclusive);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExpectationVerdict {
    /// What was expected happened.
    Met,
    /// Something else happened.
    Missed,
    /// The run ended before it could be told.
    Inconclusive,
    /// Something else happened, as the scenario says it does so far.
    Known,
    /// What was expected happened, and the scenario says that it does not.
    Fixed,
}

impl ExpectationVerdict {
    /// Returns the verdict as results print it.
    ///
    /// # Examples
    /// ```
    /// use cutover::scenario::ExpectationVerdict;
    /// assert_eq!(ExpectationVerdict::Known.word(), "known failure");
    /// ```
    pub fn word(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Missed => "missed",
            Self::Inconclusive => "inconclusive",
            Self::Known => "known failure",
            Self::Fixed => "fixed",
        }
    }
}

/// How a run as a whole came out.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::scenario::{Judgement, overall};
/// assert_eq!(overall(&outcome, &loaded.judge(&outcome)), Judgement::Pass);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Judgement {
    /// Every invariant holds and every expectation is met.
    Pass,
    /// An invariant is violated or an expectation is missed.
    Fail,
    /// Nothing is wrong, but the run ended before an invariant or an expectation could be told.
    Inconclusive,
}

impl Judgement {
    /// Returns the judgement as results print it.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(cutover::scenario::Judgement::Fail.word(), "fail");
    /// ```
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Inconclusive => "inconclusive",
        }
    }
}

/// Returns how a run as a whole came out; a vacuous invariant does not change it.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/glitch-of-50s.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::scenario::{Judgement, overall};
/// assert_eq!(overall(&outcome, &loaded.judge(&outcome)), Judgement::Pass);
/// ```
pub fn overall(outcome: &Outcome, expectations: &[ExpectationOutcome]) -> Judgement {
    let any = |verdict| expectations.iter().any(|judged| judged.verdict == verdict);
    if unexcused(outcome, expectations).next().is_some()
        || any(ExpectationVerdict::Missed)
        || any(ExpectationVerdict::Fixed)
    {
        Judgement::Fail
    } else if any(ExpectationVerdict::Inconclusive)
        || outcome.invariants.iter().any(|invariant| invariant.pending.is_some())
    {
        Judgement::Inconclusive
    } else {
        Judgement::Pass
    }
}
