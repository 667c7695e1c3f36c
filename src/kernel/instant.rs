//! Instants of simulated time in whole microseconds since a run began.
//!
//! Knows no clock and no calendar. Arithmetic saturates, and "never" stays "never".

use std::fmt::{self, Display};
use std::ops::Add;

use super::time::Span;

/// A moment of a run, in microseconds since the run began.
///
/// # Examples
/// ```
/// use cutover::kernel::{Instant, Span};
/// let death = Instant::ZERO + Span::from_secs(60);
/// let given_up = death + Span::from_secs(57);
/// assert!(given_up > death);
/// assert_eq!(given_up.since(death), Span::from_secs(57));
/// assert_eq!(given_up.to_string(), "1m57s");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Instant(u64);

impl Instant {
    /// The moment at which the run begins.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::{Instant, Span};
    /// assert_eq!(Instant::ZERO.as_micros(), 0);
    /// assert_eq!(Instant::ZERO.minus(Span::from_secs(1)), Instant::ZERO);
    /// ```
    pub const ZERO: Self = Self(0);
    /// The moment that never comes.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::{Instant, Span};
    /// assert!(Instant::ZERO + Span::CENTURY < Instant::FAR);
    /// assert_eq!(Instant::FAR.minus(Span::CENTURY), Instant::FAR);
    /// assert_eq!(Instant::FAR.to_string(), "never");
    /// ```
    pub const FAR: Self = Self(u64::MAX);

    /// Returns the moment `micros` microseconds after the run began.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::Instant;
    /// assert_eq!(Instant::from_micros(1_500_000).to_string(), "1.5s");
    /// assert_eq!(Instant::from_micros(0), Instant::ZERO);
    /// ```
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// Returns the microseconds since the run began.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::{Instant, Span};
    /// assert_eq!((Instant::ZERO + Span::from_millis(5)).as_micros(), 5_000);
    /// ```
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// Returns the time since `earlier`; zero if that is later, for ever if this never comes.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::{Instant, Span};
    /// let (early, late) = (Instant::from_micros(100), Instant::from_micros(350));
    /// assert_eq!(late.since(early), Span::from_micros(250));
    /// assert_eq!(early.since(late), Span::ZERO);
    /// assert_eq!(Instant::FAR.since(late), Span::FOREVER);
    /// ```
    #[must_use]
    pub const fn since(self, earlier: Self) -> Span {
        Span::from_micros(self.0).minus(Span::from_micros(earlier.0))
    }

    /// Returns the moment `span` earlier, not before the run; never stays never.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::{Instant, Span};
    /// let minute = Instant::ZERO + Span::from_mins(1);
    /// assert_eq!(minute.minus(Span::from_secs(20)), Instant::ZERO + Span::from_secs(40));
    /// assert_eq!(minute.minus(Span::from_mins(2)), Instant::ZERO);
    /// ```
    #[must_use]
    pub const fn minus(self, span: Span) -> Self {
        if self.0 == u64::MAX { self } else { Self(self.0.saturating_sub(span.as_micros())) }
    }
}

impl Add<Span> for Instant {
    type Output = Self;

    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.as_micros()))
    }
}

impl Display for Instant {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(&Span::from_micros(self.0), out)
    }
}
