//! How rarely something happens: runs that are made likelier, or cloned on their way, and weighed.
//!
//! Knows nothing of threads and printing. Kept here: a run that is not as it is never counts as one
//! that is; it has a weight, and nothing of it but the weight is kept.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Campaign;
use super::tally::Tally;
use crate::kernel::{Chance, Instant};
use crate::scenario::measure;
use crate::sim::{CLOCKS_MAX, Hurry, Occurs, Setup, Sim, Subject};
use crate::statistics::{Attempt, chance_of, hurried_weight, split};

/// What is asked: in how many runs a metric is beyond a limit.
///
/// # Examples
/// How likely is it that a service loses all of its nodes within a year?
/// ```
/// # let loaded = cutover::scenario::load("scenarios/campaigns/total-loss.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::campaign::{Campaign, Estimator, Rare};
/// let campaign = Campaign::new(&loaded, 0);
/// let restores = |of: &cutover::scenario::Metric| of.name == "restores";
/// let metric = campaign.metrics().iter().position(restores).expect("it is a metric");
/// let estimator = Estimator::FailureBiasing { bias: 20 };
/// let tally = campaign.weighed(Rare { metric, beyond: 0, estimator }).tally(0..5);
/// assert_eq!(tally.weighted.runs, 5);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rare {
    /// The place of the metric.
    pub metric: usize,
    /// The limit, in the unit of the metric.
    pub beyond: u64,
    /// How it is made likelier.
    pub estimator: Estimator,
}

/// How something rare is made likelier.
///
/// # Examples
/// Only failures that have no memory can be made likelier:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/campaigns/total-loss.ron".as_ref())
/// #     .expect("it is valid");
/// # let crash = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::campaign::{Estimator, Rare, RareError};
/// let biasing = Estimator::FailureBiasing { bias: 20 };
/// let rare = Rare { metric: 0, beyond: 0, estimator: biasing };
/// assert_eq!(rare.check(&loaded.setup), Ok(()));
/// assert_eq!(rare.check(&crash.setup), Err(RareError::NothingToHurry));
/// let splitting = Rare { estimator: Estimator::Splitting { trials: 60 }, ..rare };
/// assert_eq!(splitting.check(&crash.setup), Ok(()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Estimator {
    /// Failures of nodes come so many times as often while a service lacks nodes.
    FailureBiasing {
        /// How many times as often.
        bias: u32,
    },
    /// Every run is a repetition, which tries so many clones each time that one more node is out.
    Splitting {
        /// How many clones.
        trials: u32,
    },
}

/// Why an estimator cannot do anything for a scenario.
///
/// # Examples
/// ```
/// use cutover::campaign::RareError;
/// let told = RareError::TooFast(9_999).to_string();
/// assert!(told.starts_with("found --bias 9999, expected less"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RareError {
    /// No failure of nodes is memoryless.
    #[error(
        "found no failure that strikes EachNode or EachLink by an exponential law, expected one: \
         only those can be made likelier and weighed"
    )]
    NothingToHurry,
    /// The failures would come faster than anything else happens.
    #[error("found --bias {0}, expected less: failures would come every ten minutes")]
    TooFast(u32),
    /// More nodes would fail than a run keeps account of.
    #[error(
        "found --bias {bias}, expected at most {most}: more than {CLOCKS_MAX} clocks of failures \
         could be wound up in a run"
    )]
    TooMany {
        /// What was found.
        bias: u32,
        /// The most that this scenario admits.
        most: u64,
    },
}

impl Rare {
    /// Returns the setup whose runs are weighed.
    pub(super) fn prepare(&self, setup: &mut Setup) {
        setup.failure_bias = match self.estimator {
            Estimator::FailureBiasing { bias } => bias,
            Estimator::Splitting { .. } => 1,
        };
    }

    /// Checks that the estimator can do something for a setup.
    ///
    /// # Errors
    /// When nothing would be made likelier, or too much.
    ///
    /// # Examples
    /// Hosts that die once in four years may die 20 times as often, not ten million times:
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/campaigns/total-loss.ron".as_ref())
    /// #     .expect("it is valid");
    /// use cutover::campaign::{Estimator, Rare, RareError};
    /// let rare = |bias: u32| {
    ///     let estimator = Estimator::FailureBiasing { bias };
    ///     Rare { metric: 0, beyond: 0, estimator }.check(&loaded.setup)
    /// };
    /// assert_eq!((rare(20), rare(10_000_000)), (Ok(()), Err(RareError::TooFast(10_000_000))));
    /// ```
    pub fn check(&self, setup: &Setup) -> Result<(), RareError> {
        const FAST: u64 = 600_000_000;
        let Estimator::FailureBiasing { bias } = self.estimator else { return Ok(()) };
        let means = setup.failures.iter().filter_map(|failure| match failure.strikes {
            Subject::EachNode(_) | Subject::EachLink(..) => match &failure.occurs {
                Occurs::Every(gaps) => gaps.exponential_mean(),
                Occurs::Times(_) => None,
            },
            Subject::EachZone(_) | Subject::Only(_) => None,
        });
        let least = means.min().ok_or(RareError::NothingToHurry)?;
        if least.as_micros() / u64::from(bias.max(1)) < FAST {
            return Err(RareError::TooFast(bias));
        }
        let most = most_bias(setup);
        if u64::from(bias) > most {
            return Err(RareError::TooMany { bias, most });
        }
        Ok(())
    }
}

