#![expect(clippy::float_arithmetic, reason = "estimates are floats")]
//! Numbers of a campaign with their units, as precisely as they are worth.
//!
//! Knows nothing of metrics. Kept here: the same number is spelled the same everywhere.

use crate::kernel::Span;
use crate::report::wording::{number, size, span};
use crate::statistics::from_u64;

/// Returns an amount in the unit of a metric, in words.
pub(super) fn amount(unit: &str, value: f64) -> String {
    if value.is_infinite() {
        return "never".to_owned();
    }
    let sign = if value < 0.0 { "-" } else { "" };
    let value = value.abs();
    let text = match unit {
        "us" => time(value),
        "bytes" => size(whole(value)),
        "share" => percent(value),
        _ => plain(value),
    };
    format!("{sign}{text}")
}

/// Returns a time: below two minutes to a tenth of a second, or more finely if it is short.
fn time(micros: f64) -> String {
    if micros > 0.0 && micros < 1_000.0 {
        return format!("{} us", plain(micros));
    }
    if (50_000.0..1_000_000.0).contains(&micros) {
        return format!("{} ms", whole(micros / 1_000.0));
    }
    span(Span::from_micros(whole(micros)))
}

/// Returns the nearest whole number.
fn whole(value: f64) -> u64 {
    let text = format!("{:.0}", value.max(0.0));
    text.parse().unwrap_or(u64::MAX)
}

/// Returns a number with four digits that count.
pub(super) fn plain(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if value >= 1_000.0 {
        return number(whole(value));
    }
    if value < 0.000_1 {
        return format!("{value:.2e}");
    }
    let digits = match value {
        100.0.. => 1,
        10.0.. => 2,
        1.0.. => 3,
        0.1.. => 4,
        0.01.. => 5,
        0.001.. => 6,
        _ => 7,
    };
    let text = format!("{value:.digits$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Returns a share in percent, with three digits of what lies between it and the nearer end.
pub(super) fn percent(share: f64) -> String {
    let rest = share.min(1.0 - share) * 100.0;
    if rest <= 0.0 {
        return if share > 0.5 { "100 %".to_owned() } else { "0 %".to_owned() };
    }
    let digits = match rest {
        10.0.. => 1,
        1.0.. => 2,
        0.1.. => 3,
        0.01.. => 4,
        0.001.. => 5,
        0.000_1.. => 6,
        0.000_01.. => 7,
        _ if share < 0.5 => return format!("{:.2e} %", share * 100.0),
        _ => 9,
    };
    format!("{:.digits$} %", share * 100.0)
}

/// Returns a number for programs: with twelve digits, which is more than any estimate is worth.
pub(super) fn rounded(value: f64) -> Option<f64> {
    if !value.is_finite() {
        return None;
    }
    format!("{value:.11e}").parse().ok()
}

/// Returns a whole number of a metric's unit in words.
pub(super) fn exactly(unit: &str, value: u64) -> String {
    amount(unit, from_u64(value))
}

/// Returns an amount as short as it can be, for narrow columns.
pub(super) fn short(unit: &str, value: f64) -> String {
    let seconds = value.abs() / 1_000_000.0;
    if unit != "us" || value.is_infinite() || seconds < 1.0 {
        return amount(unit, value).replace(" ms", "ms").replace(" us", "us").replace("0 s", "0s");
    }
    let sign = if value < 0.0 { "-" } else { "" };
    if seconds < 119.95 {
        return format!("{sign}{seconds:.1}s");
    }
    let (minutes, hours) = (whole(seconds) / 60, whole(seconds / 60.0) / 60);
    let text = match hours {
        0 => format!("{minutes}m{:02}s", whole(seconds) % 60),
        1..100 => format!("{hours}h{:02}m", whole(seconds / 60.0) % 60),
        _ => format!("{}h", number(whole(seconds / 3_600.0))),
    };
    format!("{sign}{text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_show_what_they_are_worth() {
        for (unit, value, text) in [
            ("us", 140_626_407.0, "2 min 21 s"),
            ("us", 82_500_000.0, "82.5 s"),
            ("us", 250_000.0, "250 ms"),
            ("us", -12.5, "-12.5 us"),
            ("us", f64::INFINITY, "never"),
            ("count", 1.999_07, "1.999"),
            ("count", 0.000_929_02, "0.000929"),
            ("count", 0.000_000_58, "5.80e-7"),
            ("count", 21_239.4, "21,239"),
            ("bytes", 1_048_576.0, "1.0 MiB"),
            ("share", 0.557_282, "55.7 %"),
            ("share", 0.999_955_4, "99.99554 %"),
            ("share", 0.000_001_3, "0.000130 %"),
            ("share", 0.000_000_000_13, "1.30e-8 %"),
            ("share", 1.0, "100 %"),
        ] {
            assert_eq!(amount(unit, value), text);
        }
        assert_eq!(rounded(1.0 / 3.0), Some(0.333_333_333_333));
        assert_eq!(rounded(f64::INFINITY), None);
        assert_eq!(exactly("count", 12), "12");
        for (micros, text) in [
            (0.0, "0s"),
            (250_000.0, "250ms"),
            (-91_540_000.0, "-91.5s"),
            (992_000_000.0, "16m32s"),
            (3_599_900_000.0, "1h00m"),
            (5_779_000_000.0, "1h36m"),
            (63_144_937_000_000.0, "17,540h"),
        ] {
            assert_eq!(short("us", micros), text);
        }
        assert_eq!(short("count", 1.5), "1.5");
    }
}
