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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Seat {
    /// Beside the server of the node with this number.
    Node(u16),
    /// On a host of its own, as the observer with this number.
    Observer(u8),
}

/// What a daemon was told about its service.
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
pub struct Recheck {
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
    pub recheck: Option<Recheck>,
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
    pub fn answer(&self, clock: Instant) -> Answer {
        let sights = self.sights.iter().map(|(number, sight)| (*number, *sight)).collect();
        Answer { clock, sights }
    }

    /// Returns whether its polls include the observers.
    pub(crate) fn polls_observers(&self, knobs: &Knobs) -> bool {
        !knobs.lookout_poll_observers_on_warning_only || self.lag_warned.is_some()
    }

    /// Returns when a wait of its own ends at the latest; a check is due then.
    pub fn next_wake(&self) -> Option<Instant> {
        self.recheck.as_ref().map(|recheck| recheck.until)
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
