//! A folder of finds: read, shrunk again, merged, and saved.
//!
//! Knows nothing of how finds are made. Kept here: of the same violation one file stays, the
//! smallest; what shows nothing any more is named and left alone.

use std::fs;
use std::path::{Path, PathBuf};

use super::output;
use super::run::{path, quoted};
use super::shrink::find;
use super::stop::Stop;
use super::validate::scenarios;
use crate::report::Find;
use crate::scenario;
use crate::search::{self, Conditions};

/// What a corpus holds.
#[derive(Debug, Default)]
pub(super) struct Corpus {
    /// What is shown still, one of each kind, in the order of the files.
    pub(super) known: Vec<Find>,
    /// Files that show nothing any more.
    pub(super) gone: Vec<String>,
}

/// Reads folders of finds, runs and shrinks each of them, and keeps the smallest of each kind.
pub(super) fn read(
    folders: &[&Path],
    conditions: Conditions,
    runs_max: u64,
) -> Result<Corpus, Stop> {
    let mut corpus = Corpus::default();
    for folder in folders {
        if !folder.exists() {
            continue;
        }
        let files = scenarios(folder);
        let files = files.map_err(|error| Stop::input(format!("{}: {error}", folder.display())))?;
        for file in files {
            corpus.add(&file, conditions, runs_max)?;
        }
    }
    Ok(corpus)
}

impl Corpus {
    fn add(&mut self, file: &Path, conditions: Conditions, runs_max: u64) -> Result<(), Stop> {
        let mut loaded = scenario::load(file).map_err(Stop::input)?;
        loaded.setup.knobs.mutant = conditions.mutant;
        // The scenario was read a moment ago; a file that is gone since has no recorded seed.
        let text = fs::read_to_string(file).unwrap_or_default();
        let seed = search::recorded_seed(&text);
        let Some(shrunk) = search::shrink_what_fails(&loaded, seed, runs_max) else {
            self.gone.push(path(file));
            return Ok(());
        };
        let name = shrunk.violation.name();
        let mut new = find(&shrunk, (&name, &path(file)), conditions, None);
        new.file = Some(path(file));
        let same = |known: &&mut Find| known.shrunk.violation == shrunk.violation;
        match self.known.iter_mut().find(same) {
            None => self.known.push(new),
            Some(known) => {
                let size = |find: &Find| (find.text.len(), find.text.clone());
                if size(&new) < size(known) {
                    *known = new;
                }
            }
        }
        Ok(())
    }
}

/// Saves a find in a folder under the name of its violation, and says where it is.
pub(super) fn save(folder: &Path, find: &mut Find) -> Result<PathBuf, Stop> {
    let name = format!("{}.ron", find.shrunk.violation.name());
    output::save(folder, &[(name.as_str(), find.text.as_str())])?;
    let file = folder.join(name);
    if let Some(old) = find.file.replace(path(&file)) {
        find.repeat = find.repeat.replacen(&quoted(&old), &quoted(&path(&file)), 1);
    }
    Ok(file)
}

/// Removes what was merged: finds of the corpus other than those that were saved.
///
/// Files that were not written by a search stay, whatever they show.
pub(super) fn remove_others(folder: &Path, kept: &[PathBuf], gone: &[String]) -> Result<(), Stop> {
    let files = scenarios(folder);
    for file in files.map_err(|error| Stop::input(format!("{}: {error}", folder.display())))? {
        let text = fs::read_to_string(&file).unwrap_or_default();
        let find = search::is_record(&text) && !gone.contains(&path(&file));
        if find && !kept.contains(&file) {
            fs::remove_file(&file).map_err(|error| Stop::output(file.display(), error))?;
        }
    }
    Ok(())
}
