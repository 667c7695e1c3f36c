//! Where a text is broken into lines, and how a name is shortened.
//!
//! Knows nothing of pages. Kept here: no line is longer than its room, and a unit stays with its
//! number.

/// Returns how many columns a text takes.
pub(super) fn width(text: &str) -> usize {
    text.chars().count()
}

/// Keeps both ends of a name that is too long for its column.
pub(super) fn shortened(text: &str, room: usize) -> String {
    let letters: Vec<char> = text.chars().collect();
    if letters.len() <= room {
        return text.to_owned();
    }
    let tail = room / 2;
    let head = room - tail - 2;
    letters[..head].iter().chain(&['.', '.']).chain(&letters[letters.len() - tail..]).collect()
}

/// A space at which no line is broken; it is written as any other.
pub(super) const JOINT: char = '\u{a0}';

/// Words that stay on the line of the number before them.
const UNITS: [&str; 9] = ["s", "ms", "min", "h", "bytes", "KiB", "MiB", "GiB", "TiB"];

/// Breaks a text into lines, at its own line ends and between words; a word longer than a line is
/// cut, and a unit stays with its number.
pub(super) fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for word in bound(paragraph) {
            let letters: Vec<char> = word.chars().collect();
            for piece in letters.chunks(room.max(1)) {
                let used = width(&line);
                if used > 0 && used + 1 + piece.len() > room {
                    lines.push(std::mem::take(&mut line));
                } else if used > 0 {
                    line.push(' ');
                }
                line.extend(piece);
            }
        }
        lines.push(line);
    }
    lines.iter().map(|line| line.replace(JOINT, " ")).collect()
}

/// Returns the words of a text, each number together with its unit.
fn bound(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let parted = |letter: char| letter.is_whitespace() && letter != JOINT;
    for word in text.split(parted).filter(|word| !word.is_empty()) {
        let unit = UNITS.contains(&word.trim_end_matches(|letter: char| !letter.is_alphanumeric()));
        match words.last_mut() {
            Some(number) if unit && number.ends_with(|letter: char| letter.is_ascii_digit()) => {
                number.push(' ');
                *number += word;
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_stays_with_its_number() {
        assert_eq!(wrap("it took 57.3 s, then", 12), ["it took", "57.3 s, then"]);
        assert_eq!(wrap("one\ntwo three", 80), ["one", "two three"]);
        assert_eq!(wrap(&format!("one two{JOINT}three"), 10), ["one", "two three"]);
    }

    #[test]
    fn a_long_name_keeps_both_its_ends() {
        assert_eq!(shortened("a-service-with-a-long-name-12", 12), "a-se..ame-12");
    }
}
