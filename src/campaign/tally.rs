//! What is kept of many runs: every metric, invariant and target, in integers.
//!
//! Knows nothing of threads and files. Kept here: a tally of runs is the merger of the tallies of
//! its parts, whatever they are and in whatever order.

use serde::{Deserialize, Serialize};

use super::accumulator::Accumulator;
use crate::check::Verdict;
use crate::scenario::{Goal, GoalOf};
use crate::sim::{Hurry, InvariantOutcome};
use crate::statistics::{Interval, Weighted, weighted_interval, weights_add_up};

/// What is measured of one run.
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
/// use cutover::check::INVARIANTS;
/// let campaign = Campaign::new(&loaded, 0);
/// let measured = campaign.run(3);
/// assert_eq!(measured.values.len(), campaign.metrics().len());
/// assert_eq!(measured.verdicts.len(), INVARIANTS.len());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    /// The value of each metric; nothing where it never came about.
    pub values: Vec<Option<u64>>,
    /// How each invariant came out.
    pub verdicts: Vec<Verdict>,
    /// How many events changed something.
    pub events: u64,
    /// By how much the run was made likelier than it is.
    pub hurry: Hurry,
}

impl Measured {
    /// Returns how invariants came out.
    pub(super) fn verdicts(outcomes: &[InvariantOutcome]) -> Vec<Verdict> {
        outcomes.iter().map(|one| one.verdict).collect()
    }
}

/// What is kept of many runs.
///
/// # Examples
/// In how many runs a target was kept, and in how many an invariant was not put to the test:
/// ```
/// # let text = r#"Scenario(name: "crash", until: "10m",
/// #     services: [Service(name: "orders", plan: Business)],
/// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 20)],
/// #     script: [At("uniform(60s, 65s)", Fault(HostDeath, Primary("orders")))],
/// #     targets: [Chance(metric: "write_downtime", at_most: "100s", at_least: "10%")])"#;
/// # let loaded = cutover::scenario::parse("crash.ron", text).expect("it is valid");
/// use cutover::campaign::Campaign;
/// let tally = Campaign::new(&loaded, 0).tally(0..20);
/// assert_eq!((tally.runs, tally.metrics[0].runs(), tally.within.len()), (20, 20, 1));
/// assert!(tally.invariants.iter().all(|broken| broken.vacuous <= tally.runs));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// How many runs there are.
    pub runs: u64,
    /// How many events changed something in all of them.
    pub events: u64,
    /// Each metric, in the order of the campaign.
    pub metrics: Vec<Accumulator>,
    /// Each invariant, in the order of the campaign.
    pub invariants: Vec<Broken>,
    /// In how many runs each target's metric was at most its limit.
    pub within: Vec<u64>,
    /// The weights of runs that were made likelier; of those nothing else is kept.
    #[serde(default, skip_serializing_if = "Weighted::is_empty")]
    pub weighted: Weighted,
    /// The weights of all of those runs, whatever happened in them.
    #[serde(default, skip_serializing_if = "Weighted::is_empty")]
    pub weights: Weighted,
}

/// How often an invariant was broken.
///
/// # Examples
/// A cut link looks like a death to the platform, and the first such run is remembered:
/// ```
/// # let path = "scenarios/partition-with-clients-on-the-old-side.ron".as_ref();
/// # let loaded = cutover::scenario::load(path).expect("it is valid");
/// use cutover::campaign::Campaign;
/// use cutover::check::INVARIANTS;
/// let tally = Campaign::new(&loaded, 0).tally(0..5);
/// let place = INVARIANTS.iter().position(|card| card.id == "no-false-failover");
/// let broken = tally.invariants[place.expect("it is an invariant")];
/// assert_eq!((broken.violated, broken.first), (5, Some(0)));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broken {
    /// In how many runs it was broken, whether the scenario allows that or not.
    pub violated: u64,
    /// In how many runs nothing put it to the test.
    pub vacuous: u64,
    /// The first run that broke it.
    pub first: Option<u64>,
}

impl Tally {
    /// Returns the tally of no runs.
    pub(super) fn new(metrics: usize, invariants: usize, goals: usize) -> Self {
        Self {
            runs: 0,
            events: 0,
            metrics: vec![Accumulator::default(); metrics],
            invariants: vec![Broken::default(); invariants],
            within: vec![0; goals],
            weighted: Weighted::default(),
            weights: Weighted::default(),
        }
    }

