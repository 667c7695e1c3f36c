//! A scenario that is read, checked and ready to run.
//!
//! Knows nothing of running it. Kept here: the setup always belongs to the scenario and to the
//! knobs set since, and its knobs never contradict each other.

use std::path::Path;

use serde_json::{Map, Value};
use thiserror::Error;

use super::build::build;
use super::error::Errors;
use super::file::{Scenario, Step};
use super::load as source;
use super::locate::Outline;
use super::metric::metrics;
use super::objective::{self, Goal};
use super::observations;
use super::problem::Problems;
use super::validate;
use crate::knob::{KNOBS, KnobError, Knobs, Tuning};
use crate::model::Plan;
use crate::sim::{Setup, StepSetup};

/// A scenario that is read, checked and ready to run.
///
/// # Examples
/// ```
/// let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())?;
/// assert_eq!(loaded.file, "scenarios/business-primary-crash.ron");
/// assert_eq!(loaded.setup.name, loaded.scenario.name);
/// # Ok::<(), cutover::scenario::Errors>(())
/// ```
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The scenario as the file has it, with the observations of the files that it names.
    pub scenario: Scenario,
    /// What a run is made from.
    pub setup: Setup,
    /// What is wanted of many runs, with the metrics found.
    pub goals: Vec<Goal>,
    /// The file as it was named; empty for a scenario made in code.
    pub file: String,
    /// Where the values are in the file; nothing for a scenario made in code.
    pub(super) places: Option<Outline>,
}

/// Why a knob cannot be set for a scenario.
///
/// # Examples
/// ```
/// # let mut loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let error = loaded.set("dns_tl", "5s").expect_err("there is no such knob");
/// assert_eq!(error.to_string(), "unknown knob \"dns_tl\" (did you mean dns_ttl?)");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SetError {
    /// There is no such knob, or the value does not fit it.
    #[error(transparent)]
    Knob(#[from] KnobError),
    /// The values of knobs contradict each other.
    #[error("{}", .0.join("\n"))]
    Contradiction(Vec<String>),
}

/// Reads and checks a scenario file.
///
/// # Errors
/// When the file cannot be read, its first syntax error, or all that is wrong with its content.
///
/// # Examples
/// ```
/// let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())?;
/// assert_eq!(loaded.scenario.services[0].name, "orders");
/// assert!(cutover::scenario::load("scenarios/none.ron".as_ref()).is_err());
/// # Ok::<(), cutover::scenario::Errors>(())
/// ```
pub fn load(path: &Path) -> Result<Loaded, Errors> {
    let name = path.display().to_string();
    let (scenario, places) = source::parse(&name, &source::read(path)?)?;
    Loaded::checked((&name, Some(path)), scenario, Some(places))
}

/// Reads and checks the text of a scenario file; the name is for errors alone.
///
/// # Errors
/// The first syntax error of the text, or all that is wrong with its content.
///
/// # Examples
/// ```
/// let text = r#"Scenario(
///     name: "quiet",
///     services: [Service(name: "orders", plan: Business)],
///     until: "1h",
/// )"#;
/// let loaded = cutover::scenario::parse("quiet.ron", text)?;
/// assert_eq!(loaded.setup.services[0].name, "orders");
///
/// let text = text.replace("Business", "Busines");
/// let errors = cutover::scenario::parse("quiet.ron", &text).expect_err("there is no such plan");
/// assert_eq!(
///     errors.to_string(),
///     "quiet.ron:3:46: unexpected variant Busines in Plan, expected one of Hobbyist, Startup, \
///      Business, Premium (did you mean Business?)",
/// );
/// # Ok::<(), cutover::scenario::Errors>(())
/// ```
pub fn parse(name_of_file: &str, text: &str) -> Result<Loaded, Errors> {
    let (scenario, places) = source::parse(name_of_file, text)?;
    Loaded::checked((name_of_file, None), scenario, Some(places))
}

