//! A decider: what it believes, and by which reports it is kept informed.
//!
//! Reports come on a grid. While they say nothing new they are not events: "heard until now" is
//! computed when something depends on it. Knows nothing of what is decided. Kept here: a contact
//! tells what the decider has heard, never what it has not.

use crate::control::{Manager, Timer};
use crate::kernel::{Instant, Pace, Span};
use crate::model::{Condition, NodeId, ServiceId};

/// Somebody who hears, believes and decides for one service.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Decider {
    /// The service.
    pub(super) service: ServiceId,
    /// What it believes.
    pub(super) manager: Manager,
    /// How it hears of each node.
    pub(super) contacts: Vec<Contact>,
    /// Which of its timers is due next, and when.
    pub(super) wake: Option<(Instant, Timer)>,
}

/// How a decider hears of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Contact {
    /// The node.
    pub(super) node: NodeId,
    /// When its reports would be sent.
    pub(super) grid: Pace,
    /// How long each report is under way.
    pub(super) delay: Span,
    /// Whether reports are coming.
    pub(super) flows: bool,
    /// Since which instant they have been.
    pub(super) since: Instant,
    /// What the last report said.
    pub(super) condition: Condition,
    /// Whether the next tick is an event already.
    pub(super) due: bool,
    /// When it last said how far it is because it was asked.
    pub(super) asked: Option<Instant>,
    /// Whether it has said since its last report that its server is stopped.
    pub(super) stopped: bool,
    /// When the newest was sent of what it has said or failed to say, as far as it was heard.
    pub(super) newest: Instant,
}

impl Contact {
    /// Returns when the first report that is missing is missed.
    ///
    /// Reports that are still under way come first, on a link that was slow: then it is the next
    /// one of which nothing is heard.
    pub(super) fn misses(&self, last: Option<Instant>, due: Instant, delay: Span) -> Instant {
        let heard = last.map_or(Instant::ZERO, |sent| sent + self.delay);
        let missed = due + delay;
        if heard < missed { missed } else { self.grid.after(heard.minus(delay)) + delay }
    }

    /// Returns when the last report of those sent by an instant was sent, if reports come.
    pub(super) fn last_sent(&self, by: Instant) -> Option<Instant> {
        let sent = self.grid.last(by)?;
        let newest = self.asked.is_none_or(|asked| sent > asked);
        (self.flows && sent >= self.since && newest).then_some(sent)
    }
}
