//! The command `mutate`: scenarios against planted faults.
//!
//! Knows nothing of what a planted fault does. Kept here: a scenario that cannot be read is an
//! error before anything is run.

use super::args::{Format, MutateOptions};
use super::exit::Exit;
use super::guard::guarded;
use super::interruption::Interruption;
use super::jobs::jobs;
use super::output;
use super::run::{path, quoted};
use super::stop::Stop;
use super::validate::scenarios;
use crate::report;
use crate::scenario::{self, Loaded};
use crate::search;

/// Runs every scenario with every planted fault, and says who caught whom.
pub(crate) fn mutate(options: &MutateOptions) -> Result<Exit, Stop> {
    let interruption = Interruption::watch();
    let suite = suite(options)?;
    let command = repeat("mutate", options);
    let is_over = || interruption.is_noted();
    let (jobs, all) = (jobs(options.jobs), suite.len());
    let (matrix, done) =
        guarded(&command, || search::mutate_until(&suite, options.seed, jobs, is_over))?;
    let interrupted = |message: String| Stop { exit: Exit::Interrupted, message };
    if done == 0 && all > 0 {
        let told = "interrupted before any scenario was run with every planted fault";
        return Err(interrupted(told.to_owned()));
    }
    output::emit(&match options.format {
        Format::Text => report::mutation_text(&matrix, done),
        Format::Json => report::mutation_json(&matrix, done),
    })?;
    if done < all {
        let told = format!("interrupted after {done} of {all} scenarios, which are told of");
        return Err(interrupted(format!("{told}\nthe others may catch what survives here")));
    }
    Ok(if matrix.is_complete() { Exit::Pass } else { Exit::Fail })
}

/// Returns the scenarios of all paths by their names.
pub(super) fn suite(options: &MutateOptions) -> Result<Vec<(String, Loaded)>, Stop> {
    let mut suite = Vec::new();
    for path in &options.paths {
        let told = path.display();
        let files = scenarios(path).map_err(|error| Stop::input(format!("{told}: {error}")))?;
        if files.is_empty() {
            return Err(Stop::input(format!("{told}: found no scenario, expected .ron files")));
        }
        for file in files {
            let loaded = scenario::load(&file).map_err(Stop::input)?;
            suite.push((loaded.scenario.name.clone(), loaded));
        }
    }
    Ok(suite)
}

/// Returns the command that does the same again.
pub(super) fn repeat(command: &str, options: &MutateOptions) -> String {
    let paths: Vec<String> = options.paths.iter().map(|one| quoted(&path(one))).collect();
    format!("cutover {command} {} --seed {}", paths.join(" "), options.seed)
}
