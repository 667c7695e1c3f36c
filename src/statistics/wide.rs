#![expect(clippy::float_arithmetic, reason = "statistics are floats")]
//! Sums of squares that need more than 128 bits.
//!
//! Knows nothing of what is added. Kept here: additions are exact, so that their order changes no
//! bit.

use serde::{Deserialize, Serialize};

use super::number::from_u128;

/// A whole number of 256 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wide {
    high: u128,
    low: u128,
}

impl Wide {
    /// Returns the square of a number.
    pub(crate) fn square(of: u128) -> Self {
        let half = u128::from(u64::MAX);
        let (high, low) = (of >> 64, of & half);
        let middle = high * low;
        // Twice the middle part lies 64 bits up: 65 bits and more of it belong to the high word.
        let (low, carry) = (low * low).overflowing_add(middle << 65);
        Self { high: high * high + (middle >> 63) + u128::from(carry), low }
    }

    /// Adds another number; what no longer fits stays at the greatest there is.
    pub(crate) fn add(&mut self, other: &Self) {
        let (low, carry) = self.low.overflowing_add(other.low);
        self.low = low;
        self.high = self.high.saturating_add(other.high).saturating_add(u128::from(carry));
    }

    /// Returns the float nearest to the number divided by a power of two, or one beside it.
    pub(crate) fn shifted(&self, bits: i32) -> f64 {
        libm::scalbn(from_u128(self.high), 128 - bits) + libm::scalbn(from_u128(self.low), -bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn squares_of_powers_of_two_are_powers_of_two() {
        assert_eq!(Wide::square(1 << 96), Wide { high: 1 << 64, low: 0 });
        assert_eq!(Wide::square(1 << 63), Wide { high: 0, low: 1 << 126 });
        let most = Wide { high: u128::MAX - 1, low: 1 };
        assert_eq!(Wide::square(u128::MAX), most);
        assert_eq!(Wide::square(1 << 100).shifted(200).to_bits(), 1.0_f64.to_bits());
    }

    proptest! {
        /// By schoolbook multiplication in parts of 32 bits.
        #[test]
        fn squares_and_sums_agree_with_long_multiplication(
            one in any::<u128>(), two in any::<u128>(),
        ) {
            let parts = |of: u128| [0, 32, 64, 96].map(|place| (of >> place) & 0xFFFF_FFFF);
            let mut places = [0_u128; 9];
            for of in [one, two] {
                for (left, a) in parts(of).into_iter().enumerate() {
                    for (right, b) in parts(of).into_iter().enumerate() {
                        places[left + right] += (a * b) & 0xFFFF_FFFF;
                        places[left + right + 1] += (a * b) >> 32;
                    }
                }
            }
            for place in 0..8 {
                places[place + 1] += places[place] >> 32;
                places[place] &= 0xFFFF_FFFF;
            }
            let word = |from: usize| (0..4).map(|at| places[from + at] << (32 * at)).sum::<u128>();
            let mut sum = Wide::square(one);
            sum.add(&Wide::square(two));
            if places[8] == 0 {
                prop_assert_eq!(sum, Wide { high: word(4), low: word(0) });
            }
        }
    }
}
