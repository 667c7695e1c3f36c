//! What one daemon believes: its sights, its observers, and the primary that it remembers.
//!
//! It knows nodes by their numbers; the truth is unknown here, and so is what other daemons
//! believe. Kept here: everything that a restart forgets is in this one value.

use std::collections::BTreeMap;

use super::sight::{Answer, Sight, Watch};
use crate::kernel::{Instant, Span};
use crate::knob::Knobs;

/// How many poll intervals stale observers hold decisions up, when they are asked on warning only.
const STALE_INTERVALS_MAX: u64 = 5;

/// Where a daemon runs.
///
/// # Examples
/// A daemon on an observer sees what others see, and promotes nobody:
/// ```
/// # use cutover::kernel::{Instant, Position, Span};
/// # use cutover::knob::Knobs;
/// # let at = |secs| Instant::ZERO + Span::from_secs(secs);
/// # let bytes = |count: u128| Position::from_micro_bytes(count * 1_000_000);
/// use cutover::control::lookout::{Configuration, Daemon, Gate, Poll, Seat, Seen, check};
/// let verdict = |seat| {
///     let mut daemon = Daemon::new(seat, Configuration::of(2), at(0));
///     daemon.polled(1, Poll { fetched: at(1), seen: None });
///     daemon.polled(2, Poll { fetched: at(1), seen: Some(Seen::standby(at(1), bytes(9))) });
///     check(&Knobs::default(), &mut daemon, at(1)).verdict
/// };
/// assert_eq!(verdict(Seat::Node(2)), Gate::PromoteItself);
/// assert_eq!(verdict(Seat::Observer(1)), Gate::OnlyObserve);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Seat {
    /// Beside the server of the node with this number.
    Node(u16),
    /// On a host of its own, as the observer with this number.
    Observer(u8),
}

/// What a daemon was told about its service.
///
/// # Examples
/// A node that is never to be promoted leaves it to the others:
/// ```
/// # use cutover::kernel::{Instant, Position, Span};
/// # use cutover::knob::Knobs;
/// # let at = |secs| Instant::ZERO + Span::from_secs(secs);
/// # let bytes = |count: u128| Position::from_micro_bytes(count * 1_000_000);
/// use cutover::control::lookout::{Configuration, Daemon, Gate, Poll, Seat, Seen, check};
/// let verdict = |never_promote| {
///     let configuration = Configuration { never_promote, ..Configuration::of(2) };
///     let mut daemon = Daemon::new(Seat::Node(2), configuration, at(0));
///     daemon.polled(1, Poll { fetched: at(1), seen: None });
///     daemon.polled(2, Poll { fetched: at(1), seen: Some(Seen::standby(at(1), bytes(9))) });
///     check(&Knobs::default(), &mut daemon, at(1)).verdict
/// };
/// assert_eq!(verdict(vec![]), Gate::PromoteItself);
/// assert_ne!(verdict(vec![2]), Gate::PromoteItself);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Configuration {
    /// The nodes to poll, by number, in the order in which a map lists them.
    pub nodes: Vec<u16>,
    /// The observers to ask.
    pub observers: Vec<u8>,
    /// The nodes that are never promoted.
    pub never_promote: Vec<u16>,
    /// The nodes that are known to have left for good, configured or not.
    pub known_gone: Vec<u16>,
    /// Whether the marker file is there that keeps this daemon's own node from being promoted.
    pub maintenance: bool,
}

impl Configuration {
    /// Returns the configuration of a service with nodes 1 to `count` and nothing else.
    ///
    /// # Examples
    /// ```
    /// use cutover::control::lookout::Configuration;
    /// let configuration = Configuration::of(3);
    /// assert_eq!(configuration.nodes, [1, 2, 3]);
    /// assert!(configuration.observers.is_empty() && !configuration.maintenance);
    /// ```
    pub fn of(count: u16) -> Self {
        Self {
            nodes: (1..=count).collect(),
            observers: Vec::new(),
            never_promote: Vec::new(),
            known_gone: Vec::new(),
            maintenance: false,
        }
    }
}

