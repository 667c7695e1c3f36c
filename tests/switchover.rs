//! Controlled switchovers: what was measured, and what holds in thousands of them with a fault.
//!
//! Knows nothing of how the simulator works: a case is a scenario and the public outcome of its
//! runs. Kept here: draws come from a fixed seed, so that the cases are the same each time.

use cutover::blame::{Entry, Kind, Part, ledger};
use cutover::check::{Amount, Verdict};
use cutover::kernel::{Chance, Span};
use cutover::scenario::{Loaded, load, parse};
use cutover::sim::{Outcome, run};

/// Small services, so that a switchover takes a minute or two.
const SMALL: &str = r#"node_build: "9s", database_size: "200MiB", heartbeat_phase: "2s""#;

fn scenario(plan: &str, writer: &str, tuning: &str, script: &str) -> Loaded {
    let text = format!(
        r#"Scenario(
            name: "switchover",
            services: [Service(name: "orders", plan: {plan})],
            clients: [Writer(
                name: "app", service: "orders", writes_per_s: 100, wal_per_commit: "300B", {writer}
            )],
            tuning: Tuning({SMALL}, {tuning}),
            script: [At("60s", Operator(Maintain, Service("orders"))), {script}],
            until: "15m",
        )"#
    );
    parse("switchover.ron", &text).unwrap_or_else(|errors| panic!("{errors}\n{text}"))
}

/// Returns how long the outages of the client are that last longer than 100 ms.
fn gaps(outcome: &Outcome) -> Vec<Span> {
    let outages = &outcome.clients[0].outages;
    let lengths = outages.iter().map(|outage| outage.length(outcome.until));
    lengths.filter(|length| *length > Span::from_millis(100)).collect()
}

/// The rig's servers stopped and were promoted within tenths of a second.
const QUICK: &str = r#"
    shutdown_checkpoint: "50ms", promotion_overhead: "100ms", dns_publish_delay: "1s",
    backoff_first: "50ms", backoff_max: "50ms""#;

