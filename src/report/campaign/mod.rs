//! The result of many runs: a screen for planners, and JSON for programs.
//!
//! * `screen`: the first screen; `json`: everything as data;
//! * `arms`, `comparison`: arms side by side;
//! * `grid`: arms of two keys as a map;
//! * `rare`: how rarely something happens;
//! * `amount`: numbers with their units; `share`: what a whole is made of.
//!
//! Knows nothing of files and of threads. Kept here: every number says how it came about, and a
//! report is a function of header and tally alone.

mod amount;
mod arms;
mod comparison;
mod grid;
mod json;
mod rare;
mod screen;
mod share;

use crate::campaign::{Estimate, Header, Tally, estimates};
use crate::kernel::Digest;

pub use arms::{Arm, Arms};
pub use comparison::{comparison_json, comparison_text, tornado_text};
pub use grid::Grid;
pub use json::campaign_json;
pub use rare::{rare_json, rare_text};
pub use screen::campaign_text;

/// Returns what may be said of every metric of a campaign.
fn said(header: &Header, tally: &Tally) -> Vec<Estimate> {
    let flags: Vec<bool> = header.metrics.iter().map(|one| one.unit == "share").collect();
    estimates(&flags, &tally.metrics)
}

/// Returns the digest of a campaign and its result.
fn digest(header: &Header, tally: &Tally) -> String {
    let text = serde_json::to_string(&(header, tally)).expect("a result can be written");
    format!("{:016x}", Digest::new().text(&text).finish())
}
