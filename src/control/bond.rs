//! What binds two services together beyond one following the other: a pair or a group.
//!
//! Knows nothing of how either decides. Kept here: both take orders, hear what the managers of
//! their services hear after they have decided, and say what they are shown as.

use super::command::Refusal;
use super::group::{Group, GroupPart, GroupState};
use super::operator::Operator;
use super::pair::{Managers, Pair, PairDecision, PairRole, ServiceState, Side};
use crate::kernel::Instant;
use crate::knob::Knobs;
use crate::model::{IntegrationKind, Signal};

/// What binds two services together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Bond {
    /// Either can take the other's place.
    Pair(Pair),
    /// One can become independent of the other, and follow it again.
    Group(Group),
}

/// What a service that is bound to another is shown as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Showing {
    /// Its role in a pair, and its own state.
    InPair(PairRole, ServiceState),
    /// Its part in a group, and the state of the group.
    InGroup(GroupPart, GroupState),
    /// Nothing: the pair is not set up, or was deleted.
    Apart,
}

impl Bond {
    /// Returns what an integration binds two services by, if there is more to it than following.
    pub(crate) fn of(kind: IntegrationKind, exists: bool) -> Option<Self> {
        match kind {
            IntegrationKind::ReadReplica => None,
            IntegrationKind::DisasterRecovery => Some(Self::Pair(Pair::new(exists))),
            IntegrationKind::GlobalActiveDatabase => Some(Self::Group(Group::new())),
        }
    }

    /// Carries out an order for one of the services, or says why not.
    ///
    /// # Errors
    /// The reason for which it is refused; then all beliefs are as they were.
    pub(crate) fn command(
        &mut self,
        knobs: &Knobs,
        managers: &mut Managers<'_>,
        now: Instant,
        order: (Operator, Side),
    ) -> Result<PairDecision, Refusal> {
        match self {
            Self::Pair(pair) => pair.command(knobs, managers, now, order),
            Self::Group(group) => group.command(knobs, managers, now, order),
        }
    }

    /// Takes a piece of news out of the hands of a service's manager, if it concerns a take-over.
    pub(crate) fn intercept(
        &mut self,
        knobs: &Knobs,
        managers: &mut Managers<'_>,
        now: Instant,
        news: (Side, Signal),
    ) -> Option<PairDecision> {
        match self {
            Self::Pair(pair) => pair.intercept(knobs, managers, now, news),
            Self::Group(_) => None,
        }
    }

    /// Decides what follows from news of one service, after its manager has decided.
    pub(crate) fn advance(
        &mut self,
        knobs: &Knobs,
        managers: &mut Managers<'_>,
        now: Instant,
        news: (Side, Signal),
    ) -> Option<PairDecision> {
        match self {
            Self::Pair(pair) => pair.advance(knobs, managers, now, news),
            Self::Group(group) => group.advance(knobs, managers, news),
        }
    }

    /// Decides when something that was waited for is due.
    pub(crate) fn due(
        &mut self,
        knobs: &Knobs,
        managers: &mut Managers<'_>,
        now: Instant,
    ) -> Option<PairDecision> {
        match self {
            Self::Pair(pair) => pair.due(knobs, managers, now),
            Self::Group(_) => None,
        }
    }

    /// Returns when something that is waited for is due.
    pub(crate) fn next_due(&self, knobs: &Knobs) -> Option<Instant> {
        match self {
            Self::Pair(pair) => pair.next_due(knobs),
            Self::Group(_) => None,
        }
    }

    /// Returns what a service is shown as.
    pub(crate) fn showing(&self, knobs: &Knobs, managers: &Managers<'_>, side: Side) -> Showing {
        match self {
            Self::Pair(pair) if !pair.exists => Showing::Apart,
            Self::Pair(pair) => Showing::InPair(pair.role(side), pair.state(managers, side)),
            Self::Group(group) => Showing::InGroup(group.part(side), group.state(knobs, managers)),
        }
    }

    /// Returns what the services are shown as at the start.
    pub(crate) fn begins(&self) -> [Showing; 2] {
        match self {
            Self::Pair(pair) if !pair.exists => [Showing::Apart; 2],
            Self::Pair(_) => [PairRole::Active, PairRole::Passive]
                .map(|role| Showing::InPair(role, ServiceState::Running)),
            Self::Group(_) => [GroupPart::Primary, GroupPart::Secondary]
                .map(|part| Showing::InGroup(part, GroupState::Running)),
        }
    }
}
