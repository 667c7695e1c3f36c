//! What a campaign is: all that its result depends on, and all that its report has to name.
//!
//! Knows nothing of results. Kept here: two results with equal headers are parts of one campaign.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::plan::Chunks;
use super::rare::Rare;
use crate::check::INVARIANTS;
use crate::kernel::Digest;
use crate::knob::KNOBS;
use crate::scenario::{Goal, Loaded, Metric, Step, metrics};

/// What a campaign is.
///
/// # Examples
/// ```
/// # let text = r#"Scenario(name: "crash", until: "10m",
/// #     services: [Service(name: "orders", plan: Business)],
/// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 20)],
/// #     script: [At("uniform(60s, 65s)", Fault(HostDeath, Primary("orders")))],
/// #     targets: [Chance(metric: "write_downtime", at_most: "100s", at_least: "10%")])"#;
/// # let loaded = cutover::scenario::parse("crash.ron", text).expect("it is valid");
/// use cutover::campaign::{Chunks, Header};
/// let header = Header::new(&loaded, 0, Chunks::of(1_000), String::new());
/// assert_eq!((header.scenario.as_str(), header.until_us), ("crash", 600_000_000));
/// // The inputs are those of the scenario and of all knobs.
/// let mut other = loaded.clone();
/// other.set("dns_ttl", "5s").expect("it is a knob");
/// let other = Header::new(&other, 0, Chunks::of(1_000), String::new());
/// assert_ne!(header.inputs, other.inputs);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The version of the program.
    pub version: String,
    /// The scenario's name.
    pub scenario: String,
    /// Why the scenario exists.
    pub story: String,
    /// The scenario file as it was named.
    pub file: String,
    /// A digest of the scenario and of all knobs.
    pub inputs: String,
    /// The seed of the first run; each run has the next.
    pub seed: u64,
    /// The runs.
    pub chunks: Chunks,
    /// How long a run is, in microseconds.
    pub until_us: u64,
    /// The policy that decides.
    pub policy: String,
    /// The options that repeat a run beside its seed, as a shell takes them.
    pub options: String,
    /// What is measured.
    pub metrics: Vec<Column>,
    /// The ids of the invariants.
    pub invariants: Vec<String>,
    /// What the scenario wants.
    pub goals: Vec<Goal>,
    /// What is asked that is rare, if runs are weighed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rare: Option<Rare>,
}

/// A metric as results name it.
///
/// # Examples
/// ```
/// # let text = r#"Scenario(name: "crash", until: "10m",
/// #     services: [Service(name: "orders", plan: Business)],
/// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 20)],
/// #     script: [At("uniform(60s, 65s)", Fault(HostDeath, Primary("orders")))],
/// #     targets: [Chance(metric: "write_downtime", at_most: "100s", at_least: "10%")])"#;
/// # let loaded = cutover::scenario::parse("crash.ron", text).expect("it is valid");
/// # use cutover::campaign::{Chunks, Header};
/// let header = Header::new(&loaded, 0, Chunks::of(100), String::new());
/// let column = &header.metrics[0];
/// assert_eq!((column.name.as_str(), column.unit.as_str()), ("write_downtime", "us"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// What it is.
    pub meaning: String,
}

impl Header {
    /// Returns the header of a campaign over a scenario.
    ///
    /// # Examples
    /// ```
    /// # let text = r#"Scenario(name: "crash", until: "10m",
    /// #     services: [Service(name: "orders", plan: Business)],
    /// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 20)],
    /// #     script: [At("uniform(60s, 65s)", Fault(HostDeath, Primary("orders")))],
    /// #     targets: [Chance(metric: "write_downtime", at_most: "100s", at_least: "10%")])"#;
    /// # let loaded = cutover::scenario::parse("crash.ron", text).expect("it is valid");
    /// use cutover::campaign::{Chunks, Header};
    /// let header = Header::new(&loaded, 7, Chunks::of(100), "--set dns_ttl=5s".to_owned());
    /// assert_eq!((header.seed, header.chunks.runs), (7, 100));
    /// assert_eq!(header.goals, loaded.goals);
    /// ```
    pub fn new(loaded: &Loaded, seed: u64, chunks: Chunks, options: String) -> Self {
        let knobs = &loaded.setup.knobs;
        let columns = metrics(&loaded.scenario);
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            scenario: loaded.scenario.name.clone(),
            story: loaded.scenario.story.clone(),
            file: loaded.file.clone(),
            inputs: format!("{:016x}", digest(loaded)),
            seed,
            chunks,
            until_us: loaded.setup.until.as_micros(),
            policy: knobs.policy.card().name.to_owned(),
            options,
            metrics: columns.iter().map(column).collect(),
            invariants: INVARIANTS.iter().map(|card| card.id.to_owned()).collect(),
            goals: loaded.goals.clone(),
            rare: None,
        }
    }

    /// Returns the command that repeats a run of the campaign.
    ///
    /// # Examples
    /// ```
    /// # let text = r#"Scenario(name: "crash", until: "10m",
    /// #     services: [Service(name: "orders", plan: Business)],
    /// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 20)],
    /// #     script: [At("uniform(60s, 65s)", Fault(HostDeath, Primary("orders")))],
    /// #     targets: [Chance(metric: "write_downtime", at_most: "100s", at_least: "10%")])"#;
    /// # let loaded = cutover::scenario::parse("crash.ron", text).expect("it is valid");
    /// use cutover::campaign::{Chunks, Header};
    /// let header = Header::new(&loaded, 7, Chunks::of(100), "--set dns_ttl=5s".to_owned());
    /// assert_eq!(header.replay(3), "cutover run crash.ron --seed 10 --set dns_ttl=5s");
    /// ```
    pub fn replay(&self, run: u64) -> String {
        let seed = self.seed.wrapping_add(run);
        let file = if self.file.is_empty() { "FILE" } else { &self.file };
        let space = if self.options.is_empty() { "" } else { " " };
        format!("cutover run {file} --seed {seed}{space}{}", self.options)
    }

    /// Returns the place of a metric by its name.
    pub(crate) fn metric(&self, name: &str) -> Option<usize> {
        self.metrics.iter().position(|column| column.name == name)
    }
}

fn column(metric: &Metric) -> Column {
    Column {
        name: metric.name.clone(),
        unit: metric.unit.word().to_owned(),
        meaning: metric.meaning.clone(),
    }
}

/// Returns a digest of all that a run depends on beside its seed: not of where steps and failures
/// are listed.
fn digest(loaded: &Loaded) -> u64 {
    let mut digest = Digest::new();
    let mut scenario = loaded.scenario.clone();
    let steps = loaded.setup.script.iter().zip(scenario.script);
    let steps: BTreeMap<u16, Step> = steps.map(|(known, step)| (known.label, step)).collect();
    scenario.script = steps.into_values().collect();
    scenario.failures.sort_by(|one, other| one.name.cmp(&other.name));
    let written = ron::to_string(&scenario).expect("a scenario can be written");
    digest.text(&written);
    let knobs = &loaded.setup.knobs;
    for row in KNOBS {
        digest.text(row.name).text(&knobs.get(row.name).unwrap_or_default());
    }
    digest.text(knobs.mutant.map_or("", |mutant| mutant.card().name)).finish()
}
