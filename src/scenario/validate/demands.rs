//! Whether what a scenario expects and accepts can be judged at all.
//!
//! Knows nothing of outcomes. Kept here: an expectation speaks of things that may exist and of
//! ranges that are not empty; an accepted violation has a known measure and a reason.

use std::collections::BTreeSet;

use super::super::error::shown;
use super::super::file::{Allowance, Expectation, Scenario};
use super::super::locate::Path;
use super::super::problem::Problems;
use super::names::Names;
use super::script::{Faults, node_may_exist};
use super::slots::expect_slot;
use crate::check::{INVARIANTS, InvariantCard};
use crate::control::Refusal;

/// Adds what is wrong with what a scenario expects and accepts.
pub(super) fn check(scenario: &Scenario, names: &Names<'_>, problems: &mut Problems) {
    let (root, faults) = (Path::root(), Faults::of(scenario));
    let path = root.field("expect");
    for (index, expectation) in scenario.expect.iter().enumerate() {
        let path = path.item(index);
        subjects(&path, expectation, names, &faults, problems);
        slot(&path, expectation, (scenario, names), problems);
        range(&path, expectation, problems);
    }
    let path = root.field("allow");
    let mut seen = BTreeSet::new();
    for (index, allowance) in scenario.allow.iter().enumerate() {
        let Allowance::Violation { invariant, at_most, because } = allowance;
        let path = path.item(index);
        if because.trim().is_empty() {
            problems.add(&path.field("because"), "found no reason, expected why it is accepted");
        }
        let Some(card) = known(&path.field("invariant"), invariant, problems) else {
            continue;
        };
        let unit = at_most.unit();
        if !card.units.contains(&unit) {
            let expected = match card.units {
                [] => "but no violation of it is accepted".to_owned(),
                units => format!("expected {}", super::super::error::one_of(units.iter().copied())),
            };
            let message = format!("found a bound of {} in {unit}, {expected}", card.id);
            problems.add(&path.field("at_most"), message);
        } else if !seen.insert((card.id, unit)) {
            let message = format!("found a second bound of {} in {unit}, expected one", card.id);
            problems.add(&path.field("at_most"), message);
        }
    }
}

/// Returns the invariant of this id, or adds that there is none.
fn known(path: &Path, id: &str, problems: &mut Problems) -> Option<&'static InvariantCard> {
    let card = INVARIANTS.iter().find(|card| card.id == id);
    if card.is_none() {
        let ids: Vec<&str> = INVARIANTS.iter().map(|card| card.id).collect();
        problems.unknown(path, "invariant", id, &ids);
    }
    card
}

/// Adds what an expectation names and no run can have.
fn subjects(
    path: &Path,
    expectation: &Expectation,
    names: &Names<'_>,
    faults: &Faults,
    problems: &mut Problems,
) {
    match expectation {
        Expectation::Promoted { node, .. }
        | Expectation::PromotionTakes { node, .. }
        | Expectation::MarkedDown { node, .. }
        | Expectation::AcknowledgedBy { node, .. } => {
            node_may_exist(&path.field("node"), node, names, faults, problems);
        }
        Expectation::EndpointPoints { service, to, .. } => {
            names.expect_service(&path.field("service"), service, problems);
            targets(path, (service, to), (names, faults), problems);
        }
        Expectation::RoleBy { .. }
        | Expectation::StateBy { .. }
        | Expectation::Unprotected { .. }
        | Expectation::PartBy { .. }
        | Expectation::BothWritable { .. }
        | Expectation::Refused { .. } => bound(path, expectation, names, problems),
        Expectation::Promotions { service, .. }
        | Expectation::EndpointServes { service, .. }
        | Expectation::NodeCount { service, .. }
        | Expectation::LostCommits { service, .. }
        | Expectation::LostBytes { service, .. }
        | Expectation::LossWindow { service, .. }
        | Expectation::DualWriters { service, .. }
        | Expectation::Exposure { service, .. }
        | Expectation::SlotState { service, .. }
        | Expectation::SlotAge { service, .. }
        | Expectation::SlotLag { service, .. }
        | Expectation::Duplicates { service, .. }
        | Expectation::SkippedCommits { service, .. }
        | Expectation::PhantomCommits { service, .. }
        | Expectation::PhaseOrder { service, .. }
        | Expectation::PeakNodes { service, .. } => {
            names.expect_service(&path.field("service"), service, problems);
        }
        Expectation::Outage { client: one, .. } | Expectation::Outages { client: one, .. } => {
            client(&path.field("client"), one, names, problems);
        }
        Expectation::OutageTogether { clients: (one, other), .. } => {
            let path = path.field("clients");
            client(&path.item(0), one, names, problems);
            client(&path.item(1), other, names, problems);
        }
        Expectation::Verdict { invariant, .. } => {
            let _card = known(&path.field("invariant"), invariant, problems);
        }
        Expectation::Fails { expectation, because } => {
            if because.trim().is_empty() {
                problems.add(&path.field("because"), "found no reason, expected why it fails");
            }
            let path = path.field("expectation");
            if matches!(**expectation, Expectation::Fails { .. }) {
                problems.add(&path, "found Fails in Fails, expected what is to be met some day");
                return;
            }
            subjects(&path, expectation, names, faults, problems);
            range(&path, expectation, problems);
        }
    }
}

/// Adds a problem unless there is a client of this name.
fn client(path: &Path, client: &str, names: &Names<'_>, problems: &mut Problems) {
    if !names.clients.contains(&client) {
        problems.unknown(path, "client", client, &names.clients);
    }
}

