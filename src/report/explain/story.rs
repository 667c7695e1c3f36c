//! The worst thing of a run in a sentence, its parts, and the events that led to it.
//!
//! Knows nothing of pages. Kept here: a story holds no event that the worst thing could have
//! happened without.

use super::worst::{self, Worst};
use crate::blame::{self, Again, Entry, Gap, Kind, Link, Scale};
use crate::check::{Amount, InvariantOutcome};
use crate::kernel::{Instant, Span};
use crate::model::Endpoint;
use crate::report::findings::Report;
use crate::report::wording::{counted, interval, moment, span};
use crate::scenario::ExpectationOutcome;
use crate::sim::{
    ClientOutcome, DualWriters, LostRange, Outage, Outcome, ServiceOutcome, SlotOutcome,
};

/// What happened and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Story {
    /// What happened, in a sentence.
    pub(super) what: String,
    /// What it consists of.
    pub(super) parts: Vec<Piece>,
    /// The events that led to it, in order of time.
    pub(super) chain: Vec<Link>,
}

/// Returns what several parts come to, in words.
pub(super) fn sum(parts: &[&Piece]) -> String {
    let amount = parts.iter().map(|part| part.amount).sum();
    match parts.first() {
        Some(part) if part.told.contains("commit") => counted(amount, "commit"),
        _ => span(Span::from_micros(amount)),
    }
}

/// What a part of it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// How much.
    pub(super) amount: u64,
    /// The amount in words.
    pub(super) told: String,
    /// What it was needed for, or how it was made, with what it scales with.
    pub(super) how: String,
}

/// Returns the story of the worst thing of a run.
pub(super) fn of(report: &Report<'_>, worst: &Worst<'_>) -> Story {
    let outcome = report.outcome;
    match *worst {
        Worst::Loss(service, range) => loss(outcome, service, range),
        Worst::TwoWriters(service, pair) => two_writers(outcome, service, pair),
        Worst::Violated(row) => violated(outcome, row, worst::outage(report).as_ref()),
        Worst::Missed(row) => missed(outcome, row, worst::outage(report).as_ref()),
        Worst::Gap(service, slot) => gap(outcome, service, slot),
        Worst::Outage(client, outage) => down(outcome, client, outage),
        Worst::Nothing => Story {
            what: "Nothing went wrong: no client was out, no acknowledged commit is lost, no \
                   invariant is violated and no expectation missed."
                .to_owned(),
            ..Story::default()
        },
    }
}

fn loss(outcome: &Outcome, service: &ServiceOutcome, range: &LostRange) -> Story {
    let place = Some((range.timeline, range.from_lsn, range.to_lsn));
    let ledger = blame::ledger(outcome);
    let of_range = |entry: &&Entry| {
        entry.kind.is_loss() && entry.range == place && entry.subject == range.node
    };
    let lines: Vec<&Entry> = ledger.iter().filter(of_range).collect();
    let successor = blame::successor(outcome, service, range);
    let lacks = successor.map_or("no surviving timeline has them".to_owned(), |one| {
        format!("{}, which took over, does not have them", one.node)
    });
    let what = format!(
        "{} of {} are lost: {} wrote them to timeline {}, {} to {}, after {}, and {lacks}.",
        counted(range.acked_commits, "acknowledged commit"),
        service.name,
        range.node,
        range.timeline,
        range.from_lsn,
        range.to_lsn,
        moment(range.since),
    );
    let unwaited = range.unwaited.map_or(0, |one| one.own_setting);
    let what = match unwaited {
        0 => what,
        _ => format!(
            "{what} {unwaited} of them waited for no standby, since their client asks \
                      for that (synchronous_commit)."
        ),
    };
    let parts = lines.iter().filter_map(|line| part(outcome, line)).collect();
    Story { what, parts, chain: joined(lines.iter().map(|line| &line.chain)) }
}

