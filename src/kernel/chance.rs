//! Random words by name: what is drawn depends on what it is for, never on what else was drawn.
//!
//! Knows nothing of durations or of what is decided by a word. A word is a pure function of seed,
//! run, purpose, name and counter.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

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
#[derive(Clone, Debug)]
pub struct Chance {
    seed: u64,
    run: u64,
    source: Source,
}

/// A random word with what it was drawn for.
///
/// # Examples
/// ```
/// use cutover::kernel::Chance;
/// let chance = Chance::recorded(7, 0);
/// let word = chance.word("host_boot", "orders-1", 3);
/// let draw = &chance.draws()[0];
/// assert_eq!((draw.counter, draw.word), (3, word));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Draw {
    /// What it was drawn for.
    pub purpose: String,
    /// By whom.
    pub name: String,
    /// Which of the draws for this purpose by this name it is.
    pub counter: u64,
    /// The word.
    pub word: u64,
}

/// Purpose, name and counter of a draw.
type Drawn = (String, String, u64);

/// Where words come from, and whether they are remembered.
#[derive(Clone, Debug)]
enum Source {
    Seeded,
    /// Words are noted when they are drawn. A word is a function of its name, so it does not matter
    /// in which order, or by which copy of a run, it is noted.
    Recorded(Arc<Mutex<BTreeMap<Drawn, u64>>>),
    /// Words are those of a record; the seed is asked for words that it does not hold, which are
    /// noted.
    Replayed(Arc<BTreeMap<Drawn, u64>>, Arc<Mutex<BTreeMap<Drawn, u64>>>),
}

impl Chance {
    /// Returns the words of run number `run` of a campaign with this seed.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::Chance;
    /// let word = |run| Chance::new(7, run).word("host_boot", "orders-1", 0);
    /// assert_eq!(word(0), word(0));
    /// assert_ne!(word(0), word(1));
    /// ```
    pub const fn new(seed: u64, run: u64) -> Self {
        Self { seed, run, source: Source::Seeded }
    }

    /// Returns the words of a run, which are noted as they are drawn.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::Chance;
    /// let chance = Chance::recorded(1, 0);
    /// let word = chance.word("promotion", "orders-2", 0);
    /// let draws = chance.draws();
    /// assert_eq!((draws.len(), draws[0].word), (1, word));
    ///
    /// let other = Chance::replayed(99, 0, draws);
    /// assert_eq!(other.word("promotion", "orders-2", 0), word);
    /// assert!(other.draws().is_empty());
    /// other.word("promotion", "orders-3", 0);
    /// assert_eq!(other.draws()[0].name, "orders-3");
    /// ```
    pub fn recorded(seed: u64, run: u64) -> Self {
        Self { seed, run, source: Source::Recorded(Arc::default()) }
    }

    /// Returns the words of a record; words that it does not hold are drawn and noted.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::Chance;
    /// let chance = Chance::recorded(7, 0);
    /// let word = chance.word("host_boot", "orders-1", 0);
    /// let again = Chance::replayed(8, 0, chance.draws());
    /// assert_eq!(again.word("host_boot", "orders-1", 0), word);
    /// ```
    pub fn replayed(seed: u64, run: u64, draws: impl IntoIterator<Item = Draw>) -> Self {
        let words =
            draws.into_iter().map(|draw| ((draw.purpose, draw.name, draw.counter), draw.word));
        Self { seed, run, source: Source::Replayed(Arc::new(words.collect()), Arc::default()) }
    }

    /// Returns the seed.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(cutover::kernel::Chance::new(7, 0).seed(), 7);
    /// ```
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Returns the words that were noted, in the order of their names.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::Chance;
    /// let chance = Chance::recorded(7, 0);
    /// chance.word("host_boot", "orders-1", 0);
    /// assert_eq!(chance.draws()[0].name, "orders-1");
    /// ```
    pub fn draws(&self) -> Vec<Draw> {
        let (Source::Recorded(noted) | Source::Replayed(_, noted)) = &self.source else {
            return Vec::new();
        };
        // Whoever failed an assertion between two words left both whole.
        let noted = noted.lock().unwrap_or_else(PoisonError::into_inner);
        let draws = noted.iter().map(|((purpose, name, counter), word)| Draw {
            purpose: purpose.clone(),
            name: name.clone(),
            counter: *counter,
            word: *word,
        });
        draws.collect()
    }

    /// Returns word number `counter` of what is drawn for `purpose` by the entity `name`.
    ///
    /// # Examples
    /// ```
    /// use cutover::kernel::Chance;
    /// let chance = Chance::new(7, 0);
    /// let word = |node| chance.word("host_boot", node, 0);
    /// assert_ne!(word("orders-1"), word("orders-2"));
    /// ```
    pub fn word(&self, purpose: &str, name: &str, counter: u64) -> u64 {
        let noted = match &self.source {
            Source::Seeded => return self.drawn(purpose, name, counter),
            Source::Recorded(noted) => noted,
            Source::Replayed(words, noted) => {
                let key = (purpose.to_owned(), name.to_owned(), counter);
                if let Some(word) = words.get(&key) {
                    return *word;
                }
                noted
            }
        };
        let word = self.drawn(purpose, name, counter);
        let mut noted = noted.lock().unwrap_or_else(PoisonError::into_inner);
        noted.insert((purpose.to_owned(), name.to_owned(), counter), word);
        word
    }

    fn drawn(&self, purpose: &str, name: &str, counter: u64) -> u64 {
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

/// What was noted is no part of it: that is the same for the same words.
impl PartialEq for Chance {
    fn eq(&self, other: &Self) -> bool {
        let words = |chance: &Self| match &chance.source {
            Source::Seeded | Source::Recorded(_) => None,
            Source::Replayed(words, _) => Some(Arc::clone(words)),
        };
        (self.seed, self.run, words(self)) == (other.seed, other.run, words(other))
    }
}

impl Eq for Chance {}

impl Hash for Chance {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.seed, self.run).hash(state);
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
