//! Read replica services that are maintained: whatever befalls them or their source meanwhile.
//!
//! Knows nothing of the inside of the library. Kept here: the cases are the same each time; more
//! of them, or others, are asked for by `CUTOVER_CASES` and `CUTOVER_CASES_SEED`.

use std::sync::Arc;

use cutover::check::Verdict;
use cutover::model::Endpoint;
use cutover::scenario::{self, Loaded};
use cutover::sim::Sim;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};

use super::random::number;

/// What no run breaks, whatever operators and faults do.
const NEVER_BROKEN: [&str; 6] = [
    "read-replica-stays",
    "switchover-in-window",
    "switchover-order",
    "switchover-census",
    "accounting-adds-up",
    "timelines-form-a-tree",
];

const DEEDS: [&str; 12] = [
    "Operator(Maintain, Service(\"reports\"))",
    "Operator(Maintain, Service(\"reports\"))",
    "Operator(Maintain, Service(\"orders\"))",
    "Operator(RemoveIntegration, Service(\"reports\"))",
    "Fault(HostDeath, Node(\"reports-1\"))",
    "Fault(HostDeath, Primary(\"reports\"))",
    "Fault(HostDeath, Node(\"reports-2\"))",
    "Fault(HostDeath, Primary(\"orders\"))",
    "Fault(ProcessCrash, Primary(\"orders\"))",
    "Fault(HostDeath, Node(\"orders-1\"))",
    "Fault(ProcessCrash, Node(\"reports-2\"))",
    "Fault(ProcessCrash, Node(\"reports-1\"))",
];

/// When the last deed is at the latest, in milliseconds; the service is whole an hour later.
const LAST: u64 = 3_600_000;

fn services(plan: &str, tuning: &str, steps: &[(u64, String)]) -> Loaded {
    let steps: Vec<String> =
        steps.iter().map(|(at, step)| step.replace("AT", &format!("At(\"{at}ms\""))).collect();
    let text = format!(
        r#"Scenario(
            name: "maintained",
            services: [
                Service(name: "orders", plan: Business, region: "here"),
                Service(
                    name: "reports", plan: {plan}, region: "here",
                    windows: [("5m", "15m"), ("30m", "45m"), ("1h", "1h20m"), ("1h30m", "2h")],
                ),
            ],
            integrations: [ReadReplica(source: "orders", replica: "reports")],
            clients: [
                Writer(name: "app", service: "orders", writes_per_s: 50),
                Reader(name: "dash", service: "reports", reads_per_s: 10, endpoint: Primary),
            ],
            tuning: Tuning(node_build: "20s", database_size: "1GiB", {tuning}),
            script: [{}],
            until: "2h30m",
        )"#,
        steps.join(", "),
    );
    scenario::parse("maintained.ron", &text).unwrap_or_else(|errors| panic!("{errors}\n{text}"))
}

fn check(loaded: &Loaded, seed: u64, nodes: u8) -> Result<(), TestCaseError> {
    let mut sim = Sim::new(Arc::new(loaded.setup.clone()), seed);
    sim.run();
    let outcome = sim.outcome();
    for one in outcome.invariants.iter().filter(|one| NEVER_BROKEN.contains(&one.id)) {
        prop_assert!(one.verdict != Verdict::Violated, "{}: {}", one.id, one.detail);
    }
    let reports = &outcome.services[1];
    let last = reports.census.last().expect("it had nodes at the start");
    prop_assert_eq!((last.existing, last.serving), (nodes, nodes), "it is not whole at the end");
    prop_assert_eq!(reports.phases.last().map_or("Steady", |one| one.phase.name()), "Steady");
    if seed.is_multiple_of(8) {
        let mut eager = Sim::with_eager_ticks(Arc::new(loaded.setup.clone()), seed);
        eager.run();
        prop_assert_eq!(eager.outcome(), outcome, "skipped reports matter");
    }
    Ok(())
}

#[test]
fn a_read_replica_service_is_whole_after_maintenance_whatever_befell_it() {
    let config = Config {
        cases: u32::try_from(number("CUTOVER_CASES", 600)).expect("fewer cases"),
        rng_seed: RngSeed::Fixed(number("CUTOVER_CASES_SEED", 1)),
        failure_persistence: None,
        ..Config::default()
    };
    let gap = prop_oneof![1 => 0..3_000_u64, 2 => 0..120_000_u64, 1 => 60_000..900_000_u64];
    let made = prop::collection::vec((gap, 0..DEEDS.len()), 1..7);
    let plan = prop_oneof![Just(("Startup", 1_u8)), Just(("Business", 2)), Just(("Premium", 3))];
    let way = prop_oneof![Just("AsPrimary"), Just("AsStandby")];
    let cases = (made, any::<u64>(), plan, way);
    let result = TestRunner::new(config).run(&cases, |(made, seed, (plan, nodes), way)| {
        let mut now = 0;
        let steps = made.iter().map(|(gap, deed)| {
            now = (now + gap).min(LAST);
            (now, format!("AT, {})", DEEDS[*deed]))
        });
        let tuning = format!("follower_maintenance: {way}");
        // A plan of one node has no second one at first.
        let exists = |step: &(u64, String)| nodes > 1 || !step.1.contains("reports-2");
        let steps: Vec<_> = steps.filter(exists).collect();
        check(&services(plan, &tuning, &steps), seed, nodes)
    });
    if let Err(error) = result {
        panic!("{error:#}");
    }
}

#[test]
fn the_opt_in_replica_name_of_a_read_replica_leaves_a_lost_standby_and_comes_back() {
    let lost = [(60_000, "AT, Fault(HostDeath, Node(\"reports-2\")))".to_owned())];
    let loaded = services("Business", "ha_replica_name: true", &lost);
    let mut sim = Sim::new(Arc::new(loaded.setup), 0);
    sim.run();
    let record = sim.world().services[1].record(Endpoint::HaReplica);
    let named: Vec<String> = record
        .changes
        .iter()
        .flat_map(|change| change.targets.iter().map(|node| sim.world().node_name(node)))
        .collect();
    assert_eq!(named, ["reports-2", "reports-1", "reports-3"]);
}
