//! Random scenarios: services, clients and a script of faults and heals.
//!
//! Knows nothing of what is asked of their runs. Kept here: every scenario that is made is valid,
//! and its text is shown when it fails.

use std::fmt;

use cutover::kernel::{Bytes, Law, Span};
use cutover::model::{Arrivals, DRIVERS, Driver, DriverParts, Endpoint, Plan};
use cutover::scenario::{Client, Connection, Reader, Scenario, Service, Step, Writer};
use proptest::prelude::*;

use super::knob::tuning;
use super::script;
use super::slot;

const SERVICES: [&str; 3] = ["orders", "cart", "audit"];
const CLIENTS: [&str; 5] = ["app", "web", "dash", "etl", "probe"];
const REGIONS: [&str; 2] = ["eu-west", "us-east"];

/// A scenario, the seed of its run, and a share of the run, in thousandths.
#[derive(Clone)]
pub(crate) struct Case {
    /// The scenario.
    pub(crate) scenario: Scenario,
    /// The seed.
    pub(crate) seed: u64,
    /// A share of the run.
    pub(crate) share: u64,
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "seed {}, share {}, {}", self.seed, self.share, text(&self.scenario))
    }
}

/// Returns the text of a scenario file.
pub(crate) fn text(scenario: &Scenario) -> String {
    use ron::extensions::Extensions;
    let options = ron::Options::default()
        .with_default_extension(Extensions::IMPLICIT_SOME)
        .with_default_extension(Extensions::UNWRAP_VARIANT_NEWTYPES);
    let body = options.to_string(scenario).expect("a scenario can be written");
    format!("Scenario{body}")
}

/// Returns random cases.
pub(crate) fn cases() -> impl Strategy<Value = Case> {
    let plans = prop_oneof![
        1 => Just(Plan::Hobbyist),
        1 => Just(Plan::Startup),
        4 => Just(Plan::Business),
        4 => Just(Plan::Premium),
    ];
    let services = prop::collection::vec((plans, 0..REGIONS.len()), 1..=3);
    let clients = prop::collection::vec(client(), 0..=CLIENTS.len());
    let until = prop_oneof![
        1 => 1_u64..60_000_000,
        6 => (1_u64..40).prop_map(|minutes| minutes * 60_000_000),
        3 => 60_000_000_u64..5_400_000_000,
    ];
    let clients = (clients, slot::slots());
    let parts = (services, clients, tuning(), script::steps(), until, any::<u64>(), 0..=1_000_u64);
    parts.prop_map(|(services, (clients, slots), tuning, steps, until, seed, share)| {
        let until = Span::from_micros(until);
        let services: Vec<Service> = services.into_iter().zip(SERVICES).map(service).collect();
        let mut clients: Vec<Client> = clients
            .into_iter()
            .zip(CLIENTS)
            .map(|(made, name)| made.client(name, &services, until))
            .collect();
        let (slots, consumers) = slot::made(slots, &services, until);
        clients.extend(consumers);
        let scenario = Scenario {
            name: "random".to_owned(),
            story: String::new(),
            services,
            integrations: Vec::new(),
            clients,
            slots,
            tuning,
            script: Vec::new(),
            failures: Vec::new(),
            targets: Vec::new(),
            until,
            seed: None,
            expect: Vec::new(),
            allow: Vec::new(),
        };
        let script: Vec<Step> = script::script(&scenario, &steps);
        Case { scenario: Scenario { script, ..scenario }, seed, share }
    })
}

fn service(((plan, region), name): ((Plan, usize), &str)) -> Service {
    let region = REGIONS[region].to_owned();
    Service { name: name.to_owned(), plan, region, windows: Vec::new() }
}

/// A client in the making.
#[derive(Clone, Debug)]
struct Made {
    work: Work,
    service: usize,
    rate: u32,
    driver: Driver,
    region: Option<usize>,
    first_lookup: Option<u64>,
    begins: Option<u64>,
    ends: Option<u64>,
}

#[derive(Clone, Copy, Debug)]
enum Work {
    Write(u64, Arrivals),
    Read(Endpoint, Connection),
}

fn client() -> impl Strategy<Value = Made> {
    let endpoint = prop_oneof![Just(Endpoint::Primary), Just(Endpoint::Replica)];
    let connection = prop_oneof![Just(Connection::Kept), Just(Connection::Fresh)];
    let sizes = prop_oneof![3 => 1_u64..20_000, 1 => 1_u64..1_000_000];
    let work = prop_oneof![
        (sizes, prop::bool::weighted(0.4)).prop_map(|(size, random)| {
            Work::Write(size, if random { Arrivals::Poisson } else { Arrivals::Even })
        }),
        (endpoint, connection).prop_map(|(endpoint, connection)| Work::Read(endpoint, connection)),
    ];
    let rate = prop_oneof![4 => 1_u32..1_000, 1 => 1_u32..60_000];
    let share = || prop::option::weighted(0.3, 0..1_000_u64);
    let region = prop::option::weighted(0.3, 0..REGIONS.len());
    let driver = prop_oneof![
        1 => Just(Driver::Tuned),
        1 => prop::sample::select(DRIVERS).prop_map(|card| card.driver),
    ];
    (work, 0..3_usize, (rate, driver), region, share(), share(), share()).prop_map(
        |(work, service, (rate, driver), region, first_lookup, begins, ends)| Made {
            work,
            service,
            rate,
            driver,
            region,
            first_lookup,
            begins,
            ends,
        },
    )
}

impl Made {
    fn client(self, name: &str, services: &[Service], until: Span) -> Client {
        let part = |share: u64| Span::from_micros(until.as_micros() / 1_000 * share);
        let begins = self.begins.map_or(Span::ZERO, part);
        let ends = self.ends.map(part).filter(|ends| *ends > begins);
        let (name, service) = (name.to_owned(), &services[self.service % services.len()]);
        let service = service.name.clone();
        let region = self.region.map(|region| REGIONS[region].to_owned());
        let first_lookup = self.first_lookup.map(part);
        // The most connections carry a thousand requests of ten seconds, whatever the delays are.
        let driver = if self.rate < 1_000 { self.driver } else { Driver::Tuned };
        let connections = (driver != Driver::Tuned).then_some(10_000);
        let parts = DriverParts { connections, ..DriverParts::default() };
        // In the slow reference each commit that is drawn is an event.
        let few = u64::from(self.rate) * until.as_micros() < 5_000_000_000;
        match self.work {
            Work::Write(size, arrivals) => Client::Writer(Writer {
                name,
                service,
                writes_per_s: self.rate,
                wal_per_commit: match size % 5 {
                    0 => Law::Uniform(Bytes(1), Bytes(size)).into(),
                    1 => Law::Lognormal { median: Bytes(size / 4 + 1), sigma_thousandths: 800 }
                        .into(),
                    _ => Bytes(size).into(),
                },
                arrivals: if few { arrivals } else { Arrivals::Even },
                region,
                driver,
                parts,
                first_lookup,
                begins,
                ends,
            }),
            Work::Read(endpoint, connection) => Client::Reader(Reader {
                name,
                service,
                reads_per_s: self.rate,
                endpoint,
                connection,
                region,
                driver,
                parts,
                first_lookup,
                begins,
                ends,
            }),
        }
    }
}
