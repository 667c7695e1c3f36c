//! What the platform can hear: the only way by which truth becomes news.
//!
//! Knows nothing of the truth itself. Kept here: a signal names nodes by their numbers and carries
//! positions as they were when it was sent.

use super::plan::Endpoint;
use crate::kernel::{Instant, Position};

/// News for a decider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Signal {
    /// A report that was due did not arrive.
    Missed(u16),
    /// A report arrived whose kind differs from the one before, or the first after a miss.
    Reported(u16, Condition),
    /// A silent node's patience is over; raised by the decider's own timer.
    SilenceDue(u16),
    /// A promotion takes too long; raised by the decider's own timer.
    PromotionDue(u16),
    /// A step of a planned operation, or an election, has waited long enough; raised by the
    /// decider's own timer.
    StepDue,
    /// Standbys take too long to say how far they are; raised by the decider's own timer.
    ElectionDue,
    /// A node has carried an order out.
    Answered(u16, Answer),
    /// A changed name is served.
    Served(Endpoint),
    /// A primary answers that it has stopped writing, and where.
    Demoted(u16),
}

/// What a node says when it has carried an order out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// Commits wait for standbys from now on.
    QuorumInForce,
    /// Its server has begun to stop.
    StopBegun,
    /// Its server is stopped.
    Stopped,
    /// It receives no more, and this is how far it has come.
    Detached,
    /// Its logical slots are on the standbys.
    SlotsCopied,
    /// Its logical slots are not all on the standbys yet.
    SlotsBehind,
    /// It can be upgraded to the next major version.
    CanUpgrade,
    /// Its server answers again, upgraded.
    Upgraded,
    /// Its server answers again, as it was.
    NotUpgraded,
    /// A full backup of it is taken.
    BackedUp,
    /// A standby has all that was written before commits waited for standbys.
    StandbyCaughtUp,
}

impl Signal {
    /// Returns the number of the node that the news is of.
    pub fn node(self) -> u16 {
        match self {
            Self::Missed(number)
            | Self::Reported(number, _)
            | Self::SilenceDue(number)
            | Self::PromotionDue(number)
            | Self::Answered(number, _)
            | Self::Demoted(number) => number,
            Self::StepDue | Self::ElectionDue | Self::Served(_) => 0,
        }
    }
}

/// What a node says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// It accepts writes.
    Primary,
    /// It follows and is close enough to serve.
    Standby,
    /// It follows and is not yet close enough.
    CatchingUp,
    /// It cannot follow: it has replayed past the point where the new timeline begins.
    CannotFollow,
}

/// The content of a report: what a node says of itself and how far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Report {
    /// When it arrived.
    pub arrived: Instant,
    /// What the node says of itself.
    pub condition: Condition,
    /// How far it had received, when the report was sent.
    pub received: Position,
    /// How far it had replayed, when the report was sent.
    pub replayed: Position,
    /// The number of its timeline.
    pub timeline: u32,
}
