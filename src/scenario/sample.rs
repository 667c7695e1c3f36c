//! Random scenarios, in tests only: well formed, and mostly nonsense.
//!
//! Knows nothing of what a scenario means. Kept here: every kind of value occurs.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::file::{
    Allowance, Client, Connection, Deed, Expectation, IfMissing, Reader, Scenario, Service, Slot,
    SlotConsumer, StartPosition, Step, Target, Writer,
};
use crate::check::{Amount, Verdict};
use crate::fault::FaultKind;
use crate::kernel::{Bytes, Law, Rate, Span};
use crate::knob::Tuning;
use crate::model::{
    Arrivals, Cache, DRIVERS, Driver, DriverParts, Endpoint, Keepalive, Plan, Zone,
};

fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{1,8}", "[a-z\"\\\\#/*(){}\\[\\],:'\n é]{0,12}"]
}

fn span() -> impl Strategy<Value = Span> {
    (0..=Span::from_days(2).as_micros()).prop_map(Span::from_micros)
}

fn law() -> impl Strategy<Value = Law> {
    let pair = (span(), span()).prop_map(|(one, two)| Law::Uniform(one.min(two), one.max(two)));
    prop_oneof![span().prop_map(Law::Fixed), pair, span().prop_map(Law::Exponential)]
}

fn service() -> impl Strategy<Value = Service> {
    let plan = proptest::sample::select(Plan::ALL.to_vec());
    let window = (span(), span());
    (name(), plan, name(), vec(window, 0..2)).prop_map(|(name, plan, region, windows)| Service {
        name,
        plan,
        region,
        windows,
    })
}

fn endpoint() -> impl Strategy<Value = Endpoint> {
    prop_oneof![Just(Endpoint::Primary), Just(Endpoint::Replica)]
}

fn settings() -> impl Strategy<Value = (Driver, DriverParts)> {
    let driver = proptest::sample::select(DRIVERS).prop_map(|card| card.driver);
    let keepalive = (span(), span(), any::<u32>()).prop_map(|(idle, interval, count)| Keepalive {
        idle,
        interval,
        count,
    });
    let cache = prop_oneof![
        Just(Cache::Ttl),
        span().prop_map(Cache::Own),
        span().prop_map(Cache::Behind),
        Just(Cache::Forever),
    ];
    let parts =
        (option::of(keepalive), option::of(cache), option::of(span()), any::<Option<u32>>())
            .prop_map(|(keepalive, cache, max_lifetime, connections)| DriverParts {
                keepalive,
                connections,
                cache,
                max_lifetime,
                ..DriverParts::default()
            });
    (driver, parts)
}

fn client() -> impl Strategy<Value = Client> {
    let times = (option::of(span()), span(), option::of(span()));
    let same = (name(), name(), option::of(name()), any::<u32>(), times);
    (same, any::<bool>(), 0..u64::from(u32::MAX), endpoint(), settings()).prop_map(
        |((name, service, region, rate, times), writes, bytes, endpoint, (driver, parts))| {
            let (first_lookup, begins, ends) = times;
            if writes {
                let wal_per_commit = match bytes % 3 {
                    0 => Law::Exponential(Bytes(bytes)).into(),
                    _ => Bytes(bytes).into(),
                };
                let writes_per_s = rate;
                Client::Writer(Writer {
                    name,
                    service,
                    writes_per_s,
                    wal_per_commit,
                    arrivals: if rate % 2 == 0 { Arrivals::Even } else { Arrivals::Poisson },
                    region,
                    driver,
                    parts,
                    first_lookup,
                    begins,
                    ends,
                })
            } else {
                let (reads_per_s, connection) = (rate, Connection::Fresh);
                Client::Reader(Reader {
                    name,
                    service,
                    reads_per_s,
                    endpoint,
                    connection,
                    region,
                    driver,
                    parts,
                    first_lookup,
                    begins,
                    ends,
                })
            }
        },
    )
}

fn any_client() -> impl Strategy<Value = Client> {
    prop_oneof![3 => client(), 1 => consumer()]
}

fn slot() -> impl Strategy<Value = Slot> {
    (name(), name(), name(), option::of(law()), vec(name(), 0..2)).prop_map(
        |(name, service, database, creates, left_over)| Slot {
            name,
            service,
            database,
            creates,
            left_over,
        },
    )
}

