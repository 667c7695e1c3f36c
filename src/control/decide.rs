//! The one dispatch of the platform: news in, a rule and its orders out.
//!
//! A pure function: no clock, no chance, no world. Kept here: every pair of phase and news is
//! spelled out, so that a new one does not compile until each has been thought about.

use super::action::Action;
use super::elect::Candidacy;
use super::manager::Manager;
use super::member::Standing;
use super::operation::Step;
use super::phase::Phase;
use super::rule::Rule;
use super::{answer, failover, handover, replace, switchover, upgrade};
use crate::kernel::Instant;
use crate::knob::{Knobs, Mutant, Policy};
use crate::model::{Condition, Signal};

/// What the platform decided.
///
/// # Examples
/// ```
/// use cutover::control::{Action, Decision, Rule};
/// let decision = Decision { actions: vec![Action::Promote(2)], ..Decision::none(Rule::NoteNews) };
/// assert_eq!(decision.actions[0].name(), "promote");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// By which rule.
    pub rule: Rule,
    /// What it orders, in order.
    pub actions: Vec<Action>,
    /// The node that it gave up, if it did.
    pub given_up: Option<u16>,
    /// How the candidates fared, if there was an election.
    pub candidates: Vec<Candidacy>,
}

impl Decision {
    /// Returns a decision to do nothing.
    ///
    /// # Examples
    /// ```
    /// use cutover::control::{Decision, Rule};
    /// assert!(Decision::none(Rule::NoteNews).actions.is_empty());
    /// ```
    pub fn none(rule: Rule) -> Self {
        Self { rule, actions: Vec::new(), given_up: None, candidates: Vec::new() }
    }
}

/// Decides on a piece of news; the manager afterwards believes what it implies.
///
/// # Examples
/// A silent primary is given up, and its standby promoted:
/// ```
/// # use cutover::control::Manager;
/// # use cutover::kernel::{Instant, Lsn, Position};
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
/// use cutover::control::{Action, Phase, Rule, decide};
/// use cutover::knob::Knobs;
/// use cutover::model::{Plan, Signal};
/// let mut manager = Manager::new(Plan::Business);
/// heard(&mut manager, 2, 500);
/// let now = Instant::ZERO;
/// let decision = decide(&Knobs::default(), &mut manager, now, Signal::SilenceDue(1));
/// assert_eq!(decision.rule, Rule::PromoteForSilentPrimary);
/// assert_eq!(decision.given_up, Some(1));
/// assert_eq!(decision.actions, [Action::Fence(1), Action::Promote(2)]);
/// assert_eq!(manager.phase, Phase::Promoting { node: 2, ordered: now });
/// ```
pub fn decide(knobs: &Knobs, manager: &mut Manager, now: Instant, news: Signal) -> Decision {
    let decision = dispatch(knobs, manager, now, news);
    note_builds(manager, now);
    decision
}

/// Notes when the nodes that are being built were ordered.
pub(super) fn note_builds(manager: &mut Manager, now: Instant) {
    for member in &mut manager.members {
        if member.standing == Standing::Building {
            member.ordered.get_or_insert(now);
        }
    }
}

fn dispatch(knobs: &Knobs, manager: &mut Manager, now: Instant, news: Signal) -> Decision {
    match (manager.phase, news) {
        (_, Signal::Missed(number)) => missed(knobs, manager, now, number),
        (phase, Signal::Reported(number, condition)) => {
            heard(knobs, manager, (phase, now), (number, condition))
        }
        (_, Signal::Answered(number, answer)) => {
            answer::answered(knobs, manager, now, (number, answer))
        }
        (_, Signal::Served(endpoint)) => switchover::served(knobs, manager, now, endpoint),
        (_, Signal::StepDue) => handover::waited(knobs, manager, now),
        (Phase::Electing { .. }, Signal::ElectionDue) => {
            handover::choose(knobs, manager, now, Rule::PromoteFurthestAsked)
        }
        (
            Phase::Steady | Phase::Restoring { .. } | Phase::Electing { .. } | Phase::PoweredOff,
            Signal::SilenceDue(number),
        ) => silent(knobs, manager, now, number),
        (Phase::Promoting { node, .. }, Signal::SilenceDue(number)) => {
            if node == number {
                failover::promote_next(knobs, manager, now, Rule::PromoteForSilentCandidate)
            } else {
                silent(knobs, manager, now, number)
            }
        }
        (Phase::Promoting { .. }, Signal::PromotionDue(_)) => {
            failover::lose_patience(knobs, manager, now)
        }
        (
            Phase::Steady | Phase::Restoring { .. } | Phase::Promoting { .. } | Phase::PoweredOff,
            Signal::ElectionDue,
        )
        | (
            Phase::Steady | Phase::Restoring { .. } | Phase::Electing { .. } | Phase::PoweredOff,
            Signal::PromotionDue(_),
        )
        | (_, Signal::Demoted(_)) => Decision::none(Rule::NoteNews),
    }
}

