//! One run of a daemon's decision procedure.
//!
//! A pure function of the daemon's belief and its own clock: no chance, no world. Kept here: the
//! procedure ends in exactly one gate, and only one of them promotes anybody: the daemon's own
//! node.

use super::ballot::Ballot;
use super::daemon::{Daemon, Recheck, Seat};
use super::gate::Gate;
use super::map::Map;
use crate::control::Candidacy;
use crate::kernel::Instant;
use crate::knob::Knobs;

/// What one run of the procedure came to.
///
/// # Examples
/// The daemon of a standby misses the primary that it knew, and does not act on one poll:
/// ```
/// # use cutover::kernel::{Instant, Position, Span};
/// # use cutover::knob::Knobs;
/// # let at = |secs| Instant::ZERO + Span::from_secs(secs);
/// # let bytes = |count: u128| Position::from_micro_bytes(count * 1_000_000);
/// use cutover::control::lookout::{Configuration, Daemon, Gate, Poll, Seat, Seen, check};
/// # let poll_all = |daemon: &mut Daemon, now: Instant, reached: &[u16]| {
/// #     for number in daemon.configuration.nodes.clone() {
/// #         let primary = number == 1;
/// #         let state = if primary { Seen::primary } else { Seen::standby };
/// #         let seen = reached.contains(&number).then(|| state(now, bytes(100)));
/// #         daemon.polled(number, Poll { fetched: now, seen });
/// #     }
/// # };
/// let mut daemon = Daemon::new(Seat::Node(2), Configuration::of(2), at(0));
/// poll_all(&mut daemon, at(100), &[1, 2]);
/// assert_eq!(check(&Knobs::default(), &mut daemon, at(100)).verdict, Gate::TolerateLag);
/// poll_all(&mut daemon, at(200), &[2]);
/// let outcome = check(&Knobs::default(), &mut daemon, at(200));
/// assert_eq!(outcome.verdict, Gate::AwaitRecheck);
/// assert!(outcome.poll_now && !outcome.promote_self && outcome.alerts.is_empty());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Check {
    /// Where the procedure ended.
    pub verdict: Gate,
    /// Whether the daemon runs its failover command: its own node is to become primary.
    pub promote_self: bool,
    /// Whether the daemon requests an immediate poll and waits for it.
    pub poll_now: bool,
    /// The alerts that it raises.
    pub alerts: Vec<Alert>,
    /// How the standbys compared, if it came to that.
    pub candidates: Vec<Candidacy>,
}

/// A file that a daemon leaves for its operators.
///
/// # Examples
/// ```
/// # use cutover::kernel::{Instant, Position, Span};
/// # use cutover::knob::Knobs;
/// # let at = |secs| Instant::ZERO + Span::from_secs(secs);
/// # let bytes = |count: u128| Position::from_micro_bytes(count * 1_000_000);
/// use cutover::control::lookout::{Alert, Configuration, Daemon, Poll, Seat, Seen, check};
/// let mut daemon = Daemon::new(Seat::Node(3), Configuration::of(3), at(0));
/// for number in [1, 2] {
///     daemon.polled(number, Poll { fetched: at(1), seen: Some(Seen::primary(at(1), bytes(9))) });
/// }
/// daemon.polled(3, Poll { fetched: at(1), seen: Some(Seen::standby(at(1), bytes(9))) });
/// let outcome = check(&Knobs::default(), &mut daemon, at(1));
/// assert_eq!(outcome.alerts, [Alert::SeveralPrimaries]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Alert {
    /// More than one connected primary; raised at every check that finds them.
    SeveralPrimaries,
    /// The own node's lag has reached the warning; raised when it does, not while it lasts.
    ReplicationDelay,
    /// The daemon has promoted its own node.
    FailoverHappened,
}

impl Check {
    fn ending(verdict: Gate) -> Self {
        Self {
            verdict,
            promote_self: false,
            poll_now: false,
            alerts: Vec::new(),
            candidates: Vec::new(),
        }
    }

