//! What became of the data: acknowledged, lost, and in between.
//!
//! Knows nothing of why. Kept here: a loss is told with its place in the WAL and with whether the
//! disk that holds it is still there.

use crate::report::findings::Report;
use crate::report::page::Page;
use crate::report::style::Ink;
use crate::report::table::Table;
use crate::report::wording::{counted, number, number_or_none, size, span};
use crate::sim::LostRange;

/// Writes the commits of each service and each lost part of its WAL.
pub(in crate::report) fn data(report: &Report<'_>, page: &mut Page) {
    page.title("DATA, IN COMMITS");
    let mut table = Table::new(&[
        "service",
        ">acknowledged",
        ">lost",
        ">with warning",
        ">divergent",
        ">in doubt",
    ]);
    for service in &report.outcome.services {
        let loss = &service.loss;
        let cells = [
            service.name.clone(),
            number(loss.acked_commits),
            number_or_none(loss.lost_commits),
            number_or_none(loss.acked_with_warning_commits),
            number_or_none(loss.divergent_commits),
            number_or_none(loss.in_doubt_commits),
        ];
        table.inked(if loss.lost_commits > 0 { Ink::Bad } else { Ink::Plain }, cells);
    }
    page.table(2, &table);
    for service in &report.outcome.services {
        for range in &service.loss.ranges {
            lost(range, page);
        }
    }
}

fn lost(range: &LostRange, page: &mut Page) {
    let bytes = range.to_lsn.get().saturating_sub(range.from_lsn.get());
    let disk = if range.disk_exists { "its disk still exists" } else { "its disk is gone" };
    let text = format!(
        "{} to {} of timeline {} ({}) is on {} alone: {}, reaching {} back; {disk}",
        range.from_lsn,
        range.to_lsn,
        range.timeline,
        size(bytes),
        range.node,
        counted(range.acked_commits, "acknowledged commit"),
        span(range.window),
    );
    page.lead(2, Ink::Bad, "lost", &text);
    let unwaited = range.unwaited.unwrap_or_default();
    let lines = [
        (unwaited.not_in_force, "made while commits waited for no standby"),
        (unwaited.own_setting, "of clients that wait for no standby (synchronous_commit)"),
        (unwaited.with_warning, "acknowledged with a warning in place of standbys"),
    ];
    for (commits, what) in lines.into_iter().filter(|(commits, _)| *commits > 0) {
        page.lead(4, Ink::Bad, "of these", &format!("{}, {what}", counted(commits, "commit")));
    }
}
