//! The command `validate`: scenario files are checked, nothing is run.
//!
//! Knows nothing of what a scenario may say. Kept here: every error of every file is told, in the
//! order of the paths given and of the names in a folder.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::exit::Exit;
use super::output;
use super::stop::Stop;
use crate::report::{counted, many};
use crate::scenario;

/// Checks scenario files and the scenario files of folders.
pub(crate) fn validate(paths: &[PathBuf]) -> Result<Exit, Stop> {
    let (mut files, mut errors) = (Vec::new(), Vec::new());
    for path in paths {
        match scenarios(path) {
            Ok(found) if found.is_empty() => {
                errors.push(format!("{}: found no scenario, expected .ron files", path.display()));
            }
            Ok(found) => files.extend(found),
            Err(error) => errors.push(format!("{}: {error}", path.display())),
        }
    }
    let wrong = files.iter().filter_map(|file| scenario::load(file).err());
    let wrong: Vec<String> = wrong.map(|errors| errors.to_string()).collect();
    let (all, refused) = (many(&files), many(&wrong));
    errors.extend(wrong);
    if errors.is_empty() {
        output::emit(&format!("{} valid\n", counted(all, "scenario")))?;
        return Ok(Exit::Pass);
    }
    errors.push(format!("{refused} of {} refused", counted(all, "scenario")));
    Err(Stop::input(errors.join("\n")))
}

/// Returns the scenario files at a path: itself, or those of a folder and its folders by name.
///
/// A folder to which several links lead is visited once, under the first of its names.
pub(crate) fn scenarios(path: &Path) -> io::Result<Vec<PathBuf>> {
    if path.is_dir() { of_folder(path, &mut BTreeSet::new()) } else { Ok(vec![path.to_owned()]) }
}

fn of_folder(path: &Path, visited: &mut BTreeSet<PathBuf>) -> io::Result<Vec<PathBuf>> {
    if !visited.insert(fs::canonicalize(path)?) {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path()));
    let mut entries: Vec<PathBuf> = entries.collect::<io::Result<_>>()?;
    entries.sort();
    let mut files = Vec::new();
    for entry in entries {
        if entry.is_dir() {
            files.extend(of_folder(&entry, visited)?);
        } else if entry.extension().is_some_and(|extension| extension == "ron") {
            files.push(entry);
        }
    }
    Ok(files)
}
