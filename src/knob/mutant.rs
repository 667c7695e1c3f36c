//! Planted faults: named changes of what the platform or a server does.
//!
//! Each stands for a bug that a real failover manager could have. None forges a record handed to a
//! check: a mutant acts, and a shipped scenario has to notice. Kept here: every mutant names the
//! invariant that is to catch it.

use serde::{Deserialize, Serialize};

/// One planted fault of the platform or of a server.
///
/// # Examples
/// ```
/// use cutover::knob::Mutant;
/// assert_eq!(Mutant::by_name("no-fencing"), Some(Mutant::NoFencing));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Mutant {
    /// The platform never fences a node that it gave up, even when it hears from it again.
    NoFencing,
    /// A promoted standby throws away what it received and had not yet replayed.
    DropUnreplayed,
    /// The server acknowledges every second commit without writing it.
    AcknowledgeUnwritten,
    /// The platform forgets to move the primary name after a promotion.
    ForgetPrimaryName,
    /// The platform gives a node up after 6 s of silence.
    ImpatientDetection,
    /// The platform restarts its patience at the first miss after a promotion as if never heard.
    ForgetLastReport,
    /// The platform promotes the standby that is furthest behind.
    PromoteLaggard,
    /// A promoted node keeps its old timeline number.
    KeepTimeline,
    /// The platform moves the primary name before the promotion has finished.
    NameBeforePromotion,
    /// The platform moves the primary name to a standby when it loses another standby.
    ReplicaLossMovesPrimary,
    /// The platform stops the standbys' servers while the primary is silent.
    StopReadsDuringSilence,
    /// The platform never builds a replacement for a lost node.
    ForgetReplacement,
    /// The platform does not let the opt-in replica name fall back to the primary.
    ForgetFallBack,
    /// A daemon promotes its own node however few others it knows of.
    IgnoreMajority,
    /// The restore of a new primary ends with the base backup.
    IgnoreArchive,
    /// A fence refuses new connections, and old sessions go on for 20 s.
    LeakyFence,
    /// A standby follows a new timeline though it has replayed beyond its beginning.
    FollowRegardless,
    /// The archiver of a timeline stops after 30 s, and nobody notices.
    StopArchiving,
    /// The platform does not tell the other standbys of a new primary.
    ForgetFollowers,
    /// The platform lets a new standby serve at its first report.
    AdmitEarly,
    /// An agent beside the server reports, whatever becomes of the server.
    AgentReports,
    /// A server goes on writing WAL when its disk is full.
    WriteWithoutRoom,
    /// Under quorum commit a server acknowledges before any standby has.
    AcknowledgeBeforeStandbys,
    /// Under quorum commit a server gives up waiting for standbys after 10 s, with a warning.
    ImpatientCommits,
    /// The platform promotes at the first report that it misses.
    PromoteAtFirstMiss,
    /// The platform waits twice as long as it says.
    DoublePatience,
    /// The platform promotes every standby at once.
    PromoteAll,
    /// The platform keeps a promoted node in the replica name.
    ReplicaNameKeepsPromoted,
    /// The platform does nothing about a standby that says that it cannot follow.
    KeepUnfitStandby,
    /// The platform promotes a read replica's standby when its first node falls silent.
    PromoteReplicaUnasked,
    /// Positions of slots are copied to a standby that has not replayed as far.
    CopyAhead,
    /// Positions of slots are copied every 50 s.
    CopySeldom,
    /// The extension that copying slots needs is never installed.
    SkipDependencyJob,
    /// What was written is copied as a slot's position, not what its consumer confirmed.
    CopyWhatWasSent,
    /// A server ignores the start position that a consumer gives.
    IgnoreStartPosition,
    /// A promoted standby forgets the slots that were copied to it.
    ForgetSlots,
    /// A node restored from a backup claims the slots that its predecessor had.
    ClaimSlots,
    /// A switchover does not let commits wait for standbys before it stops the primary at once.
    SkipQuorum,
    /// A switchover deletes an old standby before its substitute serves.
    DeleteBeforeSubstitute,
    /// A switchover ends the forwarding of connections after 30 s.
    ForwardTooShort,
    /// A switchover leaves the promoted node in the replica name.
    KeepPromotedInReplicaName,
    /// A switchover promotes an old standby that it was to replace.
    SkipReplacement,
    /// A change within a tier takes the primary name away for a moment.
    ChangePlanBySwitchover,
    /// A server that is stopped in a controlled way does not wait for its standbys.
    StopWithoutShipping,
    /// A switchover forgets to delete the old primary.
    ForgetOldPrimary,
    /// A switchover does not wait until logical slots are on the new servers.
    SkipDrain,
    /// Maintenance changes the primary outside of its windows.
    IgnoreWindows,
    /// The platform promotes the service that takes over before the other has stopped writing.
    PromoteBeforeDemote,
    /// The platform does not wait for what the old writer wrote last.
    SkipWalDrain,
    /// The platform takes orders to a pair whatever they presuppose.
    IgnorePreconditions,
    /// The platform lets the recovery service fail as if it were the primary one.
    FailTheRecovery,
    /// The platform forgets to let the service that stopped writing follow the other one.
    ForgetThePassive,
    /// The platform adds the writer to the name of a service's standbys.
    StandbyNameWrites,
    /// The platform gives the writer of a pair a second name in place of the shared one.
    SecondName,
    /// The platform deletes the old primary instance of a group when another is promoted.
    ReleaseOldPrimary,
    /// The platform keeps the old primary instance in its group when another is promoted.
    KeepOldPrimary,
    /// The platform takes orders to a group in whatever state it is.
    IgnoreGroupState,
    /// The platform does not remove the standbys before a major upgrade.
    UpgradeUnderStandbys,
    /// A major upgrade leaves logical slots as they were.
    UpgradeKeepsSlots,
    /// A service that is powered on claims the slots that it had.
    PowerOnRestoresSlots,
    /// The platform removes the machines of a service without stopping its primary.
    PowerOffRunning,
}

