//! What each kind of death loses.
//!
//! Knows nothing of timelines and clients. Kept here: an expected loss is a line of arithmetic
//! over rates and times, good to a commit or two.

use cutover::kernel::Instant;
use cutover::scenario::parse;
use cutover::sim::run;
use proptest::prelude::*;

use crate::config;
use crate::death::{
    BEGINS_US, CUT_WIRE, Death, HANG, HOST_DEATH, PROCESS_DEATH, full, moved, wide,
};

const CUT_FROM_PLATFORM: &str = r#"Fault(LinkCut, Link(Primary("orders"), Platform))"#;
const CUT_FROM_STANDBY: &str = r#"Fault(LinkCut, Link(Primary("orders"), Standby("orders", 1)))"#;

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_cut_wire_that_was_not_full_loses_rate_times_delay(death in wide(), seed in 0..100_u64) {
        let lost = death.service(seed).loss;
        let expected = moved(death.rate(), death.delay_us);
        prop_assert!(lost.lost_bytes.abs_diff(expected) <= death.wal_per_commit.max(1));
        // The replies to the last commits do not reach their client.
        let commits = expected / death.wal_per_commit;
        let unanswered = 2 + moved(death.writes_per_s, 2_000 + 500);
        prop_assert!(lost.lost_commits <= commits + 1);
        prop_assert!(lost.lost_commits + unanswered >= commits);
    }

    #[test]
    fn a_cut_wire_that_was_full_loses_the_backlog_and_what_was_under_way(
        death in full(), seed in 0..100_u64,
    ) {
        let goodput = death.goodput.expect("the link is full");
        let under_way = moved(goodput, death.delay_us);
        let backlog = moved(death.rate() - goodput, death.load_us);
        let lost = death.lost_bytes(seed);
        prop_assert!(lost.abs_diff(backlog + under_way) <= death.wal_per_commit);
    }

    #[test]
    fn a_dead_host_loses_no_more_than_a_cut_wire(
        death in prop_oneof![wide(), full()], seed in 0..100_u64,
    ) {
        let host = death.with(HOST_DEATH);
        let lost = Death { tuning: "in_flight_at_host_death: Lost".to_owned(), ..host.clone() };
        let delivered =
            Death { tuning: "in_flight_at_host_death: Delivered".to_owned(), ..host };
        let (cut, lost) = (death.lost_bytes(seed), lost.lost_bytes(seed));
        let delivered = delivered.lost_bytes(seed);
        prop_assert_eq!(cut, lost);
        prop_assert!(delivered <= lost);
        // What was under way is all that the two differ in.
        let flow = death.goodput.unwrap_or(death.rate());
        prop_assert!((lost - delivered).abs_diff(moved(flow, death.delay_us)) <= 1);
    }

    #[test]
    fn a_dead_server_loses_what_its_kernel_was_not_handed(
        death in full(), share in 0..=1_500_u64, seed in 0..100_u64,
    ) {
        // The platform waits for 55 s at least: the kernel sends its buffer in that time.
        let goodput = death.goodput.expect("the link is full");
        let received = moved(goodput, death.load_us - death.delay_us);
        let backlog = death.written() - received;
        let send_buffer = (backlog * share / 1_000).min(goodput * 50);
        let lost = Death { send_buffer, ..death.with(PROCESS_DEATH) }.lost_bytes(seed);
        // The buffer keeps what is on the wire; if that is more, it arrives all the same.
        let under_way = moved(goodput, death.delay_us);
        let expected = backlog.saturating_sub(send_buffer.max(under_way));
        // Sessions go on committing for a moment; nobody sends that.
        prop_assert!(lost + 1 >= expected);
        prop_assert!(lost <= expected + 2 * death.wal_per_commit);
    }

    #[test]
    fn a_host_that_dies_after_its_server_takes_the_buffer_along(
        death in full(), hung in any::<bool>(), later_us in 0..=5_000_000_u64, seed in 0..100_u64,
    ) {
        let strikes = death.strikes_us() + later_us;
        let both = Death {
            fault: if hung { HANG } else { PROCESS_DEATH },
            send_buffer: 1 << 40,
            steps: format!(r#"At("{strikes}us", Fault(HostDeath, Node("orders-1")))"#),
            ..death.clone()
        };
        let goodput = death.goodput.expect("the link is full");
        let sent = moved(goodput, death.load_us + later_us);
        let expected = death.written().saturating_sub(sent);
        let lost = both.lost_bytes(seed);
        prop_assert!(lost + 1 >= expected);
        prop_assert!(lost <= expected + 2 * death.wal_per_commit);
    }

    #[test]
    fn what_is_in_the_archive_is_not_lost(
        death in full(), stopped_us in 1..=2_000_000_u64, seed in 0..100_u64,
    ) {
        // The archive copies once, some time before the death.
        let copies_us = death.strikes_us() - stopped_us;
        let archived = death.clone();
        let text = archived.text().replace(
            r#"archive_phase: "0s", archive_period: "5m""#,
            &format!(r#"archive_phase: "{copies_us}us", archive_period: "5m""#),
        );
        let loaded = parse("facts.ron", &text).expect("the scenario is valid");
        let lost = run(&loaded.setup, seed).services[0].loss.lost_bytes;
        let copied = moved(death.rate(), stopped_us);
        let streamed = death.lost_bytes(seed);
        prop_assert!(lost.abs_diff(copied.min(streamed)) <= 1, "{} of {}", lost, streamed);
    }

    #[test]
    fn a_hang_loses_only_what_is_acknowledged_between_resume_and_fence(
        death in full(), frozen_s in 75..=150_u64, fence_ms in 0..=5_000_u64, seed in 0..100_u64,
    ) {
        // All that was written is in the kernel's hands, which sends it before the promotion.
        let goodput = death.goodput.expect("the link is full");
        let load_us = death.load_us.min(15_000_000);
        let rate = death.rate().min(goodput * 3);
        let writes_per_s = (rate / death.wal_per_commit).max(1);
        let goodput = Some(goodput.max(writes_per_s * death.wal_per_commit / 3));
        let resumes_us = BEGINS_US + load_us + frozen_s * 1_000_000;
        let hung = Death {
            fault: HANG,
            writes_per_s,
            goodput,
            load_us,
            send_buffer: 1 << 40,
            tuning: format!(r#"fence_delay: "{fence_ms}ms""#),
            steps: format!(r#"At("{resumes_us}us", Heal(Hang, Primary("orders")))"#),
            ..death
        };
        let service = hung.service(seed);
        let resumed = Instant::from_micros(resumes_us);
        let old = service.sessions.iter().filter(|session| session.node == "orders-1");
        let after: u64 = old.map(|session| session.acknowledged_from(resumed)).sum();
        prop_assert_eq!(service.loss.lost_commits, after);
        // A reply takes two milliseconds; the first commit is made at once.
        let expected = hung.writes_per_s * fence_ms / 1_000;
        prop_assert!(after.abs_diff(expected) <= 1, "{} commits, expected {}", after, expected);
        for range in &service.loss.ranges {
            prop_assert!(range.from_lsn.get() >= hung.written(), "{:?}", range);
        }
    }

    #[test]
    fn a_primary_cut_off_with_its_clients_loses_all_they_were_told_since(
        death in prop_oneof![wide(), full()], seed in 0..100_u64,
    ) {
        let strikes = death.strikes_us();
        let partition = Death {
            fault: CUT_FROM_PLATFORM,
            steps: format!(r#"At("{strikes}us", {CUT_FROM_STANDBY})"#),
            ..death.clone()
        };
        let service = partition.service(seed);
        let cut = Instant::from_micros(strikes);
        let since: u64 = service.sessions.iter().map(|one| one.acknowledged_from(cut)).sum();
        prop_assert!(since > 0);
        let lost = service.loss.lost_commits;
        let before = death.lost_bytes(seed) / death.wal_per_commit;
        // What was acknowledged at the cut was committed, and sent, two milliseconds before.
        let sent = 1 + moved(death.writes_per_s, 2_000);
        prop_assert!(lost + sent >= since && lost <= since + before + 2, "{} of {}", lost, since);
    }

    #[test]
    fn more_delay_never_loses_less(
        death in prop_oneof![wide(), full()],
        fault in prop::sample::select(vec![CUT_WIRE, HOST_DEATH, PROCESS_DEATH, HANG]),
        lossy in any::<bool>(),
        send_buffer in 0..=1_000_000_u64,
        more_us in 1..=1_000_000_u64,
        seed in 0..100_u64,
    ) {
        let flight = if lossy { "Lost" } else { "Delivered" };
        let tuning = format!("in_flight_at_host_death: {flight}");
        let near = Death { fault, send_buffer, tuning, ..death };
        let far = Death { delay_us: near.delay_us + more_us, ..near.clone() };
        let (near, far) = (near.service(seed).loss, far.service(seed).loss);
        prop_assert!(near.lost_bytes <= far.lost_bytes);
        prop_assert!(near.lost_commits <= far.lost_commits);
    }
}
