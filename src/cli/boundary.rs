//! The command `boundary`: where an outcome changes as one quantity does.
//!
//! Knows nothing of how changes are looked for. Kept here: a value that the scenario refuses is an
//! error before anything is run.

use super::args::{BoundaryOptions, By, Format};
use super::change::set_words;
use super::exit::Exit;
use super::guard::guarded;
use super::interruption::Interruption;
use super::jobs::jobs;
use super::output;
use super::run::{path, quoted};
use super::stop::Stop;
use crate::report::{self, BoundaryReport};
use crate::scenario::{self, Loaded};
use crate::search::{Aspect, Class, boundaries_until};
use crate::sim;

/// Finds where the outcome of a scenario changes.
pub(crate) fn boundary(options: &BoundaryOptions) -> Result<Exit, Stop> {
    let interruption = Interruption::watch();
    let mut loaded = scenario::load(&options.file).map_err(Stop::input)?;
    let values = options.set.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    loaded.set_all(values).map_err(Stop::usage)?;
    let range = &options.vary;
    for end in [range.low, range.high] {
        loaded.with(&range.key, &end.spelled()).map_err(Stop::usage)?;
    }
    let seed = options.seed.unwrap_or_else(|| loaded.seed());
    let command = repeat(options, seed);
    let judge = |value: u64| class((&loaded, seed), options, value);
    let span = (range.low.get(), range.high.get());
    let is_over = || interruption.is_noted();
    let jobs = jobs(options.jobs);
    let found = guarded(&command, || boundaries_until(span, options.grid, jobs, (judge, is_over)))?;
    if found.tried == 0 {
        return Err(interrupted("interrupted before any run".to_owned()));
    }
    let report = BoundaryReport {
        scenario: &loaded.setup.name,
        seed,
        key: &range.key,
        unit: range.low,
        found: &found,
        repeat: command,
    };
    output::emit(&match options.format {
        Format::Text => report::boundary_text(&report),
        Format::Json => report::boundary_json(&report),
    })?;
    if !found.is_whole {
        let message = format!("interrupted after {} runs, which are told of", found.tried);
        return Err(interrupted(message));
    }
    Ok(if found.intervals.len() > 1 { Exit::Fail } else { Exit::Pass })
}

fn interrupted(message: String) -> Stop {
    Stop { exit: Exit::Interrupted, message }
}

/// Returns how a run comes out with a value; one that the scenario refuses is a class of its own.
fn class((loaded, seed): (&Loaded, u64), options: &BoundaryOptions, value: u64) -> Class {
    let spelled = options.vary.low.with(value).spelled();
    match loaded.with(&options.vary.key, &spelled) {
        Ok(varied) => {
            let outcome = sim::run(&varied.setup, seed);
            let aspect = match options.by {
                By::Events => Aspect::Events,
                By::Verdict => Aspect::Verdict,
            };
            Class::of(&outcome, &varied.judge(&outcome), aspect)
        }
        Err(error) => Class(vec![format!("refused: {error}")]),
    }
}

fn repeat(options: &BoundaryOptions, seed: u64) -> String {
    let range = &options.vary;
    let vary = format!("{}={}..{}", range.key, range.low.spelled(), range.high.spelled());
    let file = quoted(&path(&options.file));
    let mut words = vec![format!("cutover boundary {file} --vary {}", quoted(&vary))];
    if options.by == By::Verdict {
        words.push("--by verdict".to_owned());
    }
    words.push(format!("--grid {} --seed {seed}", options.grid));
    words.extend(set_words(&options.set));
    words.join(" ")
}