/// What the registry says of one mutant.
///
/// # Examples
/// ```
/// use cutover::check::INVARIANTS;
/// use cutover::knob::MUTANTS;
/// let known = |id: &str| INVARIANTS.iter().any(|card| card.id == id);
/// assert!(MUTANTS.iter().all(|card| known(card.caught_by)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MutantCard {
    /// The mutant itself.
    pub mutant: Mutant,
    /// The name used by `--mutant`.
    pub name: &'static str,
    /// What it changes, in a sentence.
    pub meaning: &'static str,
    /// The invariant that is to catch it.
    pub caught_by: &'static str,
}

macro_rules! cards {
    ($($mutant:ident, $name:literal, $caught_by:literal, $meaning:literal;)+) => {
        /// Every mutant there is.
        ///
        /// # Examples
        /// ```
        /// use cutover::check::INVARIANTS;
        /// use cutover::knob::MUTANTS;
        /// let card = MUTANTS.iter().find(|card| card.name == "no-fencing");
        /// assert_eq!(card.map(|card| card.caught_by), Some("at-most-one-writer"));
        /// let known = |name| INVARIANTS.iter().any(|one| one.id == name);
        /// assert!(MUTANTS.iter().all(|card| known(card.caught_by)));
        /// ```
        pub const MUTANTS: &[MutantCard] = &[$(MutantCard {
            mutant: Mutant::$mutant, name: $name, meaning: $meaning, caught_by: $caught_by,
        }),+];
    };
}

