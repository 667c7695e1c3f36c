//! One metric over many runs, in integers: sums, extremes and a histogram.
//!
//! Knows nothing of what is measured. Kept here: merging is commutative and associative to the
//! bit, so neither threads nor shards nor their order can change a result.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::bucket::{bounds, bucket};
use crate::statistics::Moments;

/// One metric over many runs.
///
/// # Examples
/// The outages of three runs, in microseconds; in the second there was none to measure:
/// ```
/// use cutover::campaign::Accumulator;
/// let mut of = Accumulator::default();
/// for (run, value) in [(0, Some(71_300_000)), (1, None), (2, Some(101_300_000))] {
///     of.record(run, value);
/// }
/// assert_eq!((of.count, of.never, of.sum), (2, 1, 172_600_000));
/// assert_eq!((of.least, of.most), (Some(71_300_000), Some((101_300_000, 2))));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accumulator {
    /// In how many runs it came about.
    pub count: u64,
    /// In how many runs it never did.
    pub never: u64,
    /// In how many runs it was more than zero.
    pub nonzero: u64,
    /// The sum of its values.
    pub sum: u128,
    /// The sum of their squares.
    pub squares: u128,
    /// Its least value.
    pub least: Option<u64>,
    /// Its greatest value, and the first run that had it.
    pub most: Option<(u64, u64)>,
    /// How many values lie in each bucket.
    pub buckets: BTreeMap<u16, u64>,
}

impl Accumulator {
    /// Adds the value of a run; nothing where it never came about.
    ///
    /// # Examples
    /// Of runs that are equally bad the first is remembered, whatever their order:
    /// ```
    /// use cutover::campaign::Accumulator;
    /// let mut of = Accumulator::default();
    /// of.record(9, Some(16_154));
    /// of.record(4, Some(16_154));
    /// of.record(5, Some(0));
    /// assert_eq!((of.most, of.nonzero), (Some((16_154, 4)), 2));
    /// ```
    pub fn record(&mut self, run: u64, value: Option<u64>) {
        let Some(value) = value else {
            self.never += 1;
            return;
        };
        self.count += 1;
        self.nonzero += u64::from(value > 0);
        self.sum += u128::from(value);
        // A value of ten years, squared, may come a hundred thousand million times.
        self.squares = self.squares.saturating_add(u128::from(value) * u128::from(value));
        self.least = Some(self.least.map_or(value, |least| least.min(value)));
        self.most = worse(self.most, Some((value, run)));
        *self.buckets.entry(bucket(value)).or_default() += 1;
    }

    /// Adds what was recorded elsewhere.
    pub(super) fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.never += other.never;
        self.nonzero += other.nonzero;
        self.sum += other.sum;
        self.squares = self.squares.saturating_add(other.squares);
        self.least = [self.least, other.least].into_iter().flatten().min();
        self.most = worse(self.most, other.most);
        for (bucket, count) in &other.buckets {
            *self.buckets.entry(*bucket).or_default() += count;
        }
    }

    /// Returns how many runs there are.
    ///
    /// # Examples
    /// ```
    /// use cutover::campaign::Accumulator;
    /// let mut of = Accumulator::default();
    /// of.record(0, Some(5));
    /// of.record(1, None);
    /// assert_eq!((of.runs(), of.count), (2, 1));
    /// ```
    pub fn runs(&self) -> u64 {
        self.count + self.never
    }

    /// Returns the sums of its values.
    ///
    /// # Examples
    /// ```
    /// use cutover::campaign::Accumulator;
    /// use cutover::statistics::Moments;
    /// let mut of = Accumulator::default();
    /// (1..=4).for_each(|value| of.record(value, Some(value)));
    /// assert_eq!(of.moments(), Moments { count: 4, sum: 10, squares: 30 });
    /// ```
    pub fn moments(&self) -> Moments {
        let sum = i128::try_from(self.sum).unwrap_or(i128::MAX);
        Moments { count: self.count, sum, squares: self.squares }
    }

    /// Returns whether all values are the same.
    ///
    /// # Examples
    /// ```
    /// use cutover::campaign::Accumulator;
    /// let mut of = Accumulator::default();
    /// of.record(0, Some(1));
    /// of.record(1, Some(1));
    /// assert!(of.is_constant());
    /// of.record(2, None);
    /// assert!(!of.is_constant());
    /// ```
    pub fn is_constant(&self) -> bool {
        self.never == 0 && self.least == self.most.map(|(value, _)| value)
    }

    /// Returns the bounds of the bucket in which the value of a rank lies, from 1 in ascending
    /// order; nothing if it is a run in which the metric never came about.
    ///
    /// # Examples
    /// Values below 128 have buckets of their own:
    /// ```
    /// use cutover::campaign::Accumulator;
    /// let mut of = Accumulator::default();
    /// (1..=100).rev().for_each(|value| of.record(value, Some(value)));
    /// assert_eq!(of.at_rank(50), Some((50, 50)));
    /// assert_eq!(of.at_rank(101), None);
    /// ```
    pub fn at_rank(&self, rank: u64) -> Option<(u64, u64)> {
        let mut below = 0;
        for (bucket, count) in &self.buckets {
            below += count;
            if below >= rank {
                let (low, high) = bounds(*bucket);
                let (least, most) = (self.least.unwrap_or(0), self.most.map_or(0, |most| most.0));
                return Some((low.max(least), high.min(most)));
            }
        }
        None
    }
}

