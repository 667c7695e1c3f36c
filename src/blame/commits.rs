//! Ranges of commits: lost, divergent, seen in vain.
//!
//! A lost range is split at the instants that decide whose it is: the fault, the moment at which
//! the primary was given up, the moment at which another node was primary. Knows nothing of
//! outages. Kept here: the lines of a range add up to what the range holds.

use super::chain::{cause_of, fences, in_order, interrupted, phase_before, strike};
use super::entry::{Entry, Kind, Link};
use super::scale::Scale;
use super::successor::{self, Successor};
use super::{cause, daemon, order};
use crate::check::Amount;
use crate::control::PhaseName;
use crate::kernel::Instant;
use crate::sim::{
    ByHand, FaultOutcome, LostRange, OrderOutcome, Outcome, Promotion, ServiceOutcome,
};

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
    let losses = of_services(outcome);
    let line = |client: &crate::sim::ClientOutcome| {
        let service = cause::service_of(outcome, client)?;
        let last = service.promotions.iter().rev().find(|one| one.finished.is_some());
        // What was seen in vain is of what was lost: a read replica's primary lost it.
        let own = losses.iter().filter(|entry| entry.service == client.service);
        let most = own.max_by_key(|entry| size(entry));
        let most = most.or_else(|| losses.iter().max_by_key(|entry| size(entry)));
        let cause = most.map(|entry| (entry.scale.clone(), entry.chain.clone()));
        let (scale, chain) = cause.unwrap_or_else(|| {
            let chain = last.map(|one| cause_of(outcome, service, one)).unwrap_or_default();
            (Scale::knobs(&outcome.knobs, &["replication_delay"]), chain)
        });
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

/// Returns how many commits a line holds.
fn size(entry: &Entry) -> u64 {
    if let Amount::Commits(commits) = entry.amount { commits } else { 0 }
}

/// The instants that decide whose a lost commit is.
struct Turns<'a> {
    fault: Option<&'a FaultOutcome>,
    successor: Option<Successor<'a>>,
    struck: Instant,
    noticed: Instant,
    promoted: Instant,
    /// When it could be reached again and a fence set out.
    reached: Instant,
}

impl<'a> Turns<'a> {
    fn of(outcome: &'a Outcome, service: &'a ServiceOutcome, range: &LostRange) -> Self {
        let successor = successor::of_range(outcome, service, range);
        let mut fences = service.fenced.iter();
        let fence = fences.find(|fence| fence.node == range.node).map(|fence| fence.set_out);
        let promotion = successor.map(|one| one.promotion).filter(|_| range.by_hand.is_none());
        let (Some(one), Some(promotion)) = (successor, promotion) else {
            // If nobody took over from it, it is the one of two that was not followed.
            let at = range.by_hand.as_ref().map_or(range.since, |act| act.at);
            let reached = fence.unwrap_or(outcome.until).max(at);
            let fault = None;
            return Self { fault, successor, struck: at, noticed: at, promoted: at, reached };
        };
        let noticed = promotion.marked_down.min(promotion.ordered);
        let promoted = promotion.finished.unwrap_or(outcome.until);
        let fault = behind_it(outcome, (service, range), one);
        let reached = fence.unwrap_or(outcome.until).max(promoted);
        let struck = fault.map_or(noticed, |fault| fault.at);
        Self { fault, successor, struck, noticed, promoted, reached }
    }

    fn promotion(&self) -> Option<&'a Promotion> {
        self.successor.map(|one| one.promotion)
    }

    /// Returns the order behind the promotion, if one is.
    fn order(&self, outcome: &'a Outcome) -> Option<&'a OrderOutcome> {
        let one = self.successor?;
        order::of_promotion(outcome, one.service, one.promotion)
    }
}

/// Returns the fault that made a promotion necessary, or struck before it was ordered.
fn behind_it<'a>(
    outcome: &'a Outcome,
    (service, range): (&ServiceOutcome, &LostRange),
    successor: Successor<'_>,
) -> Option<&'a FaultOutcome> {
    let promotion = successor.promotion;
    let noticed = promotion.marked_down.min(promotion.ordered);
    let old = if successor.replaces(&range.node) { &range.node } else { &promotion.from };
    let owner = cause::owner(outcome, old).unwrap_or(service);
    let marks = owner.marked_down.iter().filter(|mark| mark.node == *old);
    let last = marks.rev().find(|mark| mark.at <= noticed);
    let last_report = last.map_or(Instant::ZERO, |mark| mark.last_report);
    let ordered = order::is_ordered(successor.service, promotion);
    // What is ordered needs no fault: one that was there before has to have lasted.
    let since = if ordered { promotion.ordered } else { last_report };
    let fault = cause::of_silence(outcome, old, (since, noticed));
    let lasts = |fault: &&FaultOutcome| {
        fault.hides && cause::over(fault).is_none_or(|end| end > promotion.ordered)
    };
    fault.filter(|fault| !ordered || lasts(fault))
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
        let waits = range.unwaited.is_some();
        let scale = if waits && last_fault.is_some() {
            behind(outcome, service, (range, turns.promotion()))
        } else {
            // Nobody was told of them, since the answer was on its way.
            Scale::knobs(&outcome.knobs, &["client_delay", "region_delay"])
        };
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
    let knobs = |names: &[&str]| Scale::knobs(&outcome.knobs, names);
    let by_daemon = turns.promotion().filter(|one| one.rule == "promote-self");
    let stopped =
        service.fenced.iter().any(|fence| fence.node == range.node && fence.at <= turns.promoted);
    let restored = turns.promotion().is_some_and(|one| one.cause == "restore");
    match kind {
        Kind::LostUnnoticed => match (by_daemon, turns.order(outcome)) {
            (Some(promotion), _) => daemon::scale(outcome, promotion),
            (None, Some(order)) => Scale::Order(order.order),
            (None, None) => knobs(&["detection_timeout"]),
        },
        // It went on until the fence, and not until another was primary.
        Kind::LostDeciding if stopped => fence(outcome),
        Kind::LostDeciding if restored => knobs(&["node_build", "restore_rate", "database_size"]),
        Kind::LostDeciding => knobs(&["promotion_overhead"]),
        Kind::LostBeside => {
            let hiding = turns.fault.filter(|fault| fault.hides);
            let wiped = turns.successor.and_then(|one| wiped(outcome, service, one));
            match (&range.by_hand, wiped, hiding) {
                (Some(act), ..) => Scale::Order(act.order),
                (None, Some(order), _) => Scale::Order(order.order),
                (None, None, Some(fault)) => Scale::Fault(fault.fault),
                (None, None, None) => knobs(&["fencing"]),
            }
        }
        Kind::LostFencing => fence(outcome),
        Kind::LostBehind
        | Kind::Divergent
        | Kind::Phantom
        | Kind::Again(_)
        | Kind::Gap(_)
        | Kind::Outage(_) => behind(outcome, service, (range, turns.promotion())),
    }
}

