//! The archive: what a restore loses, whether names are unique and forks can be crossed, and that
//! WAL which waits for it fits the disk.
//!
//! Knows nothing of how uploads work. Kept here: a bound is drawn from the grid of uploads and the
//! stalls of it, not from what was restored.

use super::case::{Breach, Case, Finding};
use super::history::PromotionRecord;
use super::ledger::surviving_line;
use super::verdict::Amount;
use crate::kernel::{Bytes, Instant, Lsn, Position, Span};
use crate::model::{Branch, BranchId, Role, Service, ServiceId, World};

/// WAL before the beginning of a timeline that is in no archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ArchiveGap {
    /// The branch that begins behind the gap.
    pub branch: BranchId,
    /// Where the gap begins.
    pub from: Lsn,
    /// Where it ends.
    pub to: Lsn,
    /// How long it took to write what is missing.
    pub window: Span,
}

/// Returns the gaps that the archive has in the history of the last primary, newest first.
pub(crate) fn archive_gaps(world: &World, service: ServiceId) -> Vec<ArchiveGap> {
    let line = surviving_line(world, service);
    let forks = line.iter().filter_map(|(id, _)| Some((*id, world.branch(*id).parent?)));
    // An archive of its own begins with the promotion that made a service independent.
    let own = |id: BranchId| world.branch(id).service == service;
    forks
        .filter(|(branch, (parent, _))| own(*branch) && own(*parent))
        .filter_map(|(branch, (parent, fork))| {
            let (from, to) = world.archive_gap(parent, fork, world.now)?;
            let parent = world.branch(parent);
            let end = parent.written.reaches(Position::from_lsn(to)).unwrap_or(world.now);
            let window = end.since(parent.last_at_or_below(Position::from_lsn(from)));
            Some(ArchiveGap { branch, from, to, window })
        })
        .collect()
}

/// Judges that the archive has no gap across the beginning of a timeline.
pub(super) fn restorable_across_the_fork(case: &Case<'_>) -> Finding {
    Finding::join(case.services().map(|(service, _)| {
        let line = surviving_line(case.world, service.id);
        let own = |(id, _): &&(BranchId, Position)| case.world.branch(*id).service == service.id;
        if line.iter().filter(own).count() < 2 {
            return Finding::Vacuous;
        }
        let gaps = archive_gaps(case.world, service.id);
        let Some(last) = gaps.first() else { return Finding::Holds };
        let bytes = gaps.iter().map(|gap| gap.to.get() - gap.from.get()).sum();
        let window = gaps.iter().fold(Span::ZERO, |sum, gap| sum + gap.window);
        let branch = case.world.branch(last.branch);
        let detail = format!(
            "{} of WAL from {} to {} before timeline {} are in no archive",
            Bytes(last.to.get() - last.from.get()),
            last.from,
            last.to,
            branch.number
        );
        let amounts = vec![Amount::Bytes(Bytes(bytes)), Amount::Window(window)];
        Finding::Broken(Breach { at: branch.began, amounts, detail })
    }))
}

/// Judges that a restore loses no more than what was not uploaded yet.
pub(super) fn restore_loss_bounded(case: &Case<'_>) -> Finding {
    Finding::join(case.services().map(|(service, memory)| {
        let restores = memory.promotions.iter().filter(|promotion| promotion.restored);
        Finding::join(restores.map(|promotion| restored(case, service, promotion)))
    }))
}

fn restored(case: &Case<'_>, service: &Service, promotion: &PromotionRecord) -> Finding {
    let (Some(id), Some(restore)) = (promotion.branch, promotion.restore) else {
        return Finding::Vacuous;
    };
    let Some((parent, fork)) = case.world.branch(id).parent else { return Finding::Vacuous };
    let parent = case.world.branch(parent);
    let Some(used) = parent.in_use_until(case.world.now) else { return Finding::Vacuous };
    let end = used.min(restore.at);
    let whole = parent.tally(parent.written.at(end), end).acked;
    if whole <= parent.tally(fork, end).acked {
        return Finding::Holds;
    }
    let uploaded = restore.uploaded_until.min(end);
    let newest = newest_upload(case, (service, parent), uploaded, promotion.ordered);
    let bound = case.knobs.archive_period.max(end.since(newest.max(parent.began)));
    // A whole byte may have been on its way into the archive.
    let kept = Position::from_lsn(Lsn(fork.lsn().get() + 1));
    let window = end.since(parent.last_at_or_below(kept).max(parent.began));
    if window <= bound {
        return Finding::Holds;
    }
    let detail = format!(
        "the restore of {} lost {window}, but the newest upload was of {newest}",
        case.world.node_name(promotion.node)
    );
    let amounts = vec![Amount::Window(window)];
    Finding::Broken(Breach { at: promotion.finished, amounts, detail })
}

/// Returns when the newest upload by `end` was made, of those that a restore could still find.
fn newest_upload(
    case: &Case<'_>,
    (service, parent): (&Service, &Branch),
    end: Instant,
    ordered: Instant,
) -> Instant {
    let lasting = service
        .upload_stalls
        .iter()
        .filter(|(from, until)| *from <= end && (*until > ordered || *until > end));
    // A server that was down when uploads began to stall had uploaded nothing since it went down.
    let stalled = lasting.map(|(from, _)| parent.uploaded_until(*from));
    let end = stalled.fold(end, Instant::min);
    case.world.archive_pace(service.id).last(end).unwrap_or(Instant::ZERO)
}

