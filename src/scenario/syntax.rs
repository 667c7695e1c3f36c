//! Says what RON refused in words that name the place, what was found and what was expected.
//!
//! Knows nothing of what a scenario means. Kept here: an error lies within the text, at the value
//! or the word that is wrong, not where the reader happened to stop.

use ron::error::{Error as Refusal, SpannedError};

use super::error::{self, Error};
use super::token::{self, Kind, Place, Token};

/// Returns the error to show for what RON refused in a text.
pub(super) fn explain(
    file: &str,
    text: &str,
    tokens: &[Token<'_>],
    refused: &SpannedError,
) -> Error {
    let stop = offset(text, refused.span.end.line, refused.span.end.col);
    let found = Found { text, tokens, stop }.refusal(&refused.code);
    Error {
        file: file.to_owned(),
        line: found.place.line,
        column: found.place.column,
        path: String::new(),
        message: error::tidy(&found.message),
        hint: found.hint.map(|hint| error::tidy(&hint)),
    }
}

/// Returns the byte at a line and a column, both from 1.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let letters = text[start..].char_indices().map(|(at, _)| start + at);
    letters.chain([text.len()]).nth(column - 1).unwrap_or(text.len())
}

/// What to say, and where.
struct Finding {
    place: Place,
    message: String,
    hint: Option<String>,
}

impl Finding {
    fn at(place: Place, message: String) -> Self {
        Self { place, message, hint: None }
    }
}

/// A text and where RON stopped in it.
struct Found<'a> {
    text: &'a str,
    tokens: &'a [Token<'a>],
    stop: usize,
}

