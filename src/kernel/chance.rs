//! Random words by name: what is drawn depends on what it is for, never on what else was drawn.
//!
//! Knows nothing of durations or of what is decided by a word. A word is a pure function of seed,
//! run, purpose, name and counter.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::digest::Digest;

/// The random words of one run.
///
/// The words are those of `ChaCha8`: the key is the seed, the run and a constant; the stream is
/// the [`Digest`] of purpose and name; the position is the counter. So adding a node, a fault or a
/// draw shifts no other draw.
///
/// # Examples
/// ```
/// use cutover::kernel::Chance;
/// let chance = Chance::new(1, 0);
/// let word = chance.word("promotion", "orders-2", 0);
/// assert_eq!(Chance::new(1, 0).word("promotion", "orders-2", 0), word);
/// assert_ne!(chance.word("promotion", "orders-2", 1), word);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Chance {
    seed: u64,
    run: u64,
}

impl Chance {
    /// Returns the words of run number `run` of a campaign with this seed.
    pub const fn new(seed: u64, run: u64) -> Self {
        Self { seed, run }
    }

    /// Returns word number `counter` of what is drawn for `purpose` by the entity `name`.
    pub fn word(&self, purpose: &str, name: &str, counter: u64) -> u64 {
        let mut source = ChaCha8Rng::from_seed(self.key());
        source.set_stream(Digest::new().text(purpose).text(name).finish());
        source.set_word_pos(u128::from(counter) * 2);
        source.next_u64()
    }

    fn key(&self) -> [u8; 32] {
        let mut key = *b"................cutover's chance";
        key[..8].copy_from_slice(&self.seed.to_le_bytes());
        key[8..16].copy_from_slice(&self.run.to_le_bytes());
        key
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn known_draws_have_known_words() {
        let chance = Chance::new(42, 7);
        let known = [
            (chance.word("promotion", "orders-2", 0), 0xDE97_4611_32CD_A2A2),
            (chance.word("promotion", "orders-2", 1), 0xAC31_A68B_EABF_69EC),
            (chance.word("restore", "orders-3", 1_000_000_007), 0xC421_06C8_3905_20CB),
            (chance.word("", "", u64::MAX), 0xC0ED_EBE6_57D1_6725),
        ];
        for (found, expected) in known {
            assert_eq!(found, expected, "{found:#018X}");
        }
    }

    #[test]
    fn single_draws_are_the_words_of_one_stream_in_order() {
        let chance = Chance::new(3, 9);
        let mut stream = ChaCha8Rng::from_seed(chance.key());
        stream.set_stream(Digest::new().text("heartbeat").text("orders-1").finish());
        for counter in 0..100 {
            let word = stream.next_u64();
            assert_eq!(chance.word("heartbeat", "orders-1", counter), word, "{counter}");
        }
        stream.set_word_pos(2 * 0x0001_0000_0000_0000);
        let far = chance.word("heartbeat", "orders-1", 0x0001_0000_0000_0000);
        assert_eq!(far, stream.next_u64());
    }

    #[test]
    fn draws_of_others_shift_nothing() {
        let chance = Chance::new(5, 0);
        let alone: Vec<u64> = (0..20).map(|n| chance.word("restore", "orders-3", n)).collect();
        let among: Vec<u64> = (0..20)
            .map(|n| {
                chance.word("restore", "orders-1", n);
                chance.word("promotion", "orders-3", 20 - n);
                chance.word("restore", "orders-3", n)
            })
            .collect();
        assert_eq!(alone, among);
    }

    #[test]
    fn seed_run_purpose_name_and_counter_all_count() {
        let words = [
            Chance::new(0, 0).word("a", "b", 0),
            Chance::new(1, 0).word("a", "b", 0),
            Chance::new(0, 1).word("a", "b", 0),
            Chance::new(0, 0).word("ab", "", 0),
            Chance::new(0, 0).word("b", "a", 0),
            Chance::new(0, 0).word("a", "b", 1),
        ];
        assert_eq!(BTreeSet::from(words).len(), words.len());
    }
}