#[test]
fn a_switchover_with_60_s_of_forwarding_and_a_ttl_of_60_s_has_one_short_gap() {
    for phase in [3, 17, 29, 41, 55] {
        let tuning = format!(r#"{QUICK}, dns_ttl: "1m""#);
        let lookup = format!(r#"first_lookup: "{phase}s""#);
        let outcome = run(&scenario("Business", &lookup, &tuning, "").setup, 0);
        let gaps = gaps(&outcome);
        assert_eq!(gaps.len(), 1, "looked up at {phase} s: {gaps:?}");
        assert!(gaps[0] < Span::from_secs(1), "looked up at {phase} s: {gaps:?}");
    }
}

/// Returns what the recovery of a client is said to scale with, and how long it takes, in a shipped
/// scenario with another value of a knob.
fn recovery(name: &str, knob: &str, value: &str) -> (String, Span) {
    let path = format!("{}/scenarios/{name}.ron", env!("CARGO_MANIFEST_DIR"));
    let mut loaded = load(path.as_ref()).unwrap_or_else(|errors| panic!("{errors}"));
    loaded.setup.knobs.set(knob, value).expect("it is a knob");
    let ledger = ledger(&run(&loaded.setup, 0));
    let of_app = |line: &&Entry| line.subject == "app" && line.kind == Kind::Outage(Part::Recover);
    let line = ledger.iter().find(of_app).unwrap_or_else(|| panic!("{name} has no outage"));
    let Amount::Time(time) = line.amount else { panic!("{line:?}") };
    (line.scale.names(), time)
}

#[test]
fn the_outage_of_a_switchover_scales_with_what_the_stop_waits_for() {
    let silent = "stop-waits-for-a-silent-consumer";
    for (name, knob) in [
        ("maintenance-startup", "shutdown_checkpoint"),
        (silent, "stop_patience"),
        (silent, "sender_timeout"),
        ("kill-timer-turns-a-stop-into-loss", "stop_patience"),
    ] {
        let (scale, time) = recovery(name, knob, "20s");
        let (_, longer) = recovery(name, knob, "27s");
        assert_eq!(scale, format!("{knob}, promotion_overhead"), "{name}");
        assert_eq!(longer, time + Span::from_secs(7), "{name}: {knob}");
    }
    let lagging = recovery("stop-waits-for-a-lagging-consumer", "stop_patience", "1m");
    assert_eq!(lagging.0, "the consumer lake");
    let backlog = recovery("controlled-stop-ships-the-backlog", "stop_patience", "1m");
    assert_eq!(backlog.0, "the fault SlowLink");
}

#[test]
fn an_old_primary_that_is_started_at_once_is_taken_back_though_none_of_its_reports_is_missing() {
    // Somebody promotes a new standby, so that nobody is left who has all of the old primary's WAL.
    let promoted = r#"At("90s", Operator(Promote, Node("orders-3")))"#;
    let outcome = run(&scenario("Business", "", "", promoted).setup, 0);
    let service = &outcome.services[0];
    assert!(service.promotions.iter().all(|one| one.cause != "restore"), "{service:?}");
    assert!(service.marked_down.is_empty(), "{:?}", service.marked_down);
    // It stops for a second, and is heard with its next report, 5 s later at most.
    assert!(gaps(&outcome).iter().all(|gap| *gap < Span::from_secs(10)), "{:?}", gaps(&outcome));
}

#[test]
fn a_ttl_that_outlives_the_forwarding_leads_to_a_second_gap() {
    let tuning = format!(r#"{QUICK}, dns_ttl: "3m""#);
    let outcome = run(&scenario("Business", r#"first_lookup: "5s""#, &tuning, "").setup, 0);
    let gaps = gaps(&outcome);
    assert_eq!(gaps.len(), 2, "{gaps:?}");
    assert!(gaps[0] < Span::from_secs(1));
    // From the end of the forwarding, a minute after 97 s, to the expiry at 185 s.
    assert!((Span::from_secs(20)..Span::from_secs(36)).contains(&gaps[1]), "{gaps:?}");
}

/// Returns a switchover whose old primary has 92.9 kB to send when it stops, over a link that
/// carries 10.8 kB/s: at 30 kB/s the new server falls behind for 4.84 s.
fn backlog(patience: &str) -> Outcome {
    let text = format!(
        r#"Scenario(
            name: "backlog",
            services: [Service(name: "orders", plan: Startup)],
            clients: [Writer(
                name: "app", service: "orders", writes_per_s: 100, wal_per_commit: "300B",
                parts: (synchronous_commit: Local),
            )],
            tuning: Tuning(
                node_build: "13s", database_size: "200MiB", heartbeat_phase: "2s",
                archive_phase: "0s", stop_patience: "{patience}", {QUICK}
            ),
            script: [
                At("60s", Operator(Maintain, Service("orders"))),
                At("77220ms", Fault(
                    SlowLink(delay: "0s", goodput: "10800B/s"),
                    Link(Node("orders-1"), Node("orders-2"))
                )),
            ],
            until: "5m",
        )"#
    );
    run(&parse("backlog.ron", &text).expect("the scenario is valid").setup, 0)
}

/// When the order to stop reaches the old primary.
const STOPS: Span = Span::from_millis(82_060);

#[test]
fn a_controlled_stop_takes_as_long_as_its_backlog_and_loses_nothing() {
    let outcome = backlog("1m");
    let promotion = &outcome.services[0].promotions[0];
    // The answer and the question take 15 ms.
    let stopped = promotion.ordered.since(cutover::kernel::Instant::ZERO + STOPS);
    let range = Span::from_millis(8_300)..Span::from_millis(8_900);
    assert!(range.contains(&stopped), "stopped after {stopped}");
    assert_eq!(outcome.services[0].loss.lost_commits, 0);
}

#[test]
fn a_stop_at_once_loses_the_backlog() {
    let outcome = backlog("12ms");
    let window = outcome.services[0].loss.window;
    let range = Span::from_millis(3_000)..=Span::from_millis(3_200);
    assert!(range.contains(&window), "lost the last {window}");
}

/// Returns a number below a bound, drawn by what it is for.
fn draw(purpose: &str, case: u64, below: u64) -> u64 {
    let word = u128::from(Chance::new(20, 0).word(purpose, "switchover", case));
    u64::try_from((word * u128::from(below)) >> 64).expect("it is less than the bound")
}

/// Whether the platform is so far away that commits wait for standbys for two seconds before the
/// order to stop arrives.
fn far(case: u64) -> bool {
    draw("far", case, 3) == 0
}

/// A fault at a drawn time of a switchover, aimed at whoever takes part in it.
fn fault(case: u64, plan: &str) -> String {
    let nodes = match plan {
        "Premium" => 6,
        "Business" => 4,
        _ => 2,
    };
    let node = format!(r#"Node("orders-{}")"#, 1 + draw("node", case, nodes));
    let kind = match draw("kind", case, 10) {
        0 | 1 => format!("Fault(HostDeath, {node})"),
        2 => format!("Fault(ProcessCrash, {node})"),
        3 => format!("Fault(Hang, {node})"),
        4 => format!("Fault(LinkCut, Link({node}, Platform))"),
        5 => format!("Fault(LinkCut, Link({node}, Everyone))"),
        6 => format!(r#"Fault(LinkCut, Link({node}, Node("orders-1")))"#).replace(
            r#"Link(Node("orders-1"), Node("orders-1"))"#,
            r#"Link(Node("orders-1"), Platform)"#,
        ),
        7 => format!("Fault(StorageStall, {node})"),
        8 => r#"Fault(PublishStall, Service("orders"))"#.to_owned(),
        _ => {
            format!(r#"Fault(SlowLink(delay: "200ms", goodput: "60kB/s"), Link({node}, Everyone))"#)
        }
    };
    // Most strike in the seconds in which the old primary stops and another one takes over.
    let (from, lasts) = if plan == "Premium" { (60_000, 70_000) } else { (60_000, 50_000) };
    let tight = draw("tight", case, 2) == 0;
    let base = match (far(case), plan) {
        (false, "Premium") => 116_900,
        (false, "Startup") => 76_900,
        (false, _) => 96_900,
        (true, "Premium") => 119_000,
        (true, "Startup") => 79_000,
        (true, _) => 99_000,
    };
    let at = if tight { base + draw("at", case, 2_600) } else { from + draw("at", case, lasts) };
    format!(r#"At("{at}ms", {kind}),"#)
}

#[test]
fn thousands_of_switchovers_with_one_fault_keep_what_standbys_acknowledged() {
    let mut judged = [0_u32; 4];
    for case in 0..3_000 {
        let plan = ["Startup", "Business", "Premium"]
            [usize::try_from(draw("plan", case, 3)).expect("it is small")];
        let size = ["One", "Majority", "All"]
            [usize::try_from(draw("size", case, 3)).expect("it is small")];
        let script = fault(case, plan);
        let delay = if far(case) { "1s" } else { "5ms" };
        let tuning = format!(r#"quorum_size: {size}, platform_delay: "{delay}""#);
        let loaded = scenario(plan, "", &tuning, &script);
        let outcome = run(&loaded.setup, case);
        let verdict = |id: &str| {
            let found = outcome.invariants.iter().find(|one| one.id == id);
            found.unwrap_or_else(|| panic!("there is no invariant {id}"))
        };
        for (place, id) in [
            "switchover-keeps-acked",
            "quorum-commit-survives",
            "switchover-order",
            "promoted-is-new",
        ]
        .into_iter()
        .enumerate()
        {
            let found = verdict(id);
            assert_ne!(
                found.verdict,
                Verdict::Violated,
                "case {case}, {plan}, {size}, {script}: {id}: {}",
                found.detail
            );
            judged[place] += u32::from(found.verdict == Verdict::Holds);
        }
        for id in ["accounting-adds-up", "timelines-form-a-tree", "removal-leaves-a-node"] {
            let found = verdict(id);
            assert_ne!(
                found.verdict,
                Verdict::Violated,
                "case {case}, {plan}, {size}, {script}: {id}: {}",
                found.detail
            );
        }
        // Every loss has its own line: what was acknowledged survives or is counted as lost.
        let loss = &outcome.services[0].loss;
        assert_eq!(loss.acked_commits, loss.surviving_commits + loss.lost_commits);
    }
    // Commits wait for standbys for two seconds at most, so few faults strike meanwhile.
    let enough = judged.iter().zip([1_000, 60, 1_000, 1_000]).all(|(count, least)| *count > least);
    assert!(enough, "too few were put to the test: {judged:?}");
}

/// One of several words, drawn by what it is for.
fn word<'a>(purpose: &str, case: u64, words: &[&'a str]) -> &'a str {
    let count = u64::try_from(words.len()).expect("there are few");
    words[usize::try_from(draw(purpose, case, count)).expect("it is small")]
}

/// The phases in which a fault may strike, and how often one did.
const PHASES: [&str; 7] = [
    "ReplacingStandbys",
    "AddingServer",
    "QuorumCommit",
    "Stopping",
    "Electing",
    "Promoting",
    "Forwarding",
];

/// A fault some time after a phase was entered, at whoever takes part in it.
fn fault_in(phase: &str, case: u64, plan: &str) -> String {
    let lasts = match phase {
        "ReplacingStandbys" | "AddingServer" | "Forwarding" => 20_000,
        "QuorumCommit" | "Electing" => 60,
        _ => 1_100,
    };
    let nodes = if plan == "Startup" { 2 } else { 4 };
    let node = format!(r#"Node("orders-{}")"#, 1 + draw("victim", case, nodes));
    let fault = match draw("what", case, 7) {
        0 => format!("Fault(HostDeath, {node})"),
        1 => format!("Fault(ProcessCrash, {node})"),
        2 => format!("Fault(LinkCut, Link({node}, Platform))"),
        3 => format!("Fault(LinkCut, Link({node}, Everyone))"),
        4 => r#"Fault(PublishStall, Service("orders"))"#.to_owned(),
        5 => r#"Fault(ProvisionStall, Service("orders"))"#.to_owned(),
        _ => r#"Fault(HostDeath, Primary("orders"))"#.to_owned(),
    };
    let after = draw("after", case, lasts);
    let entered = format!(r#"Enters(service: "orders", phase: {phase})"#);
    format!(r#"When(After("{after}ms", {entered}), {fault}),"#)
}

/// Everything that the documents leave open about a switchover, drawn.
fn stances(case: u64) -> String {
    let of = |name: &str, words: &[&str]| format!("{name}: {}, ", word(name, case, words));
    of("quorum_size", &["One", "Majority", "All"])
        + &of("quorum_reset", &["AfterOldPrimaryGone", "AtPromotion"])
        + &of("switchover_candidates", &["AnyNew", "AdditionalOnly", "ReplacementOnly"])
        + &of("switchover_fault", &["Continue", "Rollback"])
        + &of("standby_replacement", &["OneByOne", "AtOnce"])
        + &of("waiting_commits", &["InDoubt", "Warned"])
        + &of("switchover_stops_after", &["QuorumInForce", "StandbyCaughtUp"])
        + &of("forward_start", &["AtPromotion", "AtDnsUpdate"])
        + &of("forward_end", &["AfterItsTime", "AfterTtl"])
        + &of("forward_target", &["Fixed", "Retargeted"])
        + &of("replica_name_when_empty", &["DeadAddress", "NoAnswer", "Primary"])
}

#[test]
fn a_fault_in_every_phase_under_every_stance_loses_nothing_that_standbys_acknowledged() {
    let mut struck = [0_u32; PHASES.len()];
    for case in 0..2_000 {
        let place = usize::try_from(draw("phase", case, 7)).expect("it is small");
        let plan = word("plan of", case, &["Startup", "Business", "Premium"]);
        let script = fault_in(PHASES[place], case, plan);
        let commits = word("commits", case, &["", "", "parts: (synchronous_commit: Local)"]);
        let stances = stances(case);
        let outcome = run(&scenario(plan, commits, &stances, &script).setup, case);
        struck[place] += u32::from(!outcome.faults.is_empty());
        for id in [
            "switchover-keeps-acked",
            "quorum-commit-survives",
            "switchover-order",
            "promoted-is-new",
            "removal-leaves-a-node",
            "accounting-adds-up",
            "timelines-form-a-tree",
        ] {
            let found = outcome.invariants.iter().find(|one| one.id == id);
            let found = found.unwrap_or_else(|| panic!("there is no invariant {id}"));
            assert_ne!(
                found.verdict,
                Verdict::Violated,
                "case {case}, {plan}, {commits}, {stances}, {script}: {id}: {}",
                found.detail
            );
        }
    }
    assert!(struck.iter().all(|count| *count > 60), "{PHASES:?} were struck {struck:?} times");
}

/// Whether every set of `ask` of `nodes` meets every set of `acked` of them, by trying them all.
fn always_meet(nodes: u32, acked: u32, ask: u32) -> bool {
    let sets = |size: u32| (0_u32..1 << nodes).filter(move |set| set.count_ones() == size);
    sets(acked).all(|one| sets(ask).all(|other| one & other != 0))
}

#[test]
fn asking_more_than_m_less_k_of_m_standbys_meets_every_set_that_acknowledged() {
    for nodes in 1..=7 {
        for acked in 1..=nodes {
            for ask in 1..=nodes {
                let sure = ask + acked > nodes;
                assert_eq!(always_meet(nodes, acked, ask), sure, "{ask} of {nodes}, {acked}");
            }
        }
    }
}

#[test]
fn maintenance_of_a_read_replica_in_its_window_is_shown_as_running_and_as_completed() {
    let text = r#"Scenario(
        name: "copy",
        services: [
            Service(name: "orders", plan: Business),
            Service(name: "copy", plan: Startup, windows: [("10m", "25m")]),
        ],
        integrations: [ReadReplica(source: "orders", replica: "copy")],
        script: [At("60s", Operator(Maintain, Service("copy")))],
        until: "30m",
    )"#;
    let loaded = parse("copy.ron", text).unwrap_or_else(|errors| panic!("{errors}"));
    let outcome = run(&loaded.setup, 0);
    assert_eq!(outcome.switchovers[0].service, "copy");
    let states: Vec<&str> =
        outcome.switchovers[0].states.iter().map(|(_, state)| state.word()).collect();
    assert_eq!(states, ["PENDING", "SCHEDULED", "RUNNING", "COMPLETED"]);
}