    /// Adds a run.
    pub(super) fn record(&mut self, run: u64, measured: &Measured, goals: &[Goal]) {
        self.runs += 1;
        self.events += measured.events;
        for (metric, value) in self.metrics.iter_mut().zip(&measured.values) {
            metric.record(run, *value);
        }
        for (broken, verdict) in self.invariants.iter_mut().zip(&measured.verdicts) {
            match verdict {
                Verdict::Violated | Verdict::Allowed => {
                    broken.violated += 1;
                    broken.first = Some(broken.first.map_or(run, |first| first.min(run)));
                }
                Verdict::Vacuous => broken.vacuous += 1,
                Verdict::Holds => {}
            }
        }
        for (within, goal) in self.within.iter_mut().zip(goals) {
            let value = measured.values[goal.metric];
            let counts = matches!(goal.of, GoalOf::Chance(_));
            *within += u64::from(counts && value.is_some_and(|value| value <= goal.at_most));
        }
    }

    /// Returns the interval of the rare event that is asked for; nothing where too few runs carry
    /// it, or where the weights of all runs do not add up.
    ///
    /// # Examples
    /// Plain runs are not weighed, so that it has nothing to say of them:
    /// ```
    /// # let text = r#"Scenario(name: "crash", until: "10m",
    /// #     services: [Service(name: "orders", plan: Business)],
    /// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 20)],
    /// #     script: [At("uniform(60s, 65s)", Fault(HostDeath, Primary("orders")))],
    /// #     targets: [Chance(metric: "write_downtime", at_most: "100s", at_least: "10%")])"#;
    /// # let loaded = cutover::scenario::parse("crash.ron", text).expect("it is valid");
    /// use cutover::campaign::Campaign;
    /// use cutover::statistics::WEIGHT_ONE;
    /// let mut tally = Campaign::new(&loaded, 0).tally(0..20);
    /// assert_eq!(tally.rare_interval(), None);
    /// (0..100).for_each(|_| tally.weighted.hit(Some(WEIGHT_ONE)));
    /// assert!(tally.rare_interval().is_some());
    /// ```
    pub fn rare_interval(&self) -> Option<Interval> {
        weighted_interval(&self.weighted).filter(|_| weights_add_up(&self.weights))
    }

    /// Adds the tally of other runs of the same campaign.
    ///
    /// # Examples
    /// Parts in any order are the whole:
    /// ```
    /// # let text = r#"Scenario(name: "crash", until: "10m",
    /// #     services: [Service(name: "orders", plan: Business)],
    /// #     clients: [Writer(name: "app", service: "orders", writes_per_s: 20)],
    /// #     script: [At("uniform(60s, 65s)", Fault(HostDeath, Primary("orders")))],
    /// #     targets: [Chance(metric: "write_downtime", at_most: "100s", at_least: "10%")])"#;
    /// # let loaded = cutover::scenario::parse("crash.ron", text).expect("it is valid");
    /// use cutover::campaign::Campaign;
    /// let campaign = Campaign::new(&loaded, 0);
    /// let mut tally = campaign.tally(10..20);
    /// tally.merge(&campaign.tally(0..10));
    /// assert_eq!(tally, campaign.tally(0..20));
    /// ```
    pub fn merge(&mut self, other: &Self) {
        let shape = |of: &Self| (of.metrics.len(), of.invariants.len(), of.within.len());
        assert_eq!(shape(self), shape(other), "tallies of different campaigns");
        self.runs += other.runs;
        self.events += other.events;
        for (mine, others) in self.metrics.iter_mut().zip(&other.metrics) {
            mine.merge(others);
        }
        for (mine, others) in self.invariants.iter_mut().zip(&other.invariants) {
            mine.violated += others.violated;
            mine.vacuous += others.vacuous;
            mine.first = [mine.first, others.first].into_iter().flatten().min();
        }
        for (mine, others) in self.within.iter_mut().zip(&other.within) {
            *mine += others;
        }
        self.weighted.merge(&other.weighted);
        self.weights.merge(&other.weights);
    }
}
