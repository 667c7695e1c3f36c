//! The result of a run as data: what happened, what it cost, and how the invariants came out.
//!
//! Knows nothing of how it is printed. Kept here: names, not ids; instants and spans, not text; so
//! that expectations, reports and other people's tests all read the same result.

use super::controlled::SwitchoverOutcome;
use super::failure::Hurry;
use super::lost::ArchiveGap;
use super::phase::PhaseChange;
use super::reached::Reached;
use super::sessions::SessionOutcome;
use super::side_by_side::{GroupOutcome, IntegrationOutcome, OrderOutcome, PairOutcome};
use super::slot_outcome::SlotOutcome;
use super::told::{Line, StanceOutcome};
use crate::check::InvariantOutcome;
use crate::control::ServiceState;
use crate::kernel::{Instant, Lsn, Span};
use crate::knob::Knobs;
use crate::model::{Driver, Endpoint, Plan};

/// The result of one run.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// assert_eq!(outcome.services[0].promotions[0].node, "orders-2");
/// assert_eq!(outcome.clients[0].outages.len(), 1);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The scenario's name.
    pub scenario: String,
    /// The seed of the run.
    pub seed: u64,
    /// The policy that decided.
    pub policy: &'static str,
    /// The values of all knobs.
    pub knobs: Knobs,
    /// The planted fault of the run, if any.
    pub mutant: Option<&'static str>,
    /// When the run ended.
    pub until: Instant,
    /// How many events changed something.
    pub events: u64,
    /// A digest of all events that changed something, in order.
    pub fingerprint: u64,
    /// By how much the run was made likelier than it is; nothing is booked in a run as it is.
    pub hurry: Hurry,
    /// What became of each service, in the order of the scenario.
    pub services: Vec<ServiceOutcome>,
    /// What each client saw, in the order of the scenario.
    pub clients: Vec<ClientOutcome>,
    /// Which services were bound together, in the order of the scenario.
    pub integrations: Vec<IntegrationOutcome>,
    /// What became of each disaster recovery pair, in the order of the scenario.
    pub pairs: Vec<PairOutcome>,
    /// What became of each Global Active Database group, in the order of the scenario.
    pub groups: Vec<GroupOutcome>,
    /// Every order that an operator gave the platform, in order of time.
    pub orders: Vec<OrderOutcome>,
    /// Every fault and heal, in order of time.
    pub faults: Vec<FaultOutcome>,
    /// How the invariants came out, in the order of their table.
    pub invariants: Vec<InvariantOutcome>,
    /// The undocumented values that this result rests on.
    pub stances: Vec<StanceOutcome>,
    /// Maintenance of services with windows, and the states that it was shown in.
    pub switchovers: Vec<SwitchoverOutcome>,
    /// Which rules, phases, faults and orders occurred; empty for a run without notes.
    pub reached: Reached,
    /// Everything that happened, in order.
    pub timeline: Vec<Line>,
}

/// What became of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceOutcome {
    /// Its name.
    pub name: String,
    /// Its plan.
    pub plan: Plan,
    /// Its promotions, in order.
    pub promotions: Vec<Promotion>,
    /// When the platform marked which of its nodes as down.
    pub marked_down: Vec<MarkedDown>,
    /// Its nodes whose fence took effect, and when.
    pub fenced: Vec<Fenced>,
    /// What it lost.
    pub loss: Loss,
    /// The intervals in which two of its nodes were writable at once.
    pub dual_writers: Vec<DualWriters>,
    /// The intervals in which it had no standby that could have been promoted.
    pub exposure: Vec<Exposure>,
    /// The intervals in which none of its nodes took writes.
    pub no_primary: Vec<NoPrimary>,
    /// WAL before the beginnings of its timelines that is in no archive.
    pub archive_gaps: Vec<ArchiveGap>,
    /// What became of its logical slots, slot by slot, primary by primary.
    pub slots: Vec<SlotOutcome>,
    /// Every change of its DNS names, with the state at the start first.
    pub dns: Vec<DnsChange>,
    /// How many nodes existed and how many were in service, at every change.
    pub census: Vec<Census>,
    /// What each node acknowledged to whom.
    pub sessions: Vec<SessionOutcome>,
    /// The phases of the platform's work that it entered, in order.
    pub phases: Vec<PhaseChange>,
    /// The states in which it was shown, from when on, once an order had the whole of it down.
    pub states: Vec<(Instant, ServiceState)>,
}

