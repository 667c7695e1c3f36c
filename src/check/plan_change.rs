//! Changes of the plan within a tier: the primary name stays, and so do its connections.
//!
//! Knows nothing of how a plan is changed. Kept here: what a fault, another order or a full disk
//! may have done as well is not blamed on a plan.

use super::case::{Case, Finding};
use super::history::ServiceHistory;
use crate::control::Operator;
use crate::kernel::{Instant, Span};
use crate::model::{ClientOutage, Endpoint, Service, ServiceId};

/// Judges that a change of the plan within its tier neither moves the primary name nor costs a
/// connection to the primary.
pub(super) fn plan_change_leaves_primary(case: &Case<'_>) -> Finding {
    Finding::join(case.services().flat_map(|(service, memory)| {
        memory.plans.iter().map(move |(at, _)| plan_change(case, (service, memory), *at))
    }))
}

fn plan_change(
    case: &Case<'_>,
    (service, memory): (&Service, &ServiceHistory),
    at: Instant,
) -> Finding {
    let publish = case.knobs.dns_publish_delay.greatest().unwrap_or(Span::FOREVER);
    let until = at + publish + case.notice();
    let within = |instant: Instant| at <= instant && instant <= until;
    let dropped: Vec<Instant> = outages_of_writers(case, service.id)
        .filter(|outage| within(outage.start))
        .map(|outage| outage.end.min(case.world.now))
        .collect();
    // An outage begins with a request that was under way when something else struck.
    let over = dropped.iter().copied().fold(until, Instant::max);
    let mut operations = memory.operations.iter();
    let planned =
        operations.any(|one| one.began <= over && one.ended.is_none_or(|(ended, _)| ended >= at));
    if planned || memory.stands_still(at, over) || strikes_by(case, service.id, over) {
        return Finding::Vacuous;
    }
    // That the name is there from the start is no change of it.
    let changes = service.record(Endpoint::Primary).changes.iter().skip(1);
    let moved = changes.filter(|change| within(change.served)).count();
    if moved + dropped.len() == 0 {
        return Finding::Holds;
    }
    let name = &case.world.names.services[service.id.index()];
    let detail = format!(
        "a change of the plan of {name} moved its name {moved} times and cost {} connections",
        dropped.len()
    );
    Finding::broken_times(at, moved + dropped.len(), detail)
}

/// Returns whether something else may be behind what befell a service by an instant.
fn strikes_by(case: &Case<'_>, id: ServiceId, by: Instant) -> bool {
    let bound = |one: ServiceId| {
        let mut integrations = case.world.integrations.iter();
        one == id || integrations.any(|both| both.has(id) && both.has(one))
    };
    // A pair may be switching its regions over, or a replica on its way to independence.
    let mut orders = case.history.orders.iter().filter(|order| {
        let switches = !matches!(order.operator, Operator::ChangePlan(_));
        switches && order.refusal.is_none() && case.world.is_integrated(id) && bound(order.service)
    });
    let mut services = case.services().filter(|(service, _)| bound(service.id));
    case.history.strikes.iter().any(|strike| strike.at <= by)
        || orders.any(|order| order.at <= by)
        || services.any(|(_, memory)| {
            memory.disks_full.iter().any(|(at, ..)| *at <= by)
                || memory.by_hand.iter().any(|(at, ..)| *at <= by)
        })
}

/// Returns the outages of the clients of a primary name.
fn outages_of_writers<'a>(
    case: &'a Case<'_>,
    service: ServiceId,
) -> impl Iterator<Item = &'a ClientOutage> {
    let writers = case.world.clients.iter().filter(move |client| {
        client.service == service && client.work.endpoint() == Endpoint::Primary
    });
    writers.flat_map(|client| {
        // A consumer whose slot is not there yet has no connection to lose.
        let slot = case.world.consumption(client.id).map(|of| case.world.slot(of.slot));
        let from = slot.map_or(Some(Instant::ZERO), |slot| slot.created);
        let all = client.outages.iter().chain(&client.outage);
        all.filter(move |outage| from.is_some_and(|from| outage.start >= from))
    })
}
