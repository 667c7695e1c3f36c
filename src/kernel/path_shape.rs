//! Paths made from paths: delayed, limited in rate, capped, and one that catches up with another.
//!
//! Knows nothing of what moves. Each result is exactly what a walk from microsecond to
//! microsecond would give.

use super::instant::Instant;
use super::path::{Path, Segment, before, later, tick};
use super::position::Position;
use super::time::Span;

impl Path {
    /// Returns this path as seen `by` later, as at the far end of a link.
    #[must_use]
    pub(crate) fn delayed(&self, by: Span) -> Self {
        late(&self.segments, by)
    }

    /// Returns what is left at or after `t` of this path as seen `by` later.
    #[must_use]
    pub(crate) fn delayed_after(&self, by: Span, t: Instant) -> Self {
        let begun = self.segments.partition_point(|segment| segment.at + by <= t);
        late(&self.segments[begun.saturating_sub(1)..], by)
    }

    /// Returns this path, never beyond `p`.
    #[must_use]
    pub(crate) fn capped(&self, p: Position) -> Self {
        if self.segments[0].from >= p {
            return Self::resting(self.start(), p);
        }
        let mut low = self.clone();
        if let Some(at) = self.reaches(p) {
            low.cut(at);
            low.push(Segment { at, from: p, rate: 0 });
        }
        low
    }

    /// Returns the lesser of two paths at every microsecond.
    #[must_use]
    pub(crate) fn lesser(&self, other: &Self) -> Self {
        let mut t = self.start().min(other.start());
        let mut low = Self::resting(t, self.at(t).min(other.at(t)));
        while t < Instant::FAR {
            let (less, more) =
                if self.at(t) <= other.at(t) { (self, other) } else { (other, self) };
            low.push(Segment { at: t, from: less.at(t), rate: less.rate_at(t) });
            let end = self.next_segment(t).min(other.next_segment(t));
            let closing = less.rate_at(t).saturating_sub(more.rate_at(t));
            let gap = more.at(t).minus(less.at(t)).micro_bytes();
            let passes = (closing > 0)
                .then(|| later(t, gap / u128::from(closing) + 1))
                .flatten()
                .unwrap_or(Instant::FAR);
            t = end.min(passes);
        }
        low
    }

    /// Returns what comes out of a link or a replayer that is fed by this path, begins at `from`
    /// with `start`, and moves at most `capacity` bytes per second (`u64::MAX`: no limit).
    ///
    /// Each microsecond the output moves towards the input, at most by the capacity. If `start`
    /// is ahead of the input, the output rests until the input passes it.
    #[must_use]
    pub(crate) fn through(&self, capacity: u64, from: Instant, start: Position) -> Self {
        let mut output = Self::resting(from, start);
        // Before its first segment the input rests.
        let rest = Segment { at: Instant::ZERO, from: self.segments[0].from, rate: 0 };
        let skipped = self.segments.partition_point(|segment| segment.at <= tick(from));
        for index in skipped..=self.segments.len() {
            let input = if index == 0 { rest } else { self.segments[index - 1] };
            let end = self.segments.get(index).map_or(Instant::FAR, |segment| segment.at);
            let begin = input.at.max(tick(from));
            if begin < end {
                output.follow(&input, capacity, begin, end);
            }
        }
        output
    }

    /// Extends an output known up to the microsecond before `begin` by the input of one segment,
    /// up to the microsecond before `end`.
    fn follow(&mut self, input: &Segment, capacity: u64, begin: Instant, end: Instant) {
        let mut t = begin;
        let mut here = self.last().value(before(t));
        if input.value(t) <= here {
            self.push(Segment { at: before(t), from: here, rate: 0 });
            if input.rate == 0 {
                return;
            }
            let ahead = here.minus(input.value(t)).micro_bytes();
            match later(t, ahead / u128::from(input.rate) + 1) {
                Some(passed) if passed < end => t = passed,
                _ => return,
            }
        }
        let missing = input.value(t).minus(here.moved(capacity, 1)).micro_bytes();
        if missing > 0 && capacity < u64::MAX {
            self.push(Segment { at: before(t), from: here, rate: capacity });
            if input.rate >= capacity {
                return;
            }
            match later(t, missing.div_ceil(u128::from(capacity - input.rate))) {
                Some(caught_up) if caught_up < end => t = caught_up,
                _ => return,
            }
        }
        here = input.value(t);
        self.push(Segment { at: t, from: here, rate: input.rate.min(capacity) });
    }

    /// Returns the first instant from `from` on at which `ahead` is at most `gap` ahead of this
    /// path, `None` if that never happens on the present plans.
    ///
    /// # Examples
    /// ```
    /// # let path = "scenarios/business-standby-loss.ron";
    /// # let loaded = cutover::scenario::load(path.as_ref()).expect("it is valid");
    /// # let mut sim = cutover::sim::Sim::new(std::sync::Arc::new(loaded.setup), 0);
    /// use cutover::kernel::{Instant, Lsn, Position, Span};
    /// let now = Instant::ZERO + Span::from_secs(30);
    /// sim.run_until(now);
    /// let (written, standby) = (&sim.world().branches[0].written, &sim.world().nodes[1]);
    /// let close = Position::from_lsn(Lsn(1 << 20));
    /// assert_eq!(standby.received.gap_within(written, close, now), Some(now));
    /// assert_eq!(standby.received.gap_within(written, Position::ZERO, now), None);
    /// ```
    pub fn gap_within(&self, ahead: &Self, gap: Position, from: Instant) -> Option<Instant> {
        let mut t = from;
        while t < Instant::FAR {
            let missing = ahead.at(t).minus(self.at(t) + gap).micro_bytes();
            if missing == 0 {
                return Some(t);
            }
            let end = self.next_segment(t).min(ahead.next_segment(t));
            let closing = self.rate_at(t).saturating_sub(ahead.rate_at(t));
            if closing > 0
                && let Some(found) = later(t, missing.div_ceil(u128::from(closing)))
                && found < end
            {
                return Some(found);
            }
            t = end;
        }
        None
    }

    /// Returns the beginning of the first segment after `t`.
    fn next_segment(&self, t: Instant) -> Instant {
        let index = self.segments.partition_point(|segment| segment.at <= t);
        self.segments.get(index).map_or(Instant::FAR, |segment| segment.at)
    }
}

/// Returns the path of these segments, each so much later.
fn late(segments: &[Segment], by: Span) -> Path {
    let mut late = Path::resting(segments[0].at + by, segments[0].from);
    for segment in segments {
        if segment.at + by < Instant::FAR {
            late.push(Segment { at: segment.at + by, ..*segment });
        }
    }
    late
}
