//! What each rule of the platform says, in a sentence.
//!
//! Knows nothing of when a rule applies. Kept here: every rule has its sentence.

use super::rule::Rule;

impl Rule {
    /// Returns what the rule says.
    ///
    /// # Examples
    /// ```
    /// use cutover::control::Rule;
    /// assert!(Rule::ALL.iter().all(|rule| !rule.sentence().is_empty()));
    /// ```
    #[expect(clippy::too_many_lines, reason = "a sentence for each rule")]
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others are about two services")]
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
                "a switchover that is ready begins to change the primary when its window opens"
            }
            Self::AwaitNewStandby => "a switchover waits for a new standby that has everything",
            _ => self.of_standstills(),
        }
    }

    /// Returns what a rule about orders that have a whole service down says.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others have their sentence elsewhere")]
    fn of_standstills(self) -> &'static str {
        match self {
            Self::BeginUpgrade => {
                "a major version upgrade begins with the question to the primary whether it can be \
                 upgraded"
            }
            Self::UpgradePrimary => {
                "a primary that can be upgraded is stopped for it, and its standbys are removed, \
                 since they cannot follow another major version"
            }
            Self::BackUpUpgradedPrimary => {
                "an upgraded primary is backed up in full, since backups of the version before are \
                 of no use"
            }
            Self::EndUpgrade => {
                "once an upgraded primary is backed up, standbys are built from the backup"
            }
            Self::AbandonUpgrade => {
                "a primary that was to be upgraded and goes on as it was gets new standbys"
            }
            Self::RemoveWindows => {
                "without windows maintenance may change the primary at any time, and one that \
                 waits for its window goes on"
            }
            Self::PowerOff => {
                "the names of a service that is powered off point to nobody, and its primary is \
                 stopped"
            }
            Self::RemoveMachines => {
                "once its primary is stopped, or takes too long to stop, all machines of a service \
                 that is powered off are removed"
            }
            Self::PowerOn => {
                "a service that is powered on gets a primary that is restored from its latest \
                 backup"
            }
            _ => self.of_pairs(),
        }
    }

    /// Returns what a rule about two services bound together says.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others have their sentence above")]
    fn of_pairs(self) -> &'static str {
        match self {
            Self::PromoteReadReplica => {
                "a read replica service whose integration is removed is promoted and has a history \
                 of its own from then on; its source is not touched"
            }
            Self::SwitchOverRegion => {
                "the active service stops writing, the recovery service is promoted with all of \
                 it, and the former follows it"
            }
            Self::SwitchBackRegion => {
                "after a switchover the recovery service stops writing and the primary service \
                 is promoted with all of it"
            }
            Self::FailOverRegion => {
                "the recovery service is promoted with what it has, and the primary service is \
                 destroyed as far as it can be reached"
            }
            Self::FailBackRegion => {
                "a primary service that was recreated is promoted; the recovery service stops \
                 writing for it if it can"
            }
            Self::RecreatePrimary => {
                "a primary service that a failover destroyed is built anew and follows the \
                 recovery service"
            }
            Self::RemoveRecoveryIntegration => {
                "without its integration the passive service of a pair receives nothing and \
                 keeps its role"
            }
            Self::FollowNewPrimary => {
                "the passive service of a pair is told to follow the active one's new primary"
            }
            Self::ReturnToActive => {
                "a service that stopped writing for a take-over that failed is promoted again"
            }
            Self::AbandonSwitch => {
                "a planned change is called off when the active service does not say where it \
                 stopped writing"
            }
            Self::PromoteSecondary => {
                "the secondary instance of a group is promoted with what it has; the old primary \
                 one leaves the group and is not touched"
            }
            Self::AddSecondary => {
                "an instance that had left its group is built anew as its secondary, for which the \
                 primary one is restarted"
            }
            Self::RemoveSecondary => {
                "a secondary instance that leaves its group is promoted and goes on by itself"
            }
            Self::MoveNameToNewServer => {
                "the name of a service that follows another moves to a new server, and the \
                 stopped one passes connections on"
            }
            Self::EndFollowerMaintenance => {
                "maintenance of a service that follows another ends when every server is a new one"
            }
            Self::SetUpRecovery => {
                "a recovery service is created, or its integration made anew, and follows the \
                 active service"
            }
            Self::DeleteRecovery => {
                "a recovery service is destroyed with its integration, and the primary service \
                 goes on alone"
            }
            _ => "it is no rule about two services",
        }
    }
}
