//! A part of a campaign's result as a file, and parts put together.
//!
//! Knows nothing of folders. Kept here: a file that was cut short or changed is recognised by its
//! digest; parts that overlap, or of different campaigns, are refused; what is missing is listed.

use serde::{Deserialize, Serialize};

use super::header::Header;
use super::plan::{Chunks, Shard};
use super::sealed::{open, seal};
use super::tally::Tally;

/// The format of a part's file.
const FORMAT: &str = "cutover.shard/1";

/// Some chunks of a campaign, and what is kept of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The campaign.
    pub header: Header,
    /// Which part it was asked for as.
    pub shard: Shard,
    /// Its chunks, in order.
    pub chunks: Vec<u64>,
    /// What is kept of them.
    pub tally: Tally,
}

/// Why parts cannot be put together.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PartError {
    /// The text is no part, or was cut short.
    #[error("found no whole shard result: {0}")]
    Unreadable(String),
    /// The digest does not fit the content.
    #[error("found a shard result that was changed after it was written")]
    Changed,
    /// Two parts are of different campaigns.
    #[error("found {what} {found}, expected {expected} as in {first}")]
    Mismatch {
        /// What differs.
        what: &'static str,
        /// What was found.
        found: String,
        /// What the first part has.
        expected: String,
        /// The name of the first part.
        first: String,
    },
    /// Two parts hold the same chunk.
    #[error("found runs {from} to {to} again, which {first} holds as well")]
    Overlap {
        /// The first run of the chunk.
        from: u64,
        /// The last run of the chunk.
        to: u64,
        /// The part that holds it as well.
        first: String,
    },
}

impl Part {
    /// Returns the part as the text of a file.
    pub fn to_text(&self) -> String {
        seal(FORMAT, self)
    }

    /// Returns the part that a file holds.
    ///
    /// # Errors
    /// When the text is none, was cut short, or was changed.
    pub fn from_text(text: &str) -> Result<Self, PartError> {
        open(FORMAT, text)
    }
}

/// Parts put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The campaign.
    pub header: Header,
    /// What is kept of all runs that are there.
    pub tally: Tally,
    /// The chunks that no part holds, in order.
    pub missing: Vec<u64>,
}

/// Puts named parts together, in whatever order they come.
///
/// # Errors
/// The name of the part that does not fit, and why.
pub fn merge(parts: &[(String, Part)]) -> Result<Option<Merged>, (String, PartError)> {
    let Some((first, whole)) = parts.first() else { return Ok(None) };
    let header = &whole.header;
    let shape = (header.metrics.len(), header.invariants.len(), header.goals.len());
    let mut tally = Tally::new(shape.0, shape.1, shape.2);
    for (name, part) in parts {
        if let Some((what, expected, found)) = difference(header, &part.header) {
            let first = first.clone();
            return Err((name.clone(), PartError::Mismatch { what, found, expected, first }));
        }
        tally.merge(&part.tally);
    }
    let held = parts.iter().map(|(name, part)| (name.as_str(), part.chunks.as_slice()));
    let missing = missing(header.chunks, held)?;
    Ok(Some(Merged { header: header.clone(), tally, missing }))
}

/// Returns the chunks that no part holds, in order, of parts with their names.
///
/// # Errors
/// The name of the part that holds what another holds as well, or what there is not.
pub(super) fn missing<'a>(
    chunks: Chunks,
    parts: impl Iterator<Item = (&'a str, &'a [u64])>,
) -> Result<Vec<u64>, (String, PartError)> {
    let mut holders: Vec<Option<&str>> = vec![None; usize::try_from(chunks.count()).unwrap_or(0)];
    for (name, held) in parts {
        for chunk in held {
            let place = usize::try_from(*chunk).ok().and_then(|chunk| holders.get_mut(chunk));
            let Some(place) = place else {
                let found = format!("chunk {chunk} of {}", chunks.count());
                return Err((name.to_owned(), PartError::Unreadable(found)));
            };
            if let Some(holder) = place.replace(name) {
                let runs = chunks.runs_of(*chunk);
                let (from, to, first) = (runs.start, runs.end - 1, holder.to_owned());
                return Err((name.to_owned(), PartError::Overlap { from, to, first }));
            }
        }
    }
    let missing = (0_u64..).zip(&holders).filter(|(_, holder)| holder.is_none());
    Ok(missing.map(|(chunk, _)| chunk).collect())
}

/// Returns what of two headers differs first, with both values.
pub fn difference(one: &Header, two: &Header) -> Option<(&'static str, String, String)> {
    let rare = |of: &Header| of.rare.map_or("none".to_owned(), |rare| format!("{rare:?}"));
    let rows = [
        ("version", one.version.clone(), two.version.clone()),
        ("scenario", one.scenario.clone(), two.scenario.clone()),
        ("inputs", one.inputs.clone(), two.inputs.clone()),
        ("seed", one.seed.to_string(), two.seed.to_string()),
        ("number of runs", one.chunks.runs.to_string(), two.chunks.runs.to_string()),
        ("chunk size", one.chunks.size.to_string(), two.chunks.size.to_string()),
        ("options", one.options.clone(), two.options.clone()),
        ("rare event", rare(one), rare(two)),
        ("file", one.file.clone(), two.file.clone()),
    ];
    let named = rows.into_iter().find(|(_, one, two)| one != two);
    let other = || (one != two).then(|| ("header", "one".to_owned(), "another".to_owned()));
    named.or_else(other)
}
