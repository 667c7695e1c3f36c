//! The same runs under several plans, policies or values: differences run by run, in integers.
//!
//! Knows nothing of threads and printing. Kept here: a difference is between runs of one seed, so
//! that what strikes both cancels out; merging is exact, as of a tally.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::Campaign;
use super::header::Header;
use super::tally::Tally;
use crate::statistics::Moments;

/// A metric's differences from the first arm.
///
/// # Examples
/// Names that are published five seconds later: the client meets its cache and one more pause,
/// and is out for half a minute more.
/// ```
/// # let path = "scenarios/business-primary-crash.ron".as_ref();
/// # let loaded = cutover::scenario::load(path).expect("it is valid");
/// # let slower = loaded.with("dns_publish_delay", "10s").expect("it is a knob");
/// # let arms = [&loaded, &slower].map(|of| cutover::campaign::Campaign::new(of, 0));
/// use cutover::campaign::{Paired, shared_metrics};
/// let paired = Paired::tally(&arms, &shared_metrics(&arms), 0..10);
/// let downtime = &paired.differences[0][0];
/// assert_eq!((downtime.count, downtime.more, downtime.less), (10, 10, 0));
/// assert_eq!((downtime.sum, downtime.more_first), (300_000_000, Some(0)));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// In how many pairs of runs it came about in both.
    pub count: u64,
    /// The sum of the differences, that of the first arm taken away.
    pub sum: i128,
    /// The sum of their squares.
    pub squares: u128,
    /// In how many pairs it is greater than in the first arm.
    pub more: u64,
    /// In how many pairs it is less.
    pub less: u64,
    /// The first run in which it is greater.
    pub more_first: Option<u64>,
    /// The first run in which it is less.
    pub less_first: Option<u64>,
}

impl Difference {
    /// Adds a pair of runs with this number.
    pub(super) fn record(&mut self, run: u64, first: Option<u64>, other: Option<u64>) {
        let (Some(first), Some(other)) = (first, other) else { return };
        let difference = i128::from(other) - i128::from(first);
        self.count += 1;
        self.sum += difference;
        let size = difference.unsigned_abs();
        self.squares = self.squares.saturating_add(size * size);
        if other > first {
            self.more += 1;
            self.more_first = earlier(self.more_first, Some(run));
        }
        if other < first {
            self.less += 1;
            self.less_first = earlier(self.less_first, Some(run));
        }
    }

    /// Adds the differences of other pairs.
    pub(super) fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.sum += other.sum;
        self.squares = self.squares.saturating_add(other.squares);
        self.more += other.more;
        self.less += other.less;
        self.more_first = earlier(self.more_first, other.more_first);
        self.less_first = earlier(self.less_first, other.less_first);
    }

    /// Returns the sums of the differences.
    ///
    /// # Examples
    /// ```
    /// # let path = "scenarios/business-primary-crash.ron".as_ref();
    /// # let loaded = cutover::scenario::load(path).expect("it is valid");
    /// # let slower = loaded.with("dns_publish_delay", "10s").expect("it is a knob");
    /// # let arms = [&loaded, &slower].map(|of| cutover::campaign::Campaign::new(of, 0));
    /// # use cutover::campaign::{Paired, shared_metrics};
    /// let paired = Paired::tally(&arms, &shared_metrics(&arms), 0..10);
    /// let downtime = paired.differences[0][0].moments();
    /// assert_eq!((downtime.mean(), downtime.variance()), (Some(30e6), Some(0.0)));
    /// ```
    pub fn moments(&self) -> Moments {
        Moments { count: self.count, sum: self.sum, squares: self.squares }
    }
}

/// Returns the earlier of two runs.
fn earlier(one: Option<u64>, two: Option<u64>) -> Option<u64> {
    [one, two].into_iter().flatten().min()
}

