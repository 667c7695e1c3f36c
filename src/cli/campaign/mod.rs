//! The commands over many runs: `campaign`, `merge` and `compare`.
//!
//! * `options`: what can be asked for; `runner`: chunks on several threads;
//! * `store`: chunks on disk;
//! * `command`, `merge`, `compare`: one command each; `arms`: what is compared;
//! * `rare`: what is asked that is rare.
//!
//! Knows nothing of statistics and of how results read. Kept here: the number of threads changes
//! nothing but the time, and whatever was finished before an end is kept where it was asked to be.

mod arms;
mod command;
mod compare;
mod merge;
pub(super) mod options;
mod rare;
mod runner;
mod store;

pub(crate) use command::campaign;
pub(crate) use compare::compare;
pub(crate) use merge::merge;
