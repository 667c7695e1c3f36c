//! What is wrong with a scenario, and where.
//!
//! Knows nothing of how a problem is found. Kept here: a list of errors is never empty, is in the
//! order of the file, and prints one problem per line.

use std::fmt;

use crate::kernel;

/// One problem of a scenario.
///
/// Prints as `FILE:LINE:COLUMN: MESSAGE (HINT)`. A problem of a scenario that was made in code has
/// no line; its path takes that place.
///
/// # Examples
/// ```
/// let text = r#"Scenario(name: "a", services: [], until: "1 fortnight")"#;
/// let errors = cutover::scenario::parse("a.ron", text).expect_err("there is no such unit");
/// let error = &errors.list()[0];
/// assert_eq!((error.file.as_str(), error.line), ("a.ron", 1));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Error {
    /// The file as it was named; empty for a scenario made in code.
    pub file: String,
    /// The line, from 1; 0 when the problem is not at a place of the text.
    pub line: usize,
    /// The column in characters, from 1; 0 when the problem is not at a place of the text.
    pub column: usize,
    /// The place in the scenario, such as `services[1].name`; empty when there is none.
    pub path: String,
    /// What was found and what was expected.
    pub message: String,
    /// What was probably meant, or what helps.
    pub hint: Option<String>,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.file.is_empty() {
            write!(f, "{}:", self.file)?;
            if self.line > 0 {
                write!(f, "{}:{}:", self.line, self.column)?;
            }
            f.write_str(" ")?;
        }
        if self.line == 0 && !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, " ({hint})"))
    }
}

/// All problems of a scenario, at least one.
///
/// # Examples
/// ```
/// let errors = cutover::scenario::parse("empty.ron", "").expect_err("nothing is no scenario");
/// assert_eq!(errors.list().len(), 1);
/// assert!(errors.to_string().starts_with("empty.ron:1:1: "));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Errors(Vec<Error>);

impl Errors {
    /// Returns the problems, in the order of the file; nothing when there are none.
    pub(super) fn collect(mut problems: Vec<Error>) -> Option<Self> {
        problems.sort_by_key(|error| (error.line, error.column));
        (!problems.is_empty()).then_some(Self(problems))
    }

    /// Returns the problems, in the order of the file.
    ///
    /// # Examples
    /// ```
    /// let errors = cutover::scenario::parse("a.ron", "Scenario(").expect_err("it has no end");
    /// assert_eq!(errors.list().len(), 1);
    /// ```
    pub fn list(&self) -> &[Error] {
        &self.0
    }
}

impl From<Error> for Errors {
    fn from(error: Error) -> Self {
        Self(vec![error])
    }
}

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

/// Returns a text as one line that is short enough to read, whatever the file holds.
pub(super) fn tidy(text: &str) -> String {
    /// Longer messages only occur when the file holds something absurdly long.
    const READ: usize = 600;
    let printable = text.chars().take(READ).flat_map(|letter| {
        let escaped = letter.is_control().then(|| letter.escape_default());
        let plain = if letter.is_control() { None } else { Some(letter) };
        escaped.into_iter().flatten().chain(plain)
    });
    let mut line: String = printable.collect();
    if text.chars().nth(READ).is_some() {
        line.push_str(" ...");
    }
    line
}

/// Returns a word of the file as a message shows it.
pub(super) fn shown(word: &str) -> String {
    /// As long as the longest name.
    const READ: usize = 63;
    let cut: String = word.chars().take(READ).collect();
    match (word.is_empty(), cut.len() < word.len()) {
        (true, _) => "\"\"".to_owned(),
        (_, true) => format!("{cut}..."),
        (_, false) => cut,
    }
}

/// Returns the word that was probably meant, as a hint.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    /// No name that exists is longer; and any letter is like any other.
    const LONGEST: usize = 80;
    let alike = (2..=LONGEST).contains(&word.len());
    if alike { kernel::nearest(word, known).map(meant) } else { None }
}

/// Returns the hint for a word that was probably meant.
pub(super) fn meant(word: &str) -> String {
    format!("did you mean {word}?")
}

/// Returns `words` as an enumeration, cut short when there are too many to read.
pub(super) fn one_of<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    /// A list of so many words is still read to its end.
    const READ: usize = 16;
    let words: Vec<&str> = words.into_iter().collect();
    match words.as_slice() {
        [] => "none, as there is none".to_owned(),
        [one] => (*one).to_owned(),
        few if few.len() <= READ => format!("one of {}", few.join(", ")),
        many => format!("one of {} and {} more", many[..8].join(", "), many.len() - 8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(line: usize, column: usize) -> Error {
        Error {
            file: "a.ron".to_owned(),
            line,
            column,
            path: "services[1].name".to_owned(),
            message: "found nothing".to_owned(),
            hint: None,
        }
    }

    #[test]
    fn an_error_prints_its_place_first_and_its_hint_last() {
        let placed = Error { hint: Some(meant("orders")), ..error(15, 25) };
        assert_eq!(placed.to_string(), "a.ron:15:25: found nothing (did you mean orders?)");
        let whole = Error { path: String::new(), ..error(0, 0) };
        assert_eq!(whole.to_string(), "a.ron: found nothing");
        let made = Error { file: String::new(), ..error(0, 0) };
        assert_eq!(made.to_string(), "services[1].name: found nothing");
    }

    #[test]
    fn errors_are_listed_in_the_order_of_the_file() {
        let errors = Errors::collect(vec![error(9, 1), error(2, 7), error(2, 3)]);
        let errors = errors.expect("there are three");
        let places: Vec<_> = errors.list().iter().map(|error| (error.line, error.column)).collect();
        assert_eq!(places, [(2, 3), (2, 7), (9, 1)]);
        assert_eq!(errors.to_string().lines().count(), 3);
        assert_eq!(Errors::collect(Vec::new()), None);
    }

    #[test]
    fn whatever_the_file_holds_a_message_is_one_short_line() {
        assert_eq!(tidy("a\nb\u{0}"), "a\\nb\\u{0}");
        assert_eq!(tidy(&"x".repeat(9_000)).len(), 604);
        assert_eq!((shown(""), shown("ab")), ("\"\"".to_owned(), "ab".to_owned()));
        assert_eq!(shown(&"é".repeat(64)), format!("{}...", "é".repeat(63)));
        assert_eq!(nearest("ordres", ["orders"]).as_deref(), Some("did you mean orders?"));
        assert_eq!(nearest(&"x".repeat(9_000), ["orders"]), None);
        assert_eq!(nearest("D", ["A", "B"]), None);
    }

    #[test]
    fn a_long_list_of_words_is_cut_short() {
        assert_eq!(one_of(["a"]), "a");
        assert_eq!(one_of(["a", "b"]), "one of a, b");
        assert_eq!(one_of(vec!["a"; 20]), "one of a, a, a, a, a, a, a, a and 12 more");
    }
}
