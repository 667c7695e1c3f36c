//! Where an outcome changes as one quantity does, to the last unit.
//!
//! A grid is laid over the range; between neighbours on it that come out differently, halving finds
//! the change. Between neighbours that come out alike nothing is looked at, and the result says how
//! far apart they are. Knows nothing of runs. Kept here: the intervals cover the range without a
//! gap or an overlap, and the values on both sides of every change were tried.

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
    let grid = grid(low, high, parts);
    let classes = parallel::map(&grid, jobs, |value| judge(*value));
    let tried = u64::try_from(grid.len()).unwrap_or(u64::MAX);
    let points: Vec<(u64, C)> = grid.into_iter().zip(classes).collect();
    let gaps: Vec<&[(u64, C)]> = points.windows(2).collect();
    let refined = parallel::map(&gaps, jobs, |gap| refine(&gap[0], &gap[1], &judge));
    let mut found = Boundaries { intervals: Vec::new(), tried, blind: 0 };
    found.add(points[0].clone());
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
}

/// Halves a gap until the values on both sides of every change in it are neighbours.
fn refine<C: PartialEq + Clone>(
    left: &(u64, C),
    right: &(u64, C),
    judge: &impl Fn(u64) -> C,
) -> Refined<C> {
    if left.1 == right.1 || right.0 - left.0 <= 1 {
        return Refined { points: vec![right.clone()], tried: 0 };
    }
    let middle = left.0 + (right.0 - left.0) / 2;
    let point = (middle, judge(middle));
    let (before, after) = (refine(left, &point, judge), refine(&point, right, judge));
    let mut points = before.points;
    points.extend(after.points);
    Refined { points, tried: before.tried + after.tried + 1 }
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
