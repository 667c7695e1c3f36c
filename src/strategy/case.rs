//! A scenario with a seed: one case of a property.
//!
//! Knows nothing of how it was drawn. Kept here: what is printed of a case is a scenario file.

use std::fmt;

use crate::scenario::{self, Errors, Loaded, Scenario};
use crate::search::Conditions;
use crate::sim::{self, Outcome};

/// A scenario with the seed of its run; printed, it is a scenario file.
///
/// # Examples
/// ```
/// use cutover::search::Conditions;
/// use cutover::strategy::Case;
/// let text = r#"Scenario(
///     name: "quiet",
///     services: [
///         Service(name: "orders", plan: Business, region: "eu-west"),
///     ],
///     until: "1h",
///     seed: 5,
/// )
/// "#;
/// let scenario = cutover::scenario::parse("quiet.ron", text)?.scenario;
/// let case = Case { scenario, seed: 5, conditions: Conditions::default() };
/// assert_eq!(format!("{case:?}"), format!("// cutover run FILE --seed 5\n{text}"));
/// assert_eq!(case.run().seed, 5);
/// # Ok::<(), cutover::scenario::Errors>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Case {
    /// The scenario.
    pub scenario: Scenario,
    /// The seed of its run.
    pub seed: u64,
    /// The planted fault and the policy of one's own under which it runs, if any.
    pub conditions: Conditions,
}

impl Case {
    /// Returns the scenario ready to run.
    ///
    /// # Errors
    /// All that is wrong with a scenario that was not drawn by this module.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let conditions = cutover::search::Conditions::default();
    /// let case = cutover::strategy::Case { scenario: loaded.scenario, seed: 5, conditions };
    /// assert!(case.load().is_ok());
    /// ```
    pub fn load(&self) -> Result<Loaded, Errors> {
        let mut loaded = Loaded::from_scenario(self.scenario.clone())?;
        loaded.setup.knobs.mutant = self.conditions.mutant;
        loaded.setup.own_policy = self.conditions.own_policy;
        Ok(loaded)
    }

    /// Returns the scenario of a drawn case ready to run.
    ///
    /// # Panics
    /// When the scenario is not valid. Whatever this module draws is; for a case that was put
    /// together otherwise there is [`load`](Self::load()).
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let conditions = cutover::search::Conditions::default();
    /// let case = cutover::strategy::Case { scenario: loaded.scenario, seed: 5, conditions };
    /// assert_eq!(case.loaded().setup.name, "business-primary-crash");
    /// ```
    pub fn loaded(&self) -> Loaded {
        self.load().unwrap_or_else(|errors| panic!("the case should be a scenario: {errors}"))
    }

    /// Returns the outcome of its run.
    ///
    /// # Panics
    /// When the scenario is not valid, see [`loaded`](Self::loaded()).
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let conditions = cutover::search::Conditions::default();
    /// let case = cutover::strategy::Case { scenario: loaded.scenario, seed: 5, conditions };
    /// assert_eq!(case.run().services[0].promotions.len(), 1);
    /// ```
    pub fn run(&self) -> Outcome {
        sim::run(&self.loaded().setup, self.seed)
    }

    /// Returns the outcome of its run under other conditions than its own, without its timeline.
    ///
    /// What is printed of a case tells its own [`conditions`](Self::conditions); to have a planted
    /// fault in the command that is printed, put it there.
    ///
    /// # Panics
    /// When the scenario is not valid, see [`loaded`](Self::loaded()).
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// # let conditions = cutover::search::Conditions::default();
    /// use cutover::knob::Mutant;
    /// use cutover::search::Conditions;
    /// let case = cutover::strategy::Case { scenario: loaded.scenario, seed: 5, conditions };
    /// let planted = Conditions { mutant: Some(Mutant::NoFencing), ..Conditions::default() };
    /// assert_eq!(case.run_with(planted).mutant, Some("no-fencing"));
    /// ```
    pub fn run_with(&self, conditions: Conditions) -> Outcome {
        conditions.run(&self.loaded(), self.seed)
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scenario = Scenario { seed: Some(self.seed), ..self.scenario.clone() };
        let text = scenario::write(&scenario);
        let mutant = self.conditions.mutant.map(|mutant| mutant.card().name);
        let mutant = mutant.map(|name| format!(" --mutant {name}")).unwrap_or_default();
        writeln!(f, "// cutover run FILE --seed {}{mutant}", self.seed)?;
        if self.conditions.own_policy.is_some() {
            f.write_str("// decided by a policy of one's own, which the command does not know\n")?;
        }
        f.write_str(&text)
    }
}
