//! A hand-made run with something in every section, for the tests of the formats.
//!
//! Knows nothing of the simulator. Kept here: the numbers are consistent with each other.

use super::findings::Report;
use super::sensitivity::{Sensitivity, Variation};
use crate::check::{Amount, Kind, Verdict};
use crate::kernel::{Instant, Lsn, Span};
use crate::knob::Knobs;
use crate::model::{Driver, Endpoint, Plan};
use crate::scenario::{ExpectationOutcome, ExpectationVerdict, Judgement};
use crate::sim::{
    ArchiveGap, Candidate, Census, ClientOutcome, DnsChange, DualWriters, Exposure, FaultOutcome,
    Fenced, Hurry, InvariantOutcome, Line, Loss, LostRange, MarkedDown, Outage, Outcome, Parts,
    Promotion, Reached, ServiceOutcome, StanceOutcome,
};

/// Returns a moment of the run in tenths of a second.
pub(super) fn at(tenths: u64) -> Instant {
    Instant::ZERO + span(tenths)
}

/// Returns a span in tenths of a second.
pub(super) fn span(tenths: u64) -> Span {
    Span::from_millis(tenths * 100)
}

/// Returns a run in which a hung primary comes back after its successor was promoted.
pub(super) fn outcome() -> Outcome {
    Outcome {
        scenario: "premium-primary-hang".to_owned(),
        seed: 7,
        policy: "platform",
        knobs: Knobs::default(),
        mutant: None,
        until: at(9_000),
        events: 1_234,
        hurry: Hurry::default(),
        fingerprint: 0x00c0_ffee,
        services: vec![service()],
        clients: clients(),
        integrations: Vec::new(),
        pairs: Vec::new(),
        groups: Vec::new(),
        orders: Vec::new(),
        switchovers: Vec::new(),
        faults: faults(),
        invariants: invariants(),
        stances: vec![
            stance("dns_ttl", "30s"),
            stance("fencing", "OnContact"),
            stance("promotion_overhead", "1s"),
            stance("redo_rate", "50MiB/s"),
        ],
        reached: Reached::default(),
        timeline: timeline(),
    }
}

/// Returns a report that fails on that run.
pub(super) fn failing(outcome: &Outcome) -> Report<'_> {
    let expectations = Box::leak(Box::new(expectations()));
    Report {
        story: "The primary hangs for 90 s; a standby takes over while it sleeps.",
        outcome,
        expectations,
        judgement: Judgement::Fail,
        repeat: "cutover run scenarios/premium-primary-hang.ron --seed 7".to_owned(),
        sensitivities: Some(vec![sensitivity()]),
    }
}

/// Returns a run of the same service to which nothing happens.
pub(super) fn quiet() -> Outcome {
    let mut outcome = outcome();
    let service = &mut outcome.services[0];
    service.promotions.clear();
    service.marked_down.clear();
    service.dual_writers.clear();
    service.exposure.clear();
    service.archive_gaps.clear();
    service.dns.truncate(2);
    service.census.truncate(1);
    service.loss = Loss { acked_commits: 90_000, surviving_commits: 90_000, ..Loss::default() };
    for client in &mut outcome.clients {
        client.outages.clear();
        client.reads_gone_back = 0;
    }
    outcome.faults.clear();
    outcome.stances.clear();
    outcome.timeline.clear();
    outcome.invariants.retain(|row| row.verdict != Verdict::Violated);
    outcome.invariants.retain(|row| row.verdict != Verdict::Allowed);
    outcome
}

fn service() -> ServiceOutcome {
    ServiceOutcome {
        name: "orders".to_owned(),
        plan: Plan::Premium,
        promotions: vec![promotion()],
        marked_down: vec![MarkedDown {
            was_primary: true,
            node: "orders-1".to_owned(),
            last_report: at(573),
            at: at(1_173),
        }],
        fenced: vec![Fenced { node: "orders-1".to_owned(), set_out: at(1_500), at: at(1_770) }],
        loss: loss(),
        dual_writers: vec![DualWriters {
            nodes: vec!["orders-1".to_owned(), "orders-3".to_owned()],
            start: at(1_500),
            end: Some(at(1_770)),
            losing_commits: 212,
            clients: vec!["app".to_owned()],
        }],
        exposure: vec![Exposure {
            start: at(1_184),
            end: Some(at(5_420)),
            would_lose_commits: 13_123,
        }],
        no_primary: Vec::new(),
        slots: Vec::new(),
        archive_gaps: vec![ArchiveGap {
            timeline: 2,
            from_lsn: Lsn(0x3900_0000),
            to_lsn: Lsn(0x3A00_0000),
            window: span(280),
        }],
        dns: dns(),
        census: vec![census(0, 3, 3), census(600, 3, 2), census(1_173, 4, 1), census(5_420, 3, 3)],
        sessions: Vec::new(),
        phases: Vec::new(),
        states: Vec::new(),
        background: crate::sim::Background::default(),
    }
}

