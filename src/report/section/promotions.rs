//! Who was promoted, when, and why that node.
//!
//! Knows nothing of what the promotion cost. Kept here: every candidate is shown with the age of
//! what was known of it.

use crate::kernel::Instant;
use crate::report::findings::Report;
use crate::report::page::Page;
use crate::report::style::Ink;
use crate::report::table::Table;
use crate::report::wording::{moment, size, span};
use crate::sim::Promotion;

/// Writes each promotion with its candidates and its fork.
pub(in crate::report) fn promotions(report: &Report<'_>, page: &mut Page) {
    page.title("WHO WAS PROMOTED, AND WHY");
    let services = &report.outcome.services;
    if services.iter().all(|service| service.promotions.is_empty()) {
        page.say(2, Ink::Plain, "Nobody.");
    }
    for service in services {
        for promotion in &service.promotions {
            one(&service.name, promotion, page);
        }
    }
}

fn one(service: &str, promotion: &Promotion, page: &mut Page) {
    let how =
        if promotion.cause == "restore" { "restored from the backup" } else { promotion.cause };
    let apart = promotion.cause == "read_replica_promotion";
    let (from, rule) = (&promotion.from, promotion.rule);
    let text = if apart {
        format!("makes {service} independent of {from} ({how}, rule {rule})")
    } else {
        format!("takes over {service} from {from} ({how}, rule {rule})")
    };
    page.lead(2, Ink::Strong, &promotion.node, &text);
    let never = if apart { "already there" } else { "never" };
    let when = |at: Option<Instant>, never: &str| at.map_or_else(|| never.to_owned(), moment);
    let steps = format!(
        "ordered {}, finished {}, name moved {}",
        moment(promotion.ordered),
        when(promotion.finished, "never"),
        when(promotion.published, never),
    );
    let late = promotion.finished.is_none() || (promotion.published.is_none() && !apart);
    page.say(4, if late { Ink::Bad } else { Ink::Plain }, &steps);
    if promotion.false_alarm {
        let text = format!("FALSE ALARM: {} still served clients at that time", promotion.from);
        page.say(4, Ink::Bad, &text);
    }
    if promotion.candidates.is_empty() {
        page.say(4, Ink::Plain, "no candidate was left");
    } else {
        candidates(promotion, page);
    }
    let beyond = promotion.old_end_lsn.get().saturating_sub(promotion.fork_lsn.get());
    let ahead = if beyond == 0 {
        "just there".to_owned()
    } else {
        format!("at {}, {} beyond", promotion.old_end_lsn, size(beyond))
    };
    let fork = format!(
        "timeline {} begins at {}; the WAL of {} ended {ahead}",
        promotion.timeline, promotion.fork_lsn, promotion.from,
    );
    page.say(4, Ink::Plain, &fork);
}

fn candidates(promotion: &Promotion, page: &mut Page) {
    let mut table = Table::new(&["candidate", "received", "replayed", ">reported", "decision"]);
    for candidate in &promotion.candidates {
        table.row([
            candidate.node.clone(),
            candidate.received_lsn.map_or_else(|| "nothing".to_owned(), |lsn| lsn.to_string()),
            candidate.replayed_lsn.to_string(),
            format!("{} ago", span(candidate.age)),
            candidate.why.to_owned(),
        ]);
    }
    page.table(4, &table);
}
