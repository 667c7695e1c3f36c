//! Files as text: whole, without the content of strings, and code alone.
//!
//! Knows nothing of rules. Kept here: every view has the lines of the file, so that a place in one
//! is a place in all.

use std::fs;
use std::path::Path;

use super::finding::Finding;

/// A file of the project.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// Where it is, relative to the project.
    pub(crate) path: String,
    /// The whole text.
    pub(crate) text: String,
    /// Code alone: comments and the content of strings are blanks.
    pub(crate) code: String,
    /// Comments alone.
    pub(crate) comments: String,
}

/// What a stretch of a Rust file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Code,
    Comment,
    Text,
}

impl Source {
    /// Returns a file with its views; what is not Rust is all text.
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let kinds = if ends(path, "rs") { kinds(text) } else { Vec::new() };
        let only = |kind| kinds.iter().map(|(letter, of)| kept(*letter, *of == kind)).collect();
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            code: only(Kind::Code),
            comments: only(Kind::Comment),
        }
    }

    /// Returns whether it is a Rust file.
    pub(crate) fn is_rust(&self) -> bool {
        ends(&self.path, "rs")
    }

    /// Returns whether it is a page for people.
    pub(crate) fn is_page(&self) -> bool {
        ends(&self.path, "md")
    }

    /// Returns whether it is a Rust file of the crate itself.
    pub(crate) fn is_crate(&self) -> bool {
        self.is_rust() && self.path.starts_with("src/")
    }

    /// Returns the code up to the unit tests, which stand at the foot of a file.
    pub(crate) fn code_outside_tests(&self) -> &str {
        self.code.find("\nmod tests {").map_or(&self.code, |end| &self.code[..end])
    }

    /// Returns a finding in this file.
    pub(crate) fn finding(&self, line: usize, rule: &'static str, what: String) -> Finding {
        Finding { path: self.path.clone(), line, rule, what }
    }
}

fn ends(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

fn kept(letter: char, keep: bool) -> char {
    if keep || letter == '\n' { letter } else { ' ' }
}

/// Returns the lines of a view, numbered from 1.
pub(crate) fn numbered(view: &str) -> impl Iterator<Item = (usize, &str)> {
    view.lines().enumerate().map(|(index, line)| (index + 1, line))
}

/// Returns where a word stands in a line, not where it is part of a longer name.
pub(crate) fn places(line: &str, word: &str) -> Vec<usize> {
    let begins = word.starts_with(is_name);
    let ends = word.ends_with(is_name);
    let hits = line.match_indices(word).map(|(place, _)| place);
    hits.filter(|place| {
        let before = line[..*place].chars().next_back();
        let after = line[place + word.len()..].chars().next();
        !(begins && before.is_some_and(is_name) || ends && after.is_some_and(is_name))
    })
    .collect()
}

/// Returns whether a letter can be part of a name.
pub(crate) fn is_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Returns the text files at some places of a folder, in order.
pub(crate) fn tree(root: &Path, places: &[&str]) -> Vec<Source> {
    let mut sources = Vec::new();
    for place in places {
        collect(root, place, &mut sources);
    }
    sources
}

fn collect(root: &Path, place: &str, sources: &mut Vec<Source>) {
    let path = root.join(place);
    if path.is_dir() {
        let entries = fs::read_dir(&path).expect("a folder of the project can be listed");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("it can be read").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        for name in names {
            collect(root, &format!("{place}/{name}"), sources);
        }
    } else if let Ok(text) = fs::read_to_string(&path) {
        sources.push(Source::new(place, &text));
    }
}

fn kinds(text: &str) -> Vec<(char, Kind)> {
    let letters: Vec<char> = text.chars().collect();
    let mut marked = Vec::with_capacity(letters.len());
    let mut at = 0;
    while let Some(rest) = letters.get(at..).filter(|rest| !rest.is_empty()) {
        let (kind, length) = piece(rest);
        marked.extend(rest[..length].iter().map(|letter| (*letter, kind)));
        at += length;
    }
    marked
}

/// Returns what a text begins with, and how long that is.
fn piece(rest: &[char]) -> (Kind, usize) {
    match rest {
        ['/', '/', ..] => (Kind::Comment, length_to(rest, |at| rest[at] == '\n')),
        ['/', '*', ..] => (Kind::Comment, 2 + length_to(&rest[2..], |at| closes(&rest[2..], at))),
        ['"', ..] => (Kind::Text, string(rest)),
        ['\'', '\\', ..] => (Kind::Text, 4 + length_to(&rest[3..], |at| rest[at + 3] == '\'')),
        ['\'', _, '\'', ..] => (Kind::Text, 3),
        ['r', ..] => raw(rest).map_or((Kind::Code, 1), |length| (Kind::Text, length)),
        _ => (Kind::Code, 1),
    }
}

fn length_to(rest: &[char], is_end: impl Fn(usize) -> bool) -> usize {
    (0..rest.len()).find(|at| is_end(*at)).unwrap_or(rest.len())
}

fn closes(rest: &[char], at: usize) -> bool {
    at >= 2 && rest[at - 2..at] == ['*', '/']
}

fn string(rest: &[char]) -> usize {
    let mut at = 1;
    while at < rest.len() && rest[at] != '"' {
        at += if rest[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(rest.len())
}

/// Returns the length of a raw string, if there is one.
fn raw(rest: &[char]) -> Option<usize> {
    let hashes = length_to(&rest[1..], |at| rest[at + 1] != '#');
    let begin = hashes + 2;
    (rest.get(hashes + 1) == Some(&'"')).then(|| {
        let closed = |at: usize| {
            rest[at] == '"'
                && rest[at + 1..].iter().take_while(|letter| **letter == '#').count() >= hashes
        };
        (begin..rest.len()).find(|at| closed(*at)).map_or(rest.len(), |at| at + 1 + hashes)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_strings_are_told_from_code() {
        let text =
            "let a = \"x // y\\\" z\"; // b \"c\"\nlet d = r#\"e\" f\"#; /* g */ h('\"', '\\'');\n";
        let source = Source::new("a.rs", text);
        let squeezed = |view: &str| view.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(squeezed(&source.code), "let a = ; let d = ; h( , );");
        assert_eq!(squeezed(&source.comments), "// b \"c\" /* g */");
        assert_eq!(source.code.lines().count(), 2);
    }

    #[test]
    fn lifetimes_are_code() {
        let source = Source::new("a.rs", "fn a<'b>(c: &'b str) -> &'b str { c }");
        assert_eq!(source.code, source.text);
    }

    #[test]
    fn a_word_is_not_found_within_a_longer_name() {
        assert_eq!(places("Map, HashMap, HashMaps", "HashMap"), [5]);
        assert_eq!(places("my_env::x env::y", "env::"), [10]);
    }
}
