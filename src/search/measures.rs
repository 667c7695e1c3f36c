//! Values with random measures: a fault's spans and rates, a knob's value.
//!
//! Knows nothing of which fault or knob it is: what can be measured shows in how it is written.
//! Kept here: words stay what they are, and a measure stays of its kind.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::dice::Dice;
use crate::kernel::{Bytes, Law, Measure, Rate, Span};

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
        let endless = law == Law::Fixed(Span::FOREVER);
        let other = (!endless).then(|| other_law(dice, law))?;
        // A plain span is one that people would write.
        let plain = if let Law::Fixed(span) = other { Some(rounded(dice, span)) } else { None };
        return Some(plain.map_or_else(|| other.to_string(), |span| span.to_string()));
    }
    if let Ok(law) = text.parse::<Law<Bytes>>() {
        return Some(other_law(dice, law).to_string());
    }
    let rate = text.parse::<Rate>().ok()?;
    Some(Rate(scaled(dice, rate.get()).max(1)).to_string())
}

fn other_law<Q: Measure>(dice: &mut Dice, law: Law<Q>) -> Law<Q> {
    if let Law::Fixed(fixed) = law {
        return Law::Fixed(of_another_size(dice, fixed));
    }
    if let Law::Uniform(low, high) = law {
        let (one, other) = (of_another_size(dice, low), of_another_size(dice, high));
        return Law::Uniform(one.min(other), one.max(other));
    }
    // The first argument of every other law is a quantity, and scales it.
    let text = law.to_string();
    let other = text.split_once('(').and_then(|(name, rest)| {
        let end = rest.find([',', ')'])?;
        let other = of_another_size(dice, rest[..end].parse::<Q>().ok()?);
        format!("{name}({other}{}", &rest[end..]).parse().ok()
    });
    other.unwrap_or(law)
}

fn of_another_size<Q: Measure>(dice: &mut Dice, quantity: Q) -> Q {
    Q::of_units(scaled(dice, quantity.units()))
}

/// Returns a distribution about a quantity, as scenario files spell it.
pub(super) fn spread(dice: &mut Dice, about: &str) -> String {
    match dice.below(5) {
        0 => {
            let other = another(dice, about).unwrap_or_else(|| about.to_owned());
            format!("observed({about}, {other})")
        }
        1 => format!("exponential({about})"),
        2 => format!("lognormal({about}, 0.8)"),
        3 => format!("weibull({about}, 0.7)"),
        _ => format!("0.8 {about} + 0.2 exponential({about})"),
    }
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
            let sizes = another(&mut dice, "lognormal(3KiB, 1.2)").expect("it is a law");
            assert!(sizes.parse::<Law<Bytes>>().is_ok(), "{sizes}");
            let rate = another(&mut dice, "2MiB/s").expect("it is a rate");
            assert!(rate.parse::<Rate>().is_ok(), "{rate}");
        }
        assert_eq!(another(&mut dice, "OnContact"), None);
        assert_eq!(another(&mut dice, "never"), None);
    }
}
