//! The buckets of a histogram whose width grows with the value: 128 to each doubling.
//!
//! Knows nothing of what is counted. Kept here: the bounds are part of the format of results, so
//! they never change; a value below 128 has a bucket of its own.

/// How many bits of a value its bucket keeps below the leading one.
const KEPT: u32 = 7;

/// Returns the bucket of a value.
///
/// # Examples
/// ```
/// use cutover::campaign::bucket;
/// assert_eq!(bucket(100), 100);
/// assert_eq!(bucket(256), bucket(257));
/// assert_eq!(bucket(512) - bucket(256), 128);
/// ```
pub fn bucket(value: u64) -> u16 {
    let small = 1_u64 << KEPT;
    if value < small {
        return u16::try_from(value).expect("it is small");
    }
    let shift = value.ilog2() - KEPT;
    let within = (value >> shift) - small;
    let index = u64::from(shift + 1) * small + within;
    u16::try_from(index).expect("a word has less than eight thousand buckets")
}

/// Returns the least and the greatest value of a bucket.
///
/// # Examples
/// A minute in microseconds is known to a 128th of itself:
/// ```
/// use cutover::campaign::{bounds, bucket};
/// let (least, greatest) = bounds(bucket(60_000_000));
/// assert!((least..=greatest).contains(&60_000_000));
/// assert!(greatest - least < 60_000_000 / 128);
/// ```
pub fn bounds(bucket: u16) -> (u64, u64) {
    let small = 1_u64 << KEPT;
    let index = u64::from(bucket);
    if index < small {
        return (index, index);
    }
    let shift = index / small - 1;
    let least = (small + index % small) << shift;
    (least, least + ((1_u64 << shift) - 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_nanosecond_to_ten_years_takes_the_known_number_of_buckets() {
        // Ten years of nanoseconds lie in the 59th octave: 128 buckets and 52 octaves of 128.
        let ten_years = 10 * 365 * 86_400 * 1_000_000_000_u64;
        let last = bucket(ten_years) | 127;
        assert_eq!(u32::from(last) + 1, 6_784);
        assert_eq!(bounds(bucket(u64::MAX)).1, u64::MAX);
    }

    #[test]
    fn a_bucket_is_at_most_a_128th_of_its_values() {
        for index in 128..=bucket(u64::MAX) {
            let (least, greatest) = bounds(index);
            assert!(greatest - least < least / 128 + 1, "{index}");
            // The middle is off by at most one part in 257.
            let off = (greatest - least).div_ceil(2);
            assert!(u128::from(off) * 257 <= u128::from(least + off) + 257, "{index}");
        }
    }

    proptest! {
        #[test]
        fn every_value_lies_in_its_bucket_and_no_other(value in any::<u64>(), shift in 0..64_u32) {
            let value = value >> shift;
            let (least, greatest) = bounds(bucket(value));
            prop_assert!(least <= value && value <= greatest);
            prop_assert_eq!((bucket(least), bucket(greatest)), (bucket(value), bucket(value)));
            if let Some(next) = greatest.checked_add(1) {
                prop_assert_eq!(bucket(next), bucket(value) + 1);
            }
        }
    }
}
