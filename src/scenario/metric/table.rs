//! The metrics that every scenario has, one row each.
//!
//! Knows nothing of particular clients and faults. Kept here: one row is all it takes to add a
//! metric; targets, results and lists follow from it.

use super::Unit::{self, Bytes, Count, Flag, Time};
use super::sums::{Sums, common, longest, total};
use crate::fault::FaultKind;
use crate::kernel::{Instant, Span};
use crate::sim::{Census, Outcome, PhaseName, Promotion, ServiceOutcome, SlotOutcome, SlotState};

/// A metric that every scenario has.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) unit: Unit,
    pub(super) meaning: &'static str,
    pub(super) of: fn(&Outcome, &Sums) -> Option<u64>,
}

/// The availabilities that are asked for most, in millionths, each with its metric's name.
///
/// # Examples
/// ```
/// use cutover::scenario::SLOS;
/// assert!(SLOS.iter().any(|(_, name)| name.contains("99")));
/// ```
pub const SLOS: [(u64, &str); 4] = [
    (999_000, "meets_99.9"),
    (999_500, "meets_99.95"),
    (999_900, "meets_99.99"),
    (999_990, "meets_99.999"),
];

macro_rules! rows {
    ($($name:literal, $unit:ident, $meaning:literal, $of:expr;)+) => {
        /// The metrics, in the order in which they are listed.
        pub(super) const ROWS: &[Row] =
            &[$(Row { name: $name, unit: $unit, meaning: $meaning, of: $of },)+];
    };
}

