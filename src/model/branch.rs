//! Branches of WAL history: who wrote what, from where, and which commits lie where in it.
//!
//! A timeline number can be taken twice when two standbys are promoted apart, so histories are
//! told apart by branch, not by number. Knows nothing of who follows a branch. Kept here: a
//! commit is a mark in time whose place in the WAL is where the writing stood at that time.

use super::ids::{BranchId, ClientId, NodeId, ServiceId};
use super::quorum::{Quorum, QuorumRule, written_until};
use crate::kernel::{Instant, Marks, Path, Position, Span};
use crate::knob::CommitLevel;

/// A history of WAL that one node wrote.
///
/// # Examples
/// A failover begins a second history, where the new primary had come to:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// sim.run();
/// let branches = &sim.world().branches;
/// assert_eq!((branches[0].number, branches[1].number), (1, 2));
/// assert_eq!(branches[1].began.to_string(), "1m58.01s");
/// let (parent, fork) = branches[1].parent.expect("it continues the first");
/// assert_eq!(sim.world().branch(parent), &branches[0]);
/// assert_eq!(branches[1].written.at(branches[1].began), fork);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Branch {
    /// The service it belongs to.
    pub service: ServiceId,
    /// The number of the timeline.
    pub number: u32,
    /// The branch it continues and the position up to which it shares that history.
    pub parent: Option<(BranchId, Position)>,
    /// The node that writes it.
    pub node: NodeId,
    /// When it began.
    pub began: Instant,
    /// How far it is written.
    pub written: Path,
    /// Who committed on it, and when.
    pub sessions: Vec<Session>,
    /// From when on nobody uploads its WAL any more; `Instant::FAR` while its server runs.
    pub archived_until: Instant,
    /// From when until when its server did not reach the archive, in order; `Instant::FAR` is an
    /// end that has not come.
    pub cut_off: Vec<(Instant, Instant)>,
    /// From when until when its server did not run, in order, as far as it runs again.
    pub down: Vec<(Instant, Instant)>,
    /// From when on all of it is in the archive: its server was stopped in a controlled way.
    pub archived_whole: Option<Instant>,
    /// Which commits wait for standbys, and since when.
    pub(crate) quorum: Quorum,
    /// Whether it began with an upgrade to another major version.
    pub upgraded: bool,
    /// When a full backup of it was begun and done, if it began with an upgrade and one was.
    pub full_backup: Option<(Instant, Instant)>,
}

impl Branch {
    /// Returns the last instant until which its WAL was uploaded as it was written, of those by
    /// `end`.
    pub(crate) fn uploaded_until(&self, end: Instant) -> Instant {
        let end = end.min(self.archived_until);
        let mut cuts = self.cut_off.iter().chain(&self.down);
        let cut =
            cuts.find(|(from, until)| *from <= end && (end < *until || *until == Instant::FAR));
        cut.map_or(end, |(from, _)| *from)
    }
}

/// A client's commits over one connection.
///
/// # Examples
/// A writer of 200 commits a second, whose primary dies after a minute:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::kernel::{Instant, Span};
/// let second = |count| Instant::ZERO + Span::from_secs(count);
/// sim.run_until(second(30));
/// let open = sim.world().branches[0].sessions[0].clone();
/// assert_eq!(open.until, Instant::FAR);
/// assert_eq!(open.replies.count(second(20)) - open.replies.count(second(10)), 2_000);
/// sim.run();
/// assert_eq!(sim.world().branches[0].sessions[0].until, second(60));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Session {
    /// The client.
    pub client: ClientId,
    /// When it commits and is told of it, before the latency.
    pub replies: Marks,
    /// When its commits are written, where the server lies; otherwise as it is told.
    pub written: Option<Marks>,
    /// The last instant at which it may commit.
    pub until: Instant,
    /// The last instant at which a reply may leave the server and still arrive.
    pub answered_until: Instant,
    /// How long after its commit a reply leaves the server, if it waits for no standby.
    pub latency: Span,
    /// Whether its client had been waiting to commit, so that its first commit is written at once.
    pub waited: bool,
    /// What its commits wait for under quorum commit.
    pub level: CommitLevel,
    /// When its client stopped waiting for standbys: commits until then are acknowledged with a
    /// warning.
    pub warned: Option<Instant>,
}

impl Session {
    /// Returns when its commits are written.
    pub(crate) fn commits(&self) -> &Marks {
        self.written.as_ref().unwrap_or(&self.replies)
    }

    /// Returns how many commits were written by an instant.
    pub(crate) fn written_by(&self, instant: Instant) -> u64 {
        self.commits().count(instant.min(self.until))
    }

