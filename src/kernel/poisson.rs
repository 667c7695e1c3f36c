//! Marks of a Poisson process: each comes after a gap of its own, drawn by its number.
//!
//! Knows nothing of what happens at a mark. Kept here: the marks follow from one word, the rate and
//! the beginning alone; how many of them are remembered changes no answer.

use std::hash::{Hash, Hasher};

use super::chance::Chance;
use super::instant::Instant;
use super::law::Law;
use super::time::Span;

/// Picoseconds in a microsecond: gaps are that fine, so that rounding does not change the rate.
const FINE: u128 = 1_000_000;

/// Marks whose gaps are exponential and independent.
///
/// # Examples
/// The commits of a client that makes 200 a second, at random:
/// ```
/// # let text = r#"Scenario(name: "example", until: "10m",
/// #     services: [Service(name: "orders", plan: Business)],
/// #     clients: [Writer(
/// #         name: "app", service: "orders", writes_per_s: 200, arrivals: Poisson)])"#;
/// # let loaded = cutover::scenario::parse("example.ron", text).expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(std::sync::Arc::new(loaded.setup), 0);
/// # sim.run_until(cutover::kernel::Instant::from_micros(30_000_000));
/// # let marks = sim.world().branches[0].sessions[0].replies.clone();
/// # let cutover::kernel::Marks::Poisson(marks) = marks else { unreachable!("{marks:?}") };
/// let gap = |n| marks.nth(n + 1).since(marks.nth(n)).as_micros();
/// let gaps: Vec<u64> = (1..=10_000).map(gap).collect();
/// let mean = gaps.iter().sum::<u64>() / 10_000;
/// assert!((4_800..5_200).contains(&mean));
/// assert!(gaps.iter().any(|one| *one < 100) && gaps.iter().any(|one| *one > 20_000));
/// ```
#[derive(Clone, Debug)]
pub struct PoissonMarks {
    word: u64,
    /// The mean gap, in picoseconds.
    mean: u64,
    /// The marks that are remembered, in order; at least one.
    known: Vec<Instant>,
    /// How many gaps have been drawn.
    drawn: u64,
    /// The last remembered mark before it was rounded up, in picoseconds.
    edge: u128,
}

impl PoissonMarks {
    /// Returns marks after an instant, so many a second on average, that follow from a word.
    ///
    /// # Panics
    /// If there are no marks a second, or more than a million million.
    pub(crate) fn after(begin: Instant, per_second: u64, word: u64) -> Self {
        let mut marks = Self::empty(begin, per_second, word);
        marks.remember();
        marks
    }

    /// Returns such marks of which the first is at that instant.
    ///
    /// # Panics
    /// If there are no marks a second, or more than a million million.
    pub(crate) fn from(first: Instant, per_second: u64, word: u64) -> Self {
        let mut marks = Self::empty(first, per_second, word);
        marks.known.push(first);
        marks
    }

    fn empty(begin: Instant, per_second: u64, word: u64) -> Self {
        let mean = 1_000_000_000_000_u64.checked_div(per_second).filter(|mean| *mean > 0);
        let mean = mean.expect("there are marks, and less than one in a picosecond");
        let edge = u128::from(begin.as_micros()) * FINE;
        Self { word, mean, known: Vec::new(), drawn: 0, edge }
    }

    /// Returns marks with the same first one of which there are half as many.
    #[must_use]
    pub(crate) fn halved(&self) -> Self {
        let first = self.first();
        let edge = u128::from(first.as_micros()) * FINE;
        Self { word: self.word, mean: self.mean * 2, known: vec![first], drawn: 1, edge }
    }

    /// Returns the marks from number `n` on, counted from 1, each so much earlier.
    #[must_use]
    pub(crate) fn starting(&self, n: u64, earlier: Span) -> Self {
        let mut rest = self.clone();
        let passed = usize::try_from(n.saturating_sub(1)).expect("as many marks have been counted");
        while rest.known.len() <= passed {
            rest.remember();
        }
        rest.known.drain(..passed);
        for mark in &mut rest.known {
            *mark = mark.minus(earlier);
        }
        rest.edge = rest.edge.saturating_sub(u128::from(earlier.as_micros()) * FINE);
        rest
    }

