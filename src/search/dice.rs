//! Random choices for scenarios, from a seed or from given bytes.
//!
//! Knows nothing of what is chosen. Kept here: a choice depends on the source and on how many were
//! made before it, and any bytes at all are a source.

use crate::kernel::Chance;

/// A source of random choices.
///
/// # Examples
/// ```
/// use cutover::search::Dice;
/// let mut one = Dice::seeded(7, "faults");
/// let mut other = Dice::seeded(7, "faults");
/// assert_eq!(one.below(1_000), other.below(1_000));
/// assert_eq!(Dice::of_bytes(&[3, 1]).below(2), 1);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dice(Source);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    Seeded { chance: Chance, name: String, drawn: u64 },
    Bytes(Vec<u8>),
}

impl Dice {
    /// Returns choices that depend on a seed and on what they are for.
    ///
    /// # Examples
    /// ```
    /// use cutover::search::Dice;
    /// let (mut one, mut other) = (Dice::seeded(7, "faults"), Dice::seeded(7, "clients"));
    /// assert_ne!(one.below(u64::MAX), other.below(u64::MAX));
    /// ```
    pub fn seeded(seed: u64, name: &str) -> Self {
        let chance = Chance::new(seed, 0);
        Self(Source::Seeded { chance, name: name.to_owned(), drawn: 0 })
    }

    /// Returns choices that are read off bytes, the first byte first; behind the last all are the
    /// first of those there are.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(cutover::search::Dice::of_bytes(&[3, 1]).below(10), 3);
    /// ```
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self(Source::Bytes(bytes.iter().rev().copied().collect()))
    }

    /// Returns a number below another.
    ///
    /// # Panics
    /// When the other one is zero.
    ///
    /// # Examples
    /// ```
    /// let mut dice = cutover::search::Dice::seeded(7, "faults");
    /// assert!((0..100).all(|_| dice.below(6) < 6));
    /// ```
    pub fn below(&mut self, end: u64) -> u64 {
        match &mut self.0 {
            Source::Seeded { chance, name, drawn } => {
                let word = u128::from(chance.word("search", name, *drawn));
                *drawn += 1;
                let below = (word * u128::from(end)) >> 64;
                u64::try_from(below).expect("it is below a number of 64 bits")
            }
            Source::Bytes(bytes) => {
                let size = (u64::BITS - (end - 1).leading_zeros()).div_ceil(8);
                let word =
                    (0..size).fold(0, |word, _| word << 8 | u64::from(bytes.pop().unwrap_or(0)));
                word % end
            }
        }
    }

    /// Returns a number from the first to the last, both included.
    ///
    /// # Panics
    /// When the last comes before the first.
    ///
    /// # Examples
    /// ```
    /// let mut dice = cutover::search::Dice::seeded(7, "faults");
    /// assert!((0..100).all(|_| (3..=5).contains(&dice.within(3, 5))));
    /// ```
    pub fn within(&mut self, first: u64, last: u64) -> u64 {
        assert!(first <= last, "the last number comes before the first");
        let count = last - first;
        first + if count == u64::MAX { self.below(count) } else { self.below(count + 1) }
    }

    /// Returns true once in so many times.
    ///
    /// # Examples
    /// ```
    /// let mut dice = cutover::search::Dice::seeded(7, "faults");
    /// let times = (0..1_000).filter(|_| dice.once_in(10)).count();
    /// assert!((50..200).contains(&times));
    /// ```
    pub fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == times - 1
    }

    /// Returns one of some things.
    ///
    /// # Panics
    /// When there are none.
    ///
    /// # Examples
    /// ```
    /// let mut dice = cutover::search::Dice::seeded(7, "faults");
    /// assert!("abc".contains(*dice.one_of(&['a', 'b', 'c'])));
    /// ```
    pub fn one_of<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        let count = u64::try_from(things.len()).expect("a list fits the memory");
        &things[usize::try_from(self.below(count)).expect("a list fits the memory")]
    }

    /// Returns a number of any size up to a last one: small ones are as likely as large ones.
    ///
    /// # Examples
    /// ```
    /// let mut dice = cutover::search::Dice::seeded(7, "faults");
    /// assert!((0..100).all(|_| dice.of_any_size(1_000) <= 1_000));
    /// ```
    pub fn of_any_size(&mut self, last: u64) -> u64 {
        let bits = self.below(u64::from(u64::BITS - last.leading_zeros()) + 1);
        let end = if bits >= 64 { u64::MAX } else { 1 << bits };
        self.below(end).min(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_the_bytes_are_choices_are_made_of_them() {
        let mut dice = Dice::of_bytes(&[255, 1, 2]);
        assert_eq!(dice.below(10), 5);
        assert_eq!(dice.below(1_000), 258);
        assert_eq!((dice.below(10), dice.within(3, 9), dice.once_in(2)), (0, 3, false));
        assert_eq!(dice.below(1), 0);
        assert_eq!(Dice::of_bytes(&[9; 20]).below(u64::MAX), 0x0909_0909_0909_0909);
    }

    #[test]
    fn every_choice_comes_up() {
        let mut dice = Dice::seeded(1, "choices");
        let mut seen = [0; 6];
        for _ in 0..600 {
            seen[usize::try_from(dice.below(6)).expect("it is small")] += 1;
        }
        assert!(seen.iter().all(|count| *count > 60), "{seen:?}");
        let sizes: Vec<u64> = (0..400).map(|_| dice.of_any_size(1_000_000)).collect();
        assert!(sizes.iter().any(|size| *size < 10) && sizes.iter().any(|size| *size > 500_000));
        assert!(sizes.iter().all(|size| *size <= 1_000_000));
    }
}
