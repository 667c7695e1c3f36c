//! Services bound together: the orders that they were given, and where their histories parted.
//!
//! Knows nothing of single nodes. Kept here: what is absent from a run leaves no heading.

use crate::report::findings::Report;
use crate::report::page::Page;
use crate::report::style::Ink;
use crate::report::wording::{counted, moment};
use crate::sim::{IntegrationOutcome, OrderOutcome};

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
    for order in &outcome.orders {
        let ink = if order.refusal.is_some() { Ink::Bad } else { Ink::Plain };
        page.lead(2, ink, &moment(order.at), &told(order));
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
