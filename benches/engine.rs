//! How fast whole runs are: events, episodes, idle years, clones, and a thousand seeds.
//!
//! Knows nothing of the inside of the engine. Kept here: nothing is measured that a user of the
//! library could not do.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use cutover::sim::{Setup, Sim};

/// Ten minutes of a service of three nodes whose primary's host dies.
const EPISODE: &str = r#"Scenario(
    name: "episode",
    services: [Service(name: "orders", plan: Premium)],
    clients: [Writer(name: "app", service: "orders", writes_per_s: 200)],
    script: [At("uniform(1m, 2m)", Fault(HostDeath, Primary("orders")))],
    until: "10m",
)"#;

/// A year of the same service in which nothing happens.
const IDLE_YEAR: &str = r#"Scenario(
    name: "idle-year",
    services: [Service(name: "orders", plan: Premium)],
    clients: [Writer(name: "app", service: "orders", writes_per_s: 200)],
    until: "365d",
)"#;

/// Two hours of three services, of five clients, and of faults of every kind.
const BUSY: &str = r#"Scenario(
    name: "busy",
    services: [
        Service(name: "orders", plan: Premium, region: "eu-west"),
        Service(name: "cart", plan: Business, region: "eu-west"),
        Service(name: "audit", plan: Startup, region: "us-east"),
    ],
    clients: [
        Writer(name: "app", service: "orders", writes_per_s: 200),
        Writer(name: "shop", service: "cart", writes_per_s: 50),
        Writer(name: "log", service: "audit", writes_per_s: 10),
        Reader(name: "dash", service: "orders", reads_per_s: 50),
        Reader(name: "probe", service: "cart", reads_per_s: 1, connection: Fresh),
    ],
    script: [
        At("uniform(1m, 2m)", Fault(HostDeath, Primary("orders"))),
        At("uniform(3m, 9m)", Fault(ProcessCrash, Primary("cart"))),
        At("uniform(15m, 20m)", Fault(Hang, Primary("orders"))),
        At("uniform(25m, 30m)", Heal(Hang, Primary("orders"))),
        At("uniform(40m, 50m)", Fault(LinkCut, Link(Primary("cart"), Everyone))),
        At("uniform(55m, 60m)", Heal(LinkCut, Link(Primary("cart"), Everyone))),
        At("uniform(70m, 80m)", Fault(HostDeath, Primary("audit"))),
        At("uniform(90m, 99m)", Fault(HostDeath, Standby("orders", 2))),
    ],
    until: "2h",
)"#;

fn setup(text: &str) -> Arc<Setup> {
    let loaded = cutover::scenario::parse("bench.ron", text);
    Arc::new(loaded.expect("the scenario is valid").setup)
}

/// Takes a run to its end without notes, and returns how many events changed something.
fn run(setup: &Arc<Setup>, seed: u64) -> u64 {
    let mut sim = Sim::without_notes(Arc::clone(setup), seed);
    sim.run();
    sim.events()
}

fn engine(criterion: &mut Criterion) {
    let busy = setup(BUSY);
    let mut group = criterion.benchmark_group("events");
    group.throughput(Throughput::Elements(run(&busy, 0)));
    group.bench_function("of a busy run", |bench| bench.iter(|| run(black_box(&busy), 0)));
    group.finish();

    let episode = setup(EPISODE);
    let mut group = criterion.benchmark_group("episodes");
    group.throughput(Throughput::Elements(1));
    let mut seed = 0;
    group.bench_function("run", |bench| {
        bench.iter(|| {
            seed += 1;
            run(black_box(&episode), seed)
        });
    });
    group.bench_function("run and judged", |bench| {
        bench.iter(|| {
            seed += 1;
            let mut sim = Sim::without_notes(Arc::clone(black_box(&episode)), seed);
            sim.run();
            sim.outcome()
        });
    });
    group.throughput(Throughput::Elements(1_000));
    group.bench_function("a thousand seeds", |bench| {
        bench.iter(|| {
            let events = (0..1_000).map(|seed| run(black_box(&episode), seed));
            events.sum::<u64>()
        });
    });
    group.finish();

    let year = setup(IDLE_YEAR);
    criterion.bench_function("idle service-year", |bench| bench.iter(|| run(black_box(&year), 0)));

    let mut half = Sim::without_notes(episode, 0);
    for _ in 0..20 {
        half.step();
    }
    criterion.bench_function("clone", |bench| {
        bench.iter_batched(|| (), |()| black_box(&half).clone(), BatchSize::SmallInput);
    });
}

fn short() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
}

criterion_group! { name = benches; config = short(); targets = engine }
criterion_main!(benches);
