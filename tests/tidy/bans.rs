//! Words that do not occur: what would make runs differ, what is unfinished, what points outside.
//!
//! Knows nothing of layers. Kept here: a ban says where it holds and why.

use super::finding::Finding;
use super::source::{Source, numbered, places};

/// Where a ban looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum View {
    /// The code of the crate, its unit tests aside.
    Crate,
    /// The code of the crate and of its tests.
    Code,
    /// Comments of Rust files.
    Comments,
    /// The whole text of every file.
    Text,
}

/// Words that do not occur.
#[derive(Clone, Copy, Debug)]
struct Ban {
    rule: &'static str,
    view: View,
    words: &'static [&'static str],
    /// Paths that begin with one of these may use the words.
    spared: &'static [&'static str],
    why: &'static str,
}

const BANS: &[Ban] = &[
    Ban {
        rule: "order",
        view: View::Crate,
        words: &["HashMap", "HashSet"],
        spared: &[],
        why: "its order is random; use a BTreeMap or a Vec",
    },
    Ban {
        rule: "clock",
        view: View::Crate,
        words: &["SystemTime", "std::time", "sleep"],
        spared: &["src/cli/"],
        why: "a run has its own time",
    },
    Ban {
        rule: "threads",
        view: View::Crate,
        words: &["thread::spawn", "thread::scope", "std::thread", "thread_local", "static mut"],
        spared: &["src/parallel.rs"],
        why: "a run depends on its setup and seed alone",
    },
    Ban {
        rule: "environment",
        view: View::Crate,
        words: &["env::"],
        spared: &["src/cli/"],
        why: "only the command line knows its surroundings",
    },
    Ban {
        rule: "printing",
        view: View::Crate,
        words: &["println!", "print!", "eprintln!", "eprint!", "stdout()", "stderr()"],
        spared: &["src/cli/"],
        why: "only the command line prints",
    },
    Ban {
        rule: "floats",
        view: View::Crate,
        words: &["f32", "f64"],
        spared: &[
            "src/kernel/law.rs",
            "src/report/",
            "src/statistics/",
            "src/campaign/estimate.rs",
            "src/campaign/verdict.rs",
        ],
        why: "a run is computed in integers",
    },
    Ban {
        rule: "unfinished",
        view: View::Code,
        words: &["todo!", "unimplemented!", "#[ignore", "#[allow", "#![allow", ".unwrap()"],
        spared: &[],
        why: "finish it, or say what is expected and why",
    },
    Ban {
        rule: "unfinished",
        view: View::Comments,
        words: &["TODO", "FIXME", "XXX"],
        spared: &[],
        why: "a comment says why something is as it is",
    },
    Ban {
        rule: "outside",
        view: View::Text,
        words: &[concat!("sha", "red/"), concat!("/wo", "rk/"), concat!("crates", ".io")],
        // Cargo writes where a package is from.
        spared: &["tests/downstream/Cargo.lock"],
        why: "the project speaks of itself alone",
    },
];

/// Returns the banned words of a file.
pub(crate) fn findings(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    for ban in BANS {
        let view = match ban.view {
            View::Crate if source.is_crate() => source.code_outside_tests(),
            View::Code if source.is_rust() => &source.code,
            View::Comments if source.is_rust() => &source.comments,
            View::Text => &source.text,
            View::Crate | View::Code | View::Comments => continue,
        };
        if ban.spared.iter().any(|path| source.path.starts_with(path)) {
            continue;
        }
        for (number, line) in numbered(view) {
            let used = ban.words.iter().filter(|word| !places(line, word).is_empty());
            found.extend(used.map(|word| {
                source.finding(number, ban.rule, format!("found {word}: {}", ban.why))
            }));
        }
    }
    found.extend(numbers(source));
    found
}

/// Finds numbers of issues in comments, and floats by their decimal points.
fn numbers(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    let told = if source.is_page() { &source.text } else { &source.comments };
    for (number, line) in numbered(told) {
        let digit = |rest: &str| rest.starts_with(|letter: char| letter.is_ascii_digit());
        if line.match_indices('#').any(|(place, _)| digit(&line[place + 1..])) {
            found.push(source.finding(
                number,
                "outside",
                "found the number of an issue".to_owned(),
            ));
        }
    }
    let integers_only = BANS.iter().find(|ban| ban.rule == "floats").expect("floats are banned");
    let spared = integers_only.spared.iter().any(|path| source.path.starts_with(path));
    if source.is_crate() && !spared {
        let lines = numbered(source.code_outside_tests()).filter(|(_, line)| has_float(line));
        let what = || format!("found a decimal point: {}", integers_only.why);
        found.extend(lines.map(|(number, _)| source.finding(number, "floats", what())));
    }
    found
}

/// Returns whether a line of code holds a number with a decimal point; `pair.0.1` is none.
fn has_float(line: &str) -> bool {
    let mut number = false;
    let mut before = ' ';
    let mut pending = false;
    for letter in line.chars() {
        if pending && letter.is_ascii_digit() {
            return true;
        }
        pending = number && letter == '.';
        if letter.is_ascii_digit() || letter == '_' {
            number = number || !(before == '.' || before.is_alphanumeric() || before == '_');
        } else {
            number = false;
        }
        before = letter;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(path: &str, text: &str) -> Vec<&'static str> {
        findings(&Source::new(path, text)).into_iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn every_banned_word_is_found_where_it_is_banned_and_nowhere_else() {
        for ban in BANS {
            for word in ban.words {
                let text = match ban.view {
                    View::Crate | View::Code => format!("fn a() {{ let b = {word} ; }}\n"),
                    View::Comments | View::Text => format!("// {word}\n"),
                };
                assert!(rules("src/sim/mod.rs", &text).contains(&ban.rule), "{word}");
                for spared in ban.spared {
                    let path = format!("{}/a.rs", spared.trim_end_matches('/'));
                    assert!(!rules(&path, &text).contains(&ban.rule), "{word} in {path}");
                }
                if ban.view == View::Crate {
                    assert!(!rules("tests/a.rs", &text).contains(&ban.rule), "{word} in tests");
                }
            }
        }
    }

    #[test]
    fn a_banned_word_in_a_string_is_no_code() {
        assert!(rules("src/sim/mod.rs", "const A: &str = \"HashMap\"; // A HashMap.\n").is_empty());
    }

    #[test]
    fn floats_are_found_without_their_type() {
        for text in ["let a = 1.5;", "a * 0.25", "f(1_000.0)", "[2.0; 3]"] {
            assert_eq!(rules("src/model/node.rs", text), ["floats"], "{text}");
        }
        for text in ["a.0.1", "0..5", "1..=3", "x1.0", "self.0.0", "a[1].b", "5.max(3)"] {
            assert!(rules("src/model/node.rs", text).is_empty(), "{text}");
        }
    }

    #[test]
    fn numbers_of_issues_are_found_in_comments_and_pages() {
        let issue = concat!("As in #", "12.");
        assert_eq!(rules("src/sim/mod.rs", &format!("// {issue}\n")), ["outside"]);
        assert_eq!(rules("README.md", issue), ["outside"]);
        assert!(rules("src/sim/mod.rs", "const A: &str = \"{:#018X}\";\n").is_empty());
    }
}
