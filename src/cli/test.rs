//! The command `test`: scenario files and folders as a test suite.
//!
//! Knows nothing of formats. Kept here: cases come in the order of the paths given and of the names
//! in a folder, on any number of threads, and the exit code is the gravest that applies.

use std::path::Path;

use super::args::{SuiteFormat, TestOptions};
use super::exit::Exit;
use super::guard::guarded;
use super::jobs::jobs;
use super::output;
use super::run::{path, quoted};
use super::stop::Stop;
use super::validate::scenarios;
use crate::parallel;
use crate::report::{self, Report, SuiteCase, SuiteResult};
use crate::scenario;
use crate::sim;

/// Runs every scenario against its own expectations.
pub(crate) fn test(options: &TestOptions) -> Result<Exit, Stop> {
    let mut files = Vec::new();
    for path in &options.paths {
        match scenarios(path) {
            Ok(found) if found.is_empty() => {
                let path = path.display();
                return Err(Stop::input(format!("{path}: found no scenario, expected .ron files")));
            }
            Ok(found) => files.extend(found),
            Err(error) => return Err(Stop::input(format!("{}: {error}", path.display()))),
        }
    }
    let cases = parallel::map(&files, jobs(options.jobs), |file| case(file, options.seed));
    let cases: Vec<SuiteCase> = cases.into_iter().collect::<Result<_, Stop>>()?;
    output::emit(&match options.format {
        SuiteFormat::Text => report::suite_text(&cases, options.coverage),
        SuiteFormat::Json => report::suite_json(&cases),
        SuiteFormat::Junit => report::junit(&cases),
        SuiteFormat::Tap => report::tap(&cases),
    })?;
    let exits = cases.iter().map(|case| match case.result {
        SuiteResult::Passed => Exit::Pass,
        SuiteResult::Failed => Exit::Fail,
        SuiteResult::Inconclusive => Exit::Inconclusive,
        SuiteResult::Refused => Exit::Input,
    });
    Ok(exits.fold(Exit::Pass, Exit::graver))
}

fn case(file: &Path, asked: Option<u64>) -> Result<SuiteCase, Stop> {
    let name = file.display().to_string();
    let repeat = |seed: u64| format!("cutover run {} --seed {seed}", quoted(&path(file)));
    let loaded = match scenario::load(file) {
        Ok(loaded) => loaded,
        Err(errors) => {
            let seed = asked.unwrap_or(0);
            return Ok(SuiteCase::refused(name, &errors.to_string(), repeat(seed), seed));
        }
    };
    let seed = asked.unwrap_or_else(|| loaded.seed());
    let repeat = repeat(seed);
    let outcome = guarded(&repeat, || sim::run(&loaded.setup, seed))?;
    let expectations = loaded.judge(&outcome);
    let report = Report {
        story: &loaded.scenario.story,
        outcome: &outcome,
        expectations: &expectations,
        judgement: scenario::overall(&outcome, &expectations),
        repeat,
        sensitivities: None,
    };
    Ok(SuiteCase::of(name, &report))
}