/// Judges that no name of a segment ever stands for two contents.
pub(super) fn archive_names_unique(case: &Case<'_>) -> Finding {
    let world = case.world;
    Finding::join(case.services().map(|(service, _)| {
        let branches = world.branches.iter().enumerate();
        let of_service = branches.filter(|(_, branch)| branch.service == service.id);
        let uploaded: Vec<Uploaded> =
            of_service.filter_map(|(index, _)| uploaded(case, BranchId::at(index))).collect();
        if uploaded.len() < 2 {
            return Finding::Vacuous;
        }
        let pairs = uploaded
            .iter()
            .enumerate()
            .flat_map(|(index, one)| uploaded[index + 1..].iter().map(move |other| (one, other)));
        let clashes: Vec<_> = pairs.filter_map(|pair| clash(case, pair)).collect();
        let Some((first, _)) = clashes.first() else { return Finding::Holds };
        let count: u64 = clashes.iter().map(|(_, count)| count).sum();
        let branch = world.branch(*first);
        let detail = format!(
            "{count} segment names of timeline {} stand for two contents, one by {}",
            branch.number,
            world.node_name(branch.node)
        );
        let times = usize::try_from(count).unwrap_or(usize::MAX);
        Finding::broken_times(branch.began, times, detail)
    }))
}

/// What a branch has uploaded under its own number.
struct Uploaded {
    branch: BranchId,
    from: Position,
    to: Position,
}

fn uploaded(case: &Case<'_>, id: BranchId) -> Option<Uploaded> {
    let branch = case.world.branch(id);
    let begin = branch.parent.map_or(Position::ZERO, |(_, fork)| fork);
    let to = case.world.archived(id, case.world.now);
    let from = Position::from_lsn(Lsn(segment(case, begin) * case.knobs.wal_segment.get()));
    (to > begin).then_some(Uploaded { branch: id, from, to })
}

fn segment(case: &Case<'_>, position: Position) -> u64 {
    position.lsn().get() / case.knobs.wal_segment.get()
}

/// Returns the later of two branches and how many names they share with different contents.
fn clash(case: &Case<'_>, (one, other): (&Uploaded, &Uploaded)) -> Option<(BranchId, u64)> {
    let world = case.world;
    if world.branch(one.branch).number != world.branch(other.branch).number {
        return None;
    }
    let lines = (world.line(one.branch, one.to), world.line(other.branch, other.to));
    let shared = lines.0.iter().filter_map(|(id, limit)| {
        let found = lines.1.iter().find(|(of, _)| of == id)?;
        Some(found.1.min(*limit))
    });
    let from = shared.max().unwrap_or(Position::ZERO).max(one.from).max(other.from);
    let to = one.to.min(other.to);
    let last = Position::from_lsn(Lsn(to.lsn().get().checked_sub(1)?));
    (from < to).then(|| (other.branch, segment(case, last) + 1 - segment(case, from)))
}

/// Returns a segment, which may be under way while a server stops.
fn segment_in_use(case: &Case<'_>) -> Position {
    Position::from_lsn(Lsn(case.knobs.wal_segment.get()))
}

/// Returns how much WAL a disk may hold beside the database of a service.
fn room(case: &Case<'_>, service: ServiceId) -> Position {
    let database = case.world.service(service).database_size.get();
    let room = case.knobs.disk_size.get().saturating_sub(database);
    Position::from_lsn(Lsn(room)) + segment_in_use(case)
}

/// Judges that WAL kept for an archive that stalls or is out of reach fits the disk.
pub(super) fn wal_fits_the_disk(case: &Case<'_>) -> Finding {
    let slots = slots_fit_the_disk(case);
    let archive = Finding::join(case.services().flat_map(|(service, _)| {
        let branches = case.world.branches.iter().enumerate();
        let of_service = branches.filter(|(_, branch)| branch.service == service.id);
        let room = room(case, service.id);
        of_service.map(move |(index, branch)| {
            let stalls = service.upload_stalls.iter().chain(&branch.cut_off);
            let ends = stalls.map(|(from, until)| {
                let last = (*until).min(case.world.now).minus(Span::from_micros(1)).max(*from);
                (from, last)
            });
            Finding::join(ends.filter(|(_, last)| branch.began <= *last).map(|(from, last)| {
                let archived = case.world.archived(BranchId::at(index), last);
                let kept = branch.written.at(last).minus(archived);
                if kept <= room {
                    return Finding::Holds;
                }
                let kept = Bytes(kept.lsn().get());
                let name = case.world.node_name(branch.node);
                let detail = format!("{name} kept {kept} of WAL, more than its disk has room for");
                let amounts = vec![Amount::Bytes(kept)];
                Finding::Broken(Breach { at: *from, amounts, detail })
            }))
        })
    }));
    Finding::join([archive, slots])
}

/// Judges that what a node keeps for logical slots at the end of its writing fits its disk.
fn slots_fit_the_disk(case: &Case<'_>) -> Finding {
    let world = case.world;
    let segment = segment_in_use(case);
    let primaries = world.nodes.iter().filter(|node| node.role == Role::Primary);
    Finding::join(primaries.filter_map(|node| {
        let kept = world.kept_for_slots(node.id)?;
        // A promoted node may have received more than its disk holds; it must add nothing to that.
        let fork = world.branch(node.branch).parent.map_or(Position::ZERO, |(_, fork)| fork);
        let inherited = kept.minus(world.output(node.id).at(world.now).minus(fork));
        if kept <= room(case, node.service).max(inherited + segment) {
            return Some(Finding::Holds);
        }
        let (kept, name) = (Bytes(kept.lsn().get()), world.node_name(node.id));
        let detail =
            format!("{name} kept {kept} of WAL for slots, more than its disk has room for");
        let amounts = vec![Amount::Bytes(kept)];
        Some(Finding::Broken(Breach { at: world.now, amounts, detail }))
    }))
}
