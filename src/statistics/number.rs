#![expect(clippy::float_arithmetic, reason = "statistics are floats")]
//! Integers as floats, always in the same way.
//!
//! Knows nothing of what is counted. Kept here: an integer below 2^53 becomes itself.

/// Returns the float nearest to a number, or one beside it beyond 2^53.
pub(crate) fn from_u128(number: u128) -> f64 {
    let mut value = 0.0;
    for place in (0..4).rev() {
        let part = u32::try_from((number >> (32 * place)) & 0xFFFF_FFFF).unwrap_or(u32::MAX);
        value = value * 4_294_967_296.0 + f64::from(part);
    }
    value
}

/// Returns the float nearest to a number, or one beside it beyond 2^53.
///
/// # Examples
/// ```
/// use cutover::statistics::from_u64;
/// let (microseconds, second) = (71_304_001, 1_000_000);
/// assert!((from_u64(microseconds) / from_u64(second) - 71.304_001).abs() < 1e-12);
/// assert_eq!(from_u64(1 << 53).to_string(), "9007199254740992");
/// ```
pub fn from_u64(number: u64) -> f64 {
    from_u128(u128::from(number))
}

/// Returns the float nearest to a number, or one beside it beyond 2^53.
pub(crate) fn from_i128(number: i128) -> f64 {
    let size = from_u128(number.unsigned_abs());
    if number < 0 { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_become_themselves_up_to_two_to_the_53rd() {
        assert_eq!(from_u64(9_007_199_254_740_992).to_string(), "9007199254740992");
        assert_eq!(from_u128(1 << 100).to_bits(), libm::pow(2.0, 100.0).to_bits());
        assert_eq!(from_i128(-5).to_string(), "-5");
    }
}
