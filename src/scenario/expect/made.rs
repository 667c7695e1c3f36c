//! A hand-made outcome, in tests only: one failover of a service of two nodes in 15 minutes.
//!
//! Knows nothing of the engine. Kept here: the outcome could be that of a run.

use super::{ExpectationVerdict, Finding};
use crate::check::{Kind, Verdict};
use crate::kernel::{Instant, Lsn, Marks, Pace, Span};
use crate::knob::Knobs;
use crate::model::{Driver, Endpoint, Plan};
use crate::sim::{
    Census, ClientOutcome, DnsChange, DualWriters, Exposure, Hurry, InvariantOutcome, Loss,
    MarkedDown, Outage, Outcome, Parts, Promotion, Reached, ServiceOutcome, SessionOutcome,
};

/// The instant so many seconds after the start.
pub(super) fn secs(count: u64) -> Instant {
    Instant::ZERO + Span::from_secs(count)
}

pub(super) fn met(at: Option<u64>, detail: &str) -> Finding {
    Finding { verdict: ExpectationVerdict::Met, at: at.map(secs), detail: detail.to_owned() }
}

pub(super) fn missed(at: Option<u64>, detail: &str) -> Finding {
    Finding { verdict: ExpectationVerdict::Missed, ..met(at, detail) }
}

pub(super) fn inconclusive(detail: &str) -> Finding {
    Finding { verdict: ExpectationVerdict::Inconclusive, ..met(None, detail) }
}

pub(super) fn invariant(id: &'static str, verdict: Verdict) -> InvariantOutcome {
    InvariantOutcome {
        id,
        kind: Kind::Always,
        verdict,
        at: Some(secs(74)),
        pending: None,
        amounts: Vec::new(),
        detail: String::new(),
        because: None,
        statement: "",
        source: "",
    }
}

/// The primary dies at 1m; the standby takes over at 1m14s, its replacement serves at 7m40s.
pub(super) fn outcome() -> Outcome {
    Outcome {
        scenario: "crash".to_owned(),
        seed: 0,
        policy: "documented",
        knobs: Knobs::default(),
        mutant: None,
        until: secs(900),
        events: 1,
        hurry: Hurry::default(),
        fingerprint: 0,
        services: vec![service()],
        clients: vec![client()],
        integrations: Vec::new(),
        pairs: Vec::new(),
        groups: Vec::new(),
        orders: Vec::new(),
        switchovers: Vec::new(),
        faults: Vec::new(),
        invariants: Vec::new(),
        stances: Vec::new(),
        reached: Reached::default(),
        timeline: Vec::new(),
    }
}

fn client() -> ClientOutcome {
    let outage = |start, end| Outage {
        start: secs(start),
        end: Some(secs(end)),
        answered_by: None,
        parts: Parts::default(),
    };
    ClientOutcome {
        name: "app".to_owned(),
        service: "orders".to_owned(),
        endpoint: Endpoint::Primary,
        writes: true,
        driver: Driver::Tuned,
        slot: None,
        outages: vec![outage(60, 70), outage(80, 90)],
        acked_commits: 0,
        reads_gone_back: 0,
        phantom_commits: 0,
    }
}

fn service() -> ServiceOutcome {
    let node = |number: u8| format!("orders-{number}");
    let dns = |at, endpoint: Endpoint, targets: &[u8]| DnsChange {
        name: endpoint.label("orders"),
        endpoint,
        at: secs(at),
        targets: targets.iter().map(|number| node(*number)).collect(),
    };
    let census = |at, existing, serving| Census { at: secs(at), existing, serving };
    ServiceOutcome {
        name: "orders".to_owned(),
        plan: Plan::Business,
        promotions: vec![promotion()],
        marked_down: vec![MarkedDown {
            node: node(1),
            last_report: secs(57),
            at: secs(72),
            was_primary: true,
        }],
        fenced: Vec::new(),
        loss: Loss {
            lost_commits: 212,
            lost_bytes: 636 << 10,
            window: Span::from_millis(1_060),
            ..Loss::default()
        },
        dual_writers: vec![DualWriters {
            nodes: vec![node(1), node(2)],
            start: secs(74),
            end: Some(secs(101)),
            losing_commits: 0,
            clients: Vec::new(),
        }],
        exposure: vec![Exposure { start: secs(60), end: Some(secs(460)), would_lose_commits: 0 }],
        no_primary: Vec::new(),
        archive_gaps: Vec::new(),
        slots: Vec::new(),
        dns: vec![
            dns(0, Endpoint::Primary, &[1]),
            dns(0, Endpoint::Replica, &[2]),
            dns(79, Endpoint::Primary, &[2]),
            dns(79, Endpoint::Replica, &[]),
            dns(465, Endpoint::Replica, &[3]),
        ],
        census: vec![census(0, 2, 2), census(60, 2, 1), census(460, 2, 2)],
        sessions: vec![SessionOutcome {
            client: "app".to_owned(),
            node: node(1),
            commits: Marks::Even(Pace::per_second(Instant::ZERO, 1)),
            latency: Span::from_millis(2),
            acknowledged: 11,
        }],
        phases: Vec::new(),
        states: Vec::new(),
        background: crate::sim::Background::default(),
    }
}

fn promotion() -> Promotion {
    Promotion {
        node: "orders-2".to_owned(),
        from: "orders-1".to_owned(),
        cause: "failover",
        rule: "promote",
        timeline: 2,
        fork_lsn: Lsn(1_000),
        old_end_lsn: Lsn(2_000),
        candidates: Vec::new(),
        marked_down: secs(72),
        ordered: secs(73),
        finished: Some(secs(74)),
        published: Some(secs(79)),
        false_alarm: false,
    }
}
