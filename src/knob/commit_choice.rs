//! The closed sets that knobs of commits choose from: whether they wait for standbys, for which,
//! and for how long.
//!
//! Knows nothing of what a choice leads to. Kept here: the first variant is the default.

use serde::{Deserialize, Serialize};

/// Whether commits wait for standbys.
///
/// # Examples
/// The only standby dies. With `commit_mode`, writes go on or wait for the next one:
/// ```
/// # let run = |choice| {
/// #     let path = "scenarios/quorum-stalls-without-a-standby.ron";
/// #     let mut loaded = cutover::scenario::load(path.as_ref()).expect("it is valid");
/// #     loaded.setup.knobs.commit_mode = choice;
/// #     cutover::sim::run(&loaded.setup, 0)
/// # };
/// use cutover::knob::CommitMode;
/// let outages = |choice| run(choice).clients[0].outages.len();
/// assert_eq!(outages(CommitMode::Asynchronous), 0);
/// assert_eq!(outages(CommitMode::Quorum), 1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CommitMode {
    /// They wait for the primary's own disk alone.
    Asynchronous,
    /// They wait until enough standbys have acknowledged them.
    Quorum,
}

/// What a commit waits for, as `synchronous_commit` of `PostgreSQL` says.
///
/// # Examples
/// A query holds the replay of one of two standbys up, and both have to acknowledge a commit.
/// Only who waits for the replay waits for the query:
/// ```
/// # let run = |tuning: &str| {
/// #     let text = format!(r#"Scenario(name: "example", until: "3m",
/// #         services: [Service(name: "orders", plan: Premium)],
/// #         clients: [Writer(name: "app", service: "orders", writes_per_s: 100)],
/// #         tuning: Tuning(commit_mode: Quorum, {tuning}),
/// #         script: [At("60s", Fault(LongQuery, Standby("orders", 1)))])"#);
/// #     let loaded = cutover::scenario::parse("example.ron", &text).expect("it is valid");
/// #     cutover::sim::run(&loaded.setup, 0)
/// # };
/// let outages = |tuning| run(tuning).clients[0].outages.len();
/// assert_eq!(outages("quorum_size: All, quorum_level: RemoteWrite"), 0);
/// assert_eq!(outages("quorum_size: All, quorum_level: On"), 0);
/// assert_eq!(outages("quorum_size: All, quorum_level: RemoteApply"), 1);
/// assert_eq!(outages("quorum_size: All, quorum_level: Local"), 0);
/// ```
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
///
/// # Examples
/// One of two standbys dies. More than half of two are both:
/// ```
/// # let run = |tuning: &str| {
/// #     let text = format!(r#"Scenario(name: "example", until: "3m",
/// #         services: [Service(name: "orders", plan: Premium)],
/// #         clients: [Writer(name: "app", service: "orders", writes_per_s: 100)],
/// #         tuning: Tuning(commit_mode: Quorum, {tuning}),
/// #         script: [At("60s", Fault(HostDeath, Standby("orders", 1)))])"#);
/// #     let loaded = cutover::scenario::parse("example.ron", &text).expect("it is valid");
/// #     cutover::sim::run(&loaded.setup, 0)
/// # };
/// let outages = |tuning| run(tuning).clients[0].outages.len();
/// assert_eq!(outages("quorum_size: One"), 0);
/// assert_eq!(outages("quorum_size: Majority"), 1);
/// assert_eq!(outages("quorum_size: All"), 1);
/// ```
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
    pub(crate) fn of(self, standbys: usize) -> usize {
        match self {
            Self::One => 1,
            Self::Majority => standbys / 2 + 1,
            Self::All => standbys.max(1),
        }
    }
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