fn census(tenths: u64, existing: u8, serving: u8) -> Census {
    Census { at: at(tenths), existing, serving }
}

fn promotion() -> Promotion {
    let candidate = |node: &str, received, replayed, age, why| Candidate {
        node: node.to_owned(),
        received_lsn: Some(Lsn(received)),
        replayed_lsn: Lsn(replayed),
        age: span(age),
        why,
    };
    Promotion {
        node: "orders-3".to_owned(),
        from: "orders-1".to_owned(),
        cause: "failover",
        rule: "primary-silent",
        timeline: 2,
        fork_lsn: Lsn(0x3A01_F000),
        old_end_lsn: Lsn(0x3A10_3000),
        candidates: vec![
            candidate("orders-2", 0x39FF_0000, 0x39FF_0000, 48, "behind orders-3"),
            candidate("orders-3", 0x3A01_F000, 0x3A01_E000, 3, "furthest along, so promoted"),
        ],
        marked_down: at(1_173),
        ordered: at(1_173),
        finished: Some(at(1_184)),
        published: Some(at(1_234)),
        false_alarm: false,
    }
}

fn loss() -> Loss {
    Loss {
        acked_commits: 168_020,
        surviving_commits: 167_808,
        lost_commits: 212,
        lost_bytes: 933_888,
        window: span(271),
        in_doubt_commits: 1,
        divergent_commits: 215,
        acked_with_warning_commits: 0,
        ranges: vec![LostRange {
            node: "orders-1".to_owned(),
            timeline: 1,
            from_lsn: Lsn(0x3A01_F000),
            to_lsn: Lsn(0x3A10_3000),
            acked_commits: 212,
            divergent_commits: 215,
            acked_by: vec![
                (at(600), 0),
                (at(1_173), 0),
                (at(1_184), 0),
                (at(1_500), 0),
                (at(1_770), 212),
                (at(9_000), 212),
            ],
            since: at(1_499),
            window: span(271),
            by_hand: None,
            disk_exists: true,
            unwaited: None,
        }],
    }
}

fn dns() -> Vec<DnsChange> {
    let change = |endpoint: Endpoint, tenths, targets: &[&str]| DnsChange {
        name: endpoint.label("orders"),
        endpoint,
        at: at(tenths),
        targets: targets.iter().map(|&target| target.to_owned()).collect(),
    };
    vec![
        change(Endpoint::Primary, 0, &["orders-1"]),
        change(Endpoint::Replica, 0, &["orders-2", "orders-3"]),
        change(Endpoint::Primary, 1_234, &["orders-3"]),
        change(Endpoint::Replica, 1_234, &[]),
        change(Endpoint::Replica, 5_420, &["orders-2", "orders-4"]),
    ]
}

fn clients() -> Vec<ClientOutcome> {
    let client =
        |name: &str, endpoint, writes, outages: Vec<Outage>, reads_gone_back| ClientOutcome {
            slot: None,
            name: name.to_owned(),
            service: "orders".to_owned(),
            endpoint,
            writes,
            driver: Driver::Tuned,
            outages,
            acked_commits: if writes { 168_020 } else { 0 },
            reads_gone_back,
            phantom_commits: 0,
        };
    let zero = Span::ZERO;
    let whole = Parts {
        recover: zero,
        detect: span(573),
        check: zero,
        promote: span(11),
        publish: span(50),
        cache: span(83),
        connect: span(20),
        retry: span(5),
    };
    let early = Parts { retry: span(12), ..Parts::default() };
    let late = Parts { publish: span(4_186), connect: span(3_580), ..Parts::default() };
    vec![
        client(
            "app",
            Endpoint::Primary,
            true,
            vec![Outage { start: at(600), end: Some(at(1_342)), answered_by: None, parts: whole }],
            0,
        ),
        client(
            "dash",
            Endpoint::Replica,
            false,
            vec![
                Outage { start: at(612), end: Some(at(624)), answered_by: None, parts: early },
                Outage { start: at(1_234), end: None, answered_by: None, parts: late },
            ],
            3,
        ),
        client("audit", Endpoint::Primary, false, Vec::new(), 0),
    ]
}

