//! Clients by kind: when each works again after a crash, a death, a hang or a cut, in numbers
//! worked out by hand.
//!
//! Knows nothing of the library's inside. Kept here: every number is explained where it stands.

use cutover::kernel::{Instant, Span};
use cutover::scenario::parse;
use cutover::sim::{ClientOutcome, Outcome, Parts, run};

const DRIVERS: [&str; 7] =
    ["Tuned", "LibpqRaw", "LibpqTuned", "MultiHost", "PgjdbcPool", "PgBouncer", "ResolvesOnce"];
const CRASH: &str = r#"At("60.005s", Fault(ProcessCrash, Primary("orders")))"#;
const DEATH: &str = r#"At("60.005s", Fault(HostDeath, Primary("orders")))"#;
const HANG: &str = r#"At("60.005s", Fault(Hang, Primary("orders")))"#;
const CUT: &str = r#"At("60.005s", Fault(LinkCut, Link(Client("app"), Primary("orders")))),
                     At("70.005s", Heal(LinkCut, Link(Client("app"), Primary("orders"))))"#;

/// A scenario of a service with two nodes; reports are sent at 0 s, 5 s, 10 s, ...
///
/// A primary that dies at 60.005 s is given up at 120.005 s; the standby is primary at 121.010 s
/// and the name points to it from 126.015 s on; resolvers' caches expire at 30 s, 60 s, ...
fn scenario(client: &str, tuning: &str, script: &str, until: &str) -> String {
    format!(
        r#"Scenario(
            name: "clients",
            services: [Service(name: "orders", plan: Business)],
            clients: [{client}],
            tuning: Tuning(heartbeat_phase: "0s", fence_delay: "1s", {tuning}),
            script: [{script}],
            until: "{until}",
        )"#
    )
}

fn writer(settings: &str) -> String {
    format!(
        r#"Writer(name: "app", service: "orders", writes_per_s: 100, first_lookup: "0s",
            {settings})"#
    )
}

fn outcome(text: &str) -> Outcome {
    let loaded = parse("clients.ron", text).unwrap_or_else(|errors| panic!("{errors}\n{text}"));
    run(&loaded.setup, 0)
}

/// Returns when a client's only outage ended, in microseconds; nothing if it did not.
fn resumes(client: &ClientOutcome) -> Option<u64> {
    let [outage] = client.outages.as_slice() else {
        panic!("expected one outage, found {:?}", client.outages)
    };
    outage.end.map(Instant::as_micros)
}

fn writer_resumes(settings: &str, tuning: &str, script: &str) -> Option<u64> {
    let outcome = outcome(&scenario(&writer(settings), tuning, script, "4h"));
    resumes(&outcome.clients[0])
}

/// The same for each kind of client, in their order.
fn each_resumes(script: &str) -> Vec<Option<u64>> {
    let resumes = |name: &&str| writer_resumes(&format!("driver: {name}"), "", script);
    DRIVERS.iter().map(resumes).collect()
}

/// From the opening of a connection to the first answer: the commit after 1 us, 2 ms until it is
/// durable, 0.5 ms on the way.
const ANSWER: u64 = 2_501;
/// Three ways of 0.5 ms: to be let in or refused.
const TRIP: u64 = 1_500;

#[test]
fn after_a_process_crash_each_client_is_back_with_its_first_attempt_that_is_let_in() {
    // Sessions end at 60.020 s; clients know at 60.0205 s. The server is back at 62.38 s: 2 s
    // until it is started, and the replay of 60 s of WAL, 18.4 MB at 50 MiB/s. Refusals take
    // 1.5 ms; pauses of 0.1, 0.2, 0.4, 0.8 and 1.6 s lead to 63.128 s, of 0.25 to 2 s to 63.7765 s.
    let doubling = 60_020_500 + 5 * TRIP + 3_100_000 + TRIP + ANSWER;
    let pool = 60_020_500 + 4 * TRIP + 3_750_000 + TRIP + ANSWER;
    let bouncer = 60_020_500 + TRIP + 15_000_000 + TRIP + ANSWER;
    // Two hosts and a pause of 20 ms make 23 ms; 103 rounds lead to 62.3895 s.
    let hosts = 60_020_500 + 103 * 23_000 + TRIP + ANSWER;
    let expected = [doubling, doubling, doubling, hosts, pool, bouncer, doubling];
    assert_eq!(each_resumes(CRASH), expected.map(Some));
}

