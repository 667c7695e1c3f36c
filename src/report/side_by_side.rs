//! Services bound together as JSON values: integrations, roles, unprotected times, orders.
//!
//! Knows nothing of the object they stand in. Kept here: the keys are there in every run, if with
//! empty lists.

use serde_json::{Map, Value, json};

use super::record::{list, maybe, us};
use crate::kernel::Instant;
use crate::sim::{Outcome, PairOutcome, RoleChange};

/// Returns what a run tells of services bound together.
pub(super) fn side_by_side(outcome: &Outcome) -> Map<String, Value> {
    let parts = [
        ("integrations", integrations(outcome)),
        ("roles", roles(outcome)),
        ("unprotected", unprotected(outcome)),
        ("groups", groups(outcome)),
        ("orders", orders(outcome)),
        ("switchovers", switchovers(outcome)),
    ];
    parts.into_iter().map(|(key, rows)| (key.to_owned(), Value::Array(rows))).collect()
}

/// Returns which services were bound together, and where their histories parted.
fn integrations(outcome: &Outcome) -> Vec<Value> {
    list(&outcome.integrations, |one| {
        let parted = one.parted.map_or(Value::Null, |parted| {
            json!({
                "lsn": parted.lsn.get(),
                "only_source_commits": parted.only_source,
                "only_destination_commits": parted.only_destination,
            })
        });
        json!({
            "kind": one.kind, "source": one.source, "destination": one.destination,
            "parted": parted,
        })
    })
}

/// Returns the roles and states of the services of pairs.
fn roles(outcome: &Outcome) -> Vec<Value> {
    let told = |change: &RoleChange| {
        json!({
            "service": change.service, "role": change.role.word(), "state": change.state.word(),
            "at_us": us(change.at),
        })
    };
    outcome.pairs.iter().flat_map(|pair| pair.roles.iter().map(told)).collect()
}

/// Returns the states of maintenance in windows.
fn switchovers(outcome: &Outcome) -> Vec<Value> {
    list(&outcome.switchovers, |one| {
        let states =
            list(&one.states, |(at, state)| json!({ "state": state.word(), "at_us": us(*at) }));
        json!({ "service": one.service, "states": states })
    })
}

/// Returns when no WAL flowed between the services of a pair.
fn unprotected(outcome: &Outcome) -> Vec<Value> {
    let of = |pair: &PairOutcome| {
        let (primary, recovery) = (pair.primary.clone(), pair.recovery.clone());
        let told = move |(start, end): &(Instant, Option<Instant>)| {
            json!({
                "primary": primary, "recovery": recovery,
                "start_us": us(*start), "end_us": maybe(*end),
            })
        };
        pair.unprotected.iter().map(told).collect::<Vec<_>>()
    };
    outcome.pairs.iter().flat_map(of).collect()
}

/// Returns what became of groups.
fn groups(outcome: &Outcome) -> Vec<Value> {
    list(&outcome.groups, |group| {
        let parts = list(&group.parts, |one| {
            json!({
                "service": one.service, "part": one.part.word(), "state": one.state.word(),
                "at_us": us(one.at),
            })
        });
        let both = group.both_writable.iter();
        let both = both.map(|(start, end)| json!({"start_us": us(*start), "end_us": maybe(*end)}));
        json!({
            "primary": group.primary, "secondary": group.secondary, "parts": parts,
            "both_writable": both.collect::<Vec<_>>(),
        })
    })
}

/// Returns the orders that an operator gave the platform.
fn orders(outcome: &Outcome) -> Vec<Value> {
    list(&outcome.orders, |order| {
        json!({
            "at_us": us(order.at), "order": order.order, "service": order.service,
            "refused": order.refusal,
        })
    })
}
