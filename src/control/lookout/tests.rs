//! Every gate of the decision procedure is reached, each by the shortest story that leads there.
//!
//! Knows nothing of networks and of servers. Kept here: a test for every gate that there is.

use super::*;
use crate::kernel::{Instant, Position, Span};
use crate::knob::Knobs;

fn at(secs: u64) -> Instant {
    Instant::ZERO + Span::from_secs(secs)
}

fn bytes(count: u128) -> Position {
    Position::from_micro_bytes(count * 1_000_000)
}

/// The story's service: node 1 is primary, the others are standbys at 100 bytes.
fn state(number: u16, clock: Instant) -> Seen {
    if number == 1 { Seen::primary(clock, bytes(100)) } else { Seen::standby(clock, bytes(100)) }
}

/// Polls every node; those that are not reached fail.
fn poll(daemon: &mut Daemon, now: Instant, reached: &[u16]) {
    for number in daemon.configuration.nodes.clone() {
        let seen = reached.contains(&number).then(|| state(number, now));
        daemon.polled(number, Poll { fetched: now, seen });
    }
}

/// Returns the daemon of a node that saw the whole service at 100 s.
fn daemon_of(number: u16, count: u16) -> Daemon {
    let mut daemon = Daemon::new(Seat::Node(number), Configuration::of(count), Instant::ZERO);
    let everybody: Vec<u16> = (1..=count).collect();
    poll(&mut daemon, at(100), &everybody);
    assert_eq!(check(&Knobs::default(), &mut daemon, at(100)).verdict, Gate::TolerateLag);
    daemon
}

/// Checks at a time when only these nodes are reached, through the recheck if there is one.
fn check_reaching(knobs: &Knobs, daemon: &mut Daemon, now: Instant, reached: &[u16]) -> Check {
    poll(daemon, now, reached);
    let first = check(knobs, daemon, now);
    if !first.poll_now {
        return first;
    }
    assert_eq!(first.verdict, Gate::AwaitRecheck);
    poll(daemon, now, reached);
    check(knobs, daemon, now)
}

fn verdict_reaching(daemon: &mut Daemon, now: Instant, reached: &[u16]) -> Gate {
    check_reaching(&Knobs::default(), daemon, now, reached).verdict
}

/// Makes a node's last sight tell this lag.
fn set_lag(daemon: &mut Daemon, number: u16, lag: Option<Span>) {
    let sight = daemon.sights.get_mut(&number).expect("the node was polled");
    sight.seen.as_mut().expect("the node was seen").lag = lag;
}

#[test]
fn every_gate_has_its_own_name_and_sentence() {
    for (index, gate) in Gate::ALL.into_iter().enumerate() {
        assert!(gate.sentence().len() > gate.name().len());
        for other in &Gate::ALL[index + 1..] {
            assert!(gate < *other, "{gate:?} is listed before {other:?}");
            assert_ne!(gate.name(), other.name());
            assert_ne!(gate.sentence(), other.sentence());
        }
    }
}

#[test]
fn a_daemon_decides_nothing_before_it_has_polled_every_node() {
    let mut daemon = Daemon::new(Seat::Node(2), Configuration::of(3), Instant::ZERO);
    daemon.polled(2, Poll { fetched: at(1), seen: Some(state(2, at(1))) });
    daemon.polled(3, Poll { fetched: at(1), seen: None });
    assert_eq!(check(&Knobs::default(), &mut daemon, at(1)).verdict, Gate::AwaitFirstPolls);
    daemon.polled(1, Poll { fetched: at(1), seen: None });
    assert_ne!(check(&Knobs::default(), &mut daemon, at(1)).verdict, Gate::AwaitFirstPolls);
}

#[test]
fn a_failed_poll_keeps_what_was_seen_before() {
    let mut daemon = daemon_of(2, 2);
    poll(&mut daemon, at(105), &[2]);
    let sight = daemon.sights[&1];
    assert!(!sight.connected);
    assert_eq!((sight.fetched, sight.seen), (at(105), Some(state(1, at(100)))));
}

#[test]
fn a_silent_primary_is_replaced_when_its_last_time_is_sixty_seconds_old() {
    let mut daemon = daemon_of(2, 2);
    assert_eq!(verdict_reaching(&mut daemon, at(159), &[2]), Gate::AwaitSilence);
    let outcome = check_reaching(&Knobs::default(), &mut daemon, at(160), &[2]);
    assert_eq!(outcome.verdict, Gate::PromoteItself);
    assert!(outcome.promote_self);
    assert_eq!(outcome.alerts, [Alert::FailoverHappened]);
}

