//! The knobs of what an operator has done to a whole service: major upgrades, power off and on.
//!
//! Knows nothing of how a value is used. Kept here: these rows come last, in this order. The types
//! that they name are imported where the table is.

macro_rules! with_planned_rows {
    ($($rows:tt)*) => {
        knobs! {
    $($rows)*
    major_upgrade_outage: Law = "1m", Upgrade,
        Documented("Aiven, major version upgrade: usually 60 s or less for small databases"),
        "How long a primary that is stopped for it is upgraded to the next major version.";
    major_upgrade_patience: Span = "10m", Upgrade,
        Stance("several times what a small database takes; large ones may take longer"),
        "How long the platform waits for a primary under upgrade before it starts it again.";
    major_upgrade_slots: UpgradedSlots = "Dropped", Upgrade,
        Documented("AU: slots are not recovered after a major version upgrade"),
        "What a major version upgrade makes of logical slots.";
    backup_rate: Rate = "50MiB/s", Upgrade,
        Stance("as fast as a base backup is restored"),
        "How fast the full backup after a major version upgrade is taken.";
    waiting_commits: WaitingCommits = "InDoubt", Stop,
        Documented("PG: a fast shutdown ends such waits and neither acknowledges nor takes back"),
        "What becomes of commits that wait for standbys when a switchover stops their server.";
    switchover_stops_after: StopsAfter = "QuorumInForce", Switchover,
        Stance("AU promotes immediately; a controlled stop ships what new standbys lack"),
        "What a switchover makes sure of before it stops the old primary.";
    standby_replacement: StandbyReplacement = "OneByOne", Switchover,
        Stance("AU describes what is done for each standby, and not whether for all at once"),
        "Whether a switchover builds the new standbys one by one or at once.";
    power_off: PowerOff = "Orderly", Power,
        Stance(
            "Aiven removes the machines and replays WAL to the latest available point; it \
             does not say whether the last of it is uploaded before"
        ),
        "How a service is powered off.";
        }
    };
}

pub(super) use with_planned_rows;
