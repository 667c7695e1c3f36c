//! How something is spread: one law, a mixture of laws, or what was observed.
//!
//! Knows nothing of where words come from. One word gives one quantity, as with a law, so that two
//! plans that share their words share their failures; no floats here.

use std::fmt::{self, Display};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::decimal;
use super::law::Law;
use super::law_spelling::LawError;
use super::measure::Measure;
use super::time::Span;

/// How spans, or sizes, are spread.
///
/// # Examples
/// ```
/// use cutover::kernel::{Bytes, Distribution, Span};
/// let glitches: Distribution = "0.9 exponential(4s) + 0.1 pareto(20s, 1.2)".parse()?;
/// assert!(glitches.draw(0) < glitches.draw(u64::MAX));
/// let seen: Distribution = "observed(2s, 3s, 9s)".parse()?;
/// assert_eq!(seen.draw(u64::MAX / 2), Span::from_secs(3));
/// let sizes: Distribution<Bytes> = "uniform(1KiB, 8KiB)".parse()?;
/// assert_eq!(sizes.greatest(), Some(Bytes(8 << 10)));
/// # Ok::<(), cutover::kernel::LawError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Distribution<Q = Span> {
    /// One law.
    One(Law<Q>),
    /// Laws, each with its share in millionths; the shares add up to a million.
    Mixture(Vec<(u32, Law<Q>)>),
    /// What was seen, in ascending order, each as likely as the others.
    Observed(Vec<Q>),
    /// A file of observations, one on each line, that has not been read yet.
    ObservedIn(String),
}

/// A mixture of spans, and one of sizes.
const MIXTURES: [&str; 2] = [
    "0.9 exponential(4s) + 0.1 pareto(20s, 1.2)",
    "0.9 exponential(2KiB) + 0.1 pareto(64KiB, 1.2)",
];

/// All shares of a mixture.
const WHOLE: u32 = 1_000_000;

impl<Q: Measure> Distribution<Q> {
    /// Returns the quantity that a random word stands for.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::{Distribution, Span};
    /// let five: Distribution = "5s".parse().expect("it is a law");
    /// assert_eq!(five.draw(17), Span::from_secs(5));
    /// ```
    pub fn draw(&self, word: u64) -> Q {
        match self {
            Self::One(law) => law.draw(word),
            Self::Mixture(parts) => {
                let scaled = u128::from(word) * u128::from(WHOLE);
                let mut below: u128 = 0;
                for (share, law) in parts {
                    let width = u128::from(*share) << 64;
                    if scaled < below + width {
                        // What is left of the word is a word of its own.
                        let within = (scaled - below) / u128::from((*share).max(1));
                        return law.draw(u64::try_from(within).unwrap_or(u64::MAX));
                    }
                    below += width;
                }
                parts.last().map_or(Q::MOST, |(_, law)| law.draw(u64::MAX))
            }
            Self::Observed(spans) => {
                let count = u128::try_from(spans.len()).expect("a list has a length");
                let index = usize::try_from((u128::from(word) * count) >> 64);
                spans[index.expect("it is below the length")]
            }
            Self::ObservedIn(file) => panic!("the observations in {file} have not been read"),
        }
    }

    /// Returns a quantity that no draw is below.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::{Distribution, Span};
    /// let seen: Distribution = "observed(2s, 3s, 9s)".parse().expect("it is right");
    /// assert_eq!(seen.least(), Span::from_secs(2));
    /// ```
    pub fn least(&self) -> Q {
        match self {
            Self::One(law) => law.least(),
            Self::Mixture(parts) => {
                parts.iter().map(|(_, law)| law.least()).min().unwrap_or(Q::ZERO)
            }
            Self::Observed(seen) => seen.first().copied().unwrap_or(Q::ZERO),
            Self::ObservedIn(_) => Q::ZERO,
        }
    }