/// The immediate poll that a daemon waits for before it decides.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Recheck {
    /// When it was requested; answers to earlier polls do not count.
    pub asked: Instant,
    /// Until when the daemon waits at most.
    pub until: Instant,
    /// The nodes whose polls are outstanding.
    pub nodes: Vec<u16>,
    /// The observers whose answers are outstanding.
    pub observers: Vec<u8>,
}

impl Recheck {
    /// Returns whether everybody was asked, or the wait is over.
    pub(crate) fn is_over(&self, now: Instant) -> bool {
        now >= self.until || (self.nodes.is_empty() && self.observers.is_empty())
    }
}

/// What one daemon believes; all instants are of its own clock unless they say otherwise.
///
/// # Examples
/// ```
/// # let path = "scenarios/lookout-primary-crash.ron";
/// # let loaded = cutover::scenario::load(path.as_ref()).expect("it is valid");
/// use cutover::control::lookout::Seat;
/// use cutover::kernel::{Instant, Span};
/// let mut sim = cutover::sim::Sim::new(std::sync::Arc::new(loaded.setup), 0);
/// sim.run_until(Instant::ZERO + Span::from_secs(30));
/// let (_, daemon) = sim.daemons().next().expect("there is one on every node");
/// assert_eq!(daemon.seat, Seat::Node(1));
/// assert_eq!(daemon.primary, Some(1));
/// assert!(daemon.sights.values().all(|sight| sight.connected));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Daemon {
    /// Where it runs.
    pub seat: Seat,
    /// What it was told.
    pub configuration: Configuration,
    /// When the list of nodes changed last, or the daemon started.
    pub configured: Instant,
    /// Its sight of every node that it has polled since it started.
    pub sights: BTreeMap<u16, Sight>,
    /// What it knows of every observer that was heard or failed since it started.
    pub watches: BTreeMap<u8, Watch>,
    /// The node that it last took for the primary, connected or not.
    pub primary: Option<u16>,
    /// The immediate poll that it waits for.
    pub(crate) recheck: Option<Recheck>,
    /// Since when its own node's lag has been above the warning, if it is.
    pub lag_warned: Option<Instant>,
    /// Since when it has known its own node to receive from a primary.
    pub receiving: Option<Instant>,
    /// The least lag of its own node since the daemon started.
    pub lag_min: Option<Span>,
    /// Until when it sleeps after a promotion.
    pub rests_until: Instant,
}

impl Daemon {
    /// Returns a daemon that has just started and knows nothing but its configuration.
    ///
    /// # Examples
    /// ```
    /// use cutover::control::lookout::{Configuration, Daemon, Gate, Seat, check};
    /// use cutover::kernel::Instant;
    /// use cutover::knob::Knobs;
    /// let mut daemon = Daemon::new(Seat::Node(2), Configuration::of(3), Instant::ZERO);
    /// assert!(daemon.sights.is_empty() && daemon.primary.is_none());
    /// let outcome = check(&Knobs::default(), &mut daemon, Instant::ZERO);
    /// assert_eq!(outcome.verdict, Gate::AwaitFirstPolls);
    /// ```
    pub fn new(seat: Seat, configuration: Configuration, now: Instant) -> Self {
        Self {
            seat,
            configuration,
            configured: now,
            sights: BTreeMap::new(),
            watches: BTreeMap::new(),
            primary: None,
            recheck: None,
            lag_warned: None,
            receiving: None,
            lag_min: None,
            rests_until: Instant::ZERO,
        }
    }