impl Campaign {
    /// Adds a run, or a repetition, with its weight.
    pub(super) fn weigh(&self, number: u64, rare: &Rare, tally: &mut Tally) {
        tally.runs += 1;
        let weighted = &mut tally.weighted;
        match rare.estimator {
            Estimator::FailureBiasing { bias } => {
                let measured = self.run(number);
                let weight = run_weight(bias, measured.hurry);
                tally.weights.hit(weight);
                if beyond(measured.values[rare.metric], rare.beyond) {
                    weighted.hit(weight);
                } else {
                    weighted.miss();
                }
            }
            Estimator::Splitting { trials } => match self.repetition(number, rare, trials) {
                0 => weighted.miss(),
                chance => weighted.hit(Some(chance)),
            },
        }
    }

    /// Returns what one repetition of splitting gives, in the fixed point of weights.
    fn repetition(&self, number: u64, rare: &Rare, trials: u32) -> u128 {
        let seed = self.seed.wrapping_add(number);
        let start = Sim::without_notes(self.setup.clone(), seed);
        let plans = self.setup.services.iter().map(|service| service.plan.nodes());
        let most = plans.max().unwrap_or(0);
        let metric = std::slice::from_ref(&self.metrics[rare.metric]);
        let chance = Chance::new(seed, 0);
        let stages = split(
            &start,
            (usize::from(most) + 1, u64::from(trials)),
            |mut sim, stage, attempt| {
                // Ways are numbered from 1: 0 is that of the run itself.
                let way = u64::try_from(stage).unwrap_or(0) * u64::from(trials) + attempt + 1;
                sim.part(u32::try_from(way).expect("trials are bounded"));
                let wanted = u8::try_from(stage + 1).unwrap_or(u8::MAX);
                loop {
                    if sim.nodes_out() >= wanted {
                        return Attempt::Reached(sim);
                    }
                    if !sim.step() {
                        let value = measure(metric, &sim.outcome())[0];
                        return Attempt::Over(beyond(value, rare.beyond));
                    }
                }
            },
            |stage, attempt, count| {
                let word = chance.word("splitting", &stage.to_string(), attempt);
                let count = u128::try_from(count).expect("a list has a length");
                let place = (u128::from(word) * count) >> 64;
                usize::try_from(place).expect("it is below the length")
            },
        );
        chance_of(&stages)
    }

    /// Returns the campaign whose runs are weighed.
    ///
    /// # Examples
    /// Of runs that are weighed nothing else is kept:
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/campaigns/total-loss.ron".as_ref())
    /// #     .expect("it is valid");
    /// use cutover::campaign::{Campaign, Estimator, Rare};
    /// let estimator = Estimator::FailureBiasing { bias: 20 };
    /// let campaign = Campaign::new(&loaded, 0).weighed(Rare { metric: 0, beyond: 0, estimator });
    /// let tally = campaign.tally(0..5);
    /// assert_eq!((tally.weights.runs, tally.metrics[0].runs()), (5, 0));
    /// ```
    #[must_use]
    pub fn weighed(mut self, rare: Rare) -> Self {
        rare.prepare(Arc::make_mut(&mut self.setup));
        self.rare = Some(rare);
        self
    }
}

/// Returns the bias at which a run that is degraded from beginning to end would, on average, wind
/// up half of the clocks that it keeps account of: every strike may cost a node, and every new node
/// has a clock for each failure of its service.
fn most_bias(setup: &Setup) -> u64 {
    let mut clocks: u128 = 0;
    for (index, service) in setup.services.iter().enumerate() {
        let of_service = |subject: Subject| match subject {
            Subject::EachNode(of) | Subject::EachLink(of, _) => of.index() == index,
            Subject::EachZone(_) | Subject::Only(_) => false,
        };
        let failures = setup.failures.iter().filter(|failure| of_service(failure.strikes));
        let means = failures.clone().filter_map(|failure| match &failure.occurs {
            Occurs::Every(gaps) => gaps.exponential_mean(),
            Occurs::Times(_) => None,
        });
        // Beside the nodes of the plan there are those that are built and those that leave.
        let nodes = u128::from(service.plan.nodes()) + 2;
        let each = u128::try_from(failures.count()).unwrap_or(u128::MAX) * nodes * 1_000_000;
        let until = u128::from(setup.until.since(Instant::ZERO).as_micros());
        clocks +=
            means.map(|mean| each * until / u128::from(mean.as_micros().max(1))).sum::<u128>();
    }
    let half = u128::from(CLOCKS_MAX) / 2 * 1_000_000;
    u64::try_from(half / clocks.max(1)).unwrap_or(u64::MAX).max(1)
}

/// Returns whether a metric is beyond a limit; what never came about is.
fn beyond(value: Option<u64>, limit: u64) -> bool {
    value.is_none_or(|value| value > limit)
}

/// Returns the weight of a run whose failures came `bias` times as often while a service lacked
/// nodes, in the fixed point of weights; nothing if it is beyond what is kept, or if more nodes
/// failed than the run keeps account of.
///
/// # Examples
/// A run as it is weighs one; two strikes of clocks four times as fast make a sixteenth of it:
/// ```
/// use cutover::campaign::run_weight;
/// use cutover::sim::Hurry;
/// use cutover::statistics::WEIGHT_ONE;
/// assert_eq!(run_weight(4, Hurry::default()), Some(WEIGHT_ONE));
/// let weight = run_weight(4, Hurry { strikes: 2, ..Hurry::default() }).expect("it is kept");
/// assert!(weight.abs_diff(WEIGHT_ONE / 16) < WEIGHT_ONE >> 45);
/// ```
pub fn run_weight(bias: u32, hurry: Hurry) -> Option<u128> {
    if hurry.spent { None } else { hurried_weight(bias, hurry.strikes, hurry.means) }
}
