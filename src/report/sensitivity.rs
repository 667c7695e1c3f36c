//! How much each undocumented value moves a result: it is doubled and halved, one at a time.
//!
//! Knows nothing of how a run comes about: it is handed what repeats one. Kept here: the same
//! outcomes give the same answer, and a value that cannot be varied is left out.

use std::fmt;

use super::downtime::worst_client;
use super::wording::{counted, span};
use crate::kernel::{Bytes, Rate, Span};
use crate::sim::Outcome;

/// How many sensitivities are kept, those with the greatest effect.
const KEPT_MAX: usize = 3;

/// How a result changes when one undocumented value is another.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// let found = cutover::report::sensitivities(&outcome, |knob, value| {
///     let other = loaded.with(knob, value).ok()?;
///     Some(cutover::sim::run(&other.setup, 0))
/// });
/// assert!(found.len() <= 3);
/// assert!(found.iter().all(|one| !one.variations.is_empty()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sensitivity {
    /// The knob.
    pub knob: &'static str,
    /// Its value in the run.
    pub value: String,
    /// What other values lead to, in the order in which they were tried.
    pub variations: Vec<Variation>,
}

/// What one other value of a knob leads to.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// let found = cutover::report::sensitivities(&outcome, |knob, value| {
///     let other = loaded.with(knob, value).ok()?;
///     Some(cutover::sim::run(&other.setup, 0))
/// });
/// let all = found.iter().flat_map(|one| &one.variations);
/// assert!(all.clone().count() > 0 && all.clone().all(|one| one.writes));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variation {
    /// The other value.
    pub value: String,
    /// The worst client's outage in the run, in total.
    pub outage_before: Span,
    /// The same with the other value.
    pub outage_after: Span,
    /// Acknowledged commits that the run lost.
    pub lost_before: u64,
    /// The same with the other value.
    pub lost_after: u64,
    /// Whether the outage is one of writes rather than of reads.
    pub writes: bool,
}

impl Variation {
    /// Returns the change in per mille of what it was: a weight to rank by, no quantity.
    fn weight(&self) -> u128 {
        let (before, after) = (self.outage_before.as_micros(), self.outage_after.as_micros());
        let share = |change: u64, whole: u64| u128::from(change) * 1_000 / u128::from(whole);
        share(before.abs_diff(after), before.max(1_000_000))
            + share(self.lost_before.abs_diff(self.lost_after), self.lost_before.max(1))
    }

    fn matters(&self) -> bool {
        self.outage_before != self.outage_after || self.lost_before != self.lost_after
    }
}

impl fmt::Display for Variation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.writes { "write" } else { "read" };
        let (before, after) = (self.outage_before, self.outage_after);
        let mut parts = Vec::new();
        if after > before {
            parts.push(format!("makes the {kind} outage {} longer", span(after.minus(before))));
        } else if after < before {
            parts.push(format!("makes the {kind} outage {} shorter", span(before.minus(after))));
        }
        let difference = counted(self.lost_before.abs_diff(self.lost_after), "commit");
        if self.lost_after > self.lost_before {
            parts.push(format!("loses {difference} more"));
        } else if self.lost_after < self.lost_before {
            parts.push(format!("loses {difference} fewer"));
        }
        if parts.is_empty() {
            parts.push("changes neither".to_owned());
        }
        write!(f, "{} {}", self.value, parts.join(" and "))
    }
}

impl fmt::Display for Sensitivity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told: Vec<String> = self.variations.iter().map(ToString::to_string).collect();
        write!(f, "{} = {}: {}", self.knob, self.value, told.join("; "))
    }
}

