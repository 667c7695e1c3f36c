//! Writes a scenario as a file has it.
//!
//! Knows nothing of what a scenario means, and of no field but by serialising it. Kept here: what
//! is written is read back as the same scenario.

use ron::ser::PrettyConfig;

use super::file::Scenario;
use super::load;

/// Parts of a scenario stand on lines of their own, what is inside of them does not.
const DEPTH: usize = 2;

/// Returns a scenario as the text of a file, ending in a newline.
///
/// What is not mentioned has its default; nothing is said of comments. A text that was read and is
/// written again is the same scenario, with other white space.
///
/// # Examples
/// ```
/// let text = r#"Scenario(
///     name: "quiet",
///     services: [
///         Service(name: "orders", plan: Business, region: "eu-west"),
///     ],
///     until: "1h",
/// )
/// "#;
/// let loaded = cutover::scenario::parse("quiet.ron", text)?;
/// assert_eq!(cutover::scenario::write(&loaded.scenario), text);
/// # Ok::<(), cutover::scenario::Errors>(())
/// ```
pub fn write(scenario: &Scenario) -> String {
    let config = PrettyConfig::new().depth_limit(DEPTH).struct_names(true).new_line("\n");
    let text = load::options().to_string_pretty(scenario, config);
    let text = text.expect("a scenario holds names, numbers and spans only");
    apostrophes(&text) + "\n"
}

/// Returns a text in which apostrophes stand for themselves, as people write them.
fn apostrophes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        let next = if letter == '\\' { letters.next() } else { None };
        if next != Some('\'') {
            plain.push(letter);
        }
        plain.extend(next);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::sample;
    use proptest::prelude::*;
    use std::fs;

    #[test]
    fn every_shipped_scenario_reads_back_as_it_was_written() {
        let mut count = 0;
        for entry in fs::read_dir("scenarios").expect("the scenarios are shipped") {
            let path = entry.expect("it can be listed").path();
            if path.is_dir() {
                continue;
            }
            let text = fs::read_to_string(&path).expect("it can be read");
            let (scenario, _) = load::parse("a.ron", &text).expect("it is valid");
            let written = write(&scenario);
            let (again, _) = load::parse("b.ron", &written).expect("what is written can be read");
            assert_eq!(again, scenario, "{}:\n{written}", path.display());
            assert!(written.len() <= text.len() * 2, "{written}");
            count += 1;
        }
        assert!(count > 50, "only {count} scenarios");
    }

    proptest! {
        #[test]
        fn every_scenario_reads_back_as_it_was_written(scenario in sample::scenario()) {
            let written = write(&scenario);
            let (again, _) = load::parse("b.ron", &written).expect("what is written can be read");
            prop_assert_eq!(again, scenario);
        }
    }
}