/// Adds what is wrong with the nodes that a name of a service is expected to point to.
fn targets(
    path: &Path,
    (service, to): (&str, &[String]),
    (names, faults): (&Names<'_>, &Faults),
    problems: &mut Problems,
) {
    for (index, node) in to.iter().enumerate() {
        let path = path.field("to").item(index);
        node_may_exist(&path, node, names, faults, problems);
        let owner = names.node(node).map(|node| names.services[node.service]);
        let known = names.service(service).is_some();
        if let Some(owner) = owner.filter(|owner| known && *owner != service) {
            let (node, owner, service) = (shown(node), shown(owner), shown(service));
            let message = format!("found a node of {owner}, expected one of {service}");
            problems.add(&path, format!("{message}: {node} never serves its names"));
        }
    }
}

/// Adds what an expectation says of services bound together and no run can have.
#[expect(clippy::wildcard_enum_match_arm, reason = "only those of pairs and groups are passed on")]
fn bound(path: &Path, expectation: &Expectation, names: &Names<'_>, problems: &mut Problems) {
    match expectation {
        Expectation::StateBy { service, .. } => {
            names.expect_service(&path.field("service"), service, problems);
        }
        Expectation::RoleBy { service, .. } | Expectation::Unprotected { service, .. } => {
            expect_paired(&path.field("service"), service, names, problems);
        }
        Expectation::PartBy { service, .. } | Expectation::BothWritable { service, .. } => {
            expect_grouped(&path.field("service"), service, names, problems);
        }
        Expectation::Refused { service, because, .. } => {
            names.expect_service(&path.field("service"), service, problems);
            let known = Refusal::ALL.map(Refusal::name);
            if !known.contains(&because.as_str()) {
                problems.unknown(&path.field("because"), "refusal", because, &known);
            }
        }
        _ => {}
    }
}

/// Adds a slot that an expectation names and its service does not have.
#[expect(clippy::wildcard_enum_match_arm, reason = "few expectations speak of slots")]
fn slot(
    path: &Path,
    expectation: &Expectation,
    known: (&Scenario, &Names<'_>),
    problems: &mut Problems,
) {
    match expectation {
        Expectation::SlotState { service, slot, .. }
        | Expectation::SlotAge { service, slot, .. }
        | Expectation::SlotLag { service, slot, .. }
        | Expectation::Duplicates { service, slot, .. }
        | Expectation::SkippedCommits { service, slot, .. }
        | Expectation::PhantomCommits { service, slot, .. } => {
            expect_slot(&path.field("slot"), known, (service, slot), problems);
        }
        _ => {}
    }
}

/// Adds a problem unless a service exists and belongs to a pair.
pub(super) fn expect_paired(
    path: &Path,
    service: &str,
    names: &Names<'_>,
    problems: &mut Problems,
) {
    names.expect_service(path, service, problems);
    if names.service(service).is_some() && !names.paired.contains(&service) {
        let name = shown(service);
        let message = format!("found {name}, which belongs to no pair");
        problems.add(path, format!("{message}, expected a service of DisasterRecovery"));
    }
}

/// Adds a problem unless a service exists and belongs to a group.
fn expect_grouped(path: &Path, service: &str, names: &Names<'_>, problems: &mut Problems) {
    names.expect_service(path, service, problems);
    if names.service(service).is_some() && !names.grouped.contains(&service) {
        let name = shown(service);
        let message = format!("found {name}, which belongs to no group");
        let expected = "expected a service of GlobalActiveDatabase";
        problems.add(path, format!("{message}, {expected}"));
    }
}

/// Adds a range whose low end is above its high end.
fn range(path: &Path, expectation: &Expectation, problems: &mut Problems) {
    let empty = match expectation {
        Expectation::Promoted { between: (low, high), .. }
        | Expectation::PromotionTakes { between: (low, high), .. }
        | Expectation::MarkedDown { between: (low, high), .. }
        | Expectation::Outage { between: (low, high), .. }
        | Expectation::LossWindow { between: (low, high), .. }
        | Expectation::DualWriters { between: (low, high), .. }
        | Expectation::Exposure { between: (low, high), .. }
        | Expectation::Unprotected { between: (low, high), .. }
        | Expectation::BothWritable { between: (low, high), .. }
        | Expectation::OutageTogether { between: (low, high), .. }
        | Expectation::SlotAge { between: (low, high), .. } => {
            (low > high).then(|| (low.to_string(), high.to_string()))
        }
        Expectation::LostCommits { between: (low, high), .. }
        | Expectation::AcknowledgedBy { between: (low, high), .. }
        | Expectation::Duplicates { between: (low, high), .. }
        | Expectation::SkippedCommits { between: (low, high), .. }
        | Expectation::PhantomCommits { between: (low, high), .. } => {
            (low > high).then(|| (low.to_string(), high.to_string()))
        }
        Expectation::LostBytes { between: (low, high), .. }
        | Expectation::SlotLag { between: (low, high), .. } => {
            (low > high).then(|| (low.to_string(), high.to_string()))
        }
        Expectation::Promotions { .. }
        | Expectation::EndpointServes { .. }
        | Expectation::EndpointPoints { .. }
        | Expectation::NodeCount { .. }
        | Expectation::SlotState { .. }
        | Expectation::PhaseOrder { .. }
        | Expectation::PeakNodes { .. }
        | Expectation::Outages { .. }
        | Expectation::RoleBy { .. }
        | Expectation::StateBy { .. }
        | Expectation::PartBy { .. }
        | Expectation::Refused { .. }
        | Expectation::Verdict { .. }
        | Expectation::Fails { .. } => None,
    };
    if let Some((low, high)) = empty {
        let message = format!("found a range from {low} to {high}, expected the lower end first");
        problems.add(&path.field("between"), message);
    }
}
