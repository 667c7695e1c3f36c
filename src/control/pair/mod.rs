//! Two services of which either can take the other's place: who is active, and what is under way.
//!
//! * `orders`: an operator's orders with their preconditions; `setup`: those that make and delete
//!   the pair itself;
//! * `advance`: what follows from the news of either service;
//! * `state`: the states that the services are shown in.
//!
//! Source: Aiven, "Cross-region disaster recovery". Knows nothing but what both services' managers
//! believe. Kept here: at most one of the two is active, and only the first can have failed.

mod advance;
mod orders;
mod setup;
mod state;

use super::command::Refusal;
use super::decide::{Decision, note_builds};
use super::manager::{Manager, SOURCE};
use super::member::Standing;
use super::operator::Operator;
use super::phase::Phase;
use super::request;
use super::rule::Rule;
use crate::kernel::{Instant, Lsn, Position};
use crate::knob::Knobs;
use crate::model::Condition;
use serde::{Deserialize, Serialize};

pub use state::ServiceState;

/// One of the two services.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Side {
    /// The primary service: the one that is active at the start.
    Primary,
    /// The recovery service.
    Recovery,
}

/// What a service is in its pair.
///
/// # Examples
/// A switchover and a switchback change the roles of both services:
/// ```
/// # let path = "scenarios/crdr-switchover-and-switchback.ron";
/// # let loaded = cutover::scenario::load(path.as_ref()).expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::control::PairRole::{Active, Passive};
/// let of = |service: &str| {
///     let roles = outcome.pairs[0].roles.iter().filter(|one| one.service == service);
///     let mut roles: Vec<_> = roles.map(|one| one.role).collect();
///     roles.dedup();
///     roles
/// };
/// assert_eq!(of("orders"), [Active, Passive, Active]);
/// assert_eq!(of("orders-dr"), [Passive, Active, Passive]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PairRole {
    /// It has the writer.
    Active,
    /// It has standbys only, which follow the other service.
    Passive,
    /// It was destroyed by a failover; only the primary service can be.
    Failed,
}

/// What is under way with a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Task {
    /// Nothing.
    Idle,
    /// The passive service catches up after its integration was made anew.
    CatchingUp {
        /// Who is to take over.
        to: Side,
        /// By which rule.
        by: Rule,
    },
    /// The active service has been told to stop writing.
    Demoting {
        /// Who is to take over.
        to: Side,
        /// By which rule.
        by: Rule,
    },
    /// A service has been told to take over.
    TakingOver {
        /// Which one.
        to: Side,
        /// By which rule.
        by: Rule,
        /// Whether the other one stopped writing for it, and can go on if it fails.
        planned: bool,
    },
}

/// What the platform believes of a pair, beside what it believes of its services.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Pair {
    /// The roles of the primary and of the recovery service.
    pub roles: [PairRole; 2],
    /// What is under way.
    pub task: Task,
    /// Whether the recovery service exists.
    pub exists: bool,
    /// Whether the integration exists.
    pub integrated: bool,
    /// Whether the present roles come from a completed switchover.
    pub switched: bool,
    /// Since when the active service's primary has been missed.
    pub silent_since: Option<Instant>,
    /// Until when a demoted primary is to answer.
    pub deadline: Option<Instant>,
    /// The node of the active service that the passive one was told to follow.
    pub told: u16,
}

/// What the managers of both services believe.
#[derive(Debug)]
pub(crate) struct Managers<'a> {
    /// Of the primary service.
    pub primary: &'a mut Manager,
    /// Of the recovery service.
    pub recovery: &'a mut Manager,
}

/// What the platform decided about a pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PairDecision {
    /// By which rule.
    pub rule: Rule,
    /// What it orders of each service, in order.
    pub decisions: Vec<(Side, Decision)>,
}

impl Side {
    /// Both sides.
    pub(crate) const BOTH: [Self; 2] = [Self::Primary, Self::Recovery];

    /// Returns the other side.
    #[must_use]
    pub(crate) fn other(self) -> Self {
        match self {
            Self::Primary => Self::Recovery,
            Self::Recovery => Self::Primary,
        }
    }

    /// Returns the place of the side in lists of both.
    pub(crate) fn index(self) -> usize {
        match self {
            Self::Primary => 0,
            Self::Recovery => 1,
        }
    }
}

impl PairRole {
    /// Every role.
    ///
    /// # Examples
    /// ```
    /// use cutover::control::PairRole;
    /// assert_eq!(PairRole::ALL.map(PairRole::word), ["active", "passive", "failed"]);
    /// ```
    pub const ALL: [Self; 3] = [Self::Active, Self::Passive, Self::Failed];