/// What is kept of runs of several arms with the same seeds.
///
/// # Examples
/// Differences are between runs of one seed:
/// ```
/// # let path = "scenarios/business-primary-crash.ron".as_ref();
/// # let loaded = cutover::scenario::load(path).expect("it is valid");
/// # let slower = loaded.with("dns_publish_delay", "10s").expect("it is a knob");
/// # let arms = [&loaded, &slower].map(|of| cutover::campaign::Campaign::new(of, 0));
/// use cutover::campaign::{Paired, shared_metrics};
/// let paired = Paired::tally(&arms, &shared_metrics(&arms), 0..10);
/// let sum = |arm: usize| i128::try_from(paired.arms[arm].metrics[0].sum).expect("it fits");
/// assert_eq!(paired.differences[0][0].sum, sum(1) - sum(0));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paired {
    /// Each arm by itself.
    pub arms: Vec<Tally>,
    /// For each arm behind the first, the differences of the metrics that all arms share.
    pub differences: Vec<Vec<Difference>>,
}

impl Paired {
    /// Returns what is kept of consecutive runs of all arms; `shared` holds, for each metric that
    /// all arms have, its place in each arm.
    ///
    /// # Examples
    /// An arm beside itself differs nowhere:
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
    /// #     .expect("it is valid");
    /// use cutover::campaign::{Campaign, Paired, shared_metrics};
    /// let arms = [Campaign::new(&loaded, 0), Campaign::new(&loaded, 0)];
    /// let paired = Paired::tally(&arms, &shared_metrics(&arms), 0..10);
    /// assert!(paired.differences[0].iter().all(|of| of.more + of.less == 0));
    /// assert_eq!(paired.arms[0], arms[0].tally(0..10));
    /// ```
    pub fn tally(arms: &[Campaign], shared: &[Vec<usize>], runs: Range<u64>) -> Self {
        let mut paired = Self::empty(arms, shared);
        for number in runs {
            let measured: Vec<_> = arms.iter().map(|arm| arm.run(number)).collect();
            for ((arm, tally), of) in arms.iter().zip(&mut paired.arms).zip(&measured) {
                tally.record(number, of, &arm.goals);
            }
            for (index, differences) in paired.differences.iter_mut().enumerate() {
                for (difference, places) in differences.iter_mut().zip(shared) {
                    let first = measured[0].values[places[0]];
                    let other = measured[index + 1].values[places[index + 1]];
                    difference.record(number, first, other);
                }
            }
        }
        paired
    }

    /// Returns what is kept of no runs.
    ///
    /// # Examples
    /// ```
    /// # let path = "scenarios/business-primary-crash.ron".as_ref();
    /// # let loaded = cutover::scenario::load(path).expect("it is valid");
    /// # let slower = loaded.with("dns_publish_delay", "10s").expect("it is a knob");
    /// # let arms = [&loaded, &slower].map(|of| cutover::campaign::Campaign::new(of, 0));
    /// use cutover::campaign::{Paired, shared_metrics};
    /// let shared = shared_metrics(&arms);
    /// assert_eq!(Paired::empty(&arms, &shared), Paired::tally(&arms, &shared, 0..0));
    /// ```
    pub fn empty(arms: &[Campaign], shared: &[Vec<usize>]) -> Self {
        Self {
            arms: arms.iter().map(Campaign::empty).collect(),
            differences: vec![vec![Difference::default(); shared.len()]; arms.len() - 1],
        }
    }

    /// Adds what was kept of other runs.
    ///
    /// # Examples
    /// Parts in any order are the whole:
    /// ```
    /// # let path = "scenarios/business-primary-crash.ron".as_ref();
    /// # let loaded = cutover::scenario::load(path).expect("it is valid");
    /// # let slower = loaded.with("dns_publish_delay", "10s").expect("it is a knob");
    /// # let arms = [&loaded, &slower].map(|of| cutover::campaign::Campaign::new(of, 0));
    /// use cutover::campaign::{Paired, shared_metrics};
    /// let shared = shared_metrics(&arms);
    /// let mut paired = Paired::tally(&arms, &shared, 4..6);
    /// paired.merge(&Paired::tally(&arms, &shared, 0..4));
    /// assert_eq!(paired, Paired::tally(&arms, &shared, 0..6));
    /// ```
    pub fn merge(&mut self, other: &Self) {
        for (mine, others) in self.arms.iter_mut().zip(&other.arms) {
            mine.merge(others);
        }
        for (mine, others) in self.differences.iter_mut().zip(&other.differences) {
            for (mine, others) in mine.iter_mut().zip(others) {
                mine.merge(others);
            }
        }
    }
}

