//! Many runs of one scenario: what is kept of them, and what they allow to be said.
//!
//! * `header`, `plan`: what a campaign is, its chunks, its shards, where it may stop;
//! * `bucket`, `accumulator`, `tally`: what is kept of runs, in integers; `paired`: of differences;
//! * `rare`: how rarely something happens;
//! * `part`, `paired_part`: results as files, put together; `sealed`: how a file is recognised as
//!   whole;
//! * `estimate`, `verdict`: what may be said of them.
//!
//! Knows nothing of how a run works, of threads and of printing. Kept here: run number `n` has the
//! seed that comes `n` after the first, and neither chunks nor shards nor their order change a bit.

mod accumulator;
mod bucket;
mod estimate;
mod header;
mod paired;
mod paired_part;
mod part;
mod plan;
mod rare;
mod sealed;
mod tally;
mod verdict;

use std::ops::Range;
use std::sync::Arc;

use crate::scenario::{Goal, Loaded, Metric, measure, metrics};
use crate::sim::{Setup, Sim};

pub use accumulator::Accumulator;
pub use bucket::{bounds, bucket};
pub(crate) use estimate::estimates;
pub use estimate::{Estimate, Quantile, Said, estimate};
pub use header::{Column, Header};
pub use paired::{Difference, Paired, shared_columns, shared_metrics};
pub use paired_part::{MergedPairs, PairedPart, Telling, merge_pairs};
pub use part::{Merged, Part, PartError, difference, merge};
pub use plan::{Chunks, Shard};
pub use rare::{Estimator, Rare, RareError, run_weight};
pub use tally::{Broken, Measured, Tally};
pub(crate) use verdict::overall;
pub use verdict::{GoalOutcome, GoalVerdict, judge, precise};

/// Many runs of one scenario.
///
/// # Examples
/// ```
/// let text = r#"Scenario(
///     name: "crash",
///     services: [Service(name: "orders", plan: Business)],
///     clients: [Writer(name: "app", service: "orders", writes_per_s: 20)],
///     script: [At("uniform(60s, 65s)", Fault(HostDeath, Primary("orders")))],
///     until: "10m",
/// )"#;
/// let loaded = cutover::scenario::parse("crash.ron", text)?;
/// let campaign = cutover::campaign::Campaign::new(&loaded, 0);
/// let tally = campaign.tally(0..100);
/// assert_eq!((tally.runs, tally.metrics[0].nonzero), (100, 100));
/// # Ok::<(), cutover::scenario::Errors>(())
/// ```
#[derive(Clone, Debug)]
pub struct Campaign {
    setup: Arc<Setup>,
    metrics: Vec<Metric>,
    goals: Vec<Goal>,
    seed: u64,
    rare: Option<Rare>,
}

impl Campaign {
    /// Returns the campaign over a scenario whose first run has this seed.
    ///
    /// # Examples
    /// Run number `n` has the seed that comes `n` after the first:
    /// ```
    /// # let text = r#"Scenario(name: "crash", until: "10m",
    /// #     services: [Service(name: "orders", plan: Business)],
    /// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 20)],
    /// #     script: [At("uniform(60s, 65s)", Fault(HostDeath, Primary("orders")))],
    /// #     targets: [Chance(metric: "write_downtime", at_most: "100s", at_least: "10%")])"#;
    /// # let loaded = cutover::scenario::parse("crash.ron", text).expect("it is valid");
    /// use cutover::campaign::Campaign;
    /// assert_eq!(Campaign::new(&loaded, 7).run(3), Campaign::new(&loaded, 10).run(0));
    /// ```
    pub fn new(loaded: &Loaded, seed: u64) -> Self {
        Self {
            setup: Arc::new(loaded.setup.clone()),
            metrics: metrics(&loaded.scenario),
            goals: loaded.goals.clone(),
            seed,
            rare: None,
        }
    }

