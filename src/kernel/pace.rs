//! Marks at an even pace along time: commits, feedback, polls, copies.
//!
//! Knows nothing of what happens at a mark. Marks are counted and found by division, never walked.

use super::instant::Instant;
use super::time::Span;

/// Marks at `first` plus the (n-1)-th share of `denominator` microseconds, rounded up, where
/// `numerator` marks fall into each `denominator` microseconds; no marks if that is zero.
///
/// # Examples
/// ```
/// use cutover::kernel::{Instant, Pace, Span};
/// let thirds = Pace::per_second(Instant::ZERO, 3);
/// assert_eq!(thirds.nth(2), Instant::from_micros(333_334));
/// assert_eq!(thirds.count(Instant::ZERO + Span::from_secs(1)), 4);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Pace {
    /// The instant of the first mark.
    pub first: Instant,
    /// How many marks there are in a stretch.
    pub numerator: u64,
    /// The length of a stretch in microseconds, at least 1.
    pub denominator: u64,
}

impl Pace {
    /// Returns a pace of `marks` marks per second, none if `marks` is zero.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::{Instant, Pace, Span};
    /// let pace = Pace::per_second(Instant::ZERO, 200);
    /// assert_eq!(pace.nth(201), Instant::ZERO + Span::from_secs(1));
    /// ```
    pub const fn per_second(first: Instant, marks: u64) -> Self {
        Self { first, numerator: marks, denominator: 1_000_000 }
    }

    /// Returns a pace of one mark each `period`.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::{Instant, Pace, Span};
    /// let pace = Pace::every(Instant::ZERO, Span::from_secs(5));
    /// assert_eq!(pace.nth(3), Instant::ZERO + Span::from_secs(10));
    /// ```
    pub const fn every(first: Instant, period: Span) -> Self {
        assert!(period.as_micros() > 0, "marks cannot be zero microseconds apart");
        Self { first, numerator: 1, denominator: period.as_micros() }
    }

    /// Returns the number of marks at or before `t`.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::{Instant, Pace, Span};
    /// let pace = Pace::every(Instant::ZERO, Span::from_secs(5));
    /// assert_eq!(pace.count(Instant::ZERO + Span::from_secs(10)), 3);
    /// ```
    pub fn count(&self, t: Instant) -> u64 {
        if t < self.first || self.numerator == 0 {
            return 0;
        }
        let elapsed = t.as_micros() - self.first.as_micros();
        if self.numerator == 1 {
            return elapsed / self.denominator + 1;
        }
        let whole = u128::from(elapsed) * u128::from(self.numerator) / u128::from(self.denominator);
        u64::try_from(whole + 1).unwrap_or(u64::MAX)
    }

    /// Returns the number of marks before `t`.
    pub(crate) fn count_before(&self, t: Instant) -> u64 {
        if t == Instant::ZERO { 0 } else { self.count(Instant::from_micros(t.as_micros() - 1)) }
    }

    /// Returns the instant of mark number `n`, counted from 1; never, if there are no marks.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::{Instant, Pace, Span};
    /// let first = Instant::ZERO + Span::from_secs(2);
    /// assert_eq!(Pace::every(first, Span::from_secs(5)).nth(1), first);
    /// ```
    pub fn nth(&self, n: u64) -> Instant {
        assert!(n > 0, "marks are counted from 1");
        if self.numerator == 0 {
            return Instant::FAR;
        }
        if self.numerator == 1 {
            return self.first + Span::from_micros(self.denominator) * (n - 1);
        }
        let product = u128::from(n - 1) * u128::from(self.denominator);
        let micros = product.div_ceil(u128::from(self.numerator));
        self.first + Span::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
    }

    /// Returns the instant of the last mark at or before `t`.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::{Instant, Pace, Span};
    /// let pace = Pace::every(Instant::ZERO, Span::from_secs(5));
    /// let at = |seconds| Instant::ZERO + Span::from_secs(seconds);
    /// assert_eq!(pace.last(at(12)), Some(at(10)));
    /// ```
    pub fn last(&self, t: Instant) -> Option<Instant> {
        let count = self.count(t);
        (count > 0).then(|| self.nth(count))
    }

