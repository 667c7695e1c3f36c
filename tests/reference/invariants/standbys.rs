//! Standbys: they follow who was promoted, keep to one history, and are soon enough again.
//!
//! Knows nothing of who was elected. Kept here: that WAL flows to a standby proves nothing.

use cutover::fault::FaultKind;
use cutover::kernel::Span;
use cutover::model::{NodeId, ServiceId};
use serde_json::json;

use super::{Finding, Promotion, greatest, micros, takes};
use crate::numbers::Reference;
use crate::track::{BYTE, byte};

/// Nobody follows a timeline who has replayed WAL of an abandoned one beyond its beginning.
pub(super) fn histories_not_merged(of: &Reference<'_>) -> Finding {
    of.of_services(|id| {
        Finding::worst(of.done(id).followed.iter().map(|one| {
            let shared = byte(of.movement.parts(one.from, one.to));
            if one.replayed <= shared {
                return Finding::Holds;
            }
            Finding::Broken(one.at, json!({ "bytes": one.replayed - shared }))
        }))
    })
}

/// After a promotion every other standby replays past the beginning of the new timeline, or is
/// given up, by a deadline.
pub(super) fn followers_follow(of: &Reference<'_>) -> Finding {
    of.of_services(|id| {
        let all = of.promoted(id);
        Finding::worst(all.iter().flat_map(|one| {
            let follow = |node: &NodeId| follows(of, (id, &all), one, *node);
            one.seen.survivors.iter().map(follow).collect::<Vec<_>>()
        }))
    })
}