#[test]
fn after_a_host_death_each_client_waits_for_tcp_for_connections_and_for_its_cache() {
    // The request of 60.0095 s is not acknowledged. 15 s later attempts of 5 s begin, with pauses
    // of 0.1, 0.2, ... 5 s; the cache of 150 s is the first to know, and it is asked at 151.3095 s.
    let tuned = 60_009_500 + 15_000_000 + 10 * 5_000_000 + 26_300_000 + TRIP + ANSWER;
    let raw = 60_009_500 + 924_600_000 + TRIP + ANSWER;
    // Rounds of 5 s for the dead host, 1.5 ms for the standby and 20 ms, ten of them, the last of
    // which meets a primary.
    let hosts = 75_009_500 + 9 * 5_021_500 + 5_000_000 + TRIP + ANSWER;
    // The pool's question ends after 5 s; 8 attempts of 10 s and pauses of 0.25 to 8, 10, 10 s;
    // the runtime's cache is filled at 140.7595 s with what was true at 120 s, and kept 30 s.
    let pool = 65_009_500 + 8 * 10_000_000 + 35_750_000 + TRIP + ANSWER;
    // The second request, of 60.0195 s, opens a connection: three times 15 s and 15 s of pause.
    let bouncer = 60_019_500 + 6 * 15_000_000 + TRIP + ANSWER;
    let expected = [Some(tuned), Some(raw), Some(tuned), Some(hosts), Some(pool), Some(bouncer)];
    let found = each_resumes(DEATH);
    assert_eq!(found[..6], expected);
    assert_eq!(found[6], None, "the first answer is kept for ever");
}

#[test]
fn in_a_hang_only_those_are_back_who_ask_over_another_connection() {
    // The frozen kernel acknowledges data and answers probes. A pool's question and a pooler's
    // login are not answered either, so that they go on as after a death.
    let pool = 65_009_500 + 8 * 10_000_000 + 35_750_000 + TRIP + ANSWER;
    let bouncer = 60_019_500 + 6 * 15_000_000 + TRIP + ANSWER;
    let expected = [None, None, None, None, Some(pool), Some(bouncer), None];
    assert_eq!(each_resumes(HANG), expected);
}

#[test]
fn after_a_cut_of_ten_seconds_a_retransmission_of_its_data_brings_a_client_back() {
    // Sent at 60.0095 s, again after 0.2, 0.6, 1.4, 3, 6.2 and 12.6 s. The pool has asked at
    // 65.0095 s for a connection, again after 1, 3 and 7 s; the pooler at 60.0195 s, and gives up
    // after 15 s, when its last question is answered.
    let data = 60_009_500 + 12_600_000 + ANSWER;
    let pool = 65_009_500 + 7_000_000 + ANSWER;
    let bouncer = 60_019_500 + 15_000_000 + ANSWER;
    let expected = [data, data, data, data, pool, bouncer, data];
    assert_eq!(each_resumes(CUT), expected.map(Some));
}

#[test]
fn a_request_that_was_acknowledged_waits_for_probes_and_not_for_retransmissions() {
    // At 60.001 s the only connection waits for the reply to the request of 59.9995 s, whose
    // acknowledgement came at 60.0005 s.
    let script = DEATH.replace("60.005s", "60.001s");
    let raw = writer_resumes("driver: LibpqRaw, parts: (connections: 1)", "", &script);
    assert_eq!(raw, Some(60_000_500 + 7_875_000_000 + TRIP + ANSWER));
    // With a second connection there is a request that nobody acknowledges, sent at 60.0095 s.
    let two = writer_resumes("driver: LibpqRaw, parts: (connections: 2)", "", &script);
    assert_eq!(two, Some(60_009_500 + 924_600_000 + TRIP + ANSWER));
    // Probes after 30 s and, since the limit of 15 s is over, a second one after 10 s more: the
    // attempts of 100.0005 s to 126.2005 s and 131.8005 s ask too early.
    let tuned = writer_resumes("driver: LibpqTuned, parts: (connections: 1)", "", &script);
    let attempts = 100_000_500 + 8 * 5_000_000 + 16_300_000;
    assert_eq!(tuned, Some(attempts + TRIP + ANSWER));
}

