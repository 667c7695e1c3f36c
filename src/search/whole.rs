//! Whole random scenarios: services, clients, knobs, and what happens to them.
//!
//! Knows nothing of what is searched for. Kept here: every scenario that is made is valid, however
//! strange.

use serde_json::{Map, Value, json};

use super::dice::Dice;
use super::failures::{add_failures, add_windows};
use super::followers;
use super::measures::{another, rounded, spread};
use super::menu::{PLANS, add_steps};
use super::tree;
use crate::kernel::{Bytes, Distribution, Law, Span};
use crate::knob::{KNOBS, Knobs};
use crate::model::{Arrivals, DRIVERS, DriverParts, Endpoint};
use crate::scenario::{
    Client, Connection, Deed, Loaded, Reader, Scenario, Service, Step, Target, Writer,
};
use crate::sim::Operator;

/// At most so many steps.
const STEPS: u64 = 8;

/// At most so many failures, of those scenarios that have any.
const FAILURES: u64 = 2;

/// The words that knobs may have, of those that are words.
const WORDS: &[(&str, &[&str])] = &[
    ("policy", &["Platform", "Pglookout"]),
    ("timeout_origin", &["LastReport", "FirstMissed"]),
    ("election_key", &["Furthest", "Received"]),
    ("election_tie", &["HighestName", "LowestName"]),
    ("fencing", &["OnContact", "AtOnce", "Never"]),
    ("resolver_cache", &["KeptWarm", "OnDemand"]),
    ("replica_name_when_empty", &["DeadAddress", "NoAnswer", "Primary"]),
    ("in_flight_at_host_death", &["Delivered", "Lost"]),
    ("heartbeat_connection", &["Kept", "Fresh"]),
    ("process_restart", &["never"]),
    ("replica_reconnect", &["ServiceName", "KnownAddress"]),
    ("slot_jobs", &["SeparateClocks", "SharedClock"]),
    ("switchover_candidates", &["AnyNew", "AdditionalOnly", "ReplacementOnly"]),
    ("forward_start", &["AtPromotion", "AtDnsUpdate"]),
    ("forward_end", &["AfterItsTime", "AfterTtl"]),
    ("forward_target", &["Fixed", "Retargeted"]),
    ("switchover_drain", &["WaitForAll", "CutAtOnce"]),
    ("switchover_order", &["DemoteFirst", "PromoteFirst"]),
    ("region_failover_order", &["DestroyFirst", "PromoteFirst"]),
    ("promote_to_master", &["MakesActive", "Refused"]),
    ("removed_recovery", &["RolesFrozen", "Promoted"]),
    ("terraform_order", &["ApplyThenWait", "WaitThenApply"]),
    ("group_running", &["ControlPlane", "Serving"]),
    ("group_readd", &["Wiped", "DeltaResync"]),
    ("follower_maintenance", &["AsPrimary", "AsStandby"]),
    ("commit_mode", &["Asynchronous", "Quorum"]),
    ("quorum_size", &["One", "Majority", "All"]),
    ("quorum_level", &["On", "RemoteWrite", "RemoteApply", "Local"]),
    ("quorum_reset", &["AfterOldPrimaryGone", "AtPromotion"]),
    ("election_under_quorum", &["Asked", "LastReports"]),
    ("switchover_fault", &["Continue", "Rollback"]),
    ("slot_policy", &["PlatformJobs", "FailoverSlots", "NotKept"]),
    ("slot_position_limit", &["Replayed", "Received"]),
    ("leftover_slot", &["LeftAlone", "TakenOver"]),
    ("major_upgrade_slots", &["Dropped", "Kept"]),
    ("power_off", &["Orderly", "AtOnce"]),
    ("standby_replacement", &["OneByOne", "AtOnce"]),
    ("waiting_commits", &["InDoubt", "Warned"]),
    ("switchover_stops_after", &["QuorumInForce", "StandbyCaughtUp"]),
    ("lag_renewal", &["EachConnection", "EachRun"]),
];

