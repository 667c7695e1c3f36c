//! Who may be promoted and who is.
//!
//! Sources: Aiven, "High availability" (the standby furthest along is promoted); pglookout
//! (positions older than 20 s are not used, among equals the greatest name wins); a position on an
//! old timeline is no measure of what the newest one holds. Knows nothing but reports. Kept here:
//! every standby that is passed over is passed over for a stated reason.

use super::manager::Manager;
use super::member::{Member, Standing};
use crate::kernel::{Instant, Position};
use crate::knob::{ElectionKey, ElectionTie, Knobs, Mutant};
use crate::model::Condition;

/// A standby as the election saw it.
///
/// # Examples
/// ```
/// # use cutover::control::{Manager, decide};
/// # use cutover::kernel::{Instant, Lsn, Position};
/// # use cutover::knob::Knobs;
/// # use cutover::model::{Plan, Signal};
/// # use cutover::model::{Condition, Report};
/// # let heard = |manager: &mut Manager, number: u16, lsn: u64| {
/// #     let member = manager.member_mut(number).expect("it is known");
/// #     member.report = Some(Report {
/// #         arrived: Instant::ZERO,
/// #         condition: Condition::Standby,
/// #         received: Position::from_lsn(Lsn(lsn)),
/// #         replayed: Position::from_lsn(Lsn(lsn)),
/// #         timeline: 1,
/// #     });
/// # };
/// let mut manager = Manager::new(Plan::Premium);
/// heard(&mut manager, 2, 500);
/// heard(&mut manager, 3, 400);
/// let knobs = Knobs::default();
/// let decision = decide(&knobs, &mut manager, Instant::ZERO, Signal::SilenceDue(1));
/// let [second, third] = &decision.candidates[..] else { unreachable!("there are two standbys") };
/// assert_eq!((second.number, third.number), (2, 3));
/// assert!(second.received > third.received && second.timeline == third.timeline);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Candidacy {
    /// The node's number.
    pub number: u16,
    /// How far it had received by its last report, if it had received anything since it started.
    pub received: Option<Position>,
    /// How far it had replayed by its last report.
    pub replayed: Position,
    /// The number of its timeline by its last report.
    pub timeline: u32,
    /// When that report arrived.
    pub reported: Instant,
    /// Why it was chosen or passed over.
    pub standing: Fitness,
}

/// Why a standby was chosen or passed over.
///
/// # Examples
/// Node 3 is behind node 2, and what node 2 said is too old when it is looked at a minute later:
/// ```
/// # use cutover::control::{Manager, decide};
/// # use cutover::kernel::{Instant, Lsn, Position};
/// # use cutover::knob::Knobs;
/// # use cutover::model::{Plan, Signal};
/// # use cutover::model::{Condition, Report};
/// # let heard = |manager: &mut Manager, number: u16, lsn: u64| {
/// #     let member = manager.member_mut(number).expect("it is known");
/// #     member.report = Some(Report {
/// #         arrived: Instant::ZERO,
/// #         condition: Condition::Standby,
/// #         received: Position::from_lsn(Lsn(lsn)),
/// #         replayed: Position::from_lsn(Lsn(lsn)),
/// #         timeline: 1,
/// #     });
/// # };
/// use cutover::control::Fitness;
/// use cutover::kernel::Span;
/// let fitness = |now| {
///     let mut manager = Manager::new(Plan::Premium);
///     heard(&mut manager, 2, 500);
///     heard(&mut manager, 3, 400);
///     let decision = decide(&Knobs::default(), &mut manager, now, Signal::SilenceDue(1));
///     decision.candidates.iter().map(|one| one.standing).collect::<Vec<_>>()
/// };
/// assert_eq!(fitness(Instant::ZERO), [Fitness::Chosen, Fitness::Behind]);
/// assert_eq!(fitness(Instant::ZERO + Span::from_mins(1)), [Fitness::Stale; 2]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fitness {
    /// It is promoted.
    Chosen,
    /// Another one is further along, or equally far and preferred.
    Behind,
    /// Its report is too old.
    Stale,
    /// It is on an older timeline than the newest that anybody reported.
    OldTimeline,
    /// It has not caught up, or cannot follow.
    NotReady,
    /// It is not one of those that a switchover may promote.
    NotForeseen,
}

impl Fitness {
    /// Returns the reason in words.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Chosen => "furthest along",
            Self::Behind => "not the furthest, or tied and not preferred",
            Self::Stale => "its position is too old",
            Self::OldTimeline => "it is on an old timeline",
            Self::NotReady => "not a standby that has caught up",
            Self::NotForeseen => "not one that the switchover may promote",
        }
    }
}

