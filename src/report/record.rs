//! The parts of a run as JSON values.
//!
//! Knows nothing of the object they stand in. Kept here: times are integer microseconds, LSNs and
//! sizes integer bytes; what did not happen is `null`.

use serde_json::{Map, Value, json};

use super::findings::Report;
use crate::blame::{self, Entry, Scale, Setting};
use crate::check::Amount;
use crate::kernel::{Instant, Lsn, Span};
use crate::model::Endpoint;
use crate::sim::{ClientOutcome, Outage, Outcome, Promotion, ServiceOutcome, SlotOutcome};

/// Returns an instant in microseconds.
pub(super) fn us(at: Instant) -> u64 {
    at.as_micros()
}

/// Returns a span in microseconds.
fn length(span: Span) -> u64 {
    span.as_micros()
}

/// Returns an instant that may not have come, `null` if it did not.
pub(super) fn maybe(at: Option<Instant>) -> Value {
    at.map_or(Value::Null, |at| us(at).into())
}

/// Returns which of a service's names it is.
pub(super) fn endpoint(endpoint: Endpoint) -> &'static str {
    match endpoint {
        Endpoint::Primary => "primary",
        Endpoint::Replica => "replica",
        Endpoint::HaReplica => "ha_replica",
    }
}

/// Returns one value for each item.
pub(super) fn list<T>(items: &[T], one: impl Fn(&T) -> Value) -> Vec<Value> {
    items.iter().map(one).collect()
}

/// Returns what each service has of something as one list, each entry naming its service first.
pub(super) fn each(
    services: &[ServiceOutcome],
    of: impl Fn(&ServiceOutcome) -> Vec<Value>,
) -> Vec<Value> {
    let mut rows = Vec::new();
    for service in services {
        for row in of(service) {
            let mut named = Map::new();
            named.insert("service".to_owned(), service.name.clone().into());
            if let Value::Object(fields) = row {
                named.extend(fields);
            }
            rows.push(Value::Object(named));
        }
    }
    rows
}

/// Returns a promotion and its candidates.
pub(super) fn promotion(promotion: &Promotion) -> Value {
    json!({
        "node": promotion.node,
        "from": promotion.from,
        "timeline": promotion.timeline,
        "fork_lsn": promotion.fork_lsn.get(),
        "old_end_lsn": promotion.old_end_lsn.get(),
        "cause": promotion.cause,
        "rule": promotion.rule,
        "candidates": list(&promotion.candidates, |candidate| json!({
            "node": candidate.node,
            "received_lsn": candidate.received_lsn.map(Lsn::get),
            "replayed_lsn": candidate.replayed_lsn.get(),
            "age_us": length(candidate.age),
            "why": candidate.why,
        })),
        "marked_down_us": us(promotion.marked_down),
        "ordered_us": us(promotion.ordered),
        "at_us": maybe(promotion.finished),
        "published_us": maybe(promotion.published),
        "false_alarm": promotion.false_alarm,
    })
}

/// Returns what a service lost.
pub(super) fn loss(service: &ServiceOutcome) -> Value {
    let loss = &service.loss;
    json!({
        "acked_commits": loss.acked_commits,
        "surviving_commits": loss.surviving_commits,
        "lost_commits": loss.lost_commits,
        "lost_bytes": loss.lost_bytes,
        "window_us": length(loss.window),
        "in_doubt_commits": loss.in_doubt_commits,
        "divergent_commits": loss.divergent_commits,
        "acked_with_warning_commits": loss.acked_with_warning_commits,
        "ranges": list(&loss.ranges, |range| json!({
            "node": range.node,
            "timeline": range.timeline,
            "from_lsn": range.from_lsn.get(),
            "to_lsn": range.to_lsn.get(),
            "acked_commits": range.acked_commits,
            "divergent_commits": range.divergent_commits,
            "window_us": length(range.window),
            "disk_exists": range.disk_exists,
            "unwaited": range.unwaited.map(|unwaited| json!({
                "not_in_force_commits": unwaited.not_in_force,
                "own_setting_commits": unwaited.own_setting,
                "with_warning_commits": unwaited.with_warning,
            })),
        })),
    })
}

/// Returns the ledger: what each part of the cost is, how it came about, what it scales with.
pub(super) fn ledger(outcome: &Outcome) -> Vec<Value> {
    list(&blame::ledger(outcome), |entry: &Entry| {
        let (unit, amount) = unit(entry.amount);
        let mut scale = json!({
            "knobs": [], "fault": Value::Null, "driver": Value::Null, "order": Value::Null,
            "consumer": Value::Null,
        });
        match &entry.scale {
            Scale::Knobs(settings) => scale["knobs"] = list(settings, setting).into(),
            Scale::Fault(fault) => scale["fault"] = (*fault).into(),
            Scale::Driver(driver) => scale["driver"] = driver.clone().into(),
            Scale::Order(order) => scale["order"] = (*order).into(),
            Scale::Consumer(name) => scale["consumer"] = name.clone().into(),
            Scale::Feedback(every) => scale["feedback_us"] = length(*every).into(),
        }
        let mut row = json!({
            "service": entry.service,
            "subject": entry.subject,
            "kind": entry.kind.word(),
            "from_us": us(entry.from),
            "to_us": us(entry.to),
            "scales_with": scale,
            "chain": list(&entry.chain, |link| json!({
                "at_us": us(link.at), "what": link.what,
                "by": link.by.as_ref().map_or(Value::Null, setting),
            })),
        });
        row[unit] = amount;
        if let Some((timeline, from, to)) = entry.range {
            row["timeline"] = timeline.into();
            row["from_lsn"] = from.get().into();
            row["to_lsn"] = to.get().into();
        }
        row
    })
}

