//! The command `replay`: a saved run again.
//!
//! Knows nothing of how a bundle is made. Kept here: a run that goes another way has an exit code
//! of its own.

use std::fs;

use super::exit::Exit;
use super::guard::guarded;
use super::hunt_args::{ReplayFormat, ReplayOptions};
use super::output;
use super::run::{path, quoted};
use super::stop::Stop;
use crate::bundle::{self, Bundle, BundleError};
use crate::report::{replay_json, replay_text};

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
    let shown = file.display().to_string();
    let told = match options.format {
        ReplayFormat::Text => replay_text(&shown, &bundle, &replay),
        ReplayFormat::Json => replay_json(&shown, &bundle, &replay),
    };
    output::emit(&told)?;
    Ok(if replay.divergence.is_some() { Exit::Diverged } else { Exit::Pass })
}
