//! How a law is written and read: as text, and as a variant in a file.
//!
//! Knows nothing of drawing. What prints reads back as the same law.

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::decimal;
use super::law::{Argument, Law};
use super::measure::Measure;
use super::quantity::QuantityError;
use super::spelling::nearest;
use super::time::TimeError;

/// The highest sigma that a file may ask for, in thousandths.
const SIGMA_LIMIT: u32 = 10_000;

/// The name of each law in a text, its variant in a file, and its form of spans and of sizes.
const FORMS: [Form; 6] = [
    ("fixed", "Fixed", ["fixed(60s)", "fixed(3KiB)"]),
    ("uniform", "Uniform", ["uniform(5s, 30s)", "uniform(1KiB, 8KiB)"]),
    ("exponential", "Exponential", ["exponential(20s)", "exponential(3KiB)"]),
    ("lognormal", "Lognormal", ["lognormal(4s, 1.2)", "lognormal(3KiB, 1.2)"]),
    ("weibull", "Weibull", ["weibull(90d, 0.7)", "weibull(3KiB, 0.7)"]),
    ("pareto", "Pareto", ["pareto(1s, 1.2)", "pareto(1KiB, 1.2)"]),
];

/// The spellings of a law: in a text, in a file, and an example for spans and one for sizes.
type Form = (&'static str, &'static str, [&'static str; 2]);

/// What is wrong with the spelling of a law.
///
/// # Examples
/// ```
/// use cutover::kernel::Law;
/// assert!("somewhere(1s, 2s)".parse::<Law>().is_err());
/// ```
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LawError {
    /// A duration is wrong.
    #[error(transparent)]
    Span(#[from] TimeError),
    /// A size is wrong.
    #[error(transparent)]
    Size(#[from] QuantityError),
    /// There is no such law.
    #[error("found unknown law `{found}`, expected {plain}, or one of {laws}")]
    UnknownLaw {
        /// What was found.
        found: String,
        /// What a plain quantity is.
        plain: &'static str,
        /// The laws that there are, and the nearest.
        laws: String,
    },
    /// The arguments are too few, too many, or not closed.
    #[error("found {found}, expected {expected}")]
    Arguments {
        /// What was found.
        found: String,
        /// The form of the law.
        expected: &'static str,
    },
    /// The lower bound is above the upper.
    #[error(
        "found uniform({low}, {high}), whose low end is above its high end, expected the lower \
         first"
    )]
    Order {
        /// The lower bound.
        low: String,
        /// The upper bound.
        high: String,
    },
    /// The sigma is not a number, too fine or too large.
    #[error("found sigma {0}, expected a number from 0 to 10 with at most three decimals")]
    Sigma(String),
    /// The shape is not a number, too fine, too small or too large.
    #[error("found shape {0}, expected a number from 0.1 to 10 with at most three decimals")]
    Shape(String),
    /// The shares of a mixture are not the whole.
    #[error("found shares that add up to {0}, expected 1")]
    Shares(String),
    /// A random law over an endless span.
    #[error("found never in {0}, expected a duration: only a fixed law may be endless")]
    Endless(String),
}

impl<Q: Measure> FromStr for Law<Q> {
    type Err = LawError;

    fn from_str(text: &str) -> Result<Self, LawError> {
        if let Some((name, rest)) = text.split_once('(') {
            let (_, _, forms) = form::<Q>(name.trim(), |row| row.0)?;
            let expected = forms[Q::EXAMPLE];
            let arguments = rest.strip_suffix(')');
            let broken = || LawError::Arguments { found: text.to_owned(), expected };
            let arguments: Vec<&str> =
                arguments.ok_or_else(broken)?.split(',').map(str::trim).collect();
            return call(text, name.trim(), &arguments).unwrap_or_else(|| Err(broken()));
        }
        let plain = text.parse::<Q>();
        if plain.is_err() && text.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
            let (_, _, forms) = form::<Q>(text, |row| row.0)?;
            return Err(LawError::Arguments {
                found: text.to_owned(),
                expected: forms[Q::EXAMPLE],
            });
        }
        plain.map(Self::Fixed).map_err(Into::into)
    }
}

/// Returns the row of the law called `name`, or the error that names the nearest.
fn form<Q: Measure>(name: &str, column: fn(&Form) -> &'static str) -> Result<Form, LawError> {
    if let Some(row) = FORMS.iter().find(|row| column(row) == name) {
        return Ok(*row);
    }
    let names: Vec<&str> = FORMS.iter().map(column).collect();
    let near = nearest(name, names.iter().copied()).map(|near| format!(" (did you mean {near}?)"));
    let laws = names.join(", ") + &near.unwrap_or_default();
    Err(LawError::UnknownLaw { found: name.to_owned(), plain: Q::EXPECTED, laws })
}

/// Returns the law of this name and arguments, `None` if their number is wrong.
fn call<Q: Measure>(
    text: &str,
    name: &str,
    arguments: &[&str],
) -> Option<Result<Law<Q>, LawError>> {
    let read = |argument: &str| argument.parse::<Q>().map_err(Into::into);
    let finite = |argument: &str| match read(argument)? {
        endless if Q::ENDLESS == Some(endless) => Err(LawError::Endless(text.to_owned())),
        quantity => Ok(quantity),
    };
    Some(match (name, arguments) {
        ("fixed", [quantity]) => read(quantity).map(Law::Fixed),
        ("uniform", [low, high]) => finite(low).and_then(|low| match finite(high)? {
            high if low > high => {
                Err(LawError::Order { low: low.to_string(), high: high.to_string() })
            }
            high => Ok(Law::Uniform(low, high)),
        }),
        ("exponential", [mean]) => finite(mean).map(Law::Exponential),
        ("lognormal", [median, sigma]) => finite(median).and_then(|median| {
            let wrong = || LawError::Sigma((*sigma).to_owned());
            let thousandths = decimal::scaled(sigma, 1_000).map_err(|_| wrong())?;
            let within = u32::try_from(thousandths).ok().filter(|sigma| *sigma <= SIGMA_LIMIT);
            Ok(Law::Lognormal { median, sigma_thousandths: within.ok_or_else(wrong)? })
        }),
        ("weibull", [scale, shape]) => finite(scale).and_then(|scale| {
            Ok(Law::Weibull { scale, shape_thousandths: thousandths_of(shape)? })
        }),
        ("pareto", [least, shape]) => finite(least)
            .and_then(|least| Ok(Law::Pareto { least, shape_thousandths: thousandths_of(shape)? })),
        _ => return None,
    })
}

/// Returns the shape of a law in thousandths.
fn thousandths_of(shape: &str) -> Result<u32, LawError> {
    let wrong = || LawError::Shape(shape.to_owned());
    let thousandths = decimal::scaled(shape, 1_000).map_err(|_| wrong())?;
    u32::try_from(thousandths).ok().filter(|of| (100..=10_000).contains(of)).ok_or_else(wrong)
}

impl<Q: Measure> Display for Law<Q> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&match self {
            Self::Fixed(quantity) => quantity.to_string(),
            Self::Uniform(low, high) => format!("uniform({low}, {high})"),
            Self::Exponential(mean) => format!("exponential({mean})"),
            Self::Lognormal { median, sigma_thousandths } => {
                let sigma = decimal::fraction(u64::from(*sigma_thousandths), 1_000, 3);
                format!("lognormal({median}, {sigma})")
            }
            Self::Weibull { scale, shape_thousandths } => {
                let shape = decimal::fraction(u64::from(*shape_thousandths), 1_000, 3);
                format!("weibull({scale}, {shape})")
            }
            Self::Pareto { least, shape_thousandths } => {
                let shape = decimal::fraction(u64::from(*shape_thousandths), 1_000, 3);
                format!("pareto({least}, {shape})")
            }
        })
    }
}

