//! Ranges of commits: lost, divergent, seen in vain.
//!
//! A lost range is split at the instants that decide whose it is: the fault, the moment at which
//! the primary was given up, the moment at which another node was primary. Knows nothing of
//! outages. Kept here: the lines of a range add up to what the range holds.

use super::cause;
use super::chain::{cause_of, fences, noticing, strike};
use super::entry::{Entry, Kind, Link};
use super::scale::Scale;
use crate::check::Amount;
use crate::kernel::Instant;
use crate::sim::{FaultOutcome, LostRange, Outcome, Promotion, ServiceOutcome};

/// Returns the lines of lost and divergent commits of every service.
pub(super) fn of_services(outcome: &Outcome) -> Vec<Entry> {
    let mut entries = Vec::new();
    for service in &outcome.services {
        entries.extend(service.loss.ranges.iter().flat_map(|range| lines(outcome, service, range)));
    }
    entries
}

/// Returns the lines of commits that readers saw in vain.
pub(super) fn of_readers(outcome: &Outcome) -> Vec<Entry> {
    let misled = outcome.clients.iter().filter(|client| client.phantom_commits > 0);
    let line = |client: &crate::sim::ClientOutcome| {
        let service = cause::service_of(outcome, client)?;
        let last = service.promotions.iter().rev().find(|one| one.finished.is_some());
        let chain = last.map(|one| cause_of(outcome, service, one)).unwrap_or_default();
        let scale = service.loss.ranges.first().map_or_else(
            || Scale::knobs(&outcome.knobs, &["replication_delay"]),
            |range| behind(outcome, service, (range, last)),
        );
        Some(Entry {
            service: client.service.clone(),
            subject: client.name.clone(),
            kind: Kind::Phantom,
            amount: Amount::Commits(client.phantom_commits),
            from: last.and_then(|one| one.finished).unwrap_or(outcome.until),
            to: outcome.until,
            range: None,
            scale,
            chain,
        })
    };
    misled.filter_map(line).collect()
}

/// The instants that decide whose a lost commit is.
struct Turns<'a> {
    fault: Option<&'a FaultOutcome>,
    promotion: Option<&'a Promotion>,
    struck: Instant,
    noticed: Instant,
    promoted: Instant,
    /// When it could be reached again, so that a fence was on its way.
    reached: Instant,
}

impl<'a> Turns<'a> {
    fn of(outcome: &'a Outcome, service: &'a ServiceOutcome, range: &LostRange) -> Self {
        let mut ended = service.promotions.iter().filter(|one| one.finished.is_some());
        let promotion = ended.find(|one| one.from == range.node);
        let until = outcome.until;
        let Some(promotion) = promotion else {
            // Nobody took over from it: it is the one of two that was not followed.
            let start = range.since;
            let (fault, promotion) = (None, None);
            let turns = Self {
                fault,
                promotion,
                struck: start,
                noticed: start,
                promoted: start,
                reached: start,
            };
            return turns;
        };
        let noticed = promotion.marked_down.min(promotion.ordered);
        let marks = service.marked_down.iter().filter(|mark| mark.node == range.node);
        let last = marks.rev().find(|mark| mark.at <= noticed);
        let last_report = last.map_or(Instant::ZERO, |mark| mark.last_report);
        let fault = cause::of_silence(outcome, &range.node, (last_report, noticed));
        let promoted = promotion.finished.unwrap_or(until);
        let ended = fault.and_then(|fault| cause::ended(outcome, fault));
        let fenced = service.fenced.iter().any(|fence| fence.node == range.node);
        let out_of_reach = ended.or((!fenced).then_some(until)).unwrap_or(promoted);
        Self {
            fault,
            promotion: Some(promotion),
            struck: fault.map_or(noticed, |fault| fault.at),
            noticed,
            promoted,
            reached: if fault.is_some() { out_of_reach.max(promoted) } else { promoted },
        }
    }
}

fn lines(outcome: &Outcome, service: &ServiceOutcome, range: &LostRange) -> Vec<Entry> {
    let turns = Turns::of(outcome, service, range);
    let ends = [
        (Kind::LostBehind, turns.struck),
        (Kind::LostUnnoticed, turns.noticed),
        (Kind::LostDeciding, turns.promoted),
        (Kind::LostBeside, turns.reached),
        (Kind::LostFencing, outcome.until),
    ];
    let (mut from, mut counted) = (range.since, 0);
    let mut entries = Vec::new();
    let last_fault = turns.fault;
    for (kind, end) in ends {
        let last = kind == Kind::LostFencing;
        let by_then = if last { range.acked_commits } else { range.lost_by(end) };
        let commits = by_then.max(counted) - counted;
        counted += commits;
        let to = end.max(from).min(outcome.until);
        if commits > 0 {
            let amount = Amount::Commits(commits);
            let entry = entry(service, range, (kind, amount), (from, to));
            entries.push(Entry {
                scale: scale(outcome, service, range, (kind, &turns)),
                chain: chain(outcome, service, range, (kind, &turns)),
                ..entry
            });
        }
        from = to;
    }
    let untold = range.divergent_commits - range.acked_commits.min(range.divergent_commits);
    if untold > 0 {
        let amount = Amount::Commits(untold);
        let entry = entry(service, range, (Kind::Divergent, amount), (range.since, outcome.until));
        let scale = behind(outcome, service, (range, turns.promotion));
        let scale = if last_fault.is_some() { scale } else { fence(outcome) };
        let chain = chain(outcome, service, range, (Kind::LostDeciding, &turns));
        entries.push(Entry { scale, chain, ..entry });
    }
    entries
}

