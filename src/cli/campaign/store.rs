//! Finished chunks in a folder, so that nothing that was computed is lost.
//!
//! Knows nothing of statistics. Kept here: a chunk's file appears whole or not at all, and one that
//! belongs to other runs is never taken for a chunk of these.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::options::Saving;
use crate::campaign::PartError;
use crate::cli::output;
use crate::cli::stop::Stop;

/// A folder with finished chunks.
pub(super) struct Store<T> {
    folder: PathBuf,
    /// The chunks that were there at the start.
    pub(super) known: BTreeMap<u64, T>,
}

/// Why a file is not a chunk that is gone on with.
pub(super) enum Unusable {
    /// It was cut short or changed: its chunk is run again.
    Broken(PartError),
    /// It belongs to other runs: what differs, what was expected, and what was found.
    Other(&'static str, String, String),
}

impl<T> Store<T> {
    /// Opens the folder that is asked for, if one is, with the chunks that it holds if they are to
    /// be gone on with.
    pub(super) fn open(
        saving: &Saving,
        chunk: impl Fn(&str) -> Result<(u64, T), Unusable>,
    ) -> Result<Option<Self>, Stop> {
        let Some(out) = &saving.out else { return Ok(None) };
        let folder = out.join("chunks");
        let mut store = Self { folder, known: BTreeMap::new() };
        let fails = |error| Stop::input(format!("{}: {error}", store.folder.display()));
        let entries = match fs::read_dir(&store.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Some(store)),
            Err(error) => return Err(fails(error)),
        };
        let mut known = BTreeMap::new();
        for entry in entries {
            let path = entry.map_err(fails)?.path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            if !saving.resume {
                let what = format!("{} holds chunks; --resume goes on with them", out.display());
                return Err(Stop::usage(format!("{what}, another --out begins anew")));
            }
            let path_told = path.display();
            let text = fs::read_to_string(&path)
                .map_err(|error| Stop::input(format!("{path_told}: {error}")))?;
            match chunk(&text) {
                Ok((chunk, of)) => {
                    known.insert(chunk, of);
                }
                Err(Unusable::Other(what, expected, found)) => {
                    let text = format!("{path_told}: found {what} {found}, expected {expected}");
                    return Err(Stop::input(text));
                }
                Err(Unusable::Broken(error)) => {
                    output::complain(&format!("warning: {path_told}: {error}; run again"));
                }
            }
        }
        store.known = known;
        Ok(Some(store))
    }

    /// Saves a finished chunk.
    pub(super) fn save(&self, chunk: u64, text: &str) -> Result<(), Stop> {
        output::save(&self.folder, &[(&format!("{chunk:08}.json"), text)])
    }
}

/// Says of an end where what was finished is kept.
pub(super) fn kept(saving: &Saving, stop: &Stop) -> Stop {
    let kept = if saving.out.is_some() {
        "every chunk that was finished is kept; the same command with --resume goes on"
    } else {
        "nothing is kept; with --out DIR finished chunks would be"
    };
    Stop { exit: stop.exit, message: format!("{}\n{kept}", stop.message) }
}

/// Returns the text of a file that should hold a shard result.
pub(super) fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| {
        let absent = error.kind() == ErrorKind::NotFound;
        if absent {
            "found no such file, expected a shard result".to_owned()
        } else {
            error.to_string()
        }
    })
}
