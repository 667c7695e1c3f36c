#![expect(clippy::float_arithmetic, reason = "the one place that turns words into durations")]
#![expect(clippy::excessive_precision, reason = "coefficients are given as published")]
//! Laws of random quantities: one random word in, one span or size out.
//!
//! Knows nothing of where words come from. Each draw is the inverse of the law's distribution, so
//! a greater word never gives less; the elementary functions are those of `libm`, the
//! same on every platform.

use std::fmt::{self, Display};

use serde::Deserialize;

use super::measure::Measure;
use super::time::Span;

/// How long something takes, or how large it is, as a law of chance.
///
/// # Examples
/// ```
/// use cutover::kernel::{Law, Span};
/// let law: Law = "uniform(5s, 30s)".parse()?;
/// assert_eq!(law.draw(0), Span::from_secs(5));
/// assert_eq!(law.draw(u64::MAX), Span::from_secs(30));
/// # Ok::<(), cutover::kernel::LawError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Law<Q = Span> {
    /// Always the same.
    Fixed(Q),
    /// Each unit from the first to the second quantity, both included, is equally likely.
    Uniform(Q, Q),
    /// The exponential law with this mean.
    Exponential(Q),
    /// The lognormal law.
    Lognormal {
        /// The quantity that half of the draws exceed.
        median: Q,
        /// The standard deviation of the natural logarithm, in thousandths.
        sigma_thousandths: u32,
    },
    /// The Weibull law: a shape below 1 fails early, one above 1 wears out.
    Weibull {
        /// The quantity that a share of 1/e of the draws exceeds.
        scale: Q,
        /// The shape, in thousandths.
        shape_thousandths: u32,
    },
    /// The Pareto law, whose tail falls as a power.
    Pareto {
        /// The least quantity.
        least: Q,
        /// The exponent of the tail, in thousandths.
        shape_thousandths: u32,
    },
}

impl<Q: Measure> Law<Q> {
    /// Returns the quantity that a random word stands for.
    ///
    /// Draws of laws without a bound are rounded to the microsecond or byte, and are at most
    /// [`Span::CENTURY`] or the largest size that a file may have.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::{Law, Span};
    /// let law: Law = "uniform(1s, 2s)".parse().expect("it is a law");
    /// assert!((law.least()..=Span::from_secs(2)).contains(&law.draw(1 << 63)));
    /// ```
    pub fn draw(&self, word: u64) -> Q {
        match *self {
            Self::Fixed(quantity) => quantity,
            Self::Uniform(low, high) => uniform(low, high, word),
            Self::Exponential(mean) => {
                let above = Share::of(word).above;
                rounded(-units(mean) * libm::log(above))
            }
            Self::Lognormal { median, sigma_thousandths } => {
                let sigma = f64::from(sigma_thousandths) / 1_000.0;
                rounded(units(median) * libm::exp(sigma * normal(&Share::of(word))))
            }
            Self::Weibull { scale, shape_thousandths } => {
                let exponent = 1_000.0 / f64::from(shape_thousandths);
                rounded(units(scale) * libm::pow(-libm::log(Share::of(word).above), exponent))
            }
            Self::Pareto { least, shape_thousandths } => {
                let exponent = -1_000.0 / f64::from(shape_thousandths);
                rounded(units(least) * libm::pow(Share::of(word).above, exponent))
            }
        }
    }

    /// Returns a quantity that no draw is below.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::{Law, Span};
    /// let law: Law = "uniform(1s, 2s)".parse().expect("it is a law");
    /// assert_eq!(law.least(), Span::from_secs(1));
    /// ```
    pub const fn least(&self) -> Q {
        match *self {
            Self::Fixed(least)
            | Self::Uniform(least, _)
            | Self::Lognormal { median: least, sigma_thousandths: 0 }
            | Self::Pareto { least, .. } => least,
            Self::Exponential(_) | Self::Lognormal { .. } | Self::Weibull { .. } => Q::ZERO,
        }
    }

