//! The corpus of the fuzzer, and random scenarios by their numbers: nothing of it fails.
//!
//! * `checks`: what has to hold whatever the input.
//!
//! Knows nothing of the fuzzer. Kept here: the same numbers are the same scenarios; others are
//! asked for by `CUTOVER_RUNS`, as in `CUTOVER_RUNS=20000..40000`.

#[path = "../fuzz/checks.rs"]
mod checks;

use std::fs;
use std::ops::Range;
use std::panic::catch_unwind;
use std::path::Path;

use cutover::parallel::{map, processors};
use cutover::scenario::write;
use cutover::search::{Dice, whole};

fn corpus(name: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new("fuzz/corpus").join(name);
    let entries = fs::read_dir(folder).expect("the corpus is kept");
    let paths = entries.map(|entry| entry.expect("it can be listed").path());
    let files = paths.map(|path| (path.display().to_string(), fs::read(&path)));
    files.map(|(path, bytes)| (path, bytes.expect("it can be read"))).collect()
}

#[test]
fn whatever_the_fuzzer_gave_to_the_loader_is_answered() {
    let files = corpus("loader");
    assert!(files.len() > 20, "only {} files", files.len());
    for (path, bytes) in files {
        assert!(catch_unwind(|| checks::loads(&bytes)).is_ok(), "{path}");
    }
}

#[test]
fn whatever_scenarios_the_fuzzer_made_run_as_every_scenario_does() {
    let files = corpus("runs");
    assert!(files.len() > 20, "only {} files", files.len());
    for (path, bytes) in files {
        assert!(catch_unwind(|| checks::runs(&bytes)).is_ok(), "{path}");
    }
}

fn numbers() -> Range<u64> {
    let Ok(text) = std::env::var("CUTOVER_RUNS") else { return 0..1_000 };
    let parts =
        text.split_once("..").and_then(|(first, end)| Some(first.parse().ok()?..end.parse().ok()?));
    parts.unwrap_or_else(|| panic!("CUTOVER_RUNS is {text}, expected two numbers as in 0..1000"))
}

#[test]
fn random_scenarios_by_their_numbers_run_as_every_scenario_does() {
    let numbers: Vec<u64> = numbers().collect();
    let failed = map(&numbers, processors(), |number| {
        let loaded = whole(&mut Dice::seeded(*number, "scenario by number"));
        let fails = catch_unwind(|| checks::keeps(&loaded, *number)).is_err();
        fails.then(|| format!("// seed {number}\n{}", write(&loaded.scenario)))
    });
    let failed: Vec<String> = failed.into_iter().flatten().collect();
    assert!(failed.is_empty(), "{} fail:\n{}", failed.len(), failed.join("\n"));
}