/// Returns, for each metric that all arms have, its place in each of them.
///
/// # Examples
/// A reader that one arm lacks has metrics that are not shared:
/// ```
/// let text = |clients: &str| format!(
///     r#"Scenario(name: "reads", until: "1m",
///         services: [Service(name: "orders", plan: Business)], clients: [{clients}])"#,
/// );
/// use cutover::campaign::{Campaign, shared_metrics};
/// let arms = ["", r#"Reader(name: "dash", service: "orders", reads_per_s: 10)"#].map(|clients| {
///     let loaded = cutover::scenario::parse("reads.ron", &text(clients)).expect("it is valid");
///     Campaign::new(&loaded, 0)
/// });
/// let shared = shared_metrics(&arms);
/// assert_eq!(shared.len(), arms[0].metrics().len());
/// assert!(shared.len() < arms[1].metrics().len());
/// ```
pub fn shared_metrics(arms: &[Campaign]) -> Vec<Vec<usize>> {
    let names = |arm: &Campaign| arm.metrics().iter().map(|metric| metric.name.clone()).collect();
    shared(&arms.iter().map(names).collect::<Vec<Vec<String>>>())
}

/// Returns, for each metric that all headers have, its place in each of them.
///
/// # Examples
/// ```
/// # use cutover::campaign::{Campaign, Chunks, Header, shared_columns, shared_metrics};
/// # let text = r#"Scenario(
/// #     name: "idle",
/// #     services: [Service(name: "orders", plan: Business)],
/// #     until: "1m",
/// # )"#;
/// # let loaded = cutover::scenario::parse("idle.ron", text)?;
/// let headers = vec![Header::new(&loaded, 0, Chunks::of(20), String::new()); 2];
/// let campaigns = vec![Campaign::new(&loaded, 0); 2];
/// let shared = shared_columns(&headers.iter().collect::<Vec<_>>());
/// assert_eq!(shared, shared_metrics(&campaigns));
/// assert_eq!(shared[0], [0, 0]);
/// # Ok::<(), cutover::scenario::Errors>(())
/// ```
pub fn shared_columns(headers: &[&Header]) -> Vec<Vec<usize>> {
    let names = |header: &&Header| {
        header.metrics.iter().map(|column| column.name.clone()).collect::<Vec<String>>()
    };
    shared(&headers.iter().map(names).collect::<Vec<Vec<String>>>())
}

/// Returns, for each name of the first list that is in all lists, its place in each.
fn shared(lists: &[Vec<String>]) -> Vec<Vec<usize>> {
    let Some(first) = lists.first() else { return Vec::new() };
    let places = |name: &String| {
        lists.iter().map(|list| list.iter().position(|other| other == name)).collect()
    };
    first.iter().filter_map(places).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn differences_merged_are_those_of_the_list(
            pairs in proptest::collection::vec((0..9_000_u64, 0..9_000_u64), 1..50),
            cut in 0..50_usize,
        ) {
            let mut parts = [Difference::default(); 2];
            for (run, (first, other)) in (0_u64..).zip(&pairs) {
                let part = usize::from(usize::try_from(run).expect("it is small") < cut);
                parts[part].record(run, Some(*first), Some(*other));
            }
            let [mut whole, rest] = parts;
            whole.merge(&rest);
            let apart = |(first, other): &(u64, u64)| i128::from(*other) - i128::from(*first);
            let off: Vec<i128> = pairs.iter().map(apart).collect();
            prop_assert_eq!(whole.sum, off.iter().sum::<i128>());
            prop_assert_eq!(whole.squares, off.iter().map(|one| one.unsigned_abs().pow(2)).sum());
            let more = off.iter().filter(|one| **one > 0).count();
            prop_assert_eq!(whole.more, u64::try_from(more).expect("it is short"));
            let first = (0_u64..).zip(&off).find(|(_, one)| **one > 0).map(|(run, _)| run);
            prop_assert_eq!(whole.more_first, first);
            prop_assert_eq!(whole.count, u64::try_from(off.len()).expect("it is short"));
        }
    }
}
