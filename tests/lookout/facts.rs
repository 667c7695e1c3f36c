//! What follows from the rules for whole services: who promotes itself, when, and who never does.
//!
//! Knows nothing of single gates. Kept here: every story begins with a service that was healthy.

use cutover::control::lookout::{Configuration, Gate, Seat};

use super::stage::Stage;

/// When each story's fault happens; the last poll before it succeeds.
const FAULT: u64 = 1_000;

/// Returns a service that has been healthy up to the fault.
fn healthy(nodes: u16, observers: &[u8]) -> Stage {
    let mut stage = Stage::new(nodes, observers);
    assert_eq!(stage.promotions(FAULT - 100, FAULT + 5), []);
    stage
}

/// Runs the story after the fault for as long as nothing but patience could prevent a promotion.
fn after(stage: &mut Stage) -> Option<(u64, u16)> {
    stage.promotions(FAULT + 5, FAULT + 300).first().copied()
}

#[test]
fn a_lone_partitioned_standby_of_two_nodes_promotes_itself() {
    let mut stage = healthy(2, &[]);
    stage.isolate(2);
    assert_eq!(after(&mut stage), Some((FAULT + 60, 2)));
    assert_eq!(stage.verdict(1, FAULT + 300), Gate::StayPrimary, "nobody stops the old primary");
}

#[test]
fn one_of_two_isolated_standbys_does_not_promote_itself() {
    for isolated in [2, 3] {
        let mut stage = healthy(3, &[]);
        stage.isolate(isolated);
        assert_eq!(after(&mut stage), None);
        assert_eq!(stage.verdict(isolated, FAULT + 300), Gate::LackMajority);
    }
}

#[test]
fn of_two_standbys_that_see_each_other_the_one_with_the_greater_name_promotes_itself() {
    let mut stage = healthy(3, &[]);
    stage.dead.push(1);
    assert_eq!(after(&mut stage), Some((FAULT + 60, 3)));
    assert_eq!(stage.verdict(2, FAULT + 300), Gate::DeferToFurthest);
}

#[test]
fn names_are_compared_as_text() {
    let mut stage = Stage::new(10, &[]);
    assert_eq!(stage.promotions(FAULT - 100, FAULT + 5), []);
    stage.dead.push(1);
    assert_eq!(after(&mut stage), Some((FAULT + 60, 9)), "9 is greater than 10 as text");
}

#[test]
fn two_of_three_standbys_are_exactly_half_and_one_is_not() {
    let mut stage = healthy(4, &[]);
    for (seen, unseen) in [(2, 1), (2, 4), (3, 1), (3, 4)] {
        stage.cut.extend([(Seat::Node(seen), unseen), (Seat::Node(unseen), seen)]);
    }
    assert_eq!(after(&mut stage), Some((FAULT + 60, 3)), "though 1 still serves 4");
    assert_eq!(stage.verdict(4, FAULT + 300), Gate::TolerateLag);

    let mut stage = healthy(4, &[]);
    stage.dead.extend([1, 2]);
    stage.isolate(3);
    assert_eq!(after(&mut stage), None);
    assert_eq!(stage.verdict(3, FAULT + 300), Gate::LackMajority);
}

#[test]
fn a_restarted_isolated_standby_that_never_saw_its_peers_promotes_itself_at_once() {
    let mut stage = healthy(3, &[]);
    stage.isolate(3);
    stage.restart(3, FAULT + 5);
    assert_eq!(after(&mut stage), Some((FAULT + 5, 3)), "neither silence nor peers hold it back");
}

#[test]
fn an_observer_that_sees_the_primary_blocks_the_standby_that_does_not() {
    let mut stage = healthy(2, &[1]);
    stage.isolate(2);
    assert_eq!(after(&mut stage), None);
    assert_eq!(stage.verdict(2, FAULT + 300), Gate::TolerateLag);
}

#[test]
fn an_observer_that_cannot_be_asked_counts_among_all_and_not_among_the_known() {
    let mut stage = healthy(2, &[1]);
    stage.isolate(2);
    stage.deaf.push((Seat::Node(2), 1));
    assert_eq!(after(&mut stage), None);
    assert_eq!(stage.verdict(2, FAULT + 300), Gate::LackMajority, "1 < 1.5");
}

