//! Turns a scenario that makes sense into what a run is made from: names become ids.
//!
//! Knows nothing of texts and of what is wrong with scenarios. Kept here: ids follow the order of
//! the file, regions the order of first mention, and the script keeps its order.

use super::file::{
    Allowance, Client, Connection, Deed, Failure, IfMissing, Integration, Occurs, Scenario, Slot,
    SlotConsumer, StartPosition, Step, Strikes, Target as Written, Trigger,
};
use super::validate::Names;
use crate::check::INVARIANTS;
use crate::control::PairRole;
use crate::fault::{Party, Target};
use crate::kernel::{Instant, Law, Span};
use crate::knob::Knobs;
use crate::model::{self, ClientId, DatabaseId, RegionId, ServiceId, SlotId};
use crate::sim;

/// What a name is resolved with always exists once a scenario is valid.
const VALID: &str = "validation knows every name";

/// Returns the setup of a valid scenario.
pub(super) fn build(scenario: &Scenario, knobs: Knobs) -> sim::Setup {
    let names = Names::of(scenario);
    sim::Setup {
        name: scenario.name.clone(),
        knobs,
        regions: names.regions.iter().map(|region| (*region).to_owned()).collect(),
        services: scenario
            .services
            .iter()
            .map(|service| sim::ServiceSetup {
                name: service.name.clone(),
                plan: service.plan,
                region: region(&names, &service.region),
                windows: service.windows.clone(),
            })
            .collect(),
        integrations: scenario.integrations.iter().map(|one| integration(&names, one)).collect(),
        clients: scenario.clients.iter().map(|one| client(scenario, &names, one)).collect(),
        databases: databases(scenario)
            .into_iter()
            .map(|(of, name)| sim::DatabaseSetup {
                name: name.to_owned(),
                service: service(&names, of),
            })
            .collect(),
        slots: scenario.slots.iter().map(|one| slot(scenario, &names, one)).collect(),
        script: script(&names, &scenario.script),
        failures: failures(&names, &scenario.failures),
        failure_bias: 1,
        until: instant(scenario.until),
        allowances: scenario.allow.iter().map(allowance).collect(),
        own_policy: None,
    }
}

fn instant(since_start: Span) -> Instant {
    Instant::ZERO + since_start
}

fn region(names: &Names<'_>, name: &str) -> RegionId {
    RegionId::at(names.regions.iter().position(|known| *known == name).expect(VALID))
}

fn service(names: &Names<'_>, name: &str) -> ServiceId {
    ServiceId::at(names.service(name).expect(VALID))
}

fn integration(names: &Names<'_>, integration: &Integration) -> model::Integration {
    model::Integration {
        kind: integration.kind(),
        source: service(names, integration.source().1),
        destination: service(names, integration.destination().1),
        leader: service(names, integration.source().1),
        from_the_start: integration.is_from_the_start(),
    }
}

/// Returns the databases that own slots, each with its service, in the order of first mention.
fn databases(scenario: &Scenario) -> Vec<(&str, &str)> {
    let mut databases = Vec::new();
    for slot in &scenario.slots {
        let database = (slot.service.as_str(), slot.database.as_str());
        if !databases.contains(&database) {
            databases.push(database);
        }
    }
    databases
}

fn slot(scenario: &Scenario, names: &Names<'_>, slot: &Slot) -> sim::SlotSetup {
    let database = (slot.service.as_str(), slot.database.as_str());
    let place = databases(scenario).iter().position(|known| *known == database).expect(VALID);
    sim::SlotSetup {
        name: slot.name.clone(),
        service: service(names, &slot.service),
        database: DatabaseId::at(place),
        creates: slot.creates,
        left_over: slot
            .left_over
            .iter()
            .map(|node| names.node(node).expect(VALID).number)
            .collect(),
    }
}

