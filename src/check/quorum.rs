//! Quorum commit: what standbys acknowledged is not lost while enough of them can be asked.
//!
//! Knows nothing of how commits wait. Kept here: a commit counts as made under quorum commit if the
//! setting was in force when its reply left, its client had not turned it off, and no warning ended
//! the wait.

use super::case::{Breach, Case, Finding};
use super::history::PromotionRecord;
use super::ledger::Ledger;
use super::verdict::Amount;
use crate::control::{Candidacy, Fitness, Rule};
use crate::kernel::{Instant, Position, Span};
use crate::knob::CommitLevel;
use crate::model::{Branch, BranchId, ClientId, QuorumRule, Service, Session, World};

/// Judges that no commit is lost that enough standbys acknowledged, if the election looked at more
/// of them than may be without it.
pub(super) fn quorum_commit_survives(case: &Case<'_>) -> Finding {
    Finding::join(case.services().map(|(service, memory)| {
        let branches = case.world.branches.iter().enumerate();
        let of_service = branches.filter(|(_, branch)| branch.service == service.id);
        let findings = of_service.filter(|(_, branch)| branch.quorum.began().is_some());
        Finding::join(findings.map(|(index, branch)| {
            let id = BranchId::at(index);
            let next = |record: &&PromotionRecord| {
                let began = record.branch.and_then(|began| case.world.branch(began).parent);
                began.is_some_and(|(parent, _)| parent == id)
            };
            memory
                .promotions
                .iter()
                .filter(next)
                .map(|record| survives(case, (service, id), branch, record))
                .fold(Finding::Vacuous, |one, other| Finding::join([one, other]))
        }))
    }))
}

fn survives(
    case: &Case<'_>,
    (service, id): (&Service, BranchId),
    branch: &Branch,
    record: &PromotionRecord,
) -> Finding {
    let Some((_, _, rule)) = branch.quorum.periods().pop() else { return Finding::Vacuous };
    if !was_sure(service, rule, record) {
        return Finding::Vacuous;
    }
    let looked = looked(service, rule, record);
    let whole = acked_under_quorum(case.world, branch, (Instant::FAR, looked));
    if whole == 0 {
        return Finding::Vacuous;
    }
    let ledger = Ledger::of(case.world, service.id);
    let Some(part) = ledger.abandoned.iter().find(|part| part.branch == id) else {
        return Finding::Holds;
    };
    let kept = branch.last_made_within(part.from.max(fork_of(case.world, record)));
    let lost = whole - acked_under_quorum(case.world, branch, (kept, looked));
    if lost == 0 {
        return Finding::Holds;
    }
    let detail = format!(
        "{lost} commits that standbys acknowledged to {} are lost, though the election saw enough \
         of them",
        case.world.node_name(branch.node)
    );
    Finding::Broken(Breach { at: record.ordered, amounts: vec![Amount::Commits(lost)], detail })
}

/// Returns up to where a promoted node had the history before: what is lost below that is lost by
/// a later change.
pub(super) fn fork_of(world: &World, record: &PromotionRecord) -> Position {
    let parent = record.branch.and_then(|branch| world.branch(branch).parent);
    parent.map_or(Position::ZERO, |(_, fork)| fork)
}

/// Returns whether an election saw more standbys than may be without an acknowledged commit: of m
/// standbys of which any k must acknowledge, m - k may.
pub(super) fn was_sure(service: &Service, rule: &QuorumRule, record: &PromotionRecord) -> bool {
    let named = rule.standbys.len();
    let members = if named == 0 { usize::from(service.plan.standbys()) } else { named };
    // Whoever is restored from a backup was not elected.
    !record.restored && fresh(service, rule, record).count() + rule.needs > members
}

/// Returns the candidates of which an election knew how far they were, of those that commits wait
/// for.
fn fresh<'a>(
    service: &'a Service,
    rule: &'a QuorumRule,
    record: &'a PromotionRecord,
) -> impl Iterator<Item = &'a Candidacy> {
    record.candidates.iter().filter(|one| {
        let seen = matches!(one.standing, Fitness::Chosen | Fitness::Behind);
        seen && service.numbered(one.number).is_some_and(|node| rule.names(node))
    })
}

/// Returns until when what standbys acknowledged may have been looked at: a daemon stops nobody
/// from acknowledging to the old primary, and goes by its last polls.
fn looked(service: &Service, rule: &QuorumRule, record: &PromotionRecord) -> Instant {
    if record.rule != Rule::PromoteSelf {
        return Instant::FAR;
    }
    fresh(service, rule, record).map(|one| one.reported).min().unwrap_or(record.ordered)
}

/// Counts the commits made by an instant that were acknowledged by another while the setting was in
/// force.
pub(super) fn acked_under_quorum(
    world: &World,
    branch: &Branch,
    (made, acked): (Instant, Instant),
) -> u64 {
    let now = world.now.min(acked);
    let level = |client: ClientId| world.client(client).settings.synchronous_commit;
    let waiting = branch.sessions.iter().filter(|one| level(one.client) != CommitLevel::Local);
    waiting.map(|session| acked_in_force(branch, session, made, now)).sum()
}

/// Counts the commits of a session, made by an instant, that were acknowledged without a warning
/// while the setting was in force.
pub(crate) fn acked_in_force(
    branch: &Branch,
    session: &Session,
    made: Instant,
    now: Instant,
) -> u64 {
    let periods = branch.quorum.periods();
    let within = periods.iter().map(|(since, end, _)| {
        let told = now.min(end.minus(Span::from_micros(1)));
        // What is made in the instant in which the setting takes effect waits for nobody.
        let by_end = branch.acked_unwarned(session, made, told);
        by_end - branch.acked_unwarned(session, made.min(*since), told).min(by_end)
    });
    within.sum()
}

/// Judges that nobody was told of a commit with no more than a warning that standbys may lack it.
pub(super) fn no_warned_commits(case: &Case<'_>) -> Finding {
    Finding::join(case.services().map(|(service, _)| {
        let branches = case.world.branches.iter().filter(|one| one.service == service.id);
        let mut synchronous = branches.filter(|branch| branch.quorum.began().is_some()).peekable();
        if synchronous.peek().is_none() {
            return Finding::Vacuous;
        }
        let warned = Ledger::of(case.world, service.id).warned;
        if warned == 0 {
            return Finding::Holds;
        }
        let first = synchronous.flat_map(|branch| &branch.sessions);
        let first = first.filter_map(|session| session.warned).min();
        let name = &case.world.names.services[service.id.index()];
        let detail = format!("{name} acknowledged {warned} commits with a warning");
        let at = first.unwrap_or(case.world.now);
        Finding::Broken(Breach { at, amounts: vec![Amount::Commits(warned)], detail })
    }))
}
