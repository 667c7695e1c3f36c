//! How long a service could not have survived another loss.
//!
//! Knows nothing of invariants. Kept here: a service is called whole only when as many nodes are
//! in service as its plan has.

use crate::kernel::Instant;
use crate::report::downtime::total;
use crate::report::findings::Report;
use crate::report::page::Page;
use crate::report::style::Ink;
use crate::report::wording::{counted, interval, moment, size, span};
use crate::sim::{ArchiveGap, Outcome, ServiceOutcome};

/// How many intervals of one service the screen tells of.
const TOLD_MAX: usize = 3;

/// Writes when each service had no promotable standby, and since when it is whole again.
pub(in crate::report) fn exposure(report: &Report<'_>, page: &mut Page) {
    page.title("EXPOSURE: TIME WITHOUT A PROMOTABLE STANDBY");
    for service in &report.outcome.services {
        let mut parts = vec![exposed(report.outcome, service)];
        parts.extend(redundancy(service));
        let bare = service.exposure.iter().any(|interval| interval.end.is_none());
        let ink = if bare { Ink::Doubtful } else { Ink::Strong };
        page.lead(2, ink, &service.name, &parts.join("; "));
        for gap in &service.archive_gaps {
            page.lead(2, Ink::Doubtful, &service.name, &unarchived(gap));
        }
    }
}

/// Tells which instants no backup can be restored to.
fn unarchived(gap: &ArchiveGap) -> String {
    let bytes = size(gap.to_lsn.get() - gap.from_lsn.get());
    let (timeline, window) = (gap.timeline, span(gap.window));
    format!(
        "{bytes} of WAL before timeline {timeline} are in no archive: no restore ends within \
         these {window}"
    )
}

fn exposed(outcome: &Outcome, service: &ServiceOutcome) -> String {
    let cost = service.exposure.iter().map(|interval| interval.would_lose_commits).max();
    let Some(cost) = cost else {
        return "none".to_owned();
    };
    let until = outcome.until;
    let never = service.plan.standbys() == 0
        && matches!(service.exposure.as_slice(),
        [only] if only.start == Instant::ZERO && only.end.is_none());
    let when = if never {
        format!("the whole run: a {} service has no standby", service.plan.name())
    } else if service.exposure.len() <= TOLD_MAX {
        let told = service.exposure.iter().map(|row| interval(row.start, row.end, until));
        told.collect::<Vec<_>>().join(", ")
    } else {
        let sum = total(service.exposure.iter().map(|row| (row.start, row.end)), until);
        format!("{} in {} intervals", span(sum), service.exposure.len())
    };
    let cost = if cost == 0 {
        "losing the primary meanwhile would have cost nothing".to_owned()
    } else {
        let commits = counted(cost, "acknowledged commit");
        format!("losing the primary meanwhile would have cost up to {commits}")
    };
    format!("{when}; {cost}")
}

/// Tells when all nodes of the plan were in service again, if some ever were not.
fn redundancy(service: &ServiceOutcome) -> Option<String> {
    let plan = service.plan.nodes();
    let lacking = service.census.iter().rposition(|census| census.serving < plan)?;
    Some(service.census.get(lacking + 1).map_or_else(
        || {
            let serving = service.census[lacking].serving;
            format!("redundancy not restored by the end: {serving} of {plan} nodes in service")
        },
        |census| format!("redundancy restored at {}", moment(census.at)),
    ))
}
