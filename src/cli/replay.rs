//! The command `replay`: a saved run again.
//!
//! Knows nothing of how a bundle is made. Kept here: a run that goes another way has an exit code
//! of its own.

use std::path::Path;
use std::{fs, io};

use super::exit::Exit;
use super::guard::guarded;
use super::hunt_args::{ReplayFormat, ReplayOptions};
use super::output;
use super::run::{self, quoted};
use super::stop::Stop;
use crate::bundle::{self, Bundle, BundleError, Replay};
use crate::report::{replay_json, replay_text};

/// The file of a folder that was saved with `--out`.
pub(super) const FILE: &str = "bundle.json";

/// A saved run, and how it goes now.
pub(super) struct Replayed {
    /// The file that it was saved in.
    pub(super) file: String,
    /// What was saved.
    pub(super) bundle: Bundle,
    /// How it goes.
    pub(super) replay: Replay,
    /// The command that tells how it goes.
    pub(super) command: String,
}

/// Runs a saved run again; a folder means the bundle in it.
pub(super) fn replayed(given: &Path) -> Result<Replayed, Stop> {
    let path = if given.is_dir() { given.join(FILE) } else { given.to_owned() };
    let file = path.display().to_string();
    let refused = |error: &dyn std::fmt::Display| Stop::input(format!("{file}: {error}"));
    let text = fs::read_to_string(&path).map_err(|error| refused(&unread(&error)))?;
    let bundle: Bundle = text.parse().map_err(|error: BundleError| refused(&error))?;
    let command = format!("cutover replay {}", quoted(&run::path(given)));
    let replay = guarded(&command, || bundle::replay(&bundle))?.map_err(|error| refused(&error))?;
    Ok(Replayed { file, bundle, replay, command })
}

/// Returns why a file cannot be read, in the words that are used of scenarios.
fn unread(error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::NotFound {
        return "found no such file, expected a saved run".to_owned();
    }
    format!("cannot be read: {error}")
}

/// Runs a saved run again and says whether it goes the same way.
pub(crate) fn replay(options: &ReplayOptions) -> Result<Exit, Stop> {
    let Replayed { file, bundle, replay, .. } = replayed(&options.bundle)?;
    let told = match options.format {
        ReplayFormat::Text => replay_text(&file, &bundle, &replay),
        ReplayFormat::Json => replay_json(&file, &bundle, &replay),
    };
    output::emit(&told)?;
    let same = replay.divergence.is_none() && replay.record_differs.is_empty();
    Ok(if same { Exit::Pass } else { Exit::Diverged })
}