fn missed(knobs: &Knobs, manager: &mut Manager, now: Instant, number: u16) -> Decision {
    let stops = knobs.mutant == Some(Mutant::StopReadsDuringSilence) && number == manager.primary;
    let standbys: Vec<u16> = manager.standing(Standing::Standby).collect();
    match manager.member_mut(number) {
        Some(member) if member.standing != Standing::GivenUp => {
            member.missed.get_or_insert(now);
            let mut decision = Decision::none(Rule::SuspectSilentNode);
            if stops {
                decision.actions.extend(standbys.into_iter().map(Action::Stop));
            }
            decision
        }
        _ => Decision::none(Rule::NoteNews),
    }
}

fn heard(
    knobs: &Knobs,
    manager: &mut Manager,
    (phase, now): (Phase, Instant),
    (number, condition): (u16, Condition),
) -> Decision {
    let Some(member) = manager.member_mut(number) else {
        return Decision::none(Rule::NoteNews);
    };
    let suspected = member.missed.take().is_some();
    let standing = member.standing;
    match (phase, standing, condition) {
        (_, Standing::GivenUp, _) => {
            let mut decision = Decision::none(Rule::KeepGivenUpNodeOut);
            decision.actions.push(Action::Fence(number));
            decision
        }
        (Phase::Promoting { node, .. } | Phase::Restoring { node }, _, Condition::Primary)
            if node == number =>
        {
            begins_office(knobs, manager, now, number)
        }
        (_, Standing::Leaving, Condition::Primary) if is_awaited(manager, number) => {
            handover::take_back(knobs, manager)
        }
        (_, Standing::Leaving, Condition::Primary) if is_upgraded(manager, number) => {
            upgrade::heard_again(knobs, manager, now)
        }
        (_, Standing::Standby, Condition::Primary) if knobs.policy == Policy::Pglookout => {
            failover::follow_daemon(knobs, manager, number)
        }
        (Phase::Steady, Standing::Building, Condition::CatchingUp)
            if knobs.mutant == Some(Mutant::AdmitEarly) =>
        {
            replace::admit(knobs, manager, number)
        }
        (_, Standing::Building, Condition::Standby) => {
            let planned = switchover::serves(knobs, manager, now, number);
            planned.unwrap_or_else(|| replace::admit(knobs, manager, number))
        }
        (_, Standing::Building | Standing::Standby, Condition::CannotFollow) => {
            replace::rebuild(knobs, manager, (now, number))
        }
        (
            Phase::Steady
            | Phase::Promoting { .. }
            | Phase::Restoring { .. }
            | Phase::Electing { .. }
            | Phase::PoweredOff,
            Standing::Primary | Standing::Standby | Standing::Building,
            Condition::Primary
            | Condition::Standby
            | Condition::CatchingUp
            | Condition::CannotFollow,
        ) if suspected => trust_again(manager, number),
        (
            Phase::Steady
            | Phase::Promoting { .. }
            | Phase::Restoring { .. }
            | Phase::Electing { .. }
            | Phase::PoweredOff,
            Standing::Primary | Standing::Standby | Standing::Building | Standing::Leaving,
            Condition::Primary
            | Condition::Standby
            | Condition::CatchingUp
            | Condition::CannotFollow,
        ) => Decision::none(Rule::NoteNews),
    }
}

/// Lets a node that was promoted, or restored as a primary, take office.
fn begins_office(knobs: &Knobs, manager: &mut Manager, now: Instant, number: u16) -> Decision {
    let step = manager.operation.as_ref().map(|operation| operation.step);
    if step == Some(Step::Handing) {
        return handover::take_office(knobs, manager, now, number);
    }
    let mut decision = failover::take_office(knobs, manager, number);
    handover::retarget(knobs, manager, number, &mut decision);
    decision
}

/// Whether an old primary was told to start again.
fn is_awaited(manager: &Manager, number: u16) -> bool {
    let step = manager.operation.as_ref().map(|operation| operation.step);
    matches!(step, Some(Step::Returning { .. })) && number == manager.primary
}

/// Whether a primary stopped to be upgraded.
fn is_upgraded(manager: &Manager, number: u16) -> bool {
    let step = manager.operation.as_ref().map(|operation| operation.step);
    matches!(step, Some(Step::Upgrading { begun: true, .. })) && number == manager.primary
}

/// Trusts a suspected node again; a standby may have missed the order to follow a new primary.
fn trust_again(manager: &Manager, number: u16) -> Decision {
    let mut decision = Decision::none(Rule::DropSuspicion);
    let leads = manager.follows.is_none();
    let moved = manager.phase == Phase::Steady && manager.has_promoted && leads;
    if moved && number != manager.primary {
        decision.actions.push(Action::Follow(number, manager.primary));
    }
    decision
}

fn silent(knobs: &Knobs, manager: &mut Manager, now: Instant, number: u16) -> Decision {
    match manager.member(number).map(|member| member.standing) {
        Some(Standing::Primary) => failover::replace_primary(knobs, manager, now, number),
        Some(Standing::Standby) => {
            let planted = knobs.mutant == Some(Mutant::PromoteReplicaUnasked);
            if planted && manager.follows.is_some() && number == manager.primary {
                return failover::replace_primary(knobs, manager, now, number);
            }
            replace::replace_standby(knobs, manager, (now, number))
        }
        Some(Standing::Building) => replace::replace_build(knobs, manager, (now, number)),
        Some(Standing::GivenUp | Standing::Leaving) | None => Decision::none(Rule::NoteNews),
    }
}