    /// Returns the quantity that no draw is above, `None` if there is no such bound.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::{Distribution, Span};
    /// let seen: Distribution = "observed(2s, 3s, 9s)".parse().expect("it is right");
    /// assert_eq!(seen.greatest(), Some(Span::from_secs(9)));
    /// ```
    pub fn greatest(&self) -> Option<Q> {
        match self {
            Self::One(law) => law.greatest(),
            Self::Mixture(parts) => {
                let most: Option<Vec<Q>> = parts.iter().map(|(_, law)| law.greatest()).collect();
                most?.into_iter().max()
            }
            Self::Observed(seen) => seen.last().copied(),
            Self::ObservedIn(_) => None,
        }
    }

    /// Returns what every draw is, if all of them are the same.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::{Bytes, Distribution};
    /// assert_eq!(Distribution::from(Bytes(7)).fixed(), Some(Bytes(7)));
    /// ```
    pub fn fixed(&self) -> Option<Q> {
        self.greatest().filter(|most| *most == self.least())
    }

    /// Returns what was observed, in order.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::{Distribution, Span};
    /// let seen = Distribution::observed(vec![Span::from_secs(3); 9]);
    /// assert_eq!(seen.draw(u64::MAX), Span::from_secs(3));
    /// ```
    pub fn observed(mut seen: Vec<Q>) -> Self {
        seen.sort_unstable();
        Self::Observed(seen)
    }
}

impl Distribution {
    /// Returns the mean of an exponential law, and nothing for any other distribution.
    pub(crate) fn exponential_mean(&self) -> Option<Span> {
        if let Self::One(Law::Exponential(mean)) = self { Some(*mean) } else { None }
    }
}

impl<Q: Measure> From<Q> for Distribution<Q> {
    fn from(quantity: Q) -> Self {
        Self::One(Law::Fixed(quantity))
    }
}

impl<Q: Measure> From<Law<Q>> for Distribution<Q> {
    fn from(law: Law<Q>) -> Self {
        Self::One(law)
    }
}

impl<Q: Measure> FromStr for Distribution<Q> {
    type Err = LawError;

    fn from_str(text: &str) -> Result<Self, LawError> {
        let call = |name: &str| text.strip_prefix(name)?.strip_suffix(')');
        if let Some(file) = call("observed_in(") {
            return Ok(Self::ObservedIn(file.trim().to_owned()));
        }
        if let Some(list) = call("observed(") {
            let seen = list.split(',').map(|one| one.trim().parse::<Q>().map_err(Into::into));
            return Ok(Self::observed(seen.collect::<Result<Vec<Q>, LawError>>()?));
        }
        if !text.contains(" + ") {
            return Ok(Self::One(text.parse()?));
        }
        let mut parts = Vec::new();
        for part in text.split(" + ") {
            let expected = MIXTURES[Q::EXAMPLE];
            let broken = || LawError::Arguments { found: part.to_owned(), expected };
            let (share, law) = part.trim().split_once(' ').ok_or_else(broken)?;
            let share = decimal::scaled(share, u64::from(WHOLE)).map_err(|_| broken())?;
            let share = u32::try_from(share).map_err(|_| broken())?;
            parts.push((share, law.trim().parse()?));
        }
        let sum: u64 = parts.iter().map(|(share, _)| u64::from(*share)).sum();
        if sum != u64::from(WHOLE) {
            return Err(LawError::Shares(decimal::fraction(sum, u64::from(WHOLE), 6)));
        }
        Ok(Self::Mixture(parts))
    }
}

impl<Q: Measure> Display for Distribution<Q> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(law) => law.fmt(out),
            Self::Mixture(parts) => {
                for (index, (share, law)) in parts.iter().enumerate() {
                    let plus = if index == 0 { "" } else { " + " };
                    let share = decimal::fraction(u64::from(*share), u64::from(WHOLE), 6);
                    write!(out, "{plus}{share} {law}")?;
                }
                Ok(())
            }
            Self::Observed(spans) => {
                let seen: Vec<String> = spans.iter().map(Q::to_string).collect();
                write!(out, "observed({})", seen.join(", "))
            }
            Self::ObservedIn(file) => write!(out, "observed_in({file})"),
        }
    }
}

