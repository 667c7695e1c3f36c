//! Random values for knobs, within ranges in which every part of the simulator has work to do.
//!
//! Knows nothing of scenarios around them. Kept here: knobs that are made together never
//! contradict each other.

use cutover::kernel::Span;
use cutover::knob::{Knobs, Phase, Tuning};
use proptest::prelude::*;

use Values::{Bounded, Lags, Laws, Phases, Rates, SizeLaws, Sizes, Spans, Words};

/// What values a knob is given.
#[derive(Clone, Copy, Debug)]
enum Values {
    /// One of these.
    Words(&'static [&'static str]),
    /// A span between these, in milliseconds.
    Spans(u64, u64),
    /// A law of spans between these, in milliseconds.
    Laws(u64, u64),
    /// A law of spans between these, in milliseconds, that draws none beyond them.
    Bounded(u64, u64),
    /// Any distribution of spans, most of which are between these, in milliseconds.
    Lags(u64, u64),
    /// Any distribution of sizes, most of which are between these, in bytes.
    SizeLaws(u64, u64),
    /// A size between these, in bytes.
    Sizes(u64, u64),
    /// A rate between these, in bytes per second.
    Rates(u64, u64),
    /// A phase of a period of at least this, in milliseconds.
    Phases(u64),
}

const MIB: u64 = 1 << 20;

/// Every knob with the values it is given.
const RANGES: &[(&str, Values)] = &[
    ("detection_timeout", Spans(6_000, 180_000)),
    ("standby_timeout", Spans(6_000, 180_000)),
    ("timeout_origin", Words(&["LastReport", "FirstMissed"])),
    ("heartbeat_period", Spans(1_000, 12_000)),
    ("heartbeat_phase", Phases(1_000)),
    ("platform_delay", Bounded(0, 1_500)),
    ("election_key", Words(&["Furthest", "Received"])),
    ("election_tie", Words(&["HighestName", "LowestName"])),
    ("position_age_max", Spans(1_000, 200_000)),
    ("promotion_overhead", Laws(0, 90_000)),
    ("promotion_patience", Spans(1_000, 90_000)),
    ("redo_rate", Rates(50_000, 100 * MIB)),
    ("fencing", Words(&["OnContact", "AtOnce", "Never"])),
    ("fence_delay", Laws(0, 90_000)),
    ("dns_ttl", Spans(1, 300_000)),
    ("dns_publish_delay", Laws(0, 60_000)),
    ("resolver_cache", Words(&["KeptWarm", "OnDemand"])),
    ("replica_name_when_empty", Words(&["DeadAddress", "NoAnswer", "Primary"])),
    ("replication_delay", Lags(0, 3_000)),
    ("region_delay", Bounded(0, 500)),
    ("replication_goodput", Rates(10_000, 100 * MIB)),
    ("local_flush", Spans(0, 50)),
    ("client_delay", Bounded(0, 800)),
    ("in_flight_at_host_death", Words(&["Delivered", "Lost"])),
    ("send_buffer", Sizes(0, 64 * MIB)),
    ("backend_linger", Spans(0, 3_000)),
    ("process_restart", Laws(0, 120_000)),
    ("process_restart", Words(&["\"never\""])),
    ("checkpoint_period", Spans(1_000, 900_000)),
    ("standby_retry", Spans(100, 20_000)),
    ("receiver_timeout", Spans(100, 120_000)),
    ("node_build", Laws(0, 300_000)),
    ("database_size", SizeLaws(0, 20_000 * MIB)),
    ("restore_rate", Rates(MIB, 300 * MIB)),
    ("stream_rate", Rates(100_000, 100 * MIB)),
    ("ready_gap", Sizes(0, 64 * MIB)),
    ("archive_period", Spans(10_000, 600_000)),
    ("archive_phase", Phases(10_000)),
    ("wal_segment", Sizes(100_000, 64 * MIB)),
    ("connect_timeout", Spans(100, 60_000)),
    ("connect_timeout", Words(&["\"never\""])),
    ("tcp_user_timeout", Spans(100, 120_000)),
    ("tcp_user_timeout", Words(&["\"never\""])),
    ("reply_timeout", Spans(100, 120_000)),
    ("backoff_first", Spans(1, 5_000)),
    ("backoff_max", Spans(5_000, 60_000)),
    ("heartbeat_connection", Words(&["Kept", "Fresh"])),
    ("standby_delay_max", Spans(0, 120_000)),
    ("standby_delay_max", Words(&["\"never\""])),
    ("host_boot", Laws(0, 120_000)),
    ("disk_size", Sizes(100 * MIB, 20_000 * MIB)),
    ("ha_replica_name", Words(&["true", "false"])),
    ("commit_mode", Words(&["Quorum"])),
    ("quorum_size", Words(&["One", "Majority", "All"])),
    ("quorum_level", Words(&["On", "RemoteWrite", "RemoteApply", "Local"])),
    ("quorum_wait_cancel", Spans(0, 120_000)),
    ("slot_jobs", Words(&["SeparateClocks", "SharedClock"])),
    ("slot_dependency_period", Spans(1_000, 60_000)),
    ("slot_dependency_phase", Phases(1_000)),
    ("slot_copy_period", Spans(500, 20_000)),
    ("slot_copy_phase", Phases(500)),
    ("slot_job_duration", Spans(0, 3_000)),
    ("slot_position_limit", Words(&["Replayed", "Received"])),
    ("client_start_filters", Words(&["true", "false"])),
    ("snapshot_period", Spans(1_000, 60_000)),
    ("max_slot_wal_keep_size", Sizes(MIB, 1_000 * MIB)),
    ("slot_policy", Words(&["PlatformJobs", "FailoverSlots", "NotKept"])),
    ("slot_sync_restart", Spans(1_000, 30_000)),
    ("leftover_slot", Words(&["LeftAlone", "TakenOver"])),
    ("slot_sync_nap_first", Spans(10, 2_000)),
    ("slot_sync_nap_max", Spans(2_000, 60_000)),
    ("slot_sync_phase", Phases(2_000)),
    ("synchronized_standby_slots", Words(&["true", "false"])),
    ("major_upgrade_outage", Laws(0, 300_000)),
    ("major_upgrade_patience", Spans(1_000, 900_000)),
    ("major_upgrade_slots", Words(&["Dropped", "Kept"])),
    ("backup_rate", Rates(MIB, 300 * MIB)),
    ("waiting_commits", Words(&["InDoubt", "Warned"])),
    ("switchover_stops_after", Words(&["QuorumInForce", "StandbyCaughtUp"])),
    ("standby_replacement", Words(&["OneByOne", "AtOnce"])),
    ("power_off", Words(&["Orderly", "AtOnce"])),
    ("cross_service_lag", Lags(0, 3_000)),
    ("lag_renewal", Words(&["EachConnection", "EachRun"])),
];