impl<Q: Measure> Serialize for Law<Q> {
    fn serialize<S: Serializer>(&self, sink: S) -> Result<S::Ok, S::Error> {
        sink.collect_str(self)
    }
}

/// A law as a file gives it.
#[derive(Deserialize)]
#[serde(untagged, expecting = "neither a text nor a law")]
enum Written {
    Text(String),
    Variant(BTreeMap<String, Arguments>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Arguments {
    One(Argument),
    Many(Vec<Argument>),
}

impl Display for Arguments {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(argument) => argument.fmt(out),
            Self::Many(list) => {
                let list: Vec<String> = list.iter().map(Argument::to_string).collect();
                out.write_str(&list.join(", "))
            }
        }
    }
}

impl<Q: Measure> Law<Q> {
    /// Returns the text that a file has, or the text that its variant stands for.
    pub(super) fn spelled<'de, D: Deserializer<'de>>(source: D) -> Result<String, D::Error> {
        let written = Written::deserialize(source).map_err(|error| {
            let neither = error.to_string() == "neither a text nor a law";
            if neither { de::Error::custom(Q::EXPECTED_IN_FILE) } else { error }
        });
        match written? {
            Written::Text(text) => Ok(text),
            Written::Variant(variant) => {
                let laws = variant.iter().map(|(name, arguments)| {
                    let (name, _, _) = form::<Q>(name, |row| row.1)?;
                    Ok(format!("{name}({arguments})"))
                });
                laws.collect::<Result<String, LawError>>().map_err(de::Error::custom)
            }
        }
    }
}

