//! A small service whose daemons poll and check every five seconds, to see who promotes itself.
//!
//! Knows nothing of the simulator: a cut, a death or a clock is a list. Kept here: all daemons poll
//! and check in the same instant, and nothing that they order is carried out.

use cutover::control::lookout::{Check, Configuration, Daemon, Gate, Poll, Seat, Seen, check};
use cutover::kernel::{Instant, Position, Span};
use cutover::knob::Knobs;

/// The true time, in seconds since some moment long before the story.
pub(crate) type Secs = u64;

/// Returns the instant of a true time.
pub(crate) fn at(secs: Secs) -> Instant {
    Instant::ZERO + Span::from_secs(secs)
}

/// A service and its daemons.
pub(crate) struct Stage {
    /// The knobs of all daemons.
    pub(crate) knobs: Knobs,
    /// The daemons.
    pub(crate) daemons: Vec<Daemon>,
    /// The nodes that are primaries.
    pub(crate) primaries: Vec<u16>,
    /// The nodes that nobody reaches.
    pub(crate) dead: Vec<u16>,
    /// Which daemons do not reach which node.
    pub(crate) cut: Vec<(Seat, u16)>,
    /// Which daemons do not reach which observer.
    pub(crate) deaf: Vec<(Seat, u8)>,
    /// How many bytes each node has received, if it is not 100.
    pub(crate) received: Vec<(u16, u128)>,
    /// The nodes on timeline 1 while the others are on timeline 2.
    pub(crate) old_timeline: Vec<u16>,
    /// How many seconds each node's clock is ahead, if it is.
    pub(crate) ahead: Vec<(u16, i64)>,
}

impl Stage {
    /// Returns a service with nodes 1 to `nodes`, of which 1 is primary, and these observers.
    pub(crate) fn new(nodes: u16, observers: &[u8]) -> Self {
        let configuration =
            Configuration { observers: observers.to_vec(), ..Configuration::of(nodes) };
        // Observers come first: what they answer in a round is of the same instant.
        let nodes = (1..=nodes).map(Seat::Node);
        let seats = observers.iter().copied().map(Seat::Observer).chain(nodes);
        let daemons = seats.map(|seat| {
            let mut configuration = configuration.clone();
            if let Seat::Observer(_) = seat {
                configuration.observers.clear();
            }
            Daemon::new(seat, configuration, Instant::ZERO)
        });
        Self {
            knobs: Knobs::default(),
            daemons: daemons.collect(),
            primaries: vec![1],
            dead: Vec::new(),
            cut: Vec::new(),
            deaf: Vec::new(),
            received: Vec::new(),
            old_timeline: Vec::new(),
            ahead: Vec::new(),
        }
    }

    /// Returns the daemon of a seat, to change it.
    pub(crate) fn daemon(&mut self, seat: Seat) -> &mut Daemon {
        self.daemons.iter_mut().find(|daemon| daemon.seat == seat).expect("the seat exists")
    }

    /// Separates a node from all other nodes, in both directions; observers reach it still.
    pub(crate) fn isolate(&mut self, node: u16) {
        for other in self.daemon(Seat::Node(node)).configuration.nodes.clone() {
            if other != node {
                self.cut.extend([(Seat::Node(node), other), (Seat::Node(other), node)]);
            }
        }
    }

    /// Replaces a node's daemon by one that has just started.
    pub(crate) fn restart(&mut self, node: u16, now: Secs) {
        let clock = self.clock(node, now);
        let daemon = self.daemon(Seat::Node(node));
        *daemon = Daemon::new(daemon.seat, daemon.configuration.clone(), clock);
    }

    /// Lets every daemon poll and check once, and returns what each came to.
    pub(crate) fn round(&mut self, now: Secs) -> Vec<(Seat, Check)> {
        for index in 0..self.daemons.len() {
            self.poll(index, now);
        }
        let mut outcomes = Vec::new();
        for index in 0..self.daemons.len() {
            let clock = self.clock_of(self.daemons[index].seat, now);
            let mut outcome = check(&self.knobs, &mut self.daemons[index], clock);
            if outcome.poll_now {
                assert_eq!(outcome.verdict, Gate::AwaitRecheck);
                self.poll(index, now);
                outcome = check(&self.knobs, &mut self.daemons[index], clock);
            }
            outcomes.push((self.daemons[index].seat, outcome));
        }
        outcomes
    }

    /// Runs rounds every five seconds from `from` on and before `to`, and returns the promotions.
    pub(crate) fn promotions(&mut self, from: Secs, to: Secs) -> Vec<(Secs, u16)> {
        let mut found = Vec::new();
        for now in (from..to).step_by(5) {
            for (seat, outcome) in self.round(now) {
                if let (Seat::Node(number), true) = (seat, outcome.promote_self) {
                    found.push((now, number));
                }
            }
        }
        found
    }

    /// Runs one round and returns where one node's daemon ended.
    pub(crate) fn verdict(&mut self, node: u16, now: Secs) -> Gate {
        let outcomes = self.round(now);
        let found = outcomes.iter().find(|(seat, _)| *seat == Seat::Node(node));
        found.map(|(_, outcome)| outcome.verdict).expect("the node has a daemon")
    }

    fn poll(&mut self, index: usize, now: Secs) {
        let seat = self.daemons[index].seat;
        let fetched = self.clock_of(seat, now);
        for number in self.daemons[index].configuration.nodes.clone() {
            let reached = !self.dead.contains(&number) && !self.cut.contains(&(seat, number));
            let seen = reached.then(|| self.seen(number, now));
            self.daemons[index].polled(number, Poll { fetched, seen });
        }
        for observer in self.daemons[index].configuration.observers.clone() {
            let heard = !self.deaf.contains(&(seat, observer));
            let clock = self.clock_of(Seat::Observer(observer), now);
            let answer = heard.then(|| self.daemon(Seat::Observer(observer)).answer(clock));
            self.daemons[index].observed(&self.knobs, observer, answer, fetched);
        }
    }

    fn seen(&self, number: u16, now: Secs) -> Seen {
        let found = self.received.iter().find(|(node, _)| *node == number);
        let bytes = found.map_or(100, |(_, bytes)| *bytes);
        let position = Position::from_micro_bytes(bytes * 1_000_000);
        let clock = self.clock(number, now);
        let seen = if self.primaries.contains(&number) {
            Seen::primary(clock, position)
        } else {
            Seen::standby(clock, position)
        };
        Seen { timeline: if self.old_timeline.contains(&number) { 1 } else { 2 }, ..seen }
    }

    fn clock(&self, number: u16, now: Secs) -> Instant {
        let found = self.ahead.iter().find(|(node, _)| *node == number);
        let ahead = found.map_or(0, |(_, ahead)| *ahead);
        at(now.checked_add_signed(ahead).expect("the story begins late enough"))
    }

    fn clock_of(&self, seat: Seat, now: Secs) -> Instant {
        match seat {
            Seat::Node(number) => self.clock(number, now),
            Seat::Observer(_) => at(now),
        }
    }
}
