//! The command `contracts`: what the documents say, held against runs.
//!
//! Knows nothing of what is said. Kept here: a scenario that cannot be read is an error before
//! anything is run.

use super::args::{Format, MutateOptions};
use super::exit::Exit;
use super::guard::guarded;
use super::jobs::jobs;
use super::mutate::{repeat, suite};
use super::output;
use super::stop::Stop;
use crate::contract::{self, Verdict};
use crate::report;

/// Runs scenarios and says which statements of the documents they uphold or refute.
pub(crate) fn contracts(options: &MutateOptions) -> Result<Exit, Stop> {
    let suite = suite(options)?;
    let command = repeat("contracts", options);
    let standings =
        guarded(&command, || contract::judge(&suite, options.seed, jobs(options.jobs)))?;
    output::emit(&match options.format {
        Format::Text => report::contracts_text(&standings),
        Format::Json => report::contracts_json(&standings),
    })?;
    let all = |verdict| standings.iter().any(|standing| standing.verdict == verdict);
    Ok(match (all(Verdict::Refuted), all(Verdict::NotExercised)) {
        (true, _) => Exit::Fail,
        (false, true) => Exit::Inconclusive,
        (false, false) => Exit::Pass,
    })
}
