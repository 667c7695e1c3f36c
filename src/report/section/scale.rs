//! What the cost of a run scales with: outages and lost commits by constant.
//!
//! Knows nothing of single outages. Kept here: the columns add up to what the other sections say.

use crate::blame::{self, Scale, Share};
use crate::kernel::Span;
use crate::report::findings::Report;
use crate::report::page::Page;
use crate::report::table::Table;
use crate::report::wording::{number_or_none, span};

/// Writes which constants the outages and the losses scale with.
pub(in crate::report) fn scale(report: &Report<'_>, page: &mut Page) {
    let shares = blame::shares(&blame::ledger(report.outcome));
    if shares.is_empty() {
        return;
    }
    page.title("WHAT OUTAGES AND LOSSES SCALE WITH");
    // Few services have slots: what their consumers met has columns only where there is some.
    let again = shares.iter().any(|share| share.repeated_commits > 0);
    let never = shares.iter().any(|share| share.skipped_commits > 0);
    let columns = [(true, ">outages"), (true, ">lost"), (again, ">again"), (never, ">never")];
    let heads = columns.into_iter().filter(|(there, _)| *there).map(|(_, head)| head);
    let heads: Vec<&str> = heads.chain(["scale with"]).collect();
    let mut table = Table::new(&heads);
    for share in &shares {
        let outage =
            if share.outage == Span::ZERO { "none".to_owned() } else { span(share.outage) };
        let mut row = vec![outage, number_or_none(share.lost_commits)];
        row.extend(again.then(|| number_or_none(share.repeated_commits)));
        row.extend(never.then(|| number_or_none(share.skipped_commits)));
        row.push(told(share));
        table.row(row);
    }
    page.table(2, &table);
}

fn told(share: &Share) -> String {
    match &share.scale {
        Scale::Knobs(settings) => {
            let told = settings.iter().map(|setting| {
                let basis = if setting.is_stance { "" } else { " (documented)" };
                format!("{} = {}{basis}", setting.knob, setting.value)
            });
            told.collect::<Vec<String>>().join(", ")
        }
        Scale::Fault(fault) => format!("how long or how bad {fault} is in the script"),
        Scale::Driver(driver) => format!("the driver {driver}"),
        Scale::Order(order) => format!("when the operator gives the order {order} in the script"),
        Scale::Consumer(name) => format!("how fast {name} reads in the script"),
        Scale::Feedback(every) => format!("ack_every = {every} of the consumer"),
    }
}