/// Returns the greater of two values; of equal ones that of the earlier run.
fn worse(one: Option<(u64, u64)>, two: Option<(u64, u64)>) -> Option<(u64, u64)> {
    let key = |most: &(u64, u64)| (most.0, u64::MAX - most.1);
    one.into_iter().chain(two).max_by_key(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A list of everything that was recorded.
    fn naive(values: &[(u64, Option<u64>)]) -> Accumulator {
        let known: Vec<(u64, u64)> =
            values.iter().filter_map(|(run, value)| Some((*run, (*value)?))).collect();
        let count = |list: usize| u64::try_from(list).expect("it is short");
        let mut buckets = BTreeMap::new();
        for (_, value) in &known {
            let same = known.iter().filter(|(_, other)| bucket(*other) == bucket(*value)).count();
            buckets.insert(bucket(*value), count(same));
        }
        let most = known.iter().map(|(_, value)| *value).max();
        Accumulator {
            count: count(known.len()),
            never: count(values.len() - known.len()),
            nonzero: count(known.iter().filter(|(_, value)| *value > 0).count()),
            sum: known.iter().map(|(_, value)| u128::from(*value)).sum(),
            squares: known.iter().map(|(_, value)| u128::from(*value).pow(2)).sum(),
            least: known.iter().map(|(_, value)| *value).min(),
            most: most.map(|most| {
                let runs = known.iter().filter(|(_, value)| *value == most).map(|(run, _)| *run);
                (most, runs.min().expect("one has it"))
            }),
            buckets,
        }
    }

    proptest! {
        #[test]
        fn parts_merged_in_any_order_are_the_list(
            values in proptest::collection::vec(
                (proptest::option::of(0..2_000_000_u64), 0..4_usize), 0..60),
            order in Just([0_usize, 1, 2, 3]).prop_shuffle(),
        ) {
            let mut parts = vec![Accumulator::default(); 4];
            let mut list = Vec::new();
            for (run, (value, part)) in (0_u64..).zip(&values) {
                parts[*part].record(run, *value);
                list.push((run, *value));
            }
            let mut whole = Accumulator::default();
            for index in order {
                whole.merge(&parts[index]);
            }
            prop_assert_eq!(&whole, &naive(&list));
            let mut sorted: Vec<u64> = list.iter().filter_map(|(_, value)| *value).collect();
            sorted.sort_unstable();
            for (rank, value) in (1_u64..).zip(&sorted) {
                let (low, high) = whole.at_rank(rank).expect("there are as many");
                prop_assert!(low <= *value && *value <= high);
            }
            prop_assert_eq!(whole.at_rank(whole.count + 1), None);
        }
    }
}
