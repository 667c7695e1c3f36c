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
    /// A request leads to a controlled switchover.
    BeginSwitchover,
    /// A server of a switchover has caught up.
    AdmitNewServer,
    /// The replica name is served without an old standby.
    DeleteReplacedStandby,
    /// Commits wait for the new standbys.
    StopOldPrimary,
    /// The old primary is stopped.
    AskNewStandbys,
    /// Standbys have said how far they are.
    PromoteFurthestAsked,
    /// The primary was silent for the timeout while commits waited for standbys.
    AskForSilentPrimary,
    /// The node promoted by a switchover reports that it is primary.
    SwitchNamesToNewPrimary,
    /// The old primary has passed connections on for long enough.
    EndSwitchover,
    /// An order was not answered.
    RepeatOrder,
    /// The controlled stop of the old primary takes too long.
    KillOldPrimary,
    /// A switchover cannot go on.
    AbandonSwitchover,
    /// Nobody can take over from the stopped primary.
    ReturnToOldPrimary,
    /// The old primary is started again.
    TakeOldPrimaryBack,
    /// The plan changes within its tier.
    ChangePlan,
    /// Logical slots are not on the new servers yet.
    AwaitConsumers,
    /// Consumers of logical slots lag for too long.
    StopAwaitingConsumers,
    /// Logical slots are on the new servers.
    LetCommitsWait,
    /// A window for the switchover opens.
    BeginInWindow,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 36] = [
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
        Self::BeginSwitchover,
        Self::AdmitNewServer,
        Self::DeleteReplacedStandby,
        Self::StopOldPrimary,
        Self::AskNewStandbys,
        Self::PromoteFurthestAsked,
        Self::AskForSilentPrimary,
        Self::SwitchNamesToNewPrimary,
        Self::EndSwitchover,
        Self::RepeatOrder,
        Self::KillOldPrimary,
        Self::AbandonSwitchover,
        Self::ReturnToOldPrimary,
        Self::TakeOldPrimaryBack,
        Self::ChangePlan,
        Self::AwaitConsumers,
        Self::StopAwaitingConsumers,
        Self::LetCommitsWait,
        Self::BeginInWindow,
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
            Self::BeginSwitchover => "begin-switchover",
            Self::AdmitNewServer => "admit-new-server",
            Self::DeleteReplacedStandby => "delete-replaced-standby",
            Self::StopOldPrimary => "stop-old-primary",
            Self::AskNewStandbys => "ask-new-standbys",
            Self::PromoteFurthestAsked => "promote-furthest-asked",
            Self::AskForSilentPrimary => "ask-for-silent-primary",
            Self::SwitchNamesToNewPrimary => "switch-names-to-new-primary",
            Self::EndSwitchover => "end-switchover",
            Self::RepeatOrder => "repeat-order",
            Self::KillOldPrimary => "kill-old-primary",
            Self::AbandonSwitchover => "abandon-switchover",
            Self::ReturnToOldPrimary => "return-to-old-primary",
            Self::TakeOldPrimaryBack => "take-old-primary-back",
            Self::ChangePlan => "change-plan",
            Self::AwaitConsumers => "await-consumers",
            Self::StopAwaitingConsumers => "stop-awaiting-consumers",
            Self::LetCommitsWait => "let-commits-wait",
            Self::BeginInWindow => "begin-in-window",
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
            | Self::NoteNews
            | Self::BeginSwitchover
            | Self::AdmitNewServer
            | Self::DeleteReplacedStandby
            | Self::StopOldPrimary
            | Self::AskNewStandbys
            | Self::PromoteFurthestAsked
            | Self::AskForSilentPrimary
            | Self::SwitchNamesToNewPrimary
            | Self::EndSwitchover
            | Self::RepeatOrder
            | Self::KillOldPrimary
            | Self::AbandonSwitchover
            | Self::ReturnToOldPrimary
            | Self::TakeOldPrimaryBack
            | Self::ChangePlan
            | Self::AwaitConsumers
            | Self::StopAwaitingConsumers
            | Self::LetCommitsWait
            | Self::BeginInWindow => "failover",
        }
    }

    /// Returns what the rule says.
    #[expect(clippy::too_many_lines, reason = "a sentence for each rule")]
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
            Self::BeginSwitchover => {
                "a controlled switchover begins: standbys are replaced one after another by \
                 new ones"
            }
            Self::AdmitNewServer => {
                "a new server that has caught up serves, and the next step of the \
                 switchover begins"
            }
            Self::DeleteReplacedStandby => {
                "an old standby is deleted when the replica name is served with its \
                 substitute"
            }
            Self::StopOldPrimary => {
                "the old primary is stopped in a controlled way once commits wait for the \
                 new standbys"
            }
            Self::AskNewStandbys => {
                "once the old primary is stopped, the new standbys receive no more and say \
                 how far they are"
            }
            Self::PromoteFurthestAsked => {
                "of the standbys that have said how far they are the furthest is promoted"
            }
            Self::AskForSilentPrimary => {
                "a primary silent for the timeout is marked as down and fenced; under \
                 quorum commit its standbys first receive no more and say how far they are"
            }
            Self::SwitchNamesToNewPrimary => {
                "the primary name moves to the promoted node, which leaves the replica \
                 name, and the old primary passes connections on to it"
            }
            Self::EndSwitchover => {
                "the old primary is deleted and commits wait for standbys no longer"
            }
            Self::RepeatOrder => "an order of a switchover that is not answered is given again",
            Self::KillOldPrimary => {
                "an old primary whose controlled stop takes too long is stopped by force, \
                 and the switchover goes on"
            }
            Self::AbandonSwitchover => {
                "a switchover that cannot go on is given up: what it built beyond the plan \
                 is deleted"
            }
            Self::ReturnToOldPrimary => {
                "the stopped primary is started again when nobody else can take over"
            }
            Self::TakeOldPrimaryBack => {
                "the old primary that was started again stays, and the standbys follow it"
            }
            Self::ChangePlan => {
                "a change within a tier adds or removes standbys and leaves the primary \
                 alone"
            }
            Self::AwaitConsumers => {
                "while logical slots are not on the new servers, since their consumers lag, a \
                 switchover waits"
            }
            Self::StopAwaitingConsumers => {
                "a switchover goes on without slots whose consumers lag for longer than the limit"
            }
            Self::LetCommitsWait => {
                "once logical slots are on the new servers, commits wait for standbys"
            }
            Self::BeginInWindow => {
                "a switchover that is ready lets commits wait for standbys when its window opens"
            }
        }
    }
}
