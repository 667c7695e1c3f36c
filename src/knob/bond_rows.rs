//! The knobs of services that are bound together: pairs of regions and groups of instances.
//!
//! Knows nothing of how a value is used. Kept here: these rows come after those of the table, in
//! this order. The types that they name are imported where the table is.

macro_rules! with_bond_rows {
    ($($rows:tt)*) => {
        with_planned_rows! {
    $($rows)*
    shared_service_name: bool = "true", Integration,
        Stance("Aiven's pages speak of a shared service URI; a reviewer of them disputes it"),
        "Whether the two services of a disaster recovery pair share the name of the writer.";
    switchover_drain: SwitchoverDrain = "WaitForAll", Integration,
        Stance("the loss of a switchover is not stated; being planned it can be none"),
        "When the service that takes over in a planned way is promoted.";
    switchover_order: SwitchoverOrder = "DemoteFirst", Integration,
        Stance("not stated; the other order has two writers for a while"),
        "What comes first in a planned change of the active service.";
    demotion_overhead: Law = "2s", Integration,
        Stance("a controlled stop and a start as a standby; not published"),
        "How long a demoted primary takes until it answers as a standby.";
    demotion_patience: Span = "1m", Integration,
        Stance("as long as the platform waits for a promotion"),
        "How long the platform waits for a primary's answer that it has stopped writing.";
    region_failover_order: RegionFailoverOrder = "DestroyFirst", Integration,
        Stance("the old service ends as POWEROFF; nobody says when, or how if it is unreachable"),
        "When a failover to the other region destroys the old service.";
    automatic_region_failover: Span = "never", Integration,
        Documented("Aiven: the operator decides; an automatic variant was removed from the pages"),
        "How long the active service's primary is silent before its pair fails over unasked.";
    switchback_after_failover: bool = "false", Integration,
        Documented("Aiven: a switchback presupposes a completed switchover"),
        "Whether a switchback is accepted after a failover and a restore.";
    promote_to_master: PromoteToMaster = "MakesActive", Integration,
        Stance("older pages give the command; no tool has it, and its meaning is clear"),
        "What becomes of the order `PromoteToMaster`.";
    removed_recovery: RemovedRecovery = "RolesFrozen", Integration,
        Stance("Aiven says only that the pair is not protected meanwhile"),
        "What becomes of a passive service whose integration is removed.";
    terraform_order: TerraformOrder = "ApplyThenWait", Integration,
        Stance("one page waits for completion before it applies, which nothing could complete"),
        "In which order the steps of `SwitchByTerraform` come.";
    terraform_gap: Law = "1m", Integration,
        Stance("two runs of a tool by hand; only the existence of the gap is documented"),
        "How long the integration is missing while Terraform recreates it.";
    terraform_wait: Law = "5m", Integration,
        Stance("how long an operator waits for a completion that cannot come"),
        "How long the operator waits before applying, where waiting comes first.";
    follower_maintenance: FollowerMaintenance = "AsPrimary", Switchover,
        Stance("AU has forwarding for the server of the service's own name, deletion for others"),
        "How maintenance treats the node that the own name of a read replica service points to.";
    group_running: GroupRunning = "ControlPlane", Group,
        Stance("a promotion presupposes Running, and is for when the primary instance is down"),
        "What the state Running of a Global Active Database group says.";
    group_readd: GroupReadd = "Wiped", Group,
        Stance("one page has an instance keep its data, another has it be empty when it is added"),
        "What becomes of what an instance holds that is added to a group again.";
    group_restart: Law = "uniform(10s, 30s)", Group,
        Documented("Alibaba Cloud: adding a secondary interrupts the primary for 10 to 30 seconds"),
        "How long the primary instance is restarted for when a secondary one is added.";
        }
    };
}

pub(super) use with_bond_rows;