/// Returns a random valid scenario.
///
/// # Examples
/// ```
/// use cutover::search::{Dice, whole};
/// let loaded = whole(&mut Dice::seeded(5, "example"));
/// let outcome = cutover::sim::run(&loaded.setup, 0);
/// assert_eq!(outcome.services.len(), loaded.scenario.services.len());
/// ```
pub fn whole(dice: &mut Dice) -> Loaded {
    let services = services(dice);
    let mut clients = clients(dice, &services);
    let until = length(dice);
    let integrations = followers::integrations(dice, &services);
    let (slots, consumers) = followers::slots(dice, &services, until);
    clients.extend(consumers);
    let scenario = Scenario { services, integrations, clients, slots, until, ..blank("random") };
    // A pool of few connections may be too small for its rate; such a client is left out. So is
    // whoever follows a service that cannot be followed.
    let loaded = tree::repaired(tree::of(&scenario)).expect("its services are valid");
    let loaded = tuned(dice, &loaded);
    let loaded = followers::cycle(dice, &loaded);
    let loaded = add_steps(dice, &loaded, STEPS);
    let loaded = if dice.once_in(4) { windowed(dice, loaded) } else { loaded };
    if dice.once_in(4) { add_failures(dice, &loaded, FAILURES) } else { loaded }
}

/// Returns how long a run is, at least a minute: half of them up to an hour and a half of any size,
/// half long enough to see a failover and what follows from it.
fn length(dice: &mut Dice) -> Span {
    let seconds = if dice.once_in(2) { dice.of_any_size(5_400) } else { dice.within(300, 3_600) };
    let until = Span::from_secs(60 + seconds) + Span::from_micros(dice.below(1_000_000));
    rounded(dice, until)
}

/// Returns a scenario with windows for maintenance, and maintenance that may wait for one.
fn windowed(dice: &mut Dice, loaded: Loaded) -> Loaded {
    let mut scenario = loaded.scenario;
    add_windows(dice, &mut scenario.services, scenario.until);
    let mut loaded = Loaded::from_scenario(scenario).expect("windows are valid wherever they are");
    let service = dice.one_of(&loaded.scenario.services).name.clone();
    let at = Span::from_micros(dice.below(loaded.scenario.until.as_micros()));
    let order = Deed::Operator(Operator::Maintain, Target::Service(service));
    // A script may be full.
    drop(loaded.add_step(Step::At(Law::Fixed(at), order)));
    loaded
}

/// Returns one to three services.
///
/// # Examples
/// ```
/// use cutover::search::{Dice, services};
/// assert!((1..=3).contains(&services(&mut Dice::seeded(1, "example")).len()));
/// ```
pub fn services(dice: &mut Dice) -> Vec<Service> {
    let names = ["orders", "cart", "audit"];
    let count = [1, 1, 1, 2, 3][usize::try_from(dice.below(5)).expect("it is small")];
    let regions = ["eu-west", "us-east"];
    names[..count]
        .iter()
        .map(|name| Service {
            name: (*name).to_owned(),
            plan: *dice.one_of(&PLANS),
            region: (*dice.one_of(&regions)).to_owned(),
            windows: Vec::new(),
        })
        .collect()
}

/// Returns a valid scenario in which nothing happens and nobody comes: one to three services in
/// their regions, some of them bound to each other, some with windows for maintenance.
///
/// # Examples
/// ```
/// use cutover::search::{Dice, topology};
/// let loaded = topology(&mut Dice::seeded(1, "example"));
/// assert!(loaded.scenario.clients.is_empty() && loaded.scenario.script.is_empty());
/// ```
pub fn topology(dice: &mut Dice) -> Loaded {
    let until = Span::from_hours(1);
    let mut services = services(dice);
    if dice.once_in(4) {
        add_windows(dice, &mut services, until);
    }
    let integrations = followers::integrations(dice, &services);
    let scenario = Scenario { services, integrations, until, ..blank("topology") };
    tree::repaired(tree::of(&scenario)).expect("its services are valid")
}

/// Returns a scenario without anything in it, of an hour.
pub(crate) fn blank(name: &str) -> Scenario {
    let blank = json!({ "name": name, "services": [], "until": "1h" });
    serde_json::from_value(blank).expect("nothing else has to be said")
}

