//! A load on a replication link, how its primary ends, and the scenario that says so.
//!
//! Knows nothing of what is lost. Kept here: the archive holds nothing of the load, so what is
//! lost is a matter of the replication link alone.

use cutover::scenario::parse;
use cutover::sim::{Outcome, ServiceOutcome, run};
use proptest::prelude::*;

/// The load begins at this second of a run; the archive copies at 0 s and at 300 s.
pub(crate) const BEGINS_US: u64 = 20_000_000;

/// A load on a replication link, and how the primary ends.
#[derive(Clone, Debug)]
pub(crate) struct Death {
    /// The first fault's words in a script.
    pub(crate) fault: &'static str,
    /// Commits a second.
    pub(crate) writes_per_s: u64,
    /// Bytes of WAL of each commit.
    pub(crate) wal_per_commit: u64,
    /// One-way delay of the link, in microseconds.
    pub(crate) delay_us: u64,
    /// Bytes a second of the link; unlimited if not given.
    pub(crate) goodput: Option<u64>,
    /// How long the load lasts, in microseconds.
    pub(crate) load_us: u64,
    /// Bytes that a kernel still sends after its server died.
    pub(crate) send_buffer: u64,
    /// More knobs.
    pub(crate) tuning: String,
    /// More steps of the script.
    pub(crate) steps: String,
}

pub(crate) const CUT_WIRE: &str = r#"Fault(LinkCut, Link(Primary("orders"), Everyone))"#;
pub(crate) const HOST_DEATH: &str = r#"Fault(HostDeath, Primary("orders"))"#;
pub(crate) const PROCESS_DEATH: &str = r#"Fault(ProcessCrash, Primary("orders"))"#;
pub(crate) const HANG: &str = r#"Fault(Hang, Primary("orders"))"#;

impl Death {
    /// Returns the bytes of WAL a second.
    pub(crate) fn rate(&self) -> u64 {
        self.writes_per_s * self.wal_per_commit
    }

    /// Returns the bytes of WAL that the load writes.
    pub(crate) fn written(&self) -> u64 {
        moved(self.rate(), self.load_us)
    }

    /// Returns when the fault strikes, in microseconds of the run.
    pub(crate) fn strikes_us(&self) -> u64 {
        BEGINS_US + self.load_us
    }

    /// Returns the same load with another fault.
    pub(crate) fn with(&self, fault: &'static str) -> Self {
        Self { fault, ..self.clone() }
    }

    /// Returns the scenario.
    pub(crate) fn text(&self) -> String {
        let goodput = self.goodput.map_or("unlimited".to_owned(), |rate| format!("{rate}B/s"));
        format!(
            r#"Scenario(
                name: "facts",
                services: [Service(name: "orders", plan: Business)],
                clients: [Writer(
                    name: "app", service: "orders", writes_per_s: {writes}, begins: "{begins}us",
                    wal_per_commit: "{wal}B",
                )],
                tuning: (
                    replication_delay: "{delay}us", replication_goodput: "{goodput}",
                    send_buffer: "{buffer}B", process_restart: "never",
                    archive_phase: "0s", archive_period: "5m", wal_segment: "1TiB", {tuning}
                ),
                script: [At("{strikes}us", {fault}), {steps}],
                until: "290s",
            )"#,
            writes = self.writes_per_s,
            begins = BEGINS_US,
            wal = self.wal_per_commit,
            delay = self.delay_us,
            buffer = self.send_buffer,
            tuning = self.tuning,
            strikes = self.strikes_us(),
            fault = self.fault,
            steps = self.steps,
        )
    }

    fn outcome(&self, seed: u64) -> Outcome {
        let loaded = parse("facts.ron", &self.text()).expect("the scenario is valid");
        run(&loaded.setup, seed)
    }

    /// Returns what became of the service, which has promoted its standby.
    pub(crate) fn service(&self, seed: u64) -> ServiceOutcome {
        let service = self.outcome(seed).services.remove(0);
        let promoted = service.promotions.iter().any(|promotion| promotion.finished.is_some());
        assert!(promoted, "nobody was promoted in {}", self.text());
        service
    }

    /// Returns the bytes of WAL that are lost.
    pub(crate) fn lost_bytes(&self, seed: u64) -> u64 {
        self.service(seed).loss.lost_bytes
    }
}

/// Returns the bytes that a rate moves in a time.
pub(crate) fn moved(rate: u64, micros: u64) -> u64 {
    let bytes = u128::from(rate) * u128::from(micros) / 1_000_000;
    u64::try_from(bytes).expect("a load is small")
}

/// Returns loads on a link that is never full.
pub(crate) fn wide() -> impl Strategy<Value = Death> {
    (1..=2_000_u64, 1..=20_000_u64, 0..=2_000_000_u64, 2_000_000..=40_000_000_u64).prop_map(
        |(writes_per_s, wal_per_commit, delay_us, load_us)| Death {
            fault: CUT_WIRE,
            writes_per_s,
            wal_per_commit,
            delay_us,
            goodput: None,
            load_us,
            send_buffer: 4 << 20,
            tuning: String::new(),
            steps: String::new(),
        },
    )
}

/// Returns loads on a link that carries only a share of them, in commits at human pace.
pub(crate) fn full() -> impl Strategy<Value = Death> {
    let numbers = (1..=100_u64, 100..=20_000_u64, 0..=400_000_u64, 2_000_000..=30_000_000_u64);
    (numbers, 100..=950_u64).prop_map(
        |((writes_per_s, wal_per_commit, delay_us, load_us), share)| Death {
            fault: CUT_WIRE,
            writes_per_s,
            wal_per_commit,
            delay_us,
            goodput: Some((writes_per_s * wal_per_commit * share / 1_000).max(1)),
            load_us,
            send_buffer: 4 << 20,
            tuning: String::new(),
            steps: String::new(),
        },
    )
}
