//! How polls and observers' answers become belief.
//!
//! Knows nothing of decisions. Kept here: a failed poll keeps what was seen before, and an answer
//! from an observer whose clock is too far behind changes nothing.

use super::daemon::{Daemon, Seat};
use super::sight::{Answer, Poll, Sight, Watch};
use crate::kernel::Instant;
use crate::knob::Knobs;

impl Daemon {
    /// Takes the outcome of a poll of a node; a node that is not configured is ignored.
    ///
    /// # Examples
    /// A poll that fails takes nothing of what was seen before away:
    /// ```
    /// # use cutover::kernel::{Instant, Position, Span};
    /// # let at = |secs| Instant::ZERO + Span::from_secs(secs);
    /// # let bytes = |count: u128| Position::from_micro_bytes(count * 1_000_000);
    /// use cutover::control::lookout::{Configuration, Daemon, Poll, Seat, Seen};
    /// let mut daemon = Daemon::new(Seat::Node(2), Configuration::of(2), at(0));
    /// let seen = Some(Seen::primary(at(1), bytes(9)));
    /// daemon.polled(1, Poll { fetched: at(1), seen });
    /// daemon.polled(1, Poll { fetched: at(6), seen: None });
    /// let sight = daemon.sights[&1];
    /// assert_eq!((sight.fetched, sight.connected, sight.seen), (at(6), false, seen));
    /// ```
    pub fn polled(&mut self, number: u16, poll: Poll) {
        if !self.configuration.nodes.contains(&number) {
            return;
        }
        let sight = Sight::after(self.sights.get(&number).copied(), poll);
        self.sights.insert(number, sight);
        if let Some(recheck) = &mut self.recheck
            && poll.fetched >= recheck.asked
        {
            recheck.nodes.retain(|outstanding| *outstanding != number);
        }
        if self.seat == Seat::Node(number) {
            self.note_own(poll);
        }
    }

    fn note_own(&mut self, poll: Poll) {
        let Some(seen) = poll.seen else { return };
        if seen.received.is_some() {
            self.receiving.get_or_insert(poll.fetched);
        }
        if let Some(lag) = seen.lag {
            self.lag_min = Some(self.lag_min.map_or(lag, |least| least.min(lag)));
        }
    }

    /// Takes an observer's answer, or nothing when it gave none, to a question of that instant.
    ///
    /// The real daemon compares clocks in one direction only: an observer's clock that is ahead is
    /// trusted however far.
    ///
    /// # Examples
    /// An answer counts unless its clock is over 5 s behind:
    /// ```
    /// # use cutover::kernel::{Instant, Position, Span};
    /// # use cutover::knob::Knobs;
    /// # let at = |secs| Instant::ZERO + Span::from_secs(secs);
    /// # let bytes = |count: u128| Position::from_micro_bytes(count * 1_000_000);
    /// use cutover::control::lookout::{Answer, Configuration, Daemon, Seat};
    /// let configuration = Configuration { observers: vec![1], ..Configuration::of(2) };
    /// let mut daemon = Daemon::new(Seat::Node(2), configuration, at(0));
    /// let answer = |clock| Some(Answer { clock, sights: Vec::new() });
    /// daemon.observed(&Knobs::default(), 1, answer(at(4)), at(10));
    /// assert!(daemon.watches.is_empty());
    /// daemon.observed(&Knobs::default(), 1, answer(at(5)), at(10));
    /// assert!(daemon.watches[&1].connected);
    /// daemon.observed(&Knobs::default(), 1, None, at(15));
    /// assert!(!daemon.watches[&1].connected);
    /// ```
    pub fn observed(
        &mut self,
        knobs: &Knobs,
        observer: u8,
        answer: Option<Answer>,
        asked: Instant,
    ) {
        if !self.configuration.observers.contains(&observer) {
            return;
        }
        if let Some(recheck) = &mut self.recheck
            && asked >= recheck.asked
        {
            recheck.observers.retain(|outstanding| *outstanding != observer);
        }
        match answer {
            Some(answer) if asked.since(answer.clock) > knobs.lookout_observer_skew_max => {}
            Some(Answer { sights, .. }) => {
                self.watches.insert(observer, Watch { asked, connected: true, sights });
            }
            None => {
                let unknown = Watch { asked, connected: false, sights: Vec::new() };
                let watch = self.watches.entry(observer).or_insert(unknown);
                watch.asked = asked;
                watch.connected = false;
            }
        }
    }
}
