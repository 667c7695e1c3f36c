//! What each DNS name pointed to, and from when on.
//!
//! Knows nothing of what resolvers still believed. Kept here: a name at which nobody answers is
//! told in those words.

use crate::model::Endpoint;
use crate::report::findings::Report;
use crate::report::page::Page;
use crate::report::style::Ink;
use crate::report::table::Table;
use crate::report::wording::{counted, listed, many, moment};
use crate::sim::{DnsChange, ServiceOutcome};

/// How many changes of one name the screen shows at its start, and at its end.
const SHOWN_MAX: usize = 3;

/// Writes the changes of both names of each service.
pub(in crate::report) fn endpoints(report: &Report<'_>, page: &mut Page) {
    page.title("ENDPOINTS");
    let mut table = Table::new(&["name", ">from", "points to"]);
    for service in &report.outcome.services {
        for endpoint in Endpoint::ALL {
            name(service, endpoint, &mut table);
        }
    }
    page.table(2, &table);
}

fn name(service: &ServiceOutcome, endpoint: Endpoint, table: &mut Table) {
    let changes: Vec<&DnsChange> =
        service.dns.iter().filter(|change| change.endpoint == endpoint).collect();
    let mut label = endpoint.label(&service.name);
    let hidden = SHOWN_MAX..changes.len().saturating_sub(SHOWN_MAX);
    for (index, change) in changes.iter().enumerate() {
        if hidden.start == index && !hidden.is_empty() {
            let more = counted(many(&changes[hidden.clone()]), "change");
            table.row([String::new(), "...".to_owned(), format!("{more}, in the timeline")]);
        }
        if hidden.contains(&index) {
            continue;
        }
        let name = std::mem::take(&mut label);
        if change.targets.is_empty() {
            table.inked(Ink::Bad, [name, moment(change.at), "nobody answers".to_owned()]);
        } else {
            table.row([name, moment(change.at), listed(&change.targets)]);
        }
    }
}