#[test]
fn a_daemon_waits_for_its_recheck_until_the_last_answer_or_fifteen_seconds() {
    let knobs = Knobs::default();
    let mut daemon = daemon_of(2, 2);
    poll(&mut daemon, at(200), &[2]);
    let first = check(&knobs, &mut daemon, at(200));
    assert_eq!((first.verdict, first.poll_now), (Gate::AwaitRecheck, true));
    assert_eq!(daemon.recheck.as_ref().map(|recheck| recheck.until), Some(at(215)));
    // A poll that began before the request does not answer it.
    daemon.polled(1, Poll { fetched: at(199), seen: None });
    daemon.polled(2, Poll { fetched: at(200), seen: Some(state(2, at(200))) });
    let second = check(&knobs, &mut daemon, at(214));
    assert_eq!((second.verdict, second.poll_now), (Gate::AwaitRecheck, false));
    let mut patient = daemon.clone();
    assert_eq!(check(&knobs, &mut patient, at(215)).verdict, Gate::PromoteItself);
    daemon.polled(1, Poll { fetched: at(201), seen: None });
    assert_eq!(check(&knobs, &mut daemon, at(201)).verdict, Gate::PromoteItself);
}

#[test]
fn a_primary_that_the_recheck_reaches_is_not_replaced() {
    let mut daemon = daemon_of(2, 2);
    poll(&mut daemon, at(200), &[2]);
    assert!(check(&Knobs::default(), &mut daemon, at(200)).poll_now);
    poll(&mut daemon, at(200), &[1, 2]);
    assert_eq!(check(&Knobs::default(), &mut daemon, at(200)).verdict, Gate::FindPrimaryBack);
}

#[test]
fn two_connected_primaries_raise_an_alert_and_nothing_else() {
    let mut daemon = daemon_of(3, 3);
    let other = Seen::primary(at(101), bytes(90));
    daemon.polled(2, Poll { fetched: at(101), seen: Some(other) });
    let outcome = check(&Knobs::default(), &mut daemon, at(101));
    assert_eq!(outcome.verdict, Gate::ReportSeveralPrimaries);
    assert_eq!(outcome.alerts, [Alert::SeveralPrimaries]);
    assert_eq!(daemon.primary, Some(1), "the primary of before is remembered");
}

#[test]
fn an_observer_promotes_nobody_and_remembers_the_primary() {
    let mut daemon = Daemon::new(Seat::Observer(1), Configuration::of(2), Instant::ZERO);
    assert_eq!(verdict_reaching(&mut daemon, at(100), &[1, 2]), Gate::OnlyObserve);
    assert_eq!(verdict_reaching(&mut daemon, at(200), &[2]), Gate::OnlyObserve);
    assert_eq!(daemon.primary, Some(1));
}

#[test]
fn the_primarys_own_daemon_does_nothing_even_when_it_is_alone() {
    let mut daemon = Daemon::new(Seat::Node(1), Configuration::of(3), Instant::ZERO);
    assert_eq!(verdict_reaching(&mut daemon, at(100), &[1, 2, 3]), Gate::StayPrimary);
    assert_eq!(verdict_reaching(&mut daemon, at(300), &[1]), Gate::StayPrimary);
}

#[test]
fn a_daemon_that_never_saw_a_primary_decides_at_once() {
    let mut daemon = Daemon::new(Seat::Node(2), Configuration::of(2), Instant::ZERO);
    poll(&mut daemon, at(1), &[2]);
    assert_eq!(check(&Knobs::default(), &mut daemon, at(1)).verdict, Gate::PromoteItself);
}

#[test]
fn lag_raises_an_alert_once_and_again_after_it_was_small() {
    let mut daemon = daemon_of(2, 2);
    let mut alerts_at = |secs, lag| {
        poll(&mut daemon, at(secs), &[1, 2]);
        set_lag(&mut daemon, 2, Some(Span::from_secs(lag)));
        let outcome = check(&Knobs::default(), &mut daemon, at(secs));
        assert_eq!(outcome.verdict, Gate::TolerateLag);
        outcome.alerts.len()
    };
    assert_eq!([alerts_at(101, 29), alerts_at(102, 30), alerts_at(103, 40)], [0, 1, 0]);
    assert_eq!([alerts_at(104, 1), alerts_at(105, 59)], [0, 1]);
}

#[test]
fn great_lag_does_not_replace_a_primary_that_is_connected() {
    let mut daemon = daemon_of(2, 2);
    set_lag(&mut daemon, 2, Some(Span::from_secs(60)));
    let outcome = check(&Knobs::default(), &mut daemon, at(100));
    assert_eq!(outcome.verdict, Gate::RespectPrimary);
    assert_eq!(outcome.alerts, [Alert::ReplicationDelay]);
}

