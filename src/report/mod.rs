//! What is told of a run: a screen for people, a timeline, and JSON for programs.
//!
//! Knows nothing of files, terminals or the command line. Kept here: a report is a function of its
//! input alone, and every number in it is a number of the outcome.
//!
//! | file | duty |
//! |---|---|
//! | `findings.rs` | what a report is made from |
//! | `headline.rs`, `screen.rs`, `section/` | the first screen, section by section |
//! | `explain/` | why the worst thing happened |
//! | `timeline.rs` | everything that happened |
//! | `json.rs`, `record.rs`, `side_by_side.rs` | everything as data |
//! | `sensitivity.rs`, `downtime.rs` | which undocumented values matter; outages added up |
//! | `boundary.rs`, `mutation.rs` | where an outcome changes; which planted fault is caught |
//! | `contracts.rs` | which statements of the documents runs uphold |
//! | `hunt.rs` | what a search found |
//! | `replay.rs` | a saved run that was run again |
//! | `campaign/` | many runs, and arms side by side |
//! | `suite/` | a folder of scenarios as a test suite |
//! | `page.rs`, `table.rs`, `wrap.rs` | lines of 80 columns |
//! | `style.rs`, `wording.rs` | colours, words for quantities |

mod boundary;
mod campaign;
mod contracts;
mod downtime;
mod explain;
mod findings;
#[cfg(test)]
mod fixture;
mod headline;
mod hunt;
mod json;
mod mutation;
mod page;
mod record;
mod replay;
mod screen;
mod section;
mod sensitivity;
mod side_by_side;
mod style;
mod suite;
mod table;
mod timeline;
mod wording;
mod wrap;

pub use boundary::{BoundaryReport, boundary_json, boundary_text};
pub use campaign::{
    Arm, Arms, Grid, campaign_json, campaign_text, comparison_json, comparison_text, rare_json,
    rare_text, tornado_text,
};
pub use contracts::{contracts_json, contracts_markdown, contracts_text};
pub use explain::explanation;
pub use findings::Report;
pub use headline::headline;
pub use hunt::{Find, Gone, Hunt, hunt_json, hunt_text, shrunk_json};
pub use json::json;
pub use mutation::{mutation_json, mutation_text};
pub use replay::{replay_json, replay_text};
pub use screen::screen;
pub use sensitivity::{Sensitivity, Variation, sensitivities};
#[cfg(feature = "cli")]
pub(crate) use sensitivity::{doubled, halved};
pub use style::Style;
pub use suite::{
    SuiteCase, SuiteCheck, SuiteResult, Unreached, junit, suite_json, suite_text, tap, unreached,
};
pub use timeline::timeline;

#[cfg(feature = "cli")]
pub(crate) use page::Page;
#[cfg(feature = "cli")]
pub(crate) use style::Ink;
#[cfg(feature = "cli")]
pub(crate) use table::Table;
#[cfg(feature = "cli")]
pub(crate) use wording::{counted, many};