fn faults() -> Vec<FaultOutcome> {
    let hang = |tenths, healed| FaultOutcome {
        at: at(tenths),
        fault: "Hang",
        healed,
        what: "orders-1".to_owned(),
        service: Some("orders".to_owned()),
        node: Some("orders-1".to_owned()),
        primary: !healed,
        nodes: vec!["orders-1".to_owned()],
        hides: true,
        ended: (!healed).then(|| at(1_500)),
        over: None,
    };
    vec![hang(600, false), hang(1_500, true)]
}

fn invariants() -> Vec<InvariantOutcome> {
    let row = |id, kind, verdict, statement| InvariantOutcome {
        id,
        kind,
        verdict,
        at: None,
        pending: None,
        amounts: Vec::new(),
        detail: String::new(),
        because: None,
        statement,
        source: "AU",
    };
    let one_writer = "at no instant are two nodes of a service writable";
    let survives = "every acknowledged commit is in the history of the last primary";
    vec![
        InvariantOutcome {
            at: Some(at(1_500)),
            amounts: vec![Amount::Time(span(270)), Amount::Commits(212)],
            detail: "orders-1 and orders-3 of orders accept writes".to_owned(),
            ..row("at-most-one-writer", Kind::Always, Verdict::Violated, one_writer)
        },
        InvariantOutcome {
            at: Some(at(1_184)),
            amounts: vec![Amount::Commits(212), Amount::Window(span(271))],
            detail: "orders-3 lacks the end of timeline 1".to_owned(),
            because: Some("async replication".to_owned()),
            ..row("acked-write-survives", Kind::AtEnd, Verdict::Allowed, survives)
        },
        row("failovers-apart", Kind::Always, Verdict::Holds, "failovers are apart"),
        row("accounting-adds-up", Kind::AtEnd, Verdict::Holds, "commits add up"),
        row("no-early-promotion", Kind::Always, Verdict::Vacuous, "nobody is hasty"),
    ]
}

fn expectations() -> Vec<ExpectationOutcome> {
    let row = |text: &str, verdict, tenths, detail: &str, line| ExpectationOutcome {
        text: text.to_owned(),
        verdict,
        at: Some(at(tenths)),
        detail: detail.to_owned(),
        line: Some(line),
        excuses: None,
    };
    vec![
        row(
            "Promoted(node: \"orders-2\", between: (\"1m55s\", \"2m15s\"))",
            ExpectationVerdict::Missed,
            1_184,
            "orders-3 was promoted",
            31,
        ),
        row(
            "NodeCount(service: \"orders\", nodes: 3, by: \"10m\")",
            ExpectationVerdict::Met,
            5_420,
            "3 nodes in service",
            32,
        ),
    ]
}

fn stance(knob: &'static str, value: &str) -> StanceOutcome {
    StanceOutcome { knob, value: value.to_owned(), reason: "nobody publishes it", set: false }
}

fn sensitivity() -> Sensitivity {
    let other = |value: &str, outage, lost| Variation {
        value: value.to_owned(),
        outage_before: span(742),
        outage_after: span(outage),
        lost_before: 212,
        lost_after: lost,
        writes: true,
    };
    Sensitivity {
        knob: "dns_ttl",
        value: "30s".to_owned(),
        variations: vec![other("1m", 862, 212), other("15s", 659, 209)],
    }
}

fn timeline() -> Vec<Line> {
    let line = |tenths, subject: &str, event: &str, rule, actions: &[&str]| Line {
        at: at(tenths),
        subject: subject.to_owned(),
        event: event.to_owned(),
        service: Some("orders".to_owned()),
        node: subject.starts_with("orders-").then(|| subject.to_owned()),
        rule,
        actions: actions.iter().map(|&action| action.to_owned()).collect(),
    };
    let orders = ["fence orders-1", "promote orders-3", "build a replacement of orders-1"];
    vec![
        line(600, "orders-1", "Hang strikes: the host is frozen", None, &[]),
        line(1_173, "platform", "orders-1 was silent for 1m", Some("primary-silent"), &orders),
        line(1_184, "orders-3", "is primary on timeline 2 from 0/3A01F000", None, &[]),
        line(1_234, "orders", "points to orders-3", None, &[]),
        line(1_500, "orders-1", "Hang is healed", None, &[]),
        line(5_420, "replica-orders", "points to orders-2 and orders-4", None, &[]),
    ]
}
