//! Times, counts and lists as people read them.
//!
//! Knows nothing of what is counted. Kept here: one way to write each quantity, so that two
//! sections of a report never spell the same number differently.

use crate::check::Amount;
use crate::kernel::{Instant, Span};

/// Returns a length of time: to a tenth of a second below two minutes, whole seconds above.
pub(crate) fn span(span: Span) -> String {
    let micros = span.as_micros();
    match micros {
        u64::MAX => return "for ever".to_owned(),
        0 => return "0 s".to_owned(),
        1..1_000 => return "under 1 ms".to_owned(),
        1_000..50_000 => return format!("{} ms", rounded(micros, 1_000)),
        _ => {}
    }
    let tenths = rounded(micros, 100_000);
    if tenths < 1_200 { seconds(tenths) } else { long(rounded(micros, 1_000_000), "") }
}

/// Returns a moment of the run to a tenth of a second, so that neighbours stay apart.
pub(crate) fn moment(at: Instant) -> String {
    if at == Instant::FAR {
        return "never".to_owned();
    }
    let tenths = rounded(at.as_micros(), 100_000);
    if tenths < 1_200 {
        return seconds(tenths);
    }
    long(tenths / 10, &format!(".{}", tenths % 10))
}

fn rounded(value: u64, unit: u64) -> u64 {
    value / unit + u64::from(value % unit >= unit.div_ceil(2))
}

fn seconds(tenths: u64) -> String {
    format!("{}.{} s", tenths / 10, tenths % 10)
}

fn long(seconds: u64, fraction: &str) -> String {
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours} h {minutes:02} min {seconds:02}{fraction} s")
    } else {
        format!("{minutes} min {seconds:02}{fraction} s")
    }
}

/// Returns an interval with its length, as in `from 60.0 s to 74.2 s (14.2 s)`.
pub(crate) fn interval(start: Instant, end: Option<Instant>, until: Instant) -> String {
    let length = span(end.unwrap_or(until).since(start));
    end.map_or_else(
        || format!("from {} to the end of the run ({length})", moment(start)),
        |end| format!("from {} to {} ({length})", moment(start), moment(end)),
    )
}

/// Returns a number with separators between its thousands from 10,000 on.
pub(crate) fn number(value: u64) -> String {
    let digits = value.to_string();
    if value < 10_000 {
        return digits;
    }
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Returns a number, or `none` for zero.
pub(crate) fn number_or_none(value: u64) -> String {
    if value == 0 { "none".to_owned() } else { number(value) }
}

/// Returns how many of something there are, in the singular for one: `no`, `1` or `12,000` of it.
pub(crate) fn counted(value: u64, noun: &str) -> String {
    match value {
        0 => format!("no {noun}s"),
        1 => format!("1 {noun}"),
        _ => format!("{} {noun}s", number(value)),
    }
}

/// Returns how many items there are as a number to be counted in a sentence.
pub(crate) fn many<T>(items: &[T]) -> u64 {
    u64::try_from(items.len()).unwrap_or(u64::MAX)
}

/// Returns a number of bytes in the unit that a reader can picture.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [(&str, u64); 4] =
        [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    let unit = UNITS.iter().find(|(_, unit)| bytes >= *unit && bytes >= 10_000);
    let Some((name, unit)) = unit else {
        return counted(bytes, "byte");
    };
    let tenths = (u128::from(bytes) * 10 + u128::from(*unit) / 2) / u128::from(*unit);
    format!("{}.{} {name}", tenths / 10, tenths % 10)
}

/// Returns an amount as every report writes such a quantity.
pub(crate) fn measured(amount: Amount) -> String {
    match amount {
        Amount::Commits(count) => counted(count, "commit"),
        Amount::Bytes(bytes) => size(bytes.get()),
        Amount::Window(window) => format!("{} back", span(window)),
        Amount::Time(time) => span(time),
        Amount::Times(count) => counted(count, "time"),
    }
}

/// Returns names as a list in a sentence: `a, b and c`.
pub(crate) fn listed<T: AsRef<str>>(names: &[T]) -> String {
    match names {
        [] => "none".to_owned(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_shows_no_more_than_it_is_worth() {
        for (micros, text) in [
            (0, "0 s"),
            (999, "under 1 ms"),
            (5_400, "5 ms"),
            (50_000, "0.1 s"),
            (74_249_999, "74.2 s"),
            (119_949_999, "119.9 s"),
            (119_960_000, "2 min 00 s"),
            (123_400_000, "2 min 03 s"),
            (3_723_000_000, "1 h 02 min 03 s"),
            (u64::MAX, "for ever"),
        ] {
            assert_eq!(span(Span::from_micros(micros)), text);
        }
    }

    #[test]
    fn moments_keep_their_tenth_of_a_second() {
        for (micros, text) in [
            (0, "0.0 s"),
            (60_000_000, "60.0 s"),
            (123_440_000, "2 min 03.4 s"),
            (3_723_960_000, "1 h 02 min 04.0 s"),
            (u64::MAX, "never"),
        ] {
            assert_eq!(moment(Instant::from_micros(micros)), text);
        }
    }

    #[test]
    fn counts_are_singular_plural_and_separated() {
        assert_eq!(counted(0, "commit"), "no commits");
        assert_eq!(counted(1, "commit"), "1 commit");
        assert_eq!(counted(9_999, "commit"), "9999 commits");
        assert_eq!(counted(1_234_567, "commit"), "1,234,567 commits");
        assert_eq!(number_or_none(0), "none");
    }

    #[test]
    fn sizes_and_lists_read_as_words() {
        assert_eq!(size(1), "1 byte");
        assert_eq!(size(9_999), "9999 bytes");
        assert_eq!(size(933_888), "912.0 KiB");
        assert_eq!(size(10 << 30), "10.0 GiB");
        assert_eq!(listed(&["a", "b", "c"]), "a, b and c");
        assert_eq!(listed(&["a"]), "a");
        assert_eq!(listed::<&str>(&[]), "none");
    }

    #[test]
    fn an_open_interval_says_so() {
        let at = |secs| Instant::ZERO + Span::from_secs(secs);
        assert_eq!(interval(at(5), Some(at(9)), at(20)), "from 5.0 s to 9.0 s (4.0 s)");
        assert_eq!(interval(at(5), None, at(20)), "from 5.0 s to the end of the run (15.0 s)");
    }
}
