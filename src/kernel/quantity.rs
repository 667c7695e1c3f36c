//! Numbers of bytes and bytes per second, and their spelling.
//!
//! Knows nothing of what is counted. What prints reads back as the same quantity.

use std::fmt::{self, Display};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::decimal::{self, DecimalError};
use super::spelling;

/// A number of bytes, written as in `16MiB`.
///
/// # Examples
/// ```
/// use cutover::kernel::{Bytes, Rate};
/// assert_eq!("3KiB".parse::<Bytes>()?.get(), 3_072);
/// assert_eq!("2MB/s".parse::<Rate>()?.get(), 2_000_000);
/// # Ok::<(), cutover::kernel::QuantityError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Bytes(pub u64);

impl Bytes {
    /// The most a file may ask for, 1 PiB.
    pub(crate) const LIMIT: Self = Self(1 << 50);

    /// Returns the number of bytes.
    ///
    /// # Examples
    /// ```
    /// assert_eq!("3KiB".parse::<cutover::kernel::Bytes>().map(|bytes| bytes.get()), Ok(3_072));
    /// ```
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// A rate in bytes per second, written as in `2MiB/s`, or `unlimited`.
///
/// # Examples
/// ```
/// use cutover::kernel::Rate;
/// assert_eq!("10kB/s".parse(), Ok(Rate(10_000)));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Rate(pub u64);

impl Rate {
    /// No limit at all.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::Rate;
    /// assert_eq!("unlimited".parse(), Ok(Rate::UNLIMITED));
    /// assert_eq!(Rate::UNLIMITED.to_string(), "unlimited");
    /// ```
    pub const UNLIMITED: Self = Self(u64::MAX);
    /// The highest limited rate a file may ask for, 1 TiB/s.
    pub(crate) const LIMIT: Self = Self(1 << 40);

    /// Returns the bytes per second, `u64::MAX` if there is no limit.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(cutover::kernel::Rate(10_000).get(), 10_000);
    /// ```
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// The units in bytes; of two that print a quantity in equally small numbers, the first is used.
const UNITS: [(&str, u64); 9] = [
    ("B", 1),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
];

/// What is wrong with the spelling of a quantity.
///
/// # Examples
/// ```
/// use cutover::kernel::Bytes;
/// assert!("3 loaves".parse::<Bytes>().is_err());
/// ```
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("found {text}, {problem}")]
pub struct QuantityError {
    text: String,
    problem: String,
}

/// How one kind of quantity is spelt.
struct Spelling {
    kind: &'static str,
    example: &'static str,
    suffix: &'static str,
    limit: u64,
    limit_text: &'static str,
}

const SIZE: Spelling = Spelling {
    kind: "a size",
    example: "16MiB",
    suffix: "",
    limit: Bytes::LIMIT.0,
    limit_text: "1PiB",
};

const RATE: Spelling = Spelling {
    kind: "a rate",
    example: "2MiB/s or unlimited",
    suffix: "/s",
    limit: Rate::LIMIT.0,
    limit_text: "1TiB/s",
};

impl Spelling {
    fn read(&self, text: &str) -> Result<u64, QuantityError> {
        let (number, unit, rest) = decimal::cut(text);
        let plain = || format!("expected {} such as {}", self.kind, self.example);
        let fail = |problem: String| {
            let text = if text.is_empty() { "an empty text" } else { text }.to_owned();
            Err(QuantityError { text, problem })
        };
        if text.starts_with('-') {
            return fail(format!(
                "but {} cannot be negative, expected one such as {}",
                self.kind, self.example
            ));
        }
        if number.is_empty() || !rest.is_empty() {
            return fail(plain());
        }
        if unit.is_empty() {
            return fail(format!("a number without a unit, {}", plain()));
        }
        let Some(name) = unit.strip_suffix(self.suffix) else {
            return fail(format!("which is not per second, {}", plain()));
        };
        let names = UNITS.map(|(name, _)| name);
        let Some((_, scale)) = UNITS.iter().find(|row| row.0 == name) else {
            let listed = names.map(|name| format!("{name}{}", self.suffix)).join(", ");
            let near = spelling::nearest(name, names)
                .map(|near| format!(" (did you mean {near}{}?)", self.suffix));
            let near = near.unwrap_or_default();
            return fail(format!("with unknown unit `{unit}`, expected one of {listed}{near}"));
        };
        match decimal::scaled(number, *scale) {
            Ok(bytes) if bytes <= self.limit => Ok(bytes),
            Ok(_) | Err(DecimalError::Overflow) => {
                fail(format!("which is too much, expected at most {}", self.limit_text))
            }
            Err(DecimalError::Malformed) => fail(plain()),
            Err(DecimalError::Inexact) => {
                fail(format!("which is no whole number of bytes{}", self.suffix))
            }
        }
    }