#[test]
fn a_limit_on_unacknowledged_data_does_not_help_in_a_hang_and_a_reply_timeout_does() {
    let tuned = "driver: MultiHost, parts: (reply_timeout: \"8s\")";
    // From 68.0095 s on rounds of 5 s at the frozen host, 1.5 ms at the standby and 20 ms: the
    // eleventh meets a primary at 123.2245 s.
    let expected = 68_009_500 + 10 * 5_021_500 + 5_000_000 + TRIP + ANSWER;
    assert_eq!(writer_resumes(tuned, "", HANG), Some(expected));
    let fenced = writer_resumes("driver: MultiHost", "fencing: AtOnce", HANG).expect("it is back");
    // The frozen host is fenced at 120.01 s; its end is known 0.5 ms later.
    assert!((121_010_000..121_060_000 + 5_000_000).contains(&fenced), "{fenced}");
}

#[test]
fn a_list_of_hosts_is_back_within_fifty_milliseconds_when_connections_are_refused_at_once() {
    let script = r#"At("60.005s", Fault(ProcessCrash, Primary("orders")))"#;
    let never = "process_restart: \"never\", fencing: Never";
    let back = writer_resumes("driver: MultiHost", never, script).expect("it is back");
    let outcome = outcome(&scenario(&writer("driver: MultiHost"), never, script, "4h"));
    let writable = outcome.services[0].promotions[0].finished.expect("it was promoted");
    let after = back - writable.as_micros();
    assert!(after <= 50_000, "{after}");
}

#[test]
fn a_client_is_back_at_the_first_expiry_of_its_resolvers_cache() {
    // Measured with a time to live of 5 s: seconds from the first look-up to the fault, from the
    // fault to the new primary, and to the client's first success.
    let measured = [
        (4_400, 3_188, 5_370),
        (2_170, 3_081, 7_770),
        (2_930, 3_137, 6_690),
        (3_950, 3_201, 5_260),
    ];
    for (looked_up_before, writable_after, resumed_after) in measured {
        // The last report is sent at 99.5 s; the promotion is ordered at 100.505 s, begins 5 ms
        // later and is heard of 5 ms after its end.
        let overhead = writable_after - 515;
        let tuning = format!(
            "heartbeat_period: \"500ms\", detection_timeout: \"1s\", dns_ttl: \"5s\", \
             promotion_overhead: \"{overhead}ms\", dns_publish_delay: \"0s\""
        );
        let lookup = 100_000 - looked_up_before;
        let client = format!(
            r#"Writer(name: "app", service: "orders", writes_per_s: 100, driver: LibpqTuned,
                first_lookup: "{lookup}ms", parts: (tcp_user_timeout: "200ms",
                connect_timeout: "200ms", backoff_max: "100ms"))"#
        );
        let script = r#"At("100s", Fault(HostDeath, Primary("orders")))"#;
        let outcome = outcome(&scenario(&client, &tuning, script, "5m"));
        let back = resumes(&outcome.clients[0]).expect("it is back") / 1000 - 100_000;
        let expiry = 10_000 - looked_up_before;
        let expiry = if expiry - 5_000 >= writable_after { expiry - 5_000 } else { expiry };
        assert!((expiry..=expiry + 310).contains(&back), "back at {back}, expiry at {expiry}");
        assert!(back.abs_diff(resumed_after) <= 1_000, "back at {back}, not {resumed_after}");
    }
}

