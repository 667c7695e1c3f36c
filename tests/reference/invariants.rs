//! The invariants that have a naive form, and the sums that blame has to come to.
//!
//! Knows nothing of how the library judges. Kept here: of several services that break an invariant,
//! the first is told.

use cutover::blame::{self, Kind};
use cutover::check::Amount;
use cutover::model::ServiceId;
use cutover::sim::Outcome;
use serde_json::{Value, json};

use super::numbers::Reference;

/// The invariants that are judged here as well.
pub(crate) const JUDGED: [&str; 6] = [
    "at-most-one-writer",
    "acked-write-survives",
    "phantoms-counted",
    "reads-gone-back",
    "no-warned-commits",
    "restorable-across-the-fork",
];

/// Returns the numbers of the invariants that are judged here, if they are broken.
pub(crate) fn invariants(of: &Reference<'_>) -> Vec<Value> {
    let services = || of.world.services.iter().map(|service| service.id);
    let first = |judge: &dyn Fn(ServiceId) -> Option<Value>| services().find_map(judge);
    let told = super::clients::clients(of);
    let judges: [&dyn Fn(ServiceId) -> Option<Value>; 6] = [
        &|id| writers(of, id),
        &|id| survives(of, id),
        &|id| saw(of, &told, id),
        &|id| went_back(of, &told, id),
        &|id| warned(of, id),
        &|id| restorable(of, id),
    ];
    let rows = JUDGED.into_iter().zip(judges).filter_map(|(id, judge)| {
        let mut found = first(judge)?;
        found["id"] = id.into();
        Some(found)
    });
    rows.collect()
}

/// Adds up a number of those clients of a service that do not write.
fn of_readers(of: &Reference<'_>, told: &[Value], (id, key): (ServiceId, &str)) -> u64 {
    let clients = of.world.clients.iter().zip(told);
    let own = clients.filter(|(client, _)| client.service == id && !client.work.writes());
    own.filter_map(|(_, told)| told[key].as_u64()).sum()
}

fn saw(of: &Reference<'_>, told: &[Value], id: ServiceId) -> Option<Value> {
    let services = [id, of.world.in_charge(id)];
    let seen = services.iter().flat_map(|id| &of.looks.services[id.index()].promotions);
    let promoted = seen.into_iter().any(|one| one.branch.is_some());
    let times = of_readers(of, told, (id, "phantom_commits"));
    (promoted && times > 0).then(|| json!({ "at_us": of.now, "amounts": { "times": times } }))
}

fn went_back(of: &Reference<'_>, told: &[Value], id: ServiceId) -> Option<Value> {
    let times = of_readers(of, told, (id, "reads_gone_back"));
    (times > 0).then(|| json!({ "at_us": of.now, "amounts": { "times": times } }))
}

fn warned(of: &Reference<'_>, id: ServiceId) -> Option<Value> {
    let own = of.commits.iter().filter(|one| one.service == id && one.warned);
    let told: Vec<u64> = own.filter_map(|one| one.told).collect();
    let first = told.iter().min()?;
    Some(json!({ "at_us": first, "amounts": { "commits": told.len() } }))
}

fn restorable(of: &Reference<'_>, id: ServiceId) -> Option<Value> {
    let gaps = of.archive_gaps(id);
    let last = gaps.first()?["timeline"].as_u64()?;
    let line = of.surviving(id);
    let mut own = of.world.branches.iter().enumerate().filter(|(index, branch)| {
        branch.service == id && line.contains_key(index) && u64::from(branch.number) == last
    });
    let (branch, _) = own.next()?;
    Some(json!({ "at_us": of.movement.branches[branch].began, "amounts": {
        "bytes": sum(&gaps, "to_lsn") - sum(&gaps, "from_lsn"),
        "window_us": sum(&gaps, "window_us"),
    }}))
}

/// Adds up one number of several values.
fn sum(values: &[Value], key: &str) -> u64 {
    values.iter().filter_map(|value| value[key].as_u64()).sum()
}

fn writers(of: &Reference<'_>, id: ServiceId) -> Option<Value> {
    let spans = of.dual_writers(id);
    let start = spans.first()?["start_us"].clone();
    let ends = spans.iter().map(|span| span["end_us"].as_u64().unwrap_or(of.now));
    let time = ends.sum::<u64>() - sum(&spans, "start_us");
    let commits = sum(&spans, "losing_commits");
    Some(json!({ "at_us": start, "amounts": { "time_us": time, "commits": commits } }))
}

fn survives(of: &Reference<'_>, id: ServiceId) -> Option<Value> {
    let world = of.world;
    let promoted = world.branches.iter().any(|branch| {
        branch.parent.is_some_and(|(parent, _)| {
            let own = branch.service == id;
            let charge = world.in_charge(branch.service) == world.in_charge(id);
            own || (charge && world.branch(parent).service == id)
        })
    });
    let loss = of.loss(id);
    if !promoted || loss["lost_commits"] == 0 {
        return None;
    }
    let at = of.first_loss(id)?;
    Some(json!({ "at_us": at, "amounts": {
        "commits": loss["lost_commits"],
        "bytes": loss["lost_bytes"],
        "window_us": loss["window_us"],
    }}))
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
