//! A folder of finds: read, shrunk again, merged, and saved.
//!
//! Knows nothing of how finds are made. Kept here: of the same violation one file stays, the
//! smallest; what shows nothing any more and what cannot be read is named and left alone.

use std::fs;
use std::path::{Path, PathBuf};

use super::output;
use super::run::{path, quoted};
use super::shrink::find;
use super::stop::Stop;
use super::validate::scenarios;
use crate::knob::Mutant;
use crate::report::{Find, Gone};
use crate::scenario::{self, Loaded};
use crate::search::{self, Conditions, Limits, Shrunk, Wanted};

/// What a corpus holds.
#[derive(Debug, Default)]
pub(super) struct Corpus {
    /// What is shown still, one of each kind, in the order of the files.
    pub(super) known: Vec<Find>,
    /// Files that do not show any more what they are records of.
    pub(super) gone: Vec<Gone>,
    /// What is wrong with files that cannot be read.
    pub(super) unread: Vec<String>,
    /// Files that are left as they are, whatever is saved.
    stay: Vec<PathBuf>,
    /// The files that were looked at: another search may have saved others meanwhile.
    looked_at: Vec<PathBuf>,
    /// Whether an end was wanted before all files were looked at.
    cut: bool,
}

/// Reads folders of finds, runs and shrinks each of them, and keeps the smallest of each kind.
///
/// The folder of the corpus may be one that is yet to be made.
pub(super) fn read(
    (own, merged): (Option<&Path>, &[PathBuf]),
    conditions: Conditions,
    limits: Limits<'_>,
) -> Result<Corpus, Stop> {
    let mut corpus = Corpus::default();
    if let Some(own) = own.filter(|own| own.exists() && !own.is_dir()) {
        let message = format!("{}: found a file, expected a folder of finds", own.display());
        return Err(Stop::input(message));
    }
    let own = own.filter(|own| own.exists());
    for folder in own.into_iter().chain(merged.iter().map(PathBuf::as_path)) {
        if !folder.exists() {
            let message = "found no such file or folder, expected finds to merge";
            return Err(Stop::input(format!("{}: {message}", folder.display())));
        }
        let files = scenarios(folder);
        let files = files.map_err(|error| Stop::input(format!("{}: {error}", folder.display())))?;
        for file in files {
            corpus.cut |= (limits.stop)();
            if corpus.cut {
                return Ok(corpus);
            }
            corpus.add(&file, conditions, limits);
            corpus.looked_at.push(file);
        }
    }
    Ok(corpus)
}

fn name_of(mutant: Mutant) -> &'static str {
    mutant.card().name
}

impl Corpus {
    fn add(&mut self, file: &Path, conditions: Conditions, limits: Limits<'_>) {
        let mut loaded = match scenario::load(file) {
            Ok(loaded) => loaded,
            Err(errors) => {
                self.unread.push(errors.to_string());
                self.stay.push(file.to_owned());
                return;
            }
        };
        loaded.setup.knobs.mutant = conditions.mutant;
        // The scenario was read a moment ago; a file that is gone since has no recorded seed.
        let text = fs::read_to_string(file).unwrap_or_default();
        let seed = loaded.scenario.seed.unwrap_or_else(|| search::recorded_seed(&text));
        if search::is_record(&text) {
            let planted = search::recorded_mutant(&text);
            self.add_record((file, planted), (&loaded, seed), conditions, limits);
            return;
        }
        let shrunk = search::shrink_wanted(&loaded, seed, Wanted::Any, limits);
        match shrunk {
            None => self.gone.push(Gone { file: path(file), needed: None }),
            Some(shrunk) => self.know(file, &shrunk, conditions, limits),
        }
    }

    /// Adds what a record records, if it shows that still, and what else it shows.
    fn add_record(
        &mut self,
        (file, planted): (&Path, Option<&str>),
        (loaded, seed): (&Loaded, u64),
        conditions: Conditions,
        limits: Limits<'_>,
    ) {
        let Some(shown) = search::shown(loaded, seed, limits.stop) else {
            self.cut = true;
            return;
        };
        let recorded = search::recorded(loaded, &shown.all);
        if recorded.is_none() {
            let needed = planted.filter(|needed| Some(*needed) != conditions.mutant.map(name_of));
            let needed = needed.map(str::to_owned);
            self.gone.push(Gone { file: path(file), needed });
            self.stay.push(file.to_owned());
        }
        let others = shown.unexcused.iter().filter(|one| Some(*one) != recorded);
        for violation in recorded.into_iter().chain(others) {
            let wanted = Wanted::This(violation);
            if let Some(shrunk) = search::shrink_wanted(loaded, seed, wanted, limits) {
                self.know(file, &shrunk, conditions, limits);
            }
        }
    }

    /// Keeps what a file was shrunk to, if it is the smallest of its kind.
    fn know(&mut self, file: &Path, shrunk: &Shrunk, conditions: Conditions, limits: Limits<'_>) {
        if !shrunk.minimal && (limits.stop)() {
            self.cut = true;
            return;
        }
        let name = shrunk.violation.name();
        let mut new = find(shrunk, (&name, &path(file)), conditions, None);
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
    }

    /// Saves what is known in a folder, and removes the finds of it that were merged.
    ///
    /// Nothing is touched unless every file was looked at. Files that were not written by a search
    /// stay, whatever they show, and so do those that came meanwhile.
    pub(super) fn settle(&mut self, folder: &Path) -> Result<(), Stop> {
        if self.cut {
            return Ok(());
        }
        let mut known = std::mem::take(&mut self.known);
        let mut kept = self.stay.clone();
        for find in &mut known {
            kept.push(self.save(folder, find)?);
        }
        self.known = known;
        let merged = self.looked_at.iter().filter(|file| file.starts_with(folder));
        for file in merged.filter(|file| !kept.contains(file)) {
            let text = fs::read_to_string(file).unwrap_or_default();
            if search::is_record(&text) {
                fs::remove_file(file).map_err(|error| Stop::output(file.display(), error))?;
            }
        }
        Ok(())
    }

    /// Saves a find in a folder under the name of its violation, and says where it is.
    ///
    /// A file that is to stay is not written over: then the name has a number after it.
    pub(super) fn save(&self, folder: &Path, find: &mut Find) -> Result<PathBuf, Stop> {
        let violation = find.shrunk.violation.name();
        let names = (1_u32..).map(|number| match number {
            1 => format!("{violation}.ron"),
            number => format!("{violation}-{number}.ron"),
        });
        let mut free = names.filter(|name| !self.stay.contains(&folder.join(name)));
        let name = free.next().expect("few files stay, and there are many numbers");
        output::save(folder, &[(name.as_str(), find.text.as_str())])?;
        let file = folder.join(name);
        if let Some(old) = find.file.replace(path(&file)) {
            find.repeat = find.repeat.replacen(&quoted(&old), &quoted(&path(&file)), 1);
        }
        Ok(file)
    }
}
