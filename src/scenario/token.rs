//! The words of a RON text with their places, comments and spaces left out.
//!
//! Knows nothing of scenarios, nor of what RON refuses. Kept here: every text has tokens, in one
//! pass and without recursion, and on a text that RON accepts they are RON's own.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The name of a field, of a struct or of a variant.
    Word,
    /// A number.
    Number,
    /// A text or a character in quotes.
    Text,
    /// A text or a character whose closing quote is missing.
    Unclosed,
    /// `(`, `[` or `{`.
    Open,
    /// `)`, `]` or `}`.
    Close,
    /// Any other sign.
    Sign,
}

/// A token of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    /// What it is.
    pub(super) kind: Kind,
    /// Its spelling.
    pub(super) text: &'a str,
    /// Where it begins.
    pub(super) place: Place,
    /// The byte at which it begins.
    pub(super) start: usize,
}

impl Token<'_> {
    /// Returns the byte at which it ends.
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// A place of a text, in lines and in characters of the line, both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

/// Returns the place just behind a text.
pub(super) fn place_behind(text: &str) -> Place {
    let mut cursor = Cursor::new(text);
    cursor.skip(text.len());
    cursor.place
}

/// Returns the tokens of a text, in order.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut cursor = Cursor::new(text);
    let mut found = Vec::new();
    loop {
        cursor.skip(blank(cursor.rest()));
        let rest = cursor.rest();
        let Some(first) = rest.chars().next() else {
            return found;
        };
        let (kind, length) = token(rest, first);
        let text = &rest[..length];
        found.push(Token { kind, text, place: cursor.place, start: cursor.at });
        cursor.skip(length);
    }
}

struct Cursor<'a> {
    text: &'a str,
    at: usize,
    place: Place,
}

impl<'a> Cursor<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0, place: Place { line: 1, column: 1 } }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip(&mut self, length: usize) {
        for letter in self.text[self.at..self.at + length].chars() {
            if letter == '\n' {
                self.place = Place { line: self.place.line + 1, column: 1 };
            } else {
                self.place.column += 1;
            }
        }
        self.at += length;
    }
}

/// Returns how many bytes at the start of a text are spaces and comments.
fn blank(text: &str) -> usize {
    let mut length = 0;
    loop {
        let rest = &text[length..];
        let spaces = rest.find(|letter| !is_space(letter)).unwrap_or(rest.len());
        let rest = &rest[spaces..];
        let comment = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            block_comment(rest)
        } else {
            0
        };
        length += spaces + comment;
        if comment == 0 {
            return length;
        }
    }
}

/// Returns the length of a comment that may hold other comments, up to the end if it is not closed.
fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(offset) = text[at..].find(['/', '*']) {
        at += offset;
        if text[at..].starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if text[at..].starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
        } else {
            at += 1;
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// The spaces of RON.
fn is_space(letter: char) -> bool {
    matches!(
        letter,
        ' ' | '\n'
            | '\t'
            | '\r'
            | '\u{b}'
            | '\u{c}'
            | '\u{85}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'
            | '\u{2029}'
    )
}

/// Returns the kind and the length of the token at the start of a text.
fn token(text: &str, first: char) -> (Kind, usize) {
    let prefix = text.find(|letter| letter != 'b' && letter != 'r').unwrap_or(text.len()).min(2);
    let (raw, quoted) = (&text[..prefix], &text[prefix..]);
    match (raw, quoted.chars().next()) {
        ("r" | "br", Some('#' | '"')) => {
            let hashes = quoted.find(|letter| letter != '#').unwrap_or(quoted.len());
            if quoted[hashes..].starts_with('"') {
                return raw_text(text, prefix + hashes, hashes);
            }
        }
        ("" | "b", Some(quote @ ('"' | '\''))) => return quoted_text(text, prefix + 1, quote),
        _ => {}
    }
    match first {
        '(' | '[' | '{' => (Kind::Open, 1),
        ')' | ']' | '}' => (Kind::Close, 1),
        '0'..='9' | '+' | '-' | '.' => (Kind::Number, 1 + word(&text[1..])),
        'r' if text.starts_with("r#") => (Kind::Word, 2 + word(&text[2..])),
        letter if letter.is_alphabetic() || letter == '_' => (Kind::Word, word(text)),
        letter => (Kind::Sign, letter.len_utf8()),
    }
}

/// Returns the length of the letters, digits and dots at the start of a text.
fn word(text: &str) -> usize {
    let inside = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '.';
    text.find(|letter| !inside(letter)).unwrap_or(text.len())
}

fn raw_text(text: &str, quote: usize, hashes: usize) -> (Kind, usize) {
    let ending = format!("\"{}", "#".repeat(hashes));
    let found = text[quote + 1..].find(&ending);
    found.map_or((Kind::Unclosed, text.len()), |length| {
        (Kind::Text, quote + 1 + length + ending.len())
    })
}

fn quoted_text(text: &str, start: usize, quote: char) -> (Kind, usize) {
    let mut escaped = false;
    for (offset, letter) in text[start..].char_indices() {
        if letter == quote && !escaped {
            return (Kind::Text, start + offset + 1);
        }
        escaped = letter == '\\' && !escaped;
    }
    (Kind::Unclosed, text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn spelled(text: &str) -> Vec<&str> {
        tokens(text).iter().map(|token| token.text).collect()
    }

    #[test]
    fn comments_and_spaces_are_left_out() {
        let text = "a /* b /* c */ ( */ : // d\n\u{85}(\"/*\", r#\"\"//\"#) /*/ e */ f /";
        assert_eq!(spelled(text), ["a", ":", "(", "\"/*\"", ",", "r#\"\"//\"#", ")", "f", "/"]);
        assert_eq!(spelled("a /* never /* closed */"), ["a"]);
    }

    #[test]
    fn quotes_escapes_and_raw_texts_are_one_token() {
        let text = r#"["\"", '\'', 'x', b'y', b"z", br"\", r"\", r#name, -1_0.5e3, 0xFF]"#;
        let expected = [
            "[", r#""\"""#, ",", r"'\''", ",", "'x'", ",", "b'y'", ",", "b\"z\"", ",", r#"br"\""#,
            ",", r#"r"\""#, ",", "r#name", ",", "-1_0.5e3", ",", "0xFF", "]",
        ];
        assert_eq!(spelled(text), expected);
        let open = tokens("a: \"b)");
        assert_eq!((open[2].kind, open[2].text), (Kind::Unclosed, "\"b)"));
    }

    #[test]
    fn places_count_lines_and_characters() {
        let found = tokens("é: (\n  \"ü\n\", x)");
        let places: Vec<_> = found.iter().map(|t| (t.place.line, t.place.column)).collect();
        assert_eq!(places, [(1, 1), (1, 2), (1, 4), (2, 3), (3, 2), (3, 4), (3, 5)]);
        assert_eq!(place_behind("a\nbc"), Place { line: 2, column: 3 });
    }

    proptest! {
        #[test]
        fn any_text_has_tokens_in_order(text in "[a-z(){}\\[\\]\"'#rb/*\\\\\n é,:.0-9-]{0,60}") {
            let mut last = 0;
            for token in tokens(&text) {
                prop_assert!(token.start >= last && !token.text.is_empty());
                prop_assert_eq!(&text[token.start..token.end()], token.text);
                prop_assert_eq!(token.place, place_behind(&text[..token.start]));
                last = token.end();
            }
        }
    }
}