#[test]
fn whoever_accepts_any_server_is_stuck_with_one_that_refuses_writes() {
    let any = "driver: MultiHost, parts: (session_attrs: Any)";
    assert_eq!(writer_resumes(any, "", CRASH), None);
    let text = scenario(&writer(any), "", CRASH, "10m");
    let told = outcome(&text).timeline;
    assert!(told.iter().any(|line| line.event == "can only read from orders-2"), "{told:?}");
    // Its connection becomes good with the promotion of the standby that it is connected to.
    let promoted = 121_010_000 + ANSWER;
    assert_eq!(writer_resumes(any, "", DEATH), Some(promoted));
}

#[test]
fn a_pooler_moves_to_the_new_primary_when_its_connection_becomes_too_old() {
    let script = r#"At("60s", Fault(LinkCut, Link(Node("orders-1"), Platform)))"#;
    let client = writer("driver: PgBouncer, parts: (max_lifetime: \"5m\")");
    let outcome = outcome(&scenario(&client, "", script, "20m"));
    assert_eq!(outcome.clients[0].outages, []);
    let session = outcome.services[0].sessions.iter().find(|one| one.node == "orders-2");
    let first = session.expect("it moved").commits.first();
    // Opened at the start, renewed at 300 s; the next commit follows one period later.
    assert_eq!(first, Instant::ZERO + Span::from_millis(300_010));
}

#[test]
fn a_name_without_an_answer_is_believed_to_have_none_for_a_time_of_its_own() {
    let script = r#"At("60.005s", Fault(HostDeath, Standby("orders", 1)))"#;
    let tuning = "replica_name_when_empty: NoAnswer";
    let back = |parts: &str| {
        let client = format!(
            r#"Reader(name: "app", service: "orders", reads_per_s: 10, first_lookup: "0s",
                driver: LibpqTuned, parts: ({parts}))"#
        );
        let outcome = outcome(&scenario(&client, tuning, script, "1h"));
        let served = outcome.services[0].dns.last().map(|change| change.at.as_micros() / 1_000_000);
        (served, resumes(&outcome.clients[0]).map(|end| end / 1_000_000))
    };
    let (served, plain) = back("");
    let (same, apart) = back("negative_cache: \"7s\"");
    let (Some(served), Some(plain), Some(apart)) = (served, plain, apart) else {
        panic!("found {served:?}, {plain:?} and {apart:?}")
    };
    assert_eq!(same, Some(served));
    // Nothing is cached at 150 s, and again every 30 s or every 7 s; attempts are 5 s apart.
    let first = |period: u64| 150 + (served + 1 - 150).div_ceil(period) * period;
    assert!((first(30)..=first(30) + 5).contains(&plain), "{plain} after {served}");
    assert!((first(7)..=first(7) + 5).contains(&apart), "{apart} after {served}");
}

#[test]
fn a_reader_that_finds_an_older_state_counts_it_and_what_it_saw_for_nothing() {
    // The standby is 50 ms behind: commits up to 59.95 s, 5995 of them. The reader saw what was
    // committed by 59.9995 s, 5999.
    let cut = r#"At("60s", Fault(LinkCut, Link(Node("orders-1"), Everyone)))"#;
    let reader = r#"Reader(name: "eye", service: "orders", reads_per_s: 10, endpoint: Primary,
                     driver: LibpqTuned)"#;
    // Too little WAL for a full segment, and no upload before the end: the archive knows nothing.
    let writer = writer("driver: LibpqTuned, wal_per_commit: \"100B\"");
    let clients = format!("{writer}, {reader}");
    let tuning = "replication_delay: \"50ms\", archive_period: \"1h\", archive_phase: \"59m\"";
    let outcome_of = |script: &str| outcome(&scenario(&clients, tuning, script, "160s"));
    let eye = &outcome_of(cut).clients[1];
    assert_eq!((eye.reads_gone_back, eye.phantom_commits), (1, 4));
    // One that stays with the abandoned primary sees all that is committed there up to 160 s.
    let apart = r#"At("60s", Fault(LinkCut, Link(Node("orders-1"), Platform))),
                   At("60s", Fault(LinkCut, Link(Node("orders-1"), Node("orders-2"))))"#;
    let eye = &outcome_of(apart).clients[1];
    assert_eq!((eye.reads_gone_back, eye.phantom_commits), (0, 16_000 - 5_995));
    let quiet = outcome_of(r#"At("60s", Fault(HostDeath, Standby("orders", 1)))"#);
    assert_eq!((quiet.clients[1].reads_gone_back, quiet.clients[1].phantom_commits), (0, 0));
}

