//! The worst thing of a run in a sentence, its parts, and the events that led to it.
//!
//! Knows nothing of pages. Kept here: a story holds no event that the worst thing could have
//! happened without.

use super::worst::{self, Worst};
use super::{outage, slot};
use crate::blame::{self, Again, Entry, Gap, Kind, Link, Scale, Setting};
use crate::check::{Amount, InvariantOutcome};
use crate::kernel::{Instant, Span};
use crate::knob::KNOBS;
use crate::report::findings::Report;
use crate::report::wording::{counted, interval, listed, measured, moment, span};
use crate::scenario::ExpectationOutcome;
use crate::sim::{DualWriters, LostRange, Outcome, ServiceOutcome, SlotOutcome};

/// What happened and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Story {
    /// What happened, in a sentence.
    pub(super) what: String,
    /// What it consists of.
    pub(super) parts: Vec<Piece>,
    /// Why it came to that, where that is no matter of amounts.
    pub(super) notes: Vec<String>,
    /// What else went wrong, told if there is room.
    pub(super) besides: Option<String>,
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
        Worst::Violated(row) => violated(report, row),
        Worst::Missed(row) => missed(report, row),
        Worst::Gap(service, slot) => gap(outcome, service, slot),
        Worst::Slot(service, slot) => {
            Story { besides: besides(report), ..slot::of(outcome, service, slot) }
        }
        Worst::Allowed(row) => allowed(outcome, row),
        Worst::Outage(client, outage) => outage::of(outcome, client, outage),
        Worst::Nothing => Story {
            what: "Nothing went wrong: no client was out, no acknowledged commit and no logical \
                   slot is lost, no invariant is broken and no expectation missed."
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
    let one = range.acked_commits == 1;
    let them = if one { "it" } else { "them" };
    let successor = blame::successor(outcome, service, range);
    let lacks = successor.map_or(format!("no surviving timeline has {them}"), |successor| {
        format!("{}, which took over, does not have {them}", successor.node)
    });
    let what = format!(
        "{} of {} {}: {} wrote {} to timeline {}, {} to {}, after {}, and {lacks}.",
        counted(range.acked_commits, "acknowledged commit"),
        service.name,
        if one { "is lost" } else { "are lost" },
        range.node,
        them,
        range.timeline,
        range.from_lsn,
        range.to_lsn,
        moment(range.since),
    );
    let unwaited = range.unwaited.map_or(0, |one| one.own_setting);
    let what = match unwaited {
        0 => what,
        _ if one => format!(
            "{what} It waited for no standby, since its client asks for that (synchronous_commit)."
        ),
        _ => format!(
            "{what} {unwaited} of them waited for no standby, since their client asks for that \
             (synchronous_commit)."
        ),
    };
    let parts = lines.iter().filter_map(|line| part(outcome, line)).collect();
    Story { what, parts, chain: joined(lines.iter().map(|line| &line.chain)), ..Story::default() }
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
    Story { what, parts, chain: joined(lines.iter().map(|line| &line.chain)), ..Story::default() }
}

pub(super) fn scale(scale: &Scale) -> String {
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
        1 => format!("1 commit acknowledged on {loser} meanwhile is lost"),
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
    Story { what, chain, ..Story::default() }
}

/// The invariants that speak of a time in which a client could not work.
const OF_OUTAGES: [&str; 2] = ["blocked-writes-noticed", "failover-in-time"];

/// The invariants that speak of a logical slot that is to be there.
const OF_SLOTS: [&str; 3] = ["copied-slot-survives", "slot-jobs-on-time", "switchover-keeps-slots"];

fn violated(report: &Report<'_>, row: &InvariantOutcome) -> Story {
    let outcome = report.outcome;
    let at = row.at.unwrap_or(outcome.until);
    let what = format!(
        "The invariant {} is violated at {}: {}. It says: {}.",
        row.id,
        moment(at),
        row.detail,
        row.statement
    );
    if OF_OUTAGES.contains(&row.id)
        && let Some(Worst::Outage(client, outage)) = worst::outage(report)
    {
        return Story { what, ..outage::of(outcome, client, outage) };
    }
    if OF_SLOTS.contains(&row.id)
        && let Some(Worst::Slot(service, lost)) = worst::slot(report)
    {
        return Story { what, ..slot::of(outcome, service, lost) };
    }
    if let Some(story) = of_consumers(outcome, row.id) {
        return Story { what, ..story };
    }
    Story { what, chain: before(outcome, at), ..Story::default() }
}

/// Returns the story of a breach that the scenario allows.
fn allowed(outcome: &Outcome, row: &InvariantOutcome) -> Story {
    let at = row.at.unwrap_or(outcome.until);
    let because = row.because.as_ref().map_or_else(String::new, |why| format!(": {why}"));
    let amounts: Vec<String> = row.amounts.iter().map(|amount| measured(*amount)).collect();
    let by = if amounts.is_empty() { String::new() } else { format!(" ({})", listed(&amounts)) };
    let what = format!(
        "The invariant {} is broken at {}{by}: {}. It says: {}. The scenario allows it{because}.",
        row.id,
        moment(at),
        row.detail,
        row.statement
    );
    Story { what, chain: before(outcome, at), ..Story::default() }
}

/// Returns the longest outage in a sentence, beside something that is worse.
fn besides(report: &Report<'_>) -> Option<String> {
    let Worst::Outage(client, outage) = worst::outage(report)? else { return None };
    Some(format!("besides, {}", outage::in_words(report.outcome, client, outage)))
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
    (!lines.is_empty()).then_some(Story { parts, chain, ..Story::default() })
}

fn missed(report: &Report<'_>, row: &ExpectationOutcome) -> Story {
    let outcome = report.outcome;
    let line = row.line.map_or_else(String::new, |line| format!(" in line {line}"));
    let what =
        format!("The scenario expects{line} {}, and what was found is: {}.", row.text, row.detail);
    if row.text.starts_with("SlotState")
        && let Some(Worst::Slot(service, lost)) = worst::slot(report)
    {
        return Story { what, ..slot::of(outcome, service, lost) };
    }
    if let Some(Worst::Outage(client, outage)) = worst::outage(report) {
        return Story { what, ..outage::of(outcome, client, outage) };
    }
    Story { what, chain: before(outcome, outcome.until), ..Story::default() }
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
pub(super) fn joined<'a>(chains: impl Iterator<Item = &'a Vec<Link>>) -> Vec<Link> {
    let mut all: Vec<Link> = Vec::new();
    for link in chains.flatten() {
        if !all.contains(link) {
            all.push(link.clone());
        }
    }
    all.sort_by_key(|link| link.at);
    all
}

/// Returns a link that no constant put where it is.
pub(super) fn link(at: Instant, what: String) -> Link {
    Link { at, what, by: None }
}

/// Returns a knob with its value in a run.
pub(super) fn setting(outcome: &Outcome, name: &str) -> Setting {
    let row = KNOBS.iter().find(|row| row.name == name).expect("it is a knob of the registry");
    let value = outcome.knobs.get(name).expect("every knob of the registry has a value");
    let is_stance = row.basis.is_stance() || value != row.default;
    Setting { knob: row.name, value, is_stance }
}
