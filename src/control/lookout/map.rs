//! The map of a service: who is primary and who is standby, by own sight and by observers.
//!
//! Knows nothing of lag, votes or time passing. Kept here: a daemon's own node is mapped by its own
//! sight alone, and the order of the lists is that of the configuration, then of the observers.

use super::daemon::{Daemon, Seat};
use super::sight::Sight;
use crate::kernel::Span;
use crate::knob::Knobs;

/// The map of a service as one daemon draws it; a node may be on several lists.
///
/// # Examples
/// A node that was never seen is on no list:
/// ```
/// # use cutover::kernel::{Instant, Position, Span};
/// # use cutover::knob::Knobs;
/// # let at = |secs| Instant::ZERO + Span::from_secs(secs);
/// # let bytes = |count: u128| Position::from_micro_bytes(count * 1_000_000);
/// use cutover::control::lookout::{Configuration, Daemon, Map, Poll, Seat, Seen};
/// let mut daemon = Daemon::new(Seat::Node(2), Configuration::of(3), at(0));
/// daemon.polled(1, Poll { fetched: at(1), seen: Some(Seen::primary(at(1), bytes(9))) });
/// daemon.polled(2, Poll { fetched: at(1), seen: Some(Seen::standby(at(1), bytes(9))) });
/// daemon.polled(3, Poll { fetched: at(1), seen: None });
/// let map = Map::of(&Knobs::default(), &daemon);
/// assert_eq!((map.connected[0].0, map.standbys[0].0), (1, 2));
/// assert_eq!(map.connected.len() + map.disconnected.len() + map.standbys.len(), 2);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Map {
    /// The standbys, reachable or not.
    pub standbys: Vec<(u16, Sight)>,
    /// The primaries that the daemon or an observer reaches.
    pub connected: Vec<(u16, Sight)>,
    /// The primaries that somebody does not reach.
    pub disconnected: Vec<(u16, Sight)>,
    /// How many observers answered when they were asked last.
    pub observers_connected: usize,
    /// How many observers are known, answering or not.
    pub observers: usize,
}

impl Map {
    /// Returns the map that follows from a daemon's sights and those of its observers.
    ///
    /// # Examples
    /// A primary that was seen and is not reached any more is disconnected:
    /// ```
    /// # use cutover::kernel::{Instant, Position, Span};
    /// # use cutover::knob::Knobs;
    /// # let at = |secs| Instant::ZERO + Span::from_secs(secs);
    /// # let bytes = |count: u128| Position::from_micro_bytes(count * 1_000_000);
    /// use cutover::control::lookout::{Configuration, Daemon, Map, Poll, Seat, Seen};
    /// let mut daemon = Daemon::new(Seat::Node(2), Configuration::of(3), at(0));
    /// daemon.polled(1, Poll { fetched: at(1), seen: Some(Seen::primary(at(1), bytes(9))) });
    /// daemon.polled(2, Poll { fetched: at(1), seen: Some(Seen::standby(at(1), bytes(9))) });
    /// let map = Map::of(&Knobs::default(), &daemon);
    /// assert_eq!((map.connected.len(), map.disconnected.len()), (1, 0));
    /// daemon.polled(1, Poll { fetched: at(6), seen: None });
    /// let map = Map::of(&Knobs::default(), &daemon);
    /// assert_eq!((map.connected.len(), map.disconnected.len()), (0, 1));
    /// ```
    pub fn of(knobs: &Knobs, daemon: &Daemon) -> Self {
        let mut map = Self {
            observers: daemon.watches.len(),
            observers_connected: daemon.watches.values().filter(|watch| watch.connected).count(),
            ..Self::default()
        };
        for number in &daemon.configuration.nodes {
            if let Some(sight) = daemon.sights.get(number) {
                map.place(*number, *sight);
            }
        }
        for watch in daemon.watches.values() {
            for (number, theirs) in &watch.sights {
                match daemon.sights.get(number) {
                    Some(own) if daemon.seat != Seat::Node(*number) => {
                        map.amend(knobs, *number, *own, *theirs);
                    }
                    Some(_) | None => {}
                }
            }
        }
        map
    }

    /// Places a node by the daemon's own sight.
    fn place(&mut self, number: u16, own: Sight) {
        let list = match own.seen {
            None => return,
            Some(seen) if seen.in_recovery => &mut self.standbys,
            Some(_) if own.connected => &mut self.connected,
            Some(_) => &mut self.disconnected,
        };
        put(list, number, own);
    }

    /// Amends the map by what an observer sees of another node.
    fn amend(&mut self, knobs: &Knobs, number: u16, own: Sight, theirs: Sight) {
        match theirs.seen {
            Some(seen) if seen.in_recovery => {
                let reached = find(&self.standbys, number).is_some_and(|sight| sight.connected);
                if theirs.fetched > own.fetched && !own.connected && !reached {
                    put(&mut self.standbys, number, theirs);
                }
            }
            Some(_) if apart(own, theirs) < knobs.lookout_poll_interval => {
                let reached = theirs.connected || find(&self.connected, number).is_some();
                let list = if reached { &mut self.connected } else { &mut self.disconnected };
                put(list, number, theirs);
            }
            // A sight of something that was never seen, or of another time, tells nothing.
            None | Some(_) => {}
        }
    }

    /// Returns the primary that the map names: the only connected one, else the first disconnected.
    pub(crate) fn primary(&self) -> Option<u16> {
        match self.connected.as_slice() {
            [] => self.disconnected.first().map(|(number, _)| *number),
            [(number, _)] => Some(*number),
            [_, _, ..] => None,
        }
    }
}

/// Returns the time between the two sights' polls, by two clocks.
fn apart(own: Sight, theirs: Sight) -> Span {
    own.fetched.since(theirs.fetched).max(theirs.fetched.since(own.fetched))
}

fn find(list: &[(u16, Sight)], number: u16) -> Option<&Sight> {
    list.iter().find(|entry| entry.0 == number).map(|(_, sight)| sight)
}

/// Replaces a node's entry where it stands, or adds it at the end.
fn put(list: &mut Vec<(u16, Sight)>, number: u16, sight: Sight) {
    match list.iter_mut().find(|entry| entry.0 == number) {
        Some(entry) => entry.1 = sight,
        None => list.push((number, sight)),
    }
}