#[test]
fn the_lag_of_a_standby_that_catches_up_counts_after_five_minutes() {
    let mut daemon = Daemon::new(Seat::Node(2), Configuration::of(2), Instant::ZERO);
    let mut verdict_at = |secs| {
        let behind = Seen { lag: Some(Span::from_secs(900)), ..state(2, at(secs)) };
        daemon.polled(1, Poll { fetched: at(secs), seen: Some(state(1, at(secs))) });
        daemon.polled(2, Poll { fetched: at(secs), seen: Some(behind) });
        check(&Knobs::default(), &mut daemon, at(secs)).verdict
    };
    assert_eq!([verdict_at(100), verdict_at(400)], [Gate::IgnoreLagOfCatchUp; 2]);
    assert_eq!(verdict_at(401), Gate::RespectPrimary);
}

#[test]
fn a_standby_that_tells_no_lag_is_not_compared() {
    let mut daemon = daemon_of(2, 2);
    set_lag(&mut daemon, 2, None);
    assert_eq!(check(&Knobs::default(), &mut daemon, at(100)).verdict, Gate::IgnoreUnknownLag);
}

#[test]
fn a_disconnect_that_is_told_not_to_count_leaves_only_the_lag() {
    let knobs = Knobs { lookout_failover_on_disconnect: false, ..Knobs::default() };
    let mut daemon = daemon_of(2, 2);
    poll(&mut daemon, at(300), &[2]);
    assert_eq!(check(&knobs, &mut daemon, at(300)).verdict, Gate::DisregardDisconnect);
    set_lag(&mut daemon, 2, Some(Span::from_secs(60)));
    assert_eq!(check(&knobs, &mut daemon, at(300)).verdict, Gate::PromoteItself);
}

#[test]
fn a_primary_that_left_the_configuration_is_replaced_after_fifteen_seconds_or_if_known_gone() {
    let mut daemon = daemon_of(2, 2);
    let mut smaller = Configuration { nodes: vec![2], ..Configuration::of(2) };
    daemon.configure(smaller.clone(), at(101));
    assert_eq!(verdict_reaching(&mut daemon, at(115), &[2]), Gate::AwaitNewConfiguration);
    let mut patient = daemon.clone();
    assert_eq!(verdict_reaching(&mut patient, at(116), &[2]), Gate::PromoteItself);
    smaller.known_gone.push(1);
    daemon.configure(smaller, at(115));
    assert_eq!(verdict_reaching(&mut daemon, at(115), &[2]), Gate::PromoteItself);
}

#[test]
fn nobody_is_promoted_on_positions_that_are_twenty_seconds_old() {
    let mut daemon = daemon_of(2, 2);
    poll(&mut daemon, at(200), &[2]);
    assert!(check(&Knobs::default(), &mut daemon, at(206)).poll_now);
    // The recheck's polls never come back, so the daemon decides on what it has.
    let mut late = daemon.clone();
    assert_eq!(check(&Knobs::default(), &mut late, at(221)).verdict, Gate::LackPositions);
    daemon.polled(2, Poll { fetched: at(206), seen: Some(state(2, at(206))) });
    assert_eq!(check(&Knobs::default(), &mut daemon, at(221)).verdict, Gate::PromoteItself);
}

#[test]
fn the_furthest_standby_promotes_itself_and_the_others_defer() {
    for (furthest, own, expected) in
        [(2, 2, Gate::PromoteItself), (2, 3, Gate::DeferToFurthest), (3, 3, Gate::PromoteItself)]
    {
        let mut daemon = daemon_of(own, 3);
        poll(&mut daemon, at(200), &[2, 3]);
        assert!(check(&Knobs::default(), &mut daemon, at(200)).poll_now);
        poll(&mut daemon, at(200), &[2, 3]);
        let ahead = Seen::standby(at(200), bytes(101));
        daemon.polled(furthest, Poll { fetched: at(200), seen: Some(ahead) });
        let outcome = check(&Knobs::default(), &mut daemon, at(200));
        assert_eq!(outcome.verdict, expected);
        assert_eq!(outcome.candidates.len(), 2);
    }
}

#[test]
fn a_furthest_standby_in_maintenance_stays_standby() {
    let mut daemon = daemon_of(2, 2);
    daemon.configuration.maintenance = true;
    assert_eq!(verdict_reaching(&mut daemon, at(200), &[2]), Gate::StayForMaintenance);
}

