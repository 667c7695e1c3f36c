//! The command `explain` of a saved run: why its worst thing happened.
//!
//! Knows nothing of how a run is saved. Kept here: a run that goes another way by now is told to,
//! before anything is explained.

use std::path::Path;

use super::exit::Exit;
use super::output;
use super::replay::{Replayed, replayed};
use super::stop::Stop;
use crate::report::{self, Report, Style};
use crate::scenario;

/// Explains the worst thing of a saved run.
pub(crate) fn explain(given: &Path) -> Result<Exit, Stop> {
    let Replayed { file, bundle, replay, command } = replayed(given)?;
    if replay.divergence.is_some() {
        output::complain("warning: the run goes another way by now; `cutover replay` tells where");
    }
    let loaded = scenario::parse("the scenario of the bundle", &bundle.scenario);
    let loaded = loaded.map_err(|error| Stop::input(format!("{file}: {error}")))?;
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
