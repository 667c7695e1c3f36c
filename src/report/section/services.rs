//! Services bound together: the orders that they were given, and where their histories parted.
//!
//! Knows nothing of single nodes. Kept here: what is absent from a run leaves no heading.

use crate::control::{GroupPart, PairRole};
use crate::kernel::Instant;
use crate::report::findings::Report;
use crate::report::page::Page;
use crate::report::style::Ink;
use crate::report::wording::{counted, moment, span};
use crate::sim::{GroupOutcome, IntegrationOutcome, OrderOutcome, PairOutcome, SwitchoverOutcome};

/// Writes the integrations and the orders of a run that has any.
pub(in crate::report) fn services(report: &Report<'_>, page: &mut Page) {
    let outcome = report.outcome;
    if outcome.integrations.is_empty() && outcome.orders.is_empty() {
        return;
    }
    page.title("SERVICES SIDE BY SIDE");
    for one in &outcome.integrations {
        page.lead(2, Ink::Strong, &one.destination, &bound(one));
    }
    for pair in &outcome.pairs {
        roles(pair, page);
        unprotected(pair, outcome.until, page);
    }
    for group in &outcome.groups {
        parts(group, outcome.until, page);
    }
    for one in &outcome.switchovers {
        switchover(one, page);
    }
    for order in &outcome.orders {
        let ink = if order.refusal.is_some() { Ink::Bad } else { Ink::Plain };
        page.lead(2, ink, &moment(order.at), &told(order));
    }
}

/// Writes the states of maintenance in windows.
fn switchover(one: &SwitchoverOutcome, page: &mut Page) {
    let states = one.states.iter();
    let states = states.map(|(at, state)| format!("{} from {}", state.word(), moment(*at)));
    let told = states.collect::<Vec<_>>().join(", ");
    page.lead(2, Ink::Plain, &one.service, &format!("controlled switchover {told}"));
}

/// How many changes of roles the screen tells of; the timeline has them all.
const ROLES_TOLD: usize = 12;

fn roles(pair: &PairOutcome, page: &mut Page) {
    let mut last: Vec<(&str, PairRole)> = Vec::new();
    let mut told = Vec::new();
    for change in &pair.roles {
        let known = last.iter_mut().find(|(service, _)| *service == change.service);
        match known {
            Some((_, role)) if *role == change.role => continue,
            Some((_, role)) => *role = change.role,
            None => last.push((&change.service, change.role)),
        }
        told.push(format!("{} {} at {}", change.service, change.role.word(), moment(change.at)));
    }
    let more = told.len().saturating_sub(ROLES_TOLD);
    told.truncate(ROLES_TOLD);
    if more > 0 {
        told.push(format!("and {more} more"));
    }
    page.lead(2, Ink::Plain, "roles", &told.join(", "));
}

fn parts(group: &GroupOutcome, until: Instant, page: &mut Page) {
    let mut last: Vec<(&str, GroupPart)> = Vec::new();
    let mut told = Vec::new();
    for change in &group.parts {
        let known = last.iter_mut().find(|(service, _)| *service == change.service);
        match known {
            Some((_, part)) if *part == change.part => continue,
            Some((_, part)) => *part = change.part,
            None => last.push((&change.service, change.part)),
        }
        told.push(format!("{} {} at {}", change.service, change.part.word(), moment(change.at)));
    }
    page.lead(2, Ink::Plain, "group", &told.join(", "));
    for (start, end) in &group.both_writable {
        let lasted = span(end.unwrap_or(until).since(*start));
        let to = end.map_or_else(|| "the end of the run".to_owned(), moment);
        let text = format!("from {} to {to} ({lasted})", moment(*start));
        page.lead(2, Ink::Bad, "both writable", &text);
    }
}

fn unprotected(pair: &PairOutcome, until: Instant, page: &mut Page) {
    if pair.unprotected.is_empty() {
        page.lead(2, Ink::Plain, "unprotected", "never");
    }
    for (start, end) in &pair.unprotected {
        let lasted = span(end.unwrap_or(until).since(*start));
        let to = end.map_or_else(|| "the end of the run".to_owned(), moment);
        let text = format!("from {} to {to} ({lasted})", moment(*start));
        page.lead(2, Ink::Plain, "unprotected", &text);
    }
}

fn bound(one: &IntegrationOutcome) -> String {
    let Some(parted) = one.parted else {
        return format!("{} of {}: one history at the end", words(one.kind), one.source);
    };
    format!(
        "{} of {}: two histories since {}, by order; {} of {} and {} of {} are not in the other",
        words(one.kind),
        one.source,
        parted.lsn,
        counted(parted.only_source, "commit"),
        one.source,
        counted(parted.only_destination, "commit"),
        one.destination,
    )
}

fn words(kind: &str) -> String {
    kind.replace('_', " ")
}

fn told(order: &OrderOutcome) -> String {
    let answer = order.refusal.map_or_else(
        || "carried out".to_owned(),
        |refusal| format!("refused, nothing was changed: {refusal}"),
    );
    format!("{} {}: {answer}", order.order, order.service)
}
