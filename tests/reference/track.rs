//! Positions as they came about: one knot for every change of pace, written down when it happened.
//!
//! Knows nothing of plans: a track is told only what is past. Kept here: between two knots a
//! position moves at one whole number of micro-bytes a microsecond, so nothing is ever rounded.

/// Micro-bytes in a byte.
pub(crate) const BYTE: u128 = 1_000_000;

/// A position over time, in micro-bytes, up to the last instant that was looked at.
#[derive(Clone, Debug)]
pub(crate) struct Track {
    knots: Vec<Knot>,
}

/// From an instant on, this position and this pace.
#[derive(Clone, Copy, Debug)]
struct Knot {
    at: u64,
    position: u128,
    pace: u128,
}

impl Knot {
    fn position(&self, at: u64) -> u128 {
        self.position + self.pace * u128::from(at - self.at)
    }
}

impl Track {
    /// Returns a track that rests.
    pub(crate) fn resting(at: u64, position: u128) -> Self {
        Self { knots: vec![Knot { at, position, pace: 0 }] }
    }

    /// Returns this track, and another from where that one begins.
    pub(crate) fn then(&self, other: &Self) -> Self {
        let mut knots = self.knots.clone();
        knots.retain(|knot| knot.at < other.knots[0].at);
        knots.extend(&other.knots);
        Self { knots }
    }

    fn knot(&self, at: u64) -> &Knot {
        let later = self.knots.iter().rev().find(|knot| knot.at <= at);
        later.unwrap_or(&self.knots[0])
    }

    /// Returns the position at an instant.
    pub(crate) fn at(&self, at: u64) -> u128 {
        let knot = self.knot(at);
        knot.position(at.max(knot.at))
    }

    /// Returns the last whole byte at an instant.
    pub(crate) fn byte(&self, at: u64) -> u64 {
        byte(self.at(at))
    }

    /// Moves from an instant on at a pace from a position; what was said of later is forgotten.
    pub(crate) fn go(&mut self, at: u64, position: u128, pace: u128) {
        while self.knots.last().is_some_and(|knot| knot.at >= at) {
            self.knots.pop();
        }
        if self.knots.last().is_some_and(|last| last.pace == pace && last.position(at) == position)
        {
            return;
        }
        self.knots.push(Knot { at, position, pace });
    }

    /// Returns the first instant, of those from `from` on and before `end`, at which the position
    /// is that far.
    pub(crate) fn first_at_or_beyond(&self, position: u128, from: u64, end: u64) -> Option<u64> {
        let begun = self.knots.iter().rposition(|knot| knot.at <= from).unwrap_or(0);
        for (index, knot) in self.knots.iter().enumerate().skip(begun) {
            let next = self.knots.get(index + 1).map_or(u64::MAX, |next| next.at).min(end);
            let start = knot.at.max(from);
            if start >= end {
                return None;
            }
            let here = knot.position(start);
            if here >= position {
                return Some(start);
            }
            if knot.pace > 0 {
                let missing = (position - here).div_ceil(knot.pace);
                let found = u128::from(start) + missing;
                if let Ok(found) = u64::try_from(found)
                    && found < next
                {
                    return Some(found);
                }
            }
        }
        None
    }

    /// Returns the instants after `from` and up to `to` at which the pace changes.
    fn changes(&self, from: u64, to: u64) -> impl Iterator<Item = u64> + '_ {
        let later = self.knots.iter().rev().take_while(move |knot| knot.at > from);
        later.map(|knot| knot.at).filter(move |at| *at <= to)
    }

    /// Goes on from one instant to another towards what is fed to it, microsecond by microsecond:
    /// at most `most` further each, never back, never beyond `limit`, and never beyond the least
    /// of several inputs, each of which comes so much later.
    pub(crate) fn pursue(&mut self, inputs: &[(&Self, u64)], feed: &Feed, (from, to): (u64, u64)) {
        let mut stops = vec![to];
        for (input, delay) in inputs {
            let changes = input.changes(from.saturating_sub(*delay), to.saturating_sub(*delay));
            // Before its beginning an input rests.
            let begins = input.knots[0].at;
            stops.extend(changes.chain([begins]).map(|at| at + delay));
        }
        stops.retain(|at| *at > from && *at <= to);
        stops.sort_unstable();
        stops.dedup();
        let input_at = |at: u64| {
            let seen = inputs.iter().map(|(input, delay)| input.at(at.saturating_sub(*delay)));
            seen.chain(feed.limit).min().unwrap_or(0)
        };
        let mut now = from;
        for stop in stops {
            // Within a stretch the inputs move evenly; its last microsecond may be a leap.
            self.walk(&input_at, feed.most, now, stop - 1);
            let last = self.at(stop - 1);
            let next = last.max(input_at(stop).min(last.saturating_add(feed.most)));
            self.go(stop, next, 0);
            now = stop;
        }
    }

    /// Goes on along an input that moves evenly, but for its limit.
    fn walk(&mut self, input: &impl Fn(u64) -> u128, most: u128, from: u64, to: u64) {
        let mut now = from;
        while now < to {
            let (here, there) = (self.at(now), input(now));
            let moves = input(now + 1) - there;
            // How long the input moves like that: to the end, or to its limit.
            let even = |span: u64| input(now + span) == there + moves * u128::from(span);
            let span = if even(to - now) { to - now } else { longest(even, to - now) };
            if moves == 0 && here >= there {
                self.go(now, here, 0);
                now += span;
            } else if here > there {
                // It rests until the input passes it.
                let rests = u64::try_from((here - there) / moves).unwrap_or(u64::MAX).min(span);
                self.go(now, here, 0);
                if rests > 0 {
                    now += rests;
                    continue;
                }
                now += 1;
                self.go(now, here.max(input(now).min(here.saturating_add(most))), 0);
            } else if here == there && moves <= most {
                self.go(now, here, moves);
                now += span;
                self.go(now, input(now), 0);
            } else if moves >= most {
                self.go(now, here, most);
                now += span;
                let reached = self.at(now);
                self.go(now, reached, 0);
            } else {
                let catches = (there - here).div_ceil(most - moves);
                let catches = u64::try_from(catches).unwrap_or(u64::MAX);
                self.go(now, here, most);
                now += catches.min(span);
                let reached = self.at(now).min(input(now));
                self.go(now, reached, 0);
            }
        }
    }
}

/// Returns the longest span that is still good, where every shorter one is.
fn longest(good: impl Fn(u64) -> bool, mut bad: u64) -> u64 {
    let mut best = 1;
    while best + 1 < bad {
        let middle = best + (bad - best) / 2;
        if good(middle) {
            best = middle;
        } else {
            bad = middle;
        }
    }
    best
}

/// How something is fed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Feed {
    /// How many micro-bytes a microsecond come at most.
    pub(crate) most: u128,
    /// How far it comes at most.
    pub(crate) limit: Option<u128>,
}

/// Returns the last whole byte of a position.
pub(crate) fn byte(position: u128) -> u64 {
    u64::try_from(position / BYTE).expect("a run writes less than 2^64 bytes")
}