/// Returns how much of a loss is of which making.
fn part(outcome: &Outcome, line: &Entry) -> Option<Piece> {
    let Amount::Commits(commits) = line.amount else { return None };
    let struck = outcome.faults.iter().any(|fault| !fault.healed && fault.at == line.to);
    let ordered = matches!(line.scale, Scale::Order(_));
    let made = match line.kind {
        Kind::LostBehind if struck => {
            "made before the fault struck, which the new primary had not received"
        }
        Kind::LostBehind => "made before it was replaced, which the new primary had not received",
        Kind::LostUnnoticed if ordered => "made before an operator's order",
        Kind::LostUnnoticed => "made before anybody had noticed the fault",
        Kind::LostDeciding => "made before another was primary",
        Kind::LostBeside if ordered || line.scale.names() == "fencing" => {
            "made beside the new primary, since nobody stopped the old one"
        }
        Kind::LostBeside => "made while no fence could reach it",
        Kind::LostFencing => "made until the fence took effect",
        Kind::Again(Again::Behind) => {
            "given again because the standby was behind when the position was copied"
        }
        Kind::Again(Again::Uncopied) => "given again that were confirmed after the last copy",
        Kind::Again(Again::Unsaved) => "given again because their confirmation was not on disk",
        Kind::Again(Again::Unconfirmed) => "given again that had not been confirmed",
        Kind::Gap(Gap::Anew) => "never given because a new slot begins behind them",
        Kind::Gap(Gap::Asked) => {
            "never given because the consumer asks to begin behind them, on a timeline that lacks \
             what it had"
        }
        Kind::Gap(Gap::Confirmed) => "never given because the slot was confirmed beyond them",
        Kind::Divergent | Kind::Phantom | Kind::Outage(_) => "of another kind",
    };
    let how = format!("{made} ({})", scale(&line.scale));
    Some(Piece { amount: commits, told: counted(commits, "commit"), how })
}

/// Returns the story of commits that a consumer will never be given.
fn gap(outcome: &Outcome, service: &ServiceOutcome, slot: &SlotOutcome) -> Story {
    let consumer = slot.consumer.as_deref().unwrap_or("its consumer");
    let what = format!(
        "{consumer} will never be given {} of {} through logical slot {}.",
        counted(slot.skipped_commits, "commit"),
        service.name,
        slot.slot,
    );
    let ledger = blame::ledger(outcome);
    let of_slot = |entry: &&Entry| {
        let subject = slot.consumer.as_ref().unwrap_or(&slot.slot);
        let resumed = slot.resumed.unwrap_or(outcome.until);
        matches!(entry.kind, Kind::Gap(_)) && entry.subject == *subject && entry.from == resumed
    };
    let lines: Vec<&Entry> = ledger.iter().filter(of_slot).collect();
    let parts = lines.iter().filter_map(|line| part(outcome, line)).collect();
    Story { what, parts, chain: joined(lines.iter().map(|line| &line.chain)) }
}

fn scale(scale: &Scale) -> String {
    match scale {
        Scale::Knobs(settings) => {
            let told = settings.iter().map(|one| format!("{} = {}", one.knob, one.value));
            told.collect::<Vec<String>>().join(", ")
        }
        Scale::Fault(fault) => format!("{fault} of the script"),
        Scale::Driver(driver) => format!("the driver {driver}"),
        Scale::Order(order) => format!("{order} of the script"),
        Scale::Consumer(name) => format!("how fast {name} reads"),
        Scale::Feedback(every) => format!("ack_every = {every} of the consumer"),
    }
}

fn two_writers(outcome: &Outcome, service: &ServiceOutcome, pair: &DualWriters) -> Story {
    let loser = pair.nodes.first().cloned().unwrap_or_default();
    let lost = match pair.losing_commits {
        0 => format!("nothing was acknowledged on {loser} meanwhile"),
        _ => format!(
            "{} acknowledged on {loser} meanwhile are lost",
            counted(pair.losing_commits, "commit")
        ),
    };
    let what = format!(
        "{} of {} were both writable {}, and {lost}.",
        pair.nodes.join(" and "),
        service.name,
        interval(pair.start, pair.end, outcome.until),
    );
    let promotions = service.finished().filter(|one| pair.nodes.contains(&one.node));
    let chains: Vec<Vec<Link>> =
        promotions.map(|one| blame::cause_of(outcome, service, one)).collect();
    let mut chain = joined(chains.iter());
    let since = chain.first().map_or(Instant::ZERO, |link| link.at);
    let reached = |node: &String| pair.nodes.contains(node);
    let heals = outcome.faults.iter().filter(|fault| fault.healed && fault.at >= since);
    for heal in heals.filter(|fault| fault.hides && fault.nodes.iter().any(reached)) {
        chain.push(link(heal.at, format!("{} of {} ends", heal.fault, heal.what)));
    }
    let begins = |link: &Link| link.at == pair.start && link.what.contains("is primary");
    if !chain.iter().any(begins) {
        chain.push(link(pair.start, format!("{loser} takes writes again")));
    }
    chain.extend(blame::fences(outcome, service, &loser));
    chain.retain(|link| pair.end.is_none_or(|end| link.at <= end));
    chain.sort_by_key(|link| link.at);
    Story { what, parts: Vec::new(), chain }
}

