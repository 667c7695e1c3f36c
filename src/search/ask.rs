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
use crate::kernel::{Instant, Span};
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
        let mut sim = self.begun(loaded, seed);
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
        let answer = self.ask_until(loaded, seed, &|| false);
        answer.expect("nobody wants an end of the run")
    }

    /// Returns what goes wrong in a run; nothing if an end is wanted before it is over.
    pub(super) fn ask_until(
        &self,
        loaded: &Loaded,
        seed: u64,
        stop: &dyn Fn() -> bool,
    ) -> Option<Answer> {
        Some(match self.outcome(loaded, seed, stop) {
            Ok(outcome) => {
                let outcome = outcome?;
                Answer {
                    violations: violations(loaded, &outcome),
                    fingerprint: outcome.fingerprint,
                    pending: pending(&outcome),
                }
            }
            Err(asserted) => Answer { violations: vec![asserted], fingerprint: 0, pending: None },
        })
    }

    /// Returns the outcome of a run, or the assertion of the simulator that fails in it; no outcome
    /// if an end is wanted before it is over.
    pub(super) fn outcome(
        &self,
        loaded: &Loaded,
        seed: u64,
        stop: &dyn Fn() -> bool,
    ) -> Result<Option<Outcome>, Violation> {
        // Whatever the run left half done is dropped with it.
        let ran = catch_unwind(AssertUnwindSafe(|| self.run_until(loaded, seed, stop)));
        ran.map_err(|panic| assertion(&*panic))
    }

    fn run_until(&self, loaded: &Loaded, seed: u64, stop: &dyn Fn() -> bool) -> Option<Outcome> {
        let mut sim = self.begun(loaded, seed);
        let mut steps = 0_u64;
        while sim.step() {
            steps += 1;
            if steps.is_multiple_of(LOOK) && stop() {
                return None;
            }
        }
        Some(sim.outcome())
    }

    fn begun(&self, loaded: &Loaded, seed: u64) -> Sim {
        let mut setup = loaded.setup.clone();
        setup.knobs.mutant = self.mutant;
        setup.own_policy = self.own_policy;
        Sim::without_notes(Arc::new(setup), seed)
    }
}

/// So many events pass between two looks at whether an end is wanted.
const LOOK: u64 = 64;

/// Returns how long a run has to last at least to judge what it leaves open.
fn pending(outcome: &Outcome) -> Option<Span> {
    let open = outcome.invariants.iter().filter_map(|one| one.pending);
    open.max().map(|at| at.since(Instant::ZERO))
}

/// Returns an assertion that failed, by its words without numbers.
fn assertion(panic: &(dyn Any + Send)) -> Violation {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or_default();
    let words = text.lines().next().unwrap_or_default();
    let words: String = words.chars().filter(|letter| !letter.is_ascii_digit()).collect();
    Violation::new(ASSERTION, [words.as_str()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::{Fuzz, Limits};
    use std::cell::Cell;
    use std::num::NonZero;

    /// Many events: a link that is cut and whole again all day.
    const BUSY: &str = r#"Scenario(
        name: "busy",
        services: [Service(name: "orders", plan: Business)],
        clients: [Writer(name: "app", service: "orders", writes_per_s: 100)],
        script: [At("10s", Fault(Flapping(down: "90s", up: "1s"), OneWay(Everyone, Platform)))],
        until: "90d",
    )"#;

    #[test]
    fn a_run_a_search_and_shrinking_end_when_an_end_is_wanted() {
        let loaded = crate::scenario::parse("busy.ron", BUSY).expect("it is valid");
        assert_eq!(Conditions::default().ask_until(&loaded, 0, &|| true), None);
        let mut fuzz = Fuzz::new(loaded, 0, 3);
        fuzz.search_until(64, NonZero::<usize>::MIN, &|| true);
        assert_eq!((fuzz.runs(), fuzz.found().len()), (0, 0));
    }

    #[test]
    fn what_was_found_is_kept_as_it_is_when_there_is_no_time_to_shrink_it() {
        let short = BUSY.replace("90d", "1h");
        let loaded = crate::scenario::parse("busy.ron", &short).expect("it is valid");
        let mut fuzz = Fuzz::new(loaded, 0, 3);
        fuzz.search(2, NonZero::<usize>::MIN);
        let found = fuzz.found().first().expect("the platform is deaf").clone();
        let none = Limits { runs_max: 1_000, stop: &|| true };
        let whole = fuzz.shrink_within(&found, none).expect("it was found");
        assert_eq!((&whole.scenario, whole.minimal), (&found.scenario, false));
        let asked = Cell::new(0);
        let soon = || {
            asked.set(asked.get() + 1);
            asked.get() > 20
        };
        let some = Limits { runs_max: 1_000, stop: &soon };
        let shrunk = fuzz.shrink_within(&found, some).expect("it was found");
        assert!(!shrunk.minimal && shrunk.runs <= 21, "{} runs", shrunk.runs);
    }
}