impl<'a> Found<'a> {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the set is open, and RON has words for all"
    )]
    fn refusal(&self, code: &Refusal) -> Finding {
        match code {
            Refusal::NoSuchEnumVariant { expected, found, outer } => {
                self.word("variant", found, outer.as_deref(), expected)
            }
            Refusal::NoSuchStructField { expected, found, outer } => {
                self.word("field", found, outer.as_deref().or(self.owner()), expected)
            }
            Refusal::MissingStructField { field, outer } => {
                let within = within(outer.as_deref().or(self.owner()));
                Finding::at(self.opening(), format!("missing field {field}{within}"))
            }
            Refusal::DuplicateStructField { field, outer } => {
                let within = within(outer.as_deref().or(self.owner()));
                let message = format!("found field {field}{within} twice, expected it once");
                Finding::at(self.before(), message)
            }
            Refusal::ExpectedDifferentStructName { expected, found } => {
                let message = format!("found {}, expected {expected}", error::shown(found));
                let hint = error::nearest(found, [*expected]);
                Finding { hint, ..Finding::at(self.before(), message) }
            }
            Refusal::ExpectedDifferentLength { expected, found } => self.length(expected, *found),
            Refusal::InvalidValueForType { expected, found } => {
                let number = self.last_before().filter(|token| token.kind == Kind::Number);
                let expected = number.map_or(expected.as_str(), |_| "a number without a suffix");
                Finding::at(self.before(), format!("found {found}, expected {expected}"))
            }
            Refusal::Message(words) => self.value(words),
            Refusal::ExpectedStructLike => self.bare_word(),
            Refusal::IntegerOutOfBounds => self.number(),
            Refusal::ExpectedStringEnd => {
                let unclosed = self.tokens.iter().find(|token| token.kind == Kind::Unclosed);
                let place = unclosed.map_or(self.end(), |token| token.place);
                Finding::at(place, "found a text without an end, expected a closing \"".to_owned())
            }
            Refusal::UnclosedBlockComment => {
                let behind = self.tokens.last().map_or(0, Token::end);
                let start =
                    self.text[behind..].find("/*").map_or(self.text.len(), |at| behind + at);
                let place = token::place_behind(&self.text[..start]);
                Finding::at(place, "found a comment without an end, expected */".to_owned())
            }
            Refusal::InvalidEscape(words) => {
                Finding::at(self.here_or_before(), format!("bad escape in a text: {}", low(words)))
            }
            Refusal::UnexpectedChar(letter) => {
                Finding::at(self.here_or_before(), format!("unexpected character {letter:?}"))
            }
            other => match expected(other) {
                Some(expected) => self.expected(&expected),
                None => Finding::at(self.here_or_before(), low(&other.to_string())),
            },
        }
    }

    /// A word that is not in its closed set.
    fn word(&self, what: &str, found: &str, outer: Option<&str>, known: &[&str]) -> Finding {
        let expected = error::one_of(known.iter().copied());
        let (found_shown, within) = (error::shown(found), within(outer));
        let message = format!("unexpected {what} {found_shown}{within}, expected {expected}");
        let hint = error::nearest(found, known.iter().copied());
        Finding { hint, ..Finding::at(self.before(), message) }
    }

    /// A value whose text is wrong.
    fn value(&self, words: &str) -> Finding {
        let place = self.before();
        let token = self.tokens.iter().find(|token| token.place == place);
        let message = match token {
            Some(token) if token.text.contains('\n') => {
                "found a text that does not end on its line, expected a closing \"".to_owned()
            }
            Some(token) if words.starts_with("expected ") => {
                format!("found {}, {words}", error::shown(token.text))
            }
            Some(_) | None => words.to_owned(),
        };
        Finding::at(place, message)
    }

    /// A word without the brackets that belong to it.
    fn bare_word(&self) -> Finding {
        let word = self.last_before().filter(|token| token.kind == Kind::Word);
        word.map_or_else(
            || self.expected("`(`"),
            |word| {
                let name = error::shown(word.text);
                let message = format!("found {name} without values, expected {name}(...)");
                Finding::at(word.place, message)
            },
        )
    }

    /// Too few values in brackets.
    fn length(&self, expected: &str, found: usize) -> Finding {
        let count = expected.rsplit(' ').find_map(|word| word.parse::<usize>().ok());
        let expected = count.map_or_else(|| expected.to_owned(), |count| count.to_string());
        let within = within(self.owner());
        let values = if found == 1 { "value" } else { "values" };
        Finding::at(self.opening(), format!("found {found} {values}{within}, expected {expected}"))
    }

    /// A number that does not fit.
    fn number(&self) -> Finding {
        let number = self.last_before().map_or("", |token| token.text);
        let problem = if number.starts_with('-') {
            "expected a number that is not negative"
        } else {
            "which is too large for this number, expected a smaller one"
        };
        Finding::at(self.before(), format!("found {}, {problem}", error::shown(number)))
    }

    /// Something else than what belongs here.
    fn expected(&self, expected: &str) -> Finding {
        let Some(token) = self.here() else {
            let message = format!("found the end of the file, expected {expected}");
            let open = self.open();
            let hint = open.map(|open| {
                let name = self.name(open).map_or("", |token| token.text);
                let token = self.tokens[open];
                format!("{name}{} of line {} is not closed", token.text, token.place.line)
            });
            return Finding { hint, ..Finding::at(self.end(), message) };
        };
        let shown = match token.kind {
            Kind::Open | Kind::Close | Kind::Sign => format!("`{}`", token.text),
            Kind::Word | Kind::Number | Kind::Text | Kind::Unclosed => error::shown(token.text),
        };
        if token.kind == Kind::Number && token.start < self.stop {
            return Finding::at(token.place, format!("found {shown}, expected a whole number"));
        }
        let hint = match token.kind {
            Kind::Text if expected == WORD => Some(token.text.trim_matches('"').to_owned()),
            Kind::Word | Kind::Number if expected == TEXT => Some(format!("\"{}\"", token.text)),
            Kind::Word
            | Kind::Number
            | Kind::Text
            | Kind::Unclosed
            | Kind::Open
            | Kind::Close
            | Kind::Sign => None,
        };
        let hint = hint.filter(|hint| hint.len() < 80).map(|hint| error::meant(&hint));
        Finding { hint, ..Finding::at(token.place, format!("found {shown}, expected {expected}")) }
    }

    /// Returns the token at which RON stopped, or in which.
    fn here(&self) -> Option<&'a Token<'a>> {
        self.tokens.iter().find(|token| token.end() > self.stop)
    }

    fn last_before(&self) -> Option<&'a Token<'a>> {
        let next = self.tokens.partition_point(|token| token.start < self.stop);
        self.tokens[..next].last()
    }

    /// Returns the place of the value that ends where RON stopped.
    fn before(&self) -> Place {
        let next = self.tokens.partition_point(|token| token.start < self.stop);
        let Some(last) = self.tokens[..next].last() else {
            return Place { line: 1, column: 1 };
        };
        if last.kind != Kind::Close {
            return last.place;
        }
        let open = brackets(&self.tokens[..next - 1]).pop();
        open.map_or(last.place, |open| self.name(open).unwrap_or(&self.tokens[open]).place)
    }

    fn here_or_before(&self) -> Place {
        self.here().map_or_else(|| self.before(), |token| token.place)
    }

    /// Returns the innermost bracket that is open where RON stopped.
    fn open(&self) -> Option<usize> {
        let next = self.tokens.partition_point(|token| token.start < self.stop);
        brackets(&self.tokens[..next]).pop()
    }

    /// Returns the place of the value in whose brackets RON stopped.
    fn opening(&self) -> Place {
        let open = self.open();
        let token = open.map(|open| self.name(open).unwrap_or(&self.tokens[open]));
        token.map_or_else(|| self.before(), |token| token.place)
    }

    /// Returns the name of the value in whose brackets RON stopped.
    fn owner(&self) -> Option<&'a str> {
        self.open().and_then(|open| self.name(open)).map(|token| token.text)
    }

    /// Returns the word before a bracket.
    fn name(&self, open: usize) -> Option<&'a Token<'a>> {
        let before = self.tokens.get(open.checked_sub(1)?)?;
        (before.kind == Kind::Word).then_some(before)
    }

    /// Returns the place behind the last word of the text.
    fn end(&self) -> Place {
        token::place_behind(self.text.trim_end())
    }
}

