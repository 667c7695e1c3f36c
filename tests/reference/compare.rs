//! The numbers of a report against those of the reference, one by one.
//!
//! Knows nothing of what they mean. Kept here: every number of a report is either compared or in
//! the list of those that are not, and whoever adds one has to choose.

use std::collections::BTreeMap;

use serde_json::Value;

use super::invariants::JUDGED;

/// The numbers that the reference does not count, and why.
pub(crate) const NOT_COUNTED: &[(&str, &str)] = &[
    ("seed", "it is given"),
    ("until_us", "it is given"),
    ("promotions.candidates.received_lsn", HEARD),
    ("promotions.candidates.replayed_lsn", HEARD),
    ("promotions.candidates.age_us", HEARD),
    ("outages.parts.recover_us", PARTS),
    ("outages.parts.detect_us", PARTS),
    ("outages.parts.check_us", PARTS),
    ("outages.parts.promote_us", PARTS),
    ("outages.parts.publish_us", PARTS),
    ("outages.parts.cache_us", PARTS),
    ("outages.parts.connect_us", PARTS),
    ("outages.parts.retry_us", PARTS),
    ("ledger.from_us", LEDGER),
    ("ledger.to_us", LEDGER),
    ("ledger.commits", LEDGER),
    ("ledger.time_us", LEDGER),
    ("ledger.timeline", LEDGER),
    ("ledger.from_lsn", LEDGER),
    ("ledger.to_lsn", LEDGER),
    ("ledger.chain.at_us", LEDGER),
    ("ledger.scales_with.feedback_us", LEDGER),
    ("states.at_us", SHOWN),
    ("invariants.others.at_us", OTHERS),
    ("invariants.others.amounts", OTHERS),
];

const HEARD: &str = "what was heard and not what was true: the slow reference, in which every \
                     report is an event, and the twin of daemons in tests/lookout have it";
const PARTS: &str = "whose each stretch of an outage is, is blame; that the parts add up to the \
                     outage, which is counted, is checked here";
const LEDGER: &str = "how losses are split among causes is blame; that the lines add up to what is \
                      counted is checked here";
const SHOWN: &str = "what the platform shows of its own work, which is belief";
const OTHERS: &str = "bounds on what the platform does in time; each is broken by a planted fault \
                      in tests/mutants and explained in tests/random";

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
                let dot = if place.is_empty() { "" } else { "." };
                collect(item, &format!("{place}{dot}{key}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

/// Returns where an item of a list stands: invariants by their names, everything else by number.
fn labelled(place: &str, index: usize, item: &Value) -> String {
    if place != "invariants" {
        return format!("{place}[{index}]");
    }
    let id = item["id"].as_str().filter(|id| JUDGED.contains(id));
    id.map_or_else(|| format!("invariants.others[{index}]"), |id| format!("invariants.{id}"))
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
    // The names of services and the units of bounds are no kinds.
    for whole in ["peak_nodes", "invariants.others.amounts"] {
        if kind.starts_with(whole) {
            return whole.to_owned();
        }
    }
    kind
}

/// Returns every difference between a report and the reference.
pub(crate) fn differences(report: &Value, reference: &Value) -> Vec<String> {
    let (told, counted) = (numbers(report), numbers(reference));
    let left_out = |place: &str| NOT_COUNTED.iter().any(|(of, _)| *of == kind(place));
    let mut found = Vec::new();
    for (place, number) in &told {
        if left_out(place) {
            continue;
        }
        match counted.get(place) {
            Some(other) if other == number => {}
            Some(other) => found.push(format!("{place} is {number}, counted {other}")),
            None => found.push(format!("{place} is {number}, neither counted nor excused")),
        }
    }
    for (place, number) in &counted {
        if !told.contains_key(place) {
            found.push(format!("{place} is not told, counted {number}"));
        }
    }
    found
}
