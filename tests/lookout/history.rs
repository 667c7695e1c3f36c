//! Random histories of one daemon, told to both readings of the rules, which have to agree.
//!
//! Knows nothing of what the rules say. Kept here: both readings hear the same, and a history is
//! likely enough to come far into the procedure that every gate is reached.

use cutover::control::Fitness;
use cutover::control::lookout::{
    Answer, Check, Configuration, Daemon, Gate, Poll, Seat, Seen, Sight, check,
};
use cutover::kernel::{Instant, Position, Span};
use cutover::knob::Knobs;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::twin::{Outcome, Twin};

/// The numbers of the nodes that a history may have; as text the greatest is 9.
pub(crate) const POOL: [u16; 5] = [1, 2, 9, 10, 11];

/// Something that happens to a daemon.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    /// From now on it reaches these nodes, a bit for each.
    Reach(u8),
    /// From now on these nodes are primaries.
    Lead(u8),
    /// From now on this node has received and replayed so much.
    Advance(usize, Option<u128>, Option<u128>),
    /// From now on every standby lags so many seconds.
    Lag(Option<u64>),
    /// It polls every node.
    Round,
    /// It polls every node and checks; a recheck is answered or not.
    RoundAndCheck(bool),
    /// It checks.
    Check,
    /// An observer answers: its clock behind, the age of its polls, and what it reaches and leads.
    Answer(u8, i64, u64, u8, u8),
    /// An observer does not answer.
    Silence(u8),
    /// Nodes, observers, nodes never promoted, nodes known gone, maintenance.
    Configure(u8, u8, u8, u8, bool),
}

/// A history: who decides, with which knobs, and what happens after how many seconds.
#[derive(Clone, Debug)]
pub(crate) struct History {
    seat: Seat,
    knobs: Knobs,
    deeds: Vec<(u64, Deed)>,
}

/// Returns histories.
fn histories() -> impl Strategy<Value = History> {
    let deed = prop_oneof![
        3 => prop_oneof![0..32_u8, Just(31)].prop_map(Deed::Reach),
        2 => prop_oneof![4 => Just(1_u8), 1 => Just(2), 1 => Just(0), 1 => 0..32_u8]
            .prop_map(Deed::Lead),
        2 => (0..5_usize, prop::option::of(0..3_u128), prop::option::of(0..3_u128))
            .prop_map(|(node, received, replayed)| Deed::Advance(node, received, replayed)),
        2 => prop_oneof![1 => Just(None), 4 => (0..90_u64).prop_map(Some)].prop_map(Deed::Lag),
        2 => Just(Deed::Round),
        10 => prop::bool::weighted(0.8).prop_map(Deed::RoundAndCheck),
        2 => Just(Deed::Check),
        2 => (1..3_u8, -9..9_i64, 0..9_u64, 0..32_u8, prop_oneof![4 => Just(1_u8), 1 => 0..32_u8])
            .prop_map(|(name, behind, age, reached, led)| {
                Deed::Answer(name, behind, age, reached, led)
            }),
        1 => (1..3_u8).prop_map(Deed::Silence),
        1 => (0..32_u8, 0..4_u8, prop_oneof![2 => Just(0), 1 => 0..32_u8], 0..32_u8,
            prop::bool::weighted(0.2))
            .prop_map(|(nodes, observers, never, gone, maintenance)| {
                Deed::Configure(nodes, observers, never, gone, maintenance)
            }),
    ];
    let wait = prop_oneof![6 => 0..8_u64, 1 => 8..80_u64];
    let seat = prop_oneof![
        12 => (0..POOL.len()).prop_map(|index| Seat::Node(POOL[index])),
        1 => Just(Seat::Observer(7)),
    ];
    let begins = (0..32_u8, prop_oneof![1 => Just(0_u8), 1 => 0..4_u8]);
    (seat, knobs(), begins, prop::collection::vec((wait, deed), 1..40)).prop_map(
        |(seat, knobs, (nodes, observers), mut deeds)| {
            deeds.insert(0, (0, Deed::Configure(nodes, observers, 0, 0, false)));
            History { seat, knobs, deeds }
        },
    )
}

fn knobs() -> impl Strategy<Value = Knobs> {
    let flags = (prop::bool::weighted(0.4), prop::bool::weighted(0.8));
    (flags, 0..2_u64, 1..3_u64, prop_oneof![4 => Just(60_u64), 1 => 10..90_u64]).prop_map(
        |((warning_only, on_disconnect), sleep, intervals, lag)| Knobs {
            lookout_poll_observers_on_warning_only: warning_only,
            lookout_failover_on_disconnect: on_disconnect,
            lookout_failover_sleep: Span::from_secs(20 * sleep),
            lookout_poll_interval: Span::from_secs(5 * intervals),
            lookout_failover_lag: Span::from_secs(lag),
            ..Knobs::default()
        },
    )
}

/// Both readings, and what is true around them.
struct Pair {
    knobs: Knobs,
    daemon: Daemon,
    twin: Twin,
    now: Instant,
    reached: u8,
    led: u8,
    places: [(Option<u128>, Option<u128>); 5],
    lag: Option<Span>,
    gates: Vec<Gate>,
}

fn has(bits: u8, index: usize) -> bool {
    bits & (1 << index) != 0
}

fn chosen(bits: u8) -> Vec<u16> {
    (0..POOL.len()).filter(|index| has(bits, *index)).map(|index| POOL[index]).collect()
}

