//! What is simpler than a value: rounder times, fixed times, smaller numbers, smaller plans.
//!
//! Knows nothing of where a value stands. Kept here: a simpler value is never simplified back, so
//! that simplifying comes to an end.

use serde_json::Value;

use crate::kernel::{Bytes, Distribution, Law, Measure, Rate, Span};
use crate::model::Plan;

/// Units of time in which people think, the roundest first, in microseconds.
pub(super) const ROUND: [u64; 14] = [
    3_600_000_000,
    600_000_000,
    300_000_000,
    60_000_000,
    30_000_000,
    10_000_000,
    5_000_000,
    1_000_000,
    500_000,
    100_000,
    10_000,
    1_000,
    100,
    10,
];

/// Returns what is simpler than a value, the simplest first.
pub(super) fn than(value: &Value, drawn: Option<Span>) -> Vec<Value> {
    if let Some(number) = value.as_u64() {
        return smaller(number).map(Value::from).collect();
    }
    let Some(text) = value.as_str() else { return Vec::new() };
    if let Some(plan) = Plan::ALL.iter().position(|plan| plan.name() == text) {
        return Plan::ALL[..plan].iter().map(|plan| Value::from(plan.name())).collect();
    }
    let said = |text: String| Value::from(text);
    match text.parse() {
        Ok(Distribution::One(Law::Fixed(span))) => {
            return rounder(span).map(|span| said(span.to_string())).collect();
        }
        Ok(law) => return fixed(&law, drawn).map(|span| said(span.to_string())).collect(),
        Err(_) => {}
    }
    match text.parse() {
        Ok(Distribution::One(Law::Fixed(Bytes(bytes)))) => {
            return coarser(bytes).map(|bytes| said(Bytes(bytes).to_string())).collect();
        }
        Ok(law) => return fixed(&law, None).map(|size| said(size.to_string())).collect(),
        Err(_) => {}
    }
    if let Ok(rate) = text.parse::<Rate>() {
        return coarser(rate.get()).map(|rate| said(Rate(rate).to_string())).collect();
    }
    Vec::new()
}

/// Returns whether a value is the name of a plan.
pub(super) fn is_plan(value: &Value) -> bool {
    Plan::ALL.iter().any(|plan| value == plan.name())
}

/// Returns the spans on both sides that are rounder, the roundest first.
fn rounder(span: Span) -> impl Iterator<Item = Span> {
    let micros = span.as_micros();
    let forever = span == Span::FOREVER;
    let units = ROUND.into_iter().filter(move |unit| !forever && !micros.is_multiple_of(*unit));
    let spans = units.flat_map(move |unit| {
        let below = micros / unit * unit;
        [below, below.saturating_add(unit)]
    });
    spans.map(Span::from_micros)
}

/// Returns whether a value is a law of which not all draws are the same.
pub(super) fn is_law(value: &Value) -> bool {
    let Some(text) = value.as_str() else { return false };
    let spans = text.parse::<Distribution>();
    let sizes = text.parse::<Distribution<Bytes>>();
    spans.is_ok_and(|law| law.fixed().is_none()) || sizes.is_ok_and(|law| law.fixed().is_none())
}

/// Returns quantities that a law may be replaced with; what was drawn first.
fn fixed<Q: Measure>(law: &Distribution<Q>, drawn: Option<Q>) -> impl Iterator<Item = Q> {
    let read = !matches!(law, Distribution::ObservedIn(_));
    let middle = read.then(|| law.draw(1 << 63));
    drawn.into_iter().chain([law.least()]).chain(law.greatest()).chain(middle)
}

/// Returns smaller numbers: powers of ten, then one digit.
fn smaller(number: u64) -> impl Iterator<Item = u64> {
    let powers = (0..20_u32).filter_map(|digits| 10_u64.checked_pow(digits));
    let greatest = powers.clone().take_while(|power| *power <= number).last().unwrap_or(1);
    let digit = number / greatest * greatest;
    powers.take_while(move |power| *power < number).chain((digit < number).then_some(digit))
}