cards! {
    NoFencing, "no-fencing", "at-most-one-writer",
        "an old primary is never fenced, even when it can be reached";
    DropUnreplayed, "drop-unreplayed", "acked-write-survives",
        "a promoted standby throws away what it received and had not replayed";
    AcknowledgeUnwritten, "acknowledge-unwritten", "accounting-adds-up",
        "the server acknowledges every second commit without writing it";
    ForgetPrimaryName, "forget-primary-name", "failover-in-time",
        "the primary name is not moved after a promotion";
    ImpatientDetection, "impatient-detection", "no-early-promotion",
        "a node is given up after 6 s of silence";
    ForgetLastReport, "forget-last-report", "failovers-apart",
        "a new primary is given up at its first missed report";
    PromoteLaggard, "promote-laggard", "best-candidate-promoted",
        "the standby that is furthest behind is promoted";
    KeepTimeline, "keep-timeline", "timelines-form-a-tree",
        "a promoted node keeps the timeline number of its predecessor";
    NameBeforePromotion, "name-before-promotion", "primary-name-names-a-primary",
        "the primary name is moved before the promotion has finished";
    ReplicaLossMovesPrimary, "replica-loss-moves-primary", "standby-loss-leaves-primary",
        "the loss of a standby moves the primary";
    StopReadsDuringSilence, "stop-reads-during-silence", "standby-serves-during-silence",
        "the standbys are stopped while the primary is silent";
    ForgetReplacement, "forget-replacement", "redundancy-restored",
        "a lost node is never replaced";
    ForgetFallBack, "forget-fall-back", "ha-replica-name-serves",
        "the opt-in replica name does not fall back to the primary";
    IgnoreMajority, "ignore-majority", "lone-standby-stays",
        "a daemon promotes its own node without half of the votes";
    IgnoreArchive, "ignore-archive", "restore-loss-bounded",
        "the restore of a new primary stops at the base backup and ignores the archive";
    LeakyFence, "leaky-fence", "fenced-node-silent",
        "a fence closes the connect_outcome to new connections, and old sessions go on for 20 s";
    FollowRegardless, "follow-regardless", "histories-not-merged",
        "a standby follows a new timeline though it has replayed beyond its beginning";
    StopArchiving, "stop-archiving", "restorable-across-the-fork",
        "uploads of a timeline stop after 30 s, and nobody notices";
    ForgetFollowers, "forget-followers", "followers-follow",
        "the other standbys are not told to follow a new primary";
    AdmitEarly, "admit-early", "reads-gone-back",
        "a new standby joins the replica name before it has caught up";
    AgentReports, "agent-reports", "blocked-writes-noticed",
        "an agent on the host reports that all is well though the server is down";
    WriteWithoutRoom, "write-without-room", "wal-fits-the-disk",
        "a server goes on writing when its disk is full of WAL";
    AcknowledgeBeforeStandbys, "acknowledge-before-standbys", "quorum-commit-survives",
        "under quorum commit a server acknowledges before any standby has";
    ImpatientCommits, "impatient-commits", "no-warned-commits",
        "under quorum commit a server gives up waiting for standbys after 10 s";
    PromoteAtFirstMiss, "promote-at-first-miss", "no-early-promotion",
        "a standby is promoted at the first missed report, without waiting for the timeout";
    DoublePatience, "double-patience", "failover-in-time",
        "a silent primary is given up after twice the timeout";
    PromoteAll, "promote-all", "at-most-one-writer",
        "every standby is promoted, not only the chosen one";
    ReplicaNameKeepsPromoted, "replica-name-keeps-promoted", "replica-name-without-primary",
        "the replica name goes on pointing to a node that became primary";
    KeepUnfitStandby, "keep-unfit-standby", "followers-follow",
        "a standby that says that it cannot follow is kept as it is";
    PromoteReplicaUnasked, "promote-replica-unasked", "read-replica-stays",
        "a standby of a read replica service is promoted when its first node falls silent";
    CopyAhead, "copy-ahead", "slot-behind-its-node",
        "a slot's position on a standby is set beyond what the standby has replayed";
    CopySeldom, "copy-seldom", "slot-position-fresh",
        "positions of logical slots are copied every 50 s";
    SkipDependencyJob, "skip-dependency-job", "slot-jobs-on-time",
        "the extension that copying slots needs is never installed";
    CopyWhatWasSent, "copy-what-was-sent", "slot-has-no-gap",
        "the end of the WAL is copied as a slot's position, not what its consumer confirmed";
    IgnoreStartPosition, "ignore-start-position", "duplicates-bounded",
        "a server begins at the confirmed position, whatever start its consumer asks for";
    ForgetSlots, "forget-slots", "copied-slot-survives",
        "a promoted standby drops the slots that were copied to it";
    ClaimSlots, "claim-slots", "lone-node-loses-slots",
        "a node restored from a backup claims the slots of the node that was lost";
    SkipQuorum, "skip-quorum", "switchover-order",
        "a switchover stops the primary before commits wait for standbys";
    DeleteBeforeSubstitute, "delete-before-substitute", "switchover-order",
        "a switchover deletes an old standby before its substitute serves";
    ForwardTooShort, "forward-too-short", "forwarding-lasts",
        "an old primary passes connections on for 30 s";
    KeepPromotedInReplicaName, "keep-promoted-in-replica-name", "promoted-leaves-replica-name",
        "the replica name keeps the node that a switchover promoted";
    SkipReplacement, "skip-replacement", "promoted-is-new",
        "a switchover promotes an old standby that it was to replace";
    ChangePlanBySwitchover, "change-plan-by-switchover", "plan-change-leaves-primary",
        "a change within a tier takes the primary name away for a moment";
    StopWithoutShipping, "stop-without-shipping", "switchover-keeps-acked",
        "a controlled stop does not wait until standbys have received everything";
    ForgetOldPrimary, "forget-old-primary", "switchover-census",
        "a switchover never deletes the old primary";
    SkipDrain, "skip-drain", "switchover-keeps-slots",
        "a switchover does not wait until logical slots are on the new servers";
    IgnoreWindows, "ignore-windows", "switchover-in-window",
        "maintenance changes the primary outside of its windows";
    PromoteBeforeDemote, "promote-before-demote", "one-active-service",
        "a service takes over before the other one has stopped writing";
    SkipWalDrain, "skip-wal-drain", "acked-write-survives",
        "a service takes over without waiting for what the other one wrote last";
    IgnorePreconditions, "ignore-preconditions", "preconditions-checked",
        "orders to a pair are taken whatever they presuppose";
    FailTheRecovery, "fail-the-recovery", "roles-move-legally",
        "a failover is taken while the recovery service is active, and destroys it";
    ForgetThePassive, "forget-the-passive", "pair-protected-again",
        "the service that stopped writing is not told to follow the other one";
    StandbyNameWrites, "standby-name-writes", "standby-name-reads-only",
        "the name of a service's standbys points to its primary as well";
    SecondName, "second-name", "service-name-constant",
        "the writer of a pair gets the recovery service's own name instead of the shared one";
    ReleaseOldPrimary, "release-old-primary", "promotion-leaves-old-primary",
        "the old primary instance of a group is deleted when the secondary one is promoted";
    KeepOldPrimary, "keep-old-primary", "one-primary-one-secondary",
        "the old primary instance stays in its group when the secondary one is promoted";
    IgnoreGroupState, "ignore-group-state", "preconditions-checked",
        "orders to a group are taken whatever state it is in";
    UpgradeUnderStandbys, "upgrade-under-standbys", "upgrade-in-place",
        "standbys are not removed before a major upgrade, after which they cannot follow";
    UpgradeKeepsSlots, "upgrade-keeps-slots", "upgrade-drops-slots",
        "a major upgrade leaves logical slots as they were, at positions of the version before";
    PowerOnRestoresSlots, "power-on-restores-slots", "power-cycle-drops-slots",
        "a service that is powered on claims the logical slots that it had before";
    PowerOffRunning, "power-off-running", "power-off-keeps-acked",
        "the machines of a service that is powered off are removed while its primary runs";
}

impl Mutant {
    /// Returns the mutant of this name, if there is one.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(cutover::knob::Mutant::by_name("nobody"), None);
    /// ```
    pub fn by_name(name: &str) -> Option<Self> {
        MUTANTS.iter().find(|card| card.name == name).map(|card| card.mutant)
    }

    /// Returns what the registry says of this mutant.
    ///
    /// # Examples
    /// ```
    /// assert_eq!(cutover::knob::Mutant::NoFencing.card().name, "no-fencing");
    /// ```
    pub fn card(self) -> &'static MutantCard {
        MUTANTS.iter().find(|card| card.mutant == self).expect("every mutant has a card")
    }
}
