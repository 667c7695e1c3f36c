//! The stage: a two-node service whose primary's host dies, a slot, and its consumer.
//!
//! Knows nothing of the walk. Kept here: every time is a whole number of milliseconds, so that a
//! walk from one to the next misses nothing.

use cutover::kernel::{Lsn, Span};
use cutover::knob::Mutant;
use cutover::scenario::parse;
use cutover::sim::{Outcome, SlotState, run};
use proptest::prelude::*;

/// One-way delay between clients and servers, in milliseconds.
pub(crate) const CLIENT_DELAY: u64 = 1;

/// A crash; times are in milliseconds.
#[derive(Clone, Debug)]
pub(crate) struct Stage {
    pub(crate) writes_per_s: u32,
    pub(crate) wal_per_commit: u64,
    pub(crate) replication_delay: u64,
    /// Bytes a second that the link to the standby carries, if they are fewer than are written.
    pub(crate) goodput: Option<u64>,
    pub(crate) shared_clock: bool,
    pub(crate) dependency_phase: u64,
    pub(crate) copy_phase: u64,
    pub(crate) creates: u64,
    /// How long after the slot its consumer begins.
    pub(crate) begins_after: u64,
    pub(crate) ack_every: u64,
    pub(crate) own: bool,
    pub(crate) crash: u64,
    /// When the standby's own synchronisation begins its longest sleep anew, where that keeps slots
    /// and not the platform's jobs.
    pub(crate) failover_slots: Option<u64>,
}

/// What became of the slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fate {
    pub(crate) state: SlotState,
    pub(crate) fork: Lsn,
    pub(crate) confirmed: Option<Lsn>,
    /// Not walked: the walk knows nothing of snapshots.
    pub(crate) restart: Option<Lsn>,
    pub(crate) age: Option<Span>,
    pub(crate) duplicates: u64,
    /// Of these: lacked by the standby at the copy, confirmed after it, not confirmed.
    pub(crate) why: [u64; 3],
    pub(crate) skipped: u64,
    pub(crate) phantoms: u64,
}

/// Returns any stage.
pub(crate) fn any() -> impl Strategy<Value = Stage> {
    stages(prop::option::weighted(0.4, 1..10_u64))
}

/// Returns a stage whose standby keeps up.
pub(crate) fn healthy() -> impl Strategy<Value = Stage> {
    stages(Just(None))
}

/// Returns any stage under failover slots.
pub(crate) fn failover_slots() -> impl Strategy<Value = Stage> {
    (any(), 0..30_000_u64).prop_map(|(stage, phase)| Stage {
        failover_slots: Some(phase),
        // Long enough that a slot can come to stay.
        crash: stage.crash + 40_000,
        ..stage
    })
}

/// Returns stages; a share, in tenths, of what is written is what the link carries.
fn stages(share: impl Strategy<Value = Option<u64>>) -> impl Strategy<Value = Stage> {
    let rates = (prop::sample::select(vec![10_u32, 40, 100, 200]), 1..20_u64, 0..80_u64);
    let phases = (prop::bool::ANY, 0..30_000_u64, 0..5_000_u64);
    let times = (1..60_000_u64, 1..3_000_u64, 1..8_000_u64, 1..60_000_u64);
    (rates, share, phases, times, prop::bool::ANY).prop_map(|(rates, share, phases, times, own)| {
        let (writes_per_s, hundreds, replication_delay) = rates;
        let (creates, begins_after, ack_every, lives) = times;
        // A whole number of bytes is written each millisecond.
        let wal_per_commit = hundreds * 100;
        let written = u64::from(writes_per_s) * wal_per_commit;
        Stage {
            writes_per_s,
            wal_per_commit,
            replication_delay,
            goodput: share.map(|tenths| written * tenths / 10),
            shared_clock: phases.0,
            dependency_phase: phases.1,
            copy_phase: phases.2,
            creates,
            begins_after,
            ack_every,
            own,
            // The consumer has begun before the crash.
            crash: creates + begins_after + lives,
            failover_slots: None,
        }
    })
}

impl Stage {
    fn text(&self) -> String {
        let start = if self.own { "Own" } else { "Slot" };
        let clocks = if self.shared_clock { "SharedClock" } else { "SeparateClocks" };
        let policy = self.failover_slots.map_or(String::new(), |phase| {
            format!(r#"slot_policy: FailoverSlots, slot_sync_phase: "{phase}ms","#)
        });
        let goodput = self.goodput.map_or("unlimited".to_owned(), |rate| format!("{rate}B/s"));
        format!(
            r#"Scenario(
                name: "stage",
                services: [Service(name: "orders", plan: Business)],
                slots: [Slot(name: "cdc", service: "orders", creates: "{creates}ms")],
                clients: [
                    Writer(
                        name: "app", service: "orders", writes_per_s: {rate},
                        wal_per_commit: "{wal}B",
                    ),
                    SlotConsumer(
                        name: "lake", service: "orders", slot: "cdc", ack_every: "{ack}ms",
                        begins: "{begins}ms", start: {start},
                    ),
                ],
                tuning: Tuning(
                    replication_delay: "{delay}ms", client_delay: "{client}ms",
                    replication_goodput: "{goodput}", slot_jobs: {clocks},
                    slot_dependency_phase: "{dependency}ms", slot_copy_phase: "{copy}ms",
                    // Nothing comes from the archive, so what is lost is what was not received.
                    archive_phase: "0s", archive_period: "2h", wal_segment: "1GiB", {policy}
                ),
                script: [At("{crash}ms", Fault(HostDeath, Primary("orders")))],
                until: "10m",
            )"#,
            creates = self.creates,
            rate = self.writes_per_s,
            wal = self.wal_per_commit,
            ack = self.ack_every,
            begins = self.creates + self.begins_after,
            delay = self.replication_delay,
            client = CLIENT_DELAY,
            dependency = self.dependency_phase,
            copy = self.copy_phase,
            crash = self.crash,
        )
    }

    /// Runs the stage, perhaps with a planted fault, and returns what became of its slot.
    pub(crate) fn run(&self, mutant: Option<Mutant>) -> Fate {
        let loaded = parse("stage.ron", &self.text()).map_err(|errors| errors.to_string());
        let mut setup = loaded.expect("the stage is valid").setup;
        setup.knobs.mutant = mutant;
        fate(&run(&setup, 0))
    }
}

fn fate(outcome: &Outcome) -> Fate {
    let service = &outcome.services[0];
    let slot = service.slots.last().expect("the slot was created");
    Fate {
        state: slot.state,
        fork: service.promotions[0].fork_lsn,
        confirmed: slot.confirmed_flush_lsn,
        restart: slot.restart_lsn,
        age: slot.age,
        duplicates: slot.duplicates,
        why: [slot.repeats.behind, slot.repeats.uncopied, slot.repeats.unconfirmed],
        skipped: slot.skipped_commits,
        phantoms: slot.phantom_commits,
    }
}
