//! The archive: what a restore loses, whether forks can be crossed and names are unique, and that
//! WAL which waits fits the disk.
//!
//! Knows nothing of how uploads work. Kept here: what was uploaded is what was seen to be.

use cutover::model::{BranchId, Role, ServiceId};
use serde_json::json;

use super::{Finding, Promotion, micros};
use crate::archive::last_tick;
use crate::movement;
use crate::numbers::Reference;
use crate::slots::restart;
use crate::track::{BYTE, byte};

/// The archive has no gap before the beginning of a later timeline.
pub(super) fn restorable_across_the_fork(of: &Reference<'_>) -> Finding {
    of.of_services(|id| {
        let line = of.surviving(id);
        let own = |index: &usize| of.world.branches[*index].service == id;
        if line.keys().filter(|index| own(index)).count() < 2 {
            return Finding::Vacuous;
        }
        let gaps = of.archive_gaps(id);
        let Some(last) = gaps.first().and_then(|gap| gap["timeline"].as_u64()) else {
            return Finding::Holds;
        };
        let numbered = |index: &usize| u64::from(of.world.branches[*index].number) == last;
        let branch = line.keys().find(|index| own(index) && numbered(index));
        let began = branch.map_or(0, |branch| of.movement.branches[*branch].began);
        let sum = |key: &str| gaps.iter().filter_map(|gap| gap[key].as_u64()).sum::<u64>();
        Finding::Broken(
            began,
            json!({
                "bytes": sum("to_lsn") - sum("from_lsn"),
                "window_us": sum("window_us"),
            }),
        )
    })
}

/// A restore loses no more than what was not uploaded yet.
pub(super) fn restore_loss_bounded(of: &Reference<'_>) -> Finding {
    of.of_services(|id| {
        let all = of.promoted(id);
        let restores = all.iter().filter(|one| one.seen.restored);
        Finding::worst(restores.map(|one| restored(of, id, one).unwrap_or(Finding::Vacuous)))
    })
}

fn restored(of: &Reference<'_>, id: ServiceId, one: &Promotion<'_>) -> Option<Finding> {
    let (parent, fork) = of.movement.branches[one.seen.branch?].parent?;
    let (restored, fork) = (one.seen.restore?, byte(fork));
    let sessions = of.world.branches[parent].sessions.iter();
    let used = sessions.map(|session| movement::micros(session.until).min(of.now)).max()?;
    let end = used.min(restored);
    let acked = of.commits.iter().filter(|one| one.told.is_some_and(|told| told <= end));
    if !acked.into_iter().any(|one| one.branch == parent && one.byte > fork) {
        return Some(Finding::Holds);
    }
    let branch = &of.movement.branches[parent];
    let newest = newest_upload(of, (id, parent), branch.uploads.until(restored).min(end), one);
    let bound = end.saturating_sub(newest.max(branch.began));
    let bound = bound.max(micros(of.knobs().archive_period));
    // A whole byte may have been on its way into the archive.
    let kept = of.last_within(parent, u128::from(fork + 1) * BYTE);
    let window = end.saturating_sub(kept.max(branch.began));
    if window <= bound {
        return Some(Finding::Holds);
    }
    Some(Finding::Broken(one.finished(), json!({ "window_us": window })))
}

/// Returns when the newest upload was made by an instant that a restore could still find.
fn newest_upload(
    of: &Reference<'_>,
    (id, parent): (ServiceId, usize),
    end: u64,
    one: &Promotion<'_>,
) -> u64 {
    let stalls = of.world.service(id).upload_stalls.iter();
    let stalls = stalls.map(|(from, until)| (movement::micros(*from), movement::micros(*until)));
    let lasting =
        stalls.filter(|(from, until)| *from <= end && (*until > one.seen.ordered || *until > end));
    let uploads = &of.movement.branches[parent].uploads;
    let end = lasting.map(|(from, _)| uploads.until(from)).fold(end, u64::min);
    let grid = of.world.archive_pace(id);
    last_tick(movement::micros(grid.first), grid.denominator, end).unwrap_or(0)
}

/// What a branch has uploaded under its own number, to a position.
struct Uploaded {
    branch: usize,
    from: u64,
    to: u128,
}