#[test]
fn connections_that_cannot_carry_a_rate_are_refused() {
    // Each commit holds a connection for 3 ms.
    let client = writer("driver: LibpqRaw, parts: (connections: 2)");
    let fast = |rate: &str| client.replace("writes_per_s: 100", &format!("writes_per_s: {rate}"));
    let most = scenario(&fast("666"), "", "", "10m");
    let mut loaded = parse("clients.ron", &most).expect("two connections carry it");
    let error = loaded.set("local_flush", "3ms").expect_err("they do not carry it now");
    assert!(error.to_string().contains("expected at least 3 connections"), "{error}");
    let error = parse("clients.ron", &scenario(&fast("667"), "", "", "10m"));
    let error = error.map(|loaded| loaded.file).expect_err("it is too much").to_string();
    let expected = "found 667 requests of 3ms a second over 2 connections, expected at least 3";
    assert!(error.contains(expected), "{error}");
}

#[test]
fn no_more_commits_are_in_doubt_than_there_are_connections() {
    for connections in 1..4 {
        let client = writer(&format!("driver: LibpqRaw, parts: (connections: {connections})"))
            .replace("writes_per_s: 100", &format!("writes_per_s: {}", 333 * connections));
        for at in ["60s", "60.0001s", "60.001s", "60.0025s"] {
            let outcome = outcome(&scenario(&client, "", &HANG.replace("60.005s", at), "10m"));
            let doubt = outcome.services[0].loss.in_doubt_commits;
            assert!(doubt <= connections, "{doubt} over {connections} at {at}");
        }
    }
}

/// The parts of a client's only outage.
fn parts(driver: &str, script: &str) -> Parts {
    let reader = r#"Reader(name: "other", service: "orders", reads_per_s: 1, endpoint: Replica)"#;
    let clients = format!("{}, {reader}", writer(&format!("driver: {driver}")));
    let outcome = outcome(&scenario(&clients, "", script, "10m"));
    let [outage] = outcome.clients[0].outages.as_slice() else {
        panic!("expected one outage, found {:?}", outcome.clients[0].outages)
    };
    outage.parts
}

#[test]
fn an_outage_does_not_wait_for_a_link_that_its_client_does_not_use() {
    let alone = parts("LibpqTuned", CRASH);
    // A supervisor starts the server again after some seconds, the client comes back later.
    assert!(alone.recover > Span::ZERO && alone.retry > Span::ZERO, "{alone:?}");
    let end = Span::from_millis(60_005) + alone.recover + alone.retry + alone.connect;
    // The link of another client heals just before this one is back.
    let at = Instant::ZERO + Span::from_micros(end.as_micros() - 1_000);
    let elsewhere = format!(
        r#"{CRASH}, At("60s", Fault(LinkCut, Link(Client("other"), Node("orders-2")))),
            At("{at}", Heal(LinkCut, Link(Client("other"), Node("orders-2"))))"#
    );
    assert_eq!(parts("LibpqTuned", &elsewhere), alone);
}

#[test]
fn an_outage_waits_for_a_server_that_lets_nobody_in() {
    let exhausted = r#"At("60.005s", Fault(ConnectionsExhausted, Node("orders-1"))),
        At("60.006s", Fault(ProcessCrash, Node("orders-1"))),
        At("90.006s", Heal(ConnectionsExhausted, Node("orders-1")))"#;
    let parts = parts("LibpqTuned", exhausted);
    // From the crash, but for requests that were under way, to the end of the fault.
    let waited = Span::from_secs(30);
    assert!(parts.recover + Span::from_millis(20) > waited, "{parts:?}");
    assert!(parts.recover < waited + Span::from_millis(20), "{parts:?}");
}
