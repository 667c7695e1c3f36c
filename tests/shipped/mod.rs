//! The scenarios that ship with the project, read once for each test that runs them.
//!
//! Knows nothing of what a test looks for. Kept here: they come in the order of their names.

use std::fs;
use std::path::{Path, PathBuf};

use cutover::scenario::{self, Loaded};

/// A scenario that ships with the project.
#[derive(Debug)]
pub(crate) struct Shipped {
    /// The name of its file without the ending.
    pub(crate) name: String,
    /// What it says.
    pub(crate) loaded: Loaded,
}

/// Returns every scenario of the folder `scenarios`.
pub(crate) fn scenarios() -> Vec<Shipped> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let files = files(&folder, "ron");
    assert!(!files.is_empty(), "{} holds no scenario", folder.display());
    files.iter().map(|path| shipped(path)).collect()
}

fn shipped(path: &Path) -> Shipped {
    let loaded = scenario::load(path).unwrap_or_else(|errors| panic!("{errors}"));
    Shipped { name: stem(path), loaded }
}

/// Returns the files of a folder with an ending, by name.
pub(crate) fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder);
    let entries = entries.unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.expect("a folder can be listed").path());
    let mut found: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|found| found == ending)).collect();
    found.sort();
    found
}

/// Returns the name of a file without its ending.
pub(crate) fn stem(path: &Path) -> String {
    let stem = path.file_stem().expect("a listed file has a name");
    stem.to_str().expect("shipped files have plain names").to_owned()
}
