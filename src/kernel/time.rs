//! Spans of simulated time in whole microseconds, and their spelling.
//!
//! Knows no clock and no calendar. Arithmetic saturates, and "never" stays "never".

use std::fmt::{self, Display};
use std::ops::{Add, Mul};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::decimal::{self, DecimalError};
use super::spelling;

/// A length of time in microseconds, written as in `1m30s`.
///
/// # Examples
/// ```
/// use cutover::kernel::Span;
/// let span: Span = "1m30s".parse()?;
/// assert_eq!(span, Span::from_secs(90));
/// assert_eq!((span + Span::from_millis(500)).to_string(), "1m30.5s");
/// # Ok::<(), cutover::kernel::TimeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Span(u64);

impl Span {
    /// No time at all.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::Span;
    /// assert_eq!("0s".parse(), Ok(Span::ZERO));
    /// assert_eq!(Span::from_secs(1).minus(Span::from_secs(2)), Span::ZERO);
    /// ```
    pub const ZERO: Self = Self(0);
    /// Longer than any run.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::Span;
    /// assert_eq!("never".parse(), Ok(Span::FOREVER));
    /// assert_eq!(Span::FOREVER.minus(Span::CENTURY), Span::FOREVER);
    /// ```
    pub const FOREVER: Self = Self(u64::MAX);
    /// The longest span a file may ask for, 100 years of 365.25 days.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::Span;
    /// assert_eq!("36525d".parse(), Ok(Span::CENTURY));
    /// assert!("36526d".parse::<Span>().is_err());
    /// ```
    pub const CENTURY: Self = Self::from_days(36_525);

    /// Returns a span of `micros` microseconds.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::Span;
    /// assert_eq!(Span::from_micros(1_500).to_string(), "1.5ms");
    /// ```
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// Returns a span of `millis` milliseconds.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::Span;
    /// assert_eq!(Span::from_millis(1), Span::from_micros(1_000));
    /// assert_eq!(Span::from_millis(u64::MAX), Span::FOREVER);
    /// ```
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1_000))
    }

    /// Returns a span of `secs` seconds.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::Span;
    /// assert_eq!(Span::from_secs(90).to_string(), "1m30s");
    /// ```
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1_000_000))
    }

    /// Returns a span of `mins` minutes.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::Span;
    /// assert_eq!(Span::from_mins(15), Span::from_secs(900));
    /// ```
    pub const fn from_mins(mins: u64) -> Self {
        Self(mins.saturating_mul(60_000_000))
    }

    /// Returns a span of `hours` hours.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::Span;
    /// assert_eq!(Span::from_hours(24), Span::from_days(1));
    /// ```
    pub const fn from_hours(hours: u64) -> Self {
        Self(hours.saturating_mul(3_600_000_000))
    }

    /// Returns a span of `days` days of 24 hours.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::Span;
    /// assert_eq!(Span::from_days(1).as_micros(), 86_400_000_000);
    /// ```
    pub const fn from_days(days: u64) -> Self {
        Self(days.saturating_mul(86_400_000_000))
    }

    /// Returns the length in microseconds.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(cutover::kernel::Span::from_millis(5).as_micros(), 5_000);
    /// ```
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// Returns what is left after `less`, at least zero; for ever less any finite span stays.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::Span;
    /// assert_eq!(Span::from_secs(5).minus(Span::from_secs(2)), Span::from_secs(3));
    /// ```
    #[must_use]
    pub const fn minus(self, less: Self) -> Self {
        if self.0 == u64::MAX && less.0 < u64::MAX {
            return self;
        }
        Self(self.0.saturating_sub(less.0))
    }
}

impl Add for Span {
    type Output = Self;

    fn add(self, more: Self) -> Self {
        Self(self.0.saturating_add(more.0))
    }
}

impl Mul<u64> for Span {
    type Output = Self;

    fn mul(self, times: u64) -> Self {
        Self(self.0.saturating_mul(times))
    }
}

/// The units of a span from long to short, in microseconds.
const UNITS: [(&str, u64); 6] = [
    ("d", 86_400_000_000),
    ("h", 3_600_000_000),
    ("m", 60_000_000),
    ("s", 1_000_000),
    ("ms", 1_000),
    ("us", 1),
];

