//! The closed sets that some knobs choose from, each answering one question the sources leave open.
//!
//! Knows nothing of what a choice leads to. Kept here: the first variant is the default.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::kernel::{Span, TimeError};

/// From which instant the detection timeout runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TimeoutOrigin {
    /// From the last report that arrived, as pglookout counts.
    LastReport,
    /// From the first report that was due and did not arrive.
    FirstMissed,
}

/// What becomes of packets that are on the wire when the sending host dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum InFlight {
    /// They arrive: the network does not know that their sender is gone.
    Delivered,
    /// They vanish with the host.
    Lost,
}

/// How the platform keeps a node that it gave up from writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Fencing {
    /// After a delay when the node can be reached, otherwise that long after the next contact.
    OnContact,
    /// In the instant it is given up, reachable or not.
    AtOnce,
    /// Not at all.
    Never,
}

/// What the replica name answers when no standby is left to serve it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EmptyReplicaName {
    /// An address at which nobody answers: connections time out.
    DeadAddress,
    /// No address: look-ups fail at once.
    NoAnswer,
    /// The primary, as older documentation had it.
    Primary,
}

/// How a client's resolver fills its cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ResolverCache {
    /// Somebody asks again at every expiry, so expiries are at the first look-up plus k x TTL.
    KeptWarm,
    /// Filled only when this client asks.
    OnDemand,
}

/// Which position of a standby counts when candidates are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ElectionKey {
    /// The greater of received and replayed: received falls back when a standby restarts.
    Furthest,
    /// The received position alone, literally as pglookout does.
    Received,
}

/// Which of two equally advanced candidates is promoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ElectionTie {
    /// The one with the greatest name.
    HighestName,
    /// The one with the least name.
    LowestName,
}

/// Who decides about failovers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Policy {
    /// The management platform alone.
    Platform,
    /// A pglookout daemon on every node, each for itself; the platform moves names, builds nodes.
    Pglookout,
}

impl Policy {
    /// Returns the policy's name, as results print it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Pglookout => "pglookout",
        }
    }
}

/// Over which connection a node is asked how it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum HeartbeatConnection {
    /// One that is kept open.
    Kept,
    /// A fresh one each time, which a server without connections left refuses.
    Fresh,
}

/// Whether commits wait for standbys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CommitMode {
    /// They wait for the primary's own disk alone.
    Asynchronous,
    /// They wait until enough standbys have acknowledged them.
    Quorum,
}

/// What a commit waits for, as `synchronous_commit` of `PostgreSQL` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CommitLevel {
    /// Standbys have made it durable.
    On,
    /// Standbys have received it.
    RemoteWrite,
    /// Standbys have replayed it.
    RemoteApply,
    /// The primary alone has made it durable.
    Local,
}

/// How many standbys must acknowledge a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum QuorumSize {
    /// Any one of them.
    One,
    /// More than half of them.
    Majority,
    /// All of them.
    All,
}

impl QuorumSize {
    /// Returns how many of so many standbys that is.
    pub fn of(self, standbys: usize) -> usize {
        match self {
            Self::One => 1,
            Self::Majority => standbys / 2 + 1,
            Self::All => standbys.max(1),
        }
    }
}

/// When a service that takes over in a planned way is promoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SwitchoverDrain {
    /// When it has received all that the old writer wrote.
    WaitForAll,
    /// As soon as the old writer has stopped.
    CutAtOnce,
}

/// What comes first in a planned change of the active service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SwitchoverOrder {
    /// The old writer stops before the new one is promoted.
    DemoteFirst,
    /// The new writer is promoted before the old one stops.
    PromoteFirst,
}

/// When a failover to another region destroys the old service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RegionFailoverOrder {
    /// It is stopped and destroyed as far as it can be reached, while the other is promoted.
    DestroyFirst,
    /// Only when the other one is primary.
    PromoteFirst,
}

/// What becomes of a passive service whose integration is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RemovedRecovery {
    /// It keeps its role and receives nothing.
    RolesFrozen,
    /// It is promoted, beside the active service.
    Promoted,
}

/// What becomes of the order `promote-to-master`, which older pages of the documentation give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PromoteToMaster {
    /// It makes the named service active.
    MakesActive,
    /// It is refused: no tool knows it.
    Refused,
}

/// In which order a change of the active service is applied by Terraform.
///
/// # Examples
/// ```
/// use cutover::knob::{TerraformOrder, Knobs};
/// let mut knobs = Knobs::default();
/// knobs.set("terraform_order", "WaitThenApply").expect("it is one of its words");
/// assert_eq!(knobs.terraform_order, TerraformOrder::WaitThenApply);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TerraformOrder {
    /// The reversed integration is applied, and then waited for.
    ApplyThenWait,
    /// The operator waits before the reversed integration is applied.
    WaitThenApply,
}