    fn alerting(mut self, alert: Option<Alert>) -> Self {
        // The warning is raised before what follows from the lag.
        self.alerts.splice(0..0, alert);
        self
    }
}

/// Runs a daemon's decision procedure at `now` of its own clock.
///
/// While a recheck is outstanding the procedure stands still: it is to be called again when the
/// last answer has arrived, or when `lookout_missing_primary_timeout` is over.
///
/// # Examples
/// A daemon that has missed its primary polls at once, and promotes its node on the answer:
/// ```
/// # use cutover::kernel::{Instant, Position, Span};
/// # use cutover::knob::Knobs;
/// # let at = |secs| Instant::ZERO + Span::from_secs(secs);
/// # let bytes = |count: u128| Position::from_micro_bytes(count * 1_000_000);
/// use cutover::control::lookout::{Configuration, Daemon, Gate, Poll, Seat, Seen, check};
/// # let poll_all = |daemon: &mut Daemon, now: Instant, reached: &[u16]| {
/// #     for number in daemon.configuration.nodes.clone() {
/// #         let primary = number == 1;
/// #         let state = if primary { Seen::primary } else { Seen::standby };
/// #         let seen = reached.contains(&number).then(|| state(now, bytes(100)));
/// #         daemon.polled(number, Poll { fetched: now, seen });
/// #     }
/// # };
/// let mut daemon = Daemon::new(Seat::Node(2), Configuration::of(2), at(0));
/// poll_all(&mut daemon, at(100), &[1, 2]);
/// check(&Knobs::default(), &mut daemon, at(100));
/// poll_all(&mut daemon, at(200), &[2]);
/// assert!(check(&Knobs::default(), &mut daemon, at(200)).poll_now);
/// poll_all(&mut daemon, at(201), &[2]);
/// assert_eq!(check(&Knobs::default(), &mut daemon, at(201)).verdict, Gate::PromoteItself);
/// ```
pub fn check(knobs: &Knobs, daemon: &mut Daemon, now: Instant) -> Check {
    match &daemon.recheck {
        Some(recheck) if !recheck.is_over(now) => Check::ending(Gate::AwaitRecheck),
        Some(_) => {
            daemon.recheck = None;
            rechecked(knobs, daemon, now)
        }
        None => begin(knobs, daemon, now),
    }
}

/// The procedure from its beginning to the question whether a primary can be reached.
fn begin(knobs: &Knobs, daemon: &mut Daemon, now: Instant) -> Check {
    if now < daemon.rests_until {
        return Check::ending(Gate::RestAfterFailover);
    }
    if !daemon.knows_every_node() {
        return Check::ending(Gate::AwaitFirstPolls);
    }
    if daemon.awaits_observers(knobs, now) {
        return Check::ending(Gate::AwaitObservers);
    }
    let map = Map::of(knobs, daemon);
    if let Some(check) = remember(daemon, &map) {
        return check;
    }
    let Seat::Node(own) = daemon.seat else { return Check::ending(Gate::OnlyObserve) };
    if daemon.primary == Some(own) {
        return Check::ending(Gate::StayPrimary);
    }
    if !map.connected.is_empty() {
        return compare_lag(knobs, daemon, &map, (own, now), None);
    }
    if !knobs.lookout_failover_on_disconnect && !map.disconnected.is_empty() {
        return compare_lag(knobs, daemon, &map, (own, now), Some(Gate::DisregardDisconnect));
    }
    if daemon.primary.is_some() {
        return request_recheck(knobs, daemon, now);
    }
    decide(knobs, daemon, &map, (own, now))
}

/// Remembers the map's primary; ends the procedure when there is more than one.
fn remember(daemon: &mut Daemon, map: &Map) -> Option<Check> {
    if map.connected.len() > 1 {
        let check = Check::ending(Gate::ReportSeveralPrimaries);
        return Some(check.alerting(Some(Alert::SeveralPrimaries)));
    }
    daemon.primary = map.primary().or(daemon.primary);
    None
}

