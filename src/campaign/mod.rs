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
pub use estimate::{Estimate, QUANTILES, Quantile, Said, estimate, estimates};
pub use header::{Column, Header};
pub use paired::{Difference, Paired, shared_columns, shared_metrics};
pub use paired_part::{MergedPairs, PairedPart, Telling, merge_pairs};
pub use part::{Merged, Part, PartError, difference, merge};
pub use plan::{Chunks, Shard};
pub use rare::{Estimator, Rare, RareError, run_weight};
pub use tally::{Broken, Measured, Tally};
pub use verdict::{GoalOutcome, GoalVerdict, judge, overall, precise};

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
    pub fn empty(&self) -> Tally {
        Tally::new(self.metrics.len(), crate::check::INVARIANTS.len(), self.goals.len())
    }

    /// Returns what is measured.
    pub fn metrics(&self) -> &[Metric] {
        &self.metrics
    }
}
