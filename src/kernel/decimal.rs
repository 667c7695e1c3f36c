//! Reads a number with its unit exactly, without floats.
//!
//! Knows nothing of what the units mean. A number that the unit cannot hold exactly is refused,
//! never rounded.

/// What is wrong with a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum DecimalError {
    /// No digits where digits belong.
    Malformed,
    /// Finer than the smallest step of the quantity.
    Inexact,
    /// Larger than 64 bits.
    Overflow,
}

/// Returns the leading number of `text`, the unit behind it, and what follows.
pub(crate) fn cut(text: &str) -> (&str, &str, &str) {
    let numeric = |letter: char| letter.is_ascii_digit() || letter == '.';
    let (number, behind) = text.split_at(text.find(|c| !numeric(c)).unwrap_or(text.len()));
    let (unit, rest) = behind.split_at(behind.find(numeric).unwrap_or(behind.len()));
    (number, unit, rest)
}

/// Returns `number` times `unit`, where `number` is a whole number or a decimal fraction.
pub(crate) fn scaled(number: &str, unit: u64) -> Result<u64, DecimalError> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return Err(DecimalError::Malformed);
    }
    let whole: u64 = whole.parse().map_err(|_| DecimalError::Overflow)?;
    let fraction = fraction.trim_end_matches('0');
    let mut value = u128::from(whole) * u128::from(unit);
    if !fraction.is_empty() {
        let scale =
            u32::try_from(fraction.len()).ok().and_then(|places| 10_u64.checked_pow(places));
        let (Some(scale), Ok(fraction)) = (scale, fraction.parse::<u64>()) else {
            return Err(DecimalError::Inexact);
        };
        let product = u128::from(fraction) * u128::from(unit);
        if !product.is_multiple_of(u128::from(scale)) {
            return Err(DecimalError::Inexact);
        }
        value += product / u128::from(scale);
    }
    u64::try_from(value).map_err(|_| DecimalError::Overflow)
}

/// Returns `value` counted in `unit` as a decimal number, where `unit` is 10 to the `places`.
pub(crate) fn fraction(value: u64, unit: u64, places: usize) -> String {
    let text = format!("{}.{:0places$}", value / unit, value % unit);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_at_its_unit() {
        assert_eq!(cut("1.5s20ms"), ("1.5", "s", "20ms"));
        assert_eq!(cut("2MiB/s"), ("2", "MiB/s", ""));
        assert_eq!(cut("90"), ("90", "", ""));
    }

    #[test]
    fn numbers_are_exact_or_refused() {
        assert_eq!(scaled("1.50", 1_000), Ok(1_500));
        assert_eq!(scaled("0.5", 3), Err(DecimalError::Inexact));
        assert_eq!(scaled("1.", 10), Err(DecimalError::Malformed));
        assert_eq!(scaled("1.2.3", 10), Err(DecimalError::Malformed));
        assert_eq!(scaled("99999999999999999999", 1), Err(DecimalError::Overflow));
        assert_eq!(scaled("18446744073709551615.5", 2), Err(DecimalError::Overflow));
        assert_eq!(scaled("0.00000000000000000000001", 10), Err(DecimalError::Inexact));
    }

    #[test]
    fn a_fraction_prints_without_trailing_zeros() {
        assert_eq!(fraction(14_203_000, 1_000_000, 6), "14.203");
        assert_eq!(fraction(20_000_000, 1_000_000, 6), "20");
        assert_eq!(fraction(1, 1_000, 3), "0.001");
    }
}