/// How a service that follows another finds its source again.
///
/// # Examples
/// ```
/// use cutover::knob::{ReplicaReconnect, Knobs};
/// let mut knobs = Knobs::default();
/// knobs.set("replica_reconnect", "KnownAddress").expect("it is one of its words");
/// assert_eq!(knobs.replica_reconnect, ReplicaReconnect::KnownAddress);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ReplicaReconnect {
    /// By the source's name, which follows the source's failovers.
    ServiceName,
    /// At the address that it knew, and nowhere else.
    KnownAddress,
}

/// Which standbys of a controlled switchover may be promoted.
///
/// # Examples
/// ```
/// use cutover::knob::{SwitchoverCandidates, Knobs};
/// let mut knobs = Knobs::default();
/// knobs.set("switchover_candidates", "ReplacementOnly").expect("it is one of its words");
/// assert_eq!(knobs.switchover_candidates, SwitchoverCandidates::ReplacementOnly);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SwitchoverCandidates {
    /// Every new one, the furthest first.
    AnyNew,
    /// The additional server.
    AdditionalOnly,
    /// Those that took the place of old standbys.
    ReplacementOnly,
}

/// When commits wait for nobody again after a controlled switchover.
///
/// # Examples
/// ```
/// use cutover::knob::{QuorumReset, Knobs};
/// let mut knobs = Knobs::default();
/// knobs.set("quorum_reset", "AtPromotion").expect("it is one of its words");
/// assert_eq!(knobs.quorum_reset, QuorumReset::AtPromotion);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum QuorumReset {
    /// When the old primary is gone; until then the new one has the setting as well.
    AfterOldPrimaryGone,
    /// At the promotion: the setting was written on the old primary alone.
    AtPromotion,
}

/// By which positions a standby is chosen while commits wait for standbys.
///
/// # Examples
/// ```
/// use cutover::knob::{QuorumElection, Knobs};
/// let mut knobs = Knobs::default();
/// knobs.set("election_under_quorum", "LastReports").expect("it is one of its words");
/// assert_eq!(knobs.election_under_quorum, QuorumElection::LastReports);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum QuorumElection {
    /// By what standbys say when they receive no more.
    Asked,
    /// By their last reports, while others may still receive and acknowledge.
    LastReports,
}

/// What becomes of a controlled switchover whose old primary cannot be stopped in time.
///
/// # Examples
/// ```
/// use cutover::knob::{SwitchoverFault, Knobs};
/// let mut knobs = Knobs::default();
/// knobs.set("switchover_fault", "Rollback").expect("it is one of its words");
/// assert_eq!(knobs.switchover_fault, SwitchoverFault::Rollback);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SwitchoverFault {
    /// It goes on, after the old primary was stopped by force.
    Continue,
    /// The old primary is started again.
    Rollback,
}

/// From when on the forwarding of connections is counted.
///
/// # Examples
/// ```
/// use cutover::knob::{ForwardStart, Knobs};
/// let mut knobs = Knobs::default();
/// knobs.set("forward_start", "AtDnsUpdate").expect("it is one of its words");
/// assert_eq!(knobs.forward_start, ForwardStart::AtDnsUpdate);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ForwardStart {
    /// From the promotion of the new primary.
    AtPromotion,
    /// From the change of the primary name.
    AtDnsUpdate,
}

/// When the forwarding of connections ends.
///
/// # Examples
/// ```
/// use cutover::knob::{ForwardEnd, Knobs};
/// let mut knobs = Knobs::default();
/// knobs.set("forward_end", "AfterTtl").expect("it is one of its words");
/// assert_eq!(knobs.forward_end, ForwardEnd::AfterTtl);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ForwardEnd {
    /// After its time, whatever resolvers still believe.
    AfterItsTime,
    /// When no resolver can believe the old address any more, but not before its time.
    AfterTtl,
}

/// To whom connections are forwarded when the new primary fails as well.
///
/// # Examples
/// ```
/// use cutover::knob::{ForwardTarget, Knobs};
/// let mut knobs = Knobs::default();
/// knobs.set("forward_target", "Retargeted").expect("it is one of its words");
/// assert_eq!(knobs.forward_target, ForwardTarget::Retargeted);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ForwardTarget {
    /// To the node that was promoted first.
    Fixed,
    /// To whoever takes over.
    Retargeted,
}

/// Where in its period a periodic job stands when the run begins.
///
/// # Examples
/// ```
/// use cutover::kernel::Span;
/// use cutover::knob::Phase;
/// assert_eq!("2s".parse(), Ok(Phase::At(Span::from_secs(2))));
/// assert_eq!(Phase::Drawn.to_string(), "drawn");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Drawn from the seed, uniform over the period, for each job by its own name.
    Drawn,
    /// The first tick is this long after the start of the run.
    At(Span),
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Drawn => f.write_str("drawn"),
            Self::At(span) => span.fmt(f),
        }
    }
}

impl FromStr for Phase {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        if text == "drawn" { Ok(Self::Drawn) } else { text.parse().map(Self::At) }
    }
}

impl Serialize for Phase {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Phase {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|error| de::Error::custom(format!("{error}, or \"drawn\"")))
    }
}
