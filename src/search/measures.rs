//! Values with random measures: a fault's spans and rates, a knob's value.
//!
//! Knows nothing of which fault or knob it is: what can be measured shows in how it is written.
//! Kept here: words stay what they are, and a measure stays of its kind.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::dice::Dice;
use crate::kernel::{Bytes, Law, Rate, Span};

/// Returns a value whose spans, sizes and rates are random; as it is if it has none.
pub(super) fn measured<T: Serialize + DeserializeOwned + Clone>(dice: &mut Dice, value: &T) -> T {
    let mut tree = serde_json::to_value(value).expect("a vocabulary of files can be written");
    measure(dice, &mut tree);
    serde_json::from_value(tree).unwrap_or_else(|_| value.clone())
}

fn measure(dice: &mut Dice, value: &mut Value) {
    if let Some(text) = value.as_str() {
        if let Some(text) = another(dice, text) {
            *value = Value::from(text);
        }
    } else if let Some(items) = value.as_array_mut() {
        for item in items {
            measure(dice, item);
        }
    } else if let Some(fields) = value.as_object_mut() {
        for field in fields.values_mut() {
            measure(dice, field);
        }
    }
}

/// Returns another measure of the same kind, between an eighth and eight times as large; nothing
/// for a word.
pub(super) fn another(dice: &mut Dice, text: &str) -> Option<String> {
    if let Ok(law) = text.parse::<Law>() {
        return (law != Law::Fixed(Span::FOREVER)).then(|| other_law(dice, law).to_string());
    }
    if let Ok(bytes) = text.parse::<Bytes>() {
        return Some(Bytes(scaled(dice, bytes.get())).to_string());
    }
    let rate = text.parse::<Rate>().ok()?;
    Some(Rate(scaled(dice, rate.get()).max(1)).to_string())
}

fn other_law(dice: &mut Dice, law: Law) -> Law {
    if let Law::Fixed(fixed) = law {
        let other = scaled_span(dice, fixed);
        return Law::Fixed(rounded(dice, other));
    }
    if let Law::Uniform(low, high) = law {
        let (one, other) = (scaled_span(dice, low), scaled_span(dice, high));
        return Law::Uniform(one.min(other), one.max(other));
    }
    // The first argument of every other law is a span, and scales it.
    let text = law.to_string();
    let other = text.split_once('(').and_then(|(name, rest)| {
        let end = rest.find([',', ')'])?;
        let span = scaled_span(dice, rest[..end].parse().ok()?);
        format!("{name}({span}{}", &rest[end..]).parse().ok()
    });
    other.unwrap_or(law)
}

fn scaled_span(dice: &mut Dice, span: Span) -> Span {
    Span::from_micros(scaled(dice, span.as_micros()))
}

/// Returns a span in whole seconds, milliseconds or microseconds.
pub(super) fn rounded(dice: &mut Dice, span: Span) -> Span {
    let unit = *dice.one_of(&[1_000_000, 1_000, 1]);
    let micros = span.as_micros();
    Span::from_micros(if micros > unit { micros / unit * unit } else { micros })
}

/// Returns a number between an eighth and eight times another; of none a small one.
fn scaled(dice: &mut Dice, number: u64) -> u64 {
    let eighth = number / 8;
    let octave = dice.below(6);
    let low = eighth.saturating_mul(1 << octave);
    low.saturating_add(dice.below(low.clamp(1_000, 1 << 62)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::{FAULTS, FaultKind};
    use std::collections::BTreeSet;

    #[test]
    fn every_fault_keeps_its_kind_and_those_with_measures_vary() {
        let mut dice = Dice::seeded(3, "measures");
        for card in FAULTS {
            let kind: FaultKind =
                ron::from_str(card.example.unwrap_or(card.name)).expect("the card is right");
            let made: BTreeSet<String> = (0..50)
                .map(|_| {
                    let made = measured(&mut dice, &kind);
                    assert_eq!(made.name(), card.name);
                    format!("{made:?}")
                })
                .collect();
            assert_eq!(made.len() > 10, card.example.is_some(), "{made:?}");
        }
    }

    #[test]
    fn another_measure_is_of_the_same_kind() {
        let mut dice = Dice::seeded(4, "measures");
        for _ in 0..200 {
            let span = another(&mut dice, "10s").expect("it is a span");
            let span: Span = span.parse().expect("it is one still");
            assert!(span >= Span::from_secs(1) && span <= Span::from_secs(80), "{span}");
            let law = another(&mut dice, "uniform(1s, 9s)").expect("it is a law");
            assert!(law.parse::<Law>().is_ok(), "{law}");
            let law = another(&mut dice, "weibull(10s, 0.7)").expect("it is a law");
            assert!(law.ends_with(", 0.7)") && law.parse::<Law>().is_ok(), "{law}");
            let rate = another(&mut dice, "2MiB/s").expect("it is a rate");
            assert!(rate.parse::<Rate>().is_ok(), "{rate}");
        }
        assert_eq!(another(&mut dice, "OnContact"), None);
        assert_eq!(another(&mut dice, "never"), None);
    }
}
