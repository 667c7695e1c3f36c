//! What was computed, as text with a digest, so that what was cut short or changed is recognised.
//!
//! Knows nothing of what is kept. Kept here: what is read back is what was written, to the bit.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::part::PartError;
use crate::kernel::Digest;

/// What every file begins with.
#[derive(Deserialize)]
struct Kind {
    format: String,
}

/// A part with what recognises it.
#[derive(Serialize, Deserialize)]
struct Sealed<T> {
    format: String,
    digest: String,
    part: T,
}

fn digest<T: Serialize>(part: &T) -> String {
    let text = serde_json::to_string(part).expect("a part can be written");
    format!("{:016x}", Digest::new().text(&text).finish())
}

/// Returns a part as the text of a file of a format.
pub(super) fn seal<T: Serialize>(format: &str, part: &T) -> String {
    let sealed = Sealed { format: format.to_owned(), digest: digest(part), part };
    serde_json::to_string(&sealed).expect("a part can be written") + "\n"
}

/// Returns whether a text begins as a file of a format does.
pub(super) fn is_of(format: &str, text: &str) -> bool {
    text.starts_with(&format!("{{\"format\":\"{format}\""))
}

/// Returns the part that a file of a format holds.
///
/// # Errors
/// When the text is none, was cut short, or was changed.
pub(super) fn open<T: Serialize + DeserializeOwned>(
    format: &str,
    text: &str,
) -> Result<T, PartError> {
    let unreadable = |error: serde_json::Error| PartError::Unreadable(error.to_string());
    let kind: Kind = serde_json::from_str(text).map_err(unreadable)?;
    if kind.format != format {
        let found = format!("format {}, expected {format}", kind.format);
        return Err(PartError::Unreadable(found));
    }
    let sealed: Sealed<T> = serde_json::from_str(text).map_err(unreadable)?;
    if digest(&sealed.part) != sealed.digest {
        return Err(PartError::Changed);
    }
    Ok(sealed.part)
}