    /// Returns whether the session is open.
    pub(crate) fn is_open(&self) -> bool {
        self.until == Instant::FAR
    }
}

/// Commits of a stretch of a branch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Tally {
    /// Commits written.
    pub written: u64,
    /// Of these, commits whose client was told.
    pub acked: u64,
}

impl Branch {
    /// Returns the setting of quorum commit in force, if commits wait for standbys.
    ///
    /// # Examples
    /// ```
    /// # let file = "scenarios/quorum-primary-cut-off.ron";
    /// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
    /// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::kernel::{Instant, Span};
    /// sim.run_until(Instant::ZERO + Span::from_secs(1));
    /// let branch = &sim.world().branches[0];
    /// let rule = branch.quorum_rule().expect("its commits wait");
    /// assert!(rule.needs <= branch.quorum_members().count());
    /// ```
    pub fn quorum_rule(&self) -> Option<&QuorumRule> {
        self.quorum.rule()
    }

    /// Returns the standbys that count for quorum commit at present.
    ///
    /// # Examples
    /// ```
    /// # let file = "scenarios/quorum-stalls-without-a-standby.ron";
    /// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
    /// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
    /// use cutover::kernel::{Instant, Span};
    /// let mut count = |at| {
    ///     sim.run_until(at);
    ///     sim.world().branches[0].quorum_members().count()
    /// };
    /// let before = count(Instant::ZERO + Span::from_secs(1));
    /// let after = count(Instant::ZERO + Span::from_secs(61));
    /// assert!(after < before, "its standbys have died");
    /// ```
    pub fn quorum_members(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.quorum.members().iter().map(|member| member.node)
    }

    /// Returns the commits whose WAL lies at or below a position, as far as time has come.
    ///
    /// A commit is over when its last whole byte is: its mark is rounded up to a microsecond, and
    /// what was written of the next byte until then is not its own.
    pub(crate) fn tally(&self, up_to: Position, now: Instant) -> Tally {
        let last = written_until(&self.written, up_to).min(now);
        let mut tally = Tally::default();
        for session in &self.sessions {
            tally.written += session.written_by(last);
            tally.acked += self.acked(session, last, now);
        }
        tally
    }

    /// Returns how many commits of a session, made by `made`, its client was told of by `now`.
    pub(crate) fn acked(&self, session: &Session, made: Instant, now: Instant) -> u64 {
        self.told_of(session, session.warned, (made, now))
    }

    /// Returns how many of those its client was told of without a warning.
    pub(crate) fn acked_unwarned(&self, session: &Session, made: Instant, now: Instant) -> u64 {
        self.told_of(session, None, (made, now))
    }

    fn told_of(
        &self,
        session: &Session,
        warned: Option<Instant>,
        (made, now): (Instant, Instant),
    ) -> u64 {
        let told = self.told_by(session, warned, session.answered_until.min(now));
        session.commits().count(made.min(session.until).min(told))
    }

    /// Returns when the last commit was made whose reply had left the server by an instant.
    fn told_by(&self, session: &Session, warned: Option<Instant>, now: Instant) -> Instant {
        let own = now.minus(session.latency);
        let released = self.quorum.released(session.level, now);
        let told = released.map_or(own, |to| own.min(written_until(&self.written, to)));
        match warned {
            Some(warned) if warned <= now => told.max(own.min(warned.minus(session.latency))),
            Some(_) | None => told,
        }
    }

    /// Returns how many replies a client got by `now`, reply by reply, whatever was written.
    pub(crate) fn replies(&self, session: &Session, now: Instant) -> u64 {
        let by = session.answered_until.min(now);
        let mut made = session.replies.count(session.until.min(by.minus(session.latency)));
        if self.quorum.began().is_none() {
            return made;
        }
        // Replies leave in the order of the commits, so the last one that left is found by halving.
        let mut left = 0;
        while left < made {
            let middle = made - (made - left) / 2;
            if self.reply_leaves(session, middle).is_some_and(|leaves| leaves <= by) {
                left = middle;
            } else {
                made = middle - 1;
            }
        }
        left
    }

    /// Returns when the reply to a session's n-th commit leaves the server, if it ever does.
    pub(crate) fn reply_leaves(&self, session: &Session, nth: u64) -> Option<Instant> {
        let made = session.replies.nth(nth);
        let own = made + session.latency;
        let place = Position::from_lsn(self.written.at(made).lsn());
        let released = self.quorum.releases(session.level, place, made);
        let warned = session.warned.filter(|warned| own <= *warned);
        released.into_iter().chain(warned).min().map(|released| released.max(own))
    }

