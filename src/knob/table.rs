//! Every knob: name, type, default, meaning, and the source or the reason of the default.
//!
//! Knows nothing of how a value is used. Kept here: one row is all it takes to add a knob; the
//! scenario field, `--set`, `list knobs` and the stances of a result follow from it. Rows of pairs
//! and groups are in `bond_rows`, those of orders to whole services in `planned_rows`.
//! Sources: AU is the page "Upgrade and failover procedures" of Aiven; PG the documentation of
//! `PostgreSQL`; PGL the README and source of `pglookout`; "measured" what real servers did.

use serde::{Deserialize, Serialize};

use super::bond_rows::with_bond_rows;
use super::choice::{
    ElectionKey, ElectionTie, EmptyReplicaName, Fencing, HeartbeatConnection, InFlight, Policy,
    ResolverCache, TimeoutOrigin,
};
use super::commit_choice::{CommitLevel, CommitMode, QuorumElection, QuorumReset, QuorumSize};
use super::group_choice::{FollowerMaintenance, GroupReadd, GroupRunning};
use super::handover_choice::{
    ForwardEnd, ForwardStart, ForwardTarget, SwitchoverCandidates, SwitchoverFault,
};
use super::lag_choice::LagRenewal;
use super::mutant::Mutant;
use super::phase::Phase;
use super::planned_choice::{
    PowerOff, StandbyReplacement, StopsAfter, UpgradedSlots, WaitingCommits,
};
use super::planned_rows::with_planned_rows;
use super::region_choice::{
    PromoteToMaster, RegionFailoverOrder, RemovedRecovery, ReplicaReconnect, SwitchoverDrain,
    SwitchoverOrder, TerraformOrder,
};
use super::registry::{self, KnobError};
use super::row::{Basis, Row, Touch};
use super::rows::knobs;
use super::slot_choice::{KeptWal, LeftoverSlot, SlotClocks, SlotLimit, SlotPolicy};
use crate::kernel::{Bytes, Distribution, Law, Rate, Span, nearest};
use Basis::{Documented, Stance};