    /// Returns the quantity that no draw is above, `None` if the law has no such bound.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::{Law, Span};
    /// let law: Law = "uniform(1s, 2s)".parse().expect("it is a law");
    /// assert_eq!(law.greatest(), Some(Span::from_secs(2)));
    /// ```
    pub fn greatest(&self) -> Option<Q> {
        match *self {
            Self::Fixed(most)
            | Self::Uniform(_, most)
            | Self::Lognormal { median: most, sigma_thousandths: 0 } => Some(most),
            Self::Exponential(scale)
            | Self::Weibull { scale, .. }
            | Self::Pareto { least: scale, .. } => (scale == Q::ZERO).then_some(scale),
            Self::Lognormal { .. } => None,
        }
    }

    /// Returns whether all draws are the same.
    pub(crate) fn is_fixed(&self) -> bool {
        self.greatest() == Some(self.least())
    }
}

/// Returns the quantity at this share of the way from `low` to `high`, in integers alone.
fn uniform<Q: Measure>(low: Q, high: Q, word: u64) -> Q {
    assert!(low <= high, "a uniform law from {low} to {high} has no draws");
    let choices = u128::from(high.units() - low.units()) + 1;
    let chosen = (u128::from(word) * choices) >> 64;
    Q::of_units(low.units() + u64::try_from(chosen).expect("it is at most the width"))
}

/// The share of a distribution below a word and above it; both are exact and never zero.
struct Share {
    below: f64,
    above: f64,
}

impl Share {
    fn of(word: u64) -> Self {
        // The middle of one of 2^52 equal parts is an odd number of 2^53rds, which fits exactly.
        let (whole, middle) = (1 << 53, (word >> 12 << 1) | 1);
        let scale = float(whole);
        Self { below: float(middle) / scale, above: float(whole - middle) / scale }
    }
}

/// Returns a number below 2^53 exactly.
fn float(number: u64) -> f64 {
    let half = |bits: u64| f64::from(u32::try_from(bits).expect("it is half a word"));
    half(number >> 32) * 4_294_967_296.0 + half(number & 0xFFFF_FFFF)
}

fn units<Q: Measure>(quantity: Q) -> f64 {
    float(quantity.min(Q::MOST).units())
}

fn rounded<Q: Measure>(units: f64) -> Q {
    if units >= float(Q::MOST.units()) {
        return Q::MOST;
    }
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the number is whole, not negative, and less than a century of microseconds"
    )]
    let whole = libm::round(units) as u64;
    Q::of_units(whole)
}

/// Returns the standard normal quantile by algorithm AS 241 (Wichura 1988), good to 16 digits.
fn normal(share: &Share) -> f64 {
    let centred = share.below - 0.5;
    if libm::fabs(centred) <= 0.425 {
        return centred * ratio(&CENTRE, 0.180_625 - centred * centred);
    }
    let distance = libm::sqrt(-libm::log(share.below.min(share.above)));
    let size = if distance <= 5.0 {
        ratio(&SHOULDER, distance - 1.6)
    } else {
        ratio(&TAIL, distance - 5.0)
    };
    if centred < 0.0 { -size } else { size }
}

/// Returns the quotient of two polynomials of degree seven, from the highest coefficient down.
fn ratio(rows: &[(f64, f64); 8], x: f64) -> f64 {
    let (above, below) =
        rows.iter().fold((0.0, 0.0), |(above, below), (a, b)| (above * x + a, below * x + b));
    above / below
}

const CENTRE: [(f64, f64); 8] = [
    (2.509_080_928_730_122_672_7e3, 5.226_495_278_852_854_561_0e3),
    (3.343_057_558_358_812_810_5e4, 2.872_908_573_572_194_267_4e4),
    (6.726_577_092_700_870_085_3e4, 3.930_789_580_009_271_061_0e4),
    (4.592_195_393_154_987_145_7e4, 2.121_379_430_158_659_586_7e4),
    (1.373_169_376_550_946_112_5e4, 5.394_196_021_424_751_107_7e3),
    (1.971_590_950_306_551_442_7e3, 6.871_870_074_920_579_083_0e2),
    (1.331_416_678_917_843_774_5e2, 4.231_333_070_160_091_125_2e1),
    (3.387_132_872_796_366_608_0, 1.0),
];

