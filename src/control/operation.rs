//! A planned operation on a service: what for, how far it has come, and which nodes it made.
//!
//! Knows nothing of how its steps are taken. Kept here: an operation is at exactly one step.

use crate::kernel::Instant;
use crate::knob::{Knobs, Mutant, SwitchoverCandidates};

/// What a planned operation is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Cause {
    /// Newer software on every node.
    Maintenance,
    /// Another region or cloud.
    Migration,
    /// Nodes of another size.
    ChangeOfTier,
    /// Another major version of the server.
    MajorUpgrade,
    /// No machines.
    PowerOff,
}

/// A planned operation under way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Operation {
    /// What it is for.
    pub cause: Cause,
    /// How far it has come.
    pub step: Step,
    /// The old primary.
    pub old_primary: u16,
    /// Old standbys that are still to be replaced.
    pub old: Vec<u16>,
    /// New standbys that serve, in the order in which they came.
    pub new: Vec<u16>,
    /// The additional server, once it is built.
    pub additional: Option<u16>,
    /// How many new standbys take the place of old ones.
    pub wanted: u8,
}

/// How far an operation has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    /// A new standby is built in the place of an old one, if there is one.
    Replacing {
        /// The new one.
        node: u16,
        /// The old one.
        replaces: Option<u16>,
    },
    /// The replica name moves from an old standby to a new one.
    Renaming {
        /// The old one.
        replaces: u16,
    },
    /// An additional server is built.
    Adding {
        /// Which.
        node: u16,
    },
    /// Consumers of logical slots are waited for, so that the new servers can have the slots.
    Draining {
        /// Since when.
        since: Instant,
        /// When it was asked last whether they have.
        asked: Instant,
    },
    /// Everything is ready, and the next window is waited for.
    Pending {
        /// When it opens.
        until: Instant,
    },
    /// The primary has been told to let commits wait for standbys.
    Securing {
        /// When it was told last.
        since: Instant,
    },
    /// Commits wait for standbys, and a standby is waited for that has all from before that.
    Verifying {
        /// Since when.
        since: Instant,
        /// When the primary was asked last.
        asked: Instant,
    },
    /// The old primary has been told to stop.
    Stopping {
        /// When.
        since: Instant,
        /// Whether it has said that it stops.
        begun: bool,
    },
    /// One of the new standbys is chosen and promoted.
    Handing,
    /// The old primary passes connections on.
    Forwarding {
        /// From when on it is counted.
        since: Instant,
        /// Whether the primary name is served with the new primary.
        named: bool,
    },
    /// The old primary has been told to start again, since nobody else can take over.
    Returning {
        /// When.
        since: Instant,
    },
    /// The primary was asked whether it can be upgraded to the next major version.
    Checking {
        /// When it was asked last.
        since: Instant,
    },
    /// The primary was told to stop and to be upgraded.
    Upgrading {
        /// When it was told last, or said that it stops.
        since: Instant,
        /// Whether it has said that it stops.
        begun: bool,
        /// Its timeline before.
        timeline: u32,
    },
    /// A full backup of the upgraded primary is taken.
    BackingUp {
        /// When it was told to last.
        asked: Instant,
    },
    /// The primary was told to stop before all machines are removed.
    ShuttingDown {
        /// When.
        since: Instant,
    },
}

impl Operation {
    /// Whether one of its standbys may be promoted in its course; afterwards anybody may.
    pub(super) fn foresees(&self, knobs: &Knobs, number: u16) -> bool {
        let additional = self.additional == Some(number);
        let chosen = match knobs.switchover_candidates {
            SwitchoverCandidates::AnyNew => self.new.contains(&number),
            SwitchoverCandidates::AdditionalOnly => additional,
            SwitchoverCandidates::ReplacementOnly => self.new.contains(&number) && !additional,
        };
        let old = knobs.mutant == Some(Mutant::SkipReplacement) && additional;
        (chosen && !old) || self.step != Step::Handing
    }

    /// Whether commits wait for the new standbys, as far as the platform knows.
    pub(super) fn is_secured(&self) -> bool {
        matches!(self.step, Step::Securing { .. } | Step::Stopping { .. } | Step::Handing)
            || matches!(self.step, Step::Verifying { .. })
            || matches!(self.step, Step::Forwarding { .. })
    }

    /// Whether the new primary is in office, so that only the old one is left to be deleted.
    pub(super) fn is_handed_over(&self) -> bool {
        matches!(self.step, Step::Forwarding { .. })
    }
}
