//! The record of a run: what is noted of each event, and the digest over it.
//!
//! * `note`: notes, the record that holds them, and the fingerprint;
//! * `word`, `order_word`: how a note is digested.
//!
//! Knows nothing of how it is printed. Kept here: a record is complete or it is not kept at all.

mod note;
mod order_word;
#[cfg(test)]
mod sample;
mod word;

pub(crate) use note::Trace;
pub use note::{Note, SlotNews, What};