/// Every knob of the daemons with the values it is given; they are made under their policy only.
const OF_DAEMONS: &[(&str, Values)] = &[
    ("lookout_poll_interval", Spans(500, 12_000)),
    ("lookout_poll_phase", Phases(500)),
    ("lookout_poll_timeout", Spans(1, 12_000)),
    ("lookout_check_interval", Spans(500, 12_000)),
    ("lookout_check_phase", Phases(500)),
    ("lookout_failover_lag", Spans(5_000, 120_000)),
    ("lookout_warning_lag", Spans(1_000, 60_000)),
    ("lookout_missing_primary_timeout", Spans(0, 30_000)),
    ("lookout_catchup_timeout", Spans(0, 600_000)),
    ("lookout_position_age_max", Spans(13_000, 60_000)),
    ("lookout_failover_on_disconnect", Words(&["true", "false"])),
    ("lookout_failover_sleep", Spans(0, 60_000)),
    ("lookout_poll_observers_on_warning_only", Words(&["true", "false"])),
];

/// Returns random knobs: most keep their defaults.
pub(crate) fn tuning() -> impl Strategy<Value = Tuning> {
    let settings =
        prop::collection::vec((0..RANGES.len(), any::<u64>(), any::<u64>(), 0..3_u8), 0..9);
    let of_daemons =
        prop::collection::vec((0..OF_DAEMONS.len(), any::<u64>(), any::<u64>(), 0..3_u8), 0..5);
    let daemons = prop::option::of((0..3_u32, of_daemons));
    // A fixed phase of reports makes it possible to aim at instants around a deadline.
    (settings, prop::option::of(0..5_000_u64), daemons).prop_map(|(settings, phase, daemons)| {
        let mut fields = std::collections::BTreeMap::new();
        if let Some((observers, settings)) = daemons {
            fields.insert("policy", "Pglookout".to_owned());
            fields.insert("lookout_observers", observers.to_string());
            for (index, one, other, unit) in settings {
                let (name, values) = OF_DAEMONS[index];
                fields.insert(name, text(values, (one, other), unit));
            }
        }
        if let Some(millis) = phase {
            fields.insert("heartbeat_phase", format!("\"{millis}ms\""));
        }
        for (index, one, other, unit) in settings {
            let (name, values) = RANGES[index];
            fields.insert(name, text(values, (one, other), unit));
        }
        let fields: Vec<String> =
            fields.into_iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let text = format!("#![enable(implicit_some)]\n({})", fields.join(", "));
        let tuning = ron::from_str(&text);
        agreed(tuning.unwrap_or_else(|error| panic!("{text} should be a tuning: {error}")))
    })
}

