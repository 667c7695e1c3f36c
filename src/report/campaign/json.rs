#![expect(clippy::float_arithmetic, reason = "estimates are floats")]
//! The result of many runs as one JSON object for programs.
//!
//! Knows nothing of how people read it. Kept here: the format `cutover.campaign/1`; times are
//! microseconds and sizes bytes, and keys may be added but never change their meaning.

use serde_json::{Value, json};

use super::amount::rounded;
use super::share::{Portion, cause, part, portions};
use super::{digest, said};
use crate::campaign::{Accumulator, Estimate, GoalVerdict, Header, Tally, judge, overall};
use crate::statistics::{clopper_pearson, from_u64};

/// The metrics whose worst runs are told.
pub(super) const WORST: [&str; 6] = [
    "write_downtime",
    "read_downtime",
    "lost_commits",
    "dual_writer_time",
    "restores",
    "unprotected_longest",
];

/// Returns a campaign as JSON in the format `cutover.campaign/1`, ending in a newline.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::campaign::{Campaign, Chunks, Header};
/// let header = Header::new(&loaded, 0, Chunks::of(40), String::new());
/// let tally = Campaign::new(&loaded, 0).tally(0..40);
/// let json = cutover::report::campaign_json(&header, &tally);
/// assert!(json.contains("cutover.campaign/1"));
/// ```
pub fn campaign_json(header: &Header, tally: &Tally) -> String {
    let estimates = said(header, tally);
    let metrics = header.metrics.iter().zip(&tally.metrics).zip(&estimates);
    let targets = judge(header, tally);
    let value = json!({
        "format": "cutover.campaign/1",
        "version": header.version,
        "scenario": header.scenario,
        "inputs": header.inputs,
        "policy": header.policy,
        "runs": tally.runs,
        "runs_asked_for": header.chunks.runs,
        "seeds": { "first": header.seed, "count": tally.runs },
        "until_us": header.until_us,
        "events": tally.events,
        "verdict": overall(&targets).map(GoalVerdict::word),
        "targets": header.goals.iter().zip(&targets).map(|(goal, target)| json!({
            "text": goal.text,
            "metric": header.metrics[goal.metric].name,
            "limit": goal.at_most,
            "verdict": target.verdict.word(),
            "value": target.value.and_then(rounded),
            "low": target.interval.and_then(|interval| rounded(interval.low)),
            "high": target.interval.and_then(|interval| rounded(interval.high)),
            "said": target.said.word(),
        })).collect::<Vec<Value>>(),
        "metrics": metrics
            .map(|((column, of), estimate)| metric(&column.name, &column.unit, of, estimate))
            .collect::<Vec<Value>>(),
        "invariants": header.invariants.iter().zip(&tally.invariants).map(|(id, of)| {
            let interval = clopper_pearson(of.violated, tally.runs);
            json!({
                "id": id, "runs": tally.runs, "violated": of.violated, "vacuous": of.vacuous,
                "rate": rounded(from_u64(of.violated) / from_u64(tally.runs.max(1))),
                "low": rounded(interval.low), "high": rounded(interval.high),
                "first_seed": of.first.map(|run| header.seed.wrapping_add(run)),
            })
        }).collect::<Vec<Value>>(),
        "downtime_parts": shares(&portions(header, tally, part)),
        "downtime_causes": shares(&portions(header, tally, cause)),
        "worst": worst(header, tally),
        "digest": digest(header, tally),
    });
    format!("{value:#}\n")
}

fn metric(name: &str, unit: &str, of: &Accumulator, estimate: &Estimate) -> Value {
    json!({
        "name": name,
        "unit": unit,
        "count": of.count,
        "never": of.never,
        "nonzero": of.nonzero,
        "said": estimate.said.word(),
        "mean": estimate.mean.and_then(rounded),
        "mean_low": estimate.interval.and_then(|interval| rounded(interval.low)),
        "mean_high": estimate.interval.and_then(|interval| rounded(interval.high)),
        "min": of.least,
        "max": of.most.map(|(value, _)| value),
        "quantiles": estimate.quantiles.iter().map(|quantile| json!({
            "p": quantile.share, "value": quantile.value,
            "low": quantile.low, "high": quantile.high,
        })).collect::<Vec<Value>>(),
    })
}

fn shares(portions: &[Portion]) -> Vec<Value> {
    let of = |one: &Portion| {
        let (share, mean) = (rounded(one.share), rounded(one.mean));
        json!({ "name": one.name, "share": share, "mean_us": mean })
    };
    portions.iter().map(of).collect()
}

fn worst(header: &Header, tally: &Tally) -> Vec<Value> {
    let told = WORST.iter().filter_map(|name| {
        let (value, run) = tally.metrics[header.metric(name)?].most.filter(|most| most.0 > 0)?;
        Some(json!({
            "metric": name, "value": value, "seed": header.seed.wrapping_add(run),
            "command": header.replay(run),
        }))
    });
    told.collect()
}