fn consumption(scenario: &Scenario, consumer: &SlotConsumer) -> sim::Consumption {
    let own = |slot: &Slot| (&slot.service, &slot.name) == (&consumer.service, &consumer.slot);
    sim::Consumption {
        slot: SlotId::at(scenario.slots.iter().position(own).expect(VALID)),
        rate: consumer.rate,
        feedback: consumer.ack_every,
        own_position: consumer.start == StartPosition::Own,
        creates: consumer.if_missing == IfMissing::Create,
    }
}

fn client(scenario: &Scenario, names: &Names<'_>, client: &Client) -> sim::ClientSetup {
    let service = service(names, client.service());
    let home = &scenario.services[service.index()].region;
    let (begins, ends, first_lookup) = client.times();
    let work = match client {
        Client::Writer(writer) => {
            let rate = writer.writes_per_s;
            let wal_per_commit = writer.wal_per_commit.draw(1 << 63);
            sim::Work::Write { rate, wal_per_commit, arrivals: writer.arrivals }
        }
        Client::Reader(reader) => sim::Work::Read {
            rate: reader.reads_per_s,
            endpoint: reader.endpoint,
            fresh: reader.connection == Connection::Fresh,
        },
        Client::SlotConsumer(consumer) => sim::Work::Consume(consumption(scenario, consumer)),
    };
    let sizes = match client {
        Client::Writer(writer) => Some(&writer.wal_per_commit),
        Client::Reader(_) | Client::SlotConsumer(_) => None,
    };
    let (driver, parts) = client.driver();
    sim::ClientSetup {
        name: client.name().to_owned(),
        service,
        region: region(names, client.region().unwrap_or(home)),
        work,
        wal_per_commit: sizes.filter(|sizes| sizes.fixed().is_none()).cloned(),
        driver,
        parts: *parts,
        first_lookup: first_lookup.map(instant),
        begins: instant(begins),
        ends: ends.map_or(Instant::FAR, instant),
    }
}

/// Returns the steps in the order of the file, each with what it is called by.
fn script(names: &Names<'_>, steps: &[Step]) -> Vec<sim::StepSetup> {
    let mut script: Vec<sim::StepSetup> = steps.iter().map(|one| step(names, one)).collect();
    sim::name_steps(&mut script);
    script
}

fn step(names: &Names<'_>, step: &Step) -> sim::StepSetup {
    let when = match step {
        Step::At(law, _) => sim::When::At(*law),
        Step::Every(period, _) => sim::When::Every(*period),
        Step::When(trigger, _) => {
            let (trigger, after) = trigger_of(names, trigger, Law::Fixed(Span::ZERO));
            sim::When::Event(trigger, after)
        }
    };
    let words = ron::to_string(step.deed()).expect("a deed can be spelled");
    let deed = match step.deed() {
        Deed::Fault(kind, victim) => sim::Deed::Fault(*kind, target(names, victim)),
        Deed::Heal(kind, victim) => sim::Deed::Heal(*kind, target(names, victim)),
        Deed::Operator(act, victim) => {
            let order = act.located(|name| region(names, name));
            sim::Deed::Operator(order, target(names, victim))
        }
    };
    sim::StepSetup { when, deed, words, turn: 0, label: 0 }
}

