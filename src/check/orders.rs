//! Operators' orders: each that was carried out had what it presupposes.
//!
//! Knows nothing of how the platform checks. Kept here: what is presupposed is judged by what was
//! shown and heard before the order, with some slack for news under way.

use super::case::{Case, Finding};
use super::groups;
use super::history::OrderGiven;
use super::pair_history::PairHistory;
use super::pairs::spans;
use crate::control::{Operator, PairRole};
use crate::kernel::{Instant, Span};
use crate::model::ServiceId;

/// Judges that every order that was carried out had what it presupposes.
pub(super) fn preconditions_checked(case: &Case<'_>) -> Finding {
    let orders = &case.history.orders;
    let of_pairs = case.history.pairs.iter().map(|pair| {
        let ours = orders.iter().filter(|order| pair.has(order.service));
        checked(ours, |order| lack(case, pair, order))
    });
    let of_groups = case.history.groups.iter().map(|group| {
        let ours = orders.iter().filter(|order| group.has(order.service));
        checked(ours, |order| groups::lack(group, order))
    });
    Finding::join(of_pairs.chain(of_groups))
}

fn checked<'a>(
    orders: impl Iterator<Item = &'a OrderGiven>,
    lack: impl Fn(&OrderGiven) -> Option<String>,
) -> Finding {
    let orders: Vec<_> = orders.collect();
    let taken = orders.iter().filter(|order| order.refusal.is_none());
    let lacks: Vec<_> = taken.filter_map(|order| Some((order, lack(order)?))).collect();
    match lacks.first() {
        Some((order, why)) => {
            let name = order.operator.card().name;
            let detail = format!("{name} was carried out though {why}");
            Finding::broken_times(order.at, lacks.len(), detail)
        }
        None if orders.is_empty() => Finding::Vacuous,
        None => Finding::Holds,
    }
}

/// Returns what an order that was carried out lacked, in words.
fn lack(case: &Case<'_>, pair: &PairHistory, order: &OrderGiven) -> Option<String> {
    use PairRole::{Active, Failed, Passive};
    let just_before = order.at.minus(Span::from_micros(1));
    let roles = pair.roles_at(just_before);
    let changes = pair.role_pairs();
    let past: Vec<_> = changes.iter().filter(|(at, _)| *at <= just_before).collect();
    let restored = past.iter().rev().nth(1).is_some_and(|(_, roles)| roles[0] == Failed);
    let found = roles.map(PairRole::word).join("/");
    let wrong_roles =
        |wanted: [PairRole; 2]| (roles != wanted).then(|| format!("the roles were {found}"));
    let silent = |service: ServiceId| {
        let silences = case.history.of(service).silences.iter();
        let known = |at: Instant| at + case.notice() < order.at;
        let gone = |node| {
            let memory = case.history.of(service);
            let mut given_up = memory.given_up.iter().filter(|one| one.node == node);
            // An old primary that a switchover stopped is silent as it should be.
            let mut replaced = memory.promotions.iter().filter(|one| one.from == node);
            given_up.any(|one| one.at < order.at) || replaced.any(|one| one.finished < order.at)
        };
        silences
            .filter(|one| one.was_primary && known(one.last_report) && one.until > order.at)
            .filter(|one| !gone(one.node))
            .map(|one| format!("{} was silent", case.world.node_name(one.node)))
            .next()
    };
    let bare = |service: ServiceId| {
        let index = usize::from(service == pair.recovery);
        let before = order.at.minus(case.notice() * 2);
        let some = spans(&pair.standbys, case.until, |counts| counts[index] > 0);
        let lately = some.iter().any(|(start, end)| *start <= order.at && *end >= before);
        let name = &case.world.names.services[service.index()];
        (!lately).then(|| format!("{name} had no standby that followed"))
    };
    match order.operator {
        Operator::Switchover => wrong_roles([Active, Passive])
            .or_else(|| silent(pair.primary))
            .or_else(|| bare(pair.recovery)),
        Operator::Failover => wrong_roles([Active, Passive]).or_else(|| bare(pair.recovery)),
        Operator::Switchback => wrong_roles([Passive, Active])
            .or_else(|| {
                let unasked = restored && !case.knobs.switchback_after_failover;
                unasked.then(|| "no switchover was completed before".to_owned())
            })
            .or_else(|| silent(pair.recovery))
            .or_else(|| bare(pair.primary)),
        Operator::RecreatePrimary => wrong_roles([Failed, Active]),
        Operator::TakeOver => wrong_roles([Passive, Active])
            .or_else(|| (!restored).then(|| "the primary service was not recreated".to_owned()))
            .or_else(|| bare(pair.primary)),
        Operator::SetUpRecovery => silent(pair.service(usize::from(roles[1] == Active))),
        Operator::DeleteRecovery if roles[1] == Passive => None,
        Operator::DeleteRecovery => Some("the recovery service was active".to_owned()),
        Operator::StartServer
        | Operator::Promote
        | Operator::RemoveIntegration
        | Operator::Maintain
        | Operator::Migrate(_)
        | Operator::ChangeTier(_)
        | Operator::ChangePlan(_)
        | Operator::PromoteToMaster
        | Operator::ReverseIntegration
        | Operator::SwitchByTerraform
        | Operator::PromoteSecondary
        | Operator::AddSecondary
        | Operator::MajorUpgrade
        | Operator::PowerOffService
        | Operator::PowerOnService
        | Operator::RemoveWindows => None,
    }
}
