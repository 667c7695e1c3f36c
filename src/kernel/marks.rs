//! Marks along time, whether they come evenly or at random.
//!
//! Knows nothing of what happens at a mark. Kept here: both kinds answer the same questions, for
//! any instant and any number.

use super::instant::Instant;
use super::pace::Pace;
use super::poisson::PoissonMarks;
use super::time::Span;

/// Marks along time.
///
/// # Examples
/// ```
/// use cutover::kernel::{Instant, Marks, Pace, Span};
/// let marks = Marks::Even(Pace::per_second(Instant::ZERO, 4));
/// assert_eq!(marks.nth(3), Instant::ZERO + Span::from_millis(500));
/// assert_eq!(marks.count(marks.nth(3)), 3);
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Marks {
    /// At an even pace.
    Even(Pace),
    /// As a Poisson process.
    Poisson(Box<PoissonMarks>),
}

impl Marks {
    /// Returns the instant of the first mark.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::{Instant, Marks, Pace, Span};
    /// let start = Instant::ZERO + Span::from_secs(2);
    /// let marks = Marks::Even(Pace::every(start, Span::from_secs(5)));
    /// assert_eq!(marks.first(), start);
    /// assert_eq!(marks.first(), marks.nth(1));
    /// ```
    pub fn first(&self) -> Instant {
        match self {
            Self::Even(pace) => pace.first,
            Self::Poisson(marks) => marks.first(),
        }
    }

    /// Returns the number of marks at or before `t`.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::{Instant, Marks, Pace, Span};
    /// let marks = Marks::Even(Pace::every(Instant::from_micros(100), Span::from_micros(50)));
    /// assert_eq!(marks.count(Instant::from_micros(99)), 0);
    /// assert_eq!(marks.count(Instant::from_micros(200)), 3);
    /// ```
    pub fn count(&self, t: Instant) -> u64 {
        match self {
            Self::Even(pace) => pace.count(t),
            Self::Poisson(marks) => marks.count(t),
        }
    }

    /// Returns the number of marks before `t`.
    pub(crate) fn count_before(&self, t: Instant) -> u64 {
        if t == Instant::ZERO { 0 } else { self.count(Instant::from_micros(t.as_micros() - 1)) }
    }

    /// Returns the instant of mark number `n`, counted from 1; never, if there is none.
    ///
    /// # Panics
    /// If `n` is zero.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::{Instant, Marks, Pace};
    /// let marks = Marks::Even(Pace::per_second(Instant::ZERO, 200));
    /// assert_eq!(marks.nth(201), Instant::from_micros(1_000_000));
    /// assert!((1..500).all(|n| marks.count(marks.nth(n)) == n));
    /// ```
    pub fn nth(&self, n: u64) -> Instant {
        match self {
            Self::Even(pace) => pace.nth(n),
            Self::Poisson(marks) => marks.nth(n),
        }
    }

    /// Returns the instant of the first mark at or after `t`.
    pub(crate) fn next(&self, t: Instant) -> Instant {
        self.nth(self.count_before(t).saturating_add(1))
    }

    /// Returns the marks from number `n` on, counted from 1, each so much earlier.
    ///
    /// # Panics
    /// If `n` is zero.
    #[must_use]
    pub(crate) fn starting(&self, n: u64, earlier: Span) -> Self {
        match self {
            Self::Even(pace) => Self::Even(Pace { first: pace.nth(n).minus(earlier), ..*pace }),
            Self::Poisson(marks) => Self::Poisson(Box::new(marks.starting(n, earlier))),
        }
    }

    /// Returns marks with the same first one of which there are half as many.
    #[must_use]
    pub(crate) fn halved(&self) -> Self {
        match self {
            Self::Even(pace) => {
                Self::Even(Pace { denominator: pace.denominator.saturating_mul(2), ..*pace })
            }
            Self::Poisson(marks) => Self::Poisson(Box::new(marks.halved())),
        }
    }
}