/// The invariants that speak of a time in which a client could not work.
const OF_OUTAGES: [&str; 2] = ["blocked-writes-noticed", "failover-in-time"];

fn violated(outcome: &Outcome, row: &InvariantOutcome, longest: Option<&Worst<'_>>) -> Story {
    let at = row.at.unwrap_or(outcome.until);
    let what = format!(
        "The invariant {} is violated at {}: {}. It says: {}.",
        row.id,
        moment(at),
        row.detail,
        row.statement
    );
    if let (Some(Worst::Outage(client, outage)), true) = (longest, OF_OUTAGES.contains(&row.id)) {
        return Story { what, ..down(outcome, client, outage) };
    }
    if let Some(story) = of_consumers(outcome, row.id) {
        return Story { what, ..story };
    }
    Story { what, parts: Vec::new(), chain: before(outcome, at) }
}

/// Returns what consumers of slots were given again, or never, if an invariant speaks of that.
fn of_consumers(outcome: &Outcome, invariant: &str) -> Option<Story> {
    let counts = |entry: &&Entry| match invariant {
        "duplicates-bounded" => matches!(entry.kind, Kind::Again(_)),
        "no-skipped-window" | "slot-has-no-gap" => matches!(entry.kind, Kind::Gap(_)),
        _ => false,
    };
    let ledger = blame::ledger(outcome);
    let lines: Vec<&Entry> = ledger.iter().filter(counts).collect();
    let parts = lines.iter().filter_map(|line| part(outcome, line)).collect();
    let chain = joined(lines.iter().map(|line| &line.chain));
    (!lines.is_empty()).then_some(Story { what: String::new(), parts, chain })
}

fn missed(outcome: &Outcome, row: &ExpectationOutcome, longest: Option<&Worst<'_>>) -> Story {
    let line = row.line.map_or_else(String::new, |line| format!(" in line {line}"));
    let what =
        format!("The scenario expects{line} {}, and what was found is: {}.", row.text, row.detail);
    if let Some(Worst::Outage(client, outage)) = longest {
        return Story { what, ..down(outcome, client, outage) };
    }
    Story { what, parts: Vec::new(), chain: before(outcome, outcome.until) }
}

fn down(outcome: &Outcome, client: &ClientOutcome, outage: &Outage) -> Story {
    let deed = if client.writes { "write to" } else { "read from" };
    let what = format!(
        "{} could not {deed} {} {}.",
        client.name,
        client.endpoint.label(&client.service),
        interval(outage.start, outage.end, outcome.until)
    );
    let ledger = blame::ledger(outcome);
    let end = outage.end.unwrap_or(outcome.until);
    let of_outage = |entry: &&Entry| {
        let is_outage = matches!(entry.kind, Kind::Outage(_));
        is_outage && entry.subject == client.name && entry.from >= outage.start && entry.to <= end
    };
    let lines: Vec<&Entry> = ledger.iter().filter(of_outage).collect();
    let piece = |line: &&Entry| {
        let Amount::Time(time) = line.amount else { return None };
        let how = format!("{} ({})", spent(outcome, client, line), scale(&line.scale));
        Some(Piece { amount: time.as_micros(), told: span(time), how })
    };
    let parts = lines.iter().filter_map(piece).collect();
    Story { what, parts, chain: joined(lines.iter().map(|line| &line.chain)) }
}

/// How long after the end of a part the order may arrive that ended it.
const TOLD_BY: Span = Span::from_secs(1);

/// Returns whether an old primary came to pass connections on within a part of an outage.
fn is_passed_on(outcome: &Outcome, line: &Entry) -> bool {
    let of_service = outcome.services.iter().filter(|service| service.name == line.service);
    let mut passing = of_service.flat_map(|service| &service.background.forwarding);
    // It was told to when the new primary was there.
    passing.any(|old| line.from <= old.at && old.at <= line.to + TOLD_BY)
}