/// What is wrong with the spelling of a span.
///
/// # Examples
/// ```
/// use cutover::kernel::Span;
/// assert!("5 parsecs".parse::<Span>().is_err());
/// ```
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TimeError {
    /// There is no text.
    #[error("found an empty text, expected a duration such as 1m30s")]
    Empty,
    /// The text begins with a minus sign.
    #[error("found {0}, but a duration cannot be negative, expected one such as 1m30s")]
    Negative(String),
    /// A unit has no proper number before it.
    #[error("found `{0}`, expected a duration such as 1m30s, 1.5s or 250ms")]
    Malformed(String),
    /// A number has no unit behind it.
    #[error("found {0} without a unit, expected one of d, h, m, s, ms, us, as in {0}s")]
    MissingUnit(String),
    /// A unit that no duration has.
    #[error("found unknown unit `{unit}` in {text}, expected one of d, h, m, s, ms, us")]
    UnknownUnit {
        /// The whole text.
        text: String,
        /// The unit found.
        unit: String,
    },
    /// A unit that repeats or follows a shorter one.
    #[error("found unit {unit} out of order in {text}, expected d, h, m, s, ms, us, each once")]
    OutOfOrder {
        /// The whole text.
        text: String,
        /// The unit found.
        unit: String,
    },
    /// A number finer than a microsecond.
    #[error("found {0}, which is finer than a microsecond, expected whole microseconds")]
    TooFine(String),
    /// A span beyond [`Span::CENTURY`].
    #[error("found absurd duration {0}, expected at most 100 years")]
    TooLong(String),
}

impl FromStr for Span {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let owned = || text.to_owned();
        match text {
            "" => return Err(TimeError::Empty),
            "never" => return Ok(Self::FOREVER),
            _ if text.starts_with('-') => return Err(TimeError::Negative(owned())),
            _ => {}
        }
        let (mut rest, mut allowed, mut total) = (text, &UNITS[..], Self::ZERO);
        while !rest.is_empty() {
            let (number, unit, behind) = decimal::cut(rest);
            if number.is_empty() {
                return Err(TimeError::Malformed(owned()));
            }
            if unit.is_empty() {
                return Err(TimeError::MissingUnit(number.to_owned()));
            }
            let named = |row: &(&str, u64)| row.0 == unit;
            let Some(place) = allowed.iter().position(named) else {
                let (text, unit) = (owned(), unit.to_owned());
                let known = UNITS.iter().any(named);
                return Err(if known {
                    TimeError::OutOfOrder { text, unit }
                } else {
                    TimeError::UnknownUnit { text, unit }
                });
            };
            let part = decimal::scaled(number, allowed[place].1).map_err(|error| match error {
                DecimalError::Malformed => TimeError::Malformed(owned()),
                DecimalError::Inexact => TimeError::TooFine(owned()),
                DecimalError::Overflow => TimeError::TooLong(owned()),
            })?;
            total = total + Self(part);
            (rest, allowed) = (behind, &allowed[place + 1..]);
        }
        if total > Self::CENTURY { Err(TimeError::TooLong(owned())) } else { Ok(total) }
    }
}

impl Display for Span {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&match self.0 {
            u64::MAX => "never".to_owned(),
            0 => "0s".to_owned(),
            micros @ 1..1_000 => format!("{micros}us"),
            micros @ 1_000..1_000_000 => format!("{}ms", decimal::fraction(micros, 1_000, 3)),
            micros => spelled_long(micros),
        })
    }
}

/// Spells a span of at least one second.
fn spelled_long(micros: u64) -> String {
    let (mut text, mut rest) = (String::new(), micros);
    for (name, unit) in &UNITS[..3] {
        if rest >= *unit {
            text += &(rest / unit).to_string();
            text += name;
            rest %= unit;
        }
    }
    if rest > 0 {
        text += &decimal::fraction(rest, 1_000_000, 6);
        text += "s";
    }
    text
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, sink: S) -> Result<S::Ok, S::Error> {
        sink.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        spelling::from_text(source, "a duration such as \"1m30s\"")
    }
}

#[cfg(test)]
mod tests {
    use super::super::instant::Instant;
    use super::*;
    use proptest::prelude::*;

