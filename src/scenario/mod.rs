//! Scenario files: read, checked, turned into what a run is made from, and held against a run.
//!
//! * `load`, `loaded`: from a file, a text or code to a setup; `file`: what a file may say;
//! * `token`, `locate`, `syntax`: where things are in a text, and what RON refused in it;
//! * `validate`, `problem`, `error`: what makes no sense, with its place and the word meant;
//! * `write`: back to the text of a file; `workload`: rates that change;
//! * `observations`: files of times and spans that a scenario names; `vary`: one quantity by its
//!   key; `recovery`: the same with recovery services;
//! * `metric`: what is measured of a run; `objective`: targets with their metrics found;
//! * `build`: names become ids; `expect`: whether a run did what its scenario expects.
//!
//! Knows nothing of running a setup or of printing results. Kept here: whatever a file holds, the
//! answer is a setup that can run, or errors that name the file, the line and the column.

mod build;
mod error;
mod expect;
mod file;
mod load;
mod loaded;
mod locate;
mod metric;
mod objective;
mod observations;
mod problem;
mod recovery;
#[cfg(test)]
mod sample;
mod syntax;
mod token;
mod validate;
mod vary;
mod workload;
mod write;

pub use error::{Error, Errors};
pub use expect::{ExpectationOutcome, ExpectationVerdict, Judgement, overall};
pub(crate) use expect::{how_missed, one_line, unexcused};
pub use file::{
    Allowance, Client, Connection, Deed, Expectation, Failure, IfMissing, Integration, Level,
    Objective, Occurs, Reader, Scenario, Service, Slot, SlotConsumer, StartPosition, Step, Strikes,
    Target, Trigger, Writer,
};
pub use loaded::{Loaded, SetError, load, parse};
pub use metric::{Metric, SLOS, Unit, measure, metric_rows, metrics};
pub use objective::{Goal, GoalOf, limit_of};
pub use vary::{Quantity, VaryError};
pub use workload::turns;
pub use write::write;
