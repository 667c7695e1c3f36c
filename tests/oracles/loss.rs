//! What a service of one node loses when it comes back from the archive.
//!
//! Knows nothing of replication. Kept here: WAL is uploaded by segment and by time, at once.

use super::agreement::{agree, mean_agrees, mean_of};
use super::stage::{campaign, metric, oracle, runs};

#[test]
fn c08_a_restore_loses_what_was_written_since_the_last_upload() {
    // Commits a second and bytes of each, for the rate of the oracle in MiB a second. The oracle
    // has one clock, that of whatever comes first; the model uploads by time beside the segments
    // and so loses a little less, hence one of the two is put out of reach.
    let (by_time, by_segment) = ("wal_segment: \"1GiB\"", "archive_period: \"1d\"");
    for (commits, bytes, name, clock) in [
        (1_u32, 10_486_u32, "w1_over_100", by_time),
        (10, 5_243, "w1_over_20", by_time),
        (10, 5_592, "w4_over_75", by_time),
        (10, 10_486, "w1_over_10", by_segment),
        (1_024, 1_024, "w1", by_segment),
        (10_240, 1_024, "w10", by_segment),
    ] {
        let one = campaign(
            "Startup",
            "90m",
            &format!(
                r#"clients: [Writer(name: "w", service: "s", writes_per_s: {commits},
                    wal_per_commit: "{bytes}B")],
                script: [At("uniform(30m, 60m)", Fault(HostDeath, Primary("s")))],
                tuning: Tuning(database_size: "1MiB", restore_rate: "unlimited", node_build: "1s",
                    heartbeat_period: "1s", detection_timeout: "60s", disk_size: "1TiB",
                    history_upload: "0s", {clock}),"#
            ),
        );
        let tally = one.tally(0..runs(1_000, 3_000));
        let lost = metric(&one, &tally, "lost_bytes");
        let expected = oracle("C08", &format!("mean_loss_mib_{name}"));
        mean_agrees(name, lost, 1_048_576.0, expected, false);
        let window = metric(&one, &tally, "loss_window");
        let expected = oracle("C08", &format!("mean_loss_s_{name}"));
        // The window begins at a commit, so it is half a commit's distance longer or shorter.
        let (mean, error) = mean_of(window.moments(), 1e6);
        let grain = 1.0 / f64::from(commits);
        agree(name, (mean, error + grain), expected, false);
    }
}
