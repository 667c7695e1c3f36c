//! What is found wrong with a scenario whose text is well formed, before it has a line.
//!
//! Knows nothing of texts and lines. Kept here: every problem names the value that is wrong.

use super::error::{self, Error, Errors};
use super::locate::{Outline, Path};

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Problem {
    /// The values that do not fit each other, the one most likely wrong first; never empty.
    paths: Vec<Path>,
    message: String,
    hint: Option<String>,
}

/// What is wrong with a scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Problems(Vec<Problem>);

impl Problems {
    /// Adds a problem of one value.
    pub(super) fn add(&mut self, path: &Path, message: impl Into<String>) {
        self.among(vec![path.clone()], message);
    }

    /// Adds a problem of one value, and what helps.
    pub(super) fn hint(&mut self, path: &Path, message: impl Into<String>, hint: Option<String>) {
        self.0.push(Problem { paths: vec![path.clone()], message: message.into(), hint });
    }

    /// Adds a problem of values that do not fit each other, the one most likely wrong first.
    pub(super) fn among(&mut self, paths: Vec<Path>, message: impl Into<String>) {
        self.0.push(Problem { paths, message: message.into(), hint: None });
    }

    /// Adds the problem that a name is not one of those that exist.
    pub(super) fn unknown(&mut self, path: &Path, what: &str, name: &str, known: &[&str]) {
        let expected = error::one_of(known.iter().copied());
        let message = format!("unknown {what} {}, expected {expected}", error::shown(name));
        self.hint(path, message, error::nearest(name, known.iter().copied()));
    }

    /// Returns the problems with their places in a file, or nothing when there are none.
    pub(super) fn placed(self, file: &str, outline: Option<&Outline>) -> Option<Errors> {
        let errors = self.0.into_iter().map(|problem| {
            let path =
                outline.and_then(|outline| problem.paths.iter().find(|path| outline.holds(path)));
            let path = path.unwrap_or(&problem.paths[0]);
            let place = outline.map(|outline| outline.place(path));
            Error {
                file: file.to_owned(),
                line: place.map_or(0, |place| place.line),
                column: place.map_or(0, |place| place.column),
                path: path.to_string(),
                message: error::tidy(&problem.message),
                hint: problem.hint.map(|hint| error::tidy(&hint)),
            }
        });
        Errors::collect(errors.collect())
    }

    /// Returns the problems in words alone.
    pub(super) fn messages(self) -> Vec<String> {
        self.0.into_iter().map(|problem| problem.message).collect()
    }
}