/// Returns the order that ended the history of an instance that had left its group.
fn wiped<'a>(
    outcome: &'a Outcome,
    service: &ServiceOutcome,
    successor: Successor<'_>,
) -> Option<&'a OrderOutcome> {
    let promotion = successor.promotion;
    let promoted = promotion.finished.filter(|_| promotion.cause == "gad_promotion")?;
    let all = outcome.orders.iter().filter(|order| order.refusal.is_none());
    let mut later = all.filter(|order| order.service == service.name && order.at >= promoted);
    later.find(|order| order.order == "AddSecondary")
}

/// Returns what decides how far behind the next primary was.
fn behind(
    outcome: &Outcome,
    service: &ServiceOutcome,
    (range, promotion): (&LostRange, Option<&Promotion>),
) -> Scale {
    if service.loss.acked_with_warning_commits > 0 {
        return Scale::knobs(&outcome.knobs, &["quorum_wait_cancel"]);
    }
    let obstacle = obstacle(outcome, service, (range, promotion));
    let names: &[&str] = match (obstacle, promotion) {
        (None, Some(one)) if one.cause == "restore" && unsaved(service, one) => {
            &["backup_rate", "database_size"]
        }
        (None, Some(one)) if one.cause == "power_on" => {
            &["power_off", "archive_period", "wal_segment"]
        }
        (None, Some(one)) if one.cause != "restore" && is_of_another(outcome, service, one) => {
            &["cross_service_lag"]
        }
        _ => return Scale::of_lag(outcome, obstacle, promotion),
    };
    Scale::knobs(&outcome.knobs, names)
}

/// Returns whether a promoted node is of a service that had followed this one.
fn is_of_another(outcome: &Outcome, service: &ServiceOutcome, promotion: &Promotion) -> bool {
    cause::owner(outcome, &promotion.node) != Some(service)
}

/// Returns whether a restore came before the first full backup after an upgrade.
fn unsaved(service: &ServiceOutcome, promotion: &Promotion) -> bool {
    phase_before(service, promotion.ordered) == Some(PhaseName::BackingUp)
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
        // What lies behind a gap of the archive is of no use, whenever the gap came about.
        let behind = promotion.fork_lsn < range.from_lsn;
        if let Some(fault) = cause::earlier(outcome, service, ("UploadStall", range.since))
            && behind
        {
            return Some(fault);
        }
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
    let Some(one) = turns.successor else {
        let mut chain: Vec<Link> = range.by_hand.as_ref().map(done).into_iter().collect();
        let what = format!("{} writes to timeline {}", range.node, range.timeline);
        chain.push(Link::new(range.since, what));
        return in_order(chain);
    };
    let promotion = one.promotion;
    let mut chain: Vec<Link> = range.by_hand.as_ref().map(done).into_iter().collect();
    chain.extend(turns.fault.map(strike));
    chain.extend(cause_of(outcome, one.service, promotion));
    chain.extend(obstacle(outcome, service, (range, turns.promotion())).map(strike));
    chain.extend(interrupted(outcome, service, promotion.ordered));
    chain.extend(cause::of_others(outcome, one.service, promotion).into_iter().map(strike));
    let hiding = turns.fault.filter(|fault| fault.hides);
    let healed = hiding.and_then(|fault| fault.ended);
    let fence = fences(outcome, service, &range.node);
    if matches!(kind, Kind::LostBeside | Kind::LostFencing) {
        let before = |at: &Instant| fence.as_ref().is_none_or(|fence| *at <= fence.at);
        chain.extend(
            healed
                .filter(before)
                .map(|healed| Link::new(healed, format!("{} can be reached again", range.node))),
        );
        chain.extend(fence);
        chain.extend(wiped(outcome, service, one).map(order::given));
    } else if kind == Kind::LostDeciding && healed.is_some_and(|at| at > turns.noticed) {
        chain.extend(healed.filter(|at| *at <= turns.promoted).map(|healed| {
            Link::new(healed, format!("{} can be reached again, and takes writes", range.node))
        }));
    }
    chain.retain(|link| link.at <= outcome.until);
    in_order(chain)
}

fn done(act: &ByHand) -> Link {
    Link::new(act.at, order::deed(act.order, &act.node))
}