/// Returns a knob's value as a tuning has it: a text where that is one, a number or a word else.
fn written(name: &str, value: String) -> Value {
    let tuning = |value: &Value| {
        let field = Map::from_iter([(name.to_owned(), value.clone())]);
        serde_json::from_value::<Tuning>(Value::Object(field))
    };
    let text = Value::String(value);
    if tuning(&text).is_ok() {
        return text;
    }
    let bare = text.as_str().map(serde_json::from_str).and_then(Result::ok);
    bare.unwrap_or(text)
}

impl Loaded {
    /// Checks a scenario that was made in code; its errors have paths instead of places.
    ///
    /// # Errors
    /// All that is wrong with it.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// use cutover::scenario::Loaded;
    /// let mut scenario = loaded.scenario.clone();
    /// scenario.services.clear();
    /// let errors = Loaded::from_scenario(scenario).expect_err("its clients use a service");
    /// assert!(errors.list().iter().all(|error| error.line == 0));
    /// ```
    pub fn from_scenario(scenario: Scenario) -> Result<Self, Errors> {
        let mut problems = Problems::default();
        validate::check_parts(&scenario, &mut problems);
        if let Some(errors) = problems.placed("", None) {
            return Err(errors);
        }
        let loaded = Self::from_read(scenario)?;
        let mut problems = Problems::default();
        validate::check_rest(&loaded.scenario, &mut problems);
        problems.placed("", None).map_or(Ok(loaded), Err)
    }

    /// Checks a scenario that was read a moment ago, so that a file can say it.
    pub(crate) fn from_read(scenario: Scenario) -> Result<Self, Errors> {
        Self::checked(("", None), scenario, None)
    }

    fn checked(
        (file, path): (&str, Option<&Path>),
        mut scenario: Scenario,
        places: Option<Outline>,
    ) -> Result<Self, Errors> {
        let mut problems = Problems::default();
        observations::read(&mut scenario, path, &mut problems);
        let mut knobs = Knobs::default();
        knobs.tune(&scenario.tuning);
        validate::validate(&scenario, &knobs, &mut problems);
        let goals = objective::goals(&scenario, &metrics(&scenario), &mut problems);
        if let Some(errors) = problems.placed(file, places.as_ref()) {
            return Err(errors);
        }
        let setup = build(&scenario, knobs);
        Ok(Self { scenario, setup, goals, file: file.to_owned(), places })
    }

    /// Returns the seed of a run for which nobody asks for another: the one that the scenario
    /// names, or 0.
    ///
    /// # Examples
    /// ```
    /// # let mut loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// assert_eq!(loaded.seed(), 0);
    /// loaded.scenario.seed = Some(2493);
    /// assert_eq!(loaded.seed(), 2493);
    /// ```
    pub fn seed(&self) -> u64 {
        self.scenario.seed.unwrap_or(0)
    }

    /// Returns the same scenario with all its services on another plan.
    ///
    /// # Errors
    /// When something of the scenario does not fit the plan, such as a second standby.
    ///
    /// # Examples
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// use cutover::model::Plan;
    /// let mut quiet = loaded;
    /// quiet.scenario.expect.clear();
    /// let premium = quiet.with_plan(Plan::Premium).expect("nothing speaks of one standby");
    /// assert_eq!(premium.setup.services[0].plan, Plan::Premium);
    /// ```
    pub fn with_plan(&self, plan: Plan) -> Result<Self, Errors> {
        let mut scenario = self.scenario.clone();
        for service in &mut scenario.services {
            service.plan = plan;
        }
        self.replaced(scenario)
    }

    /// Returns another scenario of the same file, with the knobs as they are.
    pub(super) fn replaced(&self, scenario: Scenario) -> Result<Self, Errors> {
        let mut other = Self::checked((&self.file, None), scenario, self.places.clone())?;
        other.setup.knobs = self.setup.knobs.clone();
        Ok(other)
    }