with_bond_rows! {
    policy: Policy = "Platform", Election,
        Documented("AU: the management platform marks nodes as down and promotes"),
        "Who decides about failovers.";
    detection_timeout: Span = "1m", Silence,
        Documented("AU: 60-second timeout before a server is marked as down"),
        "How long a primary is silent before the platform marks it as down.";
    standby_timeout: Span = "1m", Silence,
        Documented("AU: the same 60 seconds for a replica; older texts say 300"),
        "How long a standby is silent before the platform marks it as down.";
    timeout_origin: TimeoutOrigin = "LastReport", Silence,
        Stance("AU: after it disappeared, which nobody can see; PGL: from the last poll"),
        "From which instant the detection timeout runs.";
    heartbeat_period: Span = "5s", Silence,
        Stance("not published for the platform; pglookout polls every 5 s"),
        "How often a node reports to the platform.";
    heartbeat_phase: Phase = "drawn", Silence,
        Stance("nothing ties a node's reports to the hour of a fault"),
        "When in its period a node's first report is sent.";
    platform_delay: Distribution = "5ms", Silence,
        Stance("a round trip of 10 ms inside a region"),
        "One-way delay between the platform and a node; of a law, one for the run.";
    election_key: ElectionKey = "Furthest", Election,
        Stance("measured: received falls back to a segment start when a standby restarts"),
        "Which position of a standby counts when candidates are compared.";
    election_tie: ElectionTie = "HighestName", Election,
        Stance("PGL takes the greatest name; the platform's own rule is not published"),
        "Which of two equally advanced candidates is promoted.";
    position_age_max: Span = "20s", Election,
        Documented("PGL: positions older than 20 s are not used"),
        "How old a reported position may be to make its node a candidate.";
    promotion_overhead: Law = "1s", Promotion,
        Stance("measured 0.03-0.4 s idle, with an outlier of 5 s"),
        "How long a promotion takes beside replaying what was received.";
    promotion_patience: Span = "1m", Promotion,
        Documented("PG: pg_promote waits 60 s"),
        "How long the platform waits for a promotion before it tries another candidate.";
    redo_rate: Rate = "50MiB/s", Promotion,
        Stance("measured 50.8 MiB/s; redo is single-threaded, sources give 20-200"),
        "How fast a server replays WAL.";
    fencing: Fencing = "OnContact", Fence,
        Stance("AU is silent on an old primary that returns after an uncontrolled failover"),
        "How the platform keeps a node that it gave up from writing.";
    fence_delay: Law = "uniform(5s, 30s)", Fence,
        Stance("nobody publishes when a fence takes effect"),
        "How long a fence takes to act on a node that can be reached.";
    dns_ttl: Span = "30s", Lookup,
        Stance("not published; 60 s would equal the forwarding minimum and hide a second gap"),
        "How long a resolver may answer from its cache.";
    dns_publish_delay: Law = "5s", Publish,
        Stance("providers state up to 60 s"),
        "How long a changed record takes to be served.";
    resolver_cache: ResolverCache = "KeptWarm", Lookup,
        Stance("measured: expiries at the first look-up plus k x TTL for a name in use"),
        "How a client's resolver fills its cache.";
    replica_name_when_empty: EmptyReplicaName = "DeadAddress", Publish,
        Stance("AU says unreachable and that queries time out, not how"),
        "What the replica name answers when no standby is left to serve it.";
    ha_replica_name: bool = "false", Publish,
        Documented("Aiven: the replica name that falls back to the primary is opt-in"),
        "Whether services have the replica name that falls back to the primary.";
    replication_delay: Distribution = "5ms", Commit,
        Stance("inside a region; lag measured around 10 ms"),
        "One-way delay between two nodes of a region; of a law, one for each connection.";
    region_delay: Distribution = "40ms", Commit,
        Stance("typical between regions of one continent"),
        "One-way delay added between two regions; of a law, one for each two of them.";
    replication_goodput: Rate = "unlimited", Commit,
        Stance("networks inside a region outrun a database's WAL"),
        "How many bytes of WAL a second a replication link carries.";
    local_flush: Span = "2ms", Commit,
        Stance("measured commit latency of 1.7 ms"),
        "How long a server takes to make a commit durable.";
    client_delay: Distribution = "500us", Commit,
        Stance("clients of the same region, one way"),
        "One-way delay between a client and a node of its region; of a law, one for each client.";
    in_flight_at_host_death: InFlight = "Delivered", HostDeath,
        Stance("the network goes on without the sender"),
        "What becomes of packets on the wire when the sending host dies.";
    send_buffer: Bytes = "4MiB", ProcessCrash,
        Documented("measured: a kernel delivers about 4 MB after the server is gone"),
        "How much a host's kernel still sends after its server process died.";
    backend_linger: Span = "15ms", ProcessCrash,
        Documented("measured: backends commit for 11-22 ms after the postmaster is killed"),
        "How long sessions go on committing after the server's main process died.";
    process_restart: Law = "2s", ProcessCrash,
        Stance("a supervisor restarts a crashed server in place; \"never\" leaves it down"),
        "How long a supervisor takes to start a crashed server again.";
    checkpoint_period: Span = "15m", ProcessCrash,
        Documented("Aiven sets checkpoint_timeout to 900 s"),
        "How far apart checkpoints are; crash recovery replays the WAL since the last.";
    host_boot: Law = "30s", HostDeath,
        Stance("a virtual machine boots in 20-60 s"),
        "How long a host that lost power takes until its server is started.";
    standby_delay_max: Span = "30s", Promotion,
        Documented(
            "PG: max_standby_streaming_delay is 30 s; \"never\" lets a query hold replay up"
        ),
        "How long a query on a standby may hold its replay up before it is cancelled.";
    heartbeat_connection: HeartbeatConnection = "Kept", Silence,
        Stance(
            "pglookout keeps its connection; a check that connects anew fails when none is left"
        ),
        "Whether a node is asked over a kept connection or a fresh one.";
    standby_retry: Span = "5s", LinkCut,
        Documented("PG: wal_retrieve_retry_interval is 5 s"),
        "How long a standby waits between attempts to connect to its upstream.";
    receiver_timeout: Span = "1m", LinkCut,
        Documented("PG: wal_receiver_timeout is 60 s"),
        "How long a standby waits for a silent upstream before it connects anew.";
    node_build: Law = "3m", Replacement,
        Stance("60-600 s for a machine to be created and started"),
        "How long a new node takes until a restore can begin.";
    build_patience: Span = "1h", Replacement,
        Stance("a build that nobody hears of is not waited for for ever"),
        "How long the platform waits for the first report of a new node.";
    database_size: Distribution<Bytes> = "10GiB", Replacement,
        Stance("a small production database"),
        "How large a service's base backup is; of a law, one for each service.";
    disk_size: Bytes = "80GiB", Replacement,
        Stance("several times the database, as plans are sold"),
        "How large a node's disk is; WAL that cannot be uploaded fills it.";
    restore_rate: Rate = "50MiB/s", Replacement,
        Stance("small plans; larger ones reach 100-300 MiB/s"),
        "How fast a base backup is restored.";
    stream_rate: Rate = "100MiB/s", Replacement,
        Stance("a new standby streams what it lacks at the network's rate"),
        "How fast a new standby streams WAL while it catches up.";
    ready_gap: Bytes = "1MiB", Replacement,
        Stance("close enough that reads on it are fresh"),
        "How far behind a new standby may be when it joins the replica name.";
    backup_period: Span = "1d", Restore,
        Documented("Aiven takes a full backup daily"),
        "How often a base backup is taken.";
    backup_phase: Phase = "drawn", Restore,
        Documented("Aiven takes it at a random hour"),
        "When in its period the first base backup is taken.";
    wal_before_start: Rate = "0B/s", Restore,
        Stance("a run begins with a quiet past; set it to the usual rate to pay for old backups"),
        "How fast WAL was written before the run, since the last base backup.";
    history_upload: Span = "1s", Promotion,
        Stance("PG archives the history file of a new timeline first; nobody says how fast"),
        "How long the history file of a new timeline takes into the archive.";
    archive_period: Span = "5m", Restore,
        Documented("Aiven copies WAL every 5 minutes or on each new file"),
        "How often the current WAL segment is uploaded though it is not full.";
    archive_phase: Phase = "drawn", Restore,
        Stance("nothing ties uploads to the hour of a fault"),
        "When in its period the first upload happens.";
    wal_segment: Bytes = "16MiB", Restore,
        Documented("PG: WAL segments are 16 MiB"),
        "How large a WAL segment is; a full one is uploaded at once.";
    connect_timeout: Span = "5s", Reconnect,
        Stance("a tuned client; libpq's own default waits for ever"),
        "How long a client waits for a connection to be established.";
    tcp_user_timeout: Span = "15s", Reconnect,
        Stance("a tuned client; without it Linux retransmits for about 15 minutes"),
        "How long a client's unacknowledged data may stay so before the connection breaks.";
    reply_timeout: Span = "never", Reconnect,
        Stance("libpq waits for a reply as long as the peer's kernel answers"),
        "How long a client waits for the reply of a server whose host still answers.";
    backoff_first: Span = "100ms", Reconnect,
        Stance("a common first pause of retrying clients"),
        "How long a client pauses after its first failed attempt; it doubles each time.";
    backoff_max: Span = "5s", Reconnect,
        Stance("a common longest pause of retrying clients"),
        "The longest pause between two attempts of a client.";
    lookout_observers: u32 = "0", Lookout,
        Documented("PGL: there are no observers unless they are configured"),
        "How many observers watch each service.";
    lookout_poll_interval: Span = "5s", Lookout,
        Documented("PGL: db_poll_interval is 5 s"),
        "How often a daemon polls every node, and observers with them.";
    lookout_poll_phase: Phase = "drawn", Lookout,
        Stance("nothing ties a daemon's polls to the hour of a fault"),
        "When in its period a daemon's first poll begins.";
    lookout_poll_timeout: Span = "5s", Lookout,
        Documented("PGL: 5 s for a connection and for a query"),
        "How long a daemon waits for a node that it polls.";
    lookout_check_interval: Span = "5s", Lookout,
        Documented("PGL: replication_state_check_interval, 5 s in the source, 10 in the README"),
        "How often a daemon runs its decision procedure.";
    lookout_check_phase: Phase = "drawn", Lookout,
        Stance("a daemon's checks begin when it starts"),
        "When in its period a daemon's first check runs.";
    lookout_failover_lag: Span = "1m", Lookout,
        Documented("Aiven: max_failover_replication_time_lag is 60 s; PGL's own default is 120"),
        "How old the primary's last known time or the own lag is when a daemon replaces a primary.";
    lookout_warning_lag: Span = "30s", Lookout,
        Documented("PGL: warning_replication_time_lag is 30 s"),
        "At which lag of its own node a daemon raises an alert.";
    lookout_missing_primary_timeout: Span = "15s", Lookout,
        Documented("PGL: missing_master_from_config_timeout is 15 s"),
        "How long a daemon waits for a recheck, and after a change of the list of nodes.";
    lookout_catchup_timeout: Span = "5m", Lookout,
        Documented("PGL: replication_catchup_timeout is 300 s in the source"),
        "How long a standby may take to catch up before its lag counts.";
    lookout_position_age_max: Span = "20s", Lookout,
        Documented("PGL: positions fetched 20 s ago or earlier are not used"),
        "From which age on a daemon does not use a position.";
    lookout_observer_timeout: Span = "5s", Lookout,
        Documented("PGL: 5 s for an observer's answer"),
        "How long a daemon waits for an observer.";
    lookout_observer_skew_max: Span = "5s", Lookout,
        Documented("PGL: an answer is ignored when the observer's clock is over 5 s behind"),
        "How far behind an observer's clock may be for its answer to count.";
    lookout_failover_on_disconnect: bool = "true", Lookout,
        Documented("PGL: failover_on_disconnect is true"),
        "Whether a disconnected primary is replaced though the own lag is small.";
    lookout_failover_sleep: Span = "0s", Lookout,
        Documented("PGL: failover_sleep_time is 0 s"),
        "How long a daemon sleeps after it promoted its node.";
    lookout_poll_observers_on_warning_only: bool = "false", Lookout,
        Documented("PGL: poll_observers_on_warning_only is false"),
        "Whether observers are asked only while the own lag is above the warning.";
    commit_mode: CommitMode = "Asynchronous", Commit,
        Documented("Aiven: synchronous replication is off by default"),
        "Whether commits wait for standbys outside of switchovers.";
    quorum_size: QuorumSize = "One", Quorum,
        Stance("AU says quorum commit and no number; ANY 1 is the least that the words mean"),
        "How many standbys must acknowledge a commit under quorum commit.";
    quorum_level: CommitLevel = "On", Quorum,
        Stance("the default of PG; Aiven's own option of that kind meant remote_write"),
        "What standbys must have done to a commit under quorum commit.";
    quorum_wait_cancel: Span = "never", Quorum,
        Stance("statement_timeout does not fire during the wait; a client's own timeout does"),
        "How long a client waits for standbys before it cancels its commit.";
    cross_service_lag: Distribution = "500ms", Integration,
        Stance("a service that follows another is 0.2-2 s behind across regions; not published"),
        "How long WAL waits at its source before it is sent to a follower; of a law, by link.";
    replica_reconnect: ReplicaReconnect = "ServiceName", Integration,
        Stance("no source says how a read replica finds its source after a failover of it"),
        "How a service that follows another finds its source again.";
    slot_jobs: SlotClocks = "SeparateClocks", Slot,
        Stance("AU names two periods, 30 s and 5 s, and does not say that they are in step"),
        "Whether the jobs that keep logical slots on standbys run on one clock.";
    slot_dependency_period: Span = "30s", Slot,
        Documented("AU: every 30 seconds a job checks for the extension"),
        "How often a job installs what copying logical slots needs in the databases that own one.";
    slot_dependency_phase: Phase = "drawn", Slot,
        Stance("nothing ties the job to the hour of a fault"),
        "When in its period the dependency job runs first.";
    slot_copy_period: Span = "5s", Slot,
        Documented("AU: positions with a maximum 5-second delay"),
        "How often the positions of logical slots are copied to standbys.";
    slot_copy_phase: Phase = "drawn", Slot,
        Stance("nothing ties the job to the hour of a fault"),
        "When in its period the copying job runs first.";
    slot_job_duration: Span = "0s", Slot,
        Stance("nobody publishes it; a job that sleeps between runs drifts by it"),
        "How long a run of either job takes; the next begins one period after its end.";
    slot_position_limit: SlotLimit = "Replayed", Slot,
        Stance("AU: not newer than the position on the standby; PG advances up to replay"),
        "Which position of a standby bounds those of the slots on it.";
    client_start_filters: bool = "true", Slot,
        Documented("PG: decoding begins at the greater of the given and the confirmed position"),
        "Whether a server leaves out commits below the start position that a consumer gives.";
    snapshot_period: Span = "15s", Slot,
        Documented("PG: a primary that writes logs its running transactions every 15 s"),
        "How far apart the snapshots are to which the WAL that a slot needs can move.";
    max_slot_wal_keep_size: KeptWal = "unlimited", Slot,
        Documented("PG, Aiven: max_slot_wal_keep_size is -1, no limit"),
        "How much WAL a server keeps for a logical slot before it gives the slot up.";
    slot_policy: SlotPolicy = "PlatformJobs", Slot,
        Documented("AU: a job copies positions; failover slots of PG 17 are the alternative"),
        "Who keeps logical slots on standbys.";
    slot_sync_nap_first: Span = "200ms", Slot,
        Documented("PG: slot synchronisation sleeps 200 ms after a cycle that changed something"),
        "How long slot synchronisation sleeps after a cycle that changed something.";
    slot_sync_nap_max: Span = "30s", Slot,
        Documented("PG: the sleep doubles while nothing changes, up to 30 s"),
        "The longest sleep of slot synchronisation.";
    slot_sync_phase: Phase = "drawn", Slot,
        Stance("nothing ties an idle standby's next cycle to the hour of a fault"),
        "When in its longest sleep the first cycle of slot synchronisation runs.";
    synchronized_standby_slots: bool = "false", Slot,
        Documented("PG: synchronized_standby_slots is empty unless it is set"),
        "Whether consumers are given only what the standbys of the replica name have flushed.";
    quorum_switch: Span = "40ms", Quorum,
        Documented("measured: a changed setting takes effect within 40 ms"),
        "How long a server takes to let commits wait for standbys when it is told to.";
    quorum_reset: QuorumReset = "AfterOldPrimaryGone", Quorum,
        Stance("AU does not say when quorum commit ends"),
        "When commits wait for nobody again after a controlled switchover.";
    election_under_quorum: QuorumElection = "Asked", Quorum,
        Stance("a standby may acknowledge after its last report; CloudNativePG waits as well"),
        "By which positions a standby is chosen while commits wait for standbys.";
    switchover_candidates: SwitchoverCandidates = "AnyNew", Switchover,
        Stance("AU promotes one of the new replica servers, and does not say which"),
        "Which standbys of a controlled switchover may be promoted.";
    switchover_fault: SwitchoverFault = "Continue", Switchover,
        Stance("AU does not say what a second fault does to a switchover"),
        "What becomes of a switchover whose old primary cannot be stopped in time.";
    order_patience: Span = "10s", Switchover,
        Stance("an order that is not answered is given again"),
        "How long the platform waits for a node to carry an order out.";
    stop_patience: Span = "1m", Switchover,
        Stance("as long as pg_ctl waits; AU promotes immediately"),
        "How long the platform lets a controlled stop take before it stops by force.";
    shutdown_checkpoint: Law = "1s", Stop,
        Stance("measured 1 s idle and over 40 s with many dirty buffers"),
        "How long the checkpoint at the end of a controlled stop takes.";
    sender_timeout: Span = "1m", Stop,
        Documented("PG: wal_sender_timeout is 60 s"),
        "How long a server takes a silent standby for connected.";
    slot_drain_limit: Span = "30m", Slot,
        Documented("Aiven: a slot that is not consumed within 30 minutes is not waited for"),
        "How long a switchover waits until logical slots are on the new servers.";
    forward_for: Span = "1m", Switchover,
        Documented("AU: the old primary forwards TCP for at least 60 s"),
        "How long an old primary passes connections on.";
    forward_start: ForwardStart = "AtPromotion", Switchover,
        Stance("AU does not say from when on the 60 s are counted"),
        "From when on the forwarding of connections is counted.";
    forward_end: ForwardEnd = "AfterItsTime", Switchover,
        Stance("AU gives a minimum and nothing about resolvers"),
        "When the forwarding of connections ends.";
    forward_target: ForwardTarget = "Fixed", Switchover,
        Stance("AU speaks of the new primary"),
        "To whom connections are forwarded when the new primary fails as well.";
    slot_sync_restart: Span = "10s", Slot,
        Documented("PG: slot synchronisation that ended with an error starts anew after 10 s"),
        "How long slot synchronisation rests after a slot that is in its way.";
    leftover_slot: LeftoverSlot = "LeftAlone", Slot,
        Stance("PG refuses a second slot of one name; no source says what the job does then"),
        "What the copying job makes of a slot of the same name that is on a standby already.";
    lag_renewal: LagRenewal = "EachConnection", Lag,
        Stance("a connection may take another way; no source says how lags change in a year"),
        "When the lag of a link between servers is drawn, where it follows a law.";
}
