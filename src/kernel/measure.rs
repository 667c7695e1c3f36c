//! What a law can be about: spans and sizes, as whole numbers of a unit.
//!
//! Knows nothing of laws. Kept here: what is drawn is a whole number of units, so that all that is
//! made from it is exact.

use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::str::FromStr;

use super::law_spelling::LawError;
use super::quantity::Bytes;
use super::time::Span;

/// A kind of quantity of which laws can be given.
///
/// # Examples
/// ```
/// use cutover::kernel::{Bytes, Measure, Span};
/// assert_eq!(Span::from_secs(2).units(), 2_000_000);
/// assert_eq!(Bytes::of_units(3_072).to_string(), "3KiB");
/// ```
pub trait Measure:
    Copy + Ord + Hash + Debug + Display + FromStr<Err: Into<LawError>> + 'static
{
    /// None of it.
    const ZERO: Self;
    /// The most that a law without a bound gives.
    const MOST: Self;
    /// The quantity that only a fixed law may give, if there is one.
    const ENDLESS: Option<Self>;
    /// What a plain quantity is called in errors, with an example.
    const EXPECTED: &'static str;
    /// The same for files, where a law may be a variant as well.
    const EXPECTED_IN_FILE: &'static str;
    /// Which of the examples of each law is about this kind.
    const EXAMPLE: usize;
    /// What several of it are called.
    const PLURAL: &'static str;

    /// Returns how many units it is: microseconds, or bytes.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::{Bytes, Measure, Span};
    /// assert_eq!((Span::from_millis(3).units(), Bytes(3).units()), (3_000, 3));
    /// ```
    fn units(self) -> u64;

    /// Returns so many units.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::{Measure, Span};
    /// assert_eq!(Span::of_units(3_000), Span::from_millis(3));
    /// ```
    fn of_units(units: u64) -> Self;
}

impl Measure for Span {
    const ZERO: Self = Self::ZERO;
    const MOST: Self = Self::CENTURY;
    const ENDLESS: Option<Self> = Some(Self::FOREVER);
    const EXPECTED: &'static str = "a duration such as 60s";
    const EXPECTED_IN_FILE: &'static str =
        "expected a duration such as \"60s\", or a law such as Uniform(\"5s\", \"30s\")";
    const EXAMPLE: usize = 0;
    const PLURAL: &'static str = "spans";

    fn units(self) -> u64 {
        self.as_micros()
    }

    fn of_units(units: u64) -> Self {
        Self::from_micros(units)
    }
}

impl Measure for Bytes {
    const ZERO: Self = Self(0);
    const MOST: Self = Self::LIMIT;
    const ENDLESS: Option<Self> = None;
    const EXPECTED: &'static str = "a size such as 16MiB";
    const EXPECTED_IN_FILE: &'static str =
        "expected a size such as \"16MiB\", or a law such as Uniform(\"1KiB\", \"8KiB\")";
    const EXAMPLE: usize = 1;
    const PLURAL: &'static str = "sizes";

    fn units(self) -> u64 {
        self.get()
    }

    fn of_units(units: u64) -> Self {
        Self(units)
    }
}