/// Compares the standbys and returns how each fared, the chosen one among them if there is one.
pub(super) fn elect(knobs: &Knobs, manager: &Manager, now: Instant, except: u16) -> Vec<Candidacy> {
    let mut candidacies: Vec<Candidacy> = manager
        .members
        .iter()
        .filter(|member| member.number != except)
        .filter_map(|member| candidacy(knobs, manager, (member, now)))
        .collect();
    let told = manager.members.iter().filter_map(|member| member.report);
    let newest = told.map(|report| report.timeline).max().unwrap_or(0);
    for entry in &mut candidacies {
        if entry.standing == Fitness::Behind && entry.timeline < newest {
            entry.standing = Fitness::OldTimeline;
        }
    }
    let eligible = candidacies.iter().filter(|entry| entry.standing == Fitness::Behind);
    let best = match knobs.mutant {
        Some(Mutant::PromoteLaggard) => eligible.min_by_key(|entry| rank(knobs, entry)),
        _ => eligible.max_by_key(|entry| rank(knobs, entry)),
    };
    let best = best.map(|entry| entry.number);
    for entry in &mut candidacies {
        if Some(entry.number) == best {
            entry.standing = Fitness::Chosen;
        }
    }
    candidacies
}

/// Returns the chosen node of an election.
pub(super) fn chosen(candidacies: &[Candidacy]) -> Option<u16> {
    let found = candidacies.iter().find(|entry| entry.standing == Fitness::Chosen);
    found.map(|entry| entry.number)
}

fn candidacy(
    knobs: &Knobs,
    manager: &Manager,
    (member, now): (&Member, Instant),
) -> Option<Candidacy> {
    if matches!(member.standing, Standing::GivenUp | Standing::Primary | Standing::Leaving) {
        return None;
    }
    let report = member.report?;
    let standing = if member.standing != Standing::Standby || report.condition != Condition::Standby
    {
        Fitness::NotReady
    } else if !manager
        .operation
        .as_ref()
        .is_none_or(|planned| planned.foresees(knobs, member.number))
    {
        Fitness::NotForeseen
    } else if now.since(report.arrived) > knobs.position_age_max {
        Fitness::Stale
    } else {
        Fitness::Behind
    };
    Some(Candidacy {
        number: member.number,
        received: Some(report.received),
        replayed: report.replayed,
        timeline: report.timeline,
        reported: report.arrived,
        standing,
    })
}

/// What the election compares: the position, then the name as text.
fn rank(knobs: &Knobs, entry: &Candidacy) -> (Position, bool, String) {
    let position = match knobs.election_key {
        ElectionKey::Furthest => entry.received.unwrap_or(entry.replayed).max(entry.replayed),
        ElectionKey::Received => entry.received.unwrap_or(entry.replayed),
    };
    let name = entry.number.to_string();
    match knobs.election_tie {
        ElectionTie::HighestName => (position, true, name),
        // Complementing the digits turns the order of equally long names round.
        ElectionTie::LowestName => {
            let turned = format!("{:05}", u16::MAX - entry.number);
            (position, true, turned)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Lsn;
    use crate::model::{Plan, Report};

    fn standby(manager: &mut Manager, number: u16, timeline: u32, lsn: u64) {
        let position = Position::from_lsn(Lsn(lsn));
        let report = Report {
            arrived: Instant::ZERO,
            condition: Condition::Standby,
            received: position,
            replayed: position,
            timeline,
        };
        manager.member_mut(number).expect("it is known").report = Some(report);
    }

    #[test]
    fn a_greater_position_on_an_old_timeline_does_not_count() {
        let mut manager = Manager::new(Plan::Premium);
        standby(&mut manager, 2, 1, 900);
        standby(&mut manager, 3, 2, 500);
        let entries = elect(&Knobs::default(), &manager, Instant::ZERO, 1);
        assert_eq!(chosen(&entries), Some(3));
        let second = entries.iter().find(|entry| entry.number == 2).map(|entry| entry.standing);
        assert_eq!(second, Some(Fitness::OldTimeline));
    }

    #[test]
    fn the_furthest_is_promoted_and_a_tie_goes_as_the_knob_says() {
        let mut manager = Manager::new(Plan::Premium);
        standby(&mut manager, 2, 1, 501);
        standby(&mut manager, 3, 1, 500);
        let mut knobs = Knobs::default();
        assert_eq!(chosen(&elect(&knobs, &manager, Instant::ZERO, 1)), Some(2));
        standby(&mut manager, 3, 1, 501);
        assert_eq!(chosen(&elect(&knobs, &manager, Instant::ZERO, 1)), Some(3));
        knobs.election_tie = ElectionTie::LowestName;
        assert_eq!(chosen(&elect(&knobs, &manager, Instant::ZERO, 1)), Some(2));
    }
}