    /// Returns the marks that are remembered, in order.
    ///
    /// # Examples
    /// ```
    /// # let text = r#"Scenario(name: "example", until: "10m",
    /// #     services: [Service(name: "orders", plan: Business)],
    /// #     clients: [Writer(
    /// #         name: "app", service: "orders", writes_per_s: 200, arrivals: Poisson)])"#;
    /// # let loaded = cutover::scenario::parse("example.ron", text).expect("it is valid");
    /// # let mut sim = cutover::sim::Sim::new(std::sync::Arc::new(loaded.setup), 0);
    /// # sim.run_until(cutover::kernel::Instant::from_micros(30_000_000));
    /// # let marks = sim.world().branches[0].sessions[0].replies.clone();
    /// # let cutover::kernel::Marks::Poisson(marks) = marks else { unreachable!("{marks:?}") };
    /// assert!(!marks.known().is_empty());
    /// assert_eq!(marks.known()[0], marks.nth(1));
    /// assert!(marks.known().is_sorted());
    /// ```
    pub fn known(&self) -> &[Instant] {
        &self.known
    }

    /// Remembers at least so many marks after an instant up to which all are remembered, and one
    /// that is later than those; returns the instant of the last but that one.
    ///
    /// # Examples
    /// ```
    /// # let text = r#"Scenario(name: "example", until: "10m",
    /// #     services: [Service(name: "orders", plan: Business)],
    /// #     clients: [Writer(
    /// #         name: "app", service: "orders", writes_per_s: 200, arrivals: Poisson)])"#;
    /// # let loaded = cutover::scenario::parse("example.ron", text).expect("it is valid");
    /// # let mut sim = cutover::sim::Sim::new(std::sync::Arc::new(loaded.setup), 0);
    /// # sim.run_until(cutover::kernel::Instant::from_micros(30_000_000));
    /// # let marks = sim.world().branches[0].sessions[0].replies.clone();
    /// # let cutover::kernel::Marks::Poisson(mut marks) = marks else { unreachable!("{marks:?}") };
    /// let tenth = marks.remember_after(cutover::kernel::Instant::ZERO, 10);
    /// assert_eq!(tenth, marks.nth(10));
    /// assert!(marks.known().last() > Some(&tenth));
    /// ```
    pub fn remember_after(&mut self, t: Instant, count: usize) -> Instant {
        let wanted = self.known.partition_point(|mark| *mark <= t) + count;
        while self.known.len() < wanted {
            self.remember();
        }
        let horizon = self.known[wanted - 1];
        while self.known.last().is_some_and(|last| *last <= horizon) {
            self.remember();
        }
        horizon
    }

    fn remember(&mut self) {
        let (edge, mark) = self.following(self.edge, self.drawn);
        self.edge = edge;
        self.drawn += 1;
        self.known.push(mark);
    }

    /// Returns what comes after a mark that is given before rounding, by the gap of this number.
    fn following(&self, edge: u128, gap: u64) -> (u128, Instant) {
        let word = Chance::new(self.word, 0).word("gap", "", gap);
        // The law does not care that its unit is a picosecond here.
        let gap = Law::Exponential(Span::from_micros(self.mean)).draw(word).as_micros().max(1);
        let edge = edge + u128::from(gap);
        let micros = u64::try_from(edge.div_ceil(FINE)).unwrap_or(u64::MAX);
        (edge, Instant::from_micros(micros).min(Instant::FAR))
    }