    /// Returns how many commits of a session were acknowledged with a warning by `now`.
    pub(crate) fn warned(&self, session: &Session, now: Instant) -> u64 {
        let Some(warned) = session.warned else { return 0 };
        let by = warned.min(now);
        self.acked(session, Instant::FAR, by) - self.acked_unwarned(session, Instant::FAR, by)
    }

    /// Returns the last instant at which a commit could be made that lies at or below a position.
    pub(crate) fn last_made_within(&self, position: Position) -> Instant {
        written_until(&self.written, position)
    }

    /// Returns how many commits were written by an instant whose client was told by `now`.
    pub(crate) fn acked_by(&self, instant: Instant, now: Instant) -> u64 {
        self.sessions.iter().map(|session| self.acked(session, instant, now)).sum()
    }

    /// Returns the last instant at which the writing stood at or below a position.
    pub(crate) fn last_at_or_below(&self, position: Position) -> Instant {
        let beyond = position + Position::from_micro_bytes(1);
        match self.written.reaches(beyond) {
            Some(instant) => instant.minus(Span::from_micros(1)),
            None => Instant::FAR,
        }
    }

    /// Returns the last instant at which the branch was in use by `now`.
    pub(crate) fn in_use_until(&self, now: Instant) -> Option<Instant> {
        self.sessions.iter().map(|session| session.until.min(now)).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Lsn, Pace};

    /// 30,000 B/s in commits of 300 B from the start; a reply leaves 2 ms after its commit.
    fn branch(until: Instant, answered_until: Instant) -> Branch {
        let mut written = Path::resting(Instant::ZERO, Position::ZERO);
        written.bend(Instant::ZERO, 30_000);
        written.hold(until);
        let commits = Marks::Even(Pace::per_second(Instant::from_micros(10_000), 100));
        let session = Session {
            client: ClientId(0),
            replies: commits,
            written: None,
            until,
            answered_until,
            latency: Span::from_millis(2),
            waited: false,
            level: CommitLevel::On,
            warned: None,
        };
        Branch {
            service: ServiceId(0),
            number: 1,
            parent: None,
            node: NodeId(0),
            began: Instant::ZERO,
            written,
            sessions: vec![session],
            archived_until: Instant::FAR,
            cut_off: Vec::new(),
            down: Vec::new(),
            archived_whole: None,
            quorum: Quorum::default(),
            upgraded: false,
            full_backup: None,
        }
    }

    #[test]
    fn a_cut_at_six_seconds_loses_what_the_promoted_standby_had_not_received() {
        let cut = Instant::from_micros(6_000_000);
        let branch = branch(cut, cut);
        let whole = branch.tally(branch.written.at(cut), cut);
        assert_eq!(whole, Tally { written: 600, acked: 599 });
        let slow = branch.tally(Position::from_lsn(Lsn(71_940)), cut);
        let far = branch.tally(Position::from_lsn(Lsn(150_000)), cut);
        assert_eq!((whole.acked - slow.acked, whole.acked - far.acked), (360, 99));
    }

    #[test]
    fn a_commit_whose_last_byte_was_received_is_on_the_safe_side() {
        // Thirteen commits a second do not fall on whole microseconds.
        let mut branch = branch(Instant::FAR, Instant::FAR);
        branch.written = Path::resting(Instant::ZERO, Position::ZERO);
        branch.written.bend(Instant::ZERO, 1_300);
        let thirteen = Pace::per_second(Instant::from_micros(76_924), 13);
        branch.sessions[0].replies = Marks::Even(thirteen);
        let received = branch.written.at(Instant::from_micros(76_924)).lsn();
        let now = Instant::from_micros(1_000_000);
        assert_eq!(branch.tally(Position::from_lsn(received), now).written, 1);
        let short = Position::from_lsn(Lsn(received.get() - 1));
        assert_eq!(branch.tally(short, now).written, 0);
    }

    #[test]
    fn a_reply_that_cannot_arrive_leaves_its_commit_in_doubt() {
        let end = Instant::from_micros(1_000_000);
        let branch = branch(end, Instant::from_micros(500_000));
        let tally = branch.tally(branch.written.at(end), end);
        assert_eq!((tally.written, tally.acked), (100, 49));
    }

    #[test]
    fn nobody_is_told_of_a_commit_before_its_latency_has_passed() {
        let branch = branch(Instant::FAR, Instant::FAR);
        let now = Instant::from_micros(10_000);
        assert_eq!(branch.tally(branch.written.at(now), now), Tally { written: 1, acked: 0 });
    }
}
