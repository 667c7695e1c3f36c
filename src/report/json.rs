//! A run as one JSON object for programs.
//!
//! Knows nothing of how people read it. Kept here: the format `cutover.run/1`; times are integer
//! microseconds in keys that end in `_us`, LSNs and sizes are integer bytes, and keys may be added
//! but never change their meaning.

use serde_json::{Value, json};

use super::findings::Report;
use super::record::{
    clients, each, endpoint, expectations, faults, invariants, ledger, list, loss, maybe, outages,
    peak_nodes, promotion, sensitivities, slot, us,
};
use super::side_by_side::side_by_side;

/// Returns a run as JSON in the format `cutover.run/1`, ending in a newline.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # let outcome = cutover::sim::run(&loaded.setup, 0);
/// # let judged = loaded.judge(&outcome);
/// let report = cutover::report::Report {
///     story: &loaded.scenario.story,
///     outcome: &outcome,
///     expectations: &judged,
///     judgement: cutover::scenario::overall(&outcome, &judged),
///     repeat: "cutover run FILE".to_owned(),
///     sensitivities: None,
/// };
/// assert!(cutover::report::json(&report).contains(r#""scenario""#));
/// ```
pub fn json(report: &Report<'_>) -> String {
    let outcome = report.outcome;
    let services = &outcome.services;
    let mut value = json!({
        "format": "cutover.run/1",
        "version": env!("CARGO_PKG_VERSION"),
        "scenario": outcome.scenario,
        "story": report.story,
        "seed": outcome.seed,
        "policy": outcome.policy,
        "mutant": outcome.mutant,
        "repeat": report.repeat,
        "verdict": report.judgement.word(),
        "fingerprint": format!("{:016x}", outcome.fingerprint),
        "events": outcome.events,
        "until_us": us(outcome.until),
        "invariants": invariants(outcome),
        "expectations": expectations(report),
        "promotions": each(services, |service| list(&service.promotions, promotion)),
        "marked_down": each(services, |service| list(&service.marked_down, |mark| json!({
            "node": mark.node, "last_report_us": us(mark.last_report), "at_us": us(mark.at),
        }))),
        "outages": outages(outcome),
        "loss": each(services, |service| vec![loss(service)]),
        "slots": each(services, |service| list(&service.slots, slot)),
        "ledger": ledger(outcome),
        "dual_writers": each(services, |service| list(&service.dual_writers, |pair| json!({
            "nodes": pair.nodes, "start_us": us(pair.start), "end_us": maybe(pair.end),
            "losing_commits": pair.losing_commits, "clients": pair.clients,
        }))),
        "dns": each(services, |service| list(&service.dns, |change| json!({
            "name": change.name, "endpoint": endpoint(change.endpoint), "at_us": us(change.at),
            "targets": change.targets,
        }))),
        "exposure": each(services, |service| list(&service.exposure, |bare| json!({
            "start_us": us(bare.start), "end_us": maybe(bare.end),
            "would_lose_commits": bare.would_lose_commits,
        }))),
        "archive_gaps": each(services, |service| list(&service.archive_gaps, |gap| json!({
            "timeline": gap.timeline, "from_lsn": gap.from_lsn.get(), "to_lsn": gap.to_lsn.get(),
            "window_us": gap.window.as_micros(),
        }))),
        "peak_nodes": peak_nodes(outcome),
        "census": each(services, |service| list(&service.census, |census| json!({
            "at_us": us(census.at), "existing": census.existing, "serving": census.serving,
        }))),
        "states": each(services, |service| list(&service.states, |(at, state)| json!({
            "at_us": us(*at), "state": state.word(),
        }))),
        "faults": faults(outcome),
        "clients": clients(outcome),
        "stances": list(&outcome.stances, |stance| json!({
            "knob": stance.knob, "value": stance.value, "reason": stance.reason,
            "set": stance.set,
        })),
        "sensitivities": sensitivities(report),
        "timeline": list(&outcome.timeline, |line| json!({
            "at_us": us(line.at), "event": line.event, "subject": line.subject,
            "service": line.service, "node": line.node, "rule": line.rule,
            "actions": line.actions,
        })),
    });
    if let Value::Object(fields) = &mut value {
        fields.extend(side_by_side(outcome));
    }
    let text = serde_json::to_string_pretty(&value).expect("a value without maps of odd keys");
    text + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    fn parsed() -> Value {
        let outcome = fixture::outcome();
        serde_json::from_str(&json(&fixture::failing(&outcome))).expect("it is JSON")
    }

    #[test]
    fn every_promised_key_is_there() {
        let value = parsed();
        let keys = "format version scenario seed policy verdict fingerprint events invariants \
                    expectations promotions outages loss slots dual_writers dns exposure \
                    archive_gaps peak_nodes states stances timeline integrations roles unprotected \
                    orders";
        for key in keys.split_whitespace() {
            assert!(value.get(key).is_some(), "{key}");
        }
        let rows = [
            ("invariants", "id verdict at_us detail source"),
            ("expectations", "text verdict at_us detail"),
            (
                "promotions",
                "service node from timeline fork_lsn old_end_lsn cause rule candidates \
                 marked_down_us at_us",
            ),
            ("outages", "service endpoint kind client start_us end_us"),
            (
                "loss",
                "service acked_commits lost_commits lost_bytes window_us in_doubt_commits \
                 divergent_commits acked_with_warning_commits",
            ),
            ("dual_writers", "service nodes start_us end_us losing_commits"),
            ("dns", "name at_us targets"),
            ("exposure", "service start_us end_us would_lose_commits"),
            ("archive_gaps", "service timeline from_lsn to_lsn window_us"),
            ("stances", "knob value reason"),
            ("timeline", "at_us event service node rule actions"),
        ];
        for (list, keys) in rows {
            for key in keys.split_whitespace() {
                assert!(value[list][0].get(key).is_some(), "{list}.{key}");
            }
        }
        let candidate = &value["promotions"][0]["candidates"][0];
        for key in ["node", "received_lsn", "replayed_lsn", "age_us", "why"] {
            assert!(candidate.get(key).is_some(), "{key}");
        }
    }

    #[test]
    fn numbers_are_whole_and_in_their_units() {
        let value = parsed();
        assert_eq!(value["format"], "cutover.run/1");
        assert_eq!(value["fingerprint"], "0000000000c0ffee");
        assert_eq!(value["verdict"], "fail");
        assert_eq!(value["promotions"][0]["fork_lsn"], 0x3A01_F000);
        assert_eq!(value["promotions"][0]["at_us"], 118_400_000);
        assert_eq!(value["peak_nodes"], json!({ "orders": 4 }));
        assert_eq!(value["outages"][2]["end_us"], Value::Null);
        assert_eq!(value["outages"][0]["parts"]["detect_us"], 57_300_000);
        let amounts = json!({ "time_us": 27_000_000, "commits": 212 });
        assert_eq!(value["invariants"][0]["amounts"], amounts);
        assert_eq!(value["sensitivities"][0]["variations"][1]["lost_commits"], 209);
    }
}