    /// Takes a new configuration; nodes and observers that left it are forgotten.
    ///
    /// The remembered primary stays, even when it is no longer configured.
    ///
    /// # Examples
    /// ```
    /// # use cutover::kernel::{Instant, Position, Span};
    /// # let at = |secs| Instant::ZERO + Span::from_secs(secs);
    /// # let bytes = |count: u128| Position::from_micro_bytes(count * 1_000_000);
    /// use cutover::control::lookout::{Configuration, Daemon, Poll, Seat, Seen};
    /// let mut daemon = Daemon::new(Seat::Node(2), Configuration::of(3), at(0));
    /// for number in [1, 2, 3] {
    ///     let seen = Some(Seen::standby(at(1), bytes(9)));
    ///     daemon.polled(number, Poll { fetched: at(1), seen });
    /// }
    /// daemon.configure(Configuration::of(2), at(5));
    /// assert_eq!(daemon.sights.keys().copied().collect::<Vec<_>>(), [1, 2]);
    /// assert_eq!(daemon.configured, at(5));
    /// ```
    pub fn configure(&mut self, configuration: Configuration, now: Instant) {
        if self.configuration.nodes != configuration.nodes {
            self.configured = now;
        }
        self.sights.retain(|number, _| configuration.nodes.contains(number));
        self.watches.retain(|number, _| configuration.observers.contains(number));
        if let Some(recheck) = &mut self.recheck {
            recheck.nodes.retain(|number| configuration.nodes.contains(number));
            recheck.observers.retain(|number| configuration.observers.contains(number));
        }
        self.configuration = configuration;
    }

    /// Returns what it answers to a daemon that asks it as an observer.
    ///
    /// # Examples
    /// ```
    /// # use cutover::kernel::{Instant, Position, Span};
    /// # let at = |secs| Instant::ZERO + Span::from_secs(secs);
    /// # let bytes = |count: u128| Position::from_micro_bytes(count * 1_000_000);
    /// use cutover::control::lookout::{Configuration, Daemon, Poll, Seat, Seen};
    /// let mut daemon = Daemon::new(Seat::Observer(1), Configuration::of(2), at(0));
    /// daemon.polled(1, Poll { fetched: at(1), seen: Some(Seen::primary(at(1), bytes(9))) });
    /// let answer = daemon.answer(at(3));
    /// assert_eq!(answer.clock, at(3));
    /// assert_eq!(answer.sights, [(1, daemon.sights[&1])]);
    /// ```
    pub fn answer(&self, clock: Instant) -> Answer {
        let sights = self.sights.iter().map(|(number, sight)| (*number, *sight)).collect();
        Answer { clock, sights }
    }

    /// Returns whether its polls include the observers.
    pub(crate) fn polls_observers(&self, knobs: &Knobs) -> bool {
        !knobs.lookout_poll_observers_on_warning_only || self.lag_warned.is_some()
    }

    /// Returns whether every configured node was polled, successfully or not.
    pub(super) fn knows_every_node(&self) -> bool {
        self.configuration.nodes.iter().all(|number| self.sights.contains_key(number))
    }

    /// Returns whether observers that are asked on warning only have yet to answer the warning.
    pub(super) fn awaits_observers(&self, knobs: &Knobs, now: Instant) -> bool {
        let Some(since) = self.lag_warned else { return false };
        let patience = knobs.lookout_poll_interval * STALE_INTERVALS_MAX;
        let stale = |observer| self.watches.get(observer).is_none_or(|watch| watch.asked < since);
        knobs.lookout_poll_observers_on_warning_only
            && now.since(since) < patience
            && self.configuration.observers.iter().any(stale)
    }

    /// Returns whether its own node has yet to come close to the primary, so that lag is expected.
    pub(super) fn is_catching_up(&self, knobs: &Knobs, now: Instant, own: &Sight) -> bool {
        if self.receiving.is_some_and(|since| now.since(since) > knobs.lookout_catchup_timeout) {
            return false;
        }
        let never_close = self.lag_min.is_none_or(|lag| lag >= knobs.lookout_warning_lag);
        own.seen.is_none_or(|seen| seen.received.is_none()) || never_close
    }
}
