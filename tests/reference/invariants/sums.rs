//! The sums that lines of blame and parts of outages have to come to.
//!
//! Knows nothing of whose a cost is. Kept here: the parts add up to what is counted.

use cutover::blame::{self, Kind};
use cutover::check::Amount;
use cutover::sim::Outcome;
use serde_json::Value;

/// Adds up one number of several values.
fn sum(values: &[Value], key: &str) -> u64 {
    values.iter().filter_map(|value| value[key].as_u64()).sum()
}

/// Returns what the lines of the ledger and the parts of outages do not add up to.
pub(crate) fn sums(outcome: &Outcome, report: &Value, reference: &Value) -> Vec<String> {
    let list = |value: &Value, key: &str| value[key].as_array().cloned().unwrap_or_default();
    let mut found = Vec::new();
    let mut check = |what: &str, told: u64, counted: u64| {
        if told != counted {
            found.push(format!("{what} add up to {told}, counted {counted}"));
        }
    };
    let ledger = blame::ledger(outcome);
    let commits = |good: &dyn Fn(Kind) -> bool| -> u64 {
        let lines = ledger.iter().filter(|entry| good(entry.kind));
        let of = lines.map(|entry| match entry.amount {
            Amount::Commits(commits) => commits,
            Amount::Bytes(_) | Amount::Window(_) | Amount::Time(_) | Amount::Times(_) => 0,
        });
        of.sum()
    };
    let (loss, slots, clients) =
        (list(reference, "loss"), list(reference, "slots"), list(reference, "clients"));
    check("lines of lost commits", commits(&Kind::is_loss), sum(&loss, "lost_commits"));
    let divergent = commits(&|kind| kind.is_loss() || kind == Kind::Divergent);
    check("lines of divergent commits", divergent, sum(&loss, "divergent_commits"));
    let seen = commits(&|kind| kind == Kind::Phantom);
    check("lines of phantoms", seen, sum(&clients, "phantom_commits"));
    let again = commits(&|kind| matches!(kind, Kind::Again(_)));
    check("lines of duplicates", again, sum(&slots, "duplicates"));
    let never = commits(&|kind| matches!(kind, Kind::Gap(_)));
    check("lines of skipped commits", never, sum(&slots, "skipped_commits"));
    let mut total = 0;
    for (told, counted) in list(report, "outages").iter().zip(list(reference, "outages")) {
        let until = outcome.until.as_micros();
        let length = counted["end_us"].as_u64().unwrap_or(until)
            - counted["start_us"].as_u64().unwrap_or(until);
        let parts = told["parts"].as_object().into_iter().flatten();
        let parts: u64 = parts.filter_map(|(_, part)| part.as_u64()).sum();
        check("parts of an outage", parts, length);
        total += length;
    }
    let times = ledger.iter().filter(|entry| matches!(entry.kind, Kind::Outage(_)));
    let times = times.map(|entry| match entry.amount {
        Amount::Time(time) => time.as_micros(),
        Amount::Commits(_) | Amount::Bytes(_) | Amount::Window(_) | Amount::Times(_) => 0,
    });
    check("lines of outages", times.sum(), total);
    found
}
