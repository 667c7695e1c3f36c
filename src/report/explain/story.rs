//! The worst thing of a run in a sentence, its parts, and the events that led to it.
//!
//! Knows nothing of pages. Kept here: a story holds no event that the worst thing could have
//! happened without.

use super::worst::{self, Worst};
use crate::blame::{self, Again, Entry, Gap, Kind, Link, Scale};
use crate::check::{Amount, InvariantOutcome};
use crate::kernel::{Instant, Span};
use crate::report::findings::Report;
use crate::report::wording::{counted, interval, moment, span};
use crate::scenario::ExpectationOutcome;
use crate::sim::{ClientOutcome, DualWriters, LostRange, Outage, Outcome, ServiceOutcome};

/// What happened and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Story {
    /// What happened, in a sentence.
    pub(super) what: String,
    /// What it consists of.
    pub(super) parts: Vec<String>,
    /// The events that led to it, in order of time.
    pub(super) chain: Vec<Link>,
}

/// Returns the story of the worst thing of a run.
pub(super) fn of(report: &Report<'_>, worst: &Worst<'_>) -> Story {
    let outcome = report.outcome;
    match *worst {
        Worst::Loss(service, range) => loss(outcome, service, range),
        Worst::TwoWriters(service, pair) => two_writers(outcome, service, pair),
        Worst::Violated(row) => violated(outcome, row, worst::outage(report).as_ref()),
        Worst::Missed(row) => missed(outcome, row, worst::outage(report).as_ref()),
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
    let successor = service.finished().next_back();
    let lacks = successor.map_or("no surviving timeline has them".to_owned(), |one| {
        format!("{}, the last primary, does not have them", one.node)
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
    let parts = lines.iter().map(|line| part(line)).collect();
    Story { what, parts, chain: joined(lines.iter().map(|line| &line.chain)) }
}

/// Returns how much of a loss is of which making.
fn part(line: &Entry) -> String {
    let Amount::Commits(commits) = line.amount else { return String::new() };
    let made = match line.kind {
        Kind::LostBehind => {
            "made before the fault struck, and the new primary had not received them"
        }
        Kind::LostUnnoticed => "made after the fault struck, before anybody had noticed",
        Kind::LostDeciding => "made after the primary was given up, before another was primary",
        Kind::LostBeside => "made beside the new primary while no fence could reach the old one",
        Kind::LostFencing => "made beside the new primary until the fence took effect",
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
    format!("{} {made} ({})", counted(commits, "commit"), scale(&line.scale))
}

fn scale(scale: &Scale) -> String {
    match scale {
        Scale::Knobs(settings) => {
            let told = settings.iter().map(|one| format!("{} = {}", one.knob, one.value));
            told.collect::<Vec<String>>().join(", ")
        }
        Scale::Fault(fault) => format!("{fault} of the script"),
        Scale::Driver(driver) => format!("the driver {driver}"),
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
    let parts = lines.iter().map(|line| part(line)).collect();
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
    let whole = outage.length(outcome.until).as_micros();
    let (mut parts, mut rest) = (Vec::new(), Span::ZERO);
    for line in &lines {
        let Amount::Time(time) = line.amount else { continue };
        if time.as_micros() < whole / 100 {
            rest = rest + time;
        } else {
            parts.push(format!("{} to {} ({})", span(time), spent(line.kind), scale(&line.scale)));
        }
    }
    if rest > Span::ZERO {
        parts.push(format!("{} more", span(rest)));
    }
    Story { what, parts, chain: joined(lines.iter().map(|line| &line.chain)) }
}

/// Returns what a part of an outage was needed for.
fn spent(kind: Kind) -> &'static str {
    let Kind::Outage(part) = kind else { return "nothing" };
    match part {
        blame::Part::Recover => "come back without a new primary",
        blame::Part::Detect => "notice it",
        blame::Part::Check => "make sure",
        blame::Part::Promote => "get a new primary",
        blame::Part::Publish => "publish the name",
        blame::Part::Cache => "forget the old address",
        blame::Part::Connect => "find out that connections are dead",
        blame::Part::Retry => "pause between attempts",
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
