//! Whether the logical slots of a scenario and their consumers can be as it says.
//!
//! Knows nothing of how slots are copied. Kept here: a slot's name is its own within its service,
//! and no two consumers read from one slot.

use std::collections::BTreeSet;

use super::super::error::shown;
use super::super::file::{Client, Integration, Scenario, Slot, SlotConsumer};
use super::super::locate::Path;
use super::super::problem::Problems;
use super::names::{Names, spelling};
use crate::kernel::{Law, Rate, Span};
use crate::model::{CLIENTS_MAX, SLOTS_MAX};

/// The longest time between two pieces of feedback, a day.
const FEEDBACK_MAX: Span = Span::from_days(1);

/// Adds what is wrong with slots and their consumers.
pub(super) fn check(scenario: &Scenario, names: &Names<'_>, problems: &mut Problems) {
    let path = Path::root().field("slots");
    let mut seen = BTreeSet::new();
    for (index, slot) in scenario.slots.iter().enumerate().take(SLOTS_MAX) {
        let path = path.item(index);
        spelling(&path.field("name"), "slot", &slot.name, problems);
        spelling(&path.field("database"), "database", &slot.database, problems);
        names.expect_service(&path.field("service"), &slot.service, problems);
        let follows = |one: &Integration| one.destination().1 == slot.service;
        if scenario.integrations.iter().any(follows) {
            let service = shown(&slot.service);
            let message = format!("found a slot of {service}, which follows another service");
            problems.add(&path.field("service"), format!("{message}, expected one that writes"));
        }
        if !seen.insert((&slot.service, &slot.name)) {
            let (name, service) = (shown(&slot.name), shown(&slot.service));
            let message =
                format!("found two slots of {service} named {name}, expected a name for each");
            problems.add(&path.field("name"), message);
        }
        for (index, node) in slot.left_over.iter().enumerate() {
            standby(&path.field("left_over").item(index), slot, (node, names), problems);
        }
        let until = scenario.until;
        let late = |at: &Law| matches!(at, Law::Fixed(at) if *at > until);
        if let Some(at) = slot.creates.filter(|at| until > Span::ZERO && late(at)) {
            let message = format!("found a slot created at {at}, after the end at {until}");
            problems.add(&path.field("creates"), message);
        }
    }
    if scenario.slots.len() > SLOTS_MAX {
        let found = scenario.slots.len();
        let message = format!("found {found} slots, expected at most {SLOTS_MAX}");
        problems.add(&path.item(SLOTS_MAX), message);
    }
    consumers(scenario, names, problems);
}

/// Adds a problem unless a slot's service begins with a standby of this name.
fn standby(path: &Path, slot: &Slot, (node, names): (&str, &Names<'_>), problems: &mut Problems) {
    let Some(service) = names.plans.iter().find(|known| known.name == slot.service) else { return };
    let standbys = (2..=service.plan.nodes()).map(|number| format!("{}-{number}", service.name));
    let standbys: Vec<String> = standbys.collect();
    if standbys.is_empty() {
        let message = format!("found {}, but {} has no standby", shown(node), shown(&slot.service));
        problems.add(path, message);
    } else if !standbys.iter().any(|known| known == node) {
        let known: Vec<&str> = standbys.iter().map(String::as_str).collect();
        problems.unknown(path, "standby", node, &known);
    }
}

/// Returns the names of a service's slots.
pub(super) fn slots_of<'a>(scenario: &'a Scenario, service: &str) -> Vec<&'a str> {
    let of = scenario.slots.iter().filter(|slot| slot.service == service);
    of.map(|slot| slot.name.as_str()).collect()
}

/// Adds a problem unless a service has a slot.
pub(super) fn expect_slot(
    path: &Path,
    (scenario, names): (&Scenario, &Names<'_>),
    (service, slot): (&str, &str),
    problems: &mut Problems,
) {
    let known = slots_of(scenario, service);
    if names.service(service).is_none() || known.contains(&slot) {
        return;
    }
    if known.is_empty() {
        let message = format!("unknown slot {}, {} has none", shown(slot), shown(service));
        problems.add(path, message);
    } else {
        problems.unknown(path, "slot", slot, &known);
    }
}

/// Returns whether two consumers are there at one time.
fn overlap(one: &SlotConsumer, other: &SlotConsumer) -> bool {
    let ends_by = |of: &SlotConsumer, at: Span| of.ends.is_some_and(|ends| ends <= at);
    !ends_by(one, other.begins) && !ends_by(other, one.begins)
}

fn consumers(scenario: &Scenario, names: &Names<'_>, problems: &mut Problems) {
    let clients = Path::root().field("clients");
    let mut readers: Vec<&SlotConsumer> = Vec::new();
    for (index, client) in scenario.clients.iter().enumerate().take(CLIENTS_MAX) {
        let Client::SlotConsumer(consumer) = client else { continue };
        let path = clients.item(index);
        let slot = (consumer.service.as_str(), consumer.slot.as_str());
        expect_slot(&path.field("slot"), (scenario, names), slot, problems);
        let same = |other: &&&SlotConsumer| (&*other.service, &*other.slot) == slot;
        let other = readers.iter().filter(same).find(|other| overlap(other, consumer));
        if let Some(other) = other {
            let (slot, other) = (shown(&consumer.slot), shown(&other.name));
            let message = format!("found a second consumer of slot {slot}, which {other} reads");
            problems.add(&path.field("slot"), format!("{message}: a slot has one at a time"));
        }
        readers.push(consumer);
        let every = consumer.ack_every;
        if every == Span::ZERO || every > FEEDBACK_MAX {
            let message = format!("found feedback every {every}, expected 1us to {FEEDBACK_MAX}");
            problems.add(&path.field("ack_every"), message);
        }
        if consumer.rate == Rate(0) {
            problems.add(&path.field("rate"), "found rate 0B/s, expected more than zero");
        }
    }
}