rows! {
    "write_downtime", Time, "time in which at least one writer could not work",
        |_, sums| Some(total(&sums.writes));
    "write_downtime_longest", Time, "the longest such time in a row",
        |_, sums| Some(longest(&sums.writes));
    "write_outages", Count, "how many such times there were",
        |_, sums| Some(count(&sums.writes));
    "read_downtime", Time, "time in which at least one reader could not work",
        |_, sums| Some(total(&sums.reads));
    "read_downtime_longest", Time, "the longest such time in a row",
        |_, sums| Some(longest(&sums.reads));
    "read_and_write_downtime", Time,
        "time in which at least one writer and at least one reader could not work",
        |_, sums| Some(total(&common(&sums.writes, &sums.reads)));
    "primary_downtime", Time, "time in which a service had no node that takes writes",
        |outcome, _| Some(sum(outcome, |of| {
            open(outcome, &of.no_primary, |one| (one.start, one.end))
        }));
    "meets_99.9", Flag, "writes were available for 99.9 % of the run",
        |outcome, sums| Some(meets(outcome, sums, SLOS[0].0));
    "meets_99.95", Flag, "writes were available for 99.95 % of the run",
        |outcome, sums| Some(meets(outcome, sums, SLOS[1].0));
    "meets_99.99", Flag, "writes were available for 99.99 % of the run",
        |outcome, sums| Some(meets(outcome, sums, SLOS[2].0));
    "meets_99.999", Flag, "writes were available for 99.999 % of the run",
        |outcome, sums| Some(meets(outcome, sums, SLOS[3].0));
    "downtime_recover", Time, "writers' downtime while a server came back by itself",
        |_, sums| Some(sums.parts.recover.as_micros());
    "downtime_detect", Time, "writers' downtime until the failure was noticed",
        |_, sums| Some(sums.parts.detect.as_micros());
    "downtime_check", Time, "writers' downtime while the platform made sure or had nobody",
        |_, sums| Some(sums.parts.check.as_micros());
    "downtime_promote", Time, "writers' downtime while a node was promoted or restored",
        |_, sums| Some(sums.parts.promote.as_micros());
    "downtime_publish", Time, "writers' downtime until the name had moved",
        |_, sums| Some(sums.parts.publish.as_micros());
    "downtime_cache", Time, "writers' downtime while their resolvers answered from caches",
        |_, sums| Some(sums.parts.cache.as_micros());
    "downtime_connect", Time, "writers' downtime while they waited for a connection",
        |_, sums| Some(sums.parts.connect.as_micros());
    "downtime_retry", Time, "writers' downtime while they paused between attempts",
        |_, sums| Some(sums.parts.retry.as_micros());
    "faults", Count, "faults that struck, by script or by themselves",
        |outcome, _| Some(many(outcome.faults.iter().filter(|one| !one.healed)));
    "failovers", Count, "standbys that became primary",
        |outcome, _| Some(promoted(outcome, |of| of.cause != "restore"));
    "false_failovers", Count, "failovers whose old primary was alive: it served, or hung",
        |outcome, _| Some(promoted(outcome, |of| is_false(outcome, of)));
    "restores", Count, "times at which nobody was left and a service came back from backup",
        |outcome, _| Some(promoted(outcome, |of| of.cause == "restore"));
    "loss_events", Count, "promotions that lost acknowledged commits",
        |outcome, _| Some(sum(outcome, losses));
    "lost_commits", Count, "acknowledged commits that no later primary has",
        |outcome, _| Some(sum(outcome, |of| of.loss.lost_commits));
    "lost_bytes", Bytes, "WAL beyond the points where new timelines begin",
        |outcome, _| Some(sum(outcome, |of| of.loss.lost_bytes));
    "loss_window", Time, "how far back in time the lost commits reach, at worst",
        |outcome, _| Some(greatest(outcome, |of| of.loss.window.as_micros()));
    "in_doubt_commits", Count, "commits that were sent and never answered",
        |outcome, _| Some(sum(outcome, |of| of.loss.in_doubt_commits));
    "loses_commits", Flag, "acknowledged commits were lost",
        |outcome, _| Some(any(outcome, |of| of.loss.lost_commits > 0));
    "dual_writer_time", Time, "time in which two nodes of a service took writes",
        |outcome, _| Some(sum(outcome, |of| {
            open(outcome, &of.dual_writers, |one| (one.start, one.end))
        }));
    "two_writers", Flag, "two nodes of a service took writes at once",
        |outcome, _| Some(any(outcome, |of| !of.dual_writers.is_empty()));
    "reads_gone_back", Count, "new connections that showed a reader an older state",
        |outcome, _| Some(outcome.clients.iter().map(|of| of.reads_gone_back).sum());
    "phantom_commits", Count, "commits that readers saw and that were lost",
        |outcome, _| Some(outcome.clients.iter().map(|of| of.phantom_commits).sum());
    "consumer_downtime", Time, "time in which at least one consumer of a slot could not work",
        |_, sums| Some(total(&sums.consumes));
    "lost_slots", Count, "logical slots that a new primary did not have",
        |outcome, _| Some(slots(outcome, |of| u64::from(of.state != SlotState::Kept)));
    "slot_repeated_commits", Count, "commits that consumers of slots were given again",
        |outcome, _| Some(slots(outcome, |of| of.duplicates));
    "slot_skipped_commits", Count, "commits that consumers of slots will never be given",
        |outcome, _| Some(slots(outcome, |of| of.skipped_commits));
    "slot_hole", Flag, "a consumer of a slot will never be given some commits",
        |outcome, _| Some(u64::from(slots(outcome, |of| of.skipped_commits) > 0));
    "slot_drain_time", Time, "time in which switchovers waited for consumers of slots",
        |outcome, _| Some(sum(outcome, |of| phase_time(outcome, of, PhaseName::DrainingSlots)));
    "unprotected", Time, "time without a standby that could be promoted",
        |outcome, _| Some(sum(outcome, |of| {
            open(outcome, &of.exposure, |one| (one.start, one.end))
        }));
    "unprotected_longest", Time, "until redundancy was back, at worst; never if it was not",
        |outcome, _| unprotected_longest(outcome);
    "peak_nodes", Count, "the most nodes that existed at once",
        |outcome, _| Some(greatest(outcome, peak));
    "node_time", Time, "time of nodes' existence added up, as it is paid for",
        |outcome, _| Some(sum(outcome, |of| node_time(outcome, of)));
    "degraded", Time, "time in which a service had fewer nodes in service than its plan has",
        |outcome, _| Some(sum(outcome, |of| {
            census_time(outcome, of, |census| u64::from(census.serving < of.plan.nodes()))
        }));
    "down_at_end", Count, "services that had no node which takes writes when the run ended",
        |outcome, _| Some(many(outcome.services.iter().filter(|of| {
            of.no_primary.last().is_some_and(|last| last.end.is_none())
        })));
}

