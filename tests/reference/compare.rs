//! The numbers of a report against those of the reference, one by one.
//!
//! Knows nothing of what they mean. Kept here: every number of a report is either compared or in
//! the list of those that are not, and whoever adds one has to choose.

use std::collections::BTreeMap;

use serde_json::Value;

use super::invariants::verdicts;

/// The numbers that the reference does not count, or not here, and why.
pub(crate) const NOT_COUNTED: &[(&str, &str)] = &[
    ("seed", "it is given"),
    ("until_us", "it is given"),
    ("ledger.from_us", LEDGER),
    ("ledger.to_us", LEDGER),
    ("ledger.commits", LEDGER),
    ("ledger.time_us", LEDGER),
    ("ledger.timeline", LEDGER),
    ("ledger.from_lsn", LEDGER),
    ("ledger.to_lsn", LEDGER),
    ("ledger.chain.at_us", CHAIN),
    ("ledger.scales_with.feedback_us", LEDGER),
];

/// The rule by which daemons promote their own nodes.
const DAEMONS: &str = "promote-self";

/// Where candidates of daemons stand: each is counted, and nobody else is one.
pub(crate) const POLLED: &str = "polled";

const LEDGER: &str = "`ledger` counts lines as a whole, and compares each with all its numbers";

const CHAIN: &str = "what led to a cost is told in words; each instant is one at which something \
                     was seen";

/// Returns the numbers of a value by where they stand.
pub(crate) fn numbers(value: &Value) -> BTreeMap<String, u64> {
    let mut found = BTreeMap::new();
    collect(value, "", &mut found);
    found
}

fn collect(value: &Value, place: &str, found: &mut BTreeMap<String, u64>) {
    match value {
        Value::Number(number) => {
            let number = number.as_u64().unwrap_or_else(|| panic!("{place} is {number}"));
            found.insert(place.to_owned(), number);
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, &labelled(place, index, item), found);
            }
        }
        Value::Object(fields) => {
            for (key, item) in fields {
                // What a daemon goes by it has polled itself.
                let polled = key == "candidates" && fields.get("rule") == Some(&DAEMONS.into());
                let key = if polled { POLLED } else { key };
                let dot = if place.is_empty() { "" } else { "." };
                collect(item, &format!("{place}{dot}{key}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

/// Returns where an item of a list stands: invariants and candidates by their names, everything
/// else by number.
fn labelled(place: &str, index: usize, item: &Value) -> String {
    let candidates = [".candidates", ".polled"].iter().any(|key| place.ends_with(key));
    if let (true, Some(node)) = (candidates, item["node"].as_str()) {
        return format!("{place}[{node}]");
    }
    if place != "invariants" {
        return format!("{place}[{index}]");
    }
    item["id"].as_str().map_or_else(|| format!("{place}[{index}]"), |id| format!("{place}.{id}"))
}

/// Returns the kind of number that stands at a place: without the positions in lists.
pub(crate) fn kind(place: &str) -> String {
    let mut kind = String::new();
    let mut within = false;
    for letter in place.chars() {
        within = (within || letter == '[') && letter != ']';
        if !within && letter != ']' {
            kind.push(letter);
        }
    }
    // The names of services are no kinds.
    if kind.starts_with("peak_nodes") { "peak_nodes".to_owned() } else { kind }
}

/// Returns whether a number is among those that are not counted.
pub(crate) fn is_excused(place: &str) -> bool {
    NOT_COUNTED.iter().any(|(of, _)| *of == kind(place))
}

/// Returns every difference between a report and the reference.
pub(crate) fn differences(report: &Value, reference: &Value) -> Vec<String> {
    let mut found = verdicts(report, reference);
    let (told, counted) = (numbers(report), numbers(reference));
    for (place, number) in &told {
        if is_excused(place) {
            continue;
        }
        match counted.get(place) {
            Some(other) if other == number => {}
            Some(other) => found.push(format!("{place} is {number}, counted {other}")),
            None => found.push(format!("{place} is {number}, neither counted nor excused")),
        }
    }
    for (place, number) in &counted {
        // Every node's report is counted, whether or not it was a candidate.
        let candidate = place.split_once(".candidates[").is_some();
        let label = place.rsplit_once('.').map_or(&place[..], |(label, _)| label);
        let absent = candidate
            && told
                .range(label.to_owned()..)
                .next()
                .is_none_or(|(next, _)| !next.starts_with(label));
        if !told.contains_key(place) && !absent {
            found.push(format!("{place} is not told, counted {number}"));
        }
    }
    found
}