#[test]
fn the_primarys_time_that_an_observer_tells_counts_like_an_own_poll() {
    let mut stage = healthy(2, &[1]);
    stage.isolate(2);
    assert_eq!(after(&mut stage), None);
    stage.dead.push(1);
    assert_eq!(stage.verdict(2, FAULT + 350), Gate::AwaitSilence, "the observer's was at 295");
    assert_eq!(stage.verdict(2, FAULT + 355), Gate::PromoteItself, "2 >= 1.5");
}

#[test]
fn an_observers_vote_lets_an_isolated_standby_of_three_nodes_promote_itself() {
    let mut stage = healthy(3, &[1]);
    stage.dead.extend([1, 2]);
    assert_eq!(after(&mut stage), Some((FAULT + 60, 3)), "2 >= 2");
}

#[test]
fn the_furthest_standby_in_maintenance_blocks_everybody() {
    let mut stage = healthy(3, &[]);
    stage.received.push((2, 101));
    stage.daemon(Seat::Node(2)).configuration.maintenance = true;
    stage.dead.push(1);
    assert_eq!(after(&mut stage), None);
    assert_eq!(stage.verdict(2, FAULT + 300), Gate::StayForMaintenance);
    assert_eq!(stage.verdict(3, FAULT + 300), Gate::DeferToFurthest);
}

#[test]
fn a_furthest_standby_without_a_daemon_blocks_everybody_until_its_server_is_gone() {
    let mut stage = healthy(3, &[]);
    stage.received.push((3, 101));
    stage.daemons.retain(|daemon| daemon.seat != Seat::Node(3));
    stage.dead.push(1);
    assert_eq!(after(&mut stage), None);
    stage.dead.push(3);
    assert_eq!(stage.verdict(2, FAULT + 300), Gate::LackMajority);
}

#[test]
fn the_primarys_clock_shifts_the_trigger_by_its_error() {
    for ahead in [-20_i64, -5, 0, 5, 20] {
        let mut stage = Stage::new(2, &[]);
        stage.ahead.push((1, ahead));
        assert_eq!(stage.promotions(FAULT - 100, FAULT + 5), []);
        stage.dead.push(1);
        let expected = (FAULT + 60).checked_add_signed(ahead).expect("late enough");
        assert_eq!(after(&mut stage), Some((expected, 2)));
    }
}

#[test]
fn a_dead_primary_that_is_still_configured_opens_the_way_for_a_glitch_of_the_new_one() {
    for (configured, expected) in [(true, Gate::PromoteItself), (false, Gate::AwaitSilence)] {
        let mut stage = healthy(3, &[]);
        stage.dead.push(1);
        assert_eq!(after(&mut stage), Some((FAULT + 60, 3)));
        stage.primaries.push(3);
        if !configured {
            let smaller = Configuration { nodes: vec![2, 3], ..Configuration::of(3) };
            stage.daemon(Seat::Node(2)).configure(smaller, super::stage::at(FAULT + 300));
        }
        assert_eq!(stage.promotions(FAULT + 300, FAULT + 400), []);
        stage.cut.push((Seat::Node(2), 3));
        assert_eq!(stage.verdict(2, FAULT + 400), expected, "five seconds into the glitch");
    }
}

#[test]
fn a_revived_standby_on_an_old_timeline_is_preferred_for_its_greater_position() {
    let mut stage = healthy(3, &[]);
    stage.received.push((2, 1_000));
    stage.old_timeline.push(2);
    stage.dead.push(1);
    assert_eq!(after(&mut stage), Some((FAULT + 60, 2)), "timelines are not compared");
}

#[test]
fn no_number_of_glitches_with_a_successful_poll_between_them_promotes() {
    let mut stage = healthy(3, &[]);
    for start in (FAULT + 5..FAULT + 2_000).step_by(60) {
        stage.dead.push(1);
        assert_eq!(stage.promotions(start, start + 55), []);
        stage.dead.clear();
        assert_eq!(stage.promotions(start + 55, start + 60), []);
    }
}
