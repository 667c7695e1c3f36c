//! Examples: in some modules every public item has one.
//!
//! Knows nothing of what an example says; those that do not hold fail as tests of the
//! documentation. Kept here: a module that is whole stays whole.

use super::finding::Finding;
use super::source::{Source, numbered};

/// The modules in which every public item has an example.
const WHOLE: &[&str] = &[
    "src/blame/",
    "src/bundle/",
    "src/campaign/",
    "src/check/",
    "src/cli/",
    "src/contract/",
    "src/control/",
    "src/fault/",
    "src/kernel/",
    "src/knob/",
    "src/model/",
    "src/parallel.rs",
    "src/report/",
    "src/scenario/",
    "src/search/",
    "src/sim/",
    "src/statistics/",
    "src/trace/",
];

/// What a public item begins with.
const ITEMS: &[&str] =
    &["pub fn ", "pub const ", "pub struct ", "pub enum ", "pub trait ", "pub type "];

/// Returns the public items without an example, of a file in a module that is whole.
pub(crate) fn findings(source: &Source) -> Vec<Finding> {
    if !WHOLE.iter().any(|module| source.path.starts_with(module)) {
        return Vec::new();
    }
    let end = source.text.find("\nmod tests {").unwrap_or(source.text.len());
    let mut found = Vec::new();
    let mut has_example = false;
    for (number, line) in numbered(&source.text[..end]) {
        let line = line.trim();
        if line.starts_with("///") {
            has_example |= line.contains("```");
        } else if ITEMS.iter().any(|item| line.starts_with(item)) {
            if !has_example {
                let what = format!("{line}: a public item of this module has an example");
                found.push(source.finding(number, "example", what));
            }
            has_example = false;
        } else if line.is_empty() || line.ends_with(['}', ';', '{']) {
            has_example = false;
        }
    }
    found
}

#[test]
fn an_item_without_an_example_is_found_in_a_module_that_is_whole() {
    let text =
        "/// One.\n/// ```\n/// ```\n#[must_use]\npub fn one() {}\n\n/// Two.\npub fn two() {}\n";
    let lines = |path: &str| -> Vec<usize> {
        findings(&Source::new(path, text)).iter().map(|found| found.line).collect()
    };
    assert_eq!(lines("src/search/dice.rs"), [8]);
    assert!(lines("src/strategy/case.rs").is_empty());
}

#[test]
fn attributes_between_an_example_and_its_item_do_not_part_them() {
    let text = "/// One.\n/// ```\n#[doc = concat!(\"one\", \";\")]\n/// ```\n#[derive(Debug)]\n\
        pub struct One;\n\npub struct Two;\n";
    let found = findings(&Source::new("src/model/one.rs", text));
    assert_eq!(found.iter().map(|found| found.line).collect::<Vec<_>>(), [8]);
}