/// Returns what a step waits for and how long after that it happens.
fn trigger_of(names: &Names<'_>, trigger: &Trigger, after: Law) -> (sim::Trigger, Law) {
    let node = |name: &String| {
        let node = names.node(name).expect(VALID);
        (ServiceId::at(node.service), node.number)
    };
    let numbered = |name: &String, make: fn(ServiceId, u16) -> sim::Trigger| {
        let (service, number) = node(name);
        make(service, number)
    };
    let client = |name: &String| {
        ClientId::at(names.clients.iter().position(|known| known == name).expect(VALID))
    };
    let trigger = match trigger {
        Trigger::After(law, inner) => return trigger_of(names, inner, *law),
        Trigger::Enters { service: name, phase } => {
            sim::Trigger::Enters(service(names, name), *phase)
        }
        Trigger::Promoting { service: name } => sim::Trigger::Promoting(service(names, name)),
        Trigger::Promoted { node } => numbered(node, sim::Trigger::Promoted),
        Trigger::MarkedDown { node } => numbered(node, sim::Trigger::MarkedDown),
        Trigger::Built { node } => numbered(node, sim::Trigger::Built),
        Trigger::CaughtUp { node } => numbered(node, sim::Trigger::CaughtUp),
        Trigger::Deleted { node } => numbered(node, sim::Trigger::Deleted),
        Trigger::Served { endpoint, service: name } => {
            sim::Trigger::Served(service(names, name), *endpoint)
        }
        Trigger::BecomesPassive { service: name } => {
            sim::Trigger::Becomes(service(names, name), PairRole::Passive)
        }
        Trigger::BecomesActive { service: name } => {
            sim::Trigger::Becomes(service(names, name), PairRole::Active)
        }
        Trigger::Loses { client: name } => sim::Trigger::Loses(client(name)),
        Trigger::Works { client: name } => sim::Trigger::Works(client(name)),
    };
    (trigger, after)
}

fn target(names: &Names<'_>, target: &Written) -> Target {
    let link = |from: &Written, to: &Written, both| Target::Link {
        from: party(names, from),
        to: party(names, to),
        both,
    };
    match target {
        Written::Link(from, to) => link(from, to, true),
        Written::OneWay(from, to) => link(from, to, false),
        Written::Node(_)
        | Written::Primary(_)
        | Written::Standby(..)
        | Written::Platform
        | Written::Observer(_)
        | Written::Client(_)
        | Written::Zone(..)
        | Written::Region(_)
        | Written::Everyone
        | Written::Service(_) => Target::One(party(names, target)),
    }
}

fn party(names: &Names<'_>, target: &Written) -> Party {
    match target {
        Written::Node(node) => {
            let node = names.node(node).expect(VALID);
            Party::Node(ServiceId::at(node.service), node.number)
        }
        Written::Primary(name) => Party::Primary(service(names, name)),
        Written::Standby(name, number) => Party::Standby(service(names, name), *number),
        Written::Platform => Party::Platform,
        Written::Observer(number) => Party::Observer(number.saturating_sub(1)),
        Written::Client(name) => {
            let client = names.clients.iter().position(|known| known == name).expect(VALID);
            Party::Client(ClientId::at(client))
        }
        Written::Zone(name, zone) => Party::Zone(region(names, name), *zone),
        Written::Region(name) => Party::Region(region(names, name)),
        Written::Everyone => Party::Everyone,
        Written::Service(name) => Party::Service(service(names, name)),
        Written::Link(..) | Written::OneWay(..) => {
            panic!("validation refuses a link as an end of a link, found {target:?}")
        }
    }
}

/// Returns the failures by name, so that where they are listed makes no difference.
fn failures(names: &Names<'_>, listed: &[Failure]) -> Vec<sim::FailureSetup> {
    let mut failures: Vec<_> = listed.iter().map(|one| failure(names, one)).collect();
    failures.sort_by(|one, other| one.name.cmp(&other.name));
    failures
}

fn failure(names: &Names<'_>, failure: &Failure) -> sim::FailureSetup {
    sim::FailureSetup {
        name: failure.name.clone(),
        kind: failure.fault,
        strikes: match &failure.strikes {
            Strikes::EachNode(name) => sim::Subject::EachNode(service(names, name)),
            Strikes::EachLink(name, to) => {
                sim::Subject::EachLink(service(names, name), party(names, to))
            }
            Strikes::EachZone(name) => sim::Subject::EachZone(region(names, name)),
            Strikes::Only(one) => sim::Subject::Only(target(names, one)),
        },
        occurs: match &failure.occurs {
            Occurs::Every(gaps) => sim::Occurs::Every(gaps.clone()),
            Occurs::Times(times) => sim::Occurs::Times(times.clone()),
            Occurs::TimesIn(file) => panic!("the times in {file} are read before this"),
        },
        lasts: failure.lasts.clone(),
        crews: failure.crews,
    }
}

