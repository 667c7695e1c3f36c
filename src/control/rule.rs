//! The rules by which the platform decides, each a named line of policy with its sentence.
//!
//! Knows nothing of when a rule applies. Kept here: every decision names exactly one rule.

/// A named line of policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rule {
    /// A due report did not come.
    SuspectSilentNode,
    /// A suspected node reports again in time.
    DropSuspicion,
    /// The primary was silent for the timeout and a standby can be promoted.
    PromoteForSilentPrimary,
    /// The primary was silent for the timeout and nobody can be promoted.
    RestoreForSilentPrimary,
    /// A candidate was given up and nobody else can be promoted.
    RestoreForFailedCandidate,
    /// A standby was silent for the timeout.
    ReplaceSilentStandby,
    /// A node that is becoming primary was silent for the timeout.
    PromoteForSilentCandidate,
    /// A node under construction was silent for the timeout.
    ReplaceSilentBuild,
    /// A promotion took longer than the platform waits.
    PromoteAfterPatience,
    /// A promotion took longer than the platform waits, is under way, and nobody else can do it.
    WaitForLoneCandidate,
    /// A node's own daemon promoted it.
    PromoteSelf,
    /// The promoted node reports that it is primary.
    MoveNamesToNewPrimary,
    /// A new standby is close enough to serve.
    AdmitStandby,
    /// A standby cannot follow the new primary.
    ReplaceUnfitStandby,
    /// A node that was given up reports again.
    KeepGivenUpNodeOut,
    /// The news changes nothing.
    NoteNews,
    /// The integration of a read replica service was removed.
    PromoteReadReplica,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 17] = [
        Self::SuspectSilentNode,
        Self::DropSuspicion,
        Self::PromoteForSilentPrimary,
        Self::RestoreForSilentPrimary,
        Self::RestoreForFailedCandidate,
        Self::ReplaceSilentStandby,
        Self::PromoteForSilentCandidate,
        Self::ReplaceSilentBuild,
        Self::PromoteAfterPatience,
        Self::WaitForLoneCandidate,
        Self::PromoteSelf,
        Self::MoveNamesToNewPrimary,
        Self::AdmitStandby,
        Self::ReplaceUnfitStandby,
        Self::KeepGivenUpNodeOut,
        Self::NoteNews,
        Self::PromoteReadReplica,
    ];

    /// Returns the rule's name, as results print it.
    pub fn name(self) -> &'static str {
        match self {
            Self::SuspectSilentNode => "suspect-silent-node",
            Self::DropSuspicion => "drop-suspicion",
            Self::PromoteForSilentPrimary => "promote-for-silent-primary",
            Self::RestoreForSilentPrimary => "restore-for-silent-primary",
            Self::RestoreForFailedCandidate => "restore-for-failed-candidate",
            Self::ReplaceSilentStandby => "replace-silent-standby",
            Self::PromoteForSilentCandidate => "promote-for-silent-candidate",
            Self::ReplaceSilentBuild => "replace-silent-build",
            Self::PromoteAfterPatience => "promote-after-patience",
            Self::WaitForLoneCandidate => "wait-for-lone-candidate",
            Self::PromoteSelf => "promote-self",
            Self::MoveNamesToNewPrimary => "move-names-to-new-primary",
            Self::AdmitStandby => "admit-standby",
            Self::ReplaceUnfitStandby => "replace-unfit-standby",
            Self::KeepGivenUpNodeOut => "keep-given-up-node-out",
            Self::NoteNews => "note-news",
            Self::PromoteReadReplica => "promote-read-replica",
        }
    }

    /// Returns whether an operator's order made the platform promote, and not a silence.
    pub fn is_ordered(self) -> bool {
        self.cause() != "failover"
    }

    /// Returns the cause of a promotion by this rule, as results print it.
    pub fn cause(self) -> &'static str {
        match self {
            Self::PromoteReadReplica => "read_replica_promotion",
            Self::SuspectSilentNode
            | Self::DropSuspicion
            | Self::PromoteForSilentPrimary
            | Self::RestoreForSilentPrimary
            | Self::RestoreForFailedCandidate
            | Self::ReplaceSilentStandby
            | Self::PromoteForSilentCandidate
            | Self::ReplaceSilentBuild
            | Self::PromoteAfterPatience
            | Self::WaitForLoneCandidate
            | Self::PromoteSelf
            | Self::MoveNamesToNewPrimary
            | Self::AdmitStandby
            | Self::ReplaceUnfitStandby
            | Self::KeepGivenUpNodeOut
            | Self::NoteNews => "failover",
        }
    }

    /// Returns what the rule says.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::SuspectSilentNode => "a node whose report is missing is suspected, no more",
            Self::DropSuspicion => "a node that reports within the timeout is trusted again",
            Self::PromoteForSilentPrimary => {
                "a primary silent for the timeout is marked as down, fenced, and the furthest \
                 standby is promoted"
            }
            Self::RestoreForSilentPrimary => {
                "a primary silent for the timeout with no standby to promote is replaced by a new \
                 node restored from the newest backup"
            }
            Self::RestoreForFailedCandidate => {
                "a candidate that was given up with nobody else to promote is replaced by a new \
                 node restored from the newest backup"
            }
            Self::ReplaceSilentStandby => {
                "a standby silent for the timeout is marked as down and a new one is built; the \
                 primary name is not touched"
            }
            Self::PromoteForSilentCandidate => {
                "a candidate that falls silent is given up and the next one is promoted"
            }
            Self::ReplaceSilentBuild => {
                "a new node that falls silent, or never reports, is given up and built anew"
            }
            Self::PromoteAfterPatience => {
                "a promotion that takes too long is given up and the next candidate is promoted"
            }
            Self::WaitForLoneCandidate => {
                "a promotion that takes too long and is under way is waited for as long again when \
                 nobody else can be promoted"
            }
            Self::PromoteSelf => {
                "the furthest standby's own daemon promotes it when the primary has been silent \
                 for the timeout and half of the votes are there"
            }
            Self::MoveNamesToNewPrimary => {
                "the primary name moves to the promoted node, which leaves the replica name; the \
                 other standbys follow it and missing nodes are built"
            }
            Self::AdmitStandby => "a new standby that has caught up joins the replica name",
            Self::ReplaceUnfitStandby => {
                "a standby that has replayed past the new timeline's beginning is built anew"
            }
            Self::KeepGivenUpNodeOut => "a node that was given up stays out and is fenced",
            Self::NoteNews => "the news is noted and nothing is done",
            Self::PromoteReadReplica => {
                "a read replica service whose integration is removed is promoted and has a history \
                 of its own from then on; its source is not touched"
            }
        }
    }
}
