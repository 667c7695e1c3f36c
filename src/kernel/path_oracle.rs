//! The judge of paths: the same movements, kept as one position for each microsecond.
//!
//! Knows nothing of segments. What it says is the definition of each operation, word by word.

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use super::instant::Instant;
use super::path::Path;
use super::position::Position;
use super::time::Span;

/// How many microseconds a walk covers; each plan is complete long before.
const HORIZON: usize = 2_000;

type Walk = Vec<u128>;

fn instant(t: usize) -> Instant {
    Instant::from_micros(u64::try_from(t).expect("a horizon is short"))
}

fn position(count: u128) -> Position {
    Position::from_micro_bytes(count)
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Bend(u64),
    Leap(u128),
}

/// Where a path begins, and its changes after so many microseconds each.
type Plan = (usize, u128, Vec<(usize, Step)>);

fn plans() -> impl Strategy<Value = Plan> {
    let step = prop_oneof![
        3 => (0..40_u64).prop_map(Step::Bend),
        1 => Just(Step::Bend(0)),
        2 => (0..900_u128).prop_map(Step::Leap),
    ];
    let wait = prop_oneof![1 => 0..3_usize, 3 => 0..200_usize];
    (0..150_usize, 0..2_000_u128, prop::collection::vec((wait, step), 0..8))
}

fn build((start, from, steps): &Plan) -> Path {
    let mut path = Path::resting(instant(*start), position(*from));
    let mut now = *start;
    for (wait, step) in steps {
        now += wait;
        match step {
            Step::Bend(rate) => path.bend(instant(now), *rate),
            Step::Leap(by) => path.leap(instant(now), position(*by)),
        }
    }
    path
}

fn walk((start, from, steps): &Plan) -> Walk {
    let (mut walk, mut rates) = (vec![*from; HORIZON], vec![0; HORIZON]);
    let mut now = *start;
    for (wait, step) in steps {
        now += wait;
        let (rate, anchor) = match step {
            Step::Bend(rate) => (u128::from(*rate), now),
            Step::Leap(by) => {
                walk[now + 1] += by;
                (rates[now], now + 1)
            }
        };
        rates[now..].fill(rate);
        for t in anchor + 1..HORIZON {
            walk[t] = walk[t - 1] + rate;
        }
    }
    walk
}

fn walk_through(input: &[u128], capacity: u64, from: usize, start: u128) -> Walk {
    let mut output = vec![start; HORIZON];
    for t in from + 1..HORIZON {
        let most = output[t - 1].saturating_add(match capacity {
            u64::MAX => u128::MAX,
            limit => u128::from(limit),
        });
        output[t] = output[t - 1].max(input[t].min(most));
    }
    output
}

fn same(path: &Path, walk: &[u128]) -> Result<(), TestCaseError> {
    for (t, expected) in walk.iter().enumerate() {
        prop_assert_eq!(path.at(instant(t)), position(*expected), "at {} of {:?}", t, path);
    }
    Ok(())
}

/// Returns the first microsecond that satisfies, as an instant.
fn first(fits: impl Fn(usize) -> bool) -> Option<Instant> {
    (0..HORIZON).find(|t| fits(*t)).map(instant)
}