/// Returns the indices of the brackets that are not closed, outermost first.
fn brackets(tokens: &[Token<'_>]) -> Vec<usize> {
    let mut open = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Open => open.push(index),
            Kind::Close => {
                let _closed = open.pop();
            }
            Kind::Word | Kind::Number | Kind::Text | Kind::Unclosed | Kind::Sign => {}
        }
    }
    open
}

fn within(outer: Option<&str>) -> String {
    outer.map_or_else(String::new, |outer| format!(" in {outer}"))
}

/// Returns a sentence as a fragment.
fn low(words: &str) -> String {
    let mut letters = words.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect::<String>())
}

const WORD: &str = "a word without quotes";
const TEXT: &str = "a text in quotes";

/// Returns what belongs where something else stands.
#[expect(clippy::wildcard_enum_match_arm, reason = "the set is open, and RON has words for all")]
fn expected(code: &Refusal) -> Option<String> {
    Some(match code {
        Refusal::ExpectedInteger => "a whole number".to_owned(),
        Refusal::ExpectedString => TEXT.to_owned(),
        Refusal::ExpectedIdentifier
        | Refusal::SuggestRawIdentifier(_)
        | Refusal::InvalidIdentifier(_) => WORD.to_owned(),
        Refusal::ExpectedComma => "a comma or a closing bracket".to_owned(),
        Refusal::ExpectedMapColon => "a colon and a value".to_owned(),
        Refusal::ExpectedArray => "a list in `[` and `]`".to_owned(),
        Refusal::ExpectedArrayEnd => "a comma or `]`".to_owned(),
        Refusal::ExpectedNamedStructLike(name) => format!("{name}(...)"),
        Refusal::ExpectedStructLikeEnd | Refusal::ExpectedOptionEnd => "`)`".to_owned(),
        Refusal::TrailingCharacters => "the end of the file behind the scenario".to_owned(),
        Refusal::Eof => "the rest of the scenario".to_owned(),
        _ => return None,
    })
}
