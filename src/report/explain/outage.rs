//! The story of an outage: how long it was, what its time was spent on, and what led to it.
//!
//! Knows nothing of other stories. Kept here: what a part was needed for is told by what it scales
//! with, since the same part of an outage may come from a failover, an order or a consumer.

use super::story::{Piece, Story, joined, scale};
use crate::blame::{self, Entry, Kind, Scale};
use crate::check::Amount;
use crate::kernel::Span;
use crate::model::Endpoint;
use crate::report::wording::{interval, span};
use crate::sim::{ClientOutcome, Outage, Outcome};

/// Returns an outage in a sentence, without its full stop.
pub(super) fn in_words(outcome: &Outcome, client: &ClientOutcome, outage: &Outage) -> String {
    let deed = if client.writes { "write to" } else { "read from" };
    format!(
        "{} could not {deed} {} {}",
        client.name,
        client.endpoint.label(&client.service),
        interval(outage.start, outage.end, outcome.until)
    )
}

/// Returns the story of an outage.
pub(super) fn of(outcome: &Outcome, client: &ClientOutcome, outage: &Outage) -> Story {
    let what = in_words(outcome, client, outage) + ".";
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
    Story { what, parts, chain: joined(lines.iter().map(|line| &line.chain)), ..Story::default() }
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
fn is_open(outcome: &Outcome, client: &ClientOutcome, line: &Entry) -> bool {
    let open = |outage: &Outage| outage.end.is_none() && outage.start <= line.from;
    line.to == outcome.until && client.outages.iter().any(open)
}

/// Returns what a part of an outage was needed for.
fn spent(outcome: &Outcome, client: &ClientOutcome, line: &Entry) -> &'static str {
    let Kind::Outage(part) = line.kind else { return "for nothing" };
    if is_open(outcome, client, line) && matches!(part, blame::Part::Connect | blame::Part::Retry) {
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