    /// Returns what is measured of a run.
    ///
    /// # Examples
    /// It is the run that a seed gives anywhere else:
    /// ```
    /// # let text = r#"Scenario(name: "crash", until: "10m",
    /// #     services: [Service(name: "orders", plan: Business)],
    /// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 20)],
    /// #     script: [At("uniform(60s, 65s)", Fault(HostDeath, Primary("orders")))],
    /// #     targets: [Chance(metric: "write_downtime", at_most: "100s", at_least: "10%")])"#;
    /// # let loaded = cutover::scenario::parse("crash.ron", text).expect("it is valid");
    /// use cutover::campaign::Campaign;
    /// let measured = Campaign::new(&loaded, 0).run(3);
    /// let outcome = cutover::sim::run(&loaded.setup, 3);
    /// assert_eq!(measured.events, outcome.events);
    /// let outage = outcome.clients[0].outages[0].length(outcome.until);
    /// assert_eq!(measured.values[0], Some(outage.as_micros()));
    /// ```
    pub fn run(&self, number: u64) -> Measured {
        let seed = self.seed.wrapping_add(number);
        let mut sim = Sim::without_notes(self.setup.clone(), seed);
        sim.run();
        let outcome = sim.outcome();
        Measured {
            values: measure(&self.metrics, &outcome),
            verdicts: Measured::verdicts(&outcome.invariants),
            events: outcome.events,
            hurry: outcome.hurry,
        }
    }

    /// Returns what is kept of consecutive runs: of runs that are weighed, their weights alone.
    ///
    /// # Examples
    /// ```
    /// # let text = r#"Scenario(name: "crash", until: "10m",
    /// #     services: [Service(name: "orders", plan: Business)],
    /// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 20)],
    /// #     script: [At("uniform(60s, 65s)", Fault(HostDeath, Primary("orders")))],
    /// #     targets: [Chance(metric: "write_downtime", at_most: "100s", at_least: "10%")])"#;
    /// # let loaded = cutover::scenario::parse("crash.ron", text).expect("it is valid");
    /// use cutover::campaign::Campaign;
    /// let tally = Campaign::new(&loaded, 0).tally(0..20);
    /// let downtime = &tally.metrics[0];
    /// assert_eq!((downtime.runs(), downtime.nonzero), (20, 20));
    /// // Silence is noticed after a minute, less what has passed since the last report.
    /// assert!(downtime.least > Some(55_000_000));
    /// ```
    pub fn tally(&self, runs: Range<u64>) -> Tally {
        let mut tally = self.empty();
        for number in runs {
            match &self.rare {
                None => tally.record(number, &self.run(number), &self.goals),
                Some(rare) => self.weigh(number, rare, &mut tally),
            }
        }
        tally
    }

    /// Returns what is kept of no runs.
    ///
    /// # Examples
    /// ```
    /// # let text = r#"Scenario(name: "crash", until: "10m",
    /// #     services: [Service(name: "orders", plan: Business)],
    /// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 20)],
    /// #     script: [At("uniform(60s, 65s)", Fault(HostDeath, Primary("orders")))],
    /// #     targets: [Chance(metric: "write_downtime", at_most: "100s", at_least: "10%")])"#;
    /// # let loaded = cutover::scenario::parse("crash.ron", text).expect("it is valid");
    /// use cutover::campaign::Campaign;
    /// let campaign = Campaign::new(&loaded, 0);
    /// assert_eq!(campaign.empty(), campaign.tally(0..0));
    /// assert_eq!(campaign.empty().metrics.len(), campaign.metrics().len());
    /// ```
    pub fn empty(&self) -> Tally {
        Tally::new(self.metrics.len(), crate::check::INVARIANTS.len(), self.goals.len())
    }

    /// Returns what is measured.
    ///
    /// # Examples
    /// Those that every scenario has, and those of its clients:
    /// ```
    /// # let text = r#"Scenario(name: "crash", until: "10m",
    /// #     services: [Service(name: "orders", plan: Business)],
    /// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 20)],
    /// #     script: [At("uniform(60s, 65s)", Fault(HostDeath, Primary("orders")))],
    /// #     targets: [Chance(metric: "write_downtime", at_most: "100s", at_least: "10%")])"#;
    /// # let loaded = cutover::scenario::parse("crash.ron", text).expect("it is valid");
    /// use cutover::campaign::Campaign;
    /// let campaign = Campaign::new(&loaded, 0);
    /// let names = || campaign.metrics().iter().map(|metric| metric.name.as_str());
    /// assert!(names().any(|name| name == "lost_commits"));
    /// assert!(names().any(|name| name == "longest[app]"));
    /// ```
    pub fn metrics(&self) -> &[Metric] {
        &self.metrics
    }
}