    /// Returns the marks beyond those that are remembered, in order.
    fn beyond(&self) -> impl Iterator<Item = Instant> + '_ {
        let mut edge = self.edge;
        (self.drawn..).map(move |gap| {
            let (next, mark) = self.following(edge, gap);
            edge = next;
            mark
        })
    }

    /// Returns the instant of the first mark.
    pub(crate) fn first(&self) -> Instant {
        self.known[0]
    }

    /// Returns the number of marks at or before `t`, without end if that is never.
    pub(crate) fn count(&self, t: Instant) -> u64 {
        if t == Instant::FAR {
            return u64::MAX;
        }
        let known = self.known.partition_point(|mark| *mark <= t);
        let more = if known < self.known.len() {
            0
        } else {
            self.beyond().take_while(|mark| *mark <= t).count()
        };
        u64::try_from(known + more).expect("memory bounds the marks")
    }

    /// Returns the instant of mark number `n`, counted from 1.
    ///
    /// # Panics
    /// If `n` is zero.
    ///
    /// # Examples
    /// ```
    /// # let text = r#"Scenario(name: "example", until: "10m",
    /// #     services: [Service(name: "orders", plan: Business)],
    /// #     clients: [Writer(
    /// #         name: "app", service: "orders", writes_per_s: 200, arrivals: Poisson)])"#;
    /// # let loaded = cutover::scenario::parse("example.ron", text).expect("it is valid");
    /// # let mut sim = cutover::sim::Sim::new(std::sync::Arc::new(loaded.setup), 0);
    /// # sim.run_until(cutover::kernel::Instant::from_micros(30_000_000));
    /// # let marks = sim.world().branches[0].sessions[0].replies.clone();
    /// # let cutover::kernel::Marks::Poisson(marks) = marks else { unreachable!("{marks:?}") };
    /// let far = marks.nth(1_000);
    /// assert_eq!(marks.nth(1_000), far);
    /// assert!(marks.nth(999) <= far && far <= marks.nth(1_001));
    /// ```
    pub fn nth(&self, n: u64) -> Instant {
        assert!(n > 0, "marks are counted from 1");
        let Ok(place) = usize::try_from(n - 1) else { return Instant::FAR };
        if n == u64::MAX {
            return Instant::FAR;
        }
        let known = self.known.get(place).copied();
        known.or_else(|| self.beyond().nth(place - self.known.len())).unwrap_or(Instant::FAR)
    }

    /// What tells these marks from all others.
    fn origin(&self) -> (u64, u64, Instant, u64) {
        let known = u64::try_from(self.known.len()).expect("a list has a length");
        (self.word, self.mean, self.first(), self.drawn + 1 - known)
    }
}

impl PartialEq for PoissonMarks {
    fn eq(&self, other: &Self) -> bool {
        self.origin() == other.origin()
    }
}

impl Eq for PoissonMarks {}

impl Hash for PoissonMarks {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.origin().hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The first marks, each from the definition: the sum of all gaps up to it.
    fn walk(begin: u64, per_second: u64, word: u64, count: u64) -> Vec<Instant> {
        let mean = Span::from_micros(1_000_000_000_000 / per_second);
        let gap = |n| {
            let word = Chance::new(word, 0).word("gap", "", n);
            u128::from(Law::Exponential(mean).draw(word).as_micros().max(1))
        };
        let sum = |n: u64| (0..=n).map(gap).sum::<u128>() + u128::from(begin) * FINE;
        let whole = |fine: u128| u64::try_from(fine.div_ceil(FINE)).expect("it is soon");
        (0..count).map(|n| Instant::from_micros(whole(sum(n)))).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn marks_agree_with_sums_of_gaps_however_many_are_remembered(
            begin in 0..1_000_u64, per_second in 1..2_000_000_u64, word in any::<u64>(),
            remembered in 0..60_usize, passed in 0..40_u64, earlier in 0..5_000_u64,
        ) {
            let list = walk(begin, per_second, word, 80);
            let fresh = PoissonMarks::after(Instant::from_micros(begin), per_second, word);
            let mut marks = fresh.clone();
            let horizon = marks.remember_after(Instant::ZERO, remembered + 1);
            prop_assert_eq!(horizon, list[remembered]);
            prop_assert!(marks.known().last().is_some_and(|last| *last > horizon));
            prop_assert_eq!(&marks, &fresh);
            for (n, mark) in (1..=80).zip(&list) {
                prop_assert_eq!((marks.nth(n), fresh.nth(n)), (*mark, *mark));
                let by = list.iter().filter(|other| *other <= mark).count();
                if *mark < list[79] {
                    prop_assert_eq!(marks.count(*mark), u64::try_from(by).expect("it is small"));
                    prop_assert_eq!(marks.count(*mark), fresh.count(*mark));
                }
            }
            let earlier = Span::from_micros(earlier.min(begin));
            let rest = marks.starting(passed + 1, earlier);
            for n in 1..=40 {
                let place = usize::try_from(n - 1 + passed).expect("it is small");
                prop_assert_eq!(rest.nth(n), list[place].minus(earlier));
            }
        }
    }

    #[test]
    fn rounding_does_not_change_the_rate() {
        // 0.7 microseconds apart on average: in a second 1,428,571, give or take 1,195.
        let marks = PoissonMarks::after(Instant::ZERO, 1_428_571, 3);
        let second = Instant::from_micros(1_000_000);
        assert!((1_424_000..1_433_000).contains(&marks.count(second)));
        let later = PoissonMarks::from(second, 10, 3);
        assert_eq!((later.first(), later.count(second)), (second, 1));
        assert_eq!(later.halved().first(), second);
        assert_eq!((marks.count(Instant::FAR), marks.nth(u64::MAX)), (u64::MAX, Instant::FAR));
    }
}
