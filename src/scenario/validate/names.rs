//! How the things of a scenario are called, how many there may be, and what a name refers to.
//!
//! Knows nothing of what the things do. Kept here: a name refers to one thing of its kind, and a
//! thing's id is its place in the lists of names.

use std::collections::BTreeSet;

use super::super::error::shown;
use super::super::file::{Client, Deed, Integration, Scenario, Service};
use super::super::locate::Path;
use super::super::problem::Problems;
use crate::control::Operator;
use crate::model::{CLIENTS_MAX, Endpoint, NODES_MAX, SERVICES_MAX};

/// As long as a DNS label may be.
const LENGTH_MAX: usize = 63;

/// The names of a scenario.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct Names<'a> {
    /// The services, in the order of the file.
    pub(in crate::scenario) services: Vec<&'a str>,
    /// The clients, in the order of the file.
    pub(in crate::scenario) clients: Vec<&'a str>,
    /// The regions, in the order in which services, clients and migrations first mention them.
    pub(in crate::scenario) regions: Vec<&'a str>,
    /// The services that belong to a pair.
    pub(super) paired: Vec<&'a str>,
    /// The services that belong to a group.
    pub(super) grouped: Vec<&'a str>,
    /// The services themselves.
    pub(super) plans: &'a [Service],
}

/// What a name says of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::scenario) struct NodeName {
    /// Which service it belongs to.
    pub(in crate::scenario) service: usize,
    /// Its number; 0 if no node can have what stands there.
    pub(in crate::scenario) number: u16,
}

impl<'a> Names<'a> {
    /// Returns the names of a scenario; those beyond the limits are left out.
    pub(in crate::scenario) fn of(scenario: &'a Scenario) -> Self {
        let plans = &scenario.services[..scenario.services.len().min(SERVICES_MAX)];
        let clients = &scenario.clients[..scenario.clients.len().min(CLIENTS_MAX)];
        let mut regions: Vec<&str> = Vec::new();
        let asked = clients.iter().filter_map(Client::region);
        let goals = scenario.script.iter().filter_map(|step| match step.deed() {
            Deed::Operator(Operator::Migrate(region), _) => Some(region.as_str()),
            Deed::Operator(..) | Deed::Fault(..) | Deed::Heal(..) => None,
        });
        let homes = plans.iter().map(|service| service.region.as_str());
        for region in homes.chain(asked).chain(goals) {
            if !regions.contains(&region) {
                regions.push(region);
            }
        }
        Self {
            services: plans.iter().map(|service| service.name.as_str()).collect(),
            clients: clients.iter().map(Client::name).collect(),
            regions,
            paired: bound(scenario, |one| matches!(one, Integration::DisasterRecovery { .. })),
            grouped: bound(scenario, |one| matches!(one, Integration::GlobalActiveDatabase { .. })),
            plans,
        }
    }

    /// Returns the service of this name.
    pub(in crate::scenario) fn service(&self, name: &str) -> Option<usize> {
        self.services.iter().position(|known| *known == name)
    }

    /// Returns the node that a name such as `orders-2` means; nothing if there is no such service.
    pub(in crate::scenario) fn node(&self, name: &str) -> Option<NodeName> {
        let (service, digits) = name.rsplit_once('-')?;
        let service = self.service(service)?;
        let number = digits.parse().unwrap_or(0);
        let canonical = !digits.starts_with(['0', '+']);
        Some(NodeName { service, number: if canonical { number } else { 0 } })
    }

    /// Returns the names of the nodes with which the run begins.
    pub(super) fn first_nodes(&self) -> Vec<String> {
        let nodes = |service: &Service| {
            let name = service.name.clone();
            (1..=service.plan.nodes()).map(move |number| format!("{name}-{number}"))
        };
        self.plans.iter().flat_map(nodes).collect()
    }

    /// Adds a problem unless the service exists.
    pub(super) fn expect_service(&self, path: &Path, name: &str, problems: &mut Problems) {
        if self.service(name).is_none() {
            problems.unknown(path, "service", name, &self.services);
        }
    }
}

