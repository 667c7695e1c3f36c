//! Retries that are computed when something changes: the same outcome as retries made one by one,
//! and next to nothing to pay for a year of them.
//!
//! Knows nothing of the library's inside. Kept here: the slow way is the reference.

use std::fmt::Write as _;
use std::sync::Arc;

use cutover::kernel::Span;
use cutover::scenario::parse;
use cutover::sim::{Outcome, Setup, Sim};
use proptest::prelude::*;

const DRIVERS: [&str; 7] =
    ["Tuned", "LibpqRaw", "LibpqTuned", "MultiHost", "PgjdbcPool", "PgBouncer", "ResolvesOnce"];

fn scenario(client: &str, tuning: &str, script: &str, until: &str) -> String {
    format!(
        r#"Scenario(
            name: "retries",
            services: [Service(name: "orders", plan: Business)],
            clients: [{client}],
            tuning: Tuning({tuning}),
            script: [{script}],
            until: "{until}",
        )"#
    )
}

fn setup(text: &str) -> Setup {
    parse("retries.ron", text).unwrap_or_else(|errors| panic!("{errors}\n{text}")).setup
}

#[test]
fn a_year_of_retries_is_cheap() {
    for driver in DRIVERS {
        let script = r#"At("1h", Fault(LinkCut, Link(Client("app"), Everyone)))"#;
        let client = format!(
            r#"Writer(name: "app", service: "orders", writes_per_s: 100, driver: {driver})"#
        );
        let text = scenario(&client, "", script, "365d");
        let mut sim = Sim::new(Arc::new(setup(&text)), 0);
        let steps = std::iter::repeat_with(|| sim.step()).take_while(|goes_on| *goes_on).count();
        assert!(steps < 3_000, "{driver} takes {steps} steps");
        let outcome = sim.outcome();
        let outage = &outcome.clients[0].outages[0];
        assert_eq!((outage.end, outcome.clients[0].outages.len()), (None, 1));
        assert!(outage.parts.connect > Span::ZERO || outage.parts.recover > Span::ZERO);
    }
}

fn parts_of(outcome: &Outcome) -> Vec<(Span, Span)> {
    let outages = outcome.clients.iter().flat_map(|client| &client.outages);
    let sums = outages.map(|outage| (outage.length(outcome.until), outage.parts.sum()));
    sums.collect()
}

/// A script of random faults, most of which are healed.
fn script() -> impl Strategy<Value = String> {
    let target = prop::sample::select(vec![
        "Node(\"orders-1\")",
        "Node(\"orders-2\")",
        "Primary(\"orders\")",
    ]);
    let fault = (0..6_u8, target, 1..3_000_u64, prop::option::weighted(0.8, 1..6_000_u64));
    prop::collection::vec(fault, 1..4).prop_map(|faults| {
        let mut script = String::new();
        for (kind, target, at, lasts) in faults {
            let (fault, aim) = match kind {
                0 => ("HostDeath", target.to_owned()),
                1 => ("ProcessCrash", target.to_owned()),
                2 => ("Hang", target.to_owned()),
                3 => ("LinkCut", format!("Link(Client(\"app\"), {target})")),
                4 => ("LinkCut", "Link(Client(\"app\"), Everyone)".to_owned()),
                _ => ("LinkCut", format!("Link({target}, Platform)")),
            };
            write!(script, "At(\"{at}s\", Fault({fault}, {aim})),").expect("it is a text");
            if let (Some(lasts), 2..) = (lasts, kind) {
                let end = at + lasts;
                write!(script, "At(\"{end}s\", Heal({fault}, {aim})),").expect("it is a text");
            }
        }
        script
    })
}

fn client() -> impl Strategy<Value = String> {
    let cache = prop::sample::select(vec![
        "",
        "cache: Ttl,",
        "cache: Own(\"13s\"),",
        "cache: Behind(\"41s\"),",
        "cache: Forever,",
    ]);
    let others = prop::sample::select(vec![
        "",
        "negative_cache: \"3s\",",
        "session_attrs: Any,",
        "reply_timeout: \"9s\",",
        "max_lifetime: \"7m\",",
        "connections: 1,",
    ]);
    // Mostly short, so that a cycle is reached in many of the outages.
    let short = "backoff_first: \"1ms\", backoff_max: \"70ms\",";
    let pauses = prop::sample::select(vec!["", short, short, short]);
    let work = prop::sample::select(vec![
        "Writer(writes_per_s: 100,",
        "Reader(reads_per_s: 50,",
        "Reader(reads_per_s: 50, endpoint: Primary,",
        "Reader(reads_per_s: 50, connection: Fresh,",
    ]);
    let driver = prop::sample::select(DRIVERS.to_vec());
    (work, driver, cache, others, pauses).prop_map(|(work, driver, cache, others, pauses)| {
        format!(
            "{work} name: \"app\", service: \"orders\", driver: {driver}, \
             parts: ({cache} {others} {pauses}))"
        )
    })
}

fn tuning() -> impl Strategy<Value = String> {
    prop::sample::subsequence(
        vec![
            "resolver_cache: OnDemand",
            "replica_name_when_empty: NoAnswer",
            "process_restart: \"never\"",
            "dns_ttl: \"97s\"",
            "fencing: AtOnce",
        ],
        0..3,
    )
    .prop_map(|knobs| knobs.join(", "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(384))]

    #[test]
    fn computed_retries_are_those_that_would_have_been_made_and_parts_add_up(
        client in client(), script in script(), tuning in tuning(), premium in any::<bool>(),
        seed in 0..4_u64,
    ) {
        let text = scenario(&client, &tuning, &script, "3h");
        let plan = ["plan: Business", "plan: Premium"][usize::from(premium)];
        let text = text.replace("plan: Business", plan);
        let setup = Arc::new(setup(&text));
        let mut lazy = Sim::new(Arc::clone(&setup), seed);
        let mut eager = Sim::with_eager_ticks(setup, seed);
        lazy.run();
        eager.run();
        let outcome = lazy.outcome();
        prop_assert_eq!(&outcome, &eager.outcome(), "{}", text);
        for (length, sum) in parts_of(&outcome) {
            prop_assert_eq!(length, sum, "{}", text);
        }
    }
}