#[test]
fn a_node_that_is_never_promoted_leaves_it_to_another_that_is_behind() {
    for (own, expected) in [(2, Gate::PromoteItself), (3, Gate::StayUnpromoted)] {
        let mut daemon = daemon_of(own, 3);
        daemon.configuration.never_promote = vec![3];
        assert_eq!(verdict_reaching(&mut daemon, at(200), &[2, 3]), expected);
    }
}

#[test]
fn the_furthest_of_too_few_known_standbys_stays_standby() {
    let mut daemon = daemon_of(2, 3);
    assert_eq!(verdict_reaching(&mut daemon, at(200), &[2]), Gate::LackMajority);
}

#[test]
fn a_daemon_sleeps_after_it_promoted_its_node() {
    let knobs = Knobs { lookout_failover_sleep: Span::from_secs(30), ..Knobs::default() };
    let mut daemon = daemon_of(2, 2);
    assert!(check_reaching(&knobs, &mut daemon, at(200), &[2]).promote_self);
    assert_eq!(check(&knobs, &mut daemon, at(229)).verdict, Gate::RestAfterFailover);
    assert_eq!(check(&knobs, &mut daemon, at(230)).verdict, Gate::AwaitRecheck);
}

#[test]
fn observers_asked_on_warning_only_are_waited_for_until_five_poll_intervals_are_over() {
    let knobs = Knobs { lookout_poll_observers_on_warning_only: true, ..Knobs::default() };
    let mut daemon = daemon_of(2, 2);
    daemon.configuration.observers = vec![1];
    assert!(!daemon.polls_observers(&knobs));
    set_lag(&mut daemon, 2, Some(Span::from_secs(40)));
    assert_eq!(check(&knobs, &mut daemon, at(100)).alerts, [Alert::ReplicationDelay]);
    assert!(daemon.polls_observers(&knobs));
    assert_eq!(check(&knobs, &mut daemon, at(124)).verdict, Gate::AwaitObservers);
    assert_eq!(check(&knobs, &mut daemon.clone(), at(125)).verdict, Gate::TolerateLag);
    daemon.observed(&knobs, 1, None, at(101));
    assert_eq!(check(&knobs, &mut daemon, at(124)).verdict, Gate::TolerateLag);
}

#[test]
fn an_observer_whose_clock_is_over_five_seconds_behind_is_ignored() {
    let knobs = Knobs::default();
    let mut daemon = daemon_of(2, 2);
    daemon.configuration.observers = vec![1];
    let answer = |clock| Some(Answer { clock, sights: Vec::new() });
    daemon.observed(&knobs, 1, answer(at(94)), at(100));
    assert!(daemon.watches.is_empty());
    for clock in [95, 200] {
        daemon.observed(&knobs, 1, answer(at(clock)), at(100));
        assert!(daemon.watches[&1].connected);
        daemon.observed(&knobs, 1, None, at(100));
        assert!(!daemon.watches[&1].connected);
    }
}

#[test]
fn an_observers_sight_of_the_primary_counts_within_one_poll_interval_of_the_own_poll() {
    let knobs = Knobs::default();
    for (age, expected) in [(4, Gate::TolerateLag), (5, Gate::AwaitRecheck)] {
        let mut daemon = daemon_of(2, 2);
        daemon.configuration.observers = vec![1];
        poll(&mut daemon, at(200), &[2]);
        let fetched = at(200 - age);
        let sight = Sight { fetched, connected: true, seen: Some(state(1, fetched)) };
        let answer = Answer { clock: at(200), sights: vec![(1, sight)] };
        daemon.observed(&knobs, 1, Some(answer), at(200));
        assert_eq!(check(&knobs, &mut daemon, at(200)).verdict, expected);
    }
}

#[test]
fn an_observers_sight_of_a_standby_replaces_an_older_own_one_that_failed() {
    let knobs = Knobs::default();
    for (fetched, is_reached, expected) in
        [(201, false, true), (200, false, false), (201, true, false)]
    {
        let mut daemon = daemon_of(2, 3);
        daemon.configuration.observers = vec![1];
        poll(&mut daemon, at(200), if is_reached { &[2, 3] } else { &[2] });
        let seen = Seen::standby(at(fetched), bytes(500));
        let sight = Sight { fetched: at(fetched), connected: true, seen: Some(seen) };
        // What the observer says of the daemon's own node is not heard.
        let answer = Answer { clock: at(201), sights: vec![(3, sight), (2, sight)] };
        daemon.observed(&knobs, 1, Some(answer), at(201));
        let map = Map::of(&knobs, &daemon);
        let found = |number| map.standbys.contains(&(number, sight));
        assert_eq!((found(3), found(2)), (expected, false));
    }
}
