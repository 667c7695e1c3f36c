//! How a knob's value is read from text and written back, and how a misspelt name is answered.
//!
//! Knows nothing of particular knobs. Kept here: text read and written again is the same value.

use serde::{Serialize, de::DeserializeOwned};
use thiserror::Error;

/// Why a knob could not be set.
///
/// # Examples
/// ```
/// use cutover::knob::{KnobError, Knobs};
/// let error = Knobs::default().set("dns_tl", "5s").expect_err("there is no such knob");
/// assert!(matches!(error, KnobError::Unknown { nearest: Some("dns_ttl"), .. }));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KnobError {
    /// There is no knob of this name.
    #[error("unknown knob {name:?}{}", hint(*.nearest))]
    Unknown {
        /// The name as it was given.
        name: String,
        /// The nearest name that exists.
        nearest: Option<&'static str>,
    },
    /// The value does not fit the knob.
    #[error("knob {name} cannot be {value:?}: {reason}")]
    Value {
        /// The knob's name.
        name: &'static str,
        /// The value as it was given.
        value: String,
        /// What was expected.
        reason: String,
    },
}

fn hint(nearest: Option<&'static str>) -> String {
    nearest.map_or_else(String::new, |name| format!(" (did you mean {name}?)"))
}

/// Reads a value as a scenario would write it, with or without quotes.
pub(super) fn read<T: DeserializeOwned>(name: &'static str, text: &str) -> Result<T, KnobError> {
    let quoted = ron::from_str::<T>(&format!("{text:?}"));
    let error = match quoted {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    let bare = ron::from_str::<T>(text);
    let is_word = text.starts_with(|letter: char| letter.is_ascii_uppercase());
    bare.map_err(|second| {
        let reason = if is_word { second.code } else { error.code };
        KnobError::Value { name, value: text.to_owned(), reason: reason.to_string() }
    })
}

/// Writes a value so that it can be read again.
pub(super) fn write<T: Serialize>(value: &T) -> String {
    let text = ron::to_string(value).expect("a knob's value is a word, a number or a string");
    text.trim_matches('"').to_owned()
}

#[cfg(test)]
mod tests {
    use crate::knob::{KNOBS, Knobs};

    #[test]
    fn every_default_reads_and_writes_back_as_itself() {
        let mut knobs = Knobs::default();
        for row in KNOBS {
            let text = knobs.get(row.name).expect("a row has a knob");
            assert_eq!(text, row.default, "{}", row.name);
            knobs.set(row.name, &text).expect("a value that was written can be read");
        }
        assert_eq!(knobs, Knobs::default());
    }

    #[test]
    fn a_misspelt_knob_is_answered_with_the_nearest_name() {
        let error = Knobs::default().set("dns_tl", "5s").expect_err("there is no such knob");
        assert_eq!(error.to_string(), "unknown knob \"dns_tl\" (did you mean dns_ttl?)");
    }

    #[test]
    fn a_value_that_does_not_fit_says_what_was_expected() {
        let error = Knobs::default().set("dns_ttl", "5 parsecs").expect_err("not a duration");
        assert!(error.to_string().starts_with("knob dns_ttl cannot be \"5 parsecs\": "), "{error}");
        let error = Knobs::default().set("fencing", "Sometimes").expect_err("not a choice");
        assert!(error.to_string().contains("OnContact"), "{error}");
    }

    #[test]
    fn every_knob_says_what_it_means_and_why() {
        for row in KNOBS {
            assert!(row.meaning.trim_end().ends_with('.'), "{} has no sentence", row.name);
            assert!(!row.basis.text().is_empty(), "{} has no source or reason", row.name);
        }
    }
}