fn within_horizon(found: Option<Instant>) -> Option<Instant> {
    found.filter(|t| *t < instant(HORIZON))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_path_agrees_with_its_walk(plan in plans(), goal in 0..60_000_u128) {
        let (path, walk) = (build(&plan), walk(&plan));
        same(&path, &walk)?;
        for goal in [goal, goal / 20, walk[HORIZON / 2], walk[HORIZON / 3] + 1] {
            let found = within_horizon(path.reaches(position(goal)));
            prop_assert_eq!(found, first(|t| walk[t] >= goal), "{} on {:?}", goal, path);
        }
        let moves = (1..HORIZON).rfind(|t| walk[*t] > walk[*t - 1]);
        match path.settles() {
            Some(rest) if rest > path.start() => prop_assert_eq!(moves.map(instant), Some(rest)),
            Some(_) => prop_assert_eq!(moves, None),
            None => prop_assert_eq!(moves, Some(HORIZON - 1)),
        }
    }

    #[test]
    fn shapes_agree_with_their_walks(
        plan in plans(), by in 0..300_usize, cap in 0..40_000_u128,
    ) {
        let (path, walk) = (build(&plan), walk(&plan));
        let late: Walk = (0..HORIZON).map(|t| walk[t.saturating_sub(by)]).collect();
        let delay = Span::from_micros(u64::try_from(by).expect("a delay is short"));
        same(&path.delayed(delay), &late)?;
        for t in [0, 1, 77, 400, HORIZON - 1].map(instant) {
            let (rest, whole) = (path.delayed_after(delay, t), path.delayed(delay));
            for later in [0, 1, 2, 50, 333].map(|by| t + Span::from_micros(by)) {
                prop_assert_eq!(rest.at(later), whole.at(later));
                prop_assert_eq!(rest.rate_at(later), whole.rate_at(later));
            }
        }
        let low: Walk = walk.iter().map(|value| *value.min(&cap)).collect();
        same(&path.capped(position(cap)), &low)?;
    }

    #[test]
    fn the_lesser_of_two_paths_is_the_lesser_at_every_microsecond(
        one in plans(), other in plans(),
    ) {
        let low: Walk =
            walk(&one).iter().zip(walk(&other)).map(|(one, other)| *one.min(&other)).collect();
        same(&build(&one).lesser(&build(&other)), &low)?;
    }

    #[test]
    fn a_link_agrees_with_the_recurrence(
        plan in plans(), from in 0..400_usize, start in 0..4_000_u128,
        capacity in prop_oneof![6 => 0..45_u64, 1 => Just(u64::MAX)], next in 1..50_u64,
    ) {
        let (path, walk) = (build(&plan), walk(&plan));
        let output = path.through(capacity, instant(from), position(start));
        let walked = walk_through(&walk, capacity, from, start);
        same(&output, &walked)?;
        prop_assert!(output.segments.len() <= 3 * path.segments.len() + 4, "{:?}", output);
        let again = output.through(next, instant(from / 2), position(start / 2));
        same(&again, &walk_through(&walked, next, from / 2, start / 2))?;
    }

    #[test]
    fn a_splice_follows_its_tail(head in plans(), tail in plans(), t in 0..1_000_usize) {
        let (mut path, mut walked) = (build(&head), walk(&head));
        let lift = walked[t];
        let (start, from, steps) = tail;
        let tail = (start, from + lift, steps);
        path.splice(instant(t), &build(&tail));
        walked[t + 1..].copy_from_slice(&walk(&tail)[t + 1..]);
        same(&path, &walked)?;
    }

    #[test]
    fn equal_movements_are_equal_paths(plan in plans(), t in 0..1_000_usize, by in 0..50_u64) {
        // Within one or two microseconds a change of rate and a leap look alike.
        let (start, from, steps) = plan;
        let apart = steps.into_iter().map(|(wait, step)| (wait + 3, step)).collect();
        let path = build(&(start, from, apart));
        let start = path.start();
        prop_assert_eq!(&path.through(u64::MAX, start, path.at(start)), &path);
        prop_assert_eq!(&path.capped(position(u128::MAX)), &path);
        let by = Span::from_micros(by);
        prop_assert_eq!(&path.delayed(by).delayed(by), &path.delayed(by * 2));
        let mut again = path.clone();
        if instant(t) >= start {
            again.splice(instant(t), &path);
        }
        prop_assert_eq!(&again, &path);
    }

    #[test]
    fn a_gap_closes_when_the_walks_say(
        back in plans(), front in plans(), gap in 0..3_000_u128, from in 0..900_usize,
    ) {
        let (behind, ahead) = (walk(&back), walk(&front));
        let close = |t: usize| t >= from && ahead[t] <= behind[t] + gap;
        let found = build(&back).gap_within(&build(&front), position(gap), instant(from));
        prop_assert_eq!(within_horizon(found), first(close));
    }
}

#[test]
fn the_rate_at_an_instant_is_the_planned_one() {
    let mut path = Path::resting(instant(5), position(0));
    path.bend(instant(10), 7);
    path.leap(instant(20), position(100));
    assert_eq!([4, 9, 10, 20, 21].map(|t| path.rate_at(instant(t))), [0, 0, 7, 7, 7]);
    path.hold(instant(30));
    assert_eq!(path.rate_at(instant(30)), 0);
}

#[test]
fn leaps_at_one_instant_add_up() {
    let mut path = Path::resting(instant(0), position(0));
    path.leap(instant(9), position(100));
    path.leap(instant(9), position(30));
    assert_eq!([9, 10, 11].map(|t| path.at(instant(t))), [0, 130, 130].map(position));
}

#[test]
fn what_never_happens_changes_nothing() {
    let mut path = Path::resting(instant(0), position(0));
    path.bend(instant(1), 3);
    let same = path.clone();
    path.hold(Instant::FAR);
    path.leap(Instant::FAR, position(1));
    assert_eq!(path, same);
    assert_eq!(path.delayed(Span::FOREVER), Path::resting(Instant::FAR, position(0)));
    assert_eq!(path.reaches(position(u128::MAX)), None);
}

#[test]
#[should_panic(expected = "cannot go back")]
fn a_splice_cannot_go_back() {
    let mut path = Path::resting(instant(0), position(5));
    path.splice(instant(1), &Path::resting(instant(0), position(4)));
}