    fn problem(text: &str) -> String {
        text.parse::<Span>().expect_err("the text is wrong").to_string()
    }

    #[test]
    fn spans_are_read_as_people_write_them() {
        for (text, micros) in [
            ("1m30s", 90_000_000),
            ("250ms", 250_000),
            ("1.5s", 1_500_000),
            ("2h", 7_200_000_000),
            ("1d12h", 129_600_000_000),
            ("15us", 15),
            ("0s", 0),
            ("1s5ms2us", 1_005_002),
            ("36525d", Span::CENTURY.as_micros()),
        ] {
            assert_eq!(text.parse(), Ok(Span(micros)), "{text}");
        }
    }

    #[test]
    fn spans_print_compactly() {
        for text in ["250ms", "1.5s", "1m14.203s", "2h", "15m", "0s", "1d12h", "1.5ms", "never"] {
            assert_eq!(text.parse::<Span>().expect("it is right").to_string(), text);
        }
        assert_eq!((Instant::ZERO + Span::from_secs(61)).to_string(), "1m1s");
        assert_eq!(Instant::FAR.to_string(), "never");
        assert_eq!(format!("[{:>6}]", Span::from_secs(2)), "[    2s]");
    }

    #[test]
    fn a_wrong_span_is_refused_with_words() {
        assert_eq!(problem(""), "found an empty text, expected a duration such as 1m30s");
        assert_eq!(
            problem("-5s"),
            "found -5s, but a duration cannot be negative, expected one such as 1m30s"
        );
        assert!(problem("90").contains("90 without a unit"));
        assert!(problem("1m30").contains("30 without a unit"));
        assert!(problem("5 s").contains("unknown unit ` s` in 5 s"));
        assert!(problem("5min").contains("expected one of d, h, m, s, ms, us"));
        assert!(problem("1s1m").contains("unit m out of order in 1s1m"));
        assert!(problem("1s1s").contains("out of order"));
        assert!(problem("1.0000001s").contains("finer than a microsecond"));
        assert!(problem("1..5s").contains("expected a duration"));
        assert!(problem("s").contains("expected a duration"));
        for absurd in ["36525d1us", "99999999999999999999d", "18446744073709551615us"] {
            assert!(problem(absurd).contains("absurd"), "{absurd}");
        }
    }

    #[test]
    fn arithmetic_saturates_and_never_stays_never() {
        let (one, two) = (Instant::from_micros(1), Instant::from_micros(2));
        assert_eq!(Instant::FAR + Span::from_secs(1), Instant::FAR);
        assert_eq!(one.since(two), Span::ZERO);
        assert_eq!(two.since(one), Span::from_micros(1));
        assert_eq!(Instant::FAR.since(one), Span::FOREVER);
        assert_eq!(Instant::FAR.since(Instant::FAR), Span::ZERO);
        assert_eq!(one.minus(Span::from_secs(1)), Instant::ZERO);
        assert_eq!(Instant::FAR.minus(Span::from_secs(1)), Instant::FAR);
        assert_eq!(Span::FOREVER + Span::from_secs(1), Span::FOREVER);
        assert_eq!(Span::from_secs(1).minus(Span::FOREVER), Span::ZERO);
        assert_eq!(Span::from_days(u64::MAX) * 2, Span::FOREVER);
        assert_eq!(one.max(two), two);
    }

    #[test]
    fn a_file_spells_a_span_as_text() {
        assert_eq!(ron::from_str("\"1m30s\""), Ok(Span::from_secs(90)));
        assert_eq!(ron::to_string(&Span::from_secs(90)).as_deref(), Ok("\"1m30s\""));
        let error = ron::from_str::<Span>("\"90\"").expect_err("the unit is missing");
        assert_eq!(error.code.to_string(), problem("90"));
        assert!(ron::from_str::<Span>("90").is_err());
    }

    proptest! {
        #[test]
        fn every_span_reads_back_as_it_prints(
            micros in 0..=Span::CENTURY.as_micros(), unit in 0..6_usize,
        ) {
            for span in [Span(micros), Span(micros - micros % UNITS[unit].1), Span::FOREVER] {
                prop_assert_eq!(span.to_string().parse(), Ok(span));
            }
        }
    }
}