fn text(values: Values, (one, other): (u64, u64), unit: u8) -> String {
    match values {
        Words(words) => {
            let count = u64::try_from(words.len()).expect("there are few words");
            words[usize::try_from(one % count).expect("there are few words")].to_owned()
        }
        Spans(least, most) => format!("\"{}\"", span(least, most, one, unit)),
        Bounded(least, most) => {
            let (one, other) = (span(least, most, one, unit), span(least, most, other, unit));
            let (low, high) =
                if micros(&one) < micros(&other) { (one, other) } else { (other, one) };
            match unit {
                0 => format!("\"uniform({low}, {high})\""),
                1 => format!("\"observed({high}, {low}, {low})\""),
                _ => format!("\"{high}\""),
            }
        }
        Lags(least, most) if other % 7 == 0 => {
            let far = span(least, most, other / 7, unit);
            format!("\"0.7 {} + 0.3 exponential({far})\"", span(least, most, one, unit))
        }
        Laws(least, most) | Lags(least, most) => {
            format!("\"{}\"", law((least, most), (one, other), unit))
        }
        SizeLaws(least, most) => {
            let (one, other) = (between(least, most, one), between(least, most, other));
            match unit {
                0 => format!("\"uniform({}B, {}B)\"", one.min(other), one.max(other)),
                1 => format!("\"0.5 {one}B + 0.5 lognormal({}B, 1)\"", other / 4),
                _ => format!("\"{one}B\""),
            }
        }
        Sizes(least, most) => format!("\"{}B\"", between(least, most, one)),
        Rates(least, most) => format!("\"{}B/s\"", between(least, most, one)),
        Phases(period) => format!("\"{}\"", span(0, period - 1, one, unit)),
    }
}

fn between(least: u64, most: u64, word: u64) -> u64 {
    least + word % (most - least + 1)
}

/// Returns how many microseconds a span is that was just written.
fn micros(span: &str) -> u64 {
    span.trim_end_matches("us").parse().expect("it is in microseconds")
}

/// Returns a span in whole microseconds, milliseconds or seconds.
fn span(least: u64, most: u64, word: u64, unit: u8) -> String {
    let step = [1, 1_000, 1_000_000][usize::from(unit)];
    let micros = between(least * 1_000, most * 1_000, word) / step * step;
    format!("{}us", micros.max(least * 1_000))
}

fn law((least, most): (u64, u64), (one, other): (u64, u64), unit: u8) -> String {
    let (near, far) = (one.min(other), one.max(other));
    match other % 5 {
        0 => {
            let (low, high) = (near % 1_000, far % 1_000);
            let share = |part: u64| span(least, most, (most - least) * part, unit);
            format!("uniform({}, {})", share(low.min(high)), share(low.max(high)))
        }
        1 => format!("exponential({})", span(least, most / 3, one, unit)),
        2 => format!("lognormal({}, 0.5)", span(least, most / 3, one, unit)),
        _ => span(least, most, one, unit),
    }
}

/// Makes knobs agree that would contradict each other.
fn agreed(mut tuning: Tuning) -> Tuning {
    let mut knobs = Knobs::default();
    knobs.tune(&tuning);
    let delay = knobs.platform_delay.greatest().expect("it has a bound");
    let patience = knobs.heartbeat_period + delay + Span::from_micros(1);
    if knobs.detection_timeout < patience {
        tuning.detection_timeout = Some(patience);
    }
    if knobs.standby_timeout < patience {
        tuning.standby_timeout = Some(patience);
    }
    let fits = |phase: Phase, period: Span| match phase {
        Phase::Drawn => true,
        Phase::At(first) => first < period,
    };
    if !fits(knobs.heartbeat_phase, knobs.heartbeat_period) {
        tuning.heartbeat_phase = Some(Phase::At(Span::ZERO));
    }
    if !fits(knobs.archive_phase, knobs.archive_period) {
        tuning.archive_phase = Some(Phase::At(Span::ZERO));
    }
    if !fits(knobs.lookout_poll_phase, knobs.lookout_poll_interval) {
        tuning.lookout_poll_phase = Some(Phase::At(Span::ZERO));
    }
    if !fits(knobs.lookout_check_phase, knobs.lookout_check_interval) {
        tuning.lookout_check_phase = Some(Phase::At(Span::ZERO));
    }
    if !fits(knobs.slot_dependency_phase, knobs.slot_dependency_period) {
        tuning.slot_dependency_phase = Some(Phase::At(Span::ZERO));
    }
    if !fits(knobs.slot_sync_phase, knobs.slot_sync_nap_max) {
        tuning.slot_sync_phase = Some(Phase::At(Span::ZERO));
    }
    if !fits(knobs.slot_copy_phase, knobs.slot_copy_period) {
        tuning.slot_copy_phase = Some(Phase::At(Span::ZERO));
    }
    tuning
}