impl<'de, Q: Measure> Deserialize<'de> for Law<Q> {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        Self::spelled(source)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Bytes, Span};
    use proptest::prelude::*;

    const UNIFORM: Law = Law::Uniform(Span::from_secs(5), Span::from_secs(30));
    const EXPONENTIAL: Law = Law::Exponential(Span::from_secs(20));
    const LOGNORMAL: Law = Law::Lognormal { median: Span::from_secs(4), sigma_thousandths: 1_200 };

    #[test]
    fn laws_are_read_from_text() {
        assert_eq!("60s".parse(), Ok(Law::Fixed(Span::from_secs(60))));
        assert_eq!("fixed(60s)".parse(), Ok(Law::Fixed(Span::from_secs(60))));
        assert_eq!("never".parse(), Ok(Law::Fixed(Span::FOREVER)));
        assert_eq!("uniform(5s,30s)".parse(), Ok(UNIFORM));
        assert_eq!("exponential( 20s )".parse(), Ok(EXPONENTIAL));
        assert_eq!("lognormal(4s, 1.200)".parse(), Ok(LOGNORMAL));
        assert_eq!(LOGNORMAL.to_string(), "lognormal(4s, 1.2)");
    }

    #[test]
    fn a_wrong_law_is_refused_with_words() {
        for (text, words) in [
            ("unifrom(5s, 30s)", "unknown law `unifrom`, expected a duration such as 60s, or one"),
            ("unifrom(5s, 30s)", "fixed, uniform, exponential, lognormal, weibull, pareto (did"),
            ("unifrom(5s, 30s)", "(did you mean uniform?)"),
            ("weibull(1s, 0)", "found shape 0, expected a number from 0.1 to 10"),
            ("pareto(1s)", "expected pareto(1s, 1.2)"),
            ("Exponential(5s)", "did you mean exponential?"),
            ("uniform", "found uniform, expected uniform(5s, 30s)"),
            ("uniform(5s)", "found uniform(5s), expected uniform(5s, 30s)"),
            ("exponential(5s, 6s)", "expected exponential(20s)"),
            ("uniform(5s, 30s", "expected uniform(5s, 30s)"),
            (
                "uniform(30s, 5s)",
                "uniform(30s, 5s), whose low end is above its high end, expected the lower first",
            ),
            ("uniform(5, 30s)", "found 5 without a unit"),
            ("exponential(never)", "found never in exponential(never)"),
            ("lognormal(4s, -1)", "found sigma -1, expected a number from 0 to 10"),
            ("lognormal(4s, 10.001)", "found sigma 10.001"),
            ("lognormal(4s, 0.0001)", "found sigma 0.0001"),
            ("-5s", "cannot be negative"),
            ("", "empty text"),
        ] {
            let error = text.parse::<Law>().expect_err("the text is wrong").to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }

    #[test]
    fn a_law_of_sizes_is_spelt_as_one_of_spans() {
        assert_eq!("3KiB".parse(), Ok(Law::Fixed(Bytes(3_072))));
        assert_eq!("uniform(1KiB, 8KiB)".parse(), Ok(Law::Uniform(Bytes(1 << 10), Bytes(8 << 10))));
        let wide = Law::Lognormal { median: Bytes(3_072), sigma_thousandths: 1_200 };
        assert_eq!("lognormal(3KiB, 1.2)".parse(), Ok(wide));
        assert_eq!(
            (wide.to_string().as_str(), wide.draw(1 << 63)),
            ("lognormal(3KiB, 1.2)", Bytes(3_072))
        );
        for (text, words) in [
            ("unifrom(1B, 2B)", "unknown law `unifrom`, expected a size such as 16MiB, or one of"),
            ("uniform(8KiB, 1KiB)", "uniform(8KiB, 1KiB), whose low end is above its high end"),
            ("exponential(5s)", "unknown unit `s`"),
            ("lognormal(3KiB)", "expected lognormal(3KiB, 1.2)"),
            ("never", "unknown law `never`"),
            ("12", "a number without a unit, expected a size such as 16MiB"),
        ] {
            let error = text.parse::<Law<Bytes>>().expect_err("the text is wrong").to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }

    #[derive(Deserialize, Debug)]
    struct Tuning {
        law: Law,
    }

    fn read(law: &str) -> Result<Law, String> {
        let text = format!("Tuning(\n    law: {law},\n)");
        ron::from_str::<Tuning>(&text).map(|tuning| tuning.law).map_err(|error| error.to_string())
    }

    #[test]
    fn a_file_gives_a_law_as_text_or_as_a_variant() {
        let minute = Law::Fixed(Span::from_secs(60));
        for (law, expected) in [
            ("\"60s\"", minute),
            ("\"uniform(5s, 30s)\"", UNIFORM),
            ("Fixed(\"60s\")", minute),
            ("Uniform(\"5s\", \"30s\")", UNIFORM),
            ("Uniform(\n  \"5s\", // low\n  \"30s\",\n)", UNIFORM),
            ("Exponential(\"20s\")", EXPONENTIAL),
            ("Lognormal(\"4s\", 1.2)", LOGNORMAL),
            ("Lognormal(\"4s\", \"1.2\")", LOGNORMAL),
        ] {
            assert_eq!(read(law), Ok(expected), "{law}");
        }
        let whole = Law::Lognormal { median: Span::from_secs(4), sigma_thousandths: 2_000 };
        assert_eq!(read("Lognormal(\"4s\", 2)"), Ok(whole));
        for thousandths in 0..=SIGMA_LIMIT {
            let law = Law::Lognormal { median: Span::ZERO, sigma_thousandths: thousandths };
            let sigma = decimal::fraction(u64::from(thousandths), 1_000, 3);
            assert_eq!(read(&format!("Lognormal(\"0s\", {sigma})")), Ok(law));
        }
        assert_eq!(ron::to_string(&UNIFORM).as_deref(), Ok("\"uniform(5s, 30s)\""));
        let json = "{\"Uniform\": [\"5s\", \"30s\"]}";
        assert_eq!(serde_json::from_str::<Law>(json).expect("it is a law"), UNIFORM);
    }

    #[test]
    fn a_wrong_law_in_a_file_is_found_by_its_line() {
        for (law, words) in [
            ("\"90\"", "found 90 without a unit"),
            ("Unifrom(\"5s\", \"30s\")", "did you mean Uniform?"),
            ("Uniform(\"5s\")", "expected uniform(5s, 30s)"),
            ("Uniform", "did you mean uniform?"),
            ("Exponential(\"5\")", "found 5 without a unit"),
            ("60", "expected a duration such as \"60s\", or a law"),
            ("(\"5s\", \"30s\")", "expected a duration such as \"60s\", or a law"),
        ] {
            let error = read(law).expect_err("the law is wrong");
            assert!(error.contains(words), "{law}: {error}");
            assert!(error.starts_with("2:"), "{law}: {error}");
        }
    }

    proptest! {
        #[test]
        fn every_law_reads_back_as_it_prints(
            one in 0..=Span::CENTURY.as_micros(), two in 0..=Span::CENTURY.as_micros(),
            sigma_thousandths in 0..=SIGMA_LIMIT,
        ) {
            let (low, high) = (Span::from_micros(one.min(two)), Span::from_micros(one.max(two)));
            for law in [
                Law::Fixed(low),
                Law::Uniform(low, high),
                Law::Exponential(high),
                Law::Lognormal { median: low, sigma_thousandths },
                Law::Weibull { scale: low, shape_thousandths: sigma_thousandths.max(100) },
                Law::Pareto { least: low, shape_thousandths: sigma_thousandths.max(100) },
            ] {
                prop_assert_eq!(law.to_string().parse(), Ok(law));
            }
        }
    }
}
