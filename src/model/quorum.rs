//! Quorum commit: which commits standbys have acknowledged, and when each reply may leave.
//!
//! `PostgreSQL`: a commit is durable on the primary first, then waits until any k of the standbys
//! in a list have acknowledged its WAL. A standby counts while WAL streams to it. What was
//! acknowledged when standbys come and go stays so. Knows nothing of clients, nor of who wrote the
//! setting. Kept here: what is released never goes back, and commits made before the setting took
//! effect wait for nobody.

use super::ids::NodeId;
use crate::kernel::{Instant, Lsn, Path, Position, Span};
use crate::knob::CommitLevel;

/// The setting: any `needs` of these standbys must acknowledge.
///
/// # Examples
/// Quorum commit on two nodes: each commit waits for one standby, whichever it is.
/// ```
/// # let file = "scenarios/quorum-stalls-without-a-standby.ron";
/// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
/// # let sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::model::NodeId;
/// let rule = sim.world().nodes[0].quorum_rule.as_ref().expect("commits wait");
/// assert_eq!(rule.needs, 1);
/// assert!(rule.standbys.is_empty() && rule.names(NodeId(1)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct QuorumRule {
    /// How many of them, from 1.
    pub needs: usize,
    /// The standbys that may count; all of them if none is named.
    pub standbys: Vec<NodeId>,
}

impl QuorumRule {
    /// Returns whether a standby may count.
    ///
    /// # Examples
    /// ```
    /// use cutover::model::{NodeId, QuorumRule};
    /// let two = QuorumRule { needs: 1, standbys: vec![NodeId(1), NodeId(2)] };
    /// assert!(two.names(NodeId(2)) && !two.names(NodeId(3)));
    /// let all = QuorumRule { needs: 1, standbys: Vec::new() };
    /// assert!(all.names(NodeId(3)));
    /// ```
    pub fn names(&self, node: NodeId) -> bool {
        self.standbys.is_empty() || self.standbys.contains(&node)
    }
}

/// A standby that counts, with what it has and is going to have.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct QuorumMember {
    /// Which node.
    pub node: NodeId,
    /// How long its acknowledgements travel.
    pub delay: Span,
    /// How long it takes to make WAL durable.
    pub flush: Span,
    /// How far it receives.
    pub received: Path,
    /// How far it replays.
    pub replayed: Path,
}

/// A time in which the setting and the standbys that count stay the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Era {
    since: Instant,
    /// Nothing while no commit waits for standbys.
    rule: Option<QuorumRule>,
    /// What was released when it began, by level.
    floor: [Position; 3],
    members: Vec<QuorumMember>,
}

/// The past and the plan of quorum commit on one branch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Quorum {
    eras: Vec<Era>,
}

/// The levels that wait for standbys, in the order of an era's floors.
const LEVELS: [CommitLevel; 3] =
    [CommitLevel::RemoteWrite, CommitLevel::On, CommitLevel::RemoteApply];

fn place(level: CommitLevel) -> Option<usize> {
    LEVELS.iter().position(|known| *known == level)
}

impl QuorumMember {
    /// Returns what a standby does to WAL before it acknowledges it at a level: the path, and how
    /// long after a position on it the acknowledgement arrives.
    fn acknowledges(&self, level: CommitLevel) -> (&Path, Span) {
        match level {
            CommitLevel::RemoteApply => (&self.replayed, self.delay),
            CommitLevel::RemoteWrite => (&self.received, self.delay),
            CommitLevel::On | CommitLevel::Local => (&self.received, self.delay + self.flush),
        }
    }
}

impl Era {
    /// Returns the position that enough members have acknowledged at an instant.
    fn released(&self, level: CommitLevel, at: Instant) -> Option<Position> {
        let (rule, place) = (self.rule.as_ref()?, place(level)?);
        let mut acked: Vec<Position> = self
            .members
            .iter()
            .map(|member| {
                let (path, after) = member.acknowledges(level);
                path.at(at.minus(after))
            })
            .collect();
        acked.sort_unstable_by(|one, other| other.cmp(one));
        let quorum = acked.get(rule.needs - 1).copied().unwrap_or_default();
        Some(quorum.max(self.floor[place]))
    }