/// Returns up to four clients of some services; none where there is no service.
///
/// # Examples
/// ```
/// use cutover::search::{Dice, clients, services};
/// let mut dice = Dice::seeded(1, "example");
/// let services = services(&mut dice);
/// assert!(clients(&mut dice, &services).len() <= 4);
/// ```
pub fn clients(dice: &mut Dice, services: &[Service]) -> Vec<Client> {
    if services.is_empty() {
        return Vec::new();
    }
    let names = ["app", "web", "dash", "etl"];
    let count = usize::try_from(dice.below(5)).expect("it is small");
    names[..count].iter().map(|name| client(dice, name, services)).collect()
}

fn client(dice: &mut Dice, name: &str, services: &[Service]) -> Client {
    let service = dice.one_of(services);
    let elsewhere = dice.one_of(services).region.clone();
    let region = dice.once_in(4).then_some(elsewhere);
    let rate = u32::try_from(1 + dice.of_any_size(2_000)).expect("it is small");
    let driver = dice.one_of(DRIVERS).driver;
    let begins = Span::from_micros(if dice.once_in(4) { dice.of_any_size(59_000_000) } else { 0 });
    let first_lookup = dice.once_in(3).then(|| Span::from_micros(dice.of_any_size(30_000_000)));
    let ends = dice.once_in(8).then(|| begins + Span::from_secs(dice.within(1, 3_600)));
    let parts = if dice.once_in(8) { parts(dice) } else { DriverParts::default() };
    if dice.once_in(3) {
        let endpoint = *dice.one_of(&[Endpoint::Primary, Endpoint::Replica]);
        let standbys = service.plan.standbys() > 0;
        return Client::Reader(Reader {
            name: name.to_owned(),
            service: service.name.clone(),
            reads_per_s: rate,
            endpoint: if standbys { endpoint } else { Endpoint::Primary },
            connection: *dice.one_of(&[Connection::Kept, Connection::Fresh]),
            region,
            driver,
            parts,
            first_lookup,
            begins,
            ends,
        });
    }
    Client::Writer(Writer {
        name: name.to_owned(),
        service: service.name.clone(),
        writes_per_s: rate,
        wal_per_commit: commit_size(dice),
        // Each commit that is drawn takes its time.
        arrivals: if rate <= 20 && dice.once_in(2) { Arrivals::Poisson } else { Arrivals::Even },
        region,
        driver,
        parts,
        first_lookup,
        begins,
        ends,
    })
}

/// Returns a driver with a few settings of its own.
fn parts(dice: &mut Dice) -> DriverParts {
    let mut wait = || dice.once_in(2).then(|| Span::from_millis(dice.within(1, 60_000)));
    let (connect_timeout, reply_timeout, backoff_first) = (wait(), wait(), wait());
    let connections =
        dice.once_in(2).then(|| u32::try_from(dice.within(1, 40)).expect("it is small"));
    DriverParts {
        connect_timeout,
        reply_timeout,
        backoff_first,
        connections,
        ..DriverParts::default()
    }
}

/// Returns the WAL of a commit: a size, or now and then a law of it.
fn commit_size(dice: &mut Dice) -> Distribution<Bytes> {
    let size = Bytes(1 + dice.of_any_size(200_000));
    if dice.once_in(4) {
        spread(dice, &size.to_string()).parse().expect("it is a law of sizes")
    } else {
        size.into()
    }
}