/// In the archive one name of a segment never has two contents.
pub(super) fn archive_names_unique(of: &Reference<'_>) -> Finding {
    let segment = of.knobs().wal_segment.get();
    of.of_services(|id| {
        let own = (0..of.world.branches.len()).filter(|one| of.world.branches[*one].service == id);
        let all: Vec<Uploaded> = own
            .filter_map(|branch| {
                let written = &of.movement.branches[branch];
                let begin = written.parent.map_or(0, |(_, fork)| fork);
                let to = written.uploads.end(of.movement, of.world, BranchId::at(branch), of.now);
                let from = byte(begin) / segment;
                (to > begin).then_some(Uploaded { branch, from, to })
            })
            .collect();
        if all.len() < 2 {
            return Finding::Vacuous;
        }
        let mut clashes = Vec::new();
        for (index, one) in all.iter().enumerate() {
            for other in &all[index + 1..] {
                let count = clash(of, (one, other), segment);
                clashes.extend((count > 0).then_some((other.branch, count)));
            }
        }
        let Some((first, _)) = clashes.first() else { return Finding::Holds };
        let count = clashes.iter().map(|(_, count)| count).sum();
        Finding::broken_times(of.movement.branches[*first].began, count)
    })
}

/// Returns how many names of segments two branches share with different contents.
fn clash(of: &Reference<'_>, (one, other): (&Uploaded, &Uploaded), segment: u64) -> usize {
    let number = |of_one: &Uploaded| of.world.branches[of_one.branch].number;
    if number(one) != number(other) {
        return 0;
    }
    let line = |one: &Uploaded| of.movement.line(one.branch, one.to);
    let (ours, theirs) = (line(one), line(other));
    let shared = ours.iter().filter_map(|(branch, limit)| {
        let same = theirs.iter().find(|(of, _)| of == branch)?;
        Some((*limit).min(same.1))
    });
    let whole = |nth: u64| u128::from(nth * segment) * BYTE;
    let parts = shared.max().unwrap_or(0);
    // Segment by segment: one that ends behind what is shared has two contents.
    let names = one.from.max(other.from)..=byte(one.to.min(other.to)) / segment;
    let differ = |nth: &u64| {
        let begins = whole(*nth).max(parts);
        begins < whole(nth + 1).min(one.to).min(other.to)
    };
    names.filter(differ).count()
}

/// Returns how much WAL fits on a disk of a service beside the database, with a segment in use.
fn room(of: &Reference<'_>, id: ServiceId) -> u128 {
    let knobs = of.knobs();
    let database = of.world.service(id).database_size.get();
    let room = knobs.disk_size.get().saturating_sub(database) + knobs.wal_segment.get();
    u128::from(room) * BYTE
}

/// WAL that is not in the archive yet, or that a logical slot needs, fits the disk.
pub(super) fn wal_fits_the_disk(of: &Reference<'_>) -> Finding {
    let archive = of.of_services(|id| {
        let own = (0..of.world.branches.len()).filter(|one| of.world.branches[*one].service == id);
        Finding::worst(own.flat_map(|branch| waiting(of, id, branch)))
    });
    let primaries = of.world.nodes.iter().filter(|node| node.role == Role::Primary);
    let slots = primaries.filter_map(|node| {
        let own = of.world.slots_of(node.service);
        let usable = own.filter(|id| of.slots[id.index()].is_usable(node.id));
        let oldest = usable.filter_map(|id| restart(of, (id, node.id), of.now)).min()?;
        let branch = &of.movement.branches[node.branch.index()];
        let (written, fork) = (branch.track.at(of.now), branch.parent.map_or(0, |(_, at)| at));
        let kept = written.saturating_sub(u128::from(oldest) * BYTE);
        // A promoted node may have received more than its disk holds.
        let inherited = kept.saturating_sub(written.saturating_sub(fork));
        let segment = u128::from(of.knobs().wal_segment.get()) * BYTE;
        if kept <= room(of, node.service).max(inherited + segment) {
            return Some(Finding::Holds);
        }
        Some(Finding::Broken(of.now, json!({ "bytes": byte(kept) })))
    });
    Finding::worst([archive, Finding::worst(slots)])
}

/// Judges how much WAL of a branch waited at the end of each time without uploads.
fn waiting(of: &Reference<'_>, id: ServiceId, branch: usize) -> Vec<Finding> {
    let written = &of.movement.branches[branch];
    let cut = &of.world.branches[branch].cut_off;
    let times = of.world.service(id).upload_stalls.iter().chain(cut);
    let times = times.map(|(from, until)| (movement::micros(*from), movement::micros(*until)));
    let ends = times.map(|(from, until)| (from, until.min(of.now).saturating_sub(1).max(from)));
    let judged = ends.filter(|(_, last)| written.began <= *last).map(|(from, last)| {
        let archived = written.uploads.end(of.movement, of.world, BranchId::at(branch), last);
        let kept = written.track.at(last).saturating_sub(archived);
        if kept <= room(of, id) {
            return Finding::Holds;
        }
        Finding::Broken(from, json!({ "bytes": byte(kept) }))
    });
    judged.collect()
}
