//! What holds of single checks whatever a daemon believes.
//!
//! Knows nothing of histories: beliefs are made directly. Kept here: no property repeats the rules
//! step by step.

use cutover::control::lookout::{Configuration, Daemon, Gate, Map, Poll, Seat, Seen, check};
use cutover::kernel::{Instant, Position, Span};
use cutover::knob::Knobs;
use proptest::prelude::*;

/// What everybody sees of one node: its role, its position and the age of the poll in seconds.
type Look = Option<(bool, u128, u64)>;

fn looks() -> impl Strategy<Value = Vec<Look>> {
    let look = (prop::bool::weighted(0.8), 0..3_u128, 0..30_u64);
    prop::collection::vec(prop::option::weighted(0.9, look), 2..8)
}

const NOW: u64 = 1_000;

fn at(secs: u64) -> Instant {
    Instant::ZERO + Span::from_secs(secs)
}

/// Returns the daemon of a node that has these looks, in this order of polling.
fn daemon_with(own: u16, looks: &[Look], is_reversed: bool) -> Daemon {
    let count = u16::try_from(looks.len()).expect("few nodes");
    let mut daemon = Daemon::new(Seat::Node(own), Configuration::of(count), Instant::ZERO);
    let mut polls: Vec<(u16, Poll)> = (1..=count)
        .zip(looks)
        .map(|(number, look)| {
            let fetched = at(look.map_or(NOW, |(_, _, age)| NOW - age));
            let seen = look.map(|(in_recovery, bytes, _)| Seen {
                in_recovery,
                ..Seen::standby(fetched, Position::from_micro_bytes(bytes))
            });
            (number, Poll { fetched, seen })
        })
        .collect();
    if is_reversed {
        polls.reverse();
    }
    for (number, poll) in polls {
        daemon.polled(number, poll);
    }
    daemon
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn of_daemons_that_see_the_same_at_most_one_promotes_itself(looks in looks()) {
        let count = u16::try_from(looks.len()).expect("few nodes");
        let promoted = (1..=count).filter(|own| {
            let mut daemon = daemon_with(*own, &looks, false);
            check(&Knobs::default(), &mut daemon, at(NOW)).promote_self
        });
        prop_assert!(promoted.count() <= 1);
    }

    #[test]
    fn who_promotes_itself_is_a_standby_with_the_greatest_fresh_position(looks in looks()) {
        let count = u16::try_from(looks.len()).expect("few nodes");
        for own in 1..=count {
            let mut daemon = daemon_with(own, &looks, false);
            let map = Map::of(&Knobs::default(), &daemon);
            if check(&Knobs::default(), &mut daemon, at(NOW)).promote_self {
                prop_assert!(map.connected.is_empty());
                let fresh = looks.iter().flatten().filter(|look| look.0 && look.2 < 20);
                let greatest = fresh.map(|look| look.1).max();
                let look = looks[usize::from(own - 1)].expect("it sees itself");
                prop_assert!(look.0 && look.2 < 20 && Some(look.1) == greatest);
            }
        }
    }

    #[test]
    fn the_order_of_polls_does_not_matter(looks in looks(), own in 1..3_u16) {
        let mut forward = daemon_with(own, &looks, false);
        let mut backward = daemon_with(own, &looks, true);
        prop_assert_eq!(&forward, &backward);
        let knobs = Knobs::default();
        let outcome = check(&knobs, &mut forward, at(NOW));
        prop_assert_eq!(outcome, check(&knobs, &mut backward, at(NOW)));
        prop_assert_eq!(forward, backward);
    }

    #[test]
    fn an_observer_promotes_nobody_whatever_it_sees(looks in looks()) {
        let mut daemon = daemon_with(1, &looks, false);
        daemon.seat = Seat::Observer(1);
        let outcome = check(&Knobs::default(), &mut daemon, at(NOW));
        prop_assert!(!outcome.promote_self && !outcome.poll_now);
        prop_assert!(matches!(
            outcome.verdict,
            Gate::OnlyObserve | Gate::ReportSeveralPrimaries
        ));
    }

    #[test]
    fn a_restarted_daemon_has_forgotten_everything_and_decides_nothing(looks in looks()) {
        let before = daemon_with(1, &looks, false);
        let mut after = Daemon::new(before.seat, before.configuration.clone(), at(NOW));
        prop_assert!(after.sights.is_empty() && after.primary.is_none());
        let outcome = check(&Knobs::default(), &mut after, at(NOW));
        prop_assert_eq!(outcome.verdict, Gate::AwaitFirstPolls);
    }
}