const SHOULDER: [(f64, f64); 8] = [
    (7.745_450_142_783_414_076_40e-4, 1.050_750_071_644_416_843_24e-9),
    (2.272_384_498_926_918_458_33e-2, 5.475_938_084_995_344_946_00e-4),
    (2.417_807_251_774_506_117_70e-1, 1.519_866_656_361_645_719_66e-2),
    (1.270_458_252_452_368_382_58, 1.481_039_764_274_800_745_90e-1),
    (3.647_848_324_763_204_605_04, 6.897_673_349_851_000_045_50e-1),
    (5.769_497_221_460_691_405_50, 1.676_384_830_183_803_849_40),
    (4.630_337_846_156_545_295_90, 2.053_191_626_637_758_821_87),
    (1.423_437_110_749_683_577_34, 1.0),
];

const TAIL: [(f64, f64); 8] = [
    (2.010_334_399_292_288_132_65e-7, 2.044_263_103_389_939_785_64e-15),
    (2.711_555_568_743_487_578_15e-5, 1.421_511_758_316_445_888_70e-7),
    (1.242_660_947_388_078_438_60e-3, 1.846_318_317_510_054_681_80e-5),
    (2.653_218_952_657_612_309_30e-2, 7.868_691_311_456_132_591_00e-4),
    (2.965_605_718_285_048_912_30e-1, 1.487_536_129_085_061_485_25e-2),
    (1.784_826_539_917_291_335_80, 1.369_298_809_227_358_053_10e-1),
    (5.463_784_911_164_114_369_90, 5.998_322_065_558_879_376_90e-1),
    (6.657_904_643_501_103_777_20, 1.0),
];

/// One argument of a law as a file gives it; printed as the text syntax wants it.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a duration such as \"5s\", or a number")]
pub(super) enum Argument {
    Text(String),
    Number(f64),
}

