//! Examples: every public item of the library has one.
//!
//! Knows nothing of what an example says; those that do not hold fail as tests of the
//! documentation. Kept here: nothing becomes public without an example.

use super::finding::Finding;
use super::source::{Source, numbered};

/// Files whose items say `pub` and are out of reach all the same: the text of the README as tests,
/// and a bound of a type that nobody can name.
const OUT_OF_REACH: &[&str] = &["src/lib.rs", "src/strategy/domain.rs"];

/// What a public item begins with.
const ITEMS: &[&str] =
    &["pub fn ", "pub const ", "pub struct ", "pub enum ", "pub trait ", "pub type "];

/// Returns the public items without an example, of a file of the library.
pub(crate) fn findings(source: &Source) -> Vec<Finding> {
    if !source.path.starts_with("src/") || OUT_OF_REACH.contains(&source.path.as_str()) {
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
                let what = format!("{line}: a public item has an example");
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
fn an_item_of_the_library_without_an_example_is_found() {
    let text =
        "/// One.\n/// ```\n/// ```\n#[must_use]\npub fn one() {}\n\n/// Two.\npub fn two() {}\n";
    let lines = |path: &str| -> Vec<usize> {
        findings(&Source::new(path, text)).iter().map(|found| found.line).collect()
    };
    assert_eq!(lines("src/search/dice.rs"), [8]);
    assert!(lines("tests/fuzzed.rs").is_empty());
}

#[test]
fn attributes_between_an_example_and_its_item_do_not_part_them() {
    let text = "/// One.\n/// ```\n#[doc = concat!(\"one\", \";\")]\n/// ```\n#[derive(Debug)]\n\
        pub struct One;\n\npub struct Two;\n";
    let found = findings(&Source::new("src/model/one.rs", text));
    assert_eq!(found.iter().map(|found| found.line).collect::<Vec<_>>(), [8]);
}
