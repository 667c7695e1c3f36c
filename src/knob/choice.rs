//! The closed sets that knobs of failovers and of names choose from.
//!
//! Each answers one question that the sources leave open. Knows nothing of what a choice leads to.
//! Kept here: the first variant is the default.

use serde::{Deserialize, Serialize};

/// From which instant the detection timeout runs.
///
/// # Examples
/// With `timeout_origin`, the 60 s of a primary that dies begin 5 s sooner or later:
/// ```
/// # let run = |choice| {
/// #     let path = "scenarios/business-primary-crash.ron";
/// #     let mut loaded = cutover::scenario::load(path.as_ref()).expect("it is valid");
/// #     loaded.setup.knobs.timeout_origin = choice;
/// #     cutover::sim::run(&loaded.setup, 0)
/// # };
/// use cutover::kernel::Span;
/// use cutover::knob::TimeoutOrigin;
/// let silence = |choice| {
///     let down = run(choice).services[0].marked_down[0].clone();
///     down.at.since(down.last_report)
/// };
/// assert_eq!(silence(TimeoutOrigin::LastReport), Span::from_secs(60));
/// assert_eq!(silence(TimeoutOrigin::FirstMissed), Span::from_secs(65));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TimeoutOrigin {
    /// From the last report that arrived, as pglookout counts.
    LastReport,
    /// From the first report that was due and did not arrive.
    FirstMissed,
}

/// What becomes of packets that are on the wire when the sending host dies.
///
/// # Examples
/// With `in_flight_at_host_death`, the last commit of a host that dies arrives or does not:
/// ```
/// # let run = |choice| {
/// #     let path = "scenarios/business-primary-crash.ron";
/// #     let mut loaded = cutover::scenario::load(path.as_ref()).expect("it is valid");
/// #     loaded.setup.knobs.in_flight_at_host_death = choice;
/// #     cutover::sim::run(&loaded.setup, 0)
/// # };
/// use cutover::knob::InFlight;
/// let lost = |choice| run(choice).services[0].loss.lost_bytes;
/// assert_eq!(lost(InFlight::Delivered), 0);
/// assert!(lost(InFlight::Lost) > 0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum InFlight {
    /// They arrive: the network does not know that their sender is gone.
    Delivered,
    /// They vanish with the host.
    Lost,
}

/// How the platform keeps a node that it gave up from writing.
///
/// # Examples
/// An old primary is cut off from the platform for two minutes. With `fencing`, it writes beside
/// the new one until it is reached, not at all, or for ever:
/// ```
/// # let run = |choice| {
/// #     let path = "scenarios/partition-with-clients-on-the-old-side.ron";
/// #     let mut loaded = cutover::scenario::load(path.as_ref()).expect("it is valid");
/// #     loaded.setup.knobs.fencing = choice;
/// #     cutover::sim::run(&loaded.setup, 0)
/// # };
/// use cutover::knob::Fencing;
/// let two_writers = |choice| run(choice).services[0].dual_writers.clone();
/// assert!(two_writers(Fencing::OnContact)[0].end.is_some());
/// assert!(two_writers(Fencing::AtOnce).is_empty());
/// assert!(two_writers(Fencing::Never)[0].end.is_none());
/// ```
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
///
/// # Examples
/// The only standby dies. With `replica_name_when_empty`, readers wait for the next or do not:
/// ```
/// # let run = |choice| {
/// #     let path = "scenarios/business-standby-loss.ron";
/// #     let mut loaded = cutover::scenario::load(path.as_ref()).expect("it is valid");
/// #     loaded.setup.knobs.replica_name_when_empty = choice;
/// #     cutover::sim::run(&loaded.setup, 0)
/// # };
/// use cutover::kernel::Span;
/// use cutover::knob::EmptyReplicaName;
/// let outage = |choice| {
///     let outcome = run(choice);
///     let dash = outcome.clients.iter().find(|one| one.name == "dash").expect("it reads");
///     dash.outages[0].length(outcome.until)
/// };
/// assert!(outage(EmptyReplicaName::DeadAddress) > Span::from_mins(8));
/// assert!(outage(EmptyReplicaName::NoAnswer) > Span::from_mins(8));
/// assert!(outage(EmptyReplicaName::Primary) < Span::from_secs(75));
/// ```
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
///
/// # Examples
/// With `resolver_cache`, the old address is believed for another time:
/// ```
/// # let run = |choice| {
/// #     let path = "scenarios/business-primary-crash.ron";
/// #     let mut loaded = cutover::scenario::load(path.as_ref()).expect("it is valid");
/// #     loaded.setup.knobs.resolver_cache = choice;
/// #     cutover::sim::run(&loaded.setup, 0)
/// # };
/// use cutover::knob::ResolverCache;
/// let cached = |choice| run(choice).clients[0].outages[0].parts.cache;
/// assert_ne!(cached(ResolverCache::KeptWarm), cached(ResolverCache::OnDemand));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ResolverCache {
    /// Somebody asks again at every expiry, so expiries are at the first look-up plus k x TTL.
    KeptWarm,
    /// Filled only when this client asks.
    OnDemand,
}

