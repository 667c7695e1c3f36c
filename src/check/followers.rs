//! Those who follow: they leave the old history where the new one does, and come past that place.
//!
//! Knows nothing of who was elected. Kept here: that WAL streams to a follower proves nothing; it
//! follows when it has replayed what only the new timeline has.

use super::case::{Breach, Case, Finding};
use super::history::{PromotionRecord, ServiceHistory};
use super::redundancy::transfer;
use super::verdict::Amount;
use crate::fault::FaultKind;
use crate::kernel::{Bytes, Instant, Lsn, Position, Span};
use crate::model::{BranchId, NodeId};

/// Judges that whoever follows a timeline has replayed nothing of an abandoned one beyond its fork.
pub(super) fn histories_not_merged(case: &Case<'_>) -> Finding {
    Finding::join(case.services().map(|(_, memory)| {
        Finding::join(memory.followed.iter().map(|followed| {
            let fork = case.world.shared_until(followed.from, followed.to);
            if followed.replayed.lsn() <= fork.lsn() {
                return Finding::Holds;
            }
            let beyond = Bytes(followed.replayed.lsn().get() - fork.lsn().get());
            let detail = format!(
                "{} follows timeline {} and holds {beyond} of an abandoned one",
                case.world.node_name(followed.node),
                case.world.branch(followed.to).number
            );
            let amounts = vec![Amount::Bytes(beyond)];
            Finding::Broken(Breach { at: followed.at, amounts, detail })
        }))
    }))
}

/// Judges that a surviving standby replays past the fork, or is given up, in time.
pub(super) fn followers_follow(case: &Case<'_>) -> Finding {
    Finding::join(case.services().map(|(_, memory)| {
        Finding::join(memory.promotions.iter().flat_map(|promotion| {
            let survivors = promotion.survivors.iter();
            survivors.map(move |node| follows(case, memory, (promotion, *node)))
        }))
    }))
}

fn follows(
    case: &Case<'_>,
    memory: &ServiceHistory,
    (promotion, id): (&PromotionRecord, NodeId),
) -> Finding {
    let (Some(branch), node) = (promotion.branch, case.world.node(id)) else {
        return Finding::Vacuous;
    };
    let Some((_, fork)) = case.world.branch(branch).parent else { return Finding::Vacuous };
    let past = Position::from_lsn(Lsn(fork.lsn().get() + 1));
    let written = case.world.branch(branch).written.reaches(past);
    let written = written.filter(|at| *at <= case.until);
    let lacks = fork.minus(node.replayed.at(promotion.finished));
    let Some(bound) = bound(case, lacks) else { return Finding::Vacuous };
    // Nobody can be told, and nobody can follow, before what was cut is whole.
    let healed = case.history.strikes.iter().filter(|strike| strike.healed);
    let whole = healed.map(|strike| strike.at).max().unwrap_or(Instant::ZERO);
    let begins = promotion.finished.max(written.unwrap_or(Instant::ZERO)).max(whole);
    let deadline = begins + bound;
    let followed = followed_at(memory, id, branch);
    let done = match (followed, written) {
        (Some(at), Some(_)) => node.replayed.reaches(past).map(|there| there.max(at)),
        (at, _) => at,
    };
    let done = done.filter(|at| *at <= case.until);
    // Once given up is given up for good: also when that was while the new primary was restored.
    let given_up = memory.given_up.iter().filter(|one| one.node == id);
    let next = memory.promotions.iter().map(|one| one.ordered).find(|at| *at > promotion.finished);
    let name = case.world.node_name(id);
    match done.into_iter().chain(given_up.map(|one| one.at)).min() {
        Some(at) if at <= deadline => Finding::Holds,
        _ if !node.answers() || next.is_some_and(|at| at <= deadline) => Finding::Vacuous,
        None if deadline > case.until => Finding::Pending(deadline),
        late => {
            let late = late.unwrap_or(case.until).since(deadline);
            let number = case.world.branch(branch).number;
            let detail = format!("{name} had not replayed past the beginning of timeline {number}");
            Finding::broken_for(deadline, late, detail)
        }
    }
}

/// Returns when a node began to follow a branch.
fn followed_at(memory: &ServiceHistory, node: NodeId, branch: BranchId) -> Option<Instant> {
    let of_node = memory.followed.iter().filter(|followed| followed.node == node);
    of_node.filter(|followed| followed.to == branch).map(|followed| followed.at).next()
}

/// Returns how long a standby takes at most to learn of a new primary, find it, and replay what it
/// lacked of the old timeline; nothing if nobody can say.
fn bound(case: &Case<'_>, lacks: Position) -> Option<Span> {
    let knobs = case.knobs;
    let takes = knobs.redo_rate.get().min(knobs.replication_goodput.get());
    let query = |strike: &crate::check::Strike| strike.kind == FaultKind::LongQuery;
    let held =
        if case.history.strikes.iter().any(query) { knobs.standby_delay_max } else { Span::ZERO };
    if held == Span::FOREVER {
        return None;
    }
    let told = case.notice() * 2 + knobs.standby_timeout;
    let found = knobs.receiver_timeout + knobs.standby_retry;
    Some(told + found + held + transfer(lacks.lsn().get(), takes))
}
