//! Whether two nodes of a service were writable at once.
//!
//! Knows nothing of how it came to that. Kept here: the side that lost is named with what it
//! acknowledged.

use crate::report::findings::Report;
use crate::report::page::Page;
use crate::report::style::Ink;
use crate::report::wording::{counted, interval, listed};
use crate::sim::{DualWriters, Outcome};

/// Writes each interval with two writers, or that there was none.
pub(in crate::report) fn writers(report: &Report<'_>, page: &mut Page) {
    page.title("TWO WRITERS");
    let outcome = report.outcome;
    if outcome.services.iter().all(|service| service.dual_writers.is_empty()) {
        page.say(2, Ink::Plain, "none");
    }
    for service in &outcome.services {
        for pair in &service.dual_writers {
            page.lead(2, Ink::Bad, &service.name, &told(outcome, pair));
        }
    }
}

fn told(outcome: &Outcome, pair: &DualWriters) -> String {
    let loser = pair.nodes.first().map_or("the old primary", String::as_str);
    let commits = if pair.losing_commits == 0 {
        format!("nothing acknowledged on {loser}, the side that lost")
    } else {
        let commits = counted(pair.losing_commits, "commit");
        let whose = listed(&pair.clients);
        format!("{commits} acknowledged on {loser}, the side that lost, to {whose}")
    };
    let when = interval(pair.start, pair.end, outcome.until);
    format!("{} both writable {when}; {commits}", listed(&pair.nodes))
}
