//! One run as the answer to a question: what goes wrong in it?
//!
//! Knows nothing of where the scenario comes from. Kept here: an assertion of the simulator that
//! fails is an answer too, and ends no search.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::shrink::Answer;
use super::violation::{Violation, violations};
use crate::control::OwnPolicy;
use crate::knob::Mutant;
use crate::scenario::Loaded;
use crate::sim::{Outcome, Sim};

/// What an assertion of the simulator that failed is told as.
///
/// # Examples
/// ```
/// use cutover::search::{ASSERTION, Violation};
/// let failed = Violation::new(ASSERTION, ["a place twice taken"]);
/// assert!(failed.name().starts_with("assertion-of-the-simulator-"));
/// ```
pub const ASSERTION: &str = "assertion-of-the-simulator";

/// What no scenario says and every run of a search has.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::knob::Mutant;
/// use cutover::search::Conditions;
/// let planted = Conditions { mutant: Some(Mutant::ForgetReplacement), ..Conditions::default() };
/// assert!(!planted.ask(&loaded, 0).violations.is_empty());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    /// The planted fault.
    pub mutant: Option<Mutant>,
    /// Who decides in the place of the platform.
    pub own_policy: Option<OwnPolicy>,
}

impl Conditions {
    /// Returns the conditions under which a setup is run.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// use cutover::search::Conditions;
    /// assert_eq!(Conditions::of(&loaded), Conditions::default());
    /// ```
    pub fn of(loaded: &Loaded) -> Self {
        Self { mutant: loaded.setup.knobs.mutant, own_policy: loaded.setup.own_policy }
    }

    /// Returns the outcome of a run, without its timeline.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// let outcome = cutover::search::Conditions::default().run(&loaded, 0);
    /// assert_eq!(outcome.services[0].promotions.len(), 1);
    /// assert!(outcome.timeline.is_empty());
    /// ```
    pub fn run(&self, loaded: &Loaded, seed: u64) -> Outcome {
        let mut setup = loaded.setup.clone();
        setup.knobs.mutant = self.mutant;
        setup.own_policy = self.own_policy;
        let mut sim = Sim::without_notes(Arc::new(setup), seed);
        sim.run();
        sim.outcome()
    }

    /// Returns what goes wrong in a run.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// let answer = cutover::search::Conditions::default().ask(&loaded, 0);
    /// assert!(answer.violations.is_empty());
    /// ```
    pub fn ask(&self, loaded: &Loaded, seed: u64) -> Answer {
        // Whatever the run left half done is dropped with it.
        match catch_unwind(AssertUnwindSafe(|| self.run(loaded, seed))) {
            Ok(outcome) => Answer {
                violations: violations(loaded, &outcome),
                fingerprint: outcome.fingerprint,
            },
            Err(panic) => Answer { violations: vec![assertion(&*panic)], fingerprint: 0 },
        }
    }
}

/// Returns an assertion that failed, by its words without numbers.
fn assertion(panic: &(dyn Any + Send)) -> Violation {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or_default();
    let words = text.lines().next().unwrap_or_default();
    let words: String = words.chars().filter(|letter| !letter.is_ascii_digit()).collect();
    Violation::new(ASSERTION, [words.as_str()])
}
