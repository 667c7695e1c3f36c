//! What a record of a corpus shows when it is run again, and which of that it is a record of.
//!
//! Knows nothing of files. Kept here: a record that shows something else is still the record of
//! what it bears the name of.

use super::ask::{ASSERTION, Conditions};
use super::sought::records;
use super::violation::{Violation, all};
use crate::scenario::{Loaded, unexcused};

/// What a run of a scenario shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shown {
    /// Everything, with what the scenario accepts and what it knows.
    pub(crate) all: Vec<Violation>,
    /// What it neither accepts nor knows, of invariants.
    pub(crate) unexcused: Vec<Violation>,
}

/// Returns what a scenario shows, or that an assertion of the simulator fails; nothing if an end is
/// wanted before its run is over.
pub(crate) fn shown(loaded: &Loaded, seed: u64, stop: &dyn Fn() -> bool) -> Option<Shown> {
    Some(match Conditions::of(loaded).outcome(loaded, seed, stop) {
        Ok(outcome) => {
            let outcome = outcome?;
            let all = all(loaded, &outcome);
            let judged = loaded.judge(&outcome);
            let wrong: Vec<&str> = unexcused(&outcome, &judged).map(|row| row.id).collect();
            let unexcused = all.iter().filter(|one| !one.expected);
            let unexcused = unexcused.filter(|one| wrong.contains(&one.what.as_str()));
            Shown { unexcused: unexcused.cloned().collect(), all }
        }
        Err(asserted) => Shown { all: vec![asserted.clone()], unexcused: vec![asserted] },
    })
}

/// Returns which of the things that a record shows it is a record of.
///
/// A record bears the name of its violation. One with a name of its own is a record of what it
/// says is violated or missed.
pub(crate) fn recorded<'a>(loaded: &Loaded, shown: &'a [Violation]) -> Option<&'a Violation> {
    let name = &loaded.scenario.name;
    let hashed = name.rsplit_once('-').is_some_and(|(_, digits)| {
        digits.len() == 8 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
    });
    if hashed {
        return shown.iter().find(|one| one.name() == *name);
    }
    let what = loaded.scenario.expect.iter().find_map(records);
    shown.iter().find(|one| Some(&one.what) == what.as_ref() || one.what == ASSERTION)
}
