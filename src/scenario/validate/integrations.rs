//! Whether the services of a scenario can be bound together as it says.
//!
//! Knows nothing of what a binding leads to. Kept here: nobody follows two services, nobody
//! follows itself, and who is followed has a primary.

use super::super::error::shown;
use super::super::file::{Client, Integration, Scenario};
use super::super::locate::Path;
use super::super::problem::Problems;
use super::names::Names;
use crate::knob::{Knobs, Policy};
use crate::model::{CLIENTS_MAX, Endpoint, SERVICES_MAX};

/// Adds what is wrong with the integrations.
pub(super) fn check(scenario: &Scenario, names: &Names<'_>, problems: &mut Problems) {
    let list = Path::root().field("integrations");
    let integrations = &scenario.integrations;
    if integrations.len() > SERVICES_MAX {
        let found = integrations.len();
        let message = format!("found {found} integrations, expected at most {SERVICES_MAX}");
        problems.add(&list.item(SERVICES_MAX), message);
    }
    nameless(scenario, problems);
    for (index, integration) in integrations.iter().enumerate().take(SERVICES_MAX) {
        let ends = [integration.source(), integration.destination()];
        for (field, service) in ends {
            names.expect_service(&list.item(index).field(field), service, problems);
        }
        let [(_, source), (field, destination)] = ends;
        let path = list.item(index).field(field);
        if source == destination {
            let message = format!("found {} following itself", shown(source));
            problems.add(&path, format!("{message}, expected two services"));
        } else if let Some(other) = earlier(integrations, index, destination) {
            let message = format!(
                "found {} following {}, expected one source: it follows {}",
                shown(destination),
                shown(source),
                shown(other)
            );
            problems.add(&path, message);
        } else if let Some(other) = followed_by(integrations, source) {
            let message = format!(
                "found {} following {}, which follows {} itself",
                shown(destination),
                shown(source),
                shown(other)
            );
            problems.add(&list.item(index).field(ends[0].0), message);
        }
    }
}

/// Adds what is wrong with the clients of services that have no name of a writer.
fn nameless(scenario: &Scenario, problems: &mut Problems) {
    let shared = scenario.tuning.shared_service_name != Some(false);
    let clients = Path::root().field("clients");
    for (index, client) in scenario.clients.iter().enumerate().take(CLIENTS_MAX) {
        let pairs = scenario.integrations.iter().take(SERVICES_MAX).filter(|one| {
            matches!(one, Integration::DisasterRecovery { .. })
                && one.destination().1 == client.service()
        });
        let writes = match client {
            Client::Writer(_) | Client::SlotConsumer(_) => true,
            Client::Reader(reader) => reader.endpoint == Endpoint::Primary,
        };
        for pair in pairs.filter(|_| shared && writes) {
            let message = format!(
                "found a client of the primary name of {}, expected that of {}, which both share",
                shown(client.service()),
                shown(pair.source().1)
            );
            problems.add(&clients.item(index).field("service"), message);
        }
    }
}

/// Returns whom an earlier integration lets a service follow.
fn earlier<'a>(integrations: &'a [Integration], index: usize, service: &str) -> Option<&'a str> {
    followed_by(&integrations[..index], service)
}

/// Returns whom a service follows.
fn followed_by<'a>(integrations: &'a [Integration], service: &str) -> Option<&'a str> {
    let found = integrations.iter().find(|one| one.destination().1 == service);
    found.map(|one| one.source().1)
}

/// Returns why the knobs do not fit a scenario with integrations, in words.
pub(super) fn misfits(scenario: &Scenario, knobs: &Knobs) -> Option<String> {
    let daemons = knobs.policy == Policy::Pglookout && !scenario.integrations.is_empty();
    daemons.then(|| {
        "found policy Pglookout with integrations, expected Platform: daemons know nothing of \
         other services"
            .to_owned()
    })
}
