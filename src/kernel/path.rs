//! A position that moves over time, with its past and its plan.
//!
//! Knows nothing of what moves, nor why. A path never goes back; its value at each whole
//! microsecond is exact; the only rounding is that an instant of arrival is rounded up.
//!
//! A path is a list of segments, each an arithmetic progression over whole microseconds. Between
//! two microseconds nothing can be asked, so a leap is a segment that begins higher than the one
//! before it ends. Each segment begins as early as its progression fits, hence the same movement
//! from the same start is the same value, unless its plan changed twice within two microseconds.

use super::instant::Instant;
use super::position::Position;

/// A non-decreasing, piecewise linear position over time.
///
/// # Examples
/// A standby of the same region has what its primary wrote 5 ms ago:
/// ```
/// # let path = "scenarios/business-standby-loss.ron";
/// # let loaded = cutover::scenario::load(path.as_ref()).expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(std::sync::Arc::new(loaded.setup), 0);
/// use cutover::kernel::{Instant, Span};
/// let now = Instant::ZERO + Span::from_secs(30);
/// sim.run_until(now);
/// let (written, standby) = (&sim.world().branches[0].written, &sim.world().nodes[1]);
/// assert!(standby.received.at(now) < written.at(now));
/// assert_eq!(standby.received.at(now), written.at(now.minus(Span::from_millis(5))));
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Hash)]
pub struct Path {
    /// In order of time, never empty, no two at one instant.
    pub(super) segments: Vec<Segment>,
}

/// A stretch of movement, up to the next segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub(super) struct Segment {
    pub(super) at: Instant,
    pub(super) from: Position,
    /// Bytes per second, which is micro-bytes per microsecond.
    pub(super) rate: u64,
}

impl Segment {
    pub(super) fn value(&self, t: Instant) -> Position {
        self.from.moved(self.rate, t.since(self.at).as_micros())
    }

    /// Returns the first microsecond at which this segment, if it never ends, is at `p` or beyond.
    fn hits(&self, p: Position) -> Option<Instant> {
        let missing = p.minus(self.from).micro_bytes();
        if missing == 0 {
            return Some(self.at);
        }
        let micros = missing.checked_add(u128::from(self.rate) - 1)? / u128::from(self.rate);
        later(self.at, micros)
    }
}

/// Returns the instant `micros` microseconds after `t`, unless that is never.
pub(super) fn later(t: Instant, micros: u128) -> Option<Instant> {
    let sum = u128::from(t.as_micros()).checked_add(micros)?;
    u64::try_from(sum).ok().map(Instant::from_micros).filter(|found| *found < Instant::FAR)
}

/// Returns the next microsecond.
pub(super) fn tick(t: Instant) -> Instant {
    Instant::from_micros(t.as_micros().saturating_add(1))
}

/// Returns the microsecond before `t`.
pub(super) fn before(t: Instant) -> Instant {
    Instant::from_micros(t.as_micros() - 1)
}

impl Path {
    /// Returns a path that begins at `at` and rests at `position`.
    pub(crate) fn resting(at: Instant, position: Position) -> Self {
        // Few paths change more than a few times; growing step by step would cost more.
        let mut segments = Vec::with_capacity(4);
        segments.push(Segment { at, from: position, rate: 0 });
        Self { segments }
    }

    /// Returns the position at `t`; before the path begins, its first position.
    ///
    /// # Examples
    /// The past is known, and so is what is planned:
    /// ```
    /// # let path = "scenarios/business-standby-loss.ron";
    /// # let loaded = cutover::scenario::load(path.as_ref()).expect("it is valid");
    /// # let mut sim = cutover::sim::Sim::new(std::sync::Arc::new(loaded.setup), 0);
    /// use cutover::kernel::{Instant, Span};
    /// let second = |count| Instant::ZERO + Span::from_secs(count);
    /// sim.run_until(second(30));
    /// let written = &sim.world().branches[0].written;
    /// assert!(written.at(second(10)) < written.at(second(20)));
    /// assert!(written.at(second(30)) < written.at(second(40)));
    /// ```
    pub fn at(&self, t: Instant) -> Position {
        self.segment(t).map_or(self.segments[0].from, |segment| segment.value(t))
    }

    /// Returns the planned rate at `t` in bytes per second, zero before the path begins.
    ///
    /// A leap is no rate: it does not show here.
    pub(crate) fn rate_at(&self, t: Instant) -> u64 {
        self.segment(t).map_or(0, |segment| segment.rate)
    }

    /// Returns the instant at which the path begins, or from which it still remembers.
    pub(crate) fn start(&self) -> Instant {
        self.segments[0].at
    }