/// Returns the sum over all slots, primary by primary.
fn slots(outcome: &Outcome, of: impl Fn(&SlotOutcome) -> u64) -> u64 {
    outcome.services.iter().flat_map(|service| &service.slots).map(of).sum()
}

fn many<T>(items: impl Iterator<Item = T>) -> u64 {
    u64::try_from(items.count()).unwrap_or(u64::MAX)
}

fn count<T>(items: &[T]) -> u64 {
    many(items.iter())
}

fn sum(outcome: &Outcome, of: impl Fn(&ServiceOutcome) -> u64) -> u64 {
    outcome.services.iter().map(of).sum()
}

fn greatest(outcome: &Outcome, of: impl Fn(&ServiceOutcome) -> u64) -> u64 {
    outcome.services.iter().map(of).max().unwrap_or(0)
}

fn any(outcome: &Outcome, of: impl Fn(&ServiceOutcome) -> bool) -> u64 {
    u64::from(outcome.services.iter().any(of))
}

fn losses(of: &ServiceOutcome) -> u64 {
    many(of.loss.ranges.iter().filter(|range| range.acked_commits > 0))
}

fn peak(of: &ServiceOutcome) -> u64 {
    of.census.iter().map(|census| u64::from(census.existing)).max().unwrap_or(0)
}

/// Returns how long intervals are together; one without an end lasts to the end of the run.
fn open<T>(outcome: &Outcome, list: &[T], ends: impl Fn(&T) -> (Instant, Option<Instant>)) -> u64 {
    let length = |one: &T| {
        let (start, end) = ends(one);
        end.unwrap_or(outcome.until).since(start)
    };
    list.iter().map(length).fold(Span::ZERO, |sum, one| sum + one).as_micros()
}

fn promoted(outcome: &Outcome, which: impl Fn(&Promotion) -> bool) -> u64 {
    let finished = |of: &&Promotion| of.finished.is_some();
    sum(outcome, |of| many(of.promotions.iter().filter(finished).filter(|of| which(of))))
}

/// Whether the old primary still served a client, or hung and would have come back.
fn is_false(outcome: &Outcome, of: &Promotion) -> bool {
    let mut strikes = outcome.faults.iter().filter(|one| !one.healed && one.at <= of.ordered);
    let last = strikes.rfind(|one| one.node.as_ref() == Some(&of.from));
    let hung = last.is_some_and(|one| one.fault == FaultKind::Hang.name());
    of.false_alarm || (hung && of.cause != "restore")
}

/// Whether the downtime is no more than what an availability in millionths leaves.
fn meets(outcome: &Outcome, sums: &Sums, slo: u64) -> u64 {
    let down = u128::from(total(&sums.writes)) * 1_000_000;
    let budget = u128::from(outcome.until.as_micros()) * u128::from(1_000_000 - slo);
    u64::from(down <= budget)
}

fn unprotected_longest(outcome: &Outcome) -> Option<u64> {
    let bare = outcome.services.iter().flat_map(|of| &of.exposure);
    bare.map(|one| Some(one.end?.since(one.start).as_micros()))
        .try_fold(0, |most, one| Some(most.max(one?)))
}

fn node_time(outcome: &Outcome, of: &ServiceOutcome) -> u64 {
    census_time(outcome, of, |census| u64::from(census.existing))
}

/// Returns the time between counts of a service's nodes, each as often as its count says.
fn census_time(outcome: &Outcome, of: &ServiceOutcome, times: impl Fn(&Census) -> u64) -> u64 {
    weighed_time(outcome, &of.census, |census| (census.at, times(census)))
}

/// Returns the time in which the platform's work on a service was in a phase.
fn phase_time(outcome: &Outcome, of: &ServiceOutcome, phase: PhaseName) -> u64 {
    weighed_time(outcome, &of.phases, |change| (change.at, u64::from(change.phase == phase)))
}

/// Returns the time from each change to the next, or to the end, as often as the change says.
fn weighed_time<T>(outcome: &Outcome, changes: &[T], of: impl Fn(&T) -> (Instant, u64)) -> u64 {
    let ends = changes.iter().skip(1).map(|next| of(next).0).chain([outcome.until]);
    let times = changes.iter().zip(ends).map(|(change, end)| {
        let (at, times) = of(change);
        end.since(at).as_micros() * times
    });
    times.sum()
}
