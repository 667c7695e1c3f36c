//! Reading values of knobs that are either a word or a quantity.
//!
//! Knows nothing of particular knobs. Kept here: what a file may say is what the value's own
//! spelling says, and an error names the word beside the quantity.

use std::fmt::Display;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, de};

/// Reads a value that is a quantity or this word.
pub(super) fn read_or<'de, D, T>(deserializer: D, word: &str) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|error| de::Error::custom(format!("{error}, or {word:?}")))
}
