//! What a daemon sees of one node, and what an observer passes on of its own sights.
//!
//! Knows nothing of roles. Kept here: a sight that is connected has seen something, and a poll that
//! fails takes nothing of what was seen away.

use crate::kernel::{Instant, Position, Span};

/// What a node says of itself when a daemon's poll reaches it.
///
/// # Examples
/// A standby that lags, by the age of what it replayed last:
/// ```
/// # use cutover::kernel::{Instant, Position, Span};
/// # let at = |secs| Instant::ZERO + Span::from_secs(secs);
/// # let bytes = |count: u128| Position::from_micro_bytes(count * 1_000_000);
/// use cutover::control::lookout::Seen;
/// let lag = Some(Span::from_secs(30));
/// let late = Seen { lag, ..Seen::standby(at(100), bytes(9)) };
/// assert!(late.in_recovery && late.lag > Seen::standby(at(100), bytes(9)).lag);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Seen {
    /// Whether it is in recovery: a standby, if it is.
    pub in_recovery: bool,
    /// The time of the polled node's own clock.
    pub db_time: Instant,
    /// How far it has received and flushed since its server started, if it received anything.
    pub received: Option<Position>,
    /// How far it has replayed, or written if it is primary.
    pub replayed: Option<Position>,
    /// The age of the last transaction that it replayed, by its own clock; none on a primary.
    pub lag: Option<Span>,
    /// The number of its timeline, which no decision looks at.
    pub timeline: u32,
}

impl Seen {
    /// Returns what a standby without lag says that has received and replayed up to `position`.
    ///
    /// # Examples
    /// ```
    /// # use cutover::kernel::{Instant, Position, Span};
    /// # let at = |secs| Instant::ZERO + Span::from_secs(secs);
    /// # let bytes = |count: u128| Position::from_micro_bytes(count * 1_000_000);
    /// use cutover::control::lookout::Seen;
    /// let seen = Seen::standby(at(1), bytes(9));
    /// assert!(seen.in_recovery);
    /// assert_eq!((seen.received, seen.replayed), (Some(bytes(9)), Some(bytes(9))));
    /// assert_eq!(seen.lag, Some(Span::ZERO));
    /// ```
    pub fn standby(db_time: Instant, position: Position) -> Self {
        Self {
            in_recovery: true,
            db_time,
            received: Some(position),
            replayed: Some(position),
            lag: Some(Span::ZERO),
            timeline: 1,
        }
    }

    /// Returns what a primary says that has written up to `position`.
    ///
    /// # Examples
    /// ```
    /// # use cutover::kernel::{Instant, Position, Span};
    /// # let at = |secs| Instant::ZERO + Span::from_secs(secs);
    /// # let bytes = |count: u128| Position::from_micro_bytes(count * 1_000_000);
    /// use cutover::control::lookout::Seen;
    /// let seen = Seen::primary(at(1), bytes(9));
    /// assert!(!seen.in_recovery);
    /// assert_eq!((seen.received, seen.replayed, seen.lag), (None, Some(bytes(9)), None));
    /// ```
    pub fn primary(db_time: Instant, position: Position) -> Self {
        Self {
            in_recovery: false,
            db_time,
            received: None,
            replayed: Some(position),
            lag: None,
            timeline: 1,
        }
    }

    /// Returns the position that counts when nodes are compared: received, else replayed, else 0.
    pub(crate) fn position(&self) -> Position {
        self.received.or(self.replayed).unwrap_or(Position::ZERO)
    }
}

/// One attempt of a daemon to ask a node for its state.
///
/// # Examples
/// A poll that fails sees nothing, and is a poll all the same:
/// ```
/// # use cutover::kernel::{Instant, Position, Span};
/// # let at = |secs| Instant::ZERO + Span::from_secs(secs);
/// # let bytes = |count: u128| Position::from_micro_bytes(count * 1_000_000);
/// use cutover::control::lookout::{Configuration, Daemon, Poll, Seat};
/// let mut daemon = Daemon::new(Seat::Node(2), Configuration::of(2), at(0));
/// daemon.polled(1, Poll { fetched: at(5), seen: None });
/// assert_eq!(daemon.sights[&1].fetched, at(5));
/// assert_eq!(daemon.sights[&1].seen, None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Poll {
    /// When the attempt began, by the daemon's clock.
    pub fetched: Instant,
    /// What the node said, or nothing when the attempt failed.
    pub seen: Option<Seen>,
}