fn allowance(allowance: &Allowance) -> sim::Allowance {
    let Allowance::Violation { invariant, at_most, because } = allowance;
    let card = INVARIANTS.iter().find(|card| card.id == invariant).expect(VALID);
    sim::Allowance { invariant: card.id, at_most: *at_most, because: because.clone() }
}

#[cfg(test)]
mod tests {
    use super::super::loaded::parse;
    use super::*;
    use crate::fault::FaultKind;
    use crate::kernel::Bytes;
    use crate::model::{Arrivals, Endpoint, Zone};

    const TEXT: &str = r#"Scenario(
        name: "two",
        services: [
            Service(name: "a", plan: Premium, region: "north"),
            Service(name: "a-b", plan: Business, region: "south"),
        ],
        clients: [
            Writer(name: "w", service: "a-b", writes_per_s: 2, region: "west", ends: "9s"),
            Reader(name: "r", service: "a-b", reads_per_s: 3),
        ],
        tuning: Tuning(dns_ttl: "7s"),
        script: [
            At("8s", Fault(LinkCut, OneWay(Zone("west", C), Client("r")))),
            At("uniform(1s, 2s)", Fault(Hang, Node("a-b-2"))),
            At("9s", Heal(LinkCut, OneWay(Zone("west", C), Client("r")))),
            At("4s", Fault(HostDeath, Standby("a", 2))),
        ],
        until: "10s",
        allow: [Violation(invariant: "acked-write-survives", at_most: Commits(4), because: "so")],
    )"#;

    #[test]
    fn names_become_ids_in_the_order_of_the_file() {
        let setup = parse("two.ron", TEXT).map_err(|errors| errors.to_string());
        let setup = setup.expect("it is valid").setup;
        assert_eq!(setup.regions, ["north", "south", "west"]);
        assert_eq!(setup.knobs.dns_ttl, Span::from_secs(7));
        let [writer, reader] = setup.clients.as_slice() else {
            panic!("there are two clients, not {:?}", setup.clients);
        };
        assert_eq!((writer.service, writer.region), (ServiceId(1), RegionId(2)));
        assert_eq!(
            writer.work,
            sim::Work::Write { rate: 2, wal_per_commit: Bytes(3 << 10), arrivals: Arrivals::Even }
        );
        assert_eq!((writer.begins, writer.ends), (Instant::ZERO, instant(Span::from_secs(9))));
        assert_eq!((reader.service, reader.region), (ServiceId(1), RegionId(1)));
        let work = sim::Work::Read { rate: 3, endpoint: Endpoint::Replica, fresh: false };
        assert_eq!((reader.work, reader.ends), (work, Instant::FAR));
        assert_eq!(
            (setup.allowances[0].invariant, setup.until),
            ("acked-write-survives", instant(Span::from_secs(10)),)
        );
    }

    #[test]
    fn the_script_keeps_its_order_and_a_heal_the_target_of_its_fault() {
        let setup = parse("two.ron", TEXT).map_err(|errors| errors.to_string());
        let script = setup.expect("it is valid").setup.script;
        let zone = Party::Zone(RegionId(2), Zone::C);
        let link = Target::Link { from: zone, to: Party::Client(ClientId(1)), both: false };
        let hang = Target::One(Party::Node(ServiceId(1), 2));
        let deeds: Vec<sim::Deed> = script.iter().map(|step| step.deed).collect();
        assert_eq!(
            deeds,
            [
                sim::Deed::Fault(FaultKind::LinkCut, link),
                sim::Deed::Fault(FaultKind::Hang, hang),
                sim::Deed::Heal(FaultKind::LinkCut, link),
                sim::Deed::Fault(
                    FaultKind::HostDeath,
                    Target::One(Party::Standby(ServiceId(0), 2))
                ),
            ]
        );
        let law = Law::Uniform(Span::from_secs(1), Span::from_secs(2));
        assert_eq!(script[1].when, sim::When::At(law));
    }
}