    fn print(&self, bytes: u64) -> String {
        let whole = UNITS.iter().filter(|(_, unit)| bytes.is_multiple_of(*unit));
        let (name, unit) = whole.min_by_key(|(_, unit)| bytes / unit).unwrap_or(&UNITS[0]);
        format!("{}{name}{}", bytes / unit, self.suffix)
    }
}

impl FromStr for Bytes {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        SIZE.read(text).map(Self)
    }
}

impl FromStr for Rate {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        if text == "unlimited" { Ok(Self::UNLIMITED) } else { RATE.read(text).map(Self) }
    }
}

impl Display for Bytes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&SIZE.print(self.0))
    }
}

impl Display for Rate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::UNLIMITED { out.pad("unlimited") } else { out.pad(&RATE.print(self.0)) }
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, sink: S) -> Result<S::Ok, S::Error> {
        sink.collect_str(self)
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, sink: S) -> Result<S::Ok, S::Error> {
        sink.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        spelling::from_text(source, "a size such as \"16MiB\"")
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        spelling::from_text(source, "a rate such as \"2MiB/s\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sizes_and_rates_are_read_as_people_write_them() {
        for (text, bytes) in [
            ("16MiB", 16 << 20),
            ("3KiB", 3_072),
            ("300B", 300),
            ("10GiB", 10 << 30),
            ("1kB", 1_000),
            ("2MB", 2_000_000),
            ("1TiB", 1 << 40),
            ("0.5KiB", 512),
            ("1024TiB", 1 << 50),
            ("0B", 0),
        ] {
            assert_eq!(text.parse(), Ok(Bytes(bytes)), "{text}");
        }
        assert_eq!("2MiB/s".parse(), Ok(Rate(2 << 20)));
        assert_eq!("9900B/s".parse(), Ok(Rate(9_900)));
        assert_eq!("unlimited".parse(), Ok(Rate::UNLIMITED));
    }

    #[test]
    fn quantities_print_in_the_unit_with_the_smallest_number() {
        for text in ["16MiB", "3KiB", "300B", "0B", "2MB", "12kB", "1000KiB"] {
            assert_eq!(text.parse::<Bytes>().expect("it is right").to_string(), text);
        }
        assert_eq!(Rate(9_900).to_string(), "9900B/s");
        assert_eq!(Rate(30_000).to_string(), "30kB/s");
        assert_eq!(format!("[{:>9}]", Rate::UNLIMITED), "[unlimited]");
    }

    #[test]
    fn a_wrong_quantity_is_refused_with_words() {
        for (text, words) in [
            ("", "found an empty text, expected a size such as 16MiB"),
            ("-1B", "found -1B, but a size cannot be negative"),
            ("16", "found 16, a number without a unit, expected a size such as 16MiB"),
            ("0.3B", "found 0.3B, which is no whole number of bytes"),
            ("1.5.5MiB", "found 1.5.5MiB, expected a size such as 16MiB"),
            ("1025TiB", "found 1025TiB, which is too much, expected at most 1PiB"),
            ("99999999999999999999B", "which is too much, expected at most 1PiB"),
            ("16mib", "unknown unit `mib`, expected one of B, KiB, MiB, GiB, TiB, kB, MB, GB, TB"),
            ("16mib", "(did you mean MiB?)"),
            ("1MiB2B", "expected a size such as 16MiB"),
        ] {
            let error = text.parse::<Bytes>().expect_err("the text is wrong").to_string();
            assert!(error.contains(words), "{error}");
        }
        for (text, words) in [
            ("2MiB", "found 2MiB, which is not per second, expected a rate such as 2MiB/s"),
            ("2TiB/s", "found 2TiB/s, which is too much, expected at most 1TiB/s"),
            ("2mib/s", "did you mean MiB/s?"),
            ("unlimted", "expected a rate such as 2MiB/s or unlimited"),
        ] {
            let error = text.parse::<Rate>().expect_err("the text is wrong").to_string();
            assert!(error.contains(words), "{error}");
        }
    }

    #[test]
    fn a_file_spells_quantities_as_text() {
        assert_eq!(ron::from_str("\"16MiB\""), Ok(Bytes(16 << 20)));
        assert_eq!(ron::to_string(&Rate(9_900)).as_deref(), Ok("\"9900B/s\""));
        assert!(ron::from_str::<Bytes>("16").is_err());
        let error = ron::from_str::<Rate>("\"5B\"").expect_err("it is no rate").code.to_string();
        assert!(error.starts_with("found 5B, which is not per second"), "{error}");
    }

    proptest! {
        #[test]
        fn every_quantity_reads_back_as_it_prints(
            bytes in 0..=Rate::LIMIT.0, unit in 0..UNITS.len(),
        ) {
            for bytes in [bytes, bytes - bytes % UNITS[unit].1] {
                prop_assert_eq!(Bytes(bytes).to_string().parse(), Ok(Bytes(bytes)));
                prop_assert_eq!(Rate(bytes).to_string().parse(), Ok(Rate(bytes)));
            }
        }
    }
}
