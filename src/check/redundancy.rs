//! Exposure: no longer without a promotable standby than getting one takes.
//!
//! Knows nothing of what was done about it. Kept here: where WAL outruns a rebuild there is no
//! bound, and the finding says never.

use super::case::{Case, Finding};
use super::history::{GivenUp, PromotionRecord, ServiceHistory};
use super::intervals::exposures;
use crate::kernel::{Instant, Span};
use crate::model::Service;

/// More detours than a run can have.
const DETOURS_MAX: u64 = 10_000;

/// Judges that redundancy is restored in time.
pub(super) fn redundancy_restored(case: &Case<'_>) -> Finding {
    Finding::join(case.services().map(|(service, memory)| {
        let exposed = exposures(case.world, case.history, service.id);
        Finding::join(exposed.iter().map(|interval| {
            let end = interval.end.unwrap_or(case.until);
            let name = &case.world.names.services[service.id.index()];
            let Some(start) = memory.expected_from(interval.start, end) else {
                return Finding::Vacuous;
            };
            let start = start.max(memory.tier_changed(start, end));
            let since = (start, detours(memory));
            let bound = match bound(case, service, since) {
                Bound::Within(bound) => bound,
                Bound::Never => {
                    let detail =
                        format!("{name} writes WAL faster than a new standby can come near");
                    return Finding::broken_for(interval.start, end.since(interval.start), detail);
                }
                Bound::Unknown => return Finding::Vacuous,
            };
            let due = start + bound;
            if end <= due && (interval.end.is_some() || due <= case.until) {
                return Finding::Holds;
            }
            if end <= due {
                return Finding::Pending(due);
            }
            let lasted = end.since(start);
            let detail = format!("{name} had no standby to promote for {lasted}, due in {bound}");
            Finding::broken_for(due, lasted, detail)
        }))
    }))
}

/// How long it takes to be redundant again.
enum Bound {
    /// At most this long.
    Within(Span),
    /// For ever: WAL outruns every new standby.
    Never,
    /// Nobody can say: a part of it follows a law that has no greatest span.
    Unknown,
}

/// Counts the promotions that did not make a standby primary: those that were given up, and new
/// primaries restored from a backup because there was nobody to promote.
fn detours(memory: &ServiceHistory) -> u64 {
    let given_up = |promotion: &PromotionRecord| {
        let of_node = |entry: &&GivenUp| entry.node == promotion.node;
        memory.given_up.iter().filter(of_node).any(|entry| entry.at >= promotion.ordered)
    };
    let detours = memory.promotions.iter().filter(|one| one.restored || given_up(one));
    u64::try_from(detours.count()).unwrap_or(u64::MAX)
}

/// Returns how long it takes at most to notice a loss and to build a standby that has caught up,
/// after so many detours.
///
/// A restore begins with a base backup, which may be as old as the run or the time between backups;
/// all the WAL since is replayed.
fn bound(case: &Case<'_>, service: &Service, (start, detours): (Instant, u64)) -> Bound {
    let (knobs, wal_rate) = (case.knobs, case.wal_rate_max(service.id));
    let Some(delay) = knobs.replication_delay.greatest() else { return Bound::Unknown };
    let notice = knobs.detection_timeout.max(knobs.standby_timeout) + case.notice() * 2;
    let (Some(overhead), Some(build), Some(wal_rate)) =
        (knobs.promotion_overhead.greatest(), knobs.node_build.greatest(), wal_rate)
    else {
        return Bound::Unknown;
    };
    let promote = overhead + knobs.promotion_patience;
    let restore = transfer(service.database_size.get(), knobs.restore_rate.get());
    let takes = knobs.stream_rate.get().min(knobs.redo_rate.get());
    let takes = takes.min(knobs.replication_goodput.get());
    let gains = takes.checked_sub(wal_rate).filter(|gains| *gains > 0);
    let Some(gains) = gains else { return Bound::Never };
    // What is on the way alone may be more than a new standby may lack.
    let delay = u128::from(delay.as_micros());
    if u128::from(wal_rate) * delay > u128::from(knobs.ready_gap.get()) * 1_000_000 {
        return Bound::Never;
    }
    let before =
        transfer(written(knobs.wal_before_start.get(), knobs.backup_period), knobs.redo_rate.get());
    let restored = notice + promote + build + restore + before;
    let begins = start.since(Instant::ZERO) + restored;
    let replayed = |age: Span| {
        let wal = written(wal_rate, age.min(knobs.backup_period));
        transfer(wal, knobs.redo_rate.get())
    };
    let detoured = (0..detours.min(DETOURS_MAX))
        .fold(Span::ZERO, |sum, _| sum + restored + replayed(begins + sum));
    let age = (begins + detoured).min(knobs.backup_period);
    let catch_up = transfer(written(wal_rate, age + restore), gains);
    let found_again = knobs.receiver_timeout + knobs.standby_retry;
    Bound::Within(detoured + restored + catch_up + found_again)
}

/// Returns how many bytes are written at a rate.
fn written(rate: u64, time: Span) -> u64 {
    let bytes = u128::from(rate) * u128::from(time.as_micros()) / 1_000_000;
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

/// Returns how long so many bytes take at a rate.
pub(super) fn transfer(bytes: u64, rate: u64) -> Span {
    let micros = (u128::from(bytes) * 1_000_000).div_ceil(u128::from(rate.max(1)));
    Span::from_micros(u64::try_from(micros).unwrap_or(Instant::FAR.as_micros()))
}
