//! An operator's order to the platform: its preconditions, and what it leads to.
//!
//! A pure function of what the platform believes. Knows nothing of scripts. Kept here: an order
//! that is refused changes nothing, and every refusal has its reason.

use super::decide::{Decision, note_builds};
use super::follow::{self, Following};
use super::manager::Manager;
use super::operator::Operator;
use super::switchover;
use crate::kernel::Instant;
use crate::knob::Knobs;

/// Why an order was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Refusal {
    /// The service follows no other.
    NotIntegrated,
    /// No node of the service can be promoted.
    NobodyToPromote,
    /// The order is not one that the platform takes.
    ByHand,
    /// Something else is under way with the service.
    UnderWay,
    /// The primary is not heard.
    PrimaryUnheard,
    /// The service follows another and has no primary of its own.
    FollowsAnother,
}

impl Refusal {
    /// Every reason.
    pub const ALL: [Self; 6] = [
        Self::NotIntegrated,
        Self::NobodyToPromote,
        Self::ByHand,
        Self::UnderWay,
        Self::PrimaryUnheard,
        Self::FollowsAnother,
    ];

    /// Returns the reason's name, as results print it.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotIntegrated => "not-integrated",
            Self::NobodyToPromote => "nobody-to-promote",
            Self::ByHand => "by-hand",
            Self::UnderWay => "under-way",
            Self::PrimaryUnheard => "primary-unheard",
            Self::FollowsAnother => "follows-another",
        }
    }

    /// Returns the reason in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::NotIntegrated => "the service follows no other",
            Self::NobodyToPromote => "no node of the service can be promoted",
            Self::ByHand => "that is done by hand, past the platform",
            Self::UnderWay => "something else is under way with the service",
            Self::PrimaryUnheard => "the primary is not heard",
            Self::FollowsAnother => "the service follows another and has no primary of its own",
        }
    }
}

/// Carries out an order for a service, or says why not.
///
/// # Errors
/// The reason for which it is refused; then the manager is as it was.
pub fn command(
    knobs: &Knobs,
    manager: &mut Manager,
    now: Instant,
    operator: Operator,
) -> Result<Decision, Refusal> {
    let decision = carried_out(knobs, manager, now, operator);
    note_builds(manager, now);
    decision
}

fn carried_out(
    knobs: &Knobs,
    manager: &mut Manager,
    now: Instant,
    operator: Operator,
) -> Result<Decision, Refusal> {
    match operator {
        Operator::StartServer | Operator::Promote => Err(Refusal::ByHand),
        Operator::RemoveIntegration => match manager.follows {
            None => Err(Refusal::NotIntegrated),
            Some(Following::ReadReplica) => follow::become_independent(knobs, manager, now),
        },
        Operator::Maintain
        | Operator::Migrate(_)
        | Operator::ChangeTier(_)
        | Operator::ChangePlan(_) => switchover::request(knobs, manager, now, operator),
    }
}
