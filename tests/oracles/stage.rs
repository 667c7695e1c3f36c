//! Reading oracles, running campaigns, and holding estimates against oracles.
//!
//! Knows nothing of particular oracles. Kept here: seeds are fixed, so a test passes always or
//! never.

use cutover::campaign::{Accumulator, Campaign, Tally};
use cutover::scenario::parse;
use serde_json::Value;

fn oracles() -> Value {
    serde_json::from_str(include_str!("oracles.json")).expect("the oracles are JSON")
}

fn list(of: &Value) -> &Vec<Value> {
    of["oracles"].as_array().expect("there is a list")
}

/// Returns the ids of all oracles, in order.
pub(crate) fn ids() -> Vec<String> {
    let id = |one: &Value| one["id"].as_str().expect("it has an id").to_owned();
    list(&oracles()).iter().map(id).collect()
}

/// Returns a value of an oracle.
pub(crate) fn oracle(id: &str, value: &str) -> f64 {
    let all = oracles();
    let one = list(&all).iter().find(|one| one["id"] == id).expect("there is such an oracle");
    let text = one["values"][value].as_str().unwrap_or_else(|| panic!("{id} has no {value}"));
    text.parse().expect("a value is a number")
}

/// Returns whether the large runs are wanted.
pub(crate) fn is_large() -> bool {
    std::env::var_os("CUTOVER_ORACLES").is_some_and(|value| value == "large")
}

/// Returns how many runs there are: few in every test run, many when large ones are wanted.
pub(crate) fn runs(few: u64, many: u64) -> u64 {
    if is_large() { many } else { few }
}

/// Returns the campaign over a scenario without a name, an end and a service of its own.
pub(crate) fn campaign(plan: &str, until: &str, parts: &str) -> Campaign {
    let text = format!(
        r#"Scenario(name: "oracle", services: [Service(name: "s", plan: {plan})], {parts}
            until: "{until}")"#
    );
    campaign_of(&text)
}

/// Returns the campaign over a whole scenario.
pub(crate) fn campaign_of(text: &str) -> Campaign {
    let loaded = parse("oracle.ron", text).unwrap_or_else(|errors| panic!("{text}\n{errors}"));
    Campaign::new(&loaded, 1_000)
}

/// Returns a metric of a campaign.
pub(crate) fn metric<'a>(campaign: &Campaign, tally: &'a Tally, name: &str) -> &'a Accumulator {
    let place = campaign.metrics().iter().position(|metric| metric.name == name);
    &tally.metrics[place.unwrap_or_else(|| panic!("there is no metric {name}"))]
}

/// Checks an estimate with its standard error against an oracle.
pub(crate) fn agree(what: &str, estimate: f64, error: f64, expected: f64, rare: bool) {
    let off = (estimate - expected).abs();
    let told = format!("{what}: {estimate} is not {expected} (standard error {error})");
    assert!(off <= 4.5 * error + 1e-12 * expected.abs(), "{told}");
    let most = if rare { 0.1 } else { 0.02 };
    assert!(!is_large() || error <= most * expected.abs(), "{told}: not precise");
}

/// Checks the mean of a metric, given in a unit of so many of the metric's own.
pub(crate) fn mean_agrees(what: &str, of: &Accumulator, unit: f64, expected: f64, rare: bool) {
    let moments = of.moments();
    let mean = moments.mean().expect("there are runs") / unit;
    let error = moments.standard_error().expect("there are runs") / unit;
    agree(what, mean, error, expected, rare);
}

/// Checks how often something happened.
pub(crate) fn share_agrees(what: &str, (count, runs): (u64, u64), expected: f64, rare: bool) {
    let n = float(runs);
    agree(what, float(count) / n, (expected * (1.0 - expected) / n).sqrt(), expected, rare);
}

/// Checks a quantile: that of the oracle lies between the ends of a wide interval.
pub(crate) fn quantile_agrees(what: &str, of: &Accumulator, share: f64, expected: f64) {
    let n = float(of.runs());
    let reach = 4.5 * (n * share * (1.0 - share)).sqrt();
    let rank = |place: f64| place.clamp(1.0, n).round().to_string().parse().expect("it is whole");
    let low = of.at_rank(rank(n * share - reach)).expect("there are as many").0;
    let high = of.at_rank(rank(n * share + reach + 1.0)).expect("there are as many").1;
    assert!(float(low) <= expected && expected <= float(high), "{what}: {low} {expected} {high}");
}

/// Returns a number as a float.
pub(crate) fn float(number: u64) -> f64 {
    cutover::statistics::from_u64(number)
}