/// Returns the services that integrations of a kind bind.
fn bound(scenario: &Scenario, wanted: impl Fn(&Integration) -> bool) -> Vec<&str> {
    let found = scenario.integrations.iter().take(SERVICES_MAX).filter(|one| wanted(one));
    found.flat_map(|one| [one.source().1, one.destination().1]).collect()
}

/// Adds what is wrong with the names and the number of things.
pub(super) fn check(scenario: &Scenario, problems: &mut Problems) {
    let root = Path::root();
    spelling(&root.field("name"), "scenario", &scenario.name, problems);
    services(scenario, &root.field("services"), problems);
    let clients = root.field("clients");
    let mut seen = BTreeSet::new();
    for (index, client) in scenario.clients.iter().enumerate().take(CLIENTS_MAX) {
        let path = clients.item(index);
        spelling(&path.field("name"), "client", client.name(), problems);
        if !seen.insert(client.name()) {
            let message = format!(
                "found two clients named {}, expected a name for each",
                shown(client.name())
            );
            problems.add(&path.field("name"), message);
        }
        if let Some(region) = client.region() {
            spelling(&path.field("region"), "region", region, problems);
        }
    }
    if scenario.clients.len() > CLIENTS_MAX {
        let found = scenario.clients.len();
        let message = format!("found {found} clients, expected at most {CLIENTS_MAX}");
        problems.add(&clients.item(CLIENTS_MAX), message);
    }
}

fn services(scenario: &Scenario, path: &Path, problems: &mut Problems) {
    let services = &scenario.services;
    if services.is_empty() {
        problems.add(path, "found no service, expected at least one");
    }
    if services.len() > SERVICES_MAX {
        let message = format!("found {} services, expected at most {SERVICES_MAX}", services.len());
        problems.add(&path.item(SERVICES_MAX), message);
    }
    let mut nodes = 0;
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for (index, service) in services.iter().enumerate().take(SERVICES_MAX) {
        let here = path.item(index).field("name");
        spelling(&here, "service", &service.name, problems);
        spelling(&path.item(index).field("region"), "region", &service.region, problems);
        if !seen.insert(&service.name) {
            let message = format!(
                "found two services named {}, expected a name for each",
                shown(&service.name)
            );
            problems.add(&here, message);
        }
        nodes += usize::from(service.plan.nodes());
        if nodes > NODES_MAX {
            let message = format!("found {nodes} nodes so far, expected at most {NODES_MAX}");
            problems.add(&path.item(index), message);
        }
    }
    let names = Names::of(scenario);
    for (index, service) in names.plans.iter().enumerate() {
        let here = path.item(index).field("name");
        let owner = |other: &&Service| Endpoint::Replica.label(&other.name) == service.name;
        if let Some(owner) = names.plans.iter().find(owner) {
            let message = format!(
                "found a service named {}, which is the replica name of {}",
                shown(&service.name),
                shown(&owner.name)
            );
            problems.add(&here, message);
        }
        if let Some(node) = names.node(&service.name).filter(|node| node.number > 0) {
            let message = format!(
                "found a service named {}, which is the name of a node of {}",
                shown(&service.name),
                shown(names.services[node.service])
            );
            problems.add(&here, message);
        }
    }
}

/// Adds a problem unless a name is spelled as names are.
pub(super) fn spelling(path: &Path, what: &str, name: &str, problems: &mut Problems) {
    let length = name.chars().count();
    let known = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    if name.is_empty() {
        problems.add(path, format!("found an empty name of a {what}, expected letters"));
    } else if let Some(letter) = name.chars().find(|letter| !known(*letter)) {
        let name = shown(name);
        let message = format!(
            "found {letter:?} in the {what} name {name}, expected letters, digits, - and _"
        );
        problems.add(path, message);
    } else if name.starts_with(|letter: char| letter.is_ascii_digit() || letter == '-') {
        let message =
            format!("found the {what} name {}, expected a letter or _ first", shown(name));
        problems.add(path, message);
    } else if length > LENGTH_MAX {
        let message =
            format!("found a {what} name of {length} characters, expected at most {LENGTH_MAX}");
        problems.add(path, message);
    }
}
