//! A stable hash of a stream of values, the same on every platform and in every version.
//!
//! Knows nothing of what it is fed. Each word passes a bijection of 64 bits, so two streams of one
//! length that differ in one word alone never collide. It is no defence against someone who wants
//! collisions.

use std::hash::Hasher;

/// A running 64-bit hash.
///
/// Each word is combined with the state by exclusive or, then mixed by the finalizer of
/// `SplitMix64`, then a constant is added so that zeros count. A text is its length in bytes and
/// its bytes, eight to a word, the lowest first, padded with zeros. No value is set apart from its
/// neighbours otherwise, so a list is fed with its length.
///
/// # Examples
/// ```
/// use cutover::kernel::Digest;
/// let mut digest = Digest::new();
/// digest.u64(7).text("orders-1");
/// assert_ne!(digest.finish(), Digest::new().finish());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Digest(u64);

impl Digest {
    /// Returns the digest of nothing.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::Digest;
    /// assert_eq!(Digest::new().finish(), Digest::new().finish());
    /// ```
    pub const fn new() -> Self {
        Self(0x6375_746F_7665_7221)
    }

    /// Adds one word.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::Digest;
    /// assert_ne!(Digest::new().u64(1).finish(), Digest::new().u64(2).finish());
    /// ```
    pub const fn u64(&mut self, word: u64) -> &mut Self {
        self.0 = mix(self.0 ^ word).wrapping_add(0x9E37_79B9_7F4A_7C15);
        self
    }

    /// Adds a text and its length.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::Digest;
    /// let whole = Digest::new().text("ab").finish();
    /// assert_ne!(whole, Digest::new().text("a").text("b").finish());
    /// ```
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.u64(u64::try_from(text.len()).expect("a text fits into memory"));
        for chunk in text.as_bytes().chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.u64(u64::from_le_bytes(word));
        }
        self
    }

    /// Returns the hash of all that was added so far.
    ///
    /// # Examples
    /// ```
    /// let mut digest = cutover::kernel::Digest::new();
    /// let before = digest.finish();
    /// assert_ne!(digest.u64(7).finish(), before);
    /// ```
    pub const fn finish(&self) -> u64 {
        mix(self.0)
    }
}

/// Derived hashes of plain values go through the digest, each integer as one word.
impl Hasher for Digest {
    fn finish(&self) -> u64 {
        Self::finish(self)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.u64(u64::from(*byte));
        }
    }

    fn write_u8(&mut self, word: u8) {
        self.u64(u64::from(word));
    }

    fn write_u16(&mut self, word: u16) {
        self.u64(u64::from(word));
    }

    fn write_u32(&mut self, word: u32) {
        self.u64(u64::from(word));
    }

    fn write_u64(&mut self, word: u64) {
        self.u64(word);
    }

    fn write_u128(&mut self, word: u128) {
        let halves = word.to_le_bytes();
        for half in halves.chunks_exact(8) {
            let half = half.try_into().expect("eight bytes");
            self.u64(u64::from_le_bytes(half));
        }
    }

    fn write_usize(&mut self, word: usize) {
        self.u64(u64::try_from(word).expect("a machine word has at most 64 bits"));
    }

    fn write_isize(&mut self, word: isize) {
        let word = i64::try_from(word).expect("a machine word has at most 64 bits");
        self.u64(u64::from_le_bytes(word.to_le_bytes()));
    }
}

impl Default for Digest {
    fn default() -> Self {
        Self::new()
    }
}

/// Spreads each bit over all 64 and loses none.
const fn mix(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn known_streams_have_known_digests() {
        assert_eq!(mix(0x9E37_79B9_7F4A_7C15), 0xE220_A839_7B1D_CDAF, "the first of SplitMix64");
        let known = [
            (Digest::new().finish(), 0x68F4_2AA0_BDBD_ACC3),
            (Digest::new().u64(0).finish(), 0xADA8_0416_2237_3FA8),
            (Digest::new().u64(1).u64(2).finish(), 0x7292_0426_DD3E_FBAA),
            (Digest::new().text("").finish(), 0xADA8_0416_2237_3FA8),
            (Digest::new().text("orders-1").text("promotion").finish(), 0x217A_9F53_903C_1835),
        ];
        for (found, expected) in known {
            assert_eq!(found, expected, "{found:#018X}");
        }
    }

    #[test]
    fn order_length_and_borders_count() {
        let digests = [
            Digest::new().finish(),
            Digest::new().u64(0).finish(),
            Digest::new().u64(0).u64(0).finish(),
            Digest::new().u64(1).u64(2).finish(),
            Digest::new().u64(2).u64(1).finish(),
            Digest::new().text("ab").text("c").finish(),
            Digest::new().text("a").text("bc").finish(),
            Digest::new().text("abc").finish(),
            Digest::new().text("abc\0").finish(),
        ];
        assert_eq!(BTreeSet::from(digests).len(), digests.len());
    }

    #[test]
    fn one_bit_changes_about_half_of_the_digest() {
        let plain = Digest::new().u64(0).u64(5).finish();
        for bit in 0..64 {
            let changed = (Digest::new().u64(1 << bit).u64(5).finish() ^ plain).count_ones();
            assert!((12..=52).contains(&changed), "bit {bit} changes {changed} bits");
        }
    }
}