/// Which position of a standby counts when candidates are compared.
///
/// # Examples
/// Node 2 has replayed 900 bytes and was restarted since, so it has received fewer than node 3.
/// With `election_key`, that counts or does not:
/// ```
/// # use cutover::control::{Action, Manager, decide};
/// # use cutover::kernel::{Instant, Lsn, Position};
/// # use cutover::model::{Condition, Plan, Report, Signal};
/// # let heard = |manager: &mut Manager, number: u16, received: u64, replayed: u64| {
/// #     let at = |lsn| Position::from_lsn(Lsn(lsn));
/// #     let member = manager.member_mut(number).expect("it is known");
/// #     member.report = Some(Report {
/// #         arrived: Instant::ZERO,
/// #         condition: Condition::Standby,
/// #         received: at(received),
/// #         replayed: at(replayed),
/// #         timeline: 1,
/// #     });
/// # };
/// use cutover::knob::{ElectionKey, Knobs};
/// let promoted = |election_key| {
///     let mut manager = Manager::new(Plan::Premium);
///     heard(&mut manager, 2, 100, 900);
///     heard(&mut manager, 3, 500, 500);
///     let knobs = Knobs { election_key, ..Knobs::default() };
///     let decision = decide(&knobs, &mut manager, Instant::ZERO, Signal::SilenceDue(1));
///     decision.actions.into_iter().find(|action| matches!(action, Action::Promote(_)))
/// };
/// assert_eq!(promoted(ElectionKey::Furthest), Some(Action::Promote(2)));
/// assert_eq!(promoted(ElectionKey::Received), Some(Action::Promote(3)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ElectionKey {
    /// The greater of received and replayed: received falls back when a standby restarts.
    Furthest,
    /// The received position alone, literally as pglookout does.
    Received,
}

/// Which of two equally advanced candidates is promoted.
///
/// # Examples
/// With `election_tie`, one of two standbys that are equally far is promoted, or the other:
/// ```
/// # let run = |choice| {
/// #     let path = "scenarios/premium-primary-crash.ron";
/// #     let mut loaded = cutover::scenario::load(path.as_ref()).expect("it is valid");
/// #     loaded.setup.knobs.election_tie = choice;
/// #     cutover::sim::run(&loaded.setup, 0)
/// # };
/// use cutover::knob::ElectionTie;
/// let promoted = |choice| run(choice).services[0].promotions[0].node.clone();
/// assert_eq!(promoted(ElectionTie::HighestName), "orders-3");
/// assert_eq!(promoted(ElectionTie::LowestName), "orders-2");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ElectionTie {
    /// The one with the greatest name.
    HighestName,
    /// The one with the least name.
    LowestName,
}

/// Who decides about failovers.
///
/// # Examples
/// With `policy`, the platform promotes 60 s after the last report, or the standby's own daemon
/// promotes its node when it has missed the primary for long enough:
/// ```
/// # let run = |choice| {
/// #     let path = "scenarios/business-primary-crash.ron";
/// #     let mut loaded = cutover::scenario::load(path.as_ref()).expect("it is valid");
/// #     loaded.setup.knobs.policy = choice;
/// #     cutover::sim::run(&loaded.setup, 0)
/// # };
/// use cutover::knob::Policy;
/// let (platform, daemons) = (run(Policy::Platform), run(Policy::Pglookout));
/// assert_eq!((platform.policy, daemons.policy), ("platform", "pglookout"));
/// let rule = |outcome: &cutover::sim::Outcome| outcome.services[0].promotions[0].rule;
/// assert_ne!(rule(&platform), rule(&daemons));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Policy {
    /// The management platform alone.
    Platform,
    /// A pglookout daemon on every node, each for itself; the platform moves names, builds nodes.
    Pglookout,
}

/// Over which connection a node is asked how it is.
///
/// # Examples
/// A primary takes no new connections. With `heartbeat_connection`, it is heard or given up:
/// ```
/// # let run = |choice| {
/// #     let text = r#"Scenario(name: "example", until: "10m",
/// #         services: [Service(name: "orders", plan: Business)],
/// #         script: [At("60s", Fault(ConnectionsExhausted, Primary("orders")))])"#;
/// #     let mut loaded = cutover::scenario::parse("example.ron", text).expect("it is valid");
/// #     loaded.setup.knobs.heartbeat_connection = choice;
/// #     cutover::sim::run(&loaded.setup, 0)
/// # };
/// use cutover::knob::HeartbeatConnection;
/// let promotions = |choice| run(choice).services[0].promotions.len();
/// assert_eq!(promotions(HeartbeatConnection::Kept), 0);
/// assert_eq!(promotions(HeartbeatConnection::Fresh), 1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum HeartbeatConnection {
    /// One that is kept open.
    Kept,
    /// A fresh one each time, which a server without connections left refuses.
    Fresh,
}