impl<Q: Measure> Serialize for Distribution<Q> {
    fn serialize<S: Serializer>(&self, sink: S) -> Result<S::Ok, S::Error> {
        sink.collect_str(self)
    }
}

impl<'de, Q: Measure> Deserialize<'de> for Distribution<Q> {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let text = Law::<Q>::spelled(source)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Chance;
    use proptest::prelude::*;

    const SHORT: Law = Law::Exponential(Span::from_secs(4));
    const LONG: Law = Law::Uniform(Span::from_secs(100), Span::from_secs(200));

    fn mixture() -> Distribution {
        Distribution::Mixture(vec![(900_000, SHORT), (100_000, LONG)])
    }

    #[test]
    fn distributions_are_read_from_text() {
        let text = "0.9 exponential(4s) + 0.1 uniform(1m40s, 3m20s)";
        assert_eq!(text.parse(), Ok(mixture()));
        assert_eq!("exponential(4s)".parse(), Ok(Distribution::One(SHORT)));
        let seen = [9, 2, 3].map(Span::from_secs);
        assert_eq!("observed(9s, 2s, 3s)".parse(), Ok(Distribution::observed(seen.to_vec())));
        let file: Distribution = Distribution::ObservedIn("gaps.txt".to_owned());
        assert_eq!("observed_in(gaps.txt)".parse(), Ok(file));
    }

    #[test]
    fn a_wrong_distribution_is_refused_with_words() {
        for (text, words) in [
            ("0.9 exponential(4s) + 0.2 fixed(1s)", "found shares that add up to 1.1"),
            ("0.9 exponential(4s) + fixed(1s)", "found fixed(1s), expected 0.9 exponential"),
            ("0.9 exponentia(4s) + 0.1 fixed(1s)", "did you mean exponential?"),
            ("observed(2s, 3)", "found 3 without a unit"),
        ] {
            let error = text.parse::<Distribution>().expect_err("it is wrong").to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }

    #[test]
    fn a_mixture_draws_each_law_as_often_as_its_share() {
        let chance = Chance::new(9, 0);
        let long = (0..20_000)
            .filter(|n| mixture().draw(chance.word("a", "b", *n)) >= Span::from_secs(100))
            .count();
        assert!((1_850..2_150).contains(&long), "{long}");
        let naive = |word: u64| {
            let place = u128::from(word) * 10;
            let ninth = 9_u128 << 64;
            let part = |rest: u128, of: u128| u64::try_from(rest / of).expect("it is a word");
            if place < ninth {
                SHORT.draw(part(place, 9))
            } else {
                LONG.draw(part(place - ninth, 1))
            }
        };
        for n in 0..1_000 {
            let word = chance.word("c", "d", n);
            let (found, expected) = (mixture().draw(word), naive(word));
            let off = found.as_micros().abs_diff(expected.as_micros());
            assert!(off <= 1, "{word}: {found} and {expected}");
        }
    }

    #[test]
    fn observations_are_drawn_equally_often_and_in_order() {
        let seen = Distribution::observed([7, 1, 4].map(Span::from_secs).to_vec());
        let third = u64::MAX / 3;
        let drawn = [0, third, third + 1, 2 * third + 2, u64::MAX].map(|word| seen.draw(word));
        assert_eq!(drawn, [1, 1, 4, 7, 7].map(Span::from_secs));
    }

    proptest! {
        #[test]
        fn every_distribution_reads_back_as_it_prints(
            share in 1..WHOLE, spans in proptest::collection::vec(0..10_000_000_u64, 1..9),
        ) {
            let seen = Distribution::observed(spans.into_iter().map(Span::from_micros).collect());
            let mixed = Distribution::Mixture(vec![(share, SHORT), (WHOLE - share, LONG)]);
            for one in [seen, mixed, Distribution::One(LONG)] {
                prop_assert_eq!(one.to_string().parse(), Ok(one));
            }
        }
    }
}
