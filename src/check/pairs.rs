//! Services that follow others: who is promoted at whose order, and who is active in a pair.
//!
//! Knows nothing of what happens within a service that follows nobody. Kept here: a promotion is
//! judged by what made the platform order it, and activity by who writes and by what is shown.

use super::case::{Breach, Case, Finding};
use super::history::PromotionRecord;
use crate::control::{Operator, PairRole};
use crate::kernel::{Instant, Span};

/// Judges that nobody of a read replica service is promoted unless an operator removed its
/// integration.
pub(super) fn read_replica_stays(case: &Case<'_>) -> Finding {
    let replicas = case.world.integrations.iter();
    let replicas = replicas.filter(|one| !one.is_pair());
    Finding::join(replicas.map(|one| {
        let removal = |at: Instant| {
            case.history.orders.iter().any(|order| {
                matches!(order.operator, Operator::RemoveIntegration | Operator::PromoteSecondary)
                    && (order.service, order.refusal) == (one.destination, None)
                    && order.at <= at
            })
        };
        let promotions = &case.history.of(one.destination).promotions;
        let unasked = |record: &&PromotionRecord| !removal(record.ordered);
        let unasked: Vec<_> = promotions.iter().filter(unasked).collect();
        let tempted = [one.source, one.destination]
            .iter()
            .any(|service| !case.history.of(*service).given_up.is_empty());
        match unasked.first() {
            Some(first) => {
                let name = case.world.node_name(first.node);
                let detail =
                    format!("{name} of a service that follows another was promoted unasked");
                Finding::broken_times(first.ordered, unasked.len(), detail)
            }
            None if tempted => Finding::Holds,
            None => Finding::Vacuous,
        }
    }))
}

/// Judges that at most one service of a pair is active, and that both are passive only for as long
/// as a change takes.
pub(super) fn one_active_service(case: &Case<'_>) -> Finding {
    let Some(overhead) = case.knobs.promotion_overhead.greatest() else { return Finding::Vacuous };
    let knobs = case.knobs;
    let bound = knobs.demotion_patience + knobs.promotion_patience + overhead + case.notice() * 3;
    Finding::join(case.history.pairs.iter().map(|pair| {
        let name = &case.world.names.services[pair.primary.index()];
        let both = spans(&pair.writing, case.until, |writing| *writing > 1);
        let roles = pair.role_pairs();
        let active = |roles: &[PairRole; 2], count| {
            roles.iter().filter(|role| **role == PairRole::Active).count() == count
        };
        let labels = spans(&roles, case.until, |roles| active(roles, 2));
        if let Some((start, _)) = both.iter().chain(&labels).min() {
            let total = |spans: &[(Instant, Instant)]| {
                spans.iter().fold(Span::ZERO, |sum, (start, end)| sum + end.since(*start))
            };
            let time = total(&both).max(total(&labels));
            let detail = format!("both services of the pair of {name} were active for {time}");
            return Finding::broken_for(*start, time, detail);
        }
        let none = spans(&roles, case.until, |roles| active(roles, 0));
        let long = none.iter().find(|(start, end)| end.since(*start) > bound);
        if let Some((start, end)) = long {
            let time = end.since(*start);
            let detail = format!("no service of the pair of {name} was active for {time}");
            return Finding::broken_for(*start + bound, time, detail);
        }
        if roles.len() > 1 { Finding::Holds } else { Finding::Vacuous }
    }))
}

/// Returns the stretches of a memory that are as wanted, each with its end.
pub(super) fn spans<T>(
    memory: &[(Instant, T)],
    until: Instant,
    wanted: impl Fn(&T) -> bool,
) -> Vec<(Instant, Instant)> {
    let entries = memory.iter().enumerate().filter(|(_, (_, value))| wanted(value));
    entries
        .map(|(index, (start, _))| (*start, memory.get(index + 1).map_or(until, |(end, _)| *end)))
        .collect()
}

/// Judges that the roles of a pair change only as the documentation's table has it.
pub(super) fn roles_move_legally(case: &Case<'_>) -> Finding {
    Finding::join(case.history.pairs.iter().map(|pair| {
        let roles = pair.role_pairs();
        let moves = roles.windows(2).map(|two| (two[1].0, two[0].1, two[1].1));
        let illegal: Vec<_> = moves.filter(|(_, from, to)| !is_legal(*from, *to)).collect();
        match illegal.first() {
            Some((at, from, to)) => {
                let name = &case.world.names.services[pair.primary.index()];
                let words = |roles: &[PairRole; 2]| roles.map(PairRole::word).join("/");
                let detail =
                    format!("the pair of {name} went from {} to {}", words(from), words(to));
                Finding::Broken(Breach { at: *at, amounts: Vec::new(), detail })
            }
            None if roles.len() > 1 => Finding::Holds,
            None => Finding::Vacuous,
        }
    }))
}

/// A change of the roles of a pair's primary and recovery service that the documentation has.
///
/// # Examples
/// A failover ends with the old primary service failed and the recovery service active:
/// ```
/// use cutover::check::ROLE_MOVES;
/// use cutover::control::PairRole::{Active, Failed, Passive};
/// let over = ROLE_MOVES.iter().find(|one| one.by == "a failover is completed").expect("one is");
/// assert_eq!((over.from, over.to), ([Active, Passive], [Failed, Active]));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct RoleMove {
    /// The roles before.
    pub from: [PairRole; 2],
    /// The roles after.
    pub to: [PairRole; 2],
    /// What leads from one to the other.
    pub by: &'static str,
}

/// Every change of roles that is legal.
///
/// Both are passive while one takes over from the other. A take-over from a service that is gone,
/// and one that promotes first, know no such time. Source: Aiven, "Cross-region disaster recovery".
///
/// # Examples
/// ```
/// use cutover::check::ROLE_MOVES;
/// assert!(ROLE_MOVES.len() >= 8);
/// ```
pub const ROLE_MOVES: &[RoleMove] = &[
    role_move([ACTIVE, PASSIVE], [PASSIVE, PASSIVE], "a switchover begins"),
    role_move(
        [PASSIVE, PASSIVE],
        [PASSIVE, ACTIVE],
        "a switchover is completed, or a way home fails",
    ),
    role_move(
        [PASSIVE, ACTIVE],
        [PASSIVE, PASSIVE],
        "a switchback or the last step of a failback begins",
    ),
    role_move(
        [PASSIVE, PASSIVE],
        [ACTIVE, PASSIVE],
        "a switchback or a failback is completed, or a switchover fails",
    ),
    role_move([ACTIVE, PASSIVE], [FAILED, ACTIVE], "a failover is completed"),
    role_move([FAILED, ACTIVE], [PASSIVE, ACTIVE], "a failed primary service is recreated"),
    role_move(
        [ACTIVE, PASSIVE],
        [PASSIVE, ACTIVE],
        "a switchover that promotes first is completed",
    ),
    role_move(
        [PASSIVE, ACTIVE],
        [ACTIVE, PASSIVE],
        "a take-over from a recovery service that is gone is completed",
    ),
];

const ACTIVE: PairRole = PairRole::Active;
const PASSIVE: PairRole = PairRole::Passive;
const FAILED: PairRole = PairRole::Failed;

const fn role_move(from: [PairRole; 2], to: [PairRole; 2], by: &'static str) -> RoleMove {
    RoleMove { from, to, by }
}

/// Returns whether the roles of the primary and the recovery service may change like this.
fn is_legal(from: [PairRole; 2], to: [PairRole; 2]) -> bool {
    ROLE_MOVES.iter().any(|one| (one.from, one.to) == (from, to))
}
