//! The last step of a decision: whose position is known, who is furthest, and who would agree.
//!
//! Knows nothing of primaries. Kept here: timelines are not compared, and exactly half is enough.

use super::daemon::Daemon;
use super::map::Map;
use super::sight::Sight;
use crate::control::{Candidacy, Fitness};
use crate::kernel::{Instant, Position};
use crate::knob::{Knobs, Mutant};

/// The standbys of a map, compared.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Ballot {
    /// How each standby fared.
    pub(super) candidates: Vec<Candidacy>,
    /// The node that is furthest along, if any position is known.
    pub(super) furthest: Option<u16>,
    /// Whether the known positions and the connected observers are at least half of all.
    pub(super) has_majority: bool,
}

impl Ballot {
    /// Compares the standbys of a map.
    pub(super) fn of(knobs: &Knobs, daemon: &Daemon, map: &Map, now: Instant) -> Self {
        let never = &daemon.configuration.never_promote;
        let fitness = |number: u16, sight: &Sight| {
            if !sight.connected || never.contains(&number) {
                Fitness::NotReady
            } else if now.since(sight.fetched) < knobs.lookout_position_age_max {
                Fitness::Behind
            } else {
                Fitness::Stale
            }
        };
        let known = map
            .standbys
            .iter()
            .filter(|(number, sight)| fitness(*number, sight) == Fitness::Behind);
        let furthest = known.clone().max_by_key(|entry| rank(entry)).map(|(number, _)| *number);
        let candidates = map.standbys.iter().map(|(number, sight)| {
            let chosen = furthest == Some(*number);
            let standing = if chosen { Fitness::Chosen } else { fitness(*number, sight) };
            candidacy(*number, sight, standing)
        });
        // All terms are doubled and the subtracted one is moved to the other side, so that halves
        // and numbers below zero do not occur.
        let agreeing = 2 * (known.count() + map.observers_connected) + never.len();
        let all = map.standbys.len() + 1 + map.observers;
        let careless = knobs.mutant == Some(Mutant::IgnoreMajority);
        let has_majority = careless || agreeing >= all;
        Self { candidates: candidates.collect(), furthest, has_majority }
    }
}

/// What is compared: the position, then the name as text.
fn rank((number, sight): &(u16, Sight)) -> (Position, String) {
    let position = sight.seen.map_or(Position::ZERO, |seen| seen.position());
    (position, number.to_string())
}

fn candidacy(number: u16, sight: &Sight, standing: Fitness) -> Candidacy {
    let received = sight.seen.and_then(|seen| seen.received);
    let replayed = sight.seen.and_then(|seen| seen.replayed);
    Candidacy {
        number,
        received,
        replayed: replayed.unwrap_or(Position::ZERO),
        timeline: sight.seen.map_or(0, |seen| seen.timeline),
        reported: sight.fetched,
        standing,
    }
}