    /// Returns the first instant of this era, if it never ends, at which a position is released.
    fn releases(&self, level: CommitLevel, position: Position) -> Option<Instant> {
        let (Some(rule), Some(place)) = (self.rule.as_ref(), place(level)) else {
            return Some(self.since);
        };
        if position <= self.floor[place] {
            return Some(self.since);
        }
        let mut arrivals: Vec<Instant> = self
            .members
            .iter()
            .filter_map(|member| {
                let (path, after) = member.acknowledges(level);
                path.reaches(position).map(|at| at + after)
            })
            .collect();
        arrivals.sort_unstable();
        arrivals.get(rule.needs - 1).map(|at| self.since.max(*at))
    }
}

impl Quorum {
    /// Returns the setting in force, if commits wait for standbys.
    pub(crate) fn rule(&self) -> Option<&QuorumRule> {
        self.eras.last().and_then(|era| era.rule.as_ref())
    }

    /// Returns when commits began to wait for standbys, whether or not they still do.
    pub(crate) fn began(&self) -> Option<Instant> {
        self.eras.first().map(|era| era.since)
    }

    /// Returns the times in which a setting was in force without a break, each with its end and the
    /// setting at its end.
    pub(crate) fn periods(&self) -> Vec<(Instant, Instant, &QuorumRule)> {
        let mut periods: Vec<(Instant, Instant, &QuorumRule)> = Vec::new();
        for (index, era) in self.eras.iter().enumerate() {
            let end = self.eras.get(index + 1).map_or(Instant::FAR, |next| next.since);
            let Some(rule) = &era.rule else { continue };
            match periods.last_mut() {
                Some(last) if last.1 == era.since => (last.1, last.2) = (end, rule),
                Some(_) | None => periods.push((era.since, end, rule)),
            }
        }
        periods
    }

    /// Returns from when on how many of which standbys had to acknowledge; none while none had to.
    pub(crate) fn standbys_by_time(
        &self,
    ) -> impl Iterator<Item = (Instant, usize, Vec<NodeId>)> + use<'_> {
        self.eras.iter().map(|era| {
            let standbys = era.members.iter().map(|member| member.node).collect();
            (era.since, era.rule.as_ref().map_or(0, |rule| rule.needs), standbys)
        })
    }

    /// Returns the standbys that count at present.
    pub(crate) fn members(&self) -> &[QuorumMember] {
        self.eras.last().map_or(&[], |era| &era.members)
    }

    /// Returns whether enough standbys follow for commits to be released.
    pub(crate) fn is_met(&self) -> bool {
        self.rule().is_none_or(|rule| self.members().len() >= rule.needs)
    }

    /// Lets a setting be in force from now on; commits written by now wait for nobody.
    pub(crate) fn begin(&mut self, now: Instant, rule: QuorumRule, written: Position) {
        let floor = self.eras.last().filter(|era| era.rule.is_some());
        let floor = floor.map_or([written; 3], |_| self.floors(now));
        self.enter(Era { since: now, rule: Some(rule), floor, members: Vec::new() });
    }

    /// Lets commits wait for nobody from now on; those that waited are released.
    pub(crate) fn end(&mut self, now: Instant) {
        if self.rule().is_some() {
            let floor = self.floors(now);
            self.enter(Era { since: now, rule: None, floor, members: Vec::new() });
        }
    }

    /// Notes which standbys count, and what they are going to have.
    pub(crate) fn count(&mut self, now: Instant, members: Vec<QuorumMember>) {
        let who = |members: &[QuorumMember]| -> Vec<(NodeId, Span)> {
            members.iter().map(|member| (member.node, member.delay)).collect()
        };
        let Some(last) = self.eras.last_mut() else { return };
        if who(&last.members) == who(&members) {
            last.members = members;
            return;
        }
        let (rule, floor) = (last.rule.clone(), self.floors(now));
        self.enter(Era { since: now, rule, floor, members });
    }

    fn enter(&mut self, era: Era) {
        if self.eras.last().is_some_and(|last| last.since == era.since) {
            self.eras.pop();
        }
        self.eras.push(era);
    }

    fn floors(&self, now: Instant) -> [Position; 3] {
        LEVELS.map(|level| self.released(level, now).unwrap_or_default())
    }

    /// Returns up to where commits of a level were released at an instant; nothing if all were.
    pub(crate) fn released(&self, level: CommitLevel, at: Instant) -> Option<Position> {
        let era = self.eras.iter().rev().find(|era| era.since <= at)?;
        era.released(level, at)
    }

    /// Returns the first instant from `from` on at which a commit at a position is released.
    pub(crate) fn releases(
        &self,
        level: CommitLevel,
        position: Position,
        from: Instant,
    ) -> Option<Instant> {
        let begun = self.began().filter(|began| *began <= from);
        if begun.is_none() {
            return Some(from);
        }
        self.eras.iter().enumerate().find_map(|(index, era)| {
            let ends = self.eras.get(index + 1).map_or(Instant::FAR, |next| next.since);
            let at = era.releases(level, position)?.max(from);
            (from < ends && at < ends).then_some(at)
        })
    }
}

