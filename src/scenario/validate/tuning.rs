//! Whether the values of knobs are possible and fit each other.
//!
//! Knows nothing of where a value comes from: a scenario, the command line or a default. Kept
//! here: no accepted value makes a periodic job endless or a wait senseless.

use super::super::locate::Path;
use super::super::problem::Problems;
use crate::kernel::{Bytes, Distribution, Measure, Rate, Span};
use crate::knob::{DELAY_MAX, Knobs, Phase};

/// The longest pause between attempts, a day.
const PAUSE_MAX: Span = Span::from_days(1);
/// The most observers of one service.
const OBSERVERS_MAX: u32 = 8;
/// The longest time to live of a record, a year.
const TTL_MAX: Span = Span::from_days(365);

fn path(knob: &'static str) -> Path {
    Path::root().field("tuning").field(knob)
}

/// Adds what is wrong with the values of knobs.
pub(super) fn check(knobs: &Knobs, problems: &mut Problems) {
    zeros(knobs, problems);
    limits(knobs, problems);
    laws(knobs, problems);
    observers(knobs, problems);
    timeouts(knobs, problems);
    phases(knobs, problems);
    if knobs.backoff_first > knobs.backoff_max {
        let (first, max) = (knobs.backoff_first, knobs.backoff_max);
        let message =
            format!("found backoff_first {first}, expected at most backoff_max, which is {max}");
        problems.among(vec![path("backoff_first"), path("backoff_max")], message);
    }
}

fn zeros(knobs: &Knobs, problems: &mut Problems) {
    let spans = [
        ("heartbeat_period", knobs.heartbeat_period),
        ("position_age_max", knobs.position_age_max),
        ("promotion_patience", knobs.promotion_patience),
        ("dns_ttl", knobs.dns_ttl),
        ("checkpoint_period", knobs.checkpoint_period),
        ("standby_retry", knobs.standby_retry),
        ("receiver_timeout", knobs.receiver_timeout),
        ("archive_period", knobs.archive_period),
        ("connect_timeout", knobs.connect_timeout),
        ("tcp_user_timeout", knobs.tcp_user_timeout),
        ("reply_timeout", knobs.reply_timeout),
        ("backoff_first", knobs.backoff_first),
        ("backoff_max", knobs.backoff_max),
        ("lookout_poll_interval", knobs.lookout_poll_interval),
        ("lookout_poll_timeout", knobs.lookout_poll_timeout),
        ("lookout_check_interval", knobs.lookout_check_interval),
        ("lookout_position_age_max", knobs.lookout_position_age_max),
        ("lookout_observer_timeout", knobs.lookout_observer_timeout),
        ("slot_dependency_period", knobs.slot_dependency_period),
        ("slot_copy_period", knobs.slot_copy_period),
        ("snapshot_period", knobs.snapshot_period),
        ("slot_sync_nap_first", knobs.slot_sync_nap_first),
        ("slot_sync_nap_max", knobs.slot_sync_nap_max),
    ];
    for (name, _) in spans.iter().filter(|(_, span)| *span == Span::ZERO) {
        problems.add(&path(name), format!("found {name} 0s, expected more than zero"));
    }
    let rates = [
        ("redo_rate", knobs.redo_rate),
        ("replication_goodput", knobs.replication_goodput),
        ("restore_rate", knobs.restore_rate),
        ("stream_rate", knobs.stream_rate),
    ];
    for (name, _) in rates.iter().filter(|(_, rate)| *rate == Rate(0)) {
        problems.add(&path(name), format!("found {name} 0B/s, expected more than zero"));
    }
    if knobs.wal_segment == Bytes(0) {
        problems.add(&path("wal_segment"), "found wal_segment 0B, expected more than zero");
    }
}

fn limits(knobs: &Knobs, problems: &mut Problems) {
    let patience = knobs.quorum_wait_cancel;
    if patience < PATIENCE_MIN {
        let message =
            format!("found quorum_wait_cancel {patience}, expected at least {PATIENCE_MIN}");
        problems.add(&path("quorum_wait_cancel"), message);
    }
    let limits = [
        ("local_flush", knobs.local_flush, DELAY_MAX),
        ("backend_linger", knobs.backend_linger, DELAY_MAX),
        ("slot_job_duration", knobs.slot_job_duration, DELAY_MAX),
        ("standby_retry", knobs.standby_retry, PAUSE_MAX),
        ("backoff_first", knobs.backoff_first, PAUSE_MAX),
        ("backoff_max", knobs.backoff_max, PAUSE_MAX),
        ("dns_ttl", knobs.dns_ttl, TTL_MAX),
    ];
    for (name, value, max) in limits.iter().filter(|(_, value, max)| value > max) {
        problems.add(&path(name), format!("found {name} {value}, expected at most {max}"));
    }
}

