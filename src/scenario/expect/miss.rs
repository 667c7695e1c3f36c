//! In which way an expectation was missed: too much or too little of it, or something else.
//!
//! Knows nothing of what is made of it. Kept here: the way is told in words without times, amounts
//! and nodes, so that two runs miss an expectation alike when they go wrong alike.

use super::judge;
use crate::kernel::{Bytes, Span};
use crate::scenario::ExpectationVerdict;
use crate::scenario::file::Expectation;
use crate::sim::Outcome;

/// So many smaller numbers are tried to tell whether there are too few of something.
const COUNTED_MAX: u32 = 1_000;

/// Returns in which way a run misses an expectation.
pub(crate) fn how_missed(expectation: &Expectation, outcome: &Outcome) -> String {
    let met = |other: &Expectation| judge(other, outcome).verdict == ExpectationVerdict::Met;
    let instants =
        matches!(expectation, Expectation::Promoted { .. } | Expectation::MarkedDown { .. });
    let words = if instants { ["at-the-start", "too-early", "too-late"] } else { AMOUNTS };
    let ranges = [Side::Nothing, Side::Less, Side::More];
    for (side, word) in ranges.into_iter().zip(words) {
        if ranged(expectation, side).is_some_and(|other| met(&other)) {
            return word.to_owned();
        }
    }
    if let Some(count) = counted(&mut expectation.clone()).map(|count| count.get()) {
        let fewer = (0..count.min(COUNTED_MAX)).find(|fewer| {
            let mut other = expectation.clone();
            counted(&mut other).is_some_and(|mut count| count.set(*fewer)) && met(&other)
        });
        let [none, less, more] = AMOUNTS;
        return fewer.map_or(more, |fewer| if fewer == 0 { none } else { less }).to_owned();
    }
    plain(&judge(expectation, outcome).detail)
}

/// How an amount can be wrong.
const AMOUNTS: [&str; 3] = ["none", "too-little", "too-much"];

/// What lies beside a range.
#[derive(Clone, Copy, Debug)]
enum Side {
    Nothing,
    Less,
    More,
}

impl Side {
    fn of<T>(self, (low, high): (T, T), [least, most]: [T; 2]) -> (T, T)
    where
        T: Copy,
    {
        match self {
            Self::Nothing => (least, least),
            Self::Less => (least, high),
            Self::More => (low, most),
        }
    }
}

/// Returns an expectation of what lies beside its range, if it has one.
fn ranged(expectation: &Expectation, side: Side) -> Option<Expectation> {
    let mut other = expectation.clone();
    if let Expectation::Promoted { between, .. }
    | Expectation::PromotionTakes { between, .. }
    | Expectation::MarkedDown { between, .. }
    | Expectation::Outage { between, .. }
    | Expectation::LossWindow { between, .. }
    | Expectation::DualWriters { between, .. }
    | Expectation::Exposure { between, .. }
    | Expectation::SlotAge { between, .. }
    | Expectation::Unprotected { between, .. }
    | Expectation::BothWritable { between, .. }
    | Expectation::OutageTogether { between, .. } = &mut other
    {
        *between = side.of(*between, [Span::ZERO, Span::FOREVER]);
    } else if let Expectation::LostCommits { between, .. }
    | Expectation::AcknowledgedBy { between, .. }
    | Expectation::Duplicates { between, .. }
    | Expectation::SkippedCommits { between, .. }
    | Expectation::PhantomCommits { between, .. } = &mut other
    {
        *between = side.of(*between, [0, u64::MAX]);
    } else if let Expectation::LostBytes { between, .. } | Expectation::SlotLag { between, .. } =
        &mut other
    {
        *between = side.of(*between, [Bytes(0), Bytes(u64::MAX)]);
    } else {
        return None;
    }
    Some(other)
}

/// A number that an expectation names.
enum Count<'a> {
    Small(&'a mut u8),
    Large(&'a mut u32),
}

impl Count<'_> {
    fn get(&self) -> u32 {
        match self {
            Self::Small(count) => u32::from(**count),
            Self::Large(count) => **count,
        }
    }

    /// Replaces the number; tells whether it can be so large.
    fn set(&mut self, number: u32) -> bool {
        match self {
            Self::Small(count) => u8::try_from(number).map(|number| **count = number).is_ok(),
            Self::Large(count) => {
                **count = number;
                true
            }
        }
    }
}

fn counted(expectation: &mut Expectation) -> Option<Count<'_>> {
    if let Expectation::Promotions { count, .. } | Expectation::Outages { count, .. } = expectation
    {
        return Some(Count::Large(count));
    }
    if let Expectation::NodeCount { nodes, .. } | Expectation::PeakNodes { nodes, .. } = expectation
    {
        return Some(Count::Small(nodes));
    }
    None
}

/// Returns the words of a text in which no number is.
fn plain(detail: &str) -> String {
    let words = detail.split_whitespace();
    let words = words.filter(|word| !word.chars().any(|letter| letter.is_ascii_digit()));
    let words = words.map(|word| word.trim_end_matches([',', ';', ':']));
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::made;
    use super::*;
    use crate::check::Verdict;

    fn how(expectation: &Expectation) -> String {
        how_missed(expectation, &made::outcome())
    }

    #[test]
    fn an_amount_is_too_much_too_little_or_none() {
        let outage = |low, high| Expectation::Outage {
            client: "app".to_owned(),
            between: (Span::from_secs(low), Span::from_secs(high)),
        };
        // The client was out for 20 s.
        assert_eq!(how(&outage(1, 19)), "too-much");
        assert_eq!(how(&outage(21, 90)), "too-little");
        let lost = |low, high| Expectation::LostCommits {
            service: "orders".to_owned(),
            between: (low, high),
        };
        assert_eq!([how(&lost(0, 9)), how(&lost(500, 900))], ["too-much", "too-little"]);
        let mut quiet = made::outcome();
        quiet.clients[0].outages.clear();
        assert_eq!(how_missed(&outage(21, 90), &quiet), "none");
    }

    #[test]
    fn something_comes_too_early_too_late_or_never() {
        let promoted = |number: u8, low, high| Expectation::Promoted {
            node: format!("orders-{number}"),
            between: (Span::from_secs(low), Span::from_secs(high)),
        };
        assert_eq!(how(&promoted(2, 100, 120)), "too-early");
        assert_eq!(how(&promoted(2, 10, 20)), "too-late");
        assert_eq!(how(&promoted(3, 10, 20)), "was not promoted but at");
    }

    #[test]
    fn numbers_are_too_small_or_too_large_and_words_are_other_words() {
        let promotions = |count| Expectation::Promotions { service: "orders".to_owned(), count };
        assert_eq!([how(&promotions(0)), how(&promotions(3))], ["too-much", "too-little"]);
        let verdict =
            Expectation::Verdict { invariant: "at-most-one-writer".to_owned(), is: Verdict::Holds };
        assert_eq!(how(&verdict), "the run did not judge at-most-one-writer");
    }
}
