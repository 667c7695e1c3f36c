//! Reads values that a file spells as text, and finds the word that was probably meant.
//!
//! Knows nothing of the values themselves. The error a reader sees is the one of the value's own
//! `FromStr`, word for word.

use std::fmt::{self, Display};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::Deserializer;
use serde::de::{self, Visitor};

/// Reads a string and parses it, naming `expected` if there is no string.
pub(crate) fn from_text<'de, D, T>(source: D, expected: &'static str) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    source.deserialize_str(Spelled { expected, value: PhantomData })
}

struct Spelled<T> {
    expected: &'static str,
    value: PhantomData<T>,
}

impl<T: FromStr<Err: Display>> Visitor<'_> for Spelled<T> {
    type Value = T;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.expected)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

/// Returns the word of `words` that differs least from `word`, if it is near enough to be meant.
///
/// # Examples
/// ```
/// use cutover::kernel::nearest;
/// assert_eq!(nearest("unifrom", ["uniform", "exponential"]), Some("uniform"));
/// assert_eq!(nearest("zebra", ["uniform", "exponential"]), None);
/// ```
pub fn nearest<'a>(word: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let reach = word.chars().count().div_ceil(3).max(1);
    let near = words.into_iter().map(|known| (distance(word, known), known));
    near.filter(|(edits, _)| *edits <= reach).min().map(|(_, known)| known)
}

/// Counts the insertions, deletions, replacements and swaps of neighbours between two words,
/// where a different case of a letter is no difference.
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().map(|letter| letter.to_ascii_lowercase()).collect();
    let right: Vec<char> = right.chars().map(|letter| letter.to_ascii_lowercase()).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for i in 1..=left.len() {
        let mut next = vec![i];
        for j in 1..=right.len() {
            let replaced = row[j - 1] + usize::from(left[i - 1] != right[j - 1]);
            let mut least = replaced.min(row[j] + 1).min(next[j - 1] + 1);
            if i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut row, next);
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_the_one_with_fewest_edits() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("ab", "ba"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(nearest("HostDeth", ["Hang", "HostDeath", "ProcessCrash"]), Some("HostDeath"));
        assert_eq!(nearest("mib", ["B", "kB", "MiB"]), Some("MiB"));
        assert_eq!(nearest("q", []), None);
    }
}