impl Display for Argument {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => out.write_str(text),
            Self::Number(number) => write!(out, "{number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Chance;

    const SECOND: Span = Span::from_secs(1);
    const EARLY: Law = Law::Weibull { scale: SECOND, shape_thousandths: 700 };
    const POWER: Law = Law::Pareto { least: SECOND, shape_thousandths: 1_200 };
    const WIDE: Law = Law::Lognormal { median: Span::from_secs(4), sigma_thousandths: 1_200 };

    #[test]
    fn known_words_give_known_spans() {
        let words = [0, 1 << 62, 0x8000_0000_0000_0000, 0xFEDC_BA98_7654_3210, u64::MAX];
        let drawn = |law: Law| words.map(|word| law.draw(word).as_micros());
        assert_eq!(drawn(Law::Fixed(SECOND)), [1_000_000; 5]);
        let uniform = Law::Uniform(SECOND, Span::from_secs(3));
        assert_eq!(drawn(uniform), UNIFORM);
        assert_eq!(drawn(Law::Exponential(Span::from_secs(20))), EXPONENTIAL);
        assert_eq!(drawn(WIDE), LOGNORMAL);
        assert_eq!(drawn(EARLY), WEIBULL);
        assert_eq!(drawn(POWER), PARETO);
        let third = Law::Uniform(Span::ZERO, Span::from_micros(2));
        assert_eq!(third.draw(u64::MAX / 3), Span::ZERO);
        assert_eq!(third.draw(u64::MAX / 3 + 1), Span::from_micros(1));
        let all = Law::Uniform(Span::ZERO, Span::FOREVER);
        assert_eq!(all.draw(12_345), Span::from_micros(12_345));
    }

    #[test]
    fn a_greater_word_never_gives_a_shorter_span() {
        let century = Law::Lognormal { median: SECOND, sigma_thousandths: 9_000 };
        let uniform = Law::Uniform(SECOND, Span::from_secs(9));
        for law in [uniform, Law::Exponential(Span::from_days(300)), WIDE, century, EARLY, POWER] {
            let mut last = Span::ZERO;
            let steps = (0..=200_000_u64).map(|step| step * (u64::MAX / 200_000));
            // The seams of the normal quantile lie at 0.075 and 0.925 and at about e to the -25.
            let seams = [0x1333_3333_3333_3333_u64, 0xECCC_CCCC_CCCC_CCCC, 256_188_440];
            let near = seams.iter().flat_map(|seam| {
                (0..2_000).map(move |step| seam.saturating_sub(4_096_000) + step * 4_096)
            });
            let mut words: Vec<u64> = steps.chain(near).collect();
            words.sort_unstable();
            for word in words {
                let span = law.draw(word);
                assert!(span >= last && span >= law.least(), "{law:?} at {word}");
                assert!(law.greatest().is_none_or(|most| span <= most), "{law:?} at {word}");
                last = span;
            }
        }
        assert_eq!(century.draw(u64::MAX), Span::CENTURY);
    }

    #[test]
    fn means_are_near_those_of_the_laws() {
        let chance = Chance::new(2, 0);
        let mean = |law: Law| {
            let draws = (0..10_000).map(|n| law.draw(chance.word("law", "mean", n)).as_micros());
            draws.sum::<u64>() / 10_000
        };
        assert_eq!(mean(Law::Fixed(SECOND)), 1_000_000);
        assert!(mean(Law::Uniform(SECOND, Span::from_secs(3))).abs_diff(2_000_000) < 20_000);
        assert!(mean(Law::Exponential(SECOND)).abs_diff(1_000_000) < 30_000);
        // The mean of a lognormal law is its median times e to the half of sigma squared.
        let narrow = Law::Lognormal { median: SECOND, sigma_thousandths: 500 };
        assert!(mean(narrow).abs_diff(1_133_148) < 20_000);
        // The mean of a Weibull law is its scale times gamma(1 + 1/shape), here 1/2 gamma(1/2).
        let worn = Law::Weibull { scale: SECOND, shape_thousandths: 2_000 };
        assert!(mean(worn).abs_diff(886_227) < 15_000);
        // The mean of a Pareto law is its least times shape/(shape - 1).
        let tail = Law::Pareto { least: SECOND, shape_thousandths: 4_000 };
        assert!(mean(tail).abs_diff(1_333_333) < 15_000);
    }

    #[test]
    fn bounds_tell_which_laws_leave_no_choice() {
        let fixed = Law::Fixed(SECOND);
        assert!(fixed.is_fixed() && fixed.least() == SECOND);
        assert!(Law::Uniform(SECOND, SECOND).is_fixed());
        assert!(Law::Lognormal { median: SECOND, sigma_thousandths: 0 }.is_fixed());
        assert!(Law::Exponential(Span::ZERO).is_fixed());
        assert_eq!(Law::Uniform(Span::ZERO, SECOND).greatest(), Some(SECOND));
        for endless in [Law::Exponential(SECOND), WIDE] {
            assert_eq!((endless.least(), endless.greatest()), (Span::ZERO, None));
            assert!(!endless.is_fixed());
        }
    }

    // From an independent implementation.
    const UNIFORM: [u64; 5] = [1_000_000, 1_500_000, 2_000_000, 2_991_112, 3_000_000];
    const EXPONENTIAL: [u64; 5] = [0, 5_753_641, 13_862_944, 108_322_008, 734_736_011];
    const WEIBULL: [u64; 5] = [0, 168_662, 592_390, 11_171_818, 172_130_981];
    const PARETO: [u64; 5] =
        [1_000_000, 1_270_912, 1_781_797, 91_233_030, Span::CENTURY.as_micros()];
    const LOGNORMAL: [u64; 5] = [211, 1_780_522, 4_000_000, 92_374_614, 75_942_954_826];
}
