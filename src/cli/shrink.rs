//! The command `shrink`: the smallest scenario that fails for the same reason.
//!
//! Knows nothing of how a scenario is made smaller. Kept here: what is printed as text is a
//! scenario file, and what was shrunk is saved beside it.

use std::fs;
use std::time::Instant;

use super::exit::Exit;
use super::hunt_args::{HuntFormat, ShrinkOptions};
use super::interruption::Interruption;
use super::output;
use super::progress::Progress;
use super::run::{path, quoted};
use super::stop::Stop;
use crate::report::{self, Find};
use crate::scenario;
use crate::search::{self, Conditions, Limits, Shrunk, Wanted};

/// Shrinks a scenario, prints the result, and saves it if asked to.
pub(crate) fn shrink(options: &ShrinkOptions) -> Result<Exit, Stop> {
    let mut loaded = options.change.load(&options.file)?;
    loaded.scenario = loaded.settled();
    // The scenario was read a moment ago; a file that is gone since has no recorded seed.
    let text = fs::read_to_string(&options.file).unwrap_or_default();
    let named = options.seed.or(loaded.scenario.seed);
    let seed = named.unwrap_or_else(|| search::recorded_seed(&text));
    let wanted = options.invariant.map_or(Wanted::Any, Wanted::Invariant);
    let interruption = Interruption::watch();
    let (progress, begun) = (Progress::begin(), Instant::now());
    let stop = || {
        progress.tell(|| format!("shrinking for {} s", begun.elapsed().as_secs()));
        interruption.is_noted()
    };
    let limits = Limits { runs_max: options.runs, stop: &stop };
    let shrunk = quietly(|| search::shrink_wanted(&loaded, seed, wanted, limits));
    progress.end();
    let Some(shrunk) = shrunk else {
        let found = options
            .invariant
            .map_or_else(|| "nothing wrong".to_owned(), |id| format!("no violation of {id}"));
        return Err(Stop::input(format!(
            "{}: found {found} with seed {seed}, expected a scenario that fails",
            options.file.display()
        )));
    };
    let name = minimal_name(&loaded.scenario.name);
    let conditions = Conditions::of(&loaded);
    let file = options.out.as_ref().map(|folder| folder.join("minimal.ron"));
    let shown = file.as_ref().map_or_else(|| "minimal.ron".to_owned(), |file| path(file));
    let find = find(&shrunk, (&name, &shown), conditions, None);
    match options.format {
        HuntFormat::Text => output::emit(&find.text)?,
        HuntFormat::Json => output::emit(&report::shrunk_json(&find))?,
    }
    if let Some(folder) = &options.out {
        loaded.scenario.seed = Some(seed).filter(|seed| *seed != 0);
        let original = scenario::write(&loaded.scenario);
        let json = report::shrunk_json(&find);
        let files =
            [("original.ron", &original), ("minimal.ron", &find.text), ("shrink.json", &json)];
        output::save(folder, &files.map(|(name, text)| (name, text.as_str())))?;
    }
    if interruption.is_noted() {
        let message =
            format!("interrupted after {} runs; what is printed fails still", shrunk.runs);
        return Err(Stop { exit: Exit::Interrupted, message });
    }
    Ok(if shrunk.minimal { Exit::Pass } else { Exit::Inconclusive })
}

/// Returns the name of what a scenario was shrunk to; that of a shrunken one stays.
fn minimal_name(name: &str) -> String {
    if name.ends_with("-minimal") { name.to_owned() } else { format!("{name}-minimal") }
}

/// Returns a find as it is told and saved, under a name and in a file.
pub(super) fn find(
    shrunk: &Shrunk,
    (name, file): (&str, &str),
    conditions: Conditions,
    run: Option<u64>,
) -> Find {
    let text = search::record(shrunk, name, conditions);
    let mutant = conditions.mutant.map(|mutant| format!(" --mutant {}", mutant.card().name));
    let mutant = mutant.unwrap_or_default();
    let repeat = format!("cutover run {} --seed {}{mutant}", quoted(file), shrunk.seed);
    Find { run, seen: 0, shrunk: shrunk.clone(), text, file: None, repeat }
}

/// Does something in which assertions of the simulator may fail, without a word about them.
pub(super) fn quietly<T>(deed: impl FnOnce() -> T) -> T {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let done = deed();
    std::panic::set_hook(hook);
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_once_that_a_scenario_is_minimal() {
        assert_eq!(minimal_name("cut"), "cut-minimal");
        assert_eq!(minimal_name("cut-minimal"), "cut-minimal");
    }
}