fn entry(
    service: &ServiceOutcome,
    range: &LostRange,
    (kind, amount): (Kind, Amount),
    (from, to): (Instant, Instant),
) -> Entry {
    Entry {
        service: service.name.clone(),
        subject: range.node.clone(),
        kind,
        amount,
        from,
        to,
        range: Some((range.timeline, range.from_lsn, range.to_lsn)),
        scale: Scale::Knobs(Vec::new()),
        chain: Vec::new(),
    }
}

fn scale(
    outcome: &Outcome,
    service: &ServiceOutcome,
    range: &LostRange,
    (kind, turns): (Kind, &Turns<'_>),
) -> Scale {
    let daemons = turns.promotion.is_some_and(|one| one.rule == "promote-self");
    match kind {
        Kind::LostUnnoticed if daemons => Scale::knobs(&outcome.knobs, &["lookout_failover_lag"]),
        Kind::LostUnnoticed => Scale::knobs(&outcome.knobs, &["detection_timeout"]),
        Kind::LostDeciding => Scale::knobs(&outcome.knobs, &["promotion_overhead"]),
        Kind::LostBeside => {
            turns.fault.map_or_else(|| fence(outcome), |fault| Scale::Fault(fault.fault))
        }
        Kind::LostFencing => fence(outcome),
        Kind::LostBehind
        | Kind::Divergent
        | Kind::Phantom
        | Kind::Again(_)
        | Kind::Gap(_)
        | Kind::Outage(_) => behind(outcome, service, (range, turns.promotion)),
    }
}

/// Returns what decides how far behind the next primary was.
fn behind(
    outcome: &Outcome,
    service: &ServiceOutcome,
    (range, promotion): (&LostRange, Option<&Promotion>),
) -> Scale {
    match (obstacle(outcome, service, (range, promotion)), promotion) {
        _ if service.loss.acked_with_warning_commits > 0 => {
            Scale::knobs(&outcome.knobs, &["quorum_wait_cancel"])
        }
        (Some(fault), _) => Scale::Fault(fault.fault),
        (None, Some(one)) if one.cause == "restore" => {
            Scale::knobs(&outcome.knobs, &["archive_period", "wal_segment"])
        }
        (None, _) => Scale::knobs(&outcome.knobs, &["replication_delay", "replication_goodput"]),
    }
}

/// Returns the fault that kept the WAL of a range from whoever took over.
fn obstacle<'a>(
    outcome: &'a Outcome,
    service: &ServiceOutcome,
    (range, promotion): (&LostRange, Option<&Promotion>),
) -> Option<&'a FaultOutcome> {
    let promotion = promotion?;
    let mut instants = [range.since, range.since + range.window].into_iter();
    if promotion.cause == "restore" {
        return instants.find_map(|at| cause::lasts(outcome, service, &["UploadStall"], at));
    }
    instants.find_map(|at| cause::between(outcome, (&range.node, &promotion.node), at))
}

fn fence(outcome: &Outcome) -> Scale {
    Scale::knobs(&outcome.knobs, &["fence_delay", "fencing"])
}

fn chain(
    outcome: &Outcome,
    service: &ServiceOutcome,
    range: &LostRange,
    (kind, turns): (Kind, &Turns<'_>),
) -> Vec<Link> {
    let Some(promotion) = turns.promotion else {
        let what = format!("{} begins timeline {}", range.node, range.timeline);
        return vec![Link::new(range.since, what)];
    };
    let mut chain = noticing(outcome, service, promotion);
    let failover = cause_of(outcome, service, promotion);
    chain.extend(failover.into_iter().skip(chain.len()));
    if chain.is_empty() {
        chain.extend(turns.fault.map(strike));
    }
    let obstacle = obstacle(outcome, service, (range, turns.promotion));
    for link in obstacle.into_iter().map(strike) {
        if !chain.contains(&link) {
            chain.push(link);
        }
    }
    chain.extend(cause::of_others(outcome, service, promotion).into_iter().map(strike));
    chain.sort_by_key(|link| link.at);
    if !matches!(kind, Kind::LostBeside | Kind::LostFencing) {
        return chain;
    }
    if let Some(healed) = turns.fault.and_then(|fault| cause::ended(outcome, fault)) {
        chain.push(Link::new(healed, format!("{} can be reached again", range.node)));
    }
    chain.extend(fences(outcome, service, &range.node));
    chain.retain(|link| link.at <= outcome.until);
    chain.sort_by_key(|link| link.at);
    chain
}
