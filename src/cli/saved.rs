//! The command `explain` of a saved run: why its worst thing happened.
//!
//! Knows nothing of how a run is saved. Kept here: a run that goes another way by now is told to,
//! before anything is explained.

use std::fs;
use std::path::Path;

use super::exit::Exit;
use super::guard::guarded;
use super::output;
use super::replay::FILE;
use super::run::{path, quoted};
use super::stop::Stop;
use crate::bundle::{self, Bundle, BundleError};
use crate::report::{self, Report, Style};
use crate::scenario;

/// Explains the worst thing of a saved run.
pub(crate) fn explain(given: &Path) -> Result<Exit, Stop> {
    let file = if given.is_dir() { given.join(FILE) } else { given.to_owned() };
    let refused =
        |error: &dyn std::fmt::Display| Stop::input(format!("{}: {error}", file.display()));
    let text = fs::read_to_string(&file).map_err(|error| refused(&error))?;
    let bundle: Bundle = text.parse().map_err(|error: BundleError| refused(&error))?;
    let command = format!("cutover replay {}", quoted(&path(given)));
    let replay = guarded(&command, || bundle::replay(&bundle))?.map_err(|error| refused(&error))?;
    if replay.divergence.is_some() {
        output::complain("warning: the run goes another way by now; `cutover replay` tells where");
    }
    let loaded = scenario::parse("the scenario of the bundle", &bundle.scenario);
    let loaded = loaded.map_err(|error| refused(&error))?;
    let expectations = loaded.judge(&replay.outcome);
    let report = Report {
        story: &loaded.scenario.story,
        outcome: &replay.outcome,
        expectations: &expectations,
        judgement: scenario::overall(&replay.outcome, &expectations),
        repeat: command,
        sensitivities: None,
    };
    output::emit(&report::explanation(&report, Style::PLAIN))?;
    Ok(if replay.divergence.is_some() { Exit::Diverged } else { Exit::Pass })
}
