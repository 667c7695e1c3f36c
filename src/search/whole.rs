//! Whole random scenarios: services, clients, knobs, and what happens to them.
//!
//! Knows nothing of what is searched for. Kept here: every scenario that is made is valid, however
//! strange.

use serde_json::{Map, Value, json};

use super::dice::Dice;
use super::followers;
use super::measures::{another, rounded};
use super::menu::{PLANS, add_steps};
use super::tree;
use crate::kernel::{Bytes, Distribution, Span};
use crate::knob::{KNOBS, Knobs};
use crate::model::{Arrivals, DRIVERS, DriverParts, Endpoint};
use crate::scenario::{Client, Connection, Loaded, Reader, Scenario, Service, Writer};

/// At most so many steps.
const STEPS: u64 = 8;

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
    let until = Span::from_micros(60_000_000 + dice.of_any_size(5_400_000_000));
    let until = rounded(dice, until);
    let integrations = followers::integrations(dice, &services);
    let (slots, consumers) = followers::slots(dice, &services, until);
    clients.extend(consumers);
    let blank = json!({ "name": "random", "services": [], "until": "1m" });
    let blank: Scenario = serde_json::from_value(blank).expect("nothing else has to be said");
    let scenario = Scenario { services, integrations, clients, slots, until, ..blank };
    // A pool of few connections may be too small for its rate; such a client is left out. So is
    // whoever follows a service that cannot be followed.
    let loaded = tree::repaired(tree::of(&scenario)).expect("its services are valid");
    let loaded = tuned(dice, &loaded);
    let loaded = followers::cycle(dice, &loaded);
    add_steps(dice, &loaded, STEPS)
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

/// Returns up to four clients of some services.
///
/// # Examples
/// ```
/// use cutover::search::{Dice, clients, services};
/// let mut dice = Dice::seeded(1, "example");
/// let services = services(&mut dice);
/// assert!(clients(&mut dice, &services).len() <= 4);
/// ```
pub fn clients(dice: &mut Dice, services: &[Service]) -> Vec<Client> {
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
            parts: DriverParts::default(),
            first_lookup,
            begins,
            ends: None,
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
        parts: DriverParts::default(),
        first_lookup,
        begins,
        ends: None,
    })
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

/// Returns a distribution about a quantity, as scenario files spell it.
fn spread(dice: &mut Dice, about: &str) -> String {
    match dice.below(5) {
        0 => {
            let other = another(dice, about).unwrap_or_else(|| about.to_owned());
            format!("observed({about}, {other})")
        }
        1 => format!("exponential({about})"),
        2 => format!("lognormal({about}, 0.8)"),
        3 => format!("weibull({about}, 0.7)"),
        _ => format!("0.8 {about} + 0.2 exponential({about})"),
    }
}

/// Returns a scenario with some knobs other than their defaults, none of which contradict others.
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
    for _ in 0..dice.below(6) {
        let row = dice.one_of(KNOBS);
        let Some(value) = value(dice, row.name, row.default) else { continue };
        let mut fields = match serde_json::to_value(&tuned.scenario.tuning) {
            Ok(Value::Object(fields)) => fields,
            Ok(_) | Err(_) => Map::new(),
        };
        fields.insert(row.name.to_owned(), value);
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
