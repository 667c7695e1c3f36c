#![expect(clippy::float_arithmetic, reason = "statistics are floats")]
//! Closed-form results that campaigns and statistics have to reproduce.
//!
//! * `oracles.json`: the results with their set-ups and formulas;
//! * `stage`: reading them, running campaigns; `agreement`: holding estimates against them;
//! * `availability`: nodes that fail and are repaired; `recovery`: what clients see of a failover;
//! * `glitches`: failovers that were not needed; `loss`: what a restore loses;
//! * `slots`: what becomes of logical slots;
//! * `commits`: commits that come at random; `formulas`: intervals, pairs, splitting, buckets;
//! * `rare`: total losses, by every estimator there is.
//!
//! Knows nothing of how a run works. Kept here: an estimate lies within 4.5 standard errors of its
//! oracle, and with `CUTOVER_ORACLES=large` its standard error is at most 2 % of it, 10 % for what
//! is rare.

mod agreement;
mod availability;
mod commits;
mod formulas;
mod glitches;
mod loss;
mod rare;
mod recovery;
mod slots;
mod stage;

/// The file in which each oracle is put to the test.
const TESTED: [(&str, &str); 32] = [
    ("A01", "availability"),
    ("A02", "availability"),
    ("A03", "availability"),
    ("A04", "availability"),
    ("A06", "availability"),
    ("A08", "availability"),
    ("A09", "availability"),
    ("A12", "availability"),
    ("A13", "availability"),
    ("B01", "recovery"),
    ("B02", "recovery"),
    ("B04", "recovery"),
    ("B06", "recovery"),
    ("B07", "recovery"),
    ("C01", "commits"),
    ("C02", "commits"),
    ("C05", "commits"),
    ("C08", "loss"),
    ("D01", "slots"),
    ("D02", "commits"),
    ("D05", "slots"),
    ("D06", "slots"),
    ("D08", "slots"),
    ("E01", "glitches"),
    ("E02", "glitches"),
    ("E04", "glitches"),
    ("E06", "glitches"),
    ("F01", "formulas"),
    ("F03", "formulas"),
    ("F05", "formulas"),
    ("F07", "formulas"),
    ("F08", "formulas"),
];

/// Returns whether the text names a value, in full or by what comes before its number.
fn names(text: &str, value: &str) -> bool {
    let written = |end: usize| text.contains(&format!("\"{}{{", &value[..end]));
    text.contains(&format!("\"{value}\"")) || (4..value.len()).any(written)
}

#[test]
fn every_value_of_every_oracle_is_put_to_the_test() {
    let all = stage::oracles();
    let known: Vec<&str> = all.iter().map(|one| one.id.as_str()).collect();
    let named: Vec<&str> = TESTED.iter().map(|(id, _)| *id).collect();
    assert_eq!(known, named);
    for (one, (id, file)) in all.iter().zip(TESTED) {
        let text = match file {
            "availability" => include_str!("availability.rs"),
            "recovery" => include_str!("recovery.rs"),
            "glitches" => include_str!("glitches.rs"),
            "loss" => include_str!("loss.rs"),
            "slots" => include_str!("slots.rs"),
            "commits" => include_str!("commits.rs"),
            "formulas" => include_str!("formulas.rs"),
            other => panic!("no file {other} is looked at"),
        };
        assert!(text.contains(&format!("\"{id}\"")), "{file} does not read {id}");
        for value in one.values.keys() {
            assert!(names(text, value), "{file} does not read {value} of {id}");
        }
        for (value, (above, below)) in &one.exact {
            agreement::equal(value, above / below / one.values[value], 1.0);
        }
    }
}
