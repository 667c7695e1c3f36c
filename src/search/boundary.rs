//! Where an outcome changes as one quantity does, to the last unit.
//!
//! A grid is laid over the range; between neighbours on it that come out differently, halving finds
//! the change. Between neighbours that come out alike nothing is looked at, and the result says how
//! far apart they are. Knows nothing of runs. Kept here: the intervals cover the range without a
//! gap or an overlap, and the values on both sides of every change were tried, unless it was ended
//! early: then a change lies somewhere between two intervals, and the result says so.

use std::num::NonZero;

use crate::parallel;

/// What was found of a range.
///
/// # Examples
/// ```
/// let jobs = std::num::NonZero::<usize>::MIN;
/// let found = cutover::search::boundaries((0, 1_000), 10, jobs, |value| value >= 617);
/// assert_eq!((found.intervals.len(), found.tried > 10), (2, true));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Boundaries<C> {
    /// The intervals of equal outcomes, in order.
    pub intervals: Vec<Interval<C>>,
    /// How many values were tried.
    pub tried: u64,
    /// The greatest distance between two values that came out alike with nothing tried between.
    pub blind: u64,
    /// Whether it came to its end; otherwise intervals end at values that were tried, and neither
    /// what lies between two of them nor what follows the last one is known.
    pub is_whole: bool,
}

/// Values that come out alike, ends included.
///
/// # Examples
/// ```
/// let jobs = std::num::NonZero::<usize>::MIN;
/// let found = cutover::search::boundaries((0, 1_000), 10, jobs, |value| value >= 617);
/// assert_eq!((found.intervals[0].from, found.intervals[0].to), (0, 616));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interval<C> {
    /// The least value.
    pub from: u64,
    /// The greatest value.
    pub to: u64,
    /// How they come out.
    pub class: C,
}

impl<C: PartialEq> Boundaries<C> {
    /// Returns whether an outcome is left and comes back, so that there is no single threshold.
    ///
    /// # Examples
    /// ```
    /// let jobs = std::num::NonZero::<usize>::MIN;
    /// let found = cutover::search::boundaries((0, 1_000), 10, jobs, |value| value >= 617);
    /// assert!(!found.returns());
    /// ```
    pub fn returns(&self) -> bool {
        let later = |index: usize| self.intervals[index + 1..].iter();
        (0..self.intervals.len())
            .any(|index| later(index).any(|other| other.class == self.intervals[index].class))
    }
}

/// Finds where an outcome changes between two values, both included, on a grid of so many parts.
///
/// # Examples
/// ```
/// use std::num::NonZero;
/// use cutover::search::boundaries;
///
/// let jobs = NonZero::new(1).expect("one is not zero");
/// let found = boundaries((0, 1_000), 10, jobs, |value| value >= 617);
/// assert_eq!(found.intervals[0].to, 616);
/// assert_eq!(found.intervals[1].from, 617);
/// ```
pub fn boundaries<C: PartialEq + Clone + Send + Sync>(
    (low, high): (u64, u64),
    parts: u64,
    jobs: NonZero<usize>,
    judge: impl Fn(u64) -> C + Sync,
) -> Boundaries<C> {
    boundaries_until((low, high), parts, jobs, (judge, || false))
}

/// Does the same until it is to end, and tells what was found by then.
///
/// # Examples
/// ```
/// let jobs = std::num::NonZero::<usize>::MIN;
/// let judge = |value| value >= 617;
/// let found = cutover::search::boundaries_until((0, 1_000), 10, jobs, (judge, || true));
/// assert!(!found.is_whole && found.tried == 0 && found.intervals.is_empty());
/// ```
pub fn boundaries_until<C: PartialEq + Clone + Send + Sync>(
    (low, high): (u64, u64),
    parts: u64,
    jobs: NonZero<usize>,
    (judge, is_over): (impl Fn(u64) -> C + Sync, impl Fn() -> bool + Sync),
) -> Boundaries<C> {
    let grid = grid(low, high, parts);
    let judged = |value: &u64| (!is_over()).then(|| (*value, judge(*value)));
    // What other threads found behind the first value that was left out is of no use.
    let found = parallel::map(&grid, jobs, judged);
    let points: Vec<(u64, C)> = found.into_iter().map_while(|point| point).collect();
    let tried = u64::try_from(points.len()).unwrap_or(u64::MAX);
    let gaps: Vec<&[(u64, C)]> = points.windows(2).collect();
    let search = Search { judge, is_over };
    let refined = parallel::map(&gaps, jobs, |gap| search.refine(&gap[0], &gap[1]));
    let is_whole = points.len() == grid.len() && refined.iter().all(|gap| gap.is_whole);
    let mut found = Boundaries { intervals: Vec::new(), tried, blind: 0, is_whole };
    if let Some(first) = points.first() {
        found.add(first.clone());
    }
    for gap in refined {
        found.tried += gap.tried;
        for point in gap.points {
            found.add(point);
        }
    }
    found
}

impl<C: PartialEq> Boundaries<C> {
    /// Adds the next value that was tried.
    fn add(&mut self, (value, class): (u64, C)) {
        match self.intervals.last_mut() {
            Some(last) if last.class == class => {
                self.blind = self.blind.max(value - last.to);
                last.to = value;
            }
            _ => self.intervals.push(Interval { from: value, to: value, class }),
        }
    }
}