fn follows(
    of: &Reference<'_>,
    (id, all): (ServiceId, &[Promotion<'_>]),
    one: &Promotion<'_>,
    node: NodeId,
) -> Finding {
    let (Some(branch), Some(finished)) = (one.seen.branch, one.seen.finished) else {
        return Finding::Vacuous;
    };
    let written = &of.movement.branches[branch];
    let fork = written.parent.map_or(0, |(_, fork)| fork);
    let past = u128::from(byte(fork) + 1) * BYTE;
    let first = written.track.first_at_or_beyond(past, written.began, of.now + 1);
    let replayed = &of.movement.flows[node.index()].replayed;
    let Some(bound) = bound(of, fork.saturating_sub(replayed.at(finished))) else {
        return Finding::Vacuous;
    };
    // Nobody can be told, and nobody can follow, before what was cut is whole.
    let whole = of.deeds.strikes.iter().filter(|strike| strike.healed).map(|strike| strike.at);
    let begins = finished.max(first.unwrap_or(0)).max(whole.max().unwrap_or(0));
    let due = begins.saturating_add(bound);
    let own = of.done(id).followed.iter().filter(|followed| followed.node == node);
    let turned = own.filter(|followed| followed.to == branch).map(|followed| followed.at).next();
    let done = match (turned, first) {
        (Some(at), Some(_)) => {
            // What it had replayed of another history does not count.
            replayed.first_at_or_beyond(past, at, of.now + 1)
        }
        (at, _) => at,
    };
    let given_up = of.seen(id).marked_down.iter().filter(|(.., one)| *one == node);
    let next = all.iter().map(|one| one.seen.ordered).find(|at| *at > finished);
    match done.into_iter().chain(given_up.map(|(at, ..)| *at)).min() {
        Some(at) if at <= due => Finding::Holds,
        _ if !of.world.node(node).answers() || next.is_some_and(|at| at <= due) => Finding::Vacuous,
        None if due > of.now => Finding::Pending,
        late => Finding::broken_for(due, late.unwrap_or(of.now).saturating_sub(due)),
    }
}

/// Returns how long a standby takes at most to learn of a new primary, to find it and to replay
/// what it lacked; nothing if nobody can say.
fn bound(of: &Reference<'_>, lacks: u128) -> Option<u64> {
    let knobs = of.knobs();
    let query = of.deeds.strikes.iter().any(|strike| strike.kind == FaultKind::LongQuery);
    if query && knobs.standby_delay_max == Span::FOREVER {
        return None;
    }
    let held = if query { micros(knobs.standby_delay_max) } else { 0 };
    let told = of.notice() * 2 + micros(knobs.standby_timeout);
    let found = micros(knobs.receiver_timeout) + micros(knobs.standby_retry);
    let rate = knobs.redo_rate.get().min(knobs.replication_goodput.get());
    Some(told + found + held + takes(byte(lacks), rate))
}

/// A service is without a promotable standby no longer than noticing, building, restoring and
/// catching up take.
pub(super) fn redundancy_restored(of: &Reference<'_>) -> Finding {
    of.of_services(|id| {
        if of.world.service(id).plan.standbys() == 0 {
            return Finding::Vacuous;
        }
        let bare = of.seen(id).bare.spans().filter(|(_, _, bare)| **bare);
        Finding::worst(bare.map(|(start, end, _)| exposed(of, id, start, end)))
    })
}

fn exposed(of: &Reference<'_>, id: ServiceId, start: u64, end: Option<u64>) -> Finding {
    let last = end.unwrap_or(of.now);
    let Some(from) = expected_from(of, id, (start, last)) else { return Finding::Vacuous };
    let Some(rebuild) = Rebuild::of(of, id) else { return Finding::Vacuous };
    let Some(gains) = rebuild.gains else {
        return Finding::broken_for(start, last - start);
    };
    let due = from.saturating_add(rebuild.takes_at_most(from, gains));
    match end {
        _ if last > due => Finding::broken_for(due, last - from),
        None if due > of.now => Finding::Pending,
        Some(_) | None => Finding::Holds,
    }
}

/// Returns from when on a service should have standbys, if an operator had taken them meanwhile.
fn expected_from(of: &Reference<'_>, id: ServiceId, (start, end): (u64, u64)) -> Option<u64> {
    let mut from = start;
    for one in &of.done(id).standstills {
        if one.began <= end && one.over.is_none_or(|over| over >= start) {
            from = from.max(one.over?);
        }
    }
    // A plan without standbys lacks none.
    let tiers = of.done(id).operations.iter().filter(|one| one.changes_tier);
    let tiers = tiers.map(|one| one.began).filter(|at| from <= *at && *at <= end);
    Some(tiers.max().unwrap_or(from))
}

/// What it takes to get a standby again.
struct Rebuild {
    /// To notice, to promote, to build a machine and to restore a backup with what was in it.
    restored: u64,
    /// To transfer a backup.
    transfer: u64,
    /// How much WAL may be written a second.
    writes: u64,
    /// How much faster a new standby comes nearer; nothing if it never does.
    gains: Option<u64>,
    /// How many promotions came to nothing, or were restores.
    detours: usize,
    /// How far apart base backups are.
    backups: u64,
    redo: u64,
    found: u64,
}

impl Rebuild {
    fn of(of: &Reference<'_>, id: ServiceId) -> Option<Self> {
        let knobs = of.knobs();
        let (lag, writes) = (knobs.replication_delay.greatest()?, wal_rate_max(of, id)?);
        let promote = greatest(knobs.promotion_overhead)? + micros(knobs.promotion_patience);
        let build = greatest(knobs.node_build)?;
        let notice = micros(knobs.detection_timeout.max(knobs.standby_timeout));
        let notice = notice + 2 * of.notice();
        let size = of.world.service(id).database_size.get();
        let transfer = takes(size, knobs.restore_rate.get());
        let redo = knobs.redo_rate.get();
        let backups = micros(knobs.backup_period);
        let before = takes(written(knobs.wal_before_start.get(), backups), redo);
        let rates = [knobs.stream_rate.get(), redo, knobs.replication_goodput.get()];
        let fastest = rates.into_iter().min().unwrap_or(0);
        let gains = fastest.checked_sub(writes).filter(|gains| *gains > 0);
        // What is on the way alone may be more than a new standby may lack.
        let on_the_way = u128::from(writes) * u128::from(micros(lag));
        let near = on_the_way <= u128::from(knobs.ready_gap.get()) * 1_000_000;
        let down = &of.seen(id).marked_down;
        let failed = |one: &Promotion<'_>| {
            let since = one.seen.ordered;
            down.iter().any(|(at, _, node)| *node == one.seen.node && *at >= since)
        };
        let all = of.promoted(id);
        Some(Self {
            restored: notice + promote + build + transfer + before,
            transfer,
            writes,
            gains: gains.filter(|_| near),
            detours: all.iter().filter(|one| one.seen.restored || failed(one)).count(),
            backups,
            redo,
            found: micros(knobs.receiver_timeout) + micros(knobs.standby_retry),
        })
    }

    /// Returns how long it takes from an instant on, if a standby gains so much a second.
    fn takes_at_most(&self, from: u64, gains: u64) -> u64 {
        let begins = from + self.restored;
        let mut detoured = 0;
        for _ in 0..self.detours {
            let age = (begins + detoured).min(self.backups);
            detoured += self.restored + takes(written(self.writes, age), self.redo);
        }
        let age = (begins + detoured).min(self.backups);
        let lacks = written(self.writes, age + self.transfer);
        detoured + self.restored + takes(lacks, gains) + self.found
    }
}

/// Returns how many bytes are written at a rate.
fn written(rate: u64, micros: u64) -> u64 {
    let bytes = u128::from(rate) * u128::from(micros) / 1_000_000;
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

/// Returns how much WAL all writers of a service, and of the one that may take over from it, cause
/// a second at most; nothing if there is no such bound.
fn wal_rate_max(of: &Reference<'_>, id: ServiceId) -> Option<u64> {
    use cutover::model::{Arrivals, Work};
    let world = of.world;
    let bound =
        |other: ServiceId| other == id || world.pair_of(id).is_some_and(|pair| pair.has(other));
    let mut sum = 0;
    for client in world.clients.iter().filter(|client| bound(client.service)) {
        if let Work::Write { rate, wal_per_commit, arrivals } = client.work {
            if arrivals == Arrivals::Poisson {
                return None;
            }
            sum += u64::from(rate) * wal_per_commit.get();
        }
    }
    Some(sum)
}