/// Returns a scenario with some knobs other than their defaults, none of which contradict others.
///
/// Quantities are about an eighth to eight times their defaults, rounded as people would; what
/// never happens by default happens after a time of that kind. Daemons (`policy: Pglookout`) and
/// quorum commit are drawn more often than other words.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// use cutover::search::{Dice, tuned};
/// let other = tuned(&mut Dice::seeded(1, "example"), &loaded);
/// assert_eq!(other.scenario.services, loaded.scenario.services);
/// assert_eq!(other.scenario.script, loaded.scenario.script);
/// ```
pub fn tuned(dice: &mut Dice, loaded: &Loaded) -> Loaded {
    let mut tuned = loaded.clone();
    // What changes a whole run comes more often than one knob of many does.
    let mut wanted: Vec<(&str, Value)> = Vec::new();
    for (knob, word) in [("policy", "Pglookout"), ("commit_mode", "Quorum")] {
        if dice.once_in(8) {
            wanted.push((knob, Value::from(word)));
        }
    }
    for _ in 0..dice.below(6) {
        let row = dice.one_of(KNOBS);
        wanted.extend(value(dice, row.name, row.default).map(|value| (row.name, value)));
    }
    for (knob, value) in wanted {
        let mut fields = match serde_json::to_value(&tuned.scenario.tuning) {
            Ok(Value::Object(fields)) => fields,
            Ok(_) | Err(_) => Map::new(),
        };
        fields.insert(knob.to_owned(), value);
        let Ok(tuning) = serde_json::from_value(Value::Object(fields)) else { continue };
        let scenario = Scenario { tuning, ..tuned.scenario.clone() };
        if let Ok(loaded) = Loaded::from_scenario(scenario) {
            tuned = loaded;
        }
    }
    tuned
}

/// Returns another value of a knob, within an eighth and eight times its default.
fn value(dice: &mut Dice, name: &str, default: &str) -> Option<Value> {
    if let Some((_, words)) = WORDS.iter().find(|(knob, _)| *knob == name) {
        return Some(Value::from(*dice.one_of(words)));
    }
    if let Ok(count) = default.parse::<u64>() {
        return Some(Value::from(dice.within(0, count * 2 + 2)));
    }
    if let Ok(switch) = default.parse::<bool>() {
        return Some(Value::from(!switch));
    }
    // What is drawn or never comes by default gets some time.
    let measure = match default {
        "drawn" => "2s",
        "never" => "30s",
        _ => default,
    };
    let other = another(dice, measure)?;
    let law = || format!("lognormal({other}, 0.8)");
    let takes_laws = Knobs::default().set(name, &law()).is_ok();
    let spreads = takes_laws && dice.once_in(3);
    Some(Value::from(if spreads { spread(dice, &other) } else { other }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn whatever_is_made_is_valid_and_reads_back_from_a_file() {
        for seed in 0..300 {
            let loaded = whole(&mut Dice::seeded(seed, "whole"));
            let text = crate::scenario::write(&loaded.scenario);
            let again = crate::scenario::parse("whole.ron", &text).expect("it is valid");
            assert_eq!((again.scenario, again.setup), (loaded.scenario, loaded.setup), "{text}");
        }
    }

    #[test]
    fn any_bytes_make_a_valid_scenario() {
        for byte in 0..=255 {
            for length in [0, 1, 10, 100, 1_000] {
                let loaded = whole(&mut Dice::of_bytes(&vec![byte; length]));
                assert!(!loaded.scenario.services.is_empty());
            }
        }
    }

    #[test]
    fn every_way_to_a_promotion_is_gone_by_some_run() {
        let mut causes = BTreeSet::new();
        for seed in 0..6_000 {
            let loaded = whole(&mut Dice::seeded(seed, "causes"));
            let outcome = crate::sim::run(&loaded.setup, seed);
            let promotions = outcome.services.iter().flat_map(|service| &service.promotions);
            causes.extend(promotions.map(|promotion| promotion.cause));
        }
        let all = [
            "failover",
            "gad_promotion",
            "read_replica_promotion",
            "region_failback",
            "region_failover",
            "region_switchback",
            "region_switchover",
            "restore",
            "switchover",
        ];
        let missing: Vec<&str> = all.into_iter().filter(|cause| !causes.contains(cause)).collect();
        assert!(missing.is_empty(), "{missing:?} never come about");
    }

    #[test]
    fn every_knob_gets_other_values() {
        let mut set = BTreeSet::new();
        for seed in 0..2_000 {
            let loaded = whole(&mut Dice::seeded(seed, "knobs"));
            let tuning = serde_json::to_value(&loaded.scenario.tuning).expect("it can be written");
            set.extend(tuning.as_object().expect("it has fields").keys().cloned());
        }
        let never: Vec<&str> =
            KNOBS.iter().map(|row| row.name).filter(|name| !set.contains(*name)).collect();
        assert!(never.is_empty(), "{never:?} are never set");
    }
}
