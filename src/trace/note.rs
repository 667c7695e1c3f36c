//! What is noted of each event that changed something, and the digest over all notes.
//!
//! Knows nothing of names or of wording. Kept here: ticks that change nothing leave no note, so
//! skipping them or evaluating them gives the same digest.

use super::word;
use crate::control::lookout::Gate;
use crate::control::{Action, GroupPart, GroupState, PairRole, Refusal, Rule, ServiceState};
use crate::fault::Victim;
use crate::kernel::{Digest, Instant};
use crate::model::{
    ClientId, DatabaseId, DeciderId, Event, LookoutId, NodeId, ServiceId, Signal, SlotId,
};

/// What happened at an instant.
///
/// # Examples
/// From a primary's death on, up to the first answer of the new one to the writer:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::model::{ClientId, NodeId};
/// use cutover::trace::What;
/// sim.run();
/// let struck = sim.notes().iter().position(|note| matches!(note.what, What::Struck(0, _)));
/// let notes = &sim.notes()[struck.expect("the host dies")..];
/// assert_eq!(notes[0].at.to_string(), "1m");
/// assert!(notes.is_sorted_by_key(|note| note.at));
/// assert!(notes.iter().any(|note| note.what == What::Works(ClientId(0), NodeId(1))));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// When.
    pub at: Instant,
    /// What.
    pub what: What,
}

impl Note {
    /// Returns a digest of this note alone, which is the same in every version.
    pub(crate) fn digest(&self) -> u64 {
        let mut digest = Digest::new();
        digest.u64(self.at.as_micros());
        word::feed(&mut digest, &self.what, |step| step);
        digest.finish()
    }
}

/// Something that changed something.
///
/// # Examples
/// Truth, decisions and clients are noted alike:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::trace::What;
/// sim.run();
/// let first = |sort: fn(&What) -> bool| {
///     sim.notes().iter().find(|note| sort(&note.what)).map(|note| note.at.to_string())
/// };
/// assert_eq!(first(|what| matches!(what, What::Struck(..))).as_deref(), Some("1m"));
/// let marked = |what: &What| matches!(what, What::Decided(_, _, _, orders) if !orders.is_empty());
/// assert_eq!(first(marked).as_deref(), Some("1m57.005s"));
/// // The writer has waited for 15 s.
/// assert_eq!(first(|what| matches!(what, What::Failed(_))).as_deref(), Some("1m14.9995s"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A step of the script injected a fault.
    Struck(u16, Victim),
    /// A step of the script healed a fault that struck this victim.
    Healed(u16, Victim),
    /// A step of the script let an operator act on a node.
    Operated(u16, NodeId),
    /// A step of the script found nothing to strike or heal.
    Missed(u16),
    /// The world moved on.
    Moved(Event),
    /// A decider heard something and decided.
    Decided(DeciderId, Signal, Rule, Vec<Action>),
    /// A daemon's decision procedure ended elsewhere than the time before.
    Watched(LookoutId, Gate),
    /// A client lost its connection to a node.
    Lost(ClientId, NodeId),
    /// A client failed to connect.
    Failed(ClientId),
    /// An operator gave the platform an order, by a step of the script, and it decided.
    Ordered(u16, DeciderId, Rule, Vec<Action>),
    /// The platform refused an operator's order.
    Declined(u16, Refusal),
    /// The platform decided about one service of a pair.
    Paired(DeciderId, Rule, Vec<Action>),
    /// A service of a pair is shown in another role or state.
    Stands(ServiceId, PairRole, ServiceState),
    /// A service that belongs to no pair is shown in another state.
    Shown(ServiceId, ServiceState),
    /// An instance of a group is shown as another part, or the group in another state.
    Belongs(ServiceId, GroupPart, GroupState),
    /// A client is connected to a node that refuses its writes.
    Refused(ClientId, NodeId),
    /// A client works over a connection to a node.
    Works(ClientId, NodeId),
    /// Something happened to a logical slot.
    Slot(SlotNews),
}

/// What happens to logical slots.
///
/// # Examples
/// A slot comes to each of the two servers that maintenance brings:
/// ```
/// # let file = "scenarios/maintenance-keeps-a-slot.ron";
/// # let loaded = cutover::scenario::load(file.as_ref()).expect("it is valid");
/// # let mut sim = cutover::sim::Sim::new(loaded.setup.into(), 7);
/// use cutover::model::{NodeId, SlotId};
/// use cutover::trace::{SlotNews, What};
/// sim.run();
/// let mut copied = Vec::new();
/// for note in sim.notes() {
///     if let What::Slot(SlotNews::Copied(SlotId(0), node)) = note.what {
///         copied.push(node);
///     }
/// }
/// assert_eq!(copied, [NodeId(2), NodeId(3)]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotNews {
    /// A slot was created on a primary.
    Created(SlotId, NodeId),
    /// The extension that copying slots needs was installed in a database.
    Installed(DatabaseId),
    /// A slot was copied to a standby for the first time.
    Copied(SlotId, NodeId),
    /// A slot came to a standby, and would not survive a promotion yet.
    Temporary(SlotId, NodeId),
    /// A slot was dropped on a standby, because the primary has it no more.
    Dropped(SlotId, NodeId),
    /// A slot was given up on a primary, because it held back too much WAL.
    GivenUp(SlotId, NodeId),
}

/// The record of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trace {
    digest: Digest,
    events: u64,
    notes: Option<Vec<Note>>,
}

impl Trace {
    /// Returns an empty record; notes are kept only if they are wanted.
    pub(crate) fn new(keeps_notes: bool) -> Self {
        Self { digest: Digest::new(), events: 0, notes: keeps_notes.then(Vec::new) }
    }

    /// Notes that something happened; the digest calls each step by its label.
    pub(crate) fn note(&mut self, at: Instant, what: What, label: impl Fn(u16) -> u16) {
        self.events += 1;
        self.digest.u64(at.as_micros());
        word::feed(&mut self.digest, &what, label);
        if let Some(notes) = &mut self.notes {
            notes.push(Note { at, what });
        }
    }

    /// Returns how many events changed something.
    pub(crate) fn events(&self) -> u64 {
        self.events
    }

    /// Returns the digest over all notes so far.
    pub(crate) fn fingerprint(&self) -> u64 {
        self.digest.finish()
    }

    /// Returns whether notes are kept.
    pub(crate) fn keeps_notes(&self) -> bool {
        self.notes.is_some()
    }

    /// Returns the notes, if they were kept.
    pub(crate) fn notes(&self) -> &[Note] {
        self.notes.as_deref().unwrap_or_default()
    }
}
