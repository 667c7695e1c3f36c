//! Whether a scenario that was made in code is one that a file can say.
//!
//! Laws made in code have passed no parser: a uniform law may be upside down, observations may be
//! none or not in order. Knows nothing of what a law is for. Kept here: what is accepted is written
//! as a file that reads back as the same scenario.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::super::file::Scenario;
use super::super::locate::Path;
use super::super::problem::Problems;

/// Adds what no file can say of the parts that are looked at by drawing from their laws.
pub(in super::super) fn check_parts(scenario: &Scenario, problems: &mut Problems) {
    let root = Path::root();
    list(&root.field("services"), &scenario.services, problems);
    list(&root.field("clients"), &scenario.clients, problems);
    list(&root.field("slots"), &scenario.slots, problems);
    list(&root.field("failures"), &scenario.failures, problems);
    reads_back(&root.field("tuning"), &scenario.tuning, problems);
}

/// Adds what no file can say of the parts that may hold each other, once they are known not to do
/// so too deeply.
pub(in super::super) fn check_rest(scenario: &Scenario, problems: &mut Problems) {
    let root = Path::root();
    list(&root.field("script"), &scenario.script, problems);
    list(&root.field("expect"), &scenario.expect, problems);
    list(&root.field("allow"), &scenario.allow, problems);
    list(&root.field("targets"), &scenario.targets, problems);
}

fn list<T>(path: &Path, items: &[T], problems: &mut Problems)
where
    T: Serialize + DeserializeOwned + PartialEq,
{
    for (index, item) in items.iter().enumerate() {
        reads_back(&path.item(index), item, problems);
    }
}

fn reads_back<T>(path: &Path, part: &T, problems: &mut Problems)
where
    T: Serialize + DeserializeOwned + PartialEq,
{
    let read = serde_json::to_value(part).and_then(serde_json::from_value::<T>);
    match read {
        Ok(again) if again == *part => {}
        Ok(_) => problems.add(
            path,
            "found what a file says otherwise, expected observations in ascending order and laws \
             of more than one value",
        ),
        Err(error) => problems.add(path, error.to_string()),
    }
}