fn setting(setting: &Setting) -> Value {
    json!({ "knob": setting.knob, "value": setting.value, "stance": setting.is_stance })
}

/// Returns how the invariants came out.
pub(super) fn invariants(outcome: &Outcome) -> Vec<Value> {
    list(&outcome.invariants, |row| {
        let amounts: Map<String, Value> = row.amounts.iter().map(|amount| unit(*amount)).collect();
        json!({
            "id": row.id,
            "kind": row.kind.word(),
            "verdict": row.verdict.word(),
            "at_us": maybe(row.at),
            "detail": row.detail,
            "source": row.source,
            "statement": row.statement,
            "amounts": amounts,
            "because": row.because,
        })
    })
}

fn unit(amount: Amount) -> (String, Value) {
    let (key, value) = match amount {
        Amount::Commits(count) => ("commits", count),
        Amount::Bytes(bytes) => ("bytes", bytes.get()),
        Amount::Window(window) => ("window_us", length(window)),
        Amount::Time(time) => ("time_us", length(time)),
        Amount::Times(count) => ("times", count),
    };
    (key.to_owned(), value.into())
}

/// Returns how the expectations came out.
pub(super) fn expectations(report: &Report<'_>) -> Vec<Value> {
    list(report.expectations, |row| {
        json!({
            "text": row.text, "verdict": row.verdict.word(), "at_us": maybe(row.at),
            "detail": row.detail,
            "line": row.line,
        })
    })
}

/// Returns the outages of all clients.
pub(super) fn outages(outcome: &Outcome) -> Vec<Value> {
    let told = |client: &ClientOutcome, outage: &Outage| {
        let parts = &outage.parts;
        json!({
            "service": client.service,
            "endpoint": endpoint(client.endpoint),
            "kind": if client.writes { "write" } else { "read" },
            "client": client.name,
            "start_us": us(outage.start),
            "end_us": maybe(outage.end),
            "parts": {
                "recover_us": length(parts.recover),
                "detect_us": length(parts.detect),
                "check_us": length(parts.check),
                "promote_us": length(parts.promote),
                "publish_us": length(parts.publish),
                "cache_us": length(parts.cache),
                "connect_us": length(parts.connect),
                "retry_us": length(parts.retry),
            },
        })
    };
    let of = |client| move |outage| told(client, outage);
    outcome.clients.iter().flat_map(|client| client.outages.iter().map(of(client))).collect()
}

/// Returns what became of a logical slot on one primary.
pub(super) fn slot(slot: &SlotOutcome) -> Value {
    let promoted = slot.promoted.as_ref();
    json!({
        "slot": slot.slot,
        "database": slot.database,
        "node": slot.node,
        "from": promoted.map(|(from, _)| from),
        "at_us": maybe(promoted.map(|(_, at)| *at)),
        "state": slot.state.word(),
        "confirmed_flush_lsn": slot.confirmed_flush_lsn.map(Lsn::get),
        "restart_lsn": slot.restart_lsn.map(Lsn::get),
        "lag_bytes": slot.lag_bytes,
        "age_us": slot.age.map(length),
        "slot_age_us": slot.slot_age.map(length),
        "resumed_us": maybe(slot.resumed),
        "duplicates": slot.duplicates,
        "skipped_commits": slot.skipped_commits,
        "skipped_from_lsn": slot.skipped_range.map(|(from, _)| from.get()),
        "skipped_to_lsn": slot.skipped_range.map(|(_, to)| to.get()),
        "phantom_commits": slot.phantom_commits,
        "left_over": slot.left_over,
        "given_up_us": maybe(slot.given_up),
        "retained_bytes": slot.retained_bytes,
        "consumer": slot.consumer,
    })
}

/// Returns the largest number of nodes of each service at one instant.
pub(super) fn peak_nodes(outcome: &Outcome) -> Map<String, Value> {
    let peak = |service: &ServiceOutcome| {
        service.census.iter().map(|census| census.existing).max().unwrap_or(0)
    };
    outcome.services.iter().map(|service| (service.name.clone(), peak(service).into())).collect()
}

/// Returns the faults and their ends.
pub(super) fn faults(outcome: &Outcome) -> Vec<Value> {
    list(&outcome.faults, |fault| {
        json!({
            "at_us": us(fault.at), "fault": fault.fault, "healed": fault.healed,
            "what": fault.what, "service": fault.service, "node": fault.node,
            "primary": fault.primary,
        })
    })
}

/// Returns what each client is and did.
pub(super) fn clients(outcome: &Outcome) -> Vec<Value> {
    list(&outcome.clients, |client| {
        json!({
            "name": client.name, "service": client.service,
            "endpoint": endpoint(client.endpoint), "writes": client.writes, "slot": client.slot,
            "acked_commits": client.acked_commits, "reads_gone_back": client.reads_gone_back,
            "phantom_commits": client.phantom_commits,
        })
    })
}

/// Returns the stances that matter most, `null` if none was varied.
pub(super) fn sensitivities(report: &Report<'_>) -> Value {
    let Some(found) = &report.sensitivities else {
        return Value::Null;
    };
    let told = list(found, |sensitivity| {
        json!({
            "knob": sensitivity.knob,
            "value": sensitivity.value,
            "variations": list(&sensitivity.variations, |other| json!({
                "value": other.value,
                "outage_us": length(other.outage_after),
                "lost_commits": other.lost_after,
            })),
        })
    });
    Value::Array(told)
}