/// Returns the last instant at which no more was written than lies at or below a position: whole
/// bytes count, as they do when commits below a position are counted.
pub(super) fn written_until(written: &Path, position: Position) -> Instant {
    let next_byte = Position::from_lsn(Lsn(position.lsn().get() + 1));
    written.reaches(next_byte).map_or(Instant::FAR, |at| at.minus(Span::from_micros(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::ZERO + Span::from_millis(millis)
    }

    fn byte(count: u64) -> Position {
        Position::from_lsn(Lsn(count))
    }

    /// A standby that receives 1,000 B/s from the start and whose link takes so long one way.
    fn member(node: u16, delay_ms: u64) -> QuorumMember {
        let delay = Span::from_millis(delay_ms);
        let mut written = Path::resting(Instant::ZERO, Position::ZERO);
        written.bend(Instant::ZERO, 1_000);
        let received = written.delayed(delay);
        let replayed = received.clone();
        QuorumMember { node: NodeId(node), delay, flush: Span::from_millis(2), received, replayed }
    }

    fn rule(needs: usize) -> QuorumRule {
        QuorumRule { needs, standbys: vec![NodeId(1), NodeId(2)] }
    }

    fn quorum(needs: usize) -> Quorum {
        let mut quorum = Quorum::default();
        quorum.begin(at(1_000), rule(needs), byte(1_000));
        quorum.count(at(1_000), vec![member(1, 5), member(2, 100)]);
        quorum
    }

    #[test]
    fn a_commit_waits_for_the_kth_smallest_round_trip() {
        // Written at 2 s; 10 ms of round trip and 2 ms to flush, or 200 ms and 2 ms.
        let released = |needs, level| quorum(needs).releases(level, byte(2_000), at(2_000));
        assert_eq!(released(1, CommitLevel::On), Some(at(2_012)));
        assert_eq!(released(2, CommitLevel::On), Some(at(2_202)));
        assert_eq!(released(1, CommitLevel::RemoteWrite), Some(at(2_010)));
        assert_eq!(released(1, CommitLevel::Local), Some(at(2_000)));
    }

    #[test]
    fn what_was_written_before_the_setting_waits_for_nobody() {
        let quorum = quorum(1);
        assert_eq!(quorum.released(CommitLevel::On, at(999)), None);
        assert_eq!(quorum.released(CommitLevel::On, at(1_001)), Some(byte(1_000)));
        assert_eq!(quorum.releases(CommitLevel::On, byte(900), at(900)), Some(at(900)));
    }

    #[test]
    fn commits_wait_for_ever_when_too_few_follow_and_until_the_setting_ends() {
        let mut quorum = quorum(1);
        quorum.count(at(3_000), Vec::new());
        assert!(!quorum.is_met());
        // 3 s less 12 ms of WAL had been acknowledged; that is the end of it.
        assert_eq!(quorum.released(CommitLevel::On, at(9_000)), Some(byte(2_988)));
        assert_eq!(quorum.releases(CommitLevel::On, byte(2_990), at(3_000)), None);
        quorum.end(at(8_000));
        assert_eq!(quorum.releases(CommitLevel::On, byte(2_990), at(3_000)), Some(at(8_000)));
        assert_eq!(quorum.released(CommitLevel::On, at(8_000)), None);
    }

    /// Every acknowledgement at every millisecond: the two ways of asking agree.
    #[test]
    fn the_instant_of_a_release_is_the_first_at_which_the_position_is_released() {
        for needs in [1, 2] {
            let mut quorum = quorum(needs);
            quorum.count(at(2_500), vec![member(2, 100)]);
            quorum.count(at(2_900), vec![member(1, 5), member(2, 100)]);
            quorum.end(at(3_600));
            for written in (1_001..3_500).step_by(7) {
                for level in LEVELS {
                    let from = at(written);
                    let asked = quorum.releases(level, byte(written), from);
                    let seen = (written..4_000).map(at).find(|now| {
                        quorum.released(level, *now).is_none_or(|to| to >= byte(written))
                    });
                    assert_eq!(asked, seen, "{written} {level:?} {needs}");
                }
            }
        }
    }
}
