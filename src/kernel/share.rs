//! A share of a whole, exactly: parts of a million million.
//!
//! Knows nothing of what is shared. Kept here: a share is at most the whole, and what prints reads
//! back as the same.

use std::fmt::{self, Display};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::decimal;
use super::spelling;

/// A share of a whole, written as in `99.95%` or `0.9995`.
///
/// # Examples
/// ```
/// use cutover::kernel::Share;
/// let share: Share = "99.95%".parse()?;
/// assert_eq!(share.parts(), 999_500_000_000);
/// assert_eq!(share.to_string(), "99.95%");
/// # Ok::<(), cutover::kernel::ShareError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Share(u64);

/// A text that is no share.
///
/// # Examples
/// ```
/// use cutover::kernel::Share;
/// assert!("101%".parse::<Share>().is_err());
/// ```
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("found {0}, expected a share such as 99.95% or 0.9995")]
pub struct ShareError(String);

impl Share {
    /// The parts of a whole.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::Share;
    /// let all: Share = "100%".parse().expect("it is a share");
    /// assert_eq!(all.parts(), Share::WHOLE);
    /// ```
    pub const WHOLE: u64 = 1_000_000_000_000;

    /// Returns the share in parts of a million million.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::Share;
    /// let share: Share = "99.9%".parse().expect("it is a share");
    /// assert_eq!(share.parts() * 1_000, Share::WHOLE / 100 * 99_900);
    /// ```
    pub const fn parts(self) -> u64 {
        self.0
    }

    /// Returns what is left of a number when this share of it is taken, rounded down.
    pub(crate) fn rest_of(self, whole: u64) -> u64 {
        let rest = u128::from(Self::WHOLE - self.0) * u128::from(whole) / u128::from(Self::WHOLE);
        u64::try_from(rest).unwrap_or(u64::MAX)
    }
}

impl FromStr for Share {
    type Err = ShareError;

    fn from_str(text: &str) -> Result<Self, ShareError> {
        let wrong = |_| ShareError(text.to_owned());
        let parts = match text.strip_suffix('%') {
            Some(number) => decimal::scaled(number.trim(), Self::WHOLE / 100).map_err(wrong)?,
            None => decimal::scaled(text, Self::WHOLE).map_err(wrong)?,
        };
        Some(Self(parts))
            .filter(|_| parts <= Self::WHOLE)
            .ok_or_else(|| ShareError(text.to_owned()))
    }
}

impl Display for Share {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&format!("{}%", decimal::fraction(self.0, Self::WHOLE / 100, 10)))
    }
}

impl Serialize for Share {
    fn serialize<S: Serializer>(&self, sink: S) -> Result<S::Ok, S::Error> {
        sink.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        spelling::from_text(source, "a share such as \"99.95%\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shares_are_read_exactly_or_refused() {
        assert_eq!("99.95%".parse(), Ok(Share(999_500_000_000)));
        assert_eq!("0.9995".parse(), Ok(Share(999_500_000_000)));
        assert_eq!("100%".parse(), Ok(Share(Share::WHOLE)));
        assert_eq!("0.000001%".parse(), Ok(Share(10_000)));
        for text in ["100.1%", "1.5", "-1%", "", "%", "99.95", "much"] {
            assert!(text.parse::<Share>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_year_at_99_95_percent_leaves_four_hours_and_some() {
        let share: Share = "99.95%".parse().expect("it is a share");
        assert_eq!(share.rest_of(31_536_000_000_000), 15_768_000_000);
    }

    proptest! {
        #[test]
        fn every_share_reads_back_as_it_prints(parts in 0..=Share::WHOLE) {
            prop_assert_eq!(Share(parts).to_string().parse(), Ok(Share(parts)));
        }
    }
}
