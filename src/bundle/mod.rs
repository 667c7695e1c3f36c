//! Saved runs: everything that a run was made from, and what happened in it.
//!
//! * `content`: what a bundle holds; `text`: as JSON, and back; `replay`: the run again.
//!
//! Knows nothing of files. Kept here: a bundle needs nothing beside it, no default of a knob and no
//! random stream, so that a later version runs it again or says where it goes another way.

mod content;
mod replay;
mod text;

pub use content::{Bundle, Happening};
pub use replay::{Divergence, Replay, replay};
pub use text::BundleError;