/// The last poll of one node, with what earlier polls saw if the last one failed.
///
/// # Examples
/// ```
/// # use cutover::kernel::{Instant, Position, Span};
/// # let at = |secs| Instant::ZERO + Span::from_secs(secs);
/// # let bytes = |count: u128| Position::from_micro_bytes(count * 1_000_000);
/// use cutover::control::lookout::{Configuration, Daemon, Poll, Seat, Seen};
/// let mut daemon = Daemon::new(Seat::Node(2), Configuration::of(2), at(0));
/// daemon.polled(1, Poll { fetched: at(5), seen: Some(Seen::primary(at(5), bytes(9))) });
/// assert!(daemon.sights[&1].connected);
/// daemon.polled(1, Poll { fetched: at(10), seen: None });
/// assert!(!daemon.sights[&1].connected && daemon.sights[&1].seen.is_some());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sight {
    /// When the last attempt began, successful or not, by the clock of whoever made it.
    pub fetched: Instant,
    /// Whether the last attempt succeeded.
    pub connected: bool,
    /// What the last successful attempt saw, if one ever succeeded.
    pub seen: Option<Seen>,
}

impl Sight {
    /// Returns the sight after a poll, given the one before.
    pub(crate) fn after(before: Option<Self>, poll: Poll) -> Self {
        Self {
            fetched: poll.fetched,
            connected: poll.seen.is_some(),
            seen: poll.seen.or(before.and_then(|before| before.seen)),
        }
    }
}

/// What an observer answers when it is asked.
///
/// # Examples
/// ```
/// # use cutover::kernel::{Instant, Position, Span};
/// # let at = |secs| Instant::ZERO + Span::from_secs(secs);
/// # let bytes = |count: u128| Position::from_micro_bytes(count * 1_000_000);
/// use cutover::control::lookout::{Answer, Configuration, Daemon, Poll, Seat, Seen};
/// let mut observer = Daemon::new(Seat::Observer(1), Configuration::of(2), at(0));
/// observer.polled(1, Poll { fetched: at(5), seen: Some(Seen::primary(at(5), bytes(9))) });
/// let Answer { clock, sights } = observer.answer(at(6));
/// assert_eq!((clock, sights.len()), (at(6), 1));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Answer {
    /// The time of the observer's clock.
    pub clock: Instant,
    /// Its sights, by the numbers of the nodes.
    pub sights: Vec<(u16, Sight)>,
}

/// What a daemon knows of one observer.
///
/// # Examples
/// An observer that does not answer is remembered with what it said last:
/// ```
/// # use cutover::kernel::{Instant, Span};
/// # use cutover::knob::Knobs;
/// # let at = |secs| Instant::ZERO + Span::from_secs(secs);
/// use cutover::control::lookout::{Answer, Configuration, Daemon, Seat};
/// let configuration = Configuration { observers: vec![1], ..Configuration::of(2) };
/// let mut daemon = Daemon::new(Seat::Node(2), configuration, at(0));
/// let answer = Answer { clock: at(5), sights: Vec::new() };
/// daemon.observed(&Knobs::default(), 1, Some(answer), at(5));
/// daemon.observed(&Knobs::default(), 1, None, at(10));
/// let watch = &daemon.watches[&1];
/// assert_eq!((watch.asked, watch.connected), (at(10), false));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Watch {
    /// When it was asked last and not ignored, by the daemon's clock.
    pub asked: Instant,
    /// Whether it answered then.
    pub connected: bool,
    /// The sights of its last answer, with its own fetch times.
    pub sights: Vec<(u16, Sight)>,
}
