//! How long each client could not do its work, and where the time went.
//!
//! Knows nothing of the platform's view. Kept here: the parts shown add up to the outage, and a
//! client that is still down is named.

use crate::kernel::Span;
use crate::report::downtime::{down_at_the_end, downtime};
use crate::report::findings::Report;
use crate::report::page::Page;
use crate::report::style::Ink;
use crate::report::table::Table;
use crate::report::wording::{counted, interval, listed, many, span};
use crate::report::wrap::JOINT;
use crate::sim::{ClientOutcome, Outage, Outcome, Parts};

/// How many outages of one client the screen tells of, the longest.
const TOLD_MAX: usize = 3;

/// Writes the outages of each client, and who is still down.
pub(in crate::report) fn outages(report: &Report<'_>, page: &mut Page) {
    let outcome = report.outcome;
    page.title("OUTAGES, AS CLIENTS SAW THEM");
    if outcome.clients.is_empty() {
        return page.say(2, Ink::Plain, "no client was watching");
    }
    let mut table = Table::new(&["client", ">down", "what, when and why"]);
    for client in &outcome.clients {
        one(outcome, client, &mut table);
    }
    page.table(2, &table);
    let down = outcome.clients.iter().filter(|client| down_at_the_end(client));
    let down: Vec<&str> = down.map(|client| client.name.as_str()).collect();
    let ink = if down.is_empty() { Ink::Plain } else { Ink::Bad };
    page.say(2, ink, &format!("still down at the end: {}", listed(&down)));
}

fn one(outcome: &Outcome, client: &ClientOutcome, table: &mut Table) {
    let deed = match (&client.slot, client.writes) {
        (Some(slot), _) => format!("reads slot {slot} through"),
        (None, true) => "writes to".to_owned(),
        (None, false) => "reads from".to_owned(),
    };
    let mut lines = vec![format!("{deed} {}", client.endpoint.label(&client.service))];
    let mut longest: Vec<&Outage> = client.outages.iter().collect();
    longest.sort_by_key(|outage| std::cmp::Reverse(outage.length(outcome.until)));
    longest.truncate(TOLD_MAX);
    longest.sort_by_key(|outage| outage.start);
    for outage in longest {
        lines.push(interval(outage.start, outage.end, outcome.until));
        lines.push(format!("= {}", split(&outage.parts)));
    }
    if client.outages.len() > TOLD_MAX {
        let more = counted(many(&client.outages[TOLD_MAX..]), "shorter outage");
        lines.push(format!("and {more}"));
    }
    if client.reads_gone_back > 0 {
        let count = counted(client.reads_gone_back, "time");
        lines.push(format!("saw an older state than before {count}"));
    }
    if client.phantom_commits > 0 {
        let count = counted(client.phantom_commits, "commit");
        lines.push(format!("saw {count} that the last primary does not have"));
    }
    let down = if client.outages.is_empty() {
        "none".to_owned()
    } else {
        span(downtime(client, outcome.until))
    };
    table.row([client.name.clone(), down, lines.join("\n")]);
}

fn split(parts: &Parts) -> String {
    let named = [
        ("recover", parts.recover),
        ("detect", parts.detect),
        ("check", parts.check),
        ("promote", parts.promote),
        ("publish", parts.publish),
        ("cache", parts.cache),
        ("connect", parts.connect),
        ("retry", parts.retry),
    ];
    let activities = named.iter().filter(|(_, length)| *length > Span::ZERO);
    let words: Vec<String> =
        activities.map(|(name, length)| format!("{name}{JOINT}{}", span(*length))).collect();
    words.join(" + ")
}