/// Returns amounts below in larger units.
fn coarser(amount: u64) -> impl Iterator<Item = u64> {
    let units = [1_u64 << 30, 1 << 20, 1 << 10];
    let coarser =
        units.into_iter().filter(move |unit| amount > *unit && !amount.is_multiple_of(*unit));
    coarser.map(move |unit| amount / unit * unit)
}

/// Returns the next whole second.
pub(super) fn whole_seconds(span: Span) -> Span {
    let next = span.as_micros().checked_next_multiple_of(1_000_000);
    next.map_or(Span::FOREVER, Span::from_micros)
}

/// Returns shorter ends of a run, the shortest first, and last the next whole second.
pub(super) fn shorter(until: Span) -> Vec<Value> {
    let micros = until.as_micros();
    let second = 1_000_000;
    let parts = [8, 4, 2].map(|part| micros / part).into_iter();
    let less = [3_600, 600, 60, 10, 1].map(|secs| micros.saturating_sub(secs * second));
    let whole = parts.chain([micros / 4 * 3]).chain(less).map(|micros| micros / second * second);
    let mut ends: Vec<u64> = whole.filter(|end| *end > 0 && *end < micros).collect();
    ends.sort_unstable();
    ends.dedup();
    ends.extend(micros.checked_next_multiple_of(second).filter(|end| *end > micros));
    ends.into_iter().map(|end| Value::from(Span::from_micros(end).to_string())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn texts(value: impl Into<Value>) -> Vec<String> {
        than(&value.into(), Some(Span::from_secs(7))).iter().map(Value::to_string).collect()
    }

    #[test]
    fn simpler_times_are_rounder() {
        assert_eq!(texts("1h"), [""; 0]);
        assert_eq!(texts("90s")[..4], ["\"0s\"", "\"1h\"", "\"0s\"", "\"10m\""]);
        assert_eq!(texts("59.9s").last().expect("some are"), "\"1m\"");
        assert_eq!(texts("never"), [""; 0]);
        assert_eq!(texts("uniform(5s, 9s)"), ["\"7s\"", "\"5s\"", "\"9s\"", "\"7s\""]);
        assert_eq!(texts("exponential(10s)")[..2], ["\"7s\"", "\"0s\""]);
        assert_eq!(texts("uniform(1KiB, 9KiB)"), ["\"1KiB\"", "\"9KiB\"", "\"5KiB\""]);
        assert_eq!(texts("observed(1s, 2s)"), ["\"7s\"", "\"1s\"", "\"2s\"", "\"2s\""]);
    }

    #[test]
    fn simpler_numbers_are_smaller() {
        assert_eq!(texts(250), ["1", "10", "100", "200"]);
        assert_eq!(texts(1), [""; 0]);
        assert_eq!(texts("1500KiB"), ["\"1MiB\""]);
        assert_eq!(texts("Premium"), ["\"Hobbyist\"", "\"Startup\"", "\"Business\""]);
        assert_eq!(texts("orders"), [""; 0]);
    }

    #[test]
    fn simplifying_comes_to_an_end_whichever_way_is_taken() {
        for value in ["7m13.123457s", "uniform(3.3s, 1h7us)", "123456789B", "3333333B/s"] {
            let mut open = vec![Value::from(value)];
            let mut seen = BTreeSet::new();
            while let Some(value) = open.pop() {
                for next in than(&value, None) {
                    assert_ne!(next, value);
                    if seen.insert(next.to_string()) {
                        open.push(next);
                    }
                }
                assert!(seen.len() < 5_000);
            }
        }
    }

    #[test]
    fn shorter_runs_are_shorter_and_end_on_a_second() {
        let ends: Vec<String> = shorter(Span::from_mins(20)).iter().map(Value::to_string).collect();
        assert_eq!(ends[..3], ["\"2m30s\"", "\"5m\"", "\"10m\""]);
        assert_eq!(ends.last().expect("some are"), "\"19m59s\"");
        assert!(shorter(Span::from_secs(1)).is_empty());
        let ends = shorter(Span::from_micros(60_003_600));
        assert_eq!(ends.last(), Some(&Value::from("1m1s")));
    }
}