    /// Returns the instant of the first mark at or after `t`.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::{Instant, Pace, Span};
    /// let pace = Pace::every(Instant::ZERO, Span::from_secs(5));
    /// let at = |seconds| Instant::ZERO + Span::from_secs(seconds);
    /// assert_eq!((pace.next(at(10)), pace.next(at(11))), (at(10), at(15)));
    /// ```
    pub fn next(&self, t: Instant) -> Instant {
        self.nth(self.count_before(t).saturating_add(1))
    }

    /// Returns the instant of the first mark after `t`.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::{Instant, Pace, Span};
    /// let pace = Pace::every(Instant::ZERO, Span::from_secs(5));
    /// let at = |seconds| Instant::ZERO + Span::from_secs(seconds);
    /// assert_eq!(pace.after(at(10)), at(15));
    /// ```
    pub fn after(&self, t: Instant) -> Instant {
        self.nth(self.count(t).saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every mark up to `end`, by the definition.
    fn walk(pace: &Pace, end: u64) -> Vec<u64> {
        let mut marks = Vec::new();
        if pace.numerator == 0 {
            return marks;
        }
        for step in 0.. {
            let mut mark = pace.first.as_micros();
            while (mark - pace.first.as_micros()) * pace.numerator < step * pace.denominator {
                mark += 1;
            }
            if mark > end {
                break;
            }
            marks.push(mark);
        }
        marks
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn marks_agree_with_a_walk_along_time(
            first in 0..40_u64, numerator in 0..7_u64, denominator in 1..20_u64, t in 0..80_u64,
        ) {
            let pace = Pace { first: Instant::from_micros(first), numerator, denominator };
            let marks = walk(&pace, 120);
            let now = Instant::from_micros(t);
            let count = marks.iter().filter(|mark| **mark <= t).count();
            prop_assert_eq!(pace.count(now), u64::try_from(count).expect("it is small"));
            let before = marks.iter().filter(|mark| **mark < t).count();
            prop_assert_eq!(pace.count_before(now), u64::try_from(before).expect("it is small"));
            let instant = |mark: Option<&u64>| mark.map(|mark| Instant::from_micros(*mark));
            prop_assert_eq!(pace.last(now), instant(marks.iter().rfind(|mark| **mark <= t)));
            let far = |mark| instant(mark).unwrap_or(Instant::FAR);
            prop_assert_eq!(pace.next(now), far(marks.iter().find(|mark| **mark >= t)));
            prop_assert_eq!(pace.after(now), far(marks.iter().find(|mark| **mark > t)));
            for (n, mark) in (1..).zip(&marks) {
                prop_assert_eq!(pace.nth(n), Instant::from_micros(*mark));
            }
        }

        #[test]
        fn counting_and_finding_are_inverse_for_a_century(
            micros in 0..=Span::CENTURY.as_micros(),
            marks in 1..u64::from(u32::MAX),
            n in 1..u64::MAX,
        ) {
            let t = Instant::from_micros(micros);
            let pace = Pace::per_second(Instant::from_micros(7), marks);
            prop_assert!(pace.count(t) == 0 || pace.nth(pace.count(t)) <= t);
            prop_assert!(pace.after(t) > t && pace.next(t) >= t);
            prop_assert!(pace.nth(n) == Instant::FAR || pace.count(pace.nth(n)) >= n);
        }
    }

    #[test]
    fn the_ends_of_time_do_not_overflow() {
        let dense = Pace { first: Instant::ZERO, numerator: u64::MAX, denominator: 1 };
        assert_eq!(dense.count(Instant::FAR), u64::MAX);
        let rare = Pace::every(Instant::ZERO, Span::FOREVER);
        assert_eq!(rare.nth(3), Instant::FAR);
        assert_eq!(rare.after(Instant::ZERO), Instant::FAR);
        assert_eq!(Pace::per_second(Instant::ZERO, 0).next(Instant::ZERO), Instant::FAR);
    }
}
