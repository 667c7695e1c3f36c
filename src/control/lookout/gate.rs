//! The ways in which a daemon's decision procedure ends, each a named line of policy.
//!
//! Source: the README and source of `pglookout`. Knows nothing of when a gate applies. Kept here:
//! one way to end, one name, one sentence.

/// Where a run of the decision procedure ended.
///
/// # Examples
/// The primary of two nodes dies, and the daemon of its standby promotes that:
/// ```
/// # let path = "scenarios/lookout-primary-crash.ron";
/// # let loaded = cutover::scenario::load(path.as_ref()).expect("it is valid");
/// use cutover::control::lookout::Gate;
/// use cutover::trace::What;
/// let mut sim = cutover::sim::Sim::new(std::sync::Arc::new(loaded.setup), 0);
/// sim.run();
/// let gates = sim.notes().iter().filter_map(|note| match note.what {
///     What::Watched(_, gate) => Some(gate),
///     _ => None,
/// });
/// let gates: Vec<Gate> = gates.collect();
/// assert!(gates.contains(&Gate::StayPrimary) && gates.contains(&Gate::PromoteItself));
/// assert!(!gates.contains(&Gate::ReportSeveralPrimaries));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Gate {
    /// It sleeps after a promotion.
    RestAfterFailover,
    /// It has not polled every configured node yet.
    AwaitFirstPolls,
    /// It asks observers on warning only, and they have not answered the warning.
    AwaitObservers,
    /// It has requested an immediate poll.
    AwaitRecheck,
    /// More than one primary is connected.
    ReportSeveralPrimaries,
    /// It runs on an observer.
    OnlyObserve,
    /// Its own node is the primary.
    StayPrimary,
    /// The immediate poll reached the primary.
    FindPrimaryBack,
    /// Its own node has never been close to the primary.
    IgnoreLagOfCatchUp,
    /// Its own node tells no lag.
    IgnoreUnknownLag,
    /// Its own node's lag is below the threshold.
    TolerateLag,
    /// The primary is disconnected, which it is told to disregard.
    DisregardDisconnect,
    /// The primary is missing and the list of nodes has just changed.
    AwaitNewConfiguration,
    /// Its own node's lag is too great, and a primary is connected.
    RespectPrimary,
    /// The disconnected primary was heard a short while ago.
    AwaitSilence,
    /// No standby's position is fresh.
    LackPositions,
    /// Another standby is furthest.
    DeferToFurthest,
    /// Its own node is furthest and in maintenance.
    StayForMaintenance,
    /// Its own node is never promoted.
    StayUnpromoted,
    /// Its own node is furthest and too few others are known.
    LackMajority,
    /// Its own node is furthest and enough others are known.
    PromoteItself,
}

impl Gate {
    /// Every gate, in the order of the procedure.
    ///
    /// # Examples
    /// ```
    /// use cutover::control::lookout::Gate;
    /// assert!(Gate::ALL.is_sorted());
    /// assert_eq!(Gate::ALL.last(), Some(&Gate::PromoteItself));
    /// ```
    pub const ALL: [Self; 21] = [
        Self::RestAfterFailover,
        Self::AwaitFirstPolls,
        Self::AwaitObservers,
        Self::AwaitRecheck,
        Self::ReportSeveralPrimaries,
        Self::OnlyObserve,
        Self::StayPrimary,
        Self::FindPrimaryBack,
        Self::IgnoreLagOfCatchUp,
        Self::IgnoreUnknownLag,
        Self::TolerateLag,
        Self::DisregardDisconnect,
        Self::AwaitNewConfiguration,
        Self::RespectPrimary,
        Self::AwaitSilence,
        Self::LackPositions,
        Self::DeferToFurthest,
        Self::StayForMaintenance,
        Self::StayUnpromoted,
        Self::LackMajority,
        Self::PromoteItself,
    ];

    /// Returns the gate's name, as results print it.
    ///
    /// # Examples
    /// ```
    /// use cutover::control::lookout::Gate;
    /// assert_eq!(Gate::PromoteItself.name(), "promote-itself");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::RestAfterFailover => "rest-after-failover",
            Self::AwaitFirstPolls => "await-first-polls",
            Self::AwaitObservers => "await-observers",
            Self::AwaitRecheck => "await-recheck",
            Self::ReportSeveralPrimaries => "report-several-primaries",
            Self::OnlyObserve => "only-observe",
            Self::StayPrimary => "stay-primary",
            Self::FindPrimaryBack => "find-primary-back",
            Self::IgnoreLagOfCatchUp => "ignore-lag-of-catch-up",
            Self::IgnoreUnknownLag => "ignore-unknown-lag",
            Self::TolerateLag => "tolerate-lag",
            Self::DisregardDisconnect => "disregard-disconnect",
            Self::AwaitNewConfiguration => "await-new-configuration",
            Self::RespectPrimary => "respect-primary",
            Self::AwaitSilence => "await-silence",
            Self::LackPositions => "lack-positions",
            Self::DeferToFurthest => "defer-to-furthest",
            Self::StayForMaintenance => "stay-for-maintenance",
            Self::StayUnpromoted => "stay-unpromoted",
            Self::LackMajority => "lack-majority",
            Self::PromoteItself => "promote-itself",
        }
    }

    /// Returns what the gate says.
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::RestAfterFailover => "a daemon that has promoted its node sleeps for a while",
            Self::AwaitFirstPolls => "a daemon decides nothing before it has polled every node",
            Self::AwaitObservers => {
                "observers that are asked on warning only are waited for, for five poll intervals"
            }
            Self::AwaitRecheck => {
                "a daemon that misses its primary polls at once and waits for the outcome"
            }
            Self::ReportSeveralPrimaries => "several connected primaries raise an alert, no more",
            Self::OnlyObserve => "an observer watches and promotes nobody",
            Self::StayPrimary => "the primary's own daemon does nothing, not even stop its node",
            Self::FindPrimaryBack => "a primary that the immediate poll reaches is not replaced",
            Self::IgnoreLagOfCatchUp => "the lag of a standby that still catches up counts nothing",
            Self::IgnoreUnknownLag => "a standby that tells no lag is not compared",
            Self::TolerateLag => "a standby whose lag is below the threshold stays a standby",
            Self::DisregardDisconnect => {
                "a disconnected primary is not replaced where disconnects are told not to count"
            }
            Self::AwaitNewConfiguration => {
                "a missing primary is not replaced shortly after the list of nodes changed"
            }
            Self::RespectPrimary => "nobody replaces a primary that somebody reaches",
            Self::AwaitSilence => {
                "a primary whose clock told a recent time when it was last reached is not replaced"
            }
            Self::LackPositions => "nobody is promoted while no standby's position is fresh",
            Self::DeferToFurthest => "a standby that is not the furthest leaves it to the furthest",
            Self::StayForMaintenance => "the furthest standby is in maintenance and stays standby",
            Self::StayUnpromoted => "a node that is never to be promoted leaves it to the furthest",
            Self::LackMajority => {
                "the furthest standby knows less than half of the service and stays standby"
            }
            Self::PromoteItself => {
                "the furthest standby knows at least half of the service and promotes itself"
            }
        }
    }
}