/// Returns whether a line is of an outage that nothing ended.
fn outage_is_open(outcome: &Outcome, client: &ClientOutcome, line: &Entry) -> bool {
    let open = |outage: &&Outage| outage.end.is_none() && outage.start <= line.from;
    line.to == outcome.until && client.outages.iter().any(|outage| open(&outage))
}

/// Returns what a part of an outage was needed for.
fn spent(outcome: &Outcome, client: &ClientOutcome, line: &Entry) -> &'static str {
    let Kind::Outage(part) = line.kind else { return "for nothing" };
    let never_back = outage_is_open(outcome, client, line);
    if never_back && matches!(part, blame::Part::Connect | blame::Part::Retry) {
        return "to try again and again, in vain";
    }
    if matches!(line.scale, Scale::Order(_)) {
        return "until an operator gives the order";
    }
    let knob = match &line.scale {
        Scale::Knobs(settings) => settings.first().map(|setting| setting.knob),
        Scale::Fault(_)
        | Scale::Driver(_)
        | Scale::Feedback(_)
        | Scale::Order(_)
        | Scale::Consumer(_) => None,
    };
    let consumer = matches!(line.scale, Scale::Consumer(_));
    match (part, knob) {
        (blame::Part::Recover, Some("quorum_size")) => "until enough standbys follow again",
        (blame::Part::Recover, Some("major_upgrade_outage")) => "to upgrade the primary in place",
        (blame::Part::Recover, _) if is_passed_on(outcome, line) => {
            "to stop the old primary and get a new one, to which it passes connections on"
        }
        (blame::Part::Recover, Some("detection_timeout")) => "to take the old primary back",
        (blame::Part::Recover, Some("promotion_overhead")) => "to get a primary",
        (blame::Part::Recover, _) => "to come back without a new primary",
        (blame::Part::Check, Some("shutdown_checkpoint" | "stop_patience" | "sender_timeout")) => {
            "to stop the old primary"
        }
        (blame::Part::Check, _) if consumer => "to stop the old primary",
        (blame::Part::Promote, _) if client.endpoint != Endpoint::Primary => {
            "to get another standby"
        }
        (blame::Part::Detect, _) => "to notice it",
        (blame::Part::Check, _) => "to make sure",
        (blame::Part::Promote, _) => "to get a new primary",
        (blame::Part::Publish, _) => "to publish the name",
        (blame::Part::Cache, _) => "to forget the old address",
        (blame::Part::Connect, _) => "to find out that connections are dead",
        (blame::Part::Retry, _) => "to pause between attempts",
    }
}

/// Returns what led to the last promotion before an instant, or the last faults.
fn before(outcome: &Outcome, at: Instant) -> Vec<Link> {
    let of_service = |service| {
        let mut ended = ServiceOutcome::finished(service).filter(|one| one.ordered <= at);
        ended.next_back().map(|one| blame::cause_of(outcome, service, one))
    };
    let chains: Vec<Vec<Link>> = outcome.services.iter().filter_map(of_service).collect();
    let mut chain = joined(chains.iter());
    let first = chain.first().map_or(Instant::ZERO, |link| link.at);
    for fault in outcome.faults.iter().filter(|fault| fault.at <= at && fault.at >= first) {
        let does = if fault.healed { "of the script ends at" } else { "strikes" };
        let what = format!("{} {does} {}", fault.fault, fault.what);
        if !chain.iter().any(|link| link.at == fault.at && link.what == what) {
            chain.push(link(fault.at, what));
        }
    }
    chain.retain(|link| link.at <= at);
    chain.sort_by_key(|link| link.at);
    chain
}

/// Returns several chains as one, each event once.
fn joined<'a>(chains: impl Iterator<Item = &'a Vec<Link>>) -> Vec<Link> {
    let mut all: Vec<Link> = Vec::new();
    for link in chains.flatten() {
        if !all.contains(link) {
            all.push(link.clone());
        }
    }
    all.sort_by_key(|link| link.at);
    all
}

fn link(at: Instant, what: String) -> Link {
    Link { at, what, by: None }
}