    /// Adds a step to the scenario and to the setup, and returns it as the setup has it.
    ///
    /// Knobs that were set stay as they are.
    ///
    /// # Errors
    /// All that is wrong with the scenario then; nothing is changed.
    ///
    /// # Examples
    /// ```
    /// # let mut loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// use cutover::kernel::{Law, Span};
    /// let deed = loaded.scenario.script[0].deed().clone();
    /// let step = cutover::scenario::Step::At(Law::Fixed(Span::from_mins(9)), deed);
    /// let added = loaded.add_step(step).expect("there is a primary to strike again");
    /// assert_eq!(loaded.setup.script[1], added);
    /// ```
    pub fn add_step(&mut self, step: Step) -> Result<StepSetup, Errors> {
        let mut scenario = self.scenario.clone();
        scenario.script.push(step);
        let mut problems = Problems::default();
        validate::validate(&scenario, &self.setup.knobs, &mut problems);
        if let Some(errors) = problems.placed(&self.file, None) {
            return Err(errors);
        }
        let script = build(&scenario, self.setup.knobs.clone()).script;
        self.scenario = scenario;
        self.setup.script = script;
        Ok(self.setup.script.last().expect("a step was added").clone())
    }

    /// Returns the same with another script, which is checked; knobs that were set stay.
    pub(super) fn with_script(&self, script: Vec<Step>) -> Result<Self, Errors> {
        let mut other = self.clone();
        other.scenario.script = script;
        let mut problems = Problems::default();
        validate::validate(&other.scenario, &self.setup.knobs, &mut problems);
        if let Some(errors) = problems.placed("", None) {
            return Err(errors);
        }
        other.setup.script = build(&other.scenario, self.setup.knobs.clone()).script;
        Ok(other)
    }

    /// Returns the scenario with every knob that differs from its default in its tuning, so that a
    /// file needs no options beside it.
    ///
    /// # Examples
    /// ```
    /// # let mut loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// loaded.set("dns_ttl", "5s").expect("it is a knob");
    /// let file = cutover::scenario::write(&loaded.settled());
    /// assert!(file.contains(r#"dns_ttl: "5s""#));
    /// ```
    pub fn settled(&self) -> Scenario {
        let mut tuning = Map::new();
        for row in KNOBS {
            let value = self.setup.knobs.get(row.name).filter(|value| value != row.default);
            if let Some(value) = value {
                tuning.insert(row.name.to_owned(), written(row.name, value));
            }
        }
        let tuning = serde_json::from_value(Value::Object(tuning));
        let tuning = tuning.expect("what was read as a knob can be written as one");
        Scenario { tuning, ..self.scenario.clone() }
    }

    /// Sets one knob of the setup.
    ///
    /// # Errors
    /// When the knob cannot be set; then nothing is changed.
    ///
    /// # Examples
    /// ```
    /// # let mut loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// loaded.set("dns_ttl", "5s").expect("it is a knob");
    /// assert_eq!(loaded.setup.knobs.get("dns_ttl").as_deref(), Some("5s"));
    /// assert!(loaded.set("dns_tl", "5s").is_err());
    /// ```
    pub fn set(&mut self, knob: &str, value: &str) -> Result<(), SetError> {
        self.set_all([(knob, value)])
    }

    /// Sets knobs of the setup that only fit together when all of them are set.
    ///
    /// # Errors
    /// When one of them cannot be set; then nothing is changed.
    ///
    /// # Examples
    /// ```
    /// # let mut loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// let values = [("dns_ttl", "5s"), ("detection_timeout", "30s")];
    /// loaded.set_all(values).expect("they fit together");
    /// assert_eq!(loaded.setup.knobs.get("detection_timeout").as_deref(), Some("30s"));
    /// ```
    pub fn set_all<'a>(
        &mut self,
        values: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<(), SetError> {
        let mut knobs = self.setup.knobs.clone();
        for (knob, value) in values {
            knobs.set(knob, value)?;
        }
        let contradictions = validate::contradictions(&self.scenario, &knobs);
        if !contradictions.is_empty() {
            return Err(SetError::Contradiction(contradictions));
        }
        self.setup.knobs = knobs;
        Ok(())
    }
}
