//! A set of stretches along a stream, such as what a consumer has been given.
//!
//! Knows nothing of what lies in the stretches. Kept here: stretches are in order, do not touch
//! and are never empty; a stretch lacks its beginning and has its end.

use super::position::Position;

/// A set of stretches, each from behind its beginning up to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Ranges(Vec<(Position, Position)>);

impl Ranges {
    /// Adds a stretch; one that ends before it begins is none.
    pub(crate) fn add(&mut self, from: Position, to: Position) {
        if from >= to {
            return;
        }
        let first = self.0.partition_point(|(_, end)| *end < from);
        let behind = self.0.partition_point(|(begin, _)| *begin <= to);
        let joined = &self.0[first..behind.max(first)];
        let begin = joined.first().map_or(from, |(begin, _)| from.min(*begin));
        let end = joined.last().map_or(to, |(_, end)| to.max(*end));
        self.0.splice(first..behind.max(first), [(begin, end)]);
    }

    /// Returns the parts of a stretch that are in the set, in order.
    pub(crate) fn within(&self, from: Position, to: Position) -> Vec<(Position, Position)> {
        let parts = self.0.iter().map(|(begin, end)| (from.max(*begin), to.min(*end)));
        parts.filter(|(begin, end)| begin < end).collect()
    }

    /// Returns the parts of a stretch that are not in the set, in order.
    pub(crate) fn without(&self, from: Position, to: Position) -> Vec<(Position, Position)> {
        let mut parts = Vec::new();
        let mut begin = from;
        for (covered, end) in self.within(from, to) {
            parts.push((begin, covered));
            begin = end;
        }
        parts.push((begin, to));
        parts.retain(|(begin, end)| begin < end);
        parts
    }

    /// Returns the stretches, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Position, Position)> + '_ {
        self.0.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::super::position::Lsn;
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn at(lsn: u64) -> Position {
        Position::from_lsn(Lsn(lsn))
    }

    /// The bytes of stretches, one by one.
    fn bytes(parts: impl IntoIterator<Item = (Position, Position)>) -> BTreeSet<u64> {
        parts.into_iter().flat_map(|(from, to)| from.lsn().get() + 1..=to.lsn().get()).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn stretches_agree_with_a_set_of_bytes(
            added in prop::collection::vec((0..60_u64, 0..60_u64), 0..12),
            (from, to) in (0..60_u64, 0..60_u64),
        ) {
            let (mut ranges, mut naive) = (Ranges::default(), BTreeSet::new());
            for (from, to) in added {
                ranges.add(at(from), at(to));
                naive.extend(from + 1..=to);
            }
            prop_assert_eq!(bytes(ranges.iter()), naive.clone());
            let all: Vec<_> = ranges.iter().collect();
            prop_assert!(all.iter().all(|(begin, end)| begin < end));
            prop_assert!(all.windows(2).all(|pair| pair[0].1 < pair[1].0));
            let asked: BTreeSet<u64> = (from + 1..=to).collect();
            let inside: BTreeSet<u64> = asked.intersection(&naive).copied().collect();
            prop_assert_eq!(bytes(ranges.within(at(from), at(to))), inside);
            let outside: BTreeSet<u64> = asked.difference(&naive).copied().collect();
            prop_assert_eq!(bytes(ranges.without(at(from), at(to))), outside);
        }
    }

    #[test]
    fn a_stretch_is_cut_into_what_is_in_a_set_and_what_is_not() {
        let mut given = Ranges::default();
        given.add(at(0), at(10));
        given.add(at(20), at(30));
        assert_eq!(given.within(at(5), at(25)), [(at(5), at(10)), (at(20), at(25))]);
        assert_eq!(given.without(at(5), at(25)), [(at(10), at(20))]);
    }
}