fn request_recheck(knobs: &Knobs, daemon: &mut Daemon, now: Instant) -> Check {
    let asks = daemon.polls_observers(knobs);
    daemon.recheck = Some(Recheck {
        asked: now,
        until: now + knobs.lookout_missing_primary_timeout,
        nodes: daemon.configuration.nodes.clone(),
        observers: if asks { daemon.configuration.observers.clone() } else { Vec::new() },
    });
    Check { poll_now: true, ..Check::ending(Gate::AwaitRecheck) }
}

/// The procedure from the end of a recheck.
fn rechecked(knobs: &Knobs, daemon: &mut Daemon, now: Instant) -> Check {
    let map = Map::of(knobs, daemon);
    if let Some(check) = remember(daemon, &map) {
        return check;
    }
    if !map.connected.is_empty() {
        return Check::ending(Gate::FindPrimaryBack);
    }
    let Seat::Node(own) = daemon.seat else { return Check::ending(Gate::OnlyObserve) };
    let gone = daemon.primary.is_some_and(|it| daemon.configuration.known_gone.contains(&it));
    if gone || now.since(daemon.configured) >= knobs.lookout_missing_primary_timeout {
        return decide(knobs, daemon, &map, (own, now));
    }
    compare_lag(knobs, daemon, &map, (own, now), Some(Gate::AwaitNewConfiguration))
}

/// Compares the own node's lag with its two thresholds.
///
/// `reason` is why a missing primary alone was not enough, if it is missing.
fn compare_lag(
    knobs: &Knobs,
    daemon: &mut Daemon,
    map: &Map,
    (own, now): (u16, Instant),
    reason: Option<Gate>,
) -> Check {
    let end = |gate| Check::ending(reason.unwrap_or(gate));
    let Some(sight) = daemon.sights.get(&own).copied() else { return end(Gate::IgnoreUnknownLag) };
    if daemon.is_catching_up(knobs, now, &sight) {
        return end(Gate::IgnoreLagOfCatchUp);
    }
    let Some(lag) = sight.seen.and_then(|seen| seen.lag) else {
        return end(Gate::IgnoreUnknownLag);
    };
    let mut alert = None;
    if lag < knobs.lookout_warning_lag {
        daemon.lag_warned = None;
    } else if daemon.lag_warned.is_none() {
        daemon.lag_warned = Some(now);
        alert = Some(Alert::ReplicationDelay);
    }
    if lag < knobs.lookout_failover_lag {
        return end(Gate::TolerateLag).alerting(alert);
    }
    decide(knobs, daemon, map, (own, now)).alerting(alert)
}

/// Decides whether the own node is to become primary.
fn decide(knobs: &Knobs, daemon: &mut Daemon, map: &Map, (own, now): (u16, Instant)) -> Check {
    if !map.connected.is_empty() {
        return Check::ending(Gate::RespectPrimary);
    }
    // The instants are of two clocks, the daemon's and that of the first disconnected primary,
    // which need not be the one that fell silent last.
    let silent = map.disconnected.first().and_then(|(_, sight)| sight.seen);
    if silent.is_some_and(|seen| now.since(seen.db_time) < knobs.lookout_failover_lag) {
        return Check::ending(Gate::AwaitSilence);
    }
    let ballot = Ballot::of(knobs, daemon, map, now);
    let never = daemon.configuration.never_promote.contains(&own);
    let verdict = match ballot.furthest {
        None => Gate::LackPositions,
        Some(furthest) if furthest == own && daemon.configuration.maintenance => {
            Gate::StayForMaintenance
        }
        Some(furthest) if furthest == own && !ballot.has_majority => Gate::LackMajority,
        Some(furthest) if furthest == own => Gate::PromoteItself,
        Some(_) if never => Gate::StayUnpromoted,
        Some(_) => Gate::DeferToFurthest,
    };
    let promote = verdict == Gate::PromoteItself;
    if promote {
        daemon.rests_until = now + knobs.lookout_failover_sleep;
        daemon.lag_warned = None;
    }
    Check {
        promote_self: promote,
        alerts: if promote { vec![Alert::FailoverHappened] } else { Vec::new() },
        candidates: ballot.candidates,
        ..Check::ending(verdict)
    }
}
