//! Whole runs of valid random scenarios, which are made of any bytes at all.
//!
//! Knows nothing of what has to hold. Kept here: the input goes to the checks as it is.

#![no_main]

#[path = "../checks.rs"]
#[expect(dead_code, reason = "the other target uses the rest")]
mod checks;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::runs(bytes));
