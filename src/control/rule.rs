//! The rules by which the platform decides, each a named line of policy with its sentence.
//!
//! Knows nothing of when a rule applies. Kept here: every decision names exactly one rule.

/// A named line of policy.
///
/// # Examples
/// ```
/// use cutover::control::Rule;
/// assert!(Rule::ALL.iter().any(|rule| rule.name() == "promote-for-silent-primary"));
/// ```
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
    /// An operator ordered a switchover to the recovery service.
    SwitchOverRegion,
    /// An operator ordered a switchback to the primary service.
    SwitchBackRegion,
    /// An operator ordered a failover to the recovery service.
    FailOverRegion,
    /// An operator ordered the recreated primary service to take over.
    FailBackRegion,
    /// An operator ordered a failed primary service to be recreated.
    RecreatePrimary,
    /// An operator removed the integration of a pair.
    RemoveRecoveryIntegration,
    /// The active service of a pair has another primary.
    FollowNewPrimary,
    /// A planned take-over failed.
    ReturnToActive,
    /// The active service did not stop writing in time.
    AbandonSwitch,
    /// An operator ordered the promotion of a group's secondary instance.
    PromoteSecondary,
    /// An operator had an instance added to a group.
    AddSecondary,
    /// An operator had the secondary instance leave its group.
    RemoveSecondary,
    /// A node of a service that follows another has stopped for maintenance.
    MoveNameToNewServer,
    /// Every node of a service that follows another is a new one.
    EndFollowerMaintenance,
    /// An operator ordered a major version upgrade.
    BeginUpgrade,
    /// The primary can be upgraded.
    UpgradePrimary,
    /// The primary is upgraded.
    BackUpUpgradedPrimary,
    /// The full backup after an upgrade is taken.
    EndUpgrade,
    /// A primary is heard again and was not upgraded.
    AbandonUpgrade,
    /// An operator ordered a service to be powered off.
    PowerOff,
    /// The primary of a service that is powered off is stopped.
    RemoveMachines,
    /// An operator ordered a service to be powered on.
    PowerOn,
    /// No new standby has all from before commits waited for standbys.
    AwaitNewStandby,
    /// An operator removed the windows of a service.
    RemoveWindows,
    /// An operator had a pair set up.
    SetUpRecovery,
    /// An operator had a recovery service deleted.
    DeleteRecovery,
}

impl Rule {
    /// Every rule.
    ///
    /// # Examples
    /// ```
    /// use cutover::control::Rule;
    /// let named = Rule::ALL.into_iter().find(|rule| rule.name() == "promote-for-silent-primary");
    /// assert_eq!(named, Some(Rule::PromoteForSilentPrimary));
    /// ```
    pub const ALL: [Self; 62] = [
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
        Self::SwitchOverRegion,
        Self::SwitchBackRegion,
        Self::FailOverRegion,
        Self::FailBackRegion,
        Self::RecreatePrimary,
        Self::RemoveRecoveryIntegration,
        Self::FollowNewPrimary,
        Self::ReturnToActive,
        Self::AbandonSwitch,
        Self::PromoteSecondary,
        Self::AddSecondary,
        Self::RemoveSecondary,
        Self::MoveNameToNewServer,
        Self::EndFollowerMaintenance,
        Self::BeginUpgrade,
        Self::UpgradePrimary,
        Self::BackUpUpgradedPrimary,
        Self::EndUpgrade,
        Self::AbandonUpgrade,
        Self::PowerOff,
        Self::RemoveMachines,
        Self::PowerOn,
        Self::AwaitNewStandby,
        Self::RemoveWindows,
        Self::SetUpRecovery,
        Self::DeleteRecovery,
    ];

    /// Returns the rule's name, as results print it.
    ///
    /// # Examples
    /// ```
    /// let rule = cutover::control::Rule::PromoteForSilentPrimary;
    /// assert_eq!(rule.name(), "promote-for-silent-primary");
    /// ```
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
            Self::SwitchOverRegion => "switch-over-region",
            Self::SwitchBackRegion => "switch-back-region",
            Self::FailOverRegion => "fail-over-region",
            Self::FailBackRegion => "fail-back-region",
            Self::RecreatePrimary => "recreate-primary",
            Self::RemoveRecoveryIntegration => "remove-recovery-integration",
            Self::FollowNewPrimary => "follow-new-primary",
            Self::ReturnToActive => "return-to-active",
            Self::AbandonSwitch => "abandon-switch",
            Self::PromoteSecondary => "promote-secondary",
            Self::AddSecondary => "add-secondary",
            Self::RemoveSecondary => "remove-secondary",
            Self::MoveNameToNewServer => "move-name-to-new-server",
            Self::EndFollowerMaintenance => "end-follower-maintenance",
            Self::BeginUpgrade => "begin-upgrade",
            Self::UpgradePrimary => "upgrade-primary",
            Self::BackUpUpgradedPrimary => "back-up-upgraded-primary",
            Self::EndUpgrade => "end-upgrade",
            Self::AbandonUpgrade => "abandon-upgrade",
            Self::PowerOff => "power-off",
            Self::RemoveMachines => "remove-machines",
            Self::PowerOn => "power-on",
            Self::AwaitNewStandby => "await-new-standby",
            Self::RemoveWindows => "remove-windows",
            Self::SetUpRecovery => "set-up-recovery",
            Self::DeleteRecovery => "delete-recovery",
        }
    }

    /// Returns whether an operator's order made the platform promote, and not a silence.
    pub(crate) fn is_ordered(self) -> bool {
        self.cause() != "failover"
    }

    /// Returns the cause of a promotion by this rule, as results print it.
    ///
    /// # Examples
    /// ```
    /// use cutover::control::Rule;
    /// assert!(Rule::ALL.iter().all(|rule| !rule.cause().is_empty()));
    /// ```
    pub fn cause(self) -> &'static str {
        match self {
            Self::PromoteReadReplica => "read_replica_promotion",
            Self::SwitchOverRegion | Self::ReturnToActive => "region_switchover",
            Self::SwitchBackRegion => "region_switchback",
            Self::FailOverRegion => "region_failover",
            Self::FailBackRegion => "region_failback",
            Self::PromoteSecondary | Self::RemoveSecondary => "gad_promotion",
            Self::RemoveRecoveryIntegration => "recovery_promotion",
            Self::PowerOn => "power_on",
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
            | Self::BeginInWindow
            | Self::RecreatePrimary
            | Self::FollowNewPrimary
            | Self::AbandonSwitch
            | Self::AddSecondary
            | Self::MoveNameToNewServer
            | Self::EndFollowerMaintenance
            | Self::BeginUpgrade
            | Self::UpgradePrimary
            | Self::BackUpUpgradedPrimary
            | Self::EndUpgrade
            | Self::AbandonUpgrade
            | Self::PowerOff
            | Self::RemoveMachines
            | Self::AwaitNewStandby
            | Self::RemoveWindows
            | Self::SetUpRecovery
            | Self::DeleteRecovery => "failover",
        }
    }
}
