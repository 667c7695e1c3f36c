//! The command `replay`: a saved run again.
//!
//! Knows nothing of how a bundle is made. Kept here: a run that goes another way is told by its
//! first event that differs, and by an exit code of its own.

use std::fs;
use std::path::Path;

use super::exit::Exit;
use super::guard::guarded;
use super::hunt_args::ReplayOptions;
use super::output;
use super::run::{path, quoted};
use super::stop::Stop;
use crate::bundle::{self, Bundle, BundleError, Happening, Replay};
use crate::report::counted;

/// The file of a folder that was saved with `--out`.
pub(super) const FILE: &str = "bundle.json";

/// Runs a saved run again and says whether it goes the same way.
pub(crate) fn replay(options: &ReplayOptions) -> Result<Exit, Stop> {
    let given = &options.bundle;
    let file = if given.is_dir() { given.join(FILE) } else { given.clone() };
    let refused =
        |error: &dyn std::fmt::Display| Stop::input(format!("{}: {error}", file.display()));
    let text = fs::read_to_string(&file).map_err(|error| refused(&error))?;
    let bundle: Bundle = text.parse().map_err(|error: BundleError| refused(&error))?;
    let command = format!("cutover replay {}", quoted(&path(given)));
    let replay = guarded(&command, || bundle::replay(&bundle))?.map_err(|error| refused(&error))?;
    output::emit(&told(&file, &bundle, &replay))?;
    Ok(if replay.divergence.is_some() { Exit::Diverged } else { Exit::Pass })
}

fn told(file: &Path, bundle: &Bundle, replay: &Replay) -> String {
    let all = u64::try_from(bundle.happenings.len()).unwrap_or(u64::MAX);
    let mut lines = Vec::new();
    match &replay.divergence {
        None => lines.push(format!(
            "SAME {} of {}; fingerprint {:016x}",
            counted(all, "event"),
            file.display(),
            replay.outcome.fingerprint
        )),
        Some(divergence) => {
            lines.push(format!(
                "DIVERGED at event {} of {all} of {}, recorded by cutover {}",
                divergence.number,
                file.display(),
                bundle.version,
            ));
            lines.push(format!("  then  {}", event(divergence.then.as_ref())));
            lines.push(format!("  now   {}", event(divergence.now.as_ref())));
        }
    }
    if !replay.new_draws.is_empty() {
        let count = u64::try_from(replay.new_draws.len()).unwrap_or(u64::MAX);
        let draw = &replay.new_draws[0];
        lines.push(format!(
            "  {} not in the record, first {} of {}",
            counted(count, "draw"),
            draw.purpose,
            draw.name
        ));
    }
    lines.extend(replay.judged_otherwise.iter().map(|words| format!("  {words}")));
    lines.join("\n") + "\n"
}

fn event(happening: Option<&Happening>) -> String {
    let told = happening.map(|happening| format!("{}  {}", happening.at, happening.told));
    told.unwrap_or_else(|| "the run is over".to_owned())
}