/// Returns the three stances that move the result of a run most, greatest effect first.
///
/// Each stance whose value is a number is doubled and halved. `vary` repeats the run with a knob
/// set to a value, or returns nothing when that value is refused. What counts is the total outage
/// of the worst writer (of the worst reader where nobody writes) and the number of acknowledged
/// commits lost, each relative to what it was. Stances without any effect are left out.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// let found = cutover::report::sensitivities(&outcome, |knob, value| {
///     let other = loaded.with(knob, value).ok()?;
///     Some(cutover::sim::run(&other.setup, 0))
/// });
/// assert!(found.iter().all(|one| outcome.stances.iter().any(|known| known.knob == one.knob)));
/// ```
pub fn sensitivities(
    outcome: &Outcome,
    vary: impl Fn(&str, &str) -> Option<Outcome>,
) -> Vec<Sensitivity> {
    let mut found = Vec::new();
    for stance in &outcome.stances {
        let others = [doubled(&stance.value), halved(&stance.value)].into_iter().flatten();
        let run = |value: String| {
            let other = vary(stance.knob, &value)?;
            Some(compared(outcome, &other, value))
        };
        let variations: Vec<Variation> = others.filter_map(run).collect();
        let weight = variations.iter().map(Variation::weight).max().unwrap_or(0);
        if variations.iter().any(Variation::matters) {
            let value = stance.value.clone();
            found.push((weight, Sensitivity { knob: stance.knob, value, variations }));
        }
    }
    // The sort is stable: of equal weights, the first in the registry comes first.
    found.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    found.into_iter().map(|(_, sensitivity)| sensitivity).take(KEPT_MAX).collect()
}

fn compared(before: &Outcome, after: &Outcome, value: String) -> Variation {
    let writes = before.clients.iter().any(|client| client.writes);
    let outage = |outcome| worst_client(outcome, writes).map_or(Span::ZERO, |(_, length)| length);
    let lost = |outcome: &Outcome| {
        outcome.services.iter().map(|service| service.loss.lost_commits).sum::<u64>()
    };
    Variation {
        value,
        outage_before: outage(before),
        outage_after: outage(after),
        lost_before: lost(before),
        lost_after: lost(after),
        writes,
    }
}

pub(crate) fn doubled(value: &str) -> Option<String> {
    scaled(value, |number| number.checked_mul(2).filter(|twice| *twice > 0))
}

pub(crate) fn halved(value: &str) -> Option<String> {
    scaled(value, |number| Some(number / 2).filter(|half| *half > 0))
}

/// Returns a time, a rate or a size with its number changed, if the text is one and has an end.
fn scaled(text: &str, change: impl Fn(u64) -> Option<u64>) -> Option<String> {
    let other = |number: u64| if number == u64::MAX { None } else { change(number) };
    if let Ok(span) = text.parse::<Span>() {
        return other(span.as_micros()).map(|micros| Span::from_micros(micros).to_string());
    }
    if let Ok(rate) = text.parse::<Rate>() {
        return other(rate.get()).map(|rate| Rate(rate).to_string());
    }
    let bytes = text.parse::<Bytes>().ok()?;
    other(bytes.get()).map(|bytes| Bytes(bytes).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Instant;
    use crate::report::fixture;

    /// A made-up world: the outage depends on the TTL, the loss on the redo rate.
    fn world(knob: &str, value: &str) -> Option<Outcome> {
        let mut outcome = fixture::outcome();
        let writer = &mut outcome.clients[0].outages[0];
        match (knob, value) {
            ("dns_ttl", "1m") => writer.end = Some(fixture::at(1_462)),
            ("dns_ttl", "15s") => writer.end = Some(Instant::ZERO + Span::from_millis(125_900)),
            ("redo_rate", "100MiB/s") => outcome.services[0].loss.lost_commits = 0,
            ("promotion_overhead", "2s") => return None,
            _ => {}
        }
        Some(outcome)
    }

    #[test]
    fn the_stance_with_the_greatest_effect_comes_first() {
        let told: Vec<String> =
            sensitivities(&fixture::outcome(), world).iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "redo_rate = 50MiB/s: 100MiB/s loses 212 commits fewer; 25MiB/s changes neither",
                "dns_ttl = 30s: 1m makes the write outage 12.0 s longer; 15s makes the write \
                 outage 8.3 s shorter",
            ]
        );
    }

    #[test]
    fn values_without_an_end_and_words_are_not_varied() {
        for text in ["never", "unlimited", "drawn", "OnContact", "uniform(5s, 30s)", "0s"] {
            assert_eq!((doubled(text), halved(text)), (None, None), "{text}");
        }
        assert_eq!(doubled("50MiB/s").as_deref(), Some("100MiB/s"));
        assert_eq!(halved("4MiB").as_deref(), Some("2MiB"));
        assert_eq!(halved("5s").as_deref(), Some("2.5s"));
        assert_eq!(halved("1us"), None);
    }

    #[test]
    fn at_most_three_are_kept() {
        let mut outcome = fixture::outcome();
        let stance = outcome.stances[0].clone();
        outcome.stances = vec![stance; 5];
        assert_eq!(sensitivities(&outcome, world).len(), 3);
    }
}
