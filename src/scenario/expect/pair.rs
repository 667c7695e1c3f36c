//! Whether services of a pair, and services that an order had down, were what they were expected
//! to be, and orders were refused.
//!
//! Knows nothing of single nodes. Kept here: a role or a state is that of one instant.

use super::Finding;
use crate::control::{OrderCard, PairRole, Refusal, ServiceState};
use crate::kernel::{Instant, Span};
use crate::sim::{Outcome, PairOutcome, RoleChange};

/// Judges which role a service has at an instant.
pub(super) fn role(outcome: &Outcome, service: &str, (role, by): (PairRole, Span)) -> Finding {
    shown(outcome, service, by, |change| {
        (change.role == role, format!("{service} was {}", change.role.word()))
    })
}

/// Judges in which state a service is shown at an instant.
pub(super) fn state(
    outcome: &Outcome,
    service: &str,
    (state, by): (ServiceState, Span),
) -> Finding {
    let paired = outcome.pairs.iter().flat_map(|pair| [&pair.primary, &pair.recovery]);
    let alone = outcome.services.iter().find(|one| one.name == service);
    let Some(alone) = alone.filter(|_| !paired.into_iter().any(|one| one == service)) else {
        return shown(outcome, service, by, |change| {
            (change.state == state, format!("{service} was {}", change.state.word()))
        });
    };
    let by = Instant::ZERO + by;
    let last = alone.states.iter().rev().find(|(at, _)| *at <= by);
    let (since, is) = last.copied().unwrap_or((Instant::ZERO, ServiceState::Running));
    let detail = format!("{service} was {} at {by}, since {since}", is.word());
    if by > outcome.until {
        Finding::inconclusive(detail)
    } else if is == state {
        Finding::met(Some(since), detail)
    } else {
        Finding::missed(Some(by), detail)
    }
}

fn shown(
    outcome: &Outcome,
    service: &str,
    by: Span,
    judge: impl Fn(&RoleChange) -> (bool, String),
) -> Finding {
    let by = Instant::ZERO + by;
    let changes = outcome.pairs.iter().flat_map(|pair| &pair.roles);
    let mut of_service = changes.filter(|change| change.service == service && change.at <= by);
    let Some(last) = of_service.next_back() else {
        return Finding::missed(None, format!("{service} belongs to no pair"));
    };
    let (met, detail) = judge(last);
    let detail = format!("{detail} at {by}, since {}", last.at);
    if by > outcome.until {
        return Finding::inconclusive(detail);
    }
    if met { Finding::met(Some(last.at), detail) } else { Finding::missed(Some(by), detail) }
}

/// Judges that an order is refused for a reason.
pub(super) fn refused(
    outcome: &Outcome,
    (card, service): (&OrderCard, &str),
    because: &str,
) -> Finding {
    let name = card.name;
    let reason = Refusal::ALL.into_iter().find(|refusal| refusal.name() == because);
    let words = reason.map(Refusal::words);
    let given = outcome.orders.iter().filter(|one| one.order == name && one.service == service);
    let given: Vec<_> = given.collect();
    if let Some(found) = given.iter().find(|one| one.refusal.is_some() && one.refusal == words) {
        return Finding::met(Some(found.at), format!("{name} {service} was refused: {because}"));
    }
    let detail = match given.first() {
        None => format!("{name} {service} was not ordered"),
        Some(one) => match one.refusal {
            None => format!("{name} {service} was carried out"),
            Some(other) => format!("{name} {service} was refused: {other}"),
        },
    };
    Finding::missed(given.first().map(|one| one.at), detail)
}

/// Judges how long a pair is unprotected.
pub(super) fn bare(outcome: &Outcome, service: &str, between: (Span, Span)) -> Finding {
    let of = |pair: &&PairOutcome| pair.primary == service || pair.recovery == service;
    let Some(pair) = outcome.pairs.iter().find(of) else {
        return Finding::missed(None, format!("{service} belongs to no pair"));
    };
    let lengths = pair.unprotected.iter();
    let lengths = lengths.map(|(start, end)| end.unwrap_or(outcome.until).since(*start));
    let total = lengths.fold(Span::ZERO, |sum, length| sum + length);
    let at = pair.unprotected.first().map(|(start, _)| *start);
    let detail = format!("the pair of {service} was unprotected for {total}");
    if (between.0..=between.1).contains(&total) {
        Finding::met(at, detail)
    } else {
        Finding::missed(at, detail)
    }
}