fn consumer() -> impl Strategy<Value = Client> {
    let names = (name(), name(), name(), option::of(name()));
    let rate = prop_oneof![Just(Rate::UNLIMITED), (0..1_u64 << 30).prop_map(Rate)];
    let ways = (any::<bool>(), any::<bool>(), settings());
    let times = (option::of(span()), span(), option::of(span()));
    (names, span(), rate, ways, times).prop_map(
        |((name, service, slot, region), ack_every, rate, (own, creates, settings), times)| {
            let (driver, parts) = settings;
            let (first_lookup, begins, ends) = times;
            Client::SlotConsumer(SlotConsumer {
                name,
                service,
                slot,
                ack_every,
                rate,
                start: if own { StartPosition::Own } else { StartPosition::Slot },
                if_missing: if creates { IfMissing::Create } else { IfMissing::Wait },
                region,
                driver,
                parts,
                first_lookup,
                begins,
                ends,
            })
        },
    )
}

fn target() -> impl Strategy<Value = Target> {
    let one = prop_oneof![
        name().prop_map(Target::Node),
        name().prop_map(Target::Primary),
        (name(), any::<u8>()).prop_map(|(service, number)| Target::Standby(service, number)),
        Just(Target::Platform),
        name().prop_map(Target::Client),
        name().prop_map(|region| Target::Zone(region, Zone::B)),
        name().prop_map(Target::Region),
        Just(Target::Everyone),
    ];
    one.prop_recursive(2, 4, 2, |inner| {
        (inner.clone(), inner, any::<bool>()).prop_map(|(from, to, both)| {
            let (from, to) = (Box::new(from), Box::new(to));
            if both { Target::Link(from, to) } else { Target::OneWay(from, to) }
        })
    })
}

fn step() -> impl Strategy<Value = Step> {
    let kind = prop_oneof![Just(FaultKind::HostDeath), Just(FaultKind::LinkCut)];
    (law(), kind, target(), any::<bool>()).prop_map(|(at, kind, target, heals)| {
        let deed = if heals { Deed::Heal(kind, target) } else { Deed::Fault(kind, target) };
        Step::At(at, deed)
    })
}

fn expectation() -> impl Strategy<Value = Expectation> {
    let spans = || (span(), span());
    prop_oneof![
        (name(), spans()).prop_map(|(node, between)| Expectation::Promoted { node, between }),
        (name(), any::<u32>())
            .prop_map(|(service, count)| Expectation::Promotions { service, count }),
        (endpoint(), name(), vec(name(), 0..3), span()).prop_map(|(endpoint, service, to, at)| {
            Expectation::EndpointPoints { endpoint, service, to, at }
        }),
        (name(), any::<u64>(), any::<u64>()).prop_map(|(service, low, high)| {
            Expectation::LostCommits { service, between: (low, high) }
        }),
        name().prop_map(|invariant| Expectation::Verdict { invariant, is: Verdict::Vacuous }),
    ]
}

fn allowance() -> impl Strategy<Value = Allowance> {
    let amount = prop_oneof![
        any::<u64>().prop_map(Amount::Commits),
        span().prop_map(Amount::Window),
        (0..1_u64 << 40).prop_map(|bytes| Amount::Bytes(Bytes(bytes))),
    ];
    (name(), amount, name()).prop_map(|(invariant, at_most, because)| Allowance::Violation {
        invariant,
        at_most,
        because,
    })
}

fn tuning() -> impl Strategy<Value = Tuning> {
    (option::of(span()), option::of(law())).prop_map(|(dns_ttl, fence_delay)| Tuning {
        fence_delay,
        dns_ttl,
        ..Tuning::default()
    })
}

/// Any scenario whatever.
pub(super) fn scenario() -> impl Strategy<Value = Scenario> {
    let things = (name(), name(), vec(service(), 0..3), vec(any_client(), 0..3), vec(slot(), 0..3));
    let rest = (tuning(), vec(step(), 0..4), span(), vec(expectation(), 0..4));
    let seed = option::of(any::<u64>());
    (things, rest, vec(allowance(), 0..3), seed).prop_map(|(things, rest, allow, seed)| {
        let (name, story, services, clients, slots) = things;
        let (tuning, script, until, expect) = rest;
        let integrations = Vec::new();
        Scenario {
            name,
            story,
            services,
            integrations,
            clients,
            slots,
            tuning,
            script,
            failures: Vec::new(),
            targets: Vec::new(),
            until,
            seed,
            expect,
            allow,
        }
    })
}