    /// Returns the role as results print it.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(cutover::control::PairRole::Passive.word(), "passive");
    /// ```
    pub fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Passive => "passive",
            Self::Failed => "failed",
        }
    }

    /// Returns what the role means.
    ///
    /// # Examples
    /// ```
    /// use cutover::control::PairRole;
    /// assert!(PairRole::Active.meaning().starts_with("it has the writer"));
    /// assert!(PairRole::Failed.meaning().contains("destroyed"));
    /// ```
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Active => "it has the writer, which replicates to the other service's standbys",
            Self::Passive => "it has standby nodes only, which follow the other service",
            Self::Failed => "a failover has destroyed it; only the original primary can be failed",
        }
    }
}

/// How an order about two services is answered.
pub(super) type Answer = Result<PairDecision, Refusal>;

impl Managers<'_> {
    /// Begins a planned operation on one of the services, in which the other has no part.
    ///
    /// # Errors
    /// The reason for which it is refused; then all beliefs are as they were.
    pub(super) fn plan(
        &mut self,
        knobs: &Knobs,
        now: Instant,
        (operator, side): (Operator, Side),
    ) -> Answer {
        let manager = self.of_mut(side);
        let decision = request::request(knobs, manager, now, operator)?;
        note_builds(manager, now);
        Ok(PairDecision { rule: decision.rule, decisions: vec![(side, decision)] })
    }

    /// Returns the belief about one side.
    pub(crate) fn of(&self, side: Side) -> &Manager {
        match side {
            Side::Primary => self.primary,
            Side::Recovery => self.recovery,
        }
    }

    /// Returns the belief about one side, to change it.
    pub(crate) fn of_mut(&mut self, side: Side) -> &mut Manager {
        match side {
            Side::Primary => self.primary,
            Side::Recovery => self.recovery,
        }
    }
}

impl Pair {
    /// Returns the belief at the start of a run: the primary service is active, and the recovery
    /// service follows it or does not exist.
    pub(crate) fn new(exists: bool) -> Self {
        Self {
            roles: [PairRole::Active, PairRole::Passive],
            task: Task::Idle,
            exists,
            integrated: exists,
            switched: false,
            silent_since: None,
            deadline: None,
            told: if exists { 1 } else { SOURCE },
        }
    }

    /// Returns the role of a side.
    pub(crate) fn role(&self, side: Side) -> PairRole {
        self.roles[side.index()]
    }

    /// Returns the active side, if there is one.
    pub(crate) fn active(&self) -> Option<Side> {
        Side::BOTH.into_iter().find(|side| self.role(*side) == PairRole::Active)
    }

    /// Returns when something that is waited for is due.
    pub(crate) fn next_due(&self, knobs: &Knobs) -> Option<Instant> {
        let silence = self.silent_since.map(|since| since + knobs.automatic_region_failover);
        // Only the primary service fails over, and only while nothing else is under way.
        let may = self.task == Task::Idle && self.active() == Some(Side::Primary);
        let silence = silence.filter(|at| *at < Instant::FAR && may);
        self.deadline.into_iter().chain(silence).min()
    }
}

/// Whether a service has a primary that is heard, and nothing is under way with it.
fn is_healthy(manager: &Manager) -> bool {
    let primary = manager.member(manager.primary);
    let heard = primary
        .is_some_and(|member| member.standing == Standing::Primary && member.missed.is_none());
    let steady = manager.phase == Phase::Steady && manager.operation.is_none();
    heard && steady && manager.follows.is_none()
}

/// Whether a passive service is as close behind the active one as a new standby has to be.
fn is_close(knobs: &Knobs, passive: &Manager, active: &Manager) -> bool {
    let written = active.member(active.primary).and_then(|member| member.report);
    let received = passive.standing(Standing::Standby);
    let received = received.filter_map(|number| passive.member(number)?.furthest()).max();
    let gap = Position::from_lsn(Lsn(knobs.ready_gap.get()));
    written.zip(received).is_some_and(|(written, received)| received + gap >= written.received)
}

/// Whether a passive service has a standby that is heard and follows closely.
fn is_ready(manager: &Manager) -> bool {
    manager.follows.is_some()
        && manager.members.iter().any(|member| {
            member.standing == Standing::Standby
                && member.missed.is_none()
                && member.condition() == Some(Condition::Standby)
        })
}
