//! What became of a service, as data: promotions, nodes, names and who took writes.
//!
//! Knows nothing of how it is printed. Kept here: names, not ids; lists are in order of time.

use super::background::Background;
use super::lost::{ArchiveGap, Loss};
use super::phase::PhaseChange;
use super::sessions::SessionOutcome;
use super::slot_outcome::SlotOutcome;
use crate::control::ServiceState;
use crate::kernel::{Instant, Lsn, Span};
use crate::model::{Endpoint, Plan};

/// What became of a service.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// let service = &outcome.services[0];
/// assert_eq!((service.name.as_str(), service.promotions.len()), ("orders", 1));
/// assert_eq!(service.loss.lost_commits, 0);
/// assert!(service.dual_writers.is_empty());
/// ```
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
    /// What lay behind its promotions and the outages of its clients.
    pub background: Background,
}

impl ServiceOutcome {
    /// Returns its promotions that were finished, in order.
    ///
    /// # Examples
    /// An election whose choice dies ends in no promotion:
    /// ```
    /// # let loaded = cutover::scenario::load("scenarios/both-nodes-die.ron".as_ref())
    /// #     .expect("it is valid");
    /// let outcome = cutover::sim::run(&loaded.setup, 0);
    /// let service = &outcome.services[0];
    /// let nodes: Vec<&str> = service.finished().map(|one| one.node.as_str()).collect();
    /// assert_eq!((nodes.as_slice(), service.promotions.len()), (&["orders-3"][..], 2));
    /// ```
    pub fn finished(&self) -> impl DoubleEndedIterator<Item = &Promotion> {
        self.promotions.iter().filter(|promotion| promotion.finished.is_some())
    }
}

/// A standby that became primary.
///
/// # Examples
/// The host died a minute into the run; the platform waited for another, and promoted in a second:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::kernel::{Instant, Span};
/// let one = &outcome.services[0].promotions[0];
/// assert_eq!((one.node.as_str(), one.from.as_str(), one.timeline), ("orders-2", "orders-1", 2));
/// assert_eq!((one.cause, one.rule), ("failover", "promote-for-silent-primary"));
/// assert_eq!(one.marked_down, Instant::from_micros(117_005_000));
/// assert_eq!(one.finished, Some(one.ordered + Span::from_millis(1_005)));
/// ```
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
///
/// # Examples
/// Of two that are as far along, one is preferred:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/maintenance-in-its-window.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// let promotion = &outcome.services[0].promotions[0];
/// let [passed, chosen] = &promotion.candidates[..] else { panic!("there are two") };
/// assert_eq!(passed.replayed_lsn, chosen.replayed_lsn);
/// assert_eq!((chosen.node.as_str(), chosen.why), (promotion.node.as_str(), "furthest along"));
/// ```
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
///
/// # Examples
/// A node is given up after a minute of silence:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::kernel::Span;
/// let mark = &outcome.services[0].marked_down[0];
/// assert_eq!(mark.node, "orders-1");
/// assert_eq!(mark.at.since(mark.last_report), Span::from_secs(60));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkedDown {
    /// The node.
    pub node: String,
    /// When its last report had arrived.
    pub last_report: Instant,
    /// When it was marked as down.
    pub at: Instant,
    /// Whether it was the primary then.
    pub was_primary: bool,
}

/// A node that can write no more.
///
/// # Examples
/// The partition heals at 180 s, and the fence takes another ten:
/// ```
/// # let path = "scenarios/partition-with-clients-on-the-old-side.ron".as_ref();
/// # let loaded = cutover::scenario::load(path).expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// let fenced = &outcome.services[0].fenced[0];
/// assert_eq!((fenced.node.as_str(), fenced.at.as_micros()), ("orders-1", 190_000_000));
/// assert_eq!(fenced.set_out.as_micros(), 180_000_000);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fenced {
    /// The node.
    pub node: String,
    /// When its fence set out: it was wanted, and the node could be reached.
    pub set_out: Instant,
    /// When its fence took effect.
    pub at: Instant,
}

/// An interval in which two nodes of a service were writable at once.
///
/// # Examples
/// From the promotion of one to the fence of the other:
/// ```
/// # let path = "scenarios/partition-with-clients-on-the-old-side.ron".as_ref();
/// # let loaded = cutover::scenario::load(path).expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// let service = &outcome.services[0];
/// let both = &service.dual_writers[0];
/// assert_eq!((both.nodes.as_slice(), both.clients.as_slice()), (
///     &["orders-1".to_owned(), "orders-2".to_owned()][..],
///     &["app".to_owned()][..],
/// ));
/// assert_eq!(Some(both.start), service.promotions[0].finished);
/// assert_eq!((both.end, both.losing_commits), (Some(service.fenced[0].at), 14_283));
/// ```
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
///
/// # Examples
/// From the promotion of the only standby until another one has caught up:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// let exposure = &outcome.services[0].exposure[0];
/// assert_eq!(exposure.start.as_micros(), 117_010_000);
/// let end = exposure.end.expect("a new standby was built");
/// assert_eq!((end.as_micros(), exposure.would_lose_commits), (507_911_589, 5_461));
/// ```
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
///
/// # Examples
/// From the death of the host to the end of the promotion:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// let service = &outcome.services[0];
/// let none = service.no_primary[0];
/// assert_eq!((none.start, none.end), (outcome.faults[0].at, service.promotions[0].finished));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoPrimary {
    /// When it began.
    pub start: Instant,
    /// When it ended; nothing if it lasted to the end of the run.
    pub end: Option<Instant>,
}

/// A change of a DNS name.
///
/// # Examples
/// The name follows the promotion, and the replica's is unreachable until there is a standby:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// use cutover::model::Endpoint;
/// let service = &outcome.services[0];
/// let of = |endpoint| service.dns.iter().filter(move |change| change.endpoint == endpoint);
/// let moved = of(Endpoint::Primary).last().expect("it was moved");
/// assert_eq!((moved.targets[0].as_str(), Some(moved.at)), (
///     "orders-2",
///     service.promotions[0].published,
/// ));
/// let targets: Vec<usize> = of(Endpoint::Replica).map(|change| change.targets.len()).collect();
/// assert_eq!(targets, [1, 0, 1]);
/// ```
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
///
/// # Examples
/// Two nodes, one, none that serves, and two again:
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// let census = outcome.services[0].census.iter();
/// let counts: Vec<(u8, u8)> = census.map(|of| (of.existing, of.serving)).collect();
/// assert_eq!(counts, [(2, 2), (1, 0), (1, 1), (2, 1), (2, 2)]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Census {
    /// From when on.
    pub at: Instant,
    /// Nodes that existed, those being built included.
    pub existing: u8,
    /// Nodes in service: a primary that accepts writes, and standbys that follow it.
    pub serving: u8,
}
