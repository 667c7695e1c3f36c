//! What is missing in the archive when uploads stall and the primary dies meanwhile.
//!
//! Knows nothing of how uploads work. Kept here: gaps are whole segments, and what a dead host had
//! not uploaded stays missing whatever is healed afterwards.

use cutover::check::Verdict;
use cutover::scenario::parse;
use cutover::sim::{self, ArchiveGap, Outcome};

const SEGMENT: u64 = 16 << 20;

/// Returns a run in which the primary dies at 180 s; it writes 600 KiB a second.
fn run(script: &str) -> Outcome {
    let text = format!(
        r#"Scenario(name: "archive",
            services: [Service(name: "orders", plan: Business)],
            clients: [
                Writer(name: "app", service: "orders", writes_per_s: 200, wal_per_commit: "3KiB"),
            ],
            tuning: Tuning(heartbeat_phase: "2s", archive_phase: "4m"),
            script: [At("180s", Fault(HostDeath, Primary("orders"))), {script}],
            until: "15m")"#
    );
    let loaded = parse("archive.ron", &text).unwrap_or_else(|errors| panic!("{errors}"));
    sim::run(&loaded.setup, 0)
}

fn gaps(outcome: &Outcome) -> &[ArchiveGap] {
    &outcome.services[0].archive_gaps
}

fn verdict(outcome: &Outcome, id: &str) -> Option<Verdict> {
    outcome.invariants.iter().find(|found| found.id == id).map(|found| found.verdict)
}

#[test]
fn a_healthy_archive_has_no_gap_across_a_failover() {
    let outcome = run("");
    assert_eq!(gaps(&outcome), []);
    let found = verdict(&outcome, "restorable-across-the-fork");
    assert_eq!(found, Some(Verdict::Holds));
}

#[test]
fn a_stall_that_outlasts_the_primary_leaves_a_gap_of_whole_segments() {
    let outcome = run(r#"At("60s", Fault(UploadStall, Service("orders"))),"#);
    // Two segments are full at 60 s. The fork is at 180 s x 600 KiB/s = 108000 KiB, in the seventh.
    let [gap] = gaps(&outcome) else { panic!("{:?}", gaps(&outcome)) };
    assert_eq!((gap.timeline, gap.from_lsn.get(), gap.to_lsn.get()), (2, 2 * SEGMENT, 6 * SEGMENT));
    // 65536 KiB / 600 KiB/s.
    assert_eq!(gap.window.as_micros() / 1_000_000, 109);
    let found = verdict(&outcome, "restorable-across-the-fork");
    assert_eq!(found, Some(Verdict::Violated));
}

#[test]
fn what_waited_on_a_host_that_died_is_not_uploaded_when_the_stall_ends() {
    let stall = r#"At("60s", Fault(UploadStall, Service("orders"))),"#;
    let healed = format!(r#"{stall} At("240s", Heal(UploadStall, Service("orders"))),"#);
    assert_eq!(gaps(&run(&healed)), gaps(&run(stall)));
}

#[test]
fn what_waited_on_a_host_that_lives_is_uploaded_when_the_stall_ends() {
    let outcome = run(r#"At("60s", Fault(UploadStall, Service("orders"))),
        At("120s", Heal(UploadStall, Service("orders"))),"#);
    assert_eq!(gaps(&outcome), []);
}
