//! What a line of the ledger is made of.
//!
//! Knows nothing of how lines come about. Kept here: a line says how much, of whom, when, by which
//! events, and what it scales with.

use super::scale::{Scale, Setting};
use crate::check::Amount;
use crate::kernel::{Instant, Lsn};

/// A line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The service.
    pub service: String,
    /// Whose it is: the node that wrote the commits, or the client that could not work.
    pub subject: String,
    /// What it cost.
    pub kind: Kind,
    /// How much: commits or a time.
    pub amount: Amount,
    /// When it began.
    pub from: Instant,
    /// When it ended; the end of the run if it had not.
    pub to: Instant,
    /// Where the commits lie in the WAL: the timeline, the begin and the end of the range.
    pub range: Option<(u32, Lsn, Lsn)>,
    /// What it scales with.
    pub scale: Scale,
    /// The events that led to it, in order of time.
    pub chain: Vec<Link>,
}

/// What a line of the ledger is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Acknowledged commits on no surviving history that nobody else had when the fault struck.
    LostBehind,
    /// Acknowledged commits, lost, made after the fault and before anybody gave the primary up.
    LostUnnoticed,
    /// Acknowledged commits, lost, made after that and before another node was primary.
    LostDeciding,
    /// Acknowledged commits, lost, made beside a new primary and out of reach of a fence.
    LostBeside,
    /// Acknowledged commits, lost, made beside a new primary while the fence was on its way.
    LostFencing,
    /// Commits on a timeline that nobody follows, whose client was never told.
    Divergent,
    /// Commits that a reader saw and that the last primary does not have.
    Phantom,
    /// Commits that the consumer of a slot was given again, by what made it so.
    Again(Again),
    /// Commits that the consumer of a slot will never be given, by what made it so.
    Gap(Gap),
    /// A time in which a client could not work, by what it was spent on.
    Outage(Part),
}

/// Why the consumer of a slot was given commits again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Again {
    /// The standby had not replayed them when the slot's position was copied.
    Behind,
    /// They were confirmed after the slot's position had been copied.
    Uncopied,
    /// That they were confirmed was not on disk when the server crashed.
    Unsaved,
    /// The consumer had not confirmed them.
    Unconfirmed,
}

/// Why the consumer of a slot will never be given commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gap {
    /// Its slot was gone, and a new one begins behind them.
    Anew,
    /// It asked to begin behind them.
    Asked,
    /// Its slot was confirmed beyond them.
    Confirmed,
}

/// What a part of an outage was spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The server came back by itself.
    Recover,
    /// Nobody had noticed yet.
    Detect,
    /// Somebody had noticed and made sure, or found nobody to promote.
    Check,
    /// A node was being promoted or restored.
    Promote,
    /// The name was being published.
    Publish,
    /// The client's cache still gave the old address.
    Cache,
    /// The client waited for a connection, or on a dead one.
    Connect,
    /// The client paused between attempts.
    Retry,
}

/// An event without which a line would not be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// When.
    pub at: Instant,
    /// What happened, in words.
    pub what: String,
    /// The constant that put it at this instant, if one did.
    pub by: Option<Setting>,
}

impl Kind {
    /// Returns the kind as results print it.
    pub fn word(self) -> &'static str {
        match self {
            Self::LostBehind => "lost_behind",
            Self::LostUnnoticed => "lost_unnoticed",
            Self::LostDeciding => "lost_deciding",
            Self::LostBeside => "lost_beside",
            Self::LostFencing => "lost_fencing",
            Self::Divergent => "divergent",
            Self::Phantom => "phantom",
            Self::Again(Again::Behind) => "again_behind",
            Self::Again(Again::Uncopied) => "again_uncopied",
            Self::Again(Again::Unsaved) => "again_unsaved",
            Self::Again(Again::Unconfirmed) => "again_unconfirmed",
            Self::Gap(Gap::Anew) => "gap_anew",
            Self::Gap(Gap::Asked) => "gap_asked",
            Self::Gap(Gap::Confirmed) => "gap_confirmed",
            Self::Outage(part) => part.word(),
        }
    }

    /// Returns whether it is about acknowledged commits that were lost.
    pub fn is_loss(self) -> bool {
        match self {
            Self::LostBehind
            | Self::LostUnnoticed
            | Self::LostDeciding
            | Self::LostBeside
            | Self::LostFencing => true,
            Self::Divergent | Self::Phantom | Self::Again(_) | Self::Gap(_) | Self::Outage(_) => {
                false
            }
        }
    }
}

impl Part {
    /// Every part, in the order in which an outage goes through them.
    pub const ALL: [Self; 8] = [
        Self::Recover,
        Self::Detect,
        Self::Check,
        Self::Promote,
        Self::Publish,
        Self::Cache,
        Self::Connect,
        Self::Retry,
    ];

    /// Returns the part as results print it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Recover => "recover",
            Self::Detect => "detect",
            Self::Check => "check",
            Self::Promote => "promote",
            Self::Publish => "publish",
            Self::Cache => "cache",
            Self::Connect => "connect",
            Self::Retry => "retry",
        }
    }
}

impl Link {
    /// Returns a link that no constant put where it is.
    pub(super) fn new(at: Instant, what: String) -> Self {
        Self { at, what, by: None }
    }

    /// Returns the link with the constant that put it there.
    pub(super) fn by(self, setting: Setting) -> Self {
        Self { by: Some(setting), ..self }
    }
}
