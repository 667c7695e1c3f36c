//! What a report is made from: a run's outcome and what was made of it.
//!
//! Knows nothing of formats. Kept here: every format reads the same findings.

use super::sensitivity::Sensitivity;
use crate::check::Verdict;
use crate::scenario::{ExpectationOutcome, ExpectationVerdict, Judgement};
use crate::sim::{InvariantOutcome, Outcome};

/// A run and what was made of it: the input of every format.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let outcome = cutover::sim::run(&loaded.setup, 0);
/// # let judged = loaded.judge(&outcome);
/// let report = cutover::report::Report {
///     story: &loaded.scenario.story,
///     outcome: &outcome,
///     expectations: &judged,
///     judgement: cutover::scenario::overall(&outcome, &judged),
///     repeat: "cutover run FILE".to_owned(),
///     sensitivities: None,
/// };
/// use cutover::scenario::Judgement;
/// assert_eq!(report.judgement, Judgement::Pass);
/// assert_eq!(report.expectations.len(), loaded.scenario.expect.len());
/// ```
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// Why the scenario exists, in its own words; may be empty.
    pub story: &'a str,
    /// What happened.
    pub outcome: &'a Outcome,
    /// How the scenario's expectations came out, in its order.
    pub expectations: &'a [ExpectationOutcome],
    /// How the run is judged as a whole.
    pub judgement: Judgement,
    /// The command that repeats the run.
    pub repeat: String,
    /// The stances that matter most, greatest effect first; nothing if none was varied.
    pub sensitivities: Option<Vec<Sensitivity>>,
}

impl Report<'_> {
    /// Returns the invariants that came out in this way.
    pub(crate) fn invariants(&self, verdict: Verdict) -> Vec<&InvariantOutcome> {
        self.outcome.invariants.iter().filter(|row| row.verdict == verdict).collect()
    }

    /// Returns the expectations that came out in this way.
    pub(crate) fn expectations(&self, verdict: ExpectationVerdict) -> Vec<&ExpectationOutcome> {
        self.expectations.iter().filter(|row| row.verdict == verdict).collect()
    }
}