    /// Returns the first instant at which the position is `p` or beyond, `None` if never.
    ///
    /// A path rests at its first position since ever, so it is there at [`Instant::ZERO`].
    ///
    /// # Examples
    /// ```
    /// # let path = "scenarios/business-standby-loss.ron";
    /// # let loaded = cutover::scenario::load(path.as_ref()).expect("it is valid");
    /// # let mut sim = cutover::sim::Sim::new(std::sync::Arc::new(loaded.setup), 0);
    /// use cutover::kernel::{Instant, Lsn, Position, Span};
    /// sim.run_until(Instant::ZERO + Span::from_secs(30));
    /// let written = &sim.world().branches[0].written;
    /// let mebibyte = Position::from_lsn(Lsn(1 << 20));
    /// let found = written.reaches(mebibyte).expect("600 KiB are written a second");
    /// assert!(written.at(found) >= mebibyte);
    /// assert!(written.at(found.minus(Span::from_micros(1))) < mebibyte);
    /// ```
    pub fn reaches(&self, p: Position) -> Option<Instant> {
        let index = self.segments.partition_point(|segment| segment.from < p);
        let next = self.segments.get(index).map(|segment| segment.at);
        if index == 0 {
            return Some(Instant::ZERO);
        }
        let last = &self.segments[index - 1];
        let found = if last.rate == 0 { None } else { last.hits(p) };
        match (found, next) {
            (Some(found), Some(next)) => Some(found.min(next)),
            (found, next) => found.or(next),
        }
    }

    /// Returns the first instant from which the path moves no more, `None` if it moves for ever.
    pub(crate) fn settles(&self) -> Option<Instant> {
        let last = self.last();
        (last.rate == 0).then_some(last.at)
    }

    /// Moves at `rate` bytes per second from `t` on; what was planned after `t` is dropped,
    /// a leap at `t` included.
    pub(crate) fn bend(&mut self, t: Instant, rate: u64) {
        if t == Instant::FAR {
            return;
        }
        let from = self.at(t);
        self.cut(t);
        self.push(Segment { at: t, from, rate });
    }

    /// Rests from `t` on; what was planned after `t` is dropped.
    pub(crate) fn hold(&mut self, t: Instant) {
        self.bend(t, 0);
    }

    /// Gains `by` within the microsecond after `t`, beside the movement planned at `t`, and goes
    /// on at the rate planned at `t`; what was planned after that microsecond is dropped.
    pub(crate) fn leap(&mut self, t: Instant, by: Position) {
        if t == Instant::FAR {
            return;
        }
        let (from, rate) = (self.at(tick(t)) + by, self.rate_at(t));
        if self.start() > t {
            self.bend(t, 0);
        }
        self.cut(tick(t));
        self.push(Segment { at: tick(t), from, rate });
    }

    /// Keeps the movement up to `t` and follows `tail` after `t`, within one microsecond if
    /// `tail` is ahead.
    pub(crate) fn splice(&mut self, t: Instant, tail: &Self) {
        if t == Instant::FAR {
            return;
        }
        let (here, there) = (self.at(t), tail.at(t));
        assert!(there >= here, "a path at {here:?} cannot go back to {there:?} at {t:?}");
        self.cut(t);
        let rate = tail.rate_at(t);
        self.push(Segment { at: t, from: here, rate });
        if there > here {
            let from = tail.at(tick(t));
            self.cut(tick(t));
            self.push(Segment { at: tick(t), from, rate: tail.rate_at(tick(t)) });
        }
        let rest = tail.segments.partition_point(|segment| segment.at <= t);
        for segment in &tail.segments[rest..] {
            self.push(*segment);
        }
    }

    pub(super) fn last(&self) -> &Segment {
        self.segments.last().expect("a path has at least one segment")
    }

    pub(super) fn segment(&self, t: Instant) -> Option<&Segment> {
        let after = self.segments.partition_point(|segment| segment.at <= t);
        self.segments[..after].last()
    }

    /// Drops the segments that begin at `t` or later; the caller pushes one in their place.
    pub(super) fn cut(&mut self, t: Instant) {
        self.segments.truncate(self.segments.partition_point(|segment| segment.at < t));
    }

    /// Adds a segment behind all others, and keeps each as early as its progression fits.
    pub(super) fn push(&mut self, mut next: Segment) {
        while let Some(last) = self.segments.last() {
            if last.at == next.at {
                // The value at this instant is the newcomer's.
                self.segments.pop();
                continue;
            }
            assert!(last.at < next.at, "{next:?} is pushed behind the later {last:?}");
            if last.rate == next.rate && last.value(next.at) == next.from {
                return;
            }
            let earlier = before(next.at);
            if last.value(earlier).moved(next.rate, 1) != next.from {
                break;
            }
            // The newcomer's progression fits one microsecond earlier. If that is all there is of
            // the last segment, the loop removes it and looks at the one before.
            next = Segment { at: earlier, from: last.value(earlier), rate: next.rate };
            if last.at < earlier {
                break;
            }
        }
        self.segments.push(next);
    }
}