/// How long a commit that is given up waits at least: a client that waits less does nothing else
/// than give up.
const PATIENCE_MIN: Span = Span::from_millis(10);

/// Delays and sizes that may follow a law: of one without a bound, what is drawn is cut.
fn laws(knobs: &Knobs, problems: &mut Problems) {
    let delays = [
        ("platform_delay", &knobs.platform_delay),
        ("replication_delay", &knobs.replication_delay),
        ("region_delay", &knobs.region_delay),
        ("cross_service_lag", &knobs.cross_service_lag),
        ("client_delay", &knobs.client_delay),
    ];
    for (name, delay) in delays {
        if delay.greatest().is_some_and(|most| most > DELAY_MAX) {
            let message = format!("found {name} {delay}, expected at most {DELAY_MAX}");
            problems.add(&path(name), message);
        }
        unread(name, delay, problems);
    }
    unread("database_size", &knobs.database_size, problems);
}

/// Adds a problem if observations are still in a file, which only a scenario file can name.
fn unread<Q: Measure>(name: &'static str, law: &Distribution<Q>, problems: &mut Problems) {
    if let Distribution::ObservedIn(file) = law {
        let message = format!(
            "found {name} in the file {file}, expected a law: only a scenario file can name a file \
             of observations"
        );
        problems.add(&path(name), message);
    }
}

fn observers(knobs: &Knobs, problems: &mut Problems) {
    let found = knobs.lookout_observers;
    if found > OBSERVERS_MAX {
        let message = format!("found lookout_observers {found}, expected at most {OBSERVERS_MAX}");
        problems.add(&path("lookout_observers"), message);
    }
}

/// A timeout that is shorter than the time between two reports gives every node up.
fn timeouts(knobs: &Knobs, problems: &mut Problems) {
    let (period, law) = (knobs.heartbeat_period, &knobs.platform_delay);
    let delay = law.greatest().unwrap_or(DELAY_MAX);
    let timeouts = [
        ("detection_timeout", knobs.detection_timeout),
        ("standby_timeout", knobs.standby_timeout),
    ];
    for (name, timeout) in timeouts {
        if timeout <= period + delay {
            let paths = vec![path(name), path("heartbeat_period"), path("platform_delay")];
            let message = format!(
                "found {name} {timeout}, expected more than heartbeat_period {period} and \
                 platform_delay {law} together"
            );
            problems.among(paths, message);
        }
    }
}

fn phases(knobs: &Knobs, problems: &mut Problems) {
    let (poll, check) = (knobs.lookout_poll_interval, knobs.lookout_check_interval);
    let (install, copy) = (knobs.slot_dependency_period, knobs.slot_copy_period);
    let phases = [
        ("heartbeat_phase", knobs.heartbeat_phase, "heartbeat_period", knobs.heartbeat_period),
        ("archive_phase", knobs.archive_phase, "archive_period", knobs.archive_period),
        ("lookout_poll_phase", knobs.lookout_poll_phase, "lookout_poll_interval", poll),
        ("lookout_check_phase", knobs.lookout_check_phase, "lookout_check_interval", check),
        ("slot_dependency_phase", knobs.slot_dependency_phase, "slot_dependency_period", install),
        ("slot_copy_phase", knobs.slot_copy_phase, "slot_copy_period", copy),
        ("slot_sync_phase", knobs.slot_sync_phase, "slot_sync_nap_max", knobs.slot_sync_nap_max),
    ];
    for (name, phase, period_name, period) in phases {
        let late = match phase {
            Phase::Drawn => None,
            Phase::At(phase) => Some(phase).filter(|phase| *phase >= period),
        };
        if let Some(phase) = late {
            let message =
                format!("found {name} {phase}, expected less than {period_name} {period}");
            problems.among(vec![path(name), path(period_name)], message);
        }
    }
}
