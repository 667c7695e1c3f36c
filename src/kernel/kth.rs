//! The k-th largest of several positions: what a quorum has acknowledged.
//!
//! Knows nothing of servers or rules of commit. Paths never go back, so the k-th largest position
//! never does, and the k-th instant of arrival is the instant of arrival of the k-th.

use super::path::Path;
use super::position::Position;
use super::time::Instant;

/// Returns the `k`-th largest position at `t`, with `k` from 1; zero if there are fewer paths.
pub fn kth_at(paths: &[Path], k: usize, t: Instant) -> Position {
    assert!(k > 0, "positions are counted from 1");
    let reached = |p: Position| paths.iter().filter(|path| path.at(t) >= p).count();
    let values = paths.iter().map(|path| path.at(t));
    values.filter(|value| reached(*value) >= k).max().unwrap_or_default()
}

/// Returns the first instant at which `k` paths are at `p` or beyond, with `k` from 1.
pub fn kth_reaches(paths: &[Path], k: usize, p: Position) -> Option<Instant> {
    assert!(k > 0, "positions are counted from 1");
    if p == Position::ZERO {
        return Some(Instant::ZERO);
    }
    let mut arrivals: Vec<Instant> = paths.iter().filter_map(|path| path.reaches(p)).collect();
    arrivals.sort_unstable();
    arrivals.get(k - 1).copied()
}

/// What `k` of several members have acknowledged, never below a floor.
///
/// The floor holds what had been acknowledged when the rule or the members changed.
#[derive(Clone, PartialEq, Eq, Debug, Hash)]
pub struct Acked {
    /// What is acknowledged whatever the members say.
    pub floor: Position,
    /// How many members must agree, from 1.
    pub k: usize,
    /// The position that each member has acknowledged over time.
    pub members: Vec<Path>,
}

impl Acked {
    /// Returns the position acknowledged at `t`.
    pub fn at(&self, t: Instant) -> Position {
        self.floor.max(kth_at(&self.members, self.k, t))
    }

    /// Returns the first instant at which `p` is acknowledged, `None` if never.
    ///
    /// What lies below the floor is acknowledged at [`Instant::ZERO`].
    pub fn reaches(&self, p: Position) -> Option<Instant> {
        if p <= self.floor {
            return Some(Instant::ZERO);
        }
        kth_reaches(&self.members, self.k, p)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Lsn, Pace, Span};

    const COMMIT_BYTES: u64 = 300;
    const STANDBY_1: usize = 0;
    const STANDBY_2: usize = 1;

    fn after(span: &str) -> Instant {
        Instant::ZERO + span.parse::<Span>().expect("the test spells spans right")
    }

    /// A primary that writes 30,000 B/s, and two standbys of unlike links.
    struct Worked {
        written: Path,
        received: [Path; 2],
        locally_acked: Acked,
        quorum: Acked,
    }

    fn worked_case() -> Worked {
        let flush: Span = "2ms".parse().expect("the test spells spans right");
        let mut written = Path::resting(Instant::ZERO, Position::ZERO);
        written.bend(Instant::ZERO, 30_000);
        let links = [("5ms", 12_000), ("1s", u64::MAX)];
        let [one, two] = links.map(|(delay, rate)| {
            let delay: Span = delay.parse().expect("the test spells spans right");
            let received =
                written.delayed(delay).through(rate, Instant::ZERO + delay, Position::ZERO);
            let acknowledged = received.delayed(flush).delayed(delay);
            (received, acknowledged)
        });
        let local = vec![written.delayed(flush)];
        let locally_acked = Acked { floor: Position::ZERO, k: 1, members: local };
        let quorum = Acked { floor: Position::ZERO, k: 1, members: vec![one.1, two.1] };
        Worked { written, received: [one.0, two.0], locally_acked, quorum }
    }

    fn commits(p: Position) -> u64 {
        p.lsn().get() / COMMIT_BYTES
    }

    #[test]
    fn the_worked_case_loses_what_the_arithmetic_says() {
        let case = worked_case();
        let cut = after("6s");
        assert_eq!(case.written.at(cut).lsn(), Lsn(180_000));
        let received = [STANDBY_1, STANDBY_2].map(|index| case.received[index].at(cut));
        assert_eq!(received.map(Position::lsn), [Lsn(71_940), Lsn(150_000)]);

        let acked = case.quorum.at(cut);
        assert_eq!(acked.lsn(), Lsn(119_940));
        assert_eq!(commits(acked), 399);
        assert_eq!(commits(case.written.at(cut)) - commits(acked), 201);
        let lost = |acked: Position| received.map(|p| commits(acked).saturating_sub(commits(p)));
        assert_eq!(lost(acked), [160, 0]);
        assert_eq!(lost(case.locally_acked.at(cut)), [360, 99]);

        let kept = case.written.reaches(received[STANDBY_1]).expect("it was written once");
        assert_eq!(cut.since(kept).to_string(), "3.602s");
    }

    #[test]
    fn packets_on_the_wire_arrive_after_the_host_dies() {
        let mut written = worked_case().written;
        written.hold(after("6s"));
        let received = written.delayed(Span::from_secs(1));
        assert_eq!(received.settles(), Some(after("7s")));
        assert_eq!(received.at(after("7s")).lsn(), Lsn(180_000));
    }

    #[test]
    fn the_leading_standby_changes_where_there_is_no_event() {
        let [one, two] =
            [STANDBY_1, STANDBY_2].map(|index| worked_case().quorum.members[index].clone());
        let change = two.gap_within(&one, Position::ZERO, after("1s")).expect("it catches up");
        assert_eq!(change, Instant::from_micros(3_328_667));
        assert!(two.at(after("3.328s")) < one.at(after("3.328s")));
        assert!(two.at(after("3.329s")) > one.at(after("3.329s")));
        assert_eq!(worked_case().quorum.at(after("3.328s")), one.at(after("3.328s")));
        assert_eq!(worked_case().quorum.at(after("3.329s")), two.at(after("3.329s")));
    }

    #[test]
    fn a_commit_is_a_mark_on_the_path_of_its_writer() {
        let case = worked_case();
        let marks = Pace::per_second(after("10ms"), 100);
        for number in [1, 2, 399, 600] {
            assert_eq!(case.written.at(marks.nth(number)).lsn(), Lsn(number * COMMIT_BYTES));
        }
        let known = |p| case.written.reaches(p).map(|t| marks.count(t));
        assert_eq!(known(case.quorum.at(after("6s"))), Some(399));
        assert_eq!(known(case.received[STANDBY_1].at(after("6s"))), Some(239));
    }

    #[test]
    fn the_floor_stays_acknowledged_when_too_few_members_are_left() {
        let floor = Position::from_lsn(Lsn(100));
        let mut acked = worked_case().quorum;
        acked.floor = floor;
        acked.k = 3;
        assert_eq!(acked.at(after("6s")), floor);
        assert_eq!(acked.reaches(floor), Some(Instant::ZERO));
        assert_eq!(acked.reaches(Position::from_lsn(Lsn(101))), None);
        assert_eq!(kth_at(&[], 1, after("6s")), Position::ZERO);
    }
}