/// Returns evenly spaced values from one to another, both included.
fn grid(low: u64, high: u64, parts: u64) -> Vec<u64> {
    let width = high - low;
    let parts = parts.min(width).max(1);
    let place = |part: u64| {
        let along = u128::from(width) * u128::from(part) / u128::from(parts);
        low + u64::try_from(along).expect("a part of the range is within it")
    };
    let mut values: Vec<u64> = (0..=parts).map(place).collect();
    values.dedup();
    values
}

/// The values that were tried between two others, in order, and the second of these.
struct Refined<C> {
    points: Vec<(u64, C)>,
    tried: u64,
    is_whole: bool,
}

/// How a value comes out, and whether to end.
struct Search<J, E> {
    judge: J,
    is_over: E,
}

impl<J, E: Fn() -> bool> Search<J, E> {
    /// Halves a gap until the values on both sides of every change in it are neighbours.
    fn refine<C: PartialEq + Clone>(&self, left: &(u64, C), right: &(u64, C)) -> Refined<C>
    where
        J: Fn(u64) -> C,
    {
        let end = |is_whole| Refined { points: vec![right.clone()], tried: 0, is_whole };
        if left.1 == right.1 || right.0 - left.0 <= 1 {
            return end(true);
        }
        if (self.is_over)() {
            return end(false);
        }
        let middle = left.0 + (right.0 - left.0) / 2;
        let point = (middle, (self.judge)(middle));
        let (before, after) = (self.refine(left, &point), self.refine(&point, right));
        let mut points = before.points;
        points.extend(after.points);
        let is_whole = before.is_whole && after.is_whole;
        Refined { points, tried: before.tried + after.tried + 1, is_whole }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn jobs(count: usize) -> NonZero<usize> {
        NonZero::new(count).expect("the count is not zero")
    }

    #[test]
    fn a_threshold_is_found_to_the_unit() {
        let found = boundaries((0, 100_000_000), 16, jobs(2), |value| value > 57_005_000);
        let ends: Vec<_> = found.intervals.iter().map(|one| (one.from, one.to)).collect();
        assert_eq!(ends, [(0, 57_005_000), (57_005_001, 100_000_000)]);
        assert!(!found.returns() && found.blind <= 100_000_000 / 16 + 1);
    }

    #[test]
    fn an_outcome_that_comes_back_is_no_threshold() {
        let found = boundaries((0, 1_000), 50, jobs(1), |value| value / 100 % 2);
        assert_eq!(found.intervals.len(), 11);
        assert!(found.returns());
    }

    #[test]
    fn what_is_narrower_than_the_grid_may_be_passed_over_and_the_result_says_how_much() {
        let found = boundaries((0, 1_000), 10, jobs(1), |value| value == 555);
        assert_eq!((found.intervals.len(), found.blind), (1, 100));
        assert_eq!(boundaries((0, 1_000), 1_000, jobs(1), |value| value == 555).blind, 1);
    }

    #[test]
    fn what_is_ended_early_says_between_which_values_a_change_lies() {
        use std::sync::atomic::{AtomicU64, Ordering};
        let after = |runs: u64| {
            let made = AtomicU64::new(0);
            let judge = |value: u64| {
                made.fetch_add(1, Ordering::Relaxed);
                value >= 617
            };
            let is_over = || made.load(Ordering::Relaxed) >= runs;
            boundaries_until((0, 1_000), 10, jobs(1), (judge, is_over))
        };
        let ends = |found: &Boundaries<bool>| -> Vec<(u64, u64)> {
            found.intervals.iter().map(|one| (one.from, one.to)).collect()
        };
        let (grid, halved, whole) = (after(4), after(12), after(1_000));
        assert_eq!((ends(&grid), grid.is_whole, grid.tried), (vec![(0, 300)], false, 4));
        // Half of 600 to 700 is 650, at which the outcome is the later one.
        assert_eq!(ends(&halved), [(0, 600), (650, 1_000)]);
        assert_eq!((halved.is_whole, halved.tried), (false, 12));
        assert_eq!((ends(&whole), whole.is_whole), (vec![(0, 616), (617, 1_000)], true));
        assert_eq!(whole, boundaries((0, 1_000), 10, jobs(3), |value| value >= 617));
    }

    proptest! {
        #[test]
        fn intervals_are_what_trying_every_value_finds(
            changes in proptest::collection::btree_set(1_u64..400, 0..6),
            parts in 1_u64..500, threads in 1_usize..4,
        ) {
            let class = |value: u64| changes.iter().filter(|change| **change <= value).count() % 3;
            let found = boundaries((0, 400), parts, jobs(threads), class);
            let mut next = 0;
            for interval in &found.intervals {
                prop_assert_eq!(interval.from, next);
                next = interval.to + 1;
                prop_assert_eq!(class(interval.from), interval.class);
                prop_assert_eq!(class(interval.to), interval.class);
            }
            prop_assert_eq!(next, 401);
            for pair in found.intervals.windows(2) {
                prop_assert_ne!(pair[0].class, pair[1].class);
            }
            if parts >= 400 {
                let naive = (0..400).filter(|value| class(*value) != class(value + 1)).count();
                prop_assert_eq!(found.intervals.len(), naive + 1);
            }
        }
    }
}