/// A standby that became primary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promotion {
    /// The promoted node.
    pub node: String,
    /// The primary before it.
    pub from: String,
    /// Why: `failover`, `switchover`, `restore` (from a backup, because no standby was left), or
    /// the operator's order, such as `read_replica_promotion`.
    pub cause: &'static str,
    /// The rule that ordered it.
    pub rule: &'static str,
    /// The number of the new timeline.
    pub timeline: u32,
    /// Where the new timeline begins.
    pub fork_lsn: Lsn,
    /// Where the old primary's WAL ended, once it had stopped writing.
    pub old_end_lsn: Lsn,
    /// Who could have been promoted, and what was known of each.
    pub candidates: Vec<Candidate>,
    /// When the old primary was marked as down.
    pub marked_down: Instant,
    /// When the promotion was ordered.
    pub ordered: Instant,
    /// When it was finished; nothing if it never was.
    pub finished: Option<Instant>,
    /// When the primary name was served with the new address; nothing if it never was.
    pub published: Option<Instant>,
    /// Whether the old primary still served a client at the promotion.
    pub false_alarm: bool,
}

/// What the platform knew of a node when it chose whom to promote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The node.
    pub node: String,
    /// How far it had received, by its last report, if anything since its server started.
    pub received_lsn: Option<Lsn>,
    /// How far it had replayed, by its last report.
    pub replayed_lsn: Lsn,
    /// How old that report was.
    pub age: Span,
    /// Why it was chosen or passed over, in words.
    pub why: &'static str,
}

/// A node that the platform gave up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkedDown {
    /// The node.
    pub node: String,
    /// When its last report had arrived.
    pub last_report: Instant,
    /// When it was marked as down.
    pub at: Instant,
}

/// A node that can write no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fenced {
    /// The node.
    pub node: String,
    /// When its fence took effect.
    pub at: Instant,
}

/// What a service lost, in commits that clients were told are committed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loss {
    /// Commits whose acknowledgement reached a client.
    pub acked_commits: u64,
    /// Of these, those in the history of the last primary.
    pub surviving_commits: u64,
    /// Of these, those that are not.
    pub lost_commits: u64,
    /// WAL of old timelines beyond the points where new ones begin, in bytes.
    pub lost_bytes: u64,
    /// From the writing of the last WAL that survived to the old primary's last commit.
    pub window: Span,
    /// Commits that were sent and never answered.
    pub in_doubt_commits: u64,
    /// Commits, acknowledged or not, on timelines that nobody follows any more.
    pub divergent_commits: u64,
    /// Commits acknowledged with a warning that no standby has them.
    pub acked_with_warning_commits: u64,
    /// The lost part of each abandoned timeline.
    pub ranges: Vec<LostRange>,
}

/// The part of an abandoned timeline that no later primary has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostRange {
    /// The node that wrote it.
    pub node: String,
    /// The timeline's number.
    pub timeline: u32,
    /// Where the lost part begins.
    pub from_lsn: Lsn,
    /// Where it ends.
    pub to_lsn: Lsn,
    /// How many acknowledged commits it holds.
    pub acked_commits: u64,
    /// How many commits it holds, acknowledged or not.
    pub divergent_commits: u64,
    /// How many of the acknowledged ones had been written by each instant at which something
    /// happened to the service, in order; the end of the run is the last.
    pub acked_by: Vec<(Instant, u64)>,
    /// The acknowledged ones that waited for no standby, if others on the timeline did.
    pub unwaited: Option<Unwaited>,
    /// When the last WAL that survived was written, or when the timeline began.
    pub since: Instant,
    /// How far back in time it reaches.
    pub window: Span,
    /// Whether the disk that holds it still exists at the end of the run.
    pub disk_exists: bool,
}

/// Acknowledged commits of a timeline under quorum commit that waited for no standby.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unwaited {
    /// Made before the setting was in force, or after it.
    pub not_in_force: u64,
    /// Of clients that turned it off for themselves by `synchronous_commit`.
    pub own_setting: u64,
    /// Acknowledged with a warning, since their client would not wait any longer.
    pub with_warning: u64,
}