impl Pair {
    fn new(history: &History) -> Self {
        let now = Instant::ZERO + Span::from_secs(1_000);
        let (seat, knobs) = (history.seat, history.knobs.clone());
        let configuration = Configuration { nodes: POOL.to_vec(), ..Configuration::of(0) };
        Self {
            daemon: Daemon::new(seat, configuration.clone(), now),
            twin: Twin::new(seat, &knobs, configuration, now),
            knobs,
            now,
            reached: 31,
            led: 1,
            places: [(Some(1), Some(1)); 5],
            lag: Some(Span::from_secs(1)),
            gates: Vec::new(),
        }
    }

    fn seen(&self, index: usize, led: u8, clock: Instant) -> Seen {
        let place = |bytes: Option<u128>| bytes.map(Position::from_micro_bytes);
        let (received, replayed) = self.places[index];
        let in_recovery = !has(led, index);
        Seen {
            in_recovery,
            db_time: clock,
            received: place(received).filter(|_| in_recovery),
            replayed: place(replayed),
            lag: self.lag.filter(|_| in_recovery),
            timeline: 1,
        }
    }

    fn round(&mut self) {
        for (index, number) in POOL.into_iter().enumerate() {
            let me = self.daemon.seat == Seat::Node(number);
            // A daemon reaches its own node most of the time.
            let reached = has(self.reached, index) || (me && !self.reached.is_multiple_of(3));
            let seen = reached.then(|| self.seen(index, self.led, self.now));
            let poll = Poll { fetched: self.now, seen };
            self.daemon.polled(number, poll);
            self.twin.polled(number, poll);
        }
    }

    /// Checks with both readings and returns what the first came to.
    fn check(&mut self) -> Check {
        let first = check(&self.knobs, &mut self.daemon, self.now);
        let second = self.twin.check(self.now);
        let chosen = first.candidates.iter().find(|entry| entry.standing == Fitness::Chosen);
        let outcome = Outcome {
            gate: first.verdict,
            asks_for_poll: first.poll_now,
            alerts: first.alerts.clone(),
            furthest: chosen.map(|entry| entry.number),
        };
        assert_eq!(outcome, second, "at {}, of {:?}", self.now, self.daemon);
        assert_eq!(self.daemon.primary, self.twin.current);
        assert_eq!(first.promote_self, first.verdict == Gate::PromoteItself);
        self.gates.push(first.verdict);
        first
    }

    fn observed(&mut self, observer: u8, answer: Option<Answer>) {
        self.daemon.observed(&self.knobs, observer, answer.clone(), self.now);
        self.twin.observed(observer, answer, self.now);
    }

    fn answer(&self, behind: i64, age: u64, reached: u8, led: u8) -> Answer {
        let fetched = self.now.minus(Span::from_secs(age));
        let sights = POOL.into_iter().enumerate().map(|(index, number)| {
            let connected = has(reached, index);
            let told = if connected { fetched } else { fetched.minus(Span::from_secs(50)) };
            // What was never reached was never seen.
            let seen = (connected || has(reached, index + 1)).then(|| self.seen(index, led, told));
            (number, Sight { fetched, connected, seen })
        });
        let micros = i128::from(self.now.as_micros()) - i128::from(behind) * 1_000_000;
        let clock = Instant::from_micros(u64::try_from(micros).expect("late enough"));
        Answer { clock, sights: sights.collect() }
    }

    fn configure(&mut self, configuration: Configuration) {
        self.daemon.configure(configuration.clone(), self.now);
        self.twin.configure(configuration, self.now);
    }

    fn does(&mut self, deed: &Deed) {
        match *deed {
            Deed::Reach(bits) => self.reached = bits,
            Deed::Lead(bits) => self.led = bits,
            Deed::Advance(index, received, replayed) => self.places[index] = (received, replayed),
            Deed::Lag(secs) => self.lag = secs.map(Span::from_secs),
            Deed::Round => self.round(),
            Deed::RoundAndCheck(answered) => {
                self.round();
                if self.check().poll_now && answered {
                    self.round();
                    for observer in self.daemon.configuration.observers.clone() {
                        if observer == 1 {
                            self.observed(observer, Some(self.answer(0, 0, 30, 1)));
                        } else {
                            self.observed(observer, None);
                        }
                    }
                    self.check();
                }
            }
            Deed::Check => drop(self.check()),
            Deed::Answer(observer, behind, age, reached, led) => {
                let answer = self.answer(behind, age, reached, led);
                self.observed(observer, Some(answer));
            }
            Deed::Silence(observer) => self.observed(observer, None),
            Deed::Configure(nodes, observers, never, gone, maintenance) => {
                let mut nodes = chosen(nodes);
                if let Seat::Node(number) = self.daemon.seat
                    && !nodes.contains(&number)
                {
                    nodes.push(number);
                }
                self.configure(Configuration {
                    nodes,
                    observers: (1..3)
                        .filter(|name| has(observers, usize::from(name - 1)))
                        .collect(),
                    never_promote: chosen(never),
                    known_gone: chosen(gone),
                    maintenance,
                });
            }
        }
    }
}

/// Tells a history to both readings and returns where the checks ended.
fn tell(history: &History) -> Vec<Gate> {
    let mut pair = Pair::new(history);
    for (wait, deed) in &history.deeds {
        pair.now = pair.now + Span::from_secs(*wait);
        pair.does(deed);
    }
    pair.gates
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn both_readings_of_the_rules_agree_on_every_history(history in histories()) {
        tell(&history);
    }
}

#[test]
fn the_histories_reach_every_gate() {
    let mut runner = TestRunner::deterministic();
    let strategy = histories();
    let mut ends = Vec::new();
    for _ in 0..2_000 {
        let tree = strategy.new_tree(&mut runner).expect("a history can be drawn");
        ends.extend(tell(&tree.current()));
    }
    for gate in Gate::ALL {
        let count = ends.iter().filter(|end| **end == gate).count();
        assert!(count >= 20, "{} was reached {count} times of {}", gate.name(), ends.len());
    }
}
