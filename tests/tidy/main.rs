//! The house rules as a test: layers, bans, sizes and module docs.
//!
//! * `source`: files as text, with strings or comments blanked; `finding`: what is wrong, where;
//! * `layers`: who may know whom; `bans`: words that do not occur; `shape`: sizes, names, docs;
//! * `examples`: modules in which every public item has one.
//!
//! Knows nothing of what the code does. Kept here: every rule is shown to fail on a planted text,
//! and the list of exceptions can only shrink.

mod bans;
mod examples;
mod finding;
mod layers;
mod shape;
mod source;

use std::path::Path;

use finding::Finding;
use source::{Source, tree};

/// Files that may break one rule, each with the rule's name; an entry nobody needs is an error.
const EXCEPTIONS: &[(&str, &str)] = &[];

/// Folders and files of the project that people write.
const PLACES: &[&str] = &[
    "src",
    "tests",
    "benches",
    "scenarios",
    "fuzz/Cargo.toml",
    "fuzz/checks.rs",
    "fuzz/run",
    "fuzz/targets",
    ".ci",
    "Cargo.toml",
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
];

fn project() -> Vec<Source> {
    tree(Path::new(env!("CARGO_MANIFEST_DIR")), PLACES)
}

fn all_findings() -> Vec<Finding> {
    let sources = project();
    let rules = [layers::findings, bans::findings, shape::findings, examples::findings];
    rules.iter().flat_map(|rule| sources.iter().flat_map(rule)).collect()
}

/// Returns the findings that are no exceptions, and the exceptions that nobody needs.
fn sifted<'a>(
    findings: &[Finding],
    exceptions: &[(&'a str, &'a str)],
) -> (Vec<String>, Vec<(&'a str, &'a str)>) {
    let covers = |(path, rule): &(&str, &str), finding: &Finding| {
        finding.path == *path && finding.rule == *rule
    };
    let open = findings.iter().filter(|one| !exceptions.iter().any(|other| covers(other, one)));
    let needless = exceptions.iter().filter(|one| !findings.iter().any(|two| covers(one, two)));
    (open.map(ToString::to_string).collect(), needless.copied().collect())
}

#[test]
fn the_project_keeps_its_house_rules() {
    let (open, _) = sifted(&all_findings(), EXCEPTIONS);
    assert!(open.is_empty(), "{} findings\n{}", open.len(), open.join("\n"));
}

#[test]
fn every_exception_is_needed() {
    let (_, needless) = sifted(&all_findings(), EXCEPTIONS);
    assert!(needless.is_empty(), "remove these exceptions: {needless:?}");
}

#[test]
fn the_whole_project_is_read() {
    let sources = project();
    for path in ["src/lib.rs", "src/kernel/law.rs", "tests/tidy/main.rs", ".ci/run", "Cargo.toml"] {
        assert!(sources.iter().any(|source| source.path == path), "{path} is not read");
    }
}

#[test]
fn an_exception_covers_one_rule_of_one_file_and_is_reported_once_it_is_idle() {
    let finding =
        |path: &str, rule| Finding { path: path.to_owned(), line: 1, rule, what: String::new() };
    let findings = [finding("src/a.rs", "length"), finding("src/b.rs", "length")];
    let exceptions = [("src/a.rs", "length"), ("src/a.rs", "layers")];
    let (open, needless) = sifted(&findings, &exceptions);
    assert_eq!(open, ["src/b.rs:1: length: "]);
    assert_eq!(needless, [("src/a.rs", "layers")]);
}
