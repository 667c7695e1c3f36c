//! Sizes, names and module docs.
//!
//! Knows nothing of what a file says beyond its first lines. Kept here: a file fits into a head,
//! and its first lines say what it is for.

use super::finding::Finding;
use super::source::{Source, is_name, numbered, places};

const LINES_MAX: usize = 400;
const COLUMNS_MAX: usize = 100;
const FUNCTION_LINES_MAX: usize = 70;

/// Names that say nothing of what is inside.
const EMPTY_NAMES: &[&str] =
    &["util", "utils", "helper", "helpers", "common", "types", "misc", "imp", "prelude"];

/// Returns what is wrong with the shape of a Rust file.
pub(crate) fn findings(source: &Source) -> Vec<Finding> {
    if !source.is_rust() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let lines = source.text.lines().count();
    if lines > LINES_MAX {
        let what = format!("{lines} lines, at most {LINES_MAX}; split it by subject");
        found.push(source.finding(LINES_MAX, "length", what));
    }
    for (number, line) in numbered(&source.text) {
        let columns = line.chars().count();
        if columns > COLUMNS_MAX {
            let what = format!("{columns} columns, at most {COLUMNS_MAX}");
            found.push(source.finding(number, "width", what));
        }
    }
    let named = |part: &str| EMPTY_NAMES.contains(&part.trim_end_matches(".rs"));
    if source.path.split('/').any(named) {
        found.push(source.finding(1, "name", "the name does not say what is inside".to_owned()));
    }
    found.extend(functions(source));
    found.extend(docs(source));
    found
}

/// Finds functions that are too long; comments, blank lines and long texts do not count.
fn functions(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    let lines: Vec<&str> = source.code.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let named = |place: &usize| line[place + 2..].trim_start().starts_with(is_name);
        if !places(line, "fn").iter().any(named) {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        let end = format!("{}}}", " ".repeat(indent));
        let body = lines[index..].iter().take_while(|line| line.trim_end() != end);
        let length = body.filter(|line| !line.trim().is_empty()).count() + 1;
        let is_block = lines[index..].iter().find_map(|line| line.trim_end().chars().next_back());
        if length > FUNCTION_LINES_MAX && is_block != Some(';') {
            let what = format!("a function of {length} lines, at most {FUNCTION_LINES_MAX}");
            found.push(source.finding(index + 1, "function", what));
        }
    }
    found
}

/// Finds missing module docs, and modules that the map of their parent in the crate leaves out.
fn docs(source: &Source) -> Option<Finding> {
    let attribute = |line: &&str| line.starts_with("#![") || line.trim().is_empty();
    let opening = source.text.lines().skip_while(attribute);
    let docs: Vec<&str> = opening.take_while(|line| line.starts_with("//!")).collect();
    let docs = docs.join("\n");
    let sentences = docs.matches(". ").count() + docs.matches(".\n").count();
    let ends = usize::from(docs.ends_with('.'));
    if sentences + ends < 2 {
        let what = "open it with `//!`: its duty, what it must not know, what it keeps";
        return Some(source.finding(1, "docs", what.to_owned()));
    }
    let lines: Vec<&str> = source.text.lines().collect();
    let left_out = lines.iter().enumerate().find(|(index, line)| {
        let name = line.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';'));
        let for_tests = *index > 0 && lines[index - 1] == "#[cfg(test)]";
        name.is_some_and(|name| {
            let spelt = [format!("`{name}`"), format!("`{name}.rs`"), format!("`{name}/`")];
            source.is_crate() && !for_tests && !spelt.iter().any(|name| docs.contains(name))
        })
    });
    left_out.map(|(index, line)| {
        source.finding(index + 1, "map", format!("the docs do not say what `{line}` is for"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCS: &str = "//! Does one thing.\n//!\n//! Knows nothing of others.\n";

    fn rules(path: &str, text: &str) -> Vec<&'static str> {
        findings(&Source::new(path, text)).into_iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn a_file_that_is_too_long_or_too_wide_is_refused() {
        let long = format!("{DOCS}{}", "\n".repeat(LINES_MAX - 2));
        assert_eq!(rules("src/sim/a.rs", &long), ["length"]);
        let wide = |columns: usize| format!("{DOCS}//{}\n", "é".repeat(columns - 2));
        assert_eq!(rules("src/sim/a.rs", &wide(COLUMNS_MAX + 1)), ["width"]);
        assert!(rules("src/sim/a.rs", &wide(COLUMNS_MAX)).is_empty());
    }

    #[test]
    fn a_function_that_is_too_long_is_refused_and_its_comments_do_not_count() {
        let function = |line: &str| {
            let body = format!("    {line}\n").repeat(FUNCTION_LINES_MAX);
            format!("{DOCS}fn a() {{\n{body}}}\n")
        };
        assert_eq!(rules("src/sim/a.rs", &function("b();")), ["function"]);
        assert!(rules("src/sim/a.rs", &function("// Why.")).is_empty());
    }

    #[test]
    fn a_name_that_says_nothing_is_refused() {
        assert_eq!(rules("src/sim/utils.rs", DOCS), ["name"]);
        assert_eq!(rules("src/common/a.rs", DOCS), ["name"]);
    }

    #[test]
    fn a_file_without_docs_is_refused() {
        for text in ["", "fn a() {}\n", "//! One sentence.\n", "// No docs. At all.\n"] {
            assert_eq!(rules("src/sim/a.rs", text), ["docs"], "{text}");
        }
        assert!(rules("src/sim/a.rs", &format!("#![expect(lint)]\n{DOCS}")).is_empty());
    }

    #[test]
    fn a_module_that_the_map_leaves_out_is_refused() {
        let text = |map: &str| format!("{DOCS}//! * {map}: more.\n\nmod apply;\n");
        assert_eq!(rules("src/sim/mod.rs", &text("`other`")), ["map"]);
        assert!(rules("src/sim/mod.rs", &text("`apply`")).is_empty());
        let tests = format!("{DOCS}\n#[cfg(test)]\nmod made;\n");
        assert!(rules("src/sim/mod.rs", &tests).is_empty());
    }
}