impl ServiceOutcome {
    /// Returns its promotions that were finished, in order.
    pub fn finished(&self) -> impl DoubleEndedIterator<Item = &Promotion> {
        self.promotions.iter().filter(|promotion| promotion.finished.is_some())
    }
}

/// An interval in which two nodes of a service were writable at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DualWriters {
    /// The nodes, the one that lost first.
    pub nodes: Vec<String>,
    /// When it began.
    pub start: Instant,
    /// When it ended; nothing if it lasted to the end of the run.
    pub end: Option<Instant>,
    /// Commits acknowledged in it on the side that lost.
    pub losing_commits: u64,
    /// The clients that committed on the side that lost.
    pub clients: Vec<String>,
}

/// An interval in which a service had no standby that could have been promoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposure {
    /// When it began.
    pub start: Instant,
    /// When it ended; nothing if it lasted to the end of the run.
    pub end: Option<Instant>,
    /// Acknowledged commits that losing the primary at its worst instant would have cost.
    pub would_lose_commits: u64,
}

/// An interval in which no node of a service took writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoPrimary {
    /// When it began.
    pub start: Instant,
    /// When it ended; nothing if it lasted to the end of the run.
    pub end: Option<Instant>,
}

/// A change of a DNS name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsChange {
    /// The name's label, such as `replica-orders`.
    pub name: String,
    /// Which of the service's names it is.
    pub endpoint: Endpoint,
    /// When the change was served.
    pub at: Instant,
    /// The nodes it points to from then on; none means that nobody answers.
    pub targets: Vec<String>,
}

/// How many nodes a service had from an instant on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Census {
    /// From when on.
    pub at: Instant,
    /// Nodes that existed, those being built included.
    pub existing: u8,
    /// Nodes in service: a primary that accepts writes, and standbys that follow it.
    pub serving: u8,
}

/// What a client saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientOutcome {
    /// Its name.
    pub name: String,
    /// The service it uses.
    pub service: String,
    /// The name it connects to.
    pub endpoint: Endpoint,
    /// Whether it writes.
    pub writes: bool,
    /// What kind of client it is.
    pub driver: Driver,
    /// The logical slot from which it reads, if it does.
    pub slot: Option<String>,
    /// When it could not do its work.
    pub outages: Vec<Outage>,
    /// Commits that it was told are committed.
    pub acked_commits: u64,
    /// How often a new connection showed a reader an older state than the one before.
    pub reads_gone_back: u64,
    /// Commits that a reader saw and that the last primary does not have.
    pub phantom_commits: u64,
}

/// A time in which a client could not do its work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outage {
    /// When the first request was made that was not answered with success.
    pub start: Instant,
    /// When the first request succeeded again; nothing if none did until the end of the run.
    pub end: Option<Instant>,
    /// Where the time went; the parts add up to the whole.
    pub parts: Parts,
}

impl Outage {
    /// Returns how long it lasted within the run.
    pub fn length(&self, until: Instant) -> Span {
        self.end.unwrap_or(until).since(self.start)
    }
}

/// Where the time of an outage went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// The server was down or out of reach and came back by itself.
    pub recover: Span,
    /// The platform had not yet noticed.
    pub detect: Span,
    /// It had noticed and was making sure, or found nobody to promote.
    pub check: Span,
    /// A node was being promoted or restored.
    pub promote: Span,
    /// The name was being published.
    pub publish: Span,
    /// The client's resolver still answered from its cache.
    pub cache: Span,
    /// The client waited for a connection, or on a connection that was dead.
    pub connect: Span,
    /// The client paused between attempts.
    pub retry: Span,
}

/// A fault that struck, or one that was healed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultOutcome {
    /// When.
    pub at: Instant,
    /// The fault's name.
    pub fault: &'static str,
    /// Whether it was healed rather than injected.
    pub healed: bool,
    /// What it struck, in words.
    pub what: String,
    /// The service it struck, if one.
    pub service: Option<String>,
    /// The node it struck, if one.
    pub node: Option<String>,
    /// Whether the node was the primary.
    pub primary: bool,
    /// Every node that it reaches: the one it struck, those of a place, those beside a link.
    pub nodes: Vec<String>,
    /// Whether it keeps news of those nodes from the platform.
    pub hides: bool,
}
